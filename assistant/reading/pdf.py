"""A PDF becomes Text with page numbers: columns in order, page heads and feet gone, hyphens at line ends mended."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.errors import Encrypted, LoadError, LoadLimit, Scanned
from assistant.reading.layout import Piece, Row, rows_of, without_heads_and_feet
from assistant.reading.lines import Line, blocks_of, key_of
from assistant.reading.plain import published_in
from assistant.reading.prose import paragraphs
from assistant.reading.text import Text, line_of, tidy

PAGES = 5_000
"""Most pages of one PDF; the longest evaluation reports have some hundreds."""

CHARACTERS = 5_000_000
"""Most characters of one document (R74)."""

_BROKEN = "This PDF is damaged and cannot be read."
_MEND = "Open it in a browser or PDF reader, print it to a new PDF, and add that."
_JUNK_TITLE = re.compile(
    r"microsoft (?:word|powerpoint)|\(?(?:untitled|anonymous|unspecified)|uten (?:navn|tittel)|do[ck]ument\d*|slide \d"
    r"|.*\.\w{3,4}$",
    re.IGNORECASE,
)


def load_pdf(data: bytes) -> Text:
    """Read the bytes of a PDF; every Block names its page, counted from 1.

    Headings come from the outline where there is one, else from the size and weight of the type. Raises Encrypted
    for a PDF under a password, Scanned (naming the pages) for one of pictures only, LoadLimit for too many pages or
    characters, LoadError for a damaged one.
    """
    reader = _opened(data)
    pages, unread = _pages(reader)
    pages = without_heads_and_feet(pages)
    empty = [number for number, rows in enumerate(pages, start=1) if not rows and number not in unread]
    if not any(pages):
        raise Scanned(
            f"There is no text in this PDF: {_named(sorted([*empty, *unread]))} only pictures.",
            hint="Make it readable with text recognition (OCR), for example ocrmypdf, and add the result.",
        )
    lines = paragraphs(pages, _outline(reader))
    title, lines = _title(reader, lines)
    blocks, notes = blocks_of(lines, title)
    notes += (f"{_named(empty)} no text",) if empty else ()
    notes += (f"{_named(unread)} nothing that could be read",) if unread else ()
    return Text(blocks, title, _language(reader), published_in([line.text for line in lines[:40]]), notes=notes)


def _opened(data: bytes) -> Any:
    """Open a PDF, with an empty password where one is needed (owner's restrictions only)."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except _stumbles() as error:
        if "crypt" in type(error).__name__.lower() or "password" in str(error).lower() or "AES" in str(error):
            raise _locked() from error
        raise LoadError(_BROKEN, hint=_MEND) from error
    if locked:
        raise _locked()
    if count > PAGES:
        raise LoadLimit(f"This PDF has {count} pages; at most {PAGES} are read.", hint="Split it up.")
    if not count:
        raise LoadError("There are no pages in this PDF.", hint=_MEND)
    return reader


def _stumbles() -> tuple[type[Exception], ...]:
    """What pypdf raises on a damaged file: its own errors, and those of the operations that it tries on it."""
    import struct
    import zlib

    from pypdf.errors import PyPdfError

    usual = (ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError)
    return (*usual, OSError, RecursionError, TypeError, ValueError, PyPdfError, struct.error, zlib.error)


def _locked() -> Encrypted:
    return Encrypted("This PDF is locked with a password.", hint="Save an unlocked copy of it, and add that.")


def _pages(reader: Any) -> tuple[list[list[Row]], list[int]]:
    """Read the rows of every page in reading order, and number the pages that could not be read at all."""
    pages: list[list[Row]] = []
    unread: list[int] = []
    characters = 0
    for number in range(1, len(reader.pages) + 1):
        try:
            page = reader.pages[number - 1]
            rows = rows_of(_pieces(page), number, _height(page))
        except _stumbles() as error:
            if type(error).__name__ == "LimitReachedError":
                raise LoadLimit("This PDF unpacks to more than a document may hold.", hint=_MEND) from error
            unread.append(number)
            rows = []
        characters += sum(len(row.text) for row in rows)
        if characters > CHARACTERS:
            raise LoadLimit(
                f"This PDF holds more than {CHARACTERS // 1_000_000} million characters.", hint="Split it up."
            )
        pages.append(rows)
    if len(unread) == len(pages):
        raise LoadError(_BROKEN, hint=_MEND)
    return pages, unread


def _height(page: Any) -> tuple[float, float]:
    box = page.mediabox
    return float(box.bottom), float(box.top)


def _pieces(page: Any) -> list[Piece]:
    """Collect the runs of text of a page with their places, upright ones only."""
    found: list[Piece] = []
    fonts: dict[int, tuple[bool, Any]] = {}

    def keep(text: str, cm: Any, tm: Any, font: Mapping[str, Any] | None, size: float) -> None:
        broken = text.rstrip().endswith("\u00ad")
        clean = tidy(text.replace("\n", " ").replace("\x7f", "•")) + "-" * broken
        if not clean.strip() or not size:
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        up = tm[2] * cm[1] + tm[3] * cm[3]
        if up == 0:
            return
        if id(font) not in fonts:
            fonts[id(font)] = (_is_bold(font), _metrics(font))
        bold, metrics = fonts[id(font)]
        height = abs(size * up)
        found.append(Piece(x, y, _width(clean.strip(), metrics) * height, height, clean, bold))

    page.extract_text(visitor_text=keep)
    return found


def _is_bold(font: Mapping[str, Any] | None) -> bool:
    name = str(font.get("/BaseFont", "")) if font else ""
    return bool(re.search(r"bold|black|heavy|semibold|demi", name, re.IGNORECASE))


def _metrics(font: Any) -> Any:
    """The font's own widths where pypdf can tell them; None where it cannot."""
    try:
        from pypdf.generic._font import Font

        return Font.from_font_resource(font).character_widths if font else None
    except _stumbles():
        return None


def _width(text: str, widths: Mapping[str, float] | None) -> float:
    """The width of a text in units of its size; half a unit a character where the font does not say."""
    if not widths:
        return 0.5 * len(text)
    usual = widths.get("default", 500.0)
    return sum(float(widths.get(c, usual)) for c in text) / 1000


def _outline(reader: Any) -> dict[tuple[int, str], int]:
    """The outline as heading levels: (page, key of the heading) to its level from 2."""
    found: dict[tuple[int, str], int] = {}

    def walk(entries: Sequence[Any], level: int) -> Iterator[tuple[Any, int]]:
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry, min(level + 1, 6))
            else:
                yield entry, level

    try:
        for entry, level in walk(reader.outline, 2):
            page = reader.get_destination_page_number(entry)
            if page is not None and len(found) < 5000:
                found[(page + 1, key_of(line_of(str(entry.title))))] = level
    except _stumbles():
        return found
    return found


def _title(reader: Any, lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """Take the title out of the lines: the largest type on the first page, else what the file declares."""
    for place, line in enumerate(lines[:12]):
        if line.level == 1:
            return line.text, [*lines[:place], *lines[place + 1 :]]
    try:
        declared = line_of(str((reader.metadata or {}).get("/Title") or ""))
    except _stumbles():
        declared = ""
    return (declared if 4 < len(declared) < 200 and not _JUNK_TITLE.match(declared) else None), list(lines)


def _language(reader: Any) -> str | None:
    try:
        found = re.match(r"([a-z]{2})\b", str(reader.root_object.get("/Lang") or ""), re.IGNORECASE)
    except _stumbles():
        return None
    return found[1].lower() if found else None


def _named(pages: Sequence[int]) -> str:
    """Name pages as a sentence begins: "page 3 holds", "pages 2, 4-6 hold"."""
    runs: list[str] = []
    for number in pages:
        if runs and number == int(runs[-1].split("-")[-1]) + 1:
            runs[-1] = f"{runs[-1].split('-')[0]}-{number}"
        else:
            runs.append(str(number))
    return f"page {runs[0]} holds" if len(pages) == 1 else f"pages {', '.join(runs)} hold"


__all__ = ["CHARACTERS", "PAGES", "load_pdf"]
