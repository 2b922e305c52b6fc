"""What the index holds of a document: entries, their ids and hashes, and how many are taken at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias, TypeVar

from assistant.types import Document

Role: TypeAlias = Literal["passage", "question", "summary", "answer"]
"""What a vector stands for: a passage's text, a question that a section answers, title and summary, or a question that
one sentence answers."""

INDEXED: tuple[Role, ...] = ("passage", "question", "summary")
"""Roles whose vectors Chroma holds. Questions that sentences answer are many and alike: among the nearest of all
entries they would leave no room for passages, so the shelf compares their vectors itself (`finding/answers.py`)."""

BATCH = 500
"""Keys in one SQL statement (SQLite takes 32 766), and entries in one call of the index (Chroma takes 5 461)."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Entry:
    """One vector of a document in the index: `passages` are the ids that it leads to (of a summary: all).

    `id` is made by `entry_id`; `text_hash` by `text_hash`, over the text as the encoder receives it.
    """

    id: str
    document: str
    role: Role
    passages: tuple[str, ...]
    text_hash: str

    @property
    def indexed(self) -> bool:
        """Whether Chroma holds its vector."""
        return self.role in INDEXED


def text_hash(text: str) -> str:
    """SHA-256 (hex) of a text as the encoder receives it, prefix included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def entry_id(document: Document, mark: str, hashed: str) -> str:
    """Id of an entry: "<card id>@<12 hex>#<mark>"; `mark` such as "p3", "q5", "s" is unique in the document.

    The 12 hex digits come from the document's content hash and the hash of the embedded text, so that
    no two versions of a document, and no two ways of cutting it, share an id.
    """
    version = hashlib.sha256(f"{document.content_hash} {hashed}".encode()).hexdigest()[:12]
    return f"{document.card.id}@{version}#{mark}"


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items, BATCH at a time."""
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some
