"""The lines that tell what a question is beside its subject, and what is learned from them."""

import json
from pathlib import Path

import numpy as np

from assistant.finding.kinds import KINDS
from eval.kinds import LINES, labelled, learn, left_out

ROOT = Path(__file__).parents[2]


def test_every_line_has_a_kind_and_words_of_its_own():
    texts, told = labelled(ROOT / "corpus")
    assert set(told) == {*KINDS, "answered"}
    assert min(told.count(kind) for kind in KINDS) > 100
    lines = LINES.read_text(encoding="utf-8").lower().splitlines()
    assert len(set(lines)) == len(lines)
    assert all(text.strip() for text in texts)


def test_nothing_is_learned_from_a_question_that_is_measured():
    measured = {
        " ".join(json.loads(line)["question"].lower().split())
        for path in LINES.parent.glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "question" in json.loads(line)
    }
    texts = {line.split("\t", 1)[1].lower() for line in LINES.read_text(encoding="utf-8").splitlines()}
    assert not measured & texts


def test_what_is_learned_tells_the_kinds_apart():
    random = np.random.default_rng(0)
    names = [*KINDS, "answered"]
    told = [name for name in names for _ in range(30)]
    middles = np.eye(6, 8)
    vectors = np.array([middles[names.index(name)] for name in told]) + random.normal(0, 0.05, (180, 8))
    weights = learn(vectors.astype(np.float32), told, "small@1")
    scores = middles @ weights.rows.T + weights.constants
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5]
    assert weights.encoder == "small"
    assert left_out(vectors, told) == {**dict.fromkeys(KINDS, 1.0), "answered": 0.0}
