"""Finds and masks national id numbers in questions, documents and log lines; and addresses in free words.

| kind | number | form | what must hold |
| --- | --- | --- | --- |
| NO | fødselsnummer, D-number, H-number, synthetic | DDMMYY NNNCC | date (day +40, month +40 or +80), both checks |
| DK | CPR-nummer | DDMMYY-NNNN | date (day +60 for replacement numbers); no check digit since 2007 |
| SE | personnummer, samordningsnummer | YYMMDD-NNNC, YYYYMMDD-NNNC | date (day +60), Luhn |
| FI | henkilötunnus | DDMMYYsNNNC | date, sign of the century, check character |

Sources: Skatteetaten on fødselsnummer and on the change of 2032 (the first check may then leave 0, 1, 2 or 3
when divided by 11), the CPR office on numbers without modulus 11, Skatteverket SKV 704 and 707, the
Finnish Digital and Population Data Services Agency on the new signs of 2023. Numbers of today and of
2032 are both accepted, at any date.

What is missed costs more than what is masked needlessly: as a Danish number has no check digit, every ten
digits in one run that begin with a date are taken for one. Where a number reads as Swedish and as Danish with
its old check digit, it is called Danish. Digits of any script count, and invisible
characters between them do not.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable

PLACEHOLDERS = {"NO": "[fødselsnummer]", "DK": "[CPR-nummer]", "SE": "[personnummer]", "FI": "[henkilötunnus]"}
"""What stands in the place of a number of each kind."""

_DATE = r"(?:\d{6}|\d\d(?P<mark>[ .\-/])\d\d(?P=mark)\d\d)"
_PATTERNS = {
    # the look-ahead lets a number begin inside what merely resembled one; a sum with "+" in front is a telephone
    kind: re.compile(rf"(?<![\d+])(?=({pattern})(?!\d))", re.ASCII | re.IGNORECASE)
    for kind, pattern in {
        "NO": _DATE + r" ?[.\-/]? ?\d{3}[ .]?\d\d",
        "SE": r"(?:(?:18|19|20)\d{6}|\d{6}) ?[\-+]? ?\d{4}",
        "FI": r"\d{6}[\-+A-FYXWVU]\d{3}[0-9A-Y]",
        "DK": r"(?:\d{6} ?-? ?|\d\d(?P<mark>[ .\-/])\d\d(?P=mark)\d\d(?: ?- ?)?)\d{4}",
    }.items()
}
_NAMED = {
    kind: re.compile(rf"\b(?:{name})[- ]?(?:nr|num(?:mer|ret)(?:et)?)?\.?:?\s*(?:er|är|is)?\s*\(?$", re.IGNORECASE)
    for kind, name in {"NO": "fnr|fødsels|person|d", "SE": "person", "FI": "henkilötunnus", "DK": "cpr"}.items()
}
"""What says that the number behind it is somebody's, although its check digits may be mistyped."""

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TELEPHONE = re.compile(r"(?<![\w.,])(?:\+|00)?(?:\d ?){7,14}\d(?!\w)")
LABEL = 30
"""Characters before a number in which a word may say that it is an id number."""

FEWEST = 9
"""Digits of the shortest id number, the Finnish; a text with fewer holds none, as most passages do."""

_LAST_DAY = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FINNISH_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def identifiers(text: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, kind) of each id number in `text`, in order; kinds are the keys of `PLACEHOLDERS`."""
    if sum(map(str.isdigit, text)) < FEWEST:
        return ()
    plain, places = _plain(text)
    found: list[tuple[int, int, str]] = []
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(plain):
            start, end = match.span(1)
            said = _CHECKS[kind](match.group(1)) or _NAMED[kind].search(plain[max(0, start - LABEL) : start])
            if said and not any(start < b and a < end for a, b, _ in found):
                found.append((start, end, kind))
    return tuple((places[start], places[end - 1] + 1, kind) for start, end, kind in sorted(found))


def mask(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a placeholder for each id number, and the kinds found (each once, in order)."""
    found = identifiers(text)
    for start, end, kind in reversed(found):
        text = text[:start] + PLACEHOLDERS[kind] + text[end:]
    return text, tuple(dict.fromkeys(kind for _, _, kind in found))


def scrub(text: str) -> str:
    """The text without id numbers, e-mail addresses and telephone numbers: for free words that are kept.

    Every run of eight to fifteen digits (ITU-T E.164), with or without spaces, is taken for a telephone number. That
    masks large sums too, which costs such words little; a question is never searched for in this form.
    """
    return _TELEPHONE.sub("[telefon]", _MAIL.sub("[e-post]", mask(text)[0]))


def start_logging(level: str) -> None:
    """Log to standard error from `level` on (a name such as "info"), id numbers masked; every command begins so."""
    handler = logging.StreamHandler()
    handler.addFilter(_Masking())
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level.upper(), handlers=[handler], format=form)


class _Masking(logging.Filter):
    """Masks id numbers in the message, its values and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask `record` in place; every record passes."""
        record.msg, record.args = mask(record.getMessage())[0], None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)[0]
        if record.stack_info:
            record.stack_info = mask(record.stack_info)[0]
        return True


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with plain digits, spaces and hyphens and nothing invisible, and where each character stood."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        digit = unicodedata.digit(character, None)
        if category == "Cf" or category == "Mn":
            continue
        if digit is not None:
            character = str(digit)
        elif category == "Zs" or character == "\t":
            character = " "
        elif category == "Pd" or character == "\u2212":
            character = "-"
        else:
            compatible = unicodedata.normalize("NFKC", character)
            character = compatible if len(compatible) == 1 else character
        characters.append(character)
        places.append(place)
    return "".join(characters), places


def _is_date(day: int, month: int, year: int) -> bool:
    """Whether a day and month exist in a year of two digits, in some century."""
    if not (1 <= month <= 12 and 1 <= day <= _LAST_DAY[month - 1]):
        return False
    return not (month == 2 and day == 29) or year % 4 == 0


def _pairs(digits: str) -> tuple[int, int, int]:
    return int(digits[:2]), int(digits[2:4]), int(digits[4:6])


def _norwegian(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    day, month, year = _pairs(digits)
    shifted = month - 80 if month > 80 else month - 40 if month > 40 else month
    if not _is_date(day - 40 if day > 40 else day, shifted, year):
        return False
    first = sum(weight * int(digit) for weight, digit in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), digits[:10], strict=True))
    second = sum(weight * int(digit) for weight, digit in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True))
    return first % 11 <= 3 and second % 11 == 0


def _danish(number: str) -> bool:
    day, month, year = _pairs(re.sub(r"\D", "", number))
    return _is_date(day - 60 if day > 60 else day, month, year)


def _swedish(number: str) -> bool:
    digits = re.sub(r"\D", "", number)[-10:]
    old_check = sum(weight * int(digit) for weight, digit in zip((4, 3, 2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True))
    if re.fullmatch(r"\d{6}[- ]*\d{4}", number) and old_check % 11 == 0 and _danish(number):
        return False
    year, month, day = _pairs(digits)
    doubled = "".join(str(int(digit) * (2 - place % 2)) for place, digit in enumerate(digits))
    return _is_date(day - 60 if day > 60 else day, month, year) and sum(map(int, doubled)) % 10 == 0


def _finnish(number: str) -> bool:
    check = _FINNISH_CHECK[int(number[:6] + number[7:10]) % 31]
    return _is_date(*_pairs(number)) and check == number[10].upper()


_CHECKS: dict[str, Callable[[str], bool]] = {"NO": _norwegian, "SE": _swedish, "FI": _finnish, "DK": _danish}
