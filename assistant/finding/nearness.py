"""How near texts lie to each other, and the library's passages and questions to a question, by their vectors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.finding.encoders import Embedder, Sought, TokenVectors
from assistant.finding.shelf import Shelf
from assistant.types import Filters

NEAREST = 300  # entries that Chroma is asked for; one call without a filter on roles takes a third of two with it


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as the encoder reads it, and where what answers it would stand.

    `vector` (dimension,) has unit length. `tokens` and `sought` are None where the encoder cannot give them.
    """

    vector: NDArray[np.float32]
    tokens: TokenVectors | None = None
    sought: Sought | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """What lies near a vector of a question (dimension,).

    `passages` and `questions` hold the best cosine by the place of a passage, of itself and of the questions that lead
    to it; `owners` by the number of a document, of its summaries and of its questions; `asked` those of each question.
    `mean` and `deviation` are of the cosines with the shelf's sample: what is near to any question.
    """

    vector: NDArray[np.float32]
    mean: float
    deviation: float
    passages: Mapping[int, float]
    questions: Mapping[int, float]
    owners: Mapping[str, Mapping[int, float]]
    asked: Sequence[float]

    def above(self, cosine: float) -> float:
        """How many deviations a cosine lies above the mean."""
        return (cosine - self.mean) / self.deviation

    def beyond(self, cosine: float | None) -> float:
        """How many deviations more than one a cosine lies above the mean; 0 where it does not, or is none."""
        return 0.0 if cosine is None else max(0.0, self.above(cosine) - 1.0)

    def likeness(self, places: Sequence[int], shelf: Shelf) -> NDArray[np.float32]:
        """How many deviations the cosine of each passage lies above the mean; shape (places,).

        Those that Chroma did not name are computed from the kept vectors.
        """
        missing = [shelf.passages[p].id for p in places if p not in self.passages]
        kept = shelf.dense(missing) if missing else {}
        known = {name: float(np.frombuffer(data, "<f4") @ self.vector) for name, data in kept.items()}
        floor = min(self.passages.values(), default=0.0)
        cosines = (self.passages.get(p, known.get(shelf.passages[p].id, floor)) for p in places)
        return np.array([self.above(cosine) for cosine in cosines], np.float32)


def near(vector: NDArray[np.float32], filters: Filters, shelf: Shelf, without: Collection[str] = ()) -> Near:
    """What lies near `vector` among what the filters let through; entries named in `without` are passed over."""
    spread = shelf.background @ vector
    best: dict[str, dict[int, float]] = {"passage": {}, "question": {}}
    owners: dict[str, dict[int, float]] = {"question": {}, "summary": {}}
    asked: list[float] = []
    for entry, cosine in shelf.nearest(vector, NEAREST, filters):
        lead = shelf.leads.get(entry)
        if lead is None or not lead.places or entry in without:
            continue
        if lead.role != "passage":
            own = int(shelf.documents[lead.places[0]])
            asked += [cosine] * (lead.role == "question")
            owners[lead.role][own] = max(owners[lead.role].get(own, -1.0), cosine)
        if lead.role != "summary":
            held = best[lead.role]
            for place in lead.places:
                held[place] = max(held.get(place, -1.0), cosine)
    mean, deviation = float(spread.mean()), float(spread.std()) or 1.0
    return Near(vector, mean, deviation, best["passage"], best["question"], owners, asked)


def cosines(encoder: Embedder) -> Callable[[Sequence[str], Sequence[str]], list[list[float]]]:
    """A function that gives the cosine of each text of its first with each of its second argument.

    It remembers the vectors of what it was given, so make one for each answer. Both sides are read as queries.
    """
    known: dict[str, NDArray[np.float32]] = {}

    def of(first: Sequence[str], second: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys([*first, *second]) if text not in known]
        known.update(zip(new, encoder.embed(new, "query").dense, strict=True))
        likeness = np.stack([known[text] for text in first]) @ np.stack([known[text] for text in second]).T
        cosine: list[list[float]] = likeness.tolist()
        return cosine

    return of


def against(encoder: Embedder, held: Sequence[str]) -> Callable[[Sequence[str]], list[list[float]]]:
    """A function that gives the cosine of each of its texts with each of `held`, both read as queries.

    The vectors of `held` are made at the first call and kept; those of other texts are not.
    """
    kept: list[NDArray[np.float32]] = []

    def of(texts: Sequence[str]) -> list[list[float]]:
        if not kept:
            kept.append(encoder.embed(held, "query").dense)
        cosine: list[list[float]] = (encoder.embed(texts, "query").dense @ kept[0].T).tolist()
        return cosine

    return of
