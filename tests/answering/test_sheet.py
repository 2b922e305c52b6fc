"""What a card tells, as lines that can be cited."""

import pytest

from assistant.answering.sheet import legal_basis, sheet
from assistant.types import Figure

LAW = {"legal_basis": ("anskaffelsesforskriften § 8-8", "direktiv 2014/24/EU art. 20")}


def test_each_line_of_a_sheet_stands_in_its_passage(passage):
    told = {"public_partners": ("By kommune",), "inclusion_partners": ("Vask AS",), **LAW}
    made = sheet(passage("a", "Tekst.", results=(Figure("8", "personer", "2024"),), **told).card)
    assert (made.title, made.partners, made.results) == ("Om a", "By kommune; Vask AS", "8 personer (2024)")
    assert made.basis == "Regelgrunnlag: anskaffelsesforskriften § 8-8; direktiv 2014/24/EU art. 20"
    assert made.passage.text.split("\n") == [made.title, made.partners, made.results, made.basis]


def test_what_a_card_does_not_tell_is_no_line(passage):
    made = sheet(passage("a", "Tekst.").card)
    assert (made.partners, made.results, made.basis) == ("", "", "")
    assert made.passage.text == "Om a"


def test_an_answer_on_law_tells_the_legal_basis_of_the_first_guidance_that_it_cites(passage, query):
    cited = [passage("case", "Tekst.", kind="case"), passage("a", "Tekst.", **LAW), passage("b", "Mer.", **LAW)]
    part = legal_basis(query("Må vi?"), cited)
    assert [claim.quotes[0][0].card.id for claim in part.claims] == ["a"]


def test_a_national_basis_goes_before_the_directive_behind_it(passage, query):
    cited = [passage("eu", "Tekst.", country="EU", **LAW), passage("a", "Tekst.", **LAW)]
    assert [c.quotes[0][0].card.id for c in legal_basis(query("Må vi?"), cited).claims] == ["a"]
    assert [c.quotes[0][0].card.id for c in legal_basis(query("Må vi?"), cited[:1]).claims] == ["eu"]


def test_a_comparison_of_countries_tells_the_basis_of_each(passage, query):
    cited = [passage("a", "Tekst.", **LAW), passage("b", "Tekst.", country="DK", **LAW)]
    part = legal_basis(query("Hva er forskjellen?", "comparison", countries=("NO", "DK")), cited)
    assert [claim.quotes[0][0].card.id for claim in part.claims] == ["a", "b"]


@pytest.mark.parametrize(("intent", "cases"), [("example", 0), ("figure", 0), ("template", 0), ("broad", 12)])
def test_what_is_no_question_about_law_gets_no_legal_basis(passage, query, intent, cases):
    assert legal_basis(query("Hvem?", intent, cases=cases), [passage("a", "Tekst.", **LAW)]) is None
