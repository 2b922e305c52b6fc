"""What visitors said of answers in the last year, for editors to read; pure"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from assistant.serving import words
from assistant.serving.words import word
from assistant.types import Card, Remark, Verdict

SHOWN = 200
"""Remarks that the page lists, the newest; `python -m assistant feedback` prints all."""

VERDICTS: tuple[Verdict, ...] = ("missing", "bad", "good")
"""In the order that editors act on them."""


def remarks_html(remarks: Sequence[Remark], held: Mapping[str, Card], language: str) -> str:
    """How many said what, and the remarks as they are given, newest first.

    `held` are the cards of the documents, by id: a document that is gone is named by its id.
    """
    if not remarks:
        return f"<p>{_say('remarks.none', language)}</p>"
    many = Counter(remark.verdict for remark in remarks)
    counts = " · ".join(f"{_say(f'remark.{verdict}', language)}: {many[verdict]}" for verdict in VERDICTS)
    items = "".join(_item(remark, held, language) for remark in remarks[:SHOWN])
    cut = f"<p>{_say('remarks.newest', language, str(SHOWN), str(len(remarks)))}</p>" * (len(remarks) > SHOWN)
    name = _say("remarks.heading", language)
    listed = f'<div class="remarks" role="region" tabindex="0" aria-label="{name}"><ul>{items}</ul></div>'
    return f'<p class="count">{counts}</p>{listed}{cut}'


def _item(remark: Remark, held: Mapping[str, Card], language: str) -> str:
    where = [words.date(remark.day, language), word(f"language.{words.spoken(remark.language)}", language)]
    where += [words.country(remark.country, language)] if remark.country else []
    said = f"<blockquote>{escape(remark.said)}</blockquote>" if remark.said else ""
    told = f"<p>{_say('remarks.question', language)} <q>{escape(remark.question)}</q></p>" if remark.question else ""
    told += f"<p>{_say('remarks.refused', language)}</p>" if remark.refused else ""
    return (
        f'<li><p class="meta"><span class="state {remark.verdict}">{_say(f"remark.{remark.verdict}", language)}</span> '
        f"{escape(' · '.join(where))}</p>{said}{told}{_documents(remark, held, language)}</li>"
    )


def _documents(remark: Remark, held: Mapping[str, Card], language: str) -> str:
    """The documents that the answer cited, or that were nearest where there was none."""
    named = [
        f'<a href="#explore/case/{escape(name)}" lang="{escape(held[name].language)}">{escape(held[name].title)}</a>'
        if name in held
        else escape(name)
        for name in remark.documents
    ]
    if not named:
        return ""
    return (
        f"<details><summary>{_say('remarks.documents', language, str(len(named)))}</summary>"
        f"<ul>{''.join(f'<li>{name}</li>' for name in named)}</ul></details>"
    )


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))
