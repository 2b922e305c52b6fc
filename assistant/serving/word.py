"""titles, paragraphs, lists, tables and sources as a Word file, and files in a zip"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

STAMP = (2000, 1, 1, 0, 0, 0)
"""When every file of a zip was made, so that the same contents give the same bytes."""

_STYLES = {"plain": "Normal", "bullet": "List Bullet", "step": "List Number", "quote": "Intense Quote"}
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` from 1."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, an item of a list, or a quote."""

    text: str
    style: Literal["plain", "bullet", "step", "quote"] = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the head where `headed`."""

    rows: tuple[tuple[str, ...], ...]
    headed: bool = True


Piece = Heading | Line | Table


def docx(title: str, pieces: Sequence[Piece], language: str) -> bytes:
    """A Word file: the title, then the pieces in order. `language` ("nb") is what spelling is checked in."""
    import docx as library

    document = library.Document()
    document.core_properties.title = _clean(title)[:255]
    document.core_properties.author = ""
    document.core_properties.language = language
    document.add_heading(_clean(title), 0)
    for piece in pieces:
        if isinstance(piece, Heading):
            document.add_heading(_clean(piece.text), min(piece.level, 9))
        elif isinstance(piece, Line):
            document.add_paragraph(_clean(piece.text), style=_STYLES[piece.style])
        elif piece.rows:
            _add_table(document, piece)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files, by name, as one zip."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _add_table(document: Any, piece: Table) -> None:
    width = max(map(len, piece.rows))
    table = document.add_table(rows=len(piece.rows), cols=width, style="Table Grid")
    for number, row in enumerate(piece.rows):
        for cell, text in zip(table.rows[number].cells, row, strict=False):
            cell.text = _clean(text)
            if piece.headed and number == 0:
                for run in cell.paragraphs[0].runs:
                    run.bold = True


def _clean(text: str) -> str:
    """The text without the characters that no XML may hold."""
    return _NOT_IN_XML.sub("", text)
