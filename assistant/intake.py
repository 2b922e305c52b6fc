"""The journey of a document: read, guarded, split, embedded, kept; the index follows the library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path

from assistant import language, privacy
from assistant.cutting import EDITION, Cut, cut, is_kept
from assistant.errors import CorpusError, FetchError, LoadError
from assistant.finding.encoders import Embedder, pack
from assistant.gathering import Arrival
from assistant.keeping.healing import publish, withdraw
from assistant.keeping.library import Library
from assistant.keeping.recognition import Known
from assistant.keeping.vectors import Vectors
from assistant.originals import Original, Originals
from assistant.reading import corpus, markdown, proposing, sandbox
from assistant.reading.text import Text
from assistant.types import Block, Card, Document, Failure, Progress, Report, Similar

Show = Callable[[Progress], None]

TEXTS = 512
"""Texts that are embedded together: enough for batches of one length, little enough to lose at a stop."""


@dataclass(slots=True)
class Tally:
    """The outcome of each document so far."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    similar: tuple[Similar, ...] = ()

    def report(self) -> Report:
        """The tally as a value."""
        added, updated, unchanged, removed = map(tuple, (self.added, self.updated, self.unchanged, self.removed))
        return Report(added, updated, unchanged, removed, tuple(self.failed), self.similar)


def no_progress(progress: Progress) -> None:
    """Show nothing."""


def fingerprint(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes, its ending and the code that would read it. Raises LoadError."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LoadError(f"The file cannot be opened: {reason}.", hint="Check that it is readable.") from error
    digest.update(f"{path.suffix.lower()} {_reader()}".encode())
    return digest.hexdigest()


@cache
def _reader() -> str:
    """Fingerprint of the code that reads files: what was recognised by its bytes is read anew by another version."""
    digest = hashlib.sha256()
    for place in sorted(resources.files("assistant.reading").iterdir(), key=lambda place: place.name):
        if place.is_file():
            digest.update(place.read_bytes())
    for name in ("intake.py", "language.py", "privacy.py"):
        digest.update((resources.files("assistant") / name).read_bytes())
    return digest.hexdigest()


def read(path: Path, origin: str, known: Known | None, places: Mapping[str, str]) -> Document:
    """1 load, 2 guard: a file becomes a Document without national id numbers.

    A file without front matter never takes the id of a `known` document that came from elsewhere; its content
    hash leaves its name out. `places` (lower-cased name to country) tell what country it is about, where that is
    clear. Raises LoadError (cannot be read) or CorpusError (wrong front matter).
    """
    text = sandbox.read(path)
    if text.front_matter is not None:
        card, body, _ = corpus.parse(text.front_matter, path)
        return _hashed(card, markdown.markdown_blocks(body), origin, card)
    document = bare(text, origin, known)
    card = proposing.settled(document, places)[0]
    return _hashed(card, document.blocks, origin, replace(card, id="", title=text.title or ""))


def bare(text: Text, origin: str, known: Known | None = None) -> Document:
    """A text without front matter as a Document, its Card derived, without national id numbers and content hash.

    `known` as `read` takes it; without it the id is that of the file's name.
    """
    return Document(_derived(text, origin, known), _masked(text.blocks), "", origin)


def _masked(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(replace(block, text=privacy.mask(block.text)[0]) for block in blocks)


def _hashed(card: Card, blocks: Sequence[Block], origin: str, told: Card) -> Document:
    """The document with its hash: of its blocks without id numbers and of what its Card tells, `told`."""
    blocks = _masked(blocks)
    content = json.dumps([asdict(told), [asdict(block) for block in blocks]], sort_keys=True, ensure_ascii=False)
    return Document(card, blocks, hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(), origin)


def _derived(text: Text, origin: str, known: Known | None) -> Card:
    words = "\n".join(block.text for block in text.blocks)
    card = corpus.derive(origin, words, text.language or language.detect(words[:4000]))
    name = known.name(card.id, apart(card.id, origin), origin) if known else card.id
    return replace(card, id=name, title=text.title or card.title, as_of=text.published)


def apart(name: str, origin: str) -> str:
    """An id made of `name` that no document of another origin gets."""
    return f"{name}-{hashlib.sha256(origin.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def embed(cuts: Sequence[Cut], encoder: Embedder, library: Library) -> None:
    """4 embed: the library holds the vectors of every text afterwards; only what it did not hold is encoded."""
    wanted = {e.text_hash: (e.role, text) for c in cuts for e, text in zip(c.entries, c.texts, strict=True)}
    held = library.dense(encoder.name, wanted)
    for role in ("passage", "question", "summary", "answer"):
        new = [h for h, (r, _) in wanted.items() if r == role and h not in held]
        if not new:
            continue
        encoded = encoder.embed([wanted[h][1] for h in new], "query" if role in {"question", "answer"} else "passage")
        tokens = encoded.tokens if role == "passage" and encoded.tokens else [None] * len(new)
        rows = {
            h: (dense.astype("<f4").tobytes(), pack(t) if t else None)
            for h, dense, t in zip(new, encoded.dense, tokens, strict=True)
        }
        library.keep_embeddings(encoder.name, rows)


def complete(library: Library, encoder: Embedder, show: Show) -> tuple[str, ...]:
    """Embed what visible documents lack vectors for, so that an index can be built; the ids of all documents.

    A document that lacks some and was made by another edition is made anew: the texts of its entries are not kept.
    """
    names, missing = tuple(library.hashes()), library.missing(encoder.name)
    lacking = {entry.document for entry in library.entries() if entry.text_hash in missing} if missing else set()
    for done, name in enumerate(names, 1):
        document = library.document(name) if name in lacking else None
        if document is not None:
            piece = cut(document)
            embed([piece], encoder, library)
            if not is_kept(piece, library):
                library.keep(piece.document, piece.passages, piece.entries, EDITION)
        show(Progress(done, len(names), name))
    return names


def make_anew(library: Library, tools: Callable[[], tuple[Embedder, Vectors]], tally: Tally, show: Show) -> None:
    """Make what another edition made anew from the blocks that the library holds; no source is needed.

    What comes out as it was counts as unchanged; where nothing comes out, that is told, and what is kept stays.
    `tools` is that of `take_in`.
    """
    earlier = sorted(library.earlier(EDITION))
    if not earlier:
        return
    journey = _Journey(library, tools, {}, Originals(library, keep=False), tally, show, len(earlier))
    for name in earlier:
        try:
            journey.meet(name)
        except LoadError as error:
            tally.failed.append(Failure(name, str(error), error.hint, error.kind))
            journey.done(name)
    journey.publish()


def take_out(ids: Sequence[str], library: Library, index: Callable[[], Vectors], tally: Tally) -> None:
    """Remove documents by id; an unknown id goes into the tally as a failure. `index` gives the index."""
    held = library.hashes()
    for name in ids:
        if name not in held:
            hint = "python -m assistant documents lists all."
            tally.failed.append(Failure(name, "There is no document with this id.", hint, "no-document"))
            continue
        withdraw(library, index(), name)
        tally.removed.append(name)


def astray(paths: Sequence[Path | str], there: Collection[str], library: Library) -> list[str]:
    """Ids of the documents that came from below a folder of `paths`, are not among `there`, and are gone."""
    folders = [Path(path).resolve() for path in paths if Path(path).is_dir()]
    return [
        name
        for name, origin in library.origins().items()
        if origin not in there and any(Path(origin).is_relative_to(f) for f in folders) and not Path(origin).exists()
    ]


def take_in(
    arrivals: Sequence[Arrival],
    library: Library,
    tools: Callable[[], tuple[Embedder, Vectors]],
    places: Mapping[str, str],
    originals: Originals,
    tally: Tally,
    show: Show,
) -> None:
    """Take what arrives in one by one; one that fails goes into the tally and stops no other.

    A file whose bytes or content are held already, under whatever name, counts as unchanged; but where another edition
    made of it what would come out otherwise now, it is made anew and counts as updated. `tools` gives encoder and
    index, and is called only when there is something to embed; `places` is that of `read`, and
    `originals` keeps the PDFs.
    """
    journey = _Journey(library, tools, places, originals, tally, show, len(arrivals))
    for arrival in arrivals:
        try:
            journey.take(arrival)
        except (FetchError, LoadError, CorpusError) as error:
            tally.failed.append(Failure(arrival.origin, str(error), error.hint, error.kind))
            journey.done(arrival.path.name)
    journey.publish()


class _Journey:
    """The files that are coming in: recognised one by one, embedded and published some at a time."""

    def __init__(
        self,
        library: Library,
        tools: Callable[[], tuple[Embedder, Vectors]],
        places: Mapping[str, str],
        originals: Originals,
        tally: Tally,
        show: Show,
        total: int,
    ) -> None:
        self._library, self._tools, self._tally, self._show = library, tools, tally, show
        self._places, self._originals = places, originals
        self._known = Known(library)
        self._earlier = library.earlier(EDITION)
        self._waiting: list[Cut] = []
        self._enclosed: dict[str, Original] = {}
        self._files: dict[str, str] = {}
        self._as_before: list[str] = []
        self._progress = Progress(0, total, "")

    def take(self, arrival: Arrival) -> None:
        """Recognise a file, or read and cut it; what is new waits to be published.

        Raises FetchError, LoadError and CorpusError.
        """
        path, origin = arrival.open(), arrival.origin
        digest = fingerprint(path)
        name = self._known.by_file(digest, origin)
        anew = name is None
        if name is None:
            document = read(path, origin, self._known, self._places)
            name = self._known.by_content(document)
            if name is None:
                piece = cut(document)
                self._known.claim(document, digest)
                self._earlier.discard(document.card.id)
                self._files[digest] = document.card.id
                self._wait(piece, self._originals.of(arrival, document.blocks))
        if name is not None:
            self._files[digest] = name
            self._known.met(name, origin)
            self._originals.met(name, arrival, anew=anew)
            self.meet(name)

    def meet(self, name: str) -> None:
        """A held document whose content is the same: unchanged, unless this edition makes something else of it."""
        piece = self._made_otherwise(name) if name in self._earlier else None
        self._earlier.discard(name)
        if piece:
            self._wait(piece)
        else:
            self._tally.unchanged.append(name)
            self.done(name)

    def _made_otherwise(self, name: str) -> Cut | None:
        """What this edition makes of a held document, if it is not what is kept; noted, if it is."""
        document = self._library.document(name)
        piece = cut(document) if document else None
        if piece and not is_kept(piece, self._library):
            return piece
        self._as_before.append(name)
        return None

    def _wait(self, piece: Cut, original: Original | None = None) -> None:
        if any(other.document.card.id == piece.document.card.id for other in self._waiting):
            self.publish()  # made anew for a copy of it, before its own file came with another content
        self._waiting.append(piece)
        if original:
            self._enclosed[piece.document.card.id] = original
        if sum(len(piece.texts) for piece in self._waiting) >= TEXTS:
            self.publish()

    def publish(self) -> None:
        """Embed and publish what waits; a document counts as done when it is safe."""
        if self._waiting:
            encoder, index = self._tools()
            embed(self._waiting, encoder, self._library)
            versions = [(piece.document, piece.passages, piece.entries) for piece in self._waiting]
            publish(self._library, index, encoder.name, versions, self._safe, EDITION, self._original)  # 5 keep
        self._waiting.clear()
        self._enclosed.clear()
        self._originals.settle()
        self._library.note_files(self._files)
        self._library.note_edition(self._as_before, EDITION)
        self._files.clear()
        self._as_before.clear()

    def _original(self, name: str) -> bytes | None:
        return self._enclosed[name].read() if name in self._enclosed else None

    def _safe(self, name: str) -> None:
        (self._tally.updated if self._known.was_held(name) else self._tally.added).append(name)
        self.done(name, next(len(piece.passages) for piece in self._waiting if piece.document.card.id == name))

    def done(self, name: str, passages: int = 0) -> None:
        """Tell that one more file is done with."""
        self._progress = replace(self._progress, done=self._progress.done + 1, name=name, passages=passages)
        self._show(self._progress)
