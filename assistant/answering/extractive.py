"""Composes an answer from the passages' own sentences; needs no model."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.sentences import Quotable, Relevance, quotable
from assistant.language import words
from assistant.types import Claim, Draft, Form, Hit, Part, Query

WORDS = 150
"""Words of an answer, titles apart: short enough to read at once; the required median is 180."""

DOCUMENTS = 4
"""Most documents in an answer that is no list of examples."""

SIMILAR = 0.6
"""Share of a sentence's words that stand in one already chosen, from which it says nothing new."""


def compose(query: Query, hits: Sequence[Hit], relevance: Relevance) -> Draft:
    """A draft whose sentences are the sources' own, in a form that fits the question."""
    sentences = quotable(query, hits, relevance)
    chosen = choose(sentences, WORDS, DOCUMENTS)
    return Draft(parts=tuple(_parts(chosen)))


def choose(sentences: Sequence[Quotable], budget: int, documents: int) -> list[Quotable]:
    """The best sentences within `budget` words, from at most `documents` documents, none saying what another does."""
    chosen: list[Quotable] = []
    used: dict[str, None] = {}
    for sentence in sorted(sentences, key=lambda s: -s.score):
        name = sentence.passage.card.id
        if sentence.length > budget or (name not in used and len(used) == documents):
            continue
        if any(_repeats(sentence, other) for other in chosen):
            continue
        chosen.append(sentence)
        used[name] = None
        budget -= sentence.length
    return chosen


def _parts(chosen: Sequence[Quotable]) -> list[Part]:
    """The chosen sentences as parts: the best document first, in each document in reading order."""
    parts = []
    for name in dict.fromkeys(s.passage.card.id for s in chosen):
        own = sorted((s for s in chosen if s.passage.card.id == name), key=lambda s: (s.passage.start, s.start))
        parts.append(Part(tuple(claim(s) for s in own), form=_form(own)))
    return parts


def _form(sentences: Sequence[Quotable]) -> Form:
    if len(sentences) > 1 and all(s.step for s in sentences):
        return "steps"
    return "bullets" if len(sentences) > 2 else "paragraph"


def claim(sentence: Quotable) -> Claim:
    """A sentence quoted whole."""
    return Claim(sentence.text, ((sentence.passage, sentence.text),))


def _repeats(one: Quotable, other: Quotable) -> bool:
    mine, theirs = set(words(one.text)), set(words(other.text))
    return len(mine & theirs) >= SIMILAR * min(len(mine), len(theirs))
