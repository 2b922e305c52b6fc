"""Passages and documents that say the same in the same words: a press release on two sites, a page saved twice.

Texts are compared by their shingles, the runs of SHINGLE words that stand in them (Broder, "On the resemblance
and containment of documents", 1997). A share is a containment: how many of a text's shingles the other holds too, so
that a release is also found inside a longer page. Counting is exact: a sketch (MinHash) would save memory that a
library of some thousand documents does not need, and a library for it (datasketch) would bring scipy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assistant.language import words
from assistant.types import Hit, Passage, Similar

SHINGLE = 5
"""Words in a shingle. Of 3, 4, 5 and 7 on the 1805 shipped passages, unlike ones share at most .74, .68, .62, .55."""

SAME = 0.8
"""Share of a passage's shingles from which on another document says the same."""

ALIKE = 0.5
"""Share of the shorter document's shingles from which on two documents are reported."""

SHORTEST = 20
"""Shingles below which a passage is no double: a name, or the standing note of 22 words that six documents end with."""

COMMON = 20
"""Documents from which on a shingle is a phrase of the trade and no trace of a copy."""


def doubles(passages: Sequence[Passage]) -> dict[str, str]:
    """Id of the passage that stands for each doubled one: passage id -> passage id, only doubled passages as keys.

    A passage is doubled when one other document holds SAME of its shingles. Of two that hold each other the one
    whose country is known stands for both, else the earlier of `passages`. What two countries say is never doubled,
    since each may be the other's foreign law.
    """
    held = _Held(passages)
    found: dict[str, str] = {}
    for place, other in sorted(held.in_document):
        if not held.holds(place, other):
            continue
        near = {q: n for q, n in held.in_passage[place].items() if held.documents[q] == other}
        best = min(near, key=lambda q: (-near[q], q))
        mine, theirs = passages[place].card.country, passages[best].card.country
        goes_before = (theirs is None, best) < (mine is None, place)
        within = not held.holds(best, held.documents[place]) and (theirs or not mine)
        if (goes_before or within) and (theirs == mine or None in (mine, theirs)):
            found.setdefault(passages[place].id, passages[best].id)
    return {one: last for one in found if (last := _last(one, found)) != one}


def alike(passages: Sequence[Passage], new: Collection[str]) -> tuple[Similar, ...]:
    """Pairs of documents that share text, one of them in `new` (document ids), the most alike first.

    A pair counts when the shorter one shares ALIKE of its shingles, or the other holds one of its passages whole.
    """
    held = _Held(passages)
    shared: Counter[tuple[int, int]] = Counter()
    whole: set[tuple[int, int]] = set()
    for (place, other), count in held.in_document.items():
        pair = (int(held.documents[place]), other)
        shared[pair] += count
        if held.holds(place, other):
            whole.add(pair)
    found = []
    for one, other in {tuple(sorted(pair)) for pair in shared}:
        sizes = held.totals[one], held.totals[other]
        share = max(shared[one, other], shared[other, one]) / max(min(sizes), 1)
        names = held.cards[one].id, held.cards[other].id
        if set(names) & set(new) and (share >= ALIKE or {(one, other), (other, one)} & whole):
            first, second = names if names[0] in new else names[::-1]
            found.append(Similar(first, second, round(min(share, 1.0), 2)))
    return tuple(sorted(found, key=lambda pair: (-pair.share, pair.id, pair.other)))


def collapse(hits: Sequence[Hit], doubled: Mapping[str, str]) -> tuple[Hit, ...]:
    """The hits, best first, without those that say what a better one says; `doubled` is what `doubles` gave."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(doubled.get(hit.passage.id, hit.passage.id), hit)
    return tuple(best.values())


class _Held:
    """Which shingles of each passage (by place) stand in which other documents (by number) and passages.

    `in_document` counts by (place, other document), `in_passage` by place and then other place.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        numbers: dict[str, int] = {}
        self.documents = [numbers.setdefault(p.card.id, len(numbers)) for p in passages]
        self.cards = list({p.card.id: p.card for p in passages}.values())
        hashes = [_shingles(p.text) for p in passages]
        self.sizes = [len(h) for h in hashes]
        self.totals: Counter[int] = Counter()
        for own, size in zip(self.documents, self.sizes, strict=True):
            self.totals[own] += size
        self.in_document: Counter[tuple[int, int]] = Counter()
        self.in_passage: dict[int, Counter[int]] = {}
        for places in _shared(hashes):
            self._count(places)

    def holds(self, place: int, other: int) -> bool:
        """Whether document `other` says what the passage at `place` says."""
        size = self.sizes[place]
        return size >= SHORTEST and self.in_document[place, other] >= SAME * size

    def _count(self, places: Sequence[int]) -> None:
        homes = {self.documents[p] for p in places}
        if not 1 < len(homes) <= COMMON:
            return
        for place in places:
            for other in homes - {self.documents[place]}:
                self.in_document[place, other] += 1
            near = self.in_passage.setdefault(place, Counter())
            near.update(q for q in places if self.documents[q] != self.documents[place])


def _shingles(text: str) -> NDArray[np.uint64]:
    """Hashes of the different shingles of a text; of all its words where they are fewer than a shingle has."""
    codes = np.array([crc32(word.encode()) for word in words(text)], np.uint64)
    if not len(codes):
        return codes
    size = min(SHINGLE, len(codes))
    turned = np.zeros(len(codes) - size + 1, np.uint64)
    for step in range(size):
        turned = turned * np.uint64(0x9E3779B97F4A7C15) + codes[step : len(codes) - size + 1 + step]
    return np.unique(turned)


def _shared(hashes: Sequence[NDArray[np.uint64]]) -> list[list[int]]:
    """The places of each shingle that stands in more than one passage."""
    if not hashes:
        return []
    keys = np.concatenate(hashes)
    places = np.repeat(np.arange(len(hashes)), [len(h) for h in hashes])
    order = np.argsort(keys, kind="stable")
    keys, places = keys[order], places[order]
    borders = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1], [True])))
    several = np.flatnonzero(np.diff(borders) > 1)
    return [places[borders[n] : borders[n + 1]].tolist() for n in several]


def _last(name: str, found: Mapping[str, str]) -> str:
    """Where following `found` from `name` ends; in a ring (each nearly within the next), its first name."""
    passed = [name]
    while passed[-1] in found:
        if found[passed[-1]] in passed:
            return min(passed[passed.index(found[passed[-1]]) :])
        passed.append(found[passed[-1]])
    return passed[-1]
