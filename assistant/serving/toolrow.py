"""the row below an answer: copy it, take it along as a file, say what was good, bad or missing; pure"""

from __future__ import annotations

from html import escape

from assistant.hearing import LONGEST, keepable
from assistant.serving.casefile import FORMS, copied
from assistant.serving.words import word
from assistant.types import Turn

_SAYS = ("copied", "not-copied", "making", "taken", "failed")
"""Words of the row that the browser itself needs."""

_VERDICTS = ("good", "bad", "missing")

_THUMB = "M7 21H3V11h4zm0-10 4-8a3 3 0 0 1 3 3v3h5.2a2 2 0 0 1 2 2.4l-1.6 8a2 2 0 0 1-2 1.6H7"
"""The outline of a hand with its thumb up, in a square of 24."""


def row_html(turn: Turn, number: int, language: str) -> str:
    """The row of an answered turn, `number` as its turn has it; what is copied waits in it, out of sight."""
    if turn.reply is None:
        return ""
    text, html = copied(turn, language)
    copy = f'<button type="button" data-take="copy" aria-label="{_say("take.copy.label", language)}">'
    copy += f"{_say('take.copy', language)}</button>"
    verdicts = "".join(_verdict(name, language) for name in _VERDICTS)
    return (
        f'<div class="taken" data-turn="{number}" data-kept="{escape(keepable(turn.reply))}" role="group" '
        f'aria-label="{_say("take.label", language)}"><span class="files">{copy}'
        f'{_files("take.file.label", language)}</span><span class="verdicts">{verdicts}</span>'
        f'<span class="said" role="status"></span>'
        f'<template class="copy" data-plain="{escape(text)}">{html}</template></div>'
    )


def whole_html(turns: int, language: str) -> str:
    """The row above a conversation of two `turns` or more, which takes all of it along."""
    if turns < 2:
        return ""
    label = _say("take.all", language)
    return (
        f'<div class="taken whole" data-turn="0" role="group" aria-label="{label}"><span>{label}</span>'
        f'<span class="files">{_files("take.all.label", language)}</span><span class="said" role="status"></span></div>'
    )


def desk_html(language: str) -> str:
    """What the rows share: the words that the browser needs, and the form for a remark, to be copied below a row."""
    says = "".join(f' data-{name}="{_say(f"take.{name}", language, "{0}")}"' for name in _SAYS)
    asks = "".join(f' data-{name}="{_say(f"remark.heading.{name}", language)}"' for name in _VERDICTS)
    return (
        f'<div class="desk"{says} data-thanks="{_say("remark.thanks", language)}" hidden><template{asks}>'
        f'<form class="remark" aria-labelledby="remark-heading"><h3 id="remark-heading"></h3>'
        f'<label for="remark-said">{_say("remark.word", language)}</label>'
        f'<textarea id="remark-said" rows="2" maxlength="{LONGEST}" aria-describedby="remark-kept"></textarea>'
        f'<label class="with"><input type="checkbox" id="remark-question"> <span>'
        f"{_say('remark.question', language)} <q></q></span></label>"
        f'<p id="remark-kept">{_say("remark.kept", language)}</p><div class="ends">'
        f'<button type="submit">{_say("remark.send", language)}</button>'
        f'<button type="button" class="cancel">{_say("remark.cancel", language)}</button></div></form></template></div>'
    )


def _files(label: str, language: str) -> str:
    advice = {"pdf": f' title="{_say("take.pdf", language)}"'}
    return "".join(
        f'<button type="button" data-take="{form}" aria-label="{_say(label, language, name)}"{advice.get(form, "")}>'
        f"{name}</button>"
        for form, name in FORMS.items()
    )


def _verdict(name: str, language: str) -> str:
    said = _say(f"remark.{name}", language)
    opens = f'<button type="button" data-verdict="{name}" aria-expanded="false"'
    if name == "missing":
        return f"{opens}>{said}</button>"
    drawn = f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{_THUMB}"/></svg>'
    return f'{opens} class="thumb" aria-label="{said}" title="{said}">{drawn}</button>'


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))
