"""What a term means, in a cited sentence, where that is asked or it is ambiguous or foreign; other senses on offer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.language import STOPWORDS, words
from assistant.types import Card, Claim, Concept, Form, Notice, Part, Passage, Query

MOST = 3
"""Terms that one answer defines: a question that names more is not about their meaning."""

SHARED = 3
"""Countries in whose law a concept must stand to be no one's own: then the country does not tell its sense."""

_ASKING = STOPWORDS | frozenset(
    words(
        "betyr tyder betyder mean means menes meinast menas mener innebærer inneber indebærer innebär definisjon "
        "definition egentlig eigentleg egentligt really forklar förklara explain ordet begrepet omgrepet begrebet "
        "begreppet term word"
    )
)
"""What may stand beside a term, and countries, in a question that asks for nothing but its meaning."""

TITLES = {"nb": "Ordliste", "nn": "Ordliste", "da": "Ordliste", "sv": "Ordlista", "en": "Glossary"}
"""What the glossary is called where it is cited."""

WRITTEN = {"nn": ("nn", "nb", "en"), "sv": ("sv", "nb", "en"), "da": ("da", "nb", "en"), "en": ("en", "nb")}
"""Languages that a reader of each is given, best first; bokmål first for everyone else."""

Mentions = Sequence[tuple[str, tuple[str, ...]]]
"""Phrases of a question (lower case) and the ids of the concepts that each may stand for."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A term of the question as the answer takes it: the concept, what else the same word may stand for, and whether
    what it means is all that is asked."""

    phrase: str
    concept: Concept
    others: tuple[Concept, ...] = ()
    sought: bool = False


def meanings(query: Query, mentions: Mentions, concepts: Mapping[str, Concept], bare: str) -> tuple[Meaning, ...]:
    """The terms whose meaning must be told, in the question's order; `bare` is its text without the countries named.

    They are those that may stand for two concepts which people mix up, those that a question compares, those that only
    another country's language has, and the one whose meaning is all that is asked. Other questions get none.
    """
    named = [(phrase, [concepts[name] for name in ids]) for phrase, ids in mentions]
    found = []
    for phrase, senses in named:
        beside = [c for other, group in named if other != phrase for c in group]
        taken = _taken(senses, phrase, query, beside)
        rest = () if _plain(phrase, senses, query) else senses
        others = tuple(c for c in rest if c is not taken and _mixed_up(c, taken))
        compared = query.intent == "comparison" and beside
        mixed = compared and (_label(phrase) in query.text.split() or any(_mixed_up(taken, c) for c in beside))
        sought = query.intent == "definition" and {*words(bare)} <= {*words(phrase), *_ASKING}
        if others or mixed or sought or _foreign(phrase, taken, query):
            found.append(Meaning(phrase, taken, others, sought))
    first = {meaning.concept.id: meaning for meaning in reversed(found) if _written(meaning.concept.definitions, query)}
    return tuple(meaning for meaning in found if first.get(meaning.concept.id) is meaning)[:MOST]


def told(query: Query, found: Sequence[Meaning]) -> tuple[Part | None, tuple[Notice, ...], tuple[str, ...]]:
    """A part of the answer with a definition of each meaning, notices of the other meanings, and questions for them.

    Where two of the meanings are mixed up with one another, the glossary's sentence on the difference comes too; the
    difference from a meaning that nobody asked for is left out, since it often tells another country's law.
    """
    claims: list[Claim] = []
    for meaning in found:
        entry = _entry(meaning, query)
        lines = entry.text.split("\n")
        against = {m.concept.id for m in found if m is not meaning}
        order = [name for name, _ in meaning.concept.confused_with]
        said = [lines[0], *(lines[1 + order.index(name)] for name in order if name in against)][:2]
        claims += [Claim(quote, ((entry, quote),)) for quote in said]
    notices, questions = [], []
    for meaning in found:
        for other in meaning.others:
            notices.append(Notice("other-meaning", (_label(meaning.phrase), _name(other, query))))
            questions.append(_instead(query.text, meaning.phrase, _name(other, query)))
    form: Form = "bullets" if len(claims) > 1 else "paragraph"
    return (Part(tuple(claims), form) if claims else None), tuple(notices), tuple(questions)


def _taken(senses: Sequence[Concept], phrase: str, query: Query, beside: Sequence[Concept]) -> Concept:
    """The sense that the asker most likely means: of the country whose law holds, of the question's language, one
    that is called so first of all, one that is mixed up with something else that the question names."""

    def fits(concept: Concept) -> tuple[bool, bool, bool, bool]:
        home = query.country in concept.law and len(concept.law) < SHARED
        own = phrase in _terms(concept, _spoken(query))
        called = phrase == " ".join(words(_name(concept, query)))
        return home, own, called, any(_mixed_up(concept, other) for other in beside)

    return max(senses, key=fits)


def _plain(phrase: str, senses: Sequence[Concept], query: Query) -> bool:
    """Whether only one of the senses has the phrase as a word of the question's language, and none as a short form."""
    spoken = [c for c in senses if phrase in _terms(c, _spoken(query))]
    short = [c for c in senses if phrase in _short(c)]
    return len(spoken) < 2 and len(short) < 2


def _mixed_up(one: Concept, other: Concept) -> bool:
    return other.id in {name for name, _ in one.confused_with} or one.id in {name for name, _ in other.confused_with}


def _foreign(phrase: str, concept: Concept, query: Query) -> bool:
    """Whether the question puts the phrase in quotation marks or asks what it is, and only another language has it."""
    quoted = re.search(rf"[«»\"'‘’“”]{re.escape(phrase)}[«»\"'‘’“”]", query.text, re.IGNORECASE)
    own = _terms(concept, _spoken(query), query.language, "en") | _short(concept)
    return bool(quoted or query.intent == "definition") and phrase in _terms(concept, *concept.terms) - own


def _terms(concept: Concept, *languages: str) -> set[str]:
    """The concept's terms in the languages, as a question's phrases are written."""
    return {" ".join(words(term)) for language in languages for term in concept.terms.get(language, ())}


def _short(concept: Concept) -> set[str]:
    return {word for abbreviation in concept.abbreviations for word in words(abbreviation)}


def _spoken(query: Query) -> str:
    return "nb" if query.language == "nn" else query.language


def _written(texts: Mapping[str, str] | Mapping[str, tuple[str, ...]], query: Query) -> str | None:
    order = WRITTEN.get(query.language, ("nb", "da", "en"))
    return next((language for language in order if texts.get(language)), None)


def _name(concept: Concept, query: Query) -> str:
    language = _written(concept.terms, query)
    return concept.terms[language][0] if language else concept.id


def _entry(meaning: Meaning, query: Query) -> Passage:
    """The glossary's entry as a passage that can be cited: term and definition, then a line for each mix-up."""
    concept, language = meaning.concept, _written(meaning.concept.definitions, query) or "nb"
    name, asked = _name(concept, query), _label(meaning.phrase)
    shown = name[:1].upper() + name[1:] + ("" if meaning.phrase in " ".join(words(name)) else f" ({asked})")
    lines = [f"{shown}: {concept.definitions[language]}"]
    lines += [why.get(language) or next(iter(why.values()), "") for _, why in concept.confused_with]
    card = Card(id="glossary", kind="guidance", title=TITLES.get(query.language, TITLES["nb"]), language=language)
    text = "\n".join(lines)
    return Passage(f"glossary#{concept.id}", card, text, heading=shown, path=(shown,), end=len(text))


def _label(phrase: str) -> str:
    """A short word in capitals is an abbreviation."""
    return phrase.upper() if len(phrase) <= 4 else phrase


def _instead(question: str, phrase: str, name: str) -> str:
    """The question with the phrase replaced."""
    at = question.lower().find(phrase)
    return question if at < 0 else question[:at] + name + question[at + len(phrase) :]
