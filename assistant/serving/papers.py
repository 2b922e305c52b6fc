"""a Plan and its templates become Word files in a zip; pure"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from assistant.plans import Amount, Plan, Question
from assistant.serving import words
from assistant.serving.pane import MARK_OF_ITEM
from assistant.serving.pieces import Heading, Line, Piece, Table
from assistant.serving.references import references
from assistant.serving.word import docx
from assistant.serving.words import word
from assistant.types import Block, Document, Sentence

STAMP = (2000, 1, 1, 0, 0, 0)
"""When every file of a zip was made, so that the same contents give the same bytes."""

_STEP = re.compile(r"\d{1,2}[.)] ")


def plan_zip(plan: Plan, templates: Sequence[Document], language: str) -> bytes:
    """The plan as a Word file, and each template as one, its places filled and the facts of the need before it."""
    files = {
        f"{word('plan.file', language)}.docx": docx(
            word("plan.heading", language), list(_plan(plan, language)), language
        )
    }
    for template in templates:
        pieces = [Heading(word("plan.told", language)), _facts(plan, language), *_body(template)]
        files[f"{template.card.id}.docx"] = docx(template.card.title, pieces, template.card.language)
    return zipped(files)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files, by name, as one zip."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _plan(plan: Plan, language: str) -> Iterator[Piece]:
    yield Heading(word("plan.told", language))
    yield _facts(plan, language)
    yield Heading(word("plan.routes", language))
    yield Line(word("plan.routes.help", language))
    for one in plan.proposals:
        yield Heading(f"{one.name} ({word(f'plan.{one.standing}', language)})", 2)
        yield from (Line(_cited(sentence)) for sentence in (one.in_short, one.instead) if sentence)
        yield from (Line(_cited(reason.sentence), "bullet") for reason in one.reasons)
    if plan.tasks:
        yield Heading(word("plan.steps", language))
        head = (word("plan.by", language), word("plan.does", language))
        yield Table((head, *((task.who, _cited(task.sentence)) for task in plan.tasks)))
    lists = (
        ("plan.together", plan.together),
        ("plan.risks", [risk.sentence for risk in plan.risks]),
        ("plan.lessons", plan.lessons),
        ("plan.legal", plan.legal),
    )
    for key, sentences in lists:
        if sentences:
            yield Heading(word(key, language))
            yield from (Line(_cited(sentence), "bullet") for sentence in sentences)
    if plan.cases:
        yield Heading(word("plan.cases", language))
        yield from (Line(hit.passage.card.title, "bullet") for hit in plan.cases)
    if plan.citations:
        yield Heading(word("plan.sources", language))
        yield from references([(one.number, one.passage, one.quote) for one in plan.citations], language)


def _facts(plan: Plan, language: str) -> Table:
    told = [(word("plan.need", language), plan.need.text)]
    told += [(word("plan.who", language), plan.need.who)] if plan.need.who else []
    told += [(word("plan.suppliers", language), plan.need.suppliers)] if plan.need.suppliers else []
    told += [(question.text, _value(question, language)) for question in plan.questions if question.told]
    return Table(tuple(told), headed=False, named=True)


def _value(question: Question, language: str) -> str:
    value = question.told.value if question.told else ""
    if isinstance(value, Amount):
        return words.money(value.number, value.currency, language)
    return dict(question.options).get(value, value)


def _body(template: Document) -> Iterator[Piece]:
    above: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    for block in template.blocks:
        if rows and (" | " not in block.text or block.headings != above):
            yield Table(tuple(rows))
            rows = []
        for level, heading in enumerate(block.headings, start=1):
            if block.headings[:level] != above[:level]:
                yield Heading(heading, level)
        above = block.headings
        if " | " in block.text:
            rows.append(tuple(block.text.split(" | ")))
        else:
            yield _line(block)
    if rows:
        yield Table(tuple(rows))


def _line(block: Block) -> Line:
    text = MARK_OF_ITEM.sub("", block.text)
    # A step keeps its own number: Word would count on from the list before.
    return Line(text, "bullet") if text != block.text and not _STEP.match(block.text) else Line(block.text)


def _cited(sentence: Sentence) -> str:
    return f"{sentence.text} {''.join(f'[{n}]' for n in sentence.cites)}".rstrip()
