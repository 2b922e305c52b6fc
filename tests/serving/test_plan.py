"""The Plan tab without a browser: what is drawn, what changed, what the browser's wishes become, and the Word files."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import docx
import pytest

from assistant.plans import Amount, Need, Offered, Paper, Plan, Question, Reason, Risk, Task, Told
from assistant.serving import papers, planned
from assistant.serving.papers import zipped
from assistant.serving.pieces import Heading, Line, Table
from assistant.serving.tabs import plan as tab
from assistant.serving.word import docx as written
from assistant.serving.words import LANGUAGES
from assistant.types import Block, Card, Citation, Document, Hit, Notice, Passage, Sentence

CARD = Card("no-regel", "guidance", "Regelen <b>", "nb", "NO", as_of="2026-07")
TEXT = "Kontrakten kan reserveres. Minst 30 prosent må høre til målgruppen."
PASSAGE = Passage("no-regel#1", CARD, TEXT, "Kort svar", ("Kort svar",))
QUOTE = "Kontrakten kan reserveres."
SAID = Sentence("Det må være en <kontrakt>.", (1,))

KINDS = (Question("what", "choice", "Hva?", "Derfor.", (("goods", "Varer"), ("unknown", "Vet ikke"))),)
RESERVED = Offered("reserved", "Reservert", "purchase", "recommended", 5, SAID, (Reason("required", True, 5, SAID), Reason("favours", True, 3, SAID)))  # fmt: skip
OPEN = Offered("open", "Åpen", "purchase", "possible", 0, SAID, (Reason("required", None, 5, SAID),), ("value",))
OUT = Offered("out", "Ute", "purchase", "ruled-out", 0, None, (Reason("excluded", True, 5, SAID),))
PLAN = Plan(
    need=Need("Vi <trenger> varer.", "unge", "flere"),
    language="nb",
    country="NO",
    questions=(
        replace(KINDS[0], told=Told("what", "goods", "read", "Vi <trenger> varer.")),
        Question("value", "amount", "Verdi?", "Derfor.", ()),
        replace(KINDS[0], id="suppliers"),
    ),
    proposals=(RESERVED, OPEN, OUT),
    chosen="reserved",
    together=(SAID,),
    tasks=(Task("Innkjøp", SAID, "reserved", "no-mal"),),
    risks=(Risk("reserved", SAID, experienced=True),),
    lessons=(SAID,),
    cases=(Hit(Passage("no-sak#1", Card("no-sak", "case", "Saken", "nb", "NO"), "Den virket."), 1.0),),
    papers=(Paper("no-mal", "Malen"),),
    legal=(SAID,),
    citations=(Citation(1, PASSAGE, QUOTE, 0, len(QUOTE)),),
    notices=(Notice("plan-currency", ("EUR", "NOK")),),
)
TEMPLATE = Document(
    Card("no-mal", "template", "Malen", "nb", "NO"),
    (
        Block("Innledning.", ("Malen del 1",)),
        Block("- Et punkt", ("Malen del 1",)),
        Block("Krav | Svar", ("Malen del 1", "Krav")),
        Block("Pris | [FYLL INN]", ("Malen del 1", "Krav")),
        Block("1. Et steg", ("Malen del 2",)),
    ),
    "x",
)


class Planner:
    """Plans what it is given; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def plan(self, need: str, **given: Any) -> Plan:
        if "explode" in need:
            raise RuntimeError(need)
        self.asked.append((need, given))
        return PLAN

    def papers(self, plan: Plan) -> tuple[Document, ...]:
        return (TEMPLATE,)

    def questions(self, language: str) -> tuple[Question, ...]:
        return (replace(KINDS[0], id="solution-exists"),)


@pytest.fixture
def planner() -> Planner:
    return Planner()


@pytest.fixture
def verbs(planner: Planner) -> dict[str, Any]:
    return {verb.__name__: verb for verb in tab.answers(planner)}  # type: ignore[arg-type]


def test_every_statement_has_a_button_that_opens_a_leaf_on_the_page() -> None:
    html = planned.plan_html(PLAN, "nb")
    assert html.count('data-cite="t0-1"') == len(PLAN.sentences)
    assert 'id="t0-1"' in html
    assert "<mark>Kontrakten kan reserveres.</mark>" in html
    assert 'data-cite="t0-2"' in html
    assert 'id="t0-2"' in html


def test_what_was_told_and_found_is_escaped() -> None:
    html = planned.plan_html(PLAN, "nb")
    assert "<kontrakt>" not in html
    assert "<trenger>" not in html
    assert "Regelen <b>" not in html


def test_what_was_read_is_shown_with_its_words_and_can_be_changed() -> None:
    html = planned.plan_html(PLAN, "nb")
    assert 'data-question="what"' in html
    assert '<option value="goods" selected>Varer</option>' in html
    assert "Lest ut av: «Vi &lt;trenger&gt; varer.»" in html
    assert '<dl class="on-paper"><dt>Hva skal løses, og for hvem?</dt><dd>Vi &lt;trenger&gt; varer.' in html
    assert "Vet ikke" not in html


def test_what_a_route_waits_for_comes_first_among_what_was_not_said() -> None:
    html = planned.plan_html(PLAN, "nb")
    assert html.index("Verdi?") < html.index('id="answer-suppliers"')


def test_only_a_route_that_stands_and_is_not_chosen_can_be_picked() -> None:
    html = planned.plan_html(PLAN, "nb")
    assert 'data-route="open"' in html
    assert 'data-route="reserved"' not in html
    assert 'data-route="out"' not in html


def test_a_change_tells_which_routes_moved_fell_out_and_came_in() -> None:
    before = [("open", "recommended"), ("reserved", "recommended"), ("out", "possible")]
    assert planned.changes(PLAN, before, "en") == (
        "Reservert moved up from place 2 to 1.",
        "Åpen: from “Fits” to “Possible, but less likely”.",
        "Ute: from “Possible, but less likely” to “Ruled out”.",
    )
    same = json.loads(json.dumps([(one.route, one.standing) for one in PLAN.proposals]))
    assert planned.changes(PLAN, same, "en") == ()
    assert "The order is the same." in planned.plan_html(PLAN, "en", same)
    assert "What changed" not in planned.plan_html(PLAN, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_is_drawn_in_every_language(language: str) -> None:
    assert "{" not in planned.plan_html(PLAN, language).replace("{0}", "")
    assert 'id="plan-need"' in tab.frame_html(language)


def test_a_plan_without_a_country_shows_its_questions_and_no_route() -> None:
    bare = Plan(Need("x"), "nb", None, KINDS, notices=(Notice("plan-country"),))
    html = planned.plan_html(bare, "nb")
    assert "Ingen vei kan vises" in html
    assert 'class="download"' not in html


def test_the_browsers_wishes_reach_the_assistant(verbs: dict[str, Any], planner: Planner) -> None:
    asked = {
        "language": "da", "country": "DK", "need": " Vi mangler en kantine. ", "who": "unge", "suppliers": "tre",
        "value": "6 500 000", "currency": "DKK", "answers": {"what": "services", "country": "SE", "n": 3},
        "route": "open", "before": [["reserved", "possible"]],
    }  # fmt: skip
    assert "Passer" in verbs["make_plan"](asked)["html"]
    need, given = planner.asked[0]
    assert need == "Vi mangler en kantine."
    assert given["answers"] == {"what": "services", "value": Amount(6_500_000, "DKK")}
    assert (given["country"], given["language"], given["route"], given["who"]) == ("DK", "da", "open", "unge")


@pytest.mark.parametrize(
    "asked",
    [None, 3, [], {}, {"need": ""}, {"need": ["x"]}, {"need": 4}],
)
def test_without_a_need_there_is_no_plan(verbs: dict[str, Any], asked: Any) -> None:
    assert verbs["make_plan"](asked) == {"empty": True}
    assert verbs["plan_files"](asked) == {"empty": True}


@pytest.mark.parametrize(
    "odd",
    [
        {"country": "XX"},
        {"country": 3, "answers": [1], "value": {}, "before": "x", "route": 7, "language": None},
        {"value": "9" * 40, "before": [["a"], ["b", "magic"], 4], "answers": {"x" * 9: "y"}},
        {"need": "x" * 100_000},
    ],
)
def test_nothing_that_the_browser_sends_is_trusted(
    verbs: dict[str, Any], planner: Planner, odd: dict[str, Any]
) -> None:
    assert "html" in verbs["make_plan"]({"need": "kantine"} | odd)
    need, given = planner.asked[0]
    assert len(need) <= tab.LONGEST
    assert given["country"] is None
    assert "value" not in given["answers"]


def test_an_error_is_logged_without_the_need(verbs: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert verbs["make_plan"]({"need": "explode hemmelig"}) == {"failed": True}
    assert "RuntimeError" in caplog.text
    assert "hemmelig" not in caplog.text


def test_the_form_asks_what_the_rules_ask(verbs: dict[str, Any]) -> None:
    assert 'id="plan-solution-exists"' in verbs["form_questions"]({"language": "nb"})["html"]


def test_the_zip_holds_the_plan_with_its_sources_and_the_template_with_the_facts(verbs: dict[str, Any]) -> None:
    given = verbs["plan_files"]({"need": "kantine", "language": "nb"})
    assert given["name"] == "plan.zip"
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(given["content"]))) as archive:
        assert archive.namelist() == ["plan.docx", "no-mal.docx"]
        of_plan, of_template = (docx.Document(io.BytesIO(archive.read(name))) for name in archive.namelist())
    text = "\n".join(paragraph.text for paragraph in of_plan.paragraphs)
    assert "Det må være en <kontrakt>. [1]" in text
    assert (
        "Regelen <b>\nNorge · Veiledning · Gjelder per juli 2026\n[1] «Kontrakten kan reserveres.» (Kort svar)" in text
    )
    told = [[cell.text for cell in row.cells] for row in of_template.tables[0].rows]
    assert ["Hvem skal få arbeid eller opplæring?", "unge"] in told
    assert ["Hva?", "Varer"] in told
    assert [[cell.text for cell in row.cells] for row in of_template.tables[1].rows] == [
        ["Krav", "Svar"],
        ["Pris", "[FYLL INN]"],
    ]
    styles = {paragraph.text: paragraph.style.name for paragraph in of_template.paragraphs}
    assert (styles["Malen del 1"], styles["Krav"], styles["Et punkt"]) == ("Heading 1", "Heading 2", "List Bullet")
    assert styles["1. Et steg"] == "Normal"


def test_a_word_file_holds_its_pieces_in_order_and_no_character_that_xml_forbids() -> None:
    pieces = [
        Heading("Del"),
        Line("Tekst\x00\x0b"),
        Line("punkt", "bullet"),
        Table((("a", "b"), ("c", "d"))),
        Table(()),
    ]
    document = docx.Document(io.BytesIO(written("Tittel", pieces, "nb")))
    assert [p.text for p in document.paragraphs] == ["Tittel", "Del", "Tekst", "punkt"]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["a", "b"], ["c", "d"]]
    assert document.tables[0].rows[0].cells[0].paragraphs[0].runs[0].bold


def test_the_same_files_make_the_same_zip() -> None:
    assert zipped({"a.txt": b"x"}) == zipped({"a.txt": b"x"})
    assert papers.plan_zip(PLAN, (), "nb")[:2] == b"PK"
