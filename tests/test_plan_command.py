"""The plan as the command line prints it, and how an answer is written there."""

import pytest

from assistant.__main__ import main, plan_text
from assistant.plans import Amount, Need, Offered, Plan, Question, Reason, Task, Told
from assistant.types import Card, Citation, Passage, Sentence

PASSAGE = Passage("no-a#1", Card("no-a", "guidance", "Regelen", "nb", "NO"), "Kontrakten kan reserveres.")
SAID = Sentence("Den kan reserveres.", (1,))
REASONS = (Reason("required", False, 5, SAID), Reason("excluded", None, 4, SAID), Reason("favours", True, 3, SAID))
WHAT = Question("what", "choice", "Hva?", "", (("goods", "Varer"),), Told("what", "goods", "read", "varer"))
VALUE = Question("value", "amount", "Verdi?", "", (), Told("value", Amount(500, "NOK"), "given"))
START = Question("start", "choice", "Når?", "", ())
PLAN = Plan(
    need=Need("x"),
    language="nb",
    country="NO",
    questions=(WHAT, VALUE, START),
    proposals=(Offered("a", "Reservert", "purchase", "possible", 3, None, REASONS),),
    tasks=(Task("Innkjøp", SAID, "a"),),
    citations=(Citation(1, PASSAGE, PASSAGE.text, 0, len(PASSAGE.text)),),
)


def test_a_plan_is_printed_with_what_was_understood_what_is_missing_and_its_sources():
    lines = plan_text(PLAN).splitlines()
    assert '  Hva? Varer (read from: "varer")' in lines
    assert "  Verdi? 500 NOK" in lines
    assert "  Når? (--answer start=...)" in lines
    assert "  Reservert (possible, 3)" in lines
    assert [line.split(":")[0].strip() for line in lines if line.startswith("    ")] == ["not met", "check", "+"]
    assert "  Innkjøp: Den kan reserveres. [1]" in lines
    assert "  [1] Regelen: Kontrakten kan reserveres." in lines
    assert "Risks" not in lines


@pytest.mark.parametrize("answer", ["what", "what=", "="])
def test_an_answer_that_is_not_written_as_one_is_a_wrong_use(answer, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["plan", "x", "--answer", answer])
    assert ended.value.code == 2
    assert "QUESTION=OPTION" in capsys.readouterr().err
