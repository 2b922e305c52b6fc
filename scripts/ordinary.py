"""Writes the words that a sentence may open with though they name nobody, as the shipped corpus writes them.

python -m scripts.ordinary [--data-dir DIR]
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant import Settings
from assistant.keeping.library import Library
from assistant.language import fold, stem

PLACE = Path(__file__).parent.parent / "assistant" / "answering" / "ordinary.txt"
HEADING = "# Folded stems of words that documents of the shipped corpus write in small letters: no names.\n"
_SMALL = re.compile(r"(?<![\w-])[a-zæøåäöé]{2,}(?![\w])")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read every passage of the library and write the list anew."""
    parser = argparse.ArgumentParser(prog="python -m scripts.ordinary", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="data folder with the ingested corpus")
    given = parser.parse_args(arguments)
    library = Library.open(replace(Settings.from_environment(), data_dir=given.data_dir))
    found = {fold(stem(word, p.card.language)) for p in library.passages() for word in _SMALL.findall(p.text)}
    library.close()
    PLACE.write_text(HEADING + "\n".join(sorted(found)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
