"""Routes tried against answers: true, false or open, what a route scores, and which questions are put."""

import pytest

from assistant.answering.weighing import put, verdict, weigh
from assistant.plans import (
    Amount,
    Comparison,
    Condition,
    Inquiry,
    Junction,
    Negation,
    Option,
    Route,
    Rules,
    Threshold,
)

LIMIT = Threshold("limit", "NO", 500, "NOK", {"nb": "Grense"}, None, None, "no-a", "Kort svar")
WHAT = Comparison("what", "in", ("goods",))
LARGE = Comparison("value", ">=", ("limit",))
YES, NO_, OPEN = Junction("and"), Negation(Junction("and")), Comparison("other", "in", ("x",))


def route(name, *conditions, countries=("NO",)):
    rules = tuple(
        Condition(when, effect, weight, countries, {"nb": "r"}, "no-a", "s") for when, effect, weight in conditions
    )
    return Route(name, "purchase", {"nb": name}, countries, {"nb": "kort"}, rules, (), (), (), (), ())


def rules(*routes, questions=()):
    return Rules({}, questions, {"limit": LIMIT}, routes, ())


def weighed(*conditions, **answers):
    [found] = weigh(rules(route("a", *conditions)), {"country": "NO"} | answers)
    return found.standing, found.score


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (YES, True),
        (NO_, False),
        (OPEN, None),
        (Negation(OPEN), None),
        (Junction("or", (YES, OPEN)), True),
        (Junction("or", (NO_, OPEN)), None),
        (Junction("or", (NO_, NO_)), False),
        (Junction("and", (NO_, OPEN)), False),
        (Junction("and", (YES, OPEN)), None),
        (Junction("and", (YES, YES)), True),
    ],
)
def test_what_is_open_stays_open_unless_the_rest_decides(expression, found):
    assert verdict(expression, {}, {}) is found


@pytest.mark.parametrize("answers", [{}, {"what": "unknown"}])
def test_a_question_without_an_answer_is_open_except_where_unknown_is_named(answers):
    assert verdict(WHAT, answers, {}) is None
    assert verdict(Comparison("what", "not in", ("goods",)), answers, {}) is None
    assert verdict(Comparison("what", "in", ("goods", "unknown")), answers, {}) is True
    assert verdict(Comparison("what", "not in", ("unknown",)), answers, {}) is False


def test_an_answer_is_in_a_list_or_not():
    assert verdict(WHAT, {"what": "goods"}, {}) is True
    assert verdict(WHAT, {"what": "works"}, {}) is False
    assert verdict(Comparison("what", "not in", ("unknown",)), {"what": "works"}, {}) is True


@pytest.mark.parametrize(
    ("operator", "found"), [("<", (True, False, False)), ("<=", (True, True, False)), (">", (False, False, True)), (">=", (False, True, True))]
)  # fmt: skip
def test_an_amount_is_compared_with_its_threshold(operator, found):
    comparison = Comparison("value", operator, ("limit",))
    values = [{"country": "NO", "value": Amount(number, "NOK")} for number in (499, 500, 501)]
    assert tuple(verdict(comparison, answers, {"limit": LIMIT}) for answers in values) == found


def test_an_amount_of_another_country_or_currency_is_not_compared():
    limits = {"limit": LIMIT}
    assert verdict(LARGE, {"country": "NO", "value": Amount(900, "EUR")}, limits) is None
    assert verdict(LARGE, {"country": "DK", "value": Amount(900, "NOK")}, limits) is None
    assert verdict(LARGE, {"country": "NO"}, limits) is None
    assert verdict(Comparison("value", ">", ("3",)), {"value": Amount(4, "")}, limits) is True


def test_the_score_adds_what_favours_and_takes_what_is_against():
    assert weighed((YES, "favours", 4), (YES, "against", 1), (NO_, "favours", 5), (OPEN, "against", 5)) == (
        "recommended",
        3,
    )


def test_an_open_requirement_costs_one_and_a_met_one_nothing():
    assert weighed((OPEN, "required", 5)) == ("possible", -1)
    assert weighed((YES, "required", 5), (YES, "favours", 1)) == ("recommended", 1)


def test_a_broken_requirement_or_a_true_exclusion_rules_a_route_out_whatever_it_scores():
    assert weighed((NO_, "required", 1), (YES, "favours", 5)) == ("ruled-out", 5)
    assert weighed((YES, "excluded", 1), (YES, "favours", 5)) == ("ruled-out", 5)
    assert weighed((OPEN, "excluded", 5), (YES, "favours", 5)) == ("recommended", 5)


def test_routes_come_by_standing_then_score_and_only_those_of_the_country():
    held = rules(
        route("out", (NO_, "required", 5), (YES, "favours", 5)),
        route("low", (YES, "favours", 1)),
        route("danish", (YES, "favours", 5), countries=("DK",)),
        route("high", (YES, "favours", 2)),
        route("weak"),
    )
    assert [one.route.id for one in weigh(held, {"country": "NO"})] == ["high", "low", "weak", "out"]
    assert weigh(held, {}) == ()


def test_a_condition_of_another_country_does_not_bear():
    danish = Condition(YES, "favours", 5, ("DK",), {"nb": "r"}, "dk-a", "s")
    both = Route("a", "purchase", {}, ("NO", "DK"), {}, (danish,), (), (), (), (), ())
    assert [one.score for one in weigh(rules(both), {"country": "NO"})] == [0]
    assert [one.score for one in weigh(rules(both), {"country": "DK"})] == [5]


def test_a_question_is_put_while_its_condition_is_true_or_open():
    inquiries = (
        Inquiry("need", "text", {}, {}),
        Inquiry("what", "choice", {}, {}, (Option("goods", {}),)),
        Inquiry("value", "amount", {}, {}, ask_when=WHAT),
    )
    held = rules(questions=inquiries)
    assert [one.id for one in put(held, {})] == ["what", "value"]
    assert [one.id for one in put(held, {"what": "goods"})] == ["what", "value"]
    assert [one.id for one in put(held, {"what": "works"})] == ["what"]
