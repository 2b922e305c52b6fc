"""BM25 over the same passages: stems and compound parts, letter runs, and whole documents."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.language import compounds, fold, stem, words
from assistant.types import Passage

RUN = 5
"""Letters in a run; of 4, 5 and 6 the run of 5 was best on NorQuAD (0.931 against 0.927 and 0.924 R@1)."""

STEMMERS = ("nb", "da", "sv", "en")
"""A question is stemmed as each language, since it may ask for a document in any of them."""

Scores = NDArray[np.float32]


class Keywords:
    """Three BM25 indexes (Robertson & Zaragoza 2009, in Lucene's form by bm25s) over one list of passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """Index passages, with their titles and headings, and the documents that they make up."""
        self._known = _vocabulary(passages)
        self._forms: dict[str, tuple[str, ...]] = {}
        owners: dict[str, int] = {}
        self._owner = np.array([owners.setdefault(p.card.id, len(owners)) for p in passages], dtype=np.int64)
        texts = [f"{p.card.title} {' '.join(p.path)} {p.text}" for p in passages]
        stems = [self._stems(text, p.card.language) for text, p in zip(texts, passages, strict=True)]
        whole: list[list[str]] = [[] for _ in owners]
        for place, own in enumerate(self._owner):
            whole[own].extend(stems[place])
        self._count = len(owners)
        self._passages = _index(stems)
        self._runs = _index([_runs(text) for text in texts])
        self._documents = _index(whole)
        self._idf = _idf(stems)

    def scores(self, text: str) -> tuple[Scores, Scores, Scores]:
        """BM25 of every passage for `text`: by stems, by letter runs, and of the document that it stands in.

        Each has shape (passages,).
        """
        stems, count = self.terms(text), len(self._owner)
        return (
            _score(self._passages, stems, count),
            _score(self._runs, _runs(text), count),
            _score(self._documents, stems, self._count)[self._owner],
        )

    def expansion(self, phrases: Sequence[str]) -> Scores:
        """BM25 by stems for the words of `phrases` together; shape (passages,)."""
        return _score(self._passages, self.terms(" ".join(phrases)), len(self._owner))

    def terms(self, text: str) -> list[str]:
        """The index terms of a question: each word stemmed in every language, and its compound parts."""
        return [term for word in words(text) for term in self.forms(word)]

    def forms(self, word: str) -> tuple[str, ...]:
        """The index terms of one word of a question."""
        known = self._forms.get(word)
        if known is None:
            known = self._forms[word] = self._found_forms(word)
        return known

    def _found_forms(self, word: str) -> tuple[str, ...]:
        found = dict.fromkeys(fold(stem(word, language)) for language in STEMMERS)
        for language in ("nb", "da", "sv"):
            found.update(dict.fromkeys(fold(stem(part, language)) for part in compounds(word, self._known, language)))
        return tuple(found)

    def weight(self, word: str) -> float:
        """Inverse document frequency of the most common form of `word` (natural log; a word unseen is rarest)."""
        rarest = float(np.log(1 + len(self._owner) / 0.5))
        return min((self._idf.get(form, rarest) for form in self.forms(word)), default=rarest)

    def seen(self, word: str) -> bool:
        """Whether any form of `word` stands in any passage."""
        return any(form in self._idf for form in self.forms(word))

    def _stems(self, text: str, language: str) -> list[str]:
        return [term for word in words(text) for term in self._document_forms(word, language)]

    def _document_forms(self, word: str, language: str) -> tuple[str, ...]:
        parts = _parts(word, self._known, language)
        return (fold(stem(word, language)), *(fold(stem(part, language)) for part in parts))


def _vocabulary(passages: Iterable[Passage]) -> frozenset[str]:
    """Words that a compound may be made of: those that stand alone at least three times."""
    counts: dict[str, int] = {}
    for passage in passages:
        for word in words(passage.text):
            if word[0].isalpha():
                counts[word] = counts.get(word, 0) + 1
    return frozenset(word for word, count in counts.items() if count >= 3)


@lru_cache(maxsize=200_000)
def _parts(word: str, known: frozenset[str], language: str) -> tuple[str, ...]:
    return compounds(word, known, language)


def _runs(text: str) -> list[str]:
    found = []
    for word in map(fold, words(text)):
        found += [word[i : i + RUN] for i in range(len(word) - RUN + 1)] if len(word) > RUN else [word]
    return found


def _index(lists: Sequence[list[str]]) -> Any:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG
    if not any(lists):
        return None
    index = bm25s.BM25(method="lucene")
    index.index([terms or [""] for terms in lists], show_progress=False)
    return index


def _score(index: Any, terms: list[str], count: int) -> Scores:
    known = [term for term in terms if term in index.vocab_dict] if index is not None else []
    return np.asarray(index.get_scores(known), np.float32) if known else np.zeros(count, np.float32)


def _idf(lists: Sequence[list[str]]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for terms in lists:
        for term in set(terms):
            counts[term] = counts.get(term, 0) + 1
    return {term: float(np.log(1 + (len(lists) - n + 0.5) / (n + 0.5))) for term, n in counts.items()}
