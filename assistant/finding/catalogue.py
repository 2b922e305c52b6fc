"""Which cases a question asks for all of: those whose card carries what it names, the nearest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from assistant.finding.shelf import Shelf
from assistant.language import words
from assistant.types import Card, Concept, Hit, Query

COMMON = 0.5
"""Share of all cases from which a topic tells nothing: most cases are about work inclusion."""


def cases(
    query: Query, hits: Sequence[Hit], shelf: Shelf, concepts: Mapping[str, Concept], *, country: str | None
) -> tuple[str, ...]:
    """Ids of the cases asked for: all that carry each topic, model or sector that the question names.

    `country` is the one that the question names (None = none): then only its cases. `hits`, best first, give the
    order; a question that names nothing that cards carry gets the cases among them.
    """
    held = {p.card.id: p.card for p in shelf.passages if p.card.kind == "case"}
    ranked = list(dict.fromkeys(hit.passage.card.id for hit in hits if hit.passage.card.id in held))
    home = [card for card in held.values() if country in (None, card.country)]
    marks = [mark for name in query.terms if (mark := _carriers(concepts[name], held.values()))]
    chosen = [card.id for card in home if all(card.id in mark for mark in marks)]
    if not chosen or not (marks or country):
        chosen = [name for name in ranked if country in (None, held[name].country)]
    order = {name: place for place, name in enumerate(ranked)}
    return tuple(sorted(chosen, key=lambda name: (order.get(name, len(order)), name)))


def shown(names: Sequence[str], hits: Sequence[Hit], shelf: Shelf) -> tuple[Hit, ...]:
    """The hits of these documents, and every other passage of theirs after them, with the score of the last hit."""
    own = [hit for hit in hits if hit.passage.card.id in names]
    known, last = {hit.passage.id for hit in own}, min((hit.score for hit in hits), default=0.0)
    rest = [p for p in shelf.passages if p.card.id in names and p.id not in known]
    return (*own, *(Hit(passage, last, {}) for passage in rest))


def _carriers(concept: Concept, cards: Collection[Card]) -> frozenset[str]:
    """Ids of the cases that carry the concept as a model, a topic or a sector; none where it tells nothing.

    A sector is recognised by the first word of an English term: "cleaning" of "cleaning services".
    """
    topic = concept.topic or ""
    fields = {words(term)[0] for term in concept.terms.get("en", ()) if words(term)}
    found = frozenset(
        card.id
        for card in cards
        if topic in card.topics
        or topic.removesuffix("s") in card.models
        or any(field in words(sector) for sector in card.sectors for field in fields)
    )
    return found if len(found) <= COMMON * len(cards) else frozenset()
