"""A card as a passage that can be cited: what its front matter tells, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.sentences import LEGAL
from assistant.types import Card, Claim, Part, Passage, Query

FIGURES = 2
"""Results that a line holds; more are read in the document."""

BASIS = {
    "nb": "Regelgrunnlag",
    "nn": "Regelgrunnlag",
    "da": "Retsgrundlag",
    "sv": "Rättslig grund",
    "en": "Legal basis",
}
"""What a document's legal basis is called in its language."""

COUNTRIES = 2
"""Countries whose legal basis an answer tells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The passage, and those of its lines that can be quoted; a line is empty where the card does not tell."""

    passage: Passage
    title: str
    partners: str
    results: str
    basis: str


def sheet(card: Card) -> Sheet:
    """The card's sheet. Its passage has the id "<card id>#card" and stands nowhere in the document's text."""
    partners = "; ".join(dict.fromkeys((*card.public_partners, *card.private_partners, *card.inclusion_partners)))
    figures = [f"{f.value} {f.what}" + (f" ({f.period})" if f.period else "") for f in card.results]
    results = "; ".join(figures[:FIGURES])
    basis = f"{BASIS.get(card.language, BASIS['en'])}: {'; '.join(card.legal_basis)}" if card.legal_basis else ""
    text = "\n".join(line for line in (card.title, partners, results, basis) if line)
    return Sheet(Passage(f"{card.id}#card", card, text, end=len(text)), card.title, partners, results, basis)


def legal_basis(query: Query, cited: Sequence[Passage]) -> Part | None:
    """The legal basis of the first guidance that an answer on law cites, from each country that the question compares.

    A directive's stands for itself only where no country's law is cited. None where the question is not about law.
    """
    if query.intent not in LEGAL or query.cases:
        return None
    cards = [passage.card for passage in cited if passage.card.kind == "guidance" and passage.card.legal_basis]
    national = [card for card in cards if card.country != "EU"] or cards
    first = {card.country: card for card in reversed(national)}
    chosen = [card for card in dict.fromkeys(national) if first[card.country] is card]
    sheets = [sheet(card) for card in chosen[: COUNTRIES if len(query.countries) > 1 else 1]]
    claims = tuple(Claim(one.basis, ((one.passage, one.basis),)) for one in sheets)
    return Part(claims, "paragraph" if len(claims) == 1 else "bullets") if claims else None
