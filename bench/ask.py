"""How long one question takes, warm, on the shipped corpus: p50 and p95 over the dev questions."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant import Assistant, Settings
from eval.gate import HERE
from eval.scoring import percentile, read_questions


def measure(assistant: Assistant, rounds: int) -> dict[str, float]:
    """Milliseconds of `ask` and of `find` over every dev question, `rounds` times after one unmeasured round."""
    questions = read_questions(HERE / "questions" / "dev.jsonl")
    times: dict[str, list[float]] = {"ask": [], "find": []}
    for round_ in range(rounds + 1):
        for question in questions:
            for name, verb in (("ask", assistant.ask), ("find", assistant.find)):
                started = time.perf_counter()
                verb(question.text, country=question.country)
                if round_:
                    times[name].append((time.perf_counter() - started) * 1000)
    return {
        f"{name} ms p{percent}": round(percentile(sorted(values), percent), 1)
        for name, values in times.items()
        for percent in (50, 95)
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Ingest the corpus where needed, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.ask", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    assistant = Assistant.from_settings(replace(Settings.from_environment(), data_dir=given.data_dir))
    assistant.ingest([HERE.parent / "corpus"])
    measured = measure(assistant, given.rounds)
    lines = [f"{name:<20}{value:>10}" for name, value in measured.items()]
    print(json.dumps(measured, indent=2) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
