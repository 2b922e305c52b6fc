"""Whose law a question asks about: who acts, who is only mentioned, the selector, the language, both sides."""

import json
from importlib.resources import files

import pytest

from assistant.finding import jurisdiction, query
from assistant.types import Filters

NAMED = json.loads((files("assistant.finding") / "places.json").read_text(encoding="utf-8"))
PLACES = {
    name.lower(): country
    for country, names in NAMED.items()
    if len(country) == 2
    for name in names
    if name not in NAMED.get("shared", ()) and name not in NAMED.get("ambiguous", ())
}
NO_GLOSSARY = query.Glossary.of(())


def whose(text, language, selected=None):
    return jurisdiction.settle(text, language, selected, PLACES)[0]


def sides(text, language, selected=None):
    return set(jurisdiction.settle(text, language, selected, PLACES, compares=True)[1])


WHO_ACTS = [
    ("Hvilke unntak kan en norsk kommune bruke for innkjøp under grensen?", "nb", "NO"),
    ("Kva krav gjeld i Danmark når ein kommune vil kjøpe utan kunngjering?", "nn", "DK"),
    ("Hvor længe må en svensk kommun binde sig i en ramaftale?", "da", "SE"),
    ("Får en dansk kommun ställa krav på lärlingar i en byggentreprenad?", "sv", "DK"),
    ("May a Swedish municipality limit a competition to sheltered workshops?", "en", "SE"),
    ("What must a Norwegian contracting authority publish before it buys?", "en", "NO"),
    ("Hva sier finske regler om sysselsetting som vilkår?", "nb", "FI"),
    ("Vilka villkor ställer norska kommuner för tillskott till föreningar?", "sv", "NO"),
    ("Hvad må Göteborg kræve af sine entreprenører?", "da", "SE"),
    ("Kan Trondheim holde av en kontrakt for arbeidsinkludering?", "nb", "NO"),
    ("Hva krever udbudsloven av en kantinekontrakt i Danmark?", "nb", "DK"),
    ("Which rules bind authorities in Finland when they buy small?", "en", "FI"),
]

ONLY_MENTIONED = [
    ("En svensk konsulent råder oss til å dele opp. Må en norsk kommune det?", "nb", "NO"),
    ("Vi er en norsk leverandør. Hvilke krav stiller danske kommuner til lærlinger?", "nb", "DK"),
    ("Vores svenske kolleger bruger et andet skema. Hvad kræver danske regler?", "da", "DK"),
    ("En norsk virksomhet vil by i Sverige. Hvem må delta?", "nb", "SE"),
    ("Ett danskt företag frågar om upphandling i Sverige. Hur lång är fristen?", "sv", "SE"),
    ("We have a Danish template. Can a Norwegian municipality use it?", "en", "NO"),
    ("A British colleague asks how the rules work in Denmark.", "en", "DK"),
    ("Kan en dansk kommune give point for jobs, ligesom norske byer?", "da", "DK"),
    ("Har vi i Norge lov til å gjøre det slik som danske kommuner?", "nb", "NO"),
    ("Ei norsk bedrift vil levere til Aarhus. Kva seier reglane i Danmark?", "nn", "DK"),
    ("Kan en norsk kommune inngå avtale som Göteborg har gjort?", "nb", "NO"),
    ("Får en svensk kommun göra som Oslo?", "sv", "SE"),
]

WHERE_THE_ASKER_STANDS = [
    ("Hvor mange ansatte må være i målgruppen?", "nb", None, "NO"),
    ("Kor mange tilsette må vere i målgruppa?", "nn", None, "NO"),
    ("Hvor mange ansatte skal høre til målgruppen?", "da", None, "DK"),
    ("Hur många anställda måste tillhöra målgruppen?", "sv", None, "SE"),
    ("How many employees must belong to the target group?", "en", None, None),
    ("Hvor mange ansatte må være i målgruppen?", "nb", "DK", "DK"),
    ("How many employees must belong to the target group?", "en", "SE", "SE"),
    ("Hvordan gjør vi det hos oss?", "nb", "DK", "DK"),
    ("Hva gjelder i Danmark?", "nb", "NO", "DK"),
    ("Vad gäller i Norge?", "sv", "SE", "NO"),
    ("Hvad siger EU om det?", "da", None, "DK"),
    ("What does EU law say?", "en", None, "EU"),
    ("Danskerne taler om det samme. Hvad må vores kommune?", "da", "DK", "DK"),
    ("Svenska grannar reserverar mer. Vilka regler gäller på deras sida?", "sv", "NO", "SE"),
]

BOTH_SIDES = [
    ("Hva er forskjellen på norske og danske regler for reservasjon?", "nb", None, {"NO", "DK"}),
    ("Hvad er forskellen mellem Danmark og Sverige, når man køber småt?", "da", None, {"DK", "SE"}),
    ("Vad skiljer Norge från Finland?", "sv", "SE", {"NO", "FI"}),
    ("Compare Norwegian and Swedish rules on set-asides", "en", None, {"NO", "SE"}),
    ("Kva er skilnaden mellom reglane våre og dei i Danmark?", "nn", "NO", {"NO", "DK"}),
    ("Hva er forskjellen på reservert kontrakt og reservert for ideelle?", "nb", "NO", {"NO"}),
]


@pytest.mark.parametrize(("text", "language", "country"), WHO_ACTS)
def test_the_law_is_that_of_who_acts_whatever_language_asks(text, language, country):
    assert whose(text, language) == country


@pytest.mark.parametrize(("text", "language", "country"), ONLY_MENTIONED)
def test_a_country_that_is_only_mentioned_does_not_take_over(text, language, country):
    assert whose(text, language) == country


@pytest.mark.parametrize(("text", "language", "selected", "country"), WHERE_THE_ASKER_STANDS)
def test_the_text_goes_before_the_selector_and_the_selector_before_the_language(text, language, selected, country):
    assert whose(text, language, selected) == country


@pytest.mark.parametrize(("text", "language", "selected", "countries"), BOTH_SIDES)
def test_a_comparison_keeps_every_country_that_it_speaks_of(text, language, selected, countries):
    assert sides(text, language, selected) == countries


def test_one_side_alone_is_kept_where_nothing_is_compared():
    text = "Hva er forskjellen på norske og danske regler?"
    country, kept = jurisdiction.settle(text, "nb", None, PLACES, compares=False)
    assert kept == (country,)


def test_where_something_leads_to_is_not_whose_law_holds():
    question = "Hvor mange lærlinger er lovet på tunnelen til Tyskland?"
    assert jurisdiction.settle(question, "nb", "DK", PLACES)[0] == "DK"
    assert jurisdiction.settle("Hvilke regler gjelder i Tyskland?", "nb", "DK", PLACES)[0] == "DE"


def test_nothing_is_settled_without_a_name_a_selector_or_a_language_that_tells():
    assert jurisdiction.settle("Who may take part?", "en", None, PLACES) == (None, ())


@pytest.mark.parametrize(
    ("text", "language", "selected", "country"),
    [
        ("Kan vi reservere kontrakten slik de gjør i Danmark?", "nb", "NO", "NO"),
        ("Kan vi give point for social værdi, og hvordan gør de det i Nordirland?", "da", "DK", "DK"),
        ("Kan me gjere som i Danmark?", "nn", None, "NO"),
        ("Can we reserve contracts as they do in Denmark?", "en", "NO", "NO"),
        ("Kan vi reservere kontrakten? Og hvordan gjør de det i Danmark?", "nb", "NO", "DK"),
        ("Hvordan gjør de det i Danmark?", "nb", "NO", "DK"),
    ],
)
def test_what_others_do_is_an_example_where_it_is_asked_what_we_may(text, language, selected, country):
    assert jurisdiction.settle(text, language, selected, PLACES)[0] == country


@pytest.mark.parametrize(
    ("text", "selected", "law"),
    [
        ("Hva gjelder i Norge?", None, {"NO", "EU"}),
        ("Hva gjelder i Danmark?", "NO", {"DK", "EU"}),
        ("Hva er forskjellen på Norge og Danmark?", None, {"NO", "DK", "EU"}),
    ],
)
def test_eu_rules_may_be_cited_beside_those_of_the_country(text, selected, law):
    asked = query.read(text, country=selected, language="nb", filters=Filters(), glossary=NO_GLOSSARY, places=PLACES)
    assert set(asked.law) == law


def test_a_place_counts_only_where_it_is_written_as_a_name():
    assert jurisdiction.weigh("Kan Lund kommun göra så?", {"lund": "SE"}) == {"SE": jurisdiction.PLACE}
    assert jurisdiction.weigh("en lund med trær", {"lund": "SE"}) == {}


@pytest.mark.parametrize("text", ["mennesker i norgeshistorien", "Danmarksgade ved Euroen", "udkast og dkk", ""])
def test_a_country_inside_another_word_is_not_named(text):
    assert jurisdiction.weigh(text, {}) == {}


def test_names_of_countries_are_taken_out_and_the_rest_stays():
    assert jurisdiction.without_countries("Hva med Danmark?").split() == ["Hva", "med", "?"]
    assert jurisdiction.without_countries("Hva med kantina?") == "Hva med kantina?"
    assert "udbudsloven" in jurisdiction.without_countries("Hva sier udbudsloven i Danmark?")


def test_where_countries_stand_is_told_and_a_statute_is_none():
    text = "Gjelder det også i Danmark, eller bare norske kommuner etter udbudsloven?"
    assert [text[a:b] for a, b in jurisdiction.mentions(text)] == ["Danmark", "norske"]
    assert jurisdiction.mentions("Hvem kan delta?") == []


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("I Nordirland giver man point for social værdi. Hvor mange?", "UK"),
        ("How many points does Northern Ireland give?", "UK"),
        ("Hva gjør de i Irland?", "IE"),
        ("Vad kräver Belgien av leverantören?", "BE"),
    ],
)
def test_a_country_that_only_examples_come_from_is_known_by_its_name(text, country):
    named = jurisdiction.weigh(text, {})
    assert set(named) == {country}
