"""Plain text as people paste it becomes Lines: headings, bullets, steps and quotes told apart, wrapped lines joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice, pairwise

from assistant.reading.lines import Line, blocks_of, is_cookie_notice, is_furniture
from assistant.reading.text import Text, tidy

LONGEST_HEADING = 100
"""Characters; a longer line without a full stop is a paragraph. Titles of press releases stay below it."""

FURNITURE_ROWS = 10
"""How many rows of furniture may stand between a heading and its text."""

LONGEST_WRAPPED = 110
"""Characters; lines of a hard-wrapped text are shorter than this and nearly equally long."""

_SURE_BULLET = re.compile(r"\s*(?:[•·◦▪■●○►▶➤✓✔‣⁃§]|[\uf0a7\uf0b7\uf0fc]|[*+](?=\s)|o(?=\s{2,}|\t))\s*(?=\S)")
_DASH = re.compile(r"\s*[-–—‒−]\s*(?=[^\s\d-])")
_STEP = re.compile(r"\s*(\d{1,2})[.)]\s+(?=\S)")
_LETTER = re.compile(r"\s*[a-zæøåäö]\)\s+(?=\S)")
_SPEECH = re.compile(
    r"[,!?”»\"]\s*(?:[\w-]+\s)?(?:sier|seier|siger|säger|sa|sade|sagde|says|said|forteller|fortel|fortæller|berättar|explains"
    r"|forklarer|forklarar|förklarar|mener|meiner|menar|uttaler|udtaler|uttalar|understreker|understreger|understryker"
    r"|påpeker|påpeger|påpekar|poengterer|konstaterer|konstaterar|oppsummerer|avslutter|legger\b.{0,30}\btil|tilføjer|adds"
    r"|lyder\sdet|tillägger|utdyper|uddyber|smiler|ler|slår\b.{0,30}\bfast|noted|stated|spør|spørger|frågar)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"jan(?:uari?|uar|uary)?|feb(?:ruari?|ruar|ruary)?|mars|marts|march|april?|mai|maj|may|jun[ie]?|jul[iy]?"
    r"|aug(?:ust|usti)?|sept?(?:ember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|de[sc](?:ember)?"
)
_DAY_OF_MONTH = re.compile(rf"\s*\d{{1,2}}\.?\s+(?:{_MONTH})\b", re.IGNORECASE)
_PUBLISHED = re.compile(
    rf"(?:publi[sc]\w+|offentliggjort|dato|date|datum)\W{{0,3}}\s*(?:on\s|den\s)?"
    rf"(?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<d>\d{{1,2}})[./]\s?(?P<m>\d{{1,2}})[./]\s?(?P<y>\d{{4}})"
    rf"|(?P<day>\d{{1,2}})\.?\s+(?P<month>{_MONTH})\s+(?P<year>\d{{4}}))",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "ma", "jun", "jul", "aug", "sep", "o", "nov", "de")
_KICKER = re.compile(r"([A-ZÆØÅÄÖ][A-ZÆØÅÄÖ0-9 &-]{5,60}): \S")
_ENDS = (".", "!", "?", ":", "…", ".»", ".”", '."')


def load_plain(text: str) -> Text:
    """Read decoded plain text, such as a web page copied into a file; gives Blocks without pages.

    Headings are short lines without a full stop above running text, all taken as level 2; the first one, where
    nothing stands above it, is the title.
    """
    rows = _unwrapped(tidy(text).expandtabs(4).split("\n"))
    rows = [row.rstrip() for row in rows]
    title, rows = _title_of(rows)
    blocks, notes = blocks_of(lines_of(rows), title)
    if title is None and blocks and (kicker := _KICKER.match(blocks[0].text)):
        title = kicker[1].strip().capitalize()
    return Text(blocks=blocks, title=title, published=published_in(rows), notes=notes)


def lines_of(rows: Sequence[str]) -> list[Line]:
    """Tell headings, bullets, steps, quotes and paragraphs apart in clean rows of text, one paragraph a row."""
    filled = [row for row in rows if row.strip()]
    return [_line(filled, place) for place in range(len(filled))]


def published_in(rows: Sequence[str]) -> str | None:
    """Find a stated day of publication ("Publisert 8. desember 2022") as an ISO date, or give None."""
    for row in rows:
        if len(row) < 120 and (found := _PUBLISHED.search(row)):
            return _iso(found)
    return None


def marked(row: str) -> str | None:
    """Give a row with its bullet or step in a Block's form ("- " or "3. "), or None where it has neither mark.

    A dash at the start of a row is left to the caller: it opens a quote as often as a bullet.
    """
    if found := _SURE_BULLET.match(row) or _LETTER.match(row):
        return "- " + row[found.end() :].strip()
    step = _STEP.match(row)
    if step and not _DAY_OF_MONTH.match(row):
        return f"{step[1]}. {row[step.end() :].strip()}"
    return None


def _line(rows: Sequence[str], place: int) -> Line:
    row = rows[place].strip()
    before = rows[place - 1].strip() if place else ""
    after = next(
        (
            below.strip()
            for below in islice(rows, place + 1, place + 1 + FURNITURE_ROWS)
            if not is_furniture(below.strip())
        ),
        "",
    )
    if _STEP.match(row) and not (_STEP.match(before) or _STEP.match(after)) and _is_heading(row, after):
        return Line(row, level=2)
    if mark := marked(row):
        return Line(mark)
    if dash := _DASH.match(row):
        words = row[dash.end() :]
        return Line(("– " if _is_quote(words, before, after) else "- ") + words)
    return Line(row, level=2 if _is_heading(row, after) else 0)


def _is_quote(words: str, before: str, after: str) -> bool:
    """Say whether a row behind a dash is somebody's words and not a point of a list."""
    if _SPEECH.search(words):
        return True
    in_a_list = before.endswith(":") or any(_DASH.match(row) and not _SPEECH.search(row) for row in (before, after))
    return words[:1].isupper() and words.rstrip('”»"').endswith((".", "!", "?")) and not in_a_list


def _is_heading(row: str, after: str) -> bool:
    """Say whether a row is a heading: short, no sentence, and above something longer or a list."""
    if len(row) > LONGEST_HEADING or len(row.split()) > 14 or " | " in row:
        return False
    if row.endswith((".", ":", ";", ",", "…")):
        return False
    if not (row[:1].isupper() or row[:1].isdigit() or row[:1] in '«"”“') or not any(map(str.isalpha, row)):
        return False
    if not after or is_furniture(row) or _DAY_OF_MONTH.match(row):
        return False
    below = len(after) > max(60, len(row)) or after.endswith(_ENDS) or bool(marked(after))
    return below or _is_heading(after, "x" * (LONGEST_HEADING + 1))


def _title_of(rows: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take the first row that is neither furniture nor cookie text as the title, if it looks like one."""
    for place, row in enumerate(rows):
        text = row.strip()
        if not text or is_furniture(text) or is_cookie_notice(text):
            continue
        rest = next((r.strip() for r in rows[place + 1 :] if r.strip() and not is_furniture(r.strip())), "")
        heads = _is_heading(text, rest or "x" * (LONGEST_HEADING + 1))
        if not marked(text) and (heads or _title_like(text, rows[place + 1 :])):
            return text, [*rows[:place], *rows[place + 1 :]]
        return None, list(rows)
    return None, list(rows)


def _title_like(text: str, below: Sequence[str]) -> bool:
    """Say whether the first row stands alone above an empty one, and is short and no ordinary sentence."""
    alone = not below or not below[0].strip()
    return alone and len(text) <= 150 and not text.endswith((".", ":", ";", ",")) and text[:1].isupper()


def _unwrapped(rows: Sequence[str]) -> list[str]:
    """Join the lines of a hard-wrapped text to paragraphs; other text passes unchanged."""
    if not _is_wrapped(rows):
        return list(rows)
    joined: list[str] = []
    for row in rows:
        fresh = not row.strip() or marked(row) or _DASH.match(row)
        if fresh or not joined or not joined[-1].strip() or _stops_short(joined[-1], row):
            joined.append(row)
        else:
            joined[-1] = f"{joined[-1].rstrip()} {row.strip()}"
    return joined


def _is_wrapped(rows: Sequence[str]) -> bool:
    """Say whether most lines with a line directly below them break off at nearly the same width."""
    followed = [a.rstrip() for a, b in pairwise(rows) if a.strip() and b.strip()]
    widest = max((len(row) for row in rows), default=0)
    if len(followed) < 4 or not 40 <= widest <= LONGEST_WRAPPED:
        return False
    broken = [row for row in followed if len(row) > 0.75 * widest and not row.endswith((".", ":", "!", "?"))]
    return len(broken) >= 0.5 * len(followed)


def _stops_short(above: str, row: str) -> bool:
    last = above.rsplit("\n", 1)[-1]
    return len(last) < 45 and row[:1].isupper() and not last.endswith(",")


def _iso(found: re.Match[str]) -> str | None:
    if found["iso"]:
        return found["iso"]
    try:
        if found["d"]:
            return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
        name = found["month"].lower()
        month = next(n for n, start in enumerate(_MONTHS, start=1) if name.startswith(start))
        month = 5 if name in {"mai", "maj", "may"} else month
        return date(int(found["year"]), month, int(found["day"])).isoformat()
    except ValueError:
        return None
