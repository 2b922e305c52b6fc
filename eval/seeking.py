"""Trains what reads a question so that the passages that answer it lie near, for `assistant/finding/seeking.py`.

python -m eval.seeking [--data-dir DIR] [--steps N] [--apart SHARE] [--write]

It is taught by the questions that the shipped documents name with the sentence that answers each ("answers" in
`corpus/FORMAT.md`, and headings that ask), and by those of `questions/selection.jsonl` on other passages; all by
sessions of a language model, none of them a question that is measured. Each question is to be nearer to the passage
that answers it than to all others, by its vector, and by its tokens than to those that were nearest before. The share
`--apart` of the documents and of the other passages is not taught; what is told of their questions is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from assistant import Assistant, Settings
from assistant.cutting import answered, context
from assistant.finding.encoders import LocalEncoder, unpack
from assistant.finding.network import CUT, climb, store
from assistant.finding.seeking import WEIGHTS, Tower
from assistant.finding.supported import BUNDLED, is_bundled
from assistant.types import Passage
from eval.entailing import hasten
from eval.selection import HERE, lies_apart, passages

OUT = Path(__file__).parents[1] / "assistant" / "finding" / WEIGHTS
"""Where the weights are written."""

SEED = 1
STEP, STEPS = 32, 700  # questions that are shown at once, and how often
EVERY = 50  # steps after which the loss is told
NEAREST = 40  # passages nearest to a question before it is taught, of which DRAWN are laid beside the one that answers
DRAWN, OTHERS = 16, 8  # and so many of all
RATE, WEIGHT_RATE, SHARPNESS_RATE, DECAY, WARM = 5e-5, 1e-3, 5e-3, 0.02, 60  # of AdamW; the rates rise for WARM steps
LEAST_RATE = 0.02  # share of the rate at the end
SHARPNESS = (25.0, 40.0)  # what a unit of late interaction, and of the cosine, counts at the start
LOOKED_AT = 40  # passages, nearest first, that are compared token by token when what is set aside is measured
MOST = 400  # questions that are asked of each kind of what is set aside

Lesson = tuple[str, int]
"""A question, and the place of the passage that answers it."""


class Lessons:
    """Passages as they are kept, and questions with the place of the passage that answers each.

    `own` is how many of the passages, the first ones, are the library's; `documents` names that of each. `others` are
    rows of questions/selection.jsonl.
    """

    def __init__(self, assistant: Assistant, others: Sequence[Mapping[str, Any]], apart: float) -> None:
        desk = assistant._desk
        shelf, encoder = desk.shelf(), desk.encoder()
        if not isinstance(encoder, LocalEncoder) or not is_bundled(encoder.name):
            raise SystemExit("This takes the bundled encoder.")
        self.encoder, self.middle = encoder, torch.from_numpy(np.array(shelf.middle))
        ids = [passage.id for passage in shelf.passages]
        dense, tokens = shelf.dense(ids), shelf.tokens(ids)
        vectors = [np.frombuffer(dense[name], "<f4") for name in ids]
        self.tokens = [self.centred(torch.from_numpy(unpack(tokens[name]).vectors)).half() for name in ids]
        self.documents = [passage.card.id for passage in shelf.passages]
        self.own = len(ids)
        held = {name: one for name, one in passages(others).items() if name not in shelf.places}
        read = encoder.embed([context(one.card, one.heading) + one.text for one in held.values()], "passage")
        places = dict(shelf.places) | {name: self.own + number for number, name in enumerate(held)}
        self.tokens += [self.centred(torch.from_numpy(one.vectors)).half() for one in read.tokens or ()]
        self.documents += list(held)
        self.vectors = torch.from_numpy(np.stack([*vectors, *read.dense]).astype(np.float32))
        by: dict[str, list[Passage]] = defaultdict(list)
        for passage in shelf.passages:
            by[passage.card.id].append(passage)
        lessons = [
            (question.text, places[passage.id])
            for name in by
            for question, passage, _ in answered(sorted(by[name], key=lambda one: one.start))
        ]
        lessons += [(question["text"], places[row["id"]]) for row in others for question in row["questions"]]
        self.apart = [one for one in lessons if lies_apart(self.documents[one[1]], apart)]
        self.taught = [one for one in lessons if not lies_apart(self.documents[one[1]], apart)]
        self.states = self._states([text for text, _ in lessons])

    def _states(self, texts: Sequence[str]) -> dict[str, tuple[Any, Any]]:
        """What the lower layers make of each question, and which of its tokens are its own."""
        kept: dict[str, tuple[Any, Any]] = {}
        order = sorted(dict.fromkeys(texts), key=len)
        for part in (order[at : at + 128] for at in range(0, len(order), 128)):
            transformer, ids, own = self.encoder.asked(part)
            with torch.inference_mode():
                states = climb(transformer, ids)
            kept |= {
                text: (state.half(), torch.tensor(one)) for text, state, one in zip(part, states, own, strict=True)
            }
        return kept

    def told(self, tower: Tower, texts: Sequence[str]) -> list[tuple[Any, Any, Any]]:
        """What the tower makes of questions; their tokens are centred."""
        read = [self.states[text] for text in texts]
        told: list[tuple[Any, Any, Any]] = tower([state for state, _ in read], [own for _, own in read])
        return [(dense, self.centred(rows), weights) for dense, rows, weights in told]

    def late(self, rows: Any, weights: Any, places: Sequence[int]) -> Any:
        """Late interaction of a question's tokens with those of each passage, (places,)."""
        held = [self.tokens[place] for place in places]
        similar = rows @ torch.cat(held).float().T
        best = [part.amax(1) for part in similar.split([len(one) for one in held], 1)]
        return weights @ torch.stack(best, 1)

    def centred(self, vectors: Any) -> Any:
        """Token vectors less the library's mean token, at unit length."""
        return functional.normalize(vectors.float() - self.middle, dim=-1)


def teach(lessons: Lessons, steps: int) -> Tower:
    """A tower that was shown so many times STEP lessons, in a new order each time round."""
    random.seed(SEED)
    torch.manual_seed(SEED)
    transformer, _, _ = lessons.encoder.asked(["?"])
    tower = Tower(deepcopy(transformer.encoder.layer[CUT:]).float())
    near = _nearest(lessons, tower.eval())
    hasten(tower)
    sharpness = torch.nn.Parameter(torch.tensor(SHARPNESS).log())
    groups: list[dict[str, Any]] = [{"params": list(tower.upper.parameters()), "lr": RATE}]
    groups.append({"params": list(tower.weight.parameters()), "lr": WEIGHT_RATE})
    groups.append({"params": [sharpness], "lr": SHARPNESS_RATE, "weight_decay": 0.0})
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    rates = [group["lr"] for group in groups]
    drawn = _drawn(lessons.taught)
    print(f"before: {tell(lessons, tower)}", flush=True)
    tower.train()
    for step in range(steps):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min(1, (step + 1) / WARM) * max(LEAST_RATE, 1 - step / steps)
        batch = [next(drawn) for _ in range(STEP)]
        optimizer.zero_grad()
        loss = _loss(lessons, tower, sharpness.exp(), batch, near)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        if step % EVERY == 0:
            print(f"step {step} of {steps}: {loss.item():.3f}", flush=True)
    return tower.eval()


def _nearest(lessons: Lessons, tower: Tower) -> dict[str, list[int]]:
    """The places of the NEAREST passages of each question that is taught, by its vector."""
    near: dict[str, list[int]] = {}
    most = min(NEAREST, len(lessons.vectors))
    order = sorted({text for text, _ in lessons.taught}, key=len)
    with torch.inference_mode():
        for part in (order[at : at + 128] for at in range(0, len(order), 128)):
            dense = torch.stack([one for one, _, _ in lessons.told(tower, part)])
            near |= dict(zip(part, (dense @ lessons.vectors.T).topk(most).indices.tolist(), strict=True))
    return near


def _drawn(taught: Sequence[Lesson]) -> Iterator[Lesson]:
    while True:
        yield from random.sample(list(taught), len(taught))


def _loss(lessons: Lessons, tower: Tower, sharpness: Any, batch: Sequence[Lesson], near: dict[str, list[int]]) -> Any:
    """Cross-entropy of the passage that answers, among all by the vector and among DRAWN and OTHERS by the tokens."""
    told = lessons.told(tower, [text for text, _ in batch])
    right = torch.tensor([place for _, place in batch])
    dense = torch.stack([one for one, _, _ in told])
    loss = functional.cross_entropy(sharpness[1] * (dense @ lessons.vectors.T), right)
    for (text, place), (_, rows, weights) in zip(batch, told, strict=True):
        hard = [other for other in near[text] if other != place]
        beside = [place, *random.sample(hard, min(DRAWN, len(hard)))]
        beside += random.sample([other for other in range(lessons.own) if other != place], min(OTHERS, lessons.own - 1))
        late = sharpness[0] * lessons.late(rows, weights, beside)
        loss = loss + functional.cross_entropy(late[None], torch.tensor([0])) / len(batch)
    return loss


def tell(lessons: Lessons, tower: Tower) -> str:
    """Of the questions set aside, how often their document is first, and among the first three: by the vector, and by
    vector and tokens; those to the library, and those on other passages."""
    tower.eval()
    lines = []
    for name, own in (("library", True), ("other passages", False)):
        asked = [one for one in lessons.apart if (one[1] < lessons.own) == own]
        random.seed(SEED)
        rows = [_placed(lessons, tower, one) for one in random.sample(asked, min(MOST, len(asked)))]
        if rows:
            lines.append(f"{name} ({len(rows)}) " + " ".join(f"{share:.3f}" for share in np.mean(rows, 0)))
    return "; ".join(lines) or "nothing is set aside"


def _placed(lessons: Lessons, tower: Tower, lesson: Lesson) -> list[bool]:
    text, place = lesson
    with torch.inference_mode():
        [(dense, rows, weights)] = lessons.told(tower, [text])
        cosines, places = (lessons.vectors @ dense).topk(min(LOOKED_AT, len(lessons.vectors)))
        late = lessons.late(rows, weights, places.tolist())
    both = (cosines - cosines.mean()) / cosines.std() + (late - late.mean()) / late.std()
    placed = []
    for scores in (cosines, both):
        order = dict.fromkeys(lessons.documents[places[at]] for at in scores.argsort(descending=True))
        first = [*order][:3]
        placed += [lessons.documents[place] == first[0], lessons.documents[place] in first]
    return placed


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and with --write also write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.seeking", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"), help="data folder with the ingested corpus")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"how often {STEP} questions are shown")
    parser.add_argument("--apart", type=float, default=0.12, help="share of documents that is not taught, but measured")
    parser.add_argument("--write", action="store_true", help=f"write assistant/finding/{WEIGHTS}")
    given = parser.parse_args(arguments)
    rows = [json.loads(line) for line in (HERE / "selection.jsonl").read_text(encoding="utf-8").splitlines()]
    assistant = Assistant.from_settings(replace(Settings.from_environment(), data_dir=given.data_dir))
    lessons = Lessons(assistant, rows, given.apart)
    torch.set_num_threads(os.cpu_count() or 1)
    print(f"Taught: {len(lessons.taught)} questions. Set aside: {len(lessons.apart)}.")
    tower = teach(lessons, given.steps)
    print(f"after: {tell(lessons, tower)}")
    if given.write:
        transformer, _, _ = lessons.encoder.asked(["?"])
        upper = transformer.encoder.layer[CUT:]
        store(tower, upper, OUT, {"encoder": BUNDLED, "questions": str(len(lessons.taught))})
    return 0


if __name__ == "__main__":
    sys.exit(main())
