"""a conversation as the browser keeps it: turns become plain values, and turns again, with nothing in them trusted"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, get_args

from assistant import privacy
from assistant.serving import words
from assistant.serving.words import word
from assistant.types import (
    Answer,
    Citation,
    Form,
    Hit,
    Language,
    Notice,
    Passage,
    Reason,
    Refusal,
    Reply,
    Section,
    Sentence,
    Step,
    Turn,
)

MOST_TURNS = 40
"""Turns of a conversation that are kept, newest last, on the server while the page is open and in the browser."""

LONGEST = 20_000
"""Characters of a text that is taken back; a question that was asked is shorter."""

Passages = Callable[[Sequence[str]], Mapping[str, Passage]]
"""The passages that are held, by id, of those that are named."""


def packed(turn: Turn) -> str:
    """A turn as JSON for the browser to keep: what was asked and said, and of each passage its id only.

    National id numbers in the question are masked.
    """
    reply = turn.reply
    kept: dict[str, Any] = {"question": privacy.mask(turn.question)[0]}
    if reply is not None:
        kept |= {
            "settled": privacy.mask(reply.settled)[0],
            "language": reply.language,
            "country": reply.country,
            "notices": [[notice.code, *notice.values] for notice in reply.notices],
            "trail": [[step.name, step.detail, round(step.milliseconds, 1)] for step in reply.trail],
        }
    if isinstance(reply, Refusal):
        kept |= {"reason": reply.reason, "hits": [hit.passage.id for hit in reply.hits]}
    elif reply is not None:
        kept |= {
            "composer": reply.composer,
            "sections": [_packed_section(section) for section in reply.sections],
            "citations": [[c.number, c.passage.id, c.quote, c.start, c.end] for c in reply.citations],
        }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def rebuilt(kept: Any, passages: Passages) -> tuple[Turn, ...]:
    """The turns that a browser kept (a list of what `packed` gave, read), with the passages as they are held today.

    What is not a turn is left out. Of an answer whose sources no longer say what it quotes, only the question and a
    notice are left: what cannot be supported is not said.
    """
    found = [turn for turn in kept if isinstance(turn, dict)] if isinstance(kept, list) else []
    found = found[-MOST_TURNS:]
    held = passages([name for turn in found for name in _named(turn)])
    turns = []
    for turn in found:
        try:
            turns.append(_turn(turn, held))
        except (KeyError, TypeError, ValueError):
            continue
    return tuple(turns)


def frame_html(language: str) -> str:
    """The bar above the conversation: a new one, and the list of the others, which talks.js fills."""
    says = ("list", "delete", "delete-all", "here-only", "turns", "untitled", "deleted")
    spoken = {key: words.table()[f"talks.{key}"][language] for key in says}
    count = '<span class="many"></span>'
    return (
        f'<nav class="talks" aria-label="{_say("talks.list", language)}" data-words="{escape(json.dumps(spoken))}">'
        f'<button type="button" class="open" aria-expanded="false" aria-controls="talks-list" hidden>'
        f"{_say('talks.list', language)} {count}</button>"
        f'<button type="button" class="new">{_say("new", language)}</button>'
        f'<div id="talks-list" class="list" hidden></div></nav>'
    )


def _packed_section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "form": section.form,
        "columns": list(section.columns),
        "sentences": [[s.text, list(s.cites), s.support] for s in section.sentences],
    }


def _named(turn: Mapping[str, Any]) -> list[str]:
    """Ids of the passages that a kept turn names."""
    hits, citations = turn.get("hits"), turn.get("citations")
    names = list(hits) if isinstance(hits, list) else []
    names += [c[1] for c in citations if isinstance(c, list) and len(c) > 1] if isinstance(citations, list) else []
    return [name for name in names if isinstance(name, str)]


def _turn(kept: Mapping[str, Any], held: Mapping[str, Passage]) -> Turn:
    """Raises KeyError, TypeError or ValueError for what is no turn."""
    question = _text(kept["question"])
    return Turn(question, _reply(question, kept, held) if "language" in kept else None)


def _reply(question: str, kept: Mapping[str, Any], held: Mapping[str, Passage]) -> Reply:
    shared: dict[str, Any] = {
        "notices": tuple(_notice(*notice) for notice in kept["notices"]),
        "trail": tuple(Step(_text(name), _text(detail), float(ms)) for name, detail, ms in kept["trail"]),
        "settled": _text(kept["settled"]),
        "language": _one_of(kept["language"], get_args(Language)),
        "country": None if kept["country"] is None else _text(kept["country"]),
    }
    if "reason" in kept:
        hits = tuple(Hit(held[name], 0.0) for name in kept["hits"] if name in held)
        return Refusal(question, _one_of(kept["reason"], get_args(Reason)), hits, **shared)
    citations = [_citation(held, *citation) for citation in kept["citations"]]
    if None in citations:
        return Answer(question, (), (), **shared | {"notices": (Notice("sources-changed"),), "trail": ()})
    sections = tuple(_section(section) for section in kept["sections"])
    standing = tuple(citation for citation in citations if citation)
    return Answer(question, sections, standing, _text(kept["composer"]), **shared)


def _citation(held: Mapping[str, Passage], number: int, name: str, quote: str, start: int, end: int) -> Citation | None:
    """None where the passage is no longer there or no longer says it."""
    passage, quote = held.get(_text(name)), _text(quote)
    if passage is None or not quote or quote not in passage.text:
        return None
    if passage.text[int(start) : int(end)] != quote:
        start = passage.text.index(quote)
    return Citation(int(number), passage, quote, int(start), int(start) + len(quote))


def _section(kept: Mapping[str, Any]) -> Section:
    said = (Sentence(_text(text), tuple(map(int, cites)), float(share)) for text, cites, share in kept["sentences"])
    return Section(
        tuple(said),
        _one_of(kept["form"], get_args(Form)),
        None if kept["title"] is None else _text(kept["title"]),
        tuple(map(_text, kept["columns"])),
    )


def _notice(code: Any, *values: Any) -> Notice:
    if f"notice.{code}" not in words.table():
        raise KeyError(code)
    return Notice(code, tuple(map(_text, values)))


def _one_of(value: Any, known: Sequence[str]) -> Any:
    if value not in known:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise TypeError
    return value


def _say(key: str, language: str) -> str:
    return escape(word(key, language))
