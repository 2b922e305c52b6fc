"""Whose law a question asks about: the countries that it names, weighed against where the asker stands.

A question may name several countries ("Vi er en norsk kommune og har fått en fin dansk mal"), so each
mention is weighed by how it is used: the country of the authority that acts counts most, the country of a
consultant, a colleague or a model to learn from counts little. What the question says comes before the page's
selector, and the selector before the language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

BINDS: Mapping[str, tuple[str, ...]] = {"NO": ("NO", "EU"), "DK": ("DK", "EU"), "SE": ("SE", "EU"), "FI": ("FI", "EU")}
"""Whose rules bind a public body of the country: its own, and those of the EU (for Norway through the EEA)."""

SPOKEN: Mapping[str, str] = {"nb": "NO", "nn": "NO", "da": "DK", "sv": "SE", "fi": "FI"}
"""Where a language is mostly asked from; English says nothing."""

_NAMES = {
    "NO": r"norge|noreg|norway",
    "DK": r"danmark|denmark|dk",
    "SE": r"sverige|sweden",
    "FI": r"finland|suomi",
    "IS": r"island|iceland",
    "UK": r"storbritannia|storbritannien|england|wales|scotland|skotland|skottland|nord-?irland|northern ireland|united kingdom|uk",
    "DE": r"tyskland|germany",
    "NL": r"nederland|nederlandene|nederländerna|holland|(?:the )?netherlands",
    "FR": r"frankrike|frankrig|france",
    "ES": r"spania|spanien|spain",
    "IT": r"italia|italien|italy",
    "BE": r"belgia|belgien|belgium",
    "IE": r"irland|(?<!northern )ireland",
    "EU": r"eu|eøs|ees|eea|european union",
}
_ADJECTIVES = {
    "NO": r"norske?|norskt?a?|norwegian",
    "DK": r"danske?|danskt?a?|danish",
    "SE": r"svenske?|svenskt?a?|swedish",
    "FI": r"finske?|finskt?a?|finländska?|finnish",
    "IS": r"islandske?|isländska?|icelandic",
    "UK": r"britiske?|engelske?|skotske?|walisiske?|nordirske?|nordirländska?|northern irish|brittiska?|engelska?|british|welsh|scottish",
    "DE": r"tyske?|tyskt?a?|german",
    "NL": r"nederlandske?|hollandske?|nederländska?|dutch",
    "FR": r"franske?|fransk?a?|french",
    "ES": r"spanske?|spanska?|spanish",
    "IT": r"italienske?|italienska?|italian",
    "BE": r"belgiske?|belgiska?|belgian",
    "IE": r"irske?|irländska?|(?<!northern )irish",
    "EU": r"eu-?|eu-?rettslige?|europeiske?|europæiske?|europeiska?|european",
}
_PEOPLE = {
    "NO": r"nordmenn(?:ene)?|nordmænd(?:ene)?",
    "DK": r"danskene|danskerne|danskarna",
    "SE": r"svenskene|svenskerne|svenskarna",
    "FI": r"finnene|finnerne|finländarna",
}
_STATUTES = {
    "NO": r"anskaffelses(?:lov|forskrift)\w*|anskaffings(?:lov|forskrift)\w*|doffin|dfø|kofa|nav|tiltaksforskrift\w*|fylkeskommune\w*",
    "DK": r"udbudslov\w*|tilbudslov\w*|serviceloven?s?|beskæftigelsesindsats\w*|klagenævn\w*|jobcent\w*|kommunalfuldmagt\w*|cpr\w*",
    "SE": r"lou|luf|upphandlingsmyndighet\w*|arbetsförmedling\w*|konkurrensverket",
    "FI": r"hankintalaki|upphandlingslagen i finland",
}

_AUTHORITY = (
    r"kommun\w*|municipal\w*|oppdragsgiver\w*|ordregiver\w*|by(?:en|er|ers)?|stat\w*|region\w*|"
    r"regl\w*|rules?|lov\w*|lag\w*|law|ret(?:t|ten)?|rätt\w*|anskaffelse\w*|anbud\w*|udbud\w*|upphandling\w*|forskrift\w*|"
    r"mynd\w*|authorit\w*|skole\w*|side\w*|sida\w*|villkor\w*|vilkår\w*|krav\w*"
)
_ONLOOKER = (
    r"konsulent\w*|konsult\w*|consultant\w*|entreprenør\w*|contractor\w*|firma\w*|kolleg\w*|colleague\w*|leverandør\w*|"
    r"virksomhed\w*|virksomhet\w*|bedrift\w*|selskap\w*|mal|skabelon\w*|mall|template|company|advokat\w*"
)
_OUR_OWN = (
    r"\b(?:hos|for|för) os+\b|\b(?:vår|vårt|våre|våra|vores|vort|our)\b|\bfor us\b|\bher i landet\b|"
    r"\b(?:vi|we)\b.{0,12}\b(?:kommune|kommun|municipality)\b"
)
_THEIRS = (
    r"\bderes side\b|\bderas sida\b|\btheir side\b|\breglene der\b|\breglerne der\b|\bdér\b|\bhos dem\b|\bover there\b|"
    r"\bhar de i stedet\b"
)
_AS_MODEL = r"(?:som|sådan som|slik som|slik|ligesom|liksom|like|as)\s+(?:i\s+|in\s+)?$"
_IT = r"(?:(?:det|dette|detta|it|this)\s+)?"
_THEIR_WAY = (  # "slik de gjør i Danmark", "gjøre som i Danmark", "kan vi ..., og hvordan gør de det i Danmark"
    rf"\b(?:som|sådan|slik|like|as)\s+(?:de|dei|they)\s+(?:gjør|gjer|gør|gör|do)\s+{_IT}(?:i|in)\s+$|"
    rf"\b(?:gjøre|gjere|gøre|göra|do)\s+{_IT}(?:som|sådan som|slik som|like|as)\s+(?:i|in)\s+$|"
    r"\b(?:kan|må|skal|ska|bør|bör|får|can|may|must|should)\s+(?:vi|me|we)\b[^.?!]*"
    rf"\b(?:hvordan|korleis|hur|how)\s+(?:gjør|gjer|gør|gör|do)\s+(?:de|dei|they)\s+(?:do\s+)?{_IT}(?:i|in)\s+$"
)

# Weights of evidence, set by hand on 14 labelled jurisdiction questions of the development set and 40 of our
# own (tests/finding/test_jurisdiction.py), 2026-11-21; the order matters, not the exact value.
IN_COUNTRY = 3.0  # "i Norge"
ACTING = 3.0  # "en norsk kommune", "danske regler"
THEIRS = 3.0  # "på deres side" lifts the foreign country named
CHOSEN = 2.0  # the page's selector
OURS = 1.5  # "hos oss" lifts the selector, or else the language
PLACE = 2.5  # a municipality's name
PEOPLE = 1.5  # "danskene"
STATUTE = 1.2  # a statute's or an authority's name
MENTION = 1.0  # the adjective alone
LANGUAGE = 0.9
TOWARDS = 0.3  # "the tunnel to Germany"
ONLOOKER = 0.3  # "dansk konsulent", "norske kolleger"
MODEL = 0.4  # "som Malmö gjør"
ENOUGH = 1.0  # least evidence in the text for a country to be one side of a comparison


def weigh(text: str, places: Mapping[str, str]) -> dict[str, float]:
    """Evidence in `text` for each country that it names (country -> weight).

    `places` maps a place's lower-cased name to its country.
    """
    found: dict[str, float] = {}
    lower = text.lower()
    for country, pattern in _patterns():
        for match in pattern.finditer(lower):
            found[country] = found.get(country, 0.0) + _weight(match, lower)
    for match in re.finditer(r"\w+(?:-\w+)*", text):
        home = places.get(match.group().lower())
        if home and match.group()[0].isupper():
            weight = MODEL if re.search(_AS_MODEL, lower[: match.start()]) else PLACE
            found[home] = found.get(home, 0.0) + weight
    return found


def languages(country: str | None) -> tuple[str, ...]:
    """The languages that `country` mostly asks in; none for None."""
    return tuple(language for language, home in SPOKEN.items() if home == country)


def settle(
    text: str, language: str, selected: str | None, places: Mapping[str, str], *, compares: bool = False
) -> tuple[str | None, tuple[str, ...]]:
    """The country whose law holds, and every country that the question compares (in order of weight).

    `selected` is where the asker stands (None = not said). With `compares`, each country that the text speaks
    of is kept; the asker's own counts as spoken of where the text says "ours".
    """
    named = weigh(text, places)
    lower = text.lower()
    home = selected or SPOKEN.get(language)
    total = dict(named)
    if home:
        total[home] = total.get(home, 0.0) + (CHOSEN if selected else LANGUAGE)
        if re.search(_OUR_OWN, lower):
            total[home] += OURS
            named[home] = named.get(home, 0.0) + OURS
    foreign = [c for c in named if c != home]
    if foreign and re.search(_THEIRS, lower):
        theirs = max(foreign, key=lambda c: named[c])
        total[theirs] += THEIRS
    ranked = sorted(total, key=lambda c: -total[c])
    country = ranked[0] if ranked else None
    if country == "EU" and home:
        country = next((c for c in ranked if c != "EU"), "EU")  # the EU's rules bind it anyway
    if not compares:
        return country, (country,) if country else ()
    sides = tuple(c for c in ranked if named.get(c, 0.0) >= ENOUGH)
    return country, sides if len(sides) > 1 else ((country,) if country else ())


def joined(text: str) -> bool:
    """Whether the text names two countries in one breath ("in Norway and in Denmark", "norske og danske regler").

    Firms or examples "from Norway and Denmark" are not asked about by country.
    """
    return bool(_joined().search(text))


def without_countries(text: str) -> str:
    """The text with the names and adjectives of countries taken out; unchanged where there are none."""
    for _, pattern in _patterns():
        text = pattern.sub(lambda m: m.group() if m.lastgroup == "statute" else "", text)
    return text


def mentions(text: str) -> list[tuple[int, int]]:
    """Where in the text (characters) the names and adjectives of countries stand."""
    found = (match for _, pattern in _patterns() for match in pattern.finditer(text))
    return sorted({match.span() for match in found if match.lastgroup != "statute"})


def _weight(match: re.Match[str], text: str) -> float:
    kind = match.lastgroup
    after = text[match.end() : match.end() + 24]
    before = text[max(0, match.start() - 16) : match.start()]
    if kind == "name":
        if re.search(_THEIR_WAY, text[: match.start()]):
            return MODEL
        return TOWARDS if re.search(r"\b(?:til|till|to|mot|towards)\s+$", before) else IN_COUNTRY
    if kind == "people":
        return PEOPLE
    if kind == "statute":
        return STATUTE
    if re.match(rf"(?:\s+\w+)?\s+(?:{_ONLOOKER})\b", after):
        return ONLOOKER
    if re.search(_AS_MODEL, before):
        return MODEL
    if re.match(rf"(?:\s+(?:og|och|and|eller|or)\s+\w+)?\s+(?:{_AUTHORITY})\b", after):
        return ACTING
    return MENTION


@lru_cache(maxsize=1)
def _joined() -> re.Pattern[str]:
    one = "|".join(f"{_NAMES[country]}|{_ADJECTIVES[country]}" for country in _NAMES if country != "EU")
    between = r"(?:\s+\w+)?\s*(?:,|/|&|\b(?:og|och|and|eller|or)\b)\s*(?:(?:i|in|for|för|for the|in the)\s+)?"
    return re.compile(rf"(?<!fra )(?<!från )(?<!from )(?<![\w-])(?:{one}){between}(?:{one})(?![\w])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    compiled = []
    for country in _NAMES:
        kinds = [f"(?P<name>{_NAMES[country]})", f"(?P<adjective>{_ADJECTIVES[country]})"]
        if country in _PEOPLE:
            kinds.append(f"(?P<people>{_PEOPLE[country]})")
        if country in _STATUTES:
            kinds.append(f"(?P<statute>{_STATUTES[country]})")
        compiled.append((country, re.compile(rf"(?<![\w-])(?:{'|'.join(kinds)})(?![\w])", re.IGNORECASE)))
    return tuple(compiled)
