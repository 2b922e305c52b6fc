"""Blocks become Passages that remember their heading, their page and their place in the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from assistant import language
from assistant.types import Block, Document, Passage

SIZE = 110
"""Tokens in a passage: a starting point between 64 and 128, where smaller was better on NorQuAD."""

_ITEM = re.compile(r"- |\d+\. ")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A block, or a part of one that is too long: its place in the document and its size in tokens."""

    block: Block
    start: int
    end: int
    tokens: int


def split(document: Document, count: Callable[[str], int] | None = None, size: int = SIZE) -> tuple[Passage, ...]:
    """The passages of a document, in reading order.

    `count` gives the tokens of a text (default: a quarter of its characters), `size` the most that a
    passage may hold. A passage stays below one level-2 heading and on one page, and below one heading that
    asks: what follows answers that question and no other. Whole blocks are packed; a
    list, with the line that introduces it, stays together when it fits. Only a block that alone exceeds
    `size` is cut, at sentences and, where a sentence exceeds it too, at clauses and words: this is done
    by llama-index's SentenceSplitter with our own sentence borders, imported only when needed as the
    import takes over a second. The size of a passage is the sum of its blocks' sizes.
    """
    count = count or _quarter
    text = "\n".join(block.text for block in document.blocks)
    passages: list[Passage] = []
    units = _units(document.blocks, count, size)
    for (section, _), run in groupby(units, key=lambda unit: (_section(unit.block.headings), unit.block.page)):
        for group in _pack(list(run), size):
            passages.append(_passage(document, text, group, section[-1] if section else "", len(passages) + 1))
    return tuple(passages)


def asks(heading: str) -> bool:
    """Whether a heading is a question, which what stands below it answers."""
    return heading.endswith("?")


def _section(headings: tuple[str, ...]) -> tuple[str, ...]:
    """A heading path down to the last heading that asks, else to the level-2 heading."""
    return headings[: max((depth for depth, heading in enumerate(headings, 1) if asks(heading)), default=1)]


def _quarter(text: str) -> int:
    return -(-len(text) // 4)


def _units(blocks: tuple[Block, ...], count: Callable[[str], int], size: int) -> Iterator[_Unit]:
    start = 0
    for block in blocks:
        tokens = count(block.text)
        if tokens <= size:
            pieces = [(0, len(block.text), tokens)] if block.text.strip() else []
        else:
            pieces = _cut(block.text, count, size)
        for first, last, held in pieces:
            yield _Unit(block, start + first, start + last, held)
        start += len(block.text) + 1


def _cut(text: str, count: Callable[[str], int], size: int) -> list[tuple[int, int, int]]:
    """(start, end, tokens) of the pieces of a block that exceeds `size`."""
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=size,
        chunk_overlap=0,
        tokenizer=lambda piece: range(count(piece)),
        chunking_tokenizer_fn=_sentences,
        secondary_chunking_regex=r".+?(?:[,;:](?=\s)|\s[–|](?=\s)|$)\s*",
        include_metadata=False,
    )
    pieces, end = [], 0
    for piece in splitter.split_text(text):
        start = text.index(piece, end)
        end = start + len(piece)
        pieces.append((start, end, count(piece)))
    return pieces


def _sentences(text: str) -> list[str]:
    """The text cut before each of its sentences but the first, so that nothing is lost between them."""
    cuts = [0, *(start for start, _ in language.sentences(text)[1:]), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def _pack(units: list[_Unit], size: int) -> Iterator[list[_Unit]]:
    """Groups of units that become passages."""
    group: list[_Unit] = []
    held = 0
    for place, unit in enumerate(units):
        together = sum(other.tokens for other in units[place : _list_end(units, place)])
        needed = together if together <= size else _with_first_item(units, place, size)
        deeper = bool(group) and unit.block.headings != group[-1].block.headings and held * 2 >= size
        begun = bool(group) and _in_list(group[-1], unit)
        if group and (deeper or held + (unit.tokens if begun else needed) > size):
            yield group
            group, held = [], 0
        group.append(unit)
        held += unit.tokens
    if group:
        yield group


def _in_list(before: _Unit, unit: _Unit) -> bool:
    """Whether `unit` continues the list or table that `before` is an item of."""
    same = before.block.headings == unit.block.headings
    return same and _list_kind(before) != "" and _list_kind(before) == _list_kind(unit)


def _list_kind(unit: _Unit) -> str:
    if _ITEM.match(unit.block.text):
        return "item"
    return "row" if " | " in unit.block.text else ""


def _introduces(unit: _Unit, following: _Unit) -> bool:
    same = unit.block.headings == following.block.headings
    return same and unit.block.text.rstrip().endswith(":") and not _list_kind(unit) and _list_kind(following) != ""


def _list_end(units: list[_Unit], place: int) -> int:
    """Where the list that starts at `place`, or is introduced there, ends."""
    end = place + 1
    if end < len(units) and _introduces(units[place], units[end]):
        end += 1
    while end < len(units) and _in_list(units[end - 1], units[end]):
        end += 1
    return end


def _with_first_item(units: list[_Unit], place: int, size: int) -> int:
    """Tokens that must fit for `place` to be added: its own and, if it introduces a list, the first item's."""
    pair = units[place : place + 2]
    both = sum(unit.tokens for unit in pair)
    return both if len(pair) == 2 and _introduces(*pair) and both <= size else units[place].tokens


def _passage(document: Document, text: str, units: list[_Unit], heading: str, number: int) -> Passage:
    first, start, end = units[0].block, units[0].start, units[-1].end
    return Passage(
        id=f"{document.card.id}#{number}",
        card=document.card,
        text=text[start:end],
        heading=heading,
        path=first.headings,
        page=first.page,
        start=start,
        end=end,
        sources=tuple(dict.fromkeys(source for unit in units for source in unit.block.sources)),
    )
