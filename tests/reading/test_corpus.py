"""The corpus format: what a file gives, and what each mistake in it is answered with."""

from pathlib import Path

import pytest

from assistant.errors import CorpusError
from assistant.reading.corpus import check, dangling, derive, has_front_matter, load_glossary, parse
from assistant.types import Card, Figure, Question, Source

FRONT = """\
id: no-byen-og-verkstedet
kind: case
title: "Byen og verkstedet: reparasjon"
language: nb
country: "NO"
summary: Kort sagt.
topics: [social-enterprise, circular-economy]
as_of: 2024-05
public_partners: [Byen kommune]
models: [reserved-contract]
start: 2019
end: null
results:
  - {value: 12.5, what: prosent, period: 2023, source: 1}
sources:
  - {id: 1, title: Rapport, publisher: Byen, url: https://example.org/r, published: 2024-05-17}
  - {id: 2, title: Avis, publisher: Avisen, url: http://example.org/a, published: null}
questions:
  - {q: Hvem reparerer?, language: nn, section: Hva det er}
answers:
  - {q: Hvad laver de?, language: da, sentence: Verkstedet rep}
"""
BODY = """
# Byen og verkstedet: reparasjon

## Hva det er
Verkstedet reparerer. [1][2]
"""
PATH = Path("cases/no-byen-og-verkstedet.md")


def text(front: str = FRONT, body: str = BODY) -> str:
    return f"---\n{front}---\n{body}"


def changed(old: str, new: str) -> str:
    assert FRONT.count(old) == 1
    return text(FRONT.replace(old, new))


def complaint(source: str, path: Path = PATH) -> str:
    with pytest.raises(CorpusError) as caught:
        parse(source, path)
    assert path.name in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def test_a_file_gives_its_card_its_body_and_the_line_of_the_body():
    card, body, line = parse(text(), PATH)
    assert card == Card(
        id="no-byen-og-verkstedet",
        kind="case",
        title="Byen og verkstedet: reparasjon",
        language="nb",
        country="NO",
        summary="Kort sagt.",
        topics=("social-enterprise", "circular-economy"),
        as_of="2024-05",
        public_partners=("Byen kommune",),
        models=("reserved-contract",),
        start=2019,
        results=(Figure("12.5", "prosent", "2023", 1),),
        sources=(
            Source(1, "Rapport", "Byen", "https://example.org/r", "2024-05-17"),
            Source(2, "Avis", "Avisen", "http://example.org/a"),
        ),
        questions=(Question("Hvem reparerer?", "nn", "Hva det er"),),
        answers=(Question("Hvad laver de?", "da", None, "Verkstedet rep"),),
    )
    assert body == BODY
    assert text().split("\n")[line - 1 :] == BODY.split("\n")


def test_byte_order_mark_windows_line_ends_and_a_first_comment_make_no_difference():
    assert parse("\ufeff" + text("# a comment\n\n" + FRONT).replace("\n", "\r\n"), PATH)[0] == parse(text(), PATH)[0]


@pytest.mark.parametrize(
    ("written", "read"), [("2024", "2024"), ("2024-05-17", "2024-05-17"), ('"2024-05"', "2024-05")]
)
def test_a_date_is_a_year_a_month_or_a_day_however_yaml_reads_it(written, read):
    assert parse(changed("as_of: 2024-05", f"as_of: {written}"), PATH)[0].as_of == read


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: case", "kind: story", 'kind: "story" is not allowed; allowed: case, guidance, template'),
        (
            "language: nb",
            "language: no",
            "language: YAML reads a bare yes or no as true or false; allowed: nb, nn, da, sv, en",
        ),
        ("language: nb", "language: fi", 'language: "fi" is not allowed'),
        ('country: "NO"', "country: NO", 'country: an unquoted NO is the boolean false in YAML; write country: "NO"'),
        ('country: "NO"', "country: Norge", 'country: "Norge" is not a country; write two capital letters'),
        (
            "[social-enterprise,",
            "[social-enterprises,",
            '"social-enterprises" is not allowed (did you mean "social-enterprise"?)',
        ),
        ("[reserved-contract]", "[reserved]", 'models: "reserved" is not allowed'),
        ("[Byen kommune]", "Byen kommune", 'public_partners: "Byen kommune" is not a list of texts; write [one, two]'),
        ("as_of: 2024-05", "as_of: 2024-13", 'as_of: "2024-13" is not a date; write YYYY, YYYY-MM or YYYY-MM-DD'),
        ("as_of: 2024-05", "as_of: mai 2024", 'as_of: "mai 2024" is not a date'),
        ("start: 2019", "start: i fjor", 'start: "i fjor" is not a year; write it with digits only, or null'),
        (
            "summary: Kort sagt.",
            "sumary: Kort sagt.",
            'sumary: unknown field (did you mean "summary"?); allowed: id, kind',
        ),
        ("summary: Kort sagt.\n", "", "summary: it is missing"),
        ("summary: Kort sagt.", "summary: [Kort, sagt]", "is not a text; quote it if it holds a colon"),
        ("summary: Kort sagt.", "summary: a\nsummary: b", "summary: it is written more than once; keep one"),
        (
            "id: no-byen-og-verkstedet",
            "id: no-byen",
            'id: "no-byen" is not the file name; call it "no-byen-og-verkstedet"',
        ),
        ("id: no-byen-og-verkstedet", "id: No_Byen", 'id: "No_Byen" is not in kebab-case'),
        ('country: "NO"', 'country: "DK"', 'must begin with the country code, "dk-"'),
        ("- {id: 2,", "- {id: 1,", "sources: id 1 is used more than once"),
        ("- {id: 2,", "- {id: to,", 'sources 2: id: "to" is not a whole number'),
        ("- {id: 2, title: Avis,", "- {id: 2,", "sources 2: title: it is missing"),
        ("http://example.org/a", "www.example.org", 'sources 2: url: "www.example.org" is not an address'),
        ("published: null", "published: i mai", 'sources 2: published: "i mai" is not a date'),
        ("publisher: Avisen", "publishers: Avisen", 'sources 2: publishers: unknown field (did you mean "publisher"?)'),
        ("source: 1}", "source: 7}", "results 1: source 7 is not among the sources"),
        ("value: 12.5, ", "", "results 1: value: it is missing"),
        ("language: nn", "language: ny", 'questions 1: language: "ny" is not allowed'),
        (
            "section: Hva det er",
            "section: Hva er det",
            'no level-2 heading is "Hva er det" (did you mean "Hva det er"?)',
        ),
        (
            "sentence: Verkstedet rep",
            "sentence: Byen rep",
            'answers: nothing reads "Byen rep" (asked "Hvad laver de?")',
        ),
        (", sentence: Verkstedet rep", "", "answers 1: sentence: it is missing"),
        (
            'title: "Byen og verkstedet: reparasjon"',
            "title: Byen",
            'title: it must equal the level-1 heading, which is "Byen og',
        ),
        (
            "results:\n  - {",
            "results:\n  {",
            "results: it must be a list of rows, each written - {value: ..., what: ...}",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(old, new, said):
    assert said in complaint(changed(old, new))


def test_everything_that_is_wrong_comes_in_one_message():
    said = complaint(text(FRONT.replace("kind: case", "kind: story").replace('"NO"', "NO"), BODY.replace("[2]", "[9]")))
    assert "kind:" in said
    assert "country:" in said
    assert "sources: the text cites [9], which is not among them" in said


def test_a_body_without_a_title_is_told():
    assert "title: it must equal the level-1 heading, which is missing" in complaint(text(body="\n## Hva det er\nx\n"))


def test_yaml_that_cannot_be_read_is_told_with_its_line():
    assert ", line 4: the YAML cannot be read" in complaint(
        changed('"Byen og verkstedet: reparasjon"', "Byen: verkstedet")
    )


@pytest.mark.parametrize(
    "front", ["as_of: 2024-13-40\n", "id: " + "[" * 100_000 + "]" * 100_000 + "\n", "id: !!python/name:os.system\n"]
)
def test_values_that_yaml_cannot_hold_are_told(front):
    assert "the YAML cannot be read" in complaint(text(front))


def test_front_matter_that_is_not_closed_or_holds_no_fields_is_told():
    assert "never closed" in complaint("---\n" + FRONT + BODY)
    assert "it holds no fields" in complaint("---\nnote:this is text\n---\n# Tittel\n")


def test_a_rule_at_the_top_is_no_front_matter():
    assert has_front_matter(text())
    assert not has_front_matter("---\n\nBare en strek.\n")
    assert not has_front_matter("# Tittel\n\n---\nid: x\n---\n")


def test_a_text_without_front_matter_gets_a_card_and_its_language_from_the_text():
    card, body, line = parse("# Et lite prosjekt\n\nTekst.", Path("Et lite prosjekt.md"), lambda text: "nn")
    assert card == Card(id="et-lite-prosjekt", kind="case", title="Et lite prosjekt", language="nn")
    assert (body, line) == ("# Et lite prosjekt\n\nTekst.", 1)
    assert parse("Vi har ikke gjort dette før, men det gikk bra.", Path("a.md"))[0].language == "nb"


@pytest.mark.parametrize(
    ("name", "id_", "title"),
    [
        ("Søknad – Ærø & Åre (endelig).docx", "soeknad-aeroe-aare-endelig", "Søknad – Ærø & Åre (endelig)"),
        ("Malmö_Fältrapport.PDF", "malmo-faltrapport", "Malmö Fältrapport"),
        ("mappe/A\u030ar 2.1 rapport", "aar-2-1-rapport", "År 2.1 rapport"),
        ("C:\\saker\\notat.txt", "notat", "notat"),
        ("https://example.org/saker/p%C3%A5-plass.html?side=2#topp", "paa-plass", "på plass"),
        ("https://example.org/", "example", "example"),
        ("???.md", "untitled", "???"),
    ],
)
def test_a_derived_card_takes_id_and_title_from_the_name(name, id_, title):
    card = derive(name, "Ingen overskrift her.", "nb")
    assert (card.id, card.title, card.language, card.country, card.as_of) == (id_, title, "nb", None, None)


def test_a_derived_card_is_never_guidance():
    assert derive("veileder.md", "# Veileder om loven", "nb").kind == "case"


def test_check_is_content_with_a_document_that_fits_together():
    card, body, _ = parse(text(), PATH)
    assert check(card, body) == ()


def test_references_to_documents_that_are_not_there_are_found():
    bodies = {
        "no-en-ting": "# T\nSe no-to-ting og no-tre-ting, men dog-and-pony og en-til-en-møte er ord.\n",
        "no-to-ting": "# T\n## Se også\nno-en-ting, no-ingen, se-helt-ukjent\n",
    }
    assert dangling(bodies) == (
        ("no-en-ting", "no-tre-ting"),
        ("no-to-ting", "no-ingen"),
        ("no-to-ting", "se-helt-ukjent"),
    )


CONCEPTS = """\
- id: opi
  topic: opi
  terms:
    nb: [OPI, offentlig-privat innovasjon]
    fi: [opi]
  abbreviations: [OPI]
  definition: {nb: "Felles utvikling."}
  law: {"DK": "udbudsloven"}
  not_to_be_confused_with:
    - {id: ops, why: {nb: "OPS er finansiering."}}
- id: ops
  terms: {da: [OPS]}
  phrases: {da: [bygge nu og betale senere]}
  definition: {da: "Finansiering."}
"""


def test_a_glossary_gives_its_concepts_from_a_file_or_a_folder(tmp_path):
    (tmp_path / "1.yaml").write_text(CONCEPTS, encoding="utf-8")
    opi, ops = load_glossary(tmp_path / "1.yaml")
    assert (opi.id, opi.topic, opi.abbreviations) == ("opi", "opi", ("OPI",))
    assert opi.terms == {"nb": ("OPI", "offentlig-privat innovasjon"), "fi": ("opi",)}
    assert (opi.phrases, ops.phrases) == ({}, {"da": ("bygge nu og betale senere",)})
    assert (opi.definitions, opi.law) == ({"nb": "Felles utvikling."}, {"DK": "udbudsloven"})
    assert opi.confused_with == (("ops", {"nb": "OPS er finansiering."}),)
    (tmp_path / "2.yaml").write_text("- {id: x, terms: {en: [x]}, definition: {en: X.}}\n", encoding="utf-8")
    assert [concept.id for concept in load_glossary(tmp_path)] == ["opi", "ops", "x"]
    assert ops.confused_with == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- id: ops", "- id: opi", "opi: the id is used more than once"),
        (
            "{id: ops, why",
            "{id: opss, why",
            'opi: not_to_be_confused_with names "opss", which is no concept (did you mean "ops"?)',
        ),
        ("  topic: opi", "  topic: opis", 'opi: topic: "opis" is not allowed'),
        ("    fi: [opi]", "    no: [opi]", 'terms: "False" is not a language'),
        ("  terms: {da: [OPS]}\n", "", "ops: terms: it is missing"),
        ("terms: {da: [OPS]}", "terms: {da: OPS}", "terms da:"),
        ('law: {"DK":', "law: {NO:", "law: False is not a country"),
        ("  abbreviations:", "  abbreviation:", 'abbreviation: unknown field (did you mean "abbreviations"?)'),
        ("- id: ops", "- id: 'ops", "the YAML cannot be read"),
    ],
)
def test_a_mistake_in_the_glossary_is_named(tmp_path, old, new, said):
    assert CONCEPTS.count(old) == 1
    (tmp_path / "glossary.yaml").write_text(CONCEPTS.replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        load_glossary(tmp_path / "glossary.yaml")
    assert said in str(caught.value)
    assert "glossary.yaml" in str(caught.value)


def test_a_glossary_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CorpusError, match=r"glossary\.yaml cannot be read"):
        load_glossary(tmp_path / "glossary.yaml")
