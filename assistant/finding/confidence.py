"""How sure the finding is: the signals that a refusal is decided by."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.finding.keywords import Keywords
from assistant.finding.shelf import Shelf
from assistant.language import stopwords, words
from assistant.types import Hit, Passage, Query

HELD = 5
"""Passages, as found, that may hold a question's words."""


def signals(
    query: Query, hits: Sequence[Hit], rows: NDArray[np.float32], tokens: NDArray[np.float32], shelf: Shelf
) -> dict[str, float]:
    """How sure the finding is, which decides a refusal; every number is without unit, higher is nearer.

    `coverage` is the share of the question's content words, by inverse document frequency, that the best of the
    first passages holds; `unseen` the share that no passage of the library holds; `strangers` how many names are
    among these.
    """
    weights = content_words(query.text, shelf.keywords)
    total = sum(weights.values()) or 1.0
    held = [_forms(hit.passage, shelf.keywords) for hit in hits[:HELD]]
    shares = [sum(w for word, w in weights.items() if forms.intersection(shelf.keywords.forms(word))) for forms in held]
    unseen = [word for word in weights if not shelf.keywords.seen(word)]
    names = {name.lower() for name in re.findall(r"(?<=\w[ ,])[A-ZÆØÅÄÖ][\w-]+", query.text)}
    return {
        "dense": float(rows[:, 0].max()),
        "tokens": float(tokens.max()) if len(tokens) else 0.0,
        "asked": float(rows[:, 6].max()),
        "stems": float(rows[:, 1].max()),
        "coverage": max(shares, default=0.0) / total,
        "unseen": sum(weights[word] for word in unseen) / total,
        "strangers": float(len(names.intersection(unseen))),
        "words": float(len(weights)),
    }


def content_words(text: str, keywords: Keywords) -> dict[str, float]:
    """The words of a question that say what it is about, with their inverse document frequency."""
    idle = frozenset().union(*(stopwords(language) for language in ("nb", "nn", "da", "sv", "en")))
    return {word: keywords.weight(word) for word in words(text) if word not in idle and len(word) > 1}


def _forms(passage: Passage, keywords: Keywords) -> set[str]:
    text = f"{passage.card.title} {passage.heading} {passage.text}"
    return {form for word in words(text) for form in keywords.forms(word)}
