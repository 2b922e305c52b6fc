"""writes a PDF: A4, its fonts inside it, with title, language and an outline, so that a screen reader can begin

It is not tagged: the library cannot do that. Where a file must be accessible in every part, the Word file is.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from assistant.serving.pieces import Heading, Line, Piece, clean, numbered

_FONT, _BOLD = "SourceSansPro-Regular", "SourceSansPro-Semibold"
_INK, _FAINT, _RULE, _LINK = "#1c2a30", "#55656c", "#c9cfc9", "#0f5563"
_MARGIN = 62
"""Points of white on each side of a page: lines of about 90 letters."""

_REPLACED = str.maketrans({"\u2011": "-", "\u00ad": None, "\t": " "})
"""Letters that the font lacks, or that mean nothing on paper."""


def pdf(title: str, pieces: Sequence[Piece], language: str, *, foot: str = "") -> bytes:
    """A PDF: the title, then the pieces in order, on pages with `foot` and their number at the bottom.

    `language` ("nb") is the one that it says it is in. A letter that the font lacks is shown as an empty box.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    styles, written = _styles(), io.BytesIO()
    about = {"title": _plain(title), "author": "", "lang": language, "displayDocTitle": True}
    document = BaseDocTemplate(written, pagesize=A4, **about)
    width, height = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
    frame = Frame(_MARGIN, _MARGIN, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=lambda canvas, page: _foot(canvas, page, foot)))
    document.afterFlowable = lambda flowable: _note_heading(document, flowable)
    story = [_paragraph(_plain(title), styles["title"])]
    for number, piece in numbered(tuple(pieces)):
        if isinstance(piece, Heading):
            story.append(_paragraph(_plain(piece.text), styles[f"heading{min(piece.level, 3)}"]))
        elif isinstance(piece, Line):
            story.append(_line(piece, number, styles))
        elif piece.rows:
            story += _table(piece.rows, headed=piece.headed, named=piece.named, width=width, styles=styles)
    document.build(story)
    return written.getvalue()


def _plain(text: str) -> str:
    return clean(text).translate(_REPLACED)


def _paragraph(text: str, style: Any, *, strong: str = "", address: str = "", mark: str | None = None) -> Any:
    from reportlab.platypus import Paragraph

    lead = f'<font name="{_BOLD}">{escape(strong)}</font> ' if strong else ""
    link = f" <a href={quoteattr(address)} color={quoteattr(_LINK)}>{escape(address)}</a>" if address else ""
    return Paragraph(lead + escape(text).replace("\n", "<br/>") + link, style, bulletText=mark)


def _line(line: Line, number: int, styles: Mapping[str, Any]) -> Any:
    mark = {"bullet": "•", "step": f"{number}."}.get(line.style)
    return _paragraph(
        _plain(line.text), styles[line.style], strong=_plain(line.strong), address=line.address, mark=mark
    )


def _table(
    rows: Sequence[Sequence[str]], *, headed: bool, named: bool, width: float, styles: Mapping[str, Any]
) -> list[Any]:
    """A table whose head is repeated on every page; a row too tall for one page goes on on the next."""
    from reportlab.platypus import Spacer, Table, TableStyle

    columns = max(map(len, rows))
    cells = [
        [
            _paragraph(_plain(text), styles["head" if (headed and y == 0) or (named and x == 0) else "cell"])
            for x, text in enumerate([*row, *[""] * (columns - len(row))])
        ]
        for y, row in enumerate(rows)
    ]
    first = width * 0.28 if named else width / columns
    widths = [first, *[(width - first) / (columns - 1)] * (columns - 1)] if columns > 1 else [width]
    table = Table(cells, colWidths=widths, repeatRows=int(headed), splitInRow=1)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, _RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return [table, Spacer(1, 10)]


def _foot(canvas: Any, page: Any, foot: str) -> None:
    canvas.setFont(_FONT, 8.5)
    canvas.setFillColor(_FAINT)
    canvas.drawString(_MARGIN, _MARGIN / 2, _plain(foot))
    canvas.drawRightString(page.pagesize[0] - _MARGIN, _MARGIN / 2, str(canvas.getPageNumber()))


def _note_heading(document: Any, flowable: Any) -> None:
    """Put a heading into the outline, by which readers and screen readers find their way."""
    name = getattr(getattr(flowable, "style", None), "name", "")
    if name.startswith("heading"):
        key = f"heading-{document.page}-{id(flowable)}"
        document.canv.bookmarkPage(key)
        document.canv.addOutlineEntry(flowable.getPlainText(), key, min(int(name[-1]), 2) - 1)


@cache
def _styles() -> Mapping[str, Any]:
    """How each kind of line looks; the fonts are made known to the library the first time."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (_FONT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, str(files("font_source_sans_pro").joinpath("files", f"{name}.ttf"))))
    plain = ParagraphStyle(
        "plain", fontName=_FONT, bulletFontName=_FONT, fontSize=10.5, leading=15, spaceAfter=6, textColor=_INK
    )
    item = ParagraphStyle("bullet", plain, leftIndent=16, bulletIndent=2, spaceAfter=4)
    step = ParagraphStyle("step", item, leftIndent=20)
    note = ParagraphStyle("note", plain, fontSize=9, leading=12.5, spaceAfter=3, textColor=_FAINT)
    quote = ParagraphStyle("quote", plain, leftIndent=14, borderColor=_RULE, fontSize=10, leading=14)
    cell = ParagraphStyle("cell", plain, fontSize=9.5, leading=13, spaceAfter=0)
    head = ParagraphStyle("head", cell, fontName=_BOLD)
    title = ParagraphStyle("title", plain, fontName=_BOLD, fontSize=20, leading=25, spaceAfter=12)
    headings = [
        ParagraphStyle(
            f"heading{level}", plain, fontName=_BOLD, fontSize=size, leading=size * 1.3, spaceBefore=12, keepWithNext=1
        )
        for level, size in ((1, 14.5), (2, 12), (3, 10.5))
    ]
    return {style.name: style for style in (plain, item, step, note, quote, cell, head, title, *headings)}
