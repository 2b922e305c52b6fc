"""Terms of the glossary in an answer: found as they are inflected, explained once, and never in a citation marker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.reading.corpus import load_glossary
from assistant.serving import render
from assistant.serving.explaining import MOST, Explained, Terms
from assistant.types import Answer, Concept

GLOSSARY = load_glossary(Path(__file__).parents[2] / "corpus" / "glossary.yaml")
TERMS = Terms.of(GLOSSARY)


def named(text: str, spoken: str) -> list[str]:
    return [text[start:end] for start, end, _ in TERMS.said(text, spoken)]


@pytest.mark.parametrize(
    ("text", "spoken", "found"),
    [
        ("Kommunen bruker en reservert kontrakt.", "nb", ["reservert kontrakt"]),
        ("De reserverte kontraktene virker.", "nb", ["reserverte kontraktene"]),
        ("Kommunen skriv ein reservert kontrakt.", "nn", ["reservert kontrakt"]),
        ("Kommunen kan bruge sociale klausuler.", "da", ["sociale klausuler"]),
        ("Her står ingenting av det.", "nb", []),
        ("", "nb", []),
        ("A suomalainen sana.", "fi", []),
    ],
)
def test_terms_are_found_in_the_language_of_the_sentence(text: str, spoken: str, found: list[str]) -> None:
    assert named(text, spoken) == found


def test_a_word_of_two_concepts_explains_neither() -> None:
    two = (Concept("a", {"nb": ("veiledning",)}), Concept("b", {"nb": ("veiledning",)}))
    assert list(Terms.of(two).said("En veiledning.", "nb")) == []


def test_an_abbreviation_is_meant_only_in_capitals() -> None:
    terms = Terms.of((Concept("x", {"nb": ("et langt navn",)}, abbreviations=("DET",)),))
    assert [name for *_, name in terms.said("DET er det.", "nb")] == ["x"]


def test_a_term_is_explained_where_it_is_first_said_and_its_meaning_is_there_once() -> None:
    explained = Explained(TERMS, "nb", 3)
    first = explained.sentence_html("En reservert kontrakt er <lov>.", "nb")
    again = explained.sentence_html("En reservert kontrakt til.", "nb")
    meanings = explained.meanings_html()
    (link,) = re.findall(r'<a class="term" href="#glossary/([\w-]+)" aria-describedby="([\w-]+)">([^<]+)</a>', first)
    assert link[2] == "reservert kontrakt"
    assert "&lt;lov&gt;" in first
    assert "<a" not in again
    assert meanings.count(f'id="{link[1]}"') == 1
    assert meanings.count("<span") == 1


def test_an_answer_explains_few_terms() -> None:
    explained = Explained(TERMS, "nb", 1)
    every = [words[0] for concept in GLOSSARY if (words := concept.terms.get("nb"))]
    shown = explained.sentence_html(". ".join(every), "nb")
    assert shown.count('class="term"') == explained.meanings_html().count("<span") == MOST < len(every)


def test_the_meaning_says_its_language_where_the_page_has_another() -> None:
    explained = Explained(TERMS, "nn", 1)
    explained.sentence_html("En reservert kontrakt.", "nb")
    assert ' lang="nb"' in explained.meanings_html()


def test_terms_stand_in_the_sentences_of_an_answer_and_not_in_its_markers(rule_answer: Answer) -> None:
    shown = render.answer_html(rule_answer, "nb", 1, TERMS)
    assert 'class="term"' in shown
    assert not re.search(r'<span class="cites">(?:(?!</span>).)*class="term"', shown)
    assert 'class="term"' not in render.answer_html(rule_answer, "nb", 1)
