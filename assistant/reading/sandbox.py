"""Runs a loader in a killable child process with limits on time, memory and size, and without network."""

from __future__ import annotations

import atexit
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from assistant import errors
from assistant.errors import LoadError, LoadLimit
from assistant.reading.text import Text
from assistant.types import Block

HARMLESS_SIZE = 64_000
"""Bytes up to which a .md or .txt file is read in this process: no format to attack, and too short to be slow."""

HARMLESS_LINE = 4_000
"""Characters of the longest line of such a file: expressions over one line take at most some milliseconds then."""

_HEAD = struct.Struct(">I")
_START = "from assistant.reading.sandbox import serve; serve()"


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take. Defaults after R74 and R77, time raised so that 2 000 pages fit."""

    wall_seconds: float = 300.0
    cpu_seconds: int = 240
    memory_bytes: int = 1_500_000_000
    file_bytes: int = 50_000_000
    answer_bytes: int = 40_000_000


def read(path: Path, limits: Limits = Limits()) -> Text:  # noqa: B008 (frozen)
    """Read a file of any known format in a child process; gives its Text.

    Each file gets a fresh process, forked off a waiting one that has the libraries loaded, so that a file costs
    milliseconds. Raises what `loaders.load` raises, LoadLimit when a limit was reached, LoadError when the child
    died. Short .md and .txt files are read in this process (see HARMLESS_SIZE).
    """
    size = _size(path)
    if size > limits.file_bytes:
        raise LoadLimit(
            f"The file has {size / 1e6:.0f} MB; at most {limits.file_bytes / 1e6:.0f} MB are read.",
            hint="Split it up, or take large pictures out.",
        )
    if _is_harmless(path, size):
        from assistant.reading.loaders import load

        return load(path)
    child = _waiting() or _Child()
    try:
        answer = child.ask({"path": str(path.absolute()), "limits": asdict(limits)}, limits)
    except BaseException:
        child.kill()
        raise
    if child.alive():
        _idle.append(child)
    return _understood(answer)


def close() -> None:
    """End the waiting processes; the next `read` starts new ones."""
    while child := _waiting():
        child.kill()


def serve() -> None:
    """Be the waiting process: fork a child for each request on standard input, until it ends."""
    _leave_network()
    from assistant.reading import loaders

    _load_libraries()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    for line in requests:
        request = json.loads(line)
        body = _in_a_fork(request, loaders.load) if hasattr(os, "fork") else _answer(request, loaders.load)
        answers.write(_HEAD.pack(len(body)) + body)
        answers.flush()


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
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            return _framed(self._process.stdout, limits.answer_bytes)
        except (OSError, ValueError, EOFError) as error:
            if late.is_set():
                raise _too_long(limits.wall_seconds) from error
            raise _died("the reading process ended") from error
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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        reason = error.strerror or "it is not there"
        raise LoadError(f"The file cannot be opened: {reason}.", hint="Check that it is there and readable.") from error


def _is_harmless(path: Path, size: int) -> bool:
    if path.suffix.lower() not in {".md", ".txt"} or size > HARMLESS_SIZE:
        return False
    data = path.read_bytes()
    text = not data.startswith((b"PK\x03\x04", b"\xd0\xcf", b"\x1f\x8b")) and b"%PDF-" not in data and b"<" not in data[:1]
    return text and b"\x00" not in data and max(map(len, data.split(b"\n"))) <= HARMLESS_LINE and data.count(b"<") < 50


def _framed(stream: IO[bytes], most: int) -> bytes:
    """Read one answer: its length in four bytes, then itself."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    length = _HEAD.unpack(head)[0]
    if length > most:
        raise LoadLimit(f"The text is longer than {most / 1e6:.0f} MB.", hint="Split the document up.")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return body


def _understood(answer: bytes) -> Text:
    """Turn a child's answer into a Text or the error it tells of; nothing in it is trusted."""
    try:
        found = json.loads(answer)
        if "text" in found:
            return _text(found["text"])
        kind, message, hint = (str(found[key])[:1000] for key in ("error", "message", "hint"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _died("it gave no usable answer") from error
    known = getattr(errors, kind, LoadError)
    raise known(message, hint=hint) if isinstance(known, type) and issubclass(known, LoadError) else _died(message)


def _text(raw: Mapping[str, Any]) -> Text:
    blocks = tuple(
        Block(text=_string(text), headings=tuple(map(_string, headings)), page=None if page is None else int(page))
        for text, headings, page in raw["blocks"]
    )
    title, language, published, front = (
        None if raw[key] is None else _string(raw[key]) for key in ("title", "language", "published", "front_matter")
    )
    return Text(blocks, title, language, published, front, tuple(map(_string, raw["notes"])))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _in_a_fork(request: Mapping[str, Any], load: Any) -> bytes:
    """Answer a request in a forked process under its limits; the answer comes through a pipe, its end by signal."""
    limits = Limits(**request["limits"])
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(out)
            _restrict(limits)
            with os.fdopen(into, "wb") as pipe:
                pipe.write(_answer(request, load))
            code = 0
        finally:
            os._exit(code)
    os.close(into)
    body = _bounded(out, limits.answer_bytes)
    _, status = os.waitpid(pid, 0)
    if body is None:
        return _told(LoadLimit(f"The text is longer than {limits.answer_bytes / 1e6:.0f} MB.", hint="Split it up."))
    if os.WIFSIGNALED(status):
        return _told(_by_signal(os.WTERMSIG(status), limits))
    return body if body and not os.WEXITSTATUS(status) else _told(_by_signal(0, limits))


def _bounded(pipe: int, most: int) -> bytes | None:
    """Read a pipe to its end; None where more than `most` bytes came through it."""
    parts, length = [], 0
    with os.fdopen(pipe, "rb") as stream:
        while part := stream.read1(1 << 20):
            length += len(part)
            if length > most:
                return None
            parts.append(part)
    return b"".join(parts)


def _answer(request: Mapping[str, Any], load: Any) -> bytes:
    """Run the loader and tell its Text, or what went wrong, as JSON."""
    try:
        text = load(Path(request["path"]))
    except LoadError as error:
        return _told(error)
    except (MemoryError, RecursionError):
        return _told(_too_big(Limits(**request["limits"])))
    except Exception as error:
        return _told(_died(f"the loader stumbled ({type(error).__name__})"))
    blocks = [(block.text, block.headings, block.page) for block in text.blocks]
    rest = {key: getattr(text, key) for key in ("title", "language", "published", "front_matter", "notes")}
    return json.dumps({"text": {"blocks": blocks, **rest}}, ensure_ascii=False).encode("utf-8", errors="replace")


def _told(error: LoadError) -> bytes:
    return json.dumps({"error": type(error).__name__, "message": str(error), "hint": error.hint}).encode()


def _by_signal(number: int, limits: Limits) -> LoadError:
    if number in {getattr(signal, "SIGXCPU", -1), getattr(signal, "SIGKILL", -1)}:
        return _too_long(limits.cpu_seconds)
    if number == 0:
        return _too_big(limits)
    return _died(f"the reading process was ended by signal {number}")


def _too_long(seconds: float) -> LoadLimit:
    return LoadLimit(
        f"Reading it took longer than {seconds:g} seconds.",
        hint="The file may be damaged or made to harm; print it to a new PDF, or split it up.",
    )


def _too_big(limits: Limits) -> LoadLimit:
    return LoadLimit(
        f"Reading it needed more than {limits.memory_bytes / 1e6:.0f} MB of memory.",
        hint="The file may be damaged or made to harm; print it to a new PDF, or split it up.",
    )


def _died(why: str) -> LoadError:
    return LoadError(
        f"The file could not be read: {why}.", hint="It is probably damaged; save it anew in its program, and add that."
    )


def _restrict(limits: Limits) -> None:
    """Set the limits of this process; hard ones, so that it cannot raise them again (R77)."""
    import resource

    for kind, soft, hard in (
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2),
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, 64, 64),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, most = resource.getrlimit(kind)
        hard = hard if most == resource.RLIM_INFINITY else min(hard, most)
        try:
            resource.setrlimit(kind, (min(soft, hard), hard))
        except (ValueError, OSError):
            continue
    _forbid_sockets()


def _forbid_sockets() -> None:
    """Make this process unable to open a connection through Python, whatever the system allows."""

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event.startswith("socket.") or event in {"subprocess.Popen", "os.exec", "os.system", "os.fork", "os.posix_spawn"}:
            raise PermissionError(f"{event} is not allowed while a file is read")

    sys.addaudithook(refuse)


def _leave_network() -> None:
    """Move into a network of no devices where the system lets us (Linux), so that no child can reach anything."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    new_user, new_network = 0x10000000, 0x40000000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(new_network) != 0:
        libc.unshare(new_user | new_network)


def _load_libraries() -> None:
    """Load what the loaders load when first used, once for all children."""
    import docx
    import ftfy
    import lxml.html
    import pypdf
    import trafilatura

    del docx, ftfy, lxml, pypdf, trafilatura
