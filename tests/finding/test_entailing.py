"""The judge of composed sentences: the shipped weights on the bundled encoder, and what happens without it."""

import logging

import pytest
import torch

from assistant.answering.support import FAULTS
from assistant.errors import EncoderError
from assistant.finding.entailing import KINDS, PARTNERS, evidences, judging, open_judge
from assistant.finding.network import Network, Reader, restore, store
from assistant.finding.supported import prepare
from assistant.settings import Settings
from assistant.types import Card, Passage

RULE = (
    "Kommunen kan reservere konkurransen for virksomheter der minst 30 prosent av de ansatte har nedsatt funksjonsevne. "
    "Leverandøren skal rapportere til kommunen hvert kvartal. Pensjonister er ikke omfattet."
)


@pytest.fixture(scope="module")
def folder(weights, tmp_path_factory):
    """Folder of the bundled encoder, made once."""
    return prepare("multilingual-e5-small", tmp_path_factory.mktemp("judge"), lambda line: None)


@pytest.fixture(scope="module")
def judge(folder):
    return open_judge(Settings(data_dir=folder.parent / "nowhere", encoder_dir=folder))


def passage(text, document="a", number=1, **card):
    whole = Card(document, "guidance", f"Om {document}", "nb", "NO", **card)
    return Passage(f"{document}#{number}", whole, text, "Kort svar")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("held", "wrong"),
    [
        ("Kommunen har adgang til å reservere konkurransen.", "Kommunen har plikt til å reservere konkurransen."),
        ("The supplier must report to the municipality.", "The supplier may report to the municipality if it wishes."),
        ("Leverandøren skal rapportere hvert kvartal.", "Leverandøren trenger ikke å rapportere."),
        ("Pensjonister er ikke med.", "Ordningen gjelder også pensjonister."),
        (
            "Konkurrencen kan reserveres for virksomheder, hvor mindst 30 procent af de ansatte har nedsat funktionsevne.",
            "Konkurrencen kan reserveres for virksomheder, hvor højst 30 procent af de ansatte har nedsat funktionsevne.",
        ),
    ],
)
def test_a_sentence_in_other_words_is_surer_than_the_same_turned_around(judge, held, wrong):
    here = [passage(RULE)]
    assert judge(here, held)["supported"] > judge(here, wrong)["supported"] + 0.2


@pytest.mark.slow
def test_the_chances_are_of_every_verdict_and_make_one(judge):
    chances = judge([passage(RULE)], "Biblioteket åpner klokken ti.")
    assert tuple(chances) == KINDS == ("supported", *FAULTS)
    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)
    assert chances["supported"] < 0.1


@pytest.mark.slow
def test_what_any_of_the_documents_says_is_supported(judge):
    other = passage("Biblioteket åpner klokken ti.", "b")
    said = "Leverandøren skal rapportere hvert kvartal."
    assert judge([other, passage(RULE)], said)["supported"] > 0.5 > judge([other], said)["supported"]


def test_an_evidence_names_country_title_and_some_partners_of_each_document_and_then_all_stand_together():
    partners = tuple(f"Bedrift {n}" for n in range(PARTNERS + 3))
    first, second, other = passage("En.", private_partners=partners), passage("To.", number=2), passage("Tre.", "b")
    one, two, both = evidences([first, other, second])
    assert one == f"Norge Norway. Om a. {', '.join(partners[:PARTNERS])}\nKort svar: En.\nKort svar: To."
    assert two == "Norge Norway. Om b\nKort svar: Tre."
    assert both == f"{one}\n{two}"
    assert evidences([other]) == [two]


def test_without_the_bundled_encoder_there_is_no_verdict_and_one_warning(tmp_path, caplog):
    judge = open_judge(Settings(data_dir=tmp_path, encoder_dir=tmp_path))
    with caplog.at_level(logging.WARNING):
        assert [judge([passage(RULE)], said) for said in ("En.", "To.")] == [{}, {}]
    assert len(caplog.records) == 1
    assert "by rules alone" in caplog.text


@pytest.mark.slow
def test_what_is_stored_comes_back_to_within_a_step_of_each_weight(folder, tmp_path):
    reader = Reader(folder)
    torch.manual_seed(0)
    network = Network(reader.upper, len(KINDS)).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight += 0.02 * torch.randn_like(weight)
    store(network, reader.upper, tmp_path / "kept.safetensors", {"encoder": "x"})
    back = restore(Network(reader.upper, len(KINDS)), tmp_path / "kept.safetensors")
    states = reader.read(["Kommunen kan reservere.", RULE])
    with torch.inference_mode():
        scores, again = (one(states[:1], states[1:], [0]) for one in (network, back))
    assert torch.allclose(scores, again, atol=0.1)
    assert (tmp_path / "kept.safetensors").stat().st_size < 20_000_000


@pytest.mark.slow
def test_many_sentences_at_once_are_told_as_each_alone(folder):
    reader = Reader(folder)
    torch.manual_seed(0)
    network = Network(reader.upper, len(KINDS)).eval()
    said = reader.read([" ".join(["Kommunen kan reservere"] * (1 + 7 * n % 5) + [str(n)]) for n in range(40)])
    evidence = reader.read([RULE, "Leverandøren rapporterer."])
    of = [n % 2 for n in range(40)]
    with torch.inference_mode():
        scores = network(said, evidence, of)
        alone = torch.cat([network([said[n]], [evidence[of[n]]], [0]) for n in (0, 1, 7, 22, 39)])
    assert torch.allclose(scores[[0, 1, 7, 22, 39]], alone, atol=1e-3)
    assert scores.std(0).min() > 0.01


@pytest.mark.slow
def test_weights_of_another_encoder_are_refused(folder, tmp_path):
    from transformers import AutoTokenizer, BertConfig, BertModel

    small = tmp_path / "small"
    shape = {"hidden_size": 24, "num_hidden_layers": 12, "num_attention_heads": 2, "intermediate_size": 24}
    BertModel(BertConfig(vocab_size=250_037, **shape)).save_pretrained(small)
    AutoTokenizer.from_pretrained(str(folder), local_files_only=True).save_pretrained(small)
    reader = Reader(folder)
    store(Network(reader.upper, len(KINDS)), reader.upper, tmp_path / "kept.safetensors", {})
    with pytest.raises(EncoderError, match="multilingual-e5-small"):
        judging(small, tmp_path / "kept.safetensors")
