"""Trains the judge of composed sentences, for `assistant/finding/entailing.py`.

python -m eval.entailing [--further] [--epochs N] [--write]

The sentences of `support/written.jsonl` and `support/imagined.jsonl` were written for this, by sessions of a language
model that saw a list of errors, and nothing of the rules or of the sentences that are measured. The former are about
passages of the corpus, the latter about passages that the same session made up, since a municipality brings documents
of its own. With them go the calibration half of what `eval/verifier.py` measures, and sentences of the evidence and of
other documents. Nothing shown is about a document of the blind part; of the held-out half eleven documents are in the
calibration half too. What `aside` names is left out, and what is told of it is printed after each epoch.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from transformers.models.bert.modeling_bert import BertSelfAttention

from assistant import Settings
from assistant.finding.entailing import KINDS, WEIGHTS, evidences
from assistant.finding.network import Network, Reader, restore, store
from assistant.finding.supported import BUNDLED, prepare
from assistant.language import sentences
from eval.verifier import HERE, NAMED, SUPPORTED, Labelled, read_file, read_labelled

OUT = Path(__file__).parents[1] / "assistant" / "finding" / WEIGHTS
ASIDE = frozenset(
    {
        "dk-aarhus-rengoering-og-groen-drift",
        "dk-beskyttet-beskaeftigelse-og-stu",
        "dk-tildelingskriterier-social-vaerdi",
        "eu-eea-how-the-directive-reaches-norway",
        "no-bergen-inkluderende-kontrakter",
        "no-mal-innovasjonssamarbeid-sjekkliste",
        "no-nav-tiltak-i-partnerskap",
        "se-arbetsintegrerande-sociala-foretag",
        "se-reserverad-upphandling-4-kap-18",
    }
)
"""Nine documents drawn by lot: their sentences chose the constants of support.py, and that training went on."""

TAUGHT = ("written.jsonl", "imagined.jsonl")
IMAGINED = "imagined-"  # what the id of a passage that was made up begins with: then its session and its place
EVERY = 8  # of the passages that a session made up, this one and its multiples are set aside too

EPOCHS, SEED = 7, 0
GROUPS, TOGETHER = 4, 14  # evidences in a step, and sentences of each: the versions of one sentence meet in one step
UPPER_RATE, RATE, DECAY, WARM = 1e-4, 5e-4, 0.03, 0.04  # of AdamW; both rates rise and then fall to nothing in a line
FURTHER = 0.5  # share of the rates when training goes on
POOL = 1 << 24  # draws of dropout that are made at once
HELD = 1.6  # what a supported sentence counts against a wrong one, as there are fewer of them
NAMING = 0.5  # what telling the kind of error counts against telling that there is one
OWN, FOREIGN = 0.5, 0.35  # share of evidences with a sentence of their own, and with one of another document


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, its evidence as the judge reads it, the verdict's place in KINDS, and the evidence's document."""

    sentence: str
    evidence: str
    verdict: int
    document: str


def aside(document: str) -> bool:
    """Whether the sentences of a document are kept from training."""
    made_up = document.startswith(IMAGINED)
    return document in ASIDE or (made_up and int(document.rpartition("-")[2]) % EVERY == 0)


def taught_sentences() -> list[Labelled]:
    """All that was written for this, what is set aside among it."""
    return [one for name in TAUGHT for one in read_file(HERE / name, lambda number: "")]


def pairs(labelled: Sequence[Labelled]) -> list[Pair]:
    """The labelled sentences as the judge reads them."""
    return [
        Pair(one.text, evidences(one.passages)[0], KINDS.index(NAMED.get(one.kind, one.kind)), one.passages[0].card.id)
        for one in labelled
    ]


def plain(taught: Sequence[Pair]) -> Iterator[Pair]:
    """For some evidences a sentence of their own, which is supported, and one of another document, which is not."""
    drawn = random.Random(SEED)
    documents = {pair.evidence: pair.document for pair in taught}
    texts = list(documents)
    for text in texts:
        own, other = _sentence(text, drawn), drawn.choice(texts)
        foreign = _sentence(other, drawn)
        if own and drawn.random() < OWN:
            yield Pair(own, text, KINDS.index(SUPPORTED), documents[text])
        if foreign and documents[other] != documents[text] and drawn.random() < FOREIGN:
            yield Pair(foreign, text, KINDS.index("meaning"), documents[text])


def _sentence(evidence: str, drawn: random.Random) -> str:
    """One of the evidence's sentences, neither very short nor very long; "" where it has none."""
    body = evidence.partition("\n")[2]
    found = [body[start:end] for start, end in sentences(body) if 30 < end - start < 260]
    return drawn.choice(found) if found else ""


def batches(taught: Sequence[Pair]) -> list[list[Pair]]:
    """All pairs in a new order, the sentences of an evidence in groups."""
    by: dict[str, list[Pair]] = {}
    for pair in taught:
        by.setdefault(pair.evidence, []).append(pair)
    groups = []
    for own in by.values():
        random.shuffle(own)
        groups += [own[at : at + TOGETHER] for at in range(0, len(own), TOGETHER)]
    random.shuffle(groups)
    return [list(chain(*groups[at : at + GROUPS])) for at in range(0, len(groups), GROUPS)]


class Pooled(torch.nn.Module):  # type: ignore[misc]
    """Dropout whose draws come from a pool: torch makes them on one core, which took a fifth of each step."""

    def __init__(self, share: float) -> None:
        super().__init__()
        kept = (torch.rand(POOL) > share).float() / (1 - share)
        self.register_buffer("kept", kept, persistent=False)

    def forward(self, states: Any) -> Any:
        """The states, some of them nothing and the others the more, while training."""
        if not self.training:
            return states
        at = random.randrange(POOL - states.numel())
        return states * self.kept[at : at + states.numel()].view(states.shape)


def hasten(part: torch.nn.Module, pools: dict[float, Pooled] | None = None) -> None:
    """Give a network's dropouts a common pool; the attention of its upper layers goes without, which is quicker too."""
    pools = {} if pools is None else pools
    for name, child in part.named_children():
        if isinstance(child, torch.nn.Dropout):
            setattr(part, name, pools.setdefault(child.p, Pooled(child.p)))
        elif isinstance(child, BertSelfAttention):
            child.dropout.p = 0.0
        else:
            hasten(child, pools)


class States:
    """What the lower layers make of each text, read once and kept in 16 bits."""

    def __init__(self, reader: Reader, texts: Sequence[str]) -> None:
        order = sorted(set(texts), key=len)
        parts = [order[at : at + 32] for at in range(0, len(order), 32)]
        self._kept = {text: state.half() for part in parts for text, state in zip(part, reader.read(part), strict=True)}

    def scores(self, network: Network, batch: Sequence[Pair]) -> Any:
        """The network's scores (pairs, kinds)."""
        evidence = list(dict.fromkeys(pair.evidence for pair in batch))
        return network(
            [self._kept[pair.sentence] for pair in batch],
            [self._kept[text] for text in evidence],
            [evidence.index(pair.evidence) for pair in batch],
        )


def loss(scores: Any, verdicts: Any) -> Any:
    """How far the scores are from the verdicts: first whether a sentence is supported, then what is wrong with it."""
    chances = torch.log_softmax(scores, 1)
    held = (verdicts == 0).float()
    told = HELD * held * chances[:, 0] + (1 - held) * torch.logsumexp(chances[:, 1:], 1)
    return torch.nn.functional.nll_loss(chances, verdicts) * NAMING - told.mean()


def train(
    reader: Reader, taught: Sequence[Pair], apart: Sequence[Pair], epochs: int, before: Path | None = None
) -> Network:
    """A network that was shown all of `taught`, `epochs` times; what it tells of `apart` is printed.

    With `before` it goes on from the weights there, at lower rates.
    """
    random.seed(SEED)
    torch.manual_seed(SEED)
    network = Network(reader.upper, len(KINDS))
    if before:
        restore(network, before)
    hasten(network)
    upper = {id(weight) for weight in network.upper.parameters()}
    rest = [weight for weight in network.parameters() if id(weight) not in upper]
    share = FURTHER if before else 1.0
    optimizer = torch.optim.AdamW(
        [
            {"params": list(network.upper.parameters()), "lr": UPPER_RATE * share},
            {"params": rest, "lr": RATE * share},
        ],
        weight_decay=DECAY,
    )
    states = States(reader, [text for pair in (*taught, *apart) for text in (pair.sentence, pair.evidence)])
    steps = epochs * len(batches(taught))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (WARM * steps), (steps - step) / ((1 - WARM) * steps))
    )
    for epoch in range(epochs):
        network.train()
        for batch in batches(taught):
            wrong = loss(states.scores(network, batch), torch.tensor([pair.verdict for pair in batch]))
            optimizer.zero_grad()
            wrong.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: {_told(network.eval(), states, apart)}", flush=True)
    return network


def _told(network: Network, states: States, apart: Sequence[Pair]) -> str:
    """Shares of the sentences set aside that are kept and caught, and the area under the curve of the two."""
    chances: list[float] = []
    with torch.inference_mode():
        for at in range(0, len(apart), 48):
            chances += torch.softmax(states.scores(network, apart[at : at + 48]), 1)[:, 0].tolist()
    held = np.array([pair.verdict == 0 for pair in apart])
    kept = np.array(chances) >= 0.5
    area = roc_auc_score(held, chances)
    return f"kept {kept[held].mean():.3f}, caught {1 - kept[~held].mean():.3f}, area {area:.4f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and with --write also write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.entailing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"how often each sentence is shown ({EPOCHS})")
    parser.add_argument("--further", action="store_true", help="go on from the weights that are shipped")
    parser.add_argument("--write", action="store_true", help=f"write assistant/finding/{WEIGHTS}")
    given = parser.parse_args(arguments)
    written = pairs(taught_sentences())
    apart = [pair for pair in written if aside(pair.document)]
    taught = [pair for pair in written if not aside(pair.document)]
    taught += pairs([one for one in read_labelled() if one.part == "calibration"])
    taught += plain(taught)
    reader = Reader(prepare(BUNDLED, Settings.from_environment().data_dir / "encoder", print))
    print(f"{len(taught)} sentences are shown, {len(apart)} set aside.")
    network = train(reader, taught, apart, given.epochs, OUT if given.further else None)
    if given.write:
        store(
            network, reader.upper, OUT, {"encoder": BUNDLED, "sentences": str(len(taught)), "epochs": str(given.epochs)}
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
