"""A need and its answers become a plan: every statement cited by words that stand in the library, nothing else said."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.answering.filling import fill
from assistant.answering.planning import Wish, plan, questions
from assistant.answering.supporting import Support
from assistant.plans import (
    Amount,
    Caution,
    Combination,
    Comparison,
    Condition,
    Inquiry,
    Need,
    Option,
    Route,
    Rules,
    Stage,
    Threshold,
    Told,
)
from assistant.types import Block, Card, Document, Hit, Passage

NO = Card("no-regel", "guidance", "Regelen", "nb", "NO")
DK = Card("dk-regel", "guidance", "Reglen", "da", "DK")
MAL = Card("no-mal", "template", "Malen", "nb", "NO")
CASE = Card("no-sak", "case", "Saken", "nb", "NO")

SHORT = "Kontrakten kan reserveres. Minst 30 prosent av de ansatte må høre til målgruppen."
PASSAGES = (
    Passage("no-regel#1", NO, SHORT, "Kort svar", ("Kort svar",)),
    Passage("no-regel#2", NO, "Kunngjør konkurransen i Doffin. Hold dialog med markedet.", "Steg", ("Steg",)),
    Passage("no-regel#3", NO, "Reservasjonen nevnes ikke i kunngjøringen.", "Feil", ("Feil", "Vanlige")),
    Passage("dk-regel#1", DK, "Kommunen kan reservere kontrakten.", "Kort svar", ("Kort svar",)),
    Passage("no-mal#1", MAL, "Vi ber om tilbud for [MÅLGRUPPE].", "Malen", ("Malen",)),
    Passage("no-sak#1", CASE, "Det virket fordi dialogen begynte tidlig. Bygget er rødt.", "Hva som virket", ("Hva som virket",)),
)  # fmt: skip

MANY = Comparison("suppliers", "in", ("several",))
GOODS = Comparison("what", "in", ("goods",))


def lookup(document, section):
    return [p for p in PASSAGES if p.card.id == document and (not section or section in p.path)]


def words(text):
    return {"nb": text, "da": text, "en": text}


def condition(when, effect, weight, reason, document="no-regel", section="Kort svar"):
    return Condition(when, effect, weight, ("NO",), words(reason), document, section)


def route(name, *conditions, kind="purchase", **parts):
    held = {"steps": (), "cautions": (), "guidance": ("no-regel",), "templates": (), "example_cases": ()} | parts
    return Route(name, kind, words(name), ("NO",), words("Kontrakten reserveres."), conditions, **held)


RESERVED = route(
    "reserved",
    condition(GOODS, "required", 5, "Det må være en kontrakt."),
    condition(MANY, "favours", 4, "Minst 30 prosent må høre til målgruppen."),
    condition(Comparison("value", "<", ("limit",)), "against", 1, "Kontrakten er liten."),
    steps=(
        Stage("buyer", ("NO",), words("Kunngjør i Doffin."), "no-regel", "no-mal"),
        Stage("legal", ("NO",), words("Les reservasjonen i kunngjøringen."), "no-regel", None),
        Stage("buyer", ("DK",), words("Kommunen kan reservere."), "dk-regel", None),
    ),
    cautions=(
        Caution(("NO",), words("Reservasjonen mangler i kunngjøringen."), "no-regel"),
        Caution(("NO",), words("Dialogen begynte for sent."), "no-sak"),
    ),
    templates=("dk-skabelon", "no-mal"),
    example_cases=("no-sak",),
)
DIALOGUE = route(
    "dialogue",
    condition(GOODS, "favours", 1, "Hold dialog med markedet.", section="Steg"),
    kind="preparation",
    steps=(Stage("buyer", ("NO",), words("Hold dialog med markedet."), "no-regel", None),),
)
OPEN = route("open", condition(GOODS, "favours", 2, "Kontrakten kan reserveres."))
RIVAL = route("rival", condition(GOODS, "favours", 3, "Kontrakten kan reserveres."))
OUT = route("out", condition(GOODS, "excluded", 5, "Kontrakten kan ikke reserveres."))

RULES = Rules(
    roles={"buyer": words("Innkjøp"), "legal": words("Jurist")},
    questions=(
        Inquiry("what", "choice", words("Hva?"), words("Derfor."), (Option("goods", words("Varer")),)),
        Inquiry("suppliers", "choice", words("Hvem?"), words("Derfor."), (Option("several", words("Flere")),)),
        Inquiry("value", "amount", words("Verdi?"), words("Derfor."), ask_when=GOODS),
    ),
    thresholds={
        "limit": Threshold("limit", "NO", 500, "NOK", words("Kontrakten kan reserveres"), None, "2025-12-31", "no-regel", "Kort svar"),
    },
    routes=(OUT, OPEN, RIVAL, RESERVED, DIALOGUE),
    combinations=(
        Combination("a", "before", ("dialogue", "reserved"), ("NO",), words("Hold dialog først."), "no-regel", "Steg"),
        Combination("b", "either-or", ("reserved", "rival"), ("NO",), words("Kontrakten reserveres eller ikke."), "no-regel", "Kort svar"),
        Combination("c", "together", ("open", "reserved"), ("DK",), words("Dansk."), "dk-regel", "Kort svar"),
    ),
)  # fmt: skip

NEED = Need("Vi trenger varer.", who="unge", suppliers="flere")
TOLD = (
    Told("country", "NO", "given"),
    Told("what", "goods", "read", "Vi trenger varer."),
    Told("suppliers", "several", "read"),
)
HITS = (Hit(PASSAGES[5], 1.0),)


def made(told=TOLD, language="nb", picked=None, rules=RULES, look=lookup):
    wish = Wish(language, date(2026, 11, 1), picked)
    return plan(NEED, told, rules, wish, look, HITS, ("Hva som virket",))


def by_id(found):
    return {one.route: one for one in found.proposals}


def test_routes_are_ranked_and_what_a_rule_excludes_is_ruled_out():
    found = made()
    assert [one.route for one in found.proposals] == ["reserved", "rival", "open", "dialogue", "out"]
    assert by_id(found)["out"].standing == "ruled-out"


def test_every_statement_cites_words_that_stand_in_the_library():
    found = made()
    assert len(found.sentences) > 12
    assert all(sentence.cites for sentence in found.sentences)
    for citation in found.citations:
        assert citation.passage.text[citation.start : citation.end] == citation.quote
    assert [c.number for c in found.citations] == list(range(1, len(found.citations) + 1))
    assert {n for s in found.sentences for n in s.cites} == {c.number for c in found.citations}


def test_the_quote_is_the_sentence_that_shares_most_with_the_statement():
    found = made()
    reason = next(r for r in by_id(found)["reserved"].reasons if r.effect == "favours")
    assert (
        found.citations[reason.sentence.cites[0] - 1].quote == "Minst 30 prosent av de ansatte må høre til målgruppen."
    )


def test_what_the_library_does_not_hold_is_not_said_but_still_decides():
    def without(document, section):
        return [] if document == "no-regel" else lookup(document, section)

    found = made(look=without)
    assert by_id(found)["out"].standing == "ruled-out"
    assert all(one.reasons == () and one.in_short is None for one in found.proposals)
    assert [risk.experienced for risk in found.risks] == [True]


def test_of_two_routes_that_exclude_each_other_the_better_is_recommended_and_the_other_its_alternative():
    found = by_id(made())
    assert (found["reserved"].standing, found["rival"].standing, found["open"].standing) == (
        "recommended",
        "alternative",
        "recommended",
    )
    assert found["rival"].instead.text == "Kontrakten reserveres eller ikke."
    assert found["reserved"].instead is None


def test_the_best_route_that_is_no_preparation_is_chosen_with_the_preparation_before_it():
    found = made()
    assert found.chosen == "reserved"
    assert [(task.who, task.route) for task in found.tasks] == [
        ("Innkjøp", "dialogue"),
        ("Innkjøp", "reserved"),
        ("Jurist", "reserved"),
    ]
    assert found.tasks[1].template == "no-mal"


def test_another_route_can_be_picked_but_not_one_that_is_ruled_out():
    assert made(picked="open").chosen == "open"
    assert made(picked="open").papers == ()
    assert made(picked="out").chosen == "reserved"
    assert made(picked="nothing").chosen == "reserved"


def test_steps_risks_and_combinations_of_another_country_are_left_out():
    text = " ".join(sentence.text for sentence in made().sentences)
    assert "Kommunen" not in text
    assert "Dansk" not in text
    assert [sentence.text for sentence in made().together] == [
        "Hold dialog først.",
        "Kontrakten reserveres eller ikke.",
    ]


def test_a_risk_from_a_case_is_an_experience():
    assert [risk.experienced for risk in made().risks] == [False, True]


def test_what_others_learned_is_quoted_from_similar_cases():
    assert [sentence.text for sentence in made().lessons] == ["Det virket fordi dialogen begynte tidlig."]


def test_a_case_of_which_no_sentence_has_to_do_with_the_need_teaches_nothing():
    def look(document, section):
        return tuple(replace(p, text="Bygget er rødt.") if p.card is CASE else p for p in lookup(document, section))

    assert made(look=look).lessons == ()


def test_templates_are_those_of_the_country_that_the_library_holds():
    assert [(paper.document, paper.title) for paper in made().papers] == [("no-mal", "Malen")]


def test_an_open_rule_is_settled_first_and_checked_with_a_lawyer():
    found = made(told=(TOLD[0], TOLD[2]))
    reserved = by_id(found)["reserved"]
    assert (reserved.settles, reserved.score) == (("what",), 3)
    assert "Det må være en kontrakt." in [sentence.text for sentence in found.legal]
    assert [question.id for question in found.missing] == ["what", "value"]


def test_a_lawyer_gets_the_lawyers_steps_and_what_the_route_rests_on():
    assert [sentence.text for sentence in made().legal] == [
        "Les reservasjonen i kunngjøringen.",
        "Det må være en kontrakt.",
    ]


def test_an_amount_that_is_out_of_date_is_said():
    found = made(told=(*TOLD, Told("value", Amount(100, "NOK"), "given")))
    assert ("plan-amount-old", ("Kontrakten kan reserveres", "2025-12-31")) in [
        (n.code, n.values) for n in found.notices
    ]
    assert "Kontrakten kan reserveres: 500 NOK" in [sentence.text for sentence in found.legal]
    assert by_id(found)["reserved"].score == 3
    assert made().notices == ()


def test_a_value_in_another_currency_is_said():
    found = made(told=(*TOLD, Told("value", Amount(100, "EUR"), "given")))
    assert ("plan-currency", ("EUR", "NOK")) in [(notice.code, notice.values) for notice in found.notices]


def test_without_a_country_there_are_only_questions():
    found = made(told=TOLD[1:])
    assert (found.proposals, found.tasks, found.chosen, found.country) == ((), (), None, None)
    assert [notice.code for notice in found.notices] == ["plan-country"]
    assert found.questions


def test_a_question_carries_what_is_told_of_it():
    [what, suppliers, value] = made().questions
    assert (what.told.value, what.told.evidence, value.told) == ("goods", "Vi trenger varer.", None)
    assert suppliers.options == (("several", "Flere"),)
    assert [question.told for question in questions(RULES, "nb")] == [None, None, None]


@pytest.mark.parametrize(
    ("language", "text"), [("nn", "bokmål"), ("sv", "svenska"), ("fi", "english"), ("da", "dansk")]
)
def test_a_text_comes_in_the_nearest_language(language, text):
    support = Support(lookup, language)
    said = {"nb": "bokmål", "da": "dansk", "sv": "svenska", "en": "english"}
    assert support.state(said, "no-regel", "Kort svar").text == text


def test_a_statement_is_compared_in_the_language_of_its_document():
    support = Support(lookup, "en")
    said = {"nb": "minst 30 prosent", "da": "mindst 30 pct.", "en": "The contract can be reserved"}
    support.state(said, "no-regel", "Kort svar")
    assert support.citations[0].quote.startswith("Minst 30 prosent")


def test_a_document_that_shares_nothing_with_a_statement_is_not_cited_for_it():
    support = Support(lookup, "nb")
    assert support.state(words("Elefanter flyr."), "no-regel") is None
    assert support.state(words("Elefanter flyr."), "no-regel", "Ukjent") is None
    assert support.citations == []


def test_a_template_is_filled_with_what_was_told_and_keeps_the_rest_to_fill_in():
    template = Document(MAL, (Block("For [MÅLGRUPPE] i [KOMMUNE]."), Block("[FYLL INN]")), "x")
    filled = fill(template, NEED, {"MÅLGRUPPE": "who"})
    assert [block.text for block in filled.blocks] == ["For unge i [KOMMUNE].", "[FYLL INN]"]
    assert fill(template, Need("x"), {"MÅLGRUPPE": "who"}) == template
