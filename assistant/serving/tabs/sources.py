"""the Sources tab, for editors: what is held, documents looked at, corrected and published, withdrawn"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from html import escape
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.utils import get_upload_folder

from assistant.errors import AssistantError, LoadError
from assistant.serving import bookshelf, remarked, words
from assistant.serving.calm import calm
from assistant.serving.words import word
from assistant.types import Failure, Report

if TYPE_CHECKING:
    from assistant.editing import Manuscript
    from assistant.pipeline import Assistant

LONGEST = 2_000_000
"""Characters of a text that is published: more than the longest document that is read gives."""

ASIDE = "original-"
"""What the name of a folder begins with in which PDFs wait for their texts to be published."""

UNPUBLISHED = 2 * 24 * 3600
"""Seconds that a PDF waits for its text to be published: what was looked at in the evening may be finished next day."""

_SAYS = ("progress", "ready", "crashed", "nothing")
"""Words of the tab that the browser itself needs."""


def lay_out(assistant: Assistant, language: str) -> gr.HTML:
    """Put the tab on the page that is being built; in another language it shows `frame_html` of it."""
    return gr.HTML(
        frame_html(language),
        elem_id="sources",
        apply_default_css=False,
        js_on_load="window.assistantSources.start(element, server, upload, watch)",
        server_functions=list(answers(assistant)),
    )


def answers(assistant: Assistant) -> tuple[Callable[[Any], dict[str, Any]], ...]:
    """What the browser may ask for, by name: `shelf`, `remarks`, `look`, `publish`, `drop` and `withdraw`.

    Each takes one object, {"language", "path" (of a file just uploaded), "address", "text", "original" (the path of the
    PDF that a text was taken from, as `look` told it), "id"}, of which nothing is trusted, and gives {"html"}, with
    {"done": true} where something was published or withdrawn; `look` at a zip file gives {"parts"} instead, what to
    look at one by one: {"name", and "path" or "address"}. What cannot be done is told in the html; an unexpected error
    is logged and gives {"failed": true}.
    """

    def shelf(asked: Any) -> dict[str, Any]:
        return {"html": bookshelf.shelf_html(assistant.holdings(), _language(asked))}

    def remarks(asked: Any) -> dict[str, Any]:
        held = {card.id: card for card in assistant.cards()}
        return {"html": remarked.remarks_html(assistant.remarks(), held, _language(asked))}

    def look(asked: Any) -> dict[str, Any]:
        file, address, language = _uploaded(asked, "path"), _text(asked, "address"), _language(asked)
        if file is None and not address.startswith(("http://", "https://")):
            failure = Failure(address, "This is not an address.", "It begins with https:// or http://.", "no-address")
            return {"html": bookshelf.failure_html(failure, language)}
        try:
            if parts := _parts(assistant, file) if file else []:
                return {"parts": parts}
            found = _looked_at(assistant, file or address)
        except LoadError as error:  # a zip file that cannot be opened
            found = (Failure(str(file), str(error), error.hint, error.kind),)
        finally:
            _cleared(file)
        held = {card.id: card for card in assistant.cards()}
        return {"html": bookshelf.manuscripts_html(found, held, language)}

    def publish(asked: Any) -> dict[str, Any]:
        original = _uploaded(asked, "original")
        told = _told(assistant, assistant.publish(_text(asked, "text"), original), _language(asked))
        if told["done"]:
            _cleared(original)
        return told

    def drop(asked: Any) -> dict[str, Any]:
        _cleared(_uploaded(asked, "original"))
        return {"html": ""}

    def withdraw(asked: Any) -> dict[str, Any]:
        titles = {card.id: card.title for card in assistant.cards()}
        return _told(assistant, assistant.withdraw(_text(asked, "id")), _language(asked), titles)

    return tuple(calm(_hinting(answer)) for answer in (shelf, remarks, look, publish, drop, withdraw))


def frame_html(language: str) -> str:
    """The tab before its list is there: where files and addresses go, what was looked at, what was said and is held."""
    says = "".join(f' data-{name}="{escape(words.table()[f"sources.{name}"][language])}"' for name in _SAYS)
    return (
        f'<div class="sources" data-language="{language}"{says}><h2>{_say("sources.heading", language)}</h2>'
        f'<p class="lead">{_say("sources.lead", language)}</p><form>'
        f'<label class="well" for="sources-files"><span>{_say("sources.files", language)}</span>'
        f"<small>{_say('sources.files.help', language)}</small>"
        f'<input type="file" id="sources-files" multiple></label>'
        f'<label for="sources-addresses">{_say("sources.addresses", language)}</label>'
        f'<textarea id="sources-addresses" rows="2" spellcheck="false"></textarea>'
        f'<button type="submit" class="look">{_say("sources.look", language)}</button></form>'
        f'<p class="status" role="status"></p>'
        f'<progress max="1" value="0" hidden aria-label="{_say("sources.doing", language)}"></progress>'
        f'<div class="outcomes" role="log" aria-label="{_say("sources.outcomes", language)}"></div>'
        f'<div class="desk"></div>'
        f'<button type="button" class="publish-all" hidden>{_say("sources.publish.all", language)}</button>'
        f'<h2 id="sources-remarks">{_say("remarks.heading", language)}</h2>'
        f'<p class="lead">{_say("remarks.lead", language)}</p>'
        f'<div class="said"><p>{_say("explore.loading", language)}</p></div>'
        f'<h2 id="sources-held">{_say("sources.held", language)}</h2>'
        f'<div class="shelf"><p>{_say("explore.loading", language)}</p></div></div>'
    )


def _told(assistant: Assistant, report: Report, language: str, titles: dict[str, str] | None = None) -> dict[str, Any]:
    titles = {card.id: card.title for card in assistant.cards()} | (titles or {})
    return {"html": bookshelf.report_html(report, titles, language), "done": not report.failed}


def _looked_at(assistant: Assistant, one: Path | str) -> tuple[Manuscript | Failure, ...]:
    """What a file or address holds; the PDFs among it wait in a folder, which goes at once where there are none."""
    aside = _set_aside()
    try:
        return assistant.look([one], aside)
    finally:
        with suppress(OSError):  # they are in it
            aside.rmdir()


def _set_aside() -> Path:
    """A new folder for the PDFs of what is looked at; what was looked at days ago and never published goes."""
    uploads = Path(get_upload_folder()).resolve()
    uploads.mkdir(parents=True, exist_ok=True)
    for folder in uploads.glob(f"{ASIDE}*"):
        with suppress(OSError):  # somebody else takes it away just now
            if folder.stat().st_mtime < time.time() - UNPUBLISHED:
                shutil.rmtree(folder)
    return Path(mkdtemp(prefix=ASIDE, dir=uploads))


def _uploaded(asked: dict[str, Any], name: str) -> Path | None:
    """The file just uploaded, or put aside from one, that the browser names; None for any other path."""
    named = _text(asked, name)
    path = Path(named).resolve() if named and "\0" not in named else None
    below = path is not None and path.is_relative_to(Path(get_upload_folder()).resolve()) and path.is_file()
    return path if below else None


def _parts(assistant: Assistant, file: Path) -> list[dict[str, str]]:
    """What a zip file holds, to be looked at one by one as if uploaded so; nothing for another file."""
    folder = Path(mkdtemp(dir=get_upload_folder()))
    try:
        found = assistant.unpack(file, folder)
    finally:
        with suppress(OSError):  # there is something in it
            folder.rmdir()
    return [
        {"name": f"{file.name}: {name}"} | ({"path": str(at)} if isinstance(at, Path) else {"address": at})
        for name, at in found.items()
    ]


def _cleared(file: Path | None) -> None:
    """Remove an uploaded file, if there is one, with the folders that were made for it alone."""
    if file is None:
        return
    file.unlink(missing_ok=True)
    uploads = Path(get_upload_folder()).resolve()
    for folder in file.parents:
        if uploads not in folder.parents:
            break
        with suppress(OSError):  # others are in it
            folder.rmdir()


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _language(asked: dict[str, Any]) -> str:
    return words.spoken(_text(asked, "language"))


def _hinting(answer: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """An error of ours is shown with what to do about it."""

    @wraps(answer)
    def telling(asked: Any) -> dict[str, Any]:
        try:
            return answer(asked)
        except AssistantError as error:
            return {"html": bookshelf.problem_html(str(error), error.hint, error.kind, _language(asked))}

    return telling


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))
