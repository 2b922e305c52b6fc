"""Finds the things that one question asks: "Who may take part, and how many must they employ?" asks two."""

from __future__ import annotations

import re

_WONDERS = (
    r"(?:hva|hvad|kva|vad|what|hvem|kven|vem|who|hvordan|hvorledes|korleis|hur|how|hvorfor|kvifor|varför|why|"
    r"når|hvornår|när|when|hvor|kor|var|where|hvilke\w*|kva for|vilk\w+|which)\b"
)
_TURNS = (
    r"(?:må|skal|ska|kan|bør|bör|får|fik|fikk|er|är|har|blev|ble|var|finnes|findes|finst|finns|gjelder|gjeld|gælder|"
    r"gäller|trenger|must|may|can|should|is|are|do|does|did|was|were|will|would|has|have)\b"
)
"""Verbs that begin a question which yes or no answers."""

_AND = r"(?:og|och|and|samt|å|men|but)\s+"
_JOINT = re.compile(
    rf"\?+\s+(?:{_AND})?(?=\S)|[,;.]?\s+{_AND}(?:(?:i så fall|da|så|then)\s+)?(?={_WONDERS}|{_TURNS})", re.IGNORECASE
)
_ASKS = re.compile(rf"\b{_WONDERS}|(?:^|[.!]\s+)\W*{_TURNS}", re.IGNORECASE)


def asks(question: str) -> tuple[tuple[int, int], ...]:
    """Where in `question` (characters) each thing that it asks stands, in order; () where it asks one thing.

    What asks nothing, such as the situation that is told before, goes with what follows, or at the end with what
    stands before.
    """
    joints = list(_JOINT.finditer(question))
    starts = [0, *(joint.end() for joint in joints)]
    ends = [*(joint.start() for joint in joints), len(question)]
    found: list[tuple[int, int]] = []
    told: int | None = None  # where a situation begins that no question has followed yet
    for start, end in zip(starts, ends, strict=True):
        told = start if told is None else told
        if _ASKS.search(question[start:end]):
            found.append((told, end))
            told = None
    if told is not None and found:
        found[-1] = (found[-1][0], len(question))
    return tuple(found) if len(found) > 1 else ()
