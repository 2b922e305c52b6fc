"""How people word a need: `needs.toml` in, checked Cues out, their patterns as regular expressions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.errors import CorpusError
from assistant.plans import Comparison, Rules, comparisons
from assistant.reading.conditions import parse
from assistant.wording import Cue, Cues, Saying

WEIGHTS = {"strong": 4, "sites": 4, "words": 2, "weak": 1}
"""What a met pattern counts: a strong one outweighs a plain one of another option, two plain ones tie with it."""

_ASIDE = ("denials", "doubts", "classes", "both", "follows", "numbers", "amount", "span", "places", "lessons")
_BETWEEN = r"[^\w.!?;:\n]+"
_HINT = "The head of needs.toml says how a pattern is written."


def load_cues(text: str | None = None) -> Cues:
    """Read the shipped cues, or those of `text` (TOML). Raises CorpusError for a pattern that cannot be read."""
    if text is None:
        return _shipped()
    try:
        return _cues(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise CorpusError(f"needs.toml cannot be read: {error}.", hint=_HINT) from error


@cache
def _shipped() -> Cues:
    return load_cues(files("assistant.reading").joinpath("needs.toml").read_text(encoding="utf-8"))


def strays(cues: Cues, rules: Rules, sayings: Iterable[Saying] = ()) -> tuple[str, ...]:
    """What cues and sayings name that the rules do not have: questions and options, one sentence each."""
    options = {question.id: {option.id for option in question.options} for question in rules.questions}
    named = [(cue.question, cue.option) for cue in cues.cues]
    named += [(question, option) for question, option, _ in cues.follows]
    named += [(question, option) for question, spans in cues.spans.items() for option in spans]
    named += list(cues.both.items())
    named += [told for saying in sayings for told in saying.tells.items()]
    named += [(c.question, option) for *_, when in cues.follows for c in comparisons(when) for option in _options(c)]
    return tuple(
        f"{question}: there is no option {option}" if question in options else f"there is no question {question}"
        for question, option in dict.fromkeys(named)
        if option not in options.get(question, ())
    )


def expression(pattern: str, classes: Mapping[str, Collection[str]]) -> str:
    """A written pattern as a regular expression over lower-case text. Raises ValueError or KeyError for a wrong one."""
    parts = pattern.lower().split()
    if not parts or parts[0] in {".."} or parts[-1] == ".." or any(part.startswith("!") for part in parts[:-1]):
        raise ValueError(f'the pattern "{pattern}" begins or ends wrongly')
    found, gap = "", ""
    for part in parts:
        if part == "..":
            gap = rf"{_BETWEEN}(?:[\w-]+{_BETWEEN}){{0,4}}?"
        elif part.startswith("!"):
            found += rf"(?!{_BETWEEN}(?:{_one_of(part[1:], classes)})(?!\w))"
        else:
            found += (gap or (_BETWEEN if found else "")) + rf"(?<![\w-])(?:{_one_of(part, classes)})(?!\w)"
            gap = ""
    return found


def _cues(raw: Mapping[str, Any]) -> Cues:
    classes = {name: [_word(word) for word in words.split()] for name, words in raw["classes"].items()}
    amount, span = raw["amount"], raw["span"]
    return Cues(
        cues=tuple(_all(raw, classes)),
        denials=_any([*raw["denials"].split()], classes),
        doubts=_any(raw["doubts"], classes),
        both=raw["both"],
        follows=tuple((row["question"], row["option"], parse(row["when"])) for row in raw["follows"]),
        numbers=raw["numbers"],
        multiples=amount["multiples"],
        currencies=amount["currencies"],
        valued=_any(amount["valued"].split(), classes),
        yearly=_any(amount["yearly"], classes),
        wholly=_any(amount["wholly"], classes),
        lasts=amount["lasts"],
        units=span["units"],
        spans=span["options"],
        span_words=span["words"],
        places=raw["places"],
        lessons=tuple(raw["lessons"]["headings"]),
    )


def _all(raw: Mapping[str, Any], classes: Mapping[str, Collection[str]]) -> Iterator[Cue]:
    for question, options in raw.items():
        if question in _ASIDE:
            continue
        for option, kinds in options.items():
            for kind, patterns in kinds.items():
                aside = "".join(f"(?<!{word} )" for word in classes["at"]) if kind == "sites" else ""
                for pattern in patterns:
                    yield Cue(question, option, aside + expression(pattern, classes), WEIGHTS[kind])


def _any(patterns: Iterable[str], classes: Mapping[str, Collection[str]]) -> str:
    return "|".join(expression(pattern, classes) for pattern in patterns)


def _one_of(part: str, classes: Mapping[str, Collection[str]]) -> str:
    """A slot of a pattern: the words and classes that may stand in it."""
    choices: list[str] = []
    for choice in part.split("/"):
        choices += classes[choice[1:-1]] if choice.startswith("{") else [_word(choice)]
    return "|".join(choices)


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"[\w-]*")


def _options(comparison: Comparison) -> tuple[str, ...]:
    return comparison.against if comparison.operator in {"in", "not in"} else ()
