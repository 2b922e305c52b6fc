"""What every question needs at hand, how it was put, and the trail of how it was answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.model import Model
from assistant.answering.rereading import Reader
from assistant.answering.support import Entails, Judge
from assistant.finding import jurisdiction, query
from assistant.finding.encoders import Embedder
from assistant.finding.shelf import Shelf
from assistant.finding.spelling import Mended, Spelling
from assistant.language import detect
from assistant.settings import Settings
from assistant.types import Filters, Query, Step, Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was put: who asks it from where, after which turns, and what may be found."""

    question: str
    country: str | None = None
    language: str | None = None
    history: Sequence[Turn] = ()
    filters: Filters = Filters()  # noqa: RUF009 (frozen)


@dataclass(frozen=True, slots=True)
class Desk:
    """Settings, glossary and places, how to get encoder, shelf and spelling, and any models of language."""

    settings: Settings
    glossary: query.Glossary
    places: Mapping[str, str]
    encoder: Callable[[], Embedder]
    shelf: Callable[[], Shelf]
    spelling: Callable[[], Spelling]
    model: Model | None = None
    judge: Judge | None = None
    entails: Entails | None = None
    reread: Reader | None = None

    def mend(self, text: str, asked: Asked) -> Mended:
        """`text` with what was mistyped put right, for whoever asks."""
        return self.spelling().mend(text, detect(text, jurisdiction.languages(asked.country)))

    def read(self, text: str, asked: Asked) -> Query:
        """The question `text`, read for whoever asks."""
        return query.read(
            text,
            country=asked.country,
            language=asked.language,
            filters=asked.filters,
            glossary=self.glossary,
            places=self.places,
        )


class Trail:
    """The steps of a reply as they are taken, each with its own milliseconds."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._since = time.perf_counter()

    def add(self, name: str, detail: str) -> None:
        """Note a step that has just been taken."""
        now = time.perf_counter()
        self._steps.append(Step(name, detail, round((now - self._since) * 1000, 2)))
        self._since = now

    def steps(self) -> tuple[Step, ...]:
        """What was noted so far."""
        return tuple(self._steps)
