"""What a question calls by name: rare names that tell documents apart, and countries of which there are only cases"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.finding.shelf import Shelf
from assistant.language import words
from assistant.types import Card, Query

NAMED = 3.0
"""What it counts that a document tells of what the question calls by name: as much as it counts for guidance that its
law holds, which a case without front matter lacks. No figure of the development, fresh and blind questions changed by
it; of five that name a firm or a person in the texts of editors, one found its text without and three with it. NorQuAD
first 0.951 with and without, 2026-11-21."""

RARE = 40
"""Passages that may hold a name, at most about so many, for it to tell documents apart."""


def named(names: frozenset[str], countries: frozenset[str], places: Sequence[int], shelf: Shelf) -> NDArray[np.float32]:
    """For each of `places` the share of what the question calls by name that its document tells of; shape (places,).

    Rare names stand in the document's found passages, in its title or among its public partners; a country is its own.
    """
    held: dict[int, set[str]] = {}
    for place in places if names or countries else ():
        passage, own = shelf.passages[place], held.setdefault(int(shelf.documents[place]), set())
        said = frozenset(words(f"{passage.card.title} {' '.join(passage.card.public_partners)} {passage.text}"))
        own |= {name for name in names if name in said or f"{name}s" in said} | {told(passage.card)} & countries
    count = len(names) + len(countries) or 1
    return np.array([len(held.get(int(shelf.documents[place]), ())) / count for place in places], np.float32)


def abroad(query: Query, shelf: Shelf) -> frozenset[str]:
    """The countries that the question names and whose law is not held: of these there are a few cases, and they are
    meant.
    """
    if not query.named:
        return frozenset()
    lawful = {told(passage.card) for passage in shelf.passages if passage.card.kind != "case"}
    return frozenset(query.named) & {told(passage.card) for passage in shelf.passages} - lawful


def told(card: Card) -> str:
    """The country that the document tells; "" without front matter, where it is inferred and weighs nothing."""
    return card.country or "" if card.sources else ""


def rare(query: Query, shelf: Shelf) -> frozenset[str]:
    """The question's names that stand in so few passages that they tell documents apart."""
    rarest = float(np.log(max(1.0, len(shelf.passages) / RARE)))
    return frozenset(name for name in query.names if shelf.keywords.weight(name) >= rarest)
