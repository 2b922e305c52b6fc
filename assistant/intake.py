"""The journey of a document: read, guarded, split, embedded, kept; the index follows the library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from assistant import language, privacy
from assistant.errors import AssistantError, CorpusError, LoadError
from assistant.finding.encoders import Embedder, pack
from assistant.keeping.healing import publish
from assistant.keeping.library import Entry, Library, entry_id, text_hash
from assistant.keeping.vectors import Vectors
from assistant.reading import archives, chunking, corpus, markdown, proposing, sandbox
from assistant.reading.loaders import SUFFIXES
from assistant.reading.text import Text
from assistant.types import Block, Card, Document, Failure, Passage, Progress, Report, Similar

Show = Callable[[Progress], None]

FORM = "3"
"""Version of what the reading rooms make of a file; part of the content hash, so that a change of it reads anew."""

TEXTS = 512
"""Texts that are embedded together: enough for batches of one length, little enough to lose at a stop."""

NOT_DOCUMENTS = {"FORMAT.md", "README.md", "LICENSE", "LICENSE.md", "CHANGELOG.md"}
"""Files of a folder that speak about it and are passed over; named by themselves they are read."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A document on its way in: its passages, what each entry's vector is made of, and the entries."""

    document: Document
    passages: tuple[Passage, ...]
    entries: tuple[Entry, ...]
    texts: tuple[str, ...]


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


def gather(paths: Sequence[Path | str], stack: ExitStack, tally: Tally) -> list[tuple[Path, str]]:
    """The files that `paths` (files, folders, zip files, addresses) stand for, each with its origin.

    What cannot be opened goes into the tally; fetched and unpacked files live as long as `stack`.
    """
    files: list[tuple[Path, str]] = []
    for given in paths:
        try:
            if str(given).startswith(("http://", "https://")):
                files.append((_fetched(str(given), stack), str(given)))
            else:
                files += _below(Path(given), stack)
        except AssistantError as error:
            tally.failed.append(Failure(str(given), str(error), error.hint))
    return files


def _below(path: Path, stack: ExitStack) -> Iterator[tuple[Path, str]]:
    if not path.exists():
        raise LoadError("There is no such file or folder.", hint="Check the spelling and the folder that you are in.")
    path = path.resolve()  # one file has one origin, however it is named
    many = path.is_dir() or archives.is_plain_zip(path)
    for file in stack.enter_context(archives.expand(path)):
        if many and (file.name in NOT_DOCUMENTS or file.suffix.lower() not in SUFFIXES):
            continue
        yield file, str(file) if file.is_relative_to(path) else f"{path}!{file.name}"


def _fetched(address: str, stack: ExitStack) -> Path:
    from assistant.reading.fetching import fetch

    fetched = fetch(address)
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="assistant-")))
    path = folder / (Path(urlsplit(address).path).name or "page.html")
    path.write_bytes(fetched.body)
    return path


def read(path: Path, origin: str, origins: Mapping[str, str], places: Mapping[str, str]) -> Document:
    """1 load, 2 guard: a file becomes a Document without national id numbers.

    `origins` are the visible documents' origins by id: a file without front matter never takes the id of a
    document that came from elsewhere. `places` (lower-cased name to country) tell what country it is about, where
    that is clear. Raises LoadError (cannot be read) or CorpusError (wrong front matter).
    """
    text = sandbox.read(path)
    if text.front_matter is not None:
        card, body, _ = corpus.parse(text.front_matter, path)
        return _hashed(card, _masked(markdown.markdown_blocks(body)), origin)
    document = bare(text, origin, origins)
    return _hashed(proposing.settled(document, places)[0], document.blocks, origin)


def bare(text: Text, origin: str, origins: Mapping[str, str]) -> Document:
    """A text without front matter as a Document, its Card derived, without national id numbers and content hash.

    `origins` are those of `read`.
    """
    return Document(_derived(text, origin, origins), _masked(text.blocks), "", origin)


def _masked(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(replace(block, text=privacy.mask(block.text)[0]) for block in blocks)


def _hashed(card: Card, blocks: tuple[Block, ...], origin: str) -> Document:
    content = json.dumps([FORM, asdict(card), [asdict(block) for block in blocks]], sort_keys=True, ensure_ascii=False)
    return Document(card, blocks, hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(), origin)


def _derived(text: Text, origin: str, origins: Mapping[str, str]) -> Card:
    words = "\n".join(block.text for block in text.blocks)
    card = corpus.derive(origin, words, text.language or language.detect(words[:4000]))
    name = card.id
    if origins.get(name, origin) != origin:
        name = f"{name}-{hashlib.sha256(origin.encode()).hexdigest()[:6]}"
    return replace(card, id=name, title=text.title or card.title, as_of=text.published)


def context(card: Card, heading: str) -> str:
    """The words put before a passage's text when it is embedded: what the document is called, and the heading.

    A title that is only the file's name says nothing and is left out.
    """
    named = "".join(c for c in card.title.lower() if c.isalnum()) != card.id.replace("-", "")
    parts = [card.title] * named + [heading] * bool(heading)
    return " – ".join(parts) + ": " if parts else ""


def cut(document: Document, count: Callable[[str], int] | None = None) -> Cut:
    """3 split: the passages, and the entries of the index that lead to them."""
    passages = chunking.split(document, count)
    if not passages:
        raise LoadError("There is no text in the document.", hint="Check that the file has more than headings.")
    entries, texts = [], []

    def enter(mark: str, role: str, places: Iterable[Passage], text: str) -> None:
        hashed = text_hash(f"{role}|{text}")
        ids = tuple(p.id for p in places)
        entries.append(Entry(entry_id(document, mark, hashed), document.card.id, role, ids, hashed))  # type: ignore[arg-type]
        texts.append(text)

    for number, passage in enumerate(passages, 1):
        enter(f"p{number}", "passage", [passage], context(passage.card, passage.heading) + passage.text)
    sections = {h: tuple(ps) for h, ps in groupby(passages, key=lambda p: p.heading)}
    for number, question in enumerate(document.card.questions, 1):
        enter(f"q{number}", "question", sections.get(question.section or "", passages[:1]), question.text)
    if document.card.summary:
        enter("s", "summary", passages, f"{document.card.title}. {document.card.summary}")
    return Cut(document, passages, tuple(entries), tuple(texts))


def embed(cuts: Sequence[Cut], encoder: Embedder, library: Library) -> None:
    """4 embed: the library holds the vectors of every text afterwards; only what it did not hold is encoded."""
    wanted = {e.text_hash: (e.role, text) for c in cuts for e, text in zip(c.entries, c.texts, strict=True)}
    held = library.dense(encoder.name, wanted)
    for role in ("passage", "question", "summary"):
        new = [h for h, (r, _) in wanted.items() if r == role and h not in held]
        if not new:
            continue
        encoded = encoder.embed([wanted[h][1] for h in new], "query" if role == "question" else "passage")
        tokens = encoded.tokens if role == "passage" and encoded.tokens else [None] * len(new)
        rows = {
            h: (dense.astype("<f4").tobytes(), pack(t) if t else None)
            for h, dense, t in zip(new, encoded.dense, tokens, strict=True)
        }
        library.keep_embeddings(encoder.name, rows)


def take_in(
    files: Sequence[tuple[Path, str]],
    library: Library,
    tools: Callable[[], tuple[Embedder, Vectors]],
    places: Mapping[str, str],
    tally: Tally,
    show: Show,
) -> None:
    """Take files in one by one; one that fails goes into the tally and stops no other.

    `tools` gives encoder and index, and is called only when there is something to embed; `places` is that of `read`.
    """
    held, origins = library.hashes(), library.origins()
    waiting: list[Cut] = []
    seen: dict[str, str] = {}
    done = 0

    def flush() -> None:
        nonlocal done
        if not waiting:
            return
        encoder, index = tools()
        embed(waiting, encoder, library)
        for piece in waiting:
            key = piece.document.card.id
            publish(library, index, encoder.name, piece.document, piece.passages, piece.entries)  # 5 keep
            (tally.updated if key in held else tally.added).append(key)
            done += 1
            show(Progress(done, len(files), key, len(piece.passages)))
        waiting.clear()

    for path, origin in files:
        try:
            document = _own_id(read(path, origin, origins, places), seen)
            if held.get(document.card.id) == document.content_hash:
                tally.unchanged.append(document.card.id)
                done += 1
                show(Progress(done, len(files), document.card.id))
                continue
            waiting.append(cut(document))
        except (LoadError, CorpusError) as error:
            tally.failed.append(Failure(origin, str(error), error.hint))
            done += 1
            show(Progress(done, len(files), path.name))
        if sum(len(piece.texts) for piece in waiting) >= TEXTS:
            flush()
    flush()


def _own_id(document: Document, seen: dict[str, str]) -> Document:
    """The document, if no other file has its id in this run (CorpusError); remembers it."""
    key = document.card.id
    if key in seen:
        message = f'id "{key}" is already taken by {seen[key]}.'
        raise CorpusError(message, hint="Give one of the two another file name (and id).")
    seen[key] = document.origin
    return document
