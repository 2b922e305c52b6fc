"""The several things that a question asks."""

import pytest

from assistant.finding.asks import asks


def told(question):
    return [question[start:end] for start, end in asks(question)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Hvem kan delta, og hvor lenge må de vente?", ["Hvem kan delta", "hvor lenge må de vente?"]),
        ("korleis reserverer vi å kva er terskelverdien", ["korleis reserverer vi", "kva er terskelverdien"]),
        ("Må vi spørge ESA først? Og hvad koster det?", ["Må vi spørge ESA først", "hvad koster det?"]),
        ("Vad är ett ASF och kan kommunen äga ett?", ["Vad är ett ASF", "kan kommunen äga ett?"]),
        ("How many took part? And did they get paid?", ["How many took part", "did they get paid?"]),
        (
            "Hva er IPS? Hvem passer det for, og må Nav godkjenne?",
            ["Hva er IPS", "Hvem passer det for", "må Nav godkjenne?"],
        ),
    ],
)
def test_each_thing_that_is_asked_is_told_apart_in_each_language(question, parts):
    assert told(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Hvem kan delta i en reservert kontrakt?",
        "Hva sier loven om lærlinger og praksisplasser i Norge og Danmark?",
        "Vi skal kjøpe renhold. Kan vi reservere kontrakten?",
        "Skal entreprenøren have elever med, eller er det frivilligt for os?",
        "sammenlign norske og danske regler",
        "?",
        "",
    ],
)
def test_one_thing_is_not_taken_apart(question):
    assert asks(question) == ()


def test_the_situation_goes_with_the_question_that_it_leads_to():
    first = "Vi skal kjøpe renhold. Må vi lyse ut"
    assert told(f"{first}, og hvor lenge? Det haster litt hos oss.") == [
        first,
        "hvor lenge? Det haster litt hos oss.",
    ]
    assert told("Vi er to kommuner og har en bedrift. Hvem eier den, og hvem betaler?") == [
        "Vi er to kommuner og har en bedrift. Hvem eier den",
        "hvem betaler?",
    ]
