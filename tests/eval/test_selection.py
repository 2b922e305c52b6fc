"""What the choice of the answering sentence is taught by, and that it learns."""

import json

import pytest
import torch

from eval import selection
from eval.selection import CHOICE, HERE, SINGLE, Lesson, Shown, Training, aside, passages


def rows(name):
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def test_every_question_on_a_passage_has_an_answering_sentence_in_it():
    questions = rows("selection.jsonl")
    held = passages(questions)
    for row in questions:
        spans = selection._spans(held[row["id"]].text, row.get("sentences"))
        places = range(len(spans)) if "sentences" in row else [start for start, _ in spans]
        for question in row["questions"]:
            assert question["best"], question
            assert {*question["best"], *question["also"]} <= {*places}, (row["id"], question)


def test_sentences_of_ones_own_are_told_by_their_lines():
    assert selection._spans("Ja.\nMen ikke nå.", ["Ja.", "Men ikke nå."]) == [(0, 3), (4, 16)]


def test_no_question_that_is_taught_is_one_that_is_measured():
    measured = {
        row.get("question", "").casefold()
        for path in HERE.glob("*.jsonl")
        if path.name not in {"selection.jsonl", "marked.jsonl"}
        for row in rows(path.name)
    }
    taught = [row["text"] for row in rows("marked.jsonl")]
    taught += [question["text"] for row in rows("selection.jsonl") for question in row["questions"]]
    assert len(measured) > 500
    assert not [text for text in taught if text.casefold() in measured]


def test_what_is_about_the_same_is_set_aside_together_and_each_time():
    lessons = [Lesson(lambda: None, about, SINGLE) for about in map(str, range(200)) for _ in range(2)]
    taught, apart = aside(lessons, 0.2)
    assert aside(lessons, 0.2) == (taught, apart)
    assert not {one.about for one in taught} & {one.about for one in apart}
    assert 40 < len(apart) < 130


def lesson(right, kind):
    """A question whose right sentence holds one token of a kind that likeness says nothing of."""
    question = torch.nn.functional.one_hot(torch.arange(3), 384).float()
    wrong = torch.nn.functional.one_hot(torch.arange(5, 9), 384).float()
    sentences = [wrong.clone() for _ in range(4)]
    sentences[right][0] = torch.nn.functional.one_hot(torch.tensor(40), 384).float()
    worth = torch.nn.functional.one_hot(torch.tensor(right), 4).float()
    shown = Shown(question, tuple(sentences), torch.zeros(4), worth)
    return Lesson(lambda: shown, f"{right}-{kind}", kind)


@pytest.mark.slow
def test_it_learns_what_likeness_does_not_tell(capsys):
    lessons = [lesson(n % 4, kind) for n in range(64) for kind in (SINGLE, CHOICE)]
    training = Training(torch.zeros(384).numpy())
    training.teach([lessons] * 6, 3e-3, lessons)
    assert "library 0.250" in training.told(lessons)
    assert "-> 1.000 1.000; library" in training.told(lessons)
    assert "round 6" in capsys.readouterr().out
