"""an answer while it is being written: sentence by sentence, until it is done or whoever asked stops it"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Literal

from assistant.types import Answer, Reply

_log = logging.getLogger(__name__)

State = Literal["writing", "done", "stopped"]
"""How far an answer has come."""


class _Left(Exception):  # noqa: N818 (nothing went wrong)
    """Whoever asked has gone."""


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """An answer that is being written."""

    grown: SimpleQueue[tuple[Reply | None, State]] = field(default_factory=SimpleQueue)
    left: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Let the answer be as it is; what works on it gives it up at its next sentence."""
        self.left.set()
        self.grown.put((None, "stopped"))

    def steps(
        self, ask: Callable[..., Reply], question: str, given: Mapping[str, Any]
    ) -> Iterator[tuple[Reply | None, State]]:
        """The answer each time it has grown, and last the reply, or what there is of it where it was stopped.

        None where nothing was written, or something unexpected went wrong. Where the iterator is closed early, the
        answer is given up too.
        """
        threading.Thread(target=self._work, args=(ask, question, given), daemon=True).start()
        written: Reply | None = None
        state: State = "writing"
        try:
            while state == "writing":
                reply, state = self.grown.get()
                written = written if state == "stopped" else reply
                yield written, state
        finally:
            self.left.set()

    def _work(self, ask: Callable[..., Reply], question: str, given: Mapping[str, Any]) -> None:
        reply: Reply | None = None
        try:
            reply = ask(question, **given, show=self._show)
        except _Left:
            pass
        except Exception as error:  # noqa: BLE001 (the outermost face)
            tell("A question could not be answered", error)
        self.grown.put((reply, "done"))

    def _show(self, so_far: Answer) -> None:
        if self.left.is_set():
            raise _Left
        self.grown.put((so_far, "writing"))


def tell(what: str, error: Exception) -> None:
    """Log an unexpected error: its kind and place, never its text, which may hold the question."""
    _log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
