"""The command that starts the page, as far as it says something before it starts."""

import pytest

import app


def test_asked_for_help_it_says_where_the_settings_are_and_starts_nothing(capsys):
    with pytest.raises(SystemExit) as ended:
        app.main(["--help"])
    assert ended.value.code == 0
    assert "ASSISTANT_" in capsys.readouterr().out


def test_what_it_does_not_know_is_refused_instead_of_ignored(capsys):
    with pytest.raises(SystemExit) as ended:
        app.main(["--port", "8000"])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err
