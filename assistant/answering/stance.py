"""What a sentence holds of what it says: denied or not, a duty or a choice, and which party acts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.answering.naming import names
from assistant.answering.stated import pattern, plain, words_of
from assistant.language import fold

_ROLES = tuple(
    (role, re.compile(rf"(?:{pattern(words)})\w*"))
    for role, words in (*words_of("roles").items(), *words_of("bodies").items())
)
_DUTY = tuple((duty, re.compile(pattern(words))) for duty, words in words_of("duty").items())
_OPPOSITES = tuple(
    tuple(re.compile(rf"\b(?:{pattern(side)})(?!\w)") for side in line.split("|"))
    for line in words_of("opposites")["pairs"].strip().splitlines()
)
_PREFIXES = ("u", "o", "un", "in", "im", "ir")
_DENIES = re.compile(pattern(words_of("negation")["explicit"]))
_EXCEPTS = re.compile(pattern(words_of("negation")["implicit"]))
# Negated words that deny nothing: "not only" adds, "no later than" and "not more than" set a bound.
_APART = re.compile(
    r"\b(?:ikke|ikkje|inte|not) (?:bare|kun|berre|bara|only|endast|minst|mindst|least)\b"
    r"|\b(?:ikke|ikkje|inte|not|no) (?:\w+ )?(?:mer|mere|meir|more|mindre|less|later|longer|senere|seinare|senare|higher|høyere) (?:enn|end|än|than)\b"
    r"|(?:,|\b(?:og|och|and|men|but|eller|or))\s(?:ikke|ikkje|inte|not)\b"  # "the content and not the name" denies no verb
    r"|\b(?:ikke|ikkje|inte|not) (?:overstig\w*|overskrid\w*|överstig\w*|överskrid\w*|exceed\w*)"
    r"|\bheller (?:ikke|ikkje|inte)\b|\bnot even\b"
    r"|\b(?:må|kan) gerne\b|\bnr\b|\bno\.\s?\d+|\bno (?=\d)"
)
_AGAIN = re.compile(r"\b(uten|uden|utan|without)(\s.*?\b(?:og|och|and|eller|or))\s\1\b")  # "without X and without Y"
_SPARED = re.compile(
    r"(?:,|\b(?:og|och|and|men|but))\s(?:ikke|ikkje|inte|not)\s(?:(?:av|by|til|till|to|fra|från|from|the)\s)*$"
)
_FREE = re.compile(r"\b(?:fri|fritt|frie|fria|free) (?:for|fra|från|from)\b")
_ASIDE = re.compile(r"(?:,|\b(?:og|och|and|men|but))\s(?:ikke|ikkje|inte|not)\s([^,.;:]{3,60})")
_BORDER = re.compile(
    # "is no company form and gives no right": two denials, one in each half
    rf"\s(?=(?:og|och|and|eller|or|nor)\s(?:\w+\s){{1,3}}(?:{pattern(words_of('negation')['explicit'])})\b)|"
    r"[;:,.]\s(?!(?:ikke|ikkje|inte|not)\s\w+(?:\s\w+)?(?:[,.;:]|$))|\s[–—-]\s|\s(?:men|but|mens|medan|while|whereas)\s"
    r"|\s(?=(?:når|hvis|dersom|om|at|att|som|der|fordi|if|when|that|which|who|where|because|unless|medmindre|selv om|even if|also when|også når)\s)"
)


@dataclass(frozen=True, slots=True)
class Stance:
    """How a clause stands to what it says.

    `denied` says whether an odd number of its words deny or except; `duties` are of "must", "may", "should";
    `parties` are the roles in order; `actor` is the role nearest to the word of duty, "" where there is none.
    """

    denied: bool
    duties: frozenset[str]
    parties: tuple[str, ...]
    actor: str


@lru_cache(maxsize=8192)
def stance(clause: str, language: str) -> Stance:
    """The stance of a clause in `language` ("må" is a duty in Norwegian and, alone, a leave in Danish)."""
    text = _AGAIN.sub(r"\1\2", _APART.sub(" ", _FREE.sub("without", plain(clause))))
    words = re.findall(r"[^\W\d_]+", text)
    denials = sum(bool(_DENIES.fullmatch(word) or _EXCEPTS.fullmatch(word)) for word in words)
    if re.search(r"\w+n't\b", text):
        denials += 1
    leave = language == "da" and bool({"kun", "gerne", "hvem"} & set(words))
    duties: set[str] = set()
    parties: list[str] = []
    places: list[tuple[int, str]] = []
    modals: list[int] = []
    for place, word in enumerate(words):
        found = _duties(word, language, leave)
        duties |= found
        if found:
            modals.append(place)
        for role, words_for in _ROLES:
            if words_for.fullmatch(word):
                places.append((place, role))
                if not parties or parties[-1] != role:
                    parties.append(role)
                break
    return Stance(denials % 2 == 1, frozenset(duties), tuple(parties), _actor(places, modals))


def opposed(claim: str, evidence: str) -> bool:
    """Whether a claim has a word where its evidence has the opposite of it ("most" and "few", "limited" and "unlimited").

    A text that has both words says neither.
    """
    mine, theirs = plain(claim), plain(evidence)
    for pair in _OPPOSITES:
        for own, other in (pair, pair[::-1]):
            if own.search(mine) and other.search(theirs) and not (other.search(mine) or own.search(theirs)):
                return True
    ours, there = (
        {fold(word) for word in re.findall(r"\w{6,}", text) if not _EXCEPTS.fullmatch(word)} for text in (mine, theirs)
    )
    return any(_prefixed(one, there) and one not in there for one in ours) or any(
        _prefixed(one, ours) and one not in ours for one in there
    )


def _prefixed(word: str, others: set[str]) -> bool:
    """Whether one of the others is the word with a prefix that turns it around ("independent")."""
    return any(prefix + word[:7] == other[: len(prefix) + 7] for prefix in _PREFIXES for other in others)


def aside(text: str) -> tuple[str, ...]:
    """What a text sets aside without denying a verb: "as evidence" of "use it as a list, not as evidence"."""
    return tuple(match[1] for match in _ASIDE.finditer(plain(text)))


def _duties(word: str, language: str, leave: bool) -> set[str]:
    if word == "må":
        return {"may"} if leave else {"must", "may"} if language == "da" else {"must"}
    if word == "får":
        return {"may"} if language == "sv" else set()
    if word == "may" and language != "en":
        return set()
    return {duty for duty, words in _DUTY if words.fullmatch(word)}


def _actor(places: list[tuple[int, str]], modals: list[int]) -> str:
    """The role that stands up to four words before the first word of duty, or within two after it."""
    for modal in modals:
        near = [(abs(place - modal), role) for place, role in places if -4 <= place - modal <= 2]
        if near:
            return min(near)[1]
    return ""


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence between commas, colons, dashes and "but"; a part of under three words joins the next."""
    parts: list[str] = []
    carried = ""
    for piece in _BORDER.split(sentence):
        carried = f"{carried}, {piece}" if carried else piece
        if len(carried.split()) >= 3:
            parts.append(carried)
            carried = ""
    if carried:
        parts = [*parts[:-1], f"{parts[-1]}, {carried}"] if parts else [carried]
    return tuple(parts)


def parties(text: str, language: str) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """The text in small letters, and the names and roles in it: (key, start, end) of the first place of each.

    A role beside a name ("Oslo kommune") is part of the name.
    """
    lower = plain(text)
    found = [
        (fold(name.removesuffix("s")), lower.find(name), lower.find(name) + len(name)) for name in names(text, language)
    ]
    found = [place for place in found if place[1] >= 0]
    for role, words_for in _ROLES:
        if role == "state":  # "state aid"
            continue
        match = re.search(rf"\b{words_for.pattern}", lower)
        if match and not any(match.start() - end in (0, 1) for _, _, end in found):
            found.append((role, match.start(), match.end()))
    return lower, tuple(sorted(found, key=lambda place: place[1]))


def spared(text: str, language: str) -> frozenset[str]:
    """The names and roles of which a text says that it is not them ("Nav decides, not the municipality")."""
    lower, found = parties(text, language)
    return frozenset(key for key, start, _ in found if _SPARED.search(lower[:start]))
