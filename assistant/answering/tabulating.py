"""Many cases at once: a table of who, what and result, every cell cited, and how many there are beyond it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.sentences import Quotable
from assistant.answering.sheet import sheet
from assistant.types import Claim, Notice, Part

COLUMNS = ("case", "partners", "what", "results")
"""Keys of the word lists."""

WORDS = 30
"""Words of a sentence in a cell: a longer one makes a row that nobody compares."""


OPENING = 0.1
"""Score that a sentence of a case's opening section is given: it says what was done. Set by eye on 46 rows."""


def tabulate(sentences: Sequence[Quotable], names: Sequence[str], most: int) -> tuple[Part, tuple[Notice, ...]]:
    """A table of at most `most` of the cases with these ids, in this order, and a notice of how many they are.

    `sentences` are those that may be quoted, of all the cases. A case of which nothing can be quoted is left out of
    the table, and counts among those not shown.
    """
    claims: list[Claim] = []
    rows = 0
    for name in names:
        own = [s for s in sentences if s.passage.card.id == name]
        start = min((s.passage.heading for s in own if s.passage.start == 0), default=None)
        own.sort(key=lambda s: -s.score - OPENING * (s.passage.heading == start))
        row = _row(own)
        if row and rows < most:
            claims += row
            rows += 1
    notice = Notice("cases-shown", (str(rows), str(len(names))))
    return Part(tuple(claims), "table", columns=COLUMNS), (notice,)


def _row(own: Sequence[Quotable]) -> list[Claim]:
    """Title, partners, the sentence that fits best and the result; a sentence where the card does not tell."""
    short = [s for s in own if s.length <= WORDS]
    if len(short) < len(COLUMNS) - 1:
        return []
    told = sheet(short[0].passage.card)
    spare = iter(short[1:])
    cells = [(told.passage, told.title)]
    for line in (told.partners, None, told.results):
        sentence = short[0] if line is None else next(spare) if not line else None
        cells.append((sentence.passage, sentence.text) if sentence else (told.passage, line or ""))
    return [Claim(text, ((passage, text),)) for passage, text in cells]
