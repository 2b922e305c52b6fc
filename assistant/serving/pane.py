"""what the source pane shows for a citation: its document, the passage with the quote marked, links to the originals"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from assistant.serving import words
from assistant.serving.words import word
from assistant.types import Answer, Card, Citation, Passage, Refusal, Reply, Sentence, Source

MARK_OF_ITEM = re.compile(r"^(?:[-•–] |\d{1,2}[.)] )")
"""What a line of a document begins with when it is a bullet or a step."""

_NOT_IN_URL = re.compile(r"""[\s\x00-\x1f\x7f\\<>"]""")


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the source pane shows for one number of a reply; `span` is None where nothing is to be marked."""

    number: int
    passage: Passage
    span: tuple[int, int] | None


def leaves(reply: Reply) -> tuple[Leaf, ...]:
    """Citations in order of first use (those that no sentence uses are left out), or a refusal's hits."""
    if isinstance(reply, Refusal):
        nearest = {hit.passage.id: hit for hit in reply.hits}
        return tuple(Leaf(number, hit.passage, None) for number, hit in enumerate(nearest.values(), start=1))
    known = {c.number: c for c in reply.citations}
    used = dict.fromkeys(n for sentence in reply.sentences for n in sentence.cites if n in known)
    return tuple(Leaf(n, known[n].passage, place(known[n])) for n in used)


def retold(sentence: Sentence, answer: Answer) -> bool:
    """Whether a sentence that a model wrote is in other words than those of every source that it cites."""
    quotes = {citation.quote for citation in answer.citations if citation.number in sentence.cites}
    return answer.composer != "extractive" and sentence.text not in quotes


def safe_url(url: str | None) -> str | None:
    """The address if it may be offered as a link (http or https, with a host), else None."""
    if not url or _NOT_IN_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def place(citation: Citation) -> tuple[int, int] | None:
    """Where the quote stands in its passage, or None if it cannot be told."""
    text, quote = citation.passage.text, citation.quote
    if quote and text[citation.start : citation.end] == quote:
        return citation.start, citation.end
    if quote and text.count(quote) == 1:
        start = text.index(quote)
        return start, start + len(quote)
    return None


def leaf_html(leaf: Leaf, shown: Sequence[Leaf], language: str, turn_id: int) -> str:
    """A leaf as hidden HTML that the page copies into the pane; `shown` are all of the reply, to step through."""
    card, passage = leaf.passage.card, leaf.passage
    at = shown.index(leaf)
    beside = [("previous", shown[at - 1 : at]), ("next", shown[at + 1 : at + 2])]
    steps = "".join(f' data-{name}="t{turn_id}-{near[0].number}"' for name, near in beside if near)
    position = _say("pane.position", language, str(at + 1), str(len(shown)))
    where = " › ".join(passage.path or ((passage.heading,) if passage.heading else ()))
    page = _say("pane.page", language, str(passage.page)) if passage.page else ""
    path = " · ".join(part for part in (f'<span lang="{escape(card.language)}">{escape(where)}</span>', page) if part)
    return (
        f'<div class="leaf" id="t{turn_id}-{leaf.number}" data-position="{position}"{steps}{_page(leaf)} hidden>'
        f'<h2 lang="{escape(card.language)}">{escape(card.title)}</h2><p class="meta">{meta_html(card, language)}</p>'
        f'<h3>{_say("pane.passage", language)}</h3><p class="path">{path}</p>'
        f'<div class="passage" lang="{escape(card.language)}">{_passage(passage.text, leaf.span)}</div>'
        f"{_originals(passage, language)}</div>"
    )


def _page(leaf: Leaf) -> str:
    """Which page of the original the browser may ask for, and what to mark on it.

    Page 0 is that on which the quote stands: a text that was published from a PDF has no pages. "" without either.
    """
    passage = leaf.passage
    quote = escape(passage.text[slice(*leaf.span)]) if leaf.span else ""
    if not passage.page and not quote:
        return ""
    return f' data-document="{escape(passage.card.id)}" data-page="{passage.page or 0}" data-quote="{quote}"'


def meta_html(card: Card, language: str) -> str:
    """Country, kind and date of a document, as the cards and the pane show them."""
    known = [f'<span class="kind {escape(card.kind)}">{_say(f"kind.{card.kind}", language)}</span>']
    if card.country:
        name = escape(words.country(card.country, language))
        known.insert(0, f'<span class="country" title="{name}">{escape(card.country)}</span>')
    if card.as_of:
        known.append(f"<span>{_say('pane.as_of', language, words.date(card.as_of, language))}</span>")
    return " ".join(known)


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))


def _passage(text: str, span: tuple[int, int] | None) -> str:
    """The passage line by line, with `span` (characters of `text`) inside <mark>."""
    lines, at = [], 0
    for line in text.split("\n"):
        item = MARK_OF_ITEM.match(line)
        skip = 2 if line.startswith("- ") else 0
        kind = "bullet" if skip else "step" if item else "row" if " | " in line else "plain"
        if line.strip():
            lines.append(f'<p class="{kind}">{_marked(line[skip:], at + skip, span)}</p>')
        at += len(line) + 1
    return "".join(lines)


def _marked(line: str, at: int, span: tuple[int, int] | None) -> str:
    start, end = (max(0, min(len(line), edge - at)) for edge in span or (0, 0))
    if start >= end:
        return escape(line)
    return f"{escape(line[:start])}<mark>{escape(line[start:end])}</mark>{escape(line[end:])}"


def originals(passage: Passage) -> tuple[Source, ...]:
    """The outside sources that the passage names, or all of its document's where it names none."""
    sources = passage.card.sources
    return tuple(s for s in sources if s.number in passage.sources) or sources


def _originals(passage: Passage, language: str) -> str:
    items = "".join(f"<li>{original_html(source, language)}</li>" for source in originals(passage))
    return f'<h3>{_say("pane.originals", language)}</h3><ul class="originals">{items}</ul>' if items else ""


def original_html(source: Source, language: str) -> str:
    """An outside source: its title, a link where its address may be offered as one, publisher and date."""
    published = words.date(source.published, language) if source.published else None
    about = ", ".join(escape(part) for part in (source.publisher, published) if part)
    url = safe_url(source.url)
    title = escape(source.title)
    if url:
        hint = f'<span class="unseen"> ({_say("pane.new-tab", language)})</span>'
        title = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{title}{hint}</a>'
    return f'{title}<span class="about">{about}</span>'
