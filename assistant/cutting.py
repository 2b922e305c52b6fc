"""A document is cut: its passages, and the entries of the index that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.errors import LoadError
from assistant.keeping.entries import Entry, entry_id, text_hash
from assistant.keeping.library import Library
from assistant.language import sentences
from assistant.reading import chunking
from assistant.types import Card, Document, Passage, Question

EDITION = "2"
"""Number of the making: of what `cut` gives for a document. To be raised whenever other passages, entries or texts come
out of it (a test holds it against samples): what another edition made is made anew by the next ingest or rebuild."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A document on its way in: its passages, what each entry's vector is made of, and the entries."""

    document: Document
    passages: tuple[Passage, ...]
    entries: tuple[Entry, ...]
    texts: tuple[str, ...]


def context(card: Card, heading: str) -> str:
    """The words put before a passage's text when it is embedded: what the document is called, and the heading.

    A title that is only the file's name says nothing and is left out. So is a heading that asks: to an encoder all
    questions of one form are alike, whatever they are about ("How do we ...?"); it leads to its answer by itself
    (`answered`). Development questions cited / facts with such headings 0.928 / 0.830, without* 0.928 / 0.840,
    anew.jsonl cited 0.790 / 0.820 (2026-11-23).
    """
    named = "".join(c for c in card.title.lower() if c.isalnum()) != card.id.replace("-", "")
    parts = [card.title] * named + [heading] * (bool(heading) and not chunking.asks(heading))
    return " – ".join(parts) + ": " if parts else ""


def cut(document: Document, count: Callable[[str], int] | None = None) -> Cut:
    """3 split: the passages, and the entries of the index that lead to them."""
    passages = chunking.split(document, count)
    if not passages:
        raise LoadError("There is no text in the document.", hint="Check that the file has more than headings.")
    entries, texts = [], []

    def enter(mark: str, role: str, places: Iterable[Passage], text: str) -> None:
        hashed = role_hash(role, text)
        ids = tuple(p.id for p in places)
        entries.append(Entry(entry_id(document, mark, hashed), document.card.id, role, ids, hashed))  # type: ignore[arg-type]
        texts.append(text)

    for number, passage in enumerate(passages, 1):
        enter(f"p{number}", "passage", [passage], context(passage.card, passage.heading) + passage.text)
    sections = {path[0] if path else "": tuple(ps) for path, ps in groupby(passages, key=lambda p: p.path[:1])}
    for number, question in enumerate(document.card.questions, 1):
        enter(f"q{number}", "question", sections.get(question.section or "", passages[:1]), question.text)
    if document.card.summary and document.card.sources:  # without front matter it is the text's own, and found there
        enter("s", "summary", passages, f"{document.card.title}. {document.card.summary}")
    for number, (question, passage, _) in enumerate(answered(passages), 1):
        enter(f"a{number}", "answer", [passage], question.text)
    return Cut(document, passages, tuple(entries), tuple(texts))


def answered(passages: Sequence[Passage]) -> Iterator[tuple[Question, Passage, int]]:
    """A document's questions that a sentence answers, each with its passage and where in it (character) it begins.

    They are those of its front matter, and the headings that ask: the first sentence below answers these.
    """
    for question in passages[0].card.answers if passages else ():
        places = ((passage, passage.text.find(question.sentence or "")) for passage in passages)
        place = next(((passage, at) for passage, at in places if at >= 0), None)
        if place:
            yield question, *place
    for heading, below in groupby(passages, key=lambda passage: passage.heading):
        if chunking.asks(heading):
            first = next(below)
            at, _ = next(iter(sentences(first.text)), (0, 0))
            yield Question(heading, first.card.language), first, at


def role_hash(role: str, text: str) -> str:
    """Under what the vector of a text is kept: as a question it is another than as a passage."""
    return text_hash(f"{role}|{text}")


def is_kept(piece: Cut, library: Library) -> bool:
    """Whether the library holds just these passages and entries of the document."""
    name = [piece.document.card.id]
    return tuple(library.entries(name)) == piece.entries and tuple(library.passages(name)) == piece.passages
