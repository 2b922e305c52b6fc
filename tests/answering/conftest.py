"""Small hand-made documents, what was found of them, and a plain measure of what answers a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.answering.sentences import Relevance
from assistant.language import words
from assistant.types import Card, Citation, Hit, Passage, Query


@pytest.fixture
def passage() -> Callable[..., Passage]:
    """Makes a passage of a document named `name`, as one heading of it."""

    def made(name: str, text: str, heading: str = "Kort svar", number: int = 1, **card: Any) -> Passage:
        told = {"kind": "guidance", "title": f"Om {name}", "language": "nb", "country": "NO", **card}
        start = 1000 * number
        whole = Card(name, **told)
        return Passage(f"{name}#{number}", whole, text, heading, (heading,), None, start, start + len(text))

    return made


@pytest.fixture
def hits() -> Callable[..., tuple[Hit, ...]]:
    """Hits of passages, best first, a tenth of a point apart."""
    return lambda *passages: tuple(Hit(p, 1.0 - n / 10) for n, p in enumerate(passages))


@pytest.fixture
def relevance() -> Callable[[str], Relevance]:
    """For a question: the share of its words that each span of a passage holds."""

    def by_overlap(question: str) -> Relevance:
        asked = set(words(question))

        def score(text: str) -> tuple[float, ...]:
            return (len(asked & set(words(text))) / len(asked),)

        return lambda marked: [[score(passage.text[a:b]) for a, b in spans] for passage, spans in marked]

    return by_overlap


@pytest.fixture
def query() -> Callable[..., Query]:
    """A question as read: in bokmål and about Norway unless told otherwise."""

    def made(text: str, intent: str = "rule", **told: Any) -> Query:
        return Query(text, **{"language": "nb", "country": "NO", "intent": intent, **told})

    return made


@pytest.fixture
def cite() -> Callable[[int, Passage, str], Citation]:
    def made(number: int, passage: Passage, quote: str) -> Citation:
        start = passage.text.index(quote)
        return Citation(number, passage, quote, start, start + len(quote))

    return made
