"""the Explore tab: cases to filter, read, compare and take along; the browser draws, the server answers what it asks"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.serving import casebook, comparing, exporting, words
from assistant.serving.calm import calm
from assistant.serving.words import word
from assistant.types import Card, Filters

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

ALIKE = 4
"""Similar cases, and documents of guidance, that the page of a case offers at most."""

SORTS = ("newest", "oldest", "title", "country")

_SAYS = (
    *("explore", "case", "view", "sort", "chart", "tray", "scope"),
    *("facet", "model", "topic", "sector", "group", "country"),
)
"""Groups of the word lists that the browser needs to draw the tab."""


def lay_out(assistant: Assistant, language: str) -> gr.HTML:
    """Put the tab on the page that is being built; in another language it shows `frame_html` of it."""
    return gr.HTML(
        frame_html(language),
        elem_id="explore",
        apply_default_css=False,
        js_on_load="window.assistantExplore.start(element, server, watch)",
        server_functions=list(answers(assistant)),
    )


def answers(assistant: Assistant) -> tuple[Callable[[Any], dict[str, Any]], ...]:
    """What the browser may ask for, by name: `case_list`, `case_page`, `comparison` and `comparison_file`.

    Each takes one object, {"language": ..., "ids": [...], "form": ...}, of which nothing is trusted, and gives one.
    Where a document is not there it gives {"gone": true}; an unexpected error is logged and gives {"failed": true}.
    """

    def case_list(asked: Any) -> dict[str, Any]:
        return {"cases": casebook.rows(assistant.cards(), assistant.target_groups)}

    def case_page(asked: Any) -> dict[str, Any]:
        language, (document, *_) = _language(asked), (*_documents(assistant, asked, most=1), None)
        if document is None:
            return {"gone": True}
        near, law = similar(assistant, document.card), guidance(assistant, document.card)
        return {"html": casebook.page_html(document, near, law, language)}

    def comparison(asked: Any) -> dict[str, Any]:
        made = _compared(assistant, asked)
        return {"html": comparing.compare_html(made, _language(asked))} if made else {"gone": True}

    def comparison_file(asked: Any) -> dict[str, Any]:
        made, form = _compared(assistant, asked), asked.get("form")
        if made is None or form not in exporting.FORMS:
            return {"gone": True}
        content = exporting.exported(made, form, _language(asked))
        name = f"{word('compare.file', _language(asked))}.{form}"
        return {"name": name, "content": base64.b64encode(content).decode("ascii")}

    return tuple(calm(answer) for answer in (case_list, case_page, comparison, comparison_file))


def similar(assistant: Assistant, card: Card) -> tuple[Card, ...]:
    """Other cases that mean about the same as this one, nearest first: from its own country, then from abroad.

    The two are searched apart, since one search puts documents in the language of the question first: of six
    shipped cases tried (2026-11-21), five were given none from abroad among the first five.
    """
    lands = {other.country for other in assistant.cards() if other.kind == "case" and other.country}
    abroad = tuple(sorted(lands - {card.country}))
    sides = (((card.country,) if card.country else (), ALIKE // 2), (abroad, ALIKE))
    near = [_near(assistant, card, Filters(kinds=("case",), countries=side), most) for side, most in sides if side]
    return tuple({other.id: other for found in near for other in found}.values())[:ALIKE]


def guidance(assistant: Assistant, card: Card) -> tuple[Card, ...]:
    """Guidance on a topic of this case in the law of its country (with the EU's), nearest in meaning first."""
    if card.kind != "case" or not card.topics:
        return ()
    law = (card.country, "EU") if card.country else ()
    return _near(assistant, card, Filters(kinds=("guidance",), countries=law, topics=card.topics), ALIKE)


def _near(assistant: Assistant, card: Card, filters: Filters, most: int) -> tuple[Card, ...]:
    """Documents that mean about what the card says: form and sector in English, which every language meets, first."""
    marks = [words.named("model", model, "en") for model in card.models] + list(card.sectors)
    question = f"{', '.join(marks)}. {card.title}. {card.summary}"
    hits = assistant.find(question, country=card.country, filters=filters, limit=most + 1)
    return tuple(hit.passage.card for hit in hits if hit.passage.card.id != card.id)[:most]


def _language(asked: dict[str, Any]) -> str:
    return words.spoken(str(asked.get("language", "")))


def _documents(assistant: Assistant, asked: dict[str, Any], most: int) -> list[Any]:
    """The documents that the browser names and that are there, each once, `most` of them."""
    ids = asked.get("ids")
    named = dict.fromkeys(name for name in ids if isinstance(name, str)) if isinstance(ids, list) else {}
    found = (assistant.document(name) for name in list(named)[:most])
    return [document for document in found if document is not None]


def _compared(assistant: Assistant, asked: dict[str, Any]) -> comparing.Comparison | None:
    documents = _documents(assistant, asked, most=comparing.MOST)
    return comparing.compared(documents, _language(asked)) if len(documents) >= comparing.FEWEST else None


def frame_html(language: str) -> str:
    """The tab before its cases are there: search, filters, charts, list, the page to read on and the shortlist."""
    says = {key: texts[language] for key, texts in words.table().items() if key.split(".")[0] in _SAYS}
    return (
        f'<div class="explore" data-language="{language}" data-words="{escape(json.dumps(says, ensure_ascii=False))}">'
        f'<section class="browse" aria-labelledby="explore-heading"><h2 id="explore-heading">'
        f'{_say("explore.heading", language)}</h2><p class="lead">{_say("explore.lead", language)}</p>'
        f"{_tools(language)}{_overview(language)}<div class='halves'>"
        f'<details class="filters" open><summary>{_say("explore.filters", language)} <span class="many"></span>'
        f'</summary><div class="facets"></div></details><div class="found"><div class="status">'
        f'<p class="count" role="status" tabindex="-1">{_say("explore.loading", language)}</p><label class="only">'
        f'<input type="checkbox" id="explore-only"> {_say("explore.only-saved", language)}</label></div>'
        f'<ul class="picked"></ul><div class="list"></div><p class="none" hidden>{_say("explore.none", language)}</p>'
        f'<button type="button" class="further" hidden>{_say("explore.more", language)}</button></div></div></section>'
        f'<section class="reading" hidden></section>'
        f'<section class="tray" aria-label="{_say("tray.heading", language)}" hidden></section></div>'
    )


def _tools(language: str) -> str:
    search = _say("explore.search", language)
    sorts = "".join(f'<option value="{name}">{_say(f"sort.{name}", language)}</option>' for name in SORTS)
    views = "".join(
        f'<button type="button" data-view="{view}" aria-pressed="false">{_say(f"view.{view}", language)}</button>'
        for view in ("cards", "table")
    )
    return (
        f'<div class="tools"><div class="search"><label class="unseen" for="explore-search">{search}</label>'
        f'<input type="search" id="explore-search" placeholder="{search}: {_say("explore.placeholder", language)}" '
        f'autocomplete="off" spellcheck="false"></div><label class="sort" for="explore-sort">'
        f'<span>{_say("sort.label", language)}</span><select id="explore-sort">{sorts}</select></label>'
        f'<div class="views" role="group" aria-label="{_say("view.label", language)}">{views}</div></div>'
    )


def _overview(language: str) -> str:
    map_ = files("assistant.serving").joinpath("nordic.svg").read_text(encoding="utf-8")
    charts = "".join(
        f'<section class="chart {name}" aria-label="{_say(f"chart.{name}", language)}">'
        f'<h3>{_say(f"chart.{name}", language)}</h3><div class="drawn">'
        f'{map_ if name == "country" else ""}<div class="bars"></div></div></section>'
        for name in ("country", "model", "year")
    )
    summary = f"<summary>{_say('chart.heading', language)}</summary>"
    return f'<details class="overview" open>{summary}<div class="charts">{charts}</div></details>'


def _say(key: str, language: str) -> str:
    return escape(word(key, language))
