"""What Explore is given of cases: rows for the browser, the page of a case, a comparison, files to take along."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document as WordFile
from openpyxl import load_workbook

from assistant import intake
from assistant.reading.labels import groups
from assistant.reading.vocabulary import MODELS, TOPICS
from assistant.serving import casebook, comparing, exporting, words
from assistant.types import Block, Card, Document, Figure, Source

CASES = Path(__file__).parents[2] / "corpus" / "cases"
HOSTILE = '<img src=x onerror="alert(1)">'


def shipped(name: str) -> Document:
    path = CASES / f"{name}.md"
    return intake.read(path, str(path), None, {})


@pytest.fixture(scope="module")
def vestre() -> Document:
    return shipped("no-vestre-unikum")


@pytest.fixture(scope="module")
def telge() -> Document:
    return shipped("se-telge-tillvaxt")


@pytest.fixture
def hostile() -> Document:
    card = Card(
        "x",
        "case",
        HOSTILE,
        "nb",
        "NO",
        summary=HOSTILE,
        public_partners=(HOSTILE,),
        results=(Figure("=1+1", HOSTILE, HOSTILE, 1), Figure("2", HOSTILE)),
        sources=(Source(1, HOSTILE, HOSTILE, "javascript:alert(1)"),),
    )
    return Document(card, (Block(HOSTILE, (HOSTILE, HOSTILE), sources=(1,)),), "h")


def test_every_model_and_topic_has_words() -> None:
    keys = {f"model.{model}" for model in MODELS} | {f"topic.{topic}" for topic in TOPICS}
    assert keys <= set(words.table())


def test_every_sector_of_the_shipped_cases_has_words_but_no_two_the_same() -> None:
    written = {sector for path in CASES.rglob("*.md") for sector in shipped(path.stem).card.sectors}
    named = {sector: words.named("sector", casebook.plain_sector(sector), "nb") for sector in written}
    assert len(set(named.values())) == len(written) > 40
    assert "Reinhald" in casebook.facts(Card("a", "case", "A", "nb", sectors=("cleaning",)), "nn")["case.sector"]


def test_target_groups_are_filtered_by_a_short_list_that_loses_no_case() -> None:
    cards = [shipped(path.stem).card for path in CASES.rglob("*.md")]
    found = {row["id"]: row["group"] for row in casebook.rows(cards, groups)}
    assert all(found[card.id] for card in cards if card.target_groups)
    written = {group for card in cards for group in card.target_groups}
    assert len({group for names in found.values() for group in names}) < 25 < 80 < len(written)
    known = {group for names in found.values() for group in names if len(names) > 1}
    assert {words.named("group", group, "nb") for group in known} > {
        "Langtidsledige",
        "Unge",
        "Fleksjobbere (dansk ordning)",
    }


def test_a_target_group_is_known_in_every_language_and_an_unknown_one_stands_as_written() -> None:
    card = Card("a", "case", "A", "da", target_groups=("unge afsonere", "langtidsledige", "nye naboer"))
    (row,) = casebook.rows([card], groups)
    assert row["group"] == ("young people", "former prisoners", "long-term unemployed", "nye naboer")
    assert row["for"] == card.target_groups


def test_a_target_group_that_a_nordic_case_words_in_english_has_the_readers_words_on_its_page() -> None:
    cards = [shipped(path.stem).card for path in CASES.rglob("*.md")]
    english = {group for card in cards if card.language != "da" for group in card.target_groups}
    assert {group for group in english if f"group.{group}" not in words.table()} == set()
    card = Card("a", "case", "A", "nb", target_groups=("people with reduced work capacity", "unge afsonere"))
    assert casebook.facts(card, "nn")["case.group"] == ("Personar med nedsett arbeidsevne", "unge afsonere")


def test_a_partner_in_two_parts_is_named_once_and_a_figure_is_written_as_the_reader_writes_it() -> None:
    card = Card(
        "a", "case", "A", "nb", public_partners=("Asker",), private_partners=("Arba",), inclusion_partners=("Arba",)
    )
    assert casebook.partners(card) == ("Asker", "Arba")
    assert casebook.figure_text(Figure("1.5", "millioner kroner"), "nb") == "1,5 millioner kroner"


def test_only_cases_become_rows_and_a_partner_is_counted_without_the_aside(vestre: Document) -> None:
    (row,) = casebook.rows([vestre.card, replace(vestre.card, id="law", kind="guidance")], groups)
    assert row["public"] == ["Oslo kommune"]
    assert row["sector"] == ["street furniture", "maintenance", "repair"]
    assert (row["year"], row["period"], row["figure"]) == (2018, "2018–", ["887", "Vestre-benker oljet og reparert"])


@pytest.mark.parametrize(
    ("start", "end", "told"), [(2018, None, "2018–"), (2018, 2022, "2018–2022"), (2020, 2020, "2020"), (None, None, "")]
)
def test_a_period_is_written_as_people_write_it(start: int | None, end: int | None, told: str) -> None:
    assert casebook.period(Card("a", "case", "A", "nb", start=start, end=end)) == told


def test_a_page_tells_everything_that_the_document_holds(vestre: Document, telge: Document) -> None:
    guidance = replace(telge.card, id="no-law", title="Regelen", kind="guidance")
    page = casebook.page_html(vestre, (telge.card,), (guidance,), "nb")
    for told in (
        "Kjøp mellom private",
        "Vestre AS",
        "Unikum AS",
        "<b>887</b>",
        "Hva som gjorde at det virket",
        "Fallgruver",
    ):
        assert told in page
    assert 'href="https://vestre.com/no/aktuelt/' in page
    assert 'href="#explore/case/se-telge-tillvaxt" lang="sv"' in page
    assert page.index("Regelen") < page.index("Telge")
    assert page.count("<li>") >= len([block for block in vestre.blocks if block.text.startswith("- ")])


def test_rows_of_a_document_become_a_table_with_headings() -> None:
    lines = ("År | Jobb", "2020 | 5", "2021 | 9", "Så mye ble det.")
    blocks = tuple(Block(line, ("Resultater",)) for line in lines)
    page = casebook.page_html(Document(Card("a", "case", "A", "nb"), blocks, "h"), (), (), "nb")
    assert '<th scope="col">År</th><th scope="col">Jobb</th>' in page
    assert "<td>2021</td><td>9</td>" in page
    assert "<p>Så mye ble det.</p>" in page


def test_nothing_in_a_document_acts_as_markup(hostile: Document) -> None:
    made = comparing.compared((hostile, hostile), "nb")
    for html in (casebook.page_html(hostile, (hostile.card,), (), "nb"), comparing.compare_html(made, "nb")):
        assert "<img" not in html
        assert "javascript:" not in html


def test_cases_stand_side_by_side_each_in_its_own_words(vestre: Document, telge: Document) -> None:
    made = comparing.compared((vestre, telge), "en")
    rows = {row.key: row.cells for row in made.rows}
    assert rows["case.country"] == (("Norway",), ("Sweden",))
    assert rows["case.model"] == (
        ("Private purchase", "Employment partnership"),
        ("Joint project", "Employment partnership"),
    )
    assert rows["case.how"][0][0].startswith("Oppdragsgiver er privat")
    assert rows["case.worked"][1][1].startswith("Anställning från dag ett")
    assert rows["case.pitfalls"][0][0].startswith("Den eneste kilden")
    assert rows["case.results"][1][0] == "1233 unga vuxna anställda sedan starten (2011–april 2021)"
    html = comparing.compare_html(made, "en")
    assert html.count('<th scope="col">') == 3
    assert "Pitfalls" in html


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.md"))[::9])
def test_every_shipped_case_has_its_sections_in_the_comparison(name: str) -> None:
    document = shipped(name)
    keys = {row.key for row in comparing.compared((document, document), "nb").rows}
    assert {"case.summary", "case.how", "case.pitfalls", "case.sources"} <= keys


@pytest.mark.parametrize("count", [0, 1, 5])
def test_one_case_or_five_are_not_compared(vestre: Document, count: int) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        comparing.compared((vestre,) * count, "nb")


def test_a_row_that_no_case_fills_is_left_out(hostile: Document) -> None:
    assert "case.private" not in {row.key for row in comparing.compared((hostile, hostile), "nb").rows}


FORMULAS = ("=1+1", "+47 12", "-5 %", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0")


@pytest.fixture
def formulas() -> comparing.Comparison:
    cards = (Card("a", "case", "=HYPERLINK(1)", "nb"), Card("b", "case", "B\x00\x0b", "nb"))
    return comparing.Comparison(cards, tuple(comparing.Row("case.summary", ((text,), ("•",))) for text in FORMULAS))


def test_no_cell_of_a_csv_file_is_a_formula(formulas: comparing.Comparison) -> None:
    made = exporting.exported(formulas, "csv", "nb")
    read = list(csv.reader(io.StringIO(made.decode("utf-8-sig")), delimiter=";"))
    assert made.startswith(b"\xef\xbb\xbf")
    assert read[0] == ["Hva", "'=HYPERLINK(1)", "B"]
    assert [row[1] for row in read[1:]] == [f"'{text}" for text in FORMULAS]


def test_every_cell_of_a_sheet_is_text(formulas: comparing.Comparison) -> None:
    sheet = load_workbook(io.BytesIO(exporting.exported(formulas, "xlsx", "nb"))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [sheet.cell(y, 2).value for y in range(2, 8)] == list(FORMULAS)
    assert all(sheet.cell(y, 2).quotePrefix for y in range(1, 8))
    assert not sheet.cell(2, 3).quotePrefix


def test_a_word_file_holds_the_table(vestre: Document, telge: Document) -> None:
    made = WordFile(io.BytesIO(exporting.exported(comparing.compared((vestre, telge), "nb"), "docx", "nb")))
    (table,) = made.tables
    assert made.paragraphs[0].text == "Eksempler side om side"
    assert [cell.text for cell in table.rows[0].cells] == ["Hva", vestre.card.title, telge.card.title]
    assert "• Kjøp mellom private\n• Partnerskap om arbeid" in [cell.text for row in table.rows for cell in row.cells]


def test_a_word_file_takes_control_characters_out(formulas: comparing.Comparison) -> None:
    assert WordFile(io.BytesIO(exporting.exported(formulas, "docx", "nb"))).tables[0].cell(0, 2).text == "B"


def test_an_unknown_form_of_file_is_an_error(formulas: comparing.Comparison) -> None:
    with pytest.raises(ValueError, match="not made as exe"):
        exporting.exported(formulas, "exe", "nb")
