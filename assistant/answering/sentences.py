"""The sentences of passages that may be quoted, with how well each answers the question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.language import sentences as spans_of
from assistant.language import words
from assistant.types import Hit, Passage, Query

Relevance = Callable[[Passage, Sequence[tuple[int, int]]], list[float]]
"""How well each span (characters) of a passage's text covers the question: about 0 to 1."""

SHORTEST = 4  # words; a shorter one is a label and is quoted with what follows it
LONGEST = 70  # words; a longer one is no sentence but a table or a list without line breaks

_STEP = re.compile(r"\d+\.\s")
_NUMBER = re.compile(r"\d")
_DATE = re.compile(r"\b(?:1[89]|20)\d\d\b|\b\d{1,2}\.\s?(?:jan|feb|mar|apr|ma[ijr]|jun|jul|aug|sep|okt|oct|nov|de[sc])", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,»] )[A-ZÆØÅÄÖ]\w+")

_ASKS_NUMBER = re.compile(
    r"\b(?:(?:hvor|kor) (?:mange|mye|mykje|meget|stor\w*|lang\w*|høy\w*|høj\w*|lenge|langt|tungt?|gammel|fort)|hur (?:många|mycket|stor\w*|länge|lång\w*|gammal)|"
    r"how (?:many|much|large|long|high|old|far)|prosent\w*|procent\w*|percent\w*|terskel\w*|tærskel\w*|threshold\w*|grense\w*|beløb\w*|beløp\w*)"
)
_ASKS_TIME = re.compile(r"\b(?:når\b|hvornår|when\b|hvilket? år|kva for (?:eit )?år|vilket år|hvilken dato|frist\w*|what year|i hvilket årstall)")
_ASKS_WHO = re.compile(r"^\W*(?:hvem|kven|vem|who)\b|\b(?:hva heter|kva heiter|hvad hedder|vad heter)\b")
_ASKS_WHERE = re.compile(r"\b(?:hvor|kor|var|where|hvilken by|hvilket land|hvilken kommune)\b(?! (?:mange|mye|meget|stor|lang|høy|lenge|ofte))")

KIND_BONUS = 0.06
"""What a sentence gains for holding the kind of thing that is asked for (a number, a date, a name)."""


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence of a passage: where it stands in the passage's text, its form there and its score."""

    hit: int
    passage: Passage
    start: int
    end: int
    step: bool
    score: float

    @property
    def text(self) -> str:
        """The words, verbatim."""
        return self.passage.text[self.start : self.end]

    @property
    def length(self) -> int:
        """How many words it has."""
        return len(self.text.split())


def quotable(query: Query, hits: Sequence[Hit], relevance: Relevance) -> list[Quotable]:
    """Every sentence of the hits' passages that may stand in an answer, in order of hit and of place.

    A passage's own score counts beside the sentence's: the best passage's sentences come first among equals.
    """
    found: list[Quotable] = []
    if not hits:
        return found
    best = hits[0].score
    for number, hit in enumerate(hits):
        spans = whole_sentences(hit.passage.text, tables=query.intent == "template")
        for (start, end), score in zip(spans, relevance(hit.passage, spans), strict=True):
            text = hit.passage.text[start:end]
            total = score + kind_bonus(query.text, text) - PASSAGE_WEIGHT * (best - hit.score)
            line = hit.passage.text.rfind("\n", 0, start) + 1
            found.append(Quotable(number, hit.passage, start, end, bool(_STEP.match(hit.passage.text[line:])), total))
    return found


PASSAGE_WEIGHT = 0.02
"""How much a passage's score (about 0 to 20) counts beside a sentence's (0 to 1)."""


def whole_sentences(text: str, *, tables: bool = False) -> list[tuple[int, int]]:
    """Spans of sentences that can stand alone: labels joined to what they label, headings and bare cells left out."""
    spans: list[tuple[int, int]] = []
    carried: int | None = None
    for start, end in spans_of(text):
        piece = text[start:end]
        same_line = carried is not None and "\n" not in text[carried:start]
        first = carried if carried is not None and same_line else start
        count = len(piece.split())
        if piece.endswith(":") or (count < SHORTEST and not _NUMBER.search(piece)):
            carried = first
            continue
        carried = None
        whole = text[first:end]
        if len(whole.split()) > LONGEST or whole.endswith("?") or (" | " in whole and not tables):
            continue
        spans.append((first, end))
    return spans


def kind_bonus(question: str, sentence: str) -> float:
    """KIND_BONUS when the sentence holds the kind of thing that the question asks for, else 0."""
    asked = question.lower()
    if _ASKS_NUMBER.search(asked):
        return KIND_BONUS if _NUMBER.search(sentence) else 0.0
    if _ASKS_TIME.search(asked):
        return KIND_BONUS if _DATE.search(sentence) else 0.0
    if _ASKS_WHO.search(asked):
        known = set(words(question))
        return KIND_BONUS if any(name.lower() not in known for name in _NAME.findall(sentence)) else 0.0
    return 0.0
