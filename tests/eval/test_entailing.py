"""What the judge is taught: the sentences as it reads them, and a loss that prefers the right verdict."""

import random

import torch

from assistant.finding.entailing import KINDS
from eval.entailing import ASIDE, GROUPS, TOGETHER, batches, loss, pairs, plain
from eval.verifier import HERE, read_file


def written():
    return list(read_file(HERE / "written.jsonl", lambda number: ""))[:400]


def test_a_pair_has_the_evidence_as_the_judge_reads_it_and_its_verdict():
    labelled = written()
    for one, pair in zip(labelled, pairs(labelled), strict=True):
        assert pair.sentence == one.text
        assert all(passage.text in pair.evidence for passage in one.passages)
        assert one.passages[0].card.title in pair.evidence.partition("\n")[0]
        assert KINDS[pair.verdict] == {"added": "meaning"}.get(one.kind, one.kind)


def test_plain_sentences_are_of_the_evidence_where_supported_and_of_another_document_where_not():
    taught = pairs(written())
    found = list(plain(taught))
    documents = {pair.evidence: pair.document for pair in taught}
    assert {pair.verdict for pair in found} == {0, KINDS.index("meaning")}
    for pair in found:
        homes = {documents[text] for text in documents if pair.sentence in text}
        assert (pair.document in homes) == (pair.verdict == 0)


def test_every_pair_is_in_one_batch_with_few_evidences():
    taught = pairs(written())
    random.seed(1)
    made = batches(taught)
    key = [(pair.evidence, pair.sentence) for batch in made for pair in batch]
    assert sorted(key) == sorted((pair.evidence, pair.sentence) for pair in taught)
    assert all(len({pair.evidence for pair in batch}) <= GROUPS for batch in made)
    assert max(len(batch) for batch in made) <= GROUPS * TOGETHER


def test_the_loss_is_least_for_the_right_verdict_and_less_for_the_wrong_kind_of_fault_than_for_none():
    def scores(kind):
        return torch.nn.functional.one_hot(torch.tensor([KINDS.index(kind)]), len(KINDS)) * 6.0

    verdict = torch.tensor([KINDS.index("duty")])
    right, other, held = (float(loss(scores(kind), verdict)) for kind in ("duty", "number", "supported"))
    assert right < other < held


def test_the_documents_that_are_set_aside_have_sentences():
    there = {one.passages[0].card.id for one in read_file(HERE / "written.jsonl", lambda number: "")}
    assert there > ASIDE
