"""The gist of a text without a model: its best sentences, its figures with what they count, and its years."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant import language
from assistant.reading.cues import sentence_at
from assistant.types import Block, Figure

LONGEST = 300
"""Characters of a summary: the longest one in the shipped corpus has 296."""

SHORTEST = 40
"""Characters of the shortest sentence that says something on its own."""

LEAD = 0.6
"""What the place counts beside the words: the first sentence all of it, then less and less. A press text opens with its
gist; the shipped corpus, which opens otherwise, tells no difference (.21 of the true summaries' words are covered with
0.0, 0.3, 0.6 and 1.0; eval/proposing.py)."""

MOST_FIGURES = 6
"""Figures proposed: the shipped cases have three on average, and an editor strikes out more easily than he finds."""

_LEANS = re.compile(r"(?:–|-|\"|«|»|(?:Og|Men|Det|De|Han|Hun|Her|They|It|Den) |Derfor|Dette|Denne|Disse|This|These)")
_NUMBER = re.compile(
    r"(?<![\w.,/§-])(?P<value>(?:\d{1,3}(?:[ \u00a0.]\d{3})+|\d+(?:,\d+)?)"
    r"(?:(?:\s?[–-]\s?|\s(?:og|och|and|til|till|to)\s)\d+)?(?:\s?%|\s(?:prosent|procent|percent)\b)?"
    r"(?:\s(?:mill\.?|millioner|mio\.?|miljoner|million|mrd\.?)\b)?|\d+\s(?:av|ud af|out of|of)\s\d+)"
    r"(?P<what>(?:\s[^\W\d][\w’-]*){1,7})"
)
_NO_FIGURE = re.compile(
    r"\s(?:(?:jan|feb|mar|apr|maj|mai|may|jun|jul|aug|sep|okt|oct|nov|de[sc])\w*"
    r"|(?:kap|art|stk|ledd|nr|og|eller|or|and|och)\b)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.,/-])(?:19[89]\d|20[0-4]\d)(?![\d/-])")
_BEGAN = re.compile(
    r"\b(?:start(?:et|ed|ade|ede)|begynte|begyndte|började|oppstart\w*|opstart\w*|opprettet|oprettet"
    r"|etabler(?:t|et|ade|ede)"
    r"|stiftet|grunnlagt|grundlagt|grundades|bildades|blev til|ble til|blev til|founded|established|launched|began"
    r"|set up|indledt\w*|inngikk|inngått|indgik|indgået|ingick|tecknade|signed|vedtok|vedtatt|vedtog|vedtaget|beslutade"
    r"|adopted|introduced|konkurrenceudsatte|konkurranseutsatte|upphandlade|udbød|lyste ut|innført|indført"
    r"|infördes|siden|sidan|sedan|since|runs from|gjelder fra|gælder fra|gäller från)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"(?<![\d/.,-])(20[0-4]\d|19[89]\d)\s?[–-]\s?(?:[^\W\d]+\s)?(?:20[0-4]\d|19[89]\d)(?![\d/])", re.IGNORECASE
)
_IN_YEAR = re.compile(
    r"\b(?:i|in|siden|sidan|sedan|since|fra|frå|from|från|år|year|jan\w*|feb\w*|mar\w*|apr\w*|ma[jiy]|jun\w*"
    r"|jul\w*|aug\w*"
    r"|sep\w*|o[ck]t\w*|nov\w*|de[cs]\w*|høsten|hösten|efteråret|våren|foråret|sommeren|autumn|spring)\s"
    r"(20[0-4]\d|19[89]\d)(?![\d/])",
    re.IGNORECASE,
)
_UNTIL = (
    r"(?:frem til|fram til|indtil|inntil|until|til og med|løper til|løber til|løb til|gjelder til|gælder til"
    r"|gäller till|varer til|gjaldt til|avsluttet|afsluttet|ended|utgangen av|udgangen af)"
)
_END = re.compile(rf"\b{_UNTIL}\b[^\n]{{0,20}}?\b(20[0-4]\d|19[89]\d)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A value and the sentence of the text that says it."""

    value: str
    quote: str


def summary(title: str, blocks: Sequence[Block], spoken: str) -> str:
    """The one or two best sentences of a text, verbatim and in reading order, "" where it has no sentence.

    A sentence is scored by how often its words stand in the text (Luhn, "The automatic creation of literature
    abstracts", 1958), by the words of the title in it and by how early it stands. List items, quotes and sentences
    that lean on the one before are left out where anything else is there.
    """
    told = [s for block in blocks if " | " not in block.text for s in _sentences(block.text)]
    fit = [s for s in told if len(s) <= LONGEST] or [s[: LONGEST - 1].rsplit(" ", 1)[0] + "…" for s in told[:1]]
    alone = [s for s in fit if len(s) >= SHORTEST and not _LEANS.match(s) and s.endswith((".", "!"))] or fit
    counts = Counter(stem for s in told for stem in set(_stems(s, spoken)))
    named = set(_stems(title, spoken))
    scores = [_score(s, place, counts, named, spoken) for place, s in enumerate(alone)]
    best = sorted(range(len(alone)), key=lambda n: -scores[n])
    chosen: list[int] = []
    for n in best[:6]:
        if len(chosen) < 2 and sum(len(alone[m]) + 1 for m in [*chosen, n]) <= LONGEST:
            chosen.append(n)
    return " ".join(alone[n] for n in sorted(chosen))


def figures(blocks: Sequence[Block]) -> tuple[tuple[Figure, str], ...]:
    """The figures that a text states, at most MOST_FIGURES, each with the sentence that states it.

    A figure is a number with the words behind it up to the end of the clause; years, days, sections of laws and
    numbers of lists are none.
    """
    found: list[tuple[Figure, str]] = []
    for block in blocks:
        for first, last in language.sentences(block.text):
            sentence = block.text[first:last]
            for match in _NUMBER.finditer(sentence):
                value, what = match["value"].strip(), match["what"].strip()
                if _NO_FIGURE.match(match["what"]) or _YEAR.fullmatch(value) or "§" in sentence[: match.start()][-3:]:
                    continue
                if all(figure.value != value for figure, _ in found):
                    period = next(iter(_YEAR.findall(sentence)), None)
                    found.append((Figure(value, what, period, 1), sentence))
    return tuple(found[:MOST_FIGURES])


def latest_year(text: str, not_after: int) -> Said | None:
    """The latest year that the text speaks of in the past, with its sentence; None where it names none.

    A year behind "until" or after `not_after` lies ahead of the text and says nothing of when it was written.
    """
    ahead = {match.start(1) for match in _END.finditer(text)}
    years = [(int(m.group()), m.start()) for m in _YEAR.finditer(text) if m.start() not in ahead]
    best = max((pair for pair in years if pair[0] <= not_after), default=None, key=lambda pair: pair[0])
    return Said(str(best[0]), sentence_at(text, best[1])) if best else None


def span(text: str) -> tuple[Said | None, Said | None]:
    """The years in which what the text tells of began and ended, each None where the text does not say.

    It began in the earliest year of a sentence that tells of a beginning, or that opens a span of years.
    """
    years = [Said(m[1], sentence_at(text, m.start())) for m in _IN_YEAR.finditer(text)]
    begins = [year for year in years if _BEGAN.search(year.quote)]
    begins += [Said(m[1], sentence_at(text, m.start())) for m in _YEARS.finditer(text)]
    begun = min(begins, key=lambda year: year.value, default=None)
    ended = max(_END.finditer(text), key=lambda m: m[1], default=None)
    return begun, Said(ended[1], sentence_at(text, ended.start())) if ended else None


def _sentences(text: str) -> list[str]:
    if re.match(r"(?:- |\d+\. )", text):
        return []
    return [text[first:last] for first, last in language.sentences(text)]


def _stems(text: str, spoken: str) -> list[str]:
    plain = language.stopwords(spoken)
    return [language.stem(word, spoken) for word in language.words(text) if word not in plain and len(word) > 2]


def _score(sentence: str, place: int, counts: Counter[str], named: set[str], spoken: str) -> float:
    stems = _stems(sentence, spoken)
    weight = sum(min(counts[stem], 5) for stem in stems) / (5 * max(len(stems), 8))
    title = len(named.intersection(stems)) / max(len(named), 1)
    return weight + title + LEAD / (1 + place / 2)
