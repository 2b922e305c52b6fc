"""the Ask tab: a question from the box or an example, the conversation, the source pane"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.serving import render
from assistant.serving.words import word
from assistant.types import Filters, Reply, Turn

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

CONCURRENT_QUESTIONS = 4
"""Questions that are answered at the same time; further ones wait their turn."""

KEPT_TURNS = 40
"""Turns of a conversation that are kept in the memory of the server, newest last."""

MOST_DOCUMENTS = 50
"""Documents that a question may be limited to; a shortlist is shorter."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Conversation:
    """What one browser session has asked so far; compared by identity, since replies hold mappings."""

    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class AskTab:
    """The parts of the tab that the page must know: what is shown, and how each is put in another language."""

    conversation: gr.State
    thread: gr.HTML
    shown: tuple[gr.components.Component, ...]

    def relabel(self, conversation: Conversation, language: str) -> tuple[Any, ...]:
        """An update for each of `shown`, in their order."""
        return (
            render.thread_html(conversation.turns, language),
            pane_html(language),
            gr.update(label=word("ask.label", language), placeholder=word("ask.placeholder", language)),
            gr.update(value=word("ask.send", language)),
            standing_html(language),
        )


def lay_out(assistant: Assistant, choices: gr.BrowserState, language: str) -> AskTab:
    """Put the tab on the page that is being built; `choices` holds {"language": ..., "country": ...}."""
    conversation = gr.State(Conversation())
    with gr.Column(elem_id="talk"):
        thread = gr.HTML(
            render.thread_html((), language),
            elem_id="thread",
            apply_default_css=False,
            js_on_load="window.assistantPage.thread(element, trigger, watch)",
        )
        with gr.Column(elem_id="composer"):
            gr.HTML("", elem_id="scope", apply_default_css=False)  # filled by shortlist.js
            with gr.Row(elem_id="question-row"):
                box = gr.Textbox(
                    label=word("ask.label", language),
                    placeholder=word("ask.placeholder", language),
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    elem_id="question",
                )
                send = gr.Button(word("ask.send", language), elem_id="send", variant="primary", min_width=88, scale=0)
            standing = gr.HTML(standing_html(language), elem_id="standing", apply_default_css=False)
    pane = gr.HTML(
        pane_html(language),
        elem_id="pane",
        apply_default_css=False,
        js_on_load="window.assistantPage.pane(watch)",
    )
    gr.on(
        [box.submit, send.click, thread.submit],
        answering(assistant.ask),
        inputs=[box, choices, conversation],
        outputs=[conversation, thread, box, send],
        js="(box, choices, talk) => [window.assistantPage.question(box), window.assistantPage.choices(), talk]",
        concurrency_limit=CONCURRENT_QUESTIONS,
        show_progress="hidden",
        api_visibility="private",
    )
    return AskTab(conversation, thread, (thread, pane, box, send, standing))


def answering(ask: Callable[..., Reply]) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """What happens when a question is sent: first the question and a sign of waiting, then the reply.

    The function returned yields updates for conversation, thread, box and button. An unexpected error is
    logged (its kind and place, never its text, which may hold the question) and becomes a turn without reply.
    """

    def answer(question: str, choices: dict[str, str], conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        turns, language = conversation.turns, choices["language"]
        waiting = render.thread_html(turns, language, pending=question)
        yield conversation, waiting, "", gr.update(interactive=False)
        country = None if choices["country"] == "all" else choices["country"]
        reply: Reply | None
        try:
            history = tuple(turn for turn in turns if turn.reply)
            reply = ask(question, country=country, history=history, filters=scope(choices))
        except Exception as error:  # noqa: BLE001 (the outermost face)
            place = "".join(traceback.format_tb(error.__traceback__))
            _log.error("A question could not be answered: %s\n%s", type(error).__name__, place)
            reply = None
        grown = Conversation((*turns, Turn(question, reply))[-KEPT_TURNS:])
        yield grown, render.thread_html(grown.turns, language), gr.skip(), gr.update(interactive=True)

    return answer


def scope(choices: dict[str, Any]) -> Filters:
    """The documents that the asker limits the question to, as «Ask about these cases» sends them; none: all."""
    named = choices.get("documents")
    ids = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return Filters(documents=tuple(ids[:MOST_DOCUMENTS]))


def pane_html(language: str) -> str:
    """The frame of the source pane; the page fills `.body` and `.position` itself."""
    says = {key: escape(word(f"pane.{key}", language)) for key in ("label", "previous", "next", "close")}
    buttons = "".join(
        f'<button type="button" class="{name}" aria-label="{says[name]}" title="{says[name]}">'
        f'<span aria-hidden="true">{sign}</span></button>'
        for name, sign in (("previous", "‹"), ("next", "›"), ("close", "×"))
    )
    return (
        f'<aside aria-label="{says["label"]}" tabindex="-1"><div class="bar"><b>{says["label"]}</b>'
        f'<span class="position" aria-live="polite"></span>{buttons}</div><div class="body"></div></aside>'
    )


def standing_html(language: str) -> str:
    """The notice that is always in sight."""
    return f"<p>{escape(word('ask.standing', language))}</p>"
