"""What the judge is taught: the sentences as it reads them, and a loss that prefers the right verdict."""

import random

import torch

from assistant.finding.entailing import KINDS
from eval.entailing import (
    ASIDE,
    EVERY,
    GROUPS,
    TOGETHER,
    Pooled,
    aside,
    batches,
    hasten,
    loss,
    pairs,
    plain,
    taught_sentences,
)
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


def test_what_is_set_aside_has_sentences_and_is_a_small_part():
    documents = {one.passages[0].card.id for one in taught_sentences()}
    apart = {document for document in documents if aside(document)}
    assert apart > ASIDE
    assert 0 < len(apart - ASIDE) <= len(documents) / EVERY


def test_pooled_dropout_takes_its_share_keeps_the_mean_and_rests_when_not_training():
    random.seed(3)
    states = torch.ones(200, 500)
    pooled = Pooled(0.2)
    dropped = pooled(states)
    assert abs(float((dropped == 0).float().mean()) - 0.2) < 0.01
    assert abs(float(dropped.mean()) - 1) < 0.02
    assert not torch.equal(dropped, pooled(states))
    assert torch.equal(pooled.eval()(states), states)


def test_a_hastened_network_has_pooled_dropouts_only_and_tells_the_same():
    network = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Sequential(torch.nn.Dropout(0.3), torch.nn.ReLU()))
    states = torch.ones(2, 4)
    before = network.eval()(states)
    hasten(network)
    assert [type(part).__name__ for part in network.modules() if "Drop" in type(part).__name__] == []
    assert sum(isinstance(part, Pooled) for part in network.modules()) == 1
    assert torch.equal(network.eval()(states), before)
