"""A chat server on 127.0.0.1 that says what a test scripts, by the bytes: real sockets, real server-sent events."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Act = Callable[["Call"], None]


@dataclass
class Call:
    """One request, and the connection to answer it on."""

    connection: socket.socket
    headers: dict[str, str]
    body: dict[str, Any]
    over: threading.Event

    def send(self, text: str | bytes) -> None:
        self.connection.sendall(text.encode() if isinstance(text, str) else text)

    def start(self, status: str = "200 OK", *, kind: str = "text/event-stream", more: str = "") -> None:
        self.send(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}\r\n")

    def piece(self, text: str, reason: str | None = None) -> None:
        """One event of a stream."""
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
        event = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.send(f"data: {json.dumps(event)}\n\n")

    def end(self) -> None:
        self.piece("", "stop")
        self.send("data: [DONE]\n\n")


@dataclass
class Script:
    """A running server: where it is, what it was asked, and what it does next."""

    url: str
    act: Act
    calls: list[Call] = field(default_factory=list)
    cut: threading.Event = field(default_factory=threading.Event)
    """Set when the other side closed the connection while the script was still sending."""


def says(text: str, size: int = 7) -> Act:
    """Streams `text` in pieces of `size` characters and ends properly."""

    def act(call: Call) -> None:
        call.start()
        for at in range(0, len(text), size):
            call.piece(text[at : at + size])
        call.end()

    return act


def sentence_of(call: Call) -> str:
    """The sentence that a request asks to be read again; "" where it asks for something else."""
    told = call.body["messages"][-1]["content"]
    return str(told).partition("<sentence>\n")[2].partition("\n</sentence>")[0]


@contextmanager
def serving(act: Act) -> Iterator[Script]:
    """Serves until the block ends; a script that waits on `call.over` is let go then."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = Script(f"http://127.0.0.1:{server.getsockname()[1]}/v1", act)
        threads: list[threading.Thread] = []

        def answer(connection: socket.socket) -> None:
            with connection, suppress(ConnectionError):
                connection.settimeout(20)
                call = _read(connection, over)
                script.calls.append(call)
                try:
                    script.act(call)
                except ConnectionError:
                    script.cut.set()

        def accept() -> None:
            with suppress(OSError):
                while True:
                    thread = threading.Thread(target=answer, args=(server.accept()[0],), daemon=True)
                    threads.append(thread)
                    thread.start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield script
        over.set()
        server.shutdown(socket.SHUT_RDWR)
    for thread in (accepting, *threads):
        thread.join(20)


def _read(connection: socket.socket, over: threading.Event) -> Call:
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:]
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Call(connection, headers, json.loads(body or b"{}"), over)
