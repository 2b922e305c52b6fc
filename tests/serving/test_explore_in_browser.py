"""Explore and Glossary in a real browser: what a project leader sees, does by keyboard and takes along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import intake
from assistant.reading.chunking import split
from assistant.reading.corpus import load_glossary
from assistant.reading.labels import groups
from assistant.types import Answer, Card, Concept, Document, Filters, Hit, Refusal, Reply
from tests.serving import axe
from tests.serving.browsing import browsing, fits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # pandas, as the queue of Gradio uses it
]

CORPUS = Path(__file__).parents[2] / "corpus"
READ = (
    "cases/dk-kolding-moebellager-huset-venture.md",
    "cases/no-tingvoll-trollheim-vaskeri.md",
    "cases/no-vestre-unikum.md",
    "cases/se-telge-tillvaxt.md",
    "guidance/no/no-reserverte-kontrakter-arbeidsinkludering.md",
)
HOSTILE = Card(
    "x-hostile", "case", "<img src=x onerror=alert(1)>", "nb", summary="</script>${x} {{y}}", sectors=("<b>",)
)
LOCALES = {"nb": "nb-NO", "nn": "nn-NO", "da": "da-DK", "sv": "sv-SE", "en": "en-GB"}


class Held:
    """Real documents and the real glossary; finding is by their order, and what is asked is only noted."""

    def __init__(self) -> None:
        paths = [CORPUS / name for name in READ]
        self.documents = {path.stem: intake.read(path, str(path), None, {}) for path in paths}
        self.documents["x-hostile"] = Document(HOSTILE, (), "h")
        self.more: tuple[Card, ...] = ()
        self.asked: list[Filters] = []

    def cards(self) -> tuple[Card, ...]:
        return (*(document.card for document in self.documents.values()), *self.more)

    def target_groups(self, card: Card) -> tuple[str, ...]:
        return groups(card)

    def document(self, name: str) -> Document | None:
        if name == "x-broken":
            raise RuntimeError(name)
        return self.documents.get(name)

    def concepts(self) -> tuple[Concept, ...]:
        return load_glossary(CORPUS / "glossary.yaml")

    def find(self, question: str, *, country: str | None, filters: Filters, limit: int) -> tuple[Hit, ...]:
        fitting = (d for d in self.documents.values() if d.card.kind in filters.kinds and d.blocks)
        return tuple(Hit(split(document)[0], 1.0, {}) for document in fitting)[:limit]

    def ask(self, question: str, *, country: str | None, history: Any, filters: Filters, show: Any) -> Reply:
        self.asked.append(filters)
        return Refusal(question, "not-in-corpus")

    def passages(self, ids: Any) -> dict[str, Any]:
        return {}

    def suggest(self, answer: Answer, **about: Any) -> tuple[str, ...]:
        return ()


@pytest.fixture(scope="module")
def assistant() -> Held:
    return Held()


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens Explore, or what `at` names."""
    with browsing(chromium, address) as opened:
        yield lambda at="#explore", **kwargs: opened(at=at, **kwargs)


def titles(page: Any) -> list[str]:
    page.locator(".casecard").first.wait_for()
    return list(page.locator(".casecard h3").all_inner_texts())


def box(page: Any, name: str) -> Any:
    return page.locator(".facets").get_by_role("checkbox", name=name).first


def test_tabs_are_changed_by_arrow_keys_and_the_address_tells_which_is_open(visit: Callable[..., Any]) -> None:
    page = visit("")
    page.get_by_role("tab", name="Spør").press("ArrowRight")
    page.locator(".casecard").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "tab-explore"
    assert page.get_by_role("tab", name="Utforsk").get_attribute("aria-selected") == "true"
    assert page.get_by_role("tabpanel", name="Utforsk").is_visible()
    assert not page.locator("#question").is_visible()
    page.keyboard.press("End")
    assert page.url.endswith("#glossary")
    page.go_back()
    page.locator(".casecard").first.wait_for()
    page.keyboard.press("Home")
    assert page.url.endswith("#explore")  # the focus is elsewhere: only a tab takes these keys


def test_a_filter_narrows_the_list_counts_again_and_stays_in_the_address(visit: Callable[..., Any]) -> None:
    page = visit()
    assert len(titles(page)) == 5
    box(page, "Norge 2").check()
    assert page.locator("#explore .count").inner_text() == "2 av 5 eksempler"
    assert [name.split()[0] for name in titles(page)] == ["Vestre", "Tingvoll"]
    assert page.evaluate("document.activeElement.dataset.facet") == "country"
    assert box(page, "Danmark 1").is_visible()
    box(page, "Danmark 1").check()
    assert page.locator("#explore .count").inner_text() == "3 av 5 eksempler"
    assert "country=no&country=dk" in page.url
    page.reload()
    assert len(titles(page)) == 3
    page.get_by_role("button", name="Fjern filteret Danmark").click()
    assert len(titles(page)) == 2


def test_what_a_document_does_not_say_can_be_chosen_too(visit: Callable[..., Any]) -> None:
    page = visit()
    titles(page)
    box(page, "Ikke oppgitt 1").check()
    assert titles(page) == [HOSTILE.title]
    assert page.locator("#explore img").count() == 0
    page.locator(".casecard a").click()
    page.locator(".casepage").wait_for()
    assert page.locator("#explore img").count() == 0


@pytest.mark.parametrize(
    ("typed", "found"), [("SODERTALJE", 1), ("unikum MOBLER", 1), ("møbel", 2), ("100 %", 0), ("xyzzy", 0)]
)
def test_search_finds_as_one_types_whatever_the_accents(visit: Callable[..., Any], typed: str, found: int) -> None:
    page = visit()
    titles(page)
    page.get_by_role("searchbox", name="Søk i eksemplene").press_sequentially(typed)
    assert page.locator("#explore .count").inner_text() == f"{found} av 5 eksempler"
    assert page.get_by_text("Ingen eksempler passer").is_visible() == (found == 0)
    assert page.evaluate("document.activeElement.id") == "explore-search"
    page.reload()
    page.locator("#explore .count", has_text=f"{found} av 5").wait_for()
    assert page.locator("#explore-search").input_value() == typed


def test_cases_can_be_sorted_and_shown_as_a_table(visit: Callable[..., Any]) -> None:
    page = visit()
    assert titles(page)[0].startswith("Kolding")
    page.get_by_label("Sorter").select_option("oldest")
    assert titles(page)[0].startswith("Telge")
    page.get_by_role("button", name="Tabell").click()
    page.get_by_role("button", name="Eksempel", exact=True).click()
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Eksempel"
    rows = page.locator(".list tbody th").all_inner_texts()
    assert rows[1:] == sorted(rows[1:])


def test_bars_and_map_show_the_counts_and_filter(visit: Callable[..., Any]) -> None:
    page = visit()
    titles(page)
    assert page.locator(".map [data-country=NO] text").text_content() == "2"
    page.locator(".chart.country").get_by_role("button", name="Norge").click()
    assert len(titles(page)) == 2
    page.locator(".map [data-country=NO] path").dispatch_event("click")
    assert len(titles(page)) == 5
    assert "2018: 1" in page.locator(".chart.year [role=img]").get_attribute("aria-label")


def test_a_case_is_read_on_its_page_and_left_for_the_same_list(visit: Callable[..., Any], pictures: Path) -> None:
    page = visit()
    titles(page)
    box(page, "Norge 2").check()
    page.get_by_role("link", name="Vestre og Unikum").click()
    page.locator(".casepage").wait_for()
    assert page.evaluate("document.activeElement.id") == "case-title"
    for told in ("Kort fortalt", "Kjøp mellom private", "Nøkkeltall", "Fallgruver", "Lignende eksempler"):
        assert told in page.locator(".casepage").inner_text()
    assert page.locator(".links a", has_text="Reserverte kontrakter").is_visible()
    page.screenshot(path=pictures / "20-case.png")
    page.get_by_role("link", name="Alle eksempler").click()
    assert len(titles(page)) == 2
    assert "country=no" in page.url


@pytest.mark.parametrize(
    ("name", "told"),
    [("x-nowhere", "finnes ikke lenger"), ("%", "finnes ikke lenger"), ("x-broken", "kunne ikke hentes")],
)
def test_a_case_that_cannot_be_shown_gets_one_calm_sentence(visit: Callable[..., Any], name: str, told: str) -> None:
    page = visit(f"#explore/case/{name}")
    page.get_by_role("alert").wait_for()
    assert told in page.get_by_role("alert").inner_text()


def test_two_cases_are_filtered_compared_and_taken_along_by_keyboard_alone(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    page = visit()
    titles(page)
    tabbed_to(page, "document.activeElement.dataset.facet === 'country'")
    page.keyboard.press("Space")
    assert page.locator("#explore .count").inner_text() == "2 av 5 eksempler"
    for number in range(2):
        tabbed_to(page, f"document.activeElement === document.querySelectorAll('.casecard .save')[{number}]")
        page.keyboard.press("Enter")
    tabbed_to(page, "document.activeElement.id === 'tray-compare'")
    page.keyboard.press("Enter")
    page.locator(".comparison").wait_for()
    assert page.locator(".comparison thead th").count() == 3
    with page.expect_download() as waiting:
        tabbed_to(page, "document.activeElement.dataset.export === 'csv'")
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "sammenligning.csv"
    waiting.value.save_as(tmp_path / "taken.csv")
    assert "Trollheim" in (tmp_path / "taken.csv").read_text(encoding="utf-8-sig")


def tabbed_to(page: Any, there: str) -> None:
    """Press Tab until `there` (JavaScript) holds of the focused element."""
    for _ in range(200):
        if page.evaluate(there):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach it: {there}")


def test_the_shortlist_is_kept_by_the_browser_and_compares_two_to_four(visit: Callable[..., Any]) -> None:
    page = visit()
    titles(page)
    saves = page.locator(".casecard .save")
    saves.nth(0).click()
    assert page.locator("#tray-compare").is_disabled()
    for number in range(1, 5):
        saves.nth(number).click()
    assert page.locator("#tray-compare").is_disabled()
    page.locator(".tray input").first.uncheck()
    assert page.locator("#tray-compare").is_enabled()
    page.reload()
    titles(page)
    assert page.locator(".tray li").count() == 5
    assert page.locator(".tray input:checked").count() == 4
    page.get_by_role("button", name="Fjern Vestre").click()
    page.get_by_label("Bare utvalget").check()
    assert len(titles(page)) == 4
    page.get_by_role("button", name="Tøm utvalget").click()
    assert not page.locator(".tray").is_visible()


def test_a_question_about_the_shortlist_is_put_to_those_cases_until_the_sign_is_removed(
    visit: Callable[..., Any], assistant: Held
) -> None:
    page = visit()
    titles(page)
    page.locator(".save[data-save=no-vestre-unikum]").click()
    page.locator("#tray-ask").click()
    assert page.locator("#scope").inner_text().startswith("Søker bare i Vestre og Unikum")
    ask(page, "Hva virket?", 1)
    page.get_by_role("button", name="Søk i alle kildene igjen").click()
    assert page.locator("#scope").inner_text().strip() == ""
    ask(page, "Hva virket?", 2)
    assert assistant.asked[-2:] == [Filters(documents=("no-vestre-unikum",)), Filters()]


def ask(page: Any, question: str, turn: int) -> None:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#turn-{turn}[data-state=done]").wait_for()


def test_another_language_redraws_list_page_and_glossary(visit: Callable[..., Any]) -> None:
    page = visit("#explore/case/no-vestre-unikum")
    page.get_by_role("heading", name="Lignende eksempler").wait_for()
    page.get_by_label("Språk").select_option("sv")
    page.get_by_role("heading", name="Liknande exempel").wait_for()
    page.locator(".back").click()
    titles(page)
    assert page.locator("#explore .count").inner_text() == "5 av 5 exempel"
    assert box(page, "Norge 2").is_visible()
    page.get_by_role("tab", name="Ordlista").click()
    page.locator("[data-term]").first.wait_for()
    assert page.locator(".glossary .confused h4").first.inner_text() == "Ska inte förväxlas med"


def test_the_glossary_is_searched_in_every_language_and_opened_at_a_term(visit: Callable[..., Any]) -> None:
    page = visit("#glossary/contracting-authority")
    entry = page.locator("#term-contracting-authority")
    page.wait_for_function("document.activeElement.id === 'term-contracting-authority'")
    search = page.get_by_role("searchbox", name="Søk i ordlisten")
    search.fill("upphandlande myndighet")
    assert entry.is_visible()
    assert page.locator("[data-term]:visible").count() < 10
    search.fill("xyzzy")
    assert page.get_by_text("Ingen ord passer").is_visible()


def test_a_long_list_is_drawn_in_parts(visit: Callable[..., Any], assistant: Held) -> None:
    assistant.more = tuple(Card(f"g-{n}", "case", f"Nummer {n:03}", "nb", "NO", start=1900) for n in range(70))
    try:
        page = visit()
        assert len(titles(page)) == 30
        page.get_by_role("button", name="Vis flere").click()
        assert len(titles(page)) == 60
        assert page.evaluate("document.activeElement.textContent").startswith("Nummer")
        page.get_by_role("button", name="Vis flere").click()
        assert len(titles(page)) == 75
        assert not page.get_by_role("button", name="Vis flere").is_visible()
    finally:
        assistant.more = ()


@pytest.mark.parametrize(("language", "scheme"), [(name, "light") for name in LOCALES] + [("nb", "dark")])
def test_no_state_of_any_tab_breaks_a_rule_of_accessibility(
    visit: Callable[..., Any], language: str, scheme: str
) -> None:
    page = visit("", locale=LOCALES[language], scheme=scheme, height=2400)
    broken = {"ask": axe.violations(page)}
    ask(page, "Hva virket?", 1)
    broken["refusal"] = axe.violations(page)
    page.locator("#tab-explore").click()
    titles(page)
    broken["cards"] = axe.violations(page)
    for number in range(2):
        page.locator(".casecard .save").nth(number).click()
    page.locator(".facets input").first.check()
    page.locator("[data-view=table]").click()
    broken["table, filter, shortlist"] = axe.violations(page)
    page.locator("#explore-search").fill("xyzzy")
    broken["nothing found"] = axe.violations(page)
    page.locator("#tray-compare").click()
    page.locator(".comparison").wait_for()
    broken["comparison"] = axe.violations(page)
    page.locator(".comparison thead a").first.click()
    page.locator(".casepage").wait_for()
    broken["case"] = axe.violations(page)
    page.locator("#tab-glossary").click()
    page.locator("[data-term]").first.wait_for()
    broken["glossary"] = axe.violations(page)
    page.locator("#tab-explore").click()
    page.locator("#tray-ask").click()
    broken["limited question"] = axe.violations(page)
    assert {state: found for state, found in broken.items() if found} == {}


@pytest.mark.parametrize("at", ["#explore", "#explore/case/no-vestre-unikum", "#glossary"])
def test_every_tab_fits_a_phone(visit: Callable[..., Any], pictures: Path, at: str) -> None:
    page = visit(at, width=380, height=780)
    page.locator(":is(.casecard, .casepage, [data-term]):visible").first.wait_for()
    assert fits(page)
    page.screenshot(path=pictures / f"21-phone-{at.split('/')[0][1:]}-{len(at)}.png")


def test_a_comparison_scrolls_in_its_own_frame_on_a_phone(visit: Callable[..., Any]) -> None:
    page = visit("#explore/compare/no-vestre-unikum,se-telge-tillvaxt", width=380, height=780)
    page.locator(".comparison").wait_for()
    assert fits(page)
    page.get_by_role("region", name="Eksempler side om side").evaluate("e => (e.scrollLeft = 200)")
    assert page.locator(".comparison tbody th").first.bounding_box()["x"] < 40
