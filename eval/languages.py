"""Learns the n-grams that language detection uses, and measures it on documents that it has not learned from.

python eval/languages.py corpus            how often detection is right, half of the corpus held out in turn
python eval/languages.py corpus --write    learn from all of the corpus and write assistant/language.tsv
"""

from __future__ import annotations

import argparse
import math
import random
import re
import unicodedata
from collections import Counter
from pathlib import Path

from assistant import language
from assistant.language import LANGUAGES, grams

KEPT = 3000
"""N-grams kept: of 2000, 5000 and 15000 (0.982, 0.984, 0.987 held out) the file stays small and the gain is slight."""

RAREST = 4
PAIRS = (
    ("nb", "da", 1.0),
    ("nb", "nn", 0.7),
    ("nb", "sv", 1.0),
    ("nn", "sv", 0.6),
    ("da", "sv", 1.0),
    ("nb", "en", 0.5),
)
"""The languages that n-grams must part, and how much each pair counts."""

PROFILE = Path(__file__).parents[1] / "assistant" / "language.tsv"

Text = tuple[str, str, str]
"""Text, language, and the document that it belongs to."""


def read(folder: Path) -> tuple[list[Text], list[Text]]:
    """The questions and the bodies of all documents below a folder."""
    from assistant.reading import corpus

    questions: list[Text] = []
    bodies: list[Text] = []
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if corpus.has_front_matter(text):
            card, body, _ = corpus.parse(text, path)
            questions += [(question.text, question.language, card.id) for question in card.questions]
            bodies.append((body, card.language, card.id))
    return questions, bodies


def learn(texts: list[Text]) -> dict[str, tuple[float, ...]]:
    """Log-odds in steps of a half, between -3 and 3, of the n-grams that part the languages best."""
    seen = {name: Counter[str]() for name in LANGUAGES}
    for text, name, _ in texts:
        for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower()):
            seen[name].update(grams(word))
    worth: dict[str, float] = {}
    odds: dict[str, tuple[float, ...]] = {}
    totals = {name: counts.total() + 1 for name, counts in seen.items()}
    for gram, times in sum(seen.values(), Counter[str]()).items():
        if times < RAREST:
            continue
        logs = {name: math.log(seen[name][gram] / totals[name] * 1e6 + 30) for name in LANGUAGES}
        mean = sum(logs.values()) / len(logs)
        odds[gram] = tuple(round(max(-3.0, min(3.0, value - mean)) * 2) / 2 for value in logs.values())
        worth[gram] = times**0.4 * max(weight * abs(logs[one] - logs[other]) for one, other, weight in PAIRS)
    return {gram: odds[gram] for gram in sorted(worth, key=lambda gram: (-worth[gram], gram))[:KEPT]}


def weighted(questions: list[Text]) -> list[Text]:
    """Nynorsk four times: no document is written in it, so its few questions must speak louder."""
    return [row for row in questions for _ in range(4 if row[1] == "nn" else 1)]


def measure(questions: list[Text], bodies: list[Text]) -> None:
    """Print how often detection is right, by language, learning from one half of the documents at a time."""
    documents = sorted({row[2] for row in bodies})
    random.Random(0).shuffle(documents)
    right, asked = Counter[str](), Counter[str]()
    for half in (0, 1):
        held_out = set(documents[half::2])
        profile = learn([row for row in weighted(questions) + bodies if row[2] not in held_out])
        language._profile = lambda profile=profile: profile
        language._evidence.cache_clear()
        language._detect.cache_clear()
        for text, name, document in questions:
            if document in held_out:
                asked[name] += 1
                right[name] += language.detect(text) == name
    for name in asked:
        print(f"{name}  {right[name] / asked[name]:.3f}  of {asked[name]}")
    print(f"all {right.total() / asked.total():.3f}")


def write(profile: dict[str, tuple[float, ...]]) -> None:
    """Write the profile: a line for each n-gram, and for each language a letter, "g" being 0 and each step a half."""
    lines = [f"# Written by eval/languages.py: n-grams, and their weight for {' '.join(LANGUAGES)}"]
    for gram in sorted(profile):
        lines.append(gram + "\t" + "".join(chr(ord("g") + round(value * 2)) for value in profile[gram]))
    PROFILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    labelled, texts = read(given.corpus)
    if given.write:
        write(learn(weighted(labelled) + texts))
    else:
        measure(labelled, texts)
