"""The pieces of text on a page become rows in reading order: columns told apart, page heads and feet taken out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

COLUMN_ROWS = 6
"""Fewest rows on either side of a gutter that make two columns."""

COLUMN_WORDS = 18
"""Mean characters of a row on either side of a gutter; cells of a table hold less."""

EDGE = 0.12
"""Share of a page's height, at top and bottom, where its head and foot stand."""

EDGE_ROWS = 6
"""Most rows of a page's head or foot (three, in two columns)."""

EDGE_GAP = 1.6
"""Distance in units of the type size that parts a head or foot from the text; rows of text are 1.2 to 1.5 apart."""

CELL_GAP = 0.7
"""How wide, in units of the type size, the gap between two cells of a row is; a space between words has about 0.3."""

_PAGE_NUMBER = re.compile(
    r"(?:[|–—-]\s*)?(?:(?:side|sida|sidan|page|s\.|p\.)\s*)?\d{1,4}(?:\s*(?:av|af|of|/)\s*\d{1,4})?(?:\s*[|–—-])?"
    r"|(?:https?|file)://\S+(?:\s+\d+\s*/\s*\d+)?|\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}[:.]\d\d.{0,100}",
    re.IGNORECASE,
)
"""Page numbers, and the address or the hour that a browser prints at the edge of a page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text on a page: where it begins (points, from the lower left), its width, type size and weight."""

    x: float
    y: float
    width: float
    size: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of text as the eye reads it: its cells (one, unless wide gaps part them), its place, size and page.

    `height` is how high on the page it stands, from 0 (bottom) to 1 (top); `right` is where its text ends.
    `edges` are the left and right ends of all cells but the first. `column` counts the columns and zones of the
    page, so that rows of different ones are never close.
    """

    cells: tuple[str, ...]
    x: float
    y: float
    right: float
    size: float
    page: int
    bold: bool = False
    height: float = 0.5
    column: int = 0
    edges: tuple[float, ...] = field(default=())

    @property
    def text(self) -> str:
        """The row's cells as one text."""
        return " ".join(self.cells)


def rows_of(pieces: Sequence[Piece], page: int, extent: tuple[float, float]) -> list[Row]:
    """Put the pieces of a page in reading order. `extent` is the page's lowest and highest y in points."""
    segments = [segment for row in _by_height(pieces) for segment in _segments(row)]
    gutter = _gutter(segments)
    zones = _zones(segments, gutter) if gutter is not None else [segments]
    rows = [row for number, zone in enumerate(zones) for row in _tabled(_rows(zone, page, number))]
    low, high = extent
    span = max(high - low, 1.0)
    return [replace(row, height=min(1.0, max(0.0, (row.y - low) / span))) for row in rows]


def without_heads_and_feet(pages: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Take out page numbers, and rows at the edges that come back (but for their numbers) on many pages."""
    edges = [_edge_rows(rows) for rows in pages]
    counts: Counter[str] = Counter()
    for edge in edges:
        counts.update({_shape(row) for row in edge})
    filled = sum(1 for rows in pages if rows)
    often = max(2, round(0.3 * filled))
    gone = {shape for shape, count in counts.items() if count >= often}
    done = []
    for rows, edge in zip(pages, edges, strict=True):
        out = {row for row in edge if _shape(row) in gone or _PAGE_NUMBER.fullmatch(row.text.strip())}
        done.append([row for row in rows if row not in out])
    return done


def _edge_rows(rows: Sequence[Row]) -> list[Row]:
    """Find the few rows at the top and the bottom of a page that a gap parts from the text."""
    top = sorted(rows, key=lambda row: -row.y)
    found: list[Row] = []
    for side in (top, list(reversed(top))):
        block: list[Row] = []
        for row in side:
            parted = block and abs(block[-1].y - row.y) > EDGE_GAP * max(row.size, block[-1].size)
            if parted or EDGE <= row.height <= 1 - EDGE:
                break
            block.append(row)
        found += block if len(block) <= EDGE_ROWS else []
    return found


def _shape(row: Row) -> str:
    """What a row shares with its like on other pages: its words without numbers, and how high it stands."""
    return re.sub(r"\d+", "#", row.text).strip().casefold() + f" {row.height:.2f}"


def _by_height(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces whose base lines are the same, highest first, each group from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-p.y, p.x)):
        if rows and abs(rows[-1][0].y - piece.y) <= 0.35 * min(max(piece.size, 1.0), max(rows[-1][0].size, 1.0)):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda p: p.x) for row in rows]


def _segments(row: Sequence[Piece]) -> list[Piece]:
    """Join neighbours of a row to segments; a gap wider than a letter and a half parts them."""
    joined: list[Piece] = []
    for piece in row:
        if not joined:
            joined.append(piece)
            continue
        last = joined[-1]
        gap = piece.x - (last.x + last.width)
        size = max(last.size, piece.size, 1.0)
        if gap > CELL_GAP * size and not _is_mark(last.text):
            joined.append(piece)
        elif gap > -0.6 * max(last.width, size) or piece.text != last.text:
            space = " " if gap >= 0.12 * size or _is_mark(last.text) else ""
            right = max(last.x + last.width, piece.x + piece.width)
            heavy = piece if len(piece.text) > len(last.text) else last
            joined[-1] = Piece(last.x, last.y, right - last.x, heavy.size, last.text + space + piece.text, heavy.bold)
    return joined


def _is_mark(text: str) -> bool:
    """Say whether a piece is only the mark of a list item, which stands apart from its words."""
    return bool(re.fullmatch(r"[•·◦▪■●○–\-*\uf0b7\uf0a7o]|\(?\d{1,2}[.)]|[a-z]\)", text.strip()))


def _gutter(segments: Sequence[Piece]) -> float | None:
    """Find where the right one of two columns begins; None on a page of one column."""
    best: tuple[int, float] | None = None
    for start, count in Counter(round(s.x) for s in segments).items():
        if count < COLUMN_ROWS // 2:
            continue
        right = [s for s in segments if s.x >= start - 2]
        left = [s for s in segments if s.x < start - 2 and s.x + s.width <= start + 2]
        across = len(segments) - len(left) - len(right)
        if min(len(left), len(right)) < COLUMN_ROWS or across > 0.4 * min(len(left), len(right)):
            continue
        if min(_mean_length(left), _mean_length(right)) < COLUMN_WORDS:
            continue
        score = min(len(left), len(right)) - across
        if best is None or score > best[0]:
            best = (score, float(start))
    return best[1] if best else None


def _mean_length(segments: Sequence[Piece]) -> float:
    return sum(len(s.text) for s in segments) / len(segments)


def _zones(segments: Sequence[Piece], gutter: float) -> list[list[Piece]]:
    """Cut a page into zones in reading order: left column, right column, and what spans both between them."""
    zones: list[list[Piece]] = [[], []]
    for segment in segments:
        if segment.x < gutter - 2 < gutter + 2 < segment.x + segment.width:
            zones += [[segment], [], []]
        else:
            zones[-1 if segment.x >= gutter - 2 else -2].append(segment)
    return [zone for zone in zones if zone]


def _rows(zone: Sequence[Piece], page: int, column: int) -> list[Row]:
    """Make the segments of a zone rows; those on one base line are cells of one row."""
    rows = []
    for cells in _by_height(zone):
        heavy = max(cells, key=lambda c: len(c.text))
        rows.append(
            Row(
                cells=tuple(" ".join(c.text.split()) for c in cells),
                x=cells[0].x,
                y=cells[0].y,
                right=max(c.x + c.width for c in cells),
                size=round(heavy.size, 1),
                page=page,
                bold=all(c.bold for c in cells),
                column=column,
                edges=tuple(edge for c in cells[1:] for edge in (c.x, c.x + c.width)),
            )
        )
    return rows


def _tabled(rows: Sequence[Row]) -> list[Row]:
    """Keep the cells of rows whose cells line up with those of a neighbour; other gaps are only wide spaces."""
    lined = [_line_up(a, b) for a, b in pairwise(rows)]
    kept = [above or below for above, below in zip([False, *lined], [*lined, False], strict=True)]
    return [row if whole else replace(row, cells=(row.text,)) for row, whole in zip(rows, kept, strict=False)]


def _line_up(one: Row, other: Row) -> bool:
    near = 0.4 * max(one.size, other.size)
    return any(abs(a - b) < near for a in one.edges for b in other.edges)


def leading_of(rows: Sequence[Row]) -> float:
    """Give the usual distance (points) from one row to the next below it."""
    steps = [a.y - b.y for a, b in pairwise(rows) if a.page == b.page and a.column == b.column]
    return median([step for step in steps if step > 0] or [12.0])
