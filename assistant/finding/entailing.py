"""Tells how surely passages say what a sentence says, and what is wrong where they do not.

The weights beside this module belong on top of the bundled encoder. eval/entailing.py makes them from sentences that
were written for it (eval/support/written.jsonl), and eval/verifier.py measures what they are worth.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from assistant.errors import EncoderError
from assistant.finding.supported import BUNDLED, prepare
from assistant.settings import Settings
from assistant.types import Passage

KINDS = (
    "supported",
    "number",
    "percentage",
    "amount",
    "date",
    "section",
    "name",
    "country",
    "negation",
    "duty",
    "party",
    "meaning",
)
"""Verdicts on a sentence: it is supported, or what is wrong with it; "meaning" is a claim that is not made at all."""

PARTNERS = 8  # of a case, that are named beside its passages
REMEMBERED = 32  # evidences that are not read again: several sentences of an answer rest on the same
WEIGHTS = "entailing.safetensors"
COUNTRIES = {"NO": "Norge Norway", "DK": "Danmark Denmark", "SE": "Sverige Sweden", "FI": "Finland"}

Verdict = Callable[[Sequence[Passage], str], Mapping[str, float]]
"""For passages and a sentence: the chance (0 to 1) of each of KINDS."""

_log = logging.getLogger(__name__)


def open_judge(settings: Settings) -> Verdict:
    """A judge on the bundled encoder, whatever encoder finds; it is prepared and loaded at the first sentence.

    Where the bundled encoder cannot be had, a warning is logged once and every sentence gets no verdict at all, {}.
    """
    lock = threading.Lock()
    opened: list[Verdict] = []

    def judge(passages: Sequence[Passage], sentence: str) -> Mapping[str, float]:
        with lock:
            if not opened:
                opened.append(_opened(settings))
            return opened[0](passages, sentence)

    return judge


def _opened(settings: Settings) -> Verdict:
    try:
        own = settings.encoder_dir if settings.encoder == BUNDLED else None
        folder = own or prepare(BUNDLED, settings.data_dir / "encoder", lambda line: None)
        with as_file(files("assistant.finding") / WEIGHTS) as weights:
            return judging(folder, weights)
    except EncoderError as error:
        _log.warning("Sentences of a model are held against their sources by rules alone: %s", error)
        return lambda passages, sentence: {}


def judging(folder: Path, weights: Path) -> Verdict:
    """A judge with the encoder in `folder` and the weights that eval/entailing.py wrote.

    Raises EncoderError where the folder holds no encoder, or one that the weights do not fit.
    """
    import torch

    from assistant.finding.network import Network, Reader, restore

    try:
        reader = Reader(folder)
        network = restore(Network(reader.upper, len(KINDS)), weights)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        hint = f"Give a folder of {BUNDLED} in ASSISTANT_ENCODER_DIR."
        raise EncoderError(f"There is no {BUNDLED} in {folder}: {error}", hint=hint) from error
    evidence = lru_cache(REMEMBERED)(lambda text: reader.read([text])[0])

    def judge(passages: Sequence[Passage], sentence: str) -> Mapping[str, float]:
        texts = evidences(passages)
        with torch.inference_mode():
            said = reader.read([sentence]) * len(texts)
            scores = network(said, [evidence(text) for text in texts], range(len(texts)))
            chances: list[list[float]] = torch.softmax(scores, -1).tolist()
        return dict(zip(KINDS, max(chances), strict=True))

    return judge


def evidences(passages: Sequence[Passage]) -> list[str]:
    """What a sentence may rest on: the passages of each document under its country, title and partners, and all."""
    documents: dict[str, list[Passage]] = {}
    for passage in passages:
        documents.setdefault(passage.card.id, []).append(passage)
    texts = [_evidence(own) for own in documents.values()]
    return texts if len(texts) < 2 else [*texts, "\n".join(texts)]


def _evidence(passages: Sequence[Passage]) -> str:
    card = passages[0].card
    partners = (*card.public_partners, *card.private_partners, *card.inclusion_partners)[:PARTNERS]
    country = COUNTRIES.get(card.country or "", card.country or "")
    head = ". ".join(part for part in (country, card.title, ", ".join(partners)) if part)
    return "\n".join([head, *(f"{p.heading}: {p.text}" if p.heading else p.text for p in passages)])
