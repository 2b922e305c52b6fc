"""Answer sentence selection: how much better or worse a sentence answers a question than its likeness to it tells.

Each token of the question attends to the tokens of a sentence and is compared with what it found there (Parikh et al.
2016, "A Decomposable Attention Model for Natural Language Inference"), so that "hvor lenge" can meet "tre år". It reads
the token vectors that are kept for late interaction, so a sentence costs no pass of the encoder. The weights beside
this module are made by eval/selection.py from questions whose answering sentences were marked.

This module imports torch; only who opens the network imports it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

WEIGHTS = "selection.safetensors"
DIMENSION = 384  # of the bundled encoder's token vectors
WIDTH, HEADS = 64, 4
FIRST_GUESS = 20.0  # what a cosine counts against what is learned, at the start
TOGETHER = 32  # sentences of near length that are read at once: less padding
HIDDEN_AWAY = -1e9  # added to the attention of padding


class Selection(nn.Module):  # type: ignore[misc]
    """Token vectors of a question and of sentences -> how well each sentence answers it."""

    def __init__(self, dropout: float = 0.25) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(DIMENSION))
        self.narrow, self.even = nn.Linear(DIMENSION, WIDTH), nn.LayerNorm(WIDTH)
        self.asks, self.offers = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.guess = nn.Parameter(torch.full((HEADS,), FIRST_GUESS))
        compared = WIDTH * (1 + 3 * HEADS) + 2 * HEADS
        self.compare = nn.Sequential(
            nn.Linear(compared, 2 * WIDTH), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * WIDTH, WIDTH)
        )
        self.weight, self.verdict = nn.Linear(WIDTH, 1), nn.Linear(3 * WIDTH, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, question: Any, sentences: Sequence[Any]) -> Any:
        """For each sentence a logarithm of odds, up to a constant, to be added to its likeness; (sentences,).

        `question` and each sentence are token vectors (tokens, DIMENSION), none of them without tokens.
        """
        there = nn.utils.rnn.pad_sequence([torch.ones(len(one)) for one in sentences], batch_first=True)[:, None]
        mine = self._centred(question)
        theirs = self._centred(nn.utils.rnn.pad_sequence(list(sentences), batch_first=True))
        return self._compared(mine, theirs, there, mine @ theirs.transpose(1, 2))

    def _compared(self, mine: Any, theirs: Any, there: Any, cosines: Any) -> Any:
        """What each token of the question finds in a sentence, compared, put together, and told."""
        (count, _), (rows, length, _) = mine.shape, theirs.shape
        own, other = (self.even(self.narrow(self.dropout(states))) for states in (mine, theirs))
        asked = self.asks(own).view(count, HEADS, -1).transpose(0, 1)
        offered = self.offers(other).view(rows, length, HEADS, -1).permute(0, 2, 3, 1)
        score = 0.3 * (asked @ offered) / math.sqrt(WIDTH / HEADS)
        score = score + self.guess.view(1, HEADS, 1, 1) * cosines[:, None] + ((1 - there) * HIDDEN_AWAY)[:, None]
        share = torch.softmax(score, -1)  # (sentences, heads, question, tokens)
        found = (share.reshape(rows, HEADS * count, length) @ other).view(rows, HEADS, count, WIDTH).transpose(1, 2)
        apart = found - own[:, None]
        sides = [own.expand(rows, -1, -1), apart.flatten(2), (found * own[:, None]).flatten(2), apart.abs().flatten(2)]
        surely = [(share * cosines[:, None]).sum(-1).transpose(1, 2), share.amax(-1).transpose(1, 2)]
        told = self.dropout(self.compare(torch.cat([*sides, *surely], -1)))
        weights = torch.softmax(self.weight(told), 1)
        pooled = torch.cat([(told * weights).sum(1), told.amax(1), told.mean(1)], 1)
        return self.verdict(pooled).squeeze(-1)

    def _centred(self, vectors: Any) -> Any:
        """Token vectors less the mean token, at unit length."""
        return functional.normalize(vectors - self.middle, dim=-1)


@lru_cache(maxsize=1)
def shipped() -> Selection:
    """The network with the weights that are shipped, ready to tell."""
    with as_file(files("assistant.finding") / WEIGHTS) as path:
        return restore(path)


def select(question: NDArray[np.float32], sentences: Sequence[NDArray[np.float32]]) -> list[float]:
    """What `Selection` tells of each sentence, by the weights that are shipped; the best of them 0.

    `question` and each sentence are token vectors (tokens, DIMENSION) of the bundled encoder; a sentence without tokens
    is told the lowest of all.
    """
    places = sorted((place for place, one in enumerate(sentences) if len(one)), key=lambda place: len(sentences[place]))
    if not places or not len(question):
        return [0.0] * len(sentences)
    told: dict[int, float] = {}
    with torch.inference_mode():
        asked = torch.from_numpy(question)
        for part in (places[at : at + TOGETHER] for at in range(0, len(places), TOGETHER)):
            odds = shipped()(asked, [torch.from_numpy(sentences[place]) for place in part])
            told |= zip(part, odds.tolist(), strict=True)
    best, least = max(told.values()), min(told.values())
    return [told.get(place, least) - best for place in range(len(sentences))]


def store(network: Selection, path: Path) -> None:
    """Write the weights in 16 bits."""
    from safetensors.torch import save_file

    save_file({name: value.half().contiguous() for name, value in network.state_dict().items()}, str(path))


def restore(path: Path) -> Selection:
    """What `store` wrote, ready to tell."""
    from safetensors.torch import load_file

    network = Selection()
    network.load_state_dict({name: value.float() for name, value in load_file(str(path)).items()})
    network.eval()
    return network
