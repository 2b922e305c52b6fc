"""Kills an ingest, a replacement, a removal and a rebuild at random moments, and looks at what is left (R2).

Each round copies a prepared data folder, works on it in a process of its own, and ends that with SIGKILL.
Another process then opens what is left as any start does, and counts documents that were acknowledged and are
lost, documents that are half there or should be gone (ghosts), and anything that needs a hand. Needs fork.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from assistant import AssistantError, Settings
from assistant.keeping import healing
from assistant.keeping.library import Library
from assistant.pipeline import Assistant
from bench import vectors

WARM = (
    "bm25s",
    "chromadb.api.rust",
    "chromadb.telemetry.product.posthog",
    "ftfy",
    "httpcore",
    "httpx",
    "llama_index.core",
    "snowballstemmer",
    "sqlalchemy.dialects.sqlite",
)
"""Imported before the first fork: a killed process should spend its time on the documents, not on imports."""

DOCUMENTS = 12
"""Documents that each operation works on; three others are never touched."""

OPEN = "(open)"
"""What is told when library and index are open."""

OPERATIONS = ("ingest", "replace", "remove", "rebuild")


class Told(NamedTuple):
    """What a process told in whole lines, its wait status, and the seconds before each line and before its end."""

    lines: tuple[str, ...]
    end: int
    gaps: tuple[float, ...]


def written(folder: Path, version: int, count: int = DOCUMENTS) -> Path:
    """A folder of small documents whose paragraphs say of which version they are and how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = f"notat-{number:02}"
        (folder / f"{name}.txt").write_text("\n\n".join(paragraphs(name, version)), encoding="utf-8")
    return folder


def paragraphs(name: str, version: int) -> list[str]:
    """What a document says in a version; the second version of every other document is the shorter one."""
    parts = 2 + (int(name[-2:]) + version) % 2 * 5
    told = "Kommunen og leverandøren følger opp avtalen hvert kvartal og skriver ned hva de lærte. "
    return [f"{name} utgave {version}, del {part} av {parts}. {told}" for part in range(1, parts + 1)]


def run(operation: str, settings: Settings, folder: Path, tell: Callable[[str], None]) -> None:
    """Do `operation` on the documents of `folder`; tell when all is open, then each id that is acknowledged."""
    assistant = Assistant.from_settings(settings)
    assistant.find("kontrakt", limit=1)
    tell(OPEN)
    if operation == "rebuild":
        assistant.rebuild()
    elif operation == "remove":
        for path in sorted(folder.iterdir()):
            held = path.stem in {card.id for card in assistant.cards()}
            if not held or assistant.remove([path.stem]).removed:
                tell(path.stem)
    else:
        assistant.ingest([folder], progress=lambda step: tell(step.name))
    assistant.close()


def examined(operation: str, settings: Settings, folder: Path, told: Sequence[str], *, again: bool) -> dict[str, int]:
    """Open what is left, and count what is wrong with it; `again` repeats the operation, which must complete."""
    assistant = Assistant.from_settings(settings)
    assistant.find("kontrakt", limit=1)  # a start: heals
    assistant.close()
    states = state(settings)
    names = [path.stem for path in folder.iterdir()]
    before, after = versions(operation)
    lost = sum(states.get(name, 0) != after for name in told)
    lost += sum(states.get(f"fast-{number}") != 1 for number in range(3))
    ghosts = sum(states.get(name, 0) not in (before, after) for name in names)
    ghosts += sum(version < 0 for name, version in states.items() if name not in names)
    if again:
        run(operation, settings, folder, lambda name: None)
        states = state(settings)
    return {"lost": lost, "ghosts": ghosts, "not repeated": again * sum(states.get(n, 0) != after for n in names)}


def versions(operation: str) -> tuple[int, int]:
    """The version of the documents before and after the operation; 0 means that there are none."""
    return {"ingest": (0, 1), "replace": (1, 2), "remove": (1, 0), "rebuild": (1, 1)}[operation]


def state(settings: Settings) -> dict[str, int]:
    """The version of every document, -1 where it is not whole in library and index; raises when they disagree."""
    library = Library.open(settings)
    [(encoder, width)] = library.encoders().items()
    index = healing.live(settings, library, encoder, width)
    try:
        _, passages, entries = library.snapshot()
        if library.faults() or index.ids() != {entry.id for entry in entries}:
            return {"library and index differ": -1}
        dense = library.dense(encoder, {entry.text_hash for entry in entries})
        stray = {key.partition("@")[0] for key in index.stray({e.id: dense[e.text_hash] for e in entries})}
        found = {}
        for name in library.hashes():
            text = "\n".join(passage.text for passage in passages if passage.card.id == name)
            whole = [v for v in (1, 2) if text == "\n".join(p.strip() for p in expected(name, v))]
            found[name] = whole[0] if whole and name not in stray else -1
        return found
    finally:
        index.close()
        library.close()


def expected(name: str, version: int) -> list[str]:
    """The paragraphs that a document must have; those that are never touched have one."""
    return [f"{name} står fast."] if name.startswith("fast-") else paragraphs(name, version)


def apart(work: Callable[[Callable[[str], None]], None], kill: tuple[int, float] | None = None) -> Told:
    """Do `work` in a process of its own, which is killed so many seconds after so many lines, if `kill` says so."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            work(lambda line: os.write(writer, f"{line}\n".encode()) and None)
        except AssistantError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    os.close(writer)
    lines, times = [], [time.perf_counter()]

    def hear(most: float) -> None:
        while len(lines) < most and (line := pipe.readline()).endswith("\n"):
            lines.append(line.strip())
            times.append(time.perf_counter())

    with os.fdopen(reader) as pipe:
        if kill is not None:
            hear(kill[0])
            time.sleep(kill[1])
            os.kill(child, signal.SIGKILL)
        hear(float("inf"))
        end = os.waitpid(child, 0)[1]
    return Told(tuple(lines), end, tuple(b - a for a, b in pairwise([*times, time.perf_counter()])))


def prepared(operation: str, folder: Path, url: str) -> Path:
    """A data folder as it is before the operation, and the documents of the operation in the folder `work`."""
    before, after = versions(operation)
    (folder / "corpus").mkdir()
    (folder / "corpus" / "glossary.yaml").write_text("[]", encoding="utf-8")  # the shipped one takes 0.2 s a start
    fixed = folder / "fast"
    fixed.mkdir()
    for number in range(3):
        (fixed / f"fast-{number}.txt").write_text(f"fast-{number} står fast.", encoding="utf-8")
    sources = [fixed, written(folder / "work", before)] if before else [fixed]

    def prepare(_: Callable[[str], None]) -> None:
        assistant = Assistant.from_settings(settings(folder / "prepared", url))
        assistant.ingest(sources)
        assistant.close()

    assert apart(prepare).end == 0
    written(folder / "work", max(after, 1))
    return folder / "prepared"


def settings(folder: Path, url: str) -> Settings:
    """Settings of a data folder whose texts the server at `url` embeds, with the glossary of `prepared` beside it."""
    return Settings(
        data_dir=folder, corpus_dir=folder.parent / "corpus", embeddings_url=url, embeddings_model="made-up"
    )


def measure(operation: str, rounds: int, chance: random.Random, folder: Path, url: str) -> dict[str, Any]:
    """`rounds` kills of one operation; counts of what was wrong, and the slowest look afterwards."""
    ready, work = prepared(operation, folder, url), folder / "work"

    def copied() -> Settings:
        return settings(Path(shutil.copytree(ready, folder / "round", dirs_exist_ok=False)), url)

    def once(kill: tuple[int, float] | None) -> Told:
        place = copied()
        return apart(lambda tell: run(operation, place, work, tell), kill)

    def looked(told: Sequence[str], *, again: bool) -> Told:
        place = settings(folder / "round", url)
        return apart(lambda tell: tell(json.dumps(examined(operation, place, work, told, again=again))))

    whole = once(None)
    assert whole.end == 0
    total = {"lost": 0, "ghosts": 0, "not repeated": 0, "by hand": 0, "acknowledged": 0}
    slowest = 0.0
    for number in range(rounds):
        shutil.rmtree(folder / "round")
        stage = chance.randrange(len(whole.gaps))
        told = [line for line in once((stage, chance.uniform(0, 1.2 * whole.gaps[stage]))).lines if line != OPEN]
        seen = looked(told, again=number % 4 == 0)
        total["by hand"] += seen.end != 0
        total["acknowledged"] += len(told)
        for name, count in json.loads(seen.lines[-1]).items() if seen.lines else ():
            total[name] += count
        slowest = max(slowest, sum(seen.gaps))
    return {"operation": operation, "rounds": rounds, **total, "slowest look s": round(slowest, 2)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill each operation as often as asked, and print what was found; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200, help="kills of each operation")
    parser.add_argument("--operation", choices=OPERATIONS, action="append", help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    wrong = 0
    for name in WARM:
        importlib.import_module(name)
    with vectors.running() as url:
        for operation in given.operation or OPERATIONS:
            with tempfile.TemporaryDirectory() as folder:
                found = measure(operation, given.rounds, random.Random(given.seed), Path(folder), url)
            wrong += sum(found[name] for name in ("lost", "ghosts", "not repeated", "by hand"))
            print(json.dumps(found), flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
