"""What was saved comes back whole, into either database; what is not whole is refused before anything changes."""

import hashlib
import json
import sqlite3
import threading
import zipfile
from contextlib import closing

import pytest

from assistant.errors import StoreBusy, StoreDamaged, StoreError
from assistant.keeping import healing
from assistant.keeping.backup import NOTE, restore, save
from assistant.keeping.database import FILE
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.keeping.originals import content
from assistant.settings import Settings

ENCODER = "made-up"


def keep(settings, *samples):
    library = Library.open(settings)
    for one in samples:
        library.keep_embeddings(ENCODER, one.made)
        library.keep(one.document, one.passages, one.entries, original=f"%PDF-1.7 {one.id}\0".encode())
    library.close()


def contents(settings):
    library = Library.open(settings)
    try:
        hashes = {entry.text_hash for entry in library.entries()}
        documents = {name: library.document(name) for name in library.hashes()}
        _, passages, entries = library.snapshot()
        kept = {name: (origin, content(library.engine, name)) for name, origin in library.origins().items()}
        return documents, passages, entries, library.embeddings(ENCODER, hashes), kept
    finally:
        library.close()


@pytest.fixture
def saved(settings, sample, tmp_path):
    """The path of a backup of two documents and a published file, and what the library in it holds."""
    keep(settings, sample("a", "en", "to"), sample("b", "tre \0 \ud800"))
    settings.added_dir.mkdir()
    (settings.added_dir / "no-sak.md").write_text("Saken.", encoding="utf-8")
    path, _ = save(settings, tmp_path / "copy.zip")
    return path, contents(settings)


def test_what_was_saved_comes_back_whole_in_either_database(store, saved, tmp_path):
    path, held = saved
    fresh = Settings(data_dir=tmp_path / "fresh", database_url=store.database_url)
    about = restore(fresh, path)
    assert about.documents == 2
    assert contents(fresh) == held
    assert [(path.name, path.read_text("utf-8")) for path in fresh.added_dir.iterdir()] == [("no-sak.md", "Saken.")]


def test_a_backup_of_before_originals_were_kept_comes_back_without_them(saved, tmp_path):
    path, held = saved
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "older")
        note = json.loads(archive.read(NOTE))
    with closing(sqlite3.connect(tmp_path / "older" / FILE)) as connection:
        connection.execute("DROP TABLE originals")
    note["sha256"] = hashlib.sha256((tmp_path / "older" / FILE).read_bytes()).hexdigest()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, json.dumps(note))
        for name in (FILE, "added/no-sak.md"):
            archive.write(tmp_path / "older" / name, name)
    restore(Settings(data_dir=tmp_path / "fresh"), path)
    *rest, kept = contents(Settings(data_dir=tmp_path / "fresh"))
    assert rest == list(held[:-1])
    assert [original for _, original in kept.values()] == [None, None]


def test_a_backup_of_the_first_form_leaves_what_editors_published(settings, saved):
    path, _ = saved
    with zipfile.ZipFile(path) as archive:
        note, library = json.loads(archive.read(NOTE)), archive.read(FILE)
    del note["added"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, json.dumps(note | {"form": 1}))
        archive.writestr(FILE, library)
    restore(settings, path, replace=True)
    assert [place.name for place in settings.added_dir.iterdir()] == ["no-sak.md"]


@pytest.mark.slow
def test_a_backup_of_postgresql_comes_back_in_sqlite(postgres, sample, tmp_path):
    server = Settings(data_dir=tmp_path / "server", database_url=postgres)
    keep(server, sample("a", "en", "to"))
    path, about = save(server, tmp_path)
    assert (path.parent, path.suffix, about.documents) == (tmp_path, ".zip", 1)
    restore(Settings(data_dir=tmp_path / "file"), path)
    assert contents(Settings(data_dir=tmp_path / "file")) == contents(server)


def test_a_library_with_documents_is_replaced_only_when_asked(saved, sample, tmp_path):
    path, held = saved
    other = Settings(data_dir=tmp_path / "other")
    keep(other, sample("c", "fire"))
    before = contents(other)
    with pytest.raises(StoreError, match="1 documents") as caught:
        restore(other, path)
    assert "--replace" in caught.value.hint
    assert contents(other) == before
    library = Library.open(other)
    library.set_stamp(healing.COLLECTION, "passages-7")
    revision = library.revision
    restore(other, path, replace=True)
    assert library.revision > revision  # whoever has it open notices
    assert library.stamp(healing.COLLECTION) == "passages-7"
    library.close()
    assert contents(other) == held


def test_a_backup_of_one_moment_is_taken_while_documents_change(settings, sample, tmp_path):
    keep(settings, sample("a", "utgave 0"), sample("b", "utgave 0"))
    over = threading.Event()

    def churn():
        library, turn = Library.open(settings), 0
        while not over.is_set():
            turn += 1
            for name in ("a", "b"):
                one = sample(name, *(f"utgave {turn} ledd {n}" for n in range(1 + turn % 5)))
                library.keep_embeddings(ENCODER, one.made)
                library.keep(one.document, one.passages, one.entries)
        library.close()

    writer = threading.Thread(target=churn)
    writer.start()
    try:
        paths = [save(settings, tmp_path / f"copy-{n}.zip")[0] for n in range(5)]
    finally:
        over.set()
        writer.join()
    for number, path in enumerate(paths):
        fresh = Settings(data_dir=tmp_path / f"fresh-{number}")
        restore(fresh, path)
        documents, passages, entries, embeddings, _ = contents(fresh)
        for name, document in documents.items():
            assert [p.text for p in passages if p.card.id == name] == [block.text for block in document.blocks]
        assert {entry.text_hash for entry in entries} == embeddings.keys()


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-2000])


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def of_other_contents(path):
    with zipfile.ZipFile(path) as archive:
        note, library = archive.read(NOTE), archive.read(FILE)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, note)
        archive.writestr(FILE, library[:-4096] + bytes(4096))


def without_note(path):
    with zipfile.ZipFile(path) as archive:
        library = archive.read(FILE)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(FILE, library)


def with_a_file_out_of_place(path):
    with zipfile.ZipFile(path) as archive:
        note, library = json.loads(archive.read(NOTE)), archive.read(FILE)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, json.dumps(note | {"added": {"../ute.md": hashlib.sha256(b"ute").hexdigest()}}))
        archive.writestr(FILE, library)
        archive.writestr("added/../ute.md", b"ute")


def with_a_published_file_changed(path):
    with zipfile.ZipFile(path) as archive:
        note, library = archive.read(NOTE), archive.read(FILE)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, note)
        archive.writestr(FILE, library)
        archive.writestr("added/no-sak.md", b"En annen sak.")


def no_zip(path):
    path.write_text("Kjære dagbok")


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        flipped,
        of_other_contents,
        with_a_file_out_of_place,
        with_a_published_file_changed,
        without_note,
        no_zip,
    ],
)
def test_a_backup_that_is_not_whole_is_refused_and_nothing_changes(saved, sample, tmp_path, damage):
    path, _ = saved
    other = Settings(data_dir=tmp_path / "other")
    keep(other, sample("c", "fire"))
    before = contents(other)
    damage(path)
    with pytest.raises(StoreDamaged, match=r"copy\.zip") as caught:
        restore(other, path, replace=True)
    assert caught.value.hint
    assert contents(other) == before


def test_a_backup_of_a_newer_version_is_refused(saved, tmp_path):
    path, _ = saved
    with zipfile.ZipFile(path) as archive:
        note, library = json.loads(archive.read(NOTE)), archive.read(FILE)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, json.dumps(note | {"layout": 99}))
        archive.writestr(FILE, library)
    with pytest.raises(StoreError, match="newer version"):
        restore(Settings(data_dir=tmp_path / "fresh"), path)
    assert not (tmp_path / "fresh").exists()


def test_a_damaged_library_is_set_aside_and_the_backup_takes_its_place(settings, saved):
    path, held = saved
    file = settings.data_dir / FILE
    file.write_bytes(b"Kjaere dagbok " * 5000)
    with pytest.raises(StoreError, match="is damaged"):
        restore(settings, path)
    restore(settings, path, replace=True)
    assert contents(settings) == held
    assert [kept.read_bytes()[:6] for kept in settings.data_dir.glob(f"damaged-*{FILE}")] == [b"Kjaere"]


def test_nothing_is_restored_while_another_one_writes(settings, saved, monkeypatch):
    path, held = saved
    with writing(settings), pytest.raises(StoreBusy):
        restore(settings, path, replace=True)
    assert contents(settings) == held


def test_a_backup_never_overwrites_a_file_and_leaves_nothing_half_written(settings, saved, tmp_path):
    path, _ = saved
    before = path.read_bytes()
    with pytest.raises(StoreError, match="already"):
        save(settings, path)
    assert path.read_bytes() == before
    with pytest.raises(StoreError, match="cannot be written"):
        save(settings, tmp_path / "nowhere" / "copy.zip")
    assert sorted(place.name for place in tmp_path.iterdir()) == ["copy.zip", "data"]
