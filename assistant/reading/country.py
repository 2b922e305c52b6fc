"""Which country a text is about, by what stands in it: places, laws, authorities, countries and company forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.reading import cues

SPOKEN = {"nb": "NO", "nn": "NO", "da": "DK", "sv": "SE"}
"""Where a language is mostly written; English says nothing."""

WEIGHTS = {
    "town": 3.0,
    "place": 1.2,
    "country_laws": 1.5,
    "country_names": 1.0,
    "country_forms": 0.7,
    "country_money": 1.0,
    "address": 2.0,
}
"""What the square root of the number of mentions of each sort counts: a town that acts, any place, then tables of
cues, and the address that the text came from."""

LANGUAGE = 1.0
"""What the language adds: it settles what the text leaves open, and no more."""

CLEAR = 2.0
"""Weight that the text itself must give a country, and times the next one's, to be named without a person looking."""

AUTHORITY = r"(?:s|es)?\s+(?:kommun\w*|fylkeskommun\w*|stad(?:s|en)?|by|municipal\w*|city council|council|region)\b"
_PLACE = re.compile(r"(?<![\w-])[A-ZÆØÅÄÖ][\w-]+(?:(?:\s+(?:og|och|and))?[ -][A-ZÆØÅÄÖ][\w-]+){0,2}")
_DOMAIN = re.compile(r"https?://[\w.-]+\.(no|dk|se|fi|uk|de|nl|be|fr|ie|es|it)(?=[/:?#]|$)")


@dataclass(frozen=True, slots=True)
class Country:
    """A country, whether the text names it clearly, and the sentences that do."""

    code: str
    clear: bool
    quotes: tuple[str, ...]


def country_of(text: str, language: str, places: Mapping[str, str], origin: str = "") -> Country | None:
    """The country that `text` is about, None where nothing speaks for one.

    `places` maps place names in lower case to countries, without names that are also plain words; `origin` is the
    path or address that the text came from. The language decides only what the text leaves open, and then the
    country is not clear.
    """
    mentions, quotes = _mentions(text, places, origin)
    said: dict[str, float] = {}
    for (country, sort), number in mentions.items():
        said[country] = said.get(country, 0.0) + WEIGHTS[sort] * number**0.5
    total = dict(said)
    if home := SPOKEN.get(language):
        total[home] = total.get(home, 0.0) + LANGUAGE
    if not total:
        return None
    best = max(total, key=lambda country: total[country])
    runner_up = max((weight for country, weight in said.items() if country != best), default=0.0)
    clear = said.get(best, 0.0) >= max(CLEAR, CLEAR * runner_up)
    return Country(best, clear, tuple(quotes.get(best, ()))[:3])


def town(name: str, places: Mapping[str, str]) -> str | None:
    """The country of a place that `name` is or begins with, its genitive taken off; None where it is no known place."""
    for form in (name, name.removesuffix("s"), name.split(" ")[0], name.split(" ")[0].removesuffix("s")):
        if country := places.get(form.lower()):
            return country
    return None


def _mentions(
    text: str, places: Mapping[str, str], origin: str
) -> tuple[Counter[tuple[str, str]], dict[str, list[str]]]:
    """How often each sort of evidence speaks for each country, and the sentences where it first does."""
    found: Counter[tuple[str, str]] = Counter()
    quotes: dict[str, list[str]] = {}
    for match in _PLACE.finditer(text):
        if country := town(match.group(), places):
            is_town = re.match(AUTHORITY, text[match.end() :], re.IGNORECASE) or match.group().endswith(" Kommune")
            found[country, "town" if is_town else "place"] += 1
            quotes.setdefault(country, []).append(cues.sentence_at(text, match.start()))
    for table in (name for name in WEIGHTS if name.startswith("country_")):
        for label, one in cues.count(table, text).items():
            found[label, table] += one.count
            quotes.setdefault(label, []).append(one.quote)
    if domain := _DOMAIN.match(origin):
        found[domain[1].upper(), "address"] += 1
    return found, {country: list(dict.fromkeys(said)) for country, said in quotes.items()}
