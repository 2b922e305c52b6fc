"""The Sources tab without a browser: its list, what was looked at, what happened, and what the browser's wishes become."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gradio.utils import get_upload_folder

from assistant import Settings
from assistant.editing import Holding, Manuscript, look, unpack
from assistant.errors import CorpusError, StoreBusy
from assistant.serving import bookshelf, remarked, ui, words
from assistant.serving.tabs import sources
from assistant.serving.words import LANGUAGES, word
from assistant.types import Block, Card, Failure, Remark, Report, Similar

BAD = "<script>alert(1)</script>"
CARD = Card("no-sak", "case", "Saken", "nb", "NO", as_of="2026-07")
OLD = Card("dk-regel", "guidance", "Åben regel", "da", "DK", as_of="2019")
HELD = (
    Holding(CARD, "/srv/corpus/no-sak.md", "2026-08-02T10:00:00+00:00", 12, due=False),
    Holding(OLD, "https://example.org/regel", "2026-08-01T10:00:00+00:00", 3, due=True),
)
SEEN = Manuscript(
    "/tmp/x/Rapport.pdf",
    "---\nid: no-sak\n---\n# Saken </textarea>",
    (Block("Før.", page=1), Block("Etter.", ("Del",), 2), Block("Sist.", ("Del",), 2)),
    "no-sak",
    "document.md does not follow the corpus format:\n  as_of: it is missing",
    ("A picture was left out.",),
)


SAID = (
    Remark(
        "2026-11-20",
        "missing",
        "Frist <mangler>",
        "Hva er fristen?",
        (CARD.id, "gone-document"),
        "not-in-corpus",
        "nb",
        "NO",
    ),
    Remark("2026-10-02", "good", language="da"),
)


class Editor:
    """Holds two documents; publishes all but what is called "wrong", "busy" or "explode"."""

    def __init__(self) -> None:
        self.looked: list[Any] = []
        self.pdf = b""
        self.published: list[tuple[str, bytes | None]] = []

    def holdings(self) -> tuple[Holding, ...]:
        return HELD

    def cards(self) -> tuple[Card, ...]:
        return (CARD, OLD)

    def remarks(self) -> tuple[Remark, ...]:
        return SAID

    def look(self, paths: Sequence[Any], folder: Path) -> tuple[Manuscript | Failure, ...]:
        self.looked += paths
        if not self.pdf:
            return (SEEN,)
        (folder / "0.pdf").write_bytes(self.pdf)
        return (replace(SEEN, original=folder / "0.pdf"),)

    def unpack(self, path: Path, folder: Path) -> dict[str, Path | str]:
        return unpack(path, folder)

    def publish(self, text: str, original: Path | None) -> Report:
        self.published.append((text, original.read_bytes() if original else None))
        if "explode" in text:
            raise RuntimeError(text)
        if text == "busy":
            raise StoreBusy("Another one writes.", hint="Wait.")
        if text == "wrong":
            raise CorpusError("new.md does not follow:\n  title: missing", hint="Correct it.")
        return Report(added=("no-sak",), similar=(Similar("no-sak", "dk-regel", 0.84),))

    def withdraw(self, document_id: str) -> Report:
        if document_id != "no-sak":
            return Report(failed=(Failure(document_id, "There is no document with this id."),))
        return Report(removed=("no-sak",))


@pytest.fixture
def editor() -> Editor:
    return Editor()


@pytest.fixture
def verbs(editor: Editor) -> dict[str, Any]:
    return {verb.__name__: verb for verb in sources.answers(editor)}  # type: ignore[arg-type]


def test_the_tab_is_there_only_where_visitors_may_edit() -> None:
    assert "tab-sources" not in ui.masthead_html("nb", "NO")
    assert "tab-sources" in ui.masthead_html("nb", "NO", tabs=ui.EDITORS_TABS)


def test_the_list_tells_each_document_and_puts_those_due_first() -> None:
    html = bookshelf.shelf_html(HELD, "nb")
    assert "2 dokumenter, 1 bør ses over" in html
    assert html.index("Åben regel") < html.index("Saken")
    for told in ("Bør ses over", "Danmark", "juli 2026", "<td>12</td>", "2. august 2026", "<small>no-sak</small>"):
        assert told in html
    moved = bookshelf.shelf_html([replace(HELD[0], origin="/srv/inn/notat.pdf")], "nb")
    assert f"{HELD[0].card.id} · notat.pdf" in moved


@pytest.mark.parametrize("language", LANGUAGES)
def test_editors_read_what_visitors_said_and_of_what(verbs: dict[str, Any], language: str) -> None:
    html = verbs["remarks"]({"language": language})["html"]
    for told in ("Frist &lt;mangler&gt;", "Hva er fristen?", CARD.title, "gone-document"):
        assert told in html
    for verdict, many in (("missing", 1), ("bad", 0), ("good", 1)):
        assert f"{words.word(f'remark.{verdict}', language)}: {many}" in html
    assert words.word("remarks.refused", language) in html
    assert html.index("Frist") < html.index(words.date("2026-10-02", language))


def test_where_nobody_said_anything_the_page_says_so_and_a_long_list_is_cut() -> None:
    assert "Ingen har sagt noe ennå." in remarked.remarks_html((), {}, "nb")
    many = remarked.remarks_html((SAID[0],) * (remarked.SHOWN + 1), {}, "nb")
    assert many.count("<blockquote>") == remarked.SHOWN
    assert "de 200 nyeste av 201" in many


def test_what_was_looked_at_shows_text_pages_notes_and_what_is_lacking() -> None:
    html = bookshelf.manuscripts_html((SEEN,), {}, "nb")
    assert "Rapport.pdf" in html
    assert html.index("Side 1") < html.index("Før.") < html.index("Side 2") < html.index("Etter.")
    assert html.count("Side 2") == html.count('class="heading"') == 1
    assert "as_of: it is missing" in html
    assert "A picture was left out." in html
    assert "erstatter" not in html


def test_a_document_that_would_be_replaced_is_named_before() -> None:
    assert "Dette erstatter «Saken»" in bookshelf.manuscripts_html((SEEN,), {"no-sak": CARD}, "nb")


def test_a_long_text_is_previewed_up_to_a_length_and_says_so() -> None:
    long = Manuscript("a.md", "x", tuple(Block(f"Linje {n}.") for n in range(bookshelf.SHOWN_LINES + 7)))
    html = bookshelf.manuscripts_html((long,), {}, "en")
    assert "7 more lines" in html
    assert f"Linje {bookshelf.SHOWN_LINES}." not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_a_file_holds_acts_as_markup(language: str) -> None:
    bad = Manuscript(BAD, BAD, (Block(BAD, (BAD,), 1),), BAD, BAD, (BAD,))
    card = Card(BAD, "case", BAD, BAD, BAD, as_of=BAD)
    report = Report((BAD,), (BAD,), (BAD,), (BAD,), (Failure(BAD, BAD, BAD),), (Similar(BAD, BAD, 1.0),))
    html = bookshelf.manuscripts_html((bad, Failure(BAD, BAD, BAD)), {BAD: card}, language)
    html += bookshelf.shelf_html((Holding(card, BAD, BAD, 1, due=True),), language)
    html += bookshelf.report_html(report, {BAD: BAD}, language) + sources.frame_html(language)
    assert "<script" not in html
    assert "</textarea>" not in bookshelf.manuscripts_html((SEEN,), {}, language).split("Saken ", 1)[1].split("<", 1)[0]


def test_what_happened_is_told_with_titles_and_what_is_said_twice(verbs: dict[str, Any]) -> None:
    told = verbs["publish"]({"text": "x", "language": "nb"})
    assert told["done"]
    assert "«Saken» er publisert." in told["html"]
    assert "«Saken» og «Åben regel» sier mye av det samme" in told["html"]
    assert "84%" in told["html"]


def test_what_was_withdrawn_is_told_by_its_title(verbs: dict[str, Any]) -> None:
    assert "“Saken” is withdrawn." in verbs["withdraw"]({"id": "no-sak", "language": "en"})["html"]
    assert not verbs["withdraw"]({"id": "borte"})["done"]


@pytest.mark.parametrize(("text", "reason"), [("wrong", "title: missing"), ("busy", "Another one writes.")])
def test_what_cannot_be_published_is_told_with_reason_and_hint(verbs: dict[str, Any], text: str, reason: str) -> None:
    told = verbs["publish"]({"text": text})
    assert "done" not in told
    assert reason in told["html"]
    assert told["html"].count("<p") >= 2


@pytest.mark.parametrize(
    ("language", "told", "hint"),
    [
        ("da", "Nogen andre lægger dokumenter ind lige nu.", "Vent, til de er færdige"),
        ("en", "Another one writes.", "Wait."),
    ],
)
def test_an_error_is_told_in_the_language_of_the_page(
    verbs: dict[str, Any], language: str, told: str, hint: str
) -> None:
    html = verbs["publish"]({"text": "busy", "language": language})["html"]
    assert told in html
    assert hint in html
    assert '<p lang="en">Another one writes.</p>' in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_fails_is_told_in_the_language_of_the_page_with_the_particulars(
    tmp_path: Path, language: str
) -> None:
    scan, unlike = tmp_path / "skann.png", tmp_path / "tom.txt"
    scan.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    unlike.write_text(" ", encoding="utf-8")
    found = look([scan, unlike, tmp_path / "borte.pdf"], Settings(), lambda text, origin: pytest.fail("was read"))
    assert [one.kind for one in found if isinstance(one, Failure)] == ["unsupported-format", "no-text", "load-error"]
    html = bookshelf.manuscripts_html(found, {}, language)
    assert "This is a picture." in html
    assert word("problem.no-text", language) in html or language == "en"


def test_the_fields_to_correct_are_shown_at_once(verbs: dict[str, Any]) -> None:
    assert "<details open>" in verbs["publish"]({"text": "wrong", "language": "nb"})["html"]


def test_an_error_is_logged_without_the_text(verbs: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert verbs["publish"]({"text": "explode hemmelig"}) == {"failed": True}
    assert "RuntimeError" in caplog.text
    assert "hemmelig" not in caplog.text


def test_an_uploaded_file_is_looked_at_and_then_gone(verbs: dict[str, Any], editor: Editor) -> None:
    file = Path(get_upload_folder()) / "sources-test" / "benker.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("Benker.", encoding="utf-8")
    assert "Rapport.pdf" in verbs["look"]({"path": str(file)})["html"]
    assert editor.looked == [file.resolve()]
    assert not file.parent.exists()


def test_a_zip_file_becomes_what_is_in_it_to_be_looked_at_one_by_one(verbs: dict[str, Any], editor: Editor) -> None:
    file = Path(get_upload_folder()) / "sources-test" / "saker.zip"
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("nord/sak.txt", "I nord.")
        archive.writestr("sør/sak.txt", "I sør.")
        archive.writestr("lenker.txt", "https://example.org/en\n")
        archive.writestr("bilde.png", "x")
    parts = verbs["look"]({"path": str(file)})["parts"]
    assert [part["name"] for part in parts] == [
        "saker.zip: https://example.org/en",
        "saker.zip: nord/sak.txt",
        "saker.zip: sør/sak.txt",
    ]
    assert parts[0]["address"] == "https://example.org/en"
    assert not file.exists()
    for part in parts[1:]:
        assert "Rapport.pdf" in verbs["look"](part)["html"]
    assert [path.name for path in editor.looked] == ["sak.txt", "sak.txt"]
    assert not [path for path in editor.looked if path.parent.parent.exists()]


def test_a_zip_file_that_cannot_be_opened_or_holds_no_document_says_so(verbs: dict[str, Any]) -> None:
    folder = Path(get_upload_folder()) / "sources-test"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "brutt.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    with zipfile.ZipFile(folder / "bilder.zip", "w") as archive:
        archive.writestr("bilde.png", "x")
    for name, told in (("brutt.zip", "This zip file is damaged."), ("bilder.zip", "no document in this zip file")):
        html = verbs["look"]({"path": str(folder / name), "language": "nb"})["html"]
        assert name in html
        assert told in html
    assert not folder.exists()


@pytest.fixture
def aside(verbs: dict[str, Any], editor: Editor) -> Path:
    """Where the PDF of a document that was looked at waits, as the page tells it."""
    editor.pdf = b"%PDF-1.7"
    html = verbs["look"]({"address": "https://example.org/a.pdf"})["html"]
    return Path(html.partition('data-original="')[2].partition('"')[0])


def test_the_pdf_of_what_was_looked_at_waits_until_that_is_published(
    verbs: dict[str, Any], editor: Editor, aside: Path
) -> None:
    verbs["publish"]({"text": "wrong", "original": str(aside)})
    assert aside.exists()
    assert verbs["publish"]({"text": "x", "original": str(aside)})["done"]
    assert editor.published == [("wrong", b"%PDF-1.7"), ("x", b"%PDF-1.7")]
    assert not aside.parent.exists()
    assert verbs["publish"]({"text": "x", "original": str(aside)})["done"]
    assert editor.published[-1] == ("x", None)


def test_a_pdf_that_is_not_published_goes_when_it_is_dropped_or_after_some_days(
    verbs: dict[str, Any], editor: Editor, aside: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.pdf"
    kept.write_bytes(b"%PDF-1.7")
    verbs["drop"]({"original": str(kept)})
    verbs["drop"]({"original": str(aside)})
    assert (kept.exists(), aside.parent.exists()) == (True, False)
    aside.parent.mkdir()
    aside.write_bytes(b"%PDF-1.7")
    editor.pdf = b""
    verbs["look"]({"address": "https://example.org/b"})
    assert aside.exists()
    long_ago = time.time() - sources.UNPUBLISHED - 60
    os.utime(aside.parent, (long_ago, long_ago))
    verbs["look"]({"address": "https://example.org/b"})
    assert not aside.parent.exists()


def test_only_a_pdf_that_waits_is_published_with_a_text(verbs: dict[str, Any], editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "outside.pdf").write_bytes(b"%PDF-1.7")
    for wrong in (str(tmp_path / "outside.pdf"), f"{get_upload_folder()}/../../etc/passwd", "x\0", ["x"], None):
        verbs["publish"]({"text": "x", "original": wrong})
    assert {original for _, original in editor.published} == {None}


@pytest.mark.parametrize(
    "asked",
    [
        None,
        3,
        {},
        {"path": "OUTSIDE"},
        {"path": f"{get_upload_folder()}/../etc/passwd"},
        {"path": "x\0y"},
        {"path": ["x"]},
        {"address": "file:///etc/passwd"},
        {"address": "OUTSIDE"},
    ],
)
def test_only_uploaded_files_and_web_addresses_are_looked_at(
    verbs: dict[str, Any], editor: Editor, asked: Any, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("Hemmelig.", encoding="utf-8")
    if isinstance(asked, dict):
        asked = {name: str(outside) if value == "OUTSIDE" else value for name, value in asked.items()}
    assert 'class="failure"' in verbs["look"](asked)["html"]
    assert editor.looked == []
    assert outside.exists()


def test_a_web_address_is_looked_at(verbs: dict[str, Any], editor: Editor) -> None:
    assert "html" in verbs["look"]({"address": "https://example.org/a"})
    assert editor.looked == ["https://example.org/a"]
