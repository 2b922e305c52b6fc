"""What stands beside an answer: rules about to change."""

from datetime import date

import pytest

from assistant.answering.noticing import coming

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "sentence",
    [
        "Reglene er under endring, og en ny lov kommer i 2027.",
        "Loven træder i kraft 1. januar 2027.",
        "Anden fase er ventet i kraft i december 2026.",
        "Lagen upphävs den 1 juli 2028.",
        "The threshold will change in 2027.",
    ],
)
def test_a_sentence_that_tells_of_a_change_to_come_is_found_word_for_word(passage, sentence):
    held = passage("a", f"Dette gjelder nå. {sentence} Se kilden.")
    claim = coming([held], TODAY)
    assert claim.text == sentence
    assert claim.quotes == ((held, sentence),)


@pytest.mark.parametrize(
    "sentence",
    [
        "Loven trådte i kraft 1. juli 2026.",
        "Beløpet gjelder i 2026 og 2027.",
        "Reglene er under endring.",
        "Loven trer i kraft i november 2026.",
    ],
)
def test_what_has_happened_or_has_no_date_is_no_change_to_come(passage, sentence):
    assert coming([passage("a", sentence)], TODAY) is None
