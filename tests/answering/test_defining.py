"""Which meaning of a term an answer takes, and how the other one is offered."""

import pytest

from assistant.answering.defining import meanings, told
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
        part, notices, instead = told(asked, meanings(asked, mentions, CONCEPTS))
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


def test_a_word_of_the_asker_s_own_language_is_not_explained(telling):
    assert telling("Hva er innovasjonspartnerskap?", ("innovasjonspartnerskap", ("innovation-partnership",)))[0] == []
    assert (
        telling("Hvornår skal en arbejdsklausul med?", ("arbejdsklausul", ("labour-clause",)), language="da")[0] == []
    )


@pytest.mark.parametrize(("language", "word"), [("nn", "samleord"), ("sv", "samleord"), ("en", "loose word")])
def test_a_reader_of_a_language_without_a_definition_gets_the_nearest_one(telling, language, word):
    texts, _, _ = telling("OPI?", OPI, language=language)
    assert word in texts[0]


def test_every_sentence_stands_word_for_word_in_the_glossary_entry_that_it_cites(query):
    asked = query("OPI?", country="NO")
    part, _, _ = told(asked, meanings(asked, [OPI], CONCEPTS))
    for claim in part.claims:
        (entry, quote) = claim.quotes[0]
        assert quote in entry.text
        assert entry.card.id == "glossary"
