"""What an earlier version of the program made of a document is found, told of and made anew; with made-up vectors."""

import hashlib
import json
from dataclasses import asdict

import numpy as np
import pytest

from assistant import Assistant, Settings, upkeep
from assistant.__main__ import main
from assistant.cutting import EDITION, cut
from assistant.keeping.entries import Entry, entry_id, text_hash
from assistant.keeping.library import Library
from assistant.types import Block, Card, Document, Question, Source

MADE = {"2": "6cd46c6ab3d3497a294345a17de81723412a4684e519164fddd7c2b7a2ffe597"}
"""For each edition, the SHA-256 of what it makes of SAMPLES."""

ANOTHER = np.linspace(-1, 1, 32).astype("<f4").tobytes()
"""A vector that no text of these tests has."""

SENTENCE = "Kommunen følger opp avtalen hvert kvartal, skriver ned hva den lærte, og deler det med de andre. "

SAMPLES = (
    Document(
        Card(
            id="no-avtale",
            kind="case",
            title="En avtale",
            language="nb",
            country="NO",
            summary="Kommunen kjøper renhold.",
            sources=(Source(1, "Avtalen", "Kommunen", "https://example.org", "2024-01-01"),),
            questions=(Question("Hva koster det?", "Pris"), Question("Hvem er med?", None)),
        ),
        (
            Block("Først en linje om avtalen."),
            Block("Avtalen krever:", ("Krav",), sources=(1,)),
            *(Block(f"- krav nummer {n} til leverandøren", ("Krav", "Flere")) for n in range(30)),
            Block("År | Pris", ("Pris",)),
            Block("2024 | 100 kr", ("Pris",)),
            Block(SENTENCE * 12, ("Langt",)),
        ),
        "0" * 64,
        "corpus/no-avtale.md",
    ),
    Document(
        Card(id="et-notat", kind="case", title="Et notat", language="nb", summary="Om renhold."),
        (Block("Side en.", page=1), Block(SENTENCE, page=1), Block("Side to.", page=2), Block("1. steg", page=2)),
        "1" * 64,
        "et-notat.pdf",
    ),
    Document(
        Card(
            id="no-svar",
            kind="case",
            title="Svar",
            language="nb",
            answers=(Question("Når?", "nb", sentence="Den varer"), Question("Hvem?", "nb", sentence="Nei")),
        ),
        (
            Block("Avtalen er ny. Den varer i to år."),
            Block("Spør oss.", ("Spørsmål",)),
            Block("- Kommunen betaler. Bedriften får pengene.", ("Spørsmål", "Hvem betaler?")),
        ),
        "2" * 64,
        "corpus/no-svar.md",
    ),
)


def test_whoever_changes_what_is_made_of_a_document_raises_the_edition():
    """When this fails: raise EDITION in assistant/cutting.py, so that every library follows, and add the new sum."""
    made = [
        [[asdict(p) | {"card": p.card.id} for p in piece.passages], [asdict(e) for e in piece.entries], piece.texts]
        for piece in map(cut, SAMPLES)
    ]
    told = json.dumps(made, sort_keys=True, ensure_ascii=False)
    assert MADE.get(EDITION) == hashlib.sha256(told.encode()).hexdigest()


@pytest.fixture
def settings(tmp_path, embeddings_url):
    return Settings(data_dir=tmp_path / "data", embeddings_url=embeddings_url, embeddings_model="made-up")


@pytest.fixture
def held(settings, tmp_path):
    """An assistant with two documents, of which an earlier edition made "avtale" with an entry that is none now."""
    for name, text in (("avtale", "Kommunen kjøper renhold."), ("notat", "Kommunen kjøper vaskeri.")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    assistant = Assistant.from_settings(settings)
    assistant.ingest(files(tmp_path))
    assistant.close()
    library = Library.open(settings)
    document, passages = library.document("avtale"), tuple(library.passages(["avtale"]))
    hashed = text_hash("summary|Avtale. Kommunen kjøper renhold.")
    library.keep_embeddings(next(iter(library.encoders())), {hashed: (ANOTHER, None)})
    former = Entry(entry_id(document, "s", hashed), "avtale", "summary", (passages[0].id,), hashed)
    library.keep(document, passages, (*library.entries(["avtale"]), former), "0")
    library.close()
    assistant = Assistant.from_settings(settings)
    yield assistant
    assistant.close()


def files(folder):
    return [folder / "avtale.txt", folder / "notat.txt"]


def roles(settings, name="avtale"):
    library = Library.open(settings)
    found = [entry.role for entry in library.entries([name])]
    library.close()
    return found


def test_an_ingest_makes_anew_what_an_earlier_edition_made_although_the_file_is_the_same(held, settings, tmp_path):
    assert roles(settings) == ["passage", "summary"]
    report = held.ingest(files(tmp_path))
    assert (report.updated, report.unchanged) == (("avtale",), ("notat",))
    assert roles(settings) == ["passage"]
    assert held.ingest(files(tmp_path)).unchanged == ("avtale", "notat")


def test_a_copy_and_a_new_text_in_one_run_leave_the_new_text(held, settings, tmp_path):
    (tmp_path / "a-kopi.txt").write_text("Kommunen kjøper renhold.", encoding="utf-8")
    (tmp_path / "avtale.txt").write_text("Kommunen kjøper maling.", encoding="utf-8")
    held.ingest([tmp_path / "a-kopi.txt", tmp_path / "avtale.txt"])
    assert "Kommunen kjøper maling." in {hit.passage.text for hit in held.find("hva")}
    assert {check.name for check in upkeep.doctor(settings) if not check.well} == set()


def test_a_rebuild_makes_it_anew_also_where_the_file_is_gone(held, settings, tmp_path):
    (tmp_path / "avtale.txt").unlink()
    report = held.rebuild()
    assert (report.updated, report.unchanged) == (("avtale",), ("notat",))
    assert roles(settings) == ["passage"]
    assert held.find("renhold")[0].passage.card.id in {"avtale", "notat"}
    assert held.rebuild().updated == ()
    assert {check.name for check in upkeep.doctor(settings) if not check.well} == set()


def test_a_rebuild_also_makes_it_anew_when_its_vectors_are_gone(held, settings):
    library = Library.open(settings)
    library.forget(next(iter(library.encoders())))
    library.close()
    held.rebuild()
    assert roles(settings) == ["passage"]
    assert held.status()["of_earlier_edition"] == 0


def test_what_comes_out_the_same_is_unchanged_and_noted_as_such(held, settings, tmp_path):
    library = Library.open(settings)
    library.note_edition(["notat"], "0")
    revision, earlier = library.revision, library.earlier(EDITION)
    library.close()
    assert earlier == {"avtale", "notat"}
    assert held.ingest([tmp_path / "notat.txt"]).unchanged == ("notat",)
    assert held.status() | {"of_earlier_edition": 1, "revision": revision} == held.status()


def test_start_status_and_doctor_tell_of_it_and_what_to_do(held, settings, caplog, monkeypatch, capsys):
    assert held.status()["of_earlier_edition"] == 1
    held.prepare()
    assert "made 1 of the documents" in caplog.text
    assert "python -m assistant rebuild" in caplog.text
    [told] = [check for check in upkeep.doctor(settings) if not check.well]
    assert (told.name, "rebuild" in told.hint) == ("edition", True)
    for name in ("data_dir", "embeddings_url", "embeddings_model"):
        monkeypatch.setenv(f"ASSISTANT_{name}".upper(), str(getattr(settings, name)))
    assert main(["rebuild"]) == 0
    assert "1 of them were made anew" in capsys.readouterr().out
    held.prepare()
    assert {check.name for check in upkeep.doctor(settings) if not check.well} == set()
