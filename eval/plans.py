"""Makes a plan for each written need and holds its routes and citations against what is expected.

python -m eval.plans [--needs FILE] [--details]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import Amount, Assistant, AssistantError, Plan, Settings
from assistant.reading.corpus import read_yaml

HERE = Path(__file__).parent
FIRST = 2  # places among which the expected route must stand

FLOORS = {"first": 0.9, "clean": 0.9, "cited": 1.0}
"""Shares below which the command fails: needs whose expected route is among the first, needs without an excluded
route recommended, statements that cite. What is said without a source is never right; for the routes one need in
ten may be read wrongly."""


@dataclass(frozen=True, slots=True)
class Written:
    """A need as it was written, and the routes that a right plan shows, in order, and must not recommend."""

    id: str
    arguments: Mapping[str, Any]
    expected: tuple[str, ...]
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a need: its routes in order, whether the expected came first, what was wrongly recommended."""

    need: Written
    ranked: tuple[str, ...]
    first: bool
    wrong: tuple[str, ...]
    statements: int
    cited: int


def read_needs(path: Path) -> tuple[Written, ...]:
    """Read a file of needs. Raises CorpusError if it is no YAML, KeyError if a need lacks a key."""
    return tuple(
        Written(
            id=row["id"],
            arguments={
                "need": row["need"],
                "who": row.get("who", ""),
                "suppliers": row.get("suppliers", ""),
                "country": row["country"],
                "language": row.get("language"),
                "answers": _answers(row),
            },
            expected=tuple(row["expected_routes"]),
            excluded=tuple(row.get("excluded_routes", ())),
        )
        for row in read_yaml(path)
    )


def judge(need: Written, plan: Plan) -> Judged:
    """Hold a plan against what its need expects.

    Ranked are the routes that are not ruled out. The first expected route must be among the first two; an excluded
    route is wrong where it is recommended.
    """
    ranked = tuple(one.route for one in plan.proposals if one.standing != "ruled-out")
    recommended = [one.route for one in plan.proposals if one.standing == "recommended"]
    quoted = {c.number for c in plan.citations if c.passage.text[c.start : c.end] == c.quote}
    return Judged(
        need=need,
        ranked=ranked,
        first=need.expected[0] in ranked[:FIRST],
        wrong=tuple(route for route in need.excluded if route in recommended),
        statements=len(plan.sentences),
        cited=sum(bool(s.cites) and quoted.issuperset(s.cites) for s in plan.sentences),
    )


def summarise(judged: Sequence[Judged]) -> dict[str, float]:
    """The shares that FLOORS names."""
    count, statements = len(judged) or 1, sum(one.statements for one in judged) or 1
    return {
        "first": sum(one.first for one in judged) / count,
        "clean": sum(not one.wrong for one in judged) / count,
        "cited": sum(one.cited for one in judged) / statements,
    }


def below(shares: Mapping[str, float]) -> list[str]:
    """One line for each share below its floor."""
    return [
        f"{name}: {shares[name]:.3f} is below its floor {floor}"
        for name, floor in FLOORS.items()
        if shares[name] < floor
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Plan for every need and print what came of it. Returns 0 when every floor holds, else 1."""
    given = _parser().parse_args(arguments)
    try:
        settings = replace(Settings.from_environment(), data_dir=given.data_dir, corpus_dir=given.corpus)
        assistant = Assistant.from_settings(settings)
        if not given.as_it_is:
            assistant.ingest([given.corpus], prune=True)
        judged = [judge(need, assistant.plan(**need.arguments)) for need in read_needs(given.needs)]
    except (AssistantError, KeyError) as error:
        print(error, getattr(error, "hint", ""), file=sys.stderr)
        return 1
    for one in judged:
        print(f"{one.need.id}  {'first' if one.first else 'NOT FIRST'}  cited {one.cited}/{one.statements}")
        print(f"    ranked   {', '.join(one.ranked) or 'none'}")
        print(f"    expected {', '.join(one.need.expected)}")
        if one.wrong:
            print(f"    WRONG    {', '.join(one.wrong)}")
    shares = summarise(judged)
    print("\n" + "\n".join(f"{name:<8}{share:.3f}" for name, share in shares.items()))
    failures = below(shares)
    print("\n".join(failures) or "Every floor holds.")
    return 1 if failures else 0


def _answers(row: Mapping[str, Any]) -> dict[str, str | Amount]:
    answers: dict[str, str | Amount] = {"solution-exists": row.get("solution_exists", "")}
    if row.get("value"):
        answers["value"] = Amount(row["value"]["amount"], row["value"]["currency"])
    return answers


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.plans", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--needs", type=Path, default=HERE / "questions" / "plans.yaml", help="needs to plan for")
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "corpus", help="folder to ingest first")
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"), help="data folder, kept between runs")
    parser.add_argument("--as-it-is", action="store_true", help="ingest nothing: use what the data folder holds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
