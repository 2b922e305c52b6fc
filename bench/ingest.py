"""How fast documents come in: against the encoder alone, again unchanged, and how memory grows meanwhile.

Prints the share of the encoder's own speed that a first ingest reaches on the same passages in the same
process (goal: 0.85), the memory in use after each tenth of the documents (goal: flat), and the seconds of a second
ingest that finds nothing changed (goal: at most 10 for 5000 documents).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import Assistant, Progress, Settings
from assistant.cutting import context
from assistant.finding.encoders import Embedder, open_encoder
from assistant.keeping.library import Library
from bench import vectors

WORDS = ("kommunen", "avtale", "renhold", "krav", "kontrakt", "leverandør", "arbeid", "oppfølging", "mål", "tiltak")
LANGUAGE = (*WORDS, *(f"{one}s{other}" for one in WORDS for other in WORDS))
"""110 words, so that no five in a row stand in two documents by chance: those would count as copied."""

TENTHS = 10
"""How often memory is looked at during a first ingest."""


def written(folder: Path, count: int, parts: int = 6) -> Path:
    """A folder of `count` generated documents of `parts` times 50 words, no two alike; always the same ones."""
    chance = random.Random(5)
    for number in range(count):
        told = [" ".join(chance.choices(LANGUAGE, k=50)).capitalize() + "." for _ in range(parts)]
        (folder / f"notat-{number}.txt").write_text(f"Notat {number}\n\n" + "\n\n".join(told), encoding="utf-8")
    return folder


def peak() -> int:
    """Most memory that this process has used so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def resident() -> int:
    """Memory that this process has in use now, in MB; the peak where the system does not tell (no /proc)."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20
    return peak()


def first(assistant: Assistant, folder: Path) -> tuple[float, list[int]]:
    """Seconds of a first ingest, and the memory in use in MB after each tenth of the documents."""
    seen: list[int] = []

    def show(progress: Progress) -> None:
        if progress.done >= progress.total * (len(seen) + 1) / TENTHS:
            seen.append(resident())

    started = time.perf_counter()
    report = assistant.ingest([folder], progress=show)
    assert not report.failed
    return time.perf_counter() - started, seen


def alone(encoder: Embedder, settings: Settings) -> float:
    """Seconds in which the encoder alone embeds the passages that the library of `settings` holds."""
    library = Library.open(settings)
    texts = [context(passage.card, passage.heading) + passage.text for passage in library.passages()]
    library.close()
    started = time.perf_counter()
    for start in range(0, len(texts), 512):
        encoder.embed(texts[start : start + 512], "passage")
    return time.perf_counter() - started


def measure(settings: Settings, source: Path) -> dict[str, Any]:
    """The figures of one folder of documents."""
    encoder = open_encoder(settings)
    encoder.embed(["Oppvarming."] * 8, "passage")
    assistant = Assistant.from_settings(settings)
    assistant.prepare()
    seconds, memory = first(assistant, source)
    by_itself = alone(encoder, settings)
    started = time.perf_counter()
    unchanged = len(assistant.ingest([source]).unchanged)
    again = time.perf_counter() - started
    assistant.close()
    return {
        "documents": unchanged,
        "ingest s": round(seconds, 2),
        "encoder alone s": round(by_itself, 2),
        "share of the encoder's speed": round(by_itself / seconds, 3),
        "MB after each tenth": memory,
        "peak MB": max(peak(), *memory),  # the system counts its own peak in steps, so it may lag behind
        "unchanged s": round(again, 2),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder to ingest (default: generated documents)")
    parser.add_argument("--documents", type=int, default=200, help="how many to generate")
    parser.add_argument("--parts", type=int, default=6, help="paragraphs of 50 words in each; 1 gives one passage")
    parser.add_argument("--made-up", action="store_true", help="made-up vectors: for thousands of documents")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "documents"
        folder.mkdir()
        source = given.corpus or written(folder, given.documents, given.parts)
        settings = replace(Settings.from_environment(), data_dir=Path(place) / "data")
        if given.made_up:
            with vectors.running() as url:
                served = replace(settings, embeddings_url=url, embeddings_model="made-up")
                measured = measure(served, source)
        else:
            measured = measure(settings, source)
    lines = [f"{name:<32}{value!s:>10}" for name, value in measured.items()]
    print(json.dumps(measured, indent=2) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
