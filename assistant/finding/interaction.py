"""Late interaction: how well the tokens of a passage, or of a sentence in it, cover the tokens of a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.finding.encoders import TokenVectors, unpack
from assistant.finding.keywords import Keywords
from assistant.finding.shelf import Shelf
from assistant.language import words
from assistant.types import Hit, Passage


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


def relevance(
    question: str, hits: Sequence[Hit], asked: TokenVectors | None, shelf: Shelf
) -> Callable[[Passage, Sequence[tuple[int, int]]], list[float]]:
    """A function that says how well each span of a passage's text covers the question, between 0 and about 1.

    Uses the token vectors of the whole passage, so a sentence is read in its context. Where the encoder gives no
    token vectors, the share of the question's words (by inverse document frequency) that the span holds.
    """
    ids = {hit.passage.id for hit in hits}
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
