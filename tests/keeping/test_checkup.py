"""The check-up of a library in PostgreSQL and an index on a Chroma server: what is well, what is not, what is away."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.keeping import checkup, healing, originals, tables
from assistant.keeping.library import Library
from assistant.settings import Settings

ENCODER, DIMENSION = "made-up", 16

pytestmark = pytest.mark.slow


def test_servers_are_looked_at_and_what_is_wrong_with_them_is_named(tmp_path, postgres, chroma_url, sample, vector):
    settings = Settings(data_dir=tmp_path, database_url=postgres, chroma_url=chroma_url)

    def embed(texts, _):
        return SimpleNamespace(dense=np.stack([vector(text) for text in texts]))

    def problems(settings):
        checks = checkup.examine(settings, lambda: (ENCODER, DIMENSION, embed), "2")
        return {check.name: check for check in checks if not check.well}

    library, one = Library.open(settings), sample("a", "en", "to")
    library.set_stamp(healing.COLLECTION, "passages-90001")
    library.keep_embeddings(ENCODER, one.made)
    index = healing.live(settings, library, ENCODER, DIMENSION)
    healing.publish(library, index, ENCODER, [(one.document, one.passages, one.entries)], edition="1")
    assert "rebuild" in problems(settings).pop("edition").hint
    library.note_edition(["a"], "2")
    assert problems(settings) == {}
    originals.add(library.engine, "a", one.document.content_hash, b"%PDF-1.7")
    assert problems(settings) == {}
    with library.engine.begin() as connection:
        connection.execute(tables.originals.update().values(content=b"%PDF-1.8"))
    assert "original of a is damaged" in problems(settings)["originals"].told
    originals.forget(library.engine)
    index.remove([one.entries[0].id])
    assert "1 entries are not there" in problems(settings)["index"].told
    healing.heal(library, index, ENCODER)
    assert problems(settings) == {}
    index.close()
    library.close()
    away = replace(settings, chroma_url="http://127.0.0.1:9")
    assert "ASSISTANT_CHROMA_URL" in problems(away)["index"].hint
    gone = replace(settings, database_url=f"{postgres}-away")
    assert problems(gone).keys() == {"writer", "library"}
