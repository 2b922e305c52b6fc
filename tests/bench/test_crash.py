"""The crash loop finds nothing wrong, and would find it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.keeping.library import Library
from bench import crash

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
@pytest.mark.parametrize("operation", crash.OPERATIONS)
def test_nothing_is_lost_or_half_there_when_it_is_killed_at_random_moments(operation):
    """R2 in small; `python -m bench.crash` kills each operation 200 times."""
    command = [sys.executable, "-m", "bench.crash", "--rounds", "8", "--operation", operation]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_lost_and_what_is_half_there_is_counted(tmp_path, embeddings_url):
    settings = crash.settings(tmp_path / "data", embeddings_url)
    fixed, work = tmp_path / "fast", crash.written(tmp_path / "work", 1)
    fixed.mkdir()
    for number in range(3):
        (fixed / f"fast-{number}.txt").write_text(f"fast-{number} står fast.", encoding="utf-8")
    opened = Assistant.from_settings(settings)
    opened.ingest([work, fixed])
    whole = dict.fromkeys(("lost", "ghosts", "not repeated"), 0)
    told = ["notat-00", "notat-01"]
    assert crash.examined("ingest", settings, work, told, again=False) == whole
    opened.remove(["notat-01"])
    assert crash.examined("ingest", settings, work, told, again=False) == whole | {"lost": 1}
    library = Library.open(Settings(data_dir=settings.data_dir))
    document = library.document("notat-00")
    library.keep(document, list(library.passages(["notat-00"]))[:1], list(library.entries(["notat-00"])))
    library.close()
    assert crash.examined("ingest", settings, work, [], again=False) == whole | {"ghosts": 1}
    opened.close()
