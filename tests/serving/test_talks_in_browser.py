"""Conversations in a real browser: kept, reopened, deleted; questions stopped, edited, asked again and linked to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.serving.browsing import fits
from tests.serving.test_page_in_browser import RULE, YES, ask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

OTHER = "Hvordan reserverer vi, steg for steg?"


def reload(page: Any) -> None:
    page.reload()
    page.locator("body.arrived").wait_for()


def kept(page: Any) -> list[list[str]]:
    """The questions of each conversation that the browser keeps."""
    read = page.evaluate("localStorage.getItem('talks')")
    return [[turn["question"] for turn in talk["turns"]] for talk in json.loads(read)["talks"]] if read else []


def questions(page: Any) -> list[str]:
    return [text.removeprefix("Du spurte:").strip() for text in page.locator(".turn .question").all_inner_texts()]


def test_a_conversation_survives_a_reload_with_its_citations_and_its_follow_up(
    visit: Callable[..., Any], assistant: Any
) -> None:
    page = visit()
    before = ask(page, RULE).locator(".answer").inner_html()
    assert kept(page) == [[RULE]]
    reload(page)
    page.locator("#turn-1[data-state=done]").wait_for()
    assert page.locator("#turn-1 .answer").inner_html() == before
    assert page.locator("#announce").inner_text() == ""  # shown again is no news
    page.locator("#turn-1 .cite").first.click()
    assert page.locator("#pane mark").inner_text() == YES
    page.keyboard.press("Escape")
    ask(page, "Og hvor mange? reservert")
    assert assistant.asked[-1][2] == 1
    assert kept(page) == [[RULE, "Og hvor mange? reservert"]]


def test_a_real_follow_up_after_a_reload_keeps_topic_and_country(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    ask(page, RULE)
    reload(page)
    page.locator("#turn-1[data-state=done]").wait_for()
    turn = ask(page, "Og i Danmark?")
    assert RULE in turn.locator(".notices").inner_text()
    turn.locator(".cite").first.click()
    assert page.locator("#pane").get_by_role("heading", level=2).inner_text().startswith("Reserverede kontrakter")


def test_conversations_are_listed_opened_and_deleted(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE)
    page.get_by_role("button", name="Ny samtale").click()
    page.locator(".welcome").wait_for()
    ask(page, OTHER)
    page.get_by_role("button", name="Samtaler 2").click()
    names = page.locator("#talks-list .name")
    assert names.all_inner_texts() == [OTHER, RULE]
    page.locator("#talks-list .talk").nth(1).click()
    page.locator("#turn-1", has_text=RULE).wait_for()
    assert questions(page) == [RULE]
    assert not page.locator("#talks-list").is_visible()
    page.get_by_role("button", name="Samtaler 2").click()
    page.get_by_role("button", name=f"Slett samtalen «{OTHER}»").click()
    assert kept(page) == [[RULE]]
    assert questions(page) == [RULE]
    page.get_by_role("button", name=f"Slett samtalen «{RULE}»").click()
    page.locator(".welcome").wait_for()
    assert kept(page) == []
    reload(page)
    page.locator(".welcome").wait_for()


def test_one_click_deletes_everything_that_the_browser_keeps(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE)
    page.get_by_role("button", name="Ny samtale").click()
    page.locator(".welcome").wait_for()
    ask(page, OTHER)
    page.get_by_role("button", name="Samtaler 2").click()
    page.get_by_role("button", name="Slett alle").click()
    page.locator(".welcome").wait_for()
    assert page.evaluate("localStorage.getItem('talks')") is None
    page.locator("#announce", has_text="Slettet.").wait_for(state="attached")


def test_the_list_opens_and_closes_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE)
    opener = page.get_by_role("button", name="Samtaler 1")
    opener.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "talk"
    page.keyboard.press("Escape")
    assert opener.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.className") == "open"


@pytest.mark.parametrize(
    "stored",
    [
        "{",
        "null",
        "[]",
        '{"version": 99, "talks": [{"id": "a", "turns": [{"question": "?"}]}]}',
        '{"version": 1, "talks": 5}',
    ],
)
def test_what_is_kept_and_cannot_be_read_is_passed_over(visit: Callable[..., Any], stored: str) -> None:
    page = visit()
    page.evaluate("stored => { localStorage.setItem('talks', stored); sessionStorage.setItem('talk', 'a') }", stored)
    reload(page)
    page.locator(".welcome").wait_for()
    ask(page, RULE)
    assert kept(page) == [[RULE]]


def test_markup_in_what_is_kept_stays_text(visit: Callable[..., Any]) -> None:
    page = visit()
    hostile = "<img src=x onerror=\"document.title='gone'\">"
    ask(page, hostile)
    reload(page)
    page.locator("#turn-1[data-state=done]").wait_for()
    page.get_by_role("button", name="Samtaler 1").click()
    assert page.locator("#talks-list .name").inner_text() == hostile
    assert page.locator("#thread img, #talks img").count() == 0
    assert page.title() != "gone"


def test_there_is_no_more_kept_than_there_is_room_for(visit: Callable[..., Any]) -> None:
    page = visit()
    page.evaluate(
        """() => {
          const turns = Array(3).fill({ question: "x".repeat(30000) });
          const talks = Array.from({ length: 40 }, (_, n) => ({ id: `t${n}`, changed: n, turns }));
          localStorage.setItem("talks", JSON.stringify({ version: 1, talks }));
        }"""
    )
    reload(page)
    ask(page, RULE)
    assert kept(page)[0] == [RULE]
    assert 10 < len(kept(page)) < 30
    assert page.evaluate("localStorage.getItem('talks').length") <= 2_000_000


def test_stop_keeps_what_was_written_and_says_so(visit: Callable[..., Any], assistant: Any) -> None:
    page = visit()
    assistant.goes_on.clear()
    page.locator("#question textarea").fill("Hva skriver modellen?")
    page.get_by_role("button", name="Spør", exact=True).click()
    page.locator("#turn-1[data-state=waiting] .answer").wait_for()
    stop = page.get_by_role("button", name="Stopp")
    assert page.evaluate("document.activeElement.id") == "stop"
    stop.press("Enter")
    page.locator("#turn-1[data-state=done]").wait_for()
    assert page.locator("#turn-1 .sentence").count() == 1
    assert "stoppet dette svaret" in page.locator("#turn-1 .notices").inner_text()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert not stop.is_visible()
    assistant.goes_on.set()
    assert YES in ask(page, RULE).inner_text()


def test_stop_before_anything_is_written_gives_the_question_back(visit: Callable[..., Any], assistant: Any) -> None:
    page = visit()
    ask(page, RULE)
    assistant.goes_on.clear()
    page.locator("#question textarea").fill("tenk lenge på en reservert")
    page.keyboard.press("Enter")
    page.locator("#turn-2[data-state=waiting]").wait_for()
    page.get_by_role("button", name="Stopp").click()
    page.locator("#turn-2").wait_for(state="detached")
    assert page.locator("#question textarea").input_value() == "tenk lenge på en reservert"
    assistant.goes_on.set()
    assert kept(page) == [[RULE]]


def test_an_edited_question_takes_the_place_of_the_old_one_and_of_what_followed(
    visit: Callable[..., Any], assistant: Any
) -> None:
    page = visit()
    for question in (RULE, OTHER, "Hva er forskjellen, forskjell?"):
        ask(page, question)
    page.locator("#turn-2").get_by_role("button", name="Rediger").click()
    box = page.locator("#question textarea")
    assert box.input_value() == OTHER
    assert page.locator("#correcting").is_visible()
    assert page.locator(".turn.replaced").count() == 2
    box.press("Escape")
    assert not page.locator("#correcting").is_visible()
    assert (box.input_value(), page.locator(".turn.replaced").count()) == ("", 0)
    page.locator("#turn-2").get_by_role("button", name="Rediger").click()
    box.fill("Hvem kan få en reservert kontrakt?")
    box.press("Enter")
    page.locator("#turn-2", has_text="Hvem kan få").and_(page.locator("[data-state=done]")).wait_for()
    assert questions(page) == [RULE, "Hvem kan få en reservert kontrakt?"]
    assert assistant.asked[-1][2] == 1
    assert kept(page) == [[RULE, "Hvem kan få en reservert kontrakt?"]]


def test_a_question_is_asked_again_in_its_place(visit: Callable[..., Any], assistant: Any) -> None:
    page = visit()
    ask(page, RULE)
    page.locator("#country").select_option("DK")
    page.locator("#turn-1").get_by_role("button", name="Spør på nytt").click()
    page.wait_for_function("JSON.parse(document.querySelector('#turn-1').dataset.kept || '{}').country === 'DK'")
    assert questions(page) == [RULE]
    assert assistant.asked[-1] == (RULE, "DK", 0)


def test_a_link_opens_the_page_with_its_question_asked_for_its_country_in_its_language(
    visit: Callable[..., Any], assistant: Any
) -> None:
    page = visit("sv-SE", at=f"?q={quote(RULE)}&country=DK&lang=nn")
    page.locator("#turn-1[data-state=done]").wait_for()
    assert assistant.asked[-1] == (RULE, "DK", 0)
    assert page.locator("html").get_attribute("lang") == "nn"
    assert urlsplit(page.url).query == ""
    many = len(assistant.asked)
    reload(page)
    page.locator("#turn-1[data-state=done]").wait_for()
    assert len(assistant.asked) == many
    assert page.locator("html").get_attribute("lang") == "sv"  # a link says nothing of the next visit


def test_a_link_with_a_question_opens_a_conversation_of_its_own(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, OTHER)
    page.goto(page.url.split("#")[0] + f"?q={quote(RULE)}")
    page.locator("#turn-1[data-state=done]", has_text=RULE).wait_for()
    assert kept(page) == [[RULE], [OTHER]]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&country=%22%3E%3Cb%3E&lang=xx", "<img src=x onerror=alert(1)>"),
        (f"?q={'ord%20' * 2500}", ("ord " * 2500)[:2000]),
        ("?q=javascript:alert(1)//%0A%00%E2%80%AE", None),
    ],
)
def test_a_hostile_link_is_a_question_like_any_other(
    visit: Callable[..., Any], assistant: Any, query: str, asked: str | None
) -> None:
    page = visit(at=query)
    page.locator("#turn-1[data-state=done]").wait_for()
    assert asked is None or assistant.asked[-1][0].strip() == asked.strip()
    assert page.locator("#thread img, #masthead b").count() == 0
    assert page.locator("#country").input_value() == "NO"
    assert fits(page)


@pytest.mark.parametrize("query", ["?q=", "?q=%20%20", "?country=DK"])
def test_a_link_without_a_question_asks_nothing(visit: Callable[..., Any], assistant: Any, query: str) -> None:
    many = len(assistant.asked)
    page = visit(at=query)
    page.locator(".welcome").wait_for()
    assert len(assistant.asked) == many


def test_the_link_that_is_copied_opens_the_same_question(visit: Callable[..., Any], assistant: Any) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#country").select_option("SE")
    ask(page, "Hva betyr 100 % & «reservert»? #1")
    page.get_by_role("button", name="Kopier lenke").click()
    page.locator("#announce", has_text="Lenken er kopiert").wait_for(state="attached")
    link = page.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlsplit(link).query) == {
        "q": ["Hva betyr 100 % & «reservert»? #1"],
        "country": ["SE"],
        "lang": ["nb"],
    }
    page.get_by_role("button", name="Ny samtale").click()
    page.goto(link)
    page.locator("#turn-1[data-state=done]").wait_for()
    assert assistant.asked[-1] == ("Hva betyr 100 % & «reservert»? #1", "SE", 0)


def test_a_term_is_explained_on_hover_and_focus_until_escape(visit: Callable[..., Any]) -> None:
    page = visit()
    turn = ask(page, RULE)
    term = turn.locator(".term").first
    meaning = page.locator("#meaning")
    term.hover()
    assert meaning.inner_text() == page.locator(f"#{term.get_attribute('aria-describedby')}").text_content()
    meaning.hover()  # it can be pointed at
    assert meaning.is_visible()
    page.keyboard.press("Escape")
    assert not meaning.is_visible()
    term.focus()
    assert meaning.is_visible()
    page.locator("#turn-1 .cite").first.focus()
    assert not meaning.is_visible()
    term.focus()
    page.keyboard.press("Enter")
    page.locator("[data-term]").first.wait_for()
    assert "#glossary/" in page.url
    assert not meaning.is_visible()


def test_escape_takes_the_meaning_first_and_the_pane_next(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE).locator(".cite").first.click()
    page.locator("#turn-1 .term").first.focus()
    page.keyboard.press("Escape")
    assert not page.locator("#meaning").is_visible()
    assert page.locator("#pane aside").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#pane aside").is_visible()


def test_examples_follow_the_role_and_the_country(visit: Callable[..., Any]) -> None:
    page = visit()
    shown = page.locator(".examples .chip:visible")
    first = shown.all_inner_texts()
    assert RULE in first
    page.get_by_role("button", name="Leverandører", exact=True).click()
    supplier = shown.all_inner_texts()
    assert supplier
    assert not set(first) & set(supplier)
    page.locator("#country").select_option("DK")
    danish = shown.all_inner_texts()
    assert danish != supplier
    reload(page)
    page.locator("#country").select_option("DK")
    assert shown.all_inner_texts() == danish
    assert page.get_by_role("button", name="Leverandører", exact=True).get_attribute("aria-pressed") == "true"
