"""A model behind an address: what it writes, piece by piece, within bounds of time and size."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from queue import Queue
from typing import TYPE_CHECKING, Any

from assistant.errors import ComposerError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.answering.connection import Exchange

INSTRUCTIONS = 600
"""Tokens of all prompts without passages and question: SmolLM2 takes 475, and a server adds some of its own."""

WRITING = 3
"""The answer may take one token in so many of the context window; the passages have the rest."""

MOST_BYTES = 8 << 20  # of everything that the server sends; a thousand tokens are near 0.3 MB
MOST_CHARACTERS = 24_000  # of the model's text

PAUSE = 0.5  # seconds before the one retry
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})  # statuses that may be gone by then

FAILURES, REST = 3, 60.0
"""After so many failures in a row the server is left alone for so many seconds: nobody waits for it in vain."""

HINT = "Check ASSISTANT_LLM_URL, ASSISTANT_LLM_MODEL and ASSISTANT_LLM_API_KEY, and that the model server runs."


class Model:
    """A model behind an address; may be asked from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Keep where it is; nothing is connected before the first question. `settings.llm_url` must be set."""
        self._settings = settings
        self.room = settings.llm_context - settings.llm_context // WRITING - INSTRUCTIONS
        self._idle = threading.Condition()
        self._writing = 0
        self._failures = 0
        self._rests_until = 0.0

    @staticmethod
    def prepare() -> None:
        """Load the client library, which takes seconds that are not the server's."""
        import llama_index.llms.openai_like  # noqa: F401

    def wait(self) -> None:
        """Come back when nothing is being written, or when what is must have ended: for what nobody waits for."""
        with self._idle:
            self._idle.wait_for(lambda: not self._writing, self._settings.llm_timeout)

    def write(
        self, prompt: Sequence[tuple[str, str]], *, seconds: float = math.inf, tokens: int | None = None
    ) -> Generator[str, None, None]:
        """The model's text on `prompt` (role, text) in pieces as they come; raises ComposerError unless it ends itself.

        One retry, where nothing has come yet and the fault may pass; all of it within `settings.llm_timeout`, and
        within `seconds` and `tokens` of writing where they are less.
        """
        if time.monotonic() < self._rests_until:
            raise ComposerError("The model server has failed several times and is left alone for a minute.", hint=HINT)
        self.prepare()
        with self._idle:
            self._writing += 1
        try:
            yield from self._written(prompt, seconds, tokens)
        finally:
            with self._idle:
                self._writing -= 1
                self._idle.notify_all()

    def _written(self, prompt: Sequence[tuple[str, str]], seconds: float, tokens: int | None) -> Iterator[str]:
        from assistant.answering.connection import Exchange

        settings, begun = self._settings, False
        within = min(seconds, settings.llm_timeout)
        with Exchange(within, MOST_BYTES, with_key=bool(settings.llm_api_key)) as exchange:
            for last in (False, True):
                try:
                    for piece in self._pieces(exchange, prompt, tokens):
                        begun = True
                        yield piece
                    self._tell(failed=False)
                    return
                except Exception as error:
                    if not last and not begun and _passes(error) and exchange.left() > PAUSE:
                        time.sleep(PAUSE)
                        continue
                    self._tell(failed=not isinstance(error, ComposerError))
                    raise _told(error, exchange.broken) from error

    def _pieces(self, exchange: Exchange, prompt: Sequence[tuple[str, str]], tokens: int | None) -> Iterator[str]:
        from llama_index.core.base.llms.types import ChatMessage
        from llama_index.llms.openai_like import OpenAILike

        settings, written, reason = self._settings, 0, None
        kept: dict[str, Any] = {"http_client": exchange.client}  # its signature leaves it out
        llm = OpenAILike(
            model=settings.llm_model or "",
            api_base=settings.llm_url,
            api_key=settings.llm_api_key or "none",  # without one, the library would take a variable that is not ours
            is_chat_model=True,
            context_window=settings.llm_context,
            max_tokens=tokens or settings.llm_context // WRITING,
            temperature=0.0,
            max_retries=0,
            timeout=exchange.left(),
            **kept,
        )
        messages = [ChatMessage(role=role, content=text) for role, text in prompt]
        for chunk in llm.stream_chat(messages):
            written += len(chunk.delta or "")
            if written > MOST_CHARACTERS:
                raise ComposerError("The model wrote more than an answer can be.")
            raw: Any = chunk.raw
            reason = next((choice.finish_reason for choice in raw.choices), None) or reason
            yield chunk.delta or ""
        if reason != "stop":
            told = exchange.broken or str(reason or "the stream broke off")[:30]  # a reason is the server's word
            raise ComposerError(f"The model did not come to an end ({told}).")

    def _tell(self, *, failed: bool) -> None:
        with self._idle:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= FAILURES:
                self._failures, self._rests_until = 0, time.monotonic() + REST


def ahead(writing: Generator[str, None, None]) -> Generator[str, None, None]:
    """What is written, taken from the server as it comes, however long is spent on each piece."""
    taken: Queue[str | ComposerError | None] = Queue()
    left = threading.Event()

    def take() -> None:
        end: ComposerError | None = ComposerError("What the model wrote could not be taken.")
        try:
            with closing(writing):
                for piece in writing:
                    taken.put(piece)
                    if left.is_set():
                        return
            end = None
        except ComposerError as error:
            end = error
        finally:
            taken.put(end)

    threading.Thread(target=take, daemon=True).start()
    try:
        while (piece := taken.get()) is not None:
            if isinstance(piece, ComposerError):
                raise piece
            yield piece
    finally:
        left.set()


def _passes(error: Exception) -> bool:
    """Whether a fault may be gone in a moment: refused, too many at once, an error of the server."""
    status = getattr(error, "status_code", None)
    return status in PASSING or (status is None and type(error).__name__ == "APIConnectionError")


def _told(error: Exception, broken: str) -> ComposerError:
    """The error in our words; never with what the server wrote, which may hold the question."""
    if isinstance(error, ComposerError):
        return error
    status = getattr(error, "status_code", None)
    broken = broken or ("took too long" if "Timeout" in type(error).__name__ else "")
    what = broken or (f"answered with status {status}" if status else f"gave no answer ({type(error).__name__})")
    return ComposerError(f"The model server {what}.", hint=HINT)
