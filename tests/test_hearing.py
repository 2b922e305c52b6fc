"""What a visitor says becomes a remark without anything that tells who, and without the question unless it is agreed."""

from datetime import date

import pytest

from assistant.hearing import LONGEST, keepable, remark
from assistant.privacy import scrub
from assistant.types import Answer, Card, Citation, Hit, Passage, Refusal

TODAY = date(2026, 11, 21)
PASSAGE = Passage("no-a#1", Card("no-a", "guidance", "Regelen", "nb", "NO"), "Kontrakten kan reserveres.")
ANSWER = Answer(
    "Og her?", (), (Citation(1, PASSAGE, "Kontrakten", 0, 10),), settled="Kan vi  reservere her?", country="NO"
)
NUMBER = "".join(["0101", "90", "00", "083"])  # put together, so that no file here holds one


def test_the_question_is_kept_only_where_the_visitor_agreed_and_then_as_it_was_understood():
    assert remark(ANSWER, "bad", "Nei", TODAY, with_question=False).question == ""
    heard = remark(ANSWER, "bad", " Nei\n takk ", TODAY, with_question=True)
    assert (heard.day, heard.verdict, heard.said, heard.question) == (
        "2026-11-21", "bad", "Nei takk", "Kan vi reservere her?",
    )  # fmt: skip
    assert (heard.documents, heard.country, heard.refused) == (("no-a",), "NO", "")


@pytest.mark.parametrize("reason", ["personal-data", "about-a-person"])
def test_a_question_about_a_person_is_never_kept(reason):
    refusal = Refusal("Hva tjener Kari?", reason)
    assert keepable(refusal) == remark(refusal, "missing", "", TODAY, with_question=True).question == ""


def test_a_remark_on_a_refusal_says_why_it_was_refused_and_what_was_nearest():
    refusal = Refusal("Hva er været?", "not-in-corpus", (Hit(PASSAGE, 1.0),))
    heard = remark(refusal, "missing", "", TODAY, with_question=True)
    assert (heard.refused, heard.documents, heard.question) == ("not-in-corpus", ("no-a",), "Hva er været?")


def test_numbers_and_addresses_of_people_are_masked_and_long_words_cut():
    said = f"Ring 22 33 44 55 eller skriv til ola.nordmann@kommune.no om {NUMBER}"
    heard = remark(Refusal(f"Hva med {NUMBER}?", "out-of-scope"), "bad", said, TODAY, with_question=True)
    assert heard.said == "Ring [telefon] eller skriv til [e-post] om [fødselsnummer]"
    assert heard.question == "Hva med [fødselsnummer]?"
    assert len(remark(ANSWER, "bad", "x" * 9000, TODAY, with_question=False).said) == LONGEST


@pytest.mark.parametrize(
    "text", ["1,3 millioner, § 30-2", "6 500 000 kroner", "21.11.2026", "direktiv 2014/24/EU art. 20"]
)
def test_sums_days_and_rules_are_left_as_they_are(text):
    assert scrub(text) == text


@pytest.mark.parametrize("text", ["+47 22334455", "0047 22 33 44 55", "22334455", "46 08 123 456 78"])
def test_telephone_numbers_are_masked(text):
    assert scrub(f"Ring {text}.") == "Ring [telefon]."
