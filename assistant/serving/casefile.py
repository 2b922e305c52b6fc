"""answers for the case file: question, answer, numbered sources with their sentences, country, date and notice; pure"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from assistant import language as speech
from assistant import privacy
from assistant.serving import words
from assistant.serving.markdown import html, markdown, plain
from assistant.serving.pane import MARK_OF_ITEM, Leaf, leaves, retold
from assistant.serving.pdf import pdf
from assistant.serving.pieces import Heading, Line, Piece, Table
from assistant.serving.references import references
from assistant.serving.word import docx
from assistant.serving.words import word
from assistant.types import Answer, Passage, Refusal, Reply, Section, Sentence, Turn

FORMS = {"docx": "Word", "md": "Markdown", "pdf": "PDF"}
"""The forms of file, by the ending of its name, and what people call them."""

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "pdf": "application/pdf",
}
"""The media type of each form (IANA media types)."""

_NAMED = 5
"""Words of the first question that the name of a file holds."""

_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ð": "d", "þ": "th", "ß": "ss"})


def exported(turns: Sequence[Turn], form: str, language: str, today: date) -> bytes:
    """One answer or a conversation as a file of one of `FORMS`. Raises ValueError for any other form."""
    title = word("casefile.title" if len(turns) == 1 else "casefile.title.many", language)
    told, foot = tuple(pieces(turns, language, today)), f"{word('app.title', language)} · {_day(today, language)}"
    if form == "docx":
        return docx(title, told, language, foot=foot)
    if form == "pdf":
        return pdf(title, told, language, foot=foot)
    if form == "md":
        return markdown(title, told).encode()
    raise ValueError(f"an answer is not written as {form}")


def copied(turn: Turn, language: str) -> tuple[str, str]:
    """One answer for the clipboard: as plain text, and as HTML, both with the question, the sources and the notice."""
    question = privacy.mask(turn.question)[0]
    told = [*_reply(turn.reply, language), Line(_standing((turn,), language), "note")] if turn.reply else []
    return plain(question, told), html(question, told)


def file_name(turns: Sequence[Turn], form: str, language: str, today: date) -> str:
    """The name of a file: what it is, what the first question is about, the day; small letters, digits and hyphens.

    Function words are left out of it, and national id numbers.
    """
    reply = turns[0].reply
    asked = privacy.mask((reply.settled if reply else "") or turns[0].question)[0]
    spoken = reply.language if reply else language
    told = [w for w in speech.words(asked) if w not in speech.stopwords(spoken)]
    topic = [slug for w in told if (slug := _slug(w))][:_NAMED]
    kind = word("casefile.file" if len(turns) == 1 else "casefile.file.many", language)
    return f"{'-'.join([kind, *topic, today.isoformat()])}.{form}"


def pieces(turns: Sequence[Turn], language: str, today: date) -> Iterator[Piece]:
    """What the file holds: when and where it is from, each question with its answer and sources, and the notice."""
    about = [(word("casefile.day", language), _day(today, language))]
    about.append((word("casefile.service", language), word("app.title", language)))
    laws = dict.fromkeys(_law(turn.reply, language) for turn in turns if isinstance(turn.reply, Answer))
    about += [(word("casefile.law", language), ", ".join(laws))] if laws else []
    yield Table(tuple(about), headed=False, named=True)
    for turn in turns:
        yield Heading(privacy.mask(turn.question)[0])
        if turn.reply is None:
            yield Line(word("turn.failed", language))
            continue
        if len(laws) > 1 and isinstance(turn.reply, Answer):
            yield Line(f"{word('casefile.law', language)}: {_law(turn.reply, language)}", "note")
        yield from _reply(turn.reply, language)
    yield Heading(word("casefile.notice", language), 2)
    yield Line(_standing(turns, language))


def _reply(reply: Reply, language: str) -> Iterator[Piece]:
    """Notices, answer and sources of one reply."""
    yield from (Line(words.notice(notice, language), "note") for notice in reply.notices)
    if isinstance(reply, Refusal):
        yield Line(word(f"refusal.{reply.reason}", language))
    else:
        for section in reply.sections:
            yield from _section(section, reply, language)
        if any(retold(sentence, reply) for sentence in reply.sentences):
            yield Line(word("casefile.retold", language), "note")
    if shown := leaves(reply):
        yield Heading(word("answer.sources" if isinstance(reply, Answer) else "refusal.nearest", language), 2)
        yield from references([_cited(leaf, reply) for leaf in shown], language)


def _law(answer: Answer, language: str) -> str:
    return words.country(answer.country, language) if answer.country else word("casefile.no-law", language)


def _cited(leaf: Leaf, reply: Reply) -> tuple[int, Passage, str]:
    if isinstance(reply, Refusal):
        return 0, leaf.passage, ""
    return leaf.number, leaf.passage, next(c.quote for c in reply.citations if c.number == leaf.number)


def _section(section: Section, answer: Answer, language: str) -> Iterator[Piece]:
    if section.title:
        yield Heading(section.title, 2)
    told = [_sentence(sentence, answer, section.form) for sentence in section.sentences]
    if section.form == "table" and section.columns:
        width = len(section.columns)
        heads = tuple(words.column(column, language) for column in section.columns)
        yield Table((heads, *(tuple(told[at : at + width]) for at in range(0, len(told), width))))
    elif section.form == "steps":
        yield from (Line(text, "step") for text in told)
    elif section.form == "bullets":
        yield from (Line(text, "bullet") for text in told)
    else:
        yield Line(" ".join(told))


def _sentence(sentence: Sentence, answer: Answer, form: str) -> str:
    text = MARK_OF_ITEM.sub("", sentence.text) if form in {"bullets", "steps"} else sentence.text
    marks = "".join(f"[{number}]" for number in sentence.cites) + (" ≈" if retold(sentence, answer) else "")
    return f"{text} {marks}".rstrip()


def _standing(turns: Sequence[Turn], language: str) -> str:
    model = any(isinstance(turn.reply, Answer) and turn.reply.composer != "extractive" for turn in turns)
    return word("casefile.standing.model" if model else "casefile.standing", language)


def _day(today: date, language: str) -> str:
    return words.date(today.isoformat(), language)


def _slug(text: str) -> str:
    """A word in the letters that every file system and mail program takes."""
    spelled = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", spelled)[:24]
