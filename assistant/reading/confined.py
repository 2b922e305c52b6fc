"""The child process of the sandbox: it gives up network and rights, reads or draws one file, and tells it as JSON."""

from __future__ import annotations

import base64
import json
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.errors import LoadError, LoadLimit, TooSlow
from assistant.reading.text import Text

HEAD = struct.Struct(">I")
"""The length of an answer, which goes before it."""

_FORBIDDEN = frozenset({"subprocess.Popen", "os.exec", "os.system", "os.fork", "os.forkpty", "os.posix_spawn"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take. Defaults after R74 and R77, time raised so that 2 000 pages fit."""

    wall_seconds: float = 300.0
    cpu_seconds: int = 240
    memory_bytes: int = 1_500_000_000
    file_bytes: int = 50_000_000
    answer_bytes: int = 40_000_000


USUAL = Limits()
"""The limits that hold unless others are given."""


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
        answers.write(HEAD.pack(len(body)) + body)
        answers.flush()


def too_long(seconds: float) -> TooSlow:
    """The error for a file that took too many seconds."""
    return TooSlow(
        f"Reading it took longer than {seconds:g} seconds.",
        hint="The file may be damaged or made to harm; print it to a new PDF, or split it up.",
    )


def died(why: str) -> LoadError:
    """The error for a child that ended without an answer."""
    return LoadError(
        f"The file could not be read: {why}.", hint="It is probably damaged; save it anew in its program, and add that."
    )


def _in_a_fork(request: Mapping[str, Any], load: Callable[[Path], Text]) -> bytes:
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


def _answer(request: Mapping[str, Any], load: Callable[[Path], Text]) -> bytes:
    """Read the file, or draw the page of it that is asked for, and tell the result, or what went wrong, as JSON."""
    try:
        told = _pictured(request) if "page" in request else _read(load(Path(request["path"])))
    except LoadError as error:
        return _told(error)
    except (MemoryError, RecursionError):
        return _told(_too_big(Limits(**request["limits"])))
    except Exception as error:  # noqa: BLE001 (the child's outermost face)
        return _told(died(f"the loader stumbled ({type(error).__name__})"))
    return json.dumps(told, ensure_ascii=False).encode("utf-8", errors="replace")


def _read(text: Text) -> dict[str, Any]:
    blocks = [(block.text, block.headings, block.page) for block in text.blocks]
    rest = {key: getattr(text, key) for key in ("title", "language", "published", "front_matter", "notes")}
    return {"text": {"blocks": blocks, **rest}}


def _pictured(request: Mapping[str, Any]) -> dict[str, Any]:
    from assistant.reading import picturing

    drawn = picturing.picture(Path(request["path"]).read_bytes(), request["page"], request["quote"])
    return {"picture": asdict(drawn) | {"png": base64.b64encode(drawn.png).decode("ascii")}}


def _told(error: LoadError) -> bytes:
    return json.dumps({"error": type(error).__name__, "message": str(error), "hint": error.hint}).encode()


def _by_signal(number: int, limits: Limits) -> LoadError:
    if number in {getattr(signal, "SIGXCPU", -1), getattr(signal, "SIGKILL", -1)}:
        return too_long(limits.cpu_seconds)
    if number == 0:
        return _too_big(limits)
    return died(f"the reading process was ended by signal {number}")


def _too_big(limits: Limits) -> TooSlow:
    return TooSlow(
        f"Reading it needed more than {limits.memory_bytes / 1e6:.0f} MB of memory.",
        hint="The file may be damaged or made to harm; print it to a new PDF, or split it up.",
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
        if event.startswith("socket.") or event in _FORBIDDEN:
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
    import pypdfium2
    import trafilatura

    from assistant.reading import picturing

    del docx, ftfy, lxml, picturing, pypdf, pypdfium2, trafilatura
