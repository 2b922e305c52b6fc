"""The values of how needs are worded: cues in the words, sayings by their meaning, and what is heard in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.plans import Expression


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for an option of a question. `pattern` is a regular expression over lower-case text."""

    question: str
    option: str
    pattern: str
    weight: int


@dataclass(frozen=True, slots=True)
class Cues:
    """How people word what the questions ask for; `needs.toml` holds it and says what each part means.

    `denials`, `doubts`, `valued`, `yearly` and `wholly` are regular expressions. `both` is the option of a question
    that holds where several are spoken of, `follows` (question, option, when) what other answers imply. `numbers` and
    `multiples` are numbers by their word, `lasts` the question that says how long a yearly sum is paid, `units` months
    by the word for a time; `spans` gives, for a question, the months from which each option holds, and `span_words`
    the question that a word before a time answers. `places` names, for a place of a template, the part of the need
    that fills it; `lessons` is how the headings of a case's sections on experience begin.
    """

    cues: tuple[Cue, ...]
    denials: str
    doubts: str
    both: Mapping[str, str]
    follows: tuple[tuple[str, str, Expression], ...]
    numbers: Mapping[str, float]
    multiples: Mapping[str, int]
    currencies: Mapping[str, str]
    valued: str
    yearly: str
    wholly: str
    lasts: str
    units: Mapping[str, int]
    spans: Mapping[str, Mapping[str, int]]
    span_words: Mapping[str, str]
    places: Mapping[str, str]
    lessons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """An ordinary sentence of a need in several languages, and the option that it gives by question id."""

    texts: tuple[str, ...]
    tells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """An option of a question that a sentence of the need means, by how near it is to a Saying."""

    question: str
    option: str
    sentence: str
