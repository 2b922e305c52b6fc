"""The rows of a PDF become paragraphs, headings, list items and table rows, with hyphens at line ends mended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.reading.layout import Row, leading_of
from assistant.reading.lines import Line, key_of
from assistant.reading.plain import marked

LARGER = 1.12
"""How much larger than the running text the type of a heading is; footnotes and small caps stay below."""

NEAR = 30
"""How many rows back the margins of a paragraph are looked up."""

_HYPHEN = re.compile(r"(\w+)[-\u00ad\u2010]$")
_FIRST_WORD = re.compile(r"[\w-]+")
_LINKING = frozenset({"og", "eller", "och", "and", "or", "samt", "men"})
_KEEPS = re.compile(
    r"offentlig[ta]?|offentlige|privat[ae]?|sos?cial[tea]?|sosialt?|økonomisk|ekonomisk|teknisk|juridisk|nordisk|norsk|dansk"
    r"|svensk|ikke|icke|non|self|long|short|well|co|full|part|high|low|cross|multi|public|user|decision|follow|post|pre|semi"
    r"|ex|sør|nord|vest|øst|syd|norr|väst|öst",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;…][\"”»)\]]*$")
_DASH = re.compile(r"\s*[-–—−]\s+(?=\S)")
_NUMBERED_HEADING = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[A-ZÆØÅÄÖ]")


def paragraphs(pages: Sequence[Sequence[Row]], outline: Mapping[tuple[int, str], int]) -> list[Line]:
    """Turn the rows of all pages into Lines; `outline` gives levels of headings by page and key of their text.

    A paragraph that runs over a page or column belongs to the page where it begins. A heading of level 1 among
    the first lines is the title.
    """
    rows = [row for page in pages for row in page]
    body, leading = _body_size(rows), leading_of(rows)
    words = Counter(word for row in rows for word in re.findall(r"[\w-]+", row.text.lower()))
    levels = _levels(rows, body)
    groups = _grouped(rows, body, leading, outline)
    return [line for group in groups for line in _lines(group, levels, outline, words)]


def _body_size(rows: Sequence[Row]) -> float:
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[row.size] += len(row.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _levels(rows: Sequence[Row], body: float) -> dict[float, int]:
    """Give each size of type above the running text its level: the largest on the first page alone is the title."""
    sizes = sorted({row.size for row in rows if row.size >= LARGER * body and _may_head(row)}, reverse=True)
    first = [row for row in rows if row.page == 1]
    if sizes and first:
        largest = max(row.size for row in first)
        only_there = sum(row.size == largest for row in rows) <= 3
        if largest == sizes[0] and only_there and (largest >= 1.3 * body):
            return {size: min(6, level) for level, size in enumerate(sizes, start=1)}
    return {size: min(6, level) for level, size in enumerate(sizes, start=2)}


def _may_head(row: Row) -> bool:
    text = row.text
    right_length = len(row.cells) == 1 and 2 < len(text) <= 150
    return right_length and any(map(str.isalpha, text)) and not text.endswith((",", ";"))


def _grouped(
    rows: Sequence[Row], body: float, leading: float, outline: Mapping[tuple[int, str], int]
) -> list[list[Row]]:
    """Put rows together that make one paragraph, heading, list item or table."""
    groups: list[list[Row]] = []
    margins = _margins(rows)
    for row in rows:
        margin = margins[row.page, row.column]
        if groups and _belongs(groups[-1], row, body, leading, margin, outline):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _margins(rows: Sequence[Row]) -> dict[tuple[int, int], float]:
    """Find how far to the right the text of each column of each page goes."""
    found: dict[tuple[int, int], float] = {}
    for row in rows:
        found[row.page, row.column] = max(row.right, found.get((row.page, row.column), 0.0))
    return found


def _belongs(
    group: Sequence[Row], row: Row, body: float, leading: float, margin: float, outline: Mapping[tuple[int, str], int]
) -> bool:
    last = group[-1]
    if len(row.cells) > 1 or len(last.cells) > 1:
        return len(row.cells) > 1 and len(last.cells) > 1 and last.page == row.page and last.column == row.column
    if marked(row.text) or _DASH.match(row.text) or abs(last.size - row.size) > 0.08 * body:
        return False
    if last.bold != row.bold and (_heads(group, body) or row.bold):
        return False
    if outline and _in_outline(group, row, outline):
        return False
    if last.page != row.page or last.column != row.column:
        ended = _SENTENCE_END.search(last.text) or _heads(group, body)
        return not ended and (row.text[:1].islower() or bool(_HYPHEN.search(last.text)))
    if last.y - row.y > max(1.32 * leading, 1.6 * row.size if row.size > LARGER * body else 0):
        return False
    near = group[-NEAR:]
    if _would_have_fitted(last, row, margin):
        return False
    indented = row.x > min(r.x for r in near) + 0.8 * row.size and not marked(group[0].text)
    ended_early = last.right < max(r.right for r in near) - 12 * row.size
    return not (_SENTENCE_END.search(last.text) and (indented or ended_early))


def _would_have_fitted(last: Row, row: Row, margin: float) -> bool:
    """Say whether the first word of a row had room on the row above: then a new paragraph begins with it."""
    word = row.text.split(" ", 1)[0]
    width = (row.right - row.x) / max(len(row.text), 1) * (len(word) + 1)
    return last.right + 1.15 * width + 0.5 * row.size < margin


def _in_outline(group: Sequence[Row], row: Row, outline: Mapping[tuple[int, str], int]) -> bool:
    """Say whether the group so far is a whole heading of the outline, or the row is one."""
    so_far = key_of(" ".join(r.text for r in group)) if len(group) <= 3 else ""
    return (group[0].page, so_far) in outline or (row.page, key_of(row.text)) in outline


def _heads(group: Sequence[Row], body: float) -> bool:
    return group[0].size >= LARGER * body or (group[0].bold and len(group) <= 2)


def _lines(
    group: Sequence[Row], levels: Mapping[float, int], outline: Mapping[tuple[int, str], int], words: Counter[str]
) -> list[Line]:
    first = group[0]
    if len(first.cells) > 1:
        return _table(group)
    text = joined([row.text for row in group], words)
    level = outline.get((first.page, key_of(text))) or _by_type(group, text, levels, outline)
    if level:
        return [Line(text, level=level, page=first.page)]
    text = marked(text) or _dashed(text)
    return [Line(text, page=first.page)]


def _by_type(
    group: Sequence[Row], text: str, levels: Mapping[float, int], outline: Mapping[tuple[int, str], int]
) -> int:
    """The level that the type of a group says it has as a heading, 0 for running text."""
    first = group[0]
    if not _may_head(first) or len(text) > 160 or len(group) > 3 or not any(map(str.isupper, text)):
        return 0
    if first.size in levels:
        return max(levels[first.size], 2) if outline and levels[first.size] != 1 else levels[first.size]
    numbered = bool(_NUMBERED_HEADING.match(text))
    if first.bold and len(group) <= 2 and not text.endswith((".", ":")) and (numbered or not marked(text)):
        return min(6, max(levels.values(), default=1) + 1)
    return 0


def _dashed(text: str) -> str:
    """Give a line that opens with a dash its Block form: speech ("– ") where it ends a sentence, else a bullet."""
    found = _DASH.match(text)
    if not found:
        return text
    words = text[found.end() :]
    return ("– " if words[:1].isupper() and words.endswith((".", "!", "?")) else "- ") + words


def _table(group: Sequence[Row]) -> list[Line]:
    """Rows with wide gaps: a table where at least two follow one another, else one line of text."""
    if len(group) < 2:
        text = group[0].text
        return [Line(marked(text) or text, page=group[0].page)]
    return [Line(" | ".join(row.cells), page=row.page) for row in group]


def joined(rows: Sequence[str], words: Mapping[str, int]) -> str:
    """Join the rows of a paragraph, a word that was broken at the end of a row put together again.

    `words` counts the (lower case) words of the document. The hyphen stays where it belongs to the word: before
    "og", "och", "and" ("arbeids- og velferd"), after capitals and digits ("OPI-prosjekt"), between two halves that
    the document also writes with a hyphen, and after first halves that usually keep it ("offentlig-privat").
    """
    done: list[str] = []
    for row in map(str.strip, rows):
        found = _HYPHEN.search(done[-1][-60:]) if done else None
        if found:
            done[-1:] = _over_the_end(done[-1], found[1], row, words).split("\n")
        else:
            done.append(row)
    return " ".join(done)


def _over_the_end(text: str, half: str, row: str, words: Mapping[str, int]) -> str:
    """Join two rows of which the first ends in a hyphen behind `half`; a line feed parts what stays two rows."""
    first = _FIRST_WORD.match(row)
    other = first[0] if first else ""
    if not other or other.lower() in _LINKING:
        return f"{text}\n{row}"
    if text.endswith("\u00ad"):
        return text[:-1] + row
    hyphened, whole = words.get(f"{half}-{other}".lower(), 0), words.get((half + other).lower(), 0)
    written = (half.isupper() and len(half) > 1) or half[-1:].isdigit() or not other[:1].islower()
    stays = hyphened > whole or (not whole and (written or _KEEPS.fullmatch(half) is not None))
    return text[:-1] + ("-" if stays else "") + row
