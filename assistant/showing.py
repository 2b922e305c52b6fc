"""The page of the original that a citation stands on: of the PDF that is kept, else of the file that was read"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.errors import LoadError
from assistant.intake import fingerprint
from assistant.keeping import originals
from assistant.keeping.library import Library
from assistant.reading import sandbox
from assistant.types import Picture

LONGEST_QUOTE = 4000
"""Characters of a quote that is looked for; a passage has fewer."""


def page(library: Library, document_id: str, number: int, quote: str) -> Picture | None:
    """Page `number` of the PDF that the document was read from, with the place of `quote`; 0: the only page of it where
    the quote stands. None: cannot be shown.

    That is where the document was read from another format, where its PDF is not kept and the file is gone or no longer
    the one that was read, where a national id number stands on the page, and where it cannot be drawn.
    """
    quote = quote[:LONGEST_QUOTE]
    try:
        content = originals.content(library.engine, document_id)
        if content is not None:
            return _kept(content, number, quote)
        path = _file(library, document_id)
        return sandbox.picture(path, number, quote) if path else None
    except (LoadError, OSError):
        return None


def _kept(content: bytes, number: int, quote: str) -> Picture:
    """The page of a PDF that is kept: the child that draws it reads files, so it lies in one meanwhile."""
    with TemporaryDirectory(prefix="assistant-") as folder:
        path = Path(folder) / "original.pdf"
        path.write_bytes(content)
        return sandbox.picture(path, number, quote)


def _file(library: Library, document_id: str) -> Path | None:
    """The PDF that the document was read from, where it still lies at its place. Raises LoadError where it does not."""
    document = library.document(document_id)
    path = Path(document.origin) if document else None
    if path is None or path.suffix.lower() != ".pdf" or not path.is_absolute():
        return None
    return path if library.files().get(fingerprint(path)) == document_id else None
