"""A model writes an answer: each sentence is checked as it comes, and shown with those before it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from assistant.answering import generative, verification
from assistant.errors import ComposerError, ComposerUnsupported
from assistant.types import Citation, Claim, Draft, Form, Hit, Notice, Part, Query, Section, Sentence

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds of a draft, and its citations; `told` says in English how it went, for the trail."""

    sections: tuple[Section, ...] = ()
    citations: tuple[Citation, ...] = ()
    composer: str = "extractive"
    notices: tuple[Notice, ...] = ()
    told: str = ""


def write(model: generative.Model, read: Query, hits: Sequence[Hit], show: Callable[[Checked], None]) -> Checked:
    """What the model wrote and what of it holds; nothing but a notice where it did not do.

    `show` is called each time a sentence has come to what holds.
    """
    checking, sections = _Checking(), list[Section]()
    try:
        with closing(generative.compose(read, hits, model, checking.check)) as sentences:
            for sentence, form in sentences:
                _lay(sections, sentence, form)
                show(Checked(tuple(sections), checking.citations, generative.COMPOSER))
    except ComposerError as error:
        _log.warning("The model's answer was not used: %s", error)
        code = "composer-unsupported" if isinstance(error, ComposerUnsupported) else "composer-unavailable"
        return Checked(notices=(Notice(code),), told=f"not by the model: {error}")
    told = f"{sum(len(section.sentences) for section in sections)} sentences that hold"
    return Checked(tuple(sections), checking.citations, generative.COMPOSER, told=told)


class _Checking:
    """Checks claims one by one with what checks whole drafts: all that held so far and the new one."""

    def __init__(self) -> None:
        self.citations: tuple[Citation, ...] = ()
        self._kept: tuple[Claim, ...] = ()

    def check(self, claim: Claim) -> Sentence | None:
        """The claim as a sentence with the numbers of its citations; None where it does not hold."""
        sections, citations, dropped = verification.verify(Draft((Part((*self._kept, claim)),)))
        if dropped:
            return None
        self._kept, self.citations = (*self._kept, claim), citations
        return sections[0].sentences[-1]


def _lay(sections: list[Section], sentence: Sentence, form: Form) -> None:
    """Put a sentence behind the others: into the last section where that has its form."""
    if sections and sections[-1].form == form:
        sections[-1] = replace(sections[-1], sentences=(*sections[-1].sentences, sentence))
    else:
        sections.append(Section((sentence,), form))
