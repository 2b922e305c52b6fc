"""What is done with an answer, in a real browser: copied, taken along, remarked upon; and a PDF's page beside it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest

from assistant.serving.pdf import pdf
from assistant.serving.pieces import Heading, Line
from tests.serving import axe
from tests.serving.browsing import browsing, fits
from tests.serving.conftest import SHIPPED, holding, served
from tests.serving.test_page_in_browser import OPENS, RULE, YES, ask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

BRIDGES = "Fem deltakere fra kvalifiseringsprogrammet i Kranvik kommune vedlikeholder bruer hos Bruverket AS."
FILLER = "Kommunen har skrevet ned hvordan avtalen følges opp, og hvem som møtes hvert kvartal."


@pytest.fixture(scope="module")
def with_pdf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over the real assistant with a few shipped documents and a PDF of two pages, served on a free port."""
    folder = tmp_path_factory.mktemp("with-pdf")
    told = [Heading("Avtalen"), *[Line(f"{FILLER} Punkt {n}.") for n in range(30)], Heading("Bruene"), Line(BRIDGES)]
    (folder / "bruvedlikehold.pdf").write_bytes(pdf("Bruvedlikehold i Kranvik kommune", told, "nb"))
    documents = [*SHIPPED, folder / "bruvedlikehold.pdf"]
    with holding(folder / "data", documents) as real, served(real) as url:
        yield url


@pytest.fixture
def visit_pdf(chromium: Any, with_pdf: str) -> Iterator[Callable[..., Any]]:
    with browsing(chromium, with_pdf) as opened:
        yield opened


def taken(page: Any, name: str, folder: Path) -> bytes:
    """The bytes of the file that a button with this name gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).last.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.locator(".taken .said", has_text="er lastet ned").last.wait_for()
    return path.read_bytes()


def words_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_from_question_to_source_to_follow_up_to_a_word_file_of_the_whole_conversation(
    visit_pdf: Callable[..., Any], tmp_path: Path, pictures: Path
) -> None:
    page = visit_pdf()
    turn = ask(page, RULE)
    turn.locator(".cite").first.click()
    assert page.locator("#pane mark").inner_text() == OPENS
    page.keyboard.press("Escape")
    ask(page, "Og i Danmark?")
    page.screenshot(path=pictures / "30-row.png")
    text = words_of(taken(page, "Last ned hele samtalen som Word", tmp_path))
    (name,) = (path.name for path in tmp_path.iterdir())
    assert name.startswith("samtale-delta-reservert-kontrakt-20")
    assert name.endswith(".docx")
    assert text.index(RULE) < text.index(f"{OPENS} [1]") < text.index("Og i Danmark?")
    assert f"[1] «{OPENS}» (" in text
    assert "Norge · Veiledning · Gjelder per" in text
    assert "https://lovdata.no/" in text
    assert "Norge, Danmark" in text
    assert "ikke juridisk rådgivning" in text


@pytest.mark.parametrize(("form", "begins"), [("Word", b"PK"), ("Markdown", b"# Svar med kilder"), ("PDF", b"%PDF")])
def test_one_answer_is_taken_along_in_each_form(
    visit: Callable[..., Any], tmp_path: Path, form: str, begins: bytes
) -> None:
    page = visit()
    ask(page, "Hva blir været?")
    ask(page, RULE)
    content = taken(page, f"Last ned svaret som {form}", tmp_path)
    assert content.startswith(begins)
    if form == "PDF":
        content = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages).encode()
    text = words_of(content) if form == "Word" else content.decode()
    assert YES in text
    assert "været" not in text
    assert page.locator("article.turn").count() == 2


def test_an_answer_is_copied_with_its_numbers_and_sources_and_the_page_says_so(visit: Callable[..., Any]) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, RULE)
    page.get_by_role("button", name="Kopier svaret med kilder").click()
    page.locator(".taken .said[role=status]", has_text="Svaret er kopiert med kilder.").wait_for()
    plain, html = page.evaluate(
        "navigator.clipboard.read().then(([item]) => Promise.all(['text/plain', 'text/html'].map("
        "type => item.getType(type).then(blob => blob.text()))))"
    )
    assert plain.startswith(RULE)
    assert f"{YES} [1]" in plain
    assert f"[1] «{YES}» (Kort svar)" in plain
    assert "https://lovdata.no/" in plain
    assert "ikke juridisk rådgivning" in plain
    assert f"{YES} [1]" in html
    assert 'href="https://lovdata.no/' in html


def test_without_the_newer_clipboard_an_answer_is_copied_the_older_way(visit: Callable[..., Any]) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read"])
    page.evaluate("delete window.ClipboardItem")
    ask(page, RULE)
    page.get_by_role("button", name="Kopier svaret med kilder").click()
    page.locator(".taken .said", has_text="Svaret er kopiert med kilder.").wait_for()
    assert f"{YES} [1]" in page.evaluate("navigator.clipboard.readText()")


def test_a_remark_shows_what_is_kept_and_keeps_the_question_only_where_that_is_ticked(
    visit: Callable[..., Any], assistant: Any, pictures: Path
) -> None:
    assistant.heard.clear()
    page = visit()
    ask(page, RULE)
    bad = page.get_by_role("button", name="Ikke nyttig")
    bad.click()
    form = page.get_by_role("form", name="Hva var galt?")
    assert "Det lagres ikke hvem du er" in form.inner_text()
    assert RULE in form.locator("q").inner_text()
    assert not form.get_by_role("checkbox").is_checked()
    assert page.evaluate("document.activeElement.id") == "remark-said"
    assert axe.violations(page) == []
    page.screenshot(path=pictures / "31-remark.png")
    page.keyboard.press("Escape")
    assert form.count() == 0
    assert page.evaluate("document.activeElement.dataset.verdict") == "bad"
    bad.click()
    page.keyboard.type("Ring meg på 22 33 44 55")
    form.get_by_role("button", name="Send").click()
    page.locator(".taken .said", has_text="Takk!").wait_for()
    page.get_by_role("button", name="Dette mangler").click()
    page.keyboard.type("Svensk rett")
    page.get_by_label("Ta med spørsmålet").check()
    page.get_by_role("button", name="Send").click()
    page.locator("form.remark").wait_for(state="detached")
    page.locator(".taken .said", has_text="Takk!").wait_for()
    first, second = assistant.heard
    assert (first.verdict, first.said, first.question) == ("bad", "Ring meg på [telefon]", "")
    assert (second.verdict, second.said, second.question) == ("missing", "Svensk rett", RULE)
    assert second.documents == ("no-reserverte-kontrakter", "dk-reserverede-kontrakter-paragraf-54")


def test_the_cited_place_is_marked_on_the_page_of_the_pdf_that_it_stands_on(
    visit_pdf: Callable[..., Any], pictures: Path
) -> None:
    page = visit_pdf()
    turn = ask(page, "Hvor mange deltakere vedlikeholder bruer hos Bruverket i Kranvik?")
    turn.locator(".cite").first.click()
    assert page.locator("#pane mark").inner_text() == BRIDGES
    picture = page.locator("#pane .original img")
    picture.wait_for()
    assert picture.get_attribute("alt") == (
        "Side 2 av «Bruvedlikehold i Kranvik kommune». Det siterte stedet er merket."
    )
    spots = [spot.bounding_box() for spot in page.locator("#pane .original .spot").all()]
    around = picture.bounding_box()
    assert spots
    assert all(around["y"] < spot["y"] and spot["height"] < around["height"] / 20 for spot in spots)
    page.get_by_role("button", name="Vis større").click()
    assert picture.bounding_box()["width"] > 2 * around["width"]
    assert page.locator("#pane .original .spot").first.is_visible()
    page.screenshot(path=pictures / "32-original-larger.png")
    assert axe.violations(page) == []
    page.get_by_role("button", name="Vis større").click()
    page.screenshot(path=pictures / "32-original.png")
    assert axe.violations(page) == []


def test_where_there_is_no_original_the_pane_shows_the_text_alone(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, "Hvordan reserverer vi, steg for steg?").locator(".cite").nth(1).click()
    page.locator("#pane mark").wait_for()
    assert page.locator("#pane .leaf, #pane .original").count() == 0
    assert "Side 3" in page.locator("#pane .path").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_an_answer_with_open_pane_and_open_remark_has_no_fault_on_laptop_and_phone(
    visit: Callable[..., Any], pictures: Path, scheme: str, width: int
) -> None:
    page = visit(width=width, height=860, scheme=scheme)
    ask(page, RULE)
    ask(page, "Hva er forskjellen på Norge og Danmark?")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=pictures / f"33-{scheme}-{width}-top.png")
    lefts = {page.locator(f"#turn-1 .{part}").bounding_box()["x"] for part in ("answer", "sources", "taken")}
    assert len(lefts) == 1
    page.locator("#turn-2").get_by_role("button", name="Dette mangler").click()
    page.screenshot(path=pictures / f"34-{scheme}-{width}-remark.png")
    assert fits(page)
    assert axe.violations(page) == []
    page.locator("#turn-2 .cite").first.click()
    page.screenshot(path=pictures / f"35-{scheme}-{width}-pane.png")
    assert fits(page)
    assert axe.violations(page) == []


def test_the_row_and_its_form_follow_the_language_of_the_page(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE)
    page.locator("#language").select_option("en")
    page.locator("html[lang=en]").wait_for()
    page.get_by_role("button", name="This is missing").click()
    assert page.get_by_role("form", name="What is missing?").is_visible()
