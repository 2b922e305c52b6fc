"""The operator's verbs: what is held in numbers, look everything over, and bring a backup back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from assistant.cutting import EDITION
from assistant.editing import in_force
from assistant.errors import CorpusError, EncoderError
from assistant.finding.encoders import open_encoder
from assistant.gathering import gather
from assistant.keeping import backup, canary, checkup, healing
from assistant.keeping.backup import Backup
from assistant.keeping.checkup import Check
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.reading.corpus import dangling, load_glossary
from assistant.reading.needs import load_cues, strays
from assistant.reading.routes import load_routes
from assistant.reading.sayings import load_sayings
from assistant.settings import Settings


def doctor(settings: Settings) -> Iterator[Check]:
    """Look at settings, corpus, encoder, data folder, library and index, one after the other.

    Nothing is repaired. What cannot be used is a Check that is not well; nothing is raised.
    """
    opened: list[tuple[str, int, canary.Embed]] = []

    def encoder() -> tuple[str, int, canary.Embed]:
        if not opened:
            opened.append(_encoder(settings))
        return opened[0]

    yield checkup.check("corpus", lambda: _corpus(settings))
    yield checkup.check("rules", lambda: _rules(settings.corpus_dir))
    yield checkup.check("references", lambda: _references(settings))
    yield checkup.check("encoder", lambda: "{} gives {} numbers a text".format(*encoder()))
    yield from checkup.examine(settings, encoder, EDITION)


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Backup:
    """Bring a backup back, and build the index from the vectors in it: nothing is embedded.

    Raises as `keeping.backup.restore`. When no encoder's vectors are whole in the backup, the index is left for
    `Assistant.rebuild`, which embeds what is lacking.
    """
    about = backup.restore(settings, path, replace=replace)
    library = Library.open(settings)
    try:
        with writing(settings):
            whole = [(name, width) for name, width in library.encoders().items() if not library.missing(name)]
            for name, width in whole[:1]:
                healing.rebuild(settings, library, name, width).close()
    finally:
        library.close()
    return about


def status(settings: Settings, library: Library) -> dict[str, Any]:
    """Counts and names for people: documents by kind and country, those made by an earlier version, encoder."""
    cards = library.cards()
    return {
        "documents": len(cards),
        "kinds": {kind: sum(c.kind == kind for c in cards) for kind in ("case", "guidance", "template")},
        "countries": {c: sum(card.country == c for card in cards) for c in sorted({c.country or "?" for c in cards})},
        "of_earlier_edition": len(library.earlier(EDITION)),
        "revision": library.revision,
        "encoder": settings.encoder,
        "composer": settings.llm_model if settings.llm_url else "extractive",
        "data_dir": str(settings.data_dir),
    }


def _corpus(settings: Settings) -> str:
    folder = settings.corpus_dir
    if not (folder / "glossary.yaml").exists():
        message = f"There is no glossary in {folder.absolute()}: words that mean the same are not known as such."
        raise CorpusError(message, hint="Set ASSISTANT_CORPUS_DIR to the folder of the shipped corpus.")
    return f"{len(load_glossary(folder / 'glossary.yaml'))} terms in the glossary of {folder.absolute()}"


def _rules(folder: Path) -> str:
    """Look at the decision rules, and whether they have what is heard in a need."""
    path = folder / "routes.yaml"
    if not path.exists():
        return f"there are none in {folder.absolute()}: needs cannot be planned"
    rules = load_routes(path)
    if lacking := strays(load_cues(), rules, load_sayings()):
        told = f"{lacking[0]} ({len(lacking)} in all)"
        message = f"What is heard in a need has no place in the decision rules: {told}."
        raise CorpusError(message, hint=f"Name the questions and options in {path.name} as before.")
    return f"{len(rules.routes)} routes and {len(rules.questions)} questions"


def _references(settings: Settings) -> str:
    """Tell which corpus files name documents that are not there, as after a withdrawal; that is no fault."""
    with ExitStack() as stack:
        folders = [folder for folder in (settings.corpus_dir, settings.added_dir) if folder.is_dir()]
        arrivals = in_force(gather(folders, settings, stack)[0], settings)
        files = [arrival.path for arrival in arrivals if arrival.path.suffix == ".md"]
        lost = dangling({path.stem: path.read_text(encoding="utf-8", errors="replace") for path in files})
    named = "".join(f"; {one} names {other}, which is not there" for one, other in lost)
    return f"{len(files)} corpus files{named or ', all that they name is there'}"


def _encoder(settings: Settings) -> tuple[str, int, canary.Embed]:
    encoder = open_encoder(settings)
    width = encoder.embed([canary.TEXT], "query").dense.shape[1]
    if width != encoder.dimension:
        raise EncoderError(f"{encoder.name} gives {width} numbers, not {encoder.dimension}.", hint="Check its folder.")
    return encoder.name, encoder.dimension, encoder.embed
