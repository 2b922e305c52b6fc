"""Small documents with made-up vectors, and real stores to keep them in."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from assistant.keeping.entries import Entry, entry_id, text_hash
from assistant.settings import Settings
from assistant.types import Block, Card, Document, Figure, Passage, Question, Source

ENCODER = "made-up"
DIMENSION = 16


@dataclass(frozen=True)
class Sample:
    """A document and all that the pipeline would make of it."""

    document: Document
    passages: tuple[Passage, ...]
    entries: tuple[Entry, ...]
    made: dict[str, tuple[bytes, bytes | None]]

    @property
    def id(self) -> str:
        return self.document.card.id


def vector(text: str) -> np.ndarray:
    """A unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "little")
    row = np.random.default_rng(seed).standard_normal(DIMENSION)
    return (row / np.linalg.norm(row)).astype("<f4")


def sample(name: str, *texts: str, **card: object) -> Sample:
    """A document `name` with one passage for each text, one question entry and one summary entry."""
    told = {"kind": "case", "title": f"Om {name}", "language": "nb", "country": "NO", **card}
    made_card = Card(
        id=name,
        results=(Figure("12", "personer", "2024", 1),),
        sources=(Source(1, "Rapport", "Kommunen", "https://example.org", "2024-01-01"),),
        questions=(Question("Hva skjedde?", "nb", "Kort svar"),),
        **told,  # type: ignore[arg-type]
    )
    blocks = tuple(Block(text, ("Kort svar", "Mer"), page, (1,)) for page, text in enumerate(texts, 1))
    content = hashlib.sha256(repr((made_card, blocks)).encode()).hexdigest()
    document = Document(made_card, blocks, content, f"corpus/{name}.md")
    passages = tuple(
        Passage(f"{name}#{n}", made_card, text, "Kort svar", ("Kort svar", "Mer"), n, 0, len(text), (1,))
        for n, text in enumerate(texts, 1)
    )
    plan = [(f"p{n}", "passage", (p.id,), p.text) for n, p in enumerate(passages, 1)]
    plan += [("q1", "question", (passages[0].id,), f"Hva skjedde i {name}?")]
    plan += [("s", "summary", tuple(p.id for p in passages), made_card.title)]
    hashes = [text_hash(text) for *_, text in plan]
    entries = tuple(
        Entry(entry_id(document, mark, hashed), name, role, leads, hashed)  # type: ignore[arg-type]
        for (mark, role, leads, _), hashed in zip(plan, hashes, strict=True)
    )
    made = {
        hashed: (vector(text).tobytes(), text.encode("utf-8", "replace"))
        for (*_, text), hashed in zip(plan, hashes, strict=True)
    }
    return Sample(document, passages, entries, made)


@pytest.fixture(name="sample")
def _sample():
    """`sample(name, text, ..., **card)`, as a test's argument: test modules cannot import one another."""
    return sample


@pytest.fixture(name="vector")
def _vector():
    return vector


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory):
    """A real Chroma server on this machine."""
    program = Path(sys.executable).with_name("chroma")
    if not program.exists():
        pytest.skip("the chroma program is not installed beside this Python")
    folder = tmp_path_factory.mktemp("chroma-server")
    port = free_port()
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1).close())
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def postgres_server():
    """The start of an address of a private PostgreSQL server; a user that is not root runs it."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(found).parent for found in [shutil.which("initdb")] if found
    ]
    if not places:
        pytest.skip("PostgreSQL's programs are not installed (apt-get install postgresql)")
    user = None
    if os.geteuid() == 0:
        try:
            user = pwd.getpwnam("postgres").pw_name
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    home = Path(tempfile.mkdtemp(prefix="assistant-postgres-"))
    if user:
        shutil.chown(home, user)
    port = free_port()

    def run(name: str, *arguments: str) -> None:
        subprocess.run([places[-1] / name, *arguments], user=user, cwd=home, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-D", f"{home}/db", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home}"
    run("pg_ctl", "-D", f"{home}/db", "-l", f"{home}/log", "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", f"{home}/db", "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server, request):
    """The address of an empty database."""
    import psycopg

    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(f"{postgres_server.replace('+psycopg', '')}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request, tmp_path):
    """Settings of an empty library, in a file and in PostgreSQL."""
    address = request.getfixturevalue("postgres") if request.param == "postgres" else None
    return Settings(data_dir=tmp_path / "data", database_url=address)


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.slow)])
def index(request, tmp_path):
    """Settings of an empty index, in the process and on a server."""
    address = request.getfixturevalue("chroma_url") if request.param == "server" else None
    return Settings(data_dir=tmp_path / "data", chroma_url=address)


@pytest.fixture
def collection(request):
    """A collection's name that no other test uses."""
    return f"passages-{abs(hash(request.node.nodeid))}"


def _wait(ready, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            return ready()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
