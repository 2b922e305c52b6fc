"""The glossary as a page: order, languages, law and false friends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.reading.corpus import load_glossary
from assistant.serving import glossary, words
from assistant.types import Concept

GLOSSARY = Path(__file__).parents[2] / "corpus" / "glossary.yaml"


def concept(name: str, **terms: str) -> Concept:
    return Concept(name, {code: (term,) for code, term in terms.items()})


def shown(concepts: tuple[Concept, ...], language: str) -> list[str]:
    return re.findall(r'data-term="([^"]+)"', glossary.entries_html(concepts, language))


@pytest.mark.parametrize(("language", "order"), [("nb", ["z", "ae", "o", "aa"]), ("sv", ["z", "aa", "ae", "o"])])
def test_terms_stand_in_the_order_of_the_readers_alphabet(language: str, order: list[str]) -> None:
    terms = (concept("aa", sv="ål"), concept("o", sv="öl"), concept("ae", sv="äta"), concept("z", sv="zon"))
    assert shown(terms, language) == order


def test_what_a_language_lacks_is_shown_in_the_next_best_and_marked_as_such() -> None:
    one = Concept("a", {"nb": ("anskaffelse",), "fi": ("hankinta",)}, definitions={"nb": "Kjøp.", "en": "Buying."})
    html = glossary.entries_html((one,), "sv")
    assert '<p class="meaning" lang="nb">Kjøp.</p>' in html
    assert '<dd lang="fi">hankinta</dd>' in html
    assert 'lang="nb"' not in glossary.entries_html((one,), "nb")


def test_a_false_friend_is_named_with_the_reason_and_leads_to_its_own_entry() -> None:
    one = Concept("a", {"nb": ("anbud",)}, confused_with=(("b", {"nb": "Det er en annen ting."}),))
    html = glossary.entries_html((one, concept("b", nb="udbud")), "nb")
    assert '<a href="#glossary/b">udbud</a> <span>Det er en annen ting.</span>' in html
    assert 'id="term-b"' in html


def test_law_is_told_for_each_country_by_its_name() -> None:
    one = Concept("a", {"nb": ("x",)}, law={"NO": "anskaffelsesloven", "DK": "udbudsloven"})
    assert "<dt>Danmark</dt><dd>udbudsloven</dd>" in glossary.entries_html((one,), "nb")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_shipped_term_has_one_entry_with_a_definition(language: str) -> None:
    concepts = load_glossary(GLOSSARY)
    html = glossary.entries_html(concepts, language)
    assert sorted(shown(concepts, language)) == sorted(one.id for one in concepts)
    assert html.count('<p class="meaning"') == len(concepts)


def test_nothing_in_the_glossary_acts_as_markup() -> None:
    bad = "<script>alert(1)</script>"
    one = Concept("a", {"nb": (bad, bad)}, (bad,), {"nb": bad}, {"NO": bad}, None, (("a", {"nb": bad}),))
    assert "<script" not in glossary.entries_html((one,), "nb")
