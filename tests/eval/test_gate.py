"""The evaluation itself: what it counts as found, said, cited and refused, and how its floors move."""

import json

import pytest

from assistant.types import Answer, Card, Citation, Hit, Passage, Refusal, Section, Sentence
from eval.floors import Floors, below, fingerprint, moved, pin, read_floors, write_floors
from eval.norquad import Gold, answer_place, read, reciprocal_rank
from eval.scoring import Question, percentile, read_questions, score, summarise


def passage(document, text="Kontrakten kan reserveres. Minst 30 prosent må være ansatt.", kind="guidance"):
    country = document[:2].upper()
    return Passage(f"{document}#1", Card(document, kind, document, "nb", country), text)


def answer(*claims):
    """An answer of (text, passage) claims, each quoting its own text."""
    citations = tuple(
        Citation(n, held, text, held.text.find(text), held.text.find(text) + len(text))
        for n, (text, held) in enumerate(claims, start=1)
    )
    sentences = tuple(Sentence(text, (n,)) for n, (text, _) in enumerate(claims, start=1))
    return Answer("?", (Section(sentences),), citations)


def hits(*documents):
    return [Hit(passage(document), 1.0) for document in documents]


def asked(**fields):
    return Question("d-1", "rule", "nb", "?", **fields)


RULE = passage("no-regel")
THIRTY = answer(("Minst 30 prosent må være ansatt.", RULE))


def test_a_document_is_found_among_the_first_distinct_documents_not_hits():
    one = score(asked(documents=(("no-b",),)), THIRTY, hits("no-a", "no-a", "no-a", "no-b"), 1)
    assert one.found == (False, True, True)
    assert one.found_in_hits == (False, False, True)


def test_every_group_must_be_found_but_no_more_groups_than_places():
    question = asked(documents=(("no-a", "no-x"), ("dk-b",)))
    assert score(question, THIRTY, hits("dk-b", "no-c", "no-x"), 1).found == (True, True, True)
    assert score(question, THIRTY, hits("no-a", "no-x", "no-c"), 1).found == (True, False, False)
    assert score(question, THIRTY, hits("no-c", "no-a", "dk-b"), 1).found == (False, True, True)


def test_facts_are_the_share_of_groups_that_some_expression_matches_in_any_case():
    one = score(asked(facts=(("30\\s*(prosent|%)",), ("MINST", "x"), ("50",))), THIRTY, [], 1)
    assert one.facts == pytest.approx(2 / 3)
    assert one.problems == ("missing fact 50",)


def test_a_citation_marker_is_not_a_fact():
    assert score(asked(facts=(("\\b1\\b",),)), THIRTY, [], 1).facts == 0


def test_what_must_not_be_said_is_counted():
    assert score(asked(forbidden=("30 prosent",)), THIRTY, [], 1).forbidden is True
    assert score(asked(forbidden=("40 prosent",)), THIRTY, [], 1).forbidden is False
    assert score(asked(), THIRTY, [], 1).forbidden is None


def test_guidance_of_another_country_is_wrong_law_and_a_case_is_not():
    text = "Kontrakten kan reserveres."
    question = asked(law_not_from=("DK",))
    assert score(question, answer((text, passage("dk-regel"))), [], 1).wrong_law is True
    assert score(question, answer((text, passage("dk-mal", kind="template"))), [], 1).wrong_law is True
    assert score(question, answer((text, passage("dk-sak", kind="case"))), [], 1).wrong_law is False
    assert score(question, answer((text, passage("se-regel"))), [], 1).wrong_law is False


def test_a_refusal_is_right_only_where_one_is_asked_for():
    refused = Refusal("?", "not-in-corpus")
    right = score(asked(refuse="out-of-scope"), refused, [], 1)
    assert (right.right_refusal, right.right_reason, right.wrong_refusal) == (True, False, None)
    wrong = score(asked(facts=(("30",),)), refused, [], 1)
    assert (wrong.right_refusal, wrong.wrong_refusal, wrong.facts, wrong.words) == (None, True, 0, None)
    assert score(asked(refuse="out-of-scope"), THIRTY, [], 1).right_refusal is False


def test_a_sentence_without_a_citation_and_a_quote_that_is_not_there_are_caught():
    uncited = Answer("?", (Section((Sentence("Ja.", ()),)),), ())
    assert score(asked(), uncited, [], 1).every_sentence_cited is False
    dangling = Answer("?", (Section((Sentence("Ja.", (7,)),)),), THIRTY.citations)
    assert score(asked(), dangling, [], 1).every_sentence_cited is False
    moved_quote = Answer("?", THIRTY.sections, (Citation(1, RULE, "Minst 30 prosent", 0, 16),))
    assert score(asked(), moved_quote, [], 1).every_quote_verbatim is False
    sound = score(asked(), THIRTY, [], 1)
    assert (sound.every_sentence_cited, sound.every_quote_verbatim) == (True, True)


def test_a_mean_is_taken_over_the_questions_that_a_measure_applies_to():
    summary = summarise(
        [
            score(asked(facts=(("30",),)), THIRTY, [], 10),
            score(asked(facts=(("50",),)), THIRTY, [], 20),
            score(asked(refuse="instruction"), Refusal("?", "instruction"), [], 30),
        ]
    )
    assert (summary["questions"], summary["facts"], summary["right refusals"]) == (3, 0.5, 1)
    assert (summary["words"], summary["ms p50"], summary["ms p95"]) == (6, 20, 30)
    assert "wrong law" not in summary


def test_a_percentile_is_the_nearest_rank():
    assert [percentile([1, 2, 3, 4], p) for p in (25, 50, 51, 95)] == [1, 2, 3, 4]


def test_a_line_that_is_no_question_is_named(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "d-1"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        read_questions(path)


def test_an_expression_that_does_not_compile_is_named(tmp_path):
    row = dict.fromkeys(("id", "kind", "language", "question"), "x") | {"country": None, "refuse": None}
    row |= {name: [] for name in ("history", "documents", "not", "law_not_from")} | {"facts": [["("]]}
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        read_questions(path)


FLOORS = Floors(
    {"questions": "a", "corpus": "b"}, {"facts": 0.66, "quotes verbatim": 1.0}, {"wrong law": 0.03, "words": 180}
)
GOOD = {"facts": 0.7, "quotes verbatim": 1.0, "wrong law": 0.0, "words": 150.0}


def test_a_measure_below_its_floor_or_above_its_ceiling_or_missing_fails():
    assert below(FLOORS, GOOD) == []
    assert len(below(FLOORS, GOOD | {"facts": 0.65})) == 1
    assert len(below(FLOORS, GOOD | {"words": 181.0})) == 1
    assert len(below(FLOORS, {})) == 4


def test_an_update_raises_floors_lowers_ceilings_and_leaves_the_length_alone():
    pinned = pin(FLOORS, GOOD, {"questions": "c"})
    assert pinned == Floors(
        {"questions": "c"}, {"facts": 0.69, "quotes verbatim": 1.0}, {"wrong law": 0.01, "words": 180}
    )


def test_an_update_refuses_to_lower_a_floor_unless_told_to():
    worse = GOOD | {"facts": 0.5}
    with pytest.raises(ValueError, match="facts"):
        pin(FLOORS, worse, {})
    assert pin(FLOORS, worse, {}, lower=True).at_least["facts"] == 0.49


def test_floors_survive_being_written_and_read(tmp_path):
    write_floors(tmp_path / "floors.json", FLOORS)
    assert read_floors(tmp_path / "floors.json") == FLOORS


def test_the_fingerprint_moves_with_the_questions_and_with_a_corpus_file_and_its_name(tmp_path):
    questions, corpus = tmp_path / "q.jsonl", tmp_path / "corpus"
    (corpus / "cases").mkdir(parents=True)
    questions.write_text("1")
    (corpus / "cases" / "a.md").write_text("a")
    first = fingerprint(questions, corpus)
    floors = Floors(first, {}, {})
    assert moved(floors, fingerprint(questions, corpus)) == []
    (corpus / "cases" / "a.md").rename(corpus / "cases" / "b.md")
    assert [line.split()[1] for line in moved(floors, fingerprint(questions, corpus))] == ["corpus"]
    questions.write_text("2")
    assert len(moved(floors, fingerprint(questions, corpus))) == 2


def test_the_reciprocal_rank_counts_documents_and_ends_at_ten():
    assert reciprocal_rank(hits("no-a", "no-a", "no-b"), "no-b") == 1 / 2
    assert reciprocal_rank(hits(*(f"no-{n}" for n in range(11))), "no-10") == 0
    assert reciprocal_rank([], "no-a") == 0


def test_a_gold_sentence_counts_only_from_the_gold_document():
    reply = answer(("Kontrakten kan reserveres.", passage("no-andre")), ("Minst 30  prosent må være ansatt.", RULE))
    assert answer_place(reply, Gold("?", "no-regel", ("30 Prosent",))) == 2
    assert answer_place(reply, Gold("?", "no-regel", ("kan reserveres",))) is None
    assert answer_place(Refusal("?", "not-in-corpus"), Gold("?", "no-regel", ("30",))) is None


def test_a_file_that_is_not_norquad_is_told(tmp_path):
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(ValueError, match="not a NorQuAD file"):
        read(tmp_path / "x.json")


def test_the_shipped_questions_can_be_read():
    from eval.gate import HERE

    assert len(read_questions(HERE / "questions" / "dev.jsonl")) == 191
