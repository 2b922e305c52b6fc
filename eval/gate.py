"""Asks every dev question through the front door, scores the replies and fails below a floor.

python -m eval.gate [--details FILE] [--json FILE] [--without-questions] [--update]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from assistant import Assistant, AssistantError, Settings, Turn
from eval.floors import below, fingerprint, moved, pin, read_floors, write_floors
from eval.scoring import Question, Score, read_questions, score, summarise

HERE = Path(__file__).parent
LIMIT = 10  # hits that find is asked for

# The columns of the table by group; every measure is in the JSON.
COLUMNS = ("questions", "found@1", "found@3", "found@5", "cited", "facts", "all facts", "wrong refusals")


def ask(assistant: Assistant, question: Question) -> Score:
    """Play the question's history, ask it, find with what it was settled to, and score both."""
    turns: list[Turn] = []
    for earlier in question.history:
        turns.append(Turn(earlier, assistant.ask(earlier, country=question.country, history=tuple(turns))))
    started = time.perf_counter()
    reply = assistant.ask(question.text, country=question.country, history=tuple(turns))
    milliseconds = (time.perf_counter() - started) * 1000
    hits = assistant.find(reply.settled or question.text, country=question.country, limit=LIMIT)
    return score(question, reply, hits, milliseconds)


def grouped(scores: Sequence[Score], languages: Mapping[str, str]) -> dict[str, dict[str, dict[str, float]]]:
    """Summaries by kind, by the question's language, and by language pair.

    A pair is the question's language and that of the first document that it expects (`languages`, by id).
    """

    def pair(one: Score) -> str:
        expected = one.question.documents[0][0] if one.question.documents else ""
        return f"{one.question.language} → {languages.get(expected, '–')}"

    keys: dict[str, Callable[[Score], str]] = {
        "kind": lambda s: s.question.kind,
        "language": lambda s: s.question.language,
        "pair": pair,
    }
    return {
        name: {group: summarise([s for s in scores if key(s) == group]) for group in sorted({key(s) for s in scores})}
        for name, key in keys.items()
    }


def table(overall: Mapping[str, float], groups: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """The overall measures, one a line, and the groups as rows."""
    lines = [f"{name:<18}{_number(name, value)}" for name, value in overall.items()]
    lines += ["", " " * 18 + "".join(f"{column:>16}" for column in COLUMNS)]
    for name, rows in groups.items():
        lines.append(f"by {name}")
        for row, summary in rows.items():
            cells = "".join(f"{_number(c, summary.get(c)):>16}" for c in COLUMNS)
            lines.append(f"  {row:<16}{cells}")
    return "\n".join(lines)


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if name in {"questions", "words"} or name.startswith("ms") else f"{value:.3f}"


def details(scores: Sequence[Score]) -> str:
    """Every question that something is wrong with, and what."""
    return "\n\n".join(
        f"{s.question.id} {s.question.kind} {s.question.language} {s.question.country or 'all'}: "
        f"{' / '.join((*s.question.history, s.question.text))}\n" + "\n".join(f"  {p}" for p in s.problems)
        for s in scores
        if s.problems
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gate. Returns 0 when every floor holds, else 1."""
    given = _parser().parse_args(arguments)
    try:
        return _run(given)
    except (AssistantError, ValueError) as error:
        print(error, getattr(error, "hint", ""), file=sys.stderr)
        return 1


def _run(given: argparse.Namespace) -> int:
    settings = replace(Settings.from_environment(), data_dir=given.data_dir, corpus_dir=given.corpus)
    if given.without_questions:
        settings = replace(settings, use_questions=False)
    assistant = Assistant.from_settings(settings)
    with tqdm(desc="ingest", unit="document", file=sys.stderr) as bar:

        def show(progress: object) -> None:
            bar.total, bar.n = getattr(progress, "total", None), getattr(progress, "done", 0)
            bar.refresh()

        report = assistant.ingest([given.corpus], progress=show, prune=True)
    for failure in report.failed:
        print(f"{failure.path}: {failure.reason} {failure.hint}", file=sys.stderr)
    questions = read_questions(given.questions)
    scores = [ask(assistant, q) for q in tqdm(questions, desc="ask", file=sys.stderr)]
    overall = summarise(scores)
    groups = grouped(scores, {card.id: card.language for card in assistant.cards()})
    print(table(overall, groups))
    if given.details:
        given.details.write_text(details(scores) + "\n", encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps({"overall": overall, **groups}, indent=2, ensure_ascii=False) + "\n")
    return _judge(given, overall)


def _judge(given: argparse.Namespace, overall: Mapping[str, float]) -> int:
    """Hold the measures against the floors, or re-pin these."""
    if given.without_questions:
        print("\nWithout the documents' own questions: the floors do not apply.")
        return 0
    floors, now = read_floors(given.floors), fingerprint(given.questions, given.corpus)
    if given.update:
        write_floors(given.floors, pin(floors, overall, now, lower=given.allow_regression))
        print(f"\nPinned {given.floors.name}.")
        return 0
    failures = below(floors, overall) + moved(floors, now)
    print("\n" + ("\n".join(failures) or "Every floor holds."))
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.gate", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--questions", type=Path, default=HERE / "questions" / "dev.jsonl", help="questions to ask")
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "corpus", help="folder to ingest first")
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"), help="data folder, kept between runs")
    parser.add_argument("--floors", type=Path, default=HERE / "floors.json", help="floors to hold")
    parser.add_argument("--details", type=Path, help="write what is wrong with each question to this file")
    parser.add_argument("--json", type=Path, help="write all measures to this file")
    parser.add_argument("--without-questions", action="store_true", help="leave out the documents' own questions")
    parser.add_argument("--update", action="store_true", help="pin the floors to what was measured, if nothing fell")
    parser.add_argument("--allow-regression", action="store_true", help="with --update: also lower floors")
    return parser


if __name__ == "__main__":
    sys.exit(main())
