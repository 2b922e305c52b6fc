"""What a visitor says of an answer becomes a Remark that holds nothing about who said it."""

from __future__ import annotations

from datetime import date

from assistant import privacy
from assistant.types import Refusal, Remark, Reply, Verdict

LONGEST = 500
"""Characters of a visitor's own words that are kept; the page takes no more."""

_PRIVATE = {"personal-data", "about-a-person"}
"""Reasons of a refusal whose question is never kept, whatever the visitor ticks."""


def remark(reply: Reply, verdict: Verdict, said: str, today: date, *, with_question: bool) -> Remark:
    """The remark of today on a reply. The question is in it only where the visitor agreed (`with_question`).

    National id numbers, e-mail addresses and telephone numbers are masked in the question and in what was `said`.
    """
    near = reply.hits if isinstance(reply, Refusal) else reply.citations
    return Remark(
        day=today.isoformat(),
        verdict=verdict,
        said=privacy.scrub(" ".join(said.split())[:LONGEST]),
        question=keepable(reply) if with_question else "",
        documents=tuple(dict.fromkeys(one.passage.card.id for one in near)),
        refused=reply.reason if isinstance(reply, Refusal) else "",
        language=reply.language,
        country=reply.country,
    )


def keepable(reply: Reply) -> str:
    """The question as it would be kept, for the visitor to see before it is; "" where it never is."""
    private = isinstance(reply, Refusal) and reply.reason in _PRIVATE
    return "" if private else privacy.scrub(" ".join((reply.settled or reply.question).split())[:LONGEST])
