"""Makes of weighed routes what is offered: each with its reasons for and against, and what must be settled first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.answering.supporting import Support, say
from assistant.answering.weighing import UNKNOWN, Answers, Weighed
from assistant.plans import (
    Combination,
    Condition,
    Offered,
    Reason,
    Route,
    Standing,
    Verdict,
    comparisons,
)
from assistant.types import Sentence

CHOOSE_ONE = ("either-or", "excludes")
"""Relations of two routes of which only one is taken."""


def propose(
    weighed: Sequence[Weighed], combinations: Sequence[Combination], answers: Answers, support: Support, language: str
) -> tuple[Offered, ...]:
    """A proposal for each weighed route, in the same order.

    A route that fits, but of which and a better one only one is taken, stands as an alternative to that one.
    """
    proposals: list[Offered] = []
    taken: list[str] = []
    for one in weighed:
        pair = _rival(one, taken, combinations, answers)
        standing: Standing = "alternative" if pair else one.standing
        if standing == "recommended":
            taken.append(one.route.id)
        proposals.append(_proposal(one, standing, answers, support, language))
        if pair and (sentence := support.state(pair.reason, pair.document, pair.section)):
            proposals[-1] = replace(proposals[-1], instead=sentence)
    return tuple(proposals)


def ordered(documents: Collection[str], country: str) -> tuple[str, ...]:
    """Ids of documents: those of the answered country first, then the EU's, then the rest."""
    prefixes = (f"{country.lower()}-", "eu-")

    def place(document: str) -> int:
        return next((at for at, prefix in enumerate(prefixes) if document.startswith(prefix)), len(prefixes))

    return tuple(sorted(documents, key=place))


def _rival(
    one: Weighed, taken: Sequence[str], combinations: Sequence[Combination], answers: Answers
) -> Combination | None:
    """The combination by which a route that fits stands back for a better one; None where there is none."""
    if one.standing != "recommended":
        return None
    return next(
        (
            pair
            for pair in combinations
            if pair.relation in CHOOSE_ONE
            and answers.get("country") in pair.countries
            and one.route.id in pair.routes
            and any(better in pair.routes for better in taken)
        ),
        None,
    )


def _proposal(one: Weighed, standing: Standing, answers: Answers, support: Support, language: str) -> Offered:
    route = one.route
    in_short = _in_short(route, answers, support)  # first, so that its citation has the first number
    reasons = [_reason(condition, found, support) for condition, found in one.verdicts if _bears(condition, found)]
    unsure = [c.when for c, found in one.verdicts if found is None and c.effect in {"required", "excluded"}]
    return Offered(
        route=route.id,
        name=say(route.name, language),
        kind=route.kind,
        standing=standing,
        score=one.score,
        in_short=in_short,
        reasons=tuple(sorted((reason for reason in reasons if reason), key=lambda reason: -reason.weight)),
        settles=tuple(
            dict.fromkeys(q for when in unsure for c in comparisons(when) if _open((q := c.question), answers))
        ),
    )


def _bears(condition: Condition, found: Verdict) -> bool:
    if condition.effect == "required":
        return True
    return found is True or (condition.effect == "excluded" and found is None)


def _reason(condition: Condition, found: Verdict, support: Support) -> Reason | None:
    sentence = support.state(condition.reason, condition.document, condition.section)
    return Reason(condition.effect, found, condition.weight, sentence) if sentence else None


def _in_short(route: Route, answers: Answers, support: Support) -> Sentence | None:
    held = (support.state(route.in_short, name) for name in ordered(route.guidance, str(answers.get("country"))))
    return next((sentence for sentence in held if sentence), None)


def _open(question: str, answers: Answers) -> bool:
    return answers.get(question, UNKNOWN) == UNKNOWN
