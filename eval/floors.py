"""Floors below which no score may fall, pinned to the questions and the corpus that they were measured on."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# How far a pin keeps from the measured value: processors round differently, and one of the 159
# answerable dev questions is 0.006. What must hold always (1.0) gets none.
SLACK = 0.01

# Ceilings that we chose; an update leaves them alone.
CHOSEN = frozenset({"words"})


@dataclass(frozen=True, slots=True)
class Floors:
    """`at_least` and `at_most` by measure; `fingerprint` by what was measured on."""

    fingerprint: Mapping[str, str]
    at_least: Mapping[str, float]
    at_most: Mapping[str, float]


def read_floors(path: Path) -> Floors:
    """Read a floors file."""
    return Floors(**json.loads(path.read_text(encoding="utf-8")))


def write_floors(path: Path, floors: Floors) -> None:
    """Write a floors file that diffs well."""
    fields = {name: dict(getattr(floors, name)) for name in Floors.__slots__}
    path.write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def fingerprint(questions: Path, corpus: Path) -> dict[str, str]:
    """SHA-256 of the questions file, and of the names and contents of all files below `corpus`."""
    tree = hashlib.sha256()
    for path in sorted(p for p in corpus.rglob("*") if p.is_file()):
        tree.update(path.relative_to(corpus).as_posix().encode() + b"\0")
        tree.update(hashlib.sha256(path.read_bytes()).digest())
    return {"questions": hashlib.sha256(questions.read_bytes()).hexdigest(), "corpus": tree.hexdigest()}


def below(floors: Floors, measured: Mapping[str, float]) -> list[str]:
    """One line for each measure that fell below its floor (or rose above its ceiling), or was not measured."""
    lines = [
        f"{name}: {measured.get(name, math.nan):.3f} is below its floor {floor:.3f}"
        for name, floor in floors.at_least.items()
        if not measured.get(name, math.nan) >= floor
    ]
    return lines + [
        f"{name}: {measured.get(name, math.nan):.3f} is above its ceiling {ceiling:.3f}"
        for name, ceiling in floors.at_most.items()
        if not measured.get(name, math.nan) <= ceiling
    ]


def moved(floors: Floors, now: Mapping[str, str]) -> list[str]:
    """One line for each thing measured on that is not what the floors were pinned to."""
    return [
        f"the {name} changed since the floors were pinned: run with --update"
        for name, digest in now.items()
        if floors.fingerprint.get(name) != digest
    ]


def pin(floors: Floors, measured: Mapping[str, float], now: Mapping[str, str], *, lower: bool = False) -> Floors:
    """Floors raised to what was measured, and only with `lower` also lowered to it.

    Raises ValueError when a measure has fallen below its floor and `lower` is not given.
    """
    fallen = below(floors, measured)
    if fallen and not lower:
        raise ValueError("\n".join(fallen))
    at_least = {name: _pinned(floor, measured[name]) for name, floor in floors.at_least.items()}
    at_most = {
        name: ceiling if name in CHOSEN else -_pinned(-ceiling, -measured[name])
        for name, ceiling in floors.at_most.items()
    }
    return Floors(dict(now), at_least, at_most)


def _pinned(floor: float, value: float) -> float:
    """`floor`, or a little below `value` where that is higher, or where `value` fell below the floor."""
    near = round(math.floor((value - SLACK) * 1000 + 1e-6) / 1000, 3)
    return near if value < floor else max(floor, near)
