"""Id numbers are found and masked, and look-alikes are left alone. Every number here is generated."""

import random
import subprocess
import sys
from collections.abc import Callable

import pytest

from assistant.privacy import PLACEHOLDERS, identifiers, mask

FRAMES = (
    "Hun har {} og bor i Bodø.",
    "Borgeren ({}) er visiteret til fleksjob.",
    "fnr:{}",
    "Det gäller {}, kan vi reservera?",
    "{}",
    "Sak 2026/004512 om {}. Ring 22 33 44 55.",
    "deltaker{}ønsker praksis",
)


def date(random_: random.Random) -> tuple[int, int, int]:
    return random_.randint(1, 28), random_.randint(1, 12), random_.randint(0, 99)


def norwegian(random_: random.Random, remainders: tuple[int, ...] = (0,)) -> str:
    while True:
        day, month, year = date(random_)
        body = f"{day + random_.choice((0, 40)):02}{month + random_.choice((0, 0, 40, 80)):02}{year:02}"
        body += f"{random_.randint(0, 999):03}"
        total = sum(w * int(d) for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), body, strict=True))
        first = (random_.choice(remainders) - total) % 11
        if first == 10:
            continue
        total = sum(w * int(d) for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), body + str(first), strict=True))
        second = -total % 11
        if second == 10:
            continue
        digits = f"{body}{first}{second}"
        return digits[:6] + random_.choice(("", " ", "-", ".", "\u00a0")) + digits[6:]


def norwegian_2032(random_: random.Random) -> str:
    return norwegian(random_, (1, 2, 3))


def danish(random_: random.Random) -> str:
    day, month, year = date(random_)
    return f"{day:02}{month:02}{year:02}{random_.choice(('', '-', ' ', '–'))}{random_.randint(0, 9999):04}"


def swedish(random_: random.Random) -> str:
    day, month, year = date(random_)
    body = f"{year:02}{month:02}{day + random_.choice((0, 60)):02}{random_.randint(0, 999):03}"
    doubled = "".join(str(int(d) * (2 - i % 2)) for i, d in enumerate(body))
    number = body[:6] + random_.choice(("-", "+", "", "‑")) + body[6:] + str(-sum(map(int, doubled)) % 10)
    return random_.choice(("", "19", "20")) + number


def finnish(random_: random.Random) -> str:
    day, month, year = date(random_)
    number = f"{day:02}{month:02}{year:02}", f"{random_.randint(2, 899):03}"
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int("".join(number)) % 31]
    return number[0] + random_.choice("-+ABCDEFYXWVU") + number[1] + check


@pytest.mark.parametrize("make", [norwegian, norwegian_2032, danish, swedish, finnish])
def test_every_generated_number_in_running_text_is_found_and_covered(make: Callable[[random.Random], str]) -> None:
    random_ = random.Random(7)
    for _ in range(2000):
        number, frame = make(random_), random_.choice(FRAMES)
        text = frame.format(number)
        spans = [(start, end) for start, end, _ in identifiers(text)]
        place = text.index(number)
        assert spans == [(place, place + len(number))], text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("19121212-1212 ringde oss", "SE"),
        ("Mannen är född 121212+1212.", "SE"),
        ("tunnus 131052-308T", "FI"),
        ("CPR 070761-4285", "DK"),
        ("CPR 0707614285", "DK"),
        ("０７０７６１－４２８５", "DK"),
        ("0707\u200b61\u00ad-4285", "DK"),
        ("07.07.61-4285", "DK"),
    ],
)
def test_known_shapes_are_found_with_their_kind(text: str, kind: str) -> None:
    assert [found for _, _, found in identifiers(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Ring 22 33 44 55 eller +47 22334455, i Danmark +45 33 92 33 92.",
        "Sverige +46701234567 och 070-123 45 67",
        "orgnr 987 654 321 og CVR 12345678",
        "konto 1234.56.78903 og 12345678903",
        "sak 2026/004512, dokument 19/00123-4",
        "terskelen er 1.611.360 kroner, 500 000 eller 1 490 000 000",
        "01.01.2026–31.12.2026 og kl. 10.30, 2026-07-01",
        "CELEX 32014L0024, ISBN 978-82-15-01234-5",
        "Perioden 01.01.26 2500 kroner",
    ],
)
def test_telephone_account_case_and_organisation_numbers_and_amounts_are_left_alone(text: str) -> None:
    assert identifiers(text) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Deltakeren, fnr 010190 00000, er sykmeldt", "NO"),
        ("Personnummeret er 010190 00000.", "NO"),
        ("CPR-nr.: 991399-1234", "DK"),
        ("personnummer (991332-0000)", "SE"),
    ],
)
def test_a_mistyped_number_that_is_called_an_id_number_is_one(text: str, kind: str) -> None:
    assert mask(text)[1] == (kind,)
    assert mask("Sak " + "".join(c for c in text if not c.isalpha()))[1] == ()


def test_masking_names_the_kind_and_keeps_the_rest_of_the_text() -> None:
    text, kinds = mask("Kan 070761-4285 få fleksjob? Og 19121212-1212, og 070761-4285 igen?")
    assert text == f"Kan {PLACEHOLDERS['DK']} få fleksjob? Og {PLACEHOLDERS['SE']}, og {PLACEHOLDERS['DK']} igen?"
    assert kinds == ("DK", "SE")
    assert mask(text) == (text, ())


LOGGING = """
import logging
from assistant.privacy import start_logging
start_logging("info")
log = logging.getLogger("assistant.test")
log.debug("not asked for")
try:
    raise ValueError("070761-4285")
except ValueError:
    log.exception("could not read %s at %d", "19121212-1212", 3)
log.info("done")
"""


def test_a_log_line_holds_no_number_in_message_values_or_traceback() -> None:
    """In a process of its own, since the test runner has set up logging in this one."""
    written = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True).stderr
    assert "4285" not in written
    assert "1212" not in written
    assert "ERROR assistant.test: could not read [personnummer] at 3" in written
    assert "ValueError" in written
    assert written.endswith("INFO assistant.test: done\n")
    assert "not asked for" not in written
