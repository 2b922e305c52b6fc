"""Holds labelled sentences against their passages, and tells what the verifier catches and keeps by kind of error.

python -m eval.verifier [--data-dir DIR] [--details FILE] [--update]
python -m eval.verifier --reader FILE [--astray SHARE]

With --reader each sentence is also read again by the model that the settings name (ASSISTANT_LLM_URL,
ASSISTANT_LLM_MODEL, ASSISTANT_LLM_READER). What it wrote is kept in FILE and not asked for a second time.
With --astray a share of its verdicts, the probes' too, is turned round: what a model that errs at random would bring.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import AssistantError, Settings
from assistant.answering import rereading
from assistant.answering.model import Model
from assistant.answering.stance import clauses
from assistant.answering.support import BACKGROUND, SUPPORTED, Judge, Likeness, Support, hold
from assistant.finding.encoders import open_encoder
from assistant.finding.entailing import open_judge
from assistant.finding.nearness import cosines
from assistant.language import sentences
from assistant.types import Card, Passage
from eval.floors import below, moved, pin, read_floors, write_floors

HERE = Path(__file__).parent / "support"
PARTS = ("blind", "unmet", "subtle", "held out", "calibration")
NAMED = {"added": "meaning"}  # what the verifier calls a kind of error, where its name is another


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, the passages that it cites, and what is wrong with it: a kind of error, or "supported".

    `part` is what it serves: one of PARTS, or "" where it taught the judge.
    """

    text: str
    language: str
    kind: str
    passages: tuple[Passage, ...]
    part: str

    @property
    def pair(self) -> str:
        """The sentence's language and that of its evidence."""
        return f"{self.language} → {self.passages[0].card.language}"


def read_labelled(folder: Path = HERE) -> tuple[Labelled, ...]:
    """What is measured: three files whole; of pairs.jsonl every second line, held out; other lines and more.jsonl."""
    blind = read_file(folder / "blind.jsonl", lambda number: "blind")
    unmet = read_file(folder / "unmet.jsonl", lambda number: "unmet")
    subtle = read_file(folder / "subtle.jsonl", lambda number: "subtle")
    pairs = read_file(folder / "pairs.jsonl", lambda number: "calibration" if number % 2 else "held out")
    return (*blind, *unmet, *subtle, *pairs, *read_file(folder / "more.jsonl", lambda number: "calibration"))


def read_file(path: Path, part: Callable[[int], str]) -> Iterator[Labelled]:
    """The sentences of a file whose lines are evidences with sentences; `part` tells what line n, from 1, serves."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(line)
        name = row["evidence"][0]["id"].partition("#")[0]
        card = Card(
            name, "guidance", row["title"], row["language"], row["country"], public_partners=tuple(row["partners"])
        )
        passages = tuple(Passage(e["id"], card, e["text"], e["heading"]) for e in row["evidence"])
        for one in row["sentences"]:
            yield Labelled(one["text"], one["language"], one["kind"], passages, part(number))


class Remembered:
    """A model whose answers are kept in a file, line by line with the SHA-256 of what was asked."""

    def __init__(self, path: Path, model: Model | None) -> None:
        """`model` is asked for what the file does not hold; without one that gets no answer."""
        self._path, self._model = path, model
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._known: dict[str, str] = {row["asked"]: row["answer"] for row in map(json.loads, lines)}

    def write(
        self, prompt: Sequence[tuple[str, str]], *, seconds: float = math.inf, tokens: int | None = None
    ) -> Generator[str, None, None]:
        """As `Model.write`."""
        asked = hashlib.sha256(prompt[-1][1].encode()).hexdigest()
        if asked not in self._known and self._model:
            self._known[asked] = "".join(self._model.write(prompt, seconds=seconds, tokens=tokens))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"asked": asked, "answer": self._known[asked]}, ensure_ascii=False) + "\n")
        yield self._known.get(asked, "")


class Astray:
    """A model of which a share of the verdicts is turned round, chosen by the SHA-256 of what was asked."""

    def __init__(self, model: rereading.Writes, share: float) -> None:
        """`share` lies between 0 and 1."""
        self._model, self._share = model, share

    def write(
        self, prompt: Sequence[tuple[str, str]], *, seconds: float = math.inf, tokens: int | None = None
    ) -> Generator[str, None, None]:
        """As `Model.write`."""
        said = "".join(self._model.write(prompt, seconds=seconds, tokens=tokens))
        verdict = rereading.told(said)
        drawn = hashlib.sha256(("astray" + prompt[-1][1]).encode()).digest()
        if verdict and int.from_bytes(drawn[:4]) < self._share * 2**32:
            said = "UNSUPPORTED: meaning" if verdict[SUPPORTED] else "SUPPORTED"
        yield said


def measured(
    labelled: Sequence[Labelled], similar: Likeness | None, judge: Judge | None = None, reread: Judge | None = None
) -> list[tuple[Labelled, Support]]:
    """Each sentence with what the verifier says of it; `similar` sees all texts at once first, to embed in batches."""
    if similar:
        texts = {text for one in labelled for text in (one.text, *(passage.text for passage in one.passages))}
        wholes = {text[start:end] for text in texts for start, end in sentences(text)}
        similar([*texts, *wholes, *(clause for whole in (*texts, *wholes) for clause in clauses(whole))], [*BACKGROUND])
    return [
        (one, hold(one.text, one.passages, similar, language=one.language, judge=judge, reread=reread))
        for one in labelled
    ]


def rates(found: Sequence[tuple[Labelled, Support]]) -> dict[str, float]:
    """Shares: supported sentences kept, errors caught, of what was dropped how much rightly, and caught by kind."""
    kinds = sorted({one.kind for one, _ in found} - {SUPPORTED})
    wrong = [bool(support.faults) for one, support in found if one.kind != SUPPORTED]
    right = [bool(support.faults) for one, support in found if one.kind == SUPPORTED]
    summary = {"kept": 1 - _share(right), "caught": _share(wrong)}
    summary["precision"] = sum(wrong) / max(1, sum(wrong) + sum(right))
    return summary | {kind: _share([bool(s.faults) for one, s in found if one.kind == kind]) for kind in kinds}


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 1.0


def table(found: Sequence[tuple[Labelled, Support]]) -> str:
    """Caught by kind, called by its name, and named of a supported sentence; then by language pair."""
    lines = [f"{'':<14}{'sentences':>10}{'caught':>8}{'named':>8}{'false':>8}"]
    summary = rates(found)
    for kind in [name for name in summary if name not in {"kept", "caught", "precision"}]:
        name = NAMED.get(kind, kind)
        own = [name in support.faults for one, support in found if one.kind == kind]
        false = sum(name in support.faults for one, support in found if one.kind == SUPPORTED)
        lines.append(f"{kind:<14}{len(own):>10}{summary[kind]:>8.3f}{_share(own):>8.3f}{false:>8}")
    lines.append(f"{'all':<14}{sum(one.kind != SUPPORTED for one, _ in found):>10}{summary['caught']:>8.3f}")
    kept = sum(one.kind == SUPPORTED for one, _ in found)
    lines += [f"supported kept: {summary['kept']:.3f} of {kept}; precision {summary['precision']:.3f}", ""]
    for pair in sorted({one.pair for one, _ in found}):
        part = rates([row for row in found if row[0].pair == pair])
        count = sum(one.pair == pair for one, _ in found)
        lines.append(f"{pair:<14}{count:>10}   kept {part['kept']:.3f}   caught {part['caught']:.3f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each part. Returns 0 when every floor holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m eval.verifier", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"), help="data folder that holds the encoder")
    parser.add_argument("--details", type=Path, help="write what went wrong on the calibration half to this file")
    parser.add_argument("--update", action="store_true", help="pin the floors to what was measured, if nothing fell")
    parser.add_argument("--rules", action="store_true", help="the rules alone, without the judge; no floors are held")
    parser.add_argument("--reader", type=Path, help="keeps what a model writes that reads again; no floors are held")
    parser.add_argument("--astray", type=float, default=0.0, help="share of its verdicts that is turned round (0 to 1)")
    given = parser.parse_args(arguments)
    try:
        settings = replace(Settings.from_environment(), data_dir=given.data_dir)
        reread = _reader(settings, given.reader, given.astray) if given.reader else None
        judge = None if given.rules else open_judge(settings)
        return _run(given, cosines(open_encoder(settings)), judge, reread)
    except (AssistantError, ValueError) as error:
        print(error, getattr(error, "hint", ""), file=sys.stderr)
        return 1


def _reader(settings: Settings, path: Path, astray: float) -> rereading.Reader:
    """What reads again, proved: the model of the settings as far as the file does not hold what it says."""
    remembered = Remembered(path, rereading.reading_model(settings))
    name = settings.llm_reader or settings.llm_model or path.name
    reader = rereading.Reader(name, Astray(remembered, astray))
    reader.prove()
    print(f"{reader.told}\n")
    return reader


def _run(given: argparse.Namespace, similar: Likeness, judge: Judge | None, reread: Judge | None) -> int:
    found = measured(read_labelled(), similar, judge, reread)
    halves = {part: [row for row in found if row[0].part == part] for part in PARTS}
    for title, rows in halves.items():
        print(f"{title}\n{table(rows)}\n")
    if given.details:
        wrong = [(one, s) for one, s in halves["calibration"] if (one.kind == SUPPORTED) == bool(s.faults)]
        lines = [f"{one.kind} {one.pair} {','.join(s.faults) or '-'} {s.score:.2f} {one.text}" for one, s in wrong]
        given.details.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if judge is None or reread:
        return 0
    overall = {f"{title}: {name}": value for title, rows in halves.items() for name, value in rates(rows).items()}
    floors, now = read_floors(HERE / "floors.json"), fingerprint(HERE)
    if given.update:
        write_floors(HERE / "floors.json", pin(floors, overall, now))
        print("Pinned floors.json.")
        return 0
    failures = below(floors, overall) + moved(floors, now)
    print("\n".join(failures) or "Every floor holds.")
    return 1 if failures else 0


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of labelled sentences."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.jsonl"))}


if __name__ == "__main__":
    raise SystemExit(main())
