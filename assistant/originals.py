"""Which PDFs are kept beside the documents that were read from them, and when: those without a national id number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import privacy
from assistant.errors import LoadError
from assistant.gathering import Arrival
from assistant.keeping import originals
from assistant.keeping.library import Library
from assistant.reading import sandbox
from assistant.reading.confined import USUAL
from assistant.reading.loaders import HEAD, is_pdf
from assistant.types import Block


@dataclass(frozen=True, slots=True)
class Original:
    """A PDF that is to be kept: where it lies, and the SHA-256 (hex) of its bytes when it was looked at."""

    path: Path
    sum: str

    def read(self) -> bytes | None:
        """Its bytes; None where it is gone or has been changed since: then the document was not read from it."""
        try:
            content = self.path.read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == self.sum else None


class Originals:
    """The PDFs of the documents that an ingest meets: which are to be kept, and those that the library lacks."""

    def __init__(self, library: Library, *, keep: bool) -> None:
        """Nothing is kept without `keep`."""
        self._library, self._keep = library, keep
        self._sums = originals.sums(library.engine) if keep else {}
        self._lacking: dict[str, tuple[str, Original]] = {}

    def of(self, arrival: Arrival, blocks: Sequence[Block]) -> Original | None:
        """The PDF that a document with these blocks arrived as, or that its text was taken from.

        None where there is none to be kept: of another format, too large to be read, not readable, or with an id number
        in it (which the blocks show by its placeholder, so that not even its bytes reach the library).
        """
        path = arrival.original or arrival.path
        if not self._keep or not _fits(path):
            return None
        try:
            if _with_id_number(sandbox.read(path).blocks if arrival.original else blocks):
                return None
            with path.open("rb") as file:
                return Original(path, hashlib.file_digest(file, "sha256").hexdigest())
        except (LoadError, OSError):
            return None

    def met(self, name: str, arrival: Arrival, *, anew: bool) -> None:
        """Note that a held document was met unchanged; its PDF is kept at the next `settle` where the library lacks it.

        With `anew`, as the file has not been read before, other bytes at the document's own place count as lacking too:
        a PDF from which a picture was taken out may still hold the same text.
        """
        if not self._keep or name in self._lacking or (name in self._sums and not anew):
            return
        if not _fits(arrival.original or arrival.path):  # the most are of other formats: nothing is looked up for them
            return
        document = self._library.document(name)
        found = self.of(arrival, document.blocks) if document else None
        if document and found and (name not in self._sums or document.origin == arrival.origin):
            self._lacking[name] = document.content_hash, found

    def settle(self) -> None:
        """Keep what the library lacks, unless a document got another content meanwhile."""
        if not self._lacking:
            return
        there = originals.sums(self._library.engine)
        for name, (content_hash, found) in self._lacking.items():
            content = found.read() if there.get(name) != found.sum else None
            if content is not None:
                originals.add(self._library.engine, name, content_hash, content)
        self._sums |= {name: found.sum for name, (_, found) in self._lacking.items()}
        self._lacking.clear()


def of_an_ingest(library: Library, *, keep: bool) -> Originals:
    """The PDFs of an ingest that begins; without `keep`, those that the library holds are removed."""
    if not keep and originals.sums(library.engine):
        originals.forget(library.engine)
    return Originals(library, keep=keep)


def _fits(path: Path) -> bool:
    """Whether a file is a PDF no larger than what is read."""
    try:
        with path.open("rb") as file:
            return is_pdf(file.read(HEAD)) and path.stat().st_size <= USUAL.file_bytes
    except OSError:
        return False


def _with_id_number(blocks: Sequence[Block]) -> bool:
    """Whether a national id number stands in the blocks, or stood there before it was masked."""
    placeholders = tuple(privacy.PLACEHOLDERS.values())
    return any(privacy.identifiers(block.text) or any(one in block.text for one in placeholders) for block in blocks)
