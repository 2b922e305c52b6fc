"""Several rankings of the same passages, one filter, weighed together and reranked by late interaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.finding.encoders import Embedder, TokenVectors, unpack
from assistant.finding.keywords import Keywords
from assistant.language import words
from assistant.types import Filters, Hit, Passage, Query

NEAREST = 300  # entries that Chroma is asked for; one call without a filter on roles takes a third of two with it
CANDIDATES = 60  # passages that are weighed
RERANKED = 40  # of these, the passages whose tokens are compared

FEATURES = (
    "dense", "stems", "runs", "document", "summary", "question", "asked", "expansion",
    "home_law", "home_case", "foreign_law", "foreign_case",
    "template_wanted", "template_unasked", "case_wanted", "case_unasked", "other_language", "recent", "tokens",
)  # fmt: skip
"""What a passage is weighed by, in the order of `WEIGHTS`."""

WEIGHTS = np.array(
    [0.38, 0.15, 0.08, 0.14, 0.39, 0.1, 0.4, 0.21, 3.08, 1.5, -1.92, -0.46, 0.9, -0.6, 1.26, -0.3, 1.0, 1.5, 1.3], np.float32
)
"""Fitted by eval/fit.py on the documents' own questions, 2026-11-21, then set by hand where these differ from what people
ask: they name their country more often (other_language was 3.2, home_case 3.1) and never ask for cases when a rule is
wanted (case_unasked was 0.4). Development questions in the first 3 / 5: 0.862 / 0.912 as fitted, 0.925 / 0.969 so.
"""

ROUGH = np.array([3.0, 0.0, -3.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.5, 3.0], np.float32)
"""What the circumstances weigh when candidates are chosen, before their tokens are compared."""

SAME = {"nn": "nb"}
"""Written languages that are one here: a nynorsk question is no stranger to a bokmål document."""

Find = Callable[[NDArray[np.float32], int, Filters], Sequence[tuple[str, float]]]
"""Nearest entries of a vector: (vector, limit, filters) -> (entry id, cosine), best first."""

Vectors = Callable[[Collection[str]], Mapping[str, bytes]]
"""Bytes kept under passage ids: dense vectors, or packed token vectors."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What an entry of the index leads to: its role and the places of its passages on the shelf."""

    role: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Shelf:
    """All that is visible at one revision of the library, ready to be searched.

    `leads` maps entry ids to what they lead to, `prefix` gives the words put before a passage's text when it was
    embedded, `background` is a sample of dense vectors (n, dimension) that a similarity is measured against.
    """

    revision: int
    passages: tuple[Passage, ...]
    leads: Mapping[str, Lead]
    background: NDArray[np.float32]
    middle: NDArray[np.float32]
    nearest: Find
    dense: Vectors
    tokens: Vectors
    prefix: Callable[[Passage], str]
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {p.id: place for place, p in enumerate(self.passages)})

    @cached_property
    def keywords(self) -> Keywords:
        """The keyword index of the passages."""
        return Keywords(self.passages)

    @cached_property
    def documents(self) -> NDArray[np.int64]:
        """Number of the document that each passage belongs to; shape (passages,)."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(p.card.id, len(numbers)) for p in self.passages], np.int64)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: hits, best first, the question's own token vectors and how sure the finding is."""

    hits: tuple[Hit, ...]
    question: TokenVectors | None
    signals: Mapping[str, float]


def find(query: Query, shelf: Shelf, encoder: Embedder, limit: int = 30, without: Collection[str] = ()) -> Found:
    """The passages that answer `query`, best first.

    `without` names entries that are passed over: the fitting of the weights leaves out the question that it asks.
    """
    if not shelf.passages:
        return Found((), None, {})
    encoded = encoder.embed([query.text], "query")
    asked = encoded.tokens[0] if encoded.tokens else None
    places, rows, ranks, tokens = weigh(query, encoded.dense[0], asked, shelf, without)
    scores = rows @ WEIGHTS
    order = np.argsort(-scores, kind="stable")[:limit]
    hits = tuple(
        Hit(shelf.passages[places[i]], round(float(scores[i]), 4), {k: v[places[i]] for k, v in ranks.items() if places[i] in v})
        for i in order
    )
    return Found(hits, asked, _signals(rows, scores, tokens, order))


def weigh(
    query: Query, vector: NDArray[np.float32], asked: TokenVectors | None, shelf: Shelf, without: Collection[str] = ()
) -> tuple[list[int], NDArray[np.float32], dict[str, dict[int, int]], NDArray[np.float32]]:
    """Candidates (places on the shelf), their features (candidates, features), ranks by ranking, token scores."""
    allowed = _allowed(query.filters, shelf)
    spread = shelf.background @ vector
    mean, deviation = float(spread.mean()), float(spread.std()) or 1.0
    near, led, owners = _nearest(query, vector, shelf, without)
    stems, runs, document = shelf.keywords.scores(query.text)
    expansion = shelf.keywords.expansion(query.expansion) if query.expansion else np.zeros(len(stems), np.float32)
    parts = [_standard(part) for part in (stems, runs, document, expansion)]
    rough = 0.5 * parts[0] + 0.5 * parts[1] + 0.5 * parts[2] + 0.2 * parts[3]
    for place, cosine in near.items():
        rough[place] += (cosine - mean) / deviation
    for place, cosine in led.items():
        rough[place] += 0.6 * (cosine - mean) / deviation
    columns = _circumstances(query, shelf)
    rough = rough + columns @ ROUGH
    rough[~allowed] = -np.inf
    places = [int(i) for i in np.argsort(-rough, kind="stable")[:CANDIDATES] if allowed[i]]
    dense = _cosines(places, near, vector, shelf)
    ground = mean + deviation
    rows = np.zeros((len(places), len(FEATURES)), np.float32)
    for row, place in enumerate(places):
        own = shelf.documents[place]
        rows[row, 0] = (dense[row] - mean) / deviation
        rows[row, 1:4] = parts[0][place], parts[1][place], parts[2][place]
        rows[row, 4] = max(0.0, (owners["summary"].get(own, ground) - ground) / deviation)
        rows[row, 5] = max(0.0, (led.get(place, ground) - ground) / deviation)
        rows[row, 6] = max(0.0, (owners["question"].get(own, ground) - ground) / deviation)
        rows[row, 7] = parts[3][place]
        rows[row, 8:18] = columns[place]
    tokens = late_interaction(query.text, asked, places[:RERANKED], shelf) if asked else np.zeros(0, np.float32)
    if len(tokens):
        rows[: len(tokens), 18] = _standard(tokens)
        rows[len(tokens) :, 18] = rows[: len(tokens), 18].min()
    ranks = {"dense": _ranked(near), "question": _ranked(led), "keywords": _ranked({p: float(stems[p]) for p in places if stems[p] > 0})}
    return places, rows, ranks, tokens


def late_interaction(question: str, asked: TokenVectors, places: Sequence[int], shelf: Shelf) -> NDArray[np.float32]:
    """How well each passage's tokens cover the question's; shape (places,).

    Per token of the question the best cosine over the passage's tokens, after the corpus' mean token is taken out,
    averaged with the words' inverse document frequency as weight (after Khattab & Zaharia 2020, arXiv 2004.12832).
    """
    weights = token_weights(question, asked, shelf.keywords.weight)
    own = centred(asked.vectors, shelf.middle)
    kept = shelf.tokens([shelf.passages[p].id for p in places])
    scores = np.zeros(len(places), np.float32)
    for row, place in enumerate(places):
        packed = kept.get(shelf.passages[place].id)
        if packed:
            best = (own @ centred(unpack(packed).vectors, shelf.middle).T).max(axis=1)
            scores[row] = float(best @ weights)
    return scores


def relevance(question: str, found: Found, shelf: Shelf) -> Callable[[Passage, Sequence[tuple[int, int]]], list[float]]:
    """A function that says how well each span of a passage's text covers the question, between 0 and about 1.

    Uses the token vectors of the whole passage, so a sentence is read in its context. Where the encoder gives no
    token vectors, the share of the question's words (by inverse document frequency) that the span holds.
    """
    asked = found.question
    ids = {hit.passage.id for hit in found.hits}
    kept = dict(shelf.tokens(ids)) if asked else {}
    weights = token_weights(question, asked, shelf.keywords.weight) if asked else np.zeros(0)
    own = centred(asked.vectors, shelf.middle) if asked else None

    def scores(passage: Passage, spans: Sequence[tuple[int, int]]) -> list[float]:
        packed = kept.get(passage.id)
        if own is None or packed is None:
            return [_overlap(question, passage.text[a:b], shelf.keywords) for a, b in spans]
        tokens = unpack(packed)
        similar = own @ centred(tokens.vectors, shelf.middle).T
        starts = tokens.starts - len(shelf.prefix(passage))
        found_ = []
        for a, b in spans:
            inside = (starts >= a) & (starts < b)
            found_.append(float(similar[:, inside].max(axis=1) @ weights) if inside.any() else 0.0)
        return found_

    return scores


def token_weights(question: str, asked: TokenVectors, weight: Callable[[str], float]) -> NDArray[np.float32]:
    """The weight of each token of the question, by the word that it is part of; sums to 1."""
    weights = np.zeros(len(asked.starts), np.float32)
    for row, (start, end) in enumerate(zip(asked.starts, asked.ends, strict=True)):
        word = words(_word_at(question, int(start), int(end)))
        weights[row] = weight(word[0]) if word else 0.0
    total = float(weights.sum())
    return weights / total if total else np.full(len(weights), 1 / max(1, len(weights)), np.float32)


def centred(vectors: NDArray[np.float32], middle: NDArray[np.float32]) -> NDArray[np.float32]:
    """Token vectors with the corpus' mean token taken out, at unit length; shape as given."""
    moved = vectors - middle
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-9), np.float32)


def _word_at(text: str, start: int, end: int) -> str:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


def _overlap(question: str, text: str, keywords: Keywords) -> float:
    held = {form for word in words(text) for form in keywords.forms(word)}
    weights = {word: keywords.weight(word) for word in words(question)}
    total = sum(weights.values())
    return sum(w for word, w in weights.items() if held.intersection(keywords.forms(word))) / total if total else 0.0


def _allowed(filters: Filters, shelf: Shelf) -> NDArray[np.bool_]:
    """Which passages the filters let through, as `Vectors.search` reads them; shape (passages,)."""
    cards = {p.card.id: p.card for p in shelf.passages}

    def passes(name: str) -> bool:
        card = cards[name]
        return (
            (not filters.documents or name in filters.documents)
            and (not filters.kinds or card.kind in filters.kinds)
            and (not filters.countries or card.country is None or card.country in filters.countries)
            and (not filters.topics or bool(set(filters.topics) & set(card.topics)))
            and (not filters.models or bool(set(filters.models) & set(card.models)))
            and (not filters.target_groups or bool(set(filters.target_groups) & set(card.target_groups)))
        )

    if filters == Filters():
        return np.ones(len(shelf.passages), bool)
    good = {name for name in cards if passes(name)}
    return np.array([p.card.id in good for p in shelf.passages], bool)


def _nearest(
    query: Query, vector: NDArray[np.float32], shelf: Shelf, without: Collection[str]
) -> tuple[dict[int, float], dict[int, float], dict[str, dict[int, float]]]:
    """Best cosine by place through passages, and through questions; and by document, per role."""
    near: dict[int, float] = {}
    led: dict[int, float] = {}
    owners: dict[str, dict[int, float]] = {"question": {}, "summary": {}}
    for entry, cosine in shelf.nearest(vector, NEAREST, query.filters):
        lead = shelf.leads.get(entry)
        if lead is None or not lead.places or entry in without:
            continue
        if lead.role != "passage":
            own = int(shelf.documents[lead.places[0]])
            owners[lead.role][own] = max(owners[lead.role].get(own, -1.0), cosine)
        if lead.role != "summary":
            target = near if lead.role == "passage" else led
            for place in lead.places:
                target[place] = max(target.get(place, -1.0), cosine)
    return near, led, owners


def _cosines(places: list[int], near: Mapping[int, float], vector: NDArray[np.float32], shelf: Shelf) -> list[float]:
    """Cosine of each place; those that Chroma did not name are computed from the kept vectors."""
    missing = [shelf.passages[p].id for p in places if p not in near]
    kept = shelf.dense(missing) if missing else {}
    known = {name: float(np.frombuffer(data, "<f4") @ vector) for name, data in kept.items()}
    floor = min(near.values(), default=0.0)
    return [near[p] if p in near else known.get(shelf.passages[p].id, floor) for p in places]


def _circumstances(query: Query, shelf: Shelf) -> NDArray[np.float32]:
    """What speaks for or against a document beside its text; shape (passages, 10), order as in FEATURES."""
    rows: dict[str, list[float]] = {}
    for passage in shelf.passages:
        card = passage.card
        if card.id not in rows:
            case, template = card.kind == "case", card.kind == "template"
            home = card.country in query.countries
            foreign = bool(query.law) and card.country is not None and card.country not in query.law
            row = (
                home and not case,
                home and case,
                foreign and not case,
                foreign and case,
                template and query.intent == "template",
                template and query.intent != "template",
                case and query.intent == "example",
                case and query.intent in {"definition", "rule", "howto", "conditions", "comparison", "template"},
                SAME.get(card.language, card.language) != SAME.get(query.language, query.language),
                card.id in query.recent,
            )
            rows[card.id] = [float(value) for value in row]
    return np.array([rows[p.card.id] for p in shelf.passages], np.float32)


def _standard(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values as deviations from their mean, in standard deviations; zeros where all are alike."""
    deviation = float(values.std())
    if deviation < 1e-9:
        return np.zeros_like(values, np.float32)
    return np.asarray((values - values.mean()) / deviation, np.float32)


def _ranked(values: Mapping[int, float]) -> dict[int, int]:
    return {place: rank for rank, place in enumerate(sorted(values, key=lambda p: -values[p]), 1)}


def _signals(
    rows: NDArray[np.float32], scores: NDArray[np.float32], tokens: NDArray[np.float32], order: NDArray[np.int64]
) -> dict[str, float]:
    """How sure the finding is: what a refusal is decided by."""
    if not len(rows):
        return {}
    return {
        "dense": float(rows[:, 0].max()),
        "stems": float(rows[:, 1].max()),
        "question": float(rows[:, 6].max()),
        "summary": float(rows[:, 4].max()),
        "tokens": float(tokens.max()) if len(tokens) else 0.0,
        "score": float(scores[order[0]]),
    }
