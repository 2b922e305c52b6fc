"""Every tab and state in every language, light and dark: no rule of accessibility broken, nothing beyond the window.

Explore's own states stand in test_explore_in_browser.py. With them, the tasks of each tab by keyboard alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import axe
from tests.serving.browsing import browsing, fits
from tests.serving.conftest import SHIPPED, holding, served
from tests.serving.test_page_in_browser import RULE, ask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

LOCALES = {"nb": "nb-NO", "nn": "nn-NO", "da": "da-DK", "sv": "sv-SE", "en": "en-GB"}
NEED = "Vi trenger vask av arbeidstøy i fem år. To vekstbedrifter kan levere."
TABS = ("ask", "explore", "plan", "glossary", "sources")

See = Callable[[str], None]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page as editors see it, over the real assistant and a few shipped documents."""
    with holding(tmp_path_factory.mktemp("data"), SHIPPED) as real, served(real, editors=True) as url:
        yield url


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    with browsing(chromium, address) as opened:
        yield opened


def walk(page: Any, see: See) -> None:
    """Take the page through its states, and call `see` with the name of each."""
    see("ask, empty")
    ask(page, RULE)
    page.locator("#offers .chip").first.wait_for()
    see("ask, answered")
    page.locator("#turn-1 .term").first.focus()
    see("ask, term explained")
    page.locator("#turn-1 .cite").first.click()
    see("ask, pane")
    page.keyboard.press("Escape")
    ask(page, "Hva blir været i morgen?")
    see("ask, refused")
    page.locator("#talks .open").click()
    see("ask, conversations")
    page.keyboard.press("Escape")
    page.locator("#turn-1 [data-act=edit]").click()
    see("ask, editing")
    page.keyboard.press("Escape")
    page.locator("#tab-explore").click()
    page.locator(".casecard").first.wait_for()
    see("explore")
    page.locator("#tab-plan").click()
    page.locator("#plan-solution-exists").wait_for()
    see("plan, empty")
    page.locator("#plan-need").fill(NEED)
    page.locator(".planner .make").click()
    page.locator(".route.recommended").first.wait_for()
    page.locator(".route.recommended").first.scroll_into_view_if_needed()
    see("plan, made")
    page.locator("#answer-inclusion-suppliers").select_option("none")
    page.locator(".part.changed").wait_for()
    page.locator(".part.changed").scroll_into_view_if_needed()
    see("plan, changed")
    page.locator("#tab-glossary").click()
    page.locator("[data-term]").first.wait_for()
    see("glossary")
    page.locator("#tab-sources").click()
    page.locator(".shelf tbody tr").first.wait_for()
    see("sources")


@pytest.mark.parametrize(
    ("language", "scheme"), [*((name, "light") for name in LOCALES), ("nn", "dark"), ("da", "dark")]
)
def test_no_state_breaks_a_rule_of_accessibility_in_light_or_dark(
    visit: Callable[..., Any], pictures: Path, language: str, scheme: str
) -> None:
    page = visit(LOCALES[language], scheme=scheme)
    page.locator("#country").select_option("NO")
    broken: dict[str, list[str]] = {}

    def see(state: str) -> None:
        broken[state] = axe.violations(page)
        page.screenshot(path=pictures / f"{language} {state} {scheme}.png")

    walk(page, see)
    assert {state: found for state, found in broken.items() if found} == {}


@pytest.mark.parametrize(
    ("language", "width", "height"),
    [("nb", 380, 780), ("da", 380, 780), ("nn", 640, 430), ("sv", 320, 560), ("en", 640, 430)],
    ids=["phone-nb", "phone-da", "zoom-200-nn", "narrowest-sv", "zoom-200-en"],
)
def test_no_state_is_wider_than_the_window(
    visit: Callable[..., Any], pictures: Path, language: str, width: int, height: int
) -> None:
    """At 200 % zoom a window of 1280 x 860 has 640 x 430 CSS pixels; 320 is the narrowest that WCAG 1.4.10 names."""
    page = visit(LOCALES[language], width=width, height=height)
    page.locator("#country").select_option("NO")
    wide = []

    def see(state: str) -> None:
        if not fits(page):
            wide.append(state)
        page.screenshot(path=pictures / f"{language} {state} {width}.png")

    walk(page, see)
    assert wide == []


def test_nothing_moves_for_who_wants_less_motion(visit: Callable[..., Any]) -> None:
    page = visit()
    page.emulate_media(reduced_motion="reduce")
    ask(page, RULE).locator(".cite").first.click()
    moving = page.evaluate(
        "document.getAnimations().filter(a => a.effect.target.closest('#masthead, #talk, #pane, .panel') "
        "&& a.effect.getComputedTiming().duration > 10).map(a => a.effect.target.className)"
    )
    assert moving == []
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_what_is_printed_is_the_answer_and_its_sources(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, RULE).locator(".cite").first.click()
    page.emulate_media(media="print")
    for gone in ("#question-row", "#pane aside", "#talks", ".acts", ".tabs", ".choices", "#meaning"):
        assert not page.locator(gone).first.is_visible(), gone
    for printed in ("#masthead h1", "#turn-1 .question", "#turn-1 .answer", "#turn-1 .sources", "#standing"):
        assert page.locator(printed).first.is_visible(), printed


def tab_to(page: Any, selector: str, *, back: bool = False, most: int = 120) -> None:
    """Press Tab until the focus is on an element of `selector`; each stop on the way is visible and has an outline."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            assert page.evaluate(
                "(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();"
                "const box = e.closest('#question-row') ? getComputedStyle(e.closest('#question-row')) : s;"
                "return r.width > 0 && (parseFloat(s.outlineWidth) > 0 && s.outlineStyle !== 'none' || box.boxShadow !== 'none') })()"
            ), f"no visible focus on {selector}"
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_first_stop_skips_the_masthead(visit: Callable[..., Any]) -> None:
    page = visit()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Hopp til innholdet")
    assert skip.evaluate("e => e === document.activeElement && e.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel-ask"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.role") == "staff"
    assert page.url.split("#")[-1] != "panel-ask"


def test_a_question_is_asked_and_its_sources_are_read_by_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = visit()
    tab_to(page, "#question textarea")
    page.keyboard.type(RULE)
    page.keyboard.press("Enter")
    page.locator("#announce", has_text="Svaret er klart.").wait_for(state="attached")
    tab_to(page, "#turn-1 .cite", back=True)
    cited = page.evaluate("document.activeElement.dataset.cite")
    page.keyboard.press("Enter")
    pane = page.locator("#pane aside")
    assert pane.evaluate("e => e === document.activeElement")
    first = page.locator("#pane .position").inner_text()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#pane .position").inner_text() != first
    page.keyboard.press("ArrowRight")
    tab_to(page, "#pane .originals a")
    page.keyboard.press("Escape")
    assert not pane.is_visible()
    assert page.evaluate("document.activeElement.dataset.cite") not in (None, cited)
    assert page.evaluate("document.activeElement.matches('#turn-1 .cite')")
    assert taken(page, "#turn-1 [data-take=docx]").endswith(".docx")


def taken(page: Any, button: str) -> str:
    """Take a file along by the keyboard; gives its name."""
    with page.expect_download() as waiting:
        tab_to(page, button)
        page.keyboard.press("Enter")
    return str(waiting.value.suggested_filename)


def test_cases_are_filtered_by_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = visit()
    tab_to(page, "[role=tab]")
    page.keyboard.press("ArrowRight")
    page.locator(".casecard").first.wait_for()
    tab_to(page, ".facets input")
    page.keyboard.press("Space")
    assert page.locator(".picked li").count() == 1
    tab_to(page, ".casecard .save")
    page.keyboard.press("Enter")
    assert page.locator(".tray").is_visible()


def test_a_plan_is_made_and_changed_by_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = visit()
    tab_to(page, "[role=tab]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.locator("#plan-solution-exists").wait_for()
    tab_to(page, "#plan-need")
    page.keyboard.type(NEED)
    tab_to(page, ".planner .make")
    page.keyboard.press("Enter")
    page.locator(".route.recommended").first.wait_for()
    tab_to(page, "#answer-inclusion-suppliers")
    page.keyboard.type(page.locator("#answer-inclusion-suppliers option[value=none]").inner_text())
    page.locator(".part.changed").wait_for()
    tab_to(page, ".planner .cite")
    page.keyboard.press("Enter")
    assert page.locator("#pane mark").first.is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.cite')")
    tab_to(page, ".planner .pick")
    page.keyboard.press("Enter")
    page.locator(".planner .status", has_text="Planen er klar.").wait_for()
    assert taken(page, ".planner .download") == "plan.zip"
