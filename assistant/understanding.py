"""The journey of a document that nobody has described: read, guarded, understood, and a card proposed for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from assistant import intake
from assistant.errors import AssistantError
from assistant.finding.encoders import Embedder
from assistant.finding.shelf import Shelf
from assistant.gathering import gather
from assistant.reading import proposing, sandbox
from assistant.reading.text import Text
from assistant.settings import Settings
from assistant.types import Card, Concept, Failure, Filters, Kind, Proposal

ENTRIES = 100
"""Entries of the index that documents alike are taken from; a document has about a dozen."""


def propose(
    paths: Sequence[Path | str],
    settings: Settings,
    glossary: Sequence[Concept],
    places: Mapping[str, str],
    tools: Callable[[], tuple[Shelf, Embedder]],
) -> tuple[Proposal | Failure, ...]:
    """A card for each file without front matter that `paths` stand for; files that have it are passed over.

    `places` gives countries by lower-cased place name; `tools` gives what is held and the encoder, and is called only
    when there is something to propose. Two files never get one id: the later one's gets the mark of where it came from.
    A file that cannot be read gives a Failure and stops no other.
    """
    found, taken = list[Proposal | Failure](), set[str]()
    with ExitStack() as stack:
        arrivals, failed = gather(paths, settings, stack)
        for arrival in {arrival.origin: arrival for arrival in arrivals}.values():  # one may be named in two ways
            try:
                text = sandbox.read(arrival.open())
            except AssistantError as error:
                found.append(Failure(arrival.origin, str(error), error.hint, error.kind))
                continue
            if text.front_matter is None:
                found.append(_apart(proposal(text, arrival.origin, glossary, places, tools), taken))
    return (*found, *failed)


def _apart(proposed: Proposal, taken: set[str]) -> Proposal:
    """The proposal under an id that is not `taken` yet, to which it is added."""
    document = proposed.document
    name = document.card.id
    if name in taken:
        name = intake.apart(name, document.origin)
    taken.add(name)
    return replace(proposed, document=replace(document, card=replace(document.card, id=name)))


def proposal(
    text: Text,
    origin: str,
    glossary: Sequence[Concept],
    places: Mapping[str, str],
    tools: Callable[[], tuple[Shelf, Embedder]],
) -> Proposal:
    """A card for a text without front matter; `places` and `tools` as `propose` takes them."""

    def alike(words: str, kind: Kind) -> list[tuple[Card, float]]:
        return near(words, kind, *tools())

    return proposing.propose(intake.bare(text, origin), glossary, places, alike, date.today().year)


def near(text: str, kind: Kind, shelf: Shelf, encoder: Embedder) -> list[tuple[Card, float]]:
    """Cards of the documents of a kind that mean most nearly what a text does, best first, each with its cosine."""
    if not shelf.passages:
        return []
    vector = encoder.embed([text], "passage").dense[0]
    best: dict[str, tuple[Card, float]] = {}
    for entry, cosine in shelf.nearest(vector, ENTRIES, Filters(kinds=(kind,))):
        lead = shelf.leads.get(entry)
        if lead and lead.places:
            card = shelf.passages[lead.places[0]].card
            best.setdefault(card.id, (card, cosine))
    return list(best.values())


def known_places() -> dict[str, str]:
    """Country of each place name, in lower case; without names that two countries share or that are plain words."""
    named = json.loads((files("assistant.finding") / "places.json").read_text(encoding="utf-8"))
    aside = {*named.pop("shared"), *named.pop("ambiguous")}
    return {name.lower(): country for country, names in named.items() for name in names if name not in aside}
