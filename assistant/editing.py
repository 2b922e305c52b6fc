"""The editor's verbs: look at documents, publish what was corrected, withdraw, and what stands above the shipped files.

What is published is kept as files in the folder `added` of the data folder, so that a library can be built anew from
files. A file there, `<id>.md`, stands above the shipped document with that id; `<id>.withdrawn` hides it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant import intake, privacy
from assistant.errors import AssistantError, CorpusError
from assistant.keeping.library import Library
from assistant.reading import corpus, sandbox
from assistant.reading.drafting import draft
from assistant.reading.markdown import markdown_blocks
from assistant.reading.text import Text
from assistant.settings import Settings
from assistant.types import Block, Card, Failure, Proposal, Report

ADDED = "added"
"""Folder in the data folder that holds what editors published."""

_ID = re.compile(r"^id[ \t]*:[ \t]*[\"']?([a-z0-9]+(?:-[a-z0-9]+)*)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document that an editor looks at before it is published.

    `text` is its corpus file to correct, `blocks` is what was understood of it; `problem` says what `publish` would
    still refuse ("" = nothing). `id` is the one that it has at present ("" = none), `notes` are those of reading it.
    """

    origin: str
    text: str
    blocks: tuple[Block, ...]
    id: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """A document that is held: its card, where it came from, when it last changed (UTC, ISO 8601), its passages.

    `due` says that the date of its facts lies so far back that somebody should look at it.
    """

    card: Card
    origin: str
    kept_at: str
    passages: int
    due: bool


def look(paths: Sequence[Path | str], propose: Callable[[Text, str], Proposal]) -> tuple[Manuscript | Failure, ...]:
    """What `paths` (files, folders, zip files, addresses) hold, to be corrected; nothing is kept.

    `propose` gives the card for a text without front matter, from the text and its origin. What cannot be read gives
    a Failure and stops no other.
    """
    tally, found = intake.Tally(), list[Manuscript | Failure]()
    with ExitStack() as stack:
        for path, origin in intake.gather(paths, stack, tally):
            try:
                found.append(_manuscript(sandbox.read(path), origin, propose))
            except AssistantError as error:
                found.append(Failure(origin, str(error), error.hint))
    return (*found, *tally.failed)


def _manuscript(text: Text, origin: str, propose: Callable[[Text, str], Proposal]) -> Manuscript:
    if text.front_matter is None:
        proposal = propose(text, origin)
        written, blocks = draft(proposal), proposal.document.blocks
    else:
        written, blocks = text.front_matter, ()
    try:
        card, body = _parsed(written)
    except CorpusError as error:
        return Manuscript(origin, written, blocks, _id(written), str(error), text.notes)
    return Manuscript(origin, written, blocks or markdown_blocks(body), card.id, notes=text.notes)


def publish(text: str, settings: Settings, ingest: Callable[[Sequence[Path]], Report]) -> Report:
    """Keep a corpus file's text among the added files and take it in; a document with its id is replaced.

    National id numbers are masked before anything is written (no shipped file has anything that is taken for one).
    Raises CorpusError for a text that does not follow the format, and what `ingest` raises; the file is then as before.
    """
    text = privacy.mask(text.replace("\r\n", "\n"))[0]
    path = _folder(settings) / f"{_parsed(text)[0].id}.md"
    before = path.read_bytes() if path.exists() else None
    report: Report | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        report = ingest([path])
    finally:
        if report is None or report.failed:
            path.unlink(missing_ok=True) if before is None else path.write_bytes(before)
    if not report.failed:
        path.with_suffix(".withdrawn").unlink(missing_ok=True)
    return report


def withdraw(document: str, settings: Settings, remove: Callable[[Sequence[str]], Report]) -> Report:
    """Take a document out, with its added file; a shipped one stays out when the corpus is taken in again."""
    report = remove([document])
    for name in report.removed:
        path = _folder(settings) / f"{name}.md"
        path.unlink(missing_ok=True)
        if next(settings.corpus_dir.rglob(f"{name}.md"), None):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".withdrawn").touch()
    return report


def in_force(files: Sequence[tuple[Path, str]], settings: Settings) -> list[tuple[Path, str]]:
    """`files` (path, origin) without the shipped ones that an editor replaced or withdrew; a shipped id is its name."""
    aside = {path.stem for path in _folder(settings).glob("*") if path.suffix in {".md", ".withdrawn"}}
    shipped = settings.corpus_dir.resolve()
    return [(path, origin) for path, origin in files if path.stem not in aside or not path.is_relative_to(shipped)]


def holdings(library: Library, rule_years: int, today: date) -> tuple[Holding, ...]:
    """Every document that is held, by id; it is due from `rule_years` years after the date of its facts."""
    origins, kept_at, passages = library.origins(), library.kept_at(), library.lengths()
    return tuple(
        Holding(
            card,
            origins.get(card.id, ""),
            kept_at.get(card.id, ""),
            passages.get(card.id, 0),
            bool(card.as_of) and int(str(card.as_of)[:4]) < today.year - rule_years,
        )
        for card in library.cards()
    )


def _folder(settings: Settings) -> Path:
    return settings.data_dir.resolve() / ADDED


def _id(text: str) -> str:
    found = _ID.search(text)
    return found[1] if found else ""


def _parsed(text: str) -> tuple[Card, str]:
    """Card and body of a corpus file's text, under the name that its id wants. Raises CorpusError."""
    if not corpus.has_front_matter(text):
        raise CorpusError("There is no front matter.", hint="Begin with the fields between two lines of ---.")
    card, body, _ = corpus.parse(text, Path(f"{_id(text) or 'document'}.md"))
    return card, body
