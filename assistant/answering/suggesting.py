"""Next questions: what the documents that an answer cites are asked about elsewhere in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.language import STOPWORDS, words
from assistant.types import Citation, Query

SAME = {"nn": "nb"}
"""Written languages that are one here: few documents have questions in nynorsk."""

ALIKE = 0.5
"""Share of its content words that a question may have in common with one that was asked, and still be new."""


def candidates(query: Query, asked: Sequence[str], citations: Sequence[Citation]) -> Iterator[tuple[str, str]]:
    """Questions in the asker's language, each with the id of the document that answers it.

    They come from the cited documents in order of use, one from each before the second of any, only from sections that
    the answer has not quoted, and only whole questions. `asked` are the questions of the conversation so far.
    """
    cards = {c.passage.card.id: c.passage.card for c in citations}
    quoted = {(c.passage.card.id, c.passage.heading) for c in citations}
    spoken = SAME.get(query.language, query.language)
    piles = [
        [
            q.text
            for q in card.questions
            if SAME.get(q.language, q.language) == spoken
            and (card.id, q.section or "") not in quoted
            and _is_sentence(q.text)
        ]
        for card in cards.values()
    ]
    known = [*asked, query.text]
    for turn in range(max(map(len, piles), default=0)):
        for name, pile in zip(cards, piles, strict=True):
            if turn < len(pile) and not any(_alike(pile[turn], other) for other in known):
                known.append(pile[turn])
                yield pile[turn], name


def _is_sentence(text: str) -> bool:
    """Whether a question is written out, and not only search words: cards hold both."""
    return text.endswith("?") and not text[:1].islower()


def _alike(one: str, other: str) -> bool:
    mine, theirs = set(words(one)) - STOPWORDS, set(words(other)) - STOPWORDS
    return len(mine & theirs) >= ALIKE * max(1, min(len(mine), len(theirs)))
