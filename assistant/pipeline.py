"""The front door to both journeys: the verbs, and the tools that they share."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assistant import advising, asking, editing, hearing, intake, plans, shelving, showing, understanding, upkeep
from assistant.answering import filling, planning
from assistant.answering.model import Model
from assistant.answering.rereading import open_reader
from assistant.asking import ShowAnswer
from assistant.cutting import EDITION
from assistant.desk import Asked, Desk
from assistant.finding import doubles, query, spelling
from assistant.finding.encoders import Embedder, open_entailment
from assistant.finding.entailing import open_judge
from assistant.finding.shelf import Shelf
from assistant.gathering import gather
from assistant.intake import Show
from assistant.keeping import canary, healing
from assistant.keeping.journal import Journal
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.originals import of_an_ingest
from assistant.plans import Amount, Need, Plan, Rules
from assistant.reading.corpus import load_glossary
from assistant.reading.labels import groups
from assistant.reading.needs import load_cues
from assistant.reading.routes import load_routes
from assistant.reading.text import Text
from assistant.settings import Settings
from assistant.tools import Tools
from assistant.types import (
    Answer,
    Card,
    Concept,
    Document,
    Failure,
    Filters,
    Hit,
    Passage,
    Picture,
    Proposal,
    Remark,
    Reply,
    Report,
    Turn,
    Verdict,
)

_log = logging.getLogger(__name__)


class Assistant:
    """The front door. Made by `from_settings`; its verbs may be called from several threads."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self._settings = settings
        self._library = library
        self._journal = Journal(library.engine)
        glossary = settings.corpus_dir / "glossary.yaml"
        if not glossary.exists():
            _log.warning("There is no glossary in %s: the doctor tells what to do.", settings.corpus_dir.absolute())
        terms = query.Glossary.of(load_glossary(glossary) if glossary.exists() else ())
        places = understanding.known_places()
        self._tools = Tools(settings, library, terms.words, places)
        model = Model(settings) if settings.llm_url else None
        self._desk = Desk(
            settings,
            terms,
            places,
            encoder=lambda: self._tools.for_reading()[0],
            shelf=self._tools.shelf,
            spelling=self._tools.spelling,
            model=model,
            judge=open_judge(settings) if settings.llm_url else None,
            entails=open_entailment(settings.nli_model) if settings.nli_model else None,
            reread=open_reader(settings, model.wait) if model else None,
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> Assistant:
        """Open the library that the settings name; encoder and index are opened when first needed."""
        return cls(settings, Library.open(settings))

    def close(self) -> None:
        """Let go of the library and the index."""
        self._tools.let_go()
        self._library.close()

    # --- documents ------------------------------------------------------------------------------------

    def ingest(self, paths: Sequence[Path | str], progress: Show | None = None, prune: bool = False) -> Report:
        """Take documents in: files, folders, zip files, addresses and lists of them. One that fails stops no other.

        With `prune`, documents that came from below a named folder and are no longer there are removed.
        Raises StoreBusy when another process writes, StoreError and EncoderError when nothing can be kept.
        """
        return self._taken_in(paths, progress, prune)

    def _taken_in(
        self, paths: Sequence[Path | str], progress: Show | None = None, prune: bool = False, pdf: Path | None = None
    ) -> Report:
        """What `ingest` does; `pdf` is what the text of the one file that is named was taken from."""
        tally = intake.Tally()
        with writing(self._settings), ExitStack() as stack:
            found, failed = gather(paths, self._settings, stack)
            tally.failed += failed
            found = tuple(replace(one, original=pdf) for one in editing.in_force(found, self._settings))
            places, show = self._desk.places, progress or intake.no_progress
            originals = of_an_ingest(self._library, keep=self._settings.keep_originals)
            intake.take_in(found, self._library, self._tools.for_writing, places, originals, tally, show)
            if prune:
                gone = intake.astray(paths, {arrival.origin for arrival in found}, self._library)
                intake.take_out(gone, self._library, lambda: self._tools.for_writing()[1], tally)
            if fresh := {*tally.added, *tally.updated}:
                tally.similar = doubles.alike(tuple(self._library.passages()), fresh)
            if (encoder := self._tools.opened) and (tally.updated or tally.removed):
                self._library.sweep(encoder.name)
        return tally.report()

    def propose(self, paths: Sequence[Path | str]) -> tuple[Proposal | Failure, ...]:
        """A card for each file without front matter, told by its text and by the documents held; nothing is kept."""
        concepts, places = tuple(self._desk.glossary.concepts.values()), self._desk.places
        return understanding.propose(paths, self._settings, concepts, places, self._at_hand)

    def look(self, paths: Sequence[Path | str], folder: Path | None = None) -> tuple[editing.Manuscript | Failure, ...]:
        """What files, folders, zip files and addresses hold, with a card, to be corrected; nothing is kept.

        The PDFs among them are put below `folder`, if one is given, for `publish`.
        """
        concepts, places = tuple(self._desk.glossary.concepts.values()), self._desk.places

        def propose(text: Text, origin: str) -> Proposal:
            return understanding.proposal(text, origin, concepts, places, self._at_hand)

        return editing.look(paths, self._settings, propose, folder if self._settings.keep_originals else None)

    def unpack(self, path: Path, folder: Path) -> dict[str, Path | str]:
        """The documents of a zip file, put below `folder`, and the addresses in it, by name; empty for another file."""
        return editing.unpack(path, folder)

    def publish(self, text: str, original: Path | None = None) -> Report:
        """Keep the text of a corpus file and take it in, in place of a document with its id. Raises CorpusError.

        `original` is the PDF that the text was taken from, if any: the library keeps it (`originals.Originals.of`). The
        former one of a text that is changed goes.
        """
        return editing.publish(text, self._settings, lambda paths: self._taken_in(paths, pdf=original))

    def withdraw(self, document_id: str) -> Report:
        """Take a document out for good: also a shipped one stays out when the corpus is taken in again."""
        return editing.withdraw(document_id, self._settings, self.remove)

    def holdings(self) -> tuple[editing.Holding, ...]:
        """Every document that is held, with its origin, last change, passages, and whether it is due for review."""
        return editing.holdings(self._library, self._settings.rule_years, date.today())

    def remove(self, ids: Sequence[str]) -> Report:
        """Remove documents by id; an unknown id is a failure in the report."""
        tally = intake.Tally()
        with writing(self._settings):
            intake.take_out(ids, self._library, lambda: self._tools.for_writing()[1], tally)
        return tally.report()

    def rebuild(self, progress: Show | None = None) -> Report:
        """Build the index anew beside the live one, which answers meanwhile; texts lacking its vector are embedded.

        Documents that an earlier version of the program made searchable are then made anew from what the library holds;
        those that came out otherwise are `updated` in the report.
        """
        tally = intake.Tally()
        with writing(self._settings):
            encoder = self._tools.encoder()
            canary.renew(self._library, encoder.name, encoder.embed)
            names = intake.complete(self._library, encoder, progress or intake.no_progress)
            canary.note(self._library, encoder.name, encoder.embed)
            let_go = self._tools.let_go
            self._tools.take(healing.rebuild(self._settings, self._library, encoder.name, encoder.dimension, let_go))
            intake.make_anew(self._library, self._tools.for_writing, tally, progress or intake.no_progress)
            if tally.updated:
                self._library.sweep(encoder.name)
        return replace(tally.report(), unchanged=tuple(name for name in names if name not in tally.updated))

    def prepare(self) -> None:
        """Load encoder, index, keywords, dictionaries, a model's client and judge, so that no question waits; last, ask
        the probes of what reads sentences again (raises ComposerError where its server fails)."""
        if self._desk.model:
            self._desk.model.prepare()
        if earlier := self._library.earlier(EDITION):
            _log.warning(
                "An earlier version of the program made %d of the documents searchable; they may answer less well than "
                "they could. python -m assistant rebuild makes them anew.",
                len(earlier),
            )
        if some := self._tools.shelf().passages[:1]:
            self.find("kontrakt", limit=1)
            spelling.prepare()
            if self._desk.judge:
                self._desk.judge(some, "kontrakt")
        if self._desk.reread:
            self._desk.reread.prove()

    def cards(self) -> tuple[Card, ...]:
        """The card of every document, by id."""
        return self._library.cards()

    def target_groups(self, card: Card) -> tuple[str, ...]:
        """The target groups of a card by the names that all cards share; one that is not known as the card says it."""
        return groups(card)

    def document(self, document_id: str) -> Document | None:
        """A document as it is kept, card and text; None when there is none with this id."""
        return self._library.document(document_id)

    def page(self, document_id: str, number: int, quote: str = "") -> Picture | None:
        """Page `number` of the PDF that a document was read from, or for 0 the only one where `quote` stands, with the
        place of `quote`; None: there is none, or it may not be shown."""
        return showing.page(self._library, document_id, number, quote)

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids that are held, by id."""
        return shelving.passages(self._library, ids)

    def concepts(self) -> tuple[Concept, ...]:
        """Every concept of the glossary, in its order."""
        return tuple(self._desk.glossary.concepts.values())

    def status(self) -> dict[str, Any]:
        """Counts and names for people: documents by kind and country, encoder, revision."""
        return upkeep.status(self._settings, self._library)

    # --- questions ------------------------------------------------------------------------------------

    def find(
        self,
        question: str,
        *,
        country: str | None = None,
        language: str | None = None,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
    ) -> tuple[Hit, ...]:
        """Documents that answer `question`, best first, each once, by its best passage.

        `country` is where the asker stands (None = not said); what `filters` exclude is not found.
        """
        return asking.find(self._desk, Asked(question, country, language, (), filters), limit)

    def ask(
        self,
        question: str,
        *,
        country: str | None = None,
        language: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        show: ShowAnswer | None = None,
    ) -> Reply:
        """Answer `question` from the documents, every sentence cited, or refuse with a reason.

        `country` is where the asker stands (None = not said) and decides whose law holds; `language` is the
        language to answer in (None = the question's); `history` the earlier turns, oldest first; what
        `filters` exclude is not found. Where a model composes, `show` is called with the answer as far as it is written
        and checked, once a sentence; the reply returned may be another, if the rest does not hold.
        """
        return asking.ask(self._desk, Asked(question, country, language, history, filters), show)

    def suggest(
        self,
        answer: Answer,
        *,
        country: str | None = None,
        language: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008 (frozen)
    ) -> tuple[str, ...]:
        """Up to three next questions after an answer, each of which was run and has an answer.

        `answer` is what `ask` gave for the same country, language, history and filters.
        """
        return asking.suggest(self._desk, Asked(answer.question, country, language, history, filters), answer)

    def plan(
        self,
        need: str,
        *,
        who: str = "",
        suppliers: str = "",
        country: str | None = None,
        answers: Mapping[str, str | Amount] = MappingProxyType({}),
        language: str | None = None,
        route: str | None = None,
    ) -> Plan:
        """Plan what to do about `need`: routes with reasons, steps, risks and similar cases, every statement cited.

        `who` shall get work or training and `suppliers` could deliver, in free words; `country` is whose law holds
        (None = what the words say). `answers` are what was answered: an option's id, or the Amount, by the id of the
        question; what is missing is read from the words where they say it. `language` is the language of the plan
        (None = the need's), `route` the id of the route to plan for (None = the best). Raises CorpusError where the
        corpus folder has no valid decision rules.
        """
        given = {"country": country} | dict(answers) if country else answers
        described = advising.Described(Need(need, who, suppliers), given, language, route)
        return advising.plan(self._desk, self._rules, load_cues(), self._hear, described)

    def questions(self, language: str) -> tuple[plans.Question, ...]:
        """Every question that the decision rules ask, in `language`."""
        return planning.questions(self._rules, language)

    def papers(self, plan: Plan) -> tuple[Document, ...]:
        """The templates of the plan with what was told filled in; one that is no longer held is left out."""
        held = (self._library.document(paper.document) for paper in plan.papers)
        return tuple(filling.fill(document, plan.need, load_cues().places) for document in held if document)

    # --- what visitors say ------------------------------------------------------------------------------

    def remark(self, reply: Reply, verdict: Verdict, said: str = "", *, with_question: bool = False) -> Remark:
        """Keep what a visitor says of a reply, without who and without id numbers; gives what was kept."""
        heard = hearing.remark(reply, verdict, said, date.today(), with_question=with_question)
        self._journal.note(heard)
        return heard

    def remarks(self) -> tuple[Remark, ...]:
        """What visitors said in the last year, newest day first."""
        return self._journal.remarks(date.today())

    # --- inside ---------------------------------------------------------------------------------------

    @cached_property
    def _hear(self) -> advising.Hear:
        """Hears what the sentences of a need mean; the sayings that it goes by are embedded once."""
        return advising.listener(self._desk.encoder())

    def _at_hand(self) -> tuple[Shelf, Embedder]:
        return self._desk.shelf(), self._desk.encoder()

    @cached_property
    def _rules(self) -> Rules:
        """The decision rules of the corpus folder, read when first needed."""
        return load_routes(self._settings.corpus_dir / "routes.yaml")
