"""One exchange with a model server that always ends: by the clock, and by the bytes that have come."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

import httpx

CONNECTING = 5.0
"""Seconds to reach each address of the server's name: nobody need wait the whole time for a server that is down."""

FOREIGN_HEADERS = ("openai-", "x-stainless-")
"""What the client library adds about this machine or takes from variables that are not ours; it is not sent."""


class Exchange:
    """The time and the bytes that one answer may take, retries included; use it in a `with` statement.

    `client` is an httpx.Client that keeps to them. At the end of the time the connection is shut from outside, so
    that neither a server that says nothing nor one that says a byte a second can hold whoever waits.
    """

    def __init__(self, seconds: float, most_bytes: int, *, with_key: bool) -> None:
        """Start the clock. `with_key` says whether the header with the key may be sent."""
        self._end = time.monotonic() + seconds
        self._left_bytes = most_bytes
        self._with_key = with_key
        self._socket: socket.socket | None = None
        self._clock = threading.Timer(seconds, self._time_is_up)
        self._clock.daemon = True
        self.broken = ""
        """Which bound was hit, in words; "" while none was."""
        self.client = httpx.Client(
            follow_redirects=False,  # it would carry the question and the key to another host
            event_hooks={"request": [self._before], "response": [self._after]},
        )

    def __enter__(self) -> Exchange:
        self._clock.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clock.cancel()
        self._shut()
        self.client.close()

    def left(self) -> float:
        """Seconds that are left, never less than 0."""
        return max(0.0, self._end - time.monotonic())

    def count(self, size: int) -> None:
        """Take `size` bytes as received; raises httpx.ReadError beyond a bound."""
        self._left_bytes -= size
        if self._left_bytes < 0:
            self.broken = "sent more than an answer can be"
        elif not self.left():
            self.broken = "took too long"
        if self.broken:
            raise httpx.ReadError(self.broken)

    def _before(self, request: httpx.Request) -> None:
        left = self.left()
        request.extensions["timeout"] = {"connect": min(CONNECTING, left), "read": left, "write": left, "pool": left}
        request.extensions["trace"] = self._watch
        request.headers["Accept-Encoding"] = "identity"
        for name in [n for n in request.headers if n.lower().startswith(FOREIGN_HEADERS)]:
            del request.headers[name]
        if not self._with_key:
            request.headers.pop("Authorization", None)

    def _after(self, response: httpx.Response) -> None:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            self.broken = "sent compressed text, which was not asked for"  # a few bytes of it can be gigabytes
            raise httpx.ReadError(self.broken)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Counted(response.stream, self)

    def _watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Remember the connection as soon as there is one."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = told["return_value"].get_extra_info("socket")
            if not self.left():
                self._shut()

    def _time_is_up(self) -> None:
        self.broken = self.broken or "took too long"
        self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                self._socket.shutdown(socket.SHUT_RDWR)


class _Counted(httpx.SyncByteStream):
    """A body whose bytes are counted as they come."""

    def __init__(self, body: httpx.SyncByteStream, exchange: Exchange) -> None:
        self._body = body
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            self._exchange.count(len(part))
            yield part

    def close(self) -> None:
        self._body.close()
