"""the glossary as a page: terms with definition, the other languages' words, law and false friends; pure"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.serving import words
from assistant.serving.words import word
from assistant.types import Concept

READ = {
    "nb": ("nb", "da", "en"),
    "nn": ("nn", "nb", "da", "en"),
    "da": ("da", "nb", "en"),
    "sv": ("sv", "nb", "da", "en"),
    "en": ("en", "nb"),
}
"""Languages that a reader of each is given where the first is lacking, best first."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyzæøåäö"
_NORDIC = str.maketrans({"ä": "æ", "ö": "ø"})


def frame_html(language: str) -> str:
    """The tab before its entries are there: heading, search box, and the place that they go to."""
    return (
        f'<section class="glossary" data-language="{language}" '
        f'data-count="{escape(words.table()["glossary.count"][language])}" '
        f'data-failed="{_say("explore.failed", language)}"><h2>{_say("glossary.heading", language)}</h2>'
        f'<p class="lead">{_say("glossary.lead", language)}</p>'
        f'<p class="search"><label class="unseen" for="glossary-search">{_say("glossary.search", language)}</label>'
        f'<input type="search" id="glossary-search" placeholder="{_say("glossary.search", language)}" '
        f'autocomplete="off" spellcheck="false"></p><p class="count" role="status"></p>'
        f'<div class="entries"><p class="loading">{_say("explore.loading", language)}</p></div>'
        f'<p class="none" hidden>{_say("glossary.none", language)}</p></section>'
    )


def entries_html(concepts: Sequence[Concept], language: str) -> str:
    """Every concept as an entry, in the order of the alphabet of `language`'s readers."""
    shown = {concept.id: concept for concept in concepts}
    ordered = sorted(concepts, key=lambda concept: _place(term(concept, language)[1], language))
    return "".join(_entry(concept, shown, language) for concept in ordered)


def term(concept: Concept, language: str) -> tuple[str, str]:
    """Language and text of the term that a reader of `language` is shown for a concept."""
    spoken = (*READ[language], *concept.terms)
    chosen = next(code for code in spoken if concept.terms.get(code))
    return chosen, concept.terms[chosen][0]


def meaning(concept: Concept, language: str) -> tuple[str, str] | None:
    """Language and text of the definition that a reader of `language` is shown; None where they can read none."""
    return next(((code, concept.definitions[code]) for code in READ[language] if code in concept.definitions), None)


def _place(written: str, language: str) -> list[int]:
    """Where a term stands in the alphabet: æ, ø, å last, ä and ö as æ and ø; in Swedish å, ä, ö."""
    low = written.lower() if language == "sv" else written.lower().translate(_NORDIC)
    return [_ALPHABET.find(letter) for letter in low]


def _entry(concept: Concept, concepts: Mapping[str, Concept], language: str) -> str:
    spoken, name = term(concept, language)
    own = concept.terms.get(spoken, ())[1:]
    also = [*concept.abbreviations, *own]
    meant = meaning(concept, language)
    return (
        f'<article id="term-{escape(concept.id)}" data-term="{escape(concept.id)}" tabindex="-1">'
        f'<h3><a href="#glossary/{escape(concept.id)}"{_lang(spoken, language)}>{escape(name)}</a></h3>'
        + (f'<p class="also"{_lang(spoken, language)}>{escape(", ".join(dict.fromkeys(also)))}</p>' if also else "")
        + (f'<p class="meaning"{_lang(meant[0], language)}>{escape(meant[1])}</p>' if meant else "")
        + f"{_confused(concept, concepts, language)}<div class='more'>{_others(concept, spoken, language)}"
        f"{_law(concept, language)}</div></article>"
    )


def _others(concept: Concept, spoken: str, language: str) -> str:
    told = "".join(
        f"<div><dt>{_say(f'language.{code}', language)}</dt>"
        f'<dd lang="{escape(code)}">{escape(", ".join(terms))}</dd></div>'
        for code, terms in concept.terms.items()
        if code != spoken and terms
    )
    return f"<section><h4>{_say('glossary.words', language)}</h4><dl>{told}</dl></section>" if told else ""


def _law(concept: Concept, language: str) -> str:
    told = "".join(
        f"<div><dt>{escape(words.country(code, language))}</dt><dd>{escape(law)}</dd></div>"
        for code, law in concept.law.items()
    )
    return f"<section><h4>{_say('glossary.law', language)}</h4><dl>{told}</dl></section>" if told else ""


def _confused(concept: Concept, concepts: Mapping[str, Concept], language: str) -> str:
    """The false friends: each other concept by name, and why it is another."""
    items = []
    for other, why in concept.confused_with:
        spoken, name = term(concepts[other], language)
        code = next((code for code in READ[language] if code in why), None)
        reason = f" <span{_lang(code, language)}>{escape(why[code])}</span>" if code else ""
        link = f'<a href="#glossary/{escape(other)}"{_lang(spoken, language)}>{escape(name)}</a>'
        items.append(f"<li>{link}{reason}</li>")
    if not items:
        return ""
    heading = _say("glossary.confused", language)
    return f'<section class="confused"><h4>{heading}</h4><ul>{"".join(items)}</ul></section>'


def _lang(spoken: str, language: str) -> str:
    return "" if spoken == language else f' lang="{escape(spoken)}"'


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))
