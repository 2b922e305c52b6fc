"""Fills the places of a template with what was told of a need; what was not told stays a place to fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from assistant.plans import Need
from assistant.types import Document

_PLACE = re.compile(r"\[([^\[\]]+)\]")


def fill(template: Document, need: Need, places: Mapping[str, str]) -> Document:
    """The template with every place that `places` knows filled in.

    `places` maps the words of a place ("MÅLGRUPPE") to the part of the need that belongs there ("who").
    """
    told = {place: " ".join(str(getattr(need, part)).split()) for place, part in places.items()}

    def written(place: re.Match[str]) -> str:
        return told.get(place[1]) or place[0]

    blocks = tuple(replace(block, text=_PLACE.sub(written, block.text)) for block in template.blocks)
    return replace(template, blocks=blocks)
