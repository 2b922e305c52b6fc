"""A citation shows the page of its PDF, wherever that came from and whatever became of its file; made-up vectors."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy
from reportlab.pdfgen.canvas import Canvas

from app import take_in
from assistant import Assistant, Settings
from assistant.editing import Manuscript
from assistant.keeping import originals
from assistant.keeping.backup import save
from assistant.keeping.library import Library
from assistant.upkeep import restore

QUOTE = "Kommunen kan reservere kontrakten for virksomheter."
FIRST, SECOND = ("Renhold i Kranvik kommune.", "Kranvik kommune kjoper renhold av Unikum."), ("Mer om avtalen.", QUOTE)
ID_NUMBER = "".join(["0101", "90", "00", "083"])  # put together, so that no file here holds one


def pdf(*pages: tuple[str, ...], author: str = "") -> bytes:
    """A PDF with these lines on its pages; `author` stands nowhere in its text."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    canvas.setAuthor(author)
    for lines in pages:
        for at, line in enumerate(lines):
            canvas.drawString(100, 700 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


WHOLE = pdf(FIRST, SECOND)


@pytest.fixture
def settings(tmp_path: Path, embeddings_url: str) -> Settings:
    (tmp_path / "corpus").mkdir()
    made_up = Settings(embeddings_url=embeddings_url, embeddings_model="made-up")
    return replace(made_up, data_dir=tmp_path / "data", corpus_dir=tmp_path / "corpus")


@pytest.fixture
def assistant(settings: Settings) -> Iterator[Assistant]:
    opened = Assistant.from_settings(settings)
    yield opened
    opened.close()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "avtale.pdf"
    path.write_bytes(WHOLE)
    return path


def sums(settings: Settings) -> dict[str, str]:
    library = Library.open(settings)
    try:
        return originals.sums(library.engine)
    finally:
        library.close()


def shown(assistant: Assistant, name: str = "avtale", number: int = 2) -> tuple[int, int] | None:
    """The page that is shown for the quote, and how many lines of it are marked."""
    picture = assistant.page(name, number, QUOTE)
    return (picture.number, len(picture.places)) if picture else None


def in_another_program(settings: Settings, paths: list[Path]) -> None:
    """An ingest to which no encoder answers: what it takes in was embedded before."""
    other = Assistant.from_settings(replace(settings, embeddings_url="http://127.0.0.1:9"))
    try:
        assert other.ingest(paths).failed == ()
    finally:
        other.close()


# --- wherever it came from ------------------------------------------------------------------------------------


def test_a_pdf_whose_file_is_gone_and_whose_reader_is_another_version_shows_its_page(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    assistant.ingest([report])
    report.unlink()
    library = Library.open(settings)
    with library.engine.begin() as connection:
        connection.execute(sqlalchemy.text("DELETE FROM files"))  # as after an upgrade: no file is recognised
    library.close()
    assert shown(assistant) == (2, 1)
    assert assistant.page("avtale", 1, "Dette staar der ikke.").places == ()  # type: ignore[union-attr]
    assert assistant.page("avtale", 7) is assistant.page("../avtale", 1) is None


def test_a_pdf_from_a_zip_file_shows_its_page(assistant: Assistant, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pakke.zip", "w") as archive:
        archive.writestr("inn/avtale.pdf", WHOLE)
        archive.writestr("inn/notat.txt", "Et notat om noe annet.")
    assistant.ingest([tmp_path / "pakke.zip"])
    (tmp_path / "pakke.zip").unlink()
    assert (shown(assistant), shown(assistant, "notat")) == ((2, 1), None)


@pytest.fixture
def site() -> Iterator[str]:
    """A web server on this machine that gives the PDF under every address, whatever that ends in."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path == "/robots.txt" else 200)
            body = b"" if self.path == "/robots.txt" else WHOLE
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_pdf_from_an_address_shows_its_page(settings: Settings, site: str) -> None:
    assistant = Assistant.from_settings(replace(settings, intranet_hosts=(site,)))
    try:
        assert assistant.ingest([f"http://{site}/last-ned?id=7", f"http://{site}/avtale.pdf"]).failed == ()
        (card,) = assistant.cards()
        assert shown(assistant, card.id) == (2, 1)
    finally:
        assistant.close()


def finished(text: str) -> str:
    """The draft with what the PDF does not tell."""
    told = {"as_of:": 'as_of: "2026-07"', "topics:": "topics: [reserved-contracts]", "country:": 'country: "NO"'}
    return "\n".join(told.get(line.partition(" ")[0], line) for line in text.splitlines())


def published(assistant: Assistant, path: Path, folder: Path) -> str:
    """The id of what an editor looked at, finished and published."""
    folder.mkdir(exist_ok=True)
    (seen,) = assistant.look([path], folder)
    assert isinstance(seen, Manuscript)
    told = assistant.publish(finished(seen.text), seen.original)
    assert told.failed == ()
    return (told.added + told.updated + told.unchanged)[0]


def test_a_pdf_that_an_editor_published_shows_the_page_where_the_quote_stands(
    assistant: Assistant, settings: Settings, report: Path, tmp_path: Path
) -> None:
    name = published(assistant, report, tmp_path / "aside")
    report.unlink()
    shutil.rmtree(tmp_path / "aside")
    assert all(passage.page is None for passage in assistant.passages([f"{name}#1"]).values())
    assert shown(assistant, name, 0) == (2, 1)
    assert assistant.page(name, 0, "Dette staar der ikke.") is None
    take_in(assistant, settings)  # the next start
    assert shown(assistant, name, 0) == (2, 1)
    assistant.withdraw(name)
    assert sums(settings) == {}


def test_a_text_that_was_published_before_gets_its_page_when_its_pdf_is_looked_at_again(
    assistant: Assistant, settings: Settings, report: Path, tmp_path: Path
) -> None:
    older = Assistant.from_settings(replace(settings, keep_originals=False))
    name = published(older, report, tmp_path / "aside")
    older.close()
    assert list((tmp_path / "aside").iterdir()) == []
    assert shown(assistant, name, 0) is None
    assert published(assistant, report, tmp_path / "aside") == name
    assert shown(assistant, name, 0) == (2, 1)


def test_what_is_no_pdf_is_kept_beside_nothing(assistant: Assistant, settings: Settings, tmp_path: Path) -> None:
    notes = tmp_path / "notat.md"
    notes.write_text(f"# Notat fra Kranvik kommune\n\n{QUOTE}\n", encoding="utf-8")
    name = published(assistant, notes, tmp_path / "aside")
    (tmp_path / "word.docx").write_bytes(b"PK")
    text = next(settings.added_dir.glob("*.md")).read_text(encoding="utf-8")
    for wrong in (tmp_path / "word.docx", tmp_path / "gone.pdf", tmp_path):
        assert assistant.publish(text, wrong).failed == ()
    assert (sums(settings), shown(assistant, name, 0)) == ({}, None)


# --- changed, removed, upgraded, saved ------------------------------------------------------------------------


def test_a_new_version_brings_its_own_page_and_a_removed_document_leaves_nothing(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    assistant.ingest([report])
    before = sums(settings)
    report.write_bytes(pdf(SECOND, FIRST))
    assistant.ingest([report])
    assert sums(settings).keys() == before.keys()
    assert sums(settings) != before
    assert shown(assistant, number=1) == (1, 1)
    report.unlink()
    assistant.ingest([report.parent], prune=True)
    assert sums(settings) == {}
    assert shown(assistant) is None


def test_other_bytes_with_the_same_text_take_the_place_of_those_kept_but_those_of_a_copy_do_not(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    assistant.ingest([report])
    before = sums(settings)
    report.with_name("kopi.pdf").write_bytes(pdf(FIRST, SECOND, author="Kari"))
    assert assistant.ingest([report.with_name("kopi.pdf")]).unchanged == ("avtale",)
    assert sums(settings) == before
    report.write_bytes(pdf(FIRST, SECOND, author="Ola"))
    assert assistant.ingest([report]).unchanged == ("avtale",)
    assert sums(settings) != before


def test_a_new_pdf_and_its_copy_in_one_run_are_kept_once(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    report.with_name("avtale-kopi.pdf").write_bytes(WHOLE)
    assert len(assistant.ingest([report, report.with_name("avtale-kopi.pdf")]).added) == 1
    assert list(sums(settings)) == ["avtale"]


def test_a_copy_of_the_former_version_in_the_same_run_does_not_take_the_place_of_the_new_one(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    without = Assistant.from_settings(replace(settings, keep_originals=False))
    without.ingest([report])
    without.close()
    copy = report.rename(report.with_name("a-kopi.pdf"))
    report.write_bytes(pdf(SECOND, FIRST))
    assistant.ingest([copy, report])
    assert shown(assistant, number=1) == (1, 1)


def test_a_library_of_before_keeps_the_file_at_the_next_ingest_without_embedding(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    assistant.ingest([report])
    assistant.close()
    library = Library.open(settings)
    with library.engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE originals"))
    library.close()
    upgraded = Assistant.from_settings(settings)
    assert shown(upgraded) == (2, 1)  # of the file at its place
    in_another_program(settings, [report])
    report.unlink()
    assert shown(upgraded) == (2, 1)
    upgraded.close()


def test_a_rebuild_and_a_making_anew_keep_the_page(assistant: Assistant, settings: Settings, report: Path) -> None:
    assistant.ingest([report])
    report.unlink()
    library = Library.open(settings)
    document = library.document("avtale")
    assert document is not None
    library.keep(document, tuple(library.passages())[:1], tuple(library.entries())[:1], "0")
    library.close()
    assert assistant.rebuild().updated == ("avtale",)
    assert shown(assistant) == (2, 1)


def test_the_page_comes_back_from_a_backup(
    assistant: Assistant, settings: Settings, report: Path, tmp_path: Path
) -> None:
    assistant.ingest([report])
    path, _ = save(settings, tmp_path / "copy.zip")
    fresh = replace(settings, data_dir=tmp_path / "fresh")
    restore(fresh, path)
    report.unlink()
    again = Assistant.from_settings(fresh)
    assert shown(again) == (2, 1)
    again.close()


# --- what is not kept ------------------------------------------------------------------------------------------


def test_a_pdf_with_a_national_id_number_is_not_kept_and_its_other_pages_come_from_the_file(
    assistant: Assistant, settings: Settings, report: Path, tmp_path: Path
) -> None:
    report.write_bytes(pdf((*FIRST, f"Fodt {ID_NUMBER}"), SECOND))
    for _ in range(2):
        assistant.ingest([report])
        assert sums(settings) == {}
    assert shown(assistant) == (2, 1)
    assert assistant.page("avtale", 1) is None
    name = published(assistant, report, tmp_path / "aside")
    assert (sums(settings), shown(assistant, name, 0)) == ({}, None)


def test_with_the_setting_off_nothing_is_kept_and_what_was_kept_goes_at_the_next_ingest(
    assistant: Assistant, settings: Settings, report: Path
) -> None:
    assistant.ingest([report])
    assert list(sums(settings)) == ["avtale"]
    without = Assistant.from_settings(replace(settings, keep_originals=False))
    without.ingest([report])
    assert sums(settings) == {}
    assert shown(without) == (2, 1)  # of the file at its place
    report.unlink()
    assert shown(without) is None
    without.close()
