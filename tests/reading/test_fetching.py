"""Only public addresses are fetched, whatever notation, redirect or name server tries to lead elsewhere."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.errors import AddressRefused, FetchError, NoAnswer, NoPage, RobotsRefused
from assistant.reading.addresses import target_of
from assistant.reading.fetching import USER_AGENT, Rules, fetch, resolve

PUBLIC = "93.184.216.34"

PRIVATE_NUMBERS = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:93.184.216.34]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001::1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    "[::ffff:0:127.0.0.1]",
]

ODD_NOTATIONS = [
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0x0/",
    "http://127.0.0.1./",
    "http://127.0.0.01/",
    "http://00127.0.0.1/",
    "http://0xA9FEA9FE/",
    "http://2852039166/",
    "http://169.254.43518/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://1.2.3.4.5/",
    "http://256.1.1.1/",
    "http://[::1%25lo]/",
    "http://[fe80::1%eth0]/",
    "http://[v1.x]/",
    "http://[127.0.0.1]/",
    "http://127.0.0.1%00.example/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://x.localhost/",
    "http://router.local/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "http://nas.lan/",
    "http://printer.home.arpa/",
]

REFUSED_FORMS = [
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "gopher://a.example/",
    "ftp://a.example/",
    "data:text/html,x",
    "javascript:alert(1)",
    "jar:http://a.example!/",
    "//a.example/",
    "a.example",
    "",
    "http://",
    "http:///x",
    "http://user@a.example/",
    "http://user:pass@a.example/",
    "http://@a.example/",
    "http://a.example@127.0.0.1/",
    "http://127.0.0.1#@a.example/",
    "http://a.example\\@127.0.0.1/",
    "http:\\\\127.0.0.1/",
    "http://a.example/ x",
    "http://a.exam\tple/",
    "http://a.example/\r\nHost: b",
    "http://a.example:22/",
    "http://a.example:8080/",
    "http://a.example:0/",
    "http://a.example:99999/",
    "http://a.example:8o/",
    "http://a..example/",
    "http://.example/",
    "http://a_" + "x" * 300 + ".example/",
    "http://a.example/" + "x" * 3000,
]


class _Dialled:
    """Stands where connections are opened: notes each address, and connects to a local server in its place."""

    def __init__(self, port: int = 9) -> None:
        self.numbers: list[str] = []
        self._port = port

    def __call__(self, number: str, port: int, seconds: float) -> socket.socket:
        self.numbers.append(number)
        return socket.create_connection(("127.0.0.1", self._port), timeout=seconds)


@pytest.fixture
def serve() -> Iterator[Callable[[Any], int]]:
    """Start a web server on this machine that answers as a function says; gives its port."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Any) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = answer(self)
                if found is None:
                    return
                status, headers, body = found
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return int(server.server_address[1])

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def _site(pages: dict[str, tuple[int, dict[str, str], bytes]]) -> Any:
    return lambda request: pages.get(request.path, (404, {}, b""))


def _local(port: int, **more: Any) -> Rules:
    return Rules(allowed_hosts=(f"127.0.0.1:{port}",), **more)


def _public(_: str, __: int) -> tuple[str, ...]:
    return (PUBLIC,)


@pytest.mark.parametrize("number", PRIVATE_NUMBERS)
def test_connects_to_no_number_that_is_not_public(number: str) -> None:
    for address in (f"http://{number}/", f"https://{number}:443/x"):
        dialled = _Dialled()
        with pytest.raises(AddressRefused):
            fetch(address, dialler=dialled)
        assert dialled.numbers == []


@pytest.mark.parametrize("number", PRIVATE_NUMBERS)
def test_connects_to_no_name_that_resolves_to_what_is_not_public(number: str) -> None:
    bare = number.strip("[]")
    for found in ((bare,), (PUBLIC, bare), (bare, PUBLIC)):
        dialled = _Dialled()
        with pytest.raises(AddressRefused):
            fetch("http://a.example/", resolver=lambda _, __, found=found: found, dialler=dialled)
        assert dialled.numbers == []


@pytest.mark.parametrize("address", ODD_NOTATIONS + REFUSED_FORMS)
def test_refuses_every_odd_address_before_a_name_is_resolved(address: str) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("a name was resolved or a connection opened")

    with pytest.raises(AddressRefused) as caught:
        fetch(address, resolver=never, dialler=never)
    assert caught.value.hint


@pytest.mark.parametrize(
    "address", ["http://a.example", "HTTPS://A.Example./x?y=å", "http://blåbær.example:80/", "http://8.8.8.8/"]
)
def test_takes_ordinary_addresses(address: str) -> None:
    assert target_of(address).address.isascii()


def test_fetches_a_page_under_an_honest_name(serve: Any) -> None:
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append(request.headers)
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return (200, headers, b"<p>Hei</p>") if request.path == "/a?b=1" else (404, {}, b"")

    port = serve(answer)
    assert fetch(f"http://127.0.0.1:{port}/a?b=1#del", _local(port)) == b"<p>Hei</p>"
    assert seen[-1]["User-Agent"] == USER_AGENT
    assert seen[-1]["Cookie"] is None


def test_connects_to_the_address_that_was_checked_under_the_name_that_was_asked(serve: Any) -> None:
    hosts: list[str] = []

    def answer(request: Any) -> Any:
        hosts.append(request.headers["Host"])
        return 200, {"Content-Type": "text/plain"}, b"hei"

    dialled = _Dialled(serve(answer))
    assert fetch("http://a.example/", Rules(robots=False), _public, dialled) == b"hei"
    assert (dialled.numbers, hosts) == ([PUBLIC], ["a.example"])


def test_a_name_server_that_changes_its_answer_leads_nowhere(serve: Any) -> None:
    answers = iter([(PUBLIC,), ("127.0.0.1",)])
    dialled = _Dialled(serve(_site({})))
    with pytest.raises(AddressRefused):
        fetch("http://rebind.example/", resolver=lambda *_: next(answers), dialler=dialled)
    assert dialled.numbers == [PUBLIC]


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "http://localhost/",
        "file:///etc/passwd",
        "//127.0.0.1/x",
        "http://intern.example/",
        "http://user@a.example/",
        "http://a.example:22/",
        "gopher://a.example/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_follows_no_redirect_to_what_may_not_be_fetched(serve: Any, target: str, status: int) -> None:
    dialled = _Dialled(serve(lambda _: (status, {"Location": target}, b"")))
    found = {"a.example": (PUBLIC,), "intern.example": ("10.0.0.5",)}
    with pytest.raises(AddressRefused):
        fetch("http://a.example/", Rules(robots=False), lambda host, _: found[host], dialled)
    assert dialled.numbers == [PUBLIC]


def test_follows_a_redirect_of_robots_txt_under_the_same_rules(serve: Any) -> None:
    dialled = _Dialled(serve(_site({"/robots.txt": (302, {"Location": "http://169.254.169.254/"}, b"")})))
    with pytest.raises(AddressRefused):
        fetch("http://a.example/", resolver=_public, dialler=dialled)
    assert dialled.numbers == [PUBLIC]


def test_follows_five_redirects_and_no_more(serve: Any) -> None:
    def answer(request: Any) -> Any:
        number = int(request.path.strip("/") or 0)
        return (200, {}, b"her") if number == 5 else (302, {"Location": f"/{number + 1}"}, b"")

    port = serve(answer)
    assert fetch(f"http://127.0.0.1:{port}/0", _local(port, robots=False)) == b"her"
    with pytest.raises(FetchError, match="more than 4 times"):
        fetch(f"http://127.0.0.1:{port}/0", _local(port, robots=False, redirects=4))


def test_an_allowed_host_is_allowed_on_its_port_only() -> None:
    rules = Rules(allowed_hosts=("127.0.0.1:8123", "intranett.example"))
    for address in ("http://127.0.0.1:8124/", "http://127.0.0.1/", "http://intranett.example:8080/"):
        with pytest.raises(AddressRefused):
            fetch(address, rules, lambda *_: ("10.0.0.1",), _Dialled())
    assert target_of("http://intranett.example/", rules.allowed_hosts).exempt


def test_with_a_list_of_hosts_no_other_is_fetched_from(serve: Any) -> None:
    rules = Rules(only_hosts=("example.org",), robots=False)
    dialled = _Dialled(serve(lambda _: (200, {}, b"hei")))
    assert fetch("http://www.example.org/", rules, _public, dialled) == b"hei"
    for address in ("http://a.example/", "http://notexample.org/", "http://example.org.a.example/"):
        with pytest.raises(AddressRefused, match="not on the list"):
            fetch(address, rules, _public, dialled)


def test_heeds_robots_txt(serve: Any) -> None:
    robots = b"User-agent: *\nDisallow: /lukket\n"
    page = (200, {"Content-Type": "text/html"}, b"<p>Hei</p>")
    port = serve(_site({"/robots.txt": (200, {}, robots), "/lukket/a": page, "/aapen": page}))
    assert fetch(f"http://127.0.0.1:{port}/aapen", _local(port)) == b"<p>Hei</p>"
    with pytest.raises(RobotsRefused, match=r"robots\.txt"):
        fetch(f"http://127.0.0.1:{port}/lukket/a", _local(port))


def test_cuts_a_body_that_is_too_large_packed_or_not(serve: Any) -> None:
    bomb = gzip.compress(bytes(5_000_000))
    pages = {
        "/stor": (200, {}, bytes(200_000)),
        "/bombe": (200, {"Content-Encoding": "gzip"}, bomb),
        "/liten": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"hei")),
    }
    port = serve(_site(pages))
    for path in ("/stor", "/bombe"):
        with pytest.raises(FetchError, match="too large"):
            fetch(f"http://127.0.0.1:{port}{path}", _local(port, most_bytes=100_000))
    assert fetch(f"http://127.0.0.1:{port}/liten", _local(port)) == b"hei"


def test_never_unpacks_more_than_it_may_keep(serve: Any) -> None:
    port = serve(_site({"/": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(40_000_000)))}))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="too large"):
            fetch(f"http://127.0.0.1:{port}/", _local(port, most_bytes=100_000))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("part", ["head", "body"])
def test_cuts_an_answer_that_drips_or_never_ends(serve: Any, part: str) -> None:
    done = threading.Event()

    def answer(request: Any) -> None:
        start = b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if part == "body" else b"X-A: ")
        with suppress(OSError):
            request.wfile.write(start)
            while not done.wait(0.02):
                request.wfile.write(b"a")

    port = serve(answer)
    try:
        with pytest.raises(NoAnswer, match=r"longer than 0\.4 seconds"):
            fetch(f"http://127.0.0.1:{port}/", _local(port, robots=False, total_seconds=0.4))
    finally:
        done.set()


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "told"),
    [
        (404, {}, b"", "no-page", "answered 404"),
        (500, {}, b"", "no-answer", "answered 500"),
        (401, {}, b"", "no-page", "answered 401"),
        (200, {"Content-Type": "video/mp4"}, b"x", "fetch-error", "video/mp4"),
        (200, {"Content-Length": "500"}, b"short", "no-answer", "no proper answer"),
        (200, {"Content-Encoding": "gzip"}, b"no gzip at all", "no-answer", "no proper answer"),
        (200, {"Content-Encoding": "br"}, b"x", "no-answer", "no proper answer"),
    ],
)
def test_says_what_went_wrong(
    serve: Any, status: int, headers: dict[str, str], body: bytes, kind: str, told: str
) -> None:
    def answer(request: Any) -> Any:
        request.close_connection = True
        return status, headers, body

    port = serve(answer)
    with pytest.raises(FetchError, match=told) as caught:
        fetch(f"http://127.0.0.1:{port}/", _local(port, robots=False))
    assert (caught.value.kind, bool(caught.value.hint)) == (kind, True)


def test_says_that_a_server_does_not_answer_or_is_unknown() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NoAnswer, match="does not answer"):
            fetch(f"http://127.0.0.1:{port}/", _local(port))
    with pytest.raises(NoPage, match="no server named"):
        resolve("finnes-ikke.invalid", 80)


def test_heeds_no_proxy_of_the_environment(serve: Any, monkeypatch: Any) -> None:
    asked: list[str] = []
    proxy = serve(lambda request: asked.append(request.path))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
    port = serve(lambda _: (200, {}, b"hei"))
    assert fetch(f"http://127.0.0.1:{port}/", _local(port)) == b"hei"
    assert asked == []
