"""When a question gets no answer: what is asked of the assistant itself, and what the documents do not hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

from assistant.types import Card, Hit, Query, Reason

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

SUBJECT = {"ours": 0.96, "elsewhere": -1.41}
SUBJECT_CONSTANT = -1.47
"""What that sum counts for, and the logarithm of the odds that the question is of another subject (eval/kinds.py), where
the encoder has such kinds: logistic regression on 345 answerable questions and 34 strangers of eval/questions and on 466
and 360 lines of kinds.tsv, each told while its fifth was left out, 2026-11-22; the constant is moved so that LEAST serves
both. Refused there, without and with it: of those lines' strangers 282 and 316, of their answered 13 and 4; of the other
half of refusals.jsonl 13 and 14 of 15 strangers, 0 and 0 of 39; of blind.jsonl 2 and 3 of 3, 0 and 0 of 94."""

# The same for a library that names too few questions of its own: on 3 to 148 documents of the corpus drawn by chance,
# without their questions (1,144 questions of theirs against 780 from elsewhere), and on NorQuAD (472 against 80),
# 2026-11-21. Refused of the strangers / of ours below FAINT with 3, 6, 12, 25, 60 documents: at -1 0.95 / 0.11,
# 0.89 / 0.11, 0.87 / 0.07, 0.77 / 0.05, 0.70 / 0.03; at -1.5 0.89 / 0.08, 0.82 / 0.07, 0.77 / 0.04, 0.68 / 0.04,
# 0.61 / 0.01; of NorQuAD 0.59 / 0.01.
FEW = {"tokens": 9.45, "unseen": -3.11, "above": 1.44}
FEW_CONSTANT = -3.97
FAINT = -1.5

ASTRAY, UNSEEN = -1.6, 0.25
"""The same for a follow-up that is read without what was said before, and the share of its words that no passage holds:
those of our subject are about it or have few words of their own. Of the follow-ups in eval/questions and half of
refusals.jsonl the 28 of ours have 0.3 and more, five of the six others at most -1.9 and 0.31 and more, 2026-11-22."""

CHOSEN = 0.335
"""Late interaction below which a question that its asker put to chosen documents is not about them. Against ten short
questions on two cases (0.34 to 0.59) and six from elsewhere (0.27 to 0.33), 2026-11-21."""

SURE = {"instruction": 0.5, "person": 0.5, "decision": 0.75}
"""Probability from which a question is taken for one of its kind, of those that eval/kinds.py learns. Of the questions that
are to be answered in eval/questions none lay above: the highest were 0.17, 0.45 and 0.72, 2026-11-22. Of those that were
written later some do, see NAMELESS."""

NAMELESS = 0.75
"""The same for a person whom nobody names: "kan han ta vaktene?" mostly asks for the rule. Of nine questions above 0.5 that
are to be answered (several.jsonl, later.jsonl, plain.jsonl) five lie below this; of the five of refusals.jsonl that are
refused so, the one that names nobody lies at 0.80, 2026-11-23."""

PLAIN = 3.4
"""What was found (`_known`) from which a question that names nobody asks for a rule that stands there, and for no decision
on a case: of those refused so rightly in eval/questions the highest was 2.96, of those to be answered two lie above,
2026-11-23."""

_OFFICES = frozenset({"nav"})
"""Names in questions about people that are nobody's."""

# Whether what is asked for is absent: the probability of the kind against the best late interaction of a passage.
# Logistic regression on the sets of eval/questions but blind.jsonl and every second question of refusals.jsonl,
# 2026-11-22: refused of the 21 that cannot be answered / of 345 that can above 0.75 8 / 1, 0.5* 9 / 1, 0.25 10 / 3,
# 0 12 / 3; of the other half and blind.jsonl 11 of 18 / 0 of 133 at 0.5.
ABSENT = {"absent": 1.02, "tokens": -8.71}
ABSENT_CONSTANT = 4.47
MISSED = 0.5

WHOLE = 0.75
"""Share of a question's words that the best passage holds from which nothing is taken for absent. Of the questions above
MISSED it frees those that are answered but for two (0.81 and more against 0.36), and of the others only those that HELD
refuses too, 2026-11-21. Nor is what a question is about then held against what was found."""

_AMOUNT = r"(?:\d[\d .,]*\s*(?:kr\b|kroner|mill|mio|euro|øre)|(?:kr\.?|nok|dkk|sek|eur|€|£)\s*\d)"
_RATE = (
    r"(?!i dag)(?:per|pr\.?|om|i|for hver|a|an|/)\s*(?:\w+-)?"
    r"(?:tim\w+|måned\w*|månad\w*|dag\w*|ug[en]\w*|uke\w*|veke\w*|år\w*|plass\w*|plads\w*|person\w*|deltaker\w*|deltager\w*|kvm|kvadrat\w*|kilo|plagg|stk|"
    r"hour|day|week|month|year|place|participant)"
)

HELD = (
    (
        r"\b(?:telefon(?:nummer|nr)\w*|tlf|phone number|e-?postadress\w*|e-?mail-? ?adress\w*|mail-?adress\w*|kontaktperson\w*|(?:hvem|kven|hvor) kan vi ringe|contact person)\b(?![\s:]*\d)"
        r"|\b(?:hva er|kva er|hvad er|vad är|what is|hvilken|hvilket|finn|find|oppgi|oplys|gi meg|giv mig|har (?:dere|de|i|du)|navn og|name and)\b.{0,25}\b(?:telefon\w*|phone|e-?post\w*|e-?mail\w*)\b(?![\s:]*\d)",
        r"\w@\w|\b(?:tlf|telefon)\w*[ :.]{0,3}\+?\d|\b\d{2} \d{2} \d{2} \d{2}\b",
    ),
    (
        r"\b(?:org\.?\s?(?:nr|nummer)\w*|organisasjonsnummer\w*|cvr\S*)\b(?![\s:]*\d)",
        r"\b\d{3} ?\d{3} ?\d{3}\b|\b\d{8}\b",
    ),
    (r"\bcpv\b", r"\b\d{8}(?:-\d)?\b"),
    (
        r"\b(?:hvem|kven|vem|who|navn\w*|namn\w*|names?)\b.{0,40}\b(?:styret|bestyrelsen|styrelsen|board)\b|\b(?:hvem|kven|vem|who) (?:sidder|sitter|sit|sits)\b",
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
    (
        r"\bgebyr\w*\b.{0,30}\bklage\w*|\bklage(?:gebyr|afgift)\w*|"
        r"\b(?:kost(?:er|ar|e)?|costs?)\b.{0,30}\b(?:klag\w*|complain\w*|overklag\w*|överklag\w*|överpröv\w*)",
        r"\bklagegebyr\w*|gebyr\w*.{0,40}\bklage|\bcomplaint fee|\bavgift\w*.{0,40}\böverpröv",
    ),
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

_SECTION = re.compile(r"§\s?\d+(?:[-–]\d+)?|\b\d{1,2}[-–]\d{1,2}(?!\d)")
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
    r"\bskyldig (?:i|til)\b|\bkan du godkjenne\b|\bkan du godkende\b|\bwould we win\b|(?<!\bsige )(?<!\bsi )(?<!\bseie )(?<!\bsäga )\bja eller ne[ij]\b|\bbetale erstatning til den\b",
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
    reason = _kind(query, signals) or _strange(query, hits, signals)
    if reason:
        return reason
    if _DECISION.search(query.text):
        return "decision"
    if _PERSON.search(query.text) and _SOMEBODY.search(query.text):
        return "about-a-person"
    return "not-in-corpus" if _absent(signals) or not holds(query, hits, places) else None


_REASONS: Mapping[str, Reason] = {"instruction": "instruction", "person": "about-a-person", "decision": "decision"}


def _kind(query: Query, signals: Mapping[str, float]) -> Reason | None:
    """What the question is beside its subject, where that is sure enough to refuse it.

    A library without questions of its own may be about anything, people of whom the world knows among it.
    """
    nobody = not {*query.names} - _OFFICES
    if "margin" not in signals or (nobody and _known(signals) >= PLAIN):
        asked = {"instruction": SURE["instruction"]}
    else:
        asked = SURE | {"person": NAMELESS} if nobody else SURE
    told = [kind for kind, sure in asked.items() if signals.get(kind, 0.0) >= sure]
    return _REASONS[max(told, key=signals.__getitem__)] if told else None


def _strange(query: Query, hits: Sequence[Hit], signals: Mapping[str, float]) -> Reason | None:
    """Why a question is not the library's to answer."""
    if query.cases and query.terms:
        return None
    if query.filters.documents:
        return "out-of-scope" if signals["tokens"] < CHOSEN else None
    if "margin" in signals:
        held = _cited(query, hits) or signals.get("held", 0.0) >= WHOLE  # what was added may be about anything
        return "out-of-scope" if (_known(signals) if held else _ours(signals)) < LEAST else None
    few = FEW_CONSTANT + sum(FEW[name] * signals[name] for name in FEW)
    return "not-in-corpus" if few < FAINT else None


def strays(signals: Mapping[str, float]) -> bool:
    """Whether a follow-up that is read on its own is about what the library never names; `signals` as in `after`."""
    return "margin" in signals and signals["unseen"] > UNSEEN and _ours(signals) < ASTRAY


def _ours(signals: Mapping[str, float]) -> float:
    """How surely a question is of the library's subject, by what was found and by what it is about."""
    elsewhere = signals.get("elsewhere")
    if elsewhere is None:
        return _known(signals)
    return SUBJECT_CONSTANT + SUBJECT["ours"] * _known(signals) + SUBJECT["elsewhere"] * _log_odds(elsewhere)


def _known(signals: Mapping[str, float]) -> float:
    """The same by what was found alone."""
    return CONSTANT + sum(WEIGHTS[name] * signals[name] for name in WEIGHTS)


def _cited(query: Query, hits: Sequence[Hit]) -> bool:
    """Whether a question names a section that is in what was found: its number says what no word of it does."""
    named = {_plain(section) for section in _SECTION.findall(query.text)}
    return bool(named) and any(
        _plain(section) in named for hit in hits[:FIRST] for section in _SECTION.findall(hit.passage.text)
    )


def _plain(section: str) -> str:
    return re.sub(r"[§\s]", "", section).replace("–", "-")


def _log_odds(chance: float) -> float:
    return math.log(max(chance, 1e-6) / max(1.0 - chance, 1e-6))


def _absent(signals: Mapping[str, float]) -> bool:
    """Whether a particular thing is asked for that a library of our subject does not hold."""
    share = signals.get("absent")
    if share is None or "margin" not in signals or signals["held"] >= WHOLE:
        return False
    return ABSENT_CONSTANT + ABSENT["absent"] * _log_odds(share) + ABSENT["tokens"] * signals["tokens"] > MISSED


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
    told = [*texts[:FIRST], *_described(hits)]
    return not about or any(place in text.lower() for place in about for text in told)


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


def _described(hits: Sequence[Hit]) -> list[str]:
    """What the cards of the first FIRST documents say these are about; a question of theirs may call a place by another
    language's name (Vanda for Vantaa).
    """
    cards = list({hit.passage.card.id: hit.passage.card for hit in hits}.values())[:FIRST]
    return [" ".join([*_titles(card), *(question.text for question in card.questions)]) for card in cards]


def _whole(hit: Hit) -> str:
    return " ".join([*_titles(hit.passage.card), hit.passage.heading, hit.passage.text])


def _titles(card: Card) -> tuple[str, ...]:
    return card.title, *card.public_partners


_MEMBERS = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "EU", "UK",
    )
)  # fmt: skip
"""Countries whose question gets the EU rule or an example where we hold no law of theirs."""
