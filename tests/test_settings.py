"""Settings: what the environment may say, and what is told when it says something else."""

from dataclasses import fields
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import PREFIX, Settings


def test_nothing_given_means_the_defaults():
    assert Settings.from_environment({}) == Settings()


def test_each_value_becomes_what_its_field_is():
    settings = Settings.from_environment(
        {"ASSISTANT_DATA_DIR": "/srv/x", "ASSISTANT_PORT": "8080", "ASSISTANT_ENCODER": "some/model", "PATH": "/bin"}
    )
    assert (settings.data_dir, settings.port, settings.encoder) == (Path("/srv/x"), 8080, "some/model")


def test_an_empty_value_means_none_where_none_is_allowed():
    assert Settings.from_environment({"ASSISTANT_CHROMA_URL": ""}).chroma_url is None


def test_a_list_is_written_with_commas():
    hosts = Settings.from_environment({"ASSISTANT_WEB_HOSTS": "Example.org, kommune.no,"}).web_hosts
    assert hosts == ("example.org", "kommune.no")
    assert Settings.from_environment({"ASSISTANT_WEB_HOSTS": ""}).web_hosts == ()


def test_an_unknown_setting_is_told_with_the_nearest_name():
    with pytest.raises(SettingsError, match="ASSISTANT_DATADIR") as caught:
        Settings.from_environment({"ASSISTANT_DATADIR": "x"})
    assert "ASSISTANT_DATA_DIR" in caught.value.hint


def test_a_word_where_a_number_belongs_is_told():
    with pytest.raises(SettingsError, match="ASSISTANT_PORT is 'many'"):
        Settings.from_environment({"ASSISTANT_PORT": "many"})


MODELS = (
    {"llm_url": "localhost:11434", "llm_model": "m"},
    {"llm_url": "http://localhost:11434/v1"},
    {"llm_timeout": 0},
    {"llm_timeout": 601},
    {"llm_context": 100},
    {"llm_reader": "m"},
)


@pytest.mark.parametrize("wrong", [{"port": 70000}, {"port": -1}, {"max_question": 0}, {"log_level": "LOUD"}, *MODELS])
def test_a_value_out_of_range_is_told_with_what_is_allowed(wrong):
    with pytest.raises(SettingsError) as caught:
        Settings(**wrong)
    assert caught.value.hint


def test_a_secret_is_not_shown():
    secrets = {
        "embeddings_api_key": "hemmelig-1",
        "database_url": "postgresql://u:hemmelig-2@h/db",
        "llm_api_key": "hemmelig-3",
    }
    assert "hemmelig" not in repr(Settings(**secrets))


def test_every_setting_says_what_it_means():
    assert all(field.metadata["meaning"] for field in fields(Settings))


def test_reading_settings_makes_no_folder(tmp_path):
    Settings.from_environment({PREFIX + "DATA_DIR": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()
