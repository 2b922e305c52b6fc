"""Which next questions an answer offers."""

import pytest

from assistant.answering.suggesting import candidates
from assistant.types import Question


@pytest.fixture
def cited(passage, cite):
    """A citation of a document's short answer; the document is asked these questions, (text, section) each."""

    def made(name, *questions, language="nb"):
        asked = tuple(Question(text, language, section) for text, section in questions)
        return cite(1, passage(name, "Ja.", questions=asked), "Ja.")

    return made


def test_each_cited_document_gives_one_question_before_any_gives_two(query, cited):
    one = cited("a", ("Hvem kan delta?", "Vilkår"), ("Hvor kunngjør man?", "Steg"))
    other = cited("b", ("Hva koster et innovasjonspartnerskap?", "Pris"))
    found = list(candidates(query("Må vi ha strategi?"), [], [one, other]))
    assert found == [
        ("Hvem kan delta?", "a"),
        ("Hva koster et innovasjonspartnerskap?", "b"),
        ("Hvor kunngjør man?", "a"),
    ]


def test_what_was_asked_before_is_not_offered_again(query, cited):
    one = cited("a", ("Hvem kan delta i en reservert kontrakt?", "Vilkår"), ("Hvor kunngjør man?", "Steg"))
    assert len(list(candidates(query("Må vi ha strategi?"), [], [one]))) == 2
    assert list(candidates(query("Hvem kan delta i en reservert kontrakt?"), ["Hvor kunngjør man?"], [one])) == []


def test_a_section_that_the_answer_quotes_is_not_asked_about(query, cited):
    assert list(candidates(query("Må vi?"), [], [cited("a", ("Hvem kan delta?", "Kort svar"))])) == []


def test_search_words_are_not_offered_as_a_question(query, cited):
    one = cited("a", ("kantine reservert doffin", "Vilkår"), ("kan vi det?", "Steg"), ("Hvor kunngjør man?", "Frist"))
    assert list(candidates(query("Må vi ha strategi?"), [], [one])) == [("Hvor kunngjør man?", "a")]


def test_only_questions_in_the_language_of_the_asker_are_offered(query, cited):
    danish = cited("a", ("Hvem må byde?", "Vilkår"), language="da")
    assert list(candidates(query("Må vi?"), [], [danish])) == []
    assert list(candidates(query("Kva må til?", language="nn"), [], [cited("b", ("Hvem kan delta?", "Vilkår"))]))
