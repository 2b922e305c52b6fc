"""every visible word in nb, nn, da, sv and en, and how dates and countries are written"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from assistant.types import Notice

LANGUAGES: Mapping[str, str] = {
    "nb": "Norsk bokmål",
    "nn": "Norsk nynorsk",
    "da": "Dansk",
    "sv": "Svenska",
    "en": "English",
}
"""The languages of the page, each by its own name, in the order that they are offered."""

COUNTRIES = ("NO", "DK", "SE", "FI")
"""The countries that an asker may stand in; the page adds «all»."""

_HOME = {"nb": "NO", "nn": "NO", "da": "DK", "sv": "SE"}
_SPOKEN = {"no": "nb", "nb": "nb", "nn": "nn", "da": "da", "sv": "sv", "en": "en"}
_MARKS = {"nb": ("\u00a0", ","), "nn": ("\u00a0", ","), "da": (".", ","), "sv": ("\u00a0", ","), "en": (",", ".")}
UNGROUPED = 4
"""Digits of a number that stand together without a mark for thousands."""

_COUNTRY_NOTICES = {"no-law-held", "country-assumed"}


FILES = (
    "words.toml",
    "words-explore.toml",
    "words-sectors.toml",
    "words-groups.toml",
    "words-sources.toml",
    "words-answers.toml",
    "words-talks.toml",
)
"""Where the words stand, beside this module; a key stands in one of them."""


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Every key with its text in each language, as `FILES` hold it."""
    here = files("assistant.serving")
    read = (tomllib.loads(here.joinpath(name).read_text(encoding="utf-8")) for name in FILES)
    return {key: texts for one in read for key, texts in one.items()}


def word(key: str, language: str, *values: str) -> str:
    """The text of `key` in `language` (one that the page lacks becomes English), `values` filled in.

    Raises KeyError for a key that the table does not hold: that is a fault of the caller.
    """
    filled = dict(enumerate(values))
    return re.sub(r"\{(\d)\}", lambda slot: filled.get(int(slot[1]), ""), table()[key][spoken(language)])


def spoken(language: str) -> str:
    """The language of the page for a tag such as "nb-NO", "no" or "fi"; English where we lack it."""
    return _SPOKEN.get(language.lower().replace("_", "-").split("-")[0], "en")


def preferred(accept_language: str | None) -> str:
    """The language of the page that a browser's `Accept-Language` asks for; Bokmål where it is silent."""
    wishes = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, weight = part.strip().partition(";q=")
        if tag.split("-")[0].lower() in _SPOKEN:
            wishes.append((-_number(weight), place, tag))
    if wishes:
        return spoken(min(wishes)[2])
    return "en" if accept_language else "nb"


def home(language: str) -> str:
    """The country that a language suggests, "all" where it suggests none."""
    return _HOME.get(language, "all")


def country(code: str, language: str) -> str:
    """A country's name; the code itself where the table has no name for it."""
    return named("country", code, language)


def named(group: str, name: str, language: str) -> str:
    """What people call a name of a closed list ("model", "topic" ...); the name itself where the table has none."""
    key = f"{group}.{name}"
    return word(key, language) if key in table() else name


def column(key: str, language: str) -> str:
    """The heading of a table column: a `column.` key, else a country, else the key as it is."""
    return word(f"column.{key}", language) if f"column.{key}" in table() else country(key, language)


def notice(given: Notice, language: str) -> str:
    """A notice as a sentence. Raises KeyError for a code that the table does not hold."""
    values = given.values
    if given.code in _COUNTRY_NOTICES:
        values = tuple(country(value, language) for value in values)
    if given.code in {"old-rule", "plan-amount-old"}:
        values = (*values[:1], *(date(value, language) for value in values[1:]))
    return word(f"notice.{given.code}", language, *values)


def date(written: str, language: str) -> str:
    """A date as people write it: "2026-07" as «juli 2026», "2025-12-08" as «8. desember 2025»; anything else as it stands."""
    parts = written.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) not in (2, 3) or not 1 <= int(parts[1]) <= 12:
        return written
    month = table()["months"][spoken(language)].split()[int(parts[1]) - 1]
    if len(parts) == 2:
        return f"{month} {parts[0]}"
    stop = "." if spoken(language) in {"nb", "nn", "da"} else ""
    return f"{int(parts[2])}{stop} {month} {parts[0]}"


def number(written: str, language: str) -> str:
    """A plain number as people write it: "10802637.5" as «10 802 637,5»; anything else as it stands.

    Four digits stand together, as they do in the browser (Intl's "min2").
    """
    if not re.fullmatch(r"\d+(?:\.\d+)?", written):
        return written
    whole, point, rest = written.partition(".")
    thousands, decimal = _MARKS[spoken(language)]
    grouped = f"{int(whole):,}".replace(",", thousands) if len(whole) > UNGROUPED else whole
    return grouped + decimal * bool(point) + rest


def money(units: int, currency: str, language: str) -> str:
    """An amount on one line: «6 000 000 NOK»."""
    return f"{number(str(units), language)}\u00a0{currency}"


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
