"""Which names a sentence uses, and whether a text has them."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files

from assistant.answering.stated import numerals, pattern, words_of
from assistant.language import compounds, fold, stem, stopwords

_WORD = re.compile(r"[^\W\d_](?:[\w&/.:’'-]*[^\W_])?")
_SAME = {word: group for group, line in enumerate(words_of("names")["same"].splitlines()) for word in line.split()}
_TITLES = frozenset(
    " ".join([words_of("names")["titles"], *words_of("currencies").values(), *words_of("scales").values()]).split()
)
_BODY = re.compile(rf"\w{{4,}}(?:{pattern(words_of('names')['bodies'])})s?|politiet")
_COUNTRIES = re.compile(rf"(?:{pattern(' '.join(words_of('countries').values()))})")
_GENERAL = re.compile(
    r"\w+(?:else\w*|ing(?:en|er|ar|a|s)?|sjon\w*|tion\w*|hed\w*|het\w*|skap\w*|skab\w*|ment\w*|ity|ness|erne|ene|arna|orna|ane)"
)
_DEFINITE = re.compile(r"\w{5,}(?:(?<!s)en|et|an|na|ne)")  # "Distriktet", not "Bergen" and not "Kristiansen"
_PARTS = re.compile(r"[-/](?!\d)")
_OPENS = re.compile(r"(?:^|[.!?:]\s+|[\"«”“(]\s?)$")
SHORTEST_STEM = 4
"""Letters that two words must share at the start to be taken for forms of one name."""


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    """Folded stems of words that are no names though a sentence may open with them; made by scripts/ordinary.py."""
    text = (files("assistant.answering") / "ordinary.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def names(sentence: str, language: str) -> tuple[str, ...]:
    """The words of a sentence that name somebody or something, in lower case, countries left out.

    A word with a capital letter is one unless English writes it so; the first word of a sentence only when it
    is no ordinary word. Scandinavian bodies ("advokatforeningen") are names in small letters too.
    """
    found: list[str] = []
    for match in _WORD.finditer(sentence):
        word, lower = match[0], _bare(match[0])
        if not (word[0].isupper() or word[1:2].isupper()):
            if _BODY.fullmatch(lower):
                found.append(lower)
            continue
        if "/" in word and re.search(r"\d", word):  # a case or a directive: a section
            continue
        if lower in _TITLES or _COUNTRIES.fullmatch(lower) or _COUNTRIES.fullmatch(word.lower()):
            continue
        opens = _OPENS.search(sentence[: match.start()])
        if opens and (sentence[match.end() :].startswith("- ") or not _named(word, language)):
            continue
        found += [_bare(part) for part in _PARTS.split(word) if part[:1].isupper() and len(part) > 1]
    return tuple(dict.fromkeys(found))


def _named(word: str, language: str) -> bool:
    """Whether the first word of a sentence is a name."""
    lower = word.lower()
    if _BODY.fullmatch(lower) or re.fullmatch(r"[^\W\d_a-zæøåäö]{2,}", word):
        return True
    if language != "en" and _DEFINITE.fullmatch(lower):
        return False
    return not (lower in stopwords(language) or lower in numerals(language) or _usual(lower, language))


def _usual(word: str, language: str) -> bool:
    known = _ordinary()
    key = fold(stem(word, language))
    whole = re.split(r"[-/]", word)[-1]
    return (
        key in known
        or fold(word) in known
        or fold(stem(whole, language)) in known
        or bool(_GENERAL.fullmatch(word))
        or bool(compounds(key, known, language))
    )


def _bare(word: str) -> str:
    return re.sub(r"(?:['’]s?|:s)$", "", word.lower())


@lru_cache(maxsize=512)
def spoken(text: str) -> frozenset[str]:
    """Every word of a text in lower case, whole and in its parts ("H&M", "Nord-Trøndelag")."""
    found = {_bare(word) for word in _WORD.findall(text)}
    return frozenset(found | {part for word in found for part in re.split(r"[-/&.]", word) if len(part) > 1})


def has(name: str, texts: Collection[frozenset[str]]) -> bool:
    """Whether one of the texts (as `spoken` gives them) has the name, in another form or under another name of it."""
    return any(_in(name, words) for words in texts)


def _in(name: str, words: frozenset[str]) -> bool:
    if name in words or name.removesuffix("s") in words or name + "s" in words:
        return True
    group = _SAME.get(name)
    if group is not None and any(_SAME.get(word) == group for word in words):
        return True
    if len(name) < SHORTEST_STEM:
        return False
    key = fold(name.removesuffix("s"))
    return any(fold(word.removesuffix("s")) == key or _form(name, word) for word in words if len(word) >= SHORTEST_STEM)


def _form(name: str, word: str) -> bool:
    """Whether one is the other with an ending of a case or an article ("Udbudsloven", "udbudslovens")."""
    shorter, longer = sorted((name, word), key=len)
    return longer.startswith(shorter) and len(longer) - len(shorter) <= 3
