"""Whether what a sentence says holds for the amount that a question names."""

import pytest

from assistant.answering.amounts import asked, fits
from assistant.answering.sentences import quotable, whole_sentences


@pytest.mark.parametrize(
    ("question", "language", "amounts"),
    [
        ("Må vi lyse ut en avtale på 90 000 kroner?", "nb", [90_000]),
        ("Ei teneste til om lag to millionar kroner", "nn", [2_000_000]),
        ("Vi skal bygge en skole til 40 mio.", "da", [40_000_000]),
        ("catering for rundt 900 000 til sammen over to år", "nb", [900_000]),
        ("Hva gjør vi mellom 500 000 og 1,3 millioner kroner?", "nb", [500_000, 1_300_000]),
        ("En kommune med 30 000 innbyggere og 12 000 ansatte", "nb", []),
        ("A grant of EUR 100,000", "en", []),
    ],
)
def test_amounts_in_crowns_are_read_and_people_and_euros_are_not(question, language, amounts):
    assert list(asked(question, language)) == amounts


@pytest.mark.parametrize(
    ("amount", "text", "told"),
    [
        (90_000, "Under 500 000 kroner gjelder loven ikke.", 1),
        (900_000, "Under 500 000 kroner gjelder loven ikke.", -1),
        (900_000, "Mellom 500 000 kroner og 1,3 millioner gjelder bare del I.", 1),
        (900_000, "500 000 til 1,3 millioner: del I og grunnprinsippene.", 1),
        (2_000_000, "Mellom 500 000 og 1,3 millioner kroner gjelder bare del I.", -1),
        (2_000_000, "Fra 1,3 millioner til EØS-terskelen: kunngjøring i Doffin.", 1),
        (900_000, "Fra 1,3 millioner til EØS-terskelen: kunngjøring i Doffin.", 0),
        (90_000, "Under 8,7 millioner kreves ingen kunngjøring, men prinsippene gjelder fra 500 000 kroner.", 0),
        (90_000, "Kommunen satte av 400 000 kroner.", 0),
        (90_000, "Støtten er inntil 300 000 euro over tre år.", 0),
    ],
)
def test_a_rule_fits_the_amounts_between_its_ends(amount, text, told):
    assert fits((amount,), text, "nb") == told


def test_a_question_without_an_amount_is_fitted_by_nothing():
    assert fits((), "Under 500 000 kroner gjelder loven ikke.", "nb") == 0


def test_what_holds_for_the_amount_outweighs_what_holds_for_others(query, hits, passage):
    text = "Mellom 500 000 kroner og 1,3 millioner gjelder del I. Under 500 000 kroner gjelder loven ikke."

    def best(question):
        equal = [[(0.5,) for _ in whole_sentences(text)]]
        return max(
            quotable(query(question), hits(passage("a", text)), lambda marked: equal), key=lambda s: s.score
        ).text

    assert best("Hva gjelder for 90 000 kroner?") == "Under 500 000 kroner gjelder loven ikke."
    assert best("Hva gjelder for 900 000 kroner?") == "Mellom 500 000 kroner og 1,3 millioner gjelder del I."
