"""When a question gets no answer: what is asked of the assistant itself, and what the documents do not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.types import Hit, Query, Reason

_INSTRUCTION = re.compile(
    r"(?:ignor\w+|glem|gløym|glöm|forget|disregard|se bort fra|bortse fra)\b.{0,40}\b(?:instruks\w*|instruktion\w*|instruction\w*|regl\w+|rules?|beskjed\w*)"
    r"|(?:system|developer|utvikler|udvikler)\s?-?(?:mode|prompt|melding\w*|besked\w*|modus)"
    r"|hidden prompt|skjulte? (?:prompt|instruks\w*)|api.?(?:key|nøkkel|nøgle)"
    r"|(?:du er n(?:å|u)|you are now|nu är du)\b.{0,30}\b(?:fri|free|en ny|a new|ikke lenger|no longer|assistent|assistant)"
    r"|(?:svar|answer|reply) (?:kun|bare|only) med (?:ordene|ordet)|(?:answer|reply|respond) only with"
    r"|(?:fra nå av|fra nu af|from now on|från och med nu)\b.{0,40}\b(?:skal du|skal i|you (?:must|will|shall)|ska du)"
    r"|^\W*#{2,}\s*(?:system|instruction)|<\|?(?:system|im_start)",
    re.IGNORECASE | re.DOTALL,
)


def before(question: str, longest: int, mask: Callable[[str], tuple[str, tuple[str, ...]]]) -> Reason | None:
    """Why a question is not even looked up, or None: empty, too long, an instruction, or a national id number in it.

    `longest` is in characters; `mask` gives a text without id numbers, and the kinds that it found.
    """
    if not any(c.isalnum() for c in question):
        return "empty"
    if len(question) > longest:
        return "too-long"
    if _INSTRUCTION.search(question):
        return "instruction"
    return "personal-data" if mask(question)[1] else None


# Logistic regression on 350 of the documents' own questions (each without its own search key) and 80 written as staff
# ask, against 160 that belong elsewhere (each left out of `elsewhere`) and 120 of NorQuAD, 2026-11-21. Below LEAST a
# question is not ours. Refused of the 160 (each left out), of 142 development questions and of 72 of fresh.jsonl that
# are ours: at -0.8 140, 2 and 3; at -1.2 133, 2 and 2; at -1.4 132, 1 and 0; at -2 121, 0 and 0. The few that are
# answered needlessly get cited sentences about something else; a refusal tells staff that we know nothing.
WEIGHTS = {"tokens": 10.8, "unseen": -2.84, "margin": 109.7}
CONSTANT = -6.82
LEAST = -1.4

# The same for a library that names too few questions of its own: on 3 to 148 documents of the corpus drawn by chance,
# without their questions (1,144 questions of theirs against 780 from elsewhere), and on NorQuAD (472 against 80),
# 2026-11-21. Refused of the strangers / of ours below FAINT with 3, 6, 12, 25, 60 documents: at -1 0.95 / 0.11,
# 0.89 / 0.11, 0.87 / 0.07, 0.77 / 0.05, 0.70 / 0.03; at -1.5 0.89 / 0.08, 0.82 / 0.07, 0.77 / 0.04, 0.68 / 0.04,
# 0.61 / 0.01; of NorQuAD 0.59 / 0.01.
FEW = {"tokens": 9.45, "unseen": -3.11, "above": 1.44}
FEW_CONSTANT = -3.97
FAINT = -1.5

CHOSEN = 0.335
"""Late interaction below which a question that its asker put to chosen documents is not about them. Against ten short
questions on two cases (0.34 to 0.59) and six from elsewhere (0.27 to 0.33), 2026-11-21."""

_AMOUNT = r"(?:\d[\d .,]*\s*(?:kr\b|kroner|mill|mio|euro|øre)|(?:kr\.?|nok|dkk|sek|eur|€|£)\s*\d)"
_RATE = (
    r"(?!i dag)(?:per|pr\.?|om|i|for hver|a|an|/)\s*(?:\w+-)?"
    r"(?:tim\w+|måned\w*|månad\w*|dag\w*|ug[en]\w*|uke\w*|veke\w*|år\w*|plass\w*|plads\w*|person\w*|deltaker\w*|deltager\w*|kvm|kvadrat\w*|kilo|plagg|stk|"
    r"hour|day|week|month|year|place|participant)"
)

HELD = (
    (
        r"\b(?:telefon(?:nummer|nr)?\w*|tlf|phone(?: number)?|e-?post\w*|e-?mail\w*|mail-?adress\w*|kontaktperson\w*|(?:hvem|kven|hvor) kan vi ringe|contact person)\b(?![\s:]*\d)",
        r"\w@\w|\b(?:tlf|telefon)\w*[ :.]{0,3}\+?\d|\b\d{2} \d{2} \d{2} \d{2}\b",
    ),
    (
        r"\b(?:org\.?\s?(?:nr|nummer)\w*|organisasjonsnummer\w*|cvr\S*)\b(?![\s:]*\d)",
        r"\b\d{3} ?\d{3} ?\d{3}\b|\b\d{8}\b",
    ),
    (r"\bcpv\b", r"\b\d{8}(?:-\d)?\b"),
    (
        r"\b(?:styret|bestyrelsen|styrelsen|board)\b.{0,30}|\b(?:hvem|kven|vem|who) (?:sidder|sitter|sit|sits)\b",
        r"\b(?:styreleder|formand|ordförande|chair)\b",
    ),
    (
        r"\b(?:timepris\w*|timesats\w*|timelønn\w*|månedssats\w*|månadssats\w*|takst\w*|hourly rate)\b",
        rf"{_AMOUNT}.{{0,60}}{_RATE}",
    ),
    (
        rf"\b(?:kroner|pris\w*|betaler|betalar|koste[rd]?|kostede|kostade|refusion\w*)\b.{{0,60}}\b{_RATE}\b",
        rf"{_AMOUNT}.{{0,60}}{_RATE}",
    ),
    (r"\bgebyr\w*\b.{0,30}\bklage\w*|\bklage(?:gebyr|afgift)\w*", r"\bklagegebyr\w*|gebyr\w*.{0,40}\bklage"),
    (r"\b(?:tingrett\w*|lagmannsrett\w*)", r"\b(?:tingrett|lagmannsrett)"),
    (r"\b(?:landsret\w*|byret\w*|voldgift\w*)", r"\b(?:landsret|byret|voldgift)"),
    (r"\b(?:kammarrätt\w*|förvaltningsrätt\w*)", r"\b(?:kammarrätt|förvaltningsrätt)"),
    (r"\bLUF\b", r"\bLUF\b.{0,80}\d{3}"),
)
"""What is asked for, and how it looks where a passage holds it: without it, the nearest passages are no answer."""

_HELD = tuple((re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE)) for asked, held in HELD)

FIRST = 3
"""Hits of which one must tell of the place that is asked about. Of 34 questions of eval/questions about a place, the six
that are answered name it in hit 1 or 2, those that cannot be in hit 4, 5, 12, 15 or nowhere, 2026-11-21."""

_YEAR = re.compile(r"\b20[0-3]\d\b")
_NOW = re.compile(
    r"\b(?:i år|i fjor|i fjol|sidste år|förra året|last year|i dag|idag|lige nu|just nu)\b", re.IGNORECASE
)
_COUNTED = re.compile(r"\b(?:(?:hvor|kor) (?:mange|stor)|hur många|how many)\b", re.IGNORECASE)

_PERSON = re.compile(
    r"\b(?:diagnos\w*|sykmeld\w*|sjukmeld\w*|sykefravær\w*|hvor mye fravær|rusproblem\w*|straffe?attest|criminal record|en dom\b|gap i cv\w*|hull i cv\w*|"
    r"møter ikke opp|sin angst|ryggproblem\w*)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?i:han|hun|ho|ham|hende|he|she|hon|honom|henne|deltakeren|deltageren|deltagaren|praktikanten|lærlingen|the trainee)\b|(?<=[a-zæøåäö] )[A-ZÆØÅÄÖ][a-zæøåäö]+"
)
_DECISION = re.compile(
    r"^\W*(?:skal|bør|ska|bör|should) (?:vi|we) (?:heve|ophæve|häva|avvise|afvise|avvisa|terminate|reject|anmelde|melde)\b|^\W*avgjør om\b|^\W*afgør om\b|"
    r"\b(?:hvem|kven|vem|who|which(?: one)?|hvilken|hvilket|kva for ein)\b(?: (?:av|af|of) (?:dem|dei|them|disse|these|the two))?.{0,20}"
    r"\b(?:skal|bør|ska|bör|should)\b.{0,12}\b(?:ha|have|få|vinne|vinde|vinna|win|get|tildeles|tildelast) (?:kontrakten|kontrakta|the contract|oppdraget|opgaven|uppdraget)\b|"
    r"\b(?:hvilket|hvilken|kva|vilket|which) (?:tilbud|tilbod|anbud|bud|anbud|offer|bid|tender) (?:skal|bør|ska|bör|should)\b|"
    r"\bskyldig (?:i|til)\b|\bkan du godkjenne\b|\bkan du godkende\b|\bwould we win\b|\bja eller nej\b|\bja eller nei\b|\bbetale erstatning til den\b",
    re.IGNORECASE,
)


def after(query: Query, hits: Sequence[Hit], signals: Mapping[str, float], places: Mapping[str, str]) -> Reason | None:
    """Why what was found is no answer, or None when it may be one.

    `signals` come with what was found; `places` maps lower-cased place names to countries. Whoever asks for cases of
    something that the glossary knows is not out of scope, however few words the question has; nor is whoever has chosen
    the documents to ask, as long as the question is near to them.
    """
    if not hits:
        return "not-in-corpus"
    if query.cases and query.terms:
        pass
    elif query.filters.documents:
        if signals["tokens"] < CHOSEN:
            return "out-of-scope"
    elif "margin" in signals:
        if CONSTANT + sum(WEIGHTS[name] * signals[name] for name in WEIGHTS) < LEAST:
            return "out-of-scope"
    elif FEW_CONSTANT + sum(FEW[name] * signals[name] for name in FEW) < FAINT:
        return "not-in-corpus"
    if _DECISION.search(query.text):
        return "decision"
    if _PERSON.search(query.text) and _SOMEBODY.search(query.text):
        return "about-a-person"
    return None if holds(query, hits, places) else "not-in-corpus"


def holds(query: Query, hits: Sequence[Hit], places: Mapping[str, str]) -> bool:
    """Whether what was found holds the kind of thing that is asked for, in the place and the year that it is asked for."""
    texts = [_whole(hit) for hit in hits]
    for asked, held in _HELD:
        if asked.search(query.text) and not any(held.search(text) for text in texts):
            return False
    if query.country and not any(hit.passage.card.country in (query.country, None) for hit in hits):
        return query.country in _MEMBERS
    if _COUNTED.search(query.text):
        years = _YEAR.findall(query.text)
        if years and not any(year in text for year in years for text in texts):
            return False
    about = _about(query.text, places)
    return not about or any(place in text.lower() for place in about for text in texts[:FIRST])


def _about(question: str, places: Mapping[str, str]) -> list[str]:
    """Places that a question asks about: what they have done or how many they have, not where the asker is."""
    lower = question.lower()
    named = [word for word in re.findall(r"[\w-]+", lower) if word.removesuffix("s") in places or word in places]
    if not named or re.search(
        r"\b(?:vi (?:er|i|bor|jobber|hjelper)|we are|we're|hjelper|hjælper|jeg er|samarbeider|nabo)\b", lower
    ):
        return []
    asks = (
        _COUNTED.search(lower)
        or _NOW.search(lower)
        or _YEAR.search(lower)
        or re.search(
            r"\b(?:har|hadde|havde|fik|fikk|fekk|hade|fick|var|vant|vandt|vann|won|was|were|betal\w+|paid|pays?|kosta|kostet|kostede|"
            r"kostade|cost|gjorde|gjør|gjer|gør|gjorde|gör|brukte|brugte|använde|does|did|has|had|hvor stor)\b",
            lower,
        )
    )
    return [name.removesuffix("s") for name in named] if asks else []


def _whole(hit: Hit) -> str:
    card = hit.passage.card
    return " ".join([card.title, *card.public_partners, hit.passage.heading, hit.passage.text])


_MEMBERS = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "EU",
        "UK",
    ]
)
"""Countries whose question gets the EU rule or an example where we hold no law of theirs."""
