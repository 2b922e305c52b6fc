"""A backup: all that is kept in one file, checked whole before anything is brought back from it.

The file is a zip of a SQLite library, of the files that editors published, and of a note with the SHA-256 of each. It
is the same whichever database the library is kept in: what was saved from one can be brought back into the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sql
from sqlalchemy import Connection, Engine

from assistant.errors import StoreBusy, StoreDamaged, StoreError
from assistant.keeping import tables
from assistant.keeping.database import FILE, connected, reading, translated, writing
from assistant.keeping.healing import COLLECTION
from assistant.keeping.library import Library
from assistant.keeping.locks import folder_error, owning
from assistant.keeping.locks import writing as only_writer
from assistant.settings import Settings

NOTE = "note.json"

FORM = 2
"""Number of the form of the file; one with a higher number was written by a newer version, one with 1 held no files."""

ADDED = "added"
"""Folder in the zip, and in the data folder while they are brought back, of the files that editors published."""

TRIES = 3
"""How often a copy is begun anew because editors published meanwhile; a copy takes seconds, to publish too."""

BATCH = 200
"""Rows that are copied at a time; one with token vectors has about 40 kB. An original may have 50 MB: one at a time."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:md|withdrawn)")

_ANOTHER = "Nothing was changed. Take another backup."


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself. `made` is UTC (ISO 8601), `sha256` (hex) that of the library inside, `added` that
    of each file that editors published, by its name (None in a backup of the first form, which held none)."""

    form: int
    layout: int
    made: str
    revision: int
    documents: int
    sha256: str
    added: dict[str, str] | None = None


def save(settings: Settings, path: Path) -> tuple[Path, Backup]:
    """Write the library of `settings`, with the files that editors published, into the new file `path`, or into a new
    file in the folder `path`.

    Everything in it is of one moment; others may read and write the library meanwhile. Nothing is at `path`
    until the whole has been written and checked. Raises StoreError when the file is there already or cannot be
    written, StoreDamaged when what was copied is not whole, StoreBusy when editors published whenever it was tried.
    """
    made = datetime.now(UTC)
    path = path / f"assistant-{made:%Y%m%d-%H%M%S}.zip" if path.is_dir() else path
    if path.exists():
        raise StoreError(f"{path} is there already.", hint="Name another file, or a folder.")
    try:
        with TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            place, then = Path(folder), made.isoformat(timespec="seconds")
            revision, documents = _copied_at_rest(settings, place)
            added = {file.name: _digest(file) for file in _published(place)}
            about = Backup(FORM, tables.SCHEMA, then, revision, documents, _digest(place / FILE), added)
            _pack(place, about, place / "packed")
            (place / "packed").replace(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "Name a place that is writable and has room for the whole library twice."
        raise StoreError(f"The backup {path} cannot be written: {reason}.", hint=hint) from error
    return path, about


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Backup:
    """Bring the library of a backup back, in one transaction, and then the files that editors published; what was there
    before is gone.

    The whole file is checked first. The index is not touched: it follows when it is opened or rebuilt. Raises
    StoreError when the library holds documents (unless `replace`) or the file is from a newer version,
    StoreDamaged when the file is not whole, StoreBusy when another process uses the data folder. Nothing is
    changed then. A library that cannot be read counts as one with documents, and is set aside with `replace`.
    """
    with _unpacked(path) as (folder, about), owning(settings), only_writer(settings):
        _room(settings, replace=replace)
        if about.added is not None:
            _stage(folder, settings)
        source, target = connected(Settings(data_dir=folder)), connected(settings)
        try:
            with translated(target), reading(source) as old, writing(target) as new:
                _replace_all(old, new)
        finally:
            source.dispose()
            target.dispose()
        if about.added is not None:
            _swap(settings)
    return about


def _copied_at_rest(settings: Settings, folder: Path) -> tuple[int, int]:
    """Copy what editors published and the library into `folder`, while nothing is published; as `_copied`."""
    for _ in range(TRIES):
        with suppress(FileNotFoundError):  # one was withdrawn while it was read
            files = {path.name: path.read_bytes() for path in _published(settings.data_dir)}
            found = _copied(settings, folder)
            if files == {path.name: path.read_bytes() for path in _published(settings.data_dir)}:
                (folder / ADDED).mkdir(exist_ok=True)
                for name, content in files.items():
                    (folder / ADDED / name).write_bytes(content)
                return found
    raise StoreBusy("Editors publish documents just now.", hint="Wait until they have finished, then try again.")


def _published(folder: Path) -> list[Path]:
    """The files below `folder` that editors published, and their marks."""
    return sorted(path for path in (folder / ADDED).glob("*") if _NAME.fullmatch(path.name))


def _stage(folder: Path, settings: Settings) -> None:
    """Copy the published files of an unpacked backup next to those of `settings`. Raises StoreError."""
    fresh = settings.added_dir.with_suffix(".fresh")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for path in _published(folder):
            shutil.copyfile(path, fresh / path.name)
    except OSError as error:
        raise folder_error(settings.data_dir, error) from error


def _swap(settings: Settings) -> None:
    """Put the published files that `_stage` copied in the place of the present ones. Raises StoreError."""
    there = settings.added_dir
    former = there.with_suffix(".former")
    try:
        shutil.rmtree(former, ignore_errors=True)
        if there.exists():
            there.rename(former)
        there.with_suffix(".fresh").rename(there)
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise folder_error(settings.data_dir, error) from error


def _copied(settings: Settings, folder: Path) -> tuple[int, int]:
    """Copy the library into a SQLite file in `folder`; its revision and number of documents."""
    source, target = connected(settings), connected(Settings(data_dir=folder))
    try:
        with translated(source), reading(source) as old, writing(target) as new:
            _replace_all(old, new)
            revision = old.scalar(sql.select(tables.header.c.revision))
            documents = new.scalar(sql.select(sql.func.count()).select_from(tables.documents))
            new.execute(sql.update(tables.header).values(revision=revision))
        _settle(target)
    finally:
        source.dispose()
        target.dispose()
    if faults := _faults(folder):
        raise StoreDamaged(f"The copy is not whole: {faults[0]}.", hint="Run python -m assistant doctor.")
    return int(revision or 0), int(documents or 0)


def _replace_all(old: Connection, new: Connection) -> None:
    """Put every row of `old` in place of those of `new`.

    The revision grows, so that whoever reads the library notices; which collection of the index is the live
    one is a matter of the data folder, not of what is kept.
    """
    revision = max(c.scalar(sql.select(tables.header.c.revision)) or 0 for c in (old, new)) + 1
    live = new.scalar(sql.select(tables.stamps.c.value).where(tables.stamps.c.name == COLLECTION))
    for table in reversed(tables.metadata.sorted_tables):
        new.execute(sql.delete(table))
    for table in tables.metadata.sorted_tables:
        rows = old.execution_options(yield_per=1 if table is tables.originals else BATCH).execute(sql.select(table))
        for some in rows.mappings().partitions():
            new.execute(sql.insert(table), [dict(row) for row in some])
    new.execute(sql.update(tables.header).values(revision=revision, schema=tables.SCHEMA))
    new.execute(sql.delete(tables.stamps).where(tables.stamps.c.name == COLLECTION))
    if live is not None:
        new.execute(sql.insert(tables.stamps), {"name": COLLECTION, "value": live})


def _settle(engine: Engine) -> None:
    """Bring what is in the write-ahead log into the SQLite file itself."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        connection.rollback()
        raw.execute("PRAGMA journal_mode=DELETE")


def _pack(folder: Path, about: Backup, packed: Path) -> None:
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(folder / FILE, FILE)
        for path in _published(folder):
            archive.write(path, f"{ADDED}/{path.name}")
        archive.writestr(NOTE, json.dumps(asdict(about), indent=2))
    with packed.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[Path, Backup]]:
    """The folder that holds the library of a backup, checked, and what the backup says of itself."""
    with TemporaryDirectory(prefix="assistant-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                about = _note(path, archive.read(NOTE))
                for name in (FILE, *(f"{ADDED}/{name}" for name in about.added or {})):
                    archive.extract(name, folder)
        except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
            raise StoreDamaged(f"The backup {path} is not whole.", hint=_ANOTHER) from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreError(f"The backup {path} cannot be read: {reason}.", hint="Check path and space.") from error
        held = {name: _digest(Path(folder) / ADDED / name) for name in about.added or {}}
        if _digest(Path(folder) / FILE) != about.sha256 or held != (about.added or {}):
            raise StoreDamaged(f"The backup {path} was changed after it was made.", hint=_ANOTHER)
        if faults := _faults(Path(folder)):
            raise StoreDamaged(f"The backup {path} is not whole: {faults[0]}.", hint=_ANOTHER)
        yield Path(folder), about


def _note(path: Path, text: bytes) -> Backup:
    try:
        told = json.loads(text)
        newer = told["form"] > FORM or told["layout"] > tables.SCHEMA
        told.setdefault("added", None)
        about = Backup(**{field.name: told[field.name] for field in fields(Backup)})
        if not all(_NAME.fullmatch(name) for name in about.added or {}):
            raise ValueError("a file of another name")
    except (AttributeError, ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(f"The backup {path} does not say what it holds.", hint=_ANOTHER) from error
    if newer:
        raise StoreError(f"The backup {path} was made by a newer version.", hint="Install that version first.")
    return about


def _faults(folder: Path) -> tuple[str, ...]:
    library = Library.open(Settings(data_dir=folder))
    try:
        return library.faults()
    finally:
        library.close()


def _room(settings: Settings, *, replace: bool) -> None:
    """See that the library may be replaced; one that cannot be read is set aside. Raises StoreError."""
    try:
        library = Library.open(settings)
        try:
            faults, documents = library.faults(), len(library.hashes())
        finally:
            library.close()
    except StoreDamaged as error:
        faults, documents = (str(error),), 0
    if (documents or faults) and not replace:
        held = f"holds {documents} documents" if not faults else "is damaged"
        hint = "Add --replace to put the backup in its place, or name an empty folder in ASSISTANT_DATA_DIR."
        raise StoreError(f"The library {held}.", hint=hint)
    if faults:
        _set_aside(settings)


def _set_aside(settings: Settings) -> None:
    """Rename the SQLite file and its log, so that a new one is made."""
    mark = f"damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        place = settings.data_dir / name
        try:
            if place.exists():
                place.rename(place.with_name(f"{mark}-{name}"))
        except OSError as error:
            raise folder_error(settings.data_dir, error) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
