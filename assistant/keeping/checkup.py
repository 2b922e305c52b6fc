"""The check-up of what is kept: folder, space, locks, library and index, each with what to do about it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError, StoreBusy, StoreDamaged, StoreError
from assistant.keeping import canary, originals
from assistant.keeping.database import FILE
from assistant.keeping.entries import batches
from assistant.keeping.healing import kept, live, mark, marked
from assistant.keeping.library import Library
from assistant.keeping.locks import folder_error, owning, writing
from assistant.keeping.vectors import Vectors
from assistant.settings import Settings

ROOM = 1 << 30
"""Bytes that should be free; the shipped corpus with library, index and encoder takes a third of that."""

NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs", "ocfs2", "fuse.sshfs")
"""Types of network file systems, on which SQLite's log cannot be shared and its file was seen damaged (R23)."""

_REBUILD = "Run python -m assistant rebuild."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, whether it is well, what was seen, and what to do if it is not."""

    name: str
    well: bool
    told: str
    hint: str = ""


def check(name: str, look: Callable[[], str]) -> Check:
    """What `look` says, or the problem that it raises as an AssistantError."""
    try:
        return Check(name, True, look())
    except AssistantError as error:
        return Check(name, False, str(error), error.hint)


def examine(settings: Settings, encoder: Callable[[], tuple[str, int, canary.Embed]], edition: str) -> Iterator[Check]:
    """Look at one thing after the other; nothing is repaired. `encoder` gives its name, its vectors' width and `embed`;
    `edition` is that by which documents are made now.

    Of a library or an index that others use just now, what can be seen beside them is told.
    """
    files = settings.database_url is None or settings.chroma_url is None
    yield check("data folder", lambda: _folder(settings.data_dir, files=files))
    yield check("disk space", lambda: _space(settings.data_dir))
    yield check("writer", lambda: _free(settings))
    library: Library | None = None
    try:
        with suppress(AssistantError):
            library = _opened(settings)
        yield check("library", lambda: _library(library or _opened(settings)))
        if library is not None:
            held = library
            yield check("originals", lambda: _originals(held))
            yield check("edition", lambda: _edition(held, edition))
            yield check("index", lambda: _index(settings, held, *encoder()))
    finally:
        if library is not None:
            library.close()


def _folder(folder: Path, *, files: bool) -> str:
    if not folder.is_dir():
        raise StoreError(f"There is no data folder {folder.absolute()}.", hint="Run python ingest.py corpus.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise folder_error(folder, error) from error
    kind = mounted_as(folder)
    if files and kind.startswith(NETWORK):
        message = f"{folder.absolute()} lies on a network drive ({kind}), where locks fail and files get damaged."
        hint = "Set ASSISTANT_DATA_DIR to a local disk, or keep all in PostgreSQL and on a Chroma server."
        raise StoreError(message, hint=hint)
    return f"{folder.absolute()} can be written"


def mounted_as(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system that `folder` lies on; "" where the system does not tell (it does on Linux)."""
    try:
        rows = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return ""
    place = folder.resolve()
    types = {Path(row[1].replace("\\040", " ")): row[2] for row in rows if len(row) > 2}
    return next((types[at] for at in (place, *place.parents) if at in types), "")


def _space(folder: Path) -> str:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    if free < ROOM:
        raise StoreError(f"{free >> 20} MB are free.", hint="Free some space, or move the data folder.")
    return f"{free >> 30} GB are free"


def _free(settings: Settings) -> str:
    if settings.database_url is None and not settings.data_dir.is_dir():
        return "nobody writes"
    try:
        with writing(settings, patience=0):
            return "nobody writes"
    except StoreBusy as error:
        return f"{error} That is no fault"


def _opened(settings: Settings) -> Library:
    if settings.database_url is None and not (settings.data_dir / FILE).exists():
        raise StoreError("Nothing has been taken in yet.", hint="Run python ingest.py corpus.")
    return Library.open(settings)


def _library(library: Library) -> str:
    if faults := library.faults():
        raise StoreDamaged(
            f"The library is damaged: {faults[0]} ({len(faults)} faults).",
            hint="Run python -m assistant restore FILE --replace with your last backup.",
        )
    revision, passages, entries = library.snapshot()
    documents = len({passage.card.id for passage in passages})
    return f"{documents} documents, {len(passages)} passages, {len(entries)} entries, revision {revision}"


def _originals(library: Library) -> str:
    """Compare every original that is kept with its sum."""
    lengths = dict(originals.looked_through(library.engine))
    if spoiled := [name for name, length in lengths.items() if length is None]:
        hint = "Restore your last backup, or remove the document and ingest it again."
        raise StoreDamaged(f"The original of {spoiled[0]} is damaged ({len(spoiled)} in all).", hint=hint)
    return f"{len(lengths)} kept, {sum(length or 0 for length in lengths.values()) / 1e6:.1f} MB"


def _edition(library: Library, edition: str) -> str:
    if earlier := library.earlier(edition):
        message = f"An earlier version of the program made {len(earlier)} of the documents searchable."
        raise StoreError(message, hint=f"{_REBUILD} It makes them anew from the library.")
    return "every document is made as this version makes it"


def _index(settings: Settings, library: Library, encoder: str, dimension: int, embed: canary.Embed) -> str:
    """Compare every entry of the library with the index, also by its vector, which a start does not."""
    canary.check(library, encoder, embed)
    if missing := library.missing(encoder):
        raise StoreError(f"{len(missing)} texts have no vector of {encoder}.", hint=_REBUILD)
    try:
        with owning(settings, patience=0):
            if mark(settings).exists():
                raise StoreDamaged("It ended the process that opened it.", hint=_REBUILD)
            with marked(settings):
                vectors = live(settings, library, encoder, dimension)
                try:
                    return _compared(library, vectors, encoder)
                finally:
                    vectors.close()
    except StoreBusy as error:
        return f"{error} It could not be looked at"


def _compared(library: Library, vectors: Vectors, encoder: str) -> str:
    entries = [entry for entry in library.entries() if entry.indexed]
    ghosts = len(vectors.ids() - {entry.id for entry in entries})
    stray = sum(len(vectors.stray(kept(library, encoder, some))) for some in batches(entries))
    if ghosts or stray:
        message = f"{stray} entries are not there as the library holds them, and {ghosts} are there that it does not."
        raise StoreDamaged(message, hint=f"The next start mends it. At once: {_REBUILD}")
    return f"{len(entries)} entries, each with its own vector, made by {encoder}"
