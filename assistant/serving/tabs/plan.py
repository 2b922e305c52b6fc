"""the Plan tab: a form for the need; the server makes the plan, and makes it again when an answer changes"""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.plans import Amount, Plan
from assistant.serving import papers, planned, words
from assistant.serving.calm import calm
from assistant.serving.words import word

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

COUNTRIES = (*words.COUNTRIES, "EU")
CURRENCIES = ("NOK", "DKK", "SEK", "EUR")

IN_FORM = ("what", "solution-exists", "start")
"""Questions of the decision rules that are asked in the form already; the others follow with the plan."""

LONGEST = 4000
"""Characters of a written field that are read: a page of text."""

_MOST_ANSWERS = 60


def lay_out(assistant: Assistant, language: str) -> gr.HTML:
    """Put the tab on the page that is being built; in another language it shows `frame_html` of it."""
    return gr.HTML(
        frame_html(language),
        elem_id="plan",
        apply_default_css=False,
        js_on_load="window.assistantPlan.start(element, server, watch)",
        server_functions=list(answers(assistant)),
    )


def answers(assistant: Assistant) -> tuple[Callable[[Any], dict[str, Any]], ...]:
    """What the browser may ask for, by name: `make_plan`, `plan_files` and `form_questions`.

    Each takes {"language", "country", "need", "who", "suppliers", "value", "currency", "answers", "route", "before"},
    of which nothing is trusted. `make_plan` gives {"html"} or {"empty": true}, `plan_files` {"name", "content"} (a
    zip in base64), `form_questions` {"html"}; an unexpected error is logged, without the need, and gives
    {"failed": true}.
    """

    def make_plan(asked: Any) -> dict[str, Any]:
        plan = _plan(assistant, asked)
        return {"html": planned.plan_html(plan, _language(asked), _before(asked))} if plan else {"empty": True}

    def plan_files(asked: Any) -> dict[str, Any]:
        plan, language = _plan(assistant, asked), _language(asked)
        if plan is None:
            return {"empty": True}
        content = papers.plan_zip(plan, assistant.papers(plan), language)
        return {"name": f"{word('plan.file', language)}.zip", "content": base64.b64encode(content).decode("ascii")}

    def form_questions(asked: Any) -> dict[str, Any]:
        language = _language(asked)
        held = {question.id: question for question in assistant.questions(language)}
        rows = (planned.select_html(held[name], language) for name in IN_FORM if name in held)
        return {"html": "".join(f"<div>{row}</div>" for row in rows)}

    return tuple(calm(answer) for answer in (make_plan, plan_files, form_questions))


def frame_html(language: str) -> str:
    """The form, and the place where the plan will be."""
    currencies = "".join(f"<option>{currency}</option>" for currency in ("", *CURRENCIES))
    named = {"": word("plan.unanswered", language)} | {code: words.country(code, language) for code in COUNTRIES}
    countries = "".join(f'<option value="{code}">{escape(name)}</option>' for code, name in named.items())
    return (
        f'<div class="planner" data-language="{language}" data-making="{_say("plan.making", language)}" '
        f'data-ready="{_say("plan.ready", language)}" data-failed="{_say("plan.failed", language)}" '
        f'data-empty="{_say("plan.empty", language)}"><h2 id="plan-heading">{_say("plan.heading", language)}</h2>'
        f'<p class="lead">{_say("plan.lead", language)}</p><form aria-labelledby="plan-heading">'
        f"{_field('need', language, rows=4, hint='plan.need.help')}"
        f"{_field('who', language)}{_field('suppliers', language)}"
        f'<div class="row"><div><label for="plan-value">{_say("plan.value", language)}</label>'
        f'<input id="plan-value" inputmode="numeric" autocomplete="off"></div>'
        f'<div><label for="plan-currency">{_say("plan.currency", language)}</label>'
        f'<select id="plan-currency" autocomplete="off">{currencies}</select></div>'
        f'<div><label for="plan-country">{_say("plan.country", language)}</label>'
        f'<select id="plan-country" autocomplete="off">{countries}</select></div></div><div class="row asked"></div>'
        f'<button type="submit" class="make">{_say("plan.make", language)}</button>'
        f'<p class="status" role="status"></p></form><div class="result"></div></div>'
    )


def _field(name: str, language: str, *, rows: int = 2, hint: str = "") -> str:
    told = f'<p class="why" id="plan-{name}-help">{_say(hint, language)}</p>' if hint else ""
    described = f' aria-describedby="plan-{name}-help"' if hint else ""
    return (
        f'<label for="plan-{name}">{_say(f"plan.{name}", language)}</label>{told}'
        f'<textarea id="plan-{name}" rows="{rows}" maxlength="{LONGEST}"{described}></textarea>'
    )


def _plan(assistant: Assistant, asked: dict[str, Any]) -> Plan | None:
    """The plan for what the browser sent; None where no need is told."""
    need = _text(asked, "need")
    if not need:
        return None
    country = _text(asked, "country")
    return assistant.plan(
        need,
        who=_text(asked, "who"),
        suppliers=_text(asked, "suppliers"),
        country=country if country in COUNTRIES else None,
        answers=_answers(asked),
        language=_language(asked),
        route=_text(asked, "route") or None,
    )


def _answers(asked: dict[str, Any]) -> dict[str, str | Amount]:
    chosen = asked.get("answers")
    pairs = list(chosen.items())[:_MOST_ANSWERS] if isinstance(chosen, dict) else []
    told: dict[str, str | Amount] = {str(name): value for name, value in pairs if isinstance(value, str)}
    told.pop("country", None)  # has a field of its own
    digits = "".join(letter for letter in _text(asked, "value") if letter.isdigit() and letter.isascii())
    if digits and len(digits) <= 15:
        told["value"] = Amount(int(digits), _text(asked, "currency"))
    return told


def _before(asked: dict[str, Any]) -> planned.Ranking:
    before = asked.get("before")
    pairs = (
        [tuple(map(str, one)) for one in before if isinstance(one, list) and len(one) == 2]
        if isinstance(before, list)
        else []
    )
    return [(route, standing) for route, standing in pairs if standing in planned.STANDINGS]


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _language(asked: dict[str, Any]) -> str:
    return words.spoken(_text(asked, "language"))


def _say(key: str, language: str) -> str:
    return escape(word(key, language))
