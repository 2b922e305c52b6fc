"""Scores find and ask on NorQuAD: Norwegian articles as plain documents, and questions with gold answers.

The data (ltgoslo/norquad, CC0) stays outside the repository. PATH is a JSON file with `articles`
([{id, text}]) and `questions` ([{id, question, article, answers: [{text, start}]}]).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from assistant import Answer, Assistant, AssistantError, Hit, Refusal, Reply, Settings

DEPTH = 10  # MRR looks at the first ten documents
HITS = 50  # passages that find is asked for, so that ten documents are among them


@dataclass(frozen=True, slots=True)
class Gold:
    """A question, the document that answers it, and the words that answer it."""

    text: str
    document: str
    answers: tuple[str, ...]


def read(path: Path) -> tuple[dict[str, str], tuple[Gold, ...]]:
    """Articles' texts by id, and the questions. Raises ValueError where the file is not as described."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        articles = {article["id"]: article["text"] for article in held["articles"]}
        questions = tuple(
            Gold(q["question"], q["article"], tuple(a["text"] for a in q["answers"])) for q in held["questions"]
        )
    except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a NorQuAD file: {error!r}") from error
    return articles, questions


def write(articles: dict[str, str], folder: Path) -> None:
    """Write each article as a text file; unchanged files are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in articles.items():
        target = folder / f"{name}.txt"
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def reciprocal_rank(hits: Sequence[Hit], document: str) -> float:
    """1 / the place of `document` among the distinct documents of `hits`; 0 beyond DEPTH."""
    documents = list(dict.fromkeys(hit.passage.card.id for hit in hits))[:DEPTH]
    return 1 / (documents.index(document) + 1) if document in documents else 0.0


def answer_place(reply: Reply, gold: Gold) -> int | None:
    """The place (from 1) of the first cited sentence from the gold document that holds a gold answer."""
    if isinstance(reply, Refusal):
        return None
    from_gold = {c.number for c in reply.citations if c.passage.card.id == gold.document}
    for place, sentence in enumerate(reply.sentences, start=1):
        if from_gold.intersection(sentence.cites) and any(_plain(a) in _plain(sentence.text) for a in gold.answers):
            return place
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def measure(assistant: Assistant, questions: Sequence[Gold]) -> dict[str, float]:
    """Find and ask every question; the measures by name, each a share of the questions."""
    ranks: list[float] = []
    places: list[int | None] = []
    refused = words = 0
    for gold in tqdm(questions, desc="ask", file=sys.stderr):
        ranks.append(reciprocal_rank(assistant.find(gold.text, limit=HITS), gold.document))
        reply = assistant.ask(gold.text)
        places.append(answer_place(reply, gold))
        refused += isinstance(reply, Refusal)
        words += len(reply.text.split()) if isinstance(reply, Answer) else 0
    count = len(questions)
    return {
        "questions": count,
        "R@1": sum(r == 1 for r in ranks) / count,
        "R@5": sum(r >= 1 / 5 for r in ranks) / count,
        "MRR@10": sum(ranks) / count,
        "gold sentence first": sum(p == 1 for p in places) / count,
        "gold sentence in first three": sum(p is not None and p <= 3 for p in places) / count,
        "gold sentence anywhere": sum(p is not None for p in places) / count,
        "refused": refused / count,
        "words in an answer": words / max(1, count - refused),
    }


def prepare(articles: dict[str, str], data: Path) -> Assistant:
    """An assistant that knows the articles and nothing else, kept in the folder `data`."""
    write(articles, data / "articles")
    assistant = Assistant.from_settings(replace(Settings.from_environment(), data_dir=data / "assistant"))
    with tqdm(desc="ingest", unit="document", total=len(articles), file=sys.stderr) as bar:
        report = assistant.ingest([data / "articles"], progress=lambda p: _move(bar, p.done))
    for failure in report.failed:
        print(f"{failure.path}: {failure.reason} {failure.hint}", file=sys.stderr)
    return assistant


def _move(bar: Any, done: int) -> None:
    bar.update(done - bar.n)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measures; returns 1 when the file or the assistant cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m eval.norquad", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, metavar="PATH", help="the NorQuAD file")
    parser.add_argument("--limit", type=int, help="ask only every n-th question, so that this many are asked")
    parser.add_argument("--data-dir", type=Path, help="keep articles and index here (default: a temporary folder)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    with ExitStack() as stack:
        try:
            articles, questions = read(given.path)
            data = given.data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            step = max(1, len(questions) // given.limit) if given.limit else 1
            measured = measure(prepare(articles, data), questions[::step][: given.limit])
        except (AssistantError, ValueError) as error:
            print(error, getattr(error, "hint", ""), file=sys.stderr)
            return 1
    if given.json:
        print(json.dumps(measured, indent=2))
    else:
        print("\n".join(f"{name:<30}{value:.3f}".removesuffix(".000") for name, value in measured.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
