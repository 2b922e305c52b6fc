"""The choice of the answering sentence: the shipped weights on the bundled encoder's token vectors."""

import numpy as np
import pytest

from assistant.finding import interaction
from assistant.finding.encoders import pack
from assistant.finding.selection import Selection, restore, select, store
from assistant.finding.shelf import Shelf
from assistant.finding.supported import BUNDLED
from assistant.types import Card, Hit, Passage

CONTRACT = (
    "Kontrakten om renhold av skolene ble lyst ut i mai.",
    "Avtalen gjelder i tre år, med mulighet for ett år til.",
    "Kontrakten følges opp i møter mellom kommunen og leverandøren.",
    "Minst fire personer skal være i arbeidstrening hos leverandøren.",
    "Brudd på kontrakten gir dagbot.",
    "Leverandøren er registrert i Danmark.",
)


@pytest.fixture(scope="module")
def tell(encoder):
    """How well each sentence of the contract answers a question, with the network or without it."""
    text = " ".join(CONTRACT)
    passage = Passage("a#1", Card("a", "guidance", "Renhold", "nb", "NO"), text)
    [tokens] = encoder.embed([text], "passage").tokens
    shelf = Shelf(
        0,
        (passage,),
        {},
        np.zeros((0, 384), np.float32),
        tokens.vectors.mean(0),
        np.zeros((0, 384), np.float32),
        nearest=lambda vector, limit, filters: (),
        dense=lambda ids: {},
        tokens=lambda ids: {"a#1": pack(tokens)},
        prefix=lambda passage: "",
    )
    spans = [(text.index(one), text.index(one) + len(one)) for one in CONTRACT]

    def told(question, name, asks=(), beside=()):
        asked = encoder.embed([question], "query").tokens[0]
        relevance = interaction.relevance(question, [Hit(passage, 1.0)], asked, shelf, asks, name, beside)
        return relevance([(passage, spans)])[0]

    return told


def best(rows, column=0):
    return CONTRACT[int(np.argmax([row[column] for row in rows]))]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How long does the cleaning contract of the schools run?", 1),
        ("Hur många arbetstränar enligt kontraktet om städning av skolorna?", 3),
        ("Når ble oppdraget kunngjort?", 0),
    ],
)
def test_the_network_speaks_for_the_sentence_that_answers(tell, question, answer):
    with_it, without = tell(question, f"{BUNDLED}@1"), tell(question, "another@1")
    gains = [a[0] - b[0] for a, b in zip(with_it, without, strict=True)]
    assert int(np.argmax(gains)) == answer


def test_each_thing_that_is_asked_is_told_of_by_itself(tell):
    question = "Hvor lenge varer avtalen, og hvor mange skal være i arbeidstrening?"
    middle = question.index(", og")
    asks = [(0, middle), (middle + 2, len(question))]
    rows = np.array(tell(question, f"{BUNDLED}@1", asks)) - np.array(tell(question, "another@1", asks))
    assert rows.argmax(0).tolist()[1:] == [1, 3]


def test_what_stands_beside_the_point_is_not_looked_for(tell):
    question = "Hva med Danmark?"
    where = [(question.index("Danmark"), question.index("?"))]
    with_it, without = tell(question, "another@1"), tell(question, "another@1", beside=where)
    assert best(with_it) == CONTRACT[5]
    assert without[5][0] < with_it[5][0] - 0.1
    assert tell(question, "another@1", beside=[(0, len(question))])[5][0] > 0


def test_a_sentence_without_tokens_is_told_the_lowest():
    question, sentence = np.ones((3, 384), np.float32), np.eye(2, 384, dtype=np.float32)
    nothing = np.zeros((0, 384), np.float32)
    told = select(question, [sentence, nothing, sentence * 2])
    assert told[1] == min(told)
    assert max(told) == 0.0
    assert select(nothing, [sentence]) == [0.0]
    assert select(question, [nothing, nothing]) == [0.0, 0.0]


def test_what_is_told_does_not_depend_on_what_is_read_beside_it():
    drawn = np.random.default_rng(0)
    question = drawn.normal(size=(5, 384)).astype(np.float32)
    sentences = [drawn.normal(size=(n, 384)).astype(np.float32) for n in (3, 40, 9, 1)]
    together, alone = select(question, sentences), select(question, sentences[:2])
    assert together[0] - together[1] == pytest.approx(alone[0] - alone[1], abs=1e-4)


def test_weights_come_back_as_they_were_stored(tmp_path):
    import torch

    network = Selection().eval()
    store(network, tmp_path / "weights")
    question, sentences = torch.randn(4, 384), [torch.randn(6, 384), torch.randn(2, 384)]
    with torch.inference_mode():
        again = restore(tmp_path / "weights")(question, sentences)
        assert again.tolist() == pytest.approx(network(question, sentences).tolist(), abs=0.01)
