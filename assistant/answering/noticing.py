"""What the reader must know beside the answer: whose law was taken, examples from abroad, rules that are old."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from assistant.types import Citation, Notice, Query


def notices(
    query: Query,
    citations: Sequence[Citation],
    *,
    selected: str | None,
    settled: bool,
    held: Collection[str],
    named: bool,
    today: date,
    years: int,
) -> tuple[Notice, ...]:
    """The notices of an answer, in the order in which they are shown.

    `selected` is the country that the asker stands in (None = not said), `named` whether the question names one,
    `settled` whether it was a follow-up, `held` the countries that guidance is held for; a rule whose date lies more
    than `years` years before `today` is called old.
    """
    found = [Notice("settled", (query.text,))] * settled
    cards = list({citation.passage.card.id: citation.passage.card for citation in citations}.values())
    law = [card for card in cards if card.kind != "case"]
    if query.country and query.country not in held:
        found.append(Notice("no-law-held", (query.country,)))
    elif query.country and selected is None and not named and any(card.country == query.country for card in law):
        found.append(Notice("country-assumed", (query.country,)))
    if query.country and any(c.kind == "case" and c.country not in (query.country, None) for c in cards):
        found.append(Notice("other-country-example"))
    for card in law:
        if card.as_of and int(card.as_of[:4]) < today.year - years:
            found.append(Notice("old-rule", (card.title, card.as_of)))
    return tuple(found)
