"""Cases side by side."""

import pytest

from assistant.answering.sentences import quotable
from assistant.answering.tabulating import COLUMNS, tabulate
from assistant.types import Figure

TEXT = (
    "Kommunen reserverte en kontrakt om vaskeri. Bedriften ansatte åtte personer i full jobb. "
    "Avtalen varer i tre år med opsjon. Innbyggerne er fornøyde med tjenesten."
)


@pytest.fixture
def table(passage, query, hits, relevance):
    """The rows of a table of these cases, and the notice that comes with it."""

    def made(*passages, most=12, names=None):
        asked = query("Hvilke kommuner har reservert en kontrakt?", intent="example")
        quoted = quotable(asked, hits(*passages), relevance(asked.text))
        part, (notice,) = tabulate(quoted, names or [p.card.id for p in passages], most)
        texts = [claim.text for claim in part.claims]
        width = len(COLUMNS)
        assert part.columns == COLUMNS
        return [texts[at : at + width] for at in range(0, len(texts), width)], notice.values

    return made


def test_a_row_tells_case_partners_what_was_done_and_the_result(passage, table):
    results = (Figure("8", "personer ansatt", "2024"), Figure("3", "år"), Figure("1", "for mye"))
    case = passage(
        "a", TEXT, kind="case", public_partners=("By kommune",), private_partners=("Vask AS",), results=results
    )
    rows, shown = table(case)
    assert rows == [
        ["Om a", "By kommune; Vask AS", "Kommunen reserverte en kontrakt om vaskeri.", "8 personer ansatt (2024); 3 år"]
    ]
    assert shown == ("1", "1")


def test_what_the_card_does_not_tell_is_told_by_sentences_of_its_own(passage, table):
    rows, _ = table(passage("a", TEXT, kind="case"))
    assert len(set(rows[0])) == len(COLUMNS)
    assert all(cell in TEXT for cell in rows[0][1:])


def test_says_how_many_cases_fit_and_how_many_are_shown(passage, table):
    cases = [passage(name, TEXT, kind="case") for name in "abc"]
    rows, shown = table(*cases, most=2)
    assert [row[0] for row in rows] == ["Om a", "Om b"]
    assert shown == ("2", "3")


def test_a_case_of_which_too_little_can_be_quoted_counts_as_not_shown(passage, table):
    rows, shown = table(passage("a", TEXT, kind="case"), passage("b", "Kort.", kind="case"))
    assert [row[0] for row in rows] == ["Om a"]
    assert shown == ("1", "2")


def test_every_cell_is_quoted_word_for_word(passage, query, hits, relevance):
    asked = query("Hvilke kommuner?", intent="example")
    case = passage("a", TEXT, kind="case", public_partners=("By kommune",), results=(Figure("8", "ansatt"),))
    part, _ = tabulate(quotable(asked, hits(case), relevance(asked.text)), ["a"], 12)
    assert all(quote == claim.text and quote in p.text for claim in part.claims for p, quote in claim.quotes)
