"""What editors see: the documents that are held, those looked at before they are published, and what happened; pure"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from assistant.serving import words
from assistant.serving.words import word
from assistant.types import Block, Card, Failure, Report

if TYPE_CHECKING:
    from assistant.editing import Holding, Manuscript

SHOWN_LINES = 400
"""Lines of a document's text that its preview shows: about 15 pages; the whole stands in the text to correct."""

COLUMNS = ("title", "state", "kind", "country", "as-of", "passages", "kept")


def shelf_html(held: Sequence[Holding], language: str) -> str:
    """A table with a row for each document, those due for review first, each with a button that withdraws it."""
    due = sum(one.due for one in held)
    told = _say("sources.count", language, str(len(held)), str(due))
    heads = "".join(f'<th scope="col">{_say(f"sources.{name}", language)}</th>' for name in COLUMNS)
    rows = "".join(_row(one, language) for one in sorted(held, key=lambda one: (not one.due, one.card.title.lower())))
    return (
        f'<p class="count">{told}</p><div class="wide" tabindex="0" role="region" '
        f'aria-label="{_say("sources.held", language)}"><table><thead><tr>{heads}'
        f'<th scope="col">{_say("sources.withdraw", language)}</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def manuscripts_html(found: Sequence[Manuscript | Failure], held: Mapping[str, Card], language: str) -> str:
    """Each document that was looked at, to be corrected and published, and each that could not be read with the reason.

    `held` are the cards of the documents that are held, by id: one with the same id would be replaced.
    """
    return "".join(
        failure_html(one, language) if isinstance(one, Failure) else _manuscript(one, held.get(one.id), language)
        for one in found
    )


def report_html(report: Report, titles: Mapping[str, str], language: str) -> str:
    """What became of the documents, what they say twice, and what failed and why; `titles` by id."""
    lines = [
        f"<p>{_say(f'sources.{outcome}', language, _title(titles, name))}</p>"
        for outcome in ("added", "updated", "unchanged", "removed")
        for name in getattr(report, outcome)
    ]
    for pair in report.similar:
        names = (_title(titles, pair.id), _title(titles, pair.other))
        lines.append(f'<p class="alike">{_say("sources.alike", language, *names, f"{pair.share:.0%}")}</p>')
    lines += [failure_html(failure, language) for failure in report.failed]
    return f'<div class="outcome">{"".join(lines)}</div>'


def failure_html(failure: Failure, language: str) -> str:
    """A document that could not be taken in: its name, why, and what to do."""
    return (
        f'<div class="failure"><p><strong>{_say("sources.failed", language, _name(failure.path))}</strong></p>'
        f"{problem_html(failure.reason, failure.hint, failure.kind, language)}</div>"
    )


def problem_html(reason: str, hint: str, kind: str, language: str) -> str:
    """What went wrong and what to do about it: by its kind in the page's language, then the particulars in English.

    `kind` is that of an error (`AssistantError.kind`) or a failure; one without words is told in English alone.
    """
    english = _lines_html(reason, hint)
    if language == "en" or f"problem.{kind}" not in words.table():
        return english
    told = f"<p>{_say(f'problem.{kind}', language)}</p><p>{_say(f'problem.{kind}.hint', language)}</p>"
    opened = " open" * (kind == "corpus-error")  # its particulars are the fields to correct
    return f"{told}<details{opened}><summary>{_say('problem.details', language)}</summary>{english}</details>"


def _lines_html(*texts: str) -> str:
    """English texts, one line a paragraph."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    return "".join(f'<p lang="en">{escape(line)}</p>' for line in lines)


def _title(titles: Mapping[str, str], name: str) -> str:
    return titles.get(name, name)


def _row(one: Holding, language: str) -> str:
    card = one.card
    state = "due" if one.due else "published"
    cells = (
        f'<span class="state {state}">{_say(f"sources.{state}", language)}</span>',
        _say(f"kind.{card.kind}", language),
        escape(words.country(card.country, language)) if card.country else "–",
        escape(words.date(card.as_of, language)) if card.as_of else "–",
        str(one.passages),
        escape(words.date(one.kept_at[:10], language)),
    )
    origin = _name(one.origin)
    file = "" if origin.rpartition(".")[0] == card.id else f" · {escape(origin)}"
    title = f'<span lang="{escape(card.language)}">{escape(card.title)}</span>'
    return (
        f'<tr data-id="{escape(card.id)}"><th scope="row">{title}'
        f"<small>{escape(card.id)}{file}</small></th>{''.join(f'<td>{c}</td>' for c in cells)}"
        f"<td>{_withdrawal(card, language)}</td></tr>"
    )


def _withdrawal(card: Card, language: str) -> str:
    """A button behind a first one: nothing is withdrawn by a single click."""
    return (
        f"<details><summary>{_say('sources.withdraw', language)}"
        f'<span class="unseen"> {escape(card.title)}</span></summary><p>{_say("sources.withdraw.sure", language)}</p>'
        f'<button type="button" class="withdraw" data-id="{escape(card.id)}">'
        f"{_say('sources.withdraw.yes', language)}</button></details>"
    )


def _manuscript(one: Manuscript, replaced: Card | None, language: str) -> str:
    name = _name(one.origin)
    notes = "".join(f'<p class="note" lang="en">{escape(note)}</p>' for note in one.notes)
    told = f'<p class="replaces">{_say("sources.replaces", language, replaced.title)}</p>' if replaced else ""
    original = f' data-original="{escape(str(one.original))}"' if one.original else ""
    lead = _say("sources.incomplete", language) if one.problem else _say("sources.complete", language)
    return (
        f'<article class="manuscript"{original}><h3>{escape(name)}</h3>{told}<p class="lead">{lead}</p>'
        f'<div class="problem" role="alert">{_lines_html(one.problem)}</div>{notes}'
        f"<label><span>{_say('sources.text', language)}</span>"
        f'<textarea rows="22" spellcheck="false">{escape(one.text)}</textarea></label>'
        f"<details><summary>{_say('sources.preview', language, str(len(one.blocks)))}</summary>"
        f'<div class="preview" tabindex="0" role="region" aria-label="{_say("sources.preview.label", language, name)}">'
        f"{''.join(_preview(one.blocks, language))}</div></details>"
        f'<p class="verbs"><button type="button" class="publish">{_say("sources.publish", language)}</button> '
        f'<button type="button" class="drop">{_say("sources.drop", language)}</button></p></article>'
    )


def _preview(blocks: Sequence[Block], language: str) -> Iterator[str]:
    """The lines as they were understood, under their headings and, where there are pages, with their numbers."""
    page: int | None = None
    path: tuple[str, ...] = ()
    for block in blocks[:SHOWN_LINES]:
        if block.page != page and block.page is not None:
            yield f'<p class="page">{_say("sources.page", language, str(block.page))}</p>'
        if block.headings != path and block.headings:
            yield f'<p class="heading">{escape(" › ".join(block.headings))}</p>'
        page, path = block.page, block.headings
        yield f"<p>{escape(block.text)}</p>"
    if len(blocks) > SHOWN_LINES:
        yield f'<p class="page">{_say("sources.more", language, str(len(blocks) - SHOWN_LINES))}</p>'


def _name(origin: str) -> str:
    """The name of a file without its folders; an address as it is."""
    return origin if "://" in origin else origin.replace("\\", "/").rpartition("/")[2]


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))
