"""what a file to take along is made of: headings, lines and tables, which each writer lays out in its own way"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` from 1."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, an item of a list, a quote or a note in small type.

    `strong` stands before the text, in bold type, and `address` after it: a web address that may be offered as a link,
    as none in the text is. `language` is that of the text where it is not the file's. Steps that follow one another are
    numbered from 1.
    """

    text: str
    style: Literal["plain", "bullet", "step", "quote", "note"] = "plain"
    strong: str = ""
    language: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the head where `headed`, the first cell of a row its name where `named`."""

    rows: tuple[tuple[str, ...], ...]
    headed: bool = True
    named: bool = False


Piece: TypeAlias = Heading | Line | Table


def clean(text: str) -> str:
    """The text without the characters that no XML, and so no Word file, may hold."""
    return _NOT_IN_XML.sub("", text)


def numbered(pieces: tuple[Piece, ...]) -> tuple[tuple[int, Piece], ...]:
    """Each piece with its number among the steps that it follows, from 1; 0 for what is no step."""
    found: list[tuple[int, Piece]] = []
    at = 0
    for piece in pieces:
        at = at + 1 if isinstance(piece, Line) and piece.style == "step" else 0
        found.append((at, piece))
    return tuple(found)
