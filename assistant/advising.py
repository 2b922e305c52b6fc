"""The journey of a need, from the written words to a cited plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant import asking, language, privacy
from assistant.answering import inferring, meaning, planning
from assistant.desk import Asked, Desk
from assistant.finding.encoders import Embedder
from assistant.finding.nearness import against
from assistant.plans import Amount, Need, Plan, Rules
from assistant.reading.sayings import load_sayings
from assistant.types import Filters, Hit, Passage
from assistant.wording import Cues, Heard

Hear = Callable[[Need], Sequence[Heard]]

CASES = 5
"""Similar cases that a plan shows."""


@dataclass(frozen=True, slots=True)
class Described:
    """A need as it was put: the answers that were given (option ids and the amount by question id), the language to
    plan in (None = the need's), and the route to plan for (None = the best)."""

    need: Need
    answers: Mapping[str, str | Amount]
    language: str | None = None
    route: str | None = None


def listener(encoder: Embedder) -> Hear:
    """Hears by the shipped sayings, which are embedded at the first need and kept."""
    sayings = load_sayings()
    near = against(encoder, [text for saying in sayings for text in saying.texts])
    return lambda need: meaning.hear(need, sayings, near)


def plan(desk: Desk, rules: Rules, cues: Cues, hear: Hear, described: Described) -> Plan:
    """The plan for a need: routes with reasons, steps, risks and similar cases, every statement cited.

    `hear` gives what the sentences of the need mean where no word says it.
    """
    # 1 guard
    need = Need(
        *(privacy.mask(part)[0] for part in (described.need.text, described.need.who, described.need.suppliers))
    )
    # 2 read: the answers that its words hold
    given = {name: value for name, value in described.answers.items() if value}
    spoken = described.language or language.detect(need.text)
    country = str(given.get("country") or desk.read(need.text, Asked(need.text)).country or "")
    told = inferring.infer(need, {"country": country} | given, rules, cues, hear(need))
    if "country" not in given:
        told = tuple(replace(one, origin="read") if one.question == "country" else one for one in told)
    # 3 compare: cases like it
    cases = _similar(desk, need, country or None)
    # 4 weigh and write, each statement with what it rests on
    held = _by_document(desk)
    wish = planning.Wish(spoken, date.today(), described.route)

    def lookup(document: str, section: str) -> Sequence[Passage]:
        passages = held.get(document, ())
        return [p for p in passages if section in p.path] if section else passages

    return planning.plan(need, told, rules, wish, lookup, cases, cues.lessons)


def _similar(desk: Desk, need: Need, country: str | None) -> tuple[Hit, ...]:
    text = " ".join(part for part in (need.text, need.who) if part.strip())
    return asking.find(desk, Asked(text, country, filters=Filters(kinds=("case",))), CASES) if text.strip() else ()


def _by_document(desk: Desk) -> Mapping[str, Sequence[Passage]]:
    held: dict[str, list[Passage]] = {}
    for passage in desk.shelf().passages:
        held.setdefault(passage.card.id, []).append(passage)
    return held
