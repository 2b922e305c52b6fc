"""One writer, and one owner of the index in the process: locks across processes that never go stale.

The locks are the operating system's (flock; msvcrt on Windows) and, for PostgreSQL, an advisory lock:
all three end with the process that holds them, also when it is killed.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import StoreBusy, StoreError
from assistant.settings import Settings

PATIENCE = 3.0
"""Seconds to wait for a lock before saying who holds it (requirement R6: within 5 s)."""

PAUSE = 0.05
"""Seconds between two tries."""

ADVISORY_KEY = 0x61737369
"""Number of the writer's advisory lock in PostgreSQL ("assi"); it holds per database."""

_HINT_WRITING = "Wait until it has finished, or stop it, then run the command again."
_HINT_OWNING = (
    "Use the page's own upload, stop the other program first, "
    "or run a Chroma server and set ASSISTANT_CHROMA_URL so that several programs can share the index."
)


@contextmanager
def writing(settings: Settings, patience: float = PATIENCE) -> Iterator[None]:
    """Be the only writer of this library, across processes and threads; not to be nested.

    Raises StoreBusy after `patience` seconds while another one writes, StoreError when the folder cannot be used.
    """
    address = settings.database_url
    if address is not None and address.startswith("postgresql"):
        lock = _advisory(address, patience)
    else:
        lock = _locked(settings.data_dir / "writer.lock", "writes to the data folder", _HINT_WRITING, patience)
    with lock:
        yield


@contextmanager
def owning(settings: Settings, patience: float = PATIENCE) -> Iterator[None]:
    """Be the only process that has the embedded index of `data_dir` open; nothing to do for a server.

    May be entered several times in one process. Raises StoreBusy and StoreError as `writing`.
    """
    if settings.chroma_url is not None:
        yield
        return
    path = (settings.data_dir / "owner.lock").absolute()
    with _guard:
        if path not in _owned:
            lock = _locked(path, "has the data folder open", _HINT_OWNING, patience)
            lock.__enter__()
            _owned[path] = [lock, 0]
        _owned[path][1] += 1
    try:
        yield
    finally:
        with _guard:
            _owned[path][1] -= 1
            if _owned[path][1] == 0:
                _owned.pop(path)[0].__exit__(None, None, None)


_guard = threading.Lock()
_owned: dict[Path, list[Any]] = {}
_open: set[int] = set()


def _forget() -> None:
    """A forked child must not keep its parent's locks alive: it lets go of the files."""
    for descriptor in _open:
        with suppress(OSError):
            os.close(descriptor)
    _open.clear()
    _owned.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@contextmanager
def _locked(path: Path, deed: str, hint: str, patience: float) -> Iterator[None]:
    descriptor = _opened(path)
    try:
        end = time.monotonic() + patience
        while not _try(descriptor):
            if time.monotonic() > end:
                raise StoreBusy(f"Another process ({_holder(path)}) {deed} {path.parent}.", hint=hint)
            time.sleep(PAUSE)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, _name().encode())
        yield
    finally:
        if descriptor in _open:
            _open.discard(descriptor)
            os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise folder_error(path.parent, error) from error
    _open.add(descriptor)
    return descriptor


def folder_error(folder: Path, error: OSError) -> StoreError:
    """The sentence for a data folder that cannot be made or written."""
    reason = (error.strerror or str(error)).lower()
    hint = "Make the folder writable for this user, or set ASSISTANT_DATA_DIR to one that is."
    return StoreError(f"The data folder {folder} cannot be used: {reason}.", hint=hint)


def _try(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # a byte beyond the text, which stays readable
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _name() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _holder(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip() or "of unknown number"
    except (OSError, UnicodeDecodeError):
        return "of unknown number"


@contextmanager
def _advisory(address: str, patience: float) -> Iterator[None]:
    from sqlalchemy import NullPool, create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        connection = engine.connect()
    except SQLAlchemyError as error:
        hint = "Check that the server runs and that ASSISTANT_DATABASE_URL is right."
        raise StoreError("The database of the library cannot be reached.", hint=hint) from error
    with connection:
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": _name()[:60]})
        end = time.monotonic() + patience
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
            if time.monotonic() > end:
                holder = _advisory_holder(connection)
                raise StoreBusy(f"Another process ({holder}) writes to the library.", hint=_HINT_WRITING)
            time.sleep(PAUSE)
        yield


def _advisory_holder(connection: Any) -> str:
    from sqlalchemy import text

    query = text(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND objid = :key AND granted"
    )
    return connection.scalar(query, {"key": ADVISORY_KEY}) or "of unknown number"
