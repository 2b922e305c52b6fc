"""A document without front matter becomes a Proposal: a Card told by its text, each field with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from assistant.reading import cues, gist
from assistant.reading.country import country_of
from assistant.reading.labels import Near, group_in, kind_of, labels, topics_told
from assistant.reading.organisations import ROLES, organisations
from assistant.types import Block, Card, Concept, Document, Kind, Proposal, Source

Alike = Callable[[str, Kind], Near]
"""Cards of documents that mean nearly what a text does: (text, kind) -> (card, cosine), best first."""

OPENING = 1500
"""Characters that documents alike are looked up by: about what the encoder reads."""

READ = 40_000
"""Characters of a document that its card is told by: long reports say early what they are about."""

LONGEST_LINE = 2_000
"""Characters of a line that are read: no paragraph is longer, and looking for sentences in a hostile one is slow."""

Evidence = dict[str, tuple[str, ...]]


def propose(
    document: Document, glossary: Sequence[Concept], places: Mapping[str, str], alike: Alike, this_year: int
) -> Proposal:
    """A card for a document whose own is derived (`corpus.derive`): what can be told of it, each field with evidence.

    `places` maps place names in lower case to countries. Fields that nothing speaks for stay empty. The id gets the
    country in front, as the corpus format wants it. `this_year` bounds the years that a text can be from.
    """
    card, evidence = settled(document, places)
    whole, document = document, _opening(document)
    text = text_of(document)
    near: dict[Kind, Near] = {kind: alike(_whole(card, text)[:OPENING], kind) for kind in get_args(Kind)}
    kind, said = kind_of(_whole(card, text), near)
    card = replace(card, kind=kind)
    evidence["kind"] = tuple(filter(None, (said,)))
    if card.country is None and (found := country_of(_whole(card, text), card.language, places, document.origin)):
        card = replace(card, country=found.code)
        evidence["country"] = found.quotes or (f"language: {card.language}",)
    card = _labelled(card, text, glossary, near[kind], evidence)
    if kind == "case":
        card = _partnered(card, text, document, places, evidence)
    if card.as_of is None and (year := gist.latest_year(text, this_year)):
        card, evidence["as_of"] = replace(card, as_of=year.value), (year.quote,)
    link = document.origin if document.origin.startswith(("http://", "https://")) else None
    published = document.card.as_of
    sources = (Source(1, card.title, url=link, published=published),)
    card = replace(card, id=_own_id(card), sources=sources)
    return Proposal(replace(whole, card=card), {name: quotes for name, quotes in evidence.items() if quotes})


def settled(document: Document, places: Mapping[str, str]) -> tuple[Card, Evidence]:
    """The document's card with what is safe to tell without a person looking: a summary, and a clear country."""
    document = _opening(document)
    card, text = document.card, text_of(document)
    evidence: Evidence = {"title": (card.title,), "language": (text[:100].split("\n")[0],)}
    if summary := gist.summary(card.title, document.blocks, card.language):
        card, evidence["summary"] = replace(card, summary=summary), (summary,)
    found = country_of(_whole(card, text), card.language, places, document.origin)
    if found and found.clear:
        card, evidence["country"] = replace(card, country=found.code), found.quotes
    return card, evidence


def text_of(document: Document) -> str:
    """The text of a document with its headings, each once, as people read it."""
    lines, path = list[str](), tuple[str, ...]()
    for block in document.blocks:
        lines += [heading for heading in block.headings if heading not in path]
        path = block.headings
        lines.append(block.text)
    return "\n".join(lines)


def _opening(document: Document) -> Document:
    """The document with as much of its text as is read."""
    blocks, left = list[Block](), READ
    for block in document.blocks:
        if left <= 0:
            break
        blocks.append(replace(block, text=block.text[:LONGEST_LINE]))
        left -= len(blocks[-1].text)
    return replace(document, blocks=tuple(blocks))


def _labelled(card: Card, text: str, glossary: Sequence[Concept], near: Near, evidence: Evidence) -> Card:
    """The card with topics, and as a case with models, sectors and target groups."""
    told = topics_told(text, card.language, glossary)
    chosen = {"topics": labels("topics", told, topics_told(card.title, card.language, glossary), near)}
    for field in ("models", "sectors", "target_groups") if card.kind == "case" else ():
        chosen[field] = labels(field, cues.count(field, text), cues.count(field, card.title), near)
    evidence.update({field: tuple(dict.fromkeys(one.quote for one in some)) for field, some in chosen.items()})
    names = {field: tuple(one.name for one in some) for field, some in chosen.items()}
    names["target_groups"] = tuple(group_in(name, card.language) for name in names.get("target_groups", ()))
    return replace(card, **names)  # type: ignore[arg-type]  # each is a tuple of texts


def _partnered(card: Card, text: str, document: Document, places: Mapping[str, str], evidence: Evidence) -> Card:
    """The card with partners, years and figures."""
    partners = organisations(card.title, text, places)
    fields = {f"{role}_partners": [one for one in partners if one.role == role] for role in ROLES}
    evidence.update({name: tuple(dict.fromkeys(one.quote for one in some)) for name, some in fields.items()})
    results = gist.figures(document.blocks)
    evidence["results"] = tuple(dict.fromkeys(quote for _, quote in results))
    begun, ended = gist.span(text)
    evidence.update({name: (year.quote,) for name, year in (("start", begun), ("end", ended)) if year})
    return replace(
        card,
        **{name: tuple(one.name for one in some) for name, some in fields.items()},  # type: ignore[arg-type]
        results=tuple(figure for figure, _ in results),
        start=int(begun.value) if begun else None,
        end=int(ended.value) if ended else None,
    )


def _whole(card: Card, text: str) -> str:
    return f"{card.title}\n{text}"


def _own_id(card: Card) -> str:
    prefix = f"{card.country.lower()}-" if card.country else ""
    return card.id if card.id.startswith(prefix) else prefix + card.id
