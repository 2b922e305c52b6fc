"""Takes the fields out of a YAML mapping and says in plain words what is wrong with them.

It knows the kinds of value that the corpus uses (text, list, number, date, country, a word from a list), not
which fields there are: `corpus.py` knows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from reprlib import Repr
from typing import Any

COUNTRY = re.compile(r"[A-Z]{2}")
"""How a country is written."""

_SHORT = Repr()
_SHORT.maxlevel = 2

_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}")


@dataclass(slots=True)
class Fields:
    """A mapping under reading. Every getter gives an empty value for a field that is missing or wrong.

    What is wrong goes to `problems`, one sentence each, which rows of the same mapping share; `where` stands
    before the name of the field.
    """

    raw: dict[str, Any]
    problems: list[str] = field(default_factory=list)
    where: str = ""

    def wrong(self, key: str, what: str) -> None:
        """Note what is wrong with a field."""
        self.problems.append(f"{self.where}{key}: {what}")

    def expect(self, allowed: tuple[str, ...], required: tuple[str, ...]) -> None:
        """Note fields that are not among those allowed, and required ones that are missing or empty."""
        for key in self.raw:
            if key not in allowed:
                self.wrong(str(key), f"unknown field{nearest(str(key), allowed)}; allowed: {', '.join(allowed)}")
        for key in required:
            if self.raw.get(key) in (None, ""):
                self.wrong(key, "it is missing")

    def text(self, key: str) -> str:
        """Give a text; numbers and dates, which YAML reads out of bare words, are written out again."""
        value = self.raw.get(key)
        if value is None:
            return ""
        if isinstance(value, date):
            return value.isoformat()[:10]
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(
                key, f"{shown(value)} is not a text; quote it if it holds a colon or is a lone yes, no, on or off"
            )
            return ""
        return str(value).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        value = self.raw.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or any(item is None or isinstance(item, dict | list | bool) for item in value):
            self.wrong(key, f"{shown(value)} is not a list of texts; write [one, two], and quote a text with a comma")
            return ()
        return tuple(str(item).strip() for item in value)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """Give a text that must be one of the allowed ones."""
        if isinstance(self.raw.get(key), bool):
            self.wrong(key, f"YAML reads a bare yes or no as true or false; allowed: {', '.join(allowed)}")
            return ""
        value = self.text(key)
        self._only(key, [value] if value else [], allowed)
        return value

    def some_of(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Give a list of texts that must be among the allowed ones."""
        values = self.texts(key)
        self._only(key, values, allowed)
        return values

    def number(self, key: str, what: str = "a whole number") -> int | None:
        """Give a whole number; `what` says in the message what it counts."""
        value = self.raw.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            self.wrong(key, f"{shown(value)} is not {what}; write it with digits only, or null")
            return None
        return value

    def day(self, key: str) -> str | None:
        """Give a date as text: a year, a month or a day."""
        value = self.text(key) or None
        if value is not None and not _is_date(value):
            self.wrong(key, f'"{value}" is not a date; write YYYY, YYYY-MM or YYYY-MM-DD')
        return value

    def country(self, key: str) -> str | None:
        """Give a country; the false that YAML makes of an unquoted NO gets a message of its own."""
        if self.raw.get(key) is False:
            self.wrong(key, f'an unquoted NO is the boolean false in YAML; write {key}: "NO", with the quotes')
            return None
        value = self.text(key) or None
        if value is not None and not COUNTRY.fullmatch(value):
            self.wrong(key, f'"{value}" is not a country; write two capital letters in quotes, such as "NO" or "DK"')
        return value

    def rows(self, key: str, allowed: tuple[str, ...], required: tuple[str, ...]) -> list[Fields]:
        """Give a list of mappings as Fields, their own fields already checked by name."""
        value = self.raw.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            example = ", ".join(f"{name}: ..." for name in required)
            self.wrong(key, f"it must be a list of rows, each written - {{{example}}}")
            return []
        rows = [Fields(row, self.problems, f"{self.where}{key} {number}: ") for number, row in enumerate(value, 1)]
        for row in rows:
            row.expect(allowed, required)
        return rows

    def _only(self, key: str, values: Iterable[str], allowed: tuple[str, ...]) -> None:
        for value in values:
            if value not in allowed:
                self.wrong(key, f'"{value}" is not allowed{nearest(value, allowed)}; allowed: {", ".join(allowed)}')


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Give ' (did you mean "..."?)' with the allowed word that is most like a wrong one, or nothing."""
    near = get_close_matches(word, list(allowed), n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""


def shown(value: object) -> str:
    """Write a value for a message: a text in quotes, None as "missing", anything else as Python has it, cut short."""
    return f'"{value}"' if isinstance(value, str) else "missing" if value is None else _SHORT.repr(value)


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True
