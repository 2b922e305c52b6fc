"""terms of the glossary in an answer: each explained where it is first said, on hover and on focus"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from assistant.language import stem
from assistant.serving import glossary
from assistant.types import Concept

SHORTEST = 4
"""Letters of a term of one word that is explained; shorter ones are explained where they are an abbreviation."""

MOST = 6
"""Terms that one answer explains. Of 27 example answers the median says 8 and the fullest 11; six was chosen by eye
(2026-11-21)."""

_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_FAMILY = {"nb": ("nb", "nn"), "nn": ("nn", "nb")}
_SPOKEN = ("nb", "nn", "da", "sv", "en")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The glossary, ready to be found in sentences: by language, the stems of each term with its concept's id."""

    concepts: Mapping[str, Concept] = field(default_factory=dict)
    phrases: Mapping[str, Mapping[Phrase, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, concepts: Sequence[Concept]) -> Terms:
        """Index the concepts. A term that names two of them in a language explains neither."""
        phrases = {spoken: dict(_phrases(concepts, spoken)) for spoken in _SPOKEN}
        return cls({concept.id: concept for concept in concepts}, phrases)

    def said(self, text: str, spoken: str) -> Iterator[tuple[int, int, str]]:
        """Where `text`, in the language `spoken`, says a term: first and last character, concept; longest first."""
        phrases = self.phrases.get(spoken, {})
        longest = max(map(len, phrases), default=0)
        found = list(_WORD.finditer(text))
        stems = [_stem(word[0], spoken) for word in found]
        at = 0
        while at < len(found):
            most = min(longest, len(found) - at)
            length = next((n for n in range(most, 0, -1) if tuple(stems[at : at + n]) in phrases), 0)
            if length:
                yield found[at].start(), found[at + length - 1].end(), phrases[tuple(stems[at : at + length])]
            at += length or 1


class Explained:
    """What is explained in one answer, in the language of the page; `turn_id` makes ids in it unique on the page."""

    def __init__(self, terms: Terms, language: str, turn_id: int) -> None:
        self._terms, self._language, self._turn = terms, language, turn_id
        self._meanings: dict[str, str] = {}

    def sentence_html(self, text: str, spoken: str) -> str:
        """A sentence in the language `spoken` as HTML; a term in it that was not said before leads to its meaning."""
        html, at = "", 0
        for start, end, name in self._terms.said(text, spoken):
            meaning = glossary.meaning(self._terms.concepts[name], self._language)
            if name in self._meanings or meaning is None or len(self._meanings) == MOST:
                continue
            self._meanings[name] = self._meaning_html(name, *meaning)
            html += escape(text[at:start]) + self._link_html(name, text[start:end])
            at = end
        return html + escape(text[at:])

    def meanings_html(self) -> str:
        """The meanings of the terms so far, out of sight: they describe the links, and are shown beside them."""
        return "".join(self._meanings.values())

    def _id(self, name: str) -> str:
        return f"t{self._turn}-means-{escape(name)}"

    def _link_html(self, name: str, written: str) -> str:
        return (
            f'<a class="term" href="#glossary/{escape(name)}" aria-describedby="{self._id(name)}">{escape(written)}</a>'
        )

    def _meaning_html(self, name: str, spoken: str, meaning: str) -> str:
        lang = "" if spoken == self._language else f' lang="{escape(spoken)}"'
        return f'<span class="meaning" id="{self._id(name)}"{lang} hidden>{escape(meaning)}</span>'


def _phrases(concepts: Sequence[Concept], spoken: str) -> Iterator[tuple[Phrase, str]]:
    """The stems of every term and abbreviation with its concept, where it names one only."""
    named: dict[Phrase, set[str]] = {}
    for concept in concepts:
        terms = [term for code in _FAMILY.get(spoken, (spoken,)) for term in concept.terms.get(code, ())]
        for term in (*terms, *concept.abbreviations):
            phrase = tuple(_stem(word, spoken) for word in _WORD.findall(term))
            if phrase and (len(phrase) > 1 or len(term) >= SHORTEST or term.isupper()):
                named.setdefault(phrase, set()).add(concept.id)
    return ((phrase, min(names)) for phrase, names in named.items() if len(names) == 1)


def _stem(word: str, spoken: str) -> str:
    """The stem of a word; a word in capitals is an abbreviation and stands for itself."""
    return word if len(word) > 1 and word.isupper() else stem(word.lower(), spoken)
