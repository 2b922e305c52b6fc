"""How needs sound: `sayings.toml` in, checked Sayings out."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from assistant.errors import CorpusError
from assistant.reading.routes import WRITTEN
from assistant.wording import Saying

_HINT = "The head of sayings.toml says how a saying is written."


def load_sayings(text: str | None = None) -> tuple[Saying, ...]:
    """Read the shipped sayings, or those of `text` (TOML). Raises CorpusError for one that cannot be read."""
    if text is None:
        return _shipped()
    try:
        rows = tomllib.loads(text)["saying"]
        return tuple(Saying(tuple(row[language] for language in WRITTEN), row["tells"]) for row in rows)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CorpusError(f"sayings.toml cannot be read: {error}.", hint=_HINT) from error


@cache
def _shipped() -> tuple[Saying, ...]:
    return load_sayings(files("assistant.reading").joinpath("sayings.toml").read_text(encoding="utf-8"))
