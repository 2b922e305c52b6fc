"""Hears in the sentences of a need what they mean, by the sayings nearest to them, where no word says it outright."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.language import sentences
from assistant.plans import Need
from assistant.wording import Heard, Saying

Near = Callable[[Sequence[str]], list[list[float]]]
"""The cosine of each of some texts with each text of the sayings, in the order in which they are written."""

MARGIN = 0.012
"""How much nearer the sayings of one answer must be than all others. On the needs of plans.yaml, plans-more.yaml and
plans-dev.yaml, of the answers that words and sayings both give: from 0.026 on 20 of 20 agree, 0.016 51 of 60, 0.012
70 of 80, 0.006 77 of 100, 0.002 98 of 130 (multilingual-e5-small, November 2026)."""

LEAST_WORDS = 5
"""A shorter sentence, or part of one, is near to nothing, and therefore to anything."""


def hear(need: Need, sayings: Sequence[Saying], near: Near) -> tuple[Heard, ...]:
    """What the sentences of the need mean: at most one option of a question, that which is clearest in one of them.

    A saying that tells nothing of a question speaks against those that do: what is nearest to it says nothing.
    """
    parts = list(dict.fromkeys(_parts(need.text)))
    tells = [saying.tells for saying in sayings for _ in saying.texts]
    if not parts or not tells:
        return ()
    found: dict[str, tuple[float, Heard]] = {}
    for part, cosines in zip(parts, near(parts), strict=True):
        for question in dict.fromkeys(question for told in tells for question in told):
            option, margin = _clearest([told.get(question, "") for told in tells], cosines)
            if option and margin >= MARGIN and margin > found.get(question, (0.0,))[0]:
                found[question] = margin, Heard(question, option, part)
    return tuple(heard for _, heard in found.values())


def _clearest(options: Sequence[str], cosines: Sequence[float]) -> tuple[str, float]:
    """The option whose nearest saying is nearest ("" = they tell nothing), and how far ahead of the next it is."""
    best: dict[str, float] = {}
    for option, cosine in zip(options, cosines, strict=True):
        best[option] = max(best.get(option, -1.0), cosine)
    first, *rest = sorted(best, key=lambda option: -best[option])
    return first, best[first] - best[rest[0]] if rest else 0.0


def _parts(text: str) -> Iterator[str]:
    """The sentences, and the longer parts of those that punctuation divides."""
    for start, end in sentences(text):
        sentence = " ".join(text[start:end].split())
        for part in (sentence, *re.split(r"\s*[,;:–]\s+", sentence)):
            if len(part.split()) >= LEAST_WORDS:
                yield part
