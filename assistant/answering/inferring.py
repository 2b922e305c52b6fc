"""Reads answers to the planner's questions out of the words of a need, each with the words that it was read from.

Which words say what stands in the Cues; here stands only how they are met. Nothing is guessed: where two answers
are equally likely, or none is spoken of, the question stays open and is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from assistant.answering.weighing import UNKNOWN, Answers, verdict
from assistant.language import sentences
from assistant.plans import Amount, Need, Rules, Told
from assistant.wording import Cue, Cues, Heard

REACH = 3
"""Words between a denial and what it denies: "ikke til å kjøpe" has two."""

A_YEAR = 12
"""Months."""

HEARD = 2
"""What a sentence counts that means an answer: as much as a plain word, more than a weak one."""

_NUMBER = r"\d{1,3}(?:[ .\u00a0\u2009]\d{3})+|\d+(?:[.,]\d+)?"

_BARE = r"(?<![\w.,])(\d{2,3}(?:[ .\u00a0\u2009]\d{3})+|\d{5,7})(?=\s*(?:[.,;:!?)]|$|WHOLLY))"
"""A large number that counts nothing, because no word follows it, or one for the whole: "rundt 140 000 i alt" """


def infer(
    need: Need, given: Mapping[str, str | Amount], rules: Rules, cues: Cues, heard: Sequence[Heard] = ()
) -> tuple[Told, ...]:
    """What is known: the answers that were given, then what is read from the need for the other questions.

    `heard` is what its sentences mean; each counts for its option as words do.

    An answer whose option the rules do not have is left out; "unknown" may be given to every choice, and keeps the
    question open whatever the words say. Each question is told of once.
    """
    options = {question.id: {option.id for option in question.options} for question in rules.questions}
    told = {name: Told(name, value, "given") for name, value in given.items() if _fits(name, value, options)}
    read = (*_spoken(need, cues, heard), *_spans(need, cues), *_values(need, given, rules, cues))
    for found in read:
        if _fits(found.question, found.value, options):
            told.setdefault(found.question, found)
    for question, option, when in cues.follows:
        known: Answers = {name: one.value for name, one in told.items()}
        if question in options and question not in told and verdict(when, known, rules.thresholds):
            told[question] = Told(question, option, "read", "")
    return tuple(told[question.id] for question in rules.questions if question.id in told)


def _fits(question: str, value: str | Amount, options: Mapping[str, set[str]]) -> bool:
    if question not in options:
        return False
    if not options[question]:
        return isinstance(value, Amount)
    return value in options[question] or value == UNKNOWN


def _spoken(need: Need, cues: Cues, heard: Sequence[Heard]) -> Iterator[Told]:
    """The option of each question that words and sentences speak for most."""
    scores: dict[str, dict[str, int]] = {}
    evidence: dict[tuple[str, str], list[str]] = {}
    votes = [(cue.question, cue.option, cue.weight, quote) for cue in cues.cues if (quote := _met(cue, need, cues))]
    votes += [(one.question, one.option, HEARD, one.sentence) for one in heard]
    for question, said, weight, quote in votes:
        of_question = scores.setdefault(question, {})
        of_question[said] = of_question.get(said, 0) + weight
        evidence.setdefault((question, said), []).append(quote)
    for question, found in scores.items():
        option = cues.both.get(question) if len(found) > 1 else None
        quotes = [quote for one in found for quote in evidence[question, one][:1]]
        if option is None:
            first, *rest = sorted(found, key=lambda one: -found[one])
            if rest and found[rest[0]] == found[first]:
                continue
            option, quotes = first, evidence[question, first][:2]
        yield Told(question, option, "read", " … ".join(dict.fromkeys(quotes)))


def _met(cue: Cue, need: Need, cues: Cues) -> str:
    """The sentence of the need that the cue is met in, undenied; "" where there is none."""
    for sentence in _sentences(need):
        low = sentence.lower()
        for match in _compiled(cue.pattern).finditer(low):
            if _counts(low, match, cues):
                return sentence
    return ""


def _counts(low: str, match: re.Match[str], cues: Cues) -> bool:
    """Whether a match is neither denied nor doubted in its sentence."""
    if _compiled(cues.doubts).search(low, 0, match.end()):
        return False
    if _compiled(cues.denials).search(match.group()):
        return True
    before = re.split(r"[.!?;:]|,", low[: match.start()])[-1].split()
    return not _compiled(cues.denials).search(" ".join(before[-REACH:]))


def _spans(need: Need, cues: Cues) -> Iterator[Told]:
    """How long, and when."""
    for question, months, sentence in _times(need, cues):
        bounds = cues.spans[question]
        option = max((o for o, least in bounds.items() if months >= least), key=lambda o: bounds[o], default="")
        yield Told(question, option, "read", sentence)


def _times(need: Need, cues: Cues) -> Iterator[tuple[str, int, str]]:
    """A number of months after a word that says whether it is how long or when: the question, the months, where."""
    words = "|".join(map(re.escape, cues.span_words))
    numbers, units = "|".join(map(re.escape, cues.numbers)), "|".join(map(re.escape, cues.units))
    pattern = rf"(?<!\w)({words}) (?:\w+ )?(\d+|{numbers})(?:\s*[-–]\s*\w+)? (?:hele |full )?({units})(?!\w)"
    for sentence in _sentences(need):
        for word, number, unit in _compiled(pattern).findall(sentence.lower()):
            months = round((int(number) if number.isdigit() else cues.numbers[number]) * cues.units[unit])
            yield cues.span_words[word], months, sentence


def _values(need: Need, given: Mapping[str, str | Amount], rules: Rules, cues: Cues) -> Iterator[Told]:
    """The estimated value, for each question on an amount: none where several sums could be meant.

    A yearly sum is multiplied where the need tells one number of years.
    """
    country = given.get("country")
    own = next((limit.currency for limit in rules.thresholds.values() if limit.country == country), "")
    found: dict[Amount, str] = {}
    valued: dict[Amount, str] = {}
    bare: dict[Amount, str] = {}
    yearly: dict[Amount, str] = {}
    months = {months for question, months, _ in _times(need, cues) if question == cues.lasts and months >= A_YEAR}
    for sentence in _sentences(need):
        low = sentence.lower()
        if _compiled(cues.yearly).search(low):
            yearly |= {
                Amount(a.number * m // A_YEAR, a.currency): sentence for a in _amounts(low, own, cues) for m in months
            }
            continue
        for amount in _amounts(low, own, cues):
            (valued if _compiled(cues.valued).search(low) else found)[amount] = sentence
        for written in _compiled(_BARE.replace("WHOLLY", cues.wholly)).findall(low):
            bare[Amount(round(_number(written, cues)), own)] = sentence
    certain = valued or found or yearly or bare
    if len(certain) == 1:
        [(amount, quote)] = certain.items()
        yield from (Told(q.id, amount, "read", quote) for q in rules.questions if q.type == "amount")


def _amounts(low: str, own: str, cues: Cues) -> Iterator[Amount]:
    """The sums of money in a lower-case sentence: a number with a currency before or after it."""
    money, many = "|".join(map(re.escape, cues.currencies)), "|".join(map(re.escape, cues.multiples))
    words = "|".join(map(re.escape, cues.numbers))
    pattern = (
        rf"(?:(?<!\w)({money})\.?\s?)?(?<![\w.,])({_NUMBER}|(?:{words})(?= (?:{many})))"
        rf"(?:\s?({many})(?!\w)\.?)?(?:\s?({money})(?!\w))?"
    )
    for before, number, multiple, after in _compiled(pattern).findall(low):
        word = before or after or (multiple if multiple in cues.currencies else "")
        if word:
            currency = cues.currencies[word] or own
            yield Amount(round(_number(number, cues) * cues.multiples.get(multiple, 1)), currency)


def _number(written: str, cues: Cues) -> float:
    if written in cues.numbers:
        return cues.numbers[written]
    if re.fullmatch(r"\d{1,3}(?:[ .\u00a0\u2009]\d{3})+", written):
        return float(re.sub(r"\D", "", written))
    return float(written.replace(",", "."))


def _sentences(need: Need) -> list[str]:
    parts = (need.text, need.who, need.suppliers)
    return [" ".join(part[start:end].split()) for part in parts for start, end in sentences(part)]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
