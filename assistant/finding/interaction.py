"""Late interaction: how well the tokens of a passage, or of a sentence in it, cover the tokens of a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from assistant.finding.answers import Marked
from assistant.finding.encoders import TokenVectors, unpack
from assistant.finding.keywords import Keywords
from assistant.finding.shelf import Shelf
from assistant.finding.supported import is_bundled
from assistant.language import words
from assistant.types import Hit

WORST = 3
"""Tokens of the question that count twice in a sentence: those that it covers worst."""

WORDS = 0.35
"""What the words that a sentence shares with the question count beside its tokens.

Within a passage the rare words of a question stand everywhere, so here, unlike among passages, tokens are not weighted
by rarity. On NorQuAD (472 questions; gold sentence first / in the first three) and the development questions (facts
in 160 words), 2026-11-21: weighted by rarity 0.638 / 0.828 / 0.732; mean with the worst three and WORDS 0 0.25 0.35*:
0.665 / 0.843 / 0.729, 0.680 / 0.860 / 0.739, 0.680 / 0.867 / 0.750.
"""


ALONE = 0.7
"""What the tokens of one of several things that a question asks count in a sentence, beside all of its tokens.

Facts of the questions that ask several things, of the development / the blind / a hundred newer questions (24, 16, 43),
2026-11-22: by all tokens alone .812 / .812 / .802, with each thing's own 0.7* and 1 .812 / .875 / .837.
"""


SCALE = 0.07
"""What the network's logarithm of odds counts in a sentence's score; eval/README.md tells what others give."""

READ = 64
"""Sentences that the network reads, those that cover the question best: a question has some two hundred near it."""


def late_interaction(
    sides: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]], places: Sequence[int], shelf: Shelf
) -> NDArray[np.float32]:
    """How well each passage's tokens cover a question's; shape (sides, places).

    A side is one reading of the question: the vectors of its tokens (tokens, dimension), and what each of them weighs
    (tokens,). Per token of it the best cosine over the passage's tokens, after the corpus' mean token is taken out
    (after Khattab & Zaharia 2020, arXiv 2004.12832).
    """
    own = [(centred(vectors, shelf.middle), weights) for vectors, weights in sides]
    kept = shelf.tokens([shelf.passages[p].id for p in places])
    scores = np.zeros((len(sides), len(places)), np.float32)
    for column, place in enumerate(places):
        packed = kept.get(shelf.passages[place].id)
        if packed:
            theirs = centred(unpack(packed).vectors, shelf.middle).T
            scores[:, column] = [float((mine @ theirs).max(axis=1) @ weights) for mine, weights in own]
    return scores


def relevance(
    question: str,
    hits: Sequence[Hit],
    asked: TokenVectors | None,
    shelf: Shelf,
    asks: Sequence[tuple[int, int]] = (),
    encoder: str = "",
    beside: Sequence[tuple[int, int]] = (),
) -> Callable[[Sequence[Marked]], list[list[tuple[float, ...]]]]:
    """A function that says how well each span of the passages' texts answers the question; for each passage a list.

    First the question as a whole, then each of the things that it asks where there are several: `asks` says where in
    it they stand (characters). What stands `beside` the point in it is not looked for: "and in Denmark?" is answered by
    where is looked. The token vectors of the whole passage are used, so a sentence is read in its context.

    How well a span covers the question lies between 0 and about 1.3: half of the sum is the mean over the question's
    tokens, half the mean over the WORST covered, and the share of the question's words (by inverse document frequency)
    that the span holds counts WORDS. Where the encoder gives no token vectors, it is that share alone. Where `encoder`
    names the bundled one, what `selection` tells of the READ that cover it best is added, in steps of SCALE.
    """
    ids = {hit.passage.id for hit in hits}
    kept = dict(shelf.tokens(ids)) if asked else {}
    asked = _without(asked, beside) if asked else None
    own = centred(asked.vectors, shelf.middle) if asked else None
    share = shared("".join(c for at, c in enumerate(question) if not _inside(at, beside)), shelf.keywords)
    parts = [(asked.starts >= a) & (asked.ends <= b) for a, b in asks] if asked else []

    def scores(marked: Sequence[Marked]) -> list[list[tuple[float, ...]]]:
        said = [share(passage.text[a:b]) for passage, spans in marked for a, b in spans]
        if asked is None or own is None or any(passage.id not in kept for passage, _ in marked):
            rows = [(held,) * (1 + len(asks)) for held in said]
        else:
            read = [*chain(*(within(kept[p.id], len(shelf.prefix(p)), spans) for p, spans in marked))]
            covers = (_covers(own @ centred(vectors, shelf.middle).T, parts) for vectors in read)
            rows = [tuple(tokens + WORDS * rest for tokens in each) for each, rest in zip(covers, said, strict=True)]
            if is_bundled(encoder):
                rows = _selected(asked.vectors, parts, read, rows)
        each = iter(rows)
        return [list(islice(each, len(spans))) for _, spans in marked]

    return scores


def _without(asked: TokenVectors, beside: Sequence[tuple[int, int]]) -> TokenVectors:
    """The tokens that stand outside these places; all of them where none would be left."""
    kept = np.array([not _inside(start, beside) for start in asked.starts], bool)
    if kept.all() or not kept.any():
        return asked
    return TokenVectors(asked.vectors[kept], asked.starts[kept], asked.ends[kept], asked.ids[kept])


def _inside(at: int, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in places)


def within(packed: bytes, before: int, spans: Sequence[tuple[int, int]]) -> Iterator[NDArray[np.float32]]:
    """The token vectors (tokens, dimension) of each span of a passage that had `before` characters put before it."""
    held = unpack(packed)
    starts = held.starts - before
    return (held.vectors[(starts >= a) & (starts < b)] for a, b in spans)


def _selected(
    question: NDArray[np.float32],
    parts: Sequence[NDArray[np.bool_]],
    sentences: Sequence[NDArray[np.float32]],
    rows: Sequence[tuple[float, ...]],
) -> list[tuple[float, ...]]:
    """The rows with what the network tells added, of the question as a whole and of each part."""
    from assistant.finding.selection import select  # it takes torch, which only the bundled encoder has loaded

    near = sorted(range(len(rows)), key=lambda place: -max(rows[place]))[:READ]
    told = np.array([select(question, [sentences[place] for place in near])] * (1 + len(parts))).T
    for number, part in enumerate(parts, 1):
        alone = select(question[part], [sentences[place] for place in near])
        told[:, number] = ALONE * np.array(alone) + (1 - ALONE) * told[:, number]
    added = np.full((len(rows), 1 + len(parts)), told.min() if len(near) else 0.0)
    added[near] = told
    return [tuple(row) for row in (np.array(rows) + SCALE * added).tolist()]


def _covers(similar: NDArray[np.float32], parts: Sequence[NDArray[np.bool_]]) -> tuple[float, ...]:
    """How well a sentence's tokens cover the question's, from their cosines (question, sentence), and each part's."""
    if not similar.size:
        return (0.0,) * (1 + len(parts))
    best = similar.max(axis=1)
    whole = _cover(best)
    return (whole, *(ALONE * _cover(best[part]) + (1 - ALONE) * whole for part in parts))


def _cover(best: NDArray[np.float32]) -> float:
    """The mean over the tokens of a question of their best cosines, half of it over the WORST."""
    covered = np.sort(best)
    return float(covered.mean() + covered[:WORST].mean()) / 2 if covered.size else 0.0


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


def shared(question: str, keywords: Keywords) -> Callable[[str], float]:
    """A function that gives the share of the question's words, by inverse document frequency, that a text holds."""
    wanted = [(keywords.weight(word), frozenset(keywords.forms(word))) for word in dict.fromkeys(words(question))]
    total = sum(weight for weight, _ in wanted) or 1.0

    def share(text: str) -> float:
        held = {form for word in words(text) for form in keywords.forms(word)}
        return sum(weight for weight, forms in wanted if held & forms) / total

    return share
