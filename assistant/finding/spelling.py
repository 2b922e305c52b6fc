"""Mends what was mistyped in a question, by the words of the library and by dictionaries.

A question is found by its words, so "resrvert" finds nothing where "reservert" stands. A word that neither the library
nor a dictionary of our languages holds is put right where one known word lies near enough; every other word stays as it
was typed, and so does what stands in quotation marks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from math import log10
from typing import Any

from assistant.language import STOPWORDS, fold, stem, stopwords, words
from assistant.types import Passage

KIN: Mapping[str, tuple[str, ...]] = {
    "nb": ("nb", "nn"), "nn": ("nn", "nb"), "da": ("da",), "sv": ("sv",), "en": ("en",),
}  # fmt: skip
"""Languages in which a question is mended, each with the dictionaries that hold its words."""

LEAST = 4
"""Letters of a word that is mended: shorter ones lie too near one another."""

MOST = 12
"""Unknown words of a question that are looked at, the first ones: each takes a few milliseconds."""

LONG = 8
"""Letters from which on a word may hold two mistakes."""

SHORT_NAME = 6
"""Letters below which a word with a capital is taken for a name also where it opens a sentence."""

COSTS: tuple[tuple[int, float], ...] = ((11, 2.0), (LONG, 1.6), (7, 1.1), (5, 1.0), (LEAST, 0.7))
"""What mending a word of at least so many letters may cost, the longest first."""

CHEAP = 0.6
"""What mending may cost where little speaks for it: two letters changed places, one doubled, or one sounds alike."""

WEIGHT = 2.5
"""Powers of ten by which a word must be more frequent to outweigh a whole letter."""

CLEAR = 0.3
"""Powers of ten by which the best word must lead the second, unless both are forms of one."""

ELSEWHERE, LISTED, SMALL, PLACE, TERM, FORM = 0.2, 0.3, 30.0, 3.0, 3.0, 0.3
"""How often a word counts as seen: for each time in another language, in a dictionary, as a function word, a place, a
glossary term, and for each time that it stands there without its ending; each time that it stands there in the
question's own language counts 1.

The numbers above were set by hand on the 194 questions of eval/questions/mistyped.jsonl and on 5 357 others that should
stay as they are; see eval/README.md.
"""

_LETTERS = "abcdefghijklmnopqrstuvwxyzæøåäöé"
_VOWELS = frozenset("aeiouyæøåäöé")
_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        "åo", "åa", "øo", "öo", "æe", "äe", "æa", "äa", "øö", "æä", "øy", "dt", "gk", "bp", "cs", "ck", "iy", "ei",
        "vf", "vw", "gj", "sz", "sx", "qk", "eé",
    )
)  # fmt: skip
_SPELLED_OUT = {"aa": "å", "ae": "æä", "oe": "øö"}
_ENDINGS = frozenset(
    ["a", "e", "n", "r", "s", "t", "en", "et", "ar", "er", "or", "na", "ne", "ene", "ane", "erne", "arna", "orna"]
)  # fmt: skip
_SWEDISH = str.maketrans("äö", "æø")
_SILENT = frozenset(("hv", "gj", "hj", "kn", "wh"))
_WORD = re.compile(r"(?<![\w@/.:'’&+-])[^\W\d_]+(?![\w@/:'’&+-]|\.\w|\.(?=\s+[^\sA-ZÆØÅÄÖ]))")
_PAIR = re.compile(r"(?<![\w-])([^\W\d_]{4,}) ([a-zæøåäöé]{4,})(?![\w-])")
_RAISED, _LOWERED = re.compile(r"(?<=[\w,;] )[A-ZÆØÅÄÖ][^\W\d_]+"), re.compile(r"\b[a-zæøåäöé]+\b")
_QUOTED = re.compile(r"\"[^\"]*\"|«[^»]*»|“[^”]*”|”[^”]*”|»[^«]*«")
_OPENS = re.compile(r"(?:^|[.!?:]\s+)\W*$")


@dataclass(frozen=True, slots=True)
class Mended:
    """A question put right: its text, and what was taken for what, (as typed, as taken) in order."""

    text: str
    taken: tuple[tuple[str, str], ...] = ()


class Spelling:
    """The words of passages by language, and of the glossary, against which questions are mended."""

    def __init__(self, passages: Sequence[Passage], terms: Collection[str] = (), places: Collection[str] = ()) -> None:
        """Count the words of `passages`; `terms` are words of the glossary and `places` names of places, lower case."""
        self._counts: dict[str, Counter[str]] = {}
        raised, lowered, beside = set[str](), set[str](), set[str]()
        for passage in passages:
            text = f"{passage.card.title} {' '.join(passage.path)} {passage.text}"
            found = words(text)
            self._counts.setdefault(passage.card.language, Counter()).update(found)
            beside.update(first + second for first, second in pairwise(found))
            raised.update(match.group().lower() for match in _RAISED.finditer(text))
            lowered.update(_LOWERED.findall(text))
        self._all = sum(self._counts.values(), Counter())
        self._roots = {spoken: {stem(one, spoken) for one in counts} for spoken, counts in self._counts.items()}
        self._terms, self._places = frozenset(terms), frozenset(places)
        self._names = self._places | (raised - lowered)
        self._apart = self._terms - beside
        self._words = [one for one in {*self._all, *self._terms, *self._places} if len(one) >= LEAST and one.isalpha()]

    def mend(self, text: str, language: str) -> Mended:
        """`text` with its mistyped words put right; as it is in a language other than those of KIN."""
        if language not in KIN:
            return Mended(text)
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        found = (match for match in _WORD.finditer(text) if not any(a <= match.start() < b for a, b in quoted))
        unknown = (match for match in found if not self._known(match.group(), language))
        taken = [(match, self._meant(match, language)) for match in islice(unknown, MOST)]
        for match, meant in reversed(taken):
            text = text[: match.start()] + (meant or match.group()) + text[match.end() :]
        return self._joined(Mended(text, tuple((match.group(), meant) for match, meant in taken if meant)), language)

    def _joined(self, mended: Mended, language: str) -> Mended:
        """Compounds of the glossary that are written apart become one word ("ramme avtale"), where the library never
        has their parts beside each other."""
        if language == "en":
            return mended
        pairs = [match for match in _PAIR.finditer(mended.text) if "".join(match.groups()).lower() in self._apart]
        text = mended.text
        for match in reversed(pairs):
            text = text[: match.start()] + "".join(match.groups()) + text[match.end() :]
        return Mended(text, (*mended.taken, *((match.group(), "".join(match.groups())) for match in pairs)))

    def _meant(self, match: re.Match[str], language: str) -> str:
        """What was meant by an unknown word; "" where nothing is near enough."""
        typed, opens = match.group(), bool(_OPENS.search(match.string[: match.start()]))
        named = typed[0].isupper() and (not opens or len(typed) < SHORT_NAME)
        best = _function_word(typed, language) or self._best(typed.lower(), language, named=named)
        return best.capitalize() if typed[0].isupper() else best

    def _known(self, typed: str, language: str) -> bool:
        """Whether a word, or what is left of it without an ending, is one of the library or of a language; so are
        abbreviations and short words."""
        word = typed.lower()
        if _function_word(typed, language):
            return False
        if len(word) < LEAST or not typed[1:].islower():
            return True
        if word in STOPWORDS or self._is_word(word, language) or _listed(word, tuple(KIN)):
            return True
        root = stem(word, language)
        rest = word.removeprefix(root)
        if root in self._roots.get(_written(language), ()) and {rest, rest.removeprefix("t")} & _ENDINGS:
            return True
        return any(self._is_word(one, language) for one in _stems(word))

    def _best(self, word: str, language: str, *, named: bool) -> str:
        """The known word that is likest to be meant; "" where none is, or where two are as like."""
        guarded = self._compound(word, language)
        most = next(cost for length, cost in COSTS if len(word) >= length)
        ranked: list[tuple[float, str]] = []
        for near in self._near(word, language):
            cost, seen = typing_cost(word, near), self._seen(near, language)
            if cost > most or not self._fits(word, near, cost, language, named=named):
                continue
            if cost > CHEAP and (seen < 1 or (guarded and (cost >= 1 or seen < TERM))):
                continue
            if guarded and seen < 1:
                continue
            ranked.append((log10(seen) - WEIGHT * cost, near))
        ranked.sort(reverse=True)
        if not ranked:
            return ""
        unclear = len(ranked) > 1 and ranked[0][0] - ranked[1][0] < CLEAR
        if unclear and stem(ranked[0][1], language) != stem(ranked[1][1], language):
            return ""
        return ranked[0][1]

    def _fits(self, word: str, near: str, cost: float, language: str, *, named: bool) -> bool:
        """Whether `near` may be meant at all: not the same word in another language, and for a name a name."""
        if named or (near in self._names and near not in self._own(language)):
            return near in self._names and cost <= CHEAP and word.translate(_SWEDISH) != near.translate(_SWEDISH)
        own = near in self._own(language) or near in self._terms or near in stopwords(language)
        return own or fold(word) != fold(near)

    def _near(self, word: str, language: str) -> set[str]:
        """Known words a letter away, and for a long word those of the library that are two letters away."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = {
            near
            for near in _edits(word)
            if len(near) >= LEAST - 1
            and (self._is_word(near, language) or any(self._own(language)[one] for one in _stems(near)))
        }
        if len(word) >= LONG:
            found |= {near for near, _, _ in process.extract(word, self._words, scorer=OSA.distance, score_cutoff=2)}
        return found

    def _is_word(self, word: str, language: str) -> bool:
        held = word in self._all or word in self._terms or word in self._places
        return held or word in stopwords(language) or _listed(word, KIN[language])

    def _seen(self, word: str, language: str) -> float:
        """How often a word counts as seen."""
        own = self._own(language)[word]
        return (
            own
            + ELSEWHERE * (self._all[word] - own)
            + LISTED * _listed(word, KIN[language])
            + SMALL * (word in stopwords(language))
            + PLACE * (word in self._places)
            + TERM * (word in self._terms)
            + FORM * sum(self._own(language)[one] for one in _stems(word))
        )

    def _own(self, language: str) -> Counter[str]:
        return self._counts.get(_written(language), Counter())

    def _compound(self, word: str, language: str) -> bool:
        """Whether a word is made of two of the library or of its language ("mat|levering"), with a linking s or e."""
        return any(
            self._is_word(word[at:], language)
            and (
                self._is_word(word[:at], language)
                or (at > LEAST and word[at - 1] in "se" and self._is_word(word[: at - 1], language))
            )
            for at in range(LEAST, len(word) - LEAST + 1)
        )


def _written(language: str) -> str:
    """The language whose documents a question in `language` shares words with."""
    return "nb" if language == "nn" else language


def _stems(word: str) -> list[str]:
    """What may be left of a word without its ending."""
    return [
        word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending) and len(word) - len(ending) > LEAST
    ]


def _function_word(typed: str, language: str) -> str:
    """The function word that is meant by one written on a keyboard without its letters ("paa", "foer"); else ""."""
    word, known = typed if len(typed) < LEAST else typed.lower(), stopwords(language)
    spelled = (word.replace(two, one) for two, ones in _SPELLED_OUT.items() if two in word for one in ones)
    return "" if word in known else next((one for one in spelled if one in known), "")


def prepare() -> None:
    """Load the dictionaries, which takes a few seconds once, so that no question waits for them."""
    _listed("", tuple(KIN))


def typing_cost(typed: str, meant: str) -> float:
    """How much was mistyped: about 1 a letter, less for what happens easily.

    The optimal string alignment distance (Damerau 1964) with weights: two letters that changed places .6, one that
    moved over two others .9; a vowel left out .7, another letter .9 and a silent one at the start .5; one too many 1; a
    letter doubled or not .5; one for another that sounds or looks alike .5; "aa", "ae" and "oe" for å, æ and ø .2; and
    .5 more where the first letter is another, left out or too many.
    """
    silent = typed[:1] == meant[1:2] and meant[:2] in _SILENT
    rows, columns = len(typed) + 1, len(meant) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if i or j:
                cost[i][j] = min(_steps(typed[:i], meant[:j], cost, i, j))
        if silent and not i:
            cost[0][1] = 0.5
    return cost[-1][-1]


def _steps(typed: str, meant: str, cost: Sequence[Sequence[float]], i: int, j: int) -> Iterator[float]:
    """What each way of typing the last letters costs, with all before them."""
    first = 0.5 * (min(i, j) <= 1)
    if i:
        yield cost[i - 1][j] + (0.5 if typed[-1] == typed[-2:-1] else 1.0 + first)
    if j:
        left_out = 0.7 if meant[-1] in _VOWELS else 0.9
        yield cost[i][j - 1] + (0.5 if meant[-1] == meant[-2:-1] else left_out + first)
    if i and j:
        other = 0.0 if typed[-1] == meant[-1] else first + (0.5 if frozenset(typed[-1] + meant[-1]) in _ALIKE else 1.0)
        yield cost[i - 1][j - 1] + other
        if typed[-2:] == meant[-2:][::-1] and len(typed) > 1 < len(meant):
            yield cost[i - 2][j - 2] + 0.6
        if len(typed) > 2 < len(meant) and typed[-3:] in (meant[-2:] + meant[-3], meant[-1] + meant[-3:-1]):
            yield cost[i - 3][j - 3] + 0.9
        if meant[-1] in _SPELLED_OUT.get(typed[-2:], ""):
            yield cost[i - 2][j - 1] + 0.2


def _edits(word: str) -> set[str]:
    """All that differs from a word by one letter more, less or other, by two changed places, or by "aa" for å."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    edits = {a + c + b for a, b in halves for c in _LETTERS}
    edits |= {a + c + b[1:] for a, b in halves if b for c in ("", *_LETTERS)}
    edits |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    edits |= {word.replace(two, one) for two, ones in _SPELLED_OUT.items() for one in ones}
    return edits - {word}


def _listed(word: str, languages: Sequence[str]) -> bool:
    return any(word in _dictionary(language) for language in languages)


@lru_cache(maxsize=8)
def _dictionary(language: str) -> Any:
    """The forms of a language's words (simplemma's, from Wiktionary and others), as a trie of one to two megabytes."""
    from marisa_trie import Trie
    from simplemma.strategies import DefaultDictionaryFactory

    return Trie(DefaultDictionaryFactory(cache_max_size=0).get_dictionary(language))
