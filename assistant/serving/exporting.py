"""a comparison as a file to take along: csv, xlsx or docx, in which no text acts as a formula or a link"""

from __future__ import annotations

import csv
import io
import re

from assistant.serving.comparing import Comparison
from assistant.serving.pieces import Table
from assistant.serving.word import docx
from assistant.serving.words import word

FORMS = ("csv", "xlsx", "docx")
"""The forms of file that a comparison is made in."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"\s*[=+\-@\t]")
MOST_LETTERS = 32_767
"""Characters that a cell of a sheet holds at most (Excel specifications and limits)."""

_NARROW, _WIDE = 24, 56
"""Width of the first and of the other columns of a sheet, in characters."""


def exported(comparison: Comparison, form: str, language: str) -> bytes:
    """The comparison as a file of one of `FORMS`. Raises ValueError for any other."""
    rows, title = table(comparison, language), word("compare.heading", language)
    if form == "csv":
        return to_csv(rows)
    if form == "xlsx":
        return to_xlsx(rows, title)
    if form == "docx":
        return docx(title, [Table(tuple(map(tuple, rows)), named=True)], language, sideways=True)
    raise ValueError(f"a comparison is not made as {form}")


def table(comparison: Comparison, language: str) -> list[list[str]]:
    """The comparison as rows of plain text, headings first: no control characters, a line for each item of a cell."""
    heads = [word("compare.what", language), *(card.title for card in comparison.cards)]
    body = [[word(row.key, language), *("\n".join(_items(cell)) for cell in row.cells)] for row in comparison.rows]
    return [[_CONTROL.sub("", text) for text in row] for row in (heads, *body)]


def _items(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines if len(lines) < 2 else tuple(f"• {line}" for line in lines)


def to_csv(rows: list[list[str]]) -> bytes:
    """UTF-8 with a mark and semicolons, as spreadsheets in the Nordic countries open it; formulas made inert.

    A cell that a spreadsheet would compute gets an apostrophe before it (OWASP, CSV injection).
    """
    text = io.StringIO()
    inert = ([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(inert)
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(rows: list[list[str]], title: str) -> bytes:
    """One sheet; every cell is text, and one that looks like a formula is marked so that it stays text when edited."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)[:31]
    for y, row in enumerate(rows, 1):
        for x, written in enumerate(row, 1):
            cell = sheet.cell(y, x, written[:MOST_LETTERS])
            cell.data_type = "s"  # else "=..." is a formula and "#N/A" an error
            cell.quotePrefix = bool(_FORMULA.match(written))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=y == 1 or x == 1)
    for column in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[chr(64 + column)].width = _NARROW if column == 1 else _WIDE
    sheet.freeze_panes = "B2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
