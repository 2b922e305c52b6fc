"""a Reply becomes HTML with numbered sources; pure, and everything in it escaped"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.serving import talks, toolrow, words
from assistant.serving.examples import examples_html
from assistant.serving.explaining import Explained, Terms
from assistant.serving.pane import MARK_OF_ITEM, Leaf, leaf_html, leaves, meta_html, retold
from assistant.serving.words import word
from assistant.types import Answer, Card, Citation, Notice, Refusal, Reply, Section, Sentence, Turn

SHOWN_QUESTION = 600
"""Characters of a question that are shown above its answer; a longer one ends in an ellipsis."""

NO_TERMS = Terms()
"""For a page that explains none."""


def thread_html(
    turns: Sequence[Turn],
    language: str,
    pending: str | None = None,
    so_far: Answer | None = None,
    terms: Terms = NO_TERMS,
    talk: str = "",
) -> str:
    """A whole conversation as HTML, or the welcome where nothing has been asked.

    `pending` is a question that is being answered, `so_far` what is written of its answer. A turn without a reply is
    one that failed. `terms` are explained where they are said; `talk` is the id that the browser keeps the
    conversation under.
    """
    if not turns and pending is None:
        return welcome_html(language)
    shown = [toolrow.whole_html(len(turns), language)]
    shown += [_turn(turn, language, number, terms) for number, turn in enumerate(turns, start=1)]
    if pending is not None:
        dots = '<span class="dots" aria-hidden="true"></span>'
        number = len(turns) + 1
        wait = f'<p class="searching">{dots}{_say("ask.writing" if so_far else "ask.searching", language)}</p>'
        written = answer_html(so_far, language, number, terms) if so_far else ""
        shown.append(_article(pending, written + wait, language, number, "waiting"))
    ready, copied = _say("turn.ready", language), _say("turn.link.copied", language)
    kept = f'data-ready="{ready}" data-copied="{copied}" data-talk="{escape(talk)}"'
    return f'<section class="turns" aria-label="{_say("turn.thread", language)}" {kept}>{"".join(shown)}</section>'


def welcome_html(language: str) -> str:
    """What stands where answers will be: what to ask about, and examples to click."""
    return (
        f'<section class="welcome"><h2>{_say("welcome.heading", language)}</h2>'
        f"<p>{_say('welcome.text', language)}</p>"
        f"{examples_html(language)}</section>"
    )


def answer_html(reply: Reply, language: str, turn_id: int, terms: Terms = NO_TERMS) -> str:
    """A reply as HTML: notices, text with citation buttons, source cards, the trail, and the pane's leaves.

    `turn_id` makes the ids in it unique on the page: the leaf of number 2 in turn 3 has the id "t3-2".
    """
    shown = leaves(reply)
    notices = "".join(f"<li>{escape(words.notice(n, language))}{_correct(n, language)}</li>" for n in reply.notices)
    parts = [f'<ul class="notices">{notices}</ul>' if notices else ""]
    if isinstance(reply, Refusal):
        parts.append(f'<p class="refusal">{_say(f"refusal.{reply.reason}", language)}</p>')
        parts.append(_cards(shown, "refusal.nearest", language, turn_id, numbered=False))
    else:
        explained = Explained(terms, language, turn_id)
        body = "".join(_section(section, reply, language, turn_id, explained) for section in reply.sections)
        parts.append(f'<div class="answer">{body}</div>{explained.meanings_html()}')
        parts.append(_cards(shown, "answer.sources", language, turn_id, numbered=True))
    parts.append(_trail(reply, language))
    parts.extend(leaf_html(leaf, shown, language, turn_id) for leaf in shown)
    return "".join(parts)


def offers_html(questions: Sequence[str], language: str) -> str:
    """Questions that may come next, to click; nothing where there is none."""
    return _chips(questions, "answer.suggestions", language) if questions else ""


def standing(language: str, *, composed: bool) -> str:
    """The notice that is always in sight; `composed` says that a model writes the answers."""
    return word("ask.standing.model" if composed else "ask.standing", language)


# What follows builds the parts; every text goes through `escape` where it enters.


def _say(key: str, language: str, *values: str) -> str:
    return escape(word(key, language, *values))


def _turn(turn: Turn, language: str, number: int, terms: Terms) -> str:
    acts, kept = _acts(language), talks.packed(turn)
    if turn.reply is None:
        sorry = f'<p class="refusal">{_say("turn.failed", language)}</p>'
        return _article(turn.question, acts + sorry, language, number, "failed", kept)
    body = acts + answer_html(turn.reply, language, number, terms) + toolrow.row_html(turn, number, language)
    return _article(turn.question, body, language, number, "done", kept)


def _acts(language: str) -> str:
    """What can be done with a question that was asked: correct it, ask it again, copy a link to it."""
    buttons = "".join(
        f'<button type="button" data-act="{act}">{_say(f"turn.{act}", language)}</button>'
        for act in ("edit", "again", "link")
    )
    return f'<div class="acts">{buttons}</div>'


def _article(question: str, body: str, language: str, number: int, state: str, kept: str = "") -> str:
    asked = question if len(question) <= SHOWN_QUESTION else question[:SHOWN_QUESTION].rstrip() + " …"
    return (
        f'<article class="turn" id="turn-{number}" data-state="{state}" data-kept="{escape(kept)}" '
        f'aria-labelledby="question-{number}">'
        f'<h2 class="question" id="question-{number}" tabindex="-1"><span class="unseen">'
        f"{_say('turn.question', language)} </span>{escape(asked)}</h2>{body}</article>"
    )


def _correct(notice: Notice, language: str) -> str:
    """A button that puts what a follow-up was understood as into the box, to be corrected and asked again."""
    if notice.code != "settled":
        return ""
    said = _say("turn.correct", language)
    return f' <button type="button" class="edit" data-edit="{escape(notice.values[0])}">{said}</button>'


def _chips(questions: Iterable[str], heading: str, language: str) -> str:
    chips = "".join(
        f'<li><button type="button" class="chip" data-ask="{escape(q)}">{escape(q)}</button></li>' for q in questions
    )
    return f'<div class="chips"><h3>{_say(heading, language)}</h3><ul>{chips}</ul></div>'


def _section(section: Section, answer: Answer, language: str, turn_id: int, explained: Explained) -> str:
    known = {c.number: c for c in answer.citations}
    said = [_sentence(s, section.form, known, answer, language, turn_id, explained) for s in section.sentences]
    title = f"<h3>{escape(section.title)}</h3>" if section.title else ""
    if section.form == "steps":
        return title + "<ol>" + "".join(f"<li>{s}</li>" for s in said) + "</ol>"
    if section.form == "bullets":
        return title + "<ul>" + "".join(f"<li>{s}</li>" for s in said) + "</ul>"
    if section.form == "table" and section.columns:
        return title + _table(said, section.columns, language)
    return f"{title}<p>{' '.join(said)}</p>"


def _table(cells: Sequence[str], columns: Sequence[str], language: str) -> str:
    width = len(columns)
    heads = [escape(words.column(column, language)) for column in columns]
    told = [f'<td data-column="{heads[at % width]}">{cell}</td>' for at, cell in enumerate(cells)]
    rows = ("<tr>" + "".join(told[at : at + width]) + "</tr>" for at in range(0, len(told), width))
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _sentence(
    sentence: Sentence,
    form: str,
    known: dict[int, Citation],
    answer: Answer,
    language: str,
    turn_id: int,
    explained: Explained,
) -> str:
    text = MARK_OF_ITEM.sub("", sentence.text) if form in {"bullets", "steps"} else sentence.text
    cards = {n: known[n].passage.card for n in sentence.cites if n in known}
    own_words = retold(sentence, answer)
    told = answer.language if own_words else next((card.language for card in cards.values()), language)
    spoken = f' lang="{escape(told)}"' if told != language else ""
    marks = "".join(mark_html(number, card, answer.country, language, turn_id) for number, card in cards.items())
    if own_words:
        marks += _retold(sentence.support, language)
    said = explained.sentence_html(text, told)
    return f'<span class="sentence"{spoken}>{said}</span><span class="cites">{marks}</span>'


def _retold(support: float, language: str) -> str:
    """The mark of a sentence that is in other words than its source's, and how well the source supports it."""
    share = f"{support:.2f}"
    hint = _say("cite.retold", language, share if language == "en" else share.replace(".", ","))
    said = f'<span aria-hidden="true">≈</span><span class="unseen">{hint}</span>'
    return f'<span class="retold" title="{hint}">{said}</span>'


def mark_html(number: int, card: Card, country: str | None, language: str, turn_id: int) -> str:
    """The button of a citation; it says where `card` is from a country other than `country`, whose law was taken."""
    abroad = card.country if country and card.country not in {None, "EU", country} else None
    where = f" ({words.country(card.country, language)})" if card.country else ""
    tag = ""
    if abroad:
        hint = _say("cite.abroad", language, words.country(abroad, language))
        tag = f'<span class="abroad" title="{hint}" aria-hidden="true">{escape(abroad)}</span>'
    label = _say("cite.label", language, str(number), card.title + where)
    return (
        f'<button type="button" class="cite" data-cite="t{turn_id}-{number}" aria-label="{label}" '
        f'title="{escape(card.title + where)}">[{number}]</button>{tag}'
    )


def _cards(leaves: Sequence[Leaf], heading: str, language: str, turn_id: int, *, numbered: bool) -> str:
    """One card a document, in order of first use, each with the numbers that lead into it."""
    documents: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        documents.setdefault(leaf.passage.card.id, []).append(leaf)
    cards = "".join(_card(of_one, language, turn_id, numbered) for of_one in documents.values())
    if not cards:
        return ""
    return f'<div class="sources"><h3>{_say(heading, language)}</h3><ol class="cards">{cards}</ol></div>'


def _card(leaves: Sequence[Leaf], language: str, turn_id: int, numbered: bool) -> str:
    card = leaves[0].passage.card
    numbers = " ".join(f"[{leaf.number}]" for leaf in leaves) if numbered else ""
    return (
        f'<li><button type="button" class="card" data-cite="t{turn_id}-{leaves[0].number}">'
        + (f'<span class="numbers">{numbers}</span>' if numbers else "")
        + f'<span class="title" lang="{escape(card.language)}">{escape(card.title)}</span>'
        f'<span class="meta">{meta_html(card, language)}</span></button></li>'
    )


def _trail(reply: Reply, language: str) -> str:
    if not reply.trail:
        return ""
    steps = "".join(
        f"<li><b>{escape(step.name)}</b> <span>{escape(step.detail)}</span> <i>{step.milliseconds:.0f} ms</i></li>"
        for step in reply.trail
    )
    summary = f"<summary>{_say('answer.trail', language)}</summary>"
    return f'<details class="trail">{summary}<ol lang="en">{steps}</ol></details>'
