"""Where what answers a question would stand: the question read so that the passages that answer it lie near.

To the bundled encoder a question in plain speech is near to texts of its own kind, not to those that answer it. The
upper layers that read a question here begin as the encoder's own and are taught which passage answers; the passages'
vectors stay as they are kept, so nothing is embedded anew (query-side fine-tuning, after Lee et al. 2021, "Learning
Dense Representations of Phrases at Scale", arXiv 2012.12624). eval/seeking.py makes the weights beside this module.

This module imports torch; only who opens the tower imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from importlib.resources import as_file, files
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from assistant.finding.network import CUT, climb, restore, through
from assistant.finding.tokens import Sought

WEIGHTS = "seeking.safetensors"


class Tower(nn.Module):  # type: ignore[misc]
    """States of questions -> the vector of each, and those of its own tokens with what each weighs."""

    def __init__(self, upper: Any) -> None:
        """`upper` is a copy of the encoder's layers above CUT."""
        super().__init__()
        self.upper = upper
        self.weight = nn.Linear(upper[0].output.dense.out_features, 1)
        nn.init.zeros_(self.weight.weight)
        nn.init.zeros_(self.weight.bias)

    def forward(self, states: Sequence[Any], own: Sequence[Any]) -> list[tuple[Any, Any, Any]]:
        """For each question its vector (hidden,) at unit length, and of its tokens the vectors (tokens, hidden) and
        weights (tokens,).

        `states` are those after CUT layers (tokens, hidden), `own` says which tokens are the question's (tokens,).
        """
        here = nn.utils.rnn.pad_sequence([torch.ones(len(one)) for one in states], batch_first=True)
        top = nn.utils.rnn.pad_sequence([one.float() for one in states], batch_first=True)
        for layer in self.upper:
            top = through(layer, top, here)
        mean = (top * here.unsqueeze(-1)).sum(1) / here.sum(1, keepdim=True)
        tokens = [rows[: len(kept)][kept] for rows, kept in zip(top, own, strict=True)]
        return [
            (dense, rows, torch.softmax(self.weight(rows).squeeze(-1), 0))
            for dense, rows in zip(functional.normalize(mean, dim=-1), tokens, strict=True)
        ]


def shipped(transformer: Any) -> Tower:
    """The tower on a copy of the encoder's upper layers, with the weights that are shipped, ready to seek."""
    with as_file(files("assistant.finding") / WEIGHTS) as path:
        return restore(Tower(deepcopy(transformer.encoder.layer[CUT:]).float().cpu()), path)


def seek(
    tower: Tower, transformer: Any, ids: Sequence[Sequence[int]], own: Sequence[Sequence[bool]]
) -> tuple[Sought, ...]:
    """What the tower makes of questions: their tokens' numbers (`ids`), and which of these are the question's `own`."""
    with torch.inference_mode():
        told = tower(climb(transformer, ids), [torch.tensor(one) for one in own])
    return tuple(Sought(dense.numpy(), rows.numpy(), weights.numpy()) for dense, rows, weights in told)
