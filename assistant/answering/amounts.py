"""Whether what a sentence says holds for the amount that a question names: a rule for contracts above 500 000 kroner
does not tell what to do with one of 90 000.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from math import inf

from assistant.answering.stated import Figure, plain, stated

LEAST = 10_000
"""The least number that is taken for money where no currency stands beside it: "for rundt 400 000 totalt"."""

NEAR = 0.001
"""Share of an amount by which "under 500 000" lies below it, and "over 500 000" above."""

_PEOPLE = re.compile(
    r"innb|indb|invån|inhab|person|people|resident|menn|borger|ansat|anställ|tilset|medarb|employ|elev|tim|hour"
)
_BETWEEN = re.compile(r"\b(?:mellom|mellem|mellan|between)\b")
_AND, _TO = frozenset({"og", "och", "and"}), frozenset({"til", "till", "to", "opp", "op", "upp", "up"})


def asked(question: str, language: str) -> tuple[float, ...]:
    """The amounts in crowns that a question names."""
    return tuple(one.value * (1 + NEAR * one.bound) for one in _crowns(question, language))


def fits(amounts: tuple[float, ...], text: str, language: str) -> int:
    """1 where every range of crowns that `text` names holds one of the `amounts`, -1 where each ends below all, else 0.

    What holds from 1.3 million tells by that of less too; what holds below 500 000 tells nothing of more.
    Ranges in other currencies are not looked at, nor are amounts that are no end of a range.
    """
    ranges = _ranges(text, language) if amounts else []
    held = [any(low <= amount < high for amount in amounts) for low, high in ranges]
    if not ranges or all(held):
        return int(bool(ranges))
    return -1 if all(high <= amount for _, high in ranges for amount in amounts) else 0


def _ranges(text: str, language: str) -> list[tuple[float, float]]:
    between = _BETWEEN.search(plain(text)) is not None
    found: list[tuple[float, float]] = []
    crowns = _crowns(text, language)
    ends = zip_longest(crowns, crowns[1:])
    for one, other in ends:
        goes_on = one.bound >= 0 and (one.counted in _TO or (between and one.counted in _AND))
        if other and goes_on and other.value > one.value:
            found.append((one.value, other.value))
            next(ends)
        elif one.bound:
            found.append((one.value, inf) if one.bound > 0 else (0.0, one.value))
    return found


def _crowns(text: str, language: str) -> list[Figure]:
    return [
        one
        for one in stated(text, language).figures
        if (one.kind == "amount" and one.unit in {"kr", "NOK", "DKK", "SEK"})
        or (one.kind == "number" and one.value >= LEAST and not one.unit and not _PEOPLE.match(one.counted))
    ]
