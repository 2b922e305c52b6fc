"""Learns what a question is beside its subject, from labelled lines, for `assistant/finding/kinds.py`.

`questions/kinds.tsv` has a line for each question: what it asks for (see KINDS; "answered" for what a library of
guidance and cases does answer, near misses of the others among them) and its words. Beside the answered ones stand
questions from outside the subject and every n-th question of the corpus' own documents. No line is a question of the
development set or of another set that is measured. Prints how many of each kind are told right when they were left
out (five folds), and writes the weights.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from assistant import Settings
from assistant.answering.refusing import SURE
from assistant.finding.encoders import open_encoder
from assistant.finding.kinds import KINDS, Weights
from assistant.reading.corpus import parse

LINES = Path(__file__).parent / "questions" / "kinds.tsv"
OUT = Path(__file__).parents[1] / "assistant" / "finding" / "kinds.json"
OWN = 400  # of the documents' own questions
STRENGTH = 10.0  # inverse of the L2 penalty: 5, 10* and 20 told alike, see eval/README.md
FOLDS, SEED = 5, 0


def labelled(corpus: Path) -> tuple[list[str], list[str]]:
    """Texts and what each asks for; "answered" for what is of none of the KINDS."""
    pairs = [line.split("\t", 1) for line in LINES.read_text(encoding="utf-8").splitlines()]
    outside = (files("assistant.finding") / "elsewhere.txt").read_text(encoding="utf-8").splitlines()
    pairs += [["elsewhere", text] for text in outside]
    pairs += [["answered", text] for text in own_questions(corpus)]
    return [text for _, text in pairs], [kind for kind, _ in pairs]


def own_questions(corpus: Path) -> list[str]:
    """About OWN questions of the corpus' documents, evenly spread."""
    cards = [parse(path.read_text(encoding="utf-8"), path)[0] for path in sorted(corpus.glob("*/**/*.md"))]
    asked = [question.text for card in cards for question in card.questions]
    return asked[:: max(1, len(asked) // OWN)][:OWN]


def learn(vectors: NDArray[np.float32], told: Sequence[str], encoder: str) -> Weights:
    """Weights of a softmax regression on the vectors (texts, dimension), their mean taken out."""
    middle = vectors.mean(axis=0)
    model = _regression().fit(vectors - middle, told)
    order = [list(model.classes_).index(kind) for kind in (*KINDS, "answered")]
    rows = np.asarray(model.coef_[order], np.float32)
    constants = np.asarray(model.intercept_[order] - rows @ middle, np.float32)
    return Weights(encoder.partition("@")[0], rows, constants)


def left_out(vectors: NDArray[np.float32], told: Sequence[str]) -> dict[str, float]:
    """For each kind the share told right when it was left out; for "answered" the share taken for one of the kinds."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    shares = cross_val_predict(_regression(), vectors - vectors.mean(axis=0), told, cv=folds, method="predict_proba")
    names = sorted(set(told))
    sure = np.array([[row[names.index(kind)] >= SURE.get(kind, 0.5) for kind in KINDS] for row in shares])
    kinds = np.array(told)
    right = {kind: float(sure[kinds == kind, place].mean()) for place, kind in enumerate(KINDS)}
    return right | {"answered": float(sure[kinds == "answered"].any(axis=1).mean())}


def _regression() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=3000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and with --write also write the weights."""
    parser = argparse.ArgumentParser(description="Learns what a question is beside its subject.")
    parser.add_argument("--write", action="store_true", help="write assistant/finding/kinds.json")
    given = parser.parse_args(arguments)
    settings = Settings.from_environment()
    encoder = open_encoder(settings)
    texts, told = labelled(settings.corpus_dir)
    vectors = encoder.embed(texts, "query").dense
    for kind, share in left_out(vectors, told).items():
        print(f"{kind:12} {told.count(kind):5} {share:.3f}")
    if given.write:
        OUT.write_text(learn(vectors, told, encoder.name).to_json(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
