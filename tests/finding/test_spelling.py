"""Spelling: what was mistyped is put right by the words of the library, and what was not stays as it was typed."""

import json
import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from assistant.finding.query import Glossary
from assistant.finding.spelling import MOST, Spelling, typing_cost
from assistant.language import detect
from assistant.reading.corpus import load_glossary, parse
from assistant.types import Card, Passage
from assistant.understanding import known_places

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "eval" / "questions"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@pytest.fixture(scope="module")
def spelling():
    """Over the shipped corpus."""
    files = sorted(path for path in (ROOT / "corpus").rglob("*.md") if path.name != "FORMAT.md")
    documents = [parse(path.read_text(encoding="utf-8"), path)[:2] for path in files]
    passages = [Passage(f"{card.id}#1", card, body) for card, body in documents]
    return Spelling(passages, Glossary.of(load_glossary(ROOT / "corpus" / "glossary.yaml")).words, known_places())


def read(name):
    return [json.loads(line) for line in (QUESTIONS / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("nn", "Kan me resrvere kontrakten for ei vekstbedrfit?", "Kan me reservere kontrakten for ei vekstbedrift?"),
        ("nb", "Hva er teskelverdien for inovasjonspartnerskap?", "Hva er terskelverdien for innovasjonspartnerskap?"),
        ("nb", "Naar maa vi kunngjoere?", "Når må vi kunngjøre?"),
        ("nb", "Hvilke regler gjelder i Danmrak?", "Hvilke regler gjelder i Danmark?"),
        ("da", "Hvonår er vi udbudspligtge?", "Hvornår er vi udbudspligtige?"),
        ("da", "Vordan skriver vi en social klasul?", "Hvordan skriver vi en social klausul?"),
        ("sv", "Får vi reservera uphandlingen?", "Får vi reservera upphandlingen?"),
        ("en", "How do we recieve bids for a reservd contract?", "How do we receive bids for a reserved contract?"),
        ("nb", "Hvor lenge kan en ramme avtale vare?", "Hvor lenge kan en rammeavtale vare?"),
        ("nb", "Hvem signerer kontakrt og avtlae?", "Hvem signerer kontrakt og avtale?"),
    ],
)
def test_what_was_mistyped_is_put_right(spelling, language, typed, meant):
    mended = spelling.mend(typed, language)
    assert mended.text == meant
    assert len(mended.taken) == len({*typed.split()} - {*meant.split()}) - (" ramme " in typed)


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("nb", 'Hva mener dere med «resrvert» og "vekstbedrfit"?'),  # what is quoted is meant as it stands
        ("nb", "Fikk Vekstra Sørladnet eller Bistad AS kontrakten?"),  # names that nobody knows
        ("nb", "Se anskaffelsesl. § 30-1 og KOSTRA, jf. https://kontrkat.no/resrvert"),
        ("nb", "Kan matlevering og hundelufting settes ut?"),  # compounds that the library does not hold
        ("da", "Må vi bruge arbejdskraft til havregrød?"),
        ("fi", "Saako kunta varata hankinnan työkeskukselle?"),
        ("nb", "zzxqv wrtpk"),
        ("nb", ""),
    ],
)
def test_what_may_be_meant_stays_as_it_was_typed(spelling, language, typed):
    assert spelling.mend(typed, language).text == typed
    assert spelling.mend(typed, language).taken == ()


def test_only_a_place_is_taken_for_the_name_of_a_place(spelling):
    assert spelling.mend("Hva gjør Rotterdma kommune?", "nb").text == "Hva gjør Rotterdam kommune?"
    assert spelling.mend("Hva gjør Resrvert kommune?", "nb").taken == ()


def test_a_long_row_of_unknown_words_is_mended_so_far(spelling):
    typed = " ".join(["resrvert"] * (2 * MOST))
    assert spelling.mend(typed, "nb").text.split().count("reservert") == MOST


def test_an_empty_library_still_knows_the_glossary():
    own = Card("d1", "guidance", "Om kontrakter", "nb")
    assert Spelling((), {"vekstbedrift"}).mend("en vekstbedrfit", "nb").text == "en vekstbedrift"
    assert Spelling((Passage("d1#1", own, "Garasjeporten"),)).mend("garasjeprten", "nb").text == "garasjeporten"
    assert Spelling(()).mend("en vekstbedrfit", "nb").taken == ()


@pytest.mark.parametrize(
    ("typed", "meant", "cost"),
    [
        ("avtale", "avtale", 0.0),
        ("avtlae", "avtale", 0.6),
        ("avtalle", "avtale", 0.5),
        ("avtle", "avtale", 0.7),
        ("avale", "avtale", 0.9),
        ("avtarle", "avtale", 1.0),
        ("avdale", "avtale", 0.5),
        ("avrale", "avtale", 1.0),
        ("kunngjoering", "kunngjøring", 0.2),
        ("vordan", "hvordan", 0.5),
        ("kontakrt", "kontrakt", 0.9),
        ("", "å", 1.2),
    ],
)
def test_what_happens_easily_costs_less(typed, meant, cost):
    assert typing_cost(typed, meant) == pytest.approx(cost)


def test_words_are_put_right_as_often_and_as_seldom_as_we_say(spelling):
    asked = {row["id"]: row["question"] for name in ("blind", "several", "anew") for row in read(f"{name}.jsonl")}
    right = slips = 0
    for row in read("mistyped.jsonl"):
        said = {a.lower(): b.lower() for a, b in spelling.mend(row["question"], detect(row["question"])).taken}
        meant, typed = (WORD.findall(text.lower()) for text in (asked[row["id"]], row["question"]))
        for kind, a, b, c, d in SequenceMatcher(a=meant, b=typed, autojunk=False).get_opcodes():
            slips += kind != "equal"
            right += kind != "equal" and meant[a:b] == [said.get(word, word) for word in typed[c:d]]
    assert right / slips > 0.5  # .53 of 810 in November 2026; half of the others are words of a neighbour's language
    lines = (QUESTIONS / "kinds.tsv").read_text(encoding="utf-8").splitlines()[::4]
    touched = [line for line in lines if spelling.mend(line.split("\t")[1], detect(line.split("\t")[1])).taken]
    assert len(touched) / len(lines) < 0.008  # 18 of 4 580 in November 2026
