"""Language detection, sentences, words, stems, compounds and cognates on our own examples and on the corpus."""

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.language import compounds, detect, fold, sentences, stem, stopwords, words

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions" / "dev.jsonl"


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hva er en reservert kontrakt, og hvem kan delta?", "nb"),
        ("anskaffelse uten konkurranse beløpsgrense", "nb"),
        ("Gravejobben varer i ti uker. Må vi kreve lærling da?", "nb"),
        ("Kva er ein reservert kontrakt, og kven kan vere med?", "nn"),
        ("Korleis lagar vi avtalen?", "nn"),
        ("Hvad er en reserveret kontrakt, og hvem kan deltage?", "da"),
        ("udbud uden konkurrence beløbsgrænse", "da"),
        ("Vad är ett reserverat kontrakt och vem får delta?", "sv"),
        ("gräns för direktupphandling", "sv"),
        ("Who may take part in a reserved contract?", "en"),
        ("reserved contract threshold", "en"),
        ("Mikä on sosiaalinen yritys ja kuka voi osallistua?", "fi"),
        ("Må man spørge markedet først?", "da"),
        ("", "nb"),
        ("2026 §§ 12", "nb"),
    ],
)
def test_tells_the_language_of_a_short_question(text: str, language: str) -> None:
    assert detect(text) == language


def test_words_of_several_languages_are_taken_for_those_of_where_the_asker_stands():
    shared = "Hvordan fungerer OPI hos Elite Miljø?"
    assert (detect(shared), detect(shared, ("nb", "nn")), detect(shared, ("da",))) == ("nb", "nb", "da")
    assert detect("Hva må vi gjøre når kontrakten er inngått?", ("da",)) == "nb"


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the evaluation questions are not here")
def test_tells_the_language_of_the_evaluation_questions() -> None:
    asked, right = Counter[str](), Counter[str]()
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked[row["language"]] += 1
        right[row["language"]] += detect(row["question"]) == row["language"]
    assert right.total() / asked.total() >= 0.97
    assert min(right[name] / asked[name] for name in asked) >= 0.93


@pytest.mark.parametrize(
    "text",
    [
        "Se jf. anskaffelsesforskriften § 30-2 a.|Oppdragsgiver skal kreve lærlinger.",
        "Fristen er 8. desember.|1. juli 2026 gjelder nye regler, bl.a. etter kap. 3 og 4. ledd.",
        "Det kostet 500 mill. kr.|Det var mye.",
        "«Hvem betaler?» sier hun.|«Ikke jeg!»|Han gikk.",
        "Grensen er 1.611.360 kr.|30 personer fikk jobb i 2025.|30 personer sluttet.",
        "J. P. Hansen og Anne B. Holm møtte.|De var enige.",
        "Verdien er minst kr. 500 og møtet er kl. 10.30.|Se nr. 5 og stk. 3.",
        "Hva er OPI?|og hva koster det?",
        "Kommunen m.fl. må svare osv.|Kommunen betaler (jf. § 3).|Den ligger i Ås.|Øya er på Hå.",
        "Det er … kanskje.|T.ex. en butik.",
        "Se vedlegg A.|Kommunen svarer.",
        "Regionerne m.v. skal inddrages, dvs. alle.|Se pkt. 4, jf. art. 20.",
        "Det gäller t.ex. s.k. sociala företag, d.v.s. alla.|De är små.",
        "See e.g. Art. 20, para. 1, and No. 5.|The buyer, i.e. the city, pays.",
        "Mr. Smith left the U.S. Department.|It ended.",
        "Se www.doffin.no.|Takk.",
        "Dette er loven.»|Den gjelder.",
        "Kilden sier det. [1][2]|Den neste også. [3]",
    ],
)
def test_finds_where_sentences_end(text: str) -> None:
    assert parts(text.replace("|", " ")) == text.split("|")


def test_a_new_line_ends_a_sentence_and_a_list_marker_is_no_part_of_one() -> None:
    text = "Slik gjør dere:\n- Ring Nav. Avtal møte\n2. Skriv avtalen.\na) Først dette\n8. desember åpner vi.\n\n"
    assert parts(text) == [
        "Slik gjør dere:", "Ring Nav.", "Avtal møte", "Skriv avtalen.", "Først dette", "8. desember åpner vi.",
    ]  # fmt: skip


def test_a_table_row_is_one_sentence() -> None:
    assert parts("Krav | Ja. Alltid | 30 %") == ["Krav | Ja. Alltid | 30 %"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500 000, 500.000, 500\u00a0000 og 500000", ("500000", "500000", "500000", "og", "500000")),
        ("1.611.360 kr", ("1611360", "kr")),
        ("30 % av 1,5 mill.", ("30", "av", "1.5", "mill")),
        ("§ 30-2 a og § 30-2a, § 16-9", ("30-2a", "og", "30-2a", "16-9")),
        ("sak 2026/004512, 2014/24/EU", ("sak", "2026/004512", "2014/24", "eu")),
        ("IMPACT60 i OPS-kontrakt, 2018–2020", ("impact60", "i", "ops", "kontrakt", "2018", "2020")),
        ("Aalborg's A\u030ase", ("aalborg", "åse")),
    ],
)
def test_words_are_in_lower_case_and_numbers_are_written_one_way(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_forms_of_a_word_share_a_stem() -> None:
    assert stem("kontraktene", "nb") == stem("kontrakter", "nb")
    assert stem("kontrakterne", "da") == stem("kontrakter", "da")
    assert stem("upphandlingar", "sv") == stem("upphandlingen", "sv")
    assert stem("contracts", "en") == stem("contract", "en")


def test_stop_words_are_function_words_of_the_language() -> None:
    assert {"og", "hva"} <= stopwords("nb")
    assert "anskaffelse" not in stopwords("nb")
    assert stopwords("xx") == frozenset()


def test_a_compound_is_split_into_known_words() -> None:
    known = {"anskaffelse", "regelverk", "arbeid", "arbeidsplass", "plass", "kontrakt", "vilkår", "sysselsetting"}
    assert compounds("anskaffelsesregelverket", known, "nb") == ("anskaffelse", "regelverk")
    assert compounds("kontraktsvilkår", known, "nb") == ("kontrakt", "vilkår")
    assert compounds("arbeidsplass", known, "nb") == ("arbeid", "plass")
    assert compounds("sysselsettingskontraktsvilkår", known, "nb") == ("sysselsetting", "kontrakt", "vilkår")


def test_what_is_no_compound_of_known_words_stays_whole() -> None:
    known = {"best", "illing", "kontrakt", "lig", "of"}
    assert compounds("offentlig", known, "nb") == ()
    assert compounds("kontrakten", known, "nb") == ()
    assert compounds("2026/004512", known, "nb") == ()


@pytest.mark.parametrize(
    "cognates",
    [
        [("reserverte", "nb"), ("reserverede", "da"), ("reserverade", "sv")],
        [("virksomhet", "nb"), ("virksomhed", "da")],
        [("leverandør", "nb"), ("leverandør", "da")],
        [("kontrakt", "nb"), ("kontrakt", "da"), ("kontrakt", "sv")],
        [("rammeavtale", "nb"), ("rammeaftale", "da")],
        [("innovasjon", "nb"), ("innovation", "da"), ("innovation", "sv")],
        [("uten", "nb"), ("uden", "da")],
        [("grense", "nb"), ("grænse", "da")],
        [("kjøp", "nb"), ("køb", "da"), ("köp", "sv")],
    ],
)
def test_cognates_meet_on_one_key(cognates: list[tuple[str, str]]) -> None:
    assert len({fold(stem(word, language)) for word, language in cognates}) == 1


def test_words_that_are_not_cognates_keep_apart() -> None:
    apart = ["kontrakt", "kommune", "kriterium", "krav", "tilbud", "tiltak", "lærling", "leverandør", "plass", "lokal"]
    assert len({fold(stem(word, "nb")) for word in apart}) == len(apart)
