"""The index in step with the library: publish and withdraw a document, heal, rebuild.

The order of the steps is what makes a crash harmless. New vectors go in first, then one transaction of
the library makes the document visible, then the old vectors go. What a crash leaves behind is vectors
that the library does not list: a search passes them over and `heal` removes them.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import StoreDamaged, StoreError
from assistant.keeping.entries import Entry, batches
from assistant.keeping.library import Library
from assistant.keeping.locks import owning
from assistant.keeping.vectors import FIRST, FOLDER, SAME, Vectors
from assistant.settings import Settings
from assistant.types import Card, Document, Passage

_log = logging.getLogger(__name__)

COLLECTION = "collection"
"""Stamp in the library: name of the live collection."""

SAMPLE = 100
"""Entries, spread over all, about so many, that must find themselves after healing: to be there is not to be found."""


Version: TypeAlias = tuple[Document, Sequence[Passage], Sequence[Entry]]
"""A document with all that the library keeps of it: its passages, and the entries that lead to them."""


@dataclass(frozen=True, slots=True)
class Healed:
    """What healing did: entries removed (ghosts, and those with another vector than the library's) and added, and text
    hashes whose embedding is not kept.

    Entries of `missing` hashes are not in the index until their texts are embedded again.
    """

    removed: int = 0
    added: int = 0
    missing: tuple[str, ...] = ()


def live_name(library: Library) -> str:
    """Name of the live collection; a rebuild, also by another program, changes it."""
    return library.stamp(COLLECTION) or FIRST


def live(settings: Settings, library: Library, encoder: str, dimension: int) -> Vectors:
    """The live collection of the library; raises as `Vectors.open`."""
    return Vectors.open(settings, encoder, dimension, live_name(library))


def opened(settings: Settings, library: Library, encoder: str, dimension: int) -> Vectors:
    """The live collection, healed; built anew from the library when it is damaged (R4).

    The caller is the writer (`locks.writing`). Raises as `live` and `rebuild`.
    """
    with owning(settings):
        if not mark(settings).exists():
            try:
                with marked(settings):
                    return _healed(settings, library, encoder, dimension)
            except StoreDamaged as error:
                _log.warning("%s It is built anew from the library.", error)
        return rebuild(settings, library, encoder, dimension)


def mark(settings: Settings) -> Path:
    """The file that is there while the embedded index is opened, and after a process that ended in doing so."""
    return settings.data_dir / "index.opening"


@contextmanager
def marked(settings: Settings) -> Iterator[None]:
    """Leave the mark while the index is opened.

    A damaged index can make Chroma end the whole process (seen with flipped bytes in its database, in
    `data_level0.bin` and in `link_lists.bin`); the mark that is left then makes `rebuild` give the folder up.
    """
    if settings.chroma_url is None:
        mark(settings).touch()
    try:
        yield
    finally:
        mark(settings).unlink(missing_ok=True)


def publish(
    library: Library,
    vectors: Vectors,
    encoder: str,
    versions: Sequence[Version],
    safe: Callable[[str], None] = lambda _: None,
    edition: str = "",
    original: Callable[[str], bytes | None] = lambda _: None,
) -> None:
    """Make documents visible in library and index one after the other, each in place of its former version.

    The library holds the embeddings of their texts already (`Library.keep_embeddings`). `safe` is called with the id
    of each as soon as nothing can lose it; `edition` is noted with each (`Library.keep`), and what
    `original` gives for its id is kept with it: asked for one at a time, as each may have tens of megabytes. When
    StoreError is raised, the former versions of the others still answer.
    All vectors go in by one call and old ones out by one: with a call a document each of them took 40 ms, and the
    library's transaction 5 (2 cores, 2026-11-21).
    """
    cards = {document.card.id: document.card for document, _, _ in versions}
    entries = [entry for *_, some in versions for entry in some]
    missing = _add(library, vectors, encoder, cards, entries)
    if missing:
        keys = ", ".join(sorted({entry.document for entry in entries if entry.text_hash in missing}))
        raise StoreError(f"{len(missing)} texts of {keys} have no vector of {encoder}.", hint="Ingest it again.")
    for document, passages, own in versions:
        library.keep(document, passages, own, edition, original(document.card.id))
        safe(document.card.id)
    _clear(vectors, cards, {entry.id for entry in entries})


def withdraw(library: Library, vectors: Vectors, document_id: str) -> bool:
    """Remove a document from library and index; False when the library has none of that id."""
    gone = library.remove(document_id)
    _clear(vectors, [document_id])
    return gone


def heal(library: Library, vectors: Vectors, encoder: str) -> Healed:
    """Remove from the index what the library does not list or lists with another vector, and add what is lacking from
    kept embeddings. Every vector is looked at: 4 103 of 384 numbers take 0.3 s (2 cores, 2026-11-21).

    The caller is the writer (`locks.writing`), or else a document that is just being kept would be taken
    for a ghost. Raises StoreDamaged when entries that are there are not found again.
    """
    there, wanted = vectors.ids(), library.entry_ids()
    gone = (there - wanted) | _altered(library, vectors, encoder, there)
    vectors.remove(gone)
    added, missing = _fill(library, vectors, encoder, wanted - (there - gone))
    _probe(library, vectors, encoder)
    return Healed(len(gone), added, missing)


def rebuild(
    settings: Settings,
    library: Library,
    encoder: str,
    dimension: int,
    let_go: Callable[[], None] = lambda: None,
) -> Vectors:
    """Build the index anew from the library's embeddings, beside the live one, then put it in its place.

    Needs no encoder: every visible entry's embedding must be kept (`Library.missing` names those that are
    not). Until the swap, one change of a stamp, the old collection answers. A folder that Chroma cannot
    read is removed first, after `let_go`, in which the caller closes what it has open of it. Raises StoreError
    when embeddings are missing; the old collection stays in use then.
    """
    missing = library.missing(encoder)
    if missing:
        message = f"{len(missing)} texts have no vector of {encoder} yet."
        raise StoreError(message, hint="Ingest the documents again first.")
    name = _next(live_name(library))
    with owning(settings):
        if mark(settings).exists():
            _log.warning("The index did not open the last time. It is given up and built anew.")
            _give_up(settings, let_go)
        with marked(settings):
            try:
                return _filled(settings, library, encoder, dimension, name)
            except StoreDamaged:
                if settings.chroma_url is not None:
                    raise
            _give_up(settings, let_go)
            return _filled(settings, library, encoder, dimension, name)


def _healed(settings: Settings, library: Library, encoder: str, dimension: int) -> Vectors:
    vectors = live(settings, library, encoder, dimension)
    try:
        heal(library, vectors, encoder)
    except BaseException:
        vectors.close()
        raise
    return vectors


def _give_up(settings: Settings, let_go: Callable[[], None]) -> None:
    """Remove the index's folder; what was in it can be made from the library."""
    let_go()
    shutil.rmtree(settings.data_dir / FOLDER, ignore_errors=True)


def _altered(library: Library, vectors: Vectors, encoder: str, there: set[str]) -> set[str]:
    """Of the ids in `there`: those whose vector is not the one that is kept, as damage within a vector leaves it."""
    altered = set[str]()
    for some in batches(entry for entry in library.entries() if entry.id in there):
        altered.update(vectors.stray(kept(library, encoder, some)))
    return altered


def kept(library: Library, encoder: str, entries: Sequence[Entry]) -> dict[str, bytes]:
    """The kept vector (float32, little-endian) of each entry that has one, by its id."""
    dense = library.dense(encoder, {entry.text_hash for entry in entries})
    return {entry.id: dense[entry.text_hash] for entry in entries if entry.text_hash in dense}


def _fill(library: Library, vectors: Vectors, encoder: str, lacking: set[str]) -> tuple[int, tuple[str, ...]]:
    """Add the entries with these ids; how many, and the hashes of those without a kept embedding."""
    added, missing = 0, set[str]()
    if not lacking:
        return 0, ()
    cards = {card.id: card for card in library.cards()}
    for some in batches(entry for entry in library.entries() if entry.id in lacking):
        without = _add(library, vectors, encoder, cards, some)
        missing |= without
        added += sum(entry.text_hash not in without for entry in some)
    return added, tuple(sorted(missing))


def _add(
    library: Library, vectors: Vectors, encoder: str, cards: Mapping[str, Card], entries: Sequence[Entry]
) -> set[str]:
    """Add entries to the index by their kept embeddings; the hashes of those that have none."""
    dense = library.dense(encoder, {entry.text_hash for entry in entries})
    ready = [entry for entry in entries if entry.indexed and entry.text_hash in dense]
    if ready:
        vectors.add(ready, cards, _matrix([dense[entry.text_hash] for entry in ready]))
    return {entry.text_hash for entry in entries} - dense.keys()


def _clear(vectors: Vectors, documents: Collection[str], keep: Collection[str] = ()) -> None:
    """Remove documents' vectors that are no longer listed; when that fails, `heal` does it later."""
    try:
        vectors.remove_documents(documents, keep)
    except StoreError as error:
        _log.warning("old vectors of %s stay until the next start: %s", ", ".join(documents), error)


def _probe(library: Library, vectors: Vectors, encoder: str) -> None:
    """Search a sample of entries by their own vector: an index that lists but cannot find is damaged (R4)."""
    entries = [entry for entry in library.entries() if entry.indexed]
    sample = entries[:: max(1, len(entries) // SAMPLE)]
    dense = library.dense(encoder, {entry.text_hash for entry in sample})
    if not dense:
        return
    found = vectors.search(_matrix(list(dense.values())), 1)
    if any(not hits or hits[0][1] < SAME for hits in found):
        raise StoreDamaged("The index lists passages that it does not find.", hint="Run python -m assistant rebuild.")


def _filled(settings: Settings, library: Library, encoder: str, dimension: int, name: str) -> Vectors:
    """The collection `name`, made anew, filled, and noted as the live one."""
    vectors = Vectors.open(settings, encoder, dimension, name, anew=True)
    try:
        heal(library, vectors, encoder)
        library.set_stamp(COLLECTION, name)
        vectors.drop_others()
    except BaseException:
        vectors.close()
        raise
    return vectors


def _next(name: str) -> str:
    head, _, number = name.rpartition("-")
    return f"{head}-{int(number) + 1}"


def _matrix(rows: list[bytes]) -> NDArray[np.float32]:
    return np.stack([np.frombuffer(row, dtype="<f4") for row in rows])
