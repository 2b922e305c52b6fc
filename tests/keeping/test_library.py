"""The record keeps what it was given, whole or not at all."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy

from assistant.errors import StoreBusy, StoreDamaged, StoreError
from assistant.keeping import originals, tables
from assistant.keeping.entries import entry_id, text_hash
from assistant.keeping.library import Library
from assistant.settings import Settings

ENCODER = "made-up"


@pytest.fixture
def library(store):
    opened = Library.open(store)
    yield opened
    opened.close()


def keep(library, made, original=None):
    library.keep_embeddings(ENCODER, made.made)
    library.keep(made.document, made.passages, made.entries, original=original)


def test_gives_back_exactly_what_was_kept(library, sample):
    made = sample("unikum", "Første ledd: «blåbær».", "Andre ledd.", topics=("opi", "idrett"), start=2019)
    keep(library, made)
    assert library.document("unikum") == made.document
    assert tuple(library.passages()) == made.passages
    assert tuple(library.entries()) == made.entries
    assert library.cards() == (made.document.card,)
    assert library.hashes() == {"unikum": made.document.content_hash}
    assert library.origins() == {"unikum": "corpus/unikum.md"}
    assert library.embeddings(ENCODER, made.made) == made.made
    assert library.tokens(ENCODER, made.made) == {key: tokens for key, (_, tokens) in made.made.items()}
    assert library.dense(ENCODER, made.made) == {key: dense for key, (dense, _) in made.made.items()}


def test_keeps_text_that_a_database_would_choke_on(library, sample):
    made = sample("rart", "NUL \0, halvt par \ud800, emoji 🏓, sitat ' \" \\")
    document = replace(made.document, origin="mappe/\udce6.md\0")
    library.keep(document, made.passages, made.entries)
    assert library.document("rart").blocks == made.document.blocks
    assert tuple(library.passages()) == made.passages
    assert library.origins() == {"rart": "mappe/\\udce6.md\\x00"}


def test_still_has_everything_after_it_was_closed_and_opened(store, sample):
    made = sample("unikum", "En", "To")
    first = Library.open(store)
    keep(first, made)
    first.set_stamp("encoder", ENCODER)
    revision = first.revision
    first.close()
    again = Library.open(store)
    assert again.document("unikum") == made.document
    assert tuple(again.entries()) == made.entries
    assert (again.stamp("encoder"), again.stamp("other"), again.revision) == (ENCODER, None, revision)
    again.close()


def test_a_shorter_new_version_leaves_no_tail(library, sample):
    keep(library, sample("unikum", *(f"ledd {n}" for n in range(12))))
    shorter = sample("unikum", "bare ett ledd")
    keep(library, shorter)
    assert tuple(library.passages()) == shorter.passages
    assert tuple(library.entries()) == shorter.entries
    assert library.entry_ids() == {entry.id for entry in shorter.entries}


def test_knows_which_documents_another_edition_made(library, sample):
    old, new = sample("old", "en"), sample("new", "to")
    library.keep(old.document, old.passages, old.entries, "1")
    library.keep(new.document, new.passages, new.entries, "2")
    assert (library.earlier("1"), library.earlier("2"), library.earlier("3")) == ({"new"}, {"old"}, {"old", "new"})
    revision = library.revision
    library.note_edition(["old"], "2")
    assert (library.earlier("2"), library.revision) == (set(), revision)
    library.keep(old.document, old.passages, old.entries, "1")
    assert library.earlier("2") == {"old"}
    library.remove("old")
    assert library.earlier("2") == set()


def test_opens_a_library_made_before_editions_were_noted(store, sample):
    before, made = Library.open(store), sample("unikum", "En", "To")
    keep(before, made)
    with before.engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE editions"))
    before.close()
    after = Library.open(store)
    assert after.document("unikum") == made.document
    assert after.earlier("1") == {"unikum"}
    after.note_edition(["unikum"], "1")
    assert after.earlier("1") == set()
    after.close()


PDF = b"%PDF-1.7 \0\xff" + bytes(range(256)) * 40


def test_an_original_is_kept_replaced_and_removed_with_its_document(library, sample):
    keep(library, sample("a", "en"), PDF)
    keep(library, sample("b", "to"))
    assert (originals.content(library.engine, "a"), originals.content(library.engine, "b")) == (PDF, None)
    assert originals.sums(library.engine) == {"a": hashlib.sha256(PDF).hexdigest()}
    keep(library, sample("a", "en"))  # made anew from what is held
    assert originals.content(library.engine, "a") == PDF
    keep(library, sample("a", "tre"), b"%PDF-1.7 tre")
    assert originals.content(library.engine, "a") == b"%PDF-1.7 tre"
    keep(library, sample("a", "fire"))
    assert originals.sums(library.engine) == {}
    keep(library, sample("a", "fem"), PDF)
    assert library.remove("a")
    assert originals.sums(library.engine) == {}
    assert originals.content(library.engine, "a") is None


def test_an_original_is_added_to_a_held_document_only_and_nothing_that_is_searched_changes(library, sample):
    keep(library, made := sample("a", "en"))
    revision, hashed = library.revision, made.document.content_hash
    originals.add(library.engine, "a", hashed, b"%PDF gammel")
    originals.add(library.engine, "a", hashed, PDF)
    originals.add(library.engine, "a", "another", b"%PDF annen")
    originals.add(library.engine, "gone", hashed, PDF)
    assert (list(originals.sums(library.engine)), library.revision) == (["a"], revision)
    assert originals.content(library.engine, "a") == PDF
    assert (originals.forget(library.engine), originals.sums(library.engine)) == (1, {})
    assert library.document("a") is not None


def test_an_original_that_is_no_longer_what_was_kept_is_not_given_and_is_named(library, sample):
    keep(library, sample("a", "en"), PDF)
    keep(library, sample("b", "to"), PDF)
    with library.engine.begin() as connection:
        connection.execute(tables.originals.update().where(tables.originals.c.document == "a").values(content=PDF[:-1]))
    assert originals.content(library.engine, "a") is None
    assert dict(originals.looked_through(library.engine)) == {"a": None, "b": len(PDF)}


def test_opens_a_library_made_before_originals_were_kept(store, sample):
    before, made = Library.open(store), sample("a", "en")
    keep(before, made)
    with before.engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE originals"))
    before.close()
    after = Library.open(store)
    assert (after.document("a"), originals.sums(after.engine)) == (made.document, {})
    originals.add(after.engine, "a", made.document.content_hash, PDF)
    assert originals.content(after.engine, "a") == PDF
    after.close()


def test_removal_removes_everything_of_the_document_and_nothing_else(library, sample):
    keep(library, sample("a", "felles tekst", "egen tekst a"))
    keep(library, stays := sample("b", "felles tekst", "egen tekst b"))
    assert library.remove("a") is True
    assert library.remove("a") is False
    assert library.document("a") is None
    assert tuple(library.passages()) == stays.passages
    assert tuple(library.entries()) == stays.entries
    library.sweep(ENCODER)
    assert library.embeddings(ENCODER, sample("a", "felles tekst", "egen tekst a").made).keys() == {
        text_hash("felles tekst")
    }
    assert library.embeddings(ENCODER, stays.made) == stays.made


def test_the_revision_grows_with_each_visible_change_and_only_then(library, sample):
    seen = [library.revision]
    keep(library, sample("a", "en"))
    seen.append(library.revision)
    keep(library, sample("a", "to"))
    seen.append(library.revision)
    library.remove("a")
    seen.append(library.revision)
    assert seen == sorted(set(seen))
    library.remove("a")
    library.keep_embeddings(ENCODER, {"h": (b"1234", None)})
    library.sweep(ENCODER)
    assert library.revision == seen[-1]


def test_passages_come_in_reading_order_and_share_their_card(library, sample):
    keep(library, long := sample("b", *(f"ledd {n}" for n in range(1, 14))))
    keep(library, sample("a", "kort"))
    keep(library, sample("c", "annet"))
    got = list(library.passages())
    assert [p.id for p in got] == ["a#1", *(p.id for p in long.passages), "c#1"]
    assert len({id(p.card) for p in got if p.card.id == "b"}) == 1
    assert [p.id for p in library.passages(["c", "a", "a", "unknown"])] == ["a#1", "c#1"]
    assert list(library.passages([])) == []


def test_many_keys_are_looked_up_at_once(library):
    rows = {text_hash(str(n)): (n.to_bytes(4, "little"), None if n % 2 else b"t") for n in range(1203)}
    library.keep_embeddings(ENCODER, rows)
    assert library.embeddings(ENCODER, rows) == rows
    assert len(library.tokens(ENCODER, [*rows, "unknown"])) == 602
    assert library.embeddings("another", rows) == {}


def test_embeddings_of_another_encoder_are_apart_and_swept(library, sample):
    made = sample("a", "en")
    keep(library, made)
    library.keep_embeddings("older", made.made)
    assert library.missing(ENCODER) == set()
    assert library.missing("newer") == made.made.keys()
    assert library.sweep(ENCODER) == len(made.made)
    assert library.missing("older") == made.made.keys()
    assert library.embeddings(ENCODER, made.made) == made.made


def test_embeddings_kept_again_replace_the_former(library):
    library.keep_embeddings(ENCODER, {"h": (b"old.", b"t")})
    library.keep_embeddings(ENCODER, {"h": (b"new.", None)})
    assert library.embeddings(ENCODER, ["h"]) == {"h": (b"new.", None)}


def test_entry_ids_differ_between_versions_and_between_ways_of_cutting(sample):
    old, new = sample("a", "gammel").document, sample("a", "ny").document
    ids = {entry_id(old, "p1", "x"), entry_id(new, "p1", "x"), entry_id(old, "p1", "y"), entry_id(old, "p2", "x")}
    assert len(ids) == 4
    assert entry_id(old, "p1", "x").startswith("a@")


def test_refuses_entries_of_another_document(library, sample):
    made = sample("a", "en")
    with pytest.raises(ValueError, match="belongs to b"):
        library.keep(made.document, made.passages, sample("b", "en").entries)
    assert library.cards() == ()


def test_at_every_failing_statement_the_former_version_stands(store, library, sample):
    old, new = sample("a", "gammel en", "gammel to"), sample("a", "ny")
    keep(library, old, b"%PDF gammel")
    operations = {
        "replace": (lambda: keep(library, new, b"%PDF ny"), lambda: tuple(library.passages()) == new.passages),
        "remove": (lambda: library.remove("a"), lambda: library.document("a") is None),
    }

    def held():
        kept = originals.content(library.engine, "a")
        return tuple(library.passages()), tuple(library.entries()), library.revision, kept

    for name, (operation, done) in operations.items():
        before = held()
        for n in range(1, 50):
            with failing_statement(n) as count:
                try:
                    operation()
                except StoreError:
                    assert held() == before, (name, n)
                    continue
                finally:
                    count.on = False
            break
        assert n > 3, name
        assert done(), name
        assert library.faults() == ()


class failing_statement:  # noqa: N801
    """The n-th statement or commit sent to any database fails, as a full disk would make it."""

    def __init__(self, n):
        self.left, self.on = n, True

    def __enter__(self):
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", self.statement)
        sqlalchemy.event.listen(sqlalchemy.Engine, "commit", self.count)
        return self

    def __exit__(self, *_):
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", self.statement)
        sqlalchemy.event.remove(sqlalchemy.Engine, "commit", self.count)

    def statement(self, _connection, _cursor, text, *_):
        self.count(None, text)

    def count(self, _connection, text="COMMIT"):
        self.left -= self.on
        if self.on and self.left == 0:
            raise sqlalchemy.exc.OperationalError(text, {}, sqlite3.OperationalError("made to fail"))


def test_readers_see_the_old_version_or_the_new_one_never_a_mixture(library, sample):
    versions = [sample("a", *(f"utgave {v} ledd {n}" for n in range(3 + v))) for v in range(2)]
    library.keep(versions[0].document, versions[0].passages, versions[0].entries)
    allowed = {version.passages for version in versions}
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            seen.append(tuple(library.passages()))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(60):
        version = versions[(turn + 1) % 2]
        library.keep(version.document, version.passages, version.entries)
    stop.set()
    for reader in readers:
        reader.join()
    assert seen
    assert set(seen) <= allowed


def test_two_threads_writing_at_once_lose_nothing(library, sample):
    failed = []

    def write(name):
        try:
            for n in range(20):
                keep(library, sample(f"{name}-{n}", "tekst"))
        except StoreError as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert len(library.cards()) == 40


def test_makes_a_missing_data_folder(tmp_path):
    Library.open(Settings(data_dir=tmp_path / "not" / "there" / "yet")).close()
    assert (tmp_path / "not" / "there" / "yet" / "library.sqlite").is_file()


def test_says_so_when_the_folder_is_a_file(tmp_path):
    (tmp_path / "data").write_text("x")
    with pytest.raises(StoreError, match="cannot be used") as caught:
        Library.open(Settings(data_dir=tmp_path / "data"))
    assert "ASSISTANT_DATA_DIR" in caught.value.hint


OPEN_AND_KEEP = """
import os, sys, tempfile
from pathlib import Path
from assistant.errors import StoreError
from assistant.keeping.library import Library
from assistant.settings import Settings
with tempfile.TemporaryDirectory() as warm:  # loads every module while they can still be read
    Library.open(Settings(data_dir=Path(warm))).close()
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    library = Library.open(Settings(data_dir=Path(sys.argv[1])))
    library.keep_embeddings("e", {"h": (b"x", None)})
except StoreError as error:
    print(type(error).__name__, error, "|", error.hint)
else:
    print("kept")
"""


def as_nobody(data):
    """Open and write in a process that may not write everywhere, as root may; what it says."""
    command = [sys.executable, "-B", "-c", OPEN_AND_KEEP, str(data)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.fixture
def open_folder():
    """A folder that a process without rights can reach."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="assistant-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_says_so_when_the_folder_is_read_only(open_folder):
    data = open_folder / "data"
    data.mkdir()
    data.chmod(0o555)
    said = as_nobody(data)
    assert said.startswith("StoreError The library")
    assert "writable" in said


def test_says_so_when_the_folder_cannot_be_made(open_folder):
    open_folder.chmod(0o555)
    said = as_nobody(open_folder / "data")
    assert said.startswith(f"StoreError The data folder {open_folder / 'data'} cannot be used: permission denied")


def test_says_so_when_an_existing_library_is_read_only(open_folder):
    data = open_folder / "data"
    Library.open(Settings(data_dir=data)).close()
    (data / "library.sqlite").chmod(0o444)
    data.chmod(0o555)
    said = as_nobody(data)
    assert said.startswith("StoreError The library")
    assert "writable" in said


def test_a_full_disk_loses_nothing_and_is_named(settings, sample):
    library = Library.open(settings)
    keep(library, made := sample("a", "en"))

    def shrink(connection, _record):
        connection.execute("PRAGMA max_page_count=20")

    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", shrink)
    try:
        full = Library.open(settings)
        with pytest.raises(StoreError, match="no space left") as caught:
            full.keep_embeddings(ENCODER, {"h": (os.urandom(500_000), None)})
        full.close()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "connect", shrink)
    assert "Free some disk space" in caught.value.hint
    assert tuple(library.passages()) == made.passages
    library.keep_embeddings(ENCODER, {"h": (os.urandom(500_000), None)})
    library.close()


def read_all(settings):
    library = Library.open(settings)
    try:
        return list(library.passages()), list(library.entries()), library.faults()
    finally:
        library.close()


@pytest.mark.parametrize("damage", ["not a database", "cut short", "empty header", "page overwritten"])
def test_a_damaged_file_is_named_never_read_as_empty(settings, sample, damage):
    library = Library.open(settings)
    for n in range(60):
        keep(library, sample(f"doc-{n}", *(f"tekst {n} {m} " * 20 for m in range(5))))
    library.close()
    file = settings.data_dir / "library.sqlite"
    held = bytearray(file.read_bytes())
    if damage == "not a database":
        held = bytearray(b"Kjaere dagbok, i dag " * 1000)
    elif damage == "cut short":
        held = held[: len(held) // 2]
    elif damage == "empty header":
        held[:100] = bytes(100)
    else:
        held[4096 * 8 : 4096 * (len(held) // 4096 - 2)] = b"\xff" * (len(held) - 4096 * 10)
    file.write_bytes(held)
    with pytest.raises(StoreDamaged, match="damaged") as caught:
        read_all(settings)
    assert "backup" in caught.value.hint


def test_refuses_a_library_of_a_newer_version_and_leaves_it_as_it_was(settings):
    Library.open(settings).close()
    file = settings.data_dir / "library.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE header SET schema = 99")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        Library.open(settings)
    assert file.read_bytes() == before


def test_a_write_waits_for_another_and_then_says_who_is_in_the_way(settings, monkeypatch):
    monkeypatch.setattr("assistant.keeping.database.BUSY_TIMEOUT", 50)
    library = Library.open(settings)
    other = sqlite3.connect(settings.data_dir / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="Another process writes"):
        library.set_stamp("a", "b")
    other.execute("ROLLBACK")
    library.set_stamp("a", "b")
    assert library.stamp("a") == "b"
    other.close()
    library.close()


@pytest.mark.parametrize("address", ["nonsense", "nosuchdatabase://x", "mysql+nodriver://x/y"])
def test_an_address_that_is_none_is_refused(tmp_path, address):
    with pytest.raises(StoreError, match="ASSISTANT_DATABASE_URL"):
        Library.open(Settings(data_dir=tmp_path, database_url=address))


def test_a_database_server_that_is_away_is_named_without_its_password(tmp_path):
    with pytest.raises(StoreError, match="failed") as caught:
        Library.open(Settings(data_dir=tmp_path, database_url="postgresql+psycopg://me:s3cret@127.0.0.1:1/x"))
    assert "s3cret" not in str(caught.value) + caught.value.hint
    assert "ASSISTANT_DATABASE_URL" in caught.value.hint


def test_two_processes_may_make_the_library_at_the_same_moment(open_folder):
    from concurrent.futures import ThreadPoolExecutor

    open_folder.chmod(0o777)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(as_nobody, [open_folder / "data"] * 4))
    assert said == ["kept\n"] * 4
