"""Markdown becomes Blocks: every form that the corpus and ordinary notes use."""

import pytest

from assistant.reading.markdown import headings, markdown_blocks, see_also
from assistant.types import Block

SAMPLE = """
# Mal: Et partnerskap om *renhold*

Innledningen går over
to linjer [2].

## Slik gjør dere

<!-- ikke til
leserne -->
1. Spør markedet først. [1][3]
2) Skriv **behovet**
   med egne ord.
   - Nevn [MÅL] og `kode`.
     - Nevn også _tidspunktet_.

a) for enheten
b) for innkjøp

### Vekting

| Kriterium | Vekt |
|---|:---:|
| Pris [4] | [VEKT] % |
| Kvalitet | |

> **Kriteriet.** Vi ser på
> - oppgavene
> b) støtten

> og på [planen](https://example.org/plan "Plan") hos <https://example.org>.

***

* [x] Avtalt med Nav

## Se også

no-et-dokument, dk-et-andet og no-et-dokument
### Også under denne

dk-et-tredje

## Til slutt
Ferdig.
"""


def texts(body: str) -> list[str]:
    return [block.text for block in markdown_blocks(body)]


def test_every_form_becomes_blocks_in_reading_order():
    assert texts(SAMPLE) == [
        "Innledningen går over to linjer.",
        "1. Spør markedet først.",
        "2. Skriv behovet med egne ord.",
        "- Nevn [MÅL] og kode.",
        "- Nevn også tidspunktet.",
        "a) for enheten",
        "b) for innkjøp",
        "Kriterium | Vekt",
        "Pris | [VEKT] %",
        "Kvalitet |",
        "Kriteriet. Vi ser på",
        "- oppgavene",
        "b) støtten",
        "og på planen hos https://example.org.",
        "- Avtalt med Nav",
        "Ferdig.",
    ]


def test_a_block_knows_its_headings_without_the_title_and_its_sources():
    blocks = {block.text: block for block in markdown_blocks(SAMPLE)}
    assert blocks["Innledningen går over to linjer."] == Block("Innledningen går over to linjer.", sources=(2,))
    assert blocks["1. Spør markedet først."].headings == ("Slik gjør dere",)
    assert blocks["1. Spør markedet først."].sources == (1, 3)
    assert blocks["Pris | [VEKT] %"].headings == ("Slik gjør dere", "Vekting")
    assert blocks["Pris | [VEKT] %"].sources == (4,)
    assert blocks["Ferdig."].headings == ("Til slutt",)


def test_see_also_sections_give_ids_and_no_blocks():
    assert see_also(SAMPLE) == ("no-et-dokument", "dk-et-andet", "dk-et-tredje")
    assert not any("dokument" in text or "tredje" in text for text in texts(SAMPLE))


def test_headings_are_given_by_level_as_plain_text():
    assert headings(SAMPLE, 1) == ("Mal: Et partnerskap om renhold",)
    assert headings(SAMPLE, 2) == ("Slik gjør dere", "Se også", "Til slutt")


def test_a_source_marker_leaves_the_punctuation_where_it_belongs():
    assert texts("Det gjelder [1], også her [2][3]. Mer [1] kommer.") == ["Det gjelder, også her. Mer kommer."]
    assert texts("Det gjelder [1] .") == ["Det gjelder."]
    assert markdown_blocks("[3] Først. [1]")[0] == Block("Først.", sources=(3, 1))


def test_brackets_that_are_no_markers_stay():
    line = "Vekt [VÆGT] % i [2026], jf. [§ 8-8 / § 16-9] og […]."
    assert texts(line) == [line]


def test_a_link_on_a_number_is_no_marker():
    assert markdown_blocks("Se punkt [4](https://example.org).") == (Block("Se punkt 4."),)


def test_a_date_at_the_start_of_a_line_begins_no_list_inside_a_paragraph():
    assert texts("Fristen gikk ut\n8. desember.\n1. Nå.") == ["Fristen gikk ut 8. desember.", "1. Nå."]


def test_a_line_that_continues_an_item_joins_it_and_a_paragraph_below_it_does_not():
    assert texts("- ett\nlangt punkt\n\n  Et nytt avsnitt.\n- to") == ["- ett langt punkt", "Et nytt avsnitt.", "- to"]


def test_multiplication_and_snake_case_are_not_emphasis():
    assert texts("2 * 3 * 4, snake_case_name og \\*stjerne\\*") == ["2 * 3 * 4, snake_case_name og *stjerne*"]


def test_emphasis_around_and_inside_emphasis_goes():
    assert texts("***Alt*** og **halv*t* fet** *Hjemmel:* [1] *mer.*") == ["Alt og halvt fet Hjemmel: mer."]


def test_underlined_headings_and_fenced_text_are_read():
    body = "Tittel\n===\n\nDel\n---\n\n```\n# ikke en overskrift\n```\n~~~text\n- rått\n~~~\n"
    assert headings(body, 1) == ("Tittel",)
    assert [(b.text, b.headings) for b in markdown_blocks(body)] == [
        ("# ikke en overskrift", ("Del",)),
        ("- rått", ("Del",)),
    ]


def test_a_second_level_1_heading_is_kept_as_the_outermost_heading():
    blocks = markdown_blocks("# Tittel\n## A\nx\n# Ny del\ny\n## B\nz")
    assert [block.headings for block in blocks] == [("A",), ("Ny del",), ("Ny del", "B")]


def test_a_deeper_heading_ends_with_its_parent():
    blocks = markdown_blocks("## A\n### A1\n#### A1a\nx\n### A2\ny\n## B\nz")
    assert [block.headings for block in blocks] == [("A", "A1", "A1a"), ("A", "A2"), ("B",)]


def test_a_body_without_text_gives_no_blocks():
    assert markdown_blocks("") == ()
    assert markdown_blocks("# Bare en tittel\n\n<!-- uferdig") == ()
    assert markdown_blocks("[1][2]\n\n---\n\n>\n") == ()


def test_windows_line_ends_make_no_difference():
    assert markdown_blocks(SAMPLE.replace("\n", "\r\n")) == markdown_blocks(SAMPLE)


@pytest.mark.parametrize(
    "marks", ["*a b ", "**a ", "_a ", "__a ", "[a ", "[a](b", "![a ", "![a](b", "<http://a", "# a    "]
)
def test_marks_that_are_never_closed_stay_as_they_are_however_many(marks):
    """Each of them was looked for to the end of the line: half a megabyte took from a minute to hours."""
    [block] = markdown_blocks("Innledning " + marks * (500_000 // len(marks)))
    assert block.text.startswith(f"Innledning {marks.strip()}")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("**a** og *b* og __c__ og _d_ og **e", "a og b og c og d og **e"),
        ("*a **b** c* d*", "a b c d*"),
        ("snake_case_navn og 2 * 3 * 4", "snake_case_navn og 2 * 3 * 4"),
        (r"\*a\* og \_b\_", "*a* og _b_"),
        ("[a [b](https://b.example) c](https://c.example)", "[a b c](https://c.example)"),
        ('[a]( <https://b.example>   "navn" ) og ![bilde](b.png)', "a og bilde"),
        ("``a ` b`` og ```c```", "a ` b og c"),
    ],
)
def test_marks_are_taken_off_where_they_are_closed(line, text):
    assert [block.text for block in markdown_blocks(line)] == [text]


def test_the_marks_that_close_a_heading_are_no_part_of_it():
    assert headings("## Krav ##\n## C#\n## Pris #   ", 2) == ("Krav", "C#", "Pris")
