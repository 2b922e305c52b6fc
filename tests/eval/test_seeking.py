"""What reads a question as what answers it is taught by, and that it learns."""

import json
import re

import pytest
import torch

from assistant import Assistant, Settings
from eval.seeking import HERE, OUT, Lessons, teach, tell

CORPUS = HERE.parents[1] / "corpus"

QUESTION = re.compile(r'^\s*- \{q: "(.+?)", language: \w\w, sentence: |^#+ (.+\?)$', re.MULTILINE)
"""A question that a sentence answers, in the front matter, or a heading that asks."""

BY_CHANCE = {"findes der en gratis skabelon til en opi-aftale?"}
"""Asked word for word by a session that wrote for the corpus and had not seen the development questions."""

PAGE = """---
id: no-{name}
kind: case
title: {title}
language: nb
country: "NO"
summary: {title}.
topics: [work-inclusion]
as_of: 2024-05
sources:
  - {{id: 1, title: Rapport, publisher: Moss, url: https://example.org/r, published: 2024}}
answers:
  - {{q: "{question}", language: nb, sentence: "{told}"}}
---

# {title}

## Hva det er
{told} [1]
"""

TOLD = (
    ("vask", "Vaskehallen", "Når åpner dere om morgenen?", "Porten løftes klokka sju alle hverdager unntatt fredag."),
    ("bod", "Bodene", "Får vi penger tilbake?", "Depositumet betales ut igjen når nøkkelen er levert inn."),
    ("kafe", "Kafeen", "Kan alle komme inn?", "Det er trapp ved døra, og ingen heis i bygget ennå."),
    ("tur", "Turlaget", "Hvor mye tjener de?", "Deltakerne får fire timers lønn for hver tur de leder."),
)


def test_no_question_that_is_taught_is_one_that_is_measured():
    measured = {
        json.loads(line).get("question", "").casefold()
        for path in HERE.glob("*.jsonl")
        if path.name not in {"selection.jsonl", "marked.jsonl"}
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    texts = [path.read_text(encoding="utf-8") for path in CORPUS.glob("*/**/*.md")]
    taught = {"".join(asked).casefold() for text in texts for asked in QUESTION.findall(text)}
    assert len(taught) > 10_000
    assert taught & measured <= BY_CHANCE


def test_the_weights_are_where_the_program_reads_them():
    assert OUT.is_file()


@pytest.mark.slow
def test_it_learns_which_passage_answers(weights, tmp_path, capsys):
    for name, title, question, told in TOLD:
        page = PAGE.format(name=name, title=title, question=question, told=told)
        (tmp_path / f"no-{name}.md").write_text(page, encoding="utf-8")
    assistant = Assistant.from_settings(Settings(data_dir=tmp_path / "data"))
    assistant.ingest([tmp_path / f"no-{name}.md" for name, *_ in TOLD])
    others = [json.loads(line) for line in (HERE / "selection.jsonl").read_text(encoding="utf-8").splitlines()[:6]]
    lessons = Lessons(assistant, others, apart=0.0)
    assert lessons.own == len(TOLD)
    assert len(lessons.taught) == len(TOLD) + sum(len(row["questions"]) for row in others)
    untaught, taught = teach(lessons, 0), teach(lessons, 25)
    assert "before: nothing is set aside" in capsys.readouterr().out
    assert tell(lessons, taught) == "nothing is set aside"

    def shares(tower):
        """How much of a softmax over all passages the one that answers gets, on average."""
        with torch.inference_mode():
            told = lessons.told(tower, [text for text, _ in lessons.taught])
        dense = torch.stack([one for one, _, _ in told])
        rows = torch.softmax(40 * (dense @ lessons.vectors.T), 1)
        return sum(float(row[place]) for row, (_, place) in zip(rows, lessons.taught, strict=True)) / len(told)

    assert shares(taught) > shares(untaught) + 0.1
    assistant.close()
