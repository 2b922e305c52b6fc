"""Word beginnings that speak for a label are counted in a text, and the sentence that shows one best is kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from assistant.language import sentences


@dataclass(frozen=True, slots=True)
class Found:
    """A label with how often its cues stand in a text, and a sentence that holds one."""

    label: str
    count: int
    quote: str


def count(table: str, text: str) -> dict[str, Found]:
    """The labels of a table of `cues.toml` whose cues stand in the text, most often first."""
    found = []
    for label, pattern in _patterns()[table].items():
        matches = list(pattern.finditer(text))
        if matches:
            found.append(Found(label, len(matches), sentence_at(text, matches[0].start())))
    return {one.label: one for one in sorted(found, key=lambda one: -one.count)}


def names(table: str) -> frozenset[str]:
    """The plain names that a table of `cues.toml` lists."""
    return frozenset(words(table)["names"].split())


def words(table: str) -> Mapping[str, str]:
    """A table of `cues.toml` as it is written."""
    return _tables()[table]


def matches(table: str, label: str, text: str) -> bool:
    """Whether a cue of one label stands in the text."""
    return _patterns()[table][label].search(text) is not None


def sentence_at(text: str, place: int) -> str:
    """The sentence of `text` that holds the character at `place`."""
    line = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    row = text[line : end if end >= 0 else len(text)]
    for first, last in sentences(row):
        if place - line < last:
            return row[first:last]
    return row.strip()


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, str]]:
    text = (files("assistant.reading") / "cues.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    plain = {"public_names", "not_names", "danish"}
    tables = {table: labels for table, labels in _tables().items() if table not in plain}
    return {table: {label: _pattern(cues) for label, cues in labels.items()} for table, labels in tables.items()}


def _pattern(cues: str) -> re.Pattern[str]:
    parts = []
    for cue in cues.split():
        whole, body = cue.endswith("."), cue.removesuffix(".").strip("_")
        written = re.escape(body).replace("_", r"\s+") + (r"(?!\w)" if whole else r"\w*")
        parts.append(written if body.islower() else f"(?-i:{written})")
    return re.compile(rf"(?<![\w/])(?:{'|'.join(parts)})", re.IGNORECASE)
