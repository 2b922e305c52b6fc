"""What a question is beside its subject: told from its vector, by weights that were learned from labelled lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

KINDS = ("absent", "decision", "elsewhere", "instruction", "person")
"""What is asked for: a particular thing that no published guidance or case tells (a firm's turnover, the losing bids, a
price per hour); a decision on a case of the asker's; something of another subject, near ours or not; another behaviour
of the assistant; something of one person."""

DIGITS = 4
"""Decimals of the weights that are kept."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A softmax regression on the vectors of one encoder; the last row is that of questions of none of the KINDS."""

    encoder: str
    rows: NDArray[np.float32]  # (kinds and one, dimension)
    constants: NDArray[np.float32]  # (kinds and one,)

    def to_json(self) -> str:
        """As text, with as many decimals as are kept."""
        rows = [[round(float(value), DIGITS) for value in row] for row in self.rows]
        constants = [round(float(value), DIGITS) for value in self.constants]
        return json.dumps({"encoder": self.encoder, "constants": constants, "rows": rows}) + "\n"

    @classmethod
    def of(cls, text: str) -> Weights:
        """What `to_json` wrote."""
        kept = json.loads(text)
        return cls(kept["encoder"], np.array(kept["rows"], np.float32), np.array(kept["constants"], np.float32))


def kinds(encoder: str, vector: NDArray[np.float32]) -> dict[str, float]:
    """For each of the KINDS the probability that a question is of it; {} where the weights are another encoder's.

    `encoder` is the name of the encoder that made `vector` (dimension,). The weights are made by eval/kinds.py.
    """
    weights = learned()
    if encoder.partition("@")[0] != weights.encoder:
        return {}
    scores = weights.rows @ vector + weights.constants
    shares = np.exp(scores - scores.max())
    return dict(zip(KINDS, (shares / shares.sum()).tolist(), strict=False))


@lru_cache(maxsize=1)
def learned() -> Weights:
    """The weights that are shipped."""
    return Weights.of((files("assistant.finding") / "kinds.json").read_text(encoding="utf-8"))
