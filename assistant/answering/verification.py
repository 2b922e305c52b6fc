"""Keeps a sentence only if the passages that it cites hold it; numbers the citations; says what was dropped and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.support import Entails, Judge, Likeness, Support, hold
from assistant.types import Citation, Claim, Part, Passage, Section, Sentence


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim that was not kept: `faults` of `support.FAULTS`, or "quote" where a quote is not verbatim."""

    text: str
    faults: tuple[str, ...]


class Ledger:
    """Checks the claims of one answer one by one, and numbers their citations in order of first use."""

    def __init__(
        self,
        similar: Likeness | None = None,
        entails: Entails | None = None,
        language: str | None = None,
        judge: Judge | None = None,
        reread: Judge | None = None,
    ) -> None:
        """All but `language` as `hold` takes them; `language` is the answer's (None = detected)."""
        self._similar = similar
        self._entails = entails
        self._language = language
        self._judge = judge
        self._reread = reread
        self._known: dict[tuple[str, str], Citation] = {}
        self.dropped: list[Dropped] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far, by number: one for each passage and quote."""
        return tuple(self._known.values())

    def add(self, claim: Claim) -> Sentence | Dropped:
        """The claim as a sentence with its citations' numbers and its support, or what is wrong with it.

        Every quote must stand verbatim in its passage. A claim that is one of its quotes then holds; any other is
        held against the passages that it cites. What is dropped takes no number.
        """
        places = [passage.text.find(quote) for passage, quote in claim.quotes]
        verbatim = bool(places) and min(places) >= 0
        support = self._support(claim) if verbatim else Support(0.0, ("quote",))
        if support.faults:
            self.dropped.append(Dropped(claim.text, support.faults))
            return self.dropped[-1]
        pairs = zip(claim.quotes, places, strict=True)
        numbers = (self._number(passage, quote, at) for (passage, quote), at in pairs)
        return Sentence(claim.text, tuple(dict.fromkeys(numbers)), support.score)

    def section(self, part: Part) -> Section | None:
        """What holds of a part, in its form; None where nothing does. A table with a cell that falls falls whole."""
        checked = [self.add(claim) for claim in part.claims]
        kept = tuple(one for one in checked if isinstance(one, Sentence))
        if not kept or (part.form == "table" and len(kept) < len(checked)):
            return None
        return Section(kept, part.form, part.title, part.columns)

    def _support(self, claim: Claim) -> Support:
        if claim.text in {quote for _, quote in claim.quotes}:
            return Support(1.0)
        passages = list({passage.id: passage for passage, _ in claim.quotes}.values())
        return hold(claim.text, passages, self._similar, self._entails, self._language, self._judge, self._reread)

    def _number(self, passage: Passage, quote: str, at: int) -> int:
        key = (passage.id, quote)
        if key not in self._known:
            self._known[key] = Citation(len(self._known) + 1, passage, quote, at, at + len(quote))
        return self._known[key].number


def told(dropped: Sequence[Dropped]) -> str:
    """How many claims were dropped and for what, without their words: "2 dropped (duty 1, number 2)"."""
    faults = Counter(fault for one in dropped for fault in one.faults)
    why = ", ".join(f"{fault} {count}" for fault, count in sorted(faults.items()))
    return f"{len(dropped)} dropped" + (f" ({why})" if why else "")
