"""Composes an answer from the passages' own sentences; needs no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.answering.choosing import choose, repeats
from assistant.answering.sentences import SHORT_ANSWER, Quotable, Relevance, quotable
from assistant.types import Claim, Draft, Form, Hit, Intent, Part, Query

WORDS = 147
"""Words of an answer, titles apart: short enough to read at once; the required median is 180."""

DOCUMENTS = 4
"""Most documents in an answer that is no list of examples."""

LEAD = 3
"""Sentences that open an answer, the best first, then more of its document and of those that answer nearly as well.

The whole short answer of the nearest document that has one opened an answer before. Of 182 questions for a rule, a
definition, conditions or a figure that are set aside of eval/questions/marked.jsonl (2026-11-22), the first sentence
was one that the answer must hold in .269 with the short answer first, in .418 with the best.
"""

RIVAL = 0.2
"""Score that a sentence may lie behind the best, and still answer nearly as well.

Of NorQuAD's questions the gold sentence was first / in the first three of .686 / .835 with 0.1 and of .693 / .841 with
0.2*; .659 / .790 where no other document could lead beside the best (2026-11-23).
"""

BACKWARD = 0.05
"""Score by which a sentence that points back must be better than one that does not, to open an answer."""

OPENING = 70
"""Words of the short answer with which a document opens the answer whose title names what is asked about.

Then the answer begins as its author begins, and rests on the rule itself: "Hvem kan delta i en reservert kontrakt?" was
opened by "Reservasjonen begrenser hvem som kan delta" of a template. Cited and facts of the development, several, blind
and anew questions are the same with and without (2026-11-22).
"""

CASES = 5
"""Most cases in a list of examples, and documents in an overview."""

EACH = (64, 40, 28, 24, 20)
"""Words for each of them, best first: the nearest case is what was asked for in four of five questions."""

BEHIND = 0.18
"""Score that a document's best sentence may lie behind the best of all, and still be worth a place in the list."""

FAR = 5.0
"""Score that a document's best passage may lie behind the best of all, and still say something to a question for a
rule, a definition or a figure: in a library of few documents the rest are about something else. Facts of the
development / the blind questions, 2026-11-21: without .818 / .830, 5* .818 / .830, 3.5 .811 / .820."""

RESULTS = frozenset({"Resultater", "Resultater i tal", "Resultat", "Results", "Results in figures"})

ASTRAY = 0.3
"""Score that the best step may lie behind the best sentence, of another document, and still be of what is asked.

Read off the 62 how-to questions of eval/questions; their facts are the same with 0 to 0.3 (2026-11-23)."""

ELSEWISE = 0.5
"""Score that the best case may lie behind the best guidance, and still be what is asked for.

Of 48 questions of eval/questions that were read as asking for examples the guidance was ahead by at most 0.42 where
they asked for them, and by 0.63 or more in four that asked for a rule (2026-11-23)."""

NEAR = 3
"""Documents, as found, whose steps may be shown."""

OTHERS = {
    "nb": "Fra andre kilder",
    "nn": "Frå andre kjelder",
    "da": "Fra andre kilder",
    "sv": "Från andra källor",
    "en": "From other sources",
}
"""The heading, by the answer's language, under which other guidance than the one that leads is quoted."""

STEPS = frozenset({"Steg for steg", "Trin for trin", "Steg för steg", "Step by step"})

_NUMBER = re.compile(r"\d")

_YES_OR_NO = re.compile(r"(?:ja|jo|nei|nej|yes|no)\b[,.:–]", re.IGNORECASE)

_MISTAKES = re.compile(
    r"\b(?:feil|fejl|misstag|mistakes?|fallgr[uo]\w+|faldgr\w+|pitfalls?)\b"
    r"|\bikke (?:skriv\w*|lovligt?)\b|\bbør (?:unngås|undgås)\b",
    re.IGNORECASE,
)
"""A heading under which stands what people do wrong, or had better not write: without it, such a sentence reads as
advice."""

_ASKS_MISTAKES = re.compile(
    rf"{_MISTAKES.pattern}|\b(?:galt|gale|galet|wrong|unngå|undgå|undvika|avoid)\b", re.IGNORECASE
)


def compose(query: Query, hits: Sequence[Hit], relevance: Relevance, guide_to_it: str | None = None) -> Draft:
    """A draft whose sentences are the sources' own, in the form that fits the question's intent.

    `guide_to_it` is the id of the document that is about the very thing asked about, where there is one.
    """
    layout, asked = LAYOUTS.get(query.intent), _ASKS_MISTAKES.search(query.text)
    sentences = quotable(query, hits if layout else _near(hits), relevance)
    parts = layout(query, [s for s in sentences if asked or not _wrong(s)]) if layout else []
    return Draft(parts=tuple(parts or explain(query, sentences, guide_to_it)))


def _near(hits: Sequence[Hit]) -> list[Hit]:
    """The hits of those documents whose best passage lies no more than FAR behind the best of all."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.passage.card.id] = max(hit.score, best.get(hit.passage.card.id, hit.score))
    return [hit for hit in hits if best[hit.passage.card.id] >= max(best.values()) - FAR]


def explain(query: Query, sentences: Sequence[Quotable], guide_to_it: str | None = None) -> list[Part]:
    """The best of the short answer of `guide_to_it`, else, or where it stands below a heading that asks, the best
    sentence with more of its document and of those that answer nearly as well; then the rest by document.
    """
    written = bool(sentences) and max(sentences, key=lambda s: s.score).headed  # to answer such a question
    short = [s for s in sentences if s.passage.card.id == guide_to_it and s.passage.heading in SHORT_ANSWER]
    opening = [] if written else choose(short, OPENING, 1)[:LEAD]
    chosen = choose(sentences, WORDS, DOCUMENTS, opening)
    lead = opening or _leading(chosen)
    first = sorted(lead, key=lambda s: (not _YES_OR_NO.match(s.text), _place(s))) if opening else _together(lead)
    rest = [s for s in chosen if s not in lead]
    return [_part(first, "paragraph")] * bool(lead) + _by_document(
        rest, query.language, lead[0].passage.card.id if lead else None
    )


def _leading(chosen: Sequence[Quotable]) -> list[Quotable]:
    """The best of what was chosen, with more of its document and of those that answer nearly as well.

    Where several things are asked, the documents that answer each lead. What points back opens nothing, unless nothing
    answers nearly as well.
    """
    right = [s for s in chosen if not _wrong(s)] or chosen
    if not right:
        return []
    best = right[0].score
    first = next((s for s in right if not s.leans and s.score >= best - BACKWARD), right[0])
    right = [first, *(s for s in right if s is not first)]
    things = max(1, len(first.scores) - 1)
    names = {s.passage.card.id for s in right[:things]} | {s.passage.card.id for s in right if s.score >= best - RIVAL}
    return [s for s in right if s.passage.card.id in names and s.passage.card.kind == first.passage.card.kind][:LEAD]


def _together(lead: Sequence[Quotable]) -> list[Quotable]:
    """The best sentence first (a yes or no before it), then what is of one document side by side, in its order."""
    names = [s.passage.card.id for s in lead]
    first = next((s for s in lead if _YES_OR_NO.match(s.text)), lead[0] if lead else None)
    return sorted(lead, key=lambda s: (s is not first, s is not lead[0], names.index(s.passage.card.id), _place(s)))


def guide(query: Query, sentences: Sequence[Quotable]) -> list[Part]:
    """The steps of the nearest document that has them, in order, under what matters most of it; then the others' words.

    Nothing where another document answers so much better that the steps are of something else.
    """
    near = list(dict.fromkeys(s.passage.card.id for s in sentences))[:NEAR]
    ways = [s for s in sentences if _way(s) and s.passage.card.id in near]
    if not ways:
        return []
    name = min(ways, key=lambda s: near.index(s.passage.card.id)).passage.card.id
    ways = [s for s in ways if s.passage.card.id == name]
    chosen = choose([s for s in sentences if not _way(s)], WORDS * 3 // 5, DOCUMENTS)
    own = [s for s in chosen if s.passage.card.id == name]
    if chosen and chosen[0] not in own and max(s.score for s in ways) < chosen[0].score - ASTRAY:
        return []
    steps = sorted(choose(ways, WORDS - sum(s.length for s in chosen), 1), key=_place)
    lead = _together(own[:LEAD])
    rest = _by_document([s for s in chosen if s not in lead], query.language, name)
    return [_part(lead, "paragraph")] * bool(lead) + [_part(steps, "steps")] * bool(steps) + rest


def exemplify(query: Query, sentences: Sequence[Quotable]) -> list[Part]:
    """Cases, each under its title: the sentence that fits best, and one that holds a figure.

    Nothing where guidance answers so much better that no example is asked for ("Finnes det en avtale der vi bare
    betaler hvis de kommer i jobb?").
    """
    cases = [s for s in sentences if s.passage.card.kind == "case"]
    if cases and max(s.score for s in sentences) > max(s.score for s in cases) + ELSEWISE:
        return []
    return _listed(cases or sentences)


def survey(query: Query, sentences: Sequence[Quotable]) -> list[Part]:
    """An overview: a few documents, each under its title with what fits best."""
    return _listed(sentences)


def compare(query: Query, sentences: Sequence[Quotable]) -> list[Part]:
    """Each side under the titles of its documents: by country where the question names several."""
    if len(query.countries) < 2:
        return []
    parts = []
    for country in query.countries:
        own = [s for s in sentences if s.passage.card.country == country]
        law = [s for s in own if s.passage.card.kind != "case"] or own
        chosen = choose(law, WORDS // len(query.countries), 1)
        if chosen:
            chosen.sort(key=_place)
            parts.append(_part(chosen, "bullets", chosen[0].passage.card.title))
    return parts if len(parts) > 1 else []


def offer(query: Query, sentences: Sequence[Quotable]) -> list[Part]:
    """The template that fits best under its title, then what other documents say about it, each under its own."""
    templates = [s for s in sentences if s.passage.card.kind == "template"]
    if not templates:
        return []
    name = max(templates, key=lambda s: s.score).passage.card.id
    own = _outline([s for s in templates if s.passage.card.id == name], WORDS * 2 // 3)
    others = [s for s in sentences if s.passage.card.id != name]
    rest = choose(others, WORDS - sum(s.length for s in own), DOCUMENTS - 1)
    return _by_part(own) + [_part(told, "bullets", told[0].passage.card.title) for told in _owned(rest)]


def _outline(sentences: Sequence[Quotable], budget: int) -> list[Quotable]:
    """The best sentence below each heading of a template, as many as there is room for, then the best of the rest; in
    the template's order: what it looks like tells more of it than where it is most like the question.
    """
    best: dict[tuple[str, ...], Quotable] = {}
    for sentence in sorted(sentences, key=lambda s: -s.score):
        best.setdefault(sentence.passage.path, sentence)
    first = choose(list(best.values()), budget, 1)
    left = budget - sum(s.length for s in first)
    more = [s for s in sentences if not any(repeats(s, other) for other in first)]
    return sorted([*first, *choose(more, left, 1)], key=_place)


def _by_part(sentences: Sequence[Quotable]) -> list[Part]:
    """A template's sentences under its title, and then under its own headings."""
    headings = list(dict.fromkeys(s.passage.path[-1:] for s in sentences))
    parts: list[Part] = []
    for heading in headings:
        own = [s for s in sentences if s.passage.path[-1:] == heading]
        parts.append(_part(own, "bullets", heading[0] if parts and heading else own[0].passage.card.title))
    return parts


LAYOUTS: dict[Intent, Callable[[Query, Sequence[Quotable]], list[Part]]] = {
    "howto": guide,
    "example": exemplify,
    "broad": survey,
    "comparison": compare,
    "template": offer,
}
"""Answers of a form of their own, by intent; all others are explained."""


def _listed(sentences: Sequence[Quotable]) -> list[Part]:
    ranked = sorted(sentences, key=lambda s: -s.score)
    near = [s for s in ranked if s.score >= ranked[0].score - BEHIND]
    names = list(dict.fromkeys(s.passage.card.id for s in near))[:CASES]
    budgets = EACH if len(names) > 2 else (WORDS // 2, WORDS // 3)
    parts = []
    for name, budget in zip(names, budgets, strict=False):
        own = [s for s in sentences if s.passage.card.id == name]
        chosen = choose(own, budget, 1)[:1]
        left = budget - sum(s.length for s in chosen)
        figures = [s for s in own if _NUMBER.search(s.text) and not any(repeats(s, c) for c in chosen)]
        results = [s for s in figures if s.passage.heading in RESULTS]
        chosen += choose(results or figures, left, 1)[:1]
        left = budget - sum(s.length for s in chosen)
        chosen += choose([s for s in own if not any(repeats(s, c) for c in chosen)], left, 1)[: max(0, 3 - len(chosen))]
        if chosen:
            parts.append(_part(chosen, "paragraph", chosen[0].passage.card.title))
    return parts


def _by_document(chosen: Sequence[Quotable], language: str, first: str | None) -> list[Part]:
    """What was chosen, without and then under its headings more of the guidance that leads (`first` is its id); other
    guidance, each document in its own order, and under their headings items that say nothing without them; each case
    under its title; last, under the heading that says so, what people do wrong.
    """
    wrong = [s for s in chosen if _wrong(s)]
    cases = [s for s in chosen if s.passage.card.kind == "case"]
    own = sorted((s for s in chosen if s.passage.card.id == first and s not in [*wrong, *cases]), key=_place)
    plain = [s for s in own if _unheaded(s)]
    others = [s for owned in _owned([s for s in chosen if s not in [*wrong, *cases, *own]]) for s in owned]
    told = [s for s in others if not s.item or _unheaded(s)]
    return [
        *[_part(plain, "bullets")] * bool(plain),
        *_by_heading([s for s in own if s not in plain]),
        *[_part(told, "bullets", OTHERS.get(language, OTHERS["en"]))] * bool(told),
        *_by_heading([s for s in others if s not in told]),
        *(_part(owned, "bullets", owned[0].passage.card.title) for owned in _owned(cases)),
        *_by_heading(wrong),
    ]


def _owned(sentences: Sequence[Quotable]) -> list[list[Quotable]]:
    """The sentences by document, each document's in its own order."""
    names = dict.fromkeys(s.passage.card.id for s in sentences)
    return [sorted((s for s in sentences if s.passage.card.id == name), key=_place) for name in names]


def _by_heading(sentences: Sequence[Quotable]) -> list[Part]:
    headings = dict.fromkeys(s.passage.heading for s in sentences)
    return [_part([s for s in sentences if s.passage.heading == h], "bullets", h) for h in headings]


def _way(sentence: Quotable) -> bool:
    """Whether the sentence is a step of a step by step."""
    return sentence.step and sentence.passage.heading in STEPS


def _unheaded(sentence: Quotable) -> bool:
    """Whether the heading of the sentence tells nothing of it."""
    return sentence.passage.heading in {"", *SHORT_ANSWER}


def _wrong(sentence: Quotable) -> bool:
    """Whether the sentence tells what people do wrong."""
    return sentence.passage.card.kind != "case" and bool(_MISTAKES.search(sentence.passage.heading))


def _place(sentence: Quotable) -> tuple[int, int]:
    return sentence.passage.start, sentence.start


def _part(sentences: Sequence[Quotable], form: Form, title: str | None = None) -> Part:
    """The sentences, each quoted whole, as a part of a draft."""
    return Part(tuple(Claim(s.text, ((s.passage, s.text),)) for s in sentences), form, title)
