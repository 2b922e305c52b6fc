"""The journey of a question, from guard to checked reply."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assistant import privacy, writing
from assistant.answering import conversation, extractive, generative, noticing, refusing, verification
from assistant.finding import interaction, jurisdiction, query, retriever
from assistant.finding.encoders import Embedder
from assistant.finding.retriever import Found
from assistant.finding.shelf import Shelf
from assistant.settings import Settings
from assistant.types import Answer, Citation, Draft, Filters, Hit, Notice, Query, Refusal, Reply, Step, Turn
from assistant.writing import Checked

ShowAnswer = Callable[[Answer], None]
"""What is called with an answer that is being written, each time a checked sentence has come to it."""

NEIGHBOURS = 24
"""Passages whose sentences an answer may be composed of."""


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
    """What every question needs at hand: settings, glossary and places, and how to get encoder and shelf."""

    settings: Settings
    glossary: query.Glossary
    places: Mapping[str, str]
    encoder: Callable[[], Embedder]
    shelf: Callable[[], Shelf]
    model: generative.Model | None = None

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


def find(desk: Desk, asked: Asked, limit: int) -> tuple[Hit, ...]:
    """Documents that answer the question, best first, each once, by its best passage."""
    if not asked.question.strip() or limit < 1:
        return ()
    text = privacy.mask(asked.question[: desk.settings.max_question])[0]
    found = retriever.find(desk.read(text, asked), desk.shelf(), desk.encoder(), limit=retriever.CANDIDATES)
    return _documents(found.hits)[:limit]


def ask(desk: Desk, asked: Asked, show: ShowAnswer | None = None) -> Reply:
    """Answer the question from the documents, every sentence cited, or refuse with a reason.

    Where a model composes, `show` is called with what is checked so far, each time a sentence has come to it.
    """
    question, settings = asked.question, desk.settings
    trail = _Trail()
    # 1 guard
    reason = refusing.before(question, settings.max_question, privacy.mask)
    trail.add("guard", reason or "nothing to refuse")
    # 2 settle
    settled = question if reason else conversation.settle(question, asked.history, jurisdiction.without_countries)
    trail.add("settle", "a follow-up" if settled != question else "stands alone")
    # 3 read
    read = desk.read(settled[: settings.max_question], asked)
    if settled != question and jurisdiction.without_countries(question) == question:
        read = replace(read, recent=conversation.recent(asked.history))
    trail.add("read", f"{read.intent}, {read.language}, law of {read.country or 'no country'}")
    if reason is not None:
        return _refused(question, read, reason, (), trail)
    # 4 find
    shelf = desk.shelf()
    found = retriever.find(read, shelf, desk.encoder(), limit=NEIGHBOURS)
    trail.add("find", f"{len(found.hits)} passages of {len(shelf.passages)}")
    reason = refusing.after(read, found.hits, found.signals, desk.places)
    if reason is not None:
        return _refused(question, read, reason, found.hits, trail)
    # 5 compose and 6 verify, sentence by sentence where a model writes
    hits = retriever.widen(_lawful(read, found), shelf)

    def answer(checked: Checked) -> Answer:
        about = _notices(read, checked.citations, asked, shelf, settings, settled=settled != question)
        return Answer(
            question=question,
            sections=checked.sections,
            citations=checked.citations,
            composer=checked.composer,
            notices=(*checked.notices, *about),
            trail=trail.steps(),
            settled=settled,
            language=read.language,
            country=read.country,
        )

    checked = Checked()
    if desk.model is not None:
        checked = writing.write(desk.model, read, hits, lambda so_far: show(answer(so_far)) if show else None)
        trail.add("write", checked.told)
    if not checked.sections:
        draft = extractive.compose(read, hits, interaction.relevance(read.text, hits, found.question, shelf))
        checked = _verified(replace(draft, notices=checked.notices), trail)
    if not checked.sections:
        return _refused(question, read, "not-in-corpus", found.hits, trail)
    return answer(checked)


def _verified(draft: Draft, trail: _Trail) -> Checked:
    trail.add("compose", f"{sum(len(part.claims) for part in draft.parts)} sentences, {draft.composer}")
    sections, citations, dropped = verification.verify(draft)
    trail.add("verify", f"{len(citations)} citations, {dropped} dropped")
    return Checked(sections, citations, draft.composer, draft.notices)


def _notices(
    read: Query, citations: Sequence[Citation], asked: Asked, shelf: Shelf, settings: Settings, *, settled: bool
) -> tuple[Notice, ...]:
    return noticing.notices(
        read,
        citations,
        selected=asked.country,
        settled=settled,
        held=shelf.lawful,
        named=jurisdiction.without_countries(read.text) != read.text,
        today=date.today(),
        years=settings.rule_years,
    )


def _refused(question: str, read: Query, reason: Any, hits: Sequence[Hit], trail: _Trail) -> Refusal:
    shown = _documents(hits)[:3] if reason == "not-in-corpus" else ()
    return Refusal(question, reason, shown, (), trail.steps(), read.text, read.language, read.country)


def _documents(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The best hit of each document, best first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.card.id, hit)
    return tuple(best.values())


def _lawful(read: Query, found: Found) -> tuple[Hit, ...]:
    """The hits that may be cited: guidance and templates of a country whose law does not hold are left out."""
    if not read.law:
        return found.hits
    return tuple(
        hit
        for hit in found.hits
        if hit.passage.card.kind == "case" or hit.passage.card.country is None or hit.passage.card.country in read.law
    )


class _Trail:
    """The steps of a reply as they are taken, each with its own milliseconds."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._since = time.perf_counter()

    def add(self, name: str, detail: str) -> None:
        now = time.perf_counter()
        self._steps.append(Step(name, detail, round((now - self._since) * 1000, 2)))
        self._since = now

    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps)
