"""A public address becomes bytes, safely: checked after it is resolved, and connected to exactly as checked."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from assistant.errors import FetchError, NoAnswer, NoPage, RobotsRefused
from assistant.reading.addresses import Target, check_public, target_of

AGENT = "partnership-assistant"
"""How the fetcher names itself, also to robots.txt."""

USER_AGENT = f"{AGENT}/1.0 (fetches single pages that an editor adds to a knowledge base)"
ROBOTS_BYTES = 500_000
"""How much of a robots.txt is read; RFC 9309 asks for this much at least."""

TYPES = (
    "text/",
    "application/xhtml+xml",
    "application/pdf",
    "application/x-pdf",
    "application/octet-stream",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
)
"""Content types that may be a document; what it really is, the loaders tell by its bytes."""

_BY_HAND = "If it opens in a browser, save the page or print it to PDF, and add that file."

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Gives the numeric addresses of a host name and port."""

Dialler: TypeAlias = Callable[[str, int, float], socket.socket]
"""Opens a connection to a numeric address and port within so many seconds."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be fetched, and what it may take (R71, R72).

    `allowed_hosts` ("intranet.example" or "127.0.0.1:8080") may lie in the operator's own network and use the
    named port. With `only_hosts` given, no other host is fetched from ("example.org" stands for its subdomains
    too).
    """

    allowed_hosts: tuple[str, ...] = ()
    only_hosts: tuple[str, ...] = ()
    connect_seconds: float = 5.0
    total_seconds: float = 30.0
    most_bytes: int = 20_000_000
    redirects: int = 5
    robots: bool = True


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    cut: bool = False


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system for the addresses of a host, each once; raises FetchError where there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoPage(f"There is no server named {host}.", hint="Check the address for typing errors.") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Open a connection to a numeric address."""
    return socket.create_connection((address, port), timeout=seconds)


def fetch(address: str, rules: Rules = Rules(), resolver: Resolver = resolve, dialler: Dialler = dial) -> bytes:
    """Fetch an http or https address: what it holds, unpacked.

    Every host on the way, that of robots.txt and of each redirect included, is resolved once; all its addresses
    must be public, and the connection goes to one of the addresses that were checked. No cookies, no proxy, no
    credentials. Raises AddressRefused for what may not be fetched at all, FetchError for what could not be.
    """
    deadline = time.monotonic() + rules.total_seconds
    allowed: dict[tuple[str, str, int], RobotFileParser | None] = {}
    current = address.strip()
    for _ in range(rules.redirects + 1):
        target = target_of(current, rules.allowed_hosts, rules.only_hosts)
        if rules.robots:
            _heed_robots(target, rules, resolver, dialler, deadline, allowed)
        reply = _get(target, rules, resolver, dialler, deadline, rules.most_bytes)
        where = reply.headers.get("Location")
        if reply.status not in {301, 302, 303, 307, 308} or not where:
            return _document(reply)
        current = urljoin(target.address, _as_text(where))
    raise FetchError(
        f"The address leads on more than {rules.redirects} times.", hint="Open it in a browser, and add where it ends."
    )


def _as_text(header: str) -> str:
    """A header as text: the bytes that a server sent are UTF-8 where they are not ASCII."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return header


def _document(reply: _Reply) -> bytes:
    if reply.cut:
        raise FetchError("What the address holds is too large.", hint="Download it, and add the part that you need.")
    if reply.status != 200:
        told = f"The server answered {reply.status} instead of the page."
        if reply.status >= 500 or reply.status == 429:
            raise NoAnswer(told, hint=f"Try again later. {_BY_HAND}")
        raise NoPage(told, hint="Check the address in a browser; the page may have moved or want a sign-in.")
    kind = (reply.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    if kind and not kind.startswith(TYPES):
        raise FetchError(f"The address holds {kind}, which is no document.", hint="Add the page that tells of it.")
    return reply.body


def _heed_robots(
    target: Target,
    rules: Rules,
    resolver: Resolver,
    dialler: Dialler,
    deadline: float,
    known: dict[tuple[str, str, int], RobotFileParser | None],
) -> None:
    """Raise RobotsRefused where the site's robots.txt does not want the page fetched (RFC 9309)."""
    site = (target.scheme, target.host, target.port)
    if site not in known:
        known[site] = _robots(target, rules, resolver, dialler, deadline)
    found = known[site]
    if found is not None and not found.can_fetch(AGENT, target.address):
        raise RobotsRefused(
            "The site's robots.txt asks programs not to fetch this page.",
            hint="Open it in a browser, save or print it to PDF, and add that file if you may.",
        )


def _robots(
    target: Target, rules: Rules, resolver: Resolver, dialler: Dialler, deadline: float
) -> RobotFileParser | None:
    """Read a site's robots.txt, redirects followed under the same rules; None where it has none."""
    address = urljoin(target.address, "/robots.txt")
    for _ in range(rules.redirects + 1):
        place = target_of(address, rules.allowed_hosts, rules.only_hosts)
        reply = _get(place, rules, resolver, dialler, deadline, ROBOTS_BYTES)
        where = reply.headers.get("Location")
        if reply.status in {301, 302, 303, 307, 308} and where:
            address = urljoin(place.address, _as_text(where))
            continue
        if reply.status >= 500:
            raise NoAnswer("The site is out of order (its robots.txt cannot be read).", hint="Try again later.")
        if reply.status != 200:
            return None
        parser = RobotFileParser()
        parser.parse(reply.body.decode("utf-8", errors="replace").splitlines())
        return parser
    return None


def _get(target: Target, rules: Rules, resolver: Resolver, dialler: Dialler, deadline: float, most: int) -> _Reply:
    """Ask one server for one path, at an address that was checked, within the time that is left."""
    numbers = (target.host,) if target.is_number else tuple(resolver(target.host, target.port))
    if not numbers:
        raise NoPage(f"There is no server named {target.host}.", hint="Check the address for typing errors.")
    if not target.exempt:
        for number in numbers:
            check_public(number, target.host)
    left = deadline - time.monotonic()
    try:
        plain = _connected(numbers, target.port, min(rules.connect_seconds, left), dialler)
    except OSError as error:
        raise NoAnswer(f"{target.host} does not answer.", hint="Check the address, or try again later.") from error
    timer = threading.Timer(max(deadline - time.monotonic(), 0.01), _cut_off, (plain,))
    timer.daemon = True
    timer.start()
    try:
        reply = _exchange(plain, target, most, rules)
        if time.monotonic() >= deadline:
            raise TimeoutError
        return reply
    except ssl.SSLError as error:
        raise FetchError(f"{target.host} has no valid certificate.", hint=_BY_HAND) from error
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        late = time.monotonic() >= deadline
        told = f"took longer than {rules.total_seconds:g} seconds" if late else "gave no proper answer"
        raise NoAnswer(f"{target.host} {told}.", hint=f"Try again later. {_BY_HAND}") from error
    finally:
        timer.cancel()
        plain.close()


def _connected(numbers: Sequence[str], port: int, seconds: float, dialler: Dialler) -> socket.socket:
    """Connect to the first of the checked addresses that answers."""
    for place, number in enumerate(numbers):
        try:
            return dialler(number, port, max(seconds, 0.01))
        except OSError:
            if place == len(numbers) - 1:
                raise
    raise OSError("no address")


def _cut_off(connection: socket.socket) -> None:
    """End a connection whose time is over, wherever it stands."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _exchange(plain: socket.socket, target: Target, most: int, rules: Rules) -> _Reply:
    """Send the request and read the answer, at most `most` bytes of it when unpacked."""
    plain.settimeout(rules.total_seconds)
    line = http.client.HTTPConnection(target.host, target.port)
    line.sock = plain
    if target.scheme == "https":
        line.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    try:
        line.request("GET", target.path, headers=_headers(target))
        with line.getresponse() as answer:
            body, cut = _body(answer, most)
            return _Reply(answer.status, answer.headers, body, cut)
    finally:
        line.close()


def _headers(target: Target) -> dict[str, str]:
    return {
        "Host": target.netloc,
        "User-Agent": USER_AGENT,
        "Accept": "text/html,application/pdf,text/plain,*/*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def _body(answer: http.client.HTTPResponse, most: int) -> tuple[bytes, bool]:
    """Read a body and unpack it while it comes, so that a packed bomb never grows; say whether it was cut."""
    packing = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", "deflate"}:
        raise ValueError(f"unknown packing {packing}")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing != "identity" else None
    parts, length = [], 0
    while piece := answer.read1(1 << 16):
        whole = piece if unpack is None else unpack.decompress(piece, most - length + 1)
        parts.append(whole)
        length += len(whole)
        if length > most:
            return b"".join(parts)[:most], True
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts), False


__all__ = ["AGENT", "Rules", "dial", "fetch", "resolve"]
