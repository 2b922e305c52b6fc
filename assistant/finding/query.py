"""A question becomes a Query: language, countries, kinds, intent, glossary terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.finding import jurisdiction
from assistant.finding.asks import asks
from assistant.language import detect, words
from assistant.types import Concept, Filters, Intent, Query

MAX_EXPANSION = 24
"""Most words that glossary terms add to a question; more dilutes the keywords."""

_TEMPLATE = (
    r"\b(?:mal(?= (?:for|til|på)\b)|(?:har (?:dere|de|du|i)|finnes det|finst det|tr[ae]ng\w*|gi meg) (?:\w+ ){0,4}mal|"
    r"malen(?! vår\b)|maler|(?<!\bvores )skabelon\w*|mall|mallar|(?<!\bour )templates?|skjema\w*|skema\w*|blankett\w*|formular\w*|formulering\w*|"
    r"sjekkliste\w*|tjekliste\w*|checklista|checklist|oppsett (?:for|til)|oppsett\b.{0,20}\bsak|oplæg til|utkast\w*|udkast\w*|ferdige?|ferdig\s?skrevet|færdig\w*|fyll\w* (?:ut|inn|i)|udfylde?\w*|"
    r"sample|model clause|standardtekst\w*|tekst(?:en)? til|text till|tekst\b.{0,40}\b(?:lime|kopiere) inn|lim(?:e|me)? ind|klistra in|wording|invitasjon til|invitation til|"
    r"saksframlegg|indstilling)\b"
)
_COMPARISON = (
    r"\b(?:forskjell\w*|forskel\w*|skillnad\w*|skilnad\w*|difference\w*|differs?|skiller|skil|skiljer|adskiller|versus|vs|"
    r"likt og ulikt|likheter|ligheder|sammenlign\w*|samanlikn\w*|jämför\w*|compare\w*|comparison|"
    r"(?:hva|kva|hvad|vad|which|what) (?:er|is) (?:best|bedst|bäst)|better|"
    r"(?<!i )det samme|(?<!i )det same|same(?: thing)? as|samma sak|blander|hva er hva|kontra|i motsetning til|eller heller)\b"
)
_DID = (
    r"fått|fået|gjort|brukt|brugt|använt|prøvd|prøvet|provat|testet|testat|lykkes|lyktes|lykkedes|lyckats|lavet|laget|laga|"
    r"gjennomført|gennemført|genomfört|reservert|reserveret|reserverat|kjøpt|købt|köpt|satt|sat|allerede|done|tried|used|managed|made|run"
)
_EXAMPLE = (
    r"\b(?:eksemp\w*|døme\w*|exemp[el]\w*|examples?|erfaring\w*|erfarenhet\w*|experiences?|"
    r"(?:hvilke (?:kommuner|byer)|which (?:cities|municipalities|towns)|vilka kommuner) (?:har|gir|giver|ger|have|has|set)|"
    rf"(?:hvem|kven|vem|who) (?:gir|giver|ger|(?:har|have|has) (?:{_DID}))|"
    r"(?:(?:(?<!\w )|(?<=\bog )|(?<=\boch )|(?<=\bmen ))har|er) (?:nokon|noen|nogen|nogle|några|någon|det noen|der nogen|der nogle)|"
    r"finnes det|findes der|finst det|"
    r"finns det|kender i(?! forvejen)|kjenner dere|is there any|are there any|has anyone|(?:^\W*|har (?:dere|de|dykk|du|i) )(?:noe|noko|noget) om|något liknande|berätta|fortell om|fortæl)\b"
)
_HOW_MANY = r"\b(?:(?:hvor|kor) mange|hur många|how many)\b.{0,60}\b(?:finnes|findes|fins|finst|finns|are there|eksisterer|existerar)\b"
_FIGURE = (
    r"\b(?:(?:hvor|kor) (?:mange|mye|mykje|meget|stor\w*|lang\w*|høy\w*|høj\w*|lenge)|hur (?:många|mycket|stor\w*|länge)|"
    r"how (?:many|much|large|long|high)|antall\w*|antal\w*|prosentandel|beløpsgrense\w*|terskel\w*|tersklene|tærskel\w*|"
    r"tröskelvärde\w*|threshold\w*|hvad koster|hva koster|vad kostar|what does it cost|gebyr\w*|satsen?)\b"
)
_HOWTO = (
    r"\b(?:hvordan|korleis|hur (?:gör|går|ska|skriver|kommer|ser)|how (?:do|can|to|should|does)|framgangsmåte|fremgangsmåde|"
    r"steg for steg|trin for trin|step by step|walk me through|i rekkefølge|rekkjefølgje|hva gjør vi|hvad gør vi|vad gör vi|"
    r"hvor begynner|hvor starter|griber vi|går vi fram|går vi frem|i praktiken|set up)\b"
)
_CONDITIONS = (
    r"\b(?:hvilke (?:krav|vilkår|betingelser)|kva krav|vilka krav|hva (?:må|skal) til|kva må til|vad krävs|hvad (?:kræver|kræves)|"
    r"hva kreves|når (?:kan|gjelder|holder|må|skal)|hvornår|när (?:får|kan|gäller)|when (?:may|can|must|does)|"
    r"under hvilke|vilkår for|betingelser for|conditions?|leve op til|opfylde|oppfylle|oppfyller|who may|hvem kan|kven kan|vem får)\b"
)
_DEFINITION = (
    r"\b(?:(?:hva|kva|hvad|vad) (?:er|är|var|betyr|tyder|betyder|menas|menes|meinast|mener|heter|hedder|kalles|kaldes|innebär|innebærer|inneber|indebærer)|"
    r"what (?:is|are|does .{0,40} mean)|står .{0,20} for|forkort\w*|førkort\w*|förkort\w*|definisjon\w*|definition\w*|"
    r"for noe\b|for noget|stand for)\b"
)
_BROAD = (
    r"\b(?:oversikt|overblik|översikt|overview|hvilke måter|hvilke måder|hvilke kommuner|vilka sätt|what (?:legal )?tools|which tools|"
    r"hvor begynner jeg|hvor starter jeg|hvor begynder jeg|var börjar jag|where do i start|går (?:som regel )?galt|går typisk galt|"
    r"ny på innkjøp|helt ny|hva har .{0,60} å si|kva har .{0,60} å seie)\b"
)
_CASES = (
    r"\b(?:hvilke|kva for|vilka|which|what) (?:\w+ )?(?:kommun\w+|byer|byar|städer|cities|towns|municipalities|virksomhet\w*|virksomhed\w*|"
    r"verksemder|bedrift\w*|företag|companies|selskap\w*|selskab\w*|eksemp\w+|exempel|døme|examples|cases?|prosjekt\w*|projekt\w*|projects)\b"
    r"(?! (?:kan|får|må|skal|ska|bør|bör|may|can|must|should|are allowed)\b)|"
    r"\b(?:sammenlign|samanlikn|jämför|compare)\w*\b.{0,40}(?:eksemp|exempel|døme|examples?|cases?|erfaring|erfarenhet)|"
    r"\b(?:oversikt|overblik|översikt|overview|list|liste|lista|alle|alla|all)\b.{0,40}\b(?:eksemp\w+|exempel|døme|examples?|cases?|erfaring\w*|erfarenhet\w*|experiences?)"
)
_COUNTS = (
    "en|ei|ett|one", "to|två|two", "tre|three", "fire|fyra|four", "fem|five", "seks|sex|six", "sju|syv|seven", "åtte|otte|åtta|eight"
)  # fmt: skip
STEM = 6
"""Letters that a glossary term in a compound must have, and the rest of the compound: fewer are chance."""

MOST_CASES = 12
"""Cases in a table: as many as a screen shows."""

_CUES: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    ("broad", re.compile(_BROAD)),
    ("template", re.compile(_TEMPLATE)),
    ("comparison", re.compile(_COMPARISON)),
    ("figure", re.compile(_HOW_MANY)),
    ("example", re.compile(_EXAMPLE)),
    ("figure", re.compile(_FIGURE)),
    ("howto", re.compile(_HOWTO)),
    ("conditions", re.compile(_CONDITIONS)),
    ("definition", re.compile(_DEFINITION)),
)
"""What tells an intent, the most telling first."""

_BY_COUNTRY: frozenset[Intent] = frozenset({"rule", "conditions", "definition", "figure", "howto"})
"""Intents that are answered for each country on its own where a question names several in one breath."""


_MARKUP = re.compile(r"<[^<>]{1,200}>|\]\([^()]{0,300}\)|https?://\S+|[\[\]`*_#|]+")


Index = Mapping[tuple[str, ...], tuple[str, ...]]
"""The ids of the concepts that words in a row (lower case) stand for."""


@dataclass(frozen=True, slots=True)
class Glossary:
    """The glossary's concepts, ready to be found in a question."""

    concepts: Mapping[str, Concept]
    phrases: Index = field(repr=False)
    said: Index = field(repr=False)

    @classmethod
    def of(cls, concepts: Sequence[Concept]) -> Glossary:
        """Index every term and abbreviation, and apart from them what people say instead, by words (lower case)."""
        said = [(c.id, {tuple(words(text)) for group in c.phrases.values() for text in group}) for c in concepts]
        return cls({c.id: c for c in concepts}, _index([(c.id, _phrases(c)) for c in concepts]), _index(said))

    @property
    def words(self) -> frozenset[str]:
        """Every word of every term and abbreviation, lower case."""
        return frozenset(word for phrase in self.phrases for word in phrase)

    def mentions(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The phrases of `text` that name concepts (lower case) with their ids, longest first at each place."""
        return _mentioned(text, self.phrases)

    def find(self, text: str) -> tuple[str, ...]:
        """Ids of the concepts that `text` names, in reading order, and of those that it says in other words."""
        told = (*self.mentions(text), *_mentioned(text, self.said))
        return tuple(dict.fromkeys(name for _, ids in told for name in ids))

    def inside(self, text: str) -> tuple[str, ...]:
        """Ids of the concepts whose one-word term begins a longer word of `text` ("renhold" in "renholdseksempler")."""
        terms = sorted((phrase[0] for phrase in self.phrases if len(phrase) == 1 and len(phrase[0]) >= STEM), key=len)
        begun = [[t for t in terms if word.startswith(t) and len(word) >= len(t) + STEM] for word in words(text)]
        return tuple(dict.fromkeys(name for found in begun if found for name in self.phrases[found[-1],]))


def read(
    question: str,
    *,
    country: str | None,
    language: str | None,
    filters: Filters,
    glossary: Glossary,
    places: Mapping[str, str],
) -> Query:
    """Read a question that stands alone.

    `country` is where the asker stands (None = not said) and `language` the language to answer in (None = the
    question's own). `places` maps lower-cased place names to countries.
    """
    question = bare(question)
    spoken = language or detect(question, jurisdiction.languages(country))
    intent = intent_of(question)
    both = intent == "comparison" or jurisdiction.joined(question)
    whose, sides = jurisdiction.settle(question, spoken, country, places, compares=both)
    if len(sides) > 1 and intent in _BY_COUNTRY:
        intent = "comparison"
    law = tuple(dict.fromkeys(c for side in sides for c in jurisdiction.BINDS.get(side, (side, "EU"))))
    cases = cases_wanted(question)
    terms = glossary.find(question) or (glossary.inside(question) if cases else ())
    return Query(
        text=question,
        language=spoken,
        country=whose,
        countries=sides,
        law=law,
        intent=intent,
        terms=terms,
        expansion=_expand(terms, question, glossary),
        names=names(question, places),
        named=tuple(c for c, told in jurisdiction.weigh(question, places).items() if told >= jurisdiction.MODEL),
        cases=cases,
        asks=asks(question),
        filters=filters,
    )


def bare(question: str) -> str:
    """The words of a question without HTML tags, Markdown marks and addresses, which say nothing of its subject."""
    words_only = " ".join(_MARKUP.sub(" ", question).split())
    return words_only.encode("utf-8", "ignore").decode()  # half a surrogate pair is no character


_NAME = re.compile(r"(?<=[\w,;:»)] )[A-ZÆØÅÄÖ][a-zæøåäöéü]{2,}(?:-[\w]+)*")


def names(question: str, places: Mapping[str, str]) -> tuple[str, ...]:
    """What a question calls by a name of its own (lower case): capitals within a sentence, places and countries apart."""
    found = (match.group().lower() for match in _NAME.finditer(jurisdiction.without_countries(question)))
    return tuple(dict.fromkeys(n for n in found if n not in places and n.removesuffix("s") not in places))


def intent_of(question: str) -> Intent:
    """What kind of answer fits; "rule" where no cue is found. Cues are words of nb, nn, da, sv and en."""
    lower = question.lower()
    found = [intent for intent, pattern in _CUES if pattern.search(lower)]
    if found[:1] == ["broad"] and "example" in found:
        return "example"  # an overview of experiences is a list of cases
    return found[0] if found else "rule"


def cases_wanted(question: str) -> int:
    """How many cases a question wants side by side: as many as it says, else MOST_CASES; 0 where it asks for none."""
    found = re.search(_CASES, question.lower())
    if not found:
        return 0
    numbers = [n for n, names in enumerate(_COUNTS, 1) if re.search(rf"\b(?:{n}|{names})\b", found.group())]
    return max(numbers[0], 2) if numbers else MOST_CASES


def _index(named: Iterable[tuple[str, Iterable[tuple[str, ...]]]]) -> Index:
    """Ids with their phrases -> phrases with their ids."""
    ids: dict[tuple[str, ...], dict[str, None]] = {}
    for name, phrases in named:
        for phrase in phrases:
            ids.setdefault(phrase, {})[name] = None
    return {phrase: tuple(names) for phrase, names in ids.items()}


def _mentioned(text: str, index: Index) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The phrases of `index` that stand in `text`, with their ids, longest first at each place."""
    tokens, found, at, longest = words(text), list[tuple[str, tuple[str, ...]]](), 0, max(map(len, index), default=1)
    while at < len(tokens):
        for length in range(min(longest, len(tokens) - at), 0, -1):
            phrase = tuple(tokens[at : at + length])
            if phrase in index:
                found.append((" ".join(phrase), index[phrase]))
                break
        else:
            length = 1
        at += length
    return tuple(dict.fromkeys(found))


def _phrases(concept: Concept) -> set[tuple[str, ...]]:
    terms = [term for group in concept.terms.values() for term in group]
    terms += [re.sub(r"\s*\(.*?\)", "", short) for short in concept.abbreviations]
    return {phrase for term in terms if (phrase := words(term))}


def _expand(terms: Sequence[str], question: str, glossary: Glossary) -> tuple[str, ...]:
    """The other languages' words for the concepts found: first term of each language, then the rest."""
    asked, added = question.lower(), list[str]()
    for place in range(3):
        for name in terms:
            for group in glossary.concepts[name].terms.values():
                if place < len(group) and group[place].lower() not in asked and group[place] not in added:
                    added.append(group[place])
    return tuple(added[:MAX_EXPANSION])
