"""The decision rules of the planner: `routes.yaml` in, checked Rules out.

The head of the file says for people what its keys mean. Whatever is wrong comes as one CorpusError that names
every place at fault; what the rules say of documents is checked apart, by `astray`, against those that there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from assistant.errors import CorpusError
from assistant.plans import (
    Caution,
    Combination,
    Comparison,
    Condition,
    Effect,
    Expression,
    Inquiry,
    Option,
    Route,
    Rules,
    Stage,
    Threshold,
    Words,
    comparisons,
)
from assistant.reading.conditions import parse
from assistant.reading.corpus import read_yaml
from assistant.reading.fields import Fields, nearest

VERSION = 1
WRITTEN = ("nb", "da", "sv", "en")
"""Languages that a text may be in; the shipped rules are in all of them."""

NEEDED = ("nb", "da", "en")
"""Languages that every text must be in: a municipality's own rules need no Swedish, which is then told in English."""

COUNTRIES = ("NO", "DK", "SE", "FI", "EU")
TYPES = ("text", "choice", "amount", "yes-no-unknown")
EFFECTS: tuple[str, ...] = get_args(Effect)
KINDS = ("preparation", "purchase", "development", "no-purchase", "own")
RELATIONS = ("before", "then", "together", "either-or", "excludes")

_TOP = ("version", "roles", "questions", "thresholds", "routes", "combinations")
_HINT = "The head of routes.yaml says what each key may hold; correct the file."


@dataclass(slots=True)
class _Known:
    """The ids that rules may name, and what is wrong so far."""

    roles: Collection[str] = ()
    questions: Mapping[str, Inquiry] = field(default_factory=dict)
    thresholds: Collection[str] = ()
    problems: list[str] = field(default_factory=list)


def load_routes(path: Path) -> Rules:
    """Read the decision rules. Raises CorpusError, which lists every problem with its place in the file."""
    raw = read_yaml(path)
    known = _Known()
    top = Fields(raw if isinstance(raw, dict) else {}, known.problems)
    top.expect(_TOP, _TOP)
    if top.number("version") != VERSION:
        top.wrong("version", f"this planner reads version {VERSION}")
    roles = {row.text("id"): _words(row, "text") for row in top.rows("roles", ("id", "text"), ("id", "text"))}
    questions = tuple(_inquiry(row) for row in top.rows("questions", _INQUIRY, ("id", "type", "text", "why_we_ask")))
    thresholds = tuple(_threshold(row) for row in top.rows("thresholds", _THRESHOLD, _THRESHOLD[:6]))
    known.roles, known.questions = roles, {question.id: question for question in questions}
    known.thresholds = {threshold.id for threshold in thresholds}
    for question in questions:
        known.problems += _lost(question.ask_when, known, f"questions {question.id}: ask_when")
    routes = tuple(_route(row, known) for row in top.rows("routes", _ROUTE, _ROUTE[:6]))
    pairs = tuple(_combination(row) for row in top.rows("combinations", _COMBINATION, _COMBINATION))
    for name, ids in (
        ("roles", [row.get("id") for row in top.raw.get("roles") or () if isinstance(row, dict)]),
        ("questions", [question.id for question in questions]),
        ("thresholds", [threshold.id for threshold in thresholds]),
        ("routes", [route.id for route in routes]),
        ("combinations", [pair.id for pair in pairs]),
    ):
        known.problems += [f'{name}: the id "{i}" is used more than once' for i in sorted(_repeated(ids))]
    held = [route.id for route in routes]
    for pair in pairs:
        known.problems += _unknown(f"combinations {pair.id}: routes", pair.routes, held)
    if known.problems:
        listed = "\n".join(f"  {problem}" for problem in known.problems)
        raise CorpusError(f"{path.name} cannot be used as decision rules:\n{listed}", hint=_HINT)
    return Rules(roles, questions, {t.id: t for t in thresholds}, routes, pairs)


def astray(rules: Rules, documents: Mapping[str, tuple[str, Collection[str]]]) -> tuple[str, ...]:
    """What the rules say of documents and does not hold, one sentence each.

    `documents` maps ids to their kind and headings (levels 2 and 3). A document and a section that a rule names
    must be there, a template must be a template and an example a case.
    """
    problems: list[str] = []
    for place, name, section in _rests(rules):
        if name not in documents:
            problems.append(f'{place}: there is no document "{name}"{nearest(name, documents)}')
        elif section and section not in documents[name][1]:
            problems.append(f'{place}: "{name}" has no heading "{section}"{nearest(section, documents[name][1])}')
    for place, name, kind in _listed(rules):
        if name not in documents:
            problems.append(f'{place}: there is no document "{name}"{nearest(name, documents)}')
        elif documents[name][0] != kind:
            problems.append(f'{place}: "{name}" is not a {kind}')
    return tuple(problems)


def _rests(rules: Rules) -> Iterator[tuple[str, str, str]]:
    """Every (place, document, section or "") that a statement rests on."""
    for threshold in rules.thresholds.values():
        yield f"thresholds {threshold.id}", threshold.document, threshold.section
    for route in rules.routes:
        for number, condition in enumerate(route.conditions, 1):
            yield f"routes {route.id}: conditions {number}", condition.document, condition.section
        for number, stage in enumerate(route.steps, 1):
            yield f"routes {route.id}: steps {number}", stage.document, ""
        for number, caution in enumerate(route.cautions, 1):
            yield f"routes {route.id}: watch_out {number}", caution.document, ""
    for pair in rules.combinations:
        yield f"combinations {pair.id}", pair.document, pair.section


def _listed(rules: Rules) -> Iterator[tuple[str, str, str]]:
    """Every (place, document, the kind that it must be) that a route lists."""
    for route in rules.routes:
        for key, names, kind in (
            ("guidance", route.guidance, "guidance"),
            ("templates", route.templates, "template"),
            ("example_cases", route.example_cases, "case"),
            ("steps", [stage.template for stage in route.steps if stage.template], "template"),
        ):
            for name in names:
                yield f"routes {route.id}: {key}", name, kind


_INQUIRY = ("id", "type", "text", "why_we_ask", "options", "ask_when")


def _inquiry(row: Fields) -> Inquiry:
    row.where = f"questions {row.text('id')}: "
    kind = row.one_of("type", TYPES)
    options = tuple(Option(o.text("id"), _words(o, "text")) for o in row.rows("options", ("id", "text"), ("id",)))
    ids = [option.id for option in options]
    for id_ in sorted(_repeated(ids)):
        row.wrong("options", f'the id "{id_}" is used more than once')
    if (kind in {"choice", "yes-no-unknown"}) != bool(options):
        row.wrong("options", "a choice must have them, and no other question")
    ask_when = _expression(row, "ask_when") if row.raw.get("ask_when") else None
    words = _words(row, "text"), _words(row, "why_we_ask")
    return Inquiry(row.text("id"), cast(Any, kind), *words, options, ask_when)


_THRESHOLD = ("id", "country", "amount", "currency", "what", "document", "section", "valid_from", "valid_to")


def _threshold(row: Fields) -> Threshold:
    row.where = f"thresholds {row.text('id')}: "
    return Threshold(
        id=row.text("id"),
        country=row.one_of("country", COUNTRIES),
        amount=row.number("amount") or 0,
        currency=row.text("currency"),
        what=_words(row, "what"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        document=row.text("document"),
        section=row.text("section"),
    )


_ROUTE = (
    "id",
    "kind",
    "name",
    "countries",
    "in_short",
    "conditions",
    "steps",
    "watch_out",
    "guidance",
    "templates",
    "example_cases",
)
_CONDITION = ("when", "effect", "weight", "countries", "reason", "document", "section")
_STAGE = ("who", "countries", "do", "document", "template")
_CAUTION = ("countries", "text", "document")


def _route(row: Fields, known: _Known) -> Route:
    row.where = f"routes {row.text('id')}: "
    return Route(
        id=row.text("id"),
        kind=cast(Any, row.one_of("kind", KINDS)),
        name=_words(row, "name"),
        countries=row.some_of("countries", COUNTRIES),
        in_short=_words(row, "in_short"),
        conditions=tuple(_condition(part, known) for part in row.rows("conditions", _CONDITION, _CONDITION)),
        steps=tuple(_stage(part, known) for part in row.rows("steps", _STAGE, _STAGE[:4])),
        cautions=tuple(
            Caution(part.some_of("countries", COUNTRIES), _words(part, "text"), part.text("document"))
            for part in row.rows("watch_out", _CAUTION, _CAUTION)
        ),
        guidance=row.texts("guidance"),
        templates=row.texts("templates"),
        example_cases=row.texts("example_cases"),
    )


def _condition(row: Fields, known: _Known) -> Condition:
    when = _expression(row, "when")
    known.problems += _lost(when, known, f"{row.where}when")
    weight = row.number("weight", "a weight from 1 to 5") or 0
    if not 1 <= weight <= 5:
        row.wrong("weight", "it must lie between 1 and 5")
    effect = cast(Effect, row.one_of("effect", EFFECTS))
    countries, reason = row.some_of("countries", COUNTRIES), _words(row, "reason")
    return Condition(when, effect, weight, countries, reason, row.text("document"), row.text("section"))


def _stage(row: Fields, known: _Known) -> Stage:
    who = row.one_of("who", tuple(known.roles))
    countries, do = row.some_of("countries", COUNTRIES), _words(row, "do")
    return Stage(who, countries, do, row.text("document"), row.text("template") or None)


_COMBINATION = ("id", "relation", "routes", "countries", "reason", "document", "section")


def _combination(row: Fields) -> Combination:
    row.where = f"combinations {row.text('id')}: "
    routes = row.texts("routes")
    if len(routes) != 2:
        row.wrong("routes", "it must name two routes")
    return Combination(
        id=row.text("id"),
        relation=cast(Any, row.one_of("relation", RELATIONS)),
        routes=cast(Any, routes),
        countries=row.some_of("countries", COUNTRIES),
        reason=_words(row, "reason"),
        document=row.text("document"),
        section=row.text("section"),
    )


def _words(row: Fields, key: str) -> Words:
    """A text by language; every one of `NEEDED` must be there."""
    value = row.raw.get(key)
    if not isinstance(value, dict):
        row.wrong(key, "it must hold one text for each language, such as nb: ...")
        return {}
    texts = Fields(value, row.problems, f"{row.where}{key} ")
    texts.expect(WRITTEN, NEEDED)
    return {language: texts.text(language) for language in value}


def _expression(row: Fields, key: str) -> Expression:
    try:
        return parse(row.text(key))
    except ValueError as error:
        row.wrong(key, f"{error} (in: {row.text(key)})")
        return parse("always")


def _lost(expression: Expression | None, known: _Known, place: str) -> list[str]:
    """What an expression names and nobody has: a question, an option, a threshold."""
    problems: list[str] = []
    for part in comparisons(expression) if expression else ():
        question = known.questions.get(part.question)
        if question is None:
            problems += _unknown(f"{place}: question", [part.question], known.questions)
        elif part.operator in {"in", "not in"}:
            problems += _unknown(f"{place}: option of {question.id}", part.against, [o.id for o in question.options])
        else:
            problems += _amounts(part, question, known, place)
    return problems


def _amounts(part: Comparison, question: Inquiry, known: _Known, place: str) -> list[str]:
    bound = part.against[0]
    problems = [] if question.type == "amount" else [f"{place}: {question.id} is no amount to compare"]
    return problems + ([] if bound.isdigit() else _unknown(f"{place}: threshold", [bound], known.thresholds))


def _unknown(place: str, names: Iterable[str], held: Collection[str]) -> list[str]:
    return [f'{place} "{name}" does not exist{nearest(name, held)}' for name in names if name not in held]


def _repeated(ids: list[Any]) -> set[str]:
    return {str(id_) for id_ in ids if ids.count(id_) > 1}
