"""What the browser keeps of a conversation: it comes back as it was, and nothing that it sends is trusted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from assistant.serving import render
from assistant.serving.talks import MOST_TURNS, packed, rebuilt
from assistant.types import Answer, Notice, Passage, Refusal, Reply, Turn
from tests.serving.conftest import DANISH_SHORT, SHORT, STEPWISE, VESTRE, StandIn, rule

HELD = {passage.id: passage for passage in (SHORT, STEPWISE, DANISH_SHORT, VESTRE)}
RULE = "Hvem kan delta i en reservert kontrakt?"


def held(ids: Sequence[str]) -> dict[str, Passage]:
    return {name: HELD[name] for name in ids if name in HELD}


def kept(reply: Reply | None, question: str = RULE) -> dict[str, Any]:
    """A turn as the browser has it."""
    return json.loads(packed(Turn(question, reply)))


@pytest.mark.parametrize("question", ["reservert", "steg for steg", "forskjell", "vær", "?"])
def test_a_turn_comes_back_and_is_shown_as_it_was(question: str) -> None:
    turn = Turn(question, StandIn().ask(question, country="NO"))
    again = rebuilt([json.loads(packed(turn))], held)
    assert render.thread_html(again, "nb") == render.thread_html((turn,), "nb")


def test_a_turn_that_failed_comes_back_as_one() -> None:
    assert rebuilt([kept(None)], held) == (Turn(RULE, None),)


def test_the_passages_are_those_that_are_held_today_and_not_the_browsers() -> None:
    assert SHORT.text not in packed(Turn(RULE, rule(RULE, "NO")))
    (turn,) = rebuilt([kept(rule(RULE, "NO"))], held)
    assert isinstance(turn.reply, Answer)
    assert turn.reply.citations[0].passage is SHORT


@pytest.mark.parametrize("now", [None, replace(SHORT, text="Noe annet står her nå.")])
def test_an_answer_whose_source_is_gone_or_says_something_else_is_not_shown_again(now: Passage | None) -> None:
    changed = {**HELD, "no#1": now} if now else {name: HELD[name] for name in HELD if name != "no#1"}
    (turn,) = rebuilt([kept(rule(RULE, "NO"))], lambda ids: {n: changed[n] for n in ids if n in changed})
    assert isinstance(turn.reply, Answer)
    assert (turn.reply.sentences, turn.reply.notices) == ((), (Notice("sources-changed"),))


def test_a_quote_that_moved_in_its_passage_is_marked_where_it_is_now() -> None:
    moved = {**HELD, "no#1": replace(SHORT, text=f"Først dette. {SHORT.text}")}
    (turn,) = rebuilt([kept(rule(RULE, "NO"))], lambda ids: {name: moved[name] for name in ids if name in moved})
    assert isinstance(turn.reply, Answer)
    first = turn.reply.citations[0]
    assert first.passage.text[first.start : first.end] == first.quote


def test_a_national_id_number_is_not_kept() -> None:
    number = "01010112377"
    question = f"Kan {number} delta?"
    packet = packed(Turn(question, Refusal(question, "personal-data", settled=question)))
    assert number in question
    assert number not in packet


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "x",
        7,
        {"question": "?"},
        [None, 3, "x", []],
        [{"question": 5}],
        [{"question": "?", "language": "nb"}],
        [{"question": "x" * 50_000}],
        [kept(rule(RULE, "NO")) | {"language": "xx"}],
        [kept(rule(RULE, "NO")) | {"citations": [[1, ["no#1"], "Ja", 0, 2]]}],
        [kept(rule(RULE, "NO")) | {"citations": [{"no": 1}]}],
        [kept(rule(RULE, "NO")) | {"sections": [{"form": "script", "title": None, "columns": [], "sentences": []}]}],
        [kept(rule(RULE, "NO")) | {"notices": [["no-such-notice"]]}],
        [kept(rule(RULE, "NO")) | {"trail": [[1, 2, 3]]}],
        [kept(rule(RULE, "NO")) | {"reason": "because", "hits": []}],
    ],
)
def test_what_is_no_turn_is_left_out(hostile: Any) -> None:
    assert rebuilt(hostile, held) == ()


def test_markup_in_what_the_browser_sends_stays_text() -> None:
    turn = kept(rule(RULE, "NO")) | {"question": "<img src=x onerror=alert(1)>", "country": "<b>"}
    turn["sections"][0]["sentences"][0][0] = "<script>alert(1)</script>"
    turn["sections"][0]["title"] = "<u>"
    shown = render.thread_html(rebuilt([turn], held), "nb", talk='"><script>')
    assert "<img" not in shown
    assert "<script" not in shown
    assert "<u>" not in shown


def test_a_date_in_a_notice_that_is_no_date_is_shown_as_it_stands() -> None:
    turn = kept(rule(RULE, "NO")) | {"notices": [["old-rule", "Tittel", "2022-²"]]}
    assert "2022-²" in render.thread_html(rebuilt([turn], held), "nb")


def test_only_the_newest_turns_are_taken_back() -> None:
    turns = rebuilt([kept(None, f"spørsmål {number}") for number in range(MOST_TURNS + 5)], held)
    assert (len(turns), turns[0].question) == (MOST_TURNS, "spørsmål 5")
