"""A text that nobody has described gets a card with its evidence, and a file that a person can finish."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import CorpusError
from assistant.reading import corpus
from assistant.reading.drafting import draft
from assistant.reading.markdown import markdown_blocks
from assistant.reading.proposing import propose, settled
from assistant.types import Block, Card, Concept, Document

PLACES = {"nordvik": "NO", "sønderby": "DK", "lillstad": "SE", "strandanäs": "FI"}
"""Invented places, so that no real one is told stories about."""

GLOSSARY = (
    Concept(
        "reserved-contract", {"nb": ("reservert kontrakt",), "da": ("reserveret kontrakt",)}, topic="reserved-contracts"
    ),
    Concept("work-placement", {"nb": ("arbeidstrening",), "da": ("virksomhedspraktik",)}, topic="work-inclusion"),
)

CASE = """# Nordvik kommune og Ombruk AS reparerer skolemøbler

Nordvik kommune lyste i 2021 ut en reservert kontrakt på reparasjon av møbler fra skolene. Inkluderingsbedriften Ombruk AS
vant konkurransen og gir arbeidstrening til langtidsledige i verkstedet på havna.

## Slik virker det

Verkstedet har lakkert 887 pulter siden oppstarten i 2019.

- Tolv av 20 deltakere har fått fast jobb.
- Avtalen løper til 30. juni 2025.

– Dette er starten på noe større, sier daglig leder Ola Hansen.
"""


def document(text, language="nb", origin="tekst.txt", name="ombruk"):
    derived = corpus.derive(name, text, language)
    return Document(derived, markdown_blocks(text), "", origin)


def proposed(text, language="nb", near=(), **more):
    return propose(document(text, language, **more), GLOSSARY, PLACES, lambda *_: near, 2026)


def test_a_case_gets_what_its_text_tells():
    card = proposed(CASE).card
    assert (card.id, card.kind, card.language, card.country) == ("no-ombruk", "case", "nb", "NO")
    assert card.title == "Nordvik kommune og Ombruk AS reparerer skolemøbler"
    assert card.public_partners == ("Nordvik kommune",)
    assert card.inclusion_partners == ("Ombruk AS",)
    assert "reserved-contract" in card.models
    assert "reserved-contracts" in card.topics
    assert "repair" in card.sectors
    assert card.target_groups == ("long-term unemployed",)
    assert (card.start, card.end, card.as_of) == (2019, 2025, "2021")
    assert ("887", "pulter siden oppstarten i") in [(figure.value, figure.what) for figure in card.results]


def test_every_field_that_is_filled_in_has_evidence_that_stands_in_the_text():
    found = proposed(CASE)
    text = "\n".join([found.card.title, *(block.text for block in found.document.blocks)])
    empty = {"id", "kind", "sources", "questions"}
    filled = {
        name
        for name in Card.__dataclass_fields__
        if getattr(found.card, name) not in (None, "", ()) and name not in empty
    }
    assert filled == set(found.evidence)
    for name in filled - {"summary"}:
        assert all(quote in text for quote in found.evidence[name]), name
    assert all(sentence in text for sentence in found.card.summary.split(". "))


@pytest.mark.parametrize(
    ("text", "language", "country"),
    [
        ("Sønderby Kommune har fået en aftale om rengøring.", "da", "DK"),
        ("Lillstads kommun köper städning av ett socialt företag.", "sv", "SE"),
        ("Strandanäs kommun köper städning av ett socialt företag.", "sv", "FI"),
        ("The Danish municipality of Sønderby buys cleaning from a social enterprise.", "en", "DK"),
        ("Firmaet Rens ApS samarbejder med et jobcenter.", "da", "DK"),
        ("Kontrakten følger anskaffelsesloven, og Nav følger opp deltakerne.", "nb", "NO"),
        ("Kommunen kjøper renhold av en bedrift.", "nb", "NO"),
        ("The city buys cleaning from a social enterprise.", "en", None),
    ],
)
def test_the_country_is_told_by_the_text_and_by_the_language_only_at_last(text, language, country):
    assert proposed(f"# Renhold\n\n{text}", language).card.country == country


def test_an_address_tells_the_country_of_an_english_text():
    text = "# Cleaning\n\nThe city buys cleaning from a social enterprise."
    assert proposed(text, "en", origin="https://renhold.example.se/case").card.country == "SE"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Nordvik kommune kjøper renhold av en bedrift.", "NO"),
        ("Kommunen kjøper renhold av en bedrift.", None),
        ("Nordvik kommune og Sønderby Kommune kjøper renhold sammen.", None),
    ],
)
def test_only_a_country_that_is_named_clearly_is_settled_without_a_person(text, country):
    card, evidence = settled(document(f"# Renhold\n\n{text}"), PLACES)
    assert card.country == country
    assert ("country" in evidence) == (country is not None)
    assert card.kind == "case"


def test_an_adjective_before_kommune_names_no_municipality():
    text = "# Prosjektet\n\nInkluderende Kommune er et prosjekt. Nordvik kommune er med, og norske kommuner kan lære."
    assert proposed(text).card.public_partners == ("Nordvik kommune",)


def test_persons_are_no_organisations():
    text = (
        "# Verkstedet\n\nNordvik kommune kjøper av Ombruk AS. – Det går godt, sier Kari Nordli. Kari Nordli leder "
        "verkstedet. Kari Nordli har vært der lenge."
    )
    card = proposed(text).card
    assert "Kari Nordli" not in (*card.public_partners, *card.private_partners, *card.inclusion_partners)


@pytest.mark.parametrize("form", ["A/S", "ApS", "AS", "AB"])
def test_a_company_is_known_by_its_form(form):
    text = f"# Rengøring\n\nSønderby Kommune har lavet en aftale med Blank Rude {form} om rengøring."
    assert proposed(text, "da").card.private_partners == (f"Blank Rude {form}",)


def test_a_municipality_of_two_words_is_whole():
    places = {**PLACES, "nordre og søre vik": "NO", "nordre og vik": "NO"}
    found = propose(document("# Avtale\n\nNordre og Vik kommune har en avtale."), GLOSSARY, places, lambda *_: (), 2026)
    assert found.card.public_partners == ("Nordre og Vik kommune",)


def test_what_documents_alike_are_labelled_counts_and_is_named_as_evidence():
    like = Card("no-annen", "case", "En annen", "nb", "NO", models=("grant-partnership",), topics=("financing",))
    found = proposed("# Renhold\n\nEn avtale om en ny måte å gjøre dette på.", near=[(like, 0.9)])
    assert found.card.models == ("grant-partnership",)
    assert found.evidence["models"] == ("like no-annen",)


def test_a_text_full_of_sections_is_guidance_and_one_with_places_to_fill_in_a_template():
    rules = "# Reglene\n\nEtter § 3 skal kommunen lyse ut. § 4 har unntak. Se § 5."
    form = "# Avtale\n\nMellom [kommunens navn] og [bedriftens navn] er det inngått avtale fra [dato]."
    assert proposed(rules).card.kind == "guidance"
    assert proposed(form).card.kind == "template"
    assert proposed(rules).card.results == ()


def test_years_days_and_sections_are_no_figures():
    text = "# Avtale\n\nFra 2019 til 8. mai 2021 fulgte de § 30 punkt 2. Da hadde 14 personer fått jobb."
    assert [(figure.value, figure.what) for figure in proposed(text).card.results] == [("14", "personer fått jobb")]


def test_a_year_ahead_of_the_text_is_not_its_date():
    text = "# Avtale\n\nAvtalen ble inngått i 2019 og løper til 2024. Målet er nådd i 2040."
    assert proposed(text).card.as_of == "2019"


def test_the_day_of_publication_that_a_file_states_is_its_date():
    bare = document(CASE)
    dated = replace(bare, card=replace(bare.card, as_of="2022-05-04"))
    card = propose(dated, GLOSSARY, PLACES, lambda *_: (), 2026).card
    assert (card.as_of, card.sources[0].published) == ("2022-05-04", "2022-05-04")


def test_a_text_that_tells_nothing_leaves_the_fields_empty():
    card = proposed("# Notes\n\nOne two three.", "en").card
    assert (card.country, card.as_of, card.models, card.public_partners, card.results) == (None, None, (), (), ())


def test_the_draft_is_read_back_as_it_was_proposed(tmp_path):
    found = proposed(CASE)
    path = tmp_path / f"{found.card.id}.md"
    path.write_text(draft(found), encoding="utf-8")
    card, body, _ = corpus.parse(path.read_text(encoding="utf-8"), path)
    assert card == found.card
    blocks = markdown_blocks(body)
    assert [replace(block, sources=()) for block in blocks] == [
        replace(block, sources=()) for block in found.document.blocks
    ]
    assert {block.sources for block in blocks} == {(1,)}


ODD = (
    "Stjerner * og *kursiv*, _understrek_ og snake_case, `kode` og **fet**",
    "En lenke [tekst](https://a.example) og et merke [1] og [12]",
    "# ingen overskrift",
    "> ingen sitat",
    "<!-- ingen kommentar -->",
    "- et punkt med [1] i",
    "2. et steg med * i",
    "a | b*c | [1]",
    "d | e_f_ | \\ g",
    "– Et sitat, sier hun.",
    "Det koster 5 < 6 kr: «ja» | nei",
    "--- ",
)


@pytest.mark.parametrize("text", ODD)
def test_marks_in_the_text_are_text_in_the_draft(text, tmp_path):
    found = proposed(CASE)
    blocks = (
        Block("Først dette.", ("En * to",)),
        Block(text.strip(), ("En * to", "Tre # fire")),
        Block("Så dette.", ("En * to",)),
    )
    written = draft(replace(found, document=replace(found.document, blocks=blocks)))
    path = tmp_path / "no-ombruk.md"
    _, body, _ = corpus.parse(written, path)
    assert [(b.text, b.headings) for b in markdown_blocks(body)] == [(b.text, b.headings) for b in blocks]


def test_titles_and_quotes_with_yaml_marks_are_read_back(tmp_path):
    odd = 'Avtale: «sosial» # 1 "ny" \\ – [ja], {nei}'
    found = proposed(CASE)
    card = replace(found.card, title=odd, summary=odd, public_partners=(odd,))
    written = draft(replace(found, document=replace(found.document, card=card)))
    assert corpus.parse(written, tmp_path / "no-ombruk.md")[0] == card


def test_a_draft_that_lacks_what_the_text_does_not_tell_names_it_to_the_person(tmp_path):
    found = proposed("# Notes\n\nOne two three four five six seven.", "en")
    with pytest.raises(CorpusError) as error:
        corpus.parse(draft(found), Path(tmp_path / "ombruk.md"))
    assert "country: it is missing" in str(error.value)
    assert "as_of: it is missing" in str(error.value)


def test_the_documents_alike_tell_the_kind_where_the_form_leaves_it_open():
    def alike(_, kind):
        cosine = {"guidance": 0.95, "case": 0.9, "template": 0.88}[kind]
        return [(Card(f"no-{kind}-{n}", kind, "Noe", "nb"), cosine) for n in range(8)]

    found = propose(document(CASE), GLOSSARY, PLACES, alike, 2026)
    assert (found.card.kind, found.evidence["kind"]) == ("guidance", ("like no-guidance-0",))
    few = propose(document(CASE), GLOSSARY, PLACES, lambda text, kind: alike(text, kind)[:3], 2026)
    assert few.card.kind == "case"


@pytest.mark.parametrize(
    ("sentence", "start"),
    [
        ("Ordningen ble etablert i mars 2018 og gikk videre i 2020.", 2018),
        ("I 2016 startet samarbeidet.", 2016),
        ("Pilotprosjektet (2013–2015) kom først.", 2013),
        ("Avisen skrev om det i 2016.", None),
        ("Lov 1397/2016 ble vedtatt.", None),
    ],
)
def test_it_began_in_the_earliest_year_in_which_something_is_said_to_begin(sentence, start):
    text = f"# Ombruk AS\n\nNordvik kommune gir arbeidstrening. {sentence}\n"
    assert proposed(text).card.start == start


@pytest.mark.parametrize(
    ("sentence", "private", "inclusion"),
    [
        ("Bak står den sosialøkonomiske virksomheten Huset Havn.", (), ("Huset Havn",)),
        ("I fjor vant Strandgruppen, og Strandgruppen leverer nå renholdet.", ("Strandgruppen",), ()),
        ("Kommunen har inngått avtale med Varehuset Vest om plasser.", ("Varehuset Vest",), ()),
        ("Midt i byen ligger torget Store Plass, og Store Plass er stor.", (), ()),
    ],
)
def test_a_partner_is_known_by_what_it_is_and_does(sentence, private, inclusion):
    card = proposed(f"# Arbeid på havna\n\nNordvik kommune gir arbeidstrening. {sentence}\n").card
    assert (card.private_partners, card.inclusion_partners) == (private, inclusion)
