"""How sure the finding is: the signals that a refusal is decided by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.finding.keywords import Keywords
from assistant.finding.shelf import Shelf
from assistant.language import STOPWORDS, words
from assistant.types import Passage, Query

NEIGHBOURS = 3
"""Questions of each side that a question is compared with; of 1, 3 and 5 the 3 parted best."""

FEWEST = 50
"""Own questions that a library must have, so that they say what its subject is."""


def familiarity(vector: NDArray[np.float32], asked: Sequence[float], shelf: Shelf) -> float | None:
    """How much nearer a question is to what our documents are asked than to what people ask elsewhere.

    `asked` are the cosines with the library's nearest own questions, in any order. The mean of the best, less that
    of the nearest of `shelf.elsewhere`: the encoder's cosines lie between 0.7 and 0.9 for everything, so only the
    difference tells. None where the library's documents name too few questions of their own.
    """
    known = sum(lead.role == "question" for lead in shelf.leads.values())
    if known < FEWEST or not len(shelf.elsewhere) or not asked:
        return None
    ours = np.sort(asked)[-NEIGHBOURS:]
    theirs = np.sort(shelf.elsewhere @ vector)[-NEIGHBOURS:]
    return float(np.mean(ours) - np.mean(theirs))


def above(nearest: float, shelf: Shelf) -> float:
    """How far the best passage lies above what questions from elsewhere get here, in standard deviations.

    `nearest` is the cosine of the best passage. A library of few documents names too few questions for a familiarity,
    and its best passage is near to everything; what a stranger's question gets is the same there as for ours.
    """
    mean, deviation = shelf.strangers
    return (nearest - mean) / deviation


def signals(
    query: Query,
    vector: NDArray[np.float32],
    tokens: NDArray[np.float32],
    nearest: float,
    asked: Sequence[float],
    best: Passage,
    shelf: Shelf,
) -> dict[str, float]:
    """What a refusal is decided by, all without unit.

    `tokens` is the best late interaction of a passage (0 to 1), `unseen` the share of the question's content words, by
    inverse document frequency, that no passage holds, `held` the share that the `best` passage holds in any form, with
    its title and heading, and `margin` the familiarity; where there is none, `above`.
    """
    weights = content_words(query.text, shelf.keywords)
    total = sum(weights.values()) or 1.0
    forms = shelf.keywords.forms
    said = {form for word in words(f"{best.card.title} {best.heading} {best.text}") for form in forms(word)}
    found = {
        "held": sum(weight for word, weight in weights.items() if not said.isdisjoint(forms(word))) / total,
        "tokens": float(tokens.max()) if len(tokens) else 0.0,
        "unseen": sum(weight for word, weight in weights.items() if not shelf.keywords.seen(word)) / total,
    }
    margin = familiarity(vector, asked, shelf)
    return found | ({"above": above(nearest, shelf)} if margin is None else {"margin": margin})


def content_words(text: str, keywords: Keywords) -> dict[str, float]:
    """The words of a question that say what it is about, with their inverse document frequency."""
    return {word: keywords.weight(word) for word in words(text) if word not in STOPWORDS and len(word) > 1}
