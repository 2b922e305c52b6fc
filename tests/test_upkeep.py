"""The doctor names what is wrong and what to do; a backup brings documents and index back without the encoder."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant, EncoderMismatch, Settings, upkeep
from assistant.__main__ import main
from assistant.errors import StoreError
from assistant.finding import served
from assistant.finding.tokens import unit
from assistant.keeping import checkup, healing, vectors
from assistant.keeping.backup import save
from assistant.keeping.database import FILE
from assistant.keeping.locks import owning, writing
from assistant.keeping.vectors import FOLDER

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.fixture
def settings(tmp_path, embeddings_url):
    """Settings of a library with two documents."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "glossary.yaml").write_text("[]", encoding="utf-8")
    made = Settings(
        data_dir=tmp_path / "data", corpus_dir=corpus, embeddings_url=embeddings_url, embeddings_model="made-up"
    )
    for name in ("en", "to"):
        (corpus / f"{name}.txt").write_text(f"Kommunen kjøper renhold, del {name}.", encoding="utf-8")
    assistant = Assistant.from_settings(made)
    assistant.ingest([corpus])
    assistant.close()
    return made


def problems(settings):
    return {check.name: check for check in upkeep.doctor(settings) if not check.well}


def found(settings, question="renhold"):
    assistant = Assistant.from_settings(settings)
    try:
        return {hit.passage.card.id for hit in assistant.find(question)}
    finally:
        assistant.close()


def test_the_doctor_looks_at_everything_and_finds_nothing_wrong(settings):
    checks = list(upkeep.doctor(settings))
    names = ["corpus", "rules", "references", "encoder", "data folder", "disk space", "writer"]
    names += ["library", "originals", "edition", "index"]
    assert [check.name for check in checks] == names
    assert all(check.well and check.told for check in checks), checks
    assert "2 documents" in checks[names.index("library")].told


def test_the_doctor_leaves_what_is_in_use_alone_and_says_who_uses_it(settings):
    with owning(settings), writing(settings):
        assert problems(settings) == {}  # the same process may look
        told = {check.name: check.told for check in upkeep.doctor(settings)}
    assert "writes to the data folder" in told["writer"]


def glossary_gone(settings):
    shutil.rmtree(settings.corpus_dir)


def rules_of_other_words(settings):
    rules = (CORPUS / "routes.yaml").read_text(encoding="utf-8")
    (settings.corpus_dir / "routes.yaml").write_text(
        rules.replace("id: research-content", "id: research"), encoding="utf-8"
    )


def rules_cut_off(settings):
    rules = (CORPUS / "routes.yaml").read_text(encoding="utf-8")
    (settings.corpus_dir / "routes.yaml").write_text(rules[: len(rules) // 2], encoding="utf-8")


def library_overwritten(settings):
    (settings.data_dir / FILE).write_bytes(b"Kjaere dagbok " * 5000)


def library_gone(settings):
    (settings.data_dir / FILE).unlink()


def index_gone(settings):
    shutil.rmtree(settings.data_dir / FOLDER)


def index_overwritten(settings):
    (settings.data_dir / FOLDER / "chroma.sqlite3").write_bytes(b"Kjaere dagbok " * 5000)


def index_ended_a_process(settings):
    healing.mark(settings).touch()


@pytest.mark.parametrize(
    ("damage", "name", "hint"),
    [
        (glossary_gone, "corpus", "ASSISTANT_CORPUS_DIR"),
        (rules_of_other_words, "rules", "routes.yaml"),
        (rules_cut_off, "rules", ""),
        (library_overwritten, "library", "backup"),
        (library_gone, "library", "ingest.py"),
        (index_gone, "index", "rebuild"),
        (index_overwritten, "index", "rebuild"),
        (index_ended_a_process, "index", "rebuild"),
    ],
)
def test_the_doctor_names_what_is_wrong_and_what_to_do(settings, damage, name, hint):
    damage(settings)
    wrong = problems(settings)
    assert list(wrong) == [name]
    assert hint in wrong[name].hint


def test_the_doctor_tells_what_the_corpus_names_and_does_not_have(settings):
    (settings.corpus_dir / "no-en-sak.md").write_text("# En sak\n\n## Se også\n\n- no-borte\n", encoding="utf-8")
    told = {check.name: check for check in upkeep.doctor(settings)}["references"]
    assert (told.well, told.told) == (True, "1 corpus files; no-en-sak names no-borte, which is not there")


def test_the_doctor_tells_of_an_encoder_that_does_not_answer(settings):
    away = replace(settings, embeddings_url="http://127.0.0.1:9/v1")
    assert problems(away).keys() == {"encoder", "index"}


@pytest.mark.parametrize("damage", [index_gone, index_overwritten, index_ended_a_process])
def test_a_start_mends_an_index_that_is_missing_or_damaged(settings, damage):
    damage(settings)
    assert found(settings) == {"en", "to"}
    assert problems(settings) == {}


def test_a_backup_brings_documents_and_index_back_without_the_encoder(settings, tmp_path):
    path, _ = save(settings, tmp_path / "copy.zip")
    fresh = replace(settings, data_dir=tmp_path / "fresh", embeddings_url="http://127.0.0.1:9/v1")
    assert upkeep.restore(fresh, path).documents == 2
    again = replace(fresh, embeddings_url=settings.embeddings_url)
    assert problems(again) == {}
    assert found(again) == {"en", "to"}


def test_the_command_line_looks_saves_restores_and_rebuilds(settings, tmp_path, monkeypatch, capsys):
    for name in ("data_dir", "corpus_dir", "embeddings_url", "embeddings_model"):
        monkeypatch.setenv(f"ASSISTANT_{name.upper()}", str(getattr(settings, name)))
    copy = str(tmp_path / "copy.zip")
    assert main(["doctor"]) == 0
    assert main(["backup", copy]) == 0
    assert main(["restore", copy]) == 1
    assert main(["restore", copy, "--replace"]) == 0
    assert main(["rebuild"]) == 0
    capsys.readouterr()
    assert main(["documents"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["en", "to"]
    index_ended_a_process(settings)
    assert main(["doctor", "--json"]) == 1
    checks = json.loads(capsys.readouterr().out)
    assert [check["name"] for check in checks if not check["well"]] == ["index"]


@pytest.fixture
def other_weights(monkeypatch):
    """Called, makes the embeddings server's model another one under the same name and of the same width."""

    def swap():
        monkeypatch.setattr(served, "unit", lambda vectors: unit(np.roll(vectors, 1, axis=1)))

    return swap


def stopped(progress):
    raise KeyboardInterrupt


def test_an_encoder_that_answers_otherwise_than_before_is_not_searched_with(settings, other_weights):
    assert found(settings) == {"en", "to"}
    other_weights()
    with pytest.raises(EncoderMismatch, match="answers otherwise") as caught:
        found(settings)
    assert "rebuild" in caught.value.hint
    assert problems(settings).keys() == {"index"}
    assistant = Assistant.from_settings(settings)
    (settings.corpus_dir / "tre.txt").write_text("Kommunen kjøper vaskeri.", encoding="utf-8")
    with pytest.raises(EncoderMismatch):
        assistant.ingest([settings.corpus_dir])
    with pytest.raises(KeyboardInterrupt):
        assistant.rebuild(progress=stopped)
    with pytest.raises(EncoderMismatch):  # half of it is the former encoder's
        assistant.find("renhold")
    assert sorted(assistant.rebuild().unchanged) == ["en", "to"]
    assistant.close()
    assert problems(settings) == {}
    assert found(settings) == {"en", "to"}


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("/dev/sda1 / ext4 rw 0 0\nnas:/felles TMP/felles nfs4 rw 0 0\n", "nfs4"),
        ("/dev/sda1 / ext4 rw 0 0\n//nas/felles TMP/felles/min\\040mappe cifs rw 0 0\n", "cifs"),
        ("nas:/felles TMP nfs rw 0 0\n/dev/sdb1 TMP/felles xfs rw 0 0\n", "xfs"),
        ("nas:/felles /annet nfs rw 0 0\n", ""),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_the_nearest_mount_above(tmp_path, mounts, kind):
    listed = tmp_path / "mounts"
    listed.write_text(mounts.replace("TMP", str(tmp_path)), encoding="utf-8")
    assert checkup.mounted_as(tmp_path / "felles" / "min mappe" / "data", listed) == kind


def test_the_doctor_warns_of_a_data_folder_on_a_network_drive(settings, monkeypatch):
    kind = checkup.mounted_as(settings.data_dir)
    monkeypatch.setattr(checkup, "NETWORK", (kind,))
    assert "network drive" in problems(settings)["data folder"].told
    servers = replace(settings, database_url="postgresql://127.0.0.1:9/x", chroma_url="http://127.0.0.1:9")
    assert "data folder" not in problems(servers)


def test_a_full_disk_stops_an_ingest_with_the_reason_and_everything_goes_on_when_there_is_room(settings, monkeypatch):
    assistant = Assistant.from_settings(settings)
    (settings.corpus_dir / "tre.txt").write_text("Kommunen kjøper vaskeri.", encoding="utf-8")
    with monkeypatch.context() as full:
        full.setattr(vectors, "LEAST", 1 << 60)
        with pytest.raises(StoreError, match="MB free") as caught:
            assistant.ingest([settings.corpus_dir])
        assert "nothing was lost" in caught.value.hint
        assert {hit.passage.card.id for hit in assistant.find("renhold")} == {"en", "to"}
        assert assistant.remove(["to"]).removed == ("to",)
    assert assistant.ingest([settings.corpus_dir]).added == ("to", "tre")
    assert {hit.passage.card.id for hit in assistant.find("renhold")} == {"en", "to", "tre"}
    assistant.close()
    assert problems(settings) == {}


@pytest.fixture
def small_disk(tmp_path):
    """A file system in memory of 8 MB; a container may not mount one."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_on_a_disk_that_is_really_full_an_ingest_ends_and_questions_are_answered(settings, small_disk, monkeypatch):
    monkeypatch.setattr(vectors, "LEAST", 1 << 20)
    full = replace(settings, data_dir=small_disk / "data")
    assistant = Assistant.from_settings(full)
    assistant.ingest([settings.corpus_dir / "en.txt"])
    filler = small_disk / "filler"
    for left in (0, 100_000, 900_000):
        filler.unlink(missing_ok=True)
        filler.write_bytes(bytes(max(shutil.disk_usage(small_disk).free - left, 0)))
        for number in range(20):
            text = f"Kommunen kjøper vaskeri nummer {number} med {left}. " * 40
            (settings.corpus_dir / f"ny-{left}-{number}.txt").write_text(text, encoding="utf-8")
        with pytest.raises(StoreError, match=r"space left|cannot be used|MB free"):
            assistant.ingest([settings.corpus_dir])
        assert [hit.passage.card.id for hit in assistant.find("renhold")] == ["en"]
    filler.unlink()
    assert len(assistant.ingest([settings.corpus_dir]).added) == 61
    assistant.close()
    assert problems(full).keys() <= {"disk space"}
