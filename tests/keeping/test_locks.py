"""Locks between real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import StoreBusy, StoreError
from assistant.keeping.locks import owning, writing
from assistant.settings import Settings

HOLD = """
import sys
from pathlib import Path
from assistant.keeping import locks
from assistant.settings import Settings
address = sys.argv[3] if len(sys.argv) > 3 else None
with getattr(locks, sys.argv[2])(Settings(data_dir=Path(sys.argv[1]), database_url=address)):
    print("held", flush=True)
    sys.stdin.readline()
print("let go", flush=True)
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("assistant.keeping.locks.PATIENCE", 0.2)


@pytest.fixture
def hold():
    """Start a process that holds a lock until it is told to let go, or killed."""
    started = []

    def start(settings, lock="writing"):
        address = [settings.database_url] if settings.database_url else []
        command = [sys.executable, "-c", HOLD, str(settings.data_dir), lock, *address]
        process = subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("lock", [writing, owning])
def test_a_second_process_is_refused_and_told_who_is_there(settings, hold, lock):
    first = hold(settings, lock.__name__)
    with pytest.raises(StoreBusy, match=f"process {first.pid} on ") as caught, lock(settings):
        pass
    assert str(settings.data_dir) in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("lock", [writing, owning])
def test_the_lock_is_free_when_its_holder_lets_go_or_is_killed(settings, hold, lock):
    first = hold(settings, lock.__name__)
    assert first.communicate("\n")[0] == "let go\n"
    for _ in range(5):
        hold(settings, lock.__name__).kill()
        started = hold(settings, lock.__name__)
        started.kill()
        started.wait()
    with lock(settings):
        pass


def test_a_waiting_writer_gets_its_turn(settings, hold, monkeypatch):
    monkeypatch.setattr("assistant.keeping.locks.PATIENCE", 30.0)
    first = hold(settings)
    first.stdin.write("\n")
    first.stdin.flush()
    with writing(settings):
        pass


def test_a_forked_child_does_not_keep_the_lock_of_a_parent_that_was_killed(settings, hold):
    script = HOLD.replace(
        'print("held"',
        'import os, time\n    if not os.fork():\n        os.close(1)\n        time.sleep(60)\n        os._exit(0)\n    print("held"',
    )
    assert "fork" in script
    command = [sys.executable, "-c", script, str(settings.data_dir), "writing"]
    parent = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert parent.stdout.readline() == b"held\n"
        parent.kill()
        parent.wait()
        with writing(settings):
            pass
    finally:
        os.killpg(parent.pid, 9)
        parent.communicate()


def test_writing_is_for_one_thread_at_a_time(settings):
    with writing(settings), pytest.raises(StoreBusy), writing(settings):
        pass
    with writing(settings):
        pass


def test_one_process_may_own_the_index_several_times(settings, hold):
    with owning(settings):
        with owning(settings):
            pass
        with pytest.raises(AssertionError):
            hold(settings, "owning")  # it says nothing: it was refused
    hold(settings, "owning")


def test_a_chroma_server_needs_no_owner(settings, hold):
    hold(settings, "owning")
    with owning(Settings(data_dir=settings.data_dir, chroma_url="http://127.0.0.1:1")):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"), writing(Settings(data_dir=tmp_path / "file" / "data")):
        pass


@pytest.mark.slow
def test_one_writer_at_a_time_in_postgresql_too(tmp_path, postgres, hold):
    settings = Settings(data_dir=tmp_path, database_url=postgres)
    first = hold(settings)
    with pytest.raises(StoreBusy, match=f"process {first.pid} on "), writing(settings):
        pass
    first.kill()
    first.wait()
    with writing(settings):
        pass


@pytest.mark.slow
def test_a_database_that_is_away_is_named(tmp_path):
    settings = Settings(data_dir=tmp_path, database_url="postgresql+psycopg://me:s3cret@127.0.0.1:1/x")
    with pytest.raises(StoreError, match="cannot be reached") as caught, writing(settings):
        pass
    assert "s3cret" not in str(caught.value)
