"""The word table: complete in every language, and right about browsers, dates and notices."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from assistant.errors import AssistantError, ComposerError, SettingsError
from assistant.serving import words
from assistant.serving.examples import EXAMPLES
from assistant.types import Kind, Notice, Reason

NOTICES = {
    "no-law-held": ("FI",),
    "other-country-example": (),
    "country-assumed": ("NO",),
    "how-long-unsaid": (),
    "masked-identifiers": (),
    "old-rule": ("Tittel", "2022-06"),
    "settled": ("Hva er OPI?",),
    "short-on-space": (),
    "stopped": (),
    "sources-changed": (),
}


def test_every_word_is_there_in_every_language_with_the_same_places_to_fill() -> None:
    for key, texts in words.table().items():
        assert set(texts) == set(words.LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key
        assert len({tuple(sorted(re.findall(r"\{\d\}", text))) for text in texts.values()}) == 1, key


def test_every_reason_kind_and_country_has_words() -> None:
    keys = {f"refusal.{reason}" for reason in get_args(Reason)} | {f"kind.{kind}" for kind in get_args(Kind)}
    keys |= {f"country.{code}" for code in (*words.COUNTRIES, "all", "EU")}
    keys |= {f"example.{name}" for lists in EXAMPLES.values() for names in lists.values() for name in names}
    keys |= {f"role.{role}" for role in EXAMPLES}
    assert keys <= set(words.table())


def test_every_kind_of_error_that_an_editor_can_meet_has_words_and_what_to_do() -> None:
    kinds = {"no-document", "no-address"}
    tree: list[type[AssistantError]] = [AssistantError]
    while tree:
        tree += (found := tree.pop().__subclasses__())
        kinds |= {error("x").kind for error in found if not issubclass(error, SettingsError | ComposerError)}
    assert {"no-text", "store-busy", "address-refused"} <= kinds
    assert {f"problem.{kind}{end}" for kind in kinds for end in ("", ".hint")} <= set(words.table())


def test_every_key_in_the_code_is_in_the_table() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in Path(words.__file__).parent.rglob("*.py"))
    used = set(re.findall(r'(?:word|_say)\(\s*["\']([a-z.-]+)["\']', code))
    assert "answer.sources" in used or len(used) > 10
    assert used <= set(words.table())


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_reads_as_a_sentence_without_gaps(code: str, language: str) -> None:
    text = words.notice(Notice(code, NOTICES[code]), language)
    assert text
    assert "{" not in text


def test_an_unknown_notice_is_an_error() -> None:
    with pytest.raises(KeyError):
        words.notice(Notice("no-such-notice"), "nb")


def test_a_notice_names_the_country_and_writes_the_date_out() -> None:
    assert "Norway" in words.notice(Notice("country-assumed", ("NO",)), "en")
    assert "juni 2022" in words.notice(Notice("old-rule", ("Tittel {1}", "2022-06")), "nb")
    assert "Tittel {1}" in words.notice(Notice("old-rule", ("Tittel {1}", "2022-06")), "nb")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("nn-NO,nn;q=0.9,en;q=0.8", "nn"),
        ("no", "nb"),
        ("de-DE,de;q=0.9,da;q=0.7,en;q=0.5", "da"),
        ("en;q=0.5, sv", "sv"),
        ("fr-FR", "en"),
        ("da;q=nonsense,en", "en"),
        (None, "nb"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(accepted: str | None, language: str) -> None:
    assert words.preferred(accepted) == language


@pytest.mark.parametrize(
    ("written", "language", "read"),
    [
        ("2026-07", "nb", "juli 2026"),
        ("2025-12-08", "da", "8. december 2025"),
        ("2025-12-08", "sv", "8 december 2025"),
        ("2025-12-08", "en", "8 December 2025"),
        ("2022", "nb", "2022"),
        ("2022-13", "nb", "2022-13"),
        ("våren 2022", "nb", "våren 2022"),
    ],
)
def test_dates_are_written_as_people_write_them(written: str, language: str, read: str) -> None:
    assert words.date(written, language) == read


@pytest.mark.parametrize(
    ("written", "language", "read"),
    [
        ("10802637.5", "nb", "10\u00a0802\u00a0637,5"),
        ("10802637", "da", "10.802.637"),
        ("10802637", "en", "10,802,637"),
        ("3507", "sv", "3507"),
        ("6.53", "nn", "6,53"),
        ("3 ud af 4", "da", "3 ud af 4"),
        ("5 mio. kr.", "nb", "5 mio. kr."),
    ],
)
def test_numbers_are_written_as_people_write_them(written: str, language: str, read: str) -> None:
    assert words.number(written, language) == read


def test_a_column_is_a_word_or_a_country_or_itself() -> None:
    assert [words.column(key, "en") for key in ("country", "DK", "Pris")] == ["Country", "Denmark", "Pris"]
