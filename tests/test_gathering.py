"""What was named becomes files: lists of addresses are taken apart, and addresses fetched by the operator's rules."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.errors import AddressRefused
from assistant.gathering import gather
from assistant.types import Progress

PAGE = "<html><body><article><p>Kommunen kjøper {} av en sosial virksomhet.</p></article></body></html>"


@pytest.fixture
def site() -> Iterator[str]:
    """The host and port of a web server on this machine that has a page under /renhold and under /vaskeri."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path in ("/renhold", "/vaskeri")
            body = PAGE.format(self.path[1:]).encode() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def settings(tmp_path: Path, url: str, **more: tuple[str, ...]) -> Settings:
    made_up = {"embeddings_url": url, "embeddings_model": "made-up"}
    return Settings(data_dir=tmp_path / "data", **made_up, **more)  # type: ignore[arg-type]


def test_a_text_file_of_addresses_stands_for_the_pages_each_told_of_in_its_turn(
    tmp_path: Path, embeddings_url: str, site: str
) -> None:
    listed = tmp_path / "lenker.txt"
    listed.write_text(f"# våre\nhttp://{site}/renhold\nhttp://{site}/borte\nhttp://{site}/vaskeri\n", encoding="utf-8")
    assistant = Assistant.from_settings(settings(tmp_path, embeddings_url, intranet_hosts=(site,)))
    seen: list[Progress] = []
    try:
        report = assistant.ingest([listed], progress=seen.append)
        assert report.added == ("renhold", "vaskeri")
        assert [(failure.path, failure.reason) for failure in report.failed] == [
            (f"http://{site}/borte", "The server answered 404 instead of the page.")
        ]
        assert [(step.done, step.total) for step in seen] == [(1, 3), (2, 3), (3, 3)]
        assert [one.origin for one in assistant.holdings()] == [f"http://{site}/renhold", f"http://{site}/vaskeri"]
    finally:
        assistant.close()


def test_a_page_of_the_own_network_is_fetched_only_where_the_operator_named_its_host(
    tmp_path: Path, embeddings_url: str, site: str
) -> None:
    with ExitStack() as stack:
        [arrival], _ = gather([f"http://{site}/renhold"], settings(tmp_path, embeddings_url), stack)
        with pytest.raises(AddressRefused, match=r"Port \d+ is not"):
            arrival.open()
        [arrival], _ = gather(
            [f"http://{site}/renhold"], settings(tmp_path, embeddings_url, intranet_hosts=(site,)), stack
        )
        assert b"renhold" in arrival.open().read_bytes()


def test_with_named_web_hosts_no_other_is_fetched_from(tmp_path: Path, embeddings_url: str) -> None:
    only = settings(tmp_path, embeddings_url, web_hosts=("example.org",))
    with ExitStack() as stack:
        [arrival], _ = gather(["https://a.example/side"], only, stack)
        with pytest.raises(AddressRefused, match="not on the list"):
            arrival.open()


def test_each_document_of_a_zip_file_is_told_of_in_its_turn(tmp_path: Path, embeddings_url: str) -> None:
    with zipfile.ZipFile(tmp_path / "saker.zip", "w") as archive:
        for name in ("en", "to", "tre"):
            archive.writestr(f"saker/{name}.txt", f"Kommunen kjøper renhold, del {name}.")
        archive.writestr("saker/tom.txt", " ")
    assistant = Assistant.from_settings(settings(tmp_path, embeddings_url))
    seen: list[Progress] = []
    try:
        report = assistant.ingest([tmp_path / "saker.zip"], progress=seen.append)
    finally:
        assistant.close()
    assert (report.added, len(report.failed)) == (("en", "to", "tre"), 1)
    assert [step.done for step in seen] == [1, 2, 3, 4]
    assert {step.total for step in seen} == {4}
    assert {step.name for step in seen} == {*report.added, "tom.txt"}


def test_two_files_of_one_name_in_two_folders_of_a_zip_file_are_two_documents(
    tmp_path: Path, embeddings_url: str
) -> None:
    with zipfile.ZipFile(tmp_path / "saker.zip", "w") as archive:
        for place in ("nord", "sør"):
            archive.writestr(f"{place}/sak.txt", f"Kommunen i {place} kjøper renhold.")
    assistant = Assistant.from_settings(settings(tmp_path, embeddings_url))
    try:
        first = assistant.ingest([tmp_path / "saker.zip"])
        assert (len(first.added), first.failed) == (2, ())
        assert {one.origin.rpartition("!")[2] for one in assistant.holdings()} == {"nord/sak.txt", "sør/sak.txt"}
        assert set(assistant.ingest([tmp_path / "saker.zip"]).unchanged) == set(first.added)
    finally:
        assistant.close()


def test_a_folder_gives_what_is_in_its_zip_files_and_tells_of_documents_that_are_not_read(
    tmp_path: Path, embeddings_url: str
) -> None:
    folder = tmp_path / "saker"
    folder.mkdir()
    with zipfile.ZipFile(folder / "pakke.zip", "w") as archive:
        archive.writestr("sak.txt", "Kommunen kjøper renhold.")
    (folder / "brutt.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    (folder / "notat.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    (folder / "bilde.png").write_bytes(b"\x89PNG")
    assistant = Assistant.from_settings(settings(tmp_path, embeddings_url))
    try:
        report = assistant.ingest([folder])
        assert report.added == ("sak",)
        assert {(Path(one.path).name, one.reason) for one in report.failed} == {
            ("brutt.zip", "This zip file is damaged."),
            ("notat.doc", "This is an office file from before 2007."),
        }
        assert assistant.ingest([folder], prune=True).removed == ()
    finally:
        assistant.close()
