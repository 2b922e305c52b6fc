"""Which sentences an answer holds."""

import pytest

from assistant.answering.choosing import NEIGHBOUR, choose
from assistant.answering.sentences import Quotable

LINES = (
    "- Bussen kjører hver morgen forbi det gamle biblioteket.",
    "- Hagen bak kirken har epler og mange gule roser.",
    "- Fiskerne selger torsk og makrell nede på brygga.",
    "- Skolekorpset spiller marsjer utenfor rådhuset vårt.",
)


@pytest.fixture
def scored(passage):
    """Sentences of one passage, a line each, with these scores (one row a sentence), as hit `hit`."""

    def made(*rows, hit=0, id_="a"):
        text = "\n".join(LINES[: len(rows)])
        place = passage(id_, text)
        starts = [text.index(line) + 2 for line in LINES[: len(rows)]]
        return [
            Quotable(hit, place, start, start + len(line) - 2, False, row if isinstance(row, tuple) else (row,))
            for start, line, row in zip(starts, LINES, rows, strict=False)
        ]

    return made


def chosen(sentences, **told):
    return [sentences.index(s) for s in choose(sentences, **{"budget": 100, "documents": 4, **told})]


def test_what_stands_beside_a_chosen_sentence_comes_before_what_is_hardly_better(scored):
    assert chosen(scored(0.1, 0.9, 0.5 - NEIGHBOUR / 2, 0.5)) == [1, 2, 3, 0]
    assert chosen(scored(0.1, 0.9, 0.5 - NEIGHBOUR * 2, 0.5)) == [1, 3, 2, 0]
    assert chosen(scored(0.1, 0.3, 0.3 + NEIGHBOUR / 2, 0.9)) == [3, 2, 1, 0]


def test_what_stands_behind_a_sentence_that_may_not_be_quoted_is_no_neighbour(scored):
    first, _, third, last = scored(0.9, 0.0, 0.5 - NEIGHBOUR / 2, 0.5)
    assert chosen([first, third, last]) == [0, 2, 1]


def test_what_is_there_already_counts_and_raises_its_neighbours(scored):
    sentences = scored(0.2, 0.5, 0.3, 0.5 + NEIGHBOUR / 2)
    assert chosen(sentences, first=[sentences[0]]) == [0, 1, 3, 2]
    assert chosen(sentences, first=[sentences[0]], budget=sentences[0].length + sentences[1].length) == [0, 1]


def test_things_that_are_asked_get_their_best_sentence_in_turn(scored):
    assert chosen(scored((0.9, 0.9, 0.1), (0.8, 0.2, 0.1), (0.2, 0.1, 0.3), (0.1, 0.1, 0.9))) == [0, 3, 1, 2]


def test_words_and_documents_bound_what_is_chosen(scored):
    sentences = scored(0.9, 0.8, 0.7)
    assert chosen(sentences, budget=sentences[0].length) == [0]
    assert chosen([*sentences, *scored(0.1, 0.1, 0.1, 0.95, hit=1, id_="b")], documents=1) == [6, 5, 4, 3]
    assert choose([], 100, 4) == []
