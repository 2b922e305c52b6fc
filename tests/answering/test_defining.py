"""Which meaning of a term an answer takes, and how the other one is offered."""

import pytest

from assistant.answering.defining import meanings, told
from assistant.finding.jurisdiction import without_countries
from assistant.types import Concept

NORWEGIAN = Concept(
    "opi-no",
    terms={"nb": ("offentlig-privat innovasjon", "OPI")},
    abbreviations=("OPI (NO)",),
    definitions={"nb": "Et løst samleord i Norge.", "da": "Et løst samleord i Norge.", "en": "A loose word in Norway."},
    law={"NO": "ingen hjemmel"},
    confused_with=(("opi-dk", {"nb": "I Danmark er OPI en samarbeidsform etter udbudsloven § 22."}),),
)
DANISH = Concept(
    "opi-dk",
    terms={"nb": ("dansk OPI",), "da": ("offentlig-privat innovationssamarbejde", "OPI")},
    abbreviations=("OPI (DK)",),
    definitions={"nb": "En dansk samarbeidsform.", "da": "En dansk samarbejdsform.", "en": "A Danish cooperation."},
    law={"DK": "udbudsloven § 22", "EU": "art. 14"},
    confused_with=(("innovation-partnership", {"da": "Et OPI er ingen udbudsprocedure."}),),
)
PARTNERSHIP = Concept(
    "innovation-partnership",
    terms={"nb": ("innovasjonspartnerskap",), "da": ("innovationspartnerskab",), "en": ("innovation partnership",)},
    definitions={"nb": "En prosedyre i faser.", "da": "En procedure i faser.", "en": "A procedure in phases."},
    law={"NO": "§ 26-8", "DK": "§ 73", "EU": "art. 31"},
)
CLAUSE = Concept(
    "labour-clause",
    terms={"nb": ("krav til lønn",), "da": ("arbejdsklausul",), "en": ("labour clause",)},
    definitions={"nb": "Vilkår om lønn.", "en": "A condition on pay."},
)
CONCEPTS = {c.id: c for c in (NORWEGIAN, DANISH, PARTNERSHIP, CLAUSE)}
OPI = ("opi", ("opi-no", "opi-dk"))


@pytest.fixture
def telling(query):
    """The texts, the notices and the questions for a question that mentions these phrases."""

    def tell(text, *mentions, **read):
        asked = query(text, **read)
        part, notices, instead = told(asked, meanings(asked, mentions, CONCEPTS, without_countries(text)))
        return [claim.text for claim in part.claims] if part else [], notices, instead

    return tell


def test_a_word_with_two_meanings_is_taken_as_the_country_means_it_and_the_other_is_offered(telling):
    texts, notices, instead = telling("Hvordan setter vi opp et OPI?", OPI)
    assert texts == ["Offentlig-privat innovasjon (OPI): Et løst samleord i Norge."]
    assert [(n.code, n.values) for n in notices] == [("other-meaning", ("OPI", "dansk OPI"))]
    assert instead == ("Hvordan setter vi opp et dansk OPI?",)


def test_in_the_other_country_the_same_word_is_the_other_thing(telling):
    texts, notices, _ = telling("Hvordan laver vi et OPI?", OPI, country="DK", language="da")
    assert texts == ["Offentlig-privat innovationssamarbejde (OPI): En dansk samarbejdsform."]
    assert notices[0].values[1] == "offentlig-privat innovasjon"


def test_the_law_of_the_meaning_that_nobody_asked_for_is_not_told(telling):
    texts, _, _ = telling("Kan vi lage et OPI?", OPI)
    assert not any("§ 22" in text for text in texts)


def test_two_things_that_are_compared_are_both_told_with_what_parts_them(telling):
    texts, _, _ = telling(
        "Er OPI og innovationspartnerskab det samme?",
        OPI,
        ("innovationspartnerskab", ("innovation-partnership",)),
        intent="comparison",
        country="DK",
        language="da",
    )
    assert texts == [
        "Offentlig-privat innovationssamarbejde (OPI): En dansk samarbejdsform.",
        "Et OPI er ingen udbudsprocedure.",
        "Innovationspartnerskab: En procedure i faser.",
    ]


def test_a_foreign_word_in_quotation_marks_is_told_in_the_language_of_the_question(telling):
    clause = ("arbejdsklausul", ("labour-clause",))
    texts, notices, instead = telling("Danskene skriver 'arbejdsklausul'. Hva er det?", clause)
    assert texts == ["Krav til lønn (arbejdsklausul): Vilkår om lønn."]
    assert not notices
    assert not instead


@pytest.mark.parametrize(
    "question",
    [
        "Hva er et innovasjonspartnerskap?",
        "Kva meinast eigentleg med ordet innovasjonspartnerskap?",
        "What does «innovasjonspartnerskap» mean in Norway?",
    ],
)
def test_what_is_asked_for_nothing_but_its_meaning_is_defined(telling, question):
    named = ("innovasjonspartnerskap", ("innovation-partnership",))
    assert telling(question, named, intent="definition")[0] == ["Innovasjonspartnerskap: En prosedyre i faser."]


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Hva er kravene i et innovasjonspartnerskap?", "definition"),
        ("Hva heter det når vi utvikler noe nytt i et innovasjonspartnerskap?", "definition"),
        ("Hva er forskjellen på det og innovasjonspartnerskap?", "comparison"),
    ],
)
def test_a_question_for_more_than_the_meaning_gets_no_definition(telling, question, intent):
    assert telling(question, ("innovasjonspartnerskap", ("innovation-partnership",)), intent=intent)[0] == []


def test_a_definition_alone_is_a_sentence_and_several_are_a_list(query):
    one = query("Hva er OPI?", intent="definition")
    both = ("innovasjonspartnerskap", ("innovation-partnership",))
    two = query("Er OPI det samme som innovasjonspartnerskap?", intent="comparison", country="DK")
    assert told(one, meanings(one, [OPI], CONCEPTS, one.text))[0].form == "paragraph"
    assert told(two, meanings(two, [OPI, both], CONCEPTS, two.text))[0].form == "bullets"


def test_of_two_senses_the_one_that_is_called_so_first_of_all_is_taken(query):
    wide = Concept(
        "social-enterprise",
        terms={"nb": ("sosial virksomhet", "sosial entreprenør")},
        definitions={"nb": "En virksomhet."},
        confused_with=(("social-entrepreneur", {"nb": "Entreprenøren er et menneske."}),),
    )
    narrow = Concept("social-entrepreneur", terms={"nb": ("sosial entreprenør",)}, definitions={"nb": "Et menneske."})
    asked = query("Hva er en sosial entreprenør?", intent="definition")
    named = [("sosial entreprenør", ("social-enterprise", "social-entrepreneur"))]
    part, notices, _ = told(asked, meanings(asked, named, {c.id: c for c in (wide, narrow)}, asked.text))
    assert [claim.text for claim in part.claims] == ["Sosial entreprenør: Et menneske."]
    assert [notice.values for notice in notices] == [("sosial entreprenør", "sosial virksomhet")]


def test_a_word_of_the_asker_s_own_language_is_not_explained(telling):
    assert (
        telling("Hvornår skal en arbejdsklausul med?", ("arbejdsklausul", ("labour-clause",)), language="da")[0] == []
    )


@pytest.mark.parametrize(("language", "word"), [("nn", "samleord"), ("sv", "samleord"), ("en", "loose word")])
def test_a_reader_of_a_language_without_a_definition_gets_the_nearest_one(telling, language, word):
    texts, _, _ = telling("OPI?", OPI, language=language)
    assert word in texts[0]


def test_every_sentence_stands_word_for_word_in_the_glossary_entry_that_it_cites(query):
    asked = query("OPI?", country="NO")
    part, _, _ = told(asked, meanings(asked, [OPI], CONCEPTS, asked.text))
    for claim in part.claims:
        (entry, quote) = claim.quotes[0]
        assert quote in entry.text
        assert entry.card.id == "glossary"
