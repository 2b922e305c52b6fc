"""Finds the organisations that a text names, and whether each is public, private or there for inclusion."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.reading import cues

ROLES = ("public", "private", "inclusion")

MOST = 4
"""Organisations proposed for each role, those named most often: few cases have more, and an editor can add one."""

OFTEN = 3
"""How often a place must stand in the text for "kommunen" to mean its municipality."""

HEAD = 300
"""Characters of the opening, in which a text names who it is about."""

NEAR = 45
"""Characters before and after a name in which words say what it is: a clause, not the next sentence."""

_UP = r"[A-ZÆØÅÄÖ]"
_WORD = rf"{_UP}[\w’'&/-]*"
_NAME = re.compile(rf"(?<![\w/-]){_WORD}(?: (?:(?:&|for|för|of|til|till|de|la) )?(?:{_WORD}|\d{{2,4}}\b))*")
_FORM = re.compile(r"\s(?:A/S|ApS|ASA?|AB|Oyj?|Ltd|GmbH|I/S|Inc)$")
_ACTS = re.compile(r" (?:[Kk]ommun(?:e|er|es|s)?|[Ff]ylkeskommun\w*|[Ss]tads?|municipality|city council|council)\b")
_GENITIVE = re.compile(r"(?<=kommune|.kommun|...stad)s$", re.IGNORECASE)
_OF_MANY = re.compile(r"(?:ende|sk[ea]?|ige?|ny[ea]?|dutch|english|local|større|små)$", re.IGNORECASE)
_PUBLIC = re.compile(
    r"\b(?:kommune|kommun|fylkeskommune|stad|council|municipality|government|ministry|city of|region|direktoratet"
    r"|styrelsen|departementet|verket|universitet)\b|direktorat|styrelse|myndighe",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"(?:\b(?:sier|seier|siger|säger|sa|says|said|forteller|fortæller|berättar|forklarer|forklarar|mener|menar|udtaler"
    r"|uttaler|understreger|leder|leiar|direktør|rådmann|ordfører|borgmester|chef|sjef|manager|director)"
    r"|\w+(?:direktør|sjef|chef|leder)),?\s$",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"(?:,[^,:\n]{1,40})?: [\"«»“”]| (?:sier|siger|säger|says|udtaler|uttaler|fortæller|forteller|understreger)\b"
)
_TITLED = re.compile(
    r",\s(?:[\w-]+\s){0,2}?\w*"
    r"(?:leder|direktør|sjef|chef|ansvarlig|konsulent|rådgiver|ordfører|borgmester|manager|director)\b",
    re.IGNORECASE,
)
_FIRM = re.compile(r"(?:gruppen|konsernet|koncernen|fondet|kjeden| Group| Eiendom| Ejendomme| Fastigheter)$")
_IS = re.compile(r"\s(?:er|är|is|var|was|,)\s(?:en|et|ei|ett|a|an|the)\b")
_DOES = re.compile(
    r"\s(?:(?:har|hadde|havde|hade|has|had|siden|också|også)\s)*(?:støttet|støttede|stödde|supported|ga|gav"
    r"|gave|stilt|stilte|stillede"
    r"|finansier\w+|fund(?:s|ed)|samarbeid\w+|samarbejd\w+|samarbet\w+|leverer|leverte|leverede|levererar"
    r"|delivers|delivered"
    r"|supplies|provides|vant|vandt|vann|won|kjøper|køber|köper|buys|ansetter|ansatte|ansætter|anställer"
    r"|employs|hires|hired"
    r"|driver|drev|runs|stod for|sto for|står for|bidrar|bidrog|bidrager|inngikk|indgik|ingick|signed|lar|lader"
    r"|låter)\b"
)
_WITH = re.compile(
    r"(?:avtale|aftale|avtal|avtalet|avtalen|aftalen|kontrakt\w*|samarbeid\w*|samarbejd\w*|samarbet\w*"
    r"|partnersk\w+|sammen|saman"
    r"|tillsammans|agreement|contract|partnership|together|works?|worked)\s(?:med|with|mellom|mellem|mellan"
    r"|between)\s$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:^|\n|[.!?:]\s|[«»\"“”(]|–\s|-\s|\d\.\s)$")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as the text writes it, its role (one of ROLES) and a sentence that names it."""

    name: str
    role: str
    quote: str
    mentions: int = 1


def organisations(title: str, text: str, places: Mapping[str, str]) -> tuple[Organisation, ...]:
    """The organisations of a text, at most MOST for each role, those named most often first.

    A municipality is known by the word behind its name ("Bodø kommune") or, where the text writes that in some place
    only, by `places` (lower-cased name to country). Any other name is a run of capitalised words that has a company
    form (AS, A/S, ApS, AB ...), stands in the title, or comes back; what stands around it tells its role.
    """
    whole = f"{title}\n{text}"
    found = []
    for name, spans in _named(whole, places).values():
        early = spans[0][0] < len(title) + HEAD
        role = _role(name, whole, spans)
        takes_part = early or len(spans) > 1 or _FORM.search(name) or any(_acts(whole, *span) for span in spans)
        if role and (takes_part or role == "public"):
            found.append(Organisation(name, role, cues.sentence_at(whole, spans[-1][0]), len(spans)))
    found += _meant(whole, places, [one.name for one in found if one.role == "public"])
    found.sort(key=lambda one: -one.mentions)
    return tuple(one for role in ROLES for one in [o for o in found if o.role == role][:MOST])


def _meant(text: str, places: Mapping[str, str], known: Sequence[str]) -> list[Organisation]:
    """The municipality that a text means by "kommunen" where it names a place often and no municipality in full."""
    speaks = re.search(r"\b(?:kommunen|kommunens|byrådet|staden|the (?:city|municipality))\b", text, re.IGNORECASE)
    spans = [m for m in _NAME.finditer(text) if m.group().lower().removesuffix("s") in places]
    if not speaks or len(spans) < OFTEN or any(_ACTS.search(name) for name in known):
        return []
    often = Counter(m.group().removesuffix("s") for m in spans).most_common(1)[0][0]
    place = next(m for m in spans if m.group().startswith(often))
    word = {"NO": "{} kommune", "DK": "{} Kommune", "SE": "{} kommun"}.get(places[often.lower()], "City of {}")
    return [Organisation(word.format(often), "public", cues.sentence_at(text, place.start()), len(spans))]


def _named(text: str, places: Mapping[str, str]) -> dict[str, tuple[str, list[tuple[int, int]]]]:
    """Names by their key (lower case, without company form): the fullest way they are written, and where."""
    found: dict[str, tuple[str, list[tuple[int, int]]]] = {}
    persons = {word for name in _persons(text) for word in name.split()}
    for name, start, end in _runs(text, places):
        if name.split()[-1] in persons or _is_place(name, places):
            continue
        key = _FORM.sub("", name).lower()
        key = key[:-1] if key.endswith("s") and key[:-1] in found else key
        full, spans = found.setdefault(key, (name, []))
        found[key] = (max(full, name, key=lambda n: (bool(_FORM.search(n)), -len(n))), [*spans, (start, end)])
    return found


def _runs(text: str, places: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    """Runs of capitalised words with the word that makes an authority of them, and where they stand."""
    plain = cues.names("not_names")
    for match in _NAME.finditer(text):
        start, words = match.start(), match.group().split(" ")
        while words and (words[0] in plain or not words[0][0].isupper()):
            start += len(words.pop(0)) + 1
        opens = _OPENS.search(text[max(0, match.start() - 3) : match.start()]) and start == match.start()
        if opens and len(words) > 1 and any(cues.matches("kinds", role, words[0]) for role in ROLES[1:]):
            start += len(words.pop(0)) + 1  # "Leverandøren Ombruk" is a word and a name
        name = _GENITIVE.sub("", " ".join(words).rstrip("-/:&'’"))
        acts = _ACTS.match(text, match.end())
        if len(words) > 1 and _ACTS.fullmatch(f" {words[-1].lower()}") and _OF_MANY.search(words[-2]):
            continue
        if acts and name:
            both = re.search(rf"({_WORD} (?:og|och) )$", text[max(0, start - 30) : start])
            if both and f"{both[1]}{name}".lower() in places:
                name, start = f"{both[1]}{name}", start - len(both[1])
            if _is_place(name, places) or not (_OF_MANY.search(name) or acts.group()[1].lower() == "f"):
                yield name + _GENITIVE.sub("", acts.group()), start, acts.end()
        elif name and name.removesuffix("s") not in plain and not (opens and len(words) == 1) and len(name) > 2:
            yield name, start, match.end()


def _persons(text: str) -> set[str]:
    """Names that speak or have a title."""
    found = set()
    for match in _NAME.finditer(text):
        before = text[max(0, match.start() - 30) : match.start()]
        titled = _TITLED.match(text, match.end()) and len(match.group().split()) in (2, 3)
        if titled or _SPEAKS.search(before) or _SPOKEN.match(text, match.end()):
            found.add(match.group())
    return found


def _role(name: str, text: str, spans: list[tuple[int, int]]) -> str | None:
    """What an organisation is, by its name, by the words around it and by what it does; None where nothing says.

    Words for inclusion outrank those for business beside them: "den socialøkonomiske virksomhed" is one.
    """
    if _PUBLIC.search(name) or name in cues.names("public_names"):
        return "public"
    if cues.matches("kinds", "inclusion", name):
        return "inclusion"
    said = {"inclusion": 0.0, "private": 0.5 if _FORM.search(name) or _FIRM.search(name) else 0.0}
    for start, end in spans:
        before = re.split(r"[.;:!?\n]", text[max(0, start - NEAR) : start])[-1]
        after = re.split(r"[.;:!?\n]", text[end : end + NEAR])[0]
        defined = 2.0 if _IS.match(after) else 0.5
        for words, weight in ((before, 1.0), (after, defined)):
            role = next((role for role in ("inclusion", "private") if cues.matches("kinds", role, words)), None)
            if role:
                said[role] += weight
        said["private"] += 0.5 * _acts(text, start, end)
    best = max(said, key=lambda role: said[role])
    return best if said[best] > 0 else None


def _acts(text: str, start: int, end: int) -> bool:
    """Whether what stands there does what a partner does, or somebody does it with it."""
    return bool(_DOES.match(text, end) or _WITH.search(text[max(0, start - NEAR) : start]))


def _is_place(name: str, places: Mapping[str, str]) -> bool:
    return name.lower() in places or name.lower().removesuffix("s") in places
