"""Which cases a question asks for all of."""

from collections.abc import Callable

import numpy as np
import pytest

from assistant.finding.catalogue import cases, shown
from assistant.finding.shelf import Shelf
from assistant.types import Card, Concept, Hit, Passage, Query

CONCEPTS = {
    "reserved": Concept("reserved", terms={"en": ("reserved contract",)}, topic="reserved-contracts"),
    "cleaning": Concept("cleaning", terms={"en": ("cleaning services",)}),
    "inclusion": Concept("inclusion", terms={"en": ("inclusion",)}, topic="work-inclusion"),
}


def case(name: str, country: str = "NO", **card: tuple[str, ...]) -> Passage:
    return Passage(f"{name}#1", Card(name, "case", name, "nb", country, topics=("work-inclusion",), **card), "Tekst.")


@pytest.fixture
def shelf() -> Shelf:
    kept = (
        case("a", models=("reserved-contract",)),
        case("b", "DK", models=("reserved-contract",), sectors=("cleaning",)),
        case("c", sectors=("cleaning",)),
        case("d", sectors=("services",)),
        case("e"),
        Passage("g#1", Card("g", "guidance", "g", "nb", "NO", topics=("reserved-contracts",)), "Tekst."),
    )
    none = np.zeros((0, 4), np.float32)
    return Shelf(1, kept, {}, none, none, none, lambda *_: [], lambda _: {}, lambda _: {}, lambda _: "")


@pytest.fixture
def found(shelf: Shelf) -> Callable[..., tuple[str, ...]]:
    def names(*terms: str, country: str | None = None, hits: str = "") -> tuple[str, ...]:
        ranked = [Hit(next(p for p in shelf.passages if p.card.id == name), 1.0) for name in hits]
        return cases(Query("?", "nb", terms=terms, cases=12), ranked, shelf, CONCEPTS, country=country)

    return names


def test_every_case_with_the_model_is_found_and_no_guidance(found):
    assert found("reserved") == ("a", "b")


def test_the_nearest_come_first(found):
    assert found("reserved", hits="gb") == ("b", "a")


def test_a_sector_is_known_by_its_name_in_english_and_not_by_a_word_that_many_share(found):
    assert found("cleaning") == ("b", "c")


def test_what_a_question_names_must_all_be_there(found):
    assert found("reserved", "cleaning") == ("b",)


def test_a_country_that_is_named_leaves_the_others_out(found):
    assert found("reserved", country="NO") == ("a",)
    assert found(country="DK") == ("b",)


def test_a_topic_that_most_cases_have_chooses_none(found):
    assert found("inclusion", hits="ed") == ("e", "d")


def test_where_nothing_fits_the_cases_that_were_found_are_taken(found):
    assert found(hits="gce") == ("c", "e")


def test_of_the_chosen_cases_every_passage_is_shown_once(shelf):
    hit = Hit(shelf.passages[1], 2.0)
    assert [h.passage.id for h in shown(("b", "c"), [hit, Hit(shelf.passages[5], 1.0)], shelf)] == ["b#1", "c#1"]
