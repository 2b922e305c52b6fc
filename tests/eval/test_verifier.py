"""The verifier's floors: what it catches without an encoder, quickly, and with the bundled one as pinned."""

import pytest

from assistant.answering.model import Model
from assistant.answering.rereading import Reader, told
from assistant.answering.support import SUPPORTED, Support
from assistant.settings import Settings
from eval.entailing import taught_sentences
from eval.floors import moved, read_floors
from eval.verifier import HERE, PARTS, Astray, Remembered, fingerprint, measured, rates, read_labelled, table
from tests.answering.scripted import says, serving

LITERAL = {"number", "percentage", "amount", "date", "section", "name", "country"}


def test_what_is_checked_to_the_letter_needs_no_encoder():
    held_out = [one for one in read_labelled() if one.part == "held out" and one.kind in LITERAL | {SUPPORTED}]
    summary = rates(measured(held_out, None))
    assert summary["caught"] >= 0.93
    assert {kind for kind in LITERAL if summary[kind] < 0.8} == set()


def test_the_floors_were_pinned_to_these_sentences():
    assert moved(read_floors(HERE / "floors.json"), fingerprint(HERE)) == []


@pytest.mark.parametrize("part", PARTS)
def test_every_kind_has_sentences_in_every_part(part):
    kinds = {one.kind for one in read_labelled() if one.part == part}
    asked_for = {SUPPORTED, "number", "section", "name", "negation", "duty"}
    assert kinds == (asked_for if part == "subtle" else {*LITERAL, *asked_for, "party", "added"})


def test_nothing_that_taught_the_judge_is_about_a_document_whose_sentences_are_held_out():
    def documents(labelled):
        return {passage.card.id for one in labelled for passage in one.passages}

    held = [one for one in read_labelled() if one.part != "calibration"]
    taught = taught_sentences()
    assert len(taught) > 50_000
    assert documents(taught) & documents(held) == set()


def test_what_was_read_again_is_still_what_the_program_asks():
    """The answers in the file are found by the words of the request: other words, and they would all be missing."""
    recorded = Remembered(HERE.parent / "reread.jsonl", None)
    reader = Reader("recorded", recorded)
    reader.prove()
    assert reader.told == "read again by recorded (60 of 60 probes right)"
    assert all(reader(one.passages, one.text) for one in read_labelled())


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_what_a_model_says_is_turned_round_and_always_the_same(share):
    class Knows:
        def write(self, prompt, **_):
            yield "x\nSUPPORTED" if "sant" in prompt[-1][1] else "x\nUNSUPPORTED: duty"

    asked = [(("user", f"{word} {number}"),) for number in range(500) for word in ("sant", "galt")]
    said = [[told("".join(Astray(Knows(), share).write(prompt)))[SUPPORTED] for prompt in asked] for _ in range(2)]
    assert said[0] == said[1]
    turned = sum(bool(found) != (number % 2 == 0) for number, found in enumerate(said[0]))
    assert share * 1000 - 60 < turned < share * 1000 + 60


def test_a_model_is_asked_once_and_what_it_said_is_kept(tmp_path):
    kept, request = tmp_path / "said.jsonl", (("system", "Judge."), ("user", "Holds it?"))
    with serving(says("x\nSUPPORTED")) as script:
        model = Model(Settings(llm_url=script.url, llm_model="m", llm_timeout=30))
        for _ in range(2):
            assert "".join(Remembered(kept, model).write(request)) == "x\nSUPPORTED"
        assert len(script.calls) == 1
    assert "".join(Remembered(kept, None).write(request)) == "x\nSUPPORTED"
    assert "".join(Remembered(kept, None).write((("user", "And this?"),))) == ""


def test_rates_count_by_kind_and_precision_counts_what_was_wrongly_dropped():
    labelled = read_labelled()
    right = next(one for one in labelled if one.kind == SUPPORTED)
    wrong = next(one for one in labelled if one.kind == "number")
    fault, none = Support(0.5, ("number",)), Support(0.5)
    summary = rates([(right, fault), (right, none), (wrong, fault), (wrong, none)])
    assert summary == {"kept": 0.5, "caught": 0.5, "precision": 0.5, "number": 0.5}
    assert "supported kept: 0.500 of 2" in table([(right, fault), (right, none)])
