"""What a sentence states that can be checked to the letter: numbers, dates, sections, amounts, shares, names."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

Kind = str
"""What a figure is: "number", "percentage", "amount"."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a text states it.

    `value` is scaled ("1.3 million" is 1300000); `unit` is a currency or a span of time ("EUR", "year"), ""
    where none is written; `bound` is -1 for "at most", 1 for "at least", else 0; `counted` is the word after it.
    """

    kind: Kind
    value: float
    unit: str = ""
    bound: int = 0
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text states. Dates are (year, month, day), 0 where it does not say."""

    figures: tuple[Figure, ...]
    dates: frozenset[tuple[int, int, int]]
    sections: frozenset[str]
    countries: frozenset[str]


def words_of(name: str) -> Mapping[str, Any]:
    """A table of `support.toml`."""
    text = (files("assistant.answering") / "support.toml").read_text(encoding="utf-8")
    table: Mapping[str, Any] = tomllib.loads(text)[name]
    return table


def pattern(words: str) -> str:
    """An alternation of words in which * stands for any ending, longest first."""
    return "|".join(
        re.escape(word).replace(r"\*", r"\w*") for word in sorted(words.split(), key=lambda word: (-len(word), word))
    )


def _lookup(table: str) -> dict[str, str]:
    return {word: key for key, words in words_of(table).items() for word in words.split()}


_MONTHS = {word: int(month) for word, month in _lookup("months").items()}
_SCALES = {word: float(scale) for word, scale in _lookup("scales").items()}
_CURRENCIES = _lookup("currencies")
_UNITS = _lookup("units")
_NUMERALS = {
    language: {word: float(value) for word, _, value in (pair.partition("=") for pair in pairs.split())}
    for language, pairs in words_of("numerals").items()
}
_COUNTRIES = tuple((code, re.compile(rf"\b(?:{pattern(words)})\b")) for code, words in words_of("countries").items())

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[89]|20)\d\d"
_DATES = (
    (re.compile(rf"\b({_YEAR})-(\d\d)-(\d\d)\b"), "ymd"),
    (re.compile(rf"\b(\d{{1,2}})\.(\d{{1,2}})\.({_YEAR})\b"), "dmy"),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s?(?:of )?({_MONTH})\b\.?,?(?:\s({_YEAR})\b)?"), "dmy"),
    (
        re.compile(
            rf"\b({_MONTH})\b\.?\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s?(?:{_YEAR}|%|prosent))(?:,?\s({_YEAR})\b)?"
        ),
        "mdy",
    ),
    (re.compile(rf"\b({_MONTH})\b\.?\s({_YEAR})\b"), "my"),
    (re.compile(rf"(?<![\d.,/-])({_YEAR})(?:\s?[-–]\s?({_YEAR}))?(?![\d/]|[.,]\d)(?!\s\d{{3}})"), "yy"),
)

_ARABIC = r"\d+(?:-\d+)*(?:\s?[a-hj-z](?!\w|\.\w))?"
_ITEMS = rf"{_ARABIC}(?:(?:\s\([^()\d]{{1,20}}\))?(?:\s?[–-]\s?|,\s|\s(?:og|och|and|eller|or|to|til|till)\s){_ARABIC})*"
_CLAUSE = r"\d+(?:\.\d+)?(?:\(\d+\))*"
_SECTIONS = (
    (re.compile(r"(\d+)\s*kap\.?\s*(\d+(?:[–-]\d+)?)\s*§+"), "{0}:{1}"),
    (re.compile(r"(?:chapter|kapittel|kapitel|kap\.)\s*(\d+),?\s*(?:section|§)\s*(\d+)"), "{0}:{1}"),
    (
        re.compile(
            rf"(?:articles?|artikl\w+|artikkel\w*|artikel\w*|art\.)\s*({_CLAUSE}(?:(?:,\s|\s(?:og|och|and|eller|or)\s){_CLAUSE})*)"
        ),
        "art{0}",
    ),
    (re.compile(rf"(?:§+|\bsections?|\bparagraf(?:fen)?)\s*({_ITEMS})"), "§{0}"),
    (re.compile(r"\b(?:stk\.|stykke|ledd|stycket?|subsection)\s*(\d+(?:\s?[–-]\s?\d+)?)"), "stk{0}"),
    (re.compile(r"(?<!\w)([ctes]-\d+/\d+|c/\d{4}/\d+|\d+/\d+(?:/[a-zø]+)?)(?!\w)"), "no.{0}"),
    (re.compile(r"\b(?:del|part|afsnit|avsnitt|avdelning)\s+([ivx]+)\b"), "part{0}"),
    (re.compile(r"\b(?:annex|bilag|bilaga|vedlegg)\s+([ivx]+|\d+)\b"), "annex{0}"),
)

_ITEM_OF = {"§{0}": _ARABIC, "art{0}": _CLAUSE}  # forms that may list several, "§§ 54 og 190"

_DIGITS = r"\d{1,3}(?:[ .,]\d{3})+(?![\d])|\d+(?:[.,]\d+)?"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_MONEY = "|".join(re.escape(word) for word in sorted(_CURRENCIES, key=len, reverse=True))
_SHARE = r"%|prosent\w*|procent\w*|per\s?cent\w*|percent\w*|pct\b"
_BETWEEN = r"\s?(?:[–-]|\b(?:to|til|till|mot|og|och|and|eller|or|of|av|af)\b)\s?(?:\w+ ){0,1}?"
_LEAST = r"minst|mindst|at least|no less than|over|more than|mer enn|meir enn|mere end|mer än|above|fra|minimum|or more|not less than"
_MOST = r"høyst|højst|högst|at most|no more than|no longer than|up to|op til|opp til|inntil|upp till|under|below|less than|fewer than|mindre enn|mindre end|mindre än|færre enn|færre end|färre än|maksimalt|maximum|inden for"
_FIGURE = re.compile(
    rf"(?:(?P<bound>{_LEAST}|{_MOST})\s(?:\w+\s){{0,2}}?)?"
    rf"(?:(?P<before>{_MONEY})\s?)?"
    rf"(?<![\w.,])(?P<number>{_DIGITS}|\b(?:NUMERALS)\b)(?![\d])"
    rf"(?:\s?-?(?P<scale>{_SCALE})\b\.?)?"
    rf"(?:\s?-?(?P<share>{_SHARE}))?"
    rf"(?:\s?(?P<after>{_MONEY})(?!\w)\.?)?"
    rf"(?=(?:\s(?P<next>[^\W\d_]+))?(?:\s(?P<further>[^\W\d_]+))?)"
)
_NOT_THAN = r"\b(?:ikke|ikkje|inte|not) (?:\w+ )?(?:{}) (?:enn|end|än|than)\b"
_MORE, _LESS = (
    re.compile(_NOT_THAN.format(words)) for words in ("mer|meir|mere|more", "mindre|less|fewer|færre|färre")
)
_LEASTS = re.compile(_LEAST)


def plain(text: str) -> str:
    """The text in lower case and composed Unicode, hard spaces as blanks, list markers dropped."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"(?m)^\s*(?:[-•*]|\d{1,2}\.)\s+", "", text)
    return re.sub(r"[\u00a0\u2009\u202f]", " ", text).lower()


@lru_cache(maxsize=4096)
def stated(text: str, language: str) -> Stated:
    """What `text` states; `language` says how to read its spelled numbers ("to" is two in Danish alone)."""
    rest = _MORE.sub("høyst", _LESS.sub("minst", plain(text)))
    sections, rest = _sections(rest)
    dates, rest = _dates(rest)
    return Stated(_figures(rest, language), frozenset(dates), frozenset(sections), countries(text))


def countries(text: str) -> frozenset[str]:
    """The countries that a text names, by name or adjective; a currency ("danske kroner") names none."""
    lower = re.sub(r"\b\w+\s(?=kron(?:er|or|e)\b)", "", plain(text))
    return frozenset(code for code, words in _COUNTRIES if words.search(lower))


def _sections(text: str) -> tuple[set[str], str]:
    found: set[str] = set()
    for regex, form in _SECTIONS:
        for match in regex.finditer(text):
            items = re.findall(_ITEM_OF[form], match[1].replace("–", "-")) if form in _ITEM_OF else [None]
            for item in items:
                parts = [re.sub(r"\s", "", part).replace("–", "-") for part in ([item] if item else match.groups())]
                found.add(re.sub(r"(?<=^art)(\d+)\.(\d+)$", r"\1(\2)", form.format(*parts)))
        text = regex.sub(" ; ", text)
    return found, text


def _dates(text: str) -> tuple[set[tuple[int, int, int]], str]:
    found: set[tuple[int, int, int]] = set()
    for regex, order in _DATES:
        for match in regex.finditer(text):
            if order == "yy":
                found |= {(int(year), 0, 0) for year in match.groups() if year}
                continue
            part = {letter: _part(value) for letter, value in zip(order, match.groups(), strict=True)}
            if part.get("d", 1) <= 31 and part["m"] <= 12:
                found.add((part.get("y", 0), part["m"], part.get("d", 0)))
        text = regex.sub(" ; ", text)
    return found, text


def _part(value: str | None) -> int:
    return 0 if value is None else _MONTHS.get(value) or int(value)


@lru_cache(maxsize=8)
def _figure_pattern(language: str) -> re.Pattern[str]:
    words = sorted(_NUMERALS.get(language, {}), key=len, reverse=True)
    return re.compile(_FIGURE.pattern.replace("NUMERALS", "|".join(words) or r"(?!)"))


def _figures(text: str, language: str) -> tuple[Figure, ...]:
    found: list[Figure] = []
    matches = list(_figure_pattern(language).finditer(text))
    for number, match in enumerate(matches):
        scale, share, unit = match["scale"], bool(match["share"]), match["before"] or match["after"]
        following = matches[number + 1] if number + 1 < len(matches) else None
        if following and re.fullmatch(_BETWEEN, text[match.end("number") : following.start("number")] or "x"):
            small = len(match["number"]) < len("1 000")  # "500 000 og 1,3 millioner" are not both millions
            scale, share = scale or (following["scale"] if small else None), share or bool(following["share"])
            unit = unit or following["before"] or following["after"]
        value = _value(match["number"], language) * (_SCALES[scale] if scale else 1.0)
        bound = 0 if not match["bound"] else 1 if _LEASTS.fullmatch(match["bound"]) else -1
        currency = _CURRENCIES.get(unit, "") if unit else ""
        nouns = [word for word in (match["next"], match["further"]) if word]
        time = next((_UNITS[word] for word in nouns if word in _UNITS), "")
        kind = "percentage" if share else "amount" if currency else "number"
        found.append(Figure(kind, value, currency or time, bound, nouns[0] if nouns else ""))
    return tuple(found)


def _value(written: str, language: str) -> float:
    if not written[0].isdigit():
        return _NUMERALS[language][written]
    if re.fullmatch(r"\d{1,3}(?:[ .,]\d{3})+", written):
        return float(re.sub(r"\D", "", written))
    return float(written.replace(",", "."))


def numerals(language: str) -> Mapping[str, float]:
    """The spelled numbers of a language; empty for one that we do not know."""
    return _NUMERALS.get(language, {})
