"""The list of place names and the countries that they speak for."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from assistant.finding import jurisdiction
from assistant.understanding import known_places

NAMED: dict[str, Any] = json.loads((files("assistant.finding") / "places.json").read_text(encoding="utf-8"))
SHARED: dict[str, list[str]] = NAMED["shared"]
AMBIGUOUS: list[str] = NAMED["ambiguous"]
COUNTRIES: dict[str, list[str]] = {k: v for k, v in NAMED.items() if k not in ("shared", "ambiguous")}


# Municipality names (Norway: 357 with two pairs of one name and two with a Sámi name too; Finland: 308, 91 of them
# with a Swedish name too), and all other names: counties, regions, towns, other spellings.
@pytest.mark.parametrize(
    ("country", "municipalities", "others"),
    [("NO", 357, 77), ("DK", 98, 68), ("SE", 290, 32), ("FI", 308 + 91, 41)],
)
def test_a_country_has_every_municipality_and_the_other_names(country: str, municipalities: int, others: int) -> None:
    here = len(COUNTRIES[country]) + sum(country in homes for homes in SHARED.values())
    assert here == municipalities + others


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("NO", ["Oslo", "Utsira", "Nore og Uvdal", "Snåsa", "Øygarden", "Vardø", "Agder", "Mo i Rana"]),
        ("DK", ["Ærø", "Lyngby-Taarbæk", "Vesthimmerlands", "Læsø", "Aalborg", "Syddanmark", "Skagen"]),
        ("SE", ["Upplands Väsby", "Falun", "Hällefors", "Borås", "Lilla Edet", "Kil", "Västra Götaland", "Visby"]),
        ("FI", ["Ähtäri", "Pargas", "Parainen", "Koski Tl", "Mariehamn", "Nyland", "Uusimaa"]),
        ("DE", ["Böblingen"]),
        ("IE", ["Dublin"]),
    ],
)
def test_a_known_place_is_listed_as_it_is_officially_written(country: str, names: list[str]) -> None:
    assert set(names) <= set(COUNTRIES[country])


def test_no_name_is_listed_twice_even_when_case_is_ignored() -> None:
    listed = Counter(name.lower() for names in COUNTRIES.values() for name in names)
    assert [name for name, times in listed.items() if times > 1] == []
    assert len({name.lower() for name in AMBIGUOUS}) == len(AMBIGUOUS)


@pytest.mark.parametrize("names", [*COUNTRIES.values(), AMBIGUOUS, list(SHARED)])
def test_names_are_sorted_and_bear_no_word_for_municipality(names: list[str]) -> None:
    assert names == sorted(names, key=str.lower)
    assert [n for n in names if n != n.strip() or n.lower().endswith((" kommune", " kommun", " län", " fylke"))] == []


def test_a_shared_name_names_two_countries_and_stands_in_no_country() -> None:
    assert SHARED["Lund"] == ["NO", "SE"]
    assert all(len(homes) > 1 for homes in SHARED.values())
    assert not {name.lower() for name in SHARED} & {n.lower() for names in COUNTRIES.values() for n in names}


def test_an_ambiguous_name_is_also_listed_in_its_country() -> None:
    assert {"Time", "Nes", "Vara", "Vejen", "Kemi"} <= set(AMBIGUOUS)
    assert set(AMBIGUOUS) <= {name for names in COUNTRIES.values() for name in names}


def test_shared_and_ambiguous_names_speak_for_no_country() -> None:
    places = known_places()
    assert not {name.lower() for name in (*SHARED, *AMBIGUOUS)} & set(places)
    assert (places["rollag"], places["ikast-brande"], places["örebro"], places["åbo"]) == ("NO", "DK", "SE", "FI")


@pytest.mark.parametrize(
    ("question", "country"),
    [
        ("Kan Kvinesdal reservere kontrakten?", "NO"),
        ("Hvad har Ærø gjort med sociale klausuler?", "DK"),
        ("Får Örnsköldsvik reservera upphandlingen?", "SE"),
        ("What did Uusikaupunki do?", "FI"),
        ("Lund vil reservere en kontrakt", None),
        ("Time is short: may we reserve it?", None),
    ],
)
def test_a_question_is_placed_by_the_municipality_that_it_names(question: str, country: str | None) -> None:
    assert max(jurisdiction.weigh(question, known_places()), default=None) == country
