"""The operator's verbs: what is held in numbers, look everything over, and bring a backup back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.cutting import EDITION
from assistant.errors import CorpusError, EncoderError
from assistant.finding.encoders import open_encoder
from assistant.keeping import backup, canary, checkup, healing
from assistant.keeping.backup import Backup
from assistant.keeping.checkup import Check
from assistant.keeping.library import Library
from assistant.keeping.locks import writing
from assistant.reading.corpus import load_glossary
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


def _encoder(settings: Settings) -> tuple[str, int, canary.Embed]:
    encoder = open_encoder(settings)
    width = encoder.embed([canary.TEXT], "query").dense.shape[1]
    if width != encoder.dimension:
        raise EncoderError(f"{encoder.name} gives {width} numbers, not {encoder.dimension}.", hint="Check its folder.")
    return encoder.name, encoder.dimension, encoder.embed
