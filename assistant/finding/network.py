"""The network that lays a sentence beside its evidence, token by token, in any two of the encoder's languages.

Evidence and sentence are read apart: the lower layers are the bundled encoder's own, the upper ones begin as its own
and are trained. Each token of the sentence then attends to the tokens of the evidence and is compared with what it
found there (Parikh et al. 2016, "A Decomposable Attention Model for Natural Language Inference"; Chen et al. 2017,
"Enhanced LSTM for Natural Language Inference"), with the cosine of the two as a first guess, since the encoder puts the
same word of two languages in one place. Small layers of a transformer put the comparisons together.

This module imports torch; only who opens the network imports it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

CUT = 6  # layers that stay the encoder's own; the others are trained
WIDTH, HEADS, LAYERS = 256, 4, 2  # of what compares and puts together
FEED = 2 * WIDTH
FIRST_GUESS = 20.0  # what a cosine counts against what is learned, at the start
LONGEST = 400  # tokens of an evidence or a sentence; the rest is cut
ALIKE = 16  # sentences of near length that are read at once: in a training step of 56 a tenth is saved on padding
HIDDEN_AWAY = -1e9  # added to the attention of padding
UPPER = "upper."  # what the names of the upper layers' weights begin with
STEPS, SCALE = ".steps", ".scale"  # a row of weights is kept as whole steps of one size

Learned = TypeVar("Learned", bound=nn.Module)
"""A network whose `upper` layers began as the encoder's own."""


class Reader:
    """The lower layers of the bundled encoder: text becomes the states of its tokens.

    The vocabulary stays in 16 bits, as it was kept (192 MB); all else reckons in 32.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` holds the encoder as sentence-transformers saves it."""
        self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self._model = AutoModel.from_pretrained(str(folder), local_files_only=True, dtype=torch.float16).eval()
        vocabulary = self._model.embeddings.word_embeddings
        for part in self._model.modules():
            if part is not vocabulary and not any(True for _ in part.children()):
                part.float()

    @property
    def upper(self) -> Any:
        """A copy of the layers above CUT, as they are in the encoder."""
        return copy.deepcopy(self._model.encoder.layer[CUT:])

    def read(self, texts: Sequence[str]) -> list[Any]:
        """The states after CUT layers of each text's tokens, (tokens, hidden) each."""
        ids = self._tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
        with torch.inference_mode():
            return climb(self._model, ids)


class Network(nn.Module):  # type: ignore[misc]
    """States of sentences and of evidence -> a score for each kind of verdict."""

    def __init__(self, upper: Any, kinds: int, dropout: float = 0.15) -> None:
        super().__init__()
        self.upper = upper
        hidden = upper[0].output.dense.out_features
        self.narrow = nn.Linear(3 * hidden, WIDTH)
        self.even = nn.LayerNorm(WIDTH)
        self.asks, self.offers = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.guess = nn.Parameter(torch.full((HEADS,), FIRST_GUESS))
        compared = WIDTH * (1 + 3 * HEADS) + 2 * HEADS
        self.compare = nn.Sequential(nn.Linear(compared, FEED), nn.GELU(), nn.Dropout(dropout), nn.Linear(FEED, WIDTH))
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, FEED, dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.together = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.weight = nn.Linear(WIDTH, 1)
        self.verdict = nn.Linear(3 * WIDTH, kinds)
        self.dropout = nn.Dropout(dropout)

    def forward(self, sentences: Sequence[Any], evidence: Sequence[Any], of: Sequence[int]) -> Any:
        """Scores (sentences, kinds); `of` tells for each sentence the place of its evidence."""
        theirs, there = self._states(evidence)
        hidden = theirs.shape[-1] // 3
        tops = functional.normalize(theirs[..., -hidden:], dim=-1)
        other = self.even(self.narrow(self.dropout(theirs)))
        offered = self.offers(other)
        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        told = []
        for part in (order[at : at + ALIKE] for at in range(0, len(order), ALIKE)):
            mine, here = self._states([sentences[place] for place in part])
            places = torch.tensor([of[place] for place in part])
            cosine = functional.normalize(mine[..., -hidden:], dim=-1) @ tops[places].transpose(1, 2)
            own = self.even(self.narrow(self.dropout(mine)))
            told.append(self._told(own, here, other[places], offered[places], there[places], cosine))
        return torch.cat(told)[torch.argsort(torch.tensor(order))]

    def _told(self, own: Any, here: Any, other: Any, offered: Any, there: Any, cosine: Any) -> Any:
        """What each token finds in the evidence, compared, put together, and told."""
        count, length, _ = own.shape
        asked = self.asks(own).view(count, length, HEADS, -1).transpose(1, 2)
        offered = offered.view(count, other.shape[1], HEADS, -1).permute(0, 2, 3, 1)
        score = 0.3 * (asked @ offered) / math.sqrt(WIDTH / HEADS)
        score = score + self.guess.view(1, HEADS, 1, 1) * cosine[:, None] + ((1 - there) * HIDDEN_AWAY)[:, None, None]
        share = torch.softmax(score, -1)  # (sentences, heads, own tokens, tokens of the evidence)
        found = (share.reshape(count, HEADS * length, -1) @ other).view(count, HEADS, length, WIDTH).transpose(1, 2)
        apart = found - own[:, :, None]
        sides = [own, apart.flatten(2), (found * own[:, :, None]).flatten(2), apart.abs().flatten(2)]
        surely = [(share * cosine[:, None]).sum(-1).transpose(1, 2), share.amax(-1).transpose(1, 2)]
        states = self.together(self.compare(torch.cat([*sides, *surely], -1)), src_key_padding_mask=here == 0)
        states = self.dropout(states)
        weights = torch.softmax(self.weight(states).squeeze(-1) + (1 - here) * HIDDEN_AWAY, 1).unsqueeze(-1)
        here = here.unsqueeze(-1)
        pooled = [
            (states * weights).sum(1),
            states.masked_fill(here == 0, -1e4).amax(1),
            (states * here).sum(1) / here.sum(1),
        ]
        return self.verdict(torch.cat(pooled, 1))

    def _states(self, read: Sequence[Any]) -> tuple[Any, Any]:
        """The states as they were read, half way up and at the top side by side, padded; and where they are."""
        here = nn.utils.rnn.pad_sequence([torch.ones(len(one)) for one in read], batch_first=True)
        states = nn.utils.rnn.pad_sequence([one.float() for one in read], batch_first=True)
        heights = [states]
        for place, layer in enumerate(self.upper, start=1):
            states = through(layer, states, here)
            if place in (len(self.upper) // 2, len(self.upper)):
                heights.append(states)
        return torch.cat([functional.layer_norm(one, one.shape[-1:]) for one in heights], -1), here


def climb(model: Any, ids: Sequence[Sequence[int]]) -> list[Any]:
    """The states after CUT layers of an encoder, (tokens, hidden) for each row of tokens' numbers."""
    longest = max(len(one) for one in ids)
    rows = torch.tensor([[*one, *[model.config.pad_token_id] * (longest - len(one))] for one in ids])
    states = model.embeddings(input_ids=rows.to(model.device))
    here = torch.tensor([[1.0] * len(one) + [0.0] * (longest - len(one)) for one in ids]).to(states)
    for layer in model.encoder.layer[:CUT]:
        states = through(layer, states, here)
    return [state[: len(one)].cpu().clone() for state, one in zip(states, ids, strict=True)]


def through(layer: Any, states: Any, here: Any) -> Any:
    """States (texts, tokens, hidden) after a layer that does not look at padding."""
    given = layer(states, attention_mask=((1 - here) * HIDDEN_AWAY)[:, None, None])
    return given[0] if isinstance(given, tuple) else given


def store(network: nn.Module, upper: Any, path: Path, made_from: Mapping[str, str]) -> None:
    """Write what was learned in one byte a weight: of the `upper` layers how they differ from the encoder's own."""
    from safetensors.torch import save_file

    tensors: dict[str, Any] = {}
    for name, value in _learned(network, upper).items():
        if value.dim() < 2:  # biases and norms are few
            tensors[name] = value.half()
            continue
        scale = value.abs().amax(-1, keepdim=True).clamp(min=1e-8) / 127
        tensors[name + STEPS] = (value / scale).round().to(torch.int8)
        tensors[name + SCALE] = scale.half()
    save_file(tensors, str(path), metadata=dict(made_from))


def restore(network: Learned, path: Path) -> Learned:
    """Give a network whose upper layers are the encoder's own what `store` wrote. Returns it, ready to tell."""
    from safetensors.torch import load_file

    kept = load_file(str(path))
    values = {name: value.float() for name, value in kept.items() if not name.endswith((STEPS, SCALE))}
    for name in (name.removesuffix(STEPS) for name in kept if name.endswith(STEPS)):
        values[name] = kept[name + STEPS].float() * kept[name + SCALE].float()
    own = network.upper.state_dict()
    for name, value in own.items():
        values[UPPER + name] += value
    network.load_state_dict(values)
    network.eval()
    return network


def _learned(network: nn.Module, upper: Any) -> dict[str, Any]:
    """The weights of a network, those of its upper layers less the encoder's."""
    own = {UPPER + name: value for name, value in upper.state_dict().items()}
    return {name: value - own[name] if name in own else value for name, value in network.state_dict().items()}
