"""Tries every route against the answers: what a condition says, true, false or open, and what a route scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt

from assistant.plans import (
    Amount,
    Comparison,
    Condition,
    Expression,
    Inquiry,
    Junction,
    Negation,
    Route,
    Rules,
    Standing,
    Threshold,
    Verdict,
)

UNKNOWN = "unknown"
"""The option that says that a question has no answer; a question without an answer counts as answered so."""

ENOUGH = 1
"""The score from which a route fits; routes.yaml says so at its head."""

Answers = Mapping[str, str | Amount]
"""What is known: an option's id, or an amount, by question id."""

_ORDERS = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A route tried against the answers; `verdicts` are of the conditions of the answered country, as written."""

    route: Route
    standing: Standing
    score: int
    verdicts: tuple[tuple[Condition, Verdict], ...]


def verdict(expression: Expression, answers: Answers, thresholds: Mapping[str, Threshold]) -> Verdict:
    """Whether an expression holds: True, False, or None where the answers leave it open."""
    if isinstance(expression, Negation):
        found = verdict(expression.part, answers, thresholds)
        return None if found is None else not found
    if isinstance(expression, Junction):
        decides = expression.word == "or"  # one true part decides "or", one false part "and"
        verdicts = [verdict(part, answers, thresholds) for part in expression.parts]
        return decides if decides in verdicts else None if None in verdicts else not decides
    if expression.operator in {"in", "not in"}:
        return _chosen(expression, answers.get(expression.question))
    return _compared(expression, answers, thresholds)


def weigh(rules: Rules, answers: Answers) -> tuple[Weighed, ...]:
    """Every route of the answered country, best first, those ruled out last; none while the country is open."""
    country = answers.get("country")
    found = [_weighed(route, country, answers, rules) for route in rules.routes if country in route.countries]
    order = ("recommended", "possible", "ruled-out")
    return tuple(sorted(found, key=lambda weighed: (order.index(weighed.standing), -weighed.score)))


def put(rules: Rules, answers: Answers) -> tuple[Inquiry, ...]:
    """The questions that are put: those without `ask_when`, and those whose `ask_when` is true or open.

    A question for a text is the need itself, which is told already.
    """
    asked = (question for question in rules.questions if question.type != "text")
    return tuple(q for q in asked if not q.ask_when or verdict(q.ask_when, answers, rules.thresholds) is not False)


def _weighed(route: Route, country: object, answers: Answers, rules: Rules) -> Weighed:
    verdicts = tuple(
        (condition, verdict(condition.when, answers, rules.thresholds))
        for condition in route.conditions
        if country in condition.countries
    )
    score = sum(_points(condition, found) for condition, found in verdicts)
    broken = any((c.effect, found) in {("required", False), ("excluded", True)} for c, found in verdicts)
    standing: Standing = "ruled-out" if broken else "recommended" if score >= ENOUGH else "possible"
    return Weighed(route, standing, score, verdicts)


def _points(condition: Condition, found: Verdict) -> int:
    if condition.effect == "required":
        return -1 if found is None else 0
    if not found or condition.effect == "excluded":
        return 0
    return condition.weight if condition.effect == "favours" else -condition.weight


def _chosen(comparison: Comparison, answer: str | Amount | None) -> Verdict:
    answer = UNKNOWN if answer is None else answer
    if answer == UNKNOWN and UNKNOWN not in comparison.against:
        return None
    return (answer in comparison.against) is (comparison.operator == "in")


def _compared(comparison: Comparison, answers: Answers, thresholds: Mapping[str, Threshold]) -> Verdict:
    answer, bound = answers.get(comparison.question), comparison.against[0]
    if not isinstance(answer, Amount):
        return None
    limit = thresholds.get(bound)
    if limit and (limit.country != answers.get("country") or limit.currency != answer.currency):
        return None
    return bool(_ORDERS[comparison.operator](answer.number, limit.amount if limit else int(bound)))
