"""Where what answers a question would stand: the shipped weights on the bundled encoder."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from assistant.finding.encoders import LocalEncoder
from assistant.finding.network import CUT, restore, store
from assistant.finding.seeking import Tower, seek
from assistant.finding.supported import BUNDLED

ASKED = "Kan vi bare ringe et firma vi kjenner?"


def test_what_answers_is_nearer_than_what_is_worded_like_the_question(encoder):
    question = "Kan vi bare ringe firmaet vi bruker i dag og spørre dem om råd før vi kjøper på nytt?"
    answers = "Dialog med leverandører før konkurransen er tillatt når ingen får en fordel av den; opplysningene deles."
    alike = "Firmaet vi bruker i dag, har vasket skolene siden 2019."
    passages = encoder.embed([answers, alike], "passage").dense
    as_it_stands, sought = encoder.embed([question], "query").dense[0], encoder.seek([question])[0].dense
    assert np.argmax(passages @ as_it_stands) == 1
    assert np.argmax(passages @ sought) == 0


def test_every_token_of_the_question_has_a_vector_and_a_weight(encoder):
    sought = encoder.seek([ASKED, "Hva?"])
    tokens = encoder.embed([ASKED, "Hva?"], "query").tokens
    assert [one.vectors.shape for one in sought] == [one.vectors.shape for one in tokens]
    assert [float(one.weights.sum()) for one in sought] == pytest.approx([1, 1], abs=1e-5)
    assert [float(np.linalg.norm(one.dense)) for one in sought] == pytest.approx([1, 1], abs=1e-5)


def test_a_question_is_read_alike_alone_and_beside_a_longer_one(encoder):
    [alone], (beside, _) = encoder.seek([ASKED]), encoder.seek([ASKED, ASKED * 5])
    assert float(alone.dense @ beside.dense) == pytest.approx(1, abs=1e-4)


def test_no_question_gives_nothing(encoder):
    assert encoder.seek([]) is None


def test_another_model_is_not_read_by_what_was_taught_on_the_bundled_one(encoder, tmp_path, caplog):
    folder = tmp_path / "other"
    model = deepcopy(encoder._loaded())
    del model[0].auto_model.encoder.layer[CUT + 2 :]
    model[0].auto_model.config.num_hidden_layers = CUT + 2
    model.save(str(folder))
    other = LocalEncoder("other", folder, None)
    assert other.seek([ASKED]) is None
    assert not caplog.records
    under_its_name = LocalEncoder(BUNDLED, folder, None)
    assert under_its_name.seek([ASKED]) is None
    assert under_its_name.seek([ASKED]) is None
    assert len(caplog.records) == 1


def test_what_is_kept_of_a_tower_reads_alike(encoder, tmp_path):
    torch.manual_seed(1)
    transformer, ids, own = encoder.asked([ASKED])
    upper = transformer.encoder.layer[CUT:]
    tower = Tower(deepcopy(upper).float()).eval()
    with torch.no_grad():
        for weight in tower.parameters():
            weight += 0.02 * torch.randn_like(weight)
    store(tower, upper, tmp_path / "kept.safetensors", {"encoder": "x"})
    again = restore(Tower(deepcopy(upper).float()), tmp_path / "kept.safetensors")
    [told], [kept] = seek(tower, transformer, ids, own), seek(again, transformer, ids, own)
    assert float(told.dense @ kept.dense) > 0.999
    assert np.abs(told.weights - kept.weights).max() < 0.01
