"""The editor's verbs: look at documents, publish what was corrected, withdraw, and what stands above the shipped files.

What is published is kept as files in `Settings.added_dir`, so that a library can be built anew from files. A file
there, `<id>.md`, stands above the shipped document with that id; the mark `<id>.withdrawn` hides both.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assistant import privacy
from assistant.errors import AssistantError, CorpusError, LoadError
from assistant.gathering import Arrival, below, gather
from assistant.keeping.library import Library
from assistant.keeping.locks import folder_error
from assistant.reading import archives, corpus, sandbox
from assistant.reading.drafting import draft
from assistant.reading.loaders import HEAD, is_pdf
from assistant.reading.markdown import markdown_blocks
from assistant.reading.text import Text
from assistant.settings import Settings
from assistant.types import Block, Card, Failure, Proposal, Report

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ID = re.compile(rf"^id[ \t]*:[ \t]*[\"']?({_SLUG})[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document that an editor looks at before it is published.

    `text` is its corpus file to correct, `blocks` is what was understood of it; `problem` says what `publish` would
    still refuse ("" = nothing). `id` is the one that it has at present ("" = none), `notes` are those of reading it.
    `original` is where the PDF that it was read from lies until it is published.
    """

    origin: str
    text: str
    blocks: tuple[Block, ...]
    id: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    original: Path | None = None


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


def look(
    paths: Sequence[Path | str],
    settings: Settings,
    propose: Callable[[Text, str], Proposal],
    folder: Path | None = None,
) -> tuple[Manuscript | Failure, ...]:
    """What `paths` (as `gathering.gather` takes them) hold, to be corrected; nothing is kept.

    `propose` gives the card for a text without front matter, from the text and its origin. The PDFs are copied to
    below `folder`, if one is given. What cannot be read gives a Failure and stops no other.
    """
    found = list[Manuscript | Failure]()
    with ExitStack() as stack:
        arrivals, failed = gather(paths, settings, stack)
        for arrival in arrivals:
            try:
                path = arrival.open()
                seen = _manuscript(sandbox.read(path), arrival.origin, propose)
                found.append(replace(seen, original=_set_aside(path, folder, len(found)) if folder else None))
            except AssistantError as error:
                found.append(Failure(arrival.origin, str(error), error.hint, error.kind))
    return (*found, *failed)


def _set_aside(path: Path, folder: Path, number: int) -> Path | None:
    """A copy of a PDF, which may be gone before it is published; None for another format. Raises LoadError."""
    try:
        with path.open("rb") as file:
            if not is_pdf(file.read(HEAD)):
                return None
        return Path(shutil.copyfile(path, folder / f"{number}.pdf"))
    except OSError as error:
        raise LoadError("The PDF cannot be put aside.", hint="See that the disk has room.") from error


def unpack(path: Path, folder: Path) -> dict[str, Path | str]:
    """What a zip file holds, by the names in it: documents, each put below `folder` to be looked at by itself, and the
    addresses that it lists. Empty for any other file. Raises LoadError where it cannot be opened.
    """
    found = dict[str, Path | str]()
    with ExitStack() as stack:
        for number, one in enumerate(below(path, stack) if archives.is_plain_zip(path) else ()):
            if not isinstance(one, Arrival):
                found[str(one)] = one
                continue
            place = folder / str(number) / one.path.name
            place.parent.mkdir(parents=True)
            found[one.origin.partition("!")[2]] = Path(shutil.move(one.path, place))
    return found


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
    Raises CorpusError for a text that does not follow the format, StoreError when the file cannot be written, and
    what `ingest` raises; the files are then as before.
    """
    text = privacy.mask(text.replace("\r\n", "\n"))[0]
    path = settings.added_dir / f"{_parsed(text)[0].id}.md"
    mark = path.with_suffix(".withdrawn")

    def change() -> Report:
        _write(path, text)
        mark.unlink(missing_ok=True)
        return ingest([path])

    return _or_as_before((path, mark), change)


def withdraw(document: str, settings: Settings, remove: Callable[[Sequence[str]], Report]) -> Report:
    """Take a document out, with its added file; a shipped one stays out when the corpus is taken in again.

    Raises StoreError when its mark cannot be written, and what `remove` raises; the files are then as before.
    """
    if not re.fullmatch(_SLUG, document):
        return remove([document])
    path = settings.added_dir / f"{document}.md"
    mark = path.with_suffix(".withdrawn")

    def change() -> Report:
        _write(mark, "")  # first, so that what was taken out never comes in again, wherever this is stopped
        report = remove([document])
        if not report.failed:
            path.unlink(missing_ok=True)
            if not next(settings.corpus_dir.rglob(path.name), None):
                mark.unlink()
        return report

    return _or_as_before((path, mark), change)


def _or_as_before(paths: Sequence[Path], change: Callable[[], Report]) -> Report:
    """Do `change`, which writes `paths`; they are as before when it raises, or reports that it failed."""
    formers = {path: path.with_name(f"{path.name}.former") for path in paths}
    for path, former in formers.items():
        former.unlink(missing_ok=True)
        if path.exists():
            _write(former, path.read_text(encoding="utf-8"))
    failed = True
    try:
        report = change()
        failed = bool(report.failed)
    finally:
        for path, former in formers.items():
            if not failed:
                former.unlink(missing_ok=True)
            elif former.exists():
                former.replace(path)  # needs no room, also on a full disk
            else:
                path.unlink(missing_ok=True)
    return report


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises StoreError."""
    fresh = path.with_name(f"{path.name}.fresh")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise folder_error(path.parent, error) from error


def in_force(arrivals: Sequence[Arrival], settings: Settings) -> tuple[Arrival, ...]:
    """`arrivals` without those that an editor withdrew, and the shipped ones that an editor replaced.

    A shipped or added file is named by its id.
    """
    added, shipped = settings.added_dir, settings.corpus_dir.resolve()
    withdrawn = {path.stem for path in added.glob("*.withdrawn")}
    aside = {added: withdrawn, shipped: withdrawn | {path.stem for path in added.glob("*.md")}}
    return tuple(
        arrival
        for arrival in arrivals
        if not any(arrival.path.stem in names and arrival.path.is_relative_to(at) for at, names in aside.items())
    )


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


def _id(text: str) -> str:
    found = _ID.search(text)
    return found[1] if found else ""


def _parsed(text: str) -> tuple[Card, str]:
    """Card and body of a corpus file's text, under the name that its id wants. Raises CorpusError."""
    if not corpus.has_front_matter(text):
        raise CorpusError("There is no front matter.", hint="Begin with the fields between two lines of ---.")
    card, body, _ = corpus.parse(text, Path(f"{_id(text) or 'document'}.md"))
    return card, body
