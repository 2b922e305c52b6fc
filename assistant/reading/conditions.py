"""The expression language of the decision rules: a written condition becomes an Expression.

The grammar stands at the head of `corpus/routes.yaml`.
"""

from __future__ import annotations

import re
from typing import Literal, cast

from assistant.plans import Comparison, Expression, Junction, Negation

MAX_DEPTH = 20
"""Parentheses and negations within each other: deeper is an accident, and would exhaust the stack."""

_TOKEN = re.compile(r"\s*(==|!=|<=|>=|<|>|\(|\)|\[|\]|,|[A-Za-z0-9][A-Za-z0-9-]*)")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_RESERVED = {"and", "or", "not", "in", "always"}


def parse(text: str) -> Expression:
    """Read a written condition. Raises ValueError that says what stands where something else should."""
    reader = _Reader(text)
    found = reader.expression(0)
    reader.end()
    return found


class _Reader:
    """The tokens of one condition, taken from the left."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found:
                raise ValueError(f'"{text[at:].strip()}" cannot be read')
            self._tokens.append(found[1])
            at = found.end()

    def expression(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ValueError(f"parts within parts, more than {MAX_DEPTH} deep")
        return self._joined("or", depth)

    def end(self) -> None:
        if self._tokens:
            raise ValueError(f'"{self._tokens[0]}" stands where the condition should end')

    def _joined(self, word: Literal["and", "or"], depth: int) -> Expression:
        parts = [self._part(word, depth)]
        while self._next() == word:
            self._take()
            parts.append(self._part(word, depth))
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _part(self, word: str, depth: int) -> Expression:
        return self._joined("and", depth) if word == "or" else self._factor(depth)

    def _factor(self, depth: int) -> Expression:
        token = self._take()
        if token == "not":
            if depth > MAX_DEPTH:
                raise ValueError(f"parts within parts, more than {MAX_DEPTH} deep")
            return Negation(self._factor(depth + 1))
        if token == "(":
            inner = self.expression(depth + 1)
            self._expect(")")
            return inner
        return Junction("and") if token == "always" else self._comparison(self._named(token, "a question"))

    def _comparison(self, question: str) -> Expression:
        operator = self._take()
        if operator in {"==", "!="}:
            return Comparison(question, "in" if operator == "==" else "not in", (self._option(),))
        if operator in {"<", "<=", ">", ">="}:
            bound = self._named(self._take(), "a threshold or a whole number")
            return Comparison(question, cast(Literal["<", "<=", ">", ">="], operator), (bound,))
        if operator == "not":
            self._expect("in")
            return Comparison(question, "not in", self._options())
        if operator == "in":
            return Comparison(question, "in", self._options())
        raise ValueError(f'"{operator}" stands after "{question}" where a comparison should')

    def _options(self) -> tuple[str, ...]:
        self._expect("[")
        options = [self._option()]
        while self._next() == ",":
            self._take()
            options.append(self._option())
        self._expect("]")
        return tuple(options)

    def _option(self) -> str:
        return self._named(self._take(), "an option")

    def _named(self, token: str, what: str) -> str:
        if token in _RESERVED or not _WORD.fullmatch(token):
            raise ValueError(f'"{token or "nothing"}" stands where {what} should')
        return token

    def _expect(self, wanted: str) -> None:
        token = self._take()
        if token != wanted:
            raise ValueError(f'"{token or "nothing"}" stands where "{wanted}" should')

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self) -> str:
        return self._tokens.pop(0) if self._tokens else ""
