"""Runs a loader, or draws a page, in a killable child process with limits on time, memory and size, without network."""

from __future__ import annotations

import atexit
import base64
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TypeVar

from assistant import errors
from assistant.errors import LoadError, LoadLimit
from assistant.reading.confined import HEAD, USUAL, Limits, died, too_long
from assistant.reading.text import Text
from assistant.types import Block, Picture

HARMLESS_SIZE = 64_000
"""Bytes up to which a .txt file, or a .md file with front matter (it is only decoded), is read in this process."""

HARMLESS_LINE = 4_000
"""Characters of the longest line of such a file. The worst lines found (19 patterns, 64 kB) took 0.3 s in all."""

QUICK = Limits(wall_seconds=15.0, cpu_seconds=12)
"""The limits of drawing one page: somebody waits for it, and a page that takes longer was made to."""

T = TypeVar("T")

_START = "from assistant.reading.confined import serve; serve()"


def read(path: Path, limits: Limits = USUAL) -> Text:
    """Read a file of any known format in a child process; gives its Text.

    Each file gets a fresh process, forked off a waiting one that has the libraries loaded, so that a file costs
    milliseconds. Raises what `loaders.load` raises, LoadLimit when a limit was reached, LoadError when the child
    died. Short text files are read in this process (see HARMLESS_SIZE).
    """
    if _is_harmless(path, _allowed(path, limits)):
        from assistant.reading.loaders import load

        return load(path)
    return _understood(_asked({"path": str(path.absolute())}, limits), "text", _text)


def picture(path: Path, number: int, quote: str, limits: Limits = QUICK) -> Picture:
    """Draw a page of a PDF in a child process, as `picturing.picture` does, and raise what it raises, or LoadLimit."""
    _allowed(path, limits)
    request = {"path": str(path.absolute()), "page": number, "quote": quote}
    return _understood(_asked(request, limits), "picture", _picture)


def close() -> None:
    """End the waiting processes; the next `read` starts new ones."""
    while child := _waiting():
        child.kill()


class _Child:
    """A waiting process and the pipes to it; used by one thread at a time."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[2])
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "TMPDIR", "SYSTEMROOT"}}
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )

    def alive(self) -> bool:
        """Say whether the process still waits for requests."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], limits: Limits) -> bytes:
        """Send a request and wait for the answer, at most the wall time of the limits. The child dies with that."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.kill()

        timer = threading.Timer(limits.wall_seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            return _framed(self._process.stdout, limits.answer_bytes)
        except (OSError, ValueError, EOFError) as error:
            if late.is_set():
                raise too_long(limits.wall_seconds) from error
            raise died("the reading process ended") from error
        finally:
            timer.cancel()

    def kill(self) -> None:
        """End the process and whatever it started."""
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except (ProcessLookupError, PermissionError):
            pass
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


_idle: list[_Child] = []
atexit.register(close)


def _waiting() -> _Child | None:
    """Take a living child off the list of idle ones."""
    while True:
        try:
            child = _idle.pop()
        except IndexError:
            return None
        if child.alive():
            return child
        child.kill()


def _asked(request: Mapping[str, Any], limits: Limits) -> bytes:
    """A child's answer to a request; a child that lives is kept for the next one."""
    child = _waiting() or _Child()
    try:
        answer = child.ask({**request, "limits": asdict(limits)}, limits)
    except BaseException:
        child.kill()
        raise
    if child.alive():
        _idle.append(child)
    return answer


def _allowed(path: Path, limits: Limits) -> int:
    """The size of a file in bytes. Raises LoadLimit for one that is too large, LoadError for one that is not there."""
    try:
        size = path.stat().st_size
    except OSError as error:
        reason = error.strerror or "it is not there"
        raise LoadError(f"The file cannot be opened: {reason}.", hint="Check that it is there and readable.") from error
    if size > limits.file_bytes:
        raise LoadLimit(
            f"The file has {size / 1e6:.0f} MB; at most {limits.file_bytes / 1e6:.0f} MB are read.",
            hint="Split it up, or take large pictures out.",
        )
    return size


def _is_harmless(path: Path, size: int) -> bool:
    """Say whether a file is written text too short to be slow and of no format that could be attacked."""
    if path.suffix.lower() not in {".md", ".txt"} or size > HARMLESS_SIZE or not path.is_file():
        return False
    data = path.read_bytes()
    if path.suffix.lower() == ".md" and not data.removeprefix(b"\xef\xbb\xbf").startswith(b"---"):
        return False
    packed = data.startswith((b"PK\x03\x04", b"\xd0\xcf", b"\x1f\x8b")) or b"%PDF-" in data or b"\x00" in data
    return not packed and data.count(b"<") < 50 and max(map(len, data.split(b"\n"))) <= HARMLESS_LINE


def _framed(stream: IO[bytes], most: int) -> bytes:
    """Read one answer: its length in four bytes, then itself."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    length = HEAD.unpack(head)[0]
    if length > most:
        raise LoadLimit(f"The text is longer than {most / 1e6:.0f} MB.", hint="Split the document up.")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return body


def _understood(answer: bytes, name: str, made: Callable[[Mapping[str, Any]], T]) -> T:
    """Turn what a child answers under `name` into a value, or raise the error it tells of; nothing in it is trusted."""
    try:
        found = json.loads(answer)
        if name in found:
            return made(found[name])
        kind, message, hint = (str(found[key])[:1000] for key in ("error", "message", "hint"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise died("it gave no usable answer") from error
    known = getattr(errors, kind, LoadError)
    raise known(message, hint=hint) if isinstance(known, type) and issubclass(known, LoadError) else died(message)


def _text(raw: Mapping[str, Any]) -> Text:
    blocks = tuple(
        Block(text=_string(text), headings=tuple(map(_string, headings)), page=None if page is None else int(page))
        for text, headings, page in raw["blocks"]
    )
    title, language, published, front = (
        None if raw[key] is None else _string(raw[key]) for key in ("title", "language", "published", "front_matter")
    )
    return Text(blocks, title, language, published, front, tuple(map(_string, raw["notes"])))


def _picture(raw: Mapping[str, Any]) -> Picture:
    number, width, height = (int(raw[key]) for key in ("number", "width", "height"))
    places = tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in raw["places"])
    return Picture(number, base64.b64decode(_string(raw["png"]), validate=True), width, height, places)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
