"""The journey of a question, from guard to checked reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, islice

from assistant import composing, privacy
from assistant.answering import conversation, noticing, refusing, rewriting, suggesting
from assistant.composing import Checked
from assistant.desk import Asked, Desk, Trail
from assistant.finding import doubles, jurisdiction, retriever
from assistant.finding.retriever import Found
from assistant.types import Answer, Hit, Query, Reason, Refusal, Reply

ShowAnswer = Callable[[Answer], None]
"""What is called with an answer that is being written, each time a checked sentence has come to it."""

NEIGHBOURS = 24
"""Passages whose sentences an answer may be composed of."""

SUGGESTED, TRIED = 3, 4
"""Next questions that are offered at most, and those that are run to find them."""

UNTOLD: frozenset[Reason] = frozenset({"out-of-scope", "not-in-corpus"})
"""Reasons to refuse what no document tells: the glossary may still tell what a term means."""

NEAR = 3
"""Documents, as found, one of which must be the suggested question's own."""


def find(desk: Desk, asked: Asked, limit: int) -> tuple[Hit, ...]:
    """Documents that answer the question, best first, each once, by its best passage."""
    if not asked.question.strip() or limit < 1:
        return ()
    text = privacy.mask(asked.question[: desk.settings.max_question])[0]
    read = desk.read(desk.mend(text, asked).text, asked)
    found = retriever.find(read, desk.shelf(), desk.encoder(), limit=retriever.CANDIDATES)
    hits = doubles.collapse(found.hits, desk.shelf().doubled)
    return retriever.documents(read, hits, desk.shelf())[:limit]


def ask(desk: Desk, asked: Asked, show: ShowAnswer | None = None) -> Reply:
    """Answer the question from the documents, every sentence cited, or refuse with a reason.

    Where a model composes, `show` is called with what is checked so far, each time a sentence has come to it.
    """
    question, trail = asked.question, Trail()
    # 1 guard
    reason = refusing.before(question, desk.settings.max_question, privacy.mask)
    trail.add("guard", reason or "nothing to refuse")
    # 2 put right what was mistyped, and settle
    asked = asked if reason else _put_right(desk, asked, trail)
    settled = question if reason else _settled(desk, asked, trail)
    follows = reason is None and settled != asked.question
    # 3 read
    read = desk.read(settled[: desk.settings.max_question], asked)
    if follows and jurisdiction.without_countries(asked.question) == asked.question:
        read = replace(read, recent=conversation.recent(asked.history))
    trail.add("read", _reading(read))
    if reason is not None:
        return _refused(question, read, reason, (), trail)
    # 4 find
    found = retriever.find(read, desk.shelf(), desk.encoder(), limit=NEIGHBOURS)
    trail.add("find", _findings(found.hits, len(desk.shelf().passages)))
    reason = refusing.after(read, found.hits, found.signals, desk.places)
    if follows and reason is None and _astray(desk, asked):
        reason = "out-of-scope"
    answer = _answers(desk, replace(asked, question=question), read, settled, trail)
    if reason is not None:
        trail.add("refuse", ", ".join(f"{name} {value:.2f}" for name, value in found.signals.items()))
        defined = composing.define(desk, read, trail) if reason in UNTOLD else None
        return answer(defined) if defined else _refused(question, read, reason, found.hits, trail)
    # 5 compose and 6 verify, sentence by sentence where a model writes
    checked = composing.compose(desk, read, found, trail, lambda so_far: show(answer(so_far)) if show else None)
    if not checked.sections:
        return _refused(question, read, "not-in-corpus", found.hits, trail)
    return answer(checked)


def suggest(desk: Desk, asked: Asked, answer: Answer) -> tuple[str, ...]:
    """Next questions after `answer`, each of which was run and is answered: by the document that it comes from.

    `asked` is what was asked. First come those about another meaning of a term, then those that the documents cited
    are asked about elsewhere in them.
    """
    read = desk.read(answer.settled, asked)
    earlier = [asked.question, *(turn.question for turn in asked.history)]
    instead = ((text, None) for text in composing.instead(desk, read))
    tried = list(islice(chain(instead, suggesting.candidates(read, earlier, answer.citations)), TRIED))
    queries = [desk.read(text, asked) for text, _ in tried]
    run = zip(tried, queries, retriever.find_each(queries, desk.shelf(), desk.encoder(), NEIGHBOURS), strict=True)
    return tuple(text for (text, document), query, found in run if _answered(desk, query, found, document))[:SUGGESTED]


def _put_right(desk: Desk, asked: Asked, trail: Trail) -> Asked:
    """What was asked, now and before, with its mistyped words put right."""
    mended = desk.mend(asked.question, asked)
    said = ", ".join(f"{meant} for {typed}" for typed, meant in mended.taken)
    trail.add("put right", said or "nothing")
    history = tuple(replace(turn, question=desk.mend(turn.question, asked).text) for turn in asked.history)
    return replace(asked, question=mended.text, history=history)


def _settled(desk: Desk, asked: Asked, trail: Trail) -> str:
    """The question made to stand alone: a follow-up as the model puts it, where there is one and that can be taken."""
    history = tuple(replace(turn, question=privacy.mask(turn.question)[0]) for turn in asked.history)
    settled = conversation.settle(asked.question, history, jurisdiction.without_countries, desk.glossary.find)
    how = "a follow-up"
    if settled == asked.question:
        how = "stands alone"
    elif desk.model:
        put = rewriting.rewrite(asked.question, history, desk.model, desk.places)
        if put and refusing.before(put, desk.settings.max_question, privacy.mask) is None:
            settled, how = put, "a follow-up, as the model puts it"
        else:
            how = "a follow-up, not as the model puts it"
    trail.add("settle", how)
    return settled


def _astray(desk: Desk, asked: Asked) -> bool:
    """Whether a follow-up, read without what was said before, leaves the subject."""
    bare = desk.read(privacy.mask(asked.question)[0], asked)
    return refusing.strays(retriever.find(bare, desk.shelf(), desk.encoder(), limit=1).signals)


def _answers(desk: Desk, asked: Asked, read: Query, settled: str, trail: Trail) -> Callable[[Checked], Answer]:
    """A function that makes an answer of what is checked so far."""

    def answer(checked: Checked) -> Answer:
        about = noticing.notices(
            read,
            checked.citations,
            selected=asked.country,
            settled=settled != asked.question,
            held=desk.shelf().lawful,
            named=jurisdiction.without_countries(read.text) != read.text,
            today=date.today(),
            years=desk.settings.rule_years,
        )
        return Answer(
            question=asked.question,
            sections=checked.sections,
            citations=checked.citations,
            composer=checked.composer,
            notices=(*checked.notices, *about),
            trail=trail.steps(),
            settled=settled,
            language=read.language,
            country=read.country,
        )

    return answer


def _answered(desk: Desk, query: Query, found: Found, document: str | None) -> bool:
    near = document is None or document in [hit.passage.card.id for hit in _documents(found.hits)[:NEAR]]
    return near and refusing.after(query, found.hits, found.signals, desk.places) is None


def _refused(question: str, read: Query, reason: Reason, hits: Sequence[Hit], trail: Trail) -> Refusal:
    shown = _documents(hits)[:3] if reason == "not-in-corpus" else ()
    return Refusal(question, reason, shown, (), trail.steps(), read.text, read.language, read.country)


def _documents(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The best hit of each document, best first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.card.id, hit)
    return tuple(best.values())


def _reading(read: Query) -> str:
    """How a question was read, for the trail."""
    terms = f"; terms: {', '.join(read.terms)}" if read.terms else ""
    added = f"; also searched for: {', '.join(read.expansion)}" if read.expansion else ""
    several = f"; asks {len(read.asks)} things" if read.asks else ""
    return f"{read.intent}, {read.language}, law of {read.country or 'no country'}{several}{terms}{added}"


def _findings(hits: Sequence[Hit], held: int) -> str:
    """What was found and why, for the trail: the first documents with their place in each ranking."""
    first = "; ".join(
        f"{hit.passage.id} ({', '.join(f'{name} {rank}' for name, rank in hit.ranks.items())})"
        for hit in _documents(hits)[:NEAR]
    )
    return f"{len(hits)} passages of {held}: {first}"
