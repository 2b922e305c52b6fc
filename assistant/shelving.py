"""The library's visible passages become a shelf that can be searched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.resources import files
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from assistant.answering.sheet import sheet
from assistant.cutting import answered, context, role_hash
from assistant.finding.answers import Answers
from assistant.finding.encoders import Embedder, unpack
from assistant.finding.shelf import Lead, Shelf
from assistant.keeping.library import Library
from assistant.types import Filters, Passage

Search = Callable[[NDArray[np.float32], int, Filters], list[list[tuple[str, float]]]]

SAMPLE = 512
"""Dense vectors that a similarity is measured against; with 512 the mean is known to within 0.05 deviations."""

MIDDLE = 64
"""Passages whose tokens give the mean token vector."""


def passages(library: Library, ids: Sequence[str]) -> dict[str, Passage]:
    """The passages with these ids that the library holds, by id, the sheets of cards among them."""
    held = tuple(library.passages({name.partition("#")[0] for name in ids}))
    sheets = {card.id: sheet(card).passage for card in (passage.card for passage in held)}
    wanted = frozenset(ids)
    return {passage.id: passage for passage in (*held, *sheets.values()) if passage.id in wanted}


def fill(
    library: Library,
    search: Search,
    encoder: Embedder,
    elsewhere: NDArray[np.float32] | None,
    *,
    with_questions: bool,
) -> Shelf:
    """The shelf of the library's present revision, read at one moment.

    `search` gives, for each row of an array of vectors, (entry id, similarity), best first. `elsewhere` are the
    vectors of the questions that are not ours, where they are known already. Without `with_questions` the
    documents' own questions lead nowhere, to sections or to sentences.
    """
    name, width = encoder.name, encoder.dimension
    revision, passages, entries = library.snapshot()
    place = {p.id: n for n, p in enumerate(passages)}
    hashes = {e.passages[0]: e.text_hash for e in entries if e.role == "passage"}
    roles = {"passage", "summary", "question"} if with_questions else {"passage", "summary"}
    sample = _spread(list(hashes.values()), SAMPLE)
    dense = [np.frombuffer(d, "<f4") for d in library.dense(name, sample).values()]
    tokens = [unpack(t).vectors.mean(axis=0) for t in library.tokens(name, sample[:MIDDLE]).values()]
    return Shelf(
        revision=revision,
        passages=passages,
        leads={
            e.id: Lead(e.role, tuple(place[p] for p in e.passages if p in place)) for e in entries if e.role in roles
        },
        background=np.stack(dense) if dense else np.zeros((1, width), np.float32),
        middle=np.mean(tokens, axis=0).astype(np.float32) if tokens else np.zeros(width, np.float32),
        elsewhere=_elsewhere(encoder) if elsewhere is None else elsewhere,
        nearest=lambda vector, limit, filters: search(vector[None, :], limit, filters)[0],
        dense=lambda ids: _by_passage(library.dense, name, hashes, ids),
        tokens=lambda ids: _by_passage(library.tokens, name, hashes, ids),
        prefix=lambda passage: context(passage.card, passage.heading),
        answers=_answers(library, name, passages) if with_questions else Answers(),
    )


def _answers(library: Library, encoder: str, passages: Sequence[Passage]) -> Answers:
    """The questions that sentences of the passages answer, with their kept vectors."""
    documents = (tuple(own) for _, own in groupby(passages, key=lambda passage: passage.card.id))
    led = [
        (role_hash("answer", question.text), passage.id, at)
        for own in documents
        for question, passage, at in answered(own)
    ]
    dense = library.dense(encoder, {hashed for hashed, _, _ in led})
    held = [(np.frombuffer(dense[hashed], "<f4"), name, at) for hashed, name, at in led if hashed in dense]
    if not held:
        return Answers()
    vectors, names, starts = zip(*held, strict=True)
    return Answers(np.stack(vectors), names, starts)


def _elsewhere(encoder: Embedder) -> NDArray[np.float32]:
    lines = (files("assistant.finding") / "elsewhere.txt").read_text(encoding="utf-8").splitlines()
    return encoder.embed(lines, "query").dense


def _by_passage(
    kept: Callable[[str, Collection[str]], Mapping[str, bytes]],
    encoder: str,
    hashes: Mapping[str, str],
    ids: Collection[str],
) -> dict[str, bytes]:
    """What is kept for each passage id."""
    wanted = {i: hashes[i] for i in ids if i in hashes}
    rows = kept(encoder, set(wanted.values()))
    return {i: rows[h] for i, h in wanted.items() if h in rows}


def _spread(items: list[str], count: int) -> list[str]:
    """About `count` of the items, evenly spread."""
    return items[:: max(1, len(items) // count)][:count]
