"""cases side by side: a table of what they are, did and learned, as HTML and as rows for a file; pure"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.serving.casebook import facts, figure_text, sections
from assistant.serving.pane import MARK_OF_ITEM, safe_url
from assistant.serving.words import word
from assistant.types import Card, Document

FEWEST, MOST = 2, 4
"""Cases in one comparison: more columns than four cannot be read on a screen or a page."""

FACTS = ("country", "model", "public", "private", "inclusion", "sector", "group", "period")
"""Rows of the comparison that the card itself answers: keys of the word lists below "case."."""

_SECTIONS = {
    "case.how": r"(?:slik|sådan|så|how it) (?:funger|work)",
    "case.worked": r"(?:hva|kva) som gjorde|hvad fik|vad som gjorde|what made",
    "case.pitfalls": r"fallgru|faldgru|fallgrop|pitfalls|hva som gikk galt",
}
"""How the headings of FORMAT.md's case sections begin, in the languages that documents are written in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a key of the word lists, and for each case the lines of its cell."""

    key: str
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to four cases and what they are compared by; a row that no case fills is left out."""

    cards: tuple[Card, ...]
    rows: tuple[Row, ...]


def compared(documents: Sequence[Document], language: str) -> Comparison:
    """The comparison of `documents`, its fixed words in `language`, their own words as they stand.

    Raises ValueError for fewer than two or more than four.
    """
    if not FEWEST <= len(documents) <= MOST:
        raise ValueError(f"{len(documents)} cases cannot be compared, only {FEWEST} to {MOST}")
    told = [_told(document, language) for document in documents]
    keys = dict.fromkeys(key for one in told for key in one)
    filled = (Row(key, tuple(one.get(key, ()) for one in told)) for key in keys)
    return Comparison(tuple(d.card for d in documents), tuple(row for row in filled if any(row.cells)))


def _told(document: Document, language: str) -> dict[str, tuple[str, ...]]:
    card = document.card
    short = facts(card, language)
    return {
        "case.summary": (card.summary,) if card.summary else (),
        **{f"case.{name}": short.get(f"case.{name}", ()) for name in FACTS},
        "case.how": _lines(document, "case.how"),
        "case.results": tuple(figure_text(figure, language) for figure in card.results),
        "case.worked": _lines(document, "case.worked"),
        "case.pitfalls": _lines(document, "case.pitfalls"),
        "case.sources": tuple(_source(s.title, s.publisher, safe_url(s.url)) for s in card.sources),
        "case.as-of": short.get("case.as-of", ()),
    }


def _lines(document: Document, key: str) -> tuple[str, ...]:
    begins = re.compile(_SECTIONS[key], re.IGNORECASE)
    found = (blocks for heading, blocks in sections(document) if begins.match(heading))
    return tuple(MARK_OF_ITEM.sub("", block.text) for blocks in found for block in blocks)


def _source(title: str, publisher: str | None, url: str | None) -> str:
    return ", ".join(part for part in (title, publisher, url) if part)


def compare_html(comparison: Comparison, language: str) -> str:
    """The comparison as a table whose first column stays in sight, with buttons for the files."""
    heads = "".join(
        f'<th scope="col"><a href="#explore/case/{escape(card.id)}" lang="{escape(card.language)}">'
        f"{escape(card.title)}</a></th>"
        for card in comparison.cards
    )
    body = "".join(_row(row, comparison.cards, language) for row in comparison.rows)
    heading, download = _say("compare.heading", language), _say("compare.download", language)
    files = "".join(
        f'<button type="button" data-export="{form}">{name}</button>'
        for form, name in (("xlsx", "Excel"), ("csv", "CSV"), ("docx", "Word"))
    )
    return (
        f'<article class="comparison" aria-labelledby="case-title"><p class="above"><a class="back" href="#explore">'
        f'<span aria-hidden="true">‹</span> {_say("explore.back", language)}</a></p>'
        f'<header><h2 id="case-title" tabindex="-1">{heading}</h2><div class="files" role="group" '
        f'aria-label="{download}"><span>{download}</span>{files}</div>'
        f'</header><div class="wide" role="region" tabindex="0" aria-label="{heading}"><table><thead><tr>'
        f'<th scope="col">{_say("compare.what", language)}</th>{heads}</tr></thead><tbody>{body}</tbody>'
        "</table></div></article>"
    )


def _row(row: Row, cards: Sequence[Card], language: str) -> str:
    cells = "".join(
        f'<td lang="{escape(card.language)}">{_cell(lines)}</td>' for card, lines in zip(cards, row.cells, strict=True)
    )
    return f'<tr><th scope="row">{_say(row.key, language)}</th>{cells}</tr>'


def _cell(lines: Sequence[str]) -> str:
    if len(lines) < 2:
        return "".join(map(escape, lines)) or "–"
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _say(key: str, language: str) -> str:
    return escape(word(key, language))
