"""Keywords: compounds meet their parts, cognates meet across languages, numbers meet however written."""

import numpy as np
import pytest

from assistant.finding.keywords import Keywords
from assistant.types import Card, Passage

TEXTS = [
    (
        "nb",
        "Hver anskaffelse følger et regelverk. En anskaffelse uten regelverk er et brudd på regelverk for anskaffelse.",
    ),
    ("da", "Beskyttede virksomheder kan deltage, når kontrakten er forbeholdt."),
    ("sv", "Kommunen ställer krav på sysselsättning i byggentreprenader."),
    ("nb", "Svømmehallen holder åpent om søndagen, og badstua er varm."),
    ("nb", "Grensen er 500 000 kroner uten merverdiavgift."),
    ("en", "The supplier reports every quarter on the people in training."),
]


def shelf(*texts):
    return [
        Passage(f"d{n}#1", Card(f"d{n}", "case", f"d{n}", language), text) for n, (language, text) in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def keywords():
    return Keywords(shelf(*TEXTS))


def best(keywords, question):
    return int(np.argmax(keywords.scores(question)[0]))


def test_a_compound_meets_a_passage_that_holds_its_parts(keywords):
    stems = keywords.scores("anskaffelsesregelverket")[0]
    assert stems[0] > 0
    assert not stems[1:].any()


def test_a_part_meets_the_compound_that_it_stands_in():
    known = "Regelverk er bra. Dette regelverk, og et regelverk. En anskaffelse, hver anskaffelse og ny anskaffelse."
    found = Keywords(shelf(("nb", known), ("nb", "Anskaffelsesregelverket er endret."), ("nb", "Noe annet."))).scores(
        "regelverk"
    )[0]
    assert found[1] > 0
    assert found[2] == 0


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("beskyttet virksomhet", 1),  # Norwegian asks a Danish text
        ("deltagande i kontrakt", 1),  # Swedish asks a Danish one
        ("kommunens krav til sysselsetting", 2),  # Norwegian asks a Swedish one
        ("hvad koster byggeentrepriser med krav", 2),  # Danish asks a Swedish one
        ("leverandørens suppliers training", 5),
        ("åpent bad søndag", 3),
    ],
)
def test_cognates_meet_across_languages(keywords, question, place):
    assert best(keywords, question) == place


@pytest.mark.parametrize("amount", ["500 000", "500.000", "500000", "500,000"])
def test_a_number_meets_itself_however_it_is_written(keywords, amount):
    assert best(keywords, amount) == 4
    assert not np.delete(keywords.scores(amount)[0], 4).any()


def test_letter_runs_meet_where_no_word_does(keywords):
    stems, runs, _ = keywords.scores("byggentreprenadernas")
    assert int(np.argmax(runs)) == 2
    assert not keywords.scores("entreprenadernas")[0].any()
    assert stems.shape == runs.shape == (6,)


def test_every_passage_of_a_document_shares_the_documents_score():
    card = Card("whole", "case", "whole", "nb")
    own = [Passage("whole#1", card, "Renhold i kantina."), Passage("whole#2", card, "Vinduer.")]
    document = Keywords([*own, *shelf(("nb", "Noe helt annet."))]).scores("renhold")[2]
    assert document[0] == document[1] > 0
    assert document[2] == 0


def test_title_and_headings_are_searched_too():
    card = Card("named", "case", "Vestre Unikum", "nb")
    named = Passage("named#1", card, "Tekst.", "Resultater", ("Resultater",))
    found = Keywords([named, *shelf(("nb", "Tekst."))])
    for question in ("Unikum", "resultat"):
        own, other = found.scores(question)[0]
        assert own > other == 0


def test_expansion_scores_words_of_many_phrases_together(keywords):
    assert keywords.expansion(["beskyttede virksomheder", "protected enterprises"]).argmax() == 1
    assert not keywords.expansion([]).any()


@pytest.mark.parametrize("question", ["", "   ", "?!", "🙂", "qqqqq xxxxx"])
def test_a_question_without_known_words_scores_nothing(keywords, question):
    assert not any(part.any() for part in keywords.scores(question))


def test_an_empty_shelf_gives_no_scores():
    empty = Keywords([])
    assert [part.shape for part in empty.scores("kontrakt")] == [(0,)] * 3
    assert empty.expansion(["kontrakt"]).shape == (0,)


def test_a_passage_without_words_harms_nobody():
    assert Keywords(shelf(("nb", "–"), ("nb", "En kontrakt."))).scores("kontrakt")[0].argmax() == 1


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unseen_one_most(keywords):
    assert keywords.weight("anskaffelse") >= keywords.weight("krav") > 0
    assert keywords.weight("helikopter") > keywords.weight("sysselsättning")
    assert keywords.weight("om") < keywords.weight("helikopter")
    assert keywords.seen("virksomhed")
    assert not keywords.seen("helikopter")
