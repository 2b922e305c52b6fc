"""Sources in a real browser, over the real assistant: an editor uploads, corrects, publishes, asks and withdraws."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.serving.pdf import pdf
from assistant.serving.pieces import Line
from tests.serving import axe
from tests.serving.browsing import browsing, fits
from tests.serving.conftest import CORPUS, SHIPPED, holding, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

STORY = """# Snøbrøyting i Bodø

Bodø kommune kjøper snøbrøyting av Brøyteverket AS. Fem deltakere fra kvalifiseringsprogrammet brøyter gangveier.

Brøyteverket AS følger opp deltakerne med en egen veileder. Kommunen betaler for brøytingen etter antall kilometer.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with holding(tmp_path_factory.mktemp("data"), SHIPPED) as real:
        yield real


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with served(assistant, editors=True) as url:
        yield url


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    with browsing(chromium, address) as opened:
        yield lambda **kwargs: opened(at="#sources", **kwargs)


def rows(page: Any) -> Any:
    page.locator(".shelf tbody tr").first.wait_for()
    return page.locator(".shelf tbody tr")


def test_an_editor_reads_what_visitors_said_and_opens_the_document_that_it_is_about(
    visit: Callable[..., Any], assistant: Assistant, pictures: Path
) -> None:
    reply = assistant.ask("Hvem kan delta i en reservert kontrakt?", country="NO")
    for verdict, said in (("missing", "Det står ikke hva fristen er."), ("good", "")):
        assistant.remark(reply, verdict, said, with_question=verdict == "missing")  # type: ignore[arg-type]
    page = visit(width=380, height=780)
    page.locator(".remarks li").first.wait_for()
    assert "Dette mangler: 1 · Ikke nyttig: 0 · Nyttig svar: 1" in page.locator(".said .count").inner_text()
    assert "Det står ikke hva fristen er." in page.locator(".remarks").inner_text()
    page.locator(".remarks summary").first.focus()
    page.keyboard.press("Enter")
    assert axe.violations(page) == []
    assert fits(page)
    page.screenshot(path=pictures / "sources-remarks.png")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#case-title").wait_for()
    page = visit(locale="sv-SE", scheme="dark")
    page.get_by_text("Detta saknas: 1").wait_for()
    assert axe.violations(page) == []
    page.screenshot(path=pictures / "sources-remarks-dark.png")


def test_a_document_goes_from_upload_to_answer_and_is_withdrawn(
    visit: Callable[..., Any], assistant: Assistant, tmp_path: Path, pictures: Path
) -> None:
    (tmp_path / "snobroyting.md").write_text(STORY, encoding="utf-8")
    page = visit()
    assert rows(page).count() == len(SHIPPED)
    assert axe.violations(page) == []
    page.locator("#sources-files").set_input_files(tmp_path / "snobroyting.md")
    manuscript = page.locator(".manuscript")
    text = manuscript.locator("textarea")
    text.wait_for()
    assert "as_of" in manuscript.locator(".problem").inner_text()
    manuscript.locator("summary").click()
    assert "Brøyteverket AS følger opp" in manuscript.locator(".preview").inner_text()
    page.screenshot(path=pictures / "sources.png", full_page=True)
    assert axe.violations(page) == []
    manuscript.get_by_role("button", name="Publiser").click()
    page.get_by_text("Ferdig: 1 på").wait_for()
    assert "as_of" in manuscript.locator(".problem").inner_text()
    lines = ['as_of: "2026-07"' if line.startswith("as_of:") else line for line in text.input_value().splitlines()]
    text.fill("\n".join(lines))
    opened = rows(page).first
    opened.locator("summary").click()
    opened = page.locator(f'.shelf tr[data-id="{opened.get_attribute("data-id")}"]')
    manuscript.get_by_role("button", name="Publiser").click()
    page.get_by_text("«Snøbrøyting i Bodø» er publisert.").wait_for()
    manuscript.wait_for(state="detached")
    row = page.locator('.shelf tr[data-id="no-snobroyting"]')
    row.wait_for()
    assert opened.get_by_role("button", name="Ja, trekk tilbake").is_visible()  # the list was drawn again around it
    page.locator("#tab-ask").click()
    page.locator("#question textarea").fill("Hvem brøyter gangveier i Bodø?")
    page.locator("#question textarea").press("Enter")
    page.locator("#thread").get_by_text("Fem deltakere fra kvalifiseringsprogrammet brøyter").first.wait_for()
    page.locator("#tab-sources").click()
    row.locator("summary").click()
    row.get_by_role("button", name="Ja, trekk tilbake").click()
    page.get_by_text("«Snøbrøyting i Bodø» er trukket tilbake.").wait_for()
    row.wait_for(state="detached")
    assert assistant.document("no-snobroyting") is None


def test_a_pdf_that_was_uploaded_is_shown_beside_the_citation(
    visit: Callable[..., Any], tmp_path: Path, pictures: Path
) -> None:
    told = [Line(f"Kommunen følger opp avtalen, punkt {n}.") for n in range(50)]
    told += [Line("Seks deltakere fra introduksjonsprogrammet reparerer livbåter hos Livbåtverket AS på Lofotheim.")]
    (tmp_path / "livbater.pdf").write_bytes(pdf("Livbåter på Lofotheim", told, "nb"))
    page = visit()
    rows(page)
    page.locator("#sources-files").set_input_files(tmp_path / "livbater.pdf")
    text = page.locator(".manuscript textarea")
    text.wait_for()
    said = {"as_of:": 'as_of: "2026-07"', "country:": 'country: "NO"', "topics:": "topics: [reserved-contracts]"}
    lines = [said.get(line.partition(" ")[0], line) for line in text.input_value().splitlines()]
    text.fill("\n".join("id: no-livbater" if line.startswith("id:") else line for line in lines))
    page.locator(".manuscript").get_by_role("button", name="Publiser").click()
    page.locator('.shelf tr[data-id="no-livbater"]').wait_for()
    page.locator("#tab-ask").click()
    page.locator("#question textarea").fill("Hvem reparerer livbåter på Lofotheim?")
    page.locator("#question textarea").press("Enter")
    page.locator("#thread .cite").first.click()
    picture = page.locator("#pane .original img")
    picture.wait_for()
    assert picture.get_attribute("alt").startswith("Side 2 av «")
    assert page.locator("#pane .original .spot").count() >= 1
    page.screenshot(path=pictures / "sources-original.png")


def test_several_files_are_looked_at_and_those_that_fail_say_why(
    visit: Callable[..., Any], tmp_path: Path, pictures: Path
) -> None:
    (tmp_path / "en.md").write_text(STORY, encoding="utf-8")
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.7 broken")
    page = visit(width=390, height=800, scheme="dark")
    rows(page)
    page.locator("#sources-files").set_input_files([tmp_path / "en.md", tmp_path / "kaputt.pdf", CORPUS / SHIPPED[3]])
    page.locator("#sources-addresses").fill("http://127.0.0.1/hemmelig")
    page.get_by_role("button", name="Hent og les").click()
    page.get_by_text("Ferdig: 1 på").wait_for()
    assert page.locator(".manuscript").count() == 2
    assert page.locator(".desk .failure").count() == 2
    assert "Dette erstatter" in page.locator(".replaces").inner_text()
    page.get_by_role("button", name="Publiser alle").wait_for()
    assert fits(page)
    page.screenshot(path=pictures / "sources-narrow.png", full_page=True)
    assert axe.violations(page) == []


def test_what_is_in_a_zip_file_is_counted_and_named_one_by_one(visit: Callable[..., Any], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "saker.zip", "w") as archive:
        for place in ("nord", "sør"):
            archive.writestr(f"{place}/sak.md", STORY.replace("Bodø", place))
        archive.writestr("kaputt.pdf", b"%PDF-1.7 broken")
    page = visit()
    rows(page)
    page.evaluate(
        """() => { window.told = []; new MutationObserver(() => window.told.push(
            document.querySelector('#sources .status').textContent
        )).observe(document.querySelector('#sources .status'), { childList: true }); }"""
    )
    page.locator("#sources-files").set_input_files(tmp_path / "saker.zip")
    page.get_by_text("Ferdig: 3 på").wait_for()
    assert page.locator(".manuscript").count() == 2
    assert page.locator(".desk .failure").count() == 1
    told = page.evaluate("window.told")
    assert told[1].startswith("0 av 3 ferdig")
    assert told[1].endswith("saker.zip: kaputt.pdf")
    assert told[3].startswith("2 av 3 ferdig")
    assert told[3].endswith("saker.zip: sør/sak.md")


def test_a_file_that_is_dropped_is_looked_at_and_stays_when_the_language_changes(visit: Callable[..., Any]) -> None:
    page = visit()
    rows(page)
    dropped = page.evaluate_handle(
        "text => { const held = new DataTransfer(); held.items.add(new File([text], 'sluppet.md')); return held; }",
        STORY,
    )
    page.dispatch_event(".well", "drop", {"dataTransfer": dropped})
    page.locator(".manuscript h3", has_text="sluppet.md").wait_for()
    page.locator(".manuscript textarea").fill("Rettet.")
    page.locator("#language").select_option("en")
    page.get_by_role("heading", name="Add documents").wait_for()
    assert page.locator(".manuscript textarea").input_value() == "Rettet."
    page.locator(".manuscript .drop").click()
    assert page.locator(".manuscript").count() == 0
