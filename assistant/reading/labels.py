"""Topics, partnership models, sectors, target groups and the kind of a text, told by its words and by its like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant import language
from assistant.reading import cues
from assistant.reading.cues import Found
from assistant.types import Card, Concept, Kind

Near = Sequence[tuple[Card, float]]
"""Cards of documents that are held and alike, best first, each with its cosine (-1 to 1)."""

NEIGHBOURS = 8
"""Documents whose labels count."""

SHARPNESS = 20.0
"""How fast a neighbour's say falls with its cosine: one 0.05 further off than the best says a third as much."""

IN_TITLE = 2.0
"""How many times a label counts that the title says."""

LIKE = {"models": 1.0, "topics": 1.5, "sectors": 1.0, "target_groups": 0.5}
LEAST = {"models": 0.5, "topics": 0.6, "sectors": 0.5, "target_groups": 0.5}
MOST = {"models": 2, "topics": 6, "sectors": 3, "target_groups": 3}
"""What the neighbours count beside the text's own words (1.0 is the best label that these tell), the least score of a
label that is proposed, and the most labels. Those of models were chosen on one half of the shipped cases, their kind
given: neighbours raise F1 from .57 to .63 (of 0, .5, 1 and 1.5; November 2026). The others are set by hand."""

SECTIONS = 1.0
"""Sections of law named in 1000 characters from which on a text explains the law."""

ADVICE = 4.0
"""How many more words of duty and leave (must, may, can) than years stand in 1000 characters of advice. On one half of
the shipped corpus the kind is right for .84 of 63 documents with these two, of .3 to 1.5 sections and 4 to 10 words;
with sections alone at best .81 (eval/proposing.py)."""

OWN_FORM = 0.015
"""What the form counts beside the mean cosine of the documents alike. On one half of the shipped corpus the kind is
right for .89 of 63 documents with 0 (6 of 28 cases lost), .95 with .005, .97 with .01 (1 lost), .97 with .015 (none),
.92 with .02, .84 with .03 and with the form alone (eval/proposing.py, November 2026)."""

TEMPLATE = 1.0
"""Places to fill in, in 1000 characters, from which on a text is a template; .5 and 1.5 did as well."""

_SECTION = re.compile(r"§+\s*\d|\bart(?:icle|ikel|ikkel|s)?\.?\s\d|\b\d+ kap\.|\brecitals?\s\d", re.IGNORECASE)
_DUTY = re.compile(r"\b(?:må|skal|kan|bør|must|may|should|can|ska|bör|får|måste|dere|I|ni|you)\b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TO_FILL = re.compile(r"\[(?![\d\]])[^\]\n]{2,80}\]|_{3,}|\.{5,}|☐|<[A-ZÆØÅÄÖ][^>\n]{2,40}>")


@dataclass(frozen=True, slots=True)
class Label:
    """A label that is proposed, and what speaks for it: a sentence, or the documents alike that have it."""

    name: str
    quote: str


def labels(field: str, told: Mapping[str, Found], in_title: Mapping[str, Found], near: Near) -> tuple[Label, ...]:
    """The labels of a field of the card ("models", "topics", "sectors" or "target_groups"), best first.

    `told` and `in_title` are what the text and its title say, `near` the documents alike. What the text says counts
    by the square root of how often, against the label that it says most.
    """
    own = {name: one.count**0.5 * (IN_TITLE if name in in_title else 1.0) for name, one in told.items()}
    top = max(own.values(), default=1.0)
    shared = _shared(field, near[:NEIGHBOURS])
    scores = {name: own.get(name, 0.0) / top + LIKE[field] * shared.get(name, (0.0, ""))[0] for name in {*own, *shared}}
    best = sorted((name for name in scores if scores[name] >= LEAST[field]), key=lambda name: (-scores[name], name))
    return tuple(Label(name, told[name].quote if name in told else shared[name][1]) for name in best[: MOST[field]])


def topics_told(text: str, spoken: str, glossary: Sequence[Concept]) -> dict[str, Found]:
    """The topics whose glossary terms stand in the text; `spoken` is its language."""
    found: dict[str, Found] = {}
    phrases = _phrases(glossary, spoken)
    longest = max(map(len, phrases), default=0)
    for line in text.split("\n"):
        stems = [language.stem(word, spoken) for word in language.words(line)]
        for place in range(len(stems)):
            for length in range(min(longest, len(stems) - place), 0, -1):
                for topic in phrases.get(tuple(stems[place : place + length]), ()):
                    one = found.get(topic)
                    found[topic] = Found(topic, one.count + 1 if one else 1, one.quote if one else line)
    return found


def group_in(words: str, spoken: str) -> str:
    """A target group's label ("long-term unemployed") in the words of a language, as the corpus writes it."""
    return cues.words("danish").get(words, words) if spoken == "da" else words


def groups(card: Card) -> tuple[str, ...]:
    """A card's target groups by the labels that are known, each once; one that no cue tells of as it is written."""
    told = (tuple(cues.count("target_groups", written)) or (written,) for written in card.target_groups)
    return tuple(dict.fromkeys(name for names in told for name in names))


def kind_of(text: str, near: Mapping[Kind, Near]) -> tuple[Kind, str]:
    """What a text is, and what speaks for it: its form, and the documents alike of each kind.

    The kind whose NEIGHBOURS documents are nearest on average is taken, with OWN_FORM for the kind that the text's
    own form tells; without documents of every kind the form decides alone.
    """
    told, quote = _form(text)
    means = {kind: sum(cosine for _, cosine in some[:NEIGHBOURS]) / NEIGHBOURS for kind, some in near.items()}
    if any(len(some) < NEIGHBOURS for some in near.values()):
        return told, quote
    best = max(means, key=lambda kind: means[kind] + OWN_FORM * (kind == told))
    return (told, quote) if best == told else (best, f"like {near[best][0][0].id}")


def _form(text: str) -> tuple[Kind, str]:
    """What a text is by its form: a template has places to fill in, guidance names law or gives advice."""
    to_fill, sections, duty, years = (list(sort.finditer(text)) for sort in (_TO_FILL, _SECTION, _DUTY, _YEAR))
    thousands = max(len(text) / 1000, 2.0)  # one section alone makes no guidance
    if len(to_fill) >= TEMPLATE * thousands:
        return "template", cues.sentence_at(text, to_fill[0].start())
    if sections and len(sections) >= SECTIONS * thousands:
        return "guidance", cues.sentence_at(text, sections[0].start())
    if duty and len(duty) - len(years) >= ADVICE * thousands:
        return "guidance", cues.sentence_at(text, duty[0].start())
    return "case", ""


def _shared(field: str, near: Near) -> dict[str, tuple[float, str]]:
    """How many of the documents alike have each label (0 to 1, the nearest count most), and the nearest that has it."""
    if not near:
        return {}
    best = max(cosine for _, cosine in near)
    weights = [2.718281828 ** (SHARPNESS * (cosine - best)) for _, cosine in near]
    shared: dict[str, tuple[float, str]] = {}
    for (card, _), weight in zip(near, weights, strict=True):
        for name in {_known(field, label) for label in getattr(card, field)} - {""}:
            before, quote = shared.get(name, (0.0, f"like {card.id}"))
            shared[name] = before + weight / sum(weights), quote
    return shared


def _known(field: str, label: str) -> str:
    """A neighbour's label as it is proposed: target groups, which each document words in its way, by their cues."""
    if field != "target_groups":
        return label
    return next(iter(cues.count("target_groups", label)), "")


def _phrases(glossary: Sequence[Concept], spoken: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Topics by the stems of each term of the glossary in a language, and of each abbreviation."""
    found: dict[tuple[str, ...], set[str]] = {}
    for concept in glossary:
        terms = (*concept.terms.get(spoken, ()), *concept.abbreviations)
        for term in terms if concept.topic else ():
            stems = tuple(language.stem(word, spoken) for word in language.words(re.sub(r"\s*\(.*?\)", "", term)))
            if stems and concept.topic:
                found.setdefault(stems, set()).add(concept.topic)
    return {stems: tuple(sorted(topics)) for stems, topics in found.items()}
