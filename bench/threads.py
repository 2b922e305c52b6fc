"""What the threads of torch and numpy are worth: warm questions by one asker and by four, with one and with two each.

Both kinds of run alternate in one process, question by question or round by round, on the shipped corpus.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from assistant import Assistant, Settings
from eval.gate import HERE
from eval.scoring import Question, percentile, read_questions

ASKERS = (1, 4)


def limited(threads: int) -> None:
    """Let torch and numpy take so many threads each, from the next call on."""
    import torch

    torch.set_num_threads(threads)
    threadpool_limits(threads, user_api="blas")


def asked(assistant: Assistant, questions: Sequence[Question], askers: int, threads: int) -> tuple[float, list[float]]:
    """Seconds for all questions by so many askers at once, and the milliseconds of each, shortest first."""

    def ask(question: Question) -> float:
        started = time.perf_counter()
        assistant.ask(question.text, country=question.country)
        return (time.perf_counter() - started) * 1000

    limited(threads)
    began = time.perf_counter()
    with ThreadPoolExecutor(askers, initializer=limited, initargs=(threads,)) as pool:
        times = sorted(pool.map(ask, questions))
    return time.perf_counter() - began, times


def main(arguments: Sequence[str] | None = None) -> int:
    """Ingest the corpus where needed, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.threads", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"))
    given = parser.parse_args(arguments)
    assistant = Assistant.from_settings(replace(Settings.from_environment(), data_dir=given.data_dir))
    assistant.ingest([Path("corpus")])
    questions = read_questions(HERE / "questions" / "dev.jsonl")[: given.questions]
    asked(assistant, questions, 1, 1)  # warm
    for round_ in range(given.rounds):
        for askers in ASKERS:
            for threads in (1, 2):
                seconds, times = asked(assistant, questions, askers, threads)
                print(
                    f"round {round_ + 1}, {askers} asking, {threads} threads: {len(questions) / seconds:.1f} questions "
                    f"a second, ms p50 {percentile(times, 50):.0f}, p95 {percentile(times, 95):.0f}",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
