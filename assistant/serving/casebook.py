"""what Explore shows of cases: rows that the browser filters, and a page for one document; pure, everything escaped"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from assistant.serving import words
from assistant.serving.pane import MARK_OF_ITEM, meta_html, original_html, safe_url
from assistant.serving.words import word
from assistant.types import Block, Card, Document, Figure, Source

_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")
_KEBAB = re.compile(r"[^\s-]+(?:-[^\s-]+)+")


def rows(cards: Iterable[Card], groups: Callable[[Card], tuple[str, ...]]) -> list[dict[str, Any]]:
    """Every case among `cards` as plain values for the browser, which filters, sorts and draws them.

    `groups` gives the target groups of a card by the names that all cards share.
    Fields: id, title, lang, country, summary, model, topic, sector, group, for (the target groups as written), public,
    partners (all of them as written), year, period, asOf, figure ([value, what] of the first result, or None).
    """
    return [_row(card, groups(card)) for card in cards if card.kind == "case"]


def _row(card: Card, groups: tuple[str, ...]) -> dict[str, Any]:
    first = card.results[0] if card.results else None
    return {
        "id": card.id,
        "title": card.title,
        "lang": card.language,
        "country": card.country,
        "summary": card.summary,
        "model": card.models,
        "topic": card.topics,
        "sector": [plain_sector(sector) for sector in card.sectors],
        "group": groups,
        "for": card.target_groups,
        "public": list(dict.fromkeys(_ASIDE.sub("", partner) for partner in card.public_partners)),
        "partners": partners(card),
        "year": card.start,
        "period": period(card),
        "asOf": card.as_of,
        "figure": [first.value, first.what] if first else None,
    }


def partners(card: Card) -> tuple[str, ...]:
    """Everyone who takes part, the public side first, each once."""
    everyone = (*card.public_partners, *card.private_partners, *card.inclusion_partners)
    return tuple(dict.fromkeys(everyone))


def plain_sector(written: str) -> str:
    """A sector as people read it: the corpus writes "green-maintenance" for "green maintenance"."""
    return written.replace("-", " ") if _KEBAB.fullmatch(written) else written


def period(card: Card) -> str:
    """From when to when a case ran, "2018–" while it runs or where the end is unknown; "" where no year is known."""
    if card.start is None and card.end is None:
        return ""
    return f"{card.start or ''}–{card.end or ''}" if card.start != card.end else str(card.start)


def figure_text(figure: Figure, language: str) -> str:
    """A result in one line: its value, what was counted, and when."""
    return f"{words.number(figure.value, language)} {figure.what}" + (f" ({figure.period})" if figure.period else "")


def facts(card: Card, language: str) -> dict[str, tuple[str, ...]]:
    """What a card says in short, by key of the word lists; what it does not say is left out."""
    told = {
        "case.country": (words.country(card.country, language),) if card.country else (),
        "case.model": tuple(words.named("model", model, language) for model in card.models),
        "case.public": card.public_partners,
        "case.private": card.private_partners,
        "case.inclusion": card.inclusion_partners,
        "case.sector": tuple(words.named("sector", plain_sector(sector), language) for sector in card.sectors),
        "case.group": tuple(words.named("group", group, language) for group in card.target_groups),
        "case.period": tuple(filter(None, (period(card),))),
        "case.as-of": (words.date(card.as_of, language),) if card.as_of else (),
        "glossary.law": card.legal_basis,
        "facet.topic": tuple(words.named("topic", topic, language) for topic in card.topics),
    }
    return {key: values for key, values in told.items() if values}


def sections(document: Document) -> list[tuple[str, tuple[Block, ...]]]:
    """The blocks of a document below each level-2 heading ("" before the first), in reading order."""
    return [
        (heading, tuple(blocks))
        for heading, blocks in groupby(document.blocks, key=lambda block: block.headings[0] if block.headings else "")
    ]


def page_html(document: Document, similar: Sequence[Card], guidance: Sequence[Card], language: str) -> str:
    """One document as a page: its facts, its figures, its text, its sources, what is like it, and the rules on it."""
    card = document.card
    spoken = f'lang="{escape(card.language)}"'
    known = {source.number: source for source in card.sources}
    back = f'<span aria-hidden="true">‹</span> {_say("explore.back", language)}'
    body = "".join(_section(heading, blocks, known) for heading, blocks in sections(document))
    save = _save(card, language) if card.kind == "case" else ""
    return (
        f'<article class="casepage" aria-labelledby="case-title"><p class="above">'
        f'<a class="back" href="#explore">{back}</a></p><header><p class="meta">{meta_html(card, language)}</p>'
        f'<h2 id="case-title" tabindex="-1" {spoken}>{escape(card.title)}</h2>'
        f'<p class="lead" {spoken}>{escape(card.summary)}</p>{save}</header>'
        f'<div class="columns"><div class="text" {spoken}>{_figures(card, known, language)}{body}</div>'
        f'<div class="beside">{_facts(card, language)}{_sources(card, language)}'
        f"{_links('case.guidance', guidance, language)}{_links('case.similar', similar, language)}"
        "</div></div></article>"
    )


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))


def _save(card: Card, language: str) -> str:
    return (
        f'<button type="button" class="save" data-save="{escape(card.id)}" aria-pressed="false">'
        f"{_say('explore.save', language)}</button>"
    )


def _figures(card: Card, known: Mapping[int, Source], language: str) -> str:
    items = "".join(
        f"<li><b>{escape(words.number(figure.value, language))}</b><span>{escape(figure.what)}"
        + (f" <i>({escape(figure.period)})</i>" if figure.period else "")
        + f"{_marks((figure.source,) if figure.source else (), known)}</span></li>"
        for figure in card.results
    )
    label = f'<h3 lang="{language}">{_say("case.figures", language)}</h3>'
    return f'<section class="figures">{label}<ul>{items}</ul></section>' if items else ""


def _section(heading: str, blocks: Sequence[Block], known: Mapping[int, Source]) -> str:
    parts = [f"<h3>{escape(heading)}</h3>"] if heading else []
    for below, run in groupby(blocks, key=lambda block: block.headings[1:]):
        parts += [f"<h4>{escape(below[-1])}</h4>"] if below else []
        for kind, lines in groupby(run, key=_kind):
            parts.append(_run(kind, tuple(lines), known))
    return f"<section>{''.join(parts)}</section>"


def _kind(block: Block) -> str:
    if block.text.startswith("- "):
        return "ul"
    if MARK_OF_ITEM.match(block.text):
        return "ol"
    return "table" if " | " in block.text else "p"


def _run(kind: str, blocks: Sequence[Block], known: Mapping[int, Source]) -> str:
    if kind == "table":
        return _table(blocks, known)
    said = [escape(MARK_OF_ITEM.sub("", b.text) if kind != "p" else b.text) + _marks(b.sources, known) for b in blocks]
    if kind == "p":
        return "".join(f"<p>{line}</p>" for line in said)
    return f"<{kind}>{''.join(f'<li>{line}</li>' for line in said)}</{kind}>"


def _table(blocks: Sequence[Block], known: Mapping[int, Source]) -> str:
    """Rows whose cells are parted by " | ", the first as headings."""
    head, *rest = [[escape(cell) for cell in block.text.split(" | ")] for block in blocks]
    lines = ("".join(f"<td>{cell}</td>" for cell in cells) for cells in rest)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    marks = _marks(tuple(dict.fromkeys(number for block in blocks for number in block.sources)), known)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>' + (f"<p>{marks}</p>" if marks else "")


def _marks(numbers: Sequence[int], known: Mapping[int, Source]) -> str:
    """The numbers of the sources of a line, each a link to the original where it has an address."""
    marks = []
    for source in (known[number] for number in numbers if number in known):
        url, number = safe_url(source.url), f"[{source.number}]"
        link = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer"' if url else "<span"
        name = escape(source.title)
        marks.append(f' {link} class="mark" title="{name}">{number}{"</a>" if url else "</span>"}')
    return "".join(marks)


def _facts(card: Card, language: str) -> str:
    told = "".join(
        f"<div><dt>{_say(key, language)}</dt>" + "".join(f"<dd>{escape(value)}</dd>" for value in values) + "</div>"
        for key, values in facts(card, language).items()
    )
    return f'<section class="facts"><h3>{_say("case.facts", language)}</h3><dl>{told}</dl></section>'


def _sources(card: Card, language: str) -> str:
    items = "".join(f"<li>[{s.number}] {original_html(s, language)}</li>" for s in card.sources)
    if not items:
        return ""
    return f'<section><h3>{_say("case.sources", language)}</h3><ul class="originals">{items}</ul></section>'


def _links(heading: str, cards: Sequence[Card], language: str) -> str:
    items = "".join(
        f'<li><a href="#explore/case/{escape(card.id)}" lang="{escape(card.language)}">{escape(card.title)}</a>'
        f'<span class="meta">{meta_html(card, language)}</span></li>'
        for card in cards
    )
    if not items:
        return ""
    return f'<section class="links"><h3>{_say(heading, language)}</h3><ul>{items}</ul></section>'
