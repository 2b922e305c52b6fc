"""Measures proposed cards against the shipped corpus: its front matter taken off, proposed anew and compared.

python -m eval.proposing            figures of the half that nothing was tuned on
python -m eval.proposing --tuned    figures of the other half
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import language
from assistant.finding.encoders import Embedder, open_encoder
from assistant.reading import corpus, cues, markdown
from assistant.reading.labels import Near
from assistant.reading.organisations import ROLES
from assistant.reading.proposing import OPENING, propose, settled, text_of
from assistant.settings import Settings
from assistant.types import Card, Document, Proposal
from assistant.understanding import known_places

THIS_YEAR = 2026
"""The year that the corpus was written in."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The true card of a document, what was proposed without it, and whether the safe part named the country."""

    true: Card
    proposed: Proposal
    clear: str | None


def bare(folder: Path) -> Iterator[tuple[Card, Document]]:
    """Each document below a folder without its front matter, beside its true card."""
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if corpus.has_front_matter(text):
            card, body, _ = corpus.parse(text, path)
            derived = corpus.derive(path, body, language.detect(body))
            yield card, Document(derived, markdown.markdown_blocks(body), "")


def half_of(name: str) -> int:
    """0 for documents that numbers were tuned on, 1 for those that are measured: fixed by the id."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2


def proposals(folder: Path, encoder: Embedder, half: int) -> list[Pair]:
    """Every document of one half, proposed; its like are all other documents of the corpus."""
    held = list(bare(folder))
    vectors = encoder.embed([f"{d.card.title}\n{text_of(d)}"[:OPENING] for _, d in held], "passage").dense
    glossary, known, found = corpus.load_glossary(folder / "glossary.yaml"), known_places(), []
    for place, (card, document) in enumerate(held):
        if half_of(card.id) == half:
            near = _others(place, vectors @ vectors[place], [card for card, _ in held])
            proposal = propose(document, glossary, known, near, THIS_YEAR)
            found.append(Pair(card, proposal, settled(document, known)[0].country))
    return found


def _others(own: int, cosines: np.ndarray, cards: Sequence[Card]) -> Callable[[str, str], Near]:
    """The cards of all documents but one, nearest first, of the kind that is asked for."""

    def alike(_: str, kind: str) -> Near:
        order = [int(n) for n in np.argsort(-cosines) if n != own and cards[n].kind == kind]
        return [(cards[n], float(cosines[n])) for n in order]

    return alike


def measure(pairs: Sequence[Pair]) -> list[str]:
    """A line for each field: how often it is right, or recall and precision of its values."""
    cases = [pair for pair in pairs if pair.true.kind == "case"]
    lines = [f"{len(pairs)} documents, {len(cases)} of them cases"]
    for field in ("language", "country", "kind"):
        lines.append(_right(field, [(getattr(p.true, field), getattr(p.proposed.card, field)) for p in pairs]))
    lines.append(_right("country, where clear", [(p.true.country, p.clear) for p in pairs if p.clear]))
    lines.append(_right("as_of, the year", [(_year(p.true.as_of), _year(p.proposed.card.as_of)) for p in pairs]))
    lines.append(_right("start", [(p.true.start, p.proposed.card.start) for p in cases if p.true.start]))
    lines.append(_found("topics", _values(pairs, "topics", str)))
    for field in ("models", "sectors"):
        lines.append(_found(field, _values(cases, field, str)))
    lines.append(_found("target_groups", _values(cases, "target_groups", _group)))
    for role in ROLES:
        field = f"{role}_partners"
        lines.append(_found(field, [(getattr(p.true, field), getattr(p.proposed.card, field)) for p in cases], _same))
    lines.append(_found("partners, any role", [(_partners(p.true), _partners(p.proposed.card)) for p in cases], _same))
    lines.append(_found("results, the values", [(_figures(p.true), _figures(p.proposed.card)) for p in cases]))
    lines.append(f"{'summary':<22} {_covered(pairs):.2f} of the true one's words")
    return lines


def _right(name: str, values: Sequence[tuple[object, object]]) -> str:
    right = sum(one == other for one, other in values)
    return f"{name:<22} {right / max(len(values), 1):.2f} right of {len(values)}"


def _found(
    name: str, values: Iterable[tuple[Sequence[str], Sequence[str]]], same: Callable[[str, str], bool] = str.__eq__
) -> str:
    count: Counter[str] = Counter()
    for true, proposed in values:
        count["true"] += len(true)
        count["proposed"] += len(proposed)
        count["found"] += sum(any(same(one, other) for other in proposed) for one in true)
        count["right"] += sum(any(same(one, other) for one in true) for other in proposed)
    recall, precision = count["found"] / max(count["true"], 1), count["right"] / max(count["proposed"], 1)
    return f"{name:<22} recall {recall:.2f} of {count['true']}, precision {precision:.2f} of {count['proposed']}"


def _values(pairs: Sequence[Pair], field: str, known: Callable[[str], str]) -> list[tuple[list[str], list[str]]]:
    """The true and the proposed values of a field, each made comparable by `known`, "" left out."""
    return [
        (_each(getattr(pair.true, field), known), _each(getattr(pair.proposed.card, field), known)) for pair in pairs
    ]


def _each(values: Iterable[str], known: Callable[[str], str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(known, values))))


def _group(words: str) -> str:
    return next(iter(cues.count("target_groups", words)), "")


def _year(day: str | None) -> str | None:
    return day[:4] if day else None


def _partners(card: Card) -> tuple[str, ...]:
    return card.public_partners + card.private_partners + card.inclusion_partners


def _figures(card: Card) -> list[str]:
    return [re.sub(r"\D", "", figure.value) for figure in card.results]


def _same(one: str, other: str) -> bool:
    """Whether two names are one organisation's: without brackets and company form, one within the other."""
    first, second = (
        re.sub(r"\(.*?\)|\b(?:as|a/s|ab|aps|asa|kommune|kommun|stad|city of|city)\b", "", name.lower()).strip(" ,./")
        for name in (one, other)
    )
    return bool(first and second) and (first in second or second in first)


def _covered(pairs: Sequence[Pair]) -> float:
    """Mean share of the words (stems, without function words) of the true summary that the proposed one has."""
    shares = []
    for pair in pairs:
        true, own = (_stems(card.summary, pair.true.language) for card in (pair.true, pair.proposed.card))
        shares.append(len(true & own) / max(len(true), 1))
    return sum(shares) / max(len(shares), 1)


def _stems(text: str, spoken: str) -> set[str]:
    return {language.stem(word, spoken) for word in language.words(text) if word not in language.stopwords(spoken)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m eval.proposing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tuned", action="store_true", help="the half that numbers were tuned on")
    given = parser.parse_args()
    settings = Settings.from_environment()
    pairs = proposals(settings.corpus_dir, open_encoder(settings), 0 if given.tuned else 1)
    print("\n".join(measure(pairs)))


if __name__ == "__main__":
    main()
