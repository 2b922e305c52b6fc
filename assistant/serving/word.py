"""writes a Word file: A4, in the language that its spelling is checked in, with real headings, lists and table heads"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from assistant.serving.pieces import Heading, Line, Piece, Table, clean, numbered

A4 = (210, 297)
"""Width and height of a page in millimetres (ISO 216); the library's own page is American."""

_STYLES = {"plain": "Normal", "bullet": "List Bullet", "step": "List Number", "quote": "Quote", "note": "Normal"}
_NOTE = 9
"""Size of small type in points."""

_SPOKEN = {"nb": "nb-NO", "nn": "nn-NO", "da": "da-DK", "sv": "sv-SE", "en": "en-GB", "fi": "fi-FI"}


def docx(title: str, pieces: Sequence[Piece], language: str, *, foot: str = "", sideways: bool = False) -> bytes:
    """A Word file: the title, then the pieces in order, on pages with `foot` and their number at the bottom.

    `language` ("nb") is what spelling is checked in; `sideways` lays the pages on their side, for wide tables.
    """
    import docx as library

    document = library.Document()
    _set_up(document, clean(title), language, sideways=sideways)
    _add_foot(document, clean(foot))
    document.add_heading(clean(title), 0)
    numbers = 0
    before: Piece | None = None
    for number, piece in numbered(tuple(pieces)):
        if isinstance(piece, Heading):
            document.add_heading(clean(piece.text), min(piece.level, 9))
        elif isinstance(piece, Line):
            numbers = _fresh_numbers(document) if number == 1 else numbers
            _add_line(document, piece, numbers if number else None)
        elif piece.rows:
            if isinstance(before, Table):
                document.add_paragraph()  # else Word makes one table of the two
            _add_table(document, piece)
        before = piece
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document: Any, title: str, language: str, *, sideways: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    document.core_properties.title = title[:255]
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.language = language
    for spoken in document.styles.element.xpath("w:docDefaults//w:lang"):
        _speak(spoken, language)
    page = document.sections[0]
    page.page_width, page.page_height = (Mm(side) for side in (A4[::-1] if sideways else A4))
    page.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT


def _speak(element: Any, language: str) -> None:
    from docx.oxml.ns import qn

    element.set(qn("w:val"), _SPOKEN.get(language, language))


def _add_foot(document: Any, foot: str) -> None:
    """The foot of every page: the words, and the page's number, which Word itself fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    line = document.sections[0].footer.paragraphs[0]
    if foot:
        line.add_run(f"{foot} · ")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    line._p.append(number)


def _fresh_numbers(document: Any) -> int:
    """The id of a numbering of its own for one list of steps: Word would count on from the list before."""
    kept = document.part.numbering_part.numbering_definitions._numbering
    style = document.styles[_STYLES["step"]].element.pPr.numPr.numId.val
    number = kept.add_num(kept.num_having_numId(style).abstractNumId.val)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(number.numId)


def _add_line(document: Any, line: Line, numbers: int | None) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    paragraph = document.add_paragraph(style=_STYLES[line.style])
    if numbers is not None:
        paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = numbers
        paragraph._p.pPr.numPr.get_or_add_ilvl().val = 0
    for text, bold in ((line.strong, True), (line.text, None), (line.address, None)):
        if not text:
            continue
        run = paragraph.add_run(f" {clean(text)}" if paragraph.runs else clean(text))
        run.bold = bold
        if line.style == "note":
            run.font.size = Pt(_NOTE)
        if line.language:
            spoken = OxmlElement("w:lang")
            _speak(spoken, line.language)
            run._r.get_or_add_rPr().append(spoken)


def _add_table(document: Any, piece: Table) -> None:
    """A table whose head, where it has one, is repeated on every page."""
    from docx.oxml import OxmlElement

    width = max(map(len, piece.rows))
    table = document.add_table(rows=len(piece.rows), cols=width, style="Table Grid")
    for y, (row, told) in enumerate(zip(table.rows, piece.rows, strict=True)):
        for x, (cell, text) in enumerate(zip(row.cells, told, strict=False)):
            run = cell.paragraphs[0].add_run(clean(text))
            run.bold = (piece.headed and y == 0) or (piece.named and x == 0) or None
    if piece.headed:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
