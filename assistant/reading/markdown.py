"""Markdown becomes Blocks: one for each line as people read it, with its headings and source numbers.

The dialect is what FORMAT.md uses, and what people write in ordinary notes: headings, paragraphs, bullets,
steps, tables, quotes, fenced text, emphasis, links and comments. It is read line by line; see the CommonMark
specification (https://spec.commonmark.org/) for the rules on which line continues which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from assistant.types import Block

SEE_ALSO = frozenset({"se også", "se òg", "sjå også", "sjå òg", "se även", "see also"})
"""Headings, in lower case, below which a document only names other documents."""

DOCUMENT_ID = re.compile(r"(?<![\w/.-])[a-z]{2}(?:-[a-z0-9]+)+(?![\w/-])")
"""How the id of a document looks inside running text."""

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTE = re.compile(r" {0,3}> ?")
_BULLET = re.compile(r"\s*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_STEP = re.compile(r"\s*(\d{1,4})[.)][ \t]+(?=\S)")
_LETTER = re.compile(r"\s*[a-zæøå]\) (?=\S)")
_CELL = re.compile(r"(?<!\\)\|")
_DIVIDER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_MARKER = re.compile(r"[ \t]*((?:\[\d{1,3}\])+)(?!\()")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^)\[]*\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\( ?<?[^)\s>\[]*>?(?: \"[^\"]*\")? ?\)")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_MARKS = tuple(
    (re.compile(opening), re.compile(closing))
    for opening, closing in (
        (r"(?<!\\)\*\*(?=\S)", r"(?<=\S)(?<!\\)\*\*"),
        (r"(?<!\\)__(?=\S)", r"(?<=\S)(?<!\\)__"),
        (r"(?<![\\*])\*(?=[^\s*])", r"(?<=[^\s*\\])\*(?!\*)"),
        (r"(?<![\\\w])_(?=[^\s_])", r"(?<=[^\s_\\])_(?!\w)"),
    )
)
"""What opens and what closes emphasis, the strong kinds first."""
_CODE = re.compile(r"(?<!\\)(`{1,9})(?!`)(.+?)(?<![\\`])\1(?!`)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of Markdown with its kind: heading, text, bullet, step, row or quote.

    `level` is the level of a heading (1 to 6) and 0 for every other line. `number` is the line's number in
    the body, from 1. The text still holds emphasis, links and source markers.
    """

    kind: str
    text: str
    number: int
    level: int = 0


def markdown_blocks(body: str) -> tuple[Block, ...]:
    """Turn a Markdown body into Blocks in reading order.

    Takes the body without front matter. Gives one Block for each paragraph, bullet, step, table row (the
    header row too, the divider not) and line of a quote. The first level-1 heading is the title and stands
    nowhere; every other heading stands in the `headings` of what follows it. A "see also" section gives no
    Blocks: `see_also` reads it. Never fails; a body without text gives an empty tuple.
    """
    blocks: list[Block] = []
    path: dict[int, str] = {}
    for line, points_elsewhere in _lines_told_apart(body):
        if line.level:
            path = {level: text for level, text in path.items() if level < line.level}
            path[line.level] = line.text
        elif not points_elsewhere:
            text, sources = plain(line.text)
            if text:
                blocks.append(Block(text=text, headings=tuple(path.values()), sources=sources))
    return tuple(blocks)


def see_also(body: str) -> tuple[str, ...]:
    """Give the ids of the documents that the body's "see also" sections name, in order, each once."""
    told = _lines_told_apart(body)
    return tuple(dict.fromkeys(id_ for line, elsewhere in told if elsewhere for id_ in DOCUMENT_ID.findall(line.text)))


def headings(body: str, level: int) -> tuple[str, ...]:
    """Give the texts of the body's headings of one level (1 to 6), in order."""
    return tuple(line.text for line in _lines(body) if line.level == level)


def plain(text: str) -> tuple[str, tuple[int, ...]]:
    """Take emphasis, links, code marks and source markers off one line.

    Gives the bare text, and the numbers of the markers in the order of first use, each once. Other square
    brackets, such as the place "[VÆGT]" that a template leaves open, stay. The time is in proportion to the length,
    whatever marks stand unclosed in the line: 1 MB takes less than a second (2 cores, 2026-11-21).
    """
    text = re.sub(r"\s+", " ", text)
    numbers = [int(n) for group in _MARKER.findall(text) for n in re.findall(r"\d+", group)]
    text = _IMAGE.sub(r"\1", _MARKER.sub("", text))
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", text))
    text = _CODE.sub(lambda found: found[2].strip(), text)
    for opening, closing in _MARKS:
        text = _unmarked(text, opening, closing)
    text = _ESCAPE.sub(r"\1", text)
    text = re.sub(r" +([.,;:!?])(?=\s|$)", r"\1", text) if numbers else text
    return re.sub(r"\s+", " ", text).strip(), tuple(dict.fromkeys(numbers))


def _unmarked(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """The text without a kind of emphasis. What closes no mark closes none after it: nothing is looked at twice."""
    parts, done = list[str](), 0
    while (first := opening.search(text, done)) and (last := closing.search(text, first.end() + 1)):
        parts += [text[done : first.start()], text[first.end() : last.start()]]
        done = last.end()
    return "".join(parts) + text[done:]


def _lines_told_apart(body: str) -> Iterator[tuple[_Line, bool]]:
    """Give every line but the title, and whether it stands in a "see also" section."""
    titled, inside = False, 0
    for line in _lines(body):
        if line.level == 1 and not titled:
            titled = True
            continue
        if line.level and (not inside or line.level <= inside):
            inside = line.level if line.text.casefold().rstrip(" :") in SEE_ALSO else 0
        yield line, inside > 0


@dataclass(slots=True)
class _Open:
    """The line that may still grow: its first line's number, its kind and the pieces so far."""

    kind: str = ""
    number: int = 0
    pieces: list[str] = field(default_factory=list)

    def close(self) -> Iterator[_Line]:
        if self.pieces:
            yield _Line(self.kind, " ".join(piece.strip() for piece in self.pieces), self.number)
        self.kind, self.pieces = "", []


def _lines(body: str) -> Iterator[_Line]:
    """Read the body once, closing the growing line whenever another one begins."""
    growing, fence = _Open(), ""
    for number, raw in enumerate(_without_comments(body).split("\n"), start=1):
        mark = _FENCE.match(raw)
        if mark and (not fence or mark[1].startswith(fence)):
            yield from growing.close()
            fence = "" if fence else mark[1]
        elif fence:
            yield from [_Line("text", raw.strip(), number)] if raw.strip() else []
        elif growing.kind == "text" and (under := _UNDERLINE.match(raw)):
            text = " ".join(piece.strip() for piece in growing.pieces)
            growing.pieces = []
            yield from growing.close()
            yield _Line("heading", plain(text)[0], growing.number, level=1 if under[1][0] == "=" else 2)
        elif not raw.strip() or _RULE.match(raw):
            yield from growing.close()
        elif (whole := _whole(raw, number)) is not None:
            yield from growing.close()
            yield from whole
        elif begins := _begins(raw, growing.kind):
            yield from growing.close()
            growing.kind, growing.number, growing.pieces = begins[0], number, [begins[1]]
        elif growing.pieces:
            growing.pieces.append(raw)
        else:
            growing.kind, growing.number, growing.pieces = "text", number, [raw]
    yield from growing.close()


def _whole(raw: str, number: int) -> Iterable[_Line] | None:
    """Give the Lines of a raw line that nothing can continue, or None: a heading, a quote, a table row."""
    if heading := _HEADING.match(raw):
        return [_Line("heading", plain(_without_tail(heading[2] or ""))[0], number, level=len(heading[1]))]
    if quote := _QUOTE.match(raw):
        inner = raw[quote.end() :]
        begins = _begins(inner, "")
        return [_Line("quote", begins[1] if begins else inner.lstrip("> "), number)] if inner.strip(" >") else []
    if raw.lstrip().startswith("|"):
        return [] if _DIVIDER.match(raw) else [_Line("row", _row(raw), number)]
    return None


def _without_tail(heading: str) -> str:
    """A heading's text without the marks that may close it."""
    bare = heading.rstrip().rstrip("#")
    return bare if not bare or bare[-1] in " \t" else heading


def _begins(raw: str, before: str) -> tuple[str, str] | None:
    """Say whether a raw line begins an item of a list: its kind and its text, in one notation.

    Inside a paragraph only "1." begins a list, as in CommonMark: a line may well begin with "8. desember".
    """
    if found := _BULLET.match(raw):
        return "bullet", "- " + raw[found.end() :]
    if (found := _STEP.match(raw)) and (before != "text" or found[1] == "1"):
        return "step", f"{found[1]}. {raw[found.end() :]}"
    return ("letter", raw.strip()) if _LETTER.match(raw) else None


def _row(raw: str) -> str:
    """Join the cells of a table row by " | "; a cell that only a source marker filled stays empty."""
    cells = _CELL.split(raw.strip().removeprefix("|").removesuffix("|"))
    return " | ".join(cell.strip().replace("\\|", "|") for cell in cells)


def _without_comments(body: str) -> str:
    """Drop HTML comments but keep their line breaks, so that line numbers stay right."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), body)
