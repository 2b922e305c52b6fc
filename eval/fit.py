"""Fits the weights of finding on the documents' own questions, each asked with its own search key left out.

Every document says which questions its sections answer, so the corpus labels itself: 2,000 questions in five
languages, none of them from the development set. A passage of the question's section is a full success, another
passage of its document half of one. In a third of the cases all search keys are left out, so that the weights also
serve documents that have none. Prints the weights for `assistant/finding/retriever.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant import Assistant, Settings
from assistant.desk import Asked
from assistant.finding import retriever
from assistant.finding.nearness import Reading

KEYS = (retriever.FEATURES.index("question"), retriever.FEATURES.index("asked"))
STEPS, RATE, DECAY, SPLIT, SEED = 300, 0.05, 0.002, 5, 7
EVERY = 2  # of the questions every second is enough: with all of them the weights move by less than 0.05


def examples(assistant: Assistant) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For every own question: features (candidates, features), and which candidates are its section, its document."""
    desk = assistant._desk
    shelf, encoder = desk.shelf(), desk.encoder()
    entries = [e for e in assistant._library.entries() if e.role == "question"]
    texts = {}
    for card in assistant.cards():
        own = [e for e in entries if e.document == card.id]
        texts.update({e.id: (q.text, e) for q, e in zip(card.questions, own, strict=True)})
    rows = []
    asked = list(texts.values())[::EVERY]
    encoded = encoder.embed([text for text, _ in asked], "query")
    sought = encoder.seek([text for text, _ in asked])
    for number, (text, entry) in enumerate(asked):
        query = desk.read(text, Asked(text))
        tokens = encoded.tokens[number] if encoded.tokens else None
        reading = Reading(encoded.dense[number], tokens, sought[number] if sought else None)
        found = retriever.weigh(query, reading, shelf, {entry.id})
        section = np.array([shelf.passages[p].id in entry.passages for p in found.places])
        document = np.array([shelf.passages[p].card.id == entry.document for p in found.places])
        if document.any():
            rows.append((found.rows, section, document))
    print(f"{len(rows)} of {len(asked)} questions have their document among the candidates", file=sys.stderr)
    return rows


def fit(rows: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """Weights (features,) that maximise the likelihood of a listwise softmax (Cao et al. 2007, ListNet)."""
    import torch

    random = np.random.default_rng(SEED)
    widest = max(len(features) for features, _, _ in rows)

    def padded(column: int, fill: float) -> torch.Tensor:
        return torch.tensor(
            np.stack(
                [
                    np.pad(
                        row[column].astype(np.float32),
                        [(0, widest - len(row[0]))] + [(0, 0)] * (row[column].ndim - 1),
                        constant_values=fill,
                    )
                    for row in rows
                ]
            )
        )

    features, section, document = padded(0, 0.0), padded(1, 0.0), padded(2, 0.0)
    empty = torch.tensor(np.stack([np.arange(widest) >= len(row[0]) for row in rows]))
    hidden = torch.tensor(random.random(len(rows)) < 1 / 3)
    for key in KEYS:
        features[:, :, key][hidden] = 0.0
    labelled = section.any(dim=1)
    weights = torch.zeros(len(retriever.FEATURES), requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        chances = torch.log_softmax((features @ weights).masked_fill(empty, -1e9), 1)
        found = torch.logsumexp(chances.masked_fill(document == 0, -1e9), 1).mean()
        placed = torch.logsumexp(chances[labelled].masked_fill(section[labelled] == 0, -1e9), 1).mean()
        loss = DECAY * (weights**2).sum() - found - 0.5 * placed
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return np.asarray(weights.detach().numpy())


def first(rows: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], weights: np.ndarray) -> float:
    """Share of the questions whose best passage is of their document."""
    return float(np.mean([document[np.argmax(features @ weights)] for features, _, document in rows]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit on four fifths, print the share found first on the last fifth, then the weights fitted on all."""
    parser = argparse.ArgumentParser(prog="python -m eval.fit", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"), help="data folder with the ingested corpus")
    given = parser.parse_args(arguments)
    rows = examples(Assistant.from_settings(replace(Settings.from_environment(), data_dir=given.data_dir)))
    held = rows[::SPLIT]
    fitted = fit([row for number, row in enumerate(rows) if number % SPLIT])
    print(f"held out, document first: {first(held, retriever.WEIGHTS):.3f} now, {first(held, fitted):.3f} fitted")
    for name, weight in zip(retriever.FEATURES, fit(rows), strict=True):
        print(f"{name:<18}{weight:6.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
