"""Proposed cards are measured on documents that say nothing of their own card, and each document in one half only."""

from dataclasses import replace
from pathlib import Path

from assistant.reading import corpus
from assistant.types import Proposal
from eval.proposing import Pair, bare, half_of, measure

CORPUS = Path(__file__).parents[2] / "corpus"


def test_a_document_to_be_proposed_for_has_lost_its_front_matter():
    true, document = next(pair for pair in bare(CORPUS / "cases") if pair[0].country)
    assert true.summary
    assert document.card == corpus.derive(f"{true.id}.md", f"# {true.title}", document.card.language)


def test_the_halves_are_fixed_and_hold_about_as_many():
    halves = [half_of(card.id) for card, _ in bare(CORPUS)]
    assert 0.4 < sum(halves) / len(halves) < 0.6
    assert half_of("no-vestre-unikum") == half_of("no-vestre-unikum")


def test_a_perfect_proposal_is_measured_as_perfect_and_an_empty_one_as_empty():
    true, document = next(bare(CORPUS / "cases"))
    perfect = measure([Pair(true, Proposal(replace(document, card=true), {}), true.country)])
    assert all(
        "1.00 right" in line or "recall 1.00" in line or "1.00 of" in line
        for line in perfect[1:]
        if " of 0" not in line
    )
    missed = measure([Pair(true, Proposal(document, {}), None)])
    assert next(line for line in missed if line.startswith("country ")).endswith("0.00 right of 1")
    assert next(line for line in missed if line.startswith("topics")).startswith(f"{'topics':<22} recall 0.00")
