"""Asks an OpenAI-compatible server for vectors: `POST {address}/embeddings`, in batches, in bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EncoderError
from assistant.finding.tokens import Encoded, unit

BATCH = 64  # texts in one request; the common servers take at least 256
SECONDS = 60.0  # for one request, from the connection to the last byte
MOST_BYTES = 64 << 20  # of one reply; 64 vectors of 4096 numbers are near 6 MB
HINT = "Check ASSISTANT_EMBEDDINGS_URL, ASSISTANT_EMBEDDINGS_MODEL and ASSISTANT_EMBEDDINGS_API_KEY."


class ServedEncoder:
    """An encoder behind an address. It gives one vector per text and none per token."""

    def __init__(
        self, url: str, model: str, api_key: str | None, prefixes: Mapping[str, str], seconds: float = SECONDS
    ) -> None:
        """Ask the server for one vector, to learn its width.

        `url` is the base address (`https://host/v1`), `model` the name that the server expects, `prefixes` what
        goes before a query and a passage, `seconds` the longest that a request may take. Raises EncoderError
        when the server does not answer or its answer is not one of embeddings.
        """
        self._address = url.rstrip("/") + "/embeddings"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._prefixes = prefixes
        self._seconds = seconds
        self.dimension = self._ask(["passage"]).shape[1]
        # A server does not tell its weights; the width at least catches another model under the same name.
        self.name = f"{model}@server-{self.dimension}"

    def embed(self, texts: Sequence[str], role: Literal["query", "passage"]) -> Encoded:
        """The texts as vectors, in order; raises EncoderError."""
        parts = [np.zeros((0, self.dimension), np.float32)]
        for start in range(0, len(texts), BATCH):
            parts.append(self._ask([self._prefixes.get(role, "") + text for text in texts[start : start + BATCH]]))
            if parts[-1].shape[1] != self.dimension:
                raise self._wrong("gave vectors of another width than before")
        return Encoded(np.concatenate(parts), None)

    def seek(self, questions: Sequence[str]) -> None:
        """Nothing: a server gives no states to read a question by."""

    def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, dimension) from one request."""
        reply = self._post({"model": self._model, "input": list(texts), "encoding_format": "float"})
        try:
            rows = sorted(json.loads(reply)["data"], key=lambda row: row["index"])
            vectors = np.asarray([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise self._wrong("did not answer with embeddings") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not vectors.shape[1] or not np.isfinite(vectors).all():
            raise self._wrong("did not answer with one vector for each text")
        return unit(vectors)

    def _post(self, body: dict[str, Any]) -> bytes:
        """The reply's bytes. A redirect is not followed: it could carry text and key to another host."""
        import httpx

        late = time.monotonic() + self._seconds
        reply = bytearray()
        try:
            with httpx.stream(
                "POST", self._address, json=body, headers=self._headers, timeout=self._seconds, follow_redirects=False
            ) as response:
                if response.status_code != 200:
                    raise self._wrong(f"answered with status {response.status_code}")
                for part in response.iter_bytes():
                    reply += part
                    if time.monotonic() > late:
                        raise self._wrong(f"took more than {self._seconds:g} seconds")
                    if len(reply) > MOST_BYTES:
                        raise self._wrong(f"sent more than {MOST_BYTES >> 20} MB")
        except httpx.TimeoutException as error:
            raise self._wrong(f"took more than {self._seconds:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._wrong(f"cannot be reached ({type(error).__name__})") from error
        return bytes(reply)

    def _wrong(self, what: str) -> EncoderError:
        return EncoderError(f"The embeddings server at {self._address} {what}.", hint=HINT)
