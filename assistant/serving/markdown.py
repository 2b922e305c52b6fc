"""writes Markdown, and plain text and HTML for the clipboard; nothing in a text acts as markup"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from assistant.serving.pieces import Heading, Line, Piece, Table, clean, numbered

_MARKUP = re.compile(r"([\\`*_\[\]{}<>#|~&!])")
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)]))")
_ITEMS = {"bullet": "ul", "step": "ol"}


def markdown(title: str, pieces: Sequence[Piece]) -> str:
    """The title and the pieces as Markdown; a text reads as it stands and does nothing."""
    parts = [f"# {inert(title)}"]
    for listed, group in groupby(numbered(tuple(pieces)), lambda one: _list_of(one[1])):
        parts.append(("\n" if listed else "\n\n").join(_markdown_piece(piece, number) for number, piece in group))
    return "\n\n".join(parts) + "\n"


def inert(text: str) -> str:
    """One line of Markdown that reads as `text` and does nothing."""
    line = _MARKUP.sub(r"\\\1", " ".join(clean(text).split()))
    line = _LINE_START.sub(lambda start: start[1] + "\\" if start[1].isdigit() else "\\" + start[1], line)
    return line.replace("://", ":\\//")


def plain(title: str, pieces: Sequence[Piece]) -> str:
    """The title and the pieces as plain text, one line each, with marks before the items of lists."""
    lines = [title, *(line for number, piece in numbered(tuple(pieces)) for line in _plain_piece(piece, number))]
    return "\n".join(lines) + "\n"


def html(title: str, pieces: Sequence[Piece]) -> str:
    """The title and the pieces as HTML without style, to be pasted into a word processor or a mail."""
    parts = [f"<h2>{escape(title)}</h2>"]
    for tag, group in groupby(pieces, _list_of):
        body = "".join(_html_piece(piece, item=bool(tag)) for piece in group)
        parts.append(f"<{tag}>{body}</{tag}>" if tag else body)
    return "".join(parts)


def _list_of(piece: Piece) -> str | None:
    """The kind of list that a piece is an item of, by its name in HTML."""
    return _ITEMS.get(piece.style) if isinstance(piece, Line) else None


def _markdown_piece(piece: Piece, number: int) -> str:
    if isinstance(piece, Heading):
        return f"{'#' * min(piece.level + 1, 6)} {inert(piece.text)}"
    if isinstance(piece, Table):
        return _markdown_table(piece)
    strong = f"**{inert(piece.strong)}** " if piece.strong else ""
    mark = {"bullet": "- ", "step": f"{number}. ", "quote": "> "}.get(piece.style, "")
    link = f" <{piece.address}>" if piece.address else ""
    return f"{mark}{strong}{inert(piece.text)}{link}".rstrip()


def _markdown_table(table: Table) -> str:
    """Markdown has no table without a head: one that has none gets an empty one."""
    width = max(map(len, table.rows), default=0)
    body = [[inert(cell) for cell in (*row, *[""] * (width - len(row)))] for row in table.rows]
    head = body.pop(0) if table.headed and body else [""] * width
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * width, *body))


def _plain_piece(piece: Piece, number: int) -> Iterable[str]:
    if isinstance(piece, Heading):
        return ("", piece.text)
    if isinstance(piece, Table):
        return ("", *(" | ".join(row) for row in piece.rows))
    mark = {"bullet": "- ", "step": f"{number}. "}.get(piece.style, "")
    return (mark + " ".join(part for part in (piece.strong, piece.text, piece.address) if part),)


def _html_piece(piece: Piece, *, item: bool) -> str:
    if isinstance(piece, Heading):
        level = min(piece.level + 2, 6)
        return f"<h{level}>{escape(piece.text)}</h{level}>"
    if isinstance(piece, Table):
        rows = "".join(_html_row(row, head=piece.headed and not y) for y, row in enumerate(piece.rows))
        return f"<table>{rows}</table>"
    spoken = f' lang="{escape(piece.language)}"' if piece.language else ""
    strong = f"<strong>{escape(piece.strong)}</strong> " if piece.strong else ""
    tag = "li" if item else "blockquote" if piece.style == "quote" else "p"
    link = f' <a href="{escape(piece.address)}">{escape(piece.address)}</a>' if piece.address else ""
    return f"<{tag}{spoken}>{strong}{escape(piece.text)}{link}</{tag}>"


def _html_row(row: Sequence[str], *, head: bool) -> str:
    tag = "th" if head else "td"
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in row)}</tr>"
