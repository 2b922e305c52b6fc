"""A connection to the library's database, SQLite or PostgreSQL, and its errors in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Connection, Engine, event, exc

from assistant.errors import StoreBusy, StoreDamaged, StoreError
from assistant.keeping import tables
from assistant.keeping.locks import folder_error
from assistant.settings import Settings

FILE = "library.sqlite"

BUSY_TIMEOUT = 4000
"""Milliseconds to wait for another writer's transaction, below the 5 s in which we promise a word."""

TURN_KEY = 0x7475726E
"""Number of the PostgreSQL lock under which one transaction at a time writes ("turn")."""

LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was waited for too long."""

_RESTORE = "Restore the data folder from a backup, or move {file} away and ingest the documents again."


def connected(settings: Settings) -> Engine:
    """An engine on the library of `settings`, with its tables made. Raises StoreError, StoreDamaged."""
    engine = _engine(settings)
    try:
        with translated(engine):
            _prepare(engine)
    except StoreError:
        engine.dispose()
        raise
    return engine


def _engine(settings: Settings) -> Engine:
    if settings.database_url is None:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise folder_error(settings.data_dir, error) from error
        address: Any = sql.URL.create("sqlite", database=str((settings.data_dir / FILE).absolute()))
    else:
        address = settings.database_url
    try:
        engine = sql.create_engine(address, pool_pre_ping=settings.database_url is not None)
    except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError) as error:
        hint = "Use an address such as postgresql+psycopg://user@host/database, with its driver installed."
        raise StoreError("ASSISTANT_DATABASE_URL is not an address that can be used.", hint=hint) from error
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise StoreError(f"The library cannot be kept in {engine.dialect.name}.", hint="Use SQLite or PostgreSQL.")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    """Set up a new SQLite connection; transactions are begun by `_begin`, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes its turn at once, so that it waits for another one instead of failing half-way."""
    writes = connection.get_execution_options().get("writes", False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN_KEY})")


def _prepare(engine: Engine) -> None:
    """Make the tables where there are none, and check by which layout they were made."""
    with engine.connect() as connection:
        there = set(sql.inspect(connection).get_table_names())
    if not there >= tables.metadata.tables.keys():
        with writing(engine) as connection:
            _make(connection)
    with engine.connect() as connection:
        schema = connection.scalar(sql.select(tables.header.c.schema))
    if schema is None:
        raise StoreDamaged("The library has lost its header.", hint=_RESTORE.format(file=FILE))
    if schema > tables.SCHEMA:
        message = f"The library was written by a newer version (layout {schema}; this one knows {tables.SCHEMA})."
        raise StoreError(message, hint="Install the newer version again, or restore a backup made before it.")


def _make(connection: Connection) -> None:
    """Make the tables, unless another process did so in the meantime."""
    tables.metadata.create_all(connection)
    if connection.scalar(sql.select(tables.header.c.id)) is None:
        connection.execute(sql.insert(tables.header), {"id": 1, "schema": tables.SCHEMA, "revision": 0})


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; ends with commit, or with everything as it was."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads everything at one moment, whatever is written meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's transactions are so by themselves
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into StoreBusy, StoreDamaged or StoreError."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _translation(engine, error) from error
    except exc.TimeoutError as error:
        raise StoreBusy("The library has no free connection.", hint="Try again in a moment.") from error


def _translation(engine: Engine, error: exc.DBAPIError) -> StoreError:
    where = engine.url.render_as_string(hide_password=True)
    original = error.orig
    said = str(original).strip().splitlines()[0] if str(original).strip() else type(original).__name__
    if isinstance(original, sqlite3.Error):
        return _sqlite_translation(where.removeprefix("sqlite:///"), original, said)
    if getattr(original, "sqlstate", None) == LOCK_NOT_AVAILABLE:
        return StoreBusy(f"Another process writes to {where}.", hint="Wait until it has finished, then try again.")
    hint = "Check that the server runs and that ASSISTANT_DATABASE_URL is right; nothing was changed."
    return StoreError(f"The library at {where} failed: {said}.", hint=hint)


def _sqlite_translation(file: str, error: sqlite3.Error, said: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"Another process writes to {file}.", hint="Wait until it has finished, then try again.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"The library {file} is damaged: {said}.", hint=_RESTORE.format(file=file))
    if code == sqlite3.SQLITE_FULL:
        hint = "Free some disk space, then try again; nothing was lost."
        return StoreError(f"There is no space left for {file}.", hint=hint)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        hint = "Make the data folder writable for this user, or set ASSISTANT_DATA_DIR to another folder."
        return StoreError(f"The library {file} cannot be used: {said}.", hint=hint)
    return StoreError(f"The library {file} failed: {said}.", hint="Run python -m assistant doctor.")
