"""What the reader must know beside the answer: whose law was taken, examples from abroad, rules that are old."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from assistant.language import sentences
from assistant.types import Citation, Claim, Notice, Passage, Query

_CHANGES = re.compile(
    r"\b(?:i kraft|into force|takes? effect|under (?:for)?(?:andring|endring|ändring|revision)|"
    r"ophæves|oppheves|upphävs|upphör att gälla|"
    r"(?:skal|vil bli|bliver|ska) (?:endr|ændr|ändr)\w+|will (?:change|be (?:repealed|amended)))\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "ma[ijy]", "jun", "jul", "aug", "sep", "o[kc]t", "nov", "de[sc]")
_ASKS_HOW_LONG = re.compile(
    r"\b(?:(?:hvor|kor) leng(?:e|je)|hvor længe|hur länge|how long|(?:hvor|kor|hur) lang tid|hur lång tid)\b",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(
    r"(?:\b\d[\d.,]*|\b(?:en|ein|ei|et|eit|ett|én|to|två|tre|fire|fyra|fem|seks|sex|sju|syv|åtte|otte|åtta|ni|nio|ti|tio|"
    r"tolv|atten|halvt?|halvannet|halvandet|one|two|three|four|five|six|seven|eight|nine|ten|twelve|noen|nogle|flere|fleire))"
    r"(?: \w+)?[ -](?:år|\w*(?:måned|månad|uke|veke|uge|veck|dag|døgn|dygn|time|timar)|year|month|week|day|hour)"
    r"|\b(?:varig|permanent|til og med|så lenge|så længe|så länge|as long as|until)\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"(?:({'|'.join(_MONTHS)})\w*\.? )?\b(20\d\d)\b", re.IGNORECASE)


def notices(
    query: Query,
    citations: Sequence[Citation],
    *,
    selected: str | None,
    settled: bool,
    held: Collection[str],
    named: bool,
    today: date,
    years: int,
) -> tuple[Notice, ...]:
    """The notices of an answer, in the order in which they are shown.

    `selected` is the country that the asker stands in (None = not said), `named` whether the question names one,
    `settled` whether it was a follow-up, `held` the countries that guidance is held for; a rule whose date lies more
    than `years` years before `today` is called old.
    """
    found = [Notice("settled", (query.text,))] * settled
    cards = list({citation.passage.card.id: citation.passage.card for citation in citations}.values())
    law = [card for card in cards if card.kind != "case"]
    if query.country and query.country not in held:
        found.append(Notice("no-law-held", (query.country,)))
    elif query.country and selected is None and not named and any(card.country == query.country for card in law):
        found.append(Notice("country-assumed", (query.country,)))
    if query.country and any(c.kind == "case" and c.country not in (query.country, None) for c in cards):
        found.append(Notice("other-country-example"))
    for card in law:
        if card.as_of and int(card.as_of[:4]) < today.year - years:
            found.append(Notice("old-rule", (card.title, card.as_of)))
    return tuple(found)


def unsaid(query: Query, citations: Sequence[Citation]) -> tuple[Notice, ...]:
    """A notice that nothing quoted tells a time, where the question asks how long.

    Of 32 questions of eval/questions that ask it and are answered (2026-11-23) two got an answer without any
    time; both lacked what was asked for.
    """
    asked = _ASKS_HOW_LONG.search(query.text)
    return () if not asked or any(_HOW_LONG.search(c.quote) for c in citations) else (Notice("how-long-unsaid"),)


def coming(passages: Sequence[Passage], today: date) -> Claim | None:
    """The first sentence of a document's passages that says that a rule changes after `today`, or None.

    It names a change and a year still to come, or a month of this year.
    """
    for passage in passages:
        for start, end in sentences(passage.text):
            text = passage.text[start:end]
            if _CHANGES.search(text) and any(_ahead(d, today) for d in _DATE.finditer(text)):
                return Claim(text, ((passage, text),))
    return None


def _ahead(found: re.Match[str], today: date) -> bool:
    month, year = found.group(1) or "", int(found.group(2))
    number = next((n for n, name in enumerate(_MONTHS, 1) if month and re.match(name, month, re.IGNORECASE)), 0)
    return (year, number) > (today.year, today.month)
