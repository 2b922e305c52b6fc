"""All that can be found at one revision of the library, ready to be searched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.finding.answers import Answers
from assistant.finding.doubles import doubles
from assistant.finding.keywords import Keywords
from assistant.types import Filters, Passage

Find = Callable[[NDArray[np.float32], int, Filters], Sequence[tuple[str, float]]]
"""Nearest entries of a vector: (vector, limit, filters) -> (entry id, cosine), best first."""

Vectors = Callable[[Collection[str]], Mapping[str, bytes]]
"""Bytes kept under passage ids: dense vectors, or packed token vectors."""


NEAR = 10
"""Entries looked at for the passage that is nearest to a question from elsewhere."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What an entry of the index leads to: its role and the places of its passages on the shelf."""

    role: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Shelf:
    """All that is visible at one revision of the library, ready to be searched.

    `leads` maps entry ids to what they lead to, `prefix` gives the words put before a passage's text when it was
    embedded, `answers` holds the questions that sentences answer, `elsewhere` the vectors (n, dimension) of questions
    that people ask and that are not ours, `background` a sample of dense vectors (n, dimension) that a similarity is
    measured against.
    """

    revision: int
    passages: tuple[Passage, ...]
    leads: Mapping[str, Lead]
    background: NDArray[np.float32]
    middle: NDArray[np.float32]
    elsewhere: NDArray[np.float32]
    nearest: Find
    dense: Vectors
    tokens: Vectors
    prefix: Callable[[Passage], str]
    answers: Answers = field(default_factory=Answers)
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {p.id: place for place, p in enumerate(self.passages)})

    @cached_property
    def keywords(self) -> Keywords:
        """The keyword index of the passages."""
        return Keywords(self.passages)

    @cached_property
    def doubled(self) -> Mapping[str, str]:
        """Id of the passage that stands for each passage that another document holds too."""
        return doubles(self.passages)

    @cached_property
    def documents(self) -> NDArray[np.int64]:
        """Number of the document that each passage belongs to; shape (passages,)."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(p.card.id, len(numbers)) for p in self.passages], np.int64)

    @cached_property
    def strangers(self) -> tuple[float, float]:
        """Mean and deviation of the best cosine that a passage has with each question from elsewhere."""
        best = [self._best(vector) for vector in self.elsewhere]
        return float(np.mean(best)), max(float(np.std(best)), 1e-3)

    def _best(self, vector: NDArray[np.float32]) -> float:
        """The best cosine of a passage; of the last entry seen where other entries are nearer."""
        found = self.nearest(vector, NEAR, Filters())
        own = [cosine for entry, cosine in found if entry in self.leads and self.leads[entry].role == "passage"]
        return (own or [cosine for _, cosine in found[-1:]] or [0.0])[0]

    @cached_property
    def lawful(self) -> frozenset[str]:
        """Countries that guidance is held for."""
        return frozenset(p.card.country for p in self.passages if p.card.kind == "guidance" and p.card.country)

    def around(self, place: int) -> tuple[Passage, ...]:
        """Every passage of the document that the passage at `place` belongs to, in reading order."""
        own = self.documents[place]
        first, last = place, place + 1
        while first > 0 and self.documents[first - 1] == own:
            first -= 1
        while last < len(self.passages) and self.documents[last] == own:
            last += 1
        return self.passages[first:last]
