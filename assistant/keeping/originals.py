"""The originals: the bytes of the PDF that a document was read from, kept, replaced and removed with the document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sql
from sqlalchemy import Connection, Engine

from assistant.keeping import tables
from assistant.keeping.database import translated, writing

_TABLE = tables.originals


def put(connection: Connection, document_id: str, content: bytes) -> None:
    """Keep `content` as the original of a document in a transaction that writes; a former one is replaced."""
    connection.execute(sql.delete(_TABLE).where(_TABLE.c.document == document_id))
    row = {"document": document_id, "sum": hashlib.sha256(content).hexdigest(), "content": content}
    connection.execute(sql.insert(_TABLE), row)


def of_same_content(connection: Connection, document_id: str, content_hash: str) -> bytes | None:
    """The original that is kept of a document, if the content that it is to hold now is the one that it held."""
    query = sql.select(_TABLE.c.content).join(tables.documents)
    same = (tables.documents.c.id == document_id, tables.documents.c.content_hash == content_hash)
    content: bytes | None = connection.scalar(query.where(*same))
    return content


def add(engine: Engine, document_id: str, content_hash: str, content: bytes) -> None:
    """Keep the original of a document that otherwise stays as it is; one that is gone, or holds another content than
    that with this hash by now, is passed over.

    Nothing that is searched or cited changes by this, and so the revision stays. Raises StoreBusy and StoreError.
    """
    held = sql.select(tables.documents.c.content_hash).where(tables.documents.c.id == document_id)
    with translated(engine), writing(engine) as connection:
        if connection.scalar(held) == content_hash:
            put(connection, document_id, content)


def forget(engine: Engine) -> int:
    """Remove every original, and leave the documents; how many there were. Raises StoreBusy and StoreError."""
    with translated(engine), writing(engine) as connection:
        return connection.execute(sql.delete(_TABLE)).rowcount


def sums(engine: Engine) -> dict[str, str]:
    """SHA-256 (hex) of every original that is kept, by the id of its document. Raises StoreError."""
    with translated(engine), engine.connect() as connection:
        return {row.document: row.sum for row in connection.execute(sql.select(_TABLE.c.document, _TABLE.c.sum))}


def content(engine: Engine, document_id: str) -> bytes | None:
    """The original of a document; None where none is kept, or it is no longer what was kept. Raises StoreError."""
    with translated(engine), engine.connect() as connection:
        row = connection.execute(sql.select(_TABLE).where(_TABLE.c.document == document_id)).one_or_none()
    whole = row is not None and hashlib.sha256(row.content).hexdigest() == row.sum
    return row.content if row is not None and whole else None


def looked_through(engine: Engine) -> Iterator[tuple[str, int | None]]:
    """Each document that has an original, with its length in bytes; None where it is no longer what was kept.

    They are read one at a time, as each may have tens of megabytes. Raises StoreError.
    """
    for name in sorted(sums(engine)):
        found = content(engine, name)
        yield name, None if found is None else len(found)
