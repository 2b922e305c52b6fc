"""Which kept document a file is: told by where it came from, its bytes and its content, not by its name."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import CorpusError
from assistant.keeping.library import Library
from assistant.types import Document


class Known:
    """What the library holds, and what has come in since: the signs by which a file is recognised."""

    def __init__(self, library: Library) -> None:
        """Read the signs of `library`; whoever changes it meanwhile tells so (`claim`)."""
        self._library = library
        self._hashes = library.hashes()
        self._origins = library.origins()
        self._files = library.files()
        self._by_content = {content: name for name, content in self._hashes.items()}
        self._by_origin = {origin: name for name, origin in self._origins.items()}
        self._claimed: dict[str, str] = {}

    def by_file(self, digest: str, origin: str) -> str | None:
        """Id of the document that a file with these bytes is already; None when it has to be read."""
        name = self._files.get(digest)
        return name if self._by_origin.get(origin, name) == name else None

    def by_content(self, document: Document) -> str | None:
        """Id under which exactly this content is held already; None when it is new.

        A file that was another document before stays that document, also when its text is now that of a third.
        """
        key = document.card.id
        if self._hashes.get(key) == document.content_hash:
            return key
        return None if document.origin in self._by_origin else self._by_content.get(document.content_hash)

    def name(self, wanted: str, other: str, origin: str) -> str:
        """The id of a file that does not state one: its former one, else `wanted`, or `other` where that is taken."""
        former = self._by_origin.get(origin)
        return former or (other if wanted in self._origins else wanted)

    def was_held(self, name: str) -> bool:
        """Whether the library held a document of this id before anything came in."""
        return name in self._hashes

    def claim(self, document: Document, digest: str) -> None:
        """Note a document that is coming in. Raises CorpusError when another file claimed its id before."""
        key = document.card.id
        if key in self._claimed:
            message = f'id "{key}" is already taken by {self._claimed[key]}.'
            raise CorpusError(message, hint="Give one of the two another file name (and id).")
        self._claimed[key] = document.origin
        self._files[digest] = self._by_content[document.content_hash] = self._by_origin[document.origin] = key
        self._origins[key] = document.origin

    def met(self, name: str, origin: str) -> None:
        """Note that a document was met at `origin`: it has moved there if its file is gone from where it was."""
        if self._origins[name] != origin and not _is_there(self._origins[name]):
            self._library.move(name, origin)
            self._origins[name] = origin
            self._by_origin[origin] = name


def _is_there(origin: str) -> bool:
    """Whether a file (also one in a zip file: "file.zip!name") is still there; an address is taken to be."""
    return "://" in origin or Path(origin).exists() or ("!" in origin and Path(origin.rpartition("!")[0]).exists())
