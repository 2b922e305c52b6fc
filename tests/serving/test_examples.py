"""The example questions: there for every role and country, in every language, and each really answered."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Answer, Assistant
from assistant.serving import words
from assistant.serving.examples import EXAMPLES, examples_html, question
from tests.serving.conftest import CORPUS, holding

ASKED = sorted({(name, country) for lists in EXAMPLES.values() for country, names in lists.items() for name in names})


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The assistant with the whole shipped corpus, in the data folder that CORPUS_DATA names, or a new one."""
    folder = Path(os.environ.get("CORPUS_DATA") or tmp_path_factory.mktemp("data"))
    with holding(folder, [CORPUS]) as assistant:
        yield assistant


@pytest.mark.slow
@pytest.mark.parametrize(("name", "country"), ASKED)
def test_every_example_is_answered_with_sources_that_hold_where_it_is_asked(
    shipped: Assistant, name: str, country: str
) -> None:
    for language in words.LANGUAGES:
        asked = question(name, language, country)
        reply = shipped.ask(asked, country=None if country == "all" else country)
        assert isinstance(reply, Answer), (language, asked, reply.reason)
        assert all(sentence.cites for sentence in reply.sentences), (language, asked)
        whose = {citation.passage.card.country for citation in reply.citations}
        assert country == "all" or country in whose, (language, asked, whose)


def test_an_english_question_names_the_country_whose_law_it_is_about() -> None:
    assert question("reserved-who", "en", "DK") == "In Denmark, who can take part in a reserved contract?"
    assert question("reserved-who", "en", "all") == "Who can take part in a reserved contract?"
    assert question("koto", "en", "FI") == "What came of the Koto-SIB in Finland?"
    assert question("reserved-who", "nb", "DK") == "Hvem kan delta i en reservert kontrakt?"


def test_every_role_has_questions_for_every_country_that_an_asker_may_stand_in() -> None:
    for countries in EXAMPLES.values():
        assert set(countries) == {*words.COUNTRIES, "all"}
        assert all(len(set(names)) == len(names) >= 2 for names in countries.values())


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_only_the_questions_of_the_first_role_at_home_are_shown_at_first(language: str) -> None:
    lists = re.findall(r'<ul data-role="(\w+)" data-country="(\w+)"( hidden)?>', examples_html(language))
    assert [(role, country) for role, country, hidden in lists if not hidden] == [("staff", words.home(language))]
    assert len(lists) == len(EXAMPLES) * 5
