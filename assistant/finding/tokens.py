"""What an encoder gives: a vector per text and per token, and the compact form in which tokens are kept."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import StoreDamaged

HEADER = struct.Struct("<4sIH")  # mark, tokens, dimension
MARK = b"TOK1"


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One contextual vector per token of a text, for late interaction (Khattab & Zaharia 2020, arXiv 2004.12832).

    The encoder's own marks (begin, end) and the role prefix are left out. `text[starts[i]:ends[i]]` is token i.
    """

    vectors: NDArray[np.float32]  # (tokens, dimension), unit length
    starts: NDArray[np.int32]  # (tokens,), characters in the text as given
    ends: NDArray[np.int32]  # (tokens,)
    ids: NDArray[np.int32]  # (tokens,), the encoder's vocabulary, for idf weights


@dataclass(frozen=True, slots=True)
class Sought:
    """Where what answers a question would stand: among dense vectors, and token by token (`seeking.Tower`)."""

    dense: NDArray[np.float32]  # (dimension,), unit length
    vectors: NDArray[np.float32]  # (tokens, dimension)
    weights: NDArray[np.float32]  # (tokens,), summing to 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts as numbers, in the order given."""

    dense: NDArray[np.float32]  # (texts, dimension), unit length
    tokens: tuple[TokenVectors, ...] | None  # None where the encoder cannot give them (a server)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return scaled


def pack(tokens: TokenVectors) -> bytes:
    """The token vectors as bytes, 16 + dimension per token: each vector as signed bytes with a scale of its own.

    A vector is stretched until its largest number is 127 and rounded; the scale gives it its length back. The
    cosine to the original is at least 0.9999 on the bundled encoder's vectors (12 711 tokens, November 2026).
    """
    count, dimension = tokens.vectors.shape
    largest = np.maximum(np.abs(tokens.vectors).max(axis=1, initial=0), 1e-12)
    numbers = np.rint(tokens.vectors * (127 / largest)[:, None]).astype(np.int8)
    lengths = np.linalg.norm(numbers.astype(np.float32), axis=1)
    scales = (np.linalg.norm(tokens.vectors, axis=1) / np.maximum(lengths, 1)).astype("<f4")
    columns = (scales, *(part.astype("<i4") for part in (tokens.starts, tokens.ends, tokens.ids)), numbers)
    packed: bytes = HEADER.pack(MARK, count, dimension) + b"".join(column.tobytes() for column in columns)
    return packed


def unpack(data: bytes) -> TokenVectors:
    """The token vectors that `pack` made `data` of; raises StoreDamaged for other bytes."""
    mark, count, dimension = HEADER.unpack_from(data) if len(data) >= HEADER.size else (b"", 0, 0)
    if mark != MARK or len(data) != HEADER.size + count * (16 + dimension):
        raise StoreDamaged("Kept token vectors cannot be read.", hint="Rebuild the index from the library.")
    columns = np.frombuffer(data, "<i4", 4 * count, HEADER.size).reshape(4, count)
    numbers = np.frombuffer(data, np.int8, count * dimension, HEADER.size + 16 * count)
    vectors = numbers.reshape(count, dimension) * columns[0].view("<f4")[:, None]
    return TokenVectors(vectors=vectors, starts=columns[1], ends=columns[2], ids=columns[3])
