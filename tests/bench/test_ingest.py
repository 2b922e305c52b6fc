"""The ingest bench measures what it says."""

import json

import pytest

from bench import ingest


@pytest.mark.slow
def test_a_small_ingest_is_measured(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path))
    assert ingest.main(["--documents", "6", "--made-up", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["documents"] == 6
    assert measured["peak MB"] >= max(measured["MB after each tenth"]) > 0
    assert measured["encoder alone s"] > 0
