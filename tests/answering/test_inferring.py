"""What is read out of the words of a need, and what is left open; over the shipped rules and cues."""

from functools import cache
from pathlib import Path

import pytest

from assistant.answering.inferring import infer
from assistant.plans import Amount, Need
from assistant.reading.needs import load_cues
from assistant.reading.routes import load_routes
from assistant.wording import Heard


@cache
def rules():
    return load_routes(Path(__file__).parents[2] / "corpus" / "routes.yaml")


def told(text, given=None, **parts):
    return {one.question: one for one in infer(Need(text, **parts), given or {}, rules(), load_cues())}


def read(text, given=None, **parts):
    return {name: one.value for name, one in told(text, given, **parts).items()}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Vi trenger en ny avtale om renhold på biblioteket.", "services"),
        ("Det lokale biblioteket skal ha ny reingjeringsavtale.", "services"),
        ("Vi skal købe pleje af kommunens grønne områder og snerydning.", "services"),
        ("Kommunen ska köpa städning av tre skolor.", "services"),
        ("We are looking for someone to run the canteen at the town hall.", "services"),
        ("Kommunen skal kjøpe arbeidsklær til driftsavdelingen.", "goods"),
        ("Vi skal bygge en ny barnehage på tomta.", "works"),
        ("Vi vil kjøpe avlastning og støttekontakt for familier.", "health-social-services"),
        ("Ingen har laget et slikt verktøy, og vi vil utvikle det sammen med noen.", "development"),
        ("Bedriften skal ikke ha penger, og vi kjøper ikke noe.", "none"),
    ],
)
def test_what_it_is_about_is_read_in_every_language(text, what):
    assert read(text)["what"] == what


@pytest.mark.parametrize(
    ("text", "question", "option"),
    [
        ("Tre vekstbedrifter kan levere.", "inclusion-suppliers", "several"),
        ("Bare én vekstbedrift kan levere.", "inclusion-suppliers", "one"),
        ("Ingen inkluderingsbedrift er stor nok.", "inclusion-suppliers", "none"),
        ("Two social enterprises could do it.", "inclusion-suppliers", "several"),
        ("Flera idéburna organisationer kan tänka sig att vara med.", "nonprofit-suppliers", "several"),
        ("Kommunen eier selskapet sammen med naboene, men en privat aksjonær har en liten post.", "supplier-ownership", "mixed"),
        ("Vi eier ingen av dem.", "supplier-ownership", "not-owned"),
        ("Det er for unge som har droppet ut av skolen.", "target-group", "young-people"),
        ("Det gäller nyanlända kvinnor.", "target-group", "refugees-migrants"),
        ("Det er for flyktninger og folk med psykiske vansker.", "target-group", "mixed"),
        ("Vores eget beskyttede værksted kan gøre det.", "supplier-ownership", "own-unit"),
        ("En investor vil tage risikoen.", "risk-taker", "yes"),
        ("Vi betaler bare for resultater.", "measurable-outcome", "yes"),
        ("Firmaet deler kostnadene og beholder rettighetene.", "cost-and-rights", "shared"),
        ("Avtalen skal vare i fire år.", "duration", "months-over-36"),
        ("Avtalen skal vare i 18 måneder.", "duration", "months-6-to-36"),
        ("Det må være i gang om to måneder.", "start", "under-4-months"),
        ("It has to run for two years.", "duration", "months-6-to-36"),
    ],
)  # fmt: skip
def test_other_answers_are_read(text, question, option):
    assert read(text)[question] == option


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("Kontrakten er anslått til 6,5 millioner kroner.", 6_500_000, "NOK"),
        ("Verdien er NOK 500 000.", 500_000, "NOK"),
        ("Det blir halvannen million i alt.", 1_500_000, "NOK"),
        ("Ca 3,5 mill for hele perioden.", 3_500_000, "NOK"),
        ("Worth 1.9m kroner.", 1_900_000, "NOK"),
        ("Det koster 300 tkr.", 300_000, "NOK"),
        ("Vi regner med rundt 140 000.", 140_000, "NOK"),
        ("Vi har et budsjett på 1.200.000 kr.", 1_200_000, "NOK"),
        ("It is worth 2.5 million EUR.", 2_500_000, "EUR"),
        ("Budgettet er 3 mio. kr. i alt.", 3_000_000, "NOK"),
        ("Det er 900 000 kroner i året, og avtalen skal vare i fire år.", 3_600_000, "NOK"),
        ("Vi tror det blir 850 000 alt i alt.", 850_000, "NOK"),
        ("Rammen er to millioner kroner. I fjor brukte vi 900 000 kroner.", 2_000_000, "NOK"),
    ],
)
def test_the_value_is_read_with_its_currency(text, number, currency):
    assert read(text, {"country": "NO"})["value"] == Amount(number, currency)


@pytest.mark.parametrize(
    "text",
    [
        "Det koster 2 millioner kroner i året.",
        "Det koster 2 millioner kroner i året. Skolene har det i tre år, sykehjemmet i fem år.",
        "Det første koster 100 000 kroner. Det andre koster 300 000 kroner.",
        "Vi har 40 benker.",
        "Det gjelder 150 ungdommer i 2 år.",
    ],
)
def test_a_sum_that_may_mean_something_else_leaves_the_value_open(text):
    assert "value" not in read(text, {"country": "NO"})


def test_a_crown_is_that_of_the_country():
    assert read("Verdien er 300 000 kr.", {"country": "DK"})["value"].currency == "DKK"
    assert read("Värdet är 300 000 kronor.", {"country": "SE"})["value"].currency == "SEK"
    assert read("Verdien er 300 000 kr.")["value"].currency == ""


def test_what_was_read_is_told_with_the_sentence_that_it_was_read_from():
    one = told("Vi har et bibliotek. Det trenger renhold hver dag.")["what"]
    assert (one.origin, one.evidence) == ("read", "Det trenger renhold hver dag.")


def test_what_is_denied_or_doubted_is_not_read():
    assert "what" not in read("Det er ikke renhold det gjelder.")
    assert "buy-result" not in read("Vi vet ikke om vi vil kjøpe løsningen etterpå.")


def test_two_equally_likely_answers_leave_the_question_open():
    assert "what" not in read("Vi trenger renhold, og vi trenger arbeidsklær.")


def test_a_given_answer_stands_against_the_words():
    assert read("Vi trenger renhold.", {"what": "goods"})["what"] == "goods"
    assert told("Vi trenger renhold.", {"what": "goods"})["what"].origin == "given"
    assert read("Vi trenger renhold.", {"what": "unknown"})["what"] == "unknown"


def test_an_answer_that_no_question_allows_is_left_out():
    known = read("Noe skal gjøres.", {"what": "magic", "magic": "what", "value": "mye"})
    assert known == {}


def test_what_follows_from_other_answers_is_told_without_words():
    one = told("Noe skal gjøres.", {"solution-exists": "no"})["what"]
    assert (one.value, one.origin, one.evidence) == ("development", "read", "")


def test_who_names_a_sum_and_only_those_who_work_for_inclusion_mostly_buys_a_service():
    assert read("Tre vekstbedrifter kan gjøre det.")["what"] == "services"
    assert read("Foreningen søker oss om tilskudd. Tre vekstbedrifter er med.").get("what") != "services"


def test_who_and_suppliers_are_read_too():
    assert read("Vask.", who="langtidsledige", suppliers="to vekstbedrifter") == {
        "what": "services",
        "target-group": "long-term-unemployed",
        "inclusion-suppliers": "several",
    }


def test_an_empty_need_tells_nothing():
    assert infer(Need(""), {}, rules(), load_cues()) == ()


def test_what_a_sentence_means_answers_where_no_word_does_and_gives_way_to_strong_words():
    heard = (Heard("what", "goods", "Noe til uteplassen."),)
    silent = infer(Need("Noe til uteplassen."), {}, rules(), load_cues(), heard)
    spoken = infer(Need("Renhold av skolen."), {}, rules(), load_cues(), heard)
    assert {one.question: (one.value, one.evidence) for one in silent}["what"] == ("goods", "Noe til uteplassen.")
    assert {one.question: one.value for one in spoken}["what"] == "services"


def test_a_number_that_counts_something_is_no_value():
    assert "value" not in read("Vi sender ut 140 000 brev i året.", {"country": "NO"})


def test_a_building_where_work_is_done_does_not_make_it_care():
    assert read("Vinduene på omsorgsboligene skal skiftes.").get("what") != "health-social-services"
    assert read("Vi skal kjøpe omsorgsboliger med døgnbemanning.")["what"] == "health-social-services"
