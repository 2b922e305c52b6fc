"""How long ingest takes as a whole process: the first time, and again with nothing changed."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def seconds(corpus: Path, data: Path) -> float:
    """Seconds of one `python ingest.py corpus`, start of the process included."""
    started = time.perf_counter()
    environment = os.environ | {"ASSISTANT_DATA_DIR": str(data)}
    command = [sys.executable, str(ROOT / "ingest.py"), str(corpus), "--quiet"]
    subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr, check=True)
    return round(time.perf_counter() - started, 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ingest a folder once and then again, and print what each took."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--again", type=int, default=3, help="how many times to ingest it unchanged")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        first = seconds(given.corpus, Path(folder))
        again = sorted(seconds(given.corpus, Path(folder)) for _ in range(given.again))
    measured = {"first s": first, "unchanged s (median)": again[len(again) // 2], "unchanged s (best)": again[0]}
    lines = [f"{name:<24}{value:>8}" for name, value in measured.items()]
    print(json.dumps(measured, indent=2) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
