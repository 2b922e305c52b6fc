"""One text whose vector is kept: an encoder that answers otherwise than when the library was embedded is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EncoderMismatch
from assistant.keeping.library import Library
from assistant.keeping.vectors import SAME

TEXT = "Hvem kan delta i en reservert kontrakt?"
"""A question that every encoder can embed; it must never change, or every library would be taken for another's."""


Embed: TypeAlias = Callable[[Sequence[str], Literal["query", "passage"]], Any]
"""An encoder's `embed`: `dense` of what it gives has a row for each text."""


def check(library: Library, encoder: str, embed: Embed) -> None:
    """Raise EncoderMismatch when `encoder` gives another vector for TEXT than when it embedded what is kept."""
    _checked(library, encoder, embed([TEXT], "query").dense[0])


def settle(library: Library, encoder: str, embed: Embed) -> None:
    """Check, and keep the vector where none is kept yet. The caller is the writer (`locks.writing`)."""
    vector = embed([TEXT], "query").dense[0]
    _checked(library, encoder, vector)
    _note(library, encoder, vector)


def renew(library: Library, encoder: str, embed: Embed) -> None:
    """Forget what `encoder` made when it answers otherwise now, so that it is embedded again; keep the vector."""
    vector = embed([TEXT], "query").dense[0]
    if not _same(library, encoder, vector):
        library.forget(encoder)
    _note(library, encoder, vector)


def _checked(library: Library, encoder: str, vector: NDArray[np.float32]) -> None:
    if not _same(library, encoder, vector):
        message = f"The encoder {encoder} answers otherwise than when the documents were embedded."
        hint = "Put the former one back, or run python -m assistant rebuild, which embeds every document again."
        raise EncoderMismatch(message, hint=hint)


def _same(library: Library, encoder: str, vector: NDArray[np.float32]) -> bool:
    """Whether `vector` is the one that is kept; SAME (R17) leaves room for another processor."""
    kept = library.stamp(_name(encoder))
    if kept is None or encoder not in library.encoders():
        return True
    former = np.array(json.loads(kept), np.float32)
    norms = float(np.linalg.norm(former) * np.linalg.norm(vector))
    return former.shape == vector.shape and float(former @ vector) >= SAME * norms


def _note(library: Library, encoder: str, vector: NDArray[np.float32]) -> None:
    """Keep the vector, unless one that is the same is kept."""
    if library.stamp(_name(encoder)) is None or encoder not in library.encoders():
        library.set_stamp(_name(encoder), json.dumps([float(number) for number in vector]))


def _name(encoder: str) -> str:
    """Name of the stamp in the library."""
    return f"canary of {encoder}"
