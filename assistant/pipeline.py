"""The front door to both journeys: the verbs, and the tools that they share."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assistant import asking, drafting, intake, plans, shelving
from assistant.answering import filling, planning
from assistant.asking import Asked, Desk
from assistant.errors import StoreBusy
from assistant.finding import query
from assistant.finding.encoders import Embedder, open_encoder
from assistant.finding.shelf import Shelf
from assistant.keeping import healing
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.keeping.vectors import Vectors
from assistant.plans import Amount, Need, Plan, Rules
from assistant.reading.corpus import load_glossary
from assistant.reading.cues import load_cues
from assistant.reading.routes import load_routes
from assistant.settings import Settings
from assistant.types import Card, Document, Failure, Filters, Hit, Progress, Reply, Report, Turn

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
        self._desk = Desk(
            settings,
            query.Glossary.of(load_glossary(glossary) if glossary.exists() else ()),
            _places(),
            encoder=lambda: self._tools()[0],
            shelf=self._ready,
        )

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
            intake.take_in(found, self._library, self._tools, tally, progress or _no_progress)
            if prune:
                self._prune(paths, {origin for _, origin in found}, tally)
            if self._encoder and (tally.updated or tally.removed):
                self._library.sweep(self._encoder.name)
        return tally.report()

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
        return asking.find(self._desk, Asked(question, country, language, (), filters), limit)

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
        return asking.ask(self._desk, Asked(question, country, language, history, filters))

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
        described = drafting.Described(Need(need, who, suppliers), given, language, route)
        return drafting.plan(self._desk, self._rules, load_cues(), described)

    def questions(self, language: str) -> tuple[plans.Question, ...]:
        """Every question that the decision rules ask, in `language`."""
        return planning.questions(self._rules, language)

    def papers(self, plan: Plan) -> tuple[Document, ...]:
        """The templates of the plan with what was told filled in; one that is no longer held is left out."""
        held = (self._library.document(paper.document) for paper in plan.papers)
        return tuple(filling.fill(document, plan.need, load_cues().places) for document in held if document)

    # --- inside ---------------------------------------------------------------------------------------

    @cached_property
    def _rules(self) -> Rules:
        """The decision rules of the corpus folder, read when first needed."""
        return load_routes(self._settings.corpus_dir / "routes.yaml")

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


def _places() -> dict[str, str]:
    """Country of each place name, in lower case; without names that two countries share or that are plain words."""
    named = json.loads((files("assistant.finding") / "places.json").read_text(encoding="utf-8"))
    aside = {*named.pop("shared"), *named.pop("ambiguous")}
    return {name.lower(): country for country, names in named.items() for name in names if name not in aside}
