"""The journal: what visitors said of answers, in the library's database, without who said it.

It is a table of the library and no file beside it, so that one backup holds both, and a PostgreSQL library serves
several machines. A row has a random id and a day, no time and no address, so that it can be laid beside no log.
Nothing here counts as a change of the library: an ingest may write at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sql
from sqlalchemy import Connection, Engine

from assistant.keeping import tables
from assistant.keeping.database import translated, writing
from assistant.types import Remark

KEPT_DAYS = 365
"""Days after which a remark is deleted: what the page promises whoever sends one."""

MOST = 10_000
"""Remarks that are held; the oldest give way, so that nobody can fill the disk."""


class Journal:
    """The remarks that are held in the database of a library. May be used by several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, remark: Remark) -> None:
        """Keep a remark. Raises StoreBusy and StoreError."""
        row = {"id": uuid4().hex, "day": remark.day, "body": tables.remark_text(remark)}
        with self._swept(remark.day) as connection:
            connection.execute(sql.insert(tables.remarks), row)

    def remarks(self, today: date) -> tuple[Remark, ...]:
        """Every remark that is still held, newest day first; too old ones are deleted. Raises as `note`."""
        newest = sql.select(tables.remarks.c.body).order_by(tables.remarks.c.day.desc(), tables.remarks.c.id)
        with self._swept(today.isoformat()) as connection:
            return tuple(tables.remark_value(body) for body in connection.scalars(newest))

    @contextmanager
    def _swept(self, today: str) -> Iterator[Connection]:
        """One transaction, at whose beginning what is too old or too much was deleted."""
        table = tables.remarks
        oldest = (date.fromisoformat(today) - timedelta(days=KEPT_DAYS)).isoformat()
        kept = sql.select(table.c.id).order_by(table.c.day.desc(), table.c.id).limit(MOST - 1).scalar_subquery()
        with translated(self._engine), writing(self._engine) as connection:
            connection.execute(sql.delete(table).where(table.c.day < oldest))
            if (connection.scalar(sql.select(sql.func.count()).select_from(table)) or 0) >= MOST:
                connection.execute(sql.delete(table).where(table.c.id.not_in(kept)))
            yield connection
