"""Holds a composed sentence against the passages that it cites: what stands there, what does not, and how surely."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.answering.naming import has, names, spoken
from assistant.answering.stance import Stance, clauses, stance
from assistant.answering.stated import Figure, Stated, countries, stated
from assistant.language import detect, fold, sentences, stem, stopwords, words
from assistant.types import Passage

Similar = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]
"""The cosine of each text of the first with each of the second."""

Entails = Callable[[str, str], Mapping[str, float]]
"""For an evidence and a sentence, the chance (0 to 1) of each of "entailment", "neutral" and "contradiction"."""

FAULTS = (
    "number", "percentage", "amount", "date", "section", "name", "country", "negation", "duty", "party", "meaning",
)  # fmt: skip

WHOLE = 0.25
"""Weight of a sentence's own likeness when a clause is matched with one of its clauses.

Of 0, 0.1, 0.25 and 0.5 on the calibration half of eval/support: 0.25 and 0.5 keep one supported sentence more.
"""

_HOME = {"NO": "NOK", "DK": "DKK", "SE": "SEK"}


@dataclass(frozen=True, slots=True)
class Support:
    """How well a sentence is held by its evidence: `score` 0 to 1, and what is wrong, of FAULTS; none = it holds."""

    score: float
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause of the evidence with the sentence and the passage that it stands in."""

    clause: str
    sentence: str
    passage: Passage

    @property
    def language(self) -> str:
        return self.passage.card.language


def hold(
    sentence: str,
    passages: Sequence[Passage],
    similar: Similar | None = None,
    entails: Entails | None = None,
    language: str | None = None,
) -> Support:
    """Whether `sentence` says only what `passages` say."""
    spoken_in = language or detect(sentence)
    evidence = grounds(passages)
    if not evidence:
        return Support(0.0, ("meaning",))
    claim = stated(sentence, spoken_in)
    likeness = (similar or alike)([sentence, *clauses(sentence)], [*(g.clause for g in evidence), *(g.sentence for g in evidence)])
    found = Match(sentence, spoken_in, evidence, likeness)
    faults = [
        *unstated(claim, passages),
        *(["name"] if unnamed(sentence, spoken_in, passages) else []),
        *(["country"] if foreign(claim, found) else []),
        *(["negation"] if found.denies() else []),
        *(["duty"] if found.oversteps() else []),
    ]
    return Support(1.0, tuple(dict.fromkeys(faults)))


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((clause, text[a:b]) for a, b in sentences(text) for clause in clauses(text[a:b]))


def grounds(passages: Sequence[Passage]) -> tuple[Ground, ...]:
    return tuple(Ground(clause, whole, passage) for passage in passages for clause, whole in _parts(passage.text))


def alike(first: Sequence[str], second: Sequence[str]) -> list[list[float]]:
    keys = [_keys(text) for text in second]
    return [[len(_keys(text) & other) / (len(_keys(text)) or 1) for other in keys] for text in first]


@lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    language = detect(text)
    return frozenset(fold(stem(word, language)) for word in words(text) if word not in stopwords(language))


def context(passage: Passage) -> str:
    card = passage.card
    return ".\n".join([passage.text, passage.heading, card.title, *card.public_partners, *card.private_partners, *card.inclusion_partners])


def unstated(claim: Stated, passages: Sequence[Passage]) -> Iterator[str]:
    """The kinds of what the claim states to the letter and no passage does."""
    held = [(stated(context(p), p.card.language), _HOME.get(p.card.country or "", "kr")) for p in passages]
    for figure in claim.figures:
        if not any(_same(figure, other, home) for there, home in held for other in there.figures):
            yield figure.kind
    dates = {date for there, _ in held for date in there.dates}
    if not all(_dated(date, dates) for date in claim.dates):
        yield "date"
    sections = {section for there, _ in held for section in there.sections}
    if not all(any(_within(section, other) for other in sections) for section in claim.sections):
        yield "section"


def _same(figure: Figure, other: Figure, home: str) -> bool:
    if not math.isclose(figure.value, other.value):
        return False
    if figure.bound * other.bound < 0:
        return False
    if "percentage" in (figure.kind, other.kind):
        return figure.kind == other.kind or not (figure.unit or other.unit)
    units = {home if unit == "kr" else unit for unit in (figure.unit, other.unit) if unit}
    return len(units) < 2


def _dated(date: tuple[int, int, int], there: set[tuple[int, int, int]]) -> bool:
    year, month, day = date
    if any(all(mine in (0, its) for mine, its in zip(date, other, strict=True)) for other in there):
        return True
    same_day = [other for other in there if other[1:] == (month, day)]
    return bool(month and same_day and all(not other[0] for other in same_day) and any(o[0] == year for o in there))


def _within(section: str, other: str) -> bool:
    return section == other or other.startswith(section + "(") or ("-" not in section and other.startswith(section + "-"))


def unnamed(sentence: str, language: str, passages: Sequence[Passage]) -> list[str]:
    there = [spoken(context(passage)) for passage in passages]
    return [name for name in names(sentence, language) if not has(name, there)]


def foreign(claim: Stated, found: Match) -> bool:
    """Whether the claim names a country that its nearest evidence is not about."""
    if not claim.countries:
        return False
    about = set()
    for ground in found.nearest():
        about |= countries(ground.sentence) or {ground.passage.card.country}
    everywhere = {c for g in found.evidence for c in (*countries(context(g.passage)), g.passage.card.country)}
    return not claim.countries <= everywhere or not claim.countries & about


class Match:
    """The clauses of a claim, each beside the clause of the evidence that is nearest to it."""

    def __init__(self, sentence: str, language: str, evidence: Sequence[Ground], likeness: Sequence[Sequence[float]]):
        count = len(evidence)
        self.evidence = evidence
        self.whole = likeness[0][count:]
        self.likeness = likeness
        self.pairs: list[tuple[Stance, Ground, Stance]] = []
        for clause, row in zip(clauses(sentence), likeness[1:], strict=True):
            best = max(range(count), key=lambda i: row[i] + WHOLE * self.whole[i])
            ground = evidence[best]
            self.pairs.append((stance(clause, language), ground, stance(ground.clause, ground.language)))

    def nearest(self) -> list[Ground]:
        best = max(range(len(self.evidence)), key=lambda i: self.whole[i])
        return [self.evidence[best]]

    def denies(self) -> bool:
        """Whether the claim denies what the evidence says, or says what it denies: in a clause, and in all together."""
        there = {ground: theirs for _, ground, theirs in self.pairs}
        odd = sum(mine.denied for mine, _, _ in self.pairs) + sum(theirs.denied for theirs in there.values())
        return odd % 2 == 1 and any(mine.denied != theirs.denied for mine, _, theirs in self.pairs)

    def oversteps(self) -> bool:
        """Whether a clause makes a choice a duty, a duty a choice, or either out of advice."""
        for mine, ground, theirs in self.pairs:
            there = theirs.duties or stance(ground.sentence, ground.language).duties
            if mine.duties and there and not mine.duties & there and not (mine.denied and theirs.denied):
                return True
        return False
