"""The page of the original that a citation stands on, where the file that was taken in is still there."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import LoadError
from assistant.intake import fingerprint
from assistant.keeping.library import Library
from assistant.reading import sandbox
from assistant.types import Picture

LONGEST_QUOTE = 4000
"""Characters of a quote that is looked for; a passage has fewer."""


def page(library: Library, document_id: str, number: int, quote: str) -> Picture | None:
    """Page `number` of the PDF that the document was read from, with the place of `quote`; None: cannot be shown.

    That is where the document came from an address, a zip file or another format, where the file is gone or no longer
    the one that was read, where a national id number stands on the page, and where it cannot be drawn.
    """
    document = library.document(document_id)
    path = Path(document.origin) if document else None
    if path is None or path.suffix.lower() != ".pdf" or not path.is_absolute():
        return None
    try:
        if library.files().get(fingerprint(path)) != document_id:
            return None
        return sandbox.picture(path, number, quote[:LONGEST_QUOTE])
    except LoadError:
        return None
