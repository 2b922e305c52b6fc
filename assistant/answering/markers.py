"""What a model writes becomes claims: its quotes first, then each sentence as soon as it is whole.

The model's text is never shown as it came. A passage is named by a token ("P3"), and only a quote that stands in
that passage becomes one of the claim's quotes, so that no marker, number or address can be invented.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.language import fold, sentences, words
from assistant.types import Claim, Form, Part, Passage

SHORTEST_QUOTE = 3
"""Words; fewer stand in almost any passage."""

LONGEST_LINE = 2000
"""Characters of a line without the end of a sentence, from which it is let go: no sentence is that long."""

QUOTES, ANSWER = "QUOTES", "ANSWER"
"""The headings of the two parts, as the prompt asks for them."""

_HEADING = re.compile(rf"\s*[<#*_ ]*({QUOTES}|{ANSWER})[*_ ]*[:>\n]", re.IGNORECASE)
_THINKS, _THOUGHT = "<think>", "</think>"
_NAMED = r"(?:(?:p|passage|source)s?\s*\.?\s*)"
_AND = r"\s*(?:[,;&/–-]|and|og|och)?\s*"
_MARKER = re.compile(
    rf"[\[【［]\s*\^?{_NAMED}?\d{{1,3}}(?:{_AND}{_NAMED}?\d{{1,3}})*(?:†[^\[\]【】\n]{{0,40}})?\s*[\]】］]"
    rf"|\(\s*{_NAMED}\d{{1,3}}(?:{_AND}{_NAMED}\d{{1,3}})*\s*\)",
    re.IGNORECASE,
)
_KNOWN = re.compile(r"\[(\d{1,3})\]")
_BETWEEN = re.compile(r"(?<=\])\s*[,;]\s*(?=\[\d)")  # "[1], [2]"
_STOPPED_TWICE = re.compile(r"(?<=[.!?])(\s*(?:\[\d{1,3}\]\s*)+)(?:\.\s*)+")  # "So it is. [1]."
_ITEM = re.compile(r"\s*(?:([-*•–])|\d{1,2}[.)])\s+")
_QUOTED = re.compile(r"\s*(?:[-*•–]\s+|\d{1,2}[.)]\s+)?((?:\[\d{1,3}\]\s*)+)[\s:–—*-]*(.*)", re.DOTALL)
_QUOTATION = " \"'«»“”„‘’*`"
_EMPHASIS = re.compile(r"[*`]+|^#+\s*|</?(?:quotes|answer)>", re.IGNORECASE)
_MADE_UP = re.compile(rf"[\[\]【】［］†]|p\d{{1,3}}\b|\b(?:{QUOTES}|{ANSWER}):", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:mailto|javascript|data):\S|\b[\w-]+\.[a-z]{2,}/|\]\s*\(|\]\s*:|\w@\w",
    re.IGNORECASE,
)
_TAG = re.compile(r"<\s*[/!?a-z]|&#?\w{1,10};", re.IGNORECASE)
_NEXT = re.compile(r"\s+(?:[^\w\s\[【［(]+\s+)*[^\w\s\[【［(]*\w\S*\s")  # the first whole word of the next sentence
_LETTER = re.compile(r"[^\W\d_]")


class Manuscript:
    """A model's text as it comes in, in pieces cut anywhere; `passages` are what P1, P2 ... stand for, in order."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._quotes: dict[int, list[str]] = {}
        self._text = ""  # what has come of the line that is being written
        self._stage = ""  # "", QUOTES, ANSWER or _THINKS
        self._form: Form = "paragraph"
        self._at_start = True  # of a line

    def add(self, piece: str) -> Iterator[Part]:
        """Take the next piece; gives each sentence that it completes, as a part with one claim.

        A claim without quotes is a sentence that cites nothing that is there, or that may not be shown.
        """
        self._text += "".join(map(_visible, piece))
        while (turned := self._turned()) or "\n" in self._text:
            if not turned:
                yield from self._line()
        if self._stage == ANSWER:
            yield from self._sentences(whole=False)
        if len(self._text) > LONGEST_LINE:
            yield from self._too_long()

    def end(self) -> Iterator[Part]:
        """Say that nothing follows; gives what the last line held."""
        yield from self.add("\n")

    def _turned(self) -> bool:
        """Whether the next part of the text was opened: by a heading, or by the end of what was thought aloud."""
        heading = _HEADING.match(self._text) if self._at_start and self._stage != _THINKS else None
        if heading is not None:
            self._stage, self._text = heading[1].upper(), self._text[heading.end() :]
        elif self._stage in ("", _THINKS) and _THOUGHT in self._text.partition("\n")[0]:
            self._stage, self._text = "", self._text.partition(_THOUGHT)[2]
            self._at_start = True
        else:
            return False
        return True

    def _line(self) -> Iterator[Part]:
        """Read the first line, which is whole, and go on to the next."""
        line, _, rest = self._text.partition("\n")
        if line.lstrip().startswith(_THINKS):
            self._stage = _THINKS
        elif self._stage == QUOTES:
            self._keep(line)
        elif self._stage == ANSWER:
            self._text = line
            yield from self._sentences(whole=True)
        self._text, self._at_start = rest, True

    def _keep(self, line: str) -> None:
        """Keep the quote that a line holds, if it stands in the passage that the line names."""
        quoted = _QUOTED.match(_MARKER.sub(_numbers, line))
        if quoted is None:
            return
        for number in map(int, _KNOWN.findall(quoted[1])):
            found = self._stands(number, quoted[2].strip(_QUOTATION))
            if found:
                self._quotes.setdefault(number, []).append(found)

    def _sentences(self, *, whole: bool) -> Iterator[Part]:
        """Take every sentence that is complete from the line; all of it where the line is `whole`."""
        self._text = _STOPPED_TWICE.sub(r"\1 ", _BETWEEN.sub("", _MARKER.sub(_numbers, self._text)))
        while self._text.strip():
            item = _ITEM.match(self._text) if self._at_start else None
            spans = sentences(self._text[item.end() :] if item else self._text)
            end = (item.end() if item else 0) + (spans[0][1] if spans else len(self._text))
            if not whole and not _NEXT.match(self._text, end):
                return
            if self._at_start:
                self._form = "paragraph" if item is None else "bullets" if item[1] else "steps"
            said = self._text[item.end() if item else 0 : end]
            self._text, self._at_start = self._text[end:], False
            if _LETTER.search(_KNOWN.sub("", said)):
                yield Part((self._claim(said),), self._form)

    def _too_long(self) -> Iterator[Part]:
        if self._stage == ANSWER:
            yield Part((Claim(self._text[:LONGEST_LINE], ()),), self._form)
        self._text = ""

    def _claim(self, said: str) -> Claim:
        """A sentence with what it cites; without any quotes where something in it was made up."""
        text = " ".join(_EMPHASIS.sub("", re.sub(r"\s*\[\d{1,3}\]", "", said)).split())
        cited = dict.fromkeys(map(int, _KNOWN.findall(said)))
        quotes = [(self._passages[n - 1], quote) for n in cited if (quote := self._quote(n, text))]
        own = next((quote for _, quote in quotes if quote.split() == text.split()), None)
        if _TAG.search(text) or _ADDRESS.search(text) or (own is None and _MADE_UP.search(text)):
            return Claim(text, ())
        return Claim(own or text, tuple(quotes))

    def _quote(self, number: int, text: str) -> str | None:
        """What passage `number` says to `text`: the sentence itself, or that of the quotes which shares most words.

        None where there is no such passage, or nothing is quoted of it.
        """
        same = self._stands(number, text)
        if same is not None and same.split() == text.split():
            return same
        said = {fold(word) for word in words(text)}
        return max(
            self._quotes.get(number, ()), key=lambda quote: len(said & {fold(w) for w in words(quote)}), default=None
        )

    def _stands(self, number: int, quote: str) -> str | None:
        """The whole sentences of passage `number` in which `quote` stands, white space apart; None where it does not.

        Whole, since half a sentence can leave out the "not".
        """
        told = quote.split()
        if not 0 < number <= len(self._passages) or len(told) < SHORTEST_QUOTE:
            return None
        passage = self._passages[number - 1].text
        found = re.search(r"\s+".join(map(re.escape, told)), passage)
        if found is None:
            return None
        around = [span for span in sentences(passage) if span[0] < found.end() and found.start() < span[1]]
        return passage[around[0][0] : around[-1][1]] if around else None


@lru_cache(maxsize=4096)
def _visible(character: str) -> str:
    """The character, unless it cannot be seen (control, format, private or no character) or draws a table."""
    if character == "\n" or unicodedata.category(character) in {"Zl", "Zp"}:
        return "\n"
    if character in "\t|":
        return " "
    return "" if unicodedata.category(character).startswith("C") else character


def _numbers(marker: re.Match[str]) -> str:
    """A marker in its one form: "【P1, 2】" as "[1][2]"."""
    return "".join(f"[{int(number)}]" for number in re.findall(r"\d+", marker[0].partition("†")[0]))
