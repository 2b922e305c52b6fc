"""Several rankings of the same passages, one filter, weighed together and reranked by late interaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assistant.finding import called
from assistant.finding.answers import same
from assistant.finding.confidence import signals
from assistant.finding.encoders import Embedder, TokenVectors
from assistant.finding.interaction import late_interaction, shared, token_weights
from assistant.finding.kinds import kinds
from assistant.finding.nearness import Reading, near
from assistant.finding.shelf import Shelf
from assistant.types import Filters, Hit, Query

CANDIDATES = 60  # passages that are weighed
RERANKED = 40  # of these, the passages whose tokens are compared

FEATURES = (
    "dense", "stems", "runs", "document", "summary", "question", "asked", "expansion",
    "home_law", "home_case", "foreign_law", "foreign_case",
    "template_wanted", "template_unasked", "case_wanted", "case_unasked", "other_language", "recent", "tokens",
)  # fmt: skip
"""What a passage is weighed by, in the order of `WEIGHTS`."""

CIRCUMSTANCES = slice(FEATURES.index("home_law"), FEATURES.index("tokens"))
"""Those of them that say what speaks for or against a document beside its text."""

FOREIGN_CASE = FEATURES[CIRCUMSTANCES].index("foreign_case")
FOREIGN_LAW = FEATURES.index("foreign_law")

WEIGHTS = np.array(
    [0.38, 0.15, 0.08, 0.14, 0.39, 0.1, 0.4, 0.21, 3.08, 1.5, -1.92, -0.46, 0.9, -0.6, 1.26, -0.3, 1.0, 1.5, 1.3],
    np.float32,
)
"""Fitted by eval/fit.py on the documents' own questions, 2026-11-21, then set by hand where these differ from what
people ask (the documents' own questions ask across languages more often than people do; case_unasked was 0.4).
Development questions in the first 3 / 5: 0.862 / 0.912 as fitted, 0.925 / 0.969 so.
"""

ANSWERED = 0.4
"""What it counts, for each deviation above the ground, that a sentence of the passage answers a question like this.

With 0.2 (and LED 0.3), 0.4* and 0.8, 2026-11-22: development questions in the first 3 0.937 0.950 0.937, facts 0.809
0.824 0.830; facts of anew.jsonl 0.757 0.767 0.777, of blind.jsonl 0.850 0.850 0.860.
"""

SURE = 8.0
"""What it counts, here and when candidates are chosen, that the question is all but the same as one that a sentence of
the passage answers (`answers.same`): then little else can tell better which passage is meant. A case of
another country than the law's does not gain it: it would stand before the law that is asked for.

0 4 8* 14 on 2026-11-23: lines 1 to 60 and 121 to 180 of plain.jsonl cited 0.508 0.592 0.625 0.633, later.jsonl in the
first 3 0.890 0.910 0.920 0.930, anew.jsonl cited 0.790 0.810 0.820 0.810, development cited 0.953 0.953 0.947 0.940.
"""

MEANT = 0.5
"""What the likeness to what is sought weighs beside the question's own when candidates are chosen."""

LED = 0.6
"""What a question that leads to a passage weighs beside the passage's own likeness when candidates are chosen."""

SHARE = 3.0
"""What the share of the question's words that a document's passage holds counts when documents are ranked.

0 1 2 3* 4 on 2026-11-21: NorQuAD (472 questions) first 0.941 0.945 0.947 0.951 0.951; development questions in the
first 3: 0.923 0.923 0.930 0.937 0.937. As a weight of passages it gave the same, and cost 0.04 of the facts.
"""

ROUGH = np.array([3.0, 0.0, -3.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.5, 3.0], np.float32)
"""What the circumstances weigh when candidates are chosen, before their tokens are compared."""

WIDENED = 4
"""Documents, as found, whose context an answer may use."""

CONTEXT = 1.0
"""Score that a passage of the context lies behind the passage that led to it."""

CORE = frozenset(
    {"Kort svar", "Short answer", "Resultater", "Resultater i tal", "Resultat", "Results", "Results in figures"}
)
"""Headings of a guidance document's own answer (Danish, Norwegian and Swedish agree) and of a case's figures."""

SAME = {"nn": "nb"}
"""Written languages that are one here: a nynorsk question is no stranger to a bokmål document."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: hits, best first, the question's own token vectors and how sure the finding is.

    `near` is how like the question is to those that sentences answer, by passage and place (`Answers.nearest`).
    """

    hits: tuple[Hit, ...]
    question: TokenVectors | None
    signals: Mapping[str, float]
    near: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates, and what they are weighed by; arrays have a row for each candidate."""

    places: list[int]  # on the shelf
    rows: NDArray[np.float32]  # (candidates, features)
    ranks: dict[str, dict[int, int]]  # ranking -> place -> rank
    tokens: NDArray[np.float32]  # late interaction of the first RERANKED with the question as it stands
    nearest: float  # best cosine of a passage
    asked: Sequence[float]  # cosines with the library's nearest own questions
    named: NDArray[np.float32]  # (candidates,) share of what the question calls by name
    answered: NDArray[np.float32]  # (candidates,) what it counts that the passage answers a question like this
    near: Mapping[str, Mapping[int, float]]  # as of `Found`


def find(query: Query, shelf: Shelf, encoder: Embedder, limit: int = 30, without: Collection[str] = ()) -> Found:
    """The passages that answer `query`, best first: `limit` that may be cited, and between them those of foreign law.

    `without` names entries that are passed over: the fitting of the weights leaves out the question that it asks.
    """
    return find_each([query], shelf, encoder, limit, without)[0]


def find_each(
    queries: Sequence[Query], shelf: Shelf, encoder: Embedder, limit: int = 30, without: Collection[str] = ()
) -> list[Found]:
    """What `find` gives for each of several questions, which are read by the encoder in one pass."""
    if not shelf.passages or not queries:
        return [Found((), None, {}) for _ in queries]
    encoded = encoder.embed([query.text for query in queries], "query")
    tokens = encoded.tokens or [None] * len(queries)
    sought = encoder.seek([query.text for query in queries]) or [None] * len(queries)
    readings = [Reading(*each) for each in zip(encoded.dense, tokens, sought, strict=True)]
    found = [_found(query, each, shelf, limit, without) for query, each in zip(queries, readings, strict=True)]
    told = [kinds(encoder.name, vector) for vector in encoded.dense]
    return [replace(each, signals={**each.signals, **own}) for each, own in zip(found, told, strict=True)]


def _found(query: Query, reading: Reading, shelf: Shelf, limit: int, without: Collection[str]) -> Found:
    found, asked = weigh(query, reading, shelf, without), reading.tokens
    places, ranks, scores = found.places, found.ranks, found.rows @ WEIGHTS
    scores = scores + called.NAMED * found.named + found.answered
    order = np.argsort(-scores, kind="stable")
    citable = np.cumsum(found.rows[order, FOREIGN_LAW] == 0)
    order = order[: int(np.searchsorted(citable, limit)) + 1]
    hits = tuple(
        Hit(
            shelf.passages[places[i]],
            round(float(scores[i]), 4),
            {k: v[places[i]] for k, v in ranks.items() if places[i] in v},
        )
        for i in order
    )
    if not hits:
        return Found((), asked, {}, found.near)
    told = signals(query, reading.vector, found.tokens, found.nearest, found.asked, hits[0].passage, shelf)
    return Found(hits, asked, told, found.near)


def documents(query: Query, hits: Sequence[Hit], shelf: Shelf) -> tuple[Hit, ...]:
    """The best hit of each document, best first: its score, and SHARE for what a passage holds of the question's words.

    Among passages of one document the words tell little, among documents they tell which one is meant.
    """
    share = shared(query.text, shelf.keywords)
    best: dict[str, Hit] = {}
    held: dict[str, float] = {}
    for place, hit in enumerate(hits):
        name = hit.passage.card.id
        best.setdefault(name, hit)
        held[name] = max(held.get(name, 0.0), share(hit.passage.text) if place < RERANKED else 0.0)
    found = (replace(hit, score=round(hit.score + SHARE * held[name], 4)) for name, hit in best.items())
    return tuple(sorted(found, key=lambda hit: -hit.score))


def widen(hits: Sequence[Hit], shelf: Shelf) -> tuple[Hit, ...]:
    """The hits, and after them the wider context of the first documents: the rest of the section, the short answer,
    the figures. What is added scores CONTEXT less than the document's best passage.
    """
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.card.id, hit)
    known, added = {hit.passage.id for hit in hits}, []
    for hit in list(best.values())[:WIDENED]:
        place = shelf.places[hit.passage.id]
        own = [p for p in shelf.around(place) if p.heading == hit.passage.heading or p.heading in CORE]
        added += [Hit(p, hit.score - CONTEXT, {}) for p in own if p.id not in known]
    return (*hits, *added)


def weigh(query: Query, reading: Reading, shelf: Shelf, without: Collection[str] = ()) -> Weighed:
    """The passages that may answer `query`, and what speaks for each.

    Likeness is the mean of two, to the question as it stands and to where what answers it would stand, where the latter
    is known.
    """
    allowed = _allowed(query.filters, shelf)
    like, sought = near(reading.vector, query.filters, shelf, without), reading.sought
    meant = near(sought.dense, query.filters, shelf, without) if sought else None
    stems, runs, document = shelf.keywords.scores(query.text)
    expansion = shelf.keywords.expansion(query.expansion) if query.expansion else np.zeros(len(stems), np.float32)
    parts = [_standard(part) for part in (stems, runs, document, expansion)]
    rough = 0.5 * parts[0] + 0.5 * parts[1] + 0.5 * parts[2] + 0.2 * parts[3]
    for place, cosine in like.passages.items():
        rough[place] += like.above(cosine)
    if meant:
        for place, cosine in meant.passages.items():
            rough[place] += MEANT * meant.above(cosine)
    keys = shelf.answers.nearest(reading.vector)
    answers = {shelf.places[name]: max(own.values()) for name, own in keys.items()}
    for place, cosine in (*like.questions.items(), *answers.items()):
        rough[place] += LED * like.above(cosine)
    columns = _circumstances(query, shelf)
    sure = {place: SURE * same(cosine) for place, cosine in answers.items() if not columns[place, FOREIGN_CASE]}
    for place, counts in sure.items():
        rough[place] += counts
    rough = rough + columns @ ROUGH
    rare, abroad = called.rare(query, shelf), called.abroad(query, shelf)
    if rare:  # what is called by name is weighed, however unlike it is to the rest
        rough += called.NAMED * (shelf.keywords.scores(" ".join(rare))[0] > 0)
    if abroad:
        rough += called.NAMED * np.array(
            [called.told(passage.card) in abroad for passage in shelf.passages], np.float32
        )
    rough[~allowed] = -np.inf
    places = [int(i) for i in np.argsort(-rough, kind="stable")[:CANDIDATES] if allowed[i]]
    dense = np.mean([each.likeness(places, shelf) for each in (like, meant) if each is not None], 0)
    rows = np.zeros((len(places), len(FEATURES)), np.float32)
    for row, place in enumerate(places):
        own = shelf.documents[place]
        rows[row, 0] = dense[row]
        rows[row, 1:4] = parts[0][place], parts[1][place], parts[2][place]
        rows[row, 4] = like.beyond(like.owners["summary"].get(own))
        rows[row, 5] = like.beyond(like.questions.get(place))
        rows[row, 6] = like.beyond(like.owners["question"].get(own))
        rows[row, 7] = parts[3][place]
        rows[row, CIRCUMSTANCES] = columns[place]
    rows[:, 18], tokens = _compared(query, reading, places, shelf)
    ranks = {
        "dense": _ranked(like.passages),
        "question": _ranked(like.questions),
        "answer": _ranked({place: answers[place] for place in places if place in answers}),
        "keywords": _ranked({p: float(stems[p]) for p in places if stems[p] > 0}),
    }
    above = [like.beyond(answers.get(place)) for place in places]
    answered = [ANSWERED * more + sure.get(place, 0.0) for place, more in zip(places, above, strict=True)]
    named = called.named(rare, abroad, places, shelf)
    best = max(like.passages.values(), default=0.0)
    return Weighed(places, rows, ranks, tokens, best, like.asked, named, np.array(answered, np.float32), keys)


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


def _compared(
    query: Query, reading: Reading, places: Sequence[int], shelf: Shelf
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The late interaction of each place, standardised, (places,): those behind RERANKED as the least of these.

    And that of the first RERANKED with the question as it stands.
    """
    if reading.tokens is None or not places:
        return np.zeros(len(places), np.float32), np.zeros(0, np.float32)
    sides = [(reading.tokens.vectors, token_weights(query.text, reading.tokens, shelf.keywords.weight))]
    if reading.sought is not None:
        sides.append((reading.sought.vectors, reading.sought.weights))
    late = late_interaction(sides, places[:RERANKED], shelf)
    told = np.mean([_standard(side) for side in late], 0)
    return np.append(told, np.full(len(places) - len(told), told.min(), np.float32)), late[0]


def _circumstances(query: Query, shelf: Shelf) -> NDArray[np.float32]:
    """What speaks for or against a document beside its text; shape (passages, 10), order as in FEATURES."""
    rows: dict[str, list[float]] = {}
    for passage in shelf.passages:
        card = passage.card
        if card.id not in rows:
            case, template = card.kind == "case", card.kind == "template"
            told = called.told(card)
            home = told in query.countries
            foreign = bool(query.law and told) and told not in query.law
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
