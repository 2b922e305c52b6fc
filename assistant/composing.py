"""Steps 5 and 6 of a question: what was found becomes checked sections, a model's or of the sources' own sentences."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.answering import defining, extractive, generative, noticing, tabulating
from assistant.answering.rereading import Reader
from assistant.answering.sentences import leading, quotable
from assistant.answering.sheet import legal_basis
from assistant.answering.verification import Ledger, told
from assistant.desk import Desk, Trail
from assistant.errors import ComposerError, ComposerUnsupported
from assistant.finding import answers, catalogue, doubles, interaction, jurisdiction, retriever
from assistant.finding.nearness import cosines
from assistant.finding.retriever import Found
from assistant.finding.shelf import Shelf
from assistant.language import STOPWORDS, words
from assistant.types import Citation, Claim, Draft, Form, Hit, Notice, Part, Passage, Query, Section, Sentence

RULES = 2
"""Documents on law, of those that an answer cites, in which rules about to change are looked for."""

_log = logging.getLogger(__name__)


FURTHER = 1
"""Words of a question beside the term that it names, up to which it asks about the term as such.

With any number of them 48 of 448 questions were opened by a guide's short answer (read on 2026-11-22): most of the
longer ones worse, "what a place costs" by what the scheme is, and the short ones better.
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds of an answer so far, its citations, and what to say beside it."""

    sections: tuple[Section, ...] = ()
    citations: tuple[Citation, ...] = ()
    composer: str = "extractive"
    notices: tuple[Notice, ...] = ()


@dataclass(slots=True)
class _Page:
    """An answer as it grows: the ledger that checks it, and the sections that hold."""

    ledger: Ledger
    sections: list[Section] = field(default_factory=list)
    body: int = 0

    def put(self, part: Part | None) -> None:
        """Add what holds of a part as a section of its own."""
        section = self.ledger.section(part) if part else None
        if section:
            self.sections.append(section)
            self.body = len(self.sections)

    def lay(self, sentence: Sentence, form: Form) -> None:
        """Add a sentence that was checked: to the last section where that has its form and is no part of its own."""
        if len(self.sections) > self.body and self.sections[-1].form == form:
            self.sections[-1] = replace(self.sections[-1], sentences=(*self.sections[-1].sentences, sentence))
        else:
            self.sections.append(Section((sentence,), form))

    def checked(self, composer: str, notices: Sequence[Notice] = ()) -> Checked:
        """All that holds so far."""
        return Checked(tuple(self.sections), self.ledger.citations, composer, tuple(notices))


@dataclass(slots=True)
class _Again:
    """Who reads an answer's sentences again, if anybody does: until a point of the clock (time.monotonic), counted."""

    reader: Reader | None
    end: float
    asked: int = 0
    said: int = 0

    def __call__(self, passages: Sequence[Passage], sentence: str) -> Mapping[str, float]:
        """As a `Judge`; {} once the time is up."""
        verdict = self.reader(passages, sentence, self.end - time.monotonic()) if self.reader else {}
        self.asked, self.said = self.asked + 1, self.said + bool(verdict)
        return verdict

    @property
    def told(self) -> str:
        """For the trail; "" where no sentence had to be read, as where all are quotes."""
        of = f"{self.said} of {self.asked} " if self.said else ""
        return f", {of}{self.reader.told}" if self.asked and self.reader else ""


def compose(desk: Desk, read: Query, found: Found, trail: Trail, show: Callable[[Checked], None]) -> Checked:
    """The answer to a question from what was found; without sections where nothing can be said.

    Which meaning of a term is taken comes first, the legal basis and what is about to change last. Between them a model
    writes, where there is one and it does, else stand the sources' own sentences. `show` is called as a model's
    sentences hold.
    """
    shelf = desk.shelf()
    opening, notices, _ = defining.told(read, _meanings(desk, read))
    hits = doubles.collapse(retriever.widen(_lawful(read, found, trail), shelf), shelf.doubled)
    draft = _table(desk, read, shelf) if read.cases else None
    page, why = (None, ()) if draft else _by_model(desk, read, hits, opening, trail, show)
    if page is None:
        page = _Page(Ledger())
        page.put(opening)
        explained = read.intent not in extractive.LAYOUTS
        encoder = desk.encoder().name if explained else ""
        where = jurisdiction.mentions(read.text) if explained and read.law else ()
        covers = interaction.relevance(read.text, hits, found.question, shelf, read.asks, encoder, where)
        covers = answers.answering(covers, found.near)
        draft = draft or extractive.compose(read, hits, covers, _guide(desk, read, hits))
        for part in draft.parts:
            page.put(part)
        trail.add("compose", f"{sum(len(part.claims) for part in draft.parts)} sentences of the sources")
    composer = draft.composer if draft else generative.COMPOSER
    page.put(legal_basis(read, [citation.passage for citation in page.ledger.citations]))
    changes = (*noticing.unsaid(read, page.ledger.citations), *_coming(page, shelf))
    trail.add("verify", f"{len(page.ledger.citations)} citations, {told(page.ledger.dropped)}")
    return page.checked(composer, (*why, *(draft.notices if draft else ()), *notices, *changes))


def define(desk: Desk, read: Query, trail: Trail) -> Checked | None:
    """The glossary's definition alone, for a question that asks for nothing else; None for any other."""
    found = _meanings(desk, read)
    opening, notices, _ = defining.told(read, found)
    if opening is None or not any(meaning.sought for meaning in found):
        return None
    draft = Draft((opening,), notices=notices)
    page = _Page(Ledger())
    page.put(opening)
    trail.add("compose", "a definition of the glossary")
    return page.checked(draft.composer, draft.notices)


def instead(desk: Desk, read: Query) -> tuple[str, ...]:
    """The question with each ambiguous term put in its other meaning."""
    return defining.told(read, _meanings(desk, read))[2]


def _meanings(desk: Desk, read: Query) -> tuple[defining.Meaning, ...]:
    bare = jurisdiction.without_countries(read.text)
    return defining.meanings(read, desk.glossary.mentions(read.text), desk.glossary.concepts, bare)


def _by_model(
    desk: Desk, read: Query, hits: Sequence[Hit], opening: Part | None, trail: Trail, show: Callable[[Checked], None]
) -> tuple[_Page | None, tuple[Notice, ...]]:
    """What holds of what the model wrote, and what to say of it or why there is nothing; neither without a model."""
    if desk.model is None:
        return None, ()
    again = _Again(desk.reread, time.monotonic() + desk.settings.llm_timeout)
    page = _Page(Ledger(cosines(desk.encoder()), desk.entails, read.language, desk.judge, again))
    page.put(opening)

    def check(claim: Claim) -> Sentence | None:
        checked = page.ledger.add(claim)
        return checked if isinstance(checked, Sentence) else None

    try:
        written_first = bool(desk.reread and desk.reread.alone)
        with closing(generative.compose(read, hits, desk.model, check, written_first=written_first)) as sentences:
            for sentence, form in sentences:
                page.lay(sentence, form)
                show(page.checked(generative.COMPOSER))
    except ComposerError as error:
        _log.warning("The model's answer was not used: %s", error)
        trail.add("compose", f"not with the model: {error} {told(page.ledger.dropped)}")
        unsupported = isinstance(error, ComposerUnsupported)
        return None, (Notice("composer-unsupported" if unsupported else "composer-unavailable"),)
    held = sum(len(section.sentences) for section in page.sections)
    trail.add("compose", f"{held} sentences that hold, {generative.COMPOSER}{again.told}")
    simply = again.said < again.asked and desk.entails is None
    return page, (Notice("simply-checked"),) if simply else ()


def _guide(desk: Desk, read: Query, hits: Sequence[Hit]) -> str | None:
    """Id of the leading document among those of the question's own country, if its title names the term that the
    question asks about, and about little else."""
    own = [hit for hit in hits if hit.passage.card.country in (read.country or hit.passage.card.country, None)]
    name = leading(read, own)
    title = next((hit.passage.card.title for hit in own if hit.passage.card.id == name), "")
    if not {*read.terms} & {*desk.glossary.find(title)}:
        return None
    terms = {word for phrase, _ in desk.glossary.mentions(read.text) for word in phrase.split()}
    rest = {*words(jurisdiction.without_countries(read.text))} - terms - STOPWORDS
    return name if len(rest) <= FURTHER else None


def _lawful(read: Query, found: Found, trail: Trail) -> tuple[Hit, ...]:
    """The hits that may be cited: guidance and templates of a country whose law does not hold are left out."""
    kept = tuple(
        hit
        for hit in found.hits
        if not read.law or hit.passage.card.kind == "case" or hit.passage.card.country in (None, *read.law)
    )
    left = len(found.hits) - len(kept)
    if left:
        trail.add("law", f"{left} passages left out: the law of another country")
    return kept


def _table(desk: Desk, read: Query, shelf: Shelf) -> Draft | None:
    """A table of the cases that the question wants side by side; None where fewer than two can be told of."""
    found = retriever.find(read, shelf, desk.encoder(), limit=retriever.CANDIDATES)
    named = read.country if jurisdiction.without_countries(read.text) != read.text else None
    names = catalogue.cases(read, found.hits, shelf, desk.glossary.concepts, country=named)
    hits = catalogue.shown(names[: read.cases + 2], found.hits, shelf)
    sentences = quotable(read, hits, interaction.relevance(read.text, hits, found.question, shelf))
    part, notices = tabulating.tabulate(sentences, names, read.cases)
    return Draft((part,), notices=notices) if len(part.claims) >= 2 * len(part.columns) else None


def _coming(page: _Page, shelf: Shelf) -> tuple[Notice, ...]:
    """Put what the guidance cited says of rules about to change at the end of the page; a notice of each."""
    cited = {c.passage.card.id: c.passage for c in page.ledger.citations}
    law = [passage for passage in cited.values() if passage.card.kind != "case" and passage.id in shelf.places]
    around = [(p.card.title, noticing.coming(shelf.around(shelf.places[p.id]), date.today())) for p in law[:RULES]]
    page.put(Part(tuple(claim for _, claim in around if claim), "bullets"))
    return tuple(Notice("rule-changes", (title,)) for title, claim in around if claim)
