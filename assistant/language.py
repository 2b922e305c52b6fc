"""Sentences, words, stems and compounds in nb, nn, da, sv and en, and which language a text is in.

Pure functions without state; the answers of the slow ones are cached. The rules and word lists are our
own, checked against the questions of the corpus (`tests/test_language.py` holds the floors).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

# --- which language ---------------------------------------------------------------------------------

LANGUAGES = ("nb", "nn", "da", "sv", "en", "fi")


def _lists(table: str) -> dict[str, frozenset[str]]:
    """A table of word lists from `language.toml`."""
    text = resources.files("assistant").joinpath("language.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text)[table].items()}


_FUNCTION_WORDS = _lists("function")
STOPWORDS = frozenset().union(*(_FUNCTION_WORDS[spoken] for spoken in ("nb", "nn", "da", "sv", "en")))
"""The function words of these languages together: people mix them."""
_ABBREVIATIONS = _lists("abbreviations")

_CUES = tuple(  # spelling habits that part the languages: what a whole word that matches says
    (re.compile(pattern), weights)
    for pattern, weights in (
        (r".*[äö].*", {"sv": 1.5, "fi": 1.0}),
        (r".*[æø].*", {"nb": 0.6, "nn": 0.6, "da": 0.6}),
        (r".*å.*", {"nb": 0.4, "nn": 0.4, "da": 0.4, "sv": 0.4}),
        (r".*æ(?!r).*", {"da": 0.9}),
        (r".*(?:sjon|asjonar?|sjonen|sjoner|sjons).*", {"nb": 1.2, "nn": 1.2}),
        (r".*(?:tion|ssion).*", {"da": 0.6, "sv": 0.6, "en": 0.6}),
        (r".*(?:hed|heder|heden|hederne|heds)", {"da": 1.5}),
        (r".*(?:het|heten|hets)", {"nb": 1.0, "sv": 1.0}),
        (r".*(?:heit|heita|leg|lege|leik|inga|ingane|ane|asta)", {"nn": 1.2}),
        (r".*(?:aren|arar|arane|ingar|ingane|heiter)", {"nn": 1.0}),
        (r".{3,}(?:ast|ar|ande)", {"nn": 0.5, "sv": 0.5}),
        (r".*(?:ene)", {"nb": 0.8}),
        (r".*(?:erne|ernes|ede|eret|erede|skab|skabet|skaber)", {"da": 1.2}),
        (r".*(?:erte|ert|skap|skapet)", {"nb": 0.7, "nn": 0.5}),
        (r".*(?:orna|arna|erna|ade|ades|ningar|ningen|skapet)", {"sv": 1.0}),
        (r".*(?:lig|lige|ligt)", {"nb": 0.3, "da": 0.4, "sv": 0.3}),
        (r".*(?:bb|dd|ff|gg|kk|ll|mm|nn|pp|rr|ss|tt)", {"nb": 0.7, "nn": 0.7, "sv": 0.7, "en": 0.3}),
        (r"(?:.*[^g])?(?:kj|skj|gj)[eiøy].*", {"nb": 0.8, "nn": 0.8}),
        (r".*(?:øy|ei).*", {"nb": 0.3, "nn": 0.6}),
        (r".*(?:øj|ej)(?![aouå]).*", {"da": 1.0}),
        (r".*(?:ld|nd)(?:e|er|else|elser|elsen)?", {"nb": 0.1, "da": 0.1}),
        (r".{2,}(?:else|elsen|elser|elses)", {"nb": 0.3, "da": 0.3}),
        (r".*[aeiouyæøå](?:b|bt|be|ber|g|ge|ger|gt|d|de|der)", {"da": 0.4}),
        (r".*[aeiouyæøå](?:p|pe|per|k|ke|ker|t|te|ter)", {"nb": 0.2, "nn": 0.2, "sv": 0.1}),
        (r"(?:.*[aeiouyøå])?(?:kv).*", {"nn": 0.4, "nb": 0.1, "da": 0.1, "sv": 0.1}),
        (r"(?:ud|ind|ned|op|for|uden)[a-zæøå]{3,}", {"da": 0.3}),
        (r"(?:ut|inn|opp)[a-zæøå]{3,}", {"nb": 0.4, "nn": 0.4, "sv": 0.2}),
        (r".*(?:th|wh|ight|ough|ing|tion|ly|ness|ity|w).*", {"en": 0.7}),
        (r".*(?:ck|x).*", {"sv": 0.4, "en": 0.4}),
        (r".*(?:aa|ii|uu|ää|öö|yy|ssa|ssä|lla|llä|sta|stä|ksi|inen|iden|jen|ko|kö).*", {"fi": 1.0}),
    )
)


_FUNCTION_WEIGHT = 2.0
_PROFILE_WEIGHT = (
    0.05  # of 0.05, 0.1, 0.2, 0.4: best held out by document on the corpus' 2150 questions (November 2026)
)
_NYNORSK_START = -0.5  # a bokmål question in words that both forms share must not become nynorsk
_AT_HOME = 0.5
"""Of 717 questions of eval/questions, wrong where the asker stands at home / in the other country (rare), 2026-11-21:
at 0 22 / 22, 0.25 19 / 29, 0.5 11 / 44, 1 9 / 68."""


def detect(text: str, likely: tuple[str, ...] = ()) -> str:
    """The language of a question or document: one of `LANGUAGES`; "nb" where nothing speaks for another.

    Adds up, over the words of at most the first 4000 characters, what function words, spelling habits and
    character n-grams say. The n-grams are naive Bayes weights that `eval/languages.py` learns and measures.
    `likely` are the languages of where the asker stands: they win where the words leave it open.
    """
    return _detect(text[:4000], likely)


@lru_cache(maxsize=4096)
def _detect(text: str, likely: tuple[str, ...]) -> str:
    scores = dict.fromkeys(LANGUAGES, 0.0) | {"nn": _NYNORSK_START}
    for language in likely:
        scores[language] += _AT_HOME
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower()):
        for language, points in zip(LANGUAGES, _evidence(word), strict=True):
            scores[language] += points
    return max(LANGUAGES, key=lambda language: scores[language])


@lru_cache(maxsize=65_536)
def _evidence(word: str) -> tuple[float, ...]:
    """What one lower-case word says for each of `LANGUAGES`."""
    if any(word in words for words in _FUNCTION_WORDS.values()):
        return tuple(_FUNCTION_WEIGHT * (word in _FUNCTION_WORDS[language]) for language in LANGUAGES)
    points = dict.fromkeys(LANGUAGES, 0.0)
    for pattern, weights in _CUES:
        if pattern.fullmatch(word):
            for language, weight in weights.items():
                points[language] += weight
    profile = _profile()
    for gram in grams(word):
        for language, step in zip(LANGUAGES, profile.get(gram, ()), strict=False):
            points[language] += _PROFILE_WEIGHT * step
    return tuple(points[language] for language in LANGUAGES)


def grams(word: str) -> frozenset[str]:
    """The runs of 2, 3 and 4 characters in a word, its borders written "_"."""
    padded = f"_{word}_"
    return frozenset(padded[i : i + n] for n in (2, 3, 4) for i in range(len(padded) - n + 1))


@lru_cache(maxsize=1)
def _profile() -> dict[str, tuple[float, ...]]:
    """Log-odds of each n-gram for each of `LANGUAGES`; the file writes them in halves, "g" being 0."""
    text = resources.files("assistant").joinpath("language.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {gram: tuple((ord(letter) - ord("g")) / 2 for letter in code) for gram, code in rows}


# --- sentences --------------------------------------------------------------------------------------

_MONTH = r"""jan|feb|mar|apr|mai|maj|may|jun|jul|aug|sep|okt|oct|nov|des|dec"""
_MARKER = re.compile(
    rf"\s*(?:[-*•·–—▪◦]\s+|\(?\d{{1,3}}\)\s+|\(?[a-zæøå]\)\s+|[a-zæøå]\.\s+(?=[A-ZÆØÅÄÖ])"
    rf"|\d{{1,3}}\.\s+(?!(?:{_MONTH})\w*\b|(?:ledd|led|kapittel|kapitel|kvartal|halvår|trinn|klasse|plass|plads|stykke|punkt)\b))"
)
_END = re.compile(r"(?:\.{2,}|…|[.!?]+)[\"»«”“’'\)\]]*(?:\s*\[\d+\])*(?=\s|\Z)")


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of `text` stand: (start, end) in characters, without the space around them.

    A new line always ends a sentence, a list marker at its start belongs to none, and a table row
    (cells joined by " | ") is one sentence.
    """
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n\r\x0b\x0c\u2028\u2029]+", text):
        marker = _MARKER.match(line.group())
        start = line.start() + (marker.end() if marker else 0)
        for end in (*_ends(text, start, line.end()), line.end()):
            piece = text[start:end]
            if piece.strip():
                spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
            start = end
    return tuple(spans)


def _ends(text: str, start: int, stop: int) -> Iterator[int]:
    line = text[:stop]
    if " | " in line[start:]:
        return
    for match in _END.finditer(line, start):
        before = line[start : match.start()].split()
        if match.end() < stop and _closes(before, match.group(), line[match.end() :].lstrip()):
            yield match.end()


def _closes(before: list[str], mark: str, after: str) -> bool:
    """Whether the words before, the mark and the text after it make a sentence border."""
    following = after.lstrip("«»\"“„”‘'([–—-•* ")
    if not following or not before:
        return not following
    lower = following[0].islower() and not re.match(r"[a-zæøåäö]+[A-ZÆØÅÄÖ]", following)
    if mark[0] in "!?":
        return not lower or (mark[-1] in "!?" and after[0].isalpha())
    if lower or mark[0] == "…" or mark.startswith(".."):
        return not lower
    if mark != "." and mark[1] in "\"»«”“’')]":
        return True
    return _word_closes(before, following)


def _word_closes(before: list[str], following: str) -> bool:
    """Whether a full stop after the last word of `before` ends a sentence; an upper-case letter or digit follows."""
    word = before[-1].lstrip("«»\"“„”‘'([").rstrip("»”\"')")
    key, previous = word.lower(), before[-2] if len(before) > 1 else ""
    if key in _ABBREVIATIONS["inside"]:
        return False
    if key in _ABBREVIATIONS["numbered"] and following[0].isdigit():
        return previous[-1:].isdigit()
    if key in _ABBREVIATIONS["either"] and following[0].isdigit():
        return previous[-1:].isdigit()
    if key in _ABBREVIATIONS["either"] or re.fullmatch(r"(?:[a-zæøåäö]\.)+[a-zæøåäö]", key):
        return following[0].isupper() and not re.match(r"[A-Z]{2,}", following) and word != word.upper()
    if re.fullmatch(r"[A-ZÆØÅÄÖ]", word):
        return previous.lower() in _ABBREVIATIONS["designators"]
    if len(word) == 1 and word.islower() and previous.endswith("."):
        return False
    return not (re.fullmatch(r"\d{1,2}", word) and following[0].isdigit())


# --- words ------------------------------------------------------------------------------------------

_WORD = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[ .,\u00a0\u2009\u202f]\d{3})+(?![\d])"
    r"|\d+(?:[-.,/:]\d+)*(?:[a-zæøåäö](?![^\W_]))?"
    r"|[^\W\d_][^\W_]*(?:['’][^\W\d_]+)*"
)
_SECTION = re.compile(r"(§+\s*\d+(?:-\d+)*)\s([a-z])(?![^\W_])(?=\.?\s|[,;:)]|$)")


def words(text: str) -> tuple[str, ...]:
    """The words of `text` in lower case, and each number as one word written one way.

    "500 000", "500.000" and "500000" are the same word; "1,5" is "1.5"; "§ 30-2 a" gives "30-2a".
    """
    plain = _SECTION.sub(r"\1\2", unicodedata.normalize("NFC", text).lower())
    return tuple(_number(word) if word[0].isdigit() else re.sub(r"['’]s?$", "", word) for word in _WORD.findall(plain))


def _number(word: str) -> str:
    if re.fullmatch(r"\d{1,3}(?:[ .,\u00a0\u2009\u202f]\d{3})+", word):
        return re.sub(r"\D", "", word)
    return re.sub(r"^(\d+),(\d+)$", r"\1.\2", word)


_SNOWBALL = {"nb": "norwegian", "nn": "norwegian", "da": "danish", "sv": "swedish", "fi": "finnish", "en": "english"}


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_SNOWBALL.get(language, "norwegian"))


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem (snowballstem.org) of a lower-case word; an unknown language is read as Norwegian."""
    return str(_stemmer(language).stemWord(word))


def stopwords(language: str) -> frozenset[str]:
    """The function words of a language; empty for a language that we do not know."""
    return _FUNCTION_WORDS.get(language, frozenset())


# --- compounds --------------------------------------------------------------------------------------

SHORTEST_PART = 4
"""Letters; shorter parts split words that are no compounds ("best|illing")."""

_LINKS = ("", "s", "e", "-")


def compounds(word: str, known: Collection[str], language: str) -> tuple[str, ...]:
    """The parts of a compound, as they stand in `known` (a set of words or stems); () where it is none.

    A part is known by itself, without a linking s, e or hyphen, or by its stem. Of several ways to
    split, the fewest parts win, then the longest short part.
    """
    if len(word) < 2 * SHORTEST_PART or not word[0].isalpha():
        return ()
    ways = _ways(word, known, language, 3)
    return min(ways, key=lambda way: (len(way), -min(map(len, way)))) if ways else ()


def _ways(word: str, known: Collection[str], language: str, most: int) -> list[tuple[str, ...]]:
    ways: list[tuple[str, ...]] = []
    for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        head = _head(word[:cut], known, language)
        if not head:
            continue
        tail = word[cut:]
        last = next((form for form in (tail, stem(tail, language)) if len(form) >= SHORTEST_PART and form in known), "")
        if last:
            ways.append((head, last))
        elif most > 2:
            ways.extend((head, *rest) for rest in _ways(tail, known, language, most - 1))
    return ways


def _head(piece: str, known: Collection[str], language: str) -> str:
    for link in _LINKS:
        base = piece.removesuffix(link) if link else piece
        if (not link or piece.endswith(link)) and len(base) >= SHORTEST_PART:
            for form in (base, stem(base, language)):
                if len(form) >= SHORTEST_PART and form in known:
                    return form
    return ""


# --- cognates ---------------------------------------------------------------------------------------

_FOLDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        # letters
        (r"ä", "æ"),
        (r"ö", "ø"),
        (r"[éèê]", "e"),
        (r"ck|q|c(?![eiyæøh])|ch", "k"),
        (r"[cz]", "s"),
        (r"x", "ks"),
        # sounds that one language spells with more letters
        (r"(?:ss|s|t)(?:jon|ion)", "sjon"),
        (r"øj|øy", "øi"),
        (r"ej", "ei"),
        (r"kj|^tj", "k"),
        (r"gj", "g"),
        (r"^hv|^kv|w", "v"),
        (r"f(?=[tgbdls])", "v"),
        (r"^upp|^up(?=[^p])", "op"),
        (r"(?<=[ln])d(?=$|[^raeiouyæøå])", ""),
        (r"(.)\1", r"\1"),
        # hard and soft consonants, and vowels that part the languages
        (r"d", "t"),
        (r"b", "p"),
        (r"g", "k"),
        (r"f$", "v"),
        (r"æ", "e"),
        (r"å", "o"),
        (r"[jy]", "i"),
        (r"(?<=.)h", ""),
        # what the stemmers leave of an ending, or take of a stem
        (r"(?<=.{4})(?:ium|um|i|e)$", ""),
        (r"(?<=.{4})er(?:[ae]?t)?$", ""),
        (r"(?<=.{4}[^aeiouø])t$", ""),
    )
)
_SHORTEST_FOLDED = 3


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """A key on which cognates of the Scandinavian languages meet: "virksomhet" and "virksomhed".

    Takes a stem or word in lower case and writes sounds that the languages spell differently in one way;
    words of under three letters stay as they are, as too many would meet. It is for ranking only: unlike
    words meet now and then. `tests/test_language.py` holds what it reaches.
    """
    if len(word) < _SHORTEST_FOLDED or word[0].isdigit():
        return word
    for pattern, to in _FOLDS:
        word = pattern.sub(to, word)
    return word
