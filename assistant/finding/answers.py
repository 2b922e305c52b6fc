"""Questions that people ask, each led to the sentence that answers it: a new one that is like them is led there too.

Documents may name such questions in their front matter ("answers"), as search keys. Two questions that mean the same
are more alike to an encoder than a question and its answer, which share neither words nor form (after Nogueira & Lin
2019, "From doc2query to docTTTTTquery", and Lewis et al. 2021, "PAQ", arXiv 2102.07033).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.types import Passage

Marked = tuple[Passage, Sequence[tuple[int, int]]]
"""A passage and the spans of its text (start, end) that are asked about."""

ALIKE, SAME = 0.86, 0.96
"""Cosines of two questions from which they are taken for alike, and at which for nearly the same. Those of the encoder
that is shipped: other questions of the subject lie at 0.80 to 0.85."""

CLOSE = 0.92
"""Cosine from which a question may be the very one that a sentence answers, in other words; it is at SAME."""

MOST = 1.2
"""How much a question that is alike counts at most, where SAME counts 1."""

SENTENCE = 0.15
"""What a sentence's score gains where the question is nearly the same as one that it answers.

With 0.05, 0.1 and 0.15* on 2026-11-23, once guidance answered questions under headings of its own, and with
`choosing.SIMILAR` 0.5: facts of the development questions 0.833 0.843 0.846, of several.jsonl 0.915 0.930 0.930,
of blind.jsonl 0.845 0.845 0.860, of anew.jsonl 0.767 0.767 0.770.
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions as vectors (n, dimension) at unit length, and for each the passage and the place of the sentence."""

    vectors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    passages: Sequence[str] = ()
    starts: Sequence[int] = ()

    def nearest(self, vector: NDArray[np.float32]) -> Mapping[str, Mapping[int, float]]:
        """For each passage (by id) the place of each sentence that questions lead to, with the best cosine of them.

        `vector` is that of a question (dimension,), at unit length.
        """
        found: dict[str, dict[int, float]] = {}
        if not self.passages:
            return found
        cosines: list[float] = (self.vectors @ vector).tolist()
        for name, start, cosine in zip(self.passages, self.starts, cosines, strict=True):
            held = found.setdefault(name, {})
            held[start] = max(held.get(start, -1.0), cosine)
        return found


def same(cosine: float, least: float = CLOSE) -> float:
    """How sure it is that two questions of this cosine ask the same: 0 up to `least`, 1 at SAME, at most MOST."""
    return min(MOST, max(0.0, (cosine - least) / (SAME - least)))


def answering(
    relevance: Callable[[Sequence[Marked]], list[list[tuple[float, ...]]]],
    near: Mapping[str, Mapping[int, float]],
) -> Callable[[Sequence[Marked]], list[list[tuple[float, ...]]]]:
    """`relevance` with more for the sentences that answer questions like this one: up to MOST times SENTENCE.

    `near` is what `Answers.nearest` gives of the question.
    """

    def scores(marked: Sequence[Marked]) -> list[list[tuple[float, ...]]]:
        return [
            [_raised(row, near.get(passage.id, {}), span) for span, row in zip(spans, rows, strict=True)]
            for (passage, spans), rows in zip(marked, relevance(marked), strict=True)
        ]

    return scores if near else relevance


def _raised(row: tuple[float, ...], near: Mapping[int, float], span: tuple[int, int]) -> tuple[float, ...]:
    best = max((cosine for start, cosine in near.items() if span[0] <= start < span[1]), default=0.0)
    more = SENTENCE * same(best, ALIKE)
    return tuple(score + more for score in row)
