"""The journey of a question, from guard to checked reply, and the front door to both journeys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant import intake, privacy, shelving, understanding
from assistant.answering import conversation, extractive, noticing, refusing, verification
from assistant.errors import StoreBusy
from assistant.finding import doubles, interaction, jurisdiction, query, retriever
from assistant.finding.encoders import Embedder, open_encoder
from assistant.finding.retriever import Found
from assistant.finding.shelf import Shelf
from assistant.keeping import healing
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.keeping.vectors import Vectors
from assistant.reading.corpus import load_glossary
from assistant.settings import Settings
from assistant.types import (
    Answer,
    Card,
    Citation,
    Failure,
    Filters,
    Hit,
    Notice,
    Progress,
    Proposal,
    Query,
    Refusal,
    Reply,
    Report,
    Step,
    Turn,
)

NEIGHBOURS = 24
"""Passages whose sentences an answer may be composed of."""

Show = Callable[[Progress], None]


def _no_progress(progress: Progress) -> None:
    """Show nothing."""


class Assistant:
    """The front door. Made by `from_settings`; its verbs may be called from several threads."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self._settings = settings
        self._library = library
        self._lock = threading.RLock()
        self._encoder: Embedder | None = None
        self._index: Vectors | None = None
        self._shelf: Shelf | None = None
        glossary = settings.corpus_dir / "glossary.yaml"
        self._glossary = query.Glossary.of(load_glossary(glossary) if glossary.exists() else ())
        self._places = understanding.known_places()

    @classmethod
    def from_settings(cls, settings: Settings) -> Assistant:
        """Open the library that the settings name; encoder and index are opened when first needed."""
        return cls(settings, Library.open(settings))

    def close(self) -> None:
        """Let go of the library and the index."""
        if self._index:
            self._index.close()
        self._library.close()

    # --- documents ------------------------------------------------------------------------------------

    def ingest(self, paths: Sequence[Path | str], progress: Show | None = None, prune: bool = False) -> Report:
        """Take documents in: files, folders, zip files and addresses. One that fails stops no other.

        With `prune`, documents that came from below a named folder and are no longer there are removed.
        Raises StoreBusy when another process writes, StoreError and EncoderError when nothing can be kept.
        """
        tally = intake.Tally()
        with writing(self._settings), ExitStack() as stack:
            found = intake.gather(paths, stack, tally)
            intake.take_in(found, self._library, self._tools, self._places, tally, progress or _no_progress)
            if prune:
                self._prune(paths, {origin for _, origin in found}, tally)
            if fresh := {*tally.added, *tally.updated}:
                tally.similar = doubles.alike(tuple(self._library.passages()), fresh)
            if self._encoder and (tally.updated or tally.removed):
                self._library.sweep(self._encoder.name)
        return tally.report()

    def propose(self, paths: Sequence[Path | str]) -> tuple[Proposal | Failure, ...]:
        """A card for each file without front matter, told by its text and by the documents held; nothing is kept."""
        concepts = tuple(self._glossary.concepts.values())
        return understanding.propose(paths, concepts, self._places, lambda: (self._ready(), self._tools()[0]))

    def remove(self, ids: Sequence[str]) -> Report:
        """Remove documents by id; an unknown id is a failure in the report."""
        tally = intake.Tally()
        with writing(self._settings):
            self._remove(ids, tally)
        return tally.report()

    def rebuild(self, progress: Show | None = None) -> Report:
        """Build the index anew from the library, beside the live one; texts without a vector are embedded."""
        with writing(self._settings), self._lock:
            if self._index:
                self._index.close()
                self._index = None
            encoder = self._encoder or open_encoder(self._settings)
            self._encoder = encoder
            names = sorted(self._library.hashes())
            missing = self._library.missing(encoder.name)
            for done, name in enumerate(names, 1):
                document = self._library.document(name)
                if document and missing:
                    intake.embed([intake.cut(document)], encoder, self._library)
                (progress or _no_progress)(Progress(done, len(names), name))
            self._index = healing.rebuild(self._settings, self._library, encoder.name, encoder.dimension)
            self._shelf = None
        return Report(unchanged=tuple(names))

    def prepare(self) -> None:
        """Load encoder, index and keywords, so that the first question waits for nothing."""
        if self._ready().passages:
            self.find("kontrakt", limit=1)

    def cards(self) -> tuple[Card, ...]:
        """The card of every document, by id."""
        return self._library.cards()

    def status(self) -> dict[str, Any]:
        """Counts and names for people: documents by kind and country, encoder, revision."""
        cards = self.cards()
        return {
            "documents": len(cards),
            "kinds": {kind: sum(c.kind == kind for c in cards) for kind in ("case", "guidance", "template")},
            "countries": {
                c: sum(card.country == c for card in cards) for c in sorted({c.country or "?" for c in cards})
            },
            "revision": self._library.revision,
            "encoder": self._settings.encoder,
            "data_dir": str(self._settings.data_dir),
        }

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
        if not question.strip() or limit < 1:
            return ()
        text = privacy.mask(question[: self._settings.max_question])[0]
        asked = self._read(text, country, language, filters)
        shelf = self._ready()
        found = retriever.find(asked, shelf, self._tools()[0], limit=retriever.CANDIDATES)
        best: dict[str, Hit] = {}
        for hit in doubles.collapse(found.hits, shelf.doubled):
            best.setdefault(hit.passage.card.id, hit)
        return tuple(best.values())[:limit]

    def ask(
        self,
        question: str,
        *,
        country: str | None = None,
        language: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008 (frozen)
    ) -> Reply:
        """Answer `question` from the documents, every sentence cited, or refuse with a reason.

        `country` is where the asker stands (None = not said) and decides whose law holds; `language` is the
        language to answer in (None = the question's); `history` the earlier turns, oldest first; what
        `filters` exclude is not found.
        """
        trail = _Trail()
        # 1 guard
        reason = refusing.before(question, self._settings.max_question, privacy.mask)
        trail.add("guard", reason or "nothing to refuse")
        # 2 settle
        settled = question if reason else conversation.settle(question, history, jurisdiction.without_countries)
        trail.add("settle", "a follow-up" if settled != question else "stands alone")
        # 3 read
        asked = self._read(settled[: self._settings.max_question], country, language, filters)
        if settled != question and jurisdiction.without_countries(question) == question:
            asked = replace(asked, recent=conversation.recent(history))
        trail.add("read", f"{asked.intent}, {asked.language}, law of {asked.country or 'no country'}")
        if reason is not None:
            return self._refused(question, settled, asked, reason, (), trail)
        # 4 find
        shelf = self._ready()
        found = retriever.find(asked, shelf, self._tools()[0], limit=NEIGHBOURS)
        trail.add("find", f"{len(found.hits)} passages of {len(shelf.passages)}")
        reason = refusing.after(asked, found.hits, found.signals, self._places)
        if reason is not None:
            return self._refused(question, settled, asked, reason, found.hits, trail)
        # 5 compose
        hits = doubles.collapse(retriever.widen(_lawful(asked, found), shelf), shelf.doubled)
        draft = extractive.compose(asked, hits, interaction.relevance(asked.text, hits, found.question, shelf))
        trail.add("compose", f"{sum(len(part.claims) for part in draft.parts)} sentences, {draft.composer}")
        # 6 verify
        sections, citations, dropped = verification.verify(draft)
        trail.add("verify", f"{len(citations)} citations, {dropped} dropped")
        if not sections:
            return self._refused(question, settled, asked, "not-in-corpus", found.hits, trail)
        return Answer(
            question=question,
            sections=sections,
            citations=citations,
            composer=draft.composer,
            notices=(*draft.notices, *self._notices(asked, citations, country, settled=settled != question)),
            trail=trail.steps(),
            settled=settled,
            language=asked.language,
            country=asked.country,
        )

    # --- inside ---------------------------------------------------------------------------------------

    def _read(self, text: str, country: str | None, language: str | None, filters: Filters) -> Query:
        return query.read(
            text, country=country, language=language, filters=filters, glossary=self._glossary, places=self._places
        )

    def _notices(
        self, asked: Query, citations: Sequence[Citation], country: str | None, *, settled: bool
    ) -> tuple[Notice, ...]:
        return noticing.notices(
            asked,
            citations,
            selected=country,
            settled=settled,
            held=self._ready().lawful,
            named=jurisdiction.without_countries(asked.text) != asked.text,
            today=date.today(),
            years=self._settings.rule_years,
        )

    def _refused(
        self, question: str, settled: str, asked: Query, reason: Any, hits: Sequence[Hit], trail: _Trail
    ) -> Refusal:
        nearest: dict[str, Hit] = {}
        for hit in hits:
            nearest.setdefault(hit.passage.card.id, hit)
        shown = tuple(nearest.values())[:3] if reason == "not-in-corpus" else ()
        return Refusal(question, reason, shown, (), trail.steps(), settled, asked.language, asked.country)

    def _tools(self) -> tuple[Embedder, Vectors]:
        """The encoder and the index, opened once."""
        with self._lock:
            if self._encoder is None:
                self._encoder = open_encoder(self._settings)
            if self._index is None:
                self._index = healing.live(self._settings, self._library, self._encoder.name, self._encoder.dimension)
            return self._encoder, self._index

    def _ready(self) -> Shelf:
        """The shelf of the library's present revision."""
        revision = self._library.revision
        shelf = self._shelf
        if shelf is not None and shelf.revision == revision:
            return shelf
        with self._lock:
            if self._shelf is None or self._shelf.revision != revision:
                self._shelf = self._filled(revision)
            return self._shelf

    def _filled(self, revision: int) -> Shelf:
        encoder, index = self._tools()
        if self._shelf is None:
            with suppress(StoreBusy), writing(self._settings):  # whoever writes just now heals when it starts
                healing.heal(self._library, index, encoder.name)
        elsewhere = None if self._shelf is None else self._shelf.elsewhere
        return shelving.fill(
            self._library, index, encoder, revision, elsewhere, with_questions=self._settings.use_questions
        )

    def _prune(self, paths: Sequence[Path | str], there: Collection[str], tally: intake.Tally) -> None:
        folders = [Path(path).resolve() for path in paths if Path(path).is_dir()]
        gone = [
            name
            for name, origin in self._library.origins().items()
            if origin not in there
            and any(Path(origin).is_relative_to(f) for f in folders)
            and not Path(origin).exists()
        ]
        self._remove(gone, tally)

    def _remove(self, ids: Sequence[str], tally: intake.Tally) -> None:
        held = self._library.hashes()
        for name in ids:
            if name not in held:
                tally.failed.append(
                    Failure(name, "There is no document with this id.", "The command status lists all.")
                )
                continue
            healing.withdraw(self._library, self._tools()[1], name)
            tally.removed.append(name)


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


def _lawful(asked: Query, found: Found) -> tuple[Hit, ...]:
    """The hits that may be cited: guidance and templates of a country whose law does not hold are left out."""
    if not asked.law:
        return found.hits
    return tuple(
        hit
        for hit in found.hits
        if hit.passage.card.kind == "case" or hit.passage.card.country is None or hit.passage.card.country in asked.law
    )
