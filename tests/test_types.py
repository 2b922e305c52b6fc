"""The values: that they cannot change, and how an answer reads as plain text."""

from dataclasses import FrozenInstanceError

import pytest

from assistant.types import Answer, Card, Section, Sentence


def section(form, title=None):
    return Section((Sentence("Først.", (1,)), Sentence("Så.", (1, 2))), form, title)


def test_a_paragraph_runs_on_with_its_markers():
    assert Answer("?", (section("paragraph"),), ()).text == "Først. [1] Så. [1][2]"


def test_steps_are_numbered_and_bullets_dashed_each_on_a_line():
    text = Answer("?", (section("steps", "Slik gjør du"), section("bullets")), ()).text
    assert text == "Slik gjør du\n1. Først. [1]\n2. Så. [1][2]\n\n- Først. [1]\n- Så. [1][2]"


def test_a_sentence_without_citations_gets_no_trailing_space():
    assert Answer("?", (Section((Sentence("Ja.", ()),)),), ()).text == "Ja."


def test_sentences_are_those_of_every_section_in_order():
    answer = Answer("?", (section("steps"), Section((Sentence("Sist.", (3,)),))), ())
    assert [sentence.text for sentence in answer.sentences] == ["Først.", "Så.", "Sist."]


def test_a_value_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Card("no-a", "case", "A", "nb").title = "B"  # type: ignore[misc]
