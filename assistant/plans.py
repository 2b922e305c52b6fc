"""The values of planning: the decision rules as they are read, the need as it was told, and the plan.

`corpus/routes.yaml` says at its head what each rule means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assistant.types import Citation, Country, Hit, Notice, Sentence

Words: TypeAlias = Mapping[str, str]
"""One text in several languages, by language code."""

Verdict: TypeAlias = bool | None
"""True, false, or open (None): the answers do not say."""

Effect: TypeAlias = Literal["required", "excluded", "favours", "against"]

Standing: TypeAlias = Literal["recommended", "alternative", "possible", "ruled-out"]
"""How a route stands: it fits; it fits, but instead of a better one; it is less likely; a rule rules it out."""

Origin: TypeAlias = Literal["given", "read"]
"""Where an answer comes from: a person gave it, or it was read out of the words of the need."""

# --- the rules ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one answer: "in" and "not in" with options, the others with one threshold or whole number."""

    question: str
    operator: Literal["in", "not in", "<", "<=", ">", ">="]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of `part`."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Junction:
    """Parts of which all ("and") or one ("or") must hold; "always" is "and" without parts."""

    word: Literal["and", "or"]
    parts: tuple[Expression, ...] = ()


Expression: TypeAlias = Comparison | Negation | Junction


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison in an expression, in written order."""
    if isinstance(expression, Comparison):
        yield expression
    else:
        for part in (expression.part,) if isinstance(expression, Negation) else expression.parts:
            yield from comparisons(part)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a question allows."""

    id: str
    text: Words


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question that is put to the project leader; `ask_when` None means always."""

    id: str
    type: Literal["text", "choice", "amount", "yes-no-unknown"]
    text: Words
    why: Words
    options: tuple[Option, ...] = ()
    ask_when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount that the rules compare with, where it stands, and the days (ISO dates) that it is valid between."""

    id: str
    country: Country
    amount: int
    currency: str
    what: Words
    valid_from: str | None
    valid_to: str | None
    document: str
    section: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that bears on a route when `when` is decided, with the statement for the reader and where it stands."""

    when: Expression
    effect: Effect
    weight: int
    countries: tuple[Country, ...]
    reason: Words
    document: str
    section: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a route: who does what, by which document, with which template."""

    who: str
    countries: tuple[Country, ...]
    do: Words
    document: str
    template: str | None


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to watch out for on a route; an experience where its document is a case."""

    countries: tuple[Country, ...]
    text: Words
    document: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way to meet a need, with its conditions, steps and cautions; lists of document ids as the rules order them."""

    id: str
    kind: Literal["preparation", "purchase", "development", "no-purchase", "own"]
    name: Words
    countries: tuple[Country, ...]
    in_short: Words
    conditions: tuple[Condition, ...]
    steps: tuple[Stage, ...]
    cautions: tuple[Caution, ...]
    guidance: tuple[str, ...]
    templates: tuple[str, ...]
    example_cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """How two routes go together."""

    id: str
    relation: Literal["before", "then", "together", "either-or", "excludes"]
    routes: tuple[str, str]
    countries: tuple[Country, ...]
    reason: Words
    document: str
    section: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All decision rules: roles by id, the rest in written order."""

    roles: Mapping[str, Words]
    questions: tuple[Inquiry, ...]
    thresholds: Mapping[str, Threshold]
    routes: tuple[Route, ...]
    combinations: tuple[Combination, ...]


# --- the need and the plan ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """A need as a project leader tells it: what is to be solved, for whom, and who could deliver."""

    text: str
    who: str = ""
    suppliers: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A value without VAT in whole units of a currency; `currency` "" where it was not said."""

    number: int
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one question: an option's id or an amount, who said it, and the words that it was read from."""

    question: str
    value: str | Amount
    origin: Origin
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule as it bears on a route: for `required` and `excluded` also whether it is met, broken or open."""

    effect: Effect
    verdict: Verdict
    weight: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Offered:
    """A route as it stands for a need: what it is, its score, and each rule that bears on it, the firmest first.

    `settles` are ids of the questions that the route waits for, `instead` says why an alternative gives way.
    """

    route: str
    name: str
    kind: str
    standing: Standing
    score: int
    in_short: Sentence | None
    reasons: tuple[Reason, ...]
    settles: tuple[str, ...] = ()
    instead: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A step of the plan: whose it is, what is done, on which route, and the id of the template to fill in."""

    who: str
    sentence: Sentence
    route: str
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that goes wrong on a route, and whether a case has been through it."""

    route: str
    sentence: Sentence
    experienced: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the reader's language, its options as (id, text), and what is known of it."""

    id: str
    type: str
    text: str
    why: str
    options: tuple[tuple[str, str], ...]
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A template to fill in: the id and title of its document."""

    document: str
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about a need. Every sentence cites; the numbers are those of `citations`.

    `proposals` are the routes of the country, best first, those ruled out last; `chosen` the id of the route that
    `tasks`, `risks`, `papers` and `legal` are about (with the preparation before it), None where no route stands.
    `questions` are all that are put, answered or not.
    """

    need: Need
    language: str
    country: Country | None
    questions: tuple[Question, ...]
    proposals: tuple[Offered, ...] = ()
    chosen: str | None = None
    together: tuple[Sentence, ...] = ()
    tasks: tuple[Task, ...] = ()
    risks: tuple[Risk, ...] = ()
    lessons: tuple[Sentence, ...] = ()
    cases: tuple[Hit, ...] = ()
    papers: tuple[Paper, ...] = ()
    legal: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def missing(self) -> tuple[Question, ...]:
        """The questions that nothing is known of."""
        return tuple(question for question in self.questions if question.told is None)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every statement of the plan, in reading order."""
        told = [s for p in self.proposals for s in (p.in_short, p.instead, *(r.sentence for r in p.reasons)) if s]
        tasks, risks = (task.sentence for task in self.tasks), (risk.sentence for risk in self.risks)
        return (*told, *self.together, *tasks, *risks, *self.lessons, *self.legal)
