"""Lays each clause of a claim beside the clause of the evidence that is nearest to it, and compares how they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.answering.stance import Stance, aside, clauses, opposed, parties, spared, stance
from assistant.answering.stated import words_of
from assistant.language import detect, fold, sentences, stem, stopwords, words
from assistant.types import Passage

WHOLE = 0.25
"""Weight of the whole sentence's likeness when a clause is laid beside one of its clauses.

Of 0, 0.1, 0.25* and 0.5 on the calibration half of eval/support: with 0 and 0.1 one supported sentence more is lost.
"""

SHARED = 0.1
"""The same for the share of the clause's words that stand in the other: of 0, 0.1* and 0.2, 0 misses two more."""

_CONTRACTING = frozenset(words_of("roles")) - {"buyer", "state", "participant"}
_TOGETHER = re.compile(r"\W*(?:og|and|och|eller|or)?\W*(?:the )?")
_BY = re.compile(  # a passive and who does it: "kjøper av" is no passive
    r"\b(?:is|are|was|were|be|been|er|ble|blei|blir|blev|bliver|var|är|\w{3,}[aed]s)\b[^.;]*"
    r"\b(?:by|av|af)\s+(?:(?:en|et|ei|ett|the|a|an)\s+)?(?:\w+\s)?$"
)
_ANSWERED = re.compile(r"(?:nei|nej|no)\b", re.IGNORECASE)  # "Is there a market? No: start with a dialogue."
_NOT = re.compile(r"\b(?:ikke|ikkje|inte|not)\b")
_RELATIVE = re.compile(r"\b(?:som|der|that|which|who)\b")


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause of the evidence, with the sentence and the passage that it stands in."""

    clause: str
    sentence: str
    passage: Passage

    @property
    def language(self) -> str:
        """The language of its document."""
        return self.passage.card.language


@dataclass(frozen=True, slots=True)
class Match:
    """A claim beside its evidence.

    `pairs` holds for each clause of the claim its stance, the nearest ground and that ground's stance; `nearest` is
    the ground whose sentence is nearest to the whole claim, `closest` (0 to 1) how near the nearest text is.
    """

    sentence: str
    language: str
    passages: tuple[Passage, ...]
    pairs: tuple[tuple[Stance, Ground, Stance], ...]
    nearest: Ground
    closest: float

    def turned(self) -> Iterator[str]:
        """What the claim turns around: "negation", "duty", "party"."""
        if self._denied() != opposed(self.sentence, self.nearest.sentence) or self._set_aside():
            yield "negation"
        lone = len(self.pairs) == 1
        if any(_overstepped(mine, ground, theirs, lone) for mine, ground, theirs in self.pairs):
            yield "duty"
        if self._acted() or self._absent() or self._swapped() or self._not_them():
            yield "party"

    def _denied(self) -> bool:
        """Whether a clause differs in denial from its ground, and all together deny an odd number of times."""
        there = {ground: theirs for _, ground, theirs in self.pairs}
        denials = sum(mine.denied for mine, _, _ in self.pairs) + sum(theirs.denied for theirs in there.values())
        return denials % 2 == 1 and any(mine.denied != theirs.denied for mine, _, theirs in self.pairs)

    def _set_aside(self) -> bool:
        """Whether the claim says, denying nothing, what the nearest sentence sets aside."""
        if any(mine.denied for mine, _, _ in self.pairs) or aside(self.sentence):
            return False
        own = keys(self.sentence)
        return any(words and words <= own for words in map(keys, aside(self.nearest.sentence)))

    def _acted(self) -> bool:
        """Whether another party than in the nearest clause must or may act."""
        return any(
            mine.actor and theirs.actor and mine.actor != theirs.actor and mine.actor not in theirs.parties[:1]
            for mine, _, theirs in self.pairs
        )

    def _absent(self) -> bool:
        """Whether a party appears that the evidence does not know; the buyer is the reader and is always there."""
        there = {role for p in self.passages for role in stance(context(p), p.card.language).parties}
        return bool((set(stance(self.sentence, self.language).parties) & _CONTRACTING) - there)

    def _not_them(self) -> bool:
        """Whether the claim is about a party of which the nearest sentence says that it is not the one."""
        mine = {key for key, _, _ in parties(self.sentence, self.language)[1]} - spared(self.sentence, self.language)
        return bool(mine & spared(self.nearest.sentence, self.nearest.language))

    def _swapped(self) -> bool:
        """Whether two parties stand in the other order than in every sentence, or else every passage, with both."""
        mine = parties(self.sentence, self.language)
        for texts in (
            [(p.text[a:b], p.card.language) for p in self.passages for a, b in sentences(p.text)],
            [(p.text, p.card.language) for p in self.passages],
        ):
            orders = [kept for text, language in texts for kept in _orders(mine, parties(text, language))]
            if orders:
                return not any(orders)
        return False


def matched(
    sentence: str,
    language: str,
    passages: Sequence[Passage],
    similar: Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]] | None,
) -> Match:
    """`sentence` beside at least one passage; `similar` gives cosines, without it shared words decide."""
    evidence = [Ground(clause, whole, passage) for passage in passages for clause, whole in _clauses(passage.text)]
    own = clauses(sentence)
    texts = [*(ground.clause for ground in evidence), *(ground.sentence for ground in evidence)]
    first, *rows = (similar or alike)([sentence, *own], texts)
    shared = alike(own, texts[: len(evidence)])
    whole = first[len(evidence) :]
    pairs = []
    for clause, row, common in zip(own, rows, shared, strict=True):
        near = [row[i] + WHOLE * whole[i] + SHARED * common[i] for i in range(len(evidence))]
        ground = evidence[near.index(max(near))]
        pairs.append((stance(clause, language), ground, stance(ground.clause, ground.language)))
    nearest = evidence[max(range(len(evidence)), key=lambda i: whole[i])]
    return Match(sentence, language, tuple(passages), tuple(pairs), nearest, max(first))


def alike(first: Sequence[str], second: Sequence[str]) -> list[list[float]]:
    """The share of each first text's content words that stand in each second text, by folded stem."""
    there = [keys(text) for text in second]
    return [[len(keys(text) & other) / (len(keys(text)) or 1) for other in there] for text in first]


@lru_cache(maxsize=4096)
def keys(text: str) -> frozenset[str]:
    """The content words of a text as folded stems, on which the Scandinavian languages meet."""
    language = detect(text)
    return frozenset(fold(stem(word, language)) for word in words(text) if word not in stopwords(language))


def context(passage: Passage) -> str:
    """A passage with what its reader sees beside it: heading, title and partners."""
    card = passage.card
    partners = (*card.public_partners, *card.private_partners, *card.inclusion_partners)
    return ".\n".join([passage.text, passage.heading, card.title, *partners])


@lru_cache(maxsize=1024)
def _clauses(text: str) -> tuple[tuple[str, str], ...]:
    """Every clause of a text with its sentence."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if found and _ANSWERED.match(text, start) and text[found[-1][1] - 1] == "?":
            start = found.pop()[0]
        found.append((start, end))
    return tuple((clause, text[start:end]) for start, end in found for clause in clauses(text[start:end]))


def _overstepped(mine: Stance, ground: Ground, theirs: Stance, lone: bool) -> bool:
    """Whether a clause makes a choice a duty, a duty a choice, or either out of advice.

    A `lone` clause is held against its ground's whole sentence where the ground has no word of duty. Where both deny,
    what one may not do and what one must not do are the same.
    """
    there = theirs.duties or (stance(ground.sentence, ground.language).duties if lone else frozenset())
    own = mine.duties
    if mine.denied and theirs.denied:
        own, there = ({"must" if duty == "may" else duty for duty in duties} for duties in (own, there))  # type: ignore[assignment]
    return bool(own and there and not own & there)


def _orders(
    mine: tuple[str, tuple[tuple[str, int, int], ...]], theirs: tuple[str, tuple[tuple[str, int, int], ...]]
) -> list[bool]:
    """For each two parties that follow one another in mine and stand in theirs: whether the order says the same.

    A passive ("owned by") turns the order around; parties that stand together ("Vestre og Unikum") have none.
    """
    (text, found), (other, there) = mine, theirs
    places = {name: (start, end) for name, start, end in reversed(there)}
    orders = []
    for (one, _, end), (two, start, _) in pairwise(found):
        if one not in places or two not in places or _TOGETHER.fullmatch(text[end:start]):
            continue
        first, second = sorted((places[one], places[two]))
        between = other[first[1] : second[0]]
        if _TOGETHER.fullmatch(between) or _RELATIVE.search(between):
            continue
        if _NOT.search(between) or _NOT.search(text[end:start]):  # "Nav, not the company": it does nothing to it
            continue
        turned = bool(_BY.search(text[:start])) != bool(_BY.search(other[: second[0]]))
        orders.append((first == places[one]) != turned)
    return orders
