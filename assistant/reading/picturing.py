"""A page of a PDF becomes a picture with the place of a quote on it; runs in the sandbox, as files may be hostile."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from typing import Any

from assistant import privacy
from assistant.errors import LoadError, NoText
from assistant.types import Picture

WIDTH = 1100
"""Pixels of a page's width: twice the width of the source pane, so that small type is sharp on a fine screen."""

FURTHER = 2
"""Pages after the named one that a quote is looked for on: a passage may go on over a page break."""

COLOURS = 64
"""Colours of the picture. A page of text took 284 kB in full, 84 with 32 colours, 93 with 64 and 100 with 128
(2026-11-21); at 64 the soft edges of type look as in full."""

TALLEST = 4
"""Heights of a page in widths; a longer one (a poster, a roll) would make a picture too large to send."""

Box = tuple[float, float, float, float]


def picture(data: bytes, number: int, quote: str) -> Picture:
    """Page `number` (from 1) of a PDF as a picture, or the page close after it where `quote` stands; for 0 the only
    page of all where it does, as for a text that was published without its pages.

    A quote has its place where its letters and digits stand exactly once on the page, and the page is not turned; else
    nothing is marked. Raises NoText for a page with a national id number on it, which must not be shown, LoadError for
    a page that is not there or a damaged file.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        shown, places = _near(document, number, quote) if number else _only(document, quote)
        return _drawn(document[shown - 1], shown, places)
    except pypdfium2.PdfiumError as error:
        raise LoadError("This PDF is damaged and cannot be shown.", hint="The text of the passage is there.") from error


def _near(document: Any, number: int, quote: str) -> tuple[int, tuple[Box, ...]]:
    """The named page, or one close after it where the quote stands, with the boxes of its lines there."""
    if not 1 <= number <= len(document):
        raise LoadError(f"This PDF has no page {number}.", hint="Add the document again if it was changed.")
    for at in range(number, min(number + FURTHER, len(document)) + 1):
        found = _places(document[at - 1], quote)
        if found is not None:
            return at, found
    return number, ()


def _only(document: Any, quote: str) -> tuple[int, tuple[Box, ...]]:
    """The only page on which the quote stands, with the boxes of its lines there."""
    all_of_them = ((at, _places(document[at - 1], quote)) for at in range(1, len(document) + 1))
    where = [(at, found) for at, found in all_of_them if found is not None]
    if len(where) != 1:
        raise LoadError("The quote has no one page in this PDF.", hint="The text of the passage is there.")
    return where[0]


def _drawn(page: Any, number: int, places: tuple[Box, ...]) -> Picture:
    from PIL import Image

    if privacy.identifiers(page.get_textpage().get_text_bounded()):
        raise NoText("There is a national id number on this page.", hint="It is shown without its picture.")
    width, height = page.get_size()
    if not width or height > TALLEST * width:
        raise LoadError("This page is too long to be shown.", hint="The text of the passage is there.")
    image = page.render(scale=WIDTH / width).to_pil().quantize(COLOURS, dither=Image.Dither.NONE)
    written = io.BytesIO()
    image.save(written, "PNG")
    return Picture(number, written.getvalue(), image.width, image.height, places)


def _places(page: Any, quote: str) -> tuple[Box, ...] | None:
    """The boxes of the lines of a quote; none where it stands there more than once, None where it does not."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    wanted = "".join(letter for letter, _ in _letters(quote))
    # One by one: the text as a whole leaves characters out, so that places in it are not the library's.
    held = _letters([chr(pdfium.FPDFText_GetUnicode(text, at)) for at in range(text.count_chars())])
    on_page = "".join(letter for letter, _ in held)
    start = on_page.find(wanted) if wanted else -1
    if start < 0:
        return None
    if on_page.find(wanted, start + 1) >= 0 or page.get_rotation():
        return ()
    first, last = held[start][1], held[start + len(wanted) - 1][1]
    left, bottom, right, top = page.get_bbox()
    width, height = right - left, top - bottom
    boxes = (text.get_rect(n) for n in range(text.count_rects(first, last - first + 1)))
    return tuple(
        ((a - left) / width, (top - d) / height, (c - left) / width, (top - b) / height) for a, b, c, d in boxes
    )


def _letters(text: Iterable[str]) -> list[tuple[str, int]]:
    """Each letter and digit in one form (no case, no ligatures, no hyphens at line ends), and where it stood."""
    return [
        (letter, place)
        for place, written in enumerate(text)
        for letter in unicodedata.normalize("NFKC", written).casefold()
        if letter.isalnum()
    ]
