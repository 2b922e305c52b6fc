"""What a visitor holds stays through every new drawing of the page: the keyboard's place, and the last choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.serving.browsing import fits
from tests.serving.conftest import SHIPPED, holding, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

CASES = ("cases/dk-femern-laerlinge.md", "cases/no-vestre-unikum.md")
RULE = "Hvem kan delta i en reservert kontrakt?"


@pytest.fixture(scope="module")
def real_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over the real assistant with three cases, one of which has a title of long words."""
    with holding(tmp_path_factory.mktemp("data"), (*SHIPPED, *CASES)) as real, served(real) as url:
        yield url


def rests(page: Any, selector: str) -> None:
    """Wait until the keyboard is at what the selector finds, and it is in sight."""
    page.wait_for_function(
        "it => document.activeElement.matches(it) && document.activeElement.checkVisibility()", arg=selector
    )


def press(page: Any, selector: str, number: int = 0, key: str = "Enter") -> None:
    page.locator(selector).nth(number).focus()
    page.keyboard.press(key)


def chooses_while_the_server_answers(page: Any, first: tuple[str, str], second: tuple[str, str]) -> None:
    """Choose in one selector, and in another or the same before the server has heard of the first."""
    held: list[Any] = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    with page.expect_request("**/queue/join*"):
        page.locator(first[0]).select_option(first[1])
    page.locator(second[0]).select_option(second[1])
    for route in held:
        route.continue_()


def test_the_last_of_two_countries_chosen_in_a_row_holds(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    chooses_while_the_server_answers(page, ("#country", "DK"), ("#country", "SE"))
    page.locator("header[data-country=SE]").wait_for()
    assert page.locator("#country").input_value() == "SE"
    page.locator("#tab-plan").click()
    assert page.locator("#plan-country").input_value() == "SE"
    page.reload()
    page.locator("header[data-country=SE][data-arrived=true]").wait_for()


@pytest.mark.parametrize(("moved", "language", "country"), [("#language", "sv", "SE"), ("#country", "da", "FI")])
def test_a_choice_made_while_the_language_changes_holds_with_it(
    visit_real: Callable[..., Any], moved: str, language: str, country: str
) -> None:
    page = visit_real()
    second = (moved, language if moved == "#language" else country)
    chooses_while_the_server_answers(page, ("#language", "da"), second)
    page.locator(f"header[data-language={language}][data-country={country}]").wait_for()
    assert page.locator("#language").input_value() == language
    assert page.locator("#country").input_value() == country


def test_the_keyboard_goes_on_from_a_question_that_was_clicked(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    press(page, "#thread .chip:visible")
    page.locator("#turn-1[data-state=done]").wait_for()
    rests(page, "#question-1")
    press(page, "#turn-1 [data-act=again]")
    rests(page, "#question-1")
    page.locator("body:not(.waiting)").wait_for()
    rests(page, "#turn-1[data-state=done] #question-1")
    page.keyboard.press("Tab")
    rests(page, "#turn-1 [data-act=edit]")


def test_the_keyboard_goes_to_the_box_when_the_open_conversation_is_deleted(visit_real: Callable[..., Any]) -> None:
    page = visit_real()
    press(page, "#thread .chip:visible")
    page.locator("#turn-1[data-state=done]").wait_for()
    press(page, "#talks .open")
    press(page, "#talks .drop")
    rests(page, "#question textarea")


def test_the_keyboard_goes_on_in_the_list_when_what_it_was_at_is_gone(visit_real: Callable[..., Any]) -> None:
    page = visit_real(at="#explore")
    press(page, ".casecard h3 a", 1)
    rests(page, "#case-title")
    press(page, ".reading .back")
    rests(page, ".casecard [href='#explore/case/no-vestre-unikum']")
    for number in range(2):
        press(page, ".list .save", number)
    press(page, ".tray .drop")
    rests(page, ".tray .drop")
    press(page, "#explore-only", key="Space")
    press(page, ".list .save")
    rests(page, "#explore .count")


def test_the_keyboard_goes_on_from_the_route_that_was_chosen_and_what_was_unfolded_stays_so(
    visit_real: Callable[..., Any],
) -> None:
    page = visit_real(at="#plan")
    page.locator("#plan-solution-exists").wait_for()
    page.locator("#plan-need").fill("Kommunen skal kjøpe renhold, og langtidsledige skal få arbeidstrening.")
    press(page, "#plan .make")
    page.locator(".route.recommended").first.wait_for()
    page.locator(".missing summary").click()
    page.locator(".route:not(.ruled-out):not(:has(.chosen)) summary").last.click()
    route = page.locator(".pick:visible").last.get_attribute("data-route")
    press(page, f".pick[data-route={route}]")
    page.locator(f"#route-{route} .chosen").wait_for()
    rests(page, f"#route-{route} summary")
    press(page, ".missing select", key="ArrowDown")
    page.locator(".part.changed").wait_for()
    assert page.locator(".missing select").first.is_visible()


@pytest.mark.parametrize("at", ["", "#explore", "#explore/case/dk-femern-laerlinge", "#plan", "#glossary"])
def test_long_words_and_a_low_window_hide_nothing(visit_real: Callable[..., Any], at: str) -> None:
    page = visit_real(at=at, width=320, height=256)  # a window of 1280 by 1024 at 400 %
    if "case" in at:
        page.locator("#case-title").wait_for()
        press(page, ".reading .save")
        assert page.locator(".tray").is_visible()
    assert fits(page)
    covering = "it => ['fixed', 'sticky'].includes(getComputedStyle(document.querySelector(it)).position)"
    assert not page.evaluate(covering, "#composer")
    assert not page.evaluate(covering, "#explore .tray")
