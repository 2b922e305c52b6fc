"""The page in a real browser: what an asker sees and does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.serving.browsing import fits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

CORPUS = Path(__file__).parents[2] / "corpus"
RULE = "Hvem kan delta i en reservert kontrakt?"
YES = "Norske oppdragsgivere kan reservere konkurransen."
OPENS = (
    "I en reservert kontrakt kan bare virksomheter og programmer delta som har integrering i arbeidslivet som "
    "hovedformål, og der minst 30 prosent av de ansatte har en funksjonshemming eller er vanskeligstilte "
    "(anskaffelsesforskriften § 8-8, § 16-9 eller § 30-3)."
)


def ask(page: Any, question: str) -> Any:
    """Write a question, send it with Enter, and wait for the reply; gives the turn."""
    before = page.locator("article.turn").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn").nth(before)
    page.locator(f"#turn-{before + 1}:not([data-state=waiting])").wait_for()
    return turn


def test_marker_opens_the_passage_with_the_cited_sentence_marked_and_escape_gives_the_focus_back(
    visit: Callable[..., Any], pictures: Path
) -> None:
    page = visit()
    page.screenshot(path=pictures / "01-welcome.png")
    page.get_by_role("button", name=RULE).click()
    marker = page.locator("article.turn .cite").first
    marker.click()
    pane = page.get_by_role("complementary")
    assert pane.locator("mark").inner_text() == YES
    assert pane.get_by_role("heading", level=2).inner_text().startswith("Reserverte kontrakter")
    assert pane.locator(".position").inner_text() == "1 av 3"
    link = pane.get_by_role("link").first
    assert link.get_attribute("href").startswith("https://lovdata.no/")
    assert (link.get_attribute("target"), "noopener" in link.get_attribute("rel")) == ("_blank", True)
    assert marker.get_attribute("aria-expanded") == "true"
    page.screenshot(path=pictures / "02-pane.png")
    page.keyboard.press("Escape")
    assert not pane.is_visible()
    assert page.evaluate("document.activeElement.dataset.cite") == "t1-1"


def test_a_real_answer_cites_a_real_document_whose_cited_sentence_is_marked(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    turn = ask(page, RULE)
    markers = turn.locator(".cite")
    assert markers.count() >= 3
    assert markers.first.inner_text() == "[1]"
    assert "minst 30 prosent av de ansatte" in turn.inner_text()
    markers.first.click()
    pane = page.get_by_role("complementary")
    marked = pane.locator("mark").inner_text()
    assert marked == OPENS
    assert turn.inner_text().count(marked) == 1
    assert marked in (CORPUS / "guidance/no/no-reserverte-kontrakter-arbeidsinkludering.md").read_text(encoding="utf-8")
    assert len(pane.locator(".passage").inner_text()) > len(marked)
    assert pane.get_by_role("link").first.get_attribute("href").startswith("https://lovdata.no/")
    page.keyboard.press("Escape")
    assert not pane.is_visible()
    assert page.evaluate("document.activeElement.dataset.cite") == "t1-1"


def test_every_marker_of_a_real_answer_opens_the_sentence_that_it_stands_at(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    markers = ask(page, RULE).locator(".cite")
    said = page.locator("article.turn").inner_text()
    for number in range(markers.count()):
        markers.nth(number).click()
        page.locator(".cite[aria-expanded=true]").first.wait_for()
        assert page.locator("#pane mark").inner_text() in said
        page.keyboard.press("Escape")


def test_a_real_follow_up_takes_the_country_that_it_names(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    ask(page, RULE)
    ask(page, "Og i Danmark?").locator(".cite").first.click()
    assert page.locator("#pane").get_by_role("heading", level=2).inner_text().startswith("Reserverede kontrakter")


def test_a_real_refusal_says_so_and_shows_the_nearest_that_is_held(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    turn = ask(page, "Hva er telefonnummeret til Trollheim vaskeri i Tingvoll?")
    assert "heller si det enn å gjette" in turn.inner_text()
    assert turn.locator(".cite").count() == 0
    turn.locator(".card").first.click()
    assert page.locator("#pane .passage").is_visible()
    assert page.locator("#pane mark").count() == 0


def test_a_real_question_from_elsewhere_is_refused_without_documents(visit_real: Callable[..., Any]) -> None:
    turn = ask(visit_real(), "Hva blir været i morgen?")
    assert "utenfor det jeg kan svare på" in turn.inner_text()
    assert turn.locator(".cite, .card").count() == 0


def test_arrow_keys_and_buttons_step_through_the_citations(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE).locator(".cite").first.click()
    marked = page.locator("#pane mark")
    page.keyboard.press("ArrowRight")
    assert marked.inner_text().startswith("To vilkår")
    page.get_by_role("button", name="Neste kilde").click()
    assert marked.inner_text().startswith("Mindst 30 pct.")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Lukk").click()
    assert page.evaluate("document.activeElement.dataset.cite") == "t1-2"


def test_a_cited_place_far_down_is_scrolled_into_sight(visit: Callable[..., Any]) -> None:
    page = visit(height=420)
    ask(page, "Hvordan reserverer vi, steg for steg?").locator(".cite").nth(6).click()
    inside = page.evaluate(
        "(() => { const m = document.querySelector('#pane mark').getBoundingClientRect();"
        "const b = document.querySelector('#pane .body').getBoundingClientRect();"
        "return m.top >= b.top && m.bottom <= b.bottom })()"
    )
    assert inside


def test_language_can_be_switched_and_the_conversation_stays(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE)
    page.locator("article.turn .cite").first.click()
    page.get_by_label("Språk").select_option("da")
    page.locator("html[lang=da]").wait_for()
    page.get_by_role("button", name="Spørg", exact=True).wait_for()
    assert page.locator(".sources h3").inner_text() == "Kilder"
    assert "Sådan blev dette fundet" in page.locator(".trail summary").inner_text()
    assert page.locator("#question textarea").get_attribute("placeholder") == "Skriv dit spørgsmål her"
    assert page.locator("#country").input_value() == "DK"
    assert "Gælder pr. juli 2026" in page.locator("#pane .body").inner_text()
    assert "CPR" not in page.locator("article.turn").inner_text()
    assert page.locator("article.turn").count() == 1
    page.reload()
    page.locator("html[lang=da]").wait_for()


@pytest.mark.parametrize(("locale", "country"), [("da-DK", "DK"), ("sv-SE", "SE"), ("en-GB", "all")])
def test_language_and_country_follow_the_browser(visit: Callable[..., Any], locale: str, country: str) -> None:
    page = visit(locale)
    page.locator(f"header[data-country={country}]").wait_for()
    assert page.locator("#country").input_value() == country


def test_country_goes_with_the_question_and_history_with_the_follow_up(
    visit: Callable[..., Any], assistant: Any
) -> None:
    page = visit()
    page.locator("#country").select_option("DK")
    ask(page, RULE)
    page.locator("#country").select_option("all")
    assert "gått ut fra reglene i Norge" in ask(page, RULE).inner_text()
    assert [(country, turns) for _, country, turns in assistant.asked[-2:]] == [("DK", 0), (None, 1)]


def test_two_visitors_do_not_see_one_another(visit: Callable[..., Any], assistant: Any) -> None:
    first, second = visit(), visit()
    ask(first, RULE)
    ask(second, "Hva blir været?")
    assert first.locator("article.turn").count() == second.locator("article.turn").count() == 1
    assert assistant.asked[-1][2] == 0


def test_refusal_is_friendly_and_shows_the_nearest(visit: Callable[..., Any], pictures: Path) -> None:
    page = visit()
    turn = ask(page, "Hva blir været i morgen?")
    assert "heller si det enn å gjette" in turn.inner_text()
    assert turn.locator(".sources h3").inner_text() == "Dette er det nærmeste vi har"
    page.screenshot(path=pictures / "03-refusal.png")
    turn.locator(".card").first.click()
    assert page.locator("#pane .passage").is_visible()
    assert page.locator("#pane mark").count() == 0


@pytest.mark.parametrize("question", ["ord " * 5000, "???", "<img src=x onerror=alert(1)> [a](javascript:alert(1))"])
def test_odd_questions_get_one_clear_sentence(visit: Callable[..., Any], question: str) -> None:
    page = visit()
    turn = ask(page, question)
    assert turn.locator(".refusal").count() == 1
    assert page.locator("#thread img").count() == 0
    assert fits(page)


def test_empty_box_gets_one_clear_sentence(visit: Callable[..., Any]) -> None:
    assert "Skriv gjerne en hel setning" in ask(visit(), "").inner_text()


def test_the_first_sentence_is_on_the_page_while_the_rest_is_written_and_the_end_is_told_once(
    visit: Callable[..., Any], assistant: Any, pictures: Path
) -> None:
    page = visit()
    page.evaluate(
        "window.told = []; new MutationObserver(() => told.push(document.querySelector('#announce').textContent))"
        ".observe(document.querySelector('#announce'), { childList: true })"
    )
    assistant.goes_on.clear()
    page.locator("#question textarea").fill("Hva skriver modellen?")
    page.keyboard.press("Enter")
    page.locator("#turn-1[data-state=waiting] .answer").wait_for()
    assert page.locator("#turn-1 .sentence").all_inner_texts() == ["Norske kommuner kan reservere en konkurranse."]
    assert page.locator("#turn-1 .searching").inner_text().startswith("Skriver svaret")
    page.locator("#turn-1 .cite").first.click()
    assert page.locator("#pane mark").inner_text() == YES
    page.screenshot(path=pictures / "08-writing.png")
    assert page.evaluate("told").count("Svaret er klart.") == 0
    assistant.goes_on.set()
    page.locator("#turn-1[data-state=done]").wait_for()
    assert page.locator("#turn-1 .sentence").count() == 2
    assert page.locator("#turn-1 .retold").count() == 1
    assert "0,93 av 1" in page.locator("#turn-1 .retold").get_attribute("title")
    page.locator("#announce", has_text="Svaret er klart.").wait_for(state="attached")
    assert page.evaluate("told").count("Svaret er klart.") == 1
    page.screenshot(path=pictures / "09-written.png")


def test_an_unexpected_error_becomes_one_calm_sentence_and_the_page_stays_up(
    visit: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    page = visit()
    assert "Noe gikk galt hos oss" in ask(page, "explode 12345").inner_text()
    assert YES in ask(page, RULE).inner_text()
    assert "RuntimeError" in caplog.text
    assert "12345" not in caplog.text


def test_shift_enter_makes_a_new_line_and_the_live_region_tells_of_the_answer(visit: Callable[..., Any]) -> None:
    page = visit()
    box = page.get_by_role("textbox", name="Spørsmålet ditt")
    box.fill("reservert")
    box.press("Shift+Enter")
    page.keyboard.type("kontrakt")
    assert box.input_value() == "reservert\nkontrakt"
    assert page.locator("article.turn").count() == 0
    box.press("Enter")
    page.locator("#turn-1[data-state=done]").wait_for()
    page.locator("#announce", has_text="Svaret er klart.").wait_for(state="attached")
    page.get_by_role("button", name="Ny samtale").click()
    page.locator(".welcome").wait_for()


def test_everything_fits_a_phone(visit: Callable[..., Any], pictures: Path) -> None:
    page = visit(width=380, height=780)
    assert fits(page)
    page.screenshot(path=pictures / "04-phone-welcome.png")
    ask(page, RULE)
    page.screenshot(path=pictures / "05-phone-answer.png")
    ask(page, "Hva er forskjellen?" + " " + "ordsomikkekandeles" * 20 + " forskjell")
    assert fits(page)
    page.screenshot(path=pictures / "06-phone-table.png")
    page.locator("#turn-1 .cite").first.click()
    assert fits(page)
    box = page.locator("#pane aside").bounding_box()
    assert (box["x"], box["width"]) == (0, 380)
    page.screenshot(path=pictures / "07-phone-pane.png")
    page.get_by_role("button", name="Lukk").click()
    assert not page.locator("#pane aside").is_visible()


def test_pictures_of_the_main_states_light_and_dark(visit: Callable[..., Any], pictures: Path) -> None:
    for scheme in ("light", "dark"):
        page = visit(scheme=scheme)
        page.screenshot(path=pictures / f"10-{scheme}-welcome.png")
        ask(page, "Hvordan reserverer vi, steg for steg?")
        page.screenshot(path=pictures / f"11-{scheme}-steps.png")
        ask(page, "Hva er forskjellen på Norge og Danmark, forskjell?")
        page.locator("#turn-2 .cite").nth(1).click()
        page.screenshot(path=pictures / f"12-{scheme}-table-pane.png")
        assert page.locator("body.dark").count() == (1 if scheme == "dark" else 0)


def test_the_page_offers_no_api_docs_and_no_footer(visit: Callable[..., Any], address: str) -> None:
    page = visit()
    assert not page.locator("footer").is_visible()
    named = page.evaluate(
        "fetch('gradio_api/info').then(r => r.json()).then(i => Object.keys(i.named_endpoints || {}))"
    )
    assert named == []
    assert re.search("Partnerskap", page.title())


def test_next_questions_stand_below_the_answer_and_are_asked_by_a_click(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE)
    page.locator("#offers .chip").click()
    page.locator("#turn-2[data-state=done]").wait_for()
    assert "steg for steg" in page.locator("#question-2").inner_text()


def holds(page: Any, field: str, value: str) -> None:
    page.wait_for_function("([field, value]) => document.querySelector(field).value === value", arg=[field, value])


def test_a_plan_is_made_by_the_rules_of_the_country_of_the_page_until_another_is_chosen(
    visit_real: Callable[..., Any],
) -> None:
    page = visit_real("da-DK")
    page.locator("#tab-plan").click()
    holds(page, "#plan-country", "DK")
    holds(page, "#plan-currency", "DKK")
    page.locator("#country").select_option("SE")
    page.locator("header[data-country=SE]").wait_for()
    holds(page, "#plan-country", "SE")
    page.locator("#plan-country").select_option("NO")
    page.locator("#country").select_option("FI")
    page.locator("header[data-country=FI]").wait_for()
    page.locator("#language").select_option("sv")
    page.get_by_role("button", name="Ta fram planen").wait_for()
    holds(page, "#plan-country", "NO")
    holds(page, "#plan-currency", "NOK")


def test_a_plan_is_made_its_answer_changed_its_source_opened_and_its_files_taken(
    visit_real: Callable[..., Any], pictures: Path, tmp_path: Path
) -> None:
    page = visit_real()
    page.get_by_role("tab", name="Planlegg").click()
    page.locator("#plan-solution-exists").wait_for()
    page.get_by_label("Hva skal løses").fill("Vi trenger vask av arbeidstøy i fem år. To vekstbedrifter kan levere.")
    page.locator("#plan-value").fill("6 500 000")
    page.get_by_role("button", name="Lag plan").click()
    page.locator(".route.recommended").first.wait_for()
    page.screenshot(path=pictures / "20-plan.png")
    assert "Reservert kontrakt" in page.locator(".route .name").first.inner_text()
    page.locator(".routes .cite").first.click()
    assert page.locator("#pane mark").first.inner_text()
    page.keyboard.press("Escape")
    page.locator("#answer-inclusion-suppliers").select_option("none")
    page.locator(".part.changed").wait_for()
    assert "Reservert kontrakt" in page.locator(".part.changed").inner_text()
    with page.expect_download() as download:
        page.locator(".planner .download").click()
    download.value.save_as(tmp_path / "plan.zip")
    assert (tmp_path / "plan.zip").read_bytes()[:2] == b"PK"
    page.set_viewport_size({"width": 390, "height": 800})
    assert fits(page)
