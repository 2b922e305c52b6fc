"""the Ask tab: a question from the box or an example, the conversation, the source pane"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.serving import render, toolrow
from assistant.serving.tabs import taking
from assistant.serving.words import word
from assistant.types import Answer, Filters, Reply, Turn

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
    composed: bool

    def relabel(self, conversation: Conversation, language: str) -> tuple[Any, ...]:
        """An update for each of `shown`, in their order."""
        return (
            render.thread_html(conversation.turns, language),
            "",
            pane_html(language),
            gr.update(label=word("ask.label", language), placeholder=word("ask.placeholder", language)),
            gr.update(value=word("ask.send", language)),
            standing_html(language, composed=self.composed),
            toolrow.desk_html(language),
        )


def lay_out_pane(assistant: Assistant, language: str) -> gr.HTML:
    """Put the source pane on the page that is being built; every tab opens it."""
    return gr.HTML(
        pane_html(language),
        elem_id="pane",
        apply_default_css=False,
        js_on_load="window.assistantPage.pane(watch, server)",
        server_functions=[taking.original(assistant)],
    )


def lay_out(
    assistant: Assistant, choices: gr.BrowserState, pane: gr.HTML, language: str, *, composed: bool
) -> AskTab:
    """Put the tab on the page that is being built; `choices` holds {"language": ..., "country": ...}.

    `composed` says that a model writes the answers.
    """
    conversation = gr.State(Conversation())
    with gr.Column(elem_id="talk"):
        thread = gr.HTML(
            render.thread_html((), language),
            elem_id="thread",
            apply_default_css=False,
            js_on_load="window.assistantPage.thread(element, trigger, watch)",
        )
        offers = gr.HTML(
            "",
            elem_id="offers",
            apply_default_css=False,
            js_on_load="window.assistantPage.chips(element, trigger)",
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
            standing = gr.HTML(standing_html(language, composed=composed), elem_id="standing", apply_default_css=False)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [box.submit, send.click, thread.submit, offers.submit],
        answering(assistant.ask),
        inputs=[box, choices, conversation],
        outputs=[conversation, thread, offers, box, send],
        js="(box, choices, talk) => [window.assistantPage.question(box), window.assistantPage.choices(), talk]",
        concurrency_limit=CONCURRENT_QUESTIONS,
        **quiet,
    ).then(
        offering(assistant.suggest),
        inputs=[choices, conversation],
        outputs=[offers],
        js="(choices, talk) => [window.assistantPage.choices(), talk]",
        **quiet,
    )
    desk = taking.lay_out(assistant, choices, conversation, language)
    return AskTab(conversation, thread, (thread, offers, pane, box, send, standing, desk), composed)


def answering(ask: Callable[..., Reply]) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """What happens when a question is sent: first the question and a sign of waiting, then the reply as it grows.

    The function returned yields updates for conversation, thread, what to ask next, box and button.
    """

    def answer(question: str, choices: dict[str, str], conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        turns, language = conversation.turns, choices["language"]
        waiting = render.thread_html(turns, language, pending=question)
        yield conversation, waiting, "", "", gr.update(interactive=False)
        reply: Reply | None = None
        for reply, done in _growing(ask, question, about(choices, turns)):
            if isinstance(reply, Answer) and not done:
                so_far = render.thread_html(turns, language, pending=question, so_far=reply)
                yield gr.skip(), so_far, gr.skip(), gr.skip(), gr.skip()
        grown = Conversation((*turns, Turn(question, reply))[-KEPT_TURNS:])
        yield grown, render.thread_html(grown.turns, language), gr.skip(), gr.skip(), gr.update(interactive=True)

    return answer


def offering(suggest: Callable[..., tuple[str, ...]]) -> Callable[..., str]:
    """What happens after an answer: the questions that may come next, as HTML; nothing where none is answered."""

    def offer(choices: dict[str, str], conversation: Conversation) -> str:
        *earlier, last = conversation.turns or (Turn("", None),)
        if not isinstance(last.reply, Answer):
            return ""
        try:
            offered = suggest(last.reply, **about(choices, earlier))
        except Exception as error:  # noqa: BLE001 (the outermost face: the answer stands)
            _tell("No next questions were found", error)
            return ""
        return render.offers_html(offered, choices["language"])

    return offer


def about(choices: Mapping[str, Any], turns: Sequence[Turn]) -> dict[str, Any]:
    """Where the asker stands, what was said before, and what the question is limited to, as `ask` takes them."""
    return {
        "country": None if choices["country"] == "all" else choices["country"],
        "history": tuple(turn for turn in turns if turn.reply),
        "filters": scope(choices),
    }


def _tell(what: str, error: Exception) -> None:
    """Log an unexpected error: its kind and place, never its text, which may hold the question."""
    _log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))


class _Left(Exception):  # noqa: N818 (nothing went wrong)
    """Whoever asked has gone."""


def _growing(ask: Callable[..., Reply], question: str, given: Mapping[str, Any]) -> Iterator[tuple[Reply | None, bool]]:
    """The answer each time it has grown, and last the reply with True; None where something unexpected went wrong.

    Where the iterator is closed early, the answer is given up at its next sentence.
    """
    grown: SimpleQueue[tuple[Reply | None, bool]] = SimpleQueue()
    left = threading.Event()

    def show(so_far: Answer) -> None:
        if left.is_set():
            raise _Left
        grown.put((so_far, False))

    def work() -> None:
        reply: Reply | None = None
        try:
            reply = ask(question, **given, show=show)
        except _Left:
            pass
        except Exception as error:  # noqa: BLE001 (the outermost face)
            _tell("A question could not be answered", error)
        grown.put((reply, True))

    threading.Thread(target=work, daemon=True).start()
    done = False
    try:
        while not done:
            reply, done = grown.get()
            yield reply, done
    finally:
        left.set()


def scope(choices: Mapping[str, Any]) -> Filters:
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
    # The body can be reached, since what it shows may be long and hold nothing else that takes the keyboard.
    return (
        f'<aside aria-label="{says["label"]}" tabindex="-1"><div class="bar"><b>{says["label"]}</b>'
        f'<span class="position" aria-live="polite"></span>{buttons}</div>'
        f'<div class="body" role="group" aria-label="{escape(word("pane.passage", language))}" tabindex="0"></div>'
        "</aside>"
    )


def standing_html(language: str, *, composed: bool) -> str:
    """The notice that is always in sight; `composed` says that a model writes the answers."""
    return f"<p>{escape(render.standing(language, composed=composed))}</p>"
