"""Questions that sentences answer lead a new question to the sentence, and nothing else is moved by them."""

import numpy as np
import pytest

from assistant.finding.answers import ALIKE, CLOSE, MOST, SAME, SENTENCE, Answers, answering, same
from assistant.types import Card, Passage

PASSAGE = Passage("no-benker#1", Card("no-benker", "case", "Benker", "nb"), "Prisen er lav. Arbeidet tar to år.")
SPANS = [(0, 14), (15, 34)]


def vector(*numbers):
    return np.array(numbers, np.float32) / np.linalg.norm(numbers).astype(np.float32)


def led(*cosines_and_starts):
    """Answers whose questions have these cosines with (1, 0) and lead to these places of PASSAGE."""
    rows = [(cosine, (1 - cosine**2) ** 0.5) for cosine, _ in cosines_and_starts]
    starts = [start for _, start in cosines_and_starts]
    return Answers(np.array(rows, np.float32), ["no-benker#1"] * len(starts), starts)


def test_each_place_has_the_cosine_of_the_question_that_is_most_like():
    near = led((0.5, 0), (0.9, 15), (0.7, 15)).nearest(vector(1, 0))
    assert near["no-benker#1"] == pytest.approx({0: 0.5, 15: 0.9})


def test_without_such_questions_nothing_is_near():
    assert Answers().nearest(vector(1, 0)) == {}


def test_the_sentence_that_a_like_question_leads_to_gains_and_no_other_does():
    scores = answering(lambda marked: [[(0.5, 0.4), (0.5, 0.3)]], led((0.96, 15), (ALIKE, 0)).nearest(vector(1, 0)))
    [(first, second)] = scores([(PASSAGE, SPANS)])
    assert first == pytest.approx((0.5, 0.4))
    assert second == pytest.approx((0.5 + SENTENCE, 0.3 + SENTENCE), abs=1e-4)


def test_the_same_question_gains_no_more_than_the_most():
    scores = answering(lambda marked: [[(0.0,), (0.0,)]], led((1.0, 0)).nearest(vector(1, 0)))
    assert scores([(PASSAGE, SPANS)])[0][0] == pytest.approx((MOST * SENTENCE,))


def test_a_place_within_a_sentence_leads_to_the_sentence():
    scores = answering(lambda marked: [[(0.0,), (0.0,)]], led((1.0, 20)).nearest(vector(1, 0)))
    [(first, second)] = scores([(PASSAGE, SPANS)])
    assert (first, second[0] > 0) == ((0.0,), True)


@pytest.mark.parametrize(
    ("cosine", "sure"), [(0.0, 0.0), (CLOSE, 0.0), ((CLOSE + SAME) / 2, 0.5), (SAME, 1.0), (1.0, MOST)]
)
def test_only_questions_that_are_very_like_are_taken_for_the_same(cosine, sure):
    assert same(cosine) == pytest.approx(sure)
