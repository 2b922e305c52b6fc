"""A question is read: its kind by cues of five languages, and the glossary's words in the other languages."""

from pathlib import Path

import pytest

from assistant.finding.query import MAX_EXPANSION, MOST_CASES, Glossary, cases_wanted, intent_of, names, read
from assistant.reading.corpus import load_glossary
from assistant.types import Concept, Filters

CORPUS = Path(__file__).parents[2] / "corpus"

CUES = {
    "definition": [
        "Hva er et delkontraktskrav?",
        "Kva tyder VTA?",
        "Kva meinast med sosiale omsyn?",
        "Hvad betyder habilitet?",
        "Hvad indebærer en social klausul?",
        "Vad innebär social hänsyn?",
        "What is a social clause?",
    ],
    "howto": [
        "Hvordan følger vi opp kravet underveis?",
        "Korleis skriv vi kravet?",
        "Hvad gør vi, når leverandøren springer fra?",
        "Hur gör vi en uppföljning?",
        "How do we follow up the clause?",
    ],
    "conditions": [
        "Hvilke vilkår må være oppfylt?",
        "Kva krav må bedrifta fylle?",
        "Hvornår må vi reservere?",
        "Vilka krav gäller för verkstaden?",
        "When may a buyer reserve a contract?",
    ],
    "example": [
        "Har noen kommuner prøvd dette i renhold?",
        "Kan du gje døme på slike avtalar?",
        "Findes der kommuner, som har gjort det?",
        "Finns det exempel från bygg?",
        "Has anyone tried it in catering?",
    ],
    "figure": [
        "Hvor mange fikk jobb?",
        "Kor mykje kosta prosjektet?",
        "Hvad koster en plads?",
        "Hur många fick arbete?",
        "How many people got a job?",
    ],
    "comparison": [
        "Hva er forskjellen på tilskudd og kjøp?",
        "Kva er skilnaden på tilskot og kjøp?",
        "Hvad er forskellen på tilskud og køb?",
        "Vad är skillnaden mellan bidrag och köp?",
        "How does a grant differ from a purchase? Compare them.",
    ],
    "template": [
        "Har dere en mal for invitasjon til markedet?",
        "Har dere en god mal?",
        "Finst det eit skjema for effekt?",
        "Har I en skabelon til indstillingen?",
        "Har ni en mall för avtalet?",
        "Is there a template for the plan?",
        "Trenger et oppsett for en sak til kommunestyret",
        "Har I et udkast til en invitation?",
    ],
    "broad": [
        "Gi meg en oversikt over virkemidlene",
        "Giv mig et overblik over redskaberne",
        "Ge mig en översikt över verktygen",
        "Give me an overview of the tools",
    ],
    "rule": [
        "Må kunngjøringen ligge på Doffin?",
        "Kan de få male gjerdet?",
        "Gjelder loven fra 100 000? Det står i malen vår.",
        "Vi har fått en fin dansk mal. Gjelder paragrafen hos oss?",
        "Our template says 5 million. Must we change it?",
        "Skal kontrakten deles op?",
        "Får en förening lämna anbud?",
        "Are grants a kind of state aid?",
    ],
}


@pytest.fixture(scope="module")
def glossary():
    return Glossary.of(load_glossary(CORPUS / "glossary.yaml"))


def asked(text, glossary, **given):
    settled = {"country": None, "language": None, "filters": Filters(), "places": {}} | given
    return read(text, glossary=glossary, **settled)


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in CUES.items() for text in texts])
def test_the_kind_of_answer_is_told_by_cues_of_each_language(intent, text):
    assert intent_of(text) == intent


def test_a_cue_is_a_whole_word():
    assert intent_of("Må vi lyse ut malerarbeid?") == "rule"


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Hur många sociala företag finns det i landet?", "figure"),
        ("Finns det sociala företag i landet?", "example"),
        ("Hvor mye må være for eierne, og ødelegger det noe at banken har noen aksjer?", "figure"),
        ("Hvor mye må være for eierne? Har noen prøvd det?", "example"),
        ("Kven har ansvaret når ein praktikant skadar seg?", "rule"),
        ("Hvem har alt ansvaret når Nav er med?", "rule"),
        ("Hvem har fått til noe med gamle kontormøbler?", "example"),
        ("Must we publish the exemption?", "rule"),
        ("Må vi bare vælge den, vi kender i forvejen?", "rule"),
        ("Kender I en kommune, der har gjort det?", "example"),
        ("Skal vi ha inn noe om arbeidstrening i avtalen?", "rule"),
        ("Har dere noe om benker og parker?", "example"),
    ],
)
def test_to_have_or_to_know_something_is_not_to_ask_for_examples(question, intent):
    assert intent_of(question) == intent


def test_an_overview_of_experience_is_a_list_of_cases():
    assert intent_of("Gi meg en oversikt over erfaringer fra andre kommuner") == "example"


@pytest.mark.parametrize(
    ("question", "concept", "term"),
    [
        ("Kan vi gi poeng for å ta inn folk uten jobb?", "award-criteria", "tildelingskriterium"),
        ("Må vi give ekstra point til firmaet?", "award-criteria", "tildelingskriterium"),
        ("Kan vi bare ringe et firma?", "direct-award", "direkte tildeling"),
    ],
)
def test_what_people_say_instead_of_a_term_brings_the_term_and_is_no_term_itself(glossary, question, concept, term):
    read_ = asked(question, glossary)
    assert concept in read_.terms
    assert term in read_.expansion
    assert concept not in {name for _, names in glossary.mentions(question) for name in names}


def test_a_norwegian_term_brings_the_danish_and_swedish_ones(glossary):
    read_ = asked("Hvem får by på reserverte kontrakter?", glossary)
    assert "reserved-contract" in read_.terms
    words = " | ".join(read_.expansion)
    assert "reserveret kontrakt" in words
    assert "reserverede kontrakter" in words
    assert "reserverad upphandling" in words
    assert "reserverte kontrakter" not in read_.expansion


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Hvem må byde på reserverede kontrakter?",
            {"reservert kontrakt", "reserverad upphandling", "reserved contract"},
        ),
        ("Vem får delta i reserverad upphandling?", {"reservert kontrakt", "reserveret kontrakt", "reserved contract"}),
        (
            "Who may bid for reserved contracts?",
            {"reservert kontrakt", "reserveret kontrakt", "reserverad upphandling"},
        ),
    ],
)
def test_each_language_leads_back_to_the_others(glossary, text, wanted):
    assert wanted <= set(asked(text, glossary).expansion)


def test_an_abbreviation_brings_its_long_forms_of_both_countries(glossary):
    read_ = asked("Hva er OPI?", glossary)
    assert {"opi-no", "opi-dk"} <= set(read_.terms)
    words = set(read_.expansion)
    assert "offentlig-privat innovasjon" in words
    assert "offentlig-privat innovationssamarbejde" in words
    assert "OPI" not in words


def test_the_longest_term_wins_at_its_place(glossary):
    assert "direct-award" not in glossary.find("En ulovlig direkte anskaffelse gir gebyr")
    assert "illegal-direct-award" in glossary.find("En ulovlig direkte anskaffelse gir gebyr")


def test_terms_stand_in_reading_order_and_once():
    one = Concept("one", {"nb": ("første ting",)})
    two = Concept("two", {"nb": ("andre ting",)}, ("AT (NO)",))
    small = Glossary.of([one, two])
    assert small.find("AT, så første ting og andre ting") == ("two", "one")
    assert small.find("FØRSTE  TING.") == ("one",)
    assert small.find("ingenting her") == small.find("") == ()


def test_a_question_with_many_terms_is_not_drowned_in_words(glossary):
    every = " ".join(c.terms["nb"][0] for c in glossary.concepts.values() if "nb" in c.terms)
    assert len(asked(every, glossary).expansion) == MAX_EXPANSION


def test_a_question_without_terms_adds_nothing(glossary):
    read_ = asked("Når åpner svømmehallen på søndag?", glossary)
    assert read_.terms == ()
    assert read_.expansion == ()


def test_what_is_given_is_kept(glossary):
    filters = Filters(countries=("DK",))
    read_ = asked("Hvem kan delta?", glossary, country="SE", language="en", filters=filters)
    assert (read_.language, read_.country, read_.countries, read_.law, read_.filters) == (
        "en",
        "SE",
        ("SE",),
        ("SE", "EU"),
        filters,
    )
    assert asked("Hvad må kommunen kræve af virksomheden?", glossary).language == "da"


@pytest.mark.parametrize(
    ("question", "countries"),
    [
        ("Are apprentices mandatory in Norway and in Denmark?", {"NO", "DK"}),
        ("Hvilke terskelverdier gjelder i Danmark og Norge?", {"NO", "DK"}),
        ("Hvem får delta etter norske eller svenske regler?", {"NO", "SE"}),
        ("Vi er en norsk kommune og har fått en dansk avtale. Må den kunngjøres?", {"NO"}),
        ("Har dere eksempler fra Norge og Danmark?", {"NO"}),
    ],
)
def test_countries_named_in_one_breath_are_each_answered_for(glossary, question, countries):
    asked = read(question, country="NO", language=None, filters=Filters(), glossary=glossary, places={})
    assert set(asked.countries) == countries
    assert (asked.intent == "comparison") is (len(countries) > 1)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Hva gjør Vestre og Henning Hansen i Bergen?", ("vestre", "henning", "hansen")),
        ("Hvor mange jobber hos Bruverkets verksted i Norge?", ("bruverkets",)),
        ("Vestre har en avtale. Kan vi bruke OPI?", ()),
        ("hva med bruverket?", ()),
    ],
)
def test_names_within_a_sentence_are_noted_places_and_countries_apart(question, named):
    assert names(question, {"bergen": "NO"}) == named


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("I Nordirland giver man point for social værdi. Hvor meget?", ("UK",)),
        ("Hva krever franske kommuner, og hva gjør de i Wien?", ("FR",)),
        ("How many apprentices work on the tunnel to Germany?", ()),
        ("Vi har fått råd av en tysk konsulent.", ()),
    ],
)
def test_the_countries_that_are_spoken_of_are_noted_and_not_those_in_passing(glossary, question, named):
    assert asked(question, glossary).named == named


def test_a_comparison_keeps_both_countries_and_binds_each_to_the_eu(glossary):
    read_ = asked("Hva er forskjellen på Norge og Danmark?", glossary)
    assert set(read_.countries) == {"NO", "DK"}
    assert sorted(read_.law) == ["DK", "EU", "NO"]


@pytest.mark.parametrize(
    ("question", "cases"),
    [
        ("Hvilke kommuner har brukt reserverte kontrakter?", MOST_CASES),
        ("Vilka kommuner har gjort det här?", MOST_CASES),
        ("Which Danish cities have tried it?", MOST_CASES),
        ("sammenlign tre renholdseksempler", 3),
        ("Jämför två exempel från bygg", 2),
        ("Giv mig et overblik over danske erfaringer", MOST_CASES),
        ("Hvem kan delta i en reservert kontrakt?", 0),
        ("Hvilke krav må bedriften oppfylle?", 0),
        ("Har noen kommuner prøvd dette?", 0),
        ("Vilka företag får vara med när bara sociala aktörer släpps in?", 0),
        ("Hvilke bedrifter kan delta?", 0),
    ],
)
def test_a_question_for_many_cases_is_told_from_one_for_an_answer(question, cases):
    assert cases_wanted(question) == cases


def test_a_term_is_seen_inside_a_compound_only_where_both_parts_are_long(glossary):
    assert "cleaning-services" in glossary.inside("sammenlign tre renholdseksempler")
    assert glossary.inside("anbudet") == ()


def test_a_phrase_is_told_with_every_concept_that_it_may_stand_for(glossary):
    mentions = dict(glossary.mentions("Hva er OPI?"))
    assert set(mentions["opi"]) == {"opi-no", "opi-dk"}
