"""Which questions lean on what was said before, and what they become."""

import pytest

from assistant.answering.conversation import follows, recent, settle
from assistant.finding.jurisdiction import without_countries
from assistant.types import Answer, Refusal, Turn

FOLLOW_UPS = {
    "nb": ["Hva med lønnstilskudd?", "Hvorfor endret de det?", "Må det stå i selve utlysningen?", "Nådde de målet da?"],
    "nn": ["Og kven betaler for det?", "Kva med lærlingar?", "Kvifor gjorde dei det?"],
    "da": ["Og må vi så bare købe det bagefter?", "Hvad med Aarhus?", "Hvad er det tilsvarende hos os?"],
    "sv": ["Och vad händer om leverantören struntar i det?", "Varför det?", "Finns det något liknande?"],
    "en": ["What about Denmark?", "And who pays for it?", "Why did they change that?"],
}
NEW_TOPICS = {
    "nb": [
        "Hvilke krav stiller loven til lærlinger i bygge- og anleggskontrakter?",
        "Hvor store kontrakter kan en kommune tildele uten å kunngjøre dem i Doffin?",
        "Hvordan måler vi effekten av et partnerskap med Nav i Trondheim?",
    ],
    "nn": ["Korleis kan kommunen vår reservere ein kontrakt om reinhald for vekstbedrifter på Vestlandet?"],
    "da": ["Hvilke virksomheder kan deltage i et reserveret udbud efter udbudslovens § 54?"],
    "sv": ["Hur ställer Trafikverket krav på sysselsättning i sina stora entreprenader?"],
    "en": ["Which enterprises qualify for reserved contracts under the Danish procurement act?"],
}


def flat(by_language):
    return [pytest.param(text, id=f"{language}: {text}") for language, texts in by_language.items() for text in texts]


@pytest.mark.parametrize("question", flat(FOLLOW_UPS))
def test_a_follow_up_is_told_with_its_topic(question):
    topic = "Hvem kan delta i en reservert kontrakt?"
    assert follows(question)
    assert settle(question, [Turn(topic)], lambda text: text) == f"{topic} {question}"


@pytest.mark.parametrize("question", flat(NEW_TOPICS))
def test_a_new_topic_stands_alone_in_the_middle_of_a_conversation(question):
    assert settle(question, [Turn("Hvem kan delta i en reservert kontrakt?")], without_countries) == question


def test_a_first_question_is_left_as_it_is():
    assert settle("Og hva med Danmark?", [], without_countries) == "Og hva med Danmark?"


@pytest.mark.parametrize(
    ("topic", "question", "settled"),
    [
        ("Hvordan reserverer danske kommuner kontrakter?", "Og i Norge da?", {"Norge", "kontrakter"}),
        ("Hvad gælder i Danmark om reserverede udbud?", "Og i Sverige?", {"Sverige", "udbud"}),
        ("Vad gäller i Sverige om reserverad upphandling?", "Och i Norge då?", {"Norge", "upphandling"}),
        ("What are the rules for reserved contracts in Norway?", "And in Denmark?", {"Denmark", "contracts"}),
    ],
)
def test_a_country_named_now_replaces_the_one_named_then(topic, question, settled):
    whole = settle(question, [Turn(topic)], without_countries)
    assert all(word in whole for word in settled)
    assert not any(word in whole.removesuffix(question) for word in ("dansk", "Danmark", "Sverige", "Norway"))


def test_a_follow_up_without_a_country_keeps_the_one_named_then():
    topic = "Hvordan reserverer danske kommuner kontrakter?"
    assert "danske" in settle("Hvorfor gjør de det?", [Turn(topic)], without_countries)


def test_the_topic_of_a_follow_up_to_a_follow_up_is_the_question_that_stood_alone():
    topic = "Hvordan fikk Bergen inn sosiale krav i kontraktene om renhold og kantinedrift?"
    history = [Turn("Hva koster en ny svømmehall i Tromsø kommune nå?"), Turn(topic), Turn("Og hvem leverte det?")]
    whole = settle("Hvorfor endret de det?", history, without_countries)
    assert whole == f"{topic} Og hvem leverte det? Hvorfor endret de det?"


def test_recent_are_the_documents_of_the_last_answer_each_once(passage, cite):
    one, other = passage("a", "Kommunen kan reservere."), passage("b", "Kommunen må kunngjøre.")
    answer = Answer("?", (), (cite(1, other, "må kunngjøre"), cite(2, one, "Kommunen"), cite(3, other, "Kommunen")))
    older = Answer("?", (), (cite(1, passage("c", "Noe."), "Noe"),))
    assert recent([Turn("1", older), Turn("2", answer), Turn("3", Refusal("3", "empty"))]) == ("b", "a")
    assert recent([Turn("1"), Turn("2", Refusal("2", "empty"))]) == ()


@pytest.mark.parametrize(
    "question", ["Hvordan gjennomfører vi en markedsdialog?", "Hva er OPI?", "Kan du forklare hva markedsdialog er?"]
)
def test_a_brief_question_that_names_its_own_subject_stands_alone(question):
    def terms(text):
        return {word for word in ("markedsdialog", "opi") if word in text.lower()}

    topic = Turn("Hvem kan delta i en reservert kontrakt?")
    assert settle(question, [topic], without_countries, terms) == question
    assert settle("Kan du gi et eksempel?", [topic], without_countries, terms) != "Kan du gi et eksempel?"
    assert settle("Og hva med markedsdialog?", [topic], without_countries, terms) != "Og hva med markedsdialog?"
