"""what is done with an answer on the page: it is made into a file, remarked upon, and its original is opened"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.serving import casefile, toolrow, words
from assistant.serving.calm import calm
from assistant.serving.words import word
from assistant.types import Picture, Turn

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

VERDICTS = ("good", "bad", "missing")


def lay_out(assistant: Assistant, choices: gr.BrowserState, conversation: gr.State, language: str) -> gr.HTML:
    """Put what the rows below answers need on the page; in another language it shows `toolrow.desk_html` of it.

    The answer comes from `conversation`, a state whose value has `turns`: what the browser sends only chooses in it.
    """
    desk = gr.HTML(
        toolrow.desk_html(language),
        elem_id="taking",
        apply_default_css=False,
        js_on_load="window.assistantTaking.start(element, trigger)",
    )
    wanted, given = gr.JSON(visible=False), gr.JSON(visible=False)
    act = acting(assistant)

    def do(asked: Any, made: dict[str, Any], talk: Any) -> dict[str, Any]:
        # The number of the wish comes back with it: where this fails, the browser still has what was given before.
        number = asked.get("number") if isinstance(asked, dict) else None
        return act({"asked": asked, "language": made["language"], "turns": talk.turns}) | {"number": number}

    desk.submit(
        do,
        [wanted, choices, conversation],
        [given],
        js="(wanted, made, talk) => [window.assistantTaking.wanted(), window.assistantPage.choices(), talk]",
        show_progress="hidden",
        api_visibility="private",
    ).then(None, [given], None, js="(given) => window.assistantTaking.take(given)")
    return desk


def acting(assistant: Assistant) -> Callable[[Any], dict[str, Any]]:
    """What is done with an answer, from {"asked", "language", "turns"}; of "asked" nothing is trusted.

    {"turn": 2, "form": "docx"} gives a file, {"name", "media", "content"} in base64, of one turn, or of all where the
    turn is 0; it is made in memory and kept nowhere. {"turn": 2, "verdict": "bad", "said": "...", "question": true}
    keeps a remark and gives {"thanks": true}. What is not there gives {"gone": true}, an unexpected error, which is
    logged without any words of the visitor, {"failed": true}.
    """

    def take(given: dict[str, Any]) -> dict[str, Any]:
        asked = given["asked"] if isinstance(given["asked"], dict) else {}
        turns, language = _chosen(asked, given["turns"]), given["language"]
        if not turns:
            return {"gone": True}
        if asked.get("verdict") in VERDICTS:
            return _remarked(assistant, turns[0], asked)
        form = asked.get("form")
        if form not in casefile.MEDIA:
            return {"gone": True}
        content = base64.b64encode(casefile.exported(turns, form, language, date.today())).decode("ascii")
        name = casefile.file_name(turns, form, language, date.today())
        return {"name": name, "media": casefile.MEDIA[form], "content": content}

    return calm(take)


def _remarked(assistant: Assistant, turn: Turn, asked: dict[str, Any]) -> dict[str, Any]:
    said = asked.get("said")
    if turn.reply is None:
        return {"gone": True}
    words_said = said if isinstance(said, str) else ""
    assistant.remark(turn.reply, asked["verdict"], words_said, with_question=asked.get("question") is True)
    return {"thanks": True}


def _chosen(asked: dict[str, Any], turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turn that is named, from 1, where it was answered; all of them for 0, but for a remark."""
    number = asked.get("turn")
    if number == 0 and "verdict" not in asked:
        return tuple(turns)
    if not isinstance(number, int) or not 0 < number <= len(turns) or turns[number - 1].reply is None:
        return ()
    return (turns[number - 1],)


def original(assistant: Assistant) -> Callable[[Any], dict[str, Any]]:
    """What the source pane asks for: {"document", "page", "quote", "title", "language"}, of which nothing is trusted.

    Gives {"html"} with the page of the PDF as a picture and the place of the quote marked on it, {} where the original
    is not kept or cannot be shown.
    """

    def source_page(asked: dict[str, Any]) -> dict[str, Any]:
        document, number, quote, title = (asked.get(key) for key in ("document", "page", "quote", "title"))
        if not isinstance(document, str) or not isinstance(number, int) or not isinstance(quote, str):
            return {}
        language = words.spoken(str(asked.get("language", "")))
        drawn = assistant.page(document, number, quote)
        return {"html": picture_html(drawn, str(title or document), language)} if drawn else {}

    return calm(source_page)


def picture_html(drawn: Picture, title: str, language: str) -> str:
    """The picture of a page; what is marked on it is told in its description too."""
    told = word("original.page", language, str(drawn.number), title)
    told += f". {word('original.marked', language)}" if drawn.places else ""
    spots = "".join(
        f'<span class="spot" style="left:{left:.2%};top:{top:.2%};width:{right - left:.2%};height:{bottom - top:.2%}">'
        "</span>"
        for left, top, right, bottom in drawn.places
    )
    source = f"data:image/png;base64,{base64.b64encode(drawn.png).decode('ascii')}"
    return (
        f'<section class="original"><div class="head"><h3>{escape(word("original.heading", language))}</h3>'
        f'<button type="button" class="larger" aria-pressed="false">{escape(word("original.larger", language))}'
        "</button></div>"
        f'<figure tabindex="0"><div class="sheet"><img src="{source}" width="{drawn.width}" height="{drawn.height}" '
        f'alt="{escape(told)}">{spots}</div></figure></section>'
    )
