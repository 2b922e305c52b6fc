"""Finds the words of a document that a written statement rests on, and numbers them as citations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

from assistant.language import fold, sentences, stem, stopwords, words
from assistant.plans import Words
from assistant.types import Citation, Passage, Sentence

Lookup = Callable[[str, str], Sequence[Passage]]
"""The passages of a section: (document id, heading) -> passages in reading order; the heading "" means all."""

NUMBER = 2.0
"""What a shared number counts against a shared word: the amount is what a reader looks for in a quote."""

LONG = 14
"""Words of a quote that cost nothing. A longer one shares words by chance and is weighed down by its length."""


def say(text: Words, language: str) -> str:
    """A text in the reader's language, or the nearest that it is written in: nynorsk as bokmål, others in English."""
    return text.get(language) or text.get({"nn": "nb", "no": "nb"}.get(language, "en")) or next(iter(text.values()), "")


class Support:
    """Statements with their citations, numbered in order of first use."""

    def __init__(self, lookup: Lookup, language: str) -> None:
        self._lookup = lookup
        self.language = language
        self._numbers: dict[tuple[str, int], int] = {}
        self.citations: list[Citation] = []

    def state(self, text: Words, document: str, section: str = "") -> Sentence | None:
        """The statement in the reader's language with a citation, or None if the library lacks what it rests on.

        The quote is the sentence of the section (of the document, where none is named) that shares most with the
        statement. `support` is the share of the statement's words that it holds.
        """
        passages = self._lookup(document, section)
        if not passages:
            return None
        spoken = passages[0].card.language
        asked = keys(say(text, spoken), spoken)
        places = [(passage, span) for passage in passages for span in sentences(passage.text)]
        if not places:
            return None
        passage, (start, end) = max(places, key=lambda place: _shared(asked, place[0], place[1]))
        held = asked & keys(passage.text[start:end], spoken)
        if not held and not section:
            return None
        support = len(held) / len(asked) if asked else 0.0
        return Sentence(say(text, self.language), (self._number(passage, start, end),), round(support, 3))

    def quote(self, passage: Passage, start: int, end: int) -> Sentence:
        """The words of a passage from `start` to `end` as a statement that cites itself."""
        return Sentence(passage.text[start:end], (self._number(passage, start, end),))

    def _number(self, passage: Passage, start: int, end: int) -> int:
        key = (passage.id, start)
        if key not in self._numbers:
            self._numbers[key] = len(self.citations) + 1
            self.citations.append(Citation(self._numbers[key], passage, passage.text[start:end], start, end))
        return self._numbers[key]


@lru_cache(maxsize=50_000)
def keys(text: str, language: str) -> frozenset[str]:
    """What a text speaks of, written so that cognates of the Scandinavian languages meet."""
    idle = stopwords(language)
    return frozenset(fold(stem(word, language)) for word in words(text) if word not in idle)


def _shared(asked: frozenset[str], passage: Passage, span: tuple[int, int]) -> float:
    held = keys(passage.text[span[0] : span[1]], passage.card.language)
    points = sum(NUMBER if key[0].isdigit() else 1.0 for key in asked & held)
    return points / math.sqrt(max(len(held), LONG))
