"""Writes into README.md what the code says of itself: the settings table and the tree.

A generated part stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`. `--check` changes nothing
and returns 1 when a part is stale.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from assistant.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "reading": "a file or an address becomes a Document; a Document becomes Passages",
    "keeping": "what we know, kept",
    "finding": "a question becomes ranked Hits",
    "answering": "Hits become an Answer whose every sentence is checked, or a Refusal",
    "serving": "the faces: web page, REST and MCP",
}


def settings_table() -> str:
    """Every setting as a Markdown table row: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for field in fields(Settings):
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{field.name.upper()}` | {default} | {field.metadata['meaning']} |")
    return "\n".join(rows)


def tree(root: Path = ROOT) -> str:
    """The modules with the first line of each one's docstring, room by room."""
    lines = []
    for name in ("app.py", "ingest.py"):
        lines += _lines(root / name, 0) if (root / name).exists() else []
    for folder in ("assistant", *(f"assistant/{room}" for room in ROOMS), "assistant/serving/tabs", "eval", "bench"):
        depth = folder.count("/") + 1
        said = ROOMS.get(Path(folder).name, "")
        modules = [p for p in sorted((root / folder).glob("*.py")) if p.stem != "__init__" or folder == "assistant"]
        if modules:
            lines += ["", f"{'  ' * (depth - 1)}{Path(folder).name + '/':<{28 - 2 * (depth - 1)}}{said}".rstrip()]
        for path in modules:
            lines += _lines(path, depth)
    return "```\n" + "\n".join(lines) + "\n```"


def _lines(path: Path, depth: int) -> list[str]:
    said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    return [f"{'  ' * depth}{path.name:<{28 - 2 * depth}}{said.rstrip('.')}".rstrip()]


def filled(text: str) -> str:
    """`text` with every generated part written anew. Raises ValueError when a part has no place."""
    for name, part in (("settings", settings_table()), ("tree", tree())):
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        place = re.compile(f"{begin}.*?{end}", re.DOTALL)
        if not place.search(text):
            raise ValueError(f"README.md has no place for the {name}: {begin} ... {end}")
        text = place.sub(lambda _, block=f"{begin}\n{part}\n{end}": block, text)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write README.md, or with --check only say whether it is stale."""
    parser = argparse.ArgumentParser(prog="python -m scripts.docs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; return 1 when README.md is stale")
    given = parser.parse_args(arguments)
    readme = ROOT / "README.md"
    held = readme.read_text(encoding="utf-8")
    fresh = filled(held)
    if given.check and fresh != held:
        print("README.md is stale: run `make docs`.", file=sys.stderr)
        return 1
    if not given.check:
        readme.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
