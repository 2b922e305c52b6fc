"""The tables of the library, and how a value is written into a column and read back.

Text that people wrote is kept as JSON in ASCII, so that whatever a file held (NUL characters, halves of
surrogate pairs) fits into every database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text

from assistant.types import Block, Card, Figure, Passage, Question, Remark, Source

SCHEMA = 1
"""Number of the table layout below; a library with a higher one was written by a newer version."""

metadata = MetaData()

header = Table(
    "header",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("schema", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
)

stamps = Table(
    "stamps",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("kept_at", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("blocks", Text, nullable=False),
)

_owner = "documents.id"

passages = Table(
    "passages",
    metadata,
    Column("document", Text, ForeignKey(_owner, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("id", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("document", "number"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Text, ForeignKey(_owner, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("passages", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Index("entries_document", "document", "number"),
    Index("entries_text_hash", "text_hash"),
)

files = Table(
    "files",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("document", Text, ForeignKey(_owner, ondelete="CASCADE"), nullable=False),
    Index("files_document", "document"),
)
"""Which document a file with these bytes is: such a file need not be read again."""

editions = Table(
    "editions",
    metadata,
    Column("document", Text, ForeignKey(_owner, ondelete="CASCADE"), primary_key=True),
    Column("edition", Text, nullable=False),
)
"""By which edition of the making a document's passages and entries were made; one without a row by an earlier one."""

originals = Table(
    "originals",
    metadata,
    Column("document", Text, ForeignKey(_owner, ondelete="CASCADE"), primary_key=True),
    Column("sum", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""The PDF that a document was read from (`keeping/originals.py`), with the SHA-256 of its bytes."""

embeddings = Table(
    "embeddings",
    metadata,
    Column("encoder", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("dense", LargeBinary, nullable=False),
    Column("tokens", LargeBinary),
    PrimaryKeyConstraint("encoder", "text_hash"),
)

remarks = Table(
    "remarks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("remarks_day", "day"),
)
"""What visitors said of answers (`keeping/journal.py`)."""

_PARTS: dict[str, Any] = {"results": Figure, "sources": Source, "questions": Question, "answers": Question}
"""Fields of a Card that hold values of their own."""

T = TypeVar("T")


def card_text(card: Card) -> str:
    """The card as JSON."""
    return _json(asdict(card))


def card_value(text: str) -> Card:
    """The card that `card_text` wrote."""
    return _made(Card, json.loads(text), _PARTS)


def blocks_text(blocks: tuple[Block, ...]) -> str:
    """The blocks as JSON, in reading order."""
    return _json([asdict(block) for block in blocks])


def blocks_value(text: str) -> tuple[Block, ...]:
    """The blocks that `blocks_text` wrote."""
    return tuple(_made(Block, item, {}) for item in json.loads(text))


def passage_text(passage: Passage) -> str:
    """The passage as JSON, without its card, which the document's row holds."""
    return _json({f.name: getattr(passage, f.name) for f in fields(Passage) if f.name != "card"})


def passage_value(text: str, card: Card) -> Passage:
    """The passage that `passage_text` wrote, under `card`."""
    return _made(Passage, {**json.loads(text), "card": card}, {})


def remark_text(remark: Remark) -> str:
    """The remark as JSON."""
    return _json(asdict(remark))


def remark_value(text: str) -> Remark:
    """The remark that `remark_text` wrote."""
    return _made(Remark, json.loads(text), {})


def names_text(names: tuple[str, ...]) -> str:
    """A tuple of words as JSON."""
    return _json(names)


def names_value(text: str) -> tuple[str, ...]:
    """The words that `names_text` wrote."""
    return tuple(json.loads(text))


def plain(text: str) -> str:
    """`text` as every database takes it: what UTF-8 cannot hold, and NUL, is written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _made(kind: type[T], data: Mapping[str, Any], parts: Mapping[str, Any]) -> T:
    """A dataclass from JSON: lists become tuples; names that the class no longer has are left out."""
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]  # T is always a dataclass here
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name not in known:
            continue
        if name in parts:
            value = tuple(_made(parts[name], item, {}) for item in value)
        values[name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)
