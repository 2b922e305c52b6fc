"""Trains what tells how well a sentence answers a question, for `assistant/finding/selection.py`.

python -m eval.selection [--data-dir DIR] [--write]

Both kinds of questions were written, and their answering sentences marked, by sessions of a language model that saw no
question that is measured. `questions/selection.jsonl` is about single passages, most of them made up, with the sentence
that answers; it teaches first. `questions/marked.jsonl` has questions to this library, with the sentences that a short
answer should be made of among those that were found; it teaches last, among more of the former, so that the network
learns what to choose and not what the corpus says. What is told of what is set aside is printed after each round.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from assistant import Assistant, Settings
from assistant.answering.sentences import quotable
from assistant.asking import NEIGHBOURS
from assistant.cutting import context
from assistant.desk import Asked, Desk
from assistant.finding import interaction, retriever
from assistant.finding.encoders import Embedder, pack
from assistant.finding.selection import TOGETHER, WEIGHTS, Selection, store
from assistant.finding.shelf import Shelf
from assistant.language import sentences as spans_of
from assistant.types import Card, Hit, Passage
from eval.entailing import hasten, taught_sentences

HERE = Path(__file__).parent / "questions"
OUT = Path(__file__).parents[1] / "assistant" / "finding" / WEIGHTS
"""Where the weights are written."""

SINGLE, CHOICE = 0, 1  # kinds of lesson: a question on one passage, and one to this library
GOOD = 0.3  # worth of a sentence that a full answer may hold, beside 1 of one that it must
BESIDE = 2  # passages near a question's own whose sentences are shown with its own
NEAREST = 3  # of which these are drawn
LOOKED_AT = 34  # sentences, likest first, among which a session of a language model marked
OTHERS = 16  # sentences of the passages found, beside those that were looked at, that are drawn each time
ASIDE = (0.15, 0.25)  # share of the passages, and of the questions to this library, that is set aside
SEED = 1

FIRST, LAST = 3, 5  # rounds of each
MORE = 1000  # questions on single passages in each of the last rounds
STEP = 32  # questions
RATE, LAST_RATE, DECAY, WARM = 1.5e-3, 1e-3, 0.05, 60  # of AdamW; the rates rise for WARM steps, and fall as a cosine
LEAST_RATE = 0.03  # share of the rate at the end
SHARE_RATE = 1e-2  # of how much the likeness counts
LIKENESS = (14.0, 4.0)  # what it counts at the start: for all sentences of passages, and among the best of many
"""Sizes and rates were chosen by what is told of what is set aside; see eval/README.md for what was tried."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A question (tokens, dimension) beside sentences that could answer it (tokens, dimension, each).

    `likeness` (sentences,) is how well each answers it as far as the program tells without the network, `worth`
    (sentences,) what it is worth in the answer, summing to 1.
    """

    question: Any
    sentences: tuple[Any, ...]
    likeness: Any
    worth: Any


Draw = Callable[[], Shown]
"""Shows a question: each time beside other sentences, drawn from those that do not answer it."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question: what draws it, what it is about (those about the same are set aside together), and its KIND."""

    draw: Draw
    about: str
    kind: int


def passages(own: Sequence[Mapping[str, Any]]) -> dict[str, Passage]:
    """The passages that questions/selection.jsonl is about, by id: those of eval/support, and those that it holds."""
    known = {passage.id: passage for one in taught_sentences() for passage in one.passages}
    for row in own:
        if "sentences" in row:
            card = Card(row["id"], "guidance", row["title"], row["questions"][0]["language"])
            known[row["id"]] = Passage(row["id"], card, "\n".join(row["sentences"]), row["heading"])
    return {row["id"]: known[row["id"]] for row in own}


def singles(encoder: Embedder) -> tuple[list[Lesson], Any]:
    """The questions on single passages, and the mean of the passages' token vectors (dimension,)."""
    rows = [json.loads(line) for line in (HERE / "selection.jsonl").read_text(encoding="utf-8").splitlines()]
    held = passages(rows)
    tokens = encoder.embed([context(p.card, p.heading) + p.text for p in held.values()], "passage").tokens
    asked = encoder.embed([q["text"] for row in rows for q in row["questions"]], "query").tokens
    if tokens is None or asked is None:
        raise SystemExit("This takes the bundled encoder: ASSISTANT_ENCODER must not name a server.")
    kept = {name: pack(one) for name, one in zip(held, tokens, strict=True)}
    vectors = np.concatenate([one.vectors for one in tokens])
    shelf = _shelf(tuple(held.values()), kept, vectors.mean(0))
    centres = interaction.centred(np.stack([one.vectors.mean(0) for one in tokens]), vectors.mean(0))
    spans = {row["id"]: _spans(held[row["id"]].text, row.get("sentences")) for row in rows}
    parts = {p.id: [*interaction.within(kept[p.id], len(shelf.prefix(p)), spans[p.id])] for p in held.values()}
    names, lessons, whole = list(held), [], {row["id"] for row in rows if "sentences" in row}
    questions = [(row["id"], question) for row in rows for question in row["questions"]]
    for (name, question), one in tqdm(zip(questions, asked, strict=True), total=len(questions), desc="passages"):
        like = centres @ interaction.centred(one.vectors.mean(0)[None], vectors.mean(0))[0]
        alike = (names[i] for i in np.argsort(-like) if names[i] != name)
        near = [*islice((n for n in alike if lies_apart(n) == lies_apart(name)), NEAREST)]
        tell = interaction.relevance(question["text"], [Hit(held[n], 0.0) for n in (name, *near)], one, shelf)
        told = tell([(held[n], spans[n]) for n in (name, *near)])
        likeness = {n: [row[0] for row in own] for n, own in zip((name, *near), told, strict=True)}
        starts = range(len(spans[name])) if name in whole else [start for start, _ in spans[name]]
        worth = [1.0 * (at in question["best"]) or GOOD * (at in question["also"]) for at in starts]
        lessons.append(Lesson(_single(one.vectors, name, near, parts, likeness, worth), name, SINGLE))
    return [one for one in lessons if one.draw().worth.sum() > 0], vectors.mean(0)


def _single(
    question: Any,
    name: str,
    near: Sequence[str],
    parts: Mapping[str, Sequence[Any]],
    likeness: Mapping[str, Sequence[float]],
    worth: Sequence[float],
) -> Draw:
    """Shows a question on a passage: its sentences, and those of some of the passages near it."""

    def draw() -> Shown:
        beside = random.sample(list(near), min(BESIDE, len(near)))
        sentences = [*chain(*(parts[n] for n in (name, *beside)))]
        like = [*chain(*(likeness[n] for n in (name, *beside)))]
        return _shown(question, sentences, like, [*worth, *[0.0] * (len(sentences) - len(worth))])

    return draw


def choices(desk: Desk) -> list[Lesson]:
    """The questions to this library that something found answers."""
    shelf, lessons = desk.shelf(), []
    for line in tqdm((HERE / "marked.jsonl").read_text(encoding="utf-8").splitlines(), desc="library"):
        marked = json.loads(line)
        read = desk.read(marked["text"], Asked(marked["text"]))
        found = retriever.find(read, shelf, desk.encoder(), limit=NEIGHBOURS)
        hits = [hit for hit in retriever.widen(found.hits, shelf) if hit.passage.id in marked["passages"]]
        grades = dict.fromkeys(map(tuple, marked["must"]), 1.0) | dict.fromkeys(map(tuple, marked["good"]), GOOD)
        quoted = quotable(read, hits, interaction.relevance(read.text, hits, found.question, shelf))
        worth = [grades.get((one.passage.id, one.start), 0.0) for one in quoted]
        if found.question is None or 1.0 not in worth:
            continue
        kept = shelf.tokens({hit.passage.id for hit in hits})
        by = {hit.passage.id: len(shelf.prefix(hit.passage)) for hit in hits}
        sentences = [
            *chain(*(interaction.within(kept[q.passage.id], by[q.passage.id], [(q.start, q.end)]) for q in quoted))
        ]
        draw = _choice(found.question.vectors, sentences, [one.score for one in quoted], worth)
        lessons.append(Lesson(draw, marked["text"], CHOICE))
    return lessons


def _choice(question: Any, sentences: Sequence[Any], likeness: Sequence[float], worth: Sequence[float]) -> Draw:
    """Shows a question to the library: the sentences likest it and those of any worth, and others that are drawn."""
    order = sorted(range(len(sentences)), key=lambda place: -likeness[place])
    first = {*order[:LOOKED_AT], *(place for place, value in enumerate(worth) if value)}
    rest = [place for place in order if place not in first]

    def draw() -> Shown:
        places = [*first, *random.sample(rest, min(OTHERS, len(rest)))]
        return _shown(question, *([values[place] for place in places] for values in (sentences, likeness, worth)))

    return draw


def _shown(question: Any, sentences: Sequence[Any], likeness: Sequence[float], worth: Sequence[float]) -> Shown:
    there = [place for place, one in enumerate(sentences) if len(one)]
    weights = torch.tensor([worth[place] for place in there])
    return Shown(
        torch.from_numpy(question),
        tuple(torch.from_numpy(sentences[place]) for place in there),
        torch.tensor([likeness[place] for place in there]),
        weights / max(float(weights.sum()), 1e-9),
    )


def _spans(text: str, own: Sequence[str] | None) -> list[tuple[int, int]]:
    """The spans of a text's sentences; of `own` sentences, which are its lines."""
    if own is None:
        return spans_of(text)
    ends = [*accumulate(len(one) + 1 for one in own)]
    return [(end - 1 - len(one), end - 1) for one, end in zip(own, ends, strict=True)]


def _shelf(held: tuple[Passage, ...], kept: Mapping[str, bytes], middle: Any) -> Shelf:
    """A shelf of these passages that tells how like a sentence is to a question, and finds nothing."""
    none = np.zeros((0, len(middle)), np.float32)
    return Shelf(
        revision=0,
        passages=held,
        leads={},
        background=none,
        middle=middle,
        elsewhere=none,
        nearest=lambda vector, limit, filters: (),
        dense=lambda ids: {},
        tokens=lambda ids: {name: kept[name] for name in ids},
        prefix=lambda passage: context(passage.card, passage.heading),
    )


def aside(lessons: Sequence[Lesson], share: float) -> tuple[list[Lesson], list[Lesson]]:
    """What is taught, and what is set aside: about this share of what the lessons are about."""
    apart = {name for name in dict.fromkeys(one.about for one in lessons) if lies_apart(name, share)}
    return [one for one in lessons if one.about not in apart], [one for one in lessons if one.about in apart]


def lies_apart(about: str, share: float = ASIDE[0]) -> bool:
    """Whether what is about this is set aside: by lot, and the same each time."""
    return int(hashlib.sha256(about.encode()).hexdigest()[:8], 16) < share * 2**32


class Training:
    """A network as it is taught, and how much the likeness counts for each kind of lesson."""

    def __init__(self, middle: Any) -> None:
        random.seed(SEED)
        torch.manual_seed(SEED)
        self.network = Selection()
        self.network.middle.copy_(torch.from_numpy(middle))
        hasten(self.network)
        self.counts = torch.nn.Parameter(torch.tensor(LIKENESS).log())

    def scores(self, shown: Shown, kind: int) -> Any:
        """What a question's sentences get, (sentences,)."""
        order = sorted(range(len(shown.sentences)), key=lambda place: len(shown.sentences[place]))
        rounds = [order[at : at + TOGETHER] for at in range(0, len(order), TOGETHER)]
        told = torch.cat([self.network(shown.question, [shown.sentences[i] for i in part]) for part in rounds])
        return self.counts[kind].exp() * shown.likeness + told[torch.argsort(torch.tensor(order))]

    def teach(self, rounds: Sequence[Sequence[Lesson]], rate: float, apart: Sequence[Lesson]) -> None:
        """Show each round's lessons once, in a new order; what is told of those set aside is printed after each."""
        groups = [{"params": list(self.network.parameters()), "lr": rate}]
        groups.append({"params": [self.counts], "lr": SHARE_RATE, "weight_decay": 0.0})
        optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
        steps = sum(len(lessons) // STEP for lessons in rounds)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: min(1, (step + 1) / WARM) * max(LEAST_RATE, (1 + math.cos(math.pi * step / steps)) / 2),
        )
        for number, lessons in enumerate(rounds, 1):
            self.network.train()
            drawn = random.sample(list(lessons), len(lessons))
            for at in tqdm(range(0, len(drawn) - STEP + 1, STEP), desc=f"round {number}"):
                optimizer.zero_grad()
                for lesson in drawn[at : at + STEP]:
                    shown = lesson.draw()
                    (self._loss(shown, lesson.kind) / STEP).backward()
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
            print(f"round {number}: {self.told(apart)}", flush=True)

    def _loss(self, shown: Shown, kind: int) -> Any:
        """Cross-entropy of what the sentences are worth (a listwise softmax, Cao et al. 2007, ListNet)."""
        return -(shown.worth * torch.log_softmax(self.scores(shown, kind), 0)).sum()

    def told(self, lessons: Sequence[Lesson]) -> str:
        """For each kind, with the likeness alone and with the network: how often the first sentence is of the best,
        and what share of what the answer is worth the first three hold."""
        self.network.eval()
        lines = []
        for kind, name in ((SINGLE, "one passage"), (CHOICE, "library")):
            random.seed(SEED)
            rows = [_placed(shown, self.scores(shown, kind)) for shown in (x.draw() for x in lessons if x.kind == kind)]
            if rows:
                plain, with_it = np.array(rows).mean(0).reshape(2, 2)
                lines.append(f"{name} {plain[0]:.3f} {plain[1]:.3f} -> {with_it[0]:.3f} {with_it[1]:.3f}")
        return "; ".join(lines) + f"; the likeness counts {[round(c, 1) for c in self.counts.exp().tolist()]}"


def _placed(shown: Shown, scores: Any) -> list[float]:
    best = shown.worth.max()
    placed = []
    for values in (shown.likeness, scores):
        order = values.argsort(descending=True)
        placed += [float(shown.worth[order[0]] == best), float(shown.worth[order[:3]].sum())]
    return placed


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and with --write also write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.selection", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"), help="data folder with the ingested corpus")
    parser.add_argument("--write", action="store_true", help=f"write assistant/finding/{WEIGHTS}")
    given = parser.parse_args(arguments)
    assistant = Assistant.from_settings(replace(Settings.from_environment(), data_dir=given.data_dir))
    taught, middle = singles(assistant._desk.encoder())
    some, apart = aside(taught, ASIDE[0])
    own, own_apart = aside(choices(assistant._desk), ASIDE[1])
    print(f"Shown: {len(some)} questions on one passage, {len(own)} to the library.")
    print(f"Set aside: {len(apart)} and {len(own_apart)}.")
    training = Training(middle)
    training.teach([some] * FIRST, RATE, [*apart, *own_apart])
    training.teach([[*own, *random.sample(some, MORE)] for _ in range(LAST)], LAST_RATE, [*apart, *own_apart])
    if given.write:
        store(training.network, OUT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
