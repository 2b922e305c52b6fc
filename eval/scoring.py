"""Scores one reply against what its question asks for, and many scores into one table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.types import Answer, Hit, Refusal, Reply

PLACES = (1, 3, 5)
MARKER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a questions file; eval/README.md tells what each field means."""

    id: str
    kind: str
    language: str
    text: str
    country: str | None = None
    history: tuple[str, ...] = ()
    documents: tuple[tuple[str, ...], ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    law_not_from: tuple[str, ...] = ()
    refuse: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What one question got. `None` where the measure does not apply to the question.

    `found` and `found_in_hits` say for each of PLACES whether the expected documents stand that high,
    among distinct documents and among hits. `facts` and `cited` are shares of the groups. `problems`
    are for people.
    """

    question: Question
    found: tuple[bool, ...] | None
    found_in_hits: tuple[bool, ...] | None
    cited: float | None
    facts: float | None
    forbidden: bool | None
    wrong_law: bool | None
    right_refusal: bool | None
    right_reason: bool | None
    wrong_refusal: bool | None
    every_sentence_cited: bool | None
    every_quote_verbatim: bool | None
    words: int | None
    milliseconds: float
    problems: tuple[str, ...] = ()


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a questions file (one JSON object a line). Raises ValueError with the line's number."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            questions.append(_question(json.loads(line)))
        except (KeyError, TypeError, re.error, json.JSONDecodeError) as error:
            raise ValueError(f"{path}, line {number}: {error!r}") from error
    return tuple(questions)


def _question(row: Mapping[str, Any]) -> Question:
    for pattern in [p for group in row["facts"] for p in group] + row["not"]:
        re.compile(pattern)
    return Question(
        id=row["id"],
        kind=row["kind"],
        language=row["language"],
        text=row["question"],
        country=row["country"],
        history=tuple(row["history"]),
        documents=tuple(tuple(group) for group in row["documents"]),
        facts=tuple(tuple(group) for group in row["facts"]),
        forbidden=tuple(row["not"]),
        law_not_from=tuple(row["law_not_from"]),
        refuse=row["refuse"],
    )


def score(question: Question, reply: Reply, hits: Sequence[Hit], milliseconds: float) -> Score:
    """Score `reply` and the `hits` that find gave for the same (settled) question."""
    ids = tuple(hit.passage.card.id for hit in hits)
    documents = tuple(dict.fromkeys(ids))
    answer = reply if isinstance(reply, Answer) else None
    refused = reply.reason if isinstance(reply, Refusal) else None
    wanted = question.refuse is None
    cited_ids = {c.passage.card.id for c in answer.citations} if answer else set()
    text = MARKER.sub("", answer.text) if answer else ""
    missing = [group for group in question.facts if not _any_matches(group, text)]
    present = [pattern for pattern in question.forbidden if _any_matches([pattern], text)]
    foreign = _foreign_law(question, answer)
    unsound = _unsound(answer) if answer else []
    found = _found(question.documents, documents) if wanted and question.documents else None
    return Score(
        question=question,
        found=found,
        found_in_hits=_found(question.documents, ids) if found else None,
        cited=_share(bool(cited_ids & set(group)) for group in question.documents) if wanted else None,
        facts=_share(group not in missing for group in question.facts) if wanted else None,
        forbidden=bool(present) if question.forbidden else None,
        wrong_law=bool(foreign) if question.law_not_from else None,
        right_refusal=None if wanted else refused is not None,
        right_reason=None if wanted else refused == question.refuse,
        wrong_refusal=refused is not None if wanted else None,
        every_sentence_cited=not any(p.startswith("uncited") for p in unsound) if answer else None,
        every_quote_verbatim=not any(p.startswith("quote") for p in unsound) if answer else None,
        words=len(text.split()) if answer and wanted else None,
        milliseconds=milliseconds,
        problems=tuple(_problems(question, found, documents, cited_ids, missing, present, foreign, refused) + unsound),
    )


def _found(groups: Sequence[Sequence[str]], ids: Sequence[str]) -> tuple[bool, ...]:
    """Whether the first k ids hold one of every group; with fewer places than groups, whether each place does."""
    return tuple(sum(any(i in ids[:k] for i in group) for group in groups) >= min(k, len(groups)) for k in PLACES)


def _any_matches(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _share(flags: Iterable[bool]) -> float | None:
    seen = list(flags)
    return sum(seen) / len(seen) if seen else None


def _foreign_law(question: Question, answer: Answer | None) -> list[str]:
    """Ids of cited guidance and templates from a country whose law must not be cited."""
    cards = [c.passage.card for c in answer.citations] if answer else []
    return sorted({c.id for c in cards if c.kind != "case" and c.country in question.law_not_from})


def _unsound(answer: Answer) -> list[str]:
    """Sentences without a real citation, and quotes that their passage does not hold where it says."""
    numbers = {c.number for c in answer.citations}
    uncited = [f"uncited: {s.text}" for s in answer.sentences if not s.cites or not numbers.issuperset(s.cites)]
    return uncited + [
        f"quote not in {c.passage.id}: {c.quote}"
        for c in answer.citations
        if not c.quote or c.passage.text[c.start : c.end] != c.quote
    ]


def _problems(
    question: Question,
    found: tuple[bool, ...] | None,
    documents: Sequence[str],
    cited: set[str],
    missing: Sequence[Sequence[str]],
    present: Sequence[str],
    foreign: Sequence[str],
    refused: str | None,
) -> list[str]:
    if question.refuse:
        if refused is None:
            return [f"answered, should be refused as {question.refuse}"]
        return [] if refused == question.refuse else [f"refused as {refused}, not {question.refuse}"]
    problems = [f"refused as {refused}"] if refused else []
    if found and not all(found[1:]):
        problems.append(f"expected {_groups(question.documents)}, found {', '.join(documents[:5]) or 'nothing'}")
    lost = [group for group in question.documents if not cited & set(group)]
    if lost and not refused:
        problems.append(f"not cited {_groups(lost)}, cited {', '.join(sorted(cited))}")
    if not refused:
        problems += [f"missing fact {' | '.join(group)}" for group in missing]
    problems += [f"says {pattern}" for pattern in present]
    return problems + [f"law of another country: {i}" for i in foreign]


def _groups(groups: Iterable[Sequence[str]]) -> str:
    return " and ".join(" or ".join(group) for group in groups)


def measures(score: Score) -> dict[str, float | None]:
    """The measures of one score by name, each between 0 and 1; None where it does not apply."""
    return {
        **{f"found@{k}": score.found[i] if score.found else None for i, k in enumerate(PLACES)},
        **{f"hits@{k}": score.found_in_hits[i] if score.found_in_hits else None for i, k in enumerate(PLACES)},
        "cited": score.cited,
        "facts": score.facts,
        "all facts": None if score.facts is None else score.facts == 1,
        "forbidden": score.forbidden,
        "wrong law": score.wrong_law,
        "right refusals": score.right_refusal,
        "right reasons": score.right_reason,
        "wrong refusals": score.wrong_refusal,
        "sentences cited": score.every_sentence_cited,
        "quotes verbatim": score.every_quote_verbatim,
    }


def summarise(scores: Sequence[Score]) -> dict[str, float]:
    """The mean of each measure over the scores that it applies to, and words, times and their number."""
    summary = {"questions": float(len(scores))}
    columns: dict[str, list[float]] = {}
    for one in scores:
        for name, value in measures(one).items():
            if value is not None:
                columns.setdefault(name, []).append(value)
    summary |= {name: sum(values) / len(values) for name, values in columns.items()}
    words = [s.words for s in scores if s.words is not None]
    times = sorted(s.milliseconds for s in scores)
    if words:
        summary["words"] = float(median(words))
    if times:
        summary |= {"ms p50": percentile(times, 50), "ms p95": percentile(times, 95)}
    return summary


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The value below which `percent` of the `ordered` values lie (nearest rank)."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
