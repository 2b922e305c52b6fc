"""What stands beside an answer: rules about to change, and that nothing tells how long."""

from datetime import date

import pytest

from assistant.answering.noticing import coming, unsaid

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


TIMES = [
    "Kontrakten kan vare i høyst tre år.",
    "Avtalen løber i 4 år.",
    "Praktikken er på inntil 13 uger.",
    "Fristen er to ordinære uker.",
    "Dagsordenen sendes ud mindst 4 hverdage før.",
    "It lasts for twelve months.",
    "Avtalet gäller tills vidare, i ett halvt år.",
    "Stillingen er fast og varig.",
]


@pytest.mark.parametrize(
    "question",
    [
        "Hvor lenge kan en reservert kontrakt vare?",
        "Kor lenge varer han?",
        "Hvem kan delta, og hvor længe må den løbe?",
        "Hur länge gäller det?",
        "How long may it last?",
        "Hvor lang tid har vi?",
    ],
)
def test_an_answer_without_a_time_says_so_where_it_was_asked_how_long(query, passage, cite, question):
    source = passage("a", "Minst 30 prosent skal høre til målgruppen fra 1. juli 2026. " + " ".join(TIMES))
    without = cite(1, source, "Minst 30 prosent skal høre til målgruppen fra 1. juli 2026.")
    assert [notice.code for notice in unsaid(query(question), [without])] == ["how-long-unsaid"]
    assert unsaid(query("Hvem kan delta?"), [without]) == ()
    for time in TIMES:
        assert unsaid(query(question), [without, cite(2, source, time)]) == (), time
