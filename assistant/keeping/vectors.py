"""The index of vectors in Chroma, in the process or on a server; disposable, the library is the record.

Chroma's own client is used, not llama-index's adapter: importing that takes two seconds, it writes every
node as JSON into the metadata, takes no lists there and asks one question vector at a time.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EncoderMismatch, StoreDamaged, StoreError
from assistant.keeping.entries import BATCH, Entry, Role, batches
from assistant.keeping.locks import owning
from assistant.settings import Settings
from assistant.types import Card, Filters

FOLDER = "index"

FIRST = "passages-1"
"""Name of the first collection; a rebuild makes the next one (`healing.rebuild`)."""

HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 200}
"""Chroma's defaults are 100, 16 and 100. Batch size and sync threshold stay at their defaults (R14)."""

SAME = 0.999
"""Cosine similarity from which a vector counts as found again (float32 rounding stays below 1e-5)."""

NONE = Filters()
"""Excludes nothing."""

SERVER_TIMEOUT = 30.0
"""Seconds that a Chroma server may take for one call; Chroma's own client would wait for ever."""

LEAST = 64 << 20
"""Bytes that must be free where Chroma writes. On a full disk its first write fails and the next never returns (seen
with 1.5 on a tmpfs), so none is begun there; a call of BATCH vectors takes a few MB."""

_UNUSABLE = ("readonly", "read-only", "permission denied", "disk is full", "no space left")
"""Words in Chroma's messages that tell of the folder, not of damage."""

_REBUILD = "Run python -m assistant rebuild."


class Vectors:
    """One collection of vectors. May be used by several threads of one process."""

    def __init__(self, client: Any, collection: Any, where: str, held: ExitStack) -> None:
        self._client = client
        self._collection = collection
        self._where = where
        self._held = held

    @classmethod
    def open(
        cls, settings: Settings, encoder: str, dimension: int, name: str = FIRST, *, anew: bool = False
    ) -> Vectors:
        """Open, or make, the collection `name` for vectors of `encoder` with `dimension` numbers each.

        `anew` deletes a collection of that name first, such as the rest of a rebuild that was cut short.
        Raises EncoderMismatch when it was made for others, StoreBusy when another process has the folder
        open, StoreDamaged when the folder cannot be read, StoreError when folder or server cannot be used.
        """
        where = settings.chroma_url or str(settings.data_dir / FOLDER)
        with ExitStack() as stack:
            stack.enter_context(owning(settings))
            with _translated(where):
                client = _client(settings, stack)
                if anew and name in {str(collection.name) for collection in client.list_collections()}:
                    client.delete_collection(name)
                collection = client.get_or_create_collection(
                    name, metadata=_made_by(encoder, dimension), configuration={"hnsw": HNSW}, embedding_function=None
                )
            _check(collection.metadata or {}, encoder, dimension)
            return cls(client, collection, where, stack.pop_all())

    def close(self) -> None:
        """Let go of the collection, and of the folder when nobody else in the process has it open."""
        self._held.close()

    @property
    def name(self) -> str:
        """Name of the collection."""
        return str(self._collection.name)

    def add(self, entries: Sequence[Entry], cards: Mapping[str, Card], vectors: NDArray[np.float32]) -> None:
        """Add entries with their vectors (rows in the same order); an id that is there is replaced.

        `cards` holds the card of every document that an entry belongs to. Raises StoreError on a full disk.
        """
        self._see_room()
        notes = [_notes(entry, cards[entry.document]) for entry in entries]
        for start in range(0, len(entries), BATCH):
            part = slice(start, start + BATCH)
            with self._translated():
                self._collection.upsert(
                    ids=[entry.id for entry in entries[part]], embeddings=vectors[part], metadatas=notes[part]
                )

    def remove(self, ids: Collection[str]) -> None:
        """Remove entries; ids that are not there are passed over."""
        listed = list(ids)
        if listed:
            self._see_room()
        for some in batches(listed):
            with self._translated():
                self._collection.delete(ids=some)

    def remove_documents(self, documents: Collection[str], keep: Collection[str] = ()) -> None:
        """Remove the entries of documents, but for those in `keep` (the versions that are visible)."""
        there = set[str]()
        for some in batches(documents):
            with self._translated():
                found = self._collection.get(where={"document": {"$in": some}}, include=[])
            there.update(found["ids"])
        self.remove(there - set(keep))

    def search(
        self,
        vectors: NDArray[np.float32],
        limit: int,
        filters: Filters = NONE,
        roles: Collection[Role] = (),
    ) -> list[list[tuple[str, float]]]:
        """For each row of `vectors`: up to `limit` entries as (id, cosine similarity), best first.

        `roles` narrows to entries of these roles (none given: all). An id that the library does not list
        belongs to a version that is just coming or going and is to be passed over.
        """
        if not len(vectors):
            return []
        with self._translated():
            found = self._collection.query(
                query_embeddings=vectors, n_results=limit, where=_where(filters, roles), include=["distances"]
            )
        return [
            [(key, 1.0 - float(distance)) for key, distance in zip(keys, distances, strict=True)]
            for keys, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def ids(self) -> set[str]:
        """Ids of all entries."""
        with self._translated():
            return set(self._collection.get(include=[])["ids"])

    def stray(self, wanted: Mapping[str, bytes]) -> list[str]:
        """Of the ids of `wanted`: those that are not there, or with another vector (float32, little-endian)."""
        lost: list[str] = []
        for part in batches(wanted):
            with self._translated():
                there = self._collection.get(ids=part, include=["embeddings"])
            rows = dict(zip(there["ids"], there["embeddings"], strict=True))
            lost += [key for key in part if key not in rows or not _same(rows[key], wanted[key])]
        return lost

    def count(self) -> int:
        """How many entries there are."""
        with self._translated():
            return int(self._collection.count())

    def drop_others(self) -> tuple[str, ...]:
        """Delete every other collection of ours, such as the one before a rebuild; their names."""
        with self._translated():
            names = [str(collection.name) for collection in self._client.list_collections()]
            others = tuple(name for name in names if name.startswith("passages-") and name != self.name)
            for name in others:
                self._client.delete_collection(name)
        return others

    def _see_room(self) -> None:
        """Raise StoreError where the folder's disk is full; a server looks after its own."""
        if self._where.startswith("http"):
            return
        free = shutil.disk_usage(self._where).free
        if free < LEAST:
            hint = "Free some disk space, then try again; nothing was lost."
            raise StoreError(f"There are only {free >> 20} MB free for {self._where}.", hint=hint)

    def _translated(self) -> Any:
        return _translated(self._where)


def _same(row: NDArray[np.float32], kept: bytes) -> bool:
    """Whether two vectors point the same way; Chroma scales those that it compares by their cosine."""
    other = np.frombuffer(kept, dtype="<f4")
    return float(row @ other) >= SAME * float(np.linalg.norm(row) * np.linalg.norm(other))


def _client(settings: Settings, stack: ExitStack) -> Any:
    """A client of Chroma, which `stack` closes."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.chroma_url is None:
        folder: Path = settings.data_dir / FOLDER
        local: Any = chromadb.PersistentClient(path=folder.absolute(), settings=quiet)
        stack.callback(local.close)
        return local
    address = urlsplit(settings.chroma_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise StoreError("ASSISTANT_CHROMA_URL is not an address.", hint="Use one such as http://127.0.0.1:8000.")
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 8000)
    _heartbeat(f"{address.scheme}://{address.hostname}:{port}")
    remote: Any = chromadb.HttpClient(host=address.hostname, port=port, ssl=secure, settings=quiet)
    stack.callback(remote.close)
    for part in (remote, remote._admin_client):  # Chroma has no other way to limit its waiting, nor closes these
        session = part._server._session
        session.timeout = SERVER_TIMEOUT
        stack.callback(session.close)
    return remote


def _heartbeat(address: str) -> None:
    """See that the server answers at all: while it is made, Chroma's client waits without a limit."""
    with urlopen(f"{address}/api/v2/heartbeat", timeout=SERVER_TIMEOUT) as response:
        response.read()


def _made_by(encoder: str, dimension: int) -> dict[str, str | int]:
    import chromadb

    return {"encoder": encoder, "dimension": dimension, "chroma": chromadb.__version__}


def _check(made_by: Mapping[str, Any], encoder: str, dimension: int) -> None:
    built = (made_by.get("encoder"), made_by.get("dimension"))
    if built != (encoder, dimension):
        message = (
            f"The index was built with the encoder {built[0]} ({built[1]} numbers a vector), "
            f"but the settings name {encoder} ({dimension})."
        )
        raise EncoderMismatch(message, hint=f"{_REBUILD} Or set ASSISTANT_ENCODER back to the former one.")


def _notes(entry: Entry, card: Card) -> dict[str, Any]:
    """What a filter can ask of an entry. Chroma takes no empty list, so that is left out."""
    lists = {"topics": card.topics, "models": card.models, "target_groups": card.target_groups}
    return {
        "document": entry.document,
        "role": entry.role,
        "kind": card.kind,
        "country": card.country or "",
        "language": card.language,
        **{name: list(values) for name, values in lists.items() if values},
    }


def _where(filters: Filters, roles: Collection[str]) -> dict[str, Any] | None:
    """The filter in Chroma's words: positive terms only (R21); an unknown country ("") always passes."""
    countries = (*filters.countries, "") if filters.countries else ()
    among = {"country": countries, "kind": filters.kinds, "document": filters.documents, "role": tuple(roles)}
    terms: list[dict[str, Any]] = [{key: {"$in": list(values)}} for key, values in among.items() if values]
    held = {"topics": filters.topics, "models": filters.models, "target_groups": filters.target_groups}
    for key, values in held.items():
        any_of: list[dict[str, Any]] = [{key: {"$contains": value}} for value in values]
        if any_of:
            terms.append({"$or": any_of} if len(any_of) > 1 else any_of[0])
    if len(terms) > 1:
        return {"$and": terms}
    return terms[0] if terms else None


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Turn what Chroma raises into StoreDamaged or StoreError."""
    try:
        yield
    except (StoreError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of Chroma's Rust part is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _translation(where, error) from error


def _translation(where: str, error: BaseException) -> StoreError:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if type(error).__name__ == "NotFoundError":
        return StoreError("The index was rebuilt by another program.", hint="Start this one again.")
    if where.startswith("http"):
        hint = "Check that the Chroma server runs and that ASSISTANT_CHROMA_URL is right; nothing was lost."
        return StoreError(f"The Chroma server at {where} failed: {said}", hint=hint)
    if any(word in said.lower() for word in _UNUSABLE):
        hint = "Make the folder writable for this user, or free some disk space; nothing was lost."
        return StoreError(f"The index {where} cannot be used: {said}", hint=hint)
    hint = f"{_REBUILD} The documents are safe in the library."
    return StoreDamaged(f"The index {where} cannot be read: {said}", hint=hint)
