"""A follow-up and its history become a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.language import stopwords, words
from assistant.types import Answer, Turn

_OPENS = re.compile(
    r"^\W*(?:og|å|och|and|men|but|hva med|hvad med|kva med|vad händer|what about|how about|hva hvis|hvad hvis|og hvis|gjelder det|gælder det|gäller det|"
    r"kan du|kan i|could you|så\b|then\b|eller\b|or\b|hvorfor|kvifor|varför|why)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:det|den|de|dem|dei|der|da|då|dette|denne|disse|desse|detta|dessa|deres|deira|deras|han|hun|ho|it|its|they|them|their|this|that|these|those|there|"
    r"så|liknende|liknande|lignende|tilsvarende|similar|same|samme)\b",
    re.IGNORECASE,
)
FEW = 9
"""Words of a question (function words apart, in any of our languages) up to which a linking word makes it a follow-up."""

POINTING = 4
"""The same for a pointing word: in a longer question it mostly points to something in the question itself.

Of 17 follow-ups of the development questions 16 are recognised, and 46 of 254 questions that stand alone are taken for
one; with 9 here and BRIEF 4 it was 16 and 144 (2026-11-21).
"""

BRIEF = 3
"""The same for a question that names nobody, even without a linking or a pointing word."""


def settle(question: str, history: Sequence[Turn], places_named: Callable[[str], str]) -> str:
    """The question made to stand alone; unchanged where it already does, or where there is no history.

    A follow-up opens with a linking word or points back, and is short. The topic is the last question of the
    history that stood alone, with the follow-ups since; `places_named` takes from a text the countries that it
    names, so that a country named now replaces the one named then.
    """
    if not history or not follows(question):
        return question
    earlier: list[str] = []
    for turn in reversed(history):
        earlier.insert(0, turn.question)
        if not follows(turn.question):
            break
    topic = " ".join([earlier[0], *earlier[1:][-1:]])
    if places_named(question) != question:
        topic = places_named(topic)
    return f"{topic.strip()} {question.strip()}"


def follows(question: str) -> bool:
    """Whether a question leans on what was said before."""
    known = frozenset().union(*(stopwords(language) for language in ("nb", "nn", "da", "sv", "en")))
    content = [word for word in words(question) if word not in known]
    if len(content) > FEW:
        return False
    named = re.search(r"\w\W+[A-ZÆØÅÄÖ]\w", question)
    points = len(content) <= POINTING and _POINTS.search(question)
    return bool(_OPENS.search(question) or points or (len(content) <= BRIEF and not named))


def recent(history: Sequence[Turn]) -> tuple[str, ...]:
    """Ids of the documents that the last answer of the history cites, in order of use."""
    for turn in reversed(history):
        if isinstance(turn.reply, Answer):
            return tuple(dict.fromkeys(citation.passage.card.id for citation in turn.reply.citations))
    return ()
