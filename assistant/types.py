"""The values that flow from file to answer; nothing here does anything.

Every value is frozen and holds tuples, never lists, so that it may be shared between threads and
kept in caches. A value is made in one place and read in many; `DESIGN.md` names both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["case", "guidance", "template"]
"""What a document is: an example, a rule explained, or a text to fill in."""

Language: TypeAlias = Literal["nb", "nn", "da", "sv", "en", "fi"]

Country: TypeAlias = str
"""Two letters as the corpus writes them: "NO", "DK", "SE", "FI", "EU", "UK" ..."""

Form: TypeAlias = Literal["paragraph", "bullets", "steps", "table"]

Intent: TypeAlias = Literal[
    "definition",
    "rule",
    "howto",
    "conditions",
    "example",
    "figure",
    "comparison",
    "broad",
    "template",
]

Reason: TypeAlias = Literal[
    "empty",
    "too-long",
    "out-of-scope",
    "not-in-corpus",
    "personal-data",
    "about-a-person",
    "decision",
    "instruction",
]


Verdict: TypeAlias = Literal["good", "bad", "missing"]
"""What a visitor says of an answer: it helped, it did not, something is missing from it."""


@dataclass(frozen=True, slots=True)
class Source:
    """An outside source that a document rests on; `number` is the marker that its text uses."""

    number: int
    title: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One result that a source states: `value` as written, what was counted, and when."""

    value: str
    what: str
    period: str | None = None
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What people ask that a section answers, or the sentence that begins so: a search key, never content."""

    text: str
    language: str
    section: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The front matter of a document, checked. `country` is None where nobody has said it."""

    id: str
    kind: Kind
    title: str
    language: str
    country: Country | None = None
    summary: str = ""
    topics: tuple[str, ...] = ()
    as_of: str | None = None
    public_partners: tuple[str, ...] = ()
    private_partners: tuple[str, ...] = ()
    inclusion_partners: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    results: tuple[Figure, ...] = ()
    legal_basis: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    template_for: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a document as people read it: a paragraph, a bullet, a step or a table row.

    `text` is plain: no Markdown emphasis, no source markers. A bullet begins with "- ", a step with
    its number ("3. "), a table row has its cells joined by " | ". `headings` is the path of headings
    above it without the title, outermost (level 2) first. `page` counts from 1, None where the format
    has no pages. `sources` are the numbers of the document's sources that the line names.
    """

    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. Its text is its blocks' texts joined by a newline.

    `content_hash` is the SHA-256 (hex) of everything that reaches the index: card and blocks.
    `origin` is the path or address that it came from.
    """

    card: Card
    blocks: tuple[Block, ...]
    content_hash: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document with the Card that is proposed for it, for a person to correct.

    `evidence` holds for each field of the card that was filled in what speaks for it: sentences of the document,
    verbatim, or "like <id>" where documents alike have the label.
    """

    document: Document
    evidence: Mapping[str, tuple[str, ...]]

    @property
    def card(self) -> Card:
        """The proposed card."""
        return self.document.card


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of blocks below one level-2 heading, small enough to be found and cited.

    `id` is "<card id>#<number>", numbered from 1 in reading order. `heading` is the level-2 heading
    ("" before the first) or one below it that asks, `path` the whole heading path. `text` is exactly the document's
    text from `start` to `end` (characters), so a quote's place in the document can be computed.
    """

    id: str
    card: Card
    text: str
    heading: str = ""
    path: tuple[str, ...] = ()
    page: int | None = None
    start: int = 0
    end: int = 0
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What may be found at all; an empty tuple excludes nothing.

    A document without a stated country passes a filter on countries: it is unknown, not foreign.
    """

    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A question, read.

    `country` is whose law holds (None = not known), `countries` all that the question compares, in
    order, `law` the countries whose guidance may be cited as the rule ("NO" is bound by "EU").
    `terms` are ids of glossary concepts, `expansion` their words in the other languages, `names` what it calls by a
    name of its own, places apart, `named` the countries that its words name. `recent` are ids of the documents that
    the turn before cited, where the question leans on it. `cases` is how many cases the question wants side by side
    (0 = it wants no table). `asks` says where in `text` (characters) each thing stands that it asks, where several.
    """

    text: str
    language: str
    country: Country | None = None
    countries: tuple[str, ...] = ()
    law: tuple[str, ...] = ()
    intent: Intent = "rule"
    terms: tuple[str, ...] = ()
    expansion: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    cases: int = 0
    asks: tuple[tuple[int, int], ...] = ()
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and why: its place (from 1) in each ranking that held it."""

    passage: Passage
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a draft: its text and, for each passage that it rests on, the words quoted."""

    text: str
    quotes: tuple[tuple[Passage, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a draft: claims under an optional title, laid out as `form` says; `columns` as of a Section."""

    claims: tuple[Claim, ...]
    form: Form = "paragraph"
    title: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a composer proposes; nothing in it has been checked."""

    parts: tuple[Part, ...]
    composer: str = "extractive"
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader must know beside the answer: a key of the word lists, and what fills it."""

    code: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of how an answer came about; `detail` is for people, in English."""

    name: str
    detail: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence. `cites` are citation numbers; `support` lies between 0 and 1."""

    text: str
    cites: tuple[int, ...]
    support: float = 1.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered reference to a passage; `quote` stands in `passage.text` at `start`:`end`."""

    number: int
    passage: Passage
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer. `title` is the title of a document or of a section of it, or None.

    In a table, `columns` names the columns (keys of the word lists) and every `len(columns)` sentences
    make a row.
    """

    sentences: tuple[Sentence, ...]
    form: Form = "paragraph"
    title: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply in which every sentence cites.

    `settled` is the question as it was understood after a follow-up was made to stand alone;
    `language` the language that it was asked in; `country` whose law was taken.
    """

    question: str
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    composer: str = "extractive"
    notices: tuple[Notice, ...] = ()
    trail: tuple[Step, ...] = ()
    settled: str = ""
    language: str = "nb"
    country: Country | None = None

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, in reading order."""
        return tuple(s for section in self.sections for s in section.sentences)

    @property
    def text(self) -> str:
        """The whole answer as plain text with [1] markers, one line a list item or paragraph."""
        return "\n\n".join(_plain(section) for section in self.sections)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An honest reply that is not an answer: why, and the nearest thing that we hold."""

    question: str
    reason: Reason
    hits: tuple[Hit, ...] = ()
    notices: tuple[Notice, ...] = ()
    trail: tuple[Step, ...] = ()
    settled: str = ""
    language: str = "nb"
    country: Country | None = None


Reply: TypeAlias = Answer | Refusal


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation; `reply` may be None where only the question is known."""

    question: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What a visitor said of a reply on a day ("2026-11-21"); nothing tells who.

    `said` and `question` are without id numbers and addresses, and "" where the visitor gave none. `documents` are the
    ids of those cited, or of the nearest where it was `refused` (the reason, "" for an answer).
    """

    day: str
    verdict: Verdict
    said: str = ""
    question: str = ""
    documents: tuple[str, ...] = ()
    refused: str = ""
    language: str = "nb"
    country: Country | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a PDF as a picture: a PNG of `width` × `height` pixels of page `number` (from 1).

    `places` are the boxes (left, top, right, bottom, each as a share of the page from 0 to 1) of the lines that a quote
    stands in; none where it has no one place on the page.
    """

    number: int
    png: bytes
    width: int
    height: int
    places: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be taken in: where, why, and what to do about it, in English.

    `kind` is that of the error (`AssistantError.kind`), "no-document" or "no-address", by which a face finds words.
    """

    path: str
    reason: str
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """Two documents that say the same in the same words; `share` of the shorter one's text (0 to 1) stands in both."""

    id: str
    other: str
    share: float


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did: document ids per outcome, the failures, and what came in that was held already."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    similar: tuple[Similar, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come: `done` of `total` documents, and the one at work."""

    done: int
    total: int
    name: str
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Concept:
    """A glossary concept: words, what people say instead, definitions by language, law by country, what it is not."""

    id: str
    terms: Mapping[str, tuple[str, ...]]
    abbreviations: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    law: Mapping[str, str] = field(default_factory=dict)
    topic: str | None = None
    confused_with: tuple[tuple[str, Mapping[str, str]], ...] = ()
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _plain(section: Section) -> str:
    lines = [section.title] if section.title else []
    for number, sentence in enumerate(section.sentences, start=1):
        mark = {"bullets": "- ", "steps": f"{number}. "}.get(section.form, "")
        cites = "".join(f"[{n}]" for n in sentence.cites)
        lines.append(f"{mark}{sentence.text} {cites}".rstrip())
    joiner = " " if section.form == "paragraph" and not section.title else "\n"
    return joiner.join(lines)
