"""the Ask tab: a question from the box or an example, the conversation, the source pane"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.serving import render, talks, toolrow
from assistant.serving.explaining import Terms
from assistant.serving.growing import Writing, tell
from assistant.serving.tabs import taking
from assistant.serving.words import word
from assistant.types import Answer, Filters, Notice, Reply, Turn

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

CONCURRENT_QUESTIONS = 4
"""Questions that are answered at the same time; further ones wait their turn."""

MOST_DOCUMENTS = 50
"""Documents that a question may be limited to; a shortlist is shorter."""

LONGEST_ID = 60
"""Characters of the id that a browser gives a conversation."""


@dataclass(frozen=True, slots=True, eq=False)
class Conversation:
    """What one browser session has asked so far; compared by identity, since replies hold mappings.

    `id` is what the browser keeps it under.
    """

    turns: tuple[Turn, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class AskTab:
    """The parts of the tab that the page must know: what is shown, and how each is put in another language."""

    conversation: gr.State
    shown: tuple[gr.components.Component, ...]
    composed: bool
    terms: Terms
    passages: talks.Passages

    def relabel(self, conversation: Conversation, language: str) -> tuple[Any, ...]:
        """An update for each of `shown`, in their order."""
        return (
            talks.frame_html(language),
            conversation_html(conversation, language, self.terms),
            "",
            pane_html(language),
            gr.update(label=word("ask.label", language), placeholder=word("ask.placeholder", language)),
            gr.update(value=word("ask.send", language)),
            gr.update(value=word("ask.stop", language)),
            correcting_html(language),
            standing_html(language, composed=self.composed),
            toolrow.desk_html(language),
        )

    def reopened(self, kept: Any) -> Conversation:
        """The conversation that a browser kept, {"id": ..., "turns": [...]}, of which nothing is trusted.

        Where the documents cannot be read it is empty and has no id, so that what the browser keeps stays as it is.
        """
        kept = kept if isinstance(kept, dict) else {}
        try:
            return Conversation(talks.rebuilt(kept.get("turns"), self.passages), str(kept.get("id", ""))[:LONGEST_ID])
        except Exception as error:  # noqa: BLE001 (the outermost face)
            tell("A conversation could not be shown again", error)
            return Conversation()


def lay_out_pane(assistant: Assistant, language: str) -> gr.HTML:
    """Put the source pane on the page that is being built; every tab opens it."""
    return gr.HTML(
        pane_html(language),
        elem_id="pane",
        apply_default_css=False,
        js_on_load="window.assistantPage.pane(watch, server)",
        server_functions=[taking.original(assistant)],
    )


def lay_out(assistant: Assistant, choices: gr.BrowserState, pane: gr.HTML, language: str, *, composed: bool) -> AskTab:
    """Put the tab on the page that is being built; `choices` holds {"language": ..., "country": ...}.

    `composed` says that a model writes the answers.
    """
    terms = Terms.of(assistant.concepts())
    conversation = gr.State(Conversation())
    with gr.Column(elem_id="talk"):
        others = gr.HTML(
            talks.frame_html(language),
            elem_id="talks",
            apply_default_css=False,
            js_on_load="window.assistantTalks.start(element, trigger, watch)",
        )
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
        box, send, stop, correcting, standing = _lay_out_composer(language, composed=composed)
    desk = taking.lay_out(assistant, choices, conversation, language)
    tab = AskTab(
        conversation,
        (others, thread, offers, pane, box, send, stop, correcting, standing, desk),
        composed,
        terms,
        assistant.passages,
    )
    writing: dict[str, Writing] = {}
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [box.submit, send.click, thread.submit, offers.submit],
        answering(assistant.ask, terms, writing),
        inputs=[box, choices, conversation],
        outputs=[conversation, thread, offers, box, send],
        js="(box, choices, talk) => [...window.assistantPage.asked(box), talk]",
        concurrency_limit=CONCURRENT_QUESTIONS,
        **quiet,
    ).then(
        offering(assistant.suggest),
        inputs=[choices, conversation],
        outputs=[offers],
        js="(choices, talk) => [window.assistantPage.choices(), talk]",
        **quiet,
    )
    stop.click(stopping(writing), queue=False, **quiet)
    _wire_talks(tab, choices)
    return tab


def _lay_out_composer(language: str, *, composed: bool) -> tuple[gr.components.Component, ...]:
    """The box to write in: what it is limited to, the box, Send and Stop, what is corrected, and the notice."""
    with gr.Column(elem_id="composer"):
        gr.HTML("", elem_id="scope", apply_default_css=False)  # filled by shortlist.js
        correcting = gr.HTML(correcting_html(language), elem_id="correction", apply_default_css=False)
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
            stop = gr.Button(word("ask.stop", language), elem_id="stop", min_width=88, scale=0)
        standing = gr.HTML(standing_html(language, composed=composed), elem_id="standing", apply_default_css=False)
    return box, send, stop, correcting, standing


def _wire_talks(tab: AskTab, choices: gr.BrowserState) -> None:
    """Another conversation, or an empty one, is shown in place of the present one."""

    def turn_to(made: dict[str, str], kept: Any) -> tuple[Any, ...]:
        conversation = tab.reopened(kept)
        return conversation, conversation_html(conversation, made["language"], tab.terms), ""

    others, thread, offers = tab.shown[:3]
    kept = gr.JSON(visible=False)
    others.select(
        turn_to,
        [choices, kept],
        [tab.conversation, thread, offers],
        js="() => [window.assistantPage.choices(), window.assistantTalks.wanted()]",
        show_progress="hidden",
        api_visibility="private",
    )


def answering(
    ask: Callable[..., Reply], terms: Terms, at_work: dict[str, Writing]
) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """What happens when a question is sent: first the question and a sign of waiting, then the reply as it grows.

    A question that replaces an earlier one, {"replaces": 2}, takes its place, and what followed goes. `at_work` holds
    the answers that are being written, by session. The function returned yields updates for conversation, thread, what
    to ask next, box and button.
    """

    def answer(
        question: str, choices: dict[str, Any], conversation: Conversation, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        turns, language = before(conversation.turns, choices), choices["language"]

        def shown(so_far: Answer | None = None) -> str:
            return render.thread_html(turns, language, question, so_far, terms, conversation.id)

        session, writing = str(request.session_hash), Writing()
        reply: Reply | None = None
        state = "writing"
        at_work[session] = writing
        try:
            yield conversation, shown(), "", "", gr.update(interactive=False)
            for reply, state in writing.steps(ask, question, about(choices, turns)):
                if isinstance(reply, Answer) and state == "writing":
                    yield gr.skip(), shown(reply), gr.skip(), gr.skip(), gr.skip()
        finally:
            at_work.pop(session, None)
        grown, unasked = conversation, gr.skip()
        if state == "stopped" and reply is None:
            unasked = question  # nothing was written yet: back into the box with it
        else:
            grown = Conversation((*turns, Turn(question, ended(reply, state)))[-talks.MOST_TURNS :], conversation.id)
        yield grown, conversation_html(grown, language, terms), gr.skip(), unasked, gr.update(interactive=True)

    return answer


def before(turns: tuple[Turn, ...], choices: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The turns that stay: those before the one that the question replaces, or all."""
    replaced = choices.get("replaces")
    return turns[: replaced - 1] if isinstance(replaced, int) and 0 < replaced <= len(turns) else turns


def ended(reply: Reply | None, state: str) -> Reply | None:
    """The reply as it is kept; one that was stopped says so."""
    if state == "stopped" and isinstance(reply, Answer):
        return replace(reply, notices=(*reply.notices, Notice("stopped")))
    return reply


def stopping(at_work: Mapping[str, Writing]) -> Callable[[gr.Request], None]:
    """What happens on Stop: the answer that the session waits for ends as it is."""

    def stop(request: gr.Request) -> None:
        writing = at_work.get(str(request.session_hash))
        if writing:
            writing.stop()

    return stop


def offering(suggest: Callable[..., tuple[str, ...]]) -> Callable[..., str]:
    """What happens after an answer: the questions that may come next, as HTML; nothing where none is answered."""

    def offer(choices: dict[str, str], conversation: Conversation) -> str:
        *earlier, last = conversation.turns or (Turn("", None),)
        if not isinstance(last.reply, Answer):
            return ""
        try:
            offered = suggest(last.reply, **about(choices, earlier))
        except Exception as error:  # noqa: BLE001 (the outermost face: the answer stands)
            tell("No next questions were found", error)
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


def scope(choices: Mapping[str, Any]) -> Filters:
    """The documents that the asker limits the question to, as «Ask about these cases» sends them; none: all."""
    named = choices.get("documents")
    ids = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return Filters(documents=tuple(ids[:MOST_DOCUMENTS]))


def conversation_html(conversation: Conversation, language: str, terms: Terms) -> str:
    """The conversation as it is shown, or the welcome where nothing has been asked."""
    return render.thread_html(conversation.turns, language, terms=terms, talk=conversation.id)


def correcting_html(language: str) -> str:
    """The sign above the box that a question is being corrected, with a button that gives it up."""
    leave = escape(word("turn.edit.leave", language))
    return (
        f'<p class="scope" id="correcting" hidden><span>{escape(word("turn.edit.now", language))}</span>'
        f'<button type="button" aria-label="{leave}" title="{leave}"><span aria-hidden="true">×</span></button></p>'
    )


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
