"""The tools that both journeys share, each opened once: the encoder, the index in step with the library, the shelf."""

from __future__ import annotations

import threading
from collections.abc import Collection
from contextlib import ExitStack, suppress
from typing import Any

from assistant import shelving
from assistant.errors import StoreBusy, StoreError
from assistant.finding.encoders import Embedder, open_encoder
from assistant.finding.shelf import Shelf
from assistant.finding.spelling import Spelling
from assistant.keeping import canary, healing
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.keeping.vectors import Vectors
from assistant.settings import Settings
from assistant.types import Filters


class Tools:
    """Opens each tool when it is first needed, and the index anew when it was rebuilt; may be used by several threads.

    Whatever opens the index raises StoreError, StoreBusy or EncoderMismatch as `Vectors.open` and `canary` do, and
    EncoderError where there is no encoder.
    """

    def __init__(self, settings: Settings, library: Library, terms: Collection[str], places: Collection[str]) -> None:
        """`terms` are the words of the glossary and `places` the names of places that questions are mended by."""
        self._settings = settings
        self._library = library
        self._known = (terms, places)
        self._lock = threading.RLock()
        self._encoder: Embedder | None = None
        self._index: Vectors | None = None
        self._healed = False
        self._shelf: Shelf | None = None
        self._spelling: tuple[int, Spelling] | None = None

    @property
    def opened(self) -> Embedder | None:
        """The encoder, if anything has needed it yet."""
        return self._encoder

    def encoder(self) -> Embedder:
        """The encoder alone: what is kept is not held against it."""
        with self._lock:
            if self._encoder is None:
                self._encoder = open_encoder(self._settings)
            return self._encoder

    def for_reading(self) -> tuple[Embedder, Vectors]:
        """The encoder and the index; it is healed first, unless somebody writes just now."""
        with self._lock:
            if self._index is None or not self._healed:
                with ExitStack() as stack:
                    alone = False
                    with suppress(StoreBusy):
                        alone = stack.enter_context(writing(self._settings, patience=0)) is None
                    if alone:
                        return self.for_writing()
            encoder = self.encoder()
            if self._index is None:
                canary.check(self._library, encoder.name, encoder.embed)
                self._index = healing.live(self._settings, self._library, encoder.name, encoder.dimension)
            return encoder, self._index

    def for_writing(self) -> tuple[Embedder, Vectors]:
        """The encoder and the index, healed, for whoever is the writer (`locks.writing`)."""
        with self._lock:
            encoder, index = self.encoder(), self._index
            if index is None or not self._healed:
                canary.settle(self._library, encoder.name, encoder.embed)
                index = healing.opened(self._settings, self._library, encoder.name, encoder.dimension)
                self.take(index)
                self._healed = True
            return encoder, index

    def take(self, index: Vectors) -> None:
        """Search this index from now on; the former one is closed."""
        with self._lock:
            self.let_go()
            self._index = index

    def let_go(self) -> None:
        """Close the index; it is opened again when it is needed."""
        with self._lock:
            if self._index:
                self._index.close()
            self._index = None

    def shelf(self) -> Shelf:
        """The shelf of the library's present revision."""
        revision = self._library.revision
        shelf = self._shelf
        if shelf is not None and shelf.revision == revision:
            return shelf
        with self._lock:
            if self._shelf is None or self._shelf.revision != revision:
                known = None if self._shelf is None else self._shelf.elsewhere
                encoder, with_questions = self.for_reading()[0], self._settings.use_questions
                self._shelf = shelving.fill(self._library, self._search, encoder, known, with_questions=with_questions)
            return self._shelf

    def spelling(self) -> Spelling:
        """The words of the library's present revision."""
        shelf = self.shelf()
        with self._lock:
            if self._spelling is None or self._spelling[0] != shelf.revision:
                self._spelling = (shelf.revision, Spelling(shelf.passages, *self._known))
            return self._spelling[1]

    def _search(self, vectors: Any, limit: int, filters: Filters) -> list[list[tuple[str, float]]]:
        """Search the index; one that was rebuilt meanwhile, also by another program, is opened anew."""
        index = self.for_reading()[1]
        try:
            return index.search(vectors, limit, filters)
        except StoreError:
            if index.name == healing.live_name(self._library):
                raise
            with self._lock:
                if self._index is index:
                    self.let_go()
        return self.for_reading()[1].search(vectors, limit, filters)
