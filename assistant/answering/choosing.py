"""Which of the sentences that may be quoted an answer holds: the best, none said twice, rather side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from assistant.answering.sentences import Quotable
from assistant.language import words

NEIGHBOUR = 0.06
"""What a sentence gains from standing beside one that is chosen, so that an answer reads as its author wrote it.

An answer holds about as much with it as without: documents cited / facts on the mean of the seven sets of
eval/questions that have them .886 / .798 without, .883 / .800 with it, .878 / .795 with 0.1 (2026-11-23, without the
legal basis).
"""

BETWEEN = 6
"""Characters that may stand between two sentences side by side: a line break, a bullet or the number of a step."""

SIMILAR = 0.6
"""Share of a sentence's words that stand in one already chosen, from which it says nothing new."""

_NUMBER = re.compile(r"\d+(?:[.,\s]\d+)*")


def choose(
    sentences: Sequence[Quotable], budget: int, documents: int, first: Sequence[Quotable] = ()
) -> list[Quotable]:
    """The best sentences within `budget` words, best first, from at most `documents` documents, none said twice.

    `sentences` are in the order of their passages. `first` are among those chosen. Where the question asks several
    things, the best for each of them in turn.
    """
    chosen, used = [*first], {s.passage.card.id for s in first}
    budget -= sum(s.length for s in first)
    queue = _Queue(sentences)
    for place, sentence in enumerate(sentences if first else ()):
        if sentence in first:
            queue.take(place)
    for place in queue:
        sentence = sentences[place]
        name = sentence.passage.card.id
        if sentence.length > budget or (name not in used and len(used) == documents):
            continue
        if any(repeats(sentence, other) for other in chosen):
            continue
        chosen.append(sentence)
        used.add(name)
        budget -= sentence.length
        queue.take(place)
    return chosen


class _Queue:
    """Places of sentences, best first, for each thing that the question asks in turn; each place once.

    What stands beside a sentence that was taken moves forward.
    """

    def __init__(self, sentences: Sequence[Quotable]) -> None:
        self._sentences = sentences
        count = len(sentences[0].scores) if sentences else 0
        self._asks = range(1, count) if count > 1 else range(count)
        self._heaps = [[(-s.scores[ask], place) for place, s in enumerate(sentences)] for ask in self._asks]
        self._seen: set[int] = set()
        for heap in self._heaps:
            heapify(heap)

    def __iter__(self) -> Iterator[int]:
        while any(self._heaps):
            for heap in self._heaps:
                while heap:
                    _, place = heappop(heap)
                    if place not in self._seen:
                        self._seen.add(place)
                        yield place
                        break

    def take(self, place: int) -> None:
        self._seen.add(place)
        for beside in (place - 1, place + 1):
            if 0 <= beside < len(self._sentences) and _touch(self._sentences[place], self._sentences[beside]):
                for ask, heap in zip(self._asks, self._heaps, strict=True):
                    heappush(heap, (-self._sentences[beside].scores[ask] - NEIGHBOUR, beside))


def _touch(one: Quotable, other: Quotable) -> bool:
    """Whether nothing but a line's beginning stands between two sentences of a passage."""
    return one.hit == other.hit and max(one.start, other.start) - min(one.end, other.end) <= BETWEEN


def repeats(one: Quotable, other: Quotable) -> bool:
    """Whether a sentence says nothing beside another: it shares its words, and has no number of its own."""
    if set(_NUMBER.findall(one.text)) - set(_NUMBER.findall(other.text)):
        return False
    mine, theirs = set(words(one.text)), set(words(other.text))
    return len(mine & theirs) >= SIMILAR * min(len(mine), len(theirs))
