"""The record: documents, passages, index entries and embeddings, in SQL.

What was kept is durable: in SQLite the write-ahead log is flushed to disk at each commit
(`synchronous=FULL`), since an acknowledged document must survive a power cut and one flush for a
document costs milliseconds; PostgreSQL does so by default. A document, its passages and its entries
change in one transaction: readers see the old version or the new one, never a mixture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Connection, Engine

from assistant.errors import StoreError
from assistant.keeping import originals, tables
from assistant.keeping.database import connected, reading, translated, writing
from assistant.keeping.entries import BATCH, INDEXED, Entry, batches
from assistant.settings import Settings
from assistant.types import Card, Document, Passage


class Library:
    """The record of all documents. May be used by several threads; writers hold `locks.writing`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, settings: Settings) -> Library:
        """Open, or make, the library of `settings`: a file in the data folder, or a database server.

        Raises StoreError (folder or server cannot be used, written by a newer version), StoreDamaged
        (the file is not a whole database).
        """
        return cls(connected(settings))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """The database, for what is kept in it beside the documents."""
        return self._engine

    @property
    def revision(self) -> int:
        """A number that grows with each visible change; cheap to ask."""
        with self._reading() as connection:
            return int(connection.scalar(_REVISION) or 0)

    def hashes(self) -> dict[str, str]:
        """Content hash (hex) of every visible document, by its id."""
        return self._column(tables.documents.c.content_hash)

    def origins(self) -> dict[str, str]:
        """The path or address that every visible document came from, by its id."""
        return self._column(tables.documents.c.origin)

    def kept_at(self) -> dict[str, str]:
        """When every visible document was last changed (UTC, ISO 8601), by its id."""
        return self._column(tables.documents.c.kept_at)

    def lengths(self) -> dict[str, int]:
        """How many passages every visible document that has some is split into, by its id."""
        owner = tables.passages.c.document
        with self._reading() as connection:
            rows = connection.execute(sql.select(owner, sql.func.count()).group_by(owner))
            return {row[0]: row[1] for row in rows}

    def files(self) -> dict[str, str]:
        """Id of the visible document that a file is, by the digest of the file (`note_files`)."""
        with self._reading() as connection:
            return {row.digest: row.document for row in connection.execute(sql.select(tables.files))}

    def note_files(self, files: Mapping[str, str]) -> None:
        """Note which documents files are: their digests, with the id; forgotten when a document changes."""
        table = tables.files
        with self._writing() as connection:
            for some in batches(files):
                connection.execute(sql.delete(table).where(table.c.digest.in_(some)))
                connection.execute(sql.insert(table), [{"digest": d, "document": files[d]} for d in some])

    def move(self, document_id: str, origin: str) -> None:
        """Note that a document, otherwise unchanged, comes from another path or address now."""
        table = tables.documents
        with self._writing() as connection:
            connection.execute(sql.update(table).where(table.c.id == document_id).values(origin=tables.plain(origin)))

    def keep(
        self,
        document: Document,
        passages: Sequence[Passage],
        entries: Sequence[Entry],
        edition: str = "",
        original: bytes | None = None,
    ) -> None:
        """Make this version of the document the visible one, in place of any other with its id.

        `edition` is that of the making, by which passages and entries came out of the document. `original` are the
        bytes of the PDF that it was read from; without, the one that is kept stays if the content is the same.
        """
        key = document.card.id
        row = {
            "id": key,
            "content_hash": document.content_hash,
            "origin": tables.plain(document.origin),
            "kept_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "card": tables.card_text(document.card),
            "blocks": tables.blocks_text(document.blocks),
        }
        passage_rows = [
            {"document": key, "number": number, "id": passage.id, "body": tables.passage_text(passage)}
            for number, passage in enumerate(passages, 1)
        ]
        entry_rows = [_entry_row(key, n, entry) for n, entry in enumerate(entries, 1)]
        with self._writing() as connection:
            revision = _advance(connection)
            if original is None:
                original = originals.of_same_content(connection, key, document.content_hash)
            connection.execute(sql.delete(tables.documents).where(tables.documents.c.id == key))
            connection.execute(sql.insert(tables.documents), {**row, "revision": revision})
            if passage_rows:
                connection.execute(sql.insert(tables.passages), passage_rows)
            if entry_rows:
                connection.execute(sql.insert(tables.entries), entry_rows)
            connection.execute(sql.insert(tables.editions), {"document": key, "edition": edition})
            if original is not None:
                originals.put(connection, key, original)

    def earlier(self, edition: str) -> set[str]:
        """Ids of the visible documents whose passages and entries were made by another edition than this one."""
        table = tables.editions
        so = sql.exists().where(table.c.document == tables.documents.c.id, table.c.edition == edition)
        with self._reading() as connection:
            return set(connection.scalars(sql.select(tables.documents.c.id).where(~so)))

    def note_edition(self, document_ids: Collection[str], edition: str) -> None:
        """Note that `edition` makes of these visible documents just what is kept of them."""
        table = tables.editions
        with self._writing() as connection:
            for some in batches(document_ids):
                connection.execute(sql.delete(table).where(table.c.document.in_(some)))
                connection.execute(sql.insert(table), [{"document": name, "edition": edition} for name in some])

    def remove(self, document_id: str) -> bool:
        """Remove a document with its passages, entries and original; False when there is none."""
        with self._writing() as connection:
            gone = connection.execute(sql.delete(tables.documents).where(tables.documents.c.id == document_id)).rowcount
            if gone:
                _advance(connection)
        return bool(gone)

    def cards(self) -> tuple[Card, ...]:
        """The card of every visible document, by id."""
        with self._reading() as connection:
            rows = connection.execute(sql.select(tables.documents.c.card).order_by(tables.documents.c.id))
            return tuple(tables.card_value(card) for (card,) in rows)

    def document(self, document_id: str) -> Document | None:
        """The visible version of a document, or None."""
        table = tables.documents
        query = sql.select(table.c.card, table.c.blocks, table.c.content_hash, table.c.origin)
        with self._reading() as connection:
            row = connection.execute(query.where(table.c.id == document_id)).one_or_none()
        if row is None:
            return None
        return Document(tables.card_value(row.card), tables.blocks_value(row.blocks), row.content_hash, row.origin)

    def passages(self, document_ids: Collection[str] | None = None) -> Iterator[Passage]:
        """Passages by document id and in reading order; those of one document share one Card object."""
        return _passages(self._rows(_PASSAGES, tables.documents.c.id, document_ids))

    def entries(self, document_ids: Collection[str] | None = None) -> Iterator[Entry]:
        """Entries, by document id and in the order in which they were kept."""
        return _entries(self._rows(_ENTRIES, tables.entries.c.document, document_ids))

    def snapshot(self) -> tuple[int, tuple[Passage, ...], tuple[Entry, ...]]:
        """The revision with all its passages and entries, as they were at one moment."""
        with translated(self._engine), reading(self._engine) as connection:
            revision = int(connection.scalar(_REVISION) or 0)
            passages = tuple(_passages(connection.execute(_PASSAGES)))
            return revision, passages, tuple(_entries(connection.execute(_ENTRIES)))

    def entry_ids(self) -> set[str]:
        """Ids of the entries that the index must hold."""
        table = tables.entries
        with self._reading() as connection:
            return set(connection.scalars(sql.select(table.c.id).where(table.c.role.in_(INDEXED))))

    def stamp(self, name: str) -> str | None:
        """What was noted under `name` (encoder, live collection ...), or None."""
        with self._reading() as connection:
            value: str | None = connection.scalar(sql.select(tables.stamps.c.value).where(tables.stamps.c.name == name))
        return value

    def set_stamp(self, name: str, value: str) -> None:
        """Note `value` under `name`; counts as a visible change."""
        with self._writing() as connection:
            _advance(connection)
            connection.execute(sql.delete(tables.stamps).where(tables.stamps.c.name == name))
            connection.execute(sql.insert(tables.stamps), {"name": name, "value": value})

    def embeddings(self, encoder: str, hashes: Collection[str]) -> dict[str, tuple[bytes, bytes | None]]:
        """By text hash: the dense vector (float32, little-endian) and the packed token vectors, where kept."""
        table = tables.embeddings
        query = sql.select(table.c.text_hash, table.c.dense, table.c.tokens).where(table.c.encoder == encoder)
        return {row.text_hash: (row.dense, row.tokens) for row in self._rows(query, table.c.text_hash, hashes)}

    def dense(self, encoder: str, hashes: Collection[str]) -> dict[str, bytes]:
        """By text hash: the dense vector (float32, little-endian) alone, where kept."""
        table = tables.embeddings
        query = sql.select(table.c.text_hash, table.c.dense).where(table.c.encoder == encoder)
        return {row.text_hash: row.dense for row in self._rows(query, table.c.text_hash, hashes)}

    def tokens(self, encoder: str, hashes: Collection[str]) -> dict[str, bytes]:
        """By text hash: the packed token vectors, where kept. A question asks for about 60 of them."""
        table = tables.embeddings
        query = sql.select(table.c.text_hash, table.c.tokens)
        query = query.where(table.c.encoder == encoder, table.c.tokens.is_not(None))
        return {row.text_hash: row.tokens for row in self._rows(query, table.c.text_hash, hashes)}

    def keep_embeddings(self, encoder: str, rows: Mapping[str, tuple[bytes, bytes | None]]) -> None:
        """Keep what `encoder` made of texts, by text hash; what was there under the same hash is replaced."""
        table = tables.embeddings
        values = [{"encoder": encoder, "text_hash": h, "dense": d, "tokens": t} for h, (d, t) in rows.items()]
        with self._writing() as connection:
            for some in batches(rows):
                connection.execute(sql.delete(table).where(table.c.encoder == encoder, table.c.text_hash.in_(some)))
            if values:
                connection.execute(sql.insert(table), values)

    def encoders(self) -> dict[str, int]:
        """Width of the kept vectors, by the encoder that made them."""
        table = tables.embeddings
        query = sql.select(table.c.encoder, sql.func.max(sql.func.length(table.c.dense))).group_by(table.c.encoder)
        with self._reading() as connection:
            return {name: int(size) // 4 for name, size in connection.execute(query)}

    def missing(self, encoder: str) -> set[str]:
        """Text hashes of visible entries for which nothing of `encoder` is kept."""
        table, entry = tables.embeddings, tables.entries
        there = sql.exists().where(table.c.encoder == encoder, table.c.text_hash == entry.c.text_hash)
        with self._reading() as connection:
            return set(connection.scalars(sql.select(entry.c.text_hash).where(~there)))

    def sweep(self, encoder: str) -> int:
        """Drop embeddings that no visible entry uses, and those of any other encoder; how many."""
        table = tables.embeddings
        used = sql.exists().where(tables.entries.c.text_hash == table.c.text_hash)
        with self._writing() as connection:
            return connection.execute(sql.delete(table).where((table.c.encoder != encoder) | ~used)).rowcount

    def forget(self, encoder: str) -> None:
        """Drop every embedding that `encoder` made, so that all texts are embedded again."""
        table = tables.embeddings
        with self._writing() as connection:
            connection.execute(sql.delete(table).where(table.c.encoder == encoder))

    def faults(self) -> tuple[str, ...]:
        """What the database itself finds damaged, one sentence each; reads the whole file."""
        if self._engine.dialect.name != "sqlite":
            return ()
        with self._reading() as connection:
            checked = [str(line) for line in connection.scalars(sql.text("PRAGMA integrity_check"))]
            astray = [f"orphan in {row[0]}" for row in connection.execute(sql.text("PRAGMA foreign_key_check"))]
        return tuple(line for line in checked if line != "ok") + tuple(astray)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._engine), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(self._engine), writing(self._engine) as connection:
            yield connection

    def _column(self, column: sql.Column[str]) -> dict[str, str]:
        with self._reading() as connection:
            rows = connection.execute(sql.select(tables.documents.c.id, column).order_by(tables.documents.c.id))
            return {row.id: row[1] for row in rows}

    def _rows(
        self, query: sql.Select[tuple[object, ...]], key: sql.ColumnElement[str], wanted: Collection[str] | None
    ) -> Iterator[sql.Row[tuple[object, ...]]]:
        """Rows of `query`, all or those whose `key` is wanted (sorted, so that the order of `query` holds)."""
        with self._reading() as connection:
            if wanted is None:
                yield from connection.execute(query.execution_options(yield_per=BATCH))
                return
            for some in batches(sorted(set(wanted))):
                yield from connection.execute(query.where(key.in_(some)))


_REVISION = sql.select(tables.header.c.revision)
_PASSAGES = (
    sql.select(tables.documents.c.id, tables.documents.c.card, tables.passages.c.body)
    .join(tables.documents)
    .order_by(tables.documents.c.id, tables.passages.c.number)
)
_ENTRIES = sql.select(tables.entries).order_by(tables.entries.c.document, tables.entries.c.number)


def _passages(rows: Iterable[Any]) -> Iterator[Passage]:
    for _, some in groupby(rows, key=lambda row: row.id):
        card: Card | None = None
        for row in some:
            card = card or tables.card_value(row.card)
            yield tables.passage_value(row.body, card)


def _entries(rows: Iterable[Any]) -> Iterator[Entry]:
    for row in rows:
        yield Entry(row.id, row.document, row.role, tables.names_value(row.passages), row.text_hash)


def _advance(connection: Connection) -> int:
    """Raise the revision by one in this transaction; the new one."""
    connection.execute(sql.update(tables.header).values(revision=tables.header.c.revision + 1))
    revision = connection.scalar(_REVISION)
    if revision is None:
        raise StoreError("The library has lost its header.", hint="Restore the data folder from a backup.")
    return int(revision)


def _entry_row(document_id: str, number: int, entry: Entry) -> dict[str, object]:
    if entry.document != document_id:
        raise ValueError(f"entry {entry.id} belongs to {entry.document}, not to {document_id}")
    return {
        "id": entry.id,
        "document": document_id,
        "number": number,
        "role": entry.role,
        "passages": tables.names_text(entry.passages),
        "text_hash": entry.text_hash,
    }
