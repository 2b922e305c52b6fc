"""A Proposal becomes a Markdown file in the corpus format, for a person to finish: front matter, evidence, text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from assistant.types import Block, Card, Figure, Proposal, Source

LONGEST = 200
"""Characters of a quote that stands as evidence."""

_MISSING = {
    "country": 'not told by the text; two letters in quotes, such as "NO" or "DK"',
    "as_of": "not told by the text; the date that the facts are true of, YYYY, YYYY-MM or YYYY-MM-DD",
    "summary": "not told by the text; one or two sentences that a busy reader can decide on",
}
_OF_KIND = {
    "case": (
        "public_partners", "private_partners", "inclusion_partners", "models", "sectors", "target_groups",
        "start", "end", "results",
    ),
    "guidance": ("legal_basis", "applies_to"),
    "template": ("template_for",),
}  # fmt: skip
_OPENING = ("id", "kind", "title", "language", "country", "summary", "topics", "as_of")
_SPECIAL = re.compile(
    r"[\\`*\[\]]|(?<!\w)_|_(?!\w)|(?<=\])\(|^[#>~+](?!\d)|(?<=<)!|(?<=<http):|(?<=<https):|(?<=<mailto):"
)
_ROW, _MARKED = " | ", re.compile(r"(?:- |\d{1,4}\. )")


def draft(proposal: Proposal) -> str:
    """The text of a corpus file: the proposed card with its evidence as comments, and the document's own text.

    `corpus.parse` reads it once the fields that the text does not tell (country, as_of) are filled in; until then it
    names them. Every paragraph cites source 1, the document itself.
    """
    card = proposal.card
    named = _line(re.split(r"[/\\]", proposal.document.origin.rstrip("/"))[-1]) or "a document"
    lines = [
        "---",
        f"# Proposed from {named}: check each field",
        "# against the words below it, tell the text in your own words, and take these comments out.",
    ]
    for name in (*_OPENING, *_OF_KIND[card.kind]):
        lines.append(_field(name, getattr(card, name), card))
        quotes = [quote for quote in proposal.evidence.get(name, ()) if quote != getattr(card, name)]
        lines += [f"  # {_cut(quote)}" for quote in quotes]
    lines += ["sources:", *(f"  - {_source(source)}" for source in card.sources)]
    lines += ["---", "", f"# {_escaped(card.title)}"]
    return "\n".join([*lines, *_body(proposal.document.blocks)]) + "\n"


def _field(name: str, value: object, card: Card) -> str:
    if value in (None, "", ()):
        hint = _MISSING.get(name)
        empty = " null" if name in {"start", "end"} else "" if hint else " []"
        return f"{name}:{empty}" + (f"  # {hint}" if hint else "")
    if name == "results":
        return "\n".join(["results:", *(f"  - {_figure(figure)}" for figure in card.results)])
    if isinstance(value, tuple):
        return f"{name}: [{', '.join(_quoted(item) for item in value)}]"
    plain = isinstance(value, int) or name in {"id", "kind", "language"}
    return f"{name}: {value if plain else _quoted(value)}"


def _figure(figure: Figure) -> str:
    return (
        "{"
        + f"value: {_quoted(figure.value)}, what: {_quoted(figure.what)}, "
        + (f"period: {_quoted(figure.period) if figure.period else 'null'}, source: {figure.source or 1}" + "}")
    )


def _source(source: Source) -> str:
    told = {"title": source.title, "publisher": source.publisher, "url": source.url, "published": source.published}
    written = [f"{name}: {_quoted(value) if value else 'null'}" for name, value in told.items()]
    return "{" + ", ".join([f"id: {source.number}", *written]) + "}"


def _quoted(value: object) -> str:
    """A value in double quotes; a JSON string is a YAML one."""
    return json.dumps(str(value), ensure_ascii=False)


def _line(text: str) -> str:
    return " ".join(text.split())


def _cut(quote: str) -> str:
    quote = _line(quote)
    return quote if len(quote) <= LONGEST else quote[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _body(blocks: Sequence[Block]) -> Iterator[str]:
    """The blocks as Markdown, list items and table rows together, everything else parted by empty lines."""
    path: tuple[str, ...] = ()
    before = ""
    for block in blocks:
        if block.headings != path:
            yield from _headings(path, block.headings)
            path, before = block.headings, ""
        form = "row" if _ROW in block.text else "item" if _MARKED.match(block.text) else "text"
        if form != before or form == "text":
            yield ""
        if form == "row":
            cells = [_escaped(cell).replace("|", "\\|") for cell in block.text.split(_ROW)]
            yield f"| {' | '.join(cells)} |"
            if before != "row":
                yield f"|{' --- |' * len(cells)}"
        else:
            mark = _MARKED.match(block.text) if form == "item" else None
            at = mark.end() if mark else 0
            yield f"{block.text[:at]}{_escaped(block.text[at:])} [1]"
        before = form


def _headings(before: tuple[str, ...], path: tuple[str, ...]) -> Iterator[str]:
    """The headings that lead from one path to another; one that comes back is written again."""
    same = next((n for n, (one, other) in enumerate(zip(before, path, strict=False)) if one != other), None)
    same = min(len(before), len(path)) if same is None else same
    for level in range(min(same, len(path) - 1) if len(path) <= len(before) else same, len(path)):
        yield ""
        yield f"{'#' * min(level + 2, 6)} {_escaped(path[level])}"


def _escaped(text: str) -> str:
    """The text with a backslash before what Markdown would read as a mark."""
    return _SPECIAL.sub(lambda mark: f"\\{mark.group()}", text)
