"""Makes a Plan of a need and what is told of it: routes, steps, risks and what to check, every statement cited.

All law stands in the rules; here stands only what becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answering.routing import ordered, propose
from assistant.answering.supporting import Lookup, Support, keys, say
from assistant.answering.weighing import Answers, put, weigh
from assistant.language import sentences
from assistant.plans import (
    Amount,
    Inquiry,
    Need,
    Offered,
    Paper,
    Plan,
    Question,
    Risk,
    Route,
    Rules,
    Task,
    Threshold,
    Told,
    comparisons,
)
from assistant.types import Hit, Notice, Passage, Sentence

LAWYER = "legal"
"""The role whose steps are for a lawyer."""

LESSONS = 3
"""Cases whose experience is quoted: as many as are read."""


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom the plan is: the language, the day, and the route that was picked (None = the best one)."""

    language: str
    today: date
    route: str | None = None


def plan(
    need: Need,
    told: Sequence[Told],
    rules: Rules,
    wish: Wish,
    lookup: Lookup,
    cases: Sequence[Hit] = (),
    lessons: Sequence[str] = (),
) -> Plan:
    """The plan for a need of which `told` is known.

    `lookup` gives the passages of a section of the library, `cases` are similar cases, best first, and `lessons`
    how the headings of their sections on experience begin. What the library does not support is not said. Without
    a country, whose law holds, the plan has only its questions.
    """
    answers: Answers = {one.question: one.value for one in told}
    support = Support(lookup, wish.language)
    found = propose(weigh(rules, answers), rules.combinations, answers, support, wish.language)
    routes = {route.id: route for route in rules.routes}
    chosen = _chosen(found, wish.route)
    path = [routes[name] for name in _path(found, chosen)]
    country = str(answers.get("country", ""))
    risks = tuple(_risks(path, country, support))
    return Plan(
        need=need,
        language=wish.language,
        country=country or None,
        questions=tuple(_question(inquiry, told, wish.language) for inquiry in put(rules, answers)),
        proposals=found,
        chosen=chosen,
        together=tuple(_together(rules, [route.id for route in path], found, country, support)),
        tasks=tuple(_tasks(path, rules, country, support, wish.language)),
        risks=risks,
        lessons=tuple(_lessons(need, risks, cases, lessons, lookup, support)),
        cases=tuple(_examples_first(path, cases)),
        papers=tuple(_papers(path, country, lookup)),
        legal=tuple(_legal(path, rules, answers, wish, found, support)),
        citations=tuple(support.citations),
        notices=tuple(_notices(rules, answers, wish)),
    )


def questions(rules: Rules, language: str) -> tuple[Question, ...]:
    """Every question of the rules in `language`, unanswered."""
    return tuple(_question(inquiry, (), language) for inquiry in rules.questions if inquiry.type != "text")


def _chosen(found: Sequence[Offered], picked: str | None) -> str | None:
    """The picked route if it stands, else the best that fits: a preparation only where it is all that fits."""
    if any(one.route == picked and one.standing != "ruled-out" for one in found):
        return picked
    fits = [one for one in found if one.standing == "recommended"]
    return next((one.route for one in fits if one.kind != "preparation"), fits[0].route if fits else None)


def _path(found: Sequence[Offered], chosen: str | None) -> list[str]:
    """The chosen route with the preparations that fit before it."""
    before = [one.route for one in found if one.kind == "preparation" and one.standing == "recommended"]
    return list(dict.fromkeys([*before, chosen])) if chosen else []


def _question(inquiry: Inquiry, told: Sequence[Told], language: str) -> Question:
    known = next((one for one in told if one.question == inquiry.id), None)
    options = tuple((option.id, say(option.text, language)) for option in inquiry.options)
    return Question(inquiry.id, inquiry.type, say(inquiry.text, language), say(inquiry.why, language), options, known)


def _together(
    rules: Rules, path: Sequence[str], found: Sequence[Offered], country: str, support: Support
) -> Iterator[Sentence]:
    """How the chosen route goes with the others that fit."""
    fits = {one.route for one in found if one.standing in {"recommended", "alternative"}}
    for pair in rules.combinations:
        if country in pair.countries and set(pair.routes) <= fits and set(pair.routes) & set(path[-1:]):
            sentence = support.state(pair.reason, pair.document, pair.section)
            if sentence:
                yield sentence


def _tasks(path: Sequence[Route], rules: Rules, country: str, support: Support, language: str) -> Iterator[Task]:
    for route in path:
        for stage in route.steps:
            sentence = support.state(stage.do, stage.document) if country in stage.countries else None
            if sentence:
                yield Task(say(rules.roles[stage.who], language), sentence, route.id, stage.template)


def _risks(path: Sequence[Route], country: str, support: Support) -> Iterator[Risk]:
    for route in path:
        for caution in route.cautions:
            sentence = support.state(caution.text, caution.document) if country in caution.countries else None
            if sentence:
                cited = support.citations[sentence.cites[0] - 1].passage.card
                yield Risk(route.id, sentence, experienced=cited.kind == "case")


def _lessons(
    need: Need, risks: Sequence[Risk], cases: Sequence[Hit], lessons: Sequence[str], lookup: Lookup, support: Support
) -> Iterator[Sentence]:
    """What similar cases say of what worked: of each the sentence that has most to do with the need and its risks.

    A case of which no sentence has anything to do with them says nothing.
    """
    told = (need.text, *(risk.sentence.text for risk in risks))
    asked = frozenset(key for text in told for key in keys(text, support.language))
    for hit in cases[:LESSONS]:
        places = [
            (passage, start, end)
            for passage in lookup(hit.passage.card.id, "")
            if passage.heading.startswith(tuple(lessons))
            for start, end in sentences(passage.text)
        ]
        best = max(places, key=lambda place: len(asked & _keys(*place)), default=None)
        if best and asked & _keys(*best):
            yield support.quote(*best)


def _keys(passage: Passage, start: int, end: int) -> frozenset[str]:
    return keys(passage.text[start:end], passage.card.language)


def _examples_first(path: Sequence[Route], cases: Sequence[Hit]) -> list[Hit]:
    """The similar cases, those first that the rules name as examples of the chosen route."""
    named = {name for route in path[-1:] for name in route.example_cases}
    return sorted(cases, key=lambda hit: hit.passage.card.id not in named)


def _papers(path: Sequence[Route], country: str, lookup: Lookup) -> Iterator[Paper]:
    """The templates of the routes that the library holds: those of the country and the EU, or else all."""
    names = ordered(dict.fromkeys(name for route in path for name in route.templates), country)
    cards = [passages[0].card for name in names if (passages := lookup(name, ""))]
    own = [card for card in cards if card.country in {country, "EU", None}]
    yield from (Paper(card.id, card.title) for card in own or cards)


def _legal(
    path: Sequence[Route], rules: Rules, answers: Answers, wish: Wish, found: Sequence[Offered], support: Support
) -> Iterator[Sentence]:
    """What to check with a lawyer: what is open, the lawyer's steps, amounts out of date, what the route rests on."""
    country = str(answers.get("country", ""))
    firm = [reason for one in found for reason in one.reasons if path and one.route == path[-1].id]
    stages = [s for route in path for s in route.steps if s.who == LAWYER and country in s.countries]
    limits = _expired(rules, answers, wish.today)
    sentences = [
        *(reason.sentence for reason in firm if reason.verdict is None),
        *(support.state(stage.do, stage.document) for stage in stages),
        *(support.state(_written(limit), limit.document, limit.section) for limit in limits),
        *(reason.sentence for reason in firm if reason.effect == "required" and reason.verdict),
    ]
    yield from dict.fromkeys(sentence for sentence in sentences if sentence)


def _written(limit: Threshold) -> dict[str, str]:
    """A threshold as a statement: what begins there, and the amount."""
    return {
        language: f"{text}: {limit.amount:_} {limit.currency}".replace("_", "\u00a0")
        for language, text in limit.what.items()
    }


def _expired(rules: Rules, answers: Answers, today: date) -> list[Threshold]:
    """The thresholds that the value was compared with and that are out of date, or not yet in force."""
    country = answers.get("country")
    compared = {
        bound
        for route in rules.routes
        for condition in route.conditions
        if country in condition.countries
        for comparison in comparisons(condition.when)
        for bound in comparison.against
    }
    limits = [rules.thresholds[name] for name in rules.thresholds if name in compared]
    if not isinstance(answers.get("value"), Amount):
        return []
    return [
        limit for limit in limits if not (limit.valid_from or "") <= today.isoformat() <= (limit.valid_to or "9999")
    ]


def _notices(rules: Rules, answers: Answers, wish: Wish) -> Iterator[Notice]:
    """What the reader must know beside the plan: no country, a value in another currency, amounts out of date."""
    country = answers.get("country")
    if country is None:
        yield Notice("plan-country")
        return
    own = {limit.currency for limit in rules.thresholds.values() if limit.country == country}
    value = answers.get("value")
    if isinstance(value, Amount) and value.currency not in own:
        yield Notice("plan-currency", (value.currency or "–", ", ".join(sorted(own))))
    for limit in _expired(rules, answers, wish.today):
        yield Notice("plan-amount-old", (say(limit.what, wish.language), limit.valid_to or limit.valid_from or ""))
