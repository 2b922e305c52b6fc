"""The evaluation of plans: what it counts as first, wrong and cited, and that the written needs hold their floors."""

from pathlib import Path

import pytest

from assistant.answering.inferring import infer
from assistant.answering.weighing import weigh
from assistant.plans import Need, Offered, Plan
from assistant.reading.needs import load_cues
from assistant.reading.routes import load_routes
from assistant.types import Card, Citation, Passage, Sentence
from eval.plans import FLOORS, Written, below, judge, read_needs, summarise

CORPUS = Path(__file__).parents[2] / "corpus"
QUESTIONS = Path(__file__).parents[2] / "eval" / "questions"
PASSAGE = Passage("a#1", Card("a", "guidance", "A", "nb"), "Det står her.")


def proposal(name, standing="recommended", cites=(1,)):
    return Offered(name, name, "purchase", standing, 1, Sentence("Sagt.", cites), ())


def planned(*proposals, quote="Det står her."):
    return Plan(Need("x"), "nb", "NO", (), proposals, citations=(Citation(1, PASSAGE, quote, 0, 13),))


WRITTEN = Written("p", {}, ("a", "b"), ("c",))


def test_the_first_expected_route_must_be_among_the_first_two_that_stand():
    assert judge(WRITTEN, planned(proposal("x"), proposal("a"))).first
    assert not judge(WRITTEN, planned(proposal("x"), proposal("y"), proposal("a"))).first
    assert not judge(WRITTEN, planned(proposal("a", "ruled-out"))).first


def test_an_excluded_route_is_wrong_only_where_it_is_recommended():
    assert judge(WRITTEN, planned(proposal("c"))).wrong == ("c",)
    assert judge(WRITTEN, planned(proposal("c", "alternative"), proposal("c", "possible"))).wrong == ()


def test_a_statement_is_cited_when_its_quote_stands_in_the_passage():
    assert judge(WRITTEN, planned(proposal("a"))).cited == 1
    assert judge(WRITTEN, planned(proposal("a"), quote="Det står der.")).cited == 0
    assert judge(WRITTEN, planned(proposal("a", cites=()))).cited == 0


def test_a_share_below_its_floor_is_named():
    shares = summarise([judge(WRITTEN, planned(proposal("a")))])
    assert shares == {"first": 1, "clean": 1, "cited": 1}
    assert below(shares) == []
    assert below(shares | {"cited": 0.99}) == ["cited: 0.990 is below its floor 1.0"]


@pytest.mark.parametrize(("name", "count"), [("plans.yaml", 12), ("plans-more.yaml", 26)])
def test_the_routes_of_the_written_needs_hold_their_floors(name, count):
    rules, cues = load_routes(CORPUS / "routes.yaml"), load_cues()
    judged = []
    for need in read_needs(QUESTIONS / name):
        told = need.arguments
        given = told["answers"] | {"country": told["country"]}
        known = infer(Need(told["need"], told["who"], told["suppliers"]), given, rules, cues)
        found = weigh(rules, {one.question: one.value for one in known})
        ranked = [one.route.id for one in found if one.standing != "ruled-out"]
        judged.append(need.expected[0] in ranked[:2])
    assert len(judged) == count
    assert sum(judged) / len(judged) >= FLOORS["first"]


@pytest.mark.parametrize("key", ["id", "need", "expected_routes"])
def test_a_need_without_a_key_is_an_error(tmp_path, key):
    row = {"id": "p", "need": "x", "country": "NO", "expected_routes": ["a"]}
    row.pop(key)
    (tmp_path / "n.yaml").write_text("- " + "\n  ".join(f"{k}: {v}" for k, v in row.items()) + "\n")
    with pytest.raises(KeyError):
        read_needs(tmp_path / "n.yaml")
