"""One text whose vector is kept: an encoder that answers otherwise than when the library was embedded is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np

from assistant.errors import EncoderMismatch
from assistant.keeping.library import Library
from assistant.keeping.vectors import SAME

TEXT = "Hvem kan delta i en reservert kontrakt?"
"""A question that every encoder can embed; it must never change, or every library would be taken for another's."""

Embed: TypeAlias = Callable[[Sequence[str], Literal["query", "passage"]], Any]
"""An encoder's `embed`: `dense` of what it gives has a row for each text."""


def check(library: Library, encoder: str, embed: Embed) -> None:
    """Raise EncoderMismatch when `encoder` gives another vector for TEXT than when it embedded what is kept."""
    if not _same(library, encoder, embed):
        message = f"The encoder {encoder} answers otherwise than when the documents were embedded."
        hint = "Put the former one back, or run python -m assistant rebuild, which embeds every document again."
        raise EncoderMismatch(message, hint=hint)


def settle(library: Library, encoder: str, embed: Embed) -> None:
    """Check, and keep the vector where none is kept yet. The caller is the writer (`locks.writing`)."""
    if library.stamp(_name(encoder)) is None:
        note(library, encoder, embed)
    else:
        check(library, encoder, embed)


def renew(library: Library, encoder: str, embed: Embed) -> None:
    """Forget what `encoder` made when it answers otherwise now; whoever has embedded it all again tells so (`note`)."""
    if not _same(library, encoder, embed):
        library.forget(encoder)


def note(library: Library, encoder: str, embed: Embed) -> None:
    """Keep the encoder's vector of TEXT: what is kept of its vectors agrees with it."""
    told = json.dumps(embed([TEXT], "query").dense[0].tolist())
    if library.stamp(_name(encoder)) != told:
        library.set_stamp(_name(encoder), told)


def _same(library: Library, encoder: str, embed: Embed) -> bool:
    """Whether the vector is the one that is kept; SAME (R17) leaves room for another processor."""
    kept = library.stamp(_name(encoder))
    if kept is None:
        return True
    former, vector = np.array(json.loads(kept), np.float32), embed([TEXT], "query").dense[0]
    norms = float(np.linalg.norm(former) * np.linalg.norm(vector))
    return former.shape == vector.shape and float(former @ vector) >= SAME * norms


def _name(encoder: str) -> str:
    """Name of the stamp in the library."""
    return f"canary of {encoder}"
