"""Keeps a sentence only if the passage that it cites supports it; builds the citations; refuses otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.types import Citation, Claim, Draft, Passage, Section, Sentence


@dataclass(slots=True)
class _Numbering:
    """Citations in order of first use: one for each passage and quote."""

    known: dict[tuple[str, str], int] = field(default_factory=dict)
    citations: list[Citation] = field(default_factory=list)

    def number(self, passage: Passage, quote: str, at: int) -> int:
        key = (passage.id, quote)
        if key not in self.known:
            self.known[key] = len(self.citations) + 1
            self.citations.append(Citation(self.known[key], passage, quote, at, at + len(quote)))
        return self.known[key]


def verify(draft: Draft) -> tuple[tuple[Section, ...], tuple[Citation, ...], int]:
    """The sections of the draft that hold, their citations, and how many claims were dropped.

    A claim holds when every quote stands verbatim in its passage and the claim is one of its quotes.
    """
    numbering = _Numbering()
    sections, dropped = [], 0
    for part in draft.parts:
        kept = []
        for claim in part.claims:
            places = _places(claim)
            if places is None:
                dropped += 1
                continue
            pairs = zip(claim.quotes, places, strict=True)
            kept.append(Sentence(claim.text, tuple(numbering.number(p, q, at) for (p, q), at in pairs)))
        if kept:
            sections.append(Section(tuple(kept), part.form, part.title, part.columns))
    return tuple(sections), tuple(numbering.citations), dropped


def _places(claim: Claim) -> list[int] | None:
    """Where each quote stands in its passage; None when one does not, or when the claim is none of them."""
    places = [passage.text.find(quote) for passage, quote in claim.quotes]
    if not places or min(places) < 0 or claim.text not in {quote for _, quote in claim.quotes}:
        return None
    return places
