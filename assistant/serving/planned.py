"""a Plan becomes HTML: what was understood, routes with reasons, steps, risks, and what changed; pure, all escaped"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from assistant.plans import Amount, Offered, Plan, Question, Reason, Standing
from assistant.serving import words
from assistant.serving.pane import Leaf, leaf_html, meta_html, place
from assistant.serving.render import mark_html
from assistant.serving.words import word
from assistant.types import Sentence

TURN = 0
"""The number that a plan's citations carry among the turns of the page, which count from 1."""

STANDINGS: tuple[Standing, ...] = ("recommended", "alternative", "possible", "ruled-out")

Ranking = Sequence[tuple[str, str]]
"""The routes of an earlier plan in their order, as (id, standing)."""

_SIGNS = {
    ("required", True): "met",
    ("required", False): "broken",
    ("required", None): "check",
    ("excluded", True): "broken",
    ("excluded", None): "check",
    ("favours", True): "favours",
    ("against", True): "against",
}


def plan_html(plan: Plan, language: str, before: Ranking = ()) -> str:
    """The whole plan, with what changed since `before` where that is given, and the leaves of the source pane."""
    shown = tuple(Leaf(c.number, c.passage, place(c)) for c in plan.citations)
    ranking = json.dumps([(one.route, one.standing) for one in plan.proposals])
    notices = "".join(f"<li>{escape(words.notice(notice, language))}</li>" for notice in plan.notices)
    parts = [
        _told(plan, language),
        f'<ul class="notices">{notices}</ul>' if notices else "",
        _changed(plan, before, language),
        _understood(plan, language),
        _routes(plan, language),
        _list("plan.together", plan.together, plan, language),
        _steps(plan, language),
        _risks(plan, language),
        _list("plan.lessons", plan.lessons, plan, language),
        _cases(plan, len(shown), language),
        _list("plan.legal", plan.legal, plan, language),
        _papers(plan, language),
    ]
    nearest = tuple(Leaf(len(shown) + n, hit.passage, None) for n, hit in enumerate(plan.cases, start=1))
    leaves = "".join(leaf_html(leaf, (*shown, *nearest), language, TURN) for leaf in (*shown, *nearest))
    return f'<div class="plan" data-ranking="{escape(ranking)}">{"".join(parts)}</div>{leaves}'


def _told(plan: Plan, language: str) -> str:
    """The need as it was written, for paper only: on the screen it stands in the form above."""
    lines = [("plan.need", plan.need.text), ("plan.who", plan.need.who), ("plan.suppliers", plan.need.suppliers)]
    told = "".join(f"<dt>{_say(key, language)}</dt><dd>{escape(text)}</dd>" for key, text in lines if text)
    return f'<dl class="on-paper">{told}</dl>'


def changes(plan: Plan, before: Ranking, language: str) -> tuple[str, ...]:
    """What became of the routes since `before`, one sentence each: another standing, or another place."""
    was = {route: (number, standing) for number, (route, standing) in enumerate(before, start=1)}
    told = []
    for number, one in enumerate(plan.proposals, start=1):
        old_number, old_standing = was.get(one.route, (number, one.standing))
        if old_standing != one.standing:
            names = (word(f"plan.{old_standing}", language), word(f"plan.{one.standing}", language))
            told.append(word("plan.became", language, one.name, *names))
        elif number != old_number and one.standing == "recommended":
            way = "plan.moved-up" if number < old_number else "plan.moved-down"
            told.append(word(way, language, one.name, str(old_number), str(number)))
    return tuple(told)


def select_html(question: Question, language: str, prefix: str = "plan") -> str:
    """A question as a labelled list of its options, what is known chosen; its value "" is no answer."""
    known = question.told.value if question.told else ""
    options = [("", word("plan.unanswered", language))]
    options += [(option, text) for option, text in question.options if option != "unknown"]
    if known == "unknown":
        known = ""
    listed = "".join(
        f'<option value="{escape(option)}"{" selected" if option == known else ""}>{escape(text)}</option>'
        for option, text in options
    )
    name = f"{prefix}-{question.id}"
    return (
        f'<label for="{name}">{escape(question.text)}</label>'
        f'<select id="{name}" data-question="{escape(question.id)}" autocomplete="off">{listed}</select>'
    )


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))


def _part(name: str, heading: str, body: str, language: str, lead: str = "") -> str:
    if not body:
        return ""
    lead = f'<p class="lead">{_say(lead, language)}</p>' if lead else ""
    return (
        f'<section class="part {name}" aria-labelledby="part-{name}">'
        f'<h3 id="part-{name}">{_say(heading, language)}</h3>{lead}{body}</section>'
    )


def _sentence(sentence: Sentence, plan: Plan, language: str) -> str:
    cards = {n: plan.citations[n - 1].passage.card for n in sentence.cites}
    marks = "".join(mark_html(number, card, plan.country, language, TURN) for number, card in cards.items())
    return f'<span class="sentence">{escape(sentence.text)}</span><span class="cites">{marks}</span>'


def _list(key: str, sentences: Iterable[Sentence], plan: Plan, language: str) -> str:
    items = "".join(f"<li>{_sentence(sentence, plan, language)}</li>" for sentence in sentences)
    return _part(key.removeprefix("plan."), key, f"<ul>{items}</ul>" if items else "", language)


def _changed(plan: Plan, before: Ranking, language: str) -> str:
    if not before:
        return ""
    told = changes(plan, before, language) or (word("plan.same", language),)
    items = "".join(f"<li>{escape(line)}</li>" for line in told)
    return _part("changed", "plan.changed", f"<ul>{items}</ul>", language)


def _understood(plan: Plan, language: str) -> str:
    """What is known, each with where it comes from, and what is not, that first which the best routes wait for."""
    known = [question for question in plan.questions if question.told]
    waiting = [name for one in plan.proposals if one.standing in {"recommended", "possible"} for name in one.settles]
    order = {name: at for at, name in enumerate(dict.fromkeys(waiting))}
    missing = sorted(plan.missing, key=lambda question: order.get(question.id, len(order)))
    answered = "".join(_answer(question, language) for question in known)
    asked = "".join(_answer(question, language) for question in missing)
    if asked:
        lead = f'<p class="lead">{_say("plan.missing.help", language)}</p>'
        heading = f"{_say('plan.missing', language)} ({len(missing)})"
        answered += f'<details class="missing" id="plan-missing"><summary>{heading}</summary>{lead}{asked}</details>'
    return _part("understood", "plan.understood", answered, language, "plan.understood.help")


def _answer(question: Question, language: str) -> str:
    told = question.told
    why = f'<p class="why">{escape(question.why)}</p>'
    if told:
        read = _say("plan.read", language, told.evidence) if told.evidence else _say("plan.follows", language)
        why = f'<p class="evidence">{read}</p>' if told.origin == "read" else ""
    if question.type == "amount":
        amount = told.value if told and isinstance(told.value, Amount) else None
        value = words.money(amount.number, amount.currency, language) if amount else word("plan.unanswered", language)
        field = f'<span class="label">{escape(question.text)}</span><span class="amount">{escape(value)}</span>'
    else:
        field = select_html(question, language, "answer")
    return f'<div class="answer-row">{field}{why}</div>'


def _routes(plan: Plan, language: str) -> str:
    if not plan.proposals:
        return _part("routes", "plan.routes", f"<p>{_say('plan.no-routes', language)}</p>", language)
    cards = "".join(_route(one, number, plan, language) for number, one in enumerate(plan.proposals, start=1))
    return _part("routes", "plan.routes", f"<ol>{cards}</ol>", language, "plan.routes.help")


def _route(one: Offered, number: int, plan: Plan, language: str) -> str:
    chosen = one.route == plan.chosen
    open_ = " open" if chosen or one.standing == "recommended" else ""
    reasons = "".join(_reason(reason, plan, language) for reason in one.reasons)
    short = f"<p>{_sentence(one.in_short, plan, language)}</p>" if one.in_short else ""
    instead = f"<p>{_sentence(one.instead, plan, language)}</p>" if one.instead else ""
    pick = ""
    if chosen:
        pick = f'<p class="chosen">{_say("plan.chosen", language)}</p>'
    elif one.standing != "ruled-out":
        choose = _say("plan.choose", language)
        pick = (
            f'<button type="button" class="pick" data-route="{escape(one.route)}" '
            f'aria-label="{choose}: {escape(one.name)}">{choose}</button>'
        )
    return (
        f'<li class="route {one.standing}"><details id="route-{escape(one.route)}"{open_}>'
        f'<summary><span class="place">{number}</span>'
        f'<span class="name">{escape(one.name)}</span>'
        f'<span class="standing">{_say(f"plan.{one.standing}", language)}</span></summary>'
        f"{short}{instead}<ul>{reasons}</ul>{pick}</details></li>"
    )


def _reason(reason: Reason, plan: Plan, language: str) -> str:
    sign = _SIGNS[reason.effect, reason.verdict]
    label = f'<b class="sign {sign}">{_say(f"plan.{sign}", language)}</b>'
    return f"<li>{label} {_sentence(reason.sentence, plan, language)}</li>"


def _steps(plan: Plan, language: str) -> str:
    titles = {paper.document: paper.title for paper in plan.papers}
    heads = [_say(key, language) for key in ("plan.by", "plan.does", "plan.template")]
    rows = []
    for task in plan.tasks:
        cells = (
            escape(task.who),
            _sentence(task.sentence, plan, language),
            escape(titles.get(task.template or "", "")),
        )
        told = "".join(f'<td data-column="{head}">{cell}</td>' for head, cell in zip(heads, cells, strict=True))
        rows.append(f"<tr>{told}</tr>")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
    return _part("steps", "plan.steps", table, language)


def _risks(plan: Plan, language: str) -> str:
    lived = f' <b class="sign lived">{_say("plan.experienced", language)}</b>'
    items = "".join(
        f"<li>{_sentence(risk.sentence, plan, language)}{lived if risk.experienced else ''}</li>" for risk in plan.risks
    )
    return _part("risks", "plan.risks", f"<ul>{items}</ul>" if items else "", language)


def _cases(plan: Plan, after: int, language: str) -> str:
    """Cards of the similar cases; their leaves follow those of the `after` citations."""
    cards = "".join(
        f'<li><button type="button" class="card" data-cite="t{TURN}-{after + number}">'
        f'<span class="title" lang="{escape(hit.passage.card.language)}">{escape(hit.passage.card.title)}</span>'
        f'<span class="meta">{meta_html(hit.passage.card, language)}</span></button></li>'
        for number, hit in enumerate(plan.cases, start=1)
    )
    return _part("cases", "plan.cases", f'<ol class="cards">{cards}</ol>' if cards else "", language)


def _papers(plan: Plan, language: str) -> str:
    if not plan.chosen:
        return ""
    items = "".join(f"<li>{escape(paper.title)}</li>" for paper in plan.papers)
    button = f'<button type="button" class="download">{_say("plan.download", language)}</button>'
    return _part("papers", "plan.papers", f"<ul>{items}</ul>{button}", language)
