"""Editors look at documents, publish what they corrected and withdraw; with made-up vectors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app import take_in
from assistant import Assistant, CorpusError, Failure, Settings
from assistant.editing import Manuscript, holdings, publish, withdraw
from assistant.errors import StoreBusy
from assistant.keeping.backup import save
from assistant.keeping.library import Library
from assistant.upkeep import restore

CASE = Path(__file__).parents[1] / "corpus" / "cases" / "no-vestre-unikum.md"
STORY = """# Benker i Bodø

Bodø kommune kjøper benker av Unikum AS. Fem deltakere har fått fast jobb.

Kommunen skrev en reservert kontrakt.
"""


@pytest.fixture
def settings(tmp_path: Path, embeddings_url: str) -> Settings:
    corpus = tmp_path / "corpus"
    (corpus / "cases").mkdir(parents=True)
    shutil.copy(CASE, corpus / "cases")
    made_up = Settings(embeddings_url=embeddings_url, embeddings_model="made-up")
    return replace(made_up, data_dir=tmp_path / "data", corpus_dir=corpus)


@pytest.fixture
def assistant(settings: Settings) -> Iterator[Assistant]:
    opened = Assistant.from_settings(settings)
    yield opened
    opened.close()


def look(assistant: Assistant, path: Path, text: str) -> Manuscript:
    path.write_text(text, encoding="utf-8")
    (found,) = assistant.look([path])
    assert isinstance(found, Manuscript)
    return found


def finished(text: str) -> str:
    """The draft with the one field that the story does not tell."""
    lines = [line if not line.startswith("as_of:") else 'as_of: "2026-07"' for line in text.splitlines()]
    return "\n".join(line if not line.startswith("topics:") else "topics: [reserved-contracts]" for line in lines)


def corrected(shipped: str = CASE.read_text(encoding="utf-8")) -> str:
    return shipped + "\nEn ny linje fra redaktøren. [1]\n"


def test_a_text_without_front_matter_is_proposed_and_what_is_lacking_is_told(
    assistant: Assistant, tmp_path: Path
) -> None:
    seen = look(assistant, tmp_path / "benker.md", STORY)
    assert seen.id == "no-benker"
    assert "Bodø kommune kjøper benker av Unikum AS." in seen.text
    assert [block.text for block in seen.blocks][-1] == "Kommunen skrev en reservert kontrakt."
    assert "as_of" in seen.problem
    assert assistant.cards() == ()


def test_a_draft_that_was_finished_is_published_found_and_kept_as_a_file(
    assistant: Assistant, settings: Settings, tmp_path: Path
) -> None:
    text = finished(look(assistant, tmp_path / "benker.md", STORY).text)
    assert assistant.publish(text).added == ("no-benker",)
    assert assistant.find("benker i Bodø")[0].passage.card.id == "no-benker"
    document = assistant.document("no-benker")
    assert document is not None
    assert (document.card.title, document.card.as_of, len(document.blocks)) == ("Benker i Bodø", "2026-07", 2)
    kept = settings.data_dir / "added" / "no-benker.md"
    assert kept.read_text(encoding="utf-8") == text
    assert assistant.withdraw("no-benker").removed == ("no-benker",)
    assert assistant.cards() == ()
    assert list(kept.parent.iterdir()) == []


def test_a_file_with_front_matter_is_shown_as_it_is_under_any_name(assistant: Assistant, tmp_path: Path) -> None:
    seen = look(assistant, tmp_path / "copy (1).md", CASE.read_text(encoding="utf-8"))
    assert (seen.id, seen.problem) == (CASE.stem, "")
    assert seen.blocks


def test_a_shipped_document_that_was_replaced_stays_so_when_the_corpus_is_taken_in_again(
    assistant: Assistant, settings: Settings
) -> None:
    assistant.ingest([settings.corpus_dir])
    assert assistant.publish(corrected()).updated == (CASE.stem,)
    assert assistant.ingest([settings.corpus_dir]).updated == ()
    document = assistant.document(CASE.stem)
    assert document is not None
    assert document.blocks[-1].text == "En ny linje fra redaktøren."


def test_a_shipped_document_that_was_withdrawn_stays_out_until_it_is_published_again(
    assistant: Assistant, settings: Settings
) -> None:
    assistant.ingest([settings.corpus_dir])
    assistant.withdraw(CASE.stem)
    assistant.ingest([settings.corpus_dir])
    assert assistant.cards() == ()
    assistant.publish(CASE.read_text(encoding="utf-8"))
    assistant.ingest([settings.corpus_dir])
    assert [card.id for card in assistant.cards()] == [CASE.stem]
    assert not (settings.data_dir / "added" / f"{CASE.stem}.withdrawn").exists()


@pytest.mark.parametrize("text", ["", "Bare tekst.", "---\nid: ../../ute\n---\n# Ute\n", "---\nid: no-x\n---\n# X\n"])
def test_a_text_that_does_not_follow_the_format_is_refused_and_nothing_is_written(
    assistant: Assistant, settings: Settings, text: str
) -> None:
    with pytest.raises(CorpusError):
        assistant.publish(text)
    assert not (settings.data_dir / "added").exists()


def test_the_file_is_as_before_when_it_cannot_be_taken_in(assistant: Assistant, settings: Settings) -> None:
    before = CASE.read_text(encoding="utf-8")
    assistant.publish(before)
    kept = settings.data_dir / "added" / CASE.name

    def busy(paths: object) -> None:
        raise StoreBusy("busy")

    with pytest.raises(StoreBusy):
        publish(corrected(), settings, busy)  # type: ignore[arg-type]
    assert kept.read_text(encoding="utf-8") == before


def test_no_id_number_is_written_to_the_file(assistant: Assistant, settings: Settings) -> None:
    assistant.publish(CASE.read_text(encoding="utf-8") + "\nRing 010190-1234. [1]\n")
    assert "010190-1234" not in (settings.data_dir / "added" / CASE.name).read_text(encoding="utf-8")


def test_what_cannot_be_read_is_told_beside_the_others(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "benker.md").write_text(STORY, encoding="utf-8")
    found = assistant.look([tmp_path / "kaputt.pdf", tmp_path / "borte.md", tmp_path / "benker.md"])
    assert sorted(type(one).__name__ for one in found) == ["Failure", "Failure", "Manuscript"]
    assert all(one.hint for one in found if isinstance(one, Failure))


def test_the_list_tells_origin_passages_change_and_what_is_due(assistant: Assistant, settings: Settings) -> None:
    assistant.ingest([settings.corpus_dir])
    (one,) = assistant.holdings()
    assert one.card.id == CASE.stem
    assert one.origin.endswith(CASE.name)
    assert one.passages > 1
    assert one.kept_at[:2] == "20"
    year = int(str(one.card.as_of)[:4])
    library = Library.open(settings)
    assert [holdings(library, 3, date(year + n, 1, 1))[0].due for n in (3, 4)] == [False, True]
    library.close()


def test_what_editors_published_and_withdrew_comes_back_from_a_backup(
    assistant: Assistant, settings: Settings, tmp_path: Path
) -> None:
    other = CASE.with_name("dk-klapjob.md")
    shutil.copy(other, settings.corpus_dir / "cases")
    assistant.ingest([settings.corpus_dir])
    assistant.publish(corrected())
    assistant.withdraw(other.stem)
    path, about = save(settings, tmp_path / "copy.zip")
    assert about.documents == 1
    fresh = replace(settings, data_dir=tmp_path / "fresh")
    restore(fresh, path)
    again = Assistant.from_settings(fresh)
    try:
        assert again.ingest([fresh.corpus_dir, fresh.added_dir]).updated == ()
        assert [card.id for card in again.cards()] == [CASE.stem]
        document = again.document(CASE.stem)
        assert document is not None
        assert document.blocks[-1].text == "En ny linje fra redaktøren."
        again.publish(corrected(corrected()))
        assert again.withdraw(CASE.stem).removed == (CASE.stem,)
        again.ingest([fresh.corpus_dir, fresh.added_dir])
        assert again.cards() == ()
    finally:
        again.close()


def test_what_was_published_and_not_yet_taken_in_when_it_was_stopped_comes_in_at_the_next_start(
    assistant: Assistant, settings: Settings
) -> None:
    assistant.ingest([settings.corpus_dir])

    def killed(paths: object) -> None:
        shutil.copytree(settings.added_dir, settings.data_dir / "then")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(corrected(), settings, killed)  # type: ignore[arg-type]
    assert list(settings.added_dir.iterdir()) == []
    shutil.copytree(settings.data_dir / "then", settings.added_dir, dirs_exist_ok=True)  # as a kill would leave it
    take_in(assistant, settings)
    document = assistant.document(CASE.stem)
    assert document is not None
    assert document.blocks[-1].text == "En ny linje fra redaktøren."


def test_what_was_withdrawn_stays_out_wherever_that_was_stopped(assistant: Assistant, settings: Settings) -> None:
    assistant.publish(corrected())
    kept = (settings.added_dir / CASE.name).read_bytes()
    assistant.withdraw(CASE.stem)
    (settings.added_dir / CASE.name).write_bytes(kept)  # it was stopped before this file went
    take_in(assistant, settings)
    assert assistant.cards() == ()


def test_the_files_are_as_before_when_a_document_cannot_be_withdrawn(assistant: Assistant, settings: Settings) -> None:
    assistant.publish(corrected())
    before = {path.name: path.read_bytes() for path in settings.added_dir.iterdir()}

    def busy(ids: object) -> None:
        raise StoreBusy("busy")

    with pytest.raises(StoreBusy):
        withdraw(CASE.stem, settings, busy)  # type: ignore[arg-type]
    assert {path.name: path.read_bytes() for path in settings.added_dir.iterdir()} == before
    assert assistant.withdraw("no-unheard-of").failed
    assert {path.name: path.read_bytes() for path in settings.added_dir.iterdir()} == before
