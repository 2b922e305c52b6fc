"""A file is read in a child process that can be killed, reaches nothing, and never harms the one that asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import LoadError, LoadLimit, NoText, TooSlow
from assistant.reading import confined, sandbox
from assistant.reading.loaders import load
from assistant.reading.sandbox import Limits, read

PAGE = "<!doctype html><html lang='da'><body><article><h1>Titel</h1>{}</article></body></html>"
SENTENCE = "<p>Kommunen og virksomheden har indgået en aftale om rengøring af skolerne i området.</p>"


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    sandbox.close()


def _page(folder: Path, sentences: int = 3, name: str = "side.html") -> Path:
    path = folder / name
    numbered = (SENTENCE.replace("skolerne", f"skole {number}") for number in range(sentences))
    path.write_text(PAGE.format("".join(numbered)), encoding="utf-8")
    return path


def _in_a_child(what: Any, limits: Limits = sandbox.USUAL) -> Any:
    """Run a function in the place of a loader, in a forked child under limits, and give its Text or error."""
    body = confined._in_a_fork({"path": "x", "limits": _fields(limits)}, what)
    return sandbox._understood(body, "text", sandbox._text)


def _fields(limits: Limits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in Limits.__slots__}


def test_gives_the_same_text_as_reading_in_this_process(tmp_path: Path) -> None:
    path = _page(tmp_path)
    assert read(path) == load(path)


def test_reads_one_file_after_another_with_one_waiting_process(tmp_path: Path) -> None:
    read(_page(tmp_path, name="a.html"))
    first = sandbox._idle[0]
    read(_page(tmp_path, name="b.html"))
    assert sandbox._idle == [first]


def test_reads_short_markdown_of_our_own_without_a_child(tmp_path: Path) -> None:
    path = tmp_path / "no-sak.md"
    path.write_text("---\nid: no-sak\n---\n# Tittel\n", encoding="utf-8")
    assert read(path).front_matter is not None
    assert sandbox._idle == []


def test_reads_text_with_an_endless_line_in_a_child(tmp_path: Path) -> None:
    path = tmp_path / "linje.md"
    path.write_text("ord " * 5000, encoding="utf-8")
    read(path)
    assert len(sandbox._idle) == 1


def test_tells_what_the_loader_said_with_its_hint(tmp_path: Path) -> None:
    path = tmp_path / "tom.html"
    path.write_text("<!doctype html><html><body></body></html>", encoding="utf-8")
    with pytest.raises(NoText) as caught:
        read(path)
    assert "print it to PDF" in caught.value.hint


def test_says_that_a_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be opened"):
        read(tmp_path / "borte.pdf")


def test_refuses_a_file_that_is_too_large_before_reading_it(tmp_path: Path) -> None:
    with pytest.raises(LoadLimit, match="at most 0 MB"):
        read(_page(tmp_path), Limits(file_bytes=100))


def test_refuses_a_text_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(LoadLimit, match="longer than"):
        read(_page(tmp_path, sentences=100), Limits(answer_bytes=1000))
    assert read(_page(tmp_path)).title == "Titel"


def test_kills_a_child_that_waits_for_ever_and_reads_the_next_file(tmp_path: Path) -> None:
    pipe = tmp_path / "evig.html"
    os.mkfifo(pipe)
    with pytest.raises(TooSlow, match=r"longer than 0\.5 seconds"):
        read(pipe, Limits(wall_seconds=0.5))
    assert read(_page(tmp_path)).title == "Titel"


def test_reads_on_after_the_waiting_process_was_killed(tmp_path: Path) -> None:
    read(_page(tmp_path))
    sandbox._idle[0].kill()
    assert read(_page(tmp_path)).title == "Titel"


def test_reads_for_several_threads_at_once(tmp_path: Path) -> None:
    paths = [_page(tmp_path, sentences=n + 1, name=f"{n}.html") for n in range(6)]
    found: dict[Path, int] = {}

    def work(path: Path) -> None:
        found[path] = len(read(path).blocks)

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[path] for path in paths] == [1, 2, 3, 4, 5, 6]


def test_ends_a_loader_that_never_ends() -> None:
    def loop(_: Path) -> Any:
        while True:
            pass

    with pytest.raises(TooSlow, match="longer than 1 seconds"):
        _in_a_child(loop, Limits(cpu_seconds=1))


def test_ends_a_loader_that_takes_all_memory() -> None:
    with pytest.raises(TooSlow, match="memory"):
        _in_a_child(lambda _: bytearray(50_000_000_000))


def test_survives_a_loader_that_crashes_the_process() -> None:
    with pytest.raises(LoadError, match="signal 6"):
        _in_a_child(lambda _: os.abort())
    with pytest.raises(LoadError, match="stumbled"):
        _in_a_child(lambda _: 1 // 0)


def test_lets_a_loader_open_no_connection_start_no_program_and_write_no_file(tmp_path: Path) -> None:
    import socket
    import subprocess

    def connect(_: Path) -> Any:
        socket.create_connection(("127.0.0.1", 9), timeout=1)

    def start(_: Path) -> Any:
        subprocess.run(["true"], check=False)

    def write(_: Path) -> Any:
        (tmp_path / "ut.txt").write_text("x" * 100, encoding="utf-8")

    for what, error in ((connect, "PermissionError"), (start, "PermissionError"), (write, "OSError")):
        with pytest.raises(LoadError, match=error):
            _in_a_child(what)


def test_the_waiting_process_has_no_secrets_in_its_environment(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ASSISTANT_EMBEDDINGS_API_KEY", "hemmelig")
    read(_page(tmp_path))
    environment = Path(f"/proc/{sandbox._idle[0]._process.pid}/environ")
    if not environment.exists():
        pytest.skip("this system does not show the environment of a process")
    assert b"hemmelig" not in environment.read_bytes()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"rubbish",
        b"[]",
        b'{"text": 1}',
        b'{"text": {"blocks": [["a", 3, null]]}}',
        b'{"error": "SystemExit", "message": "x", "hint": ""}',
        b'{"error": "AssistantError", "message": "x", "hint": ""}',
    ],
)
def test_believes_nothing_that_a_child_says_in_the_wrong_form(answer: bytes) -> None:
    with pytest.raises(LoadError):
        sandbox._understood(answer, "text", sandbox._text)


def test_leaves_no_zombies_behind(tmp_path: Path) -> None:
    path = tmp_path / "knust.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(2000))
    for _ in range(20):
        with pytest.raises(LoadError):
            read(path)
    pid = sandbox._idle[0]._process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if children.exists():
        assert children.read_text(encoding="utf-8") == ""
