"""Answers for the case file: what the Word, Markdown and PDF files hold, and what is copied."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import docx
import pypdf
import pytest

from assistant.serving import casefile
from assistant.serving.markdown import inert, markdown
from assistant.serving.pdf import pdf
from assistant.serving.pieces import Heading, Line, Table
from assistant.serving.word import docx as written
from assistant.serving.words import LANGUAGES
from assistant.types import Answer, Notice, Refusal, Reply, Turn
from tests.serving.test_render import hostile_answer

TODAY = date(2026, 11, 21)
RULE = "Hvem kan delta i en reservert kontrakt?"


def word_file(turns: tuple[Turn, ...], language: str = "nb") -> Any:
    return docx.Document(io.BytesIO(casefile.exported(turns, "docx", language, TODAY)))


def pdf_file(turns: tuple[Turn, ...], language: str = "nb") -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(casefile.exported(turns, "pdf", language, TODAY)))


def text_of(document: Any) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


@pytest.fixture
def rule_turn(rule_answer: Answer) -> Turn:
    return Turn(RULE, replace(rule_answer, notices=(Notice("country-assumed", ("NO",)),)))


def test_a_word_file_holds_question_answer_sources_notices_law_day_and_that_it_is_no_legal_advice(
    rule_turn: Turn,
) -> None:
    document = word_file((rule_turn,))
    text = text_of(document)
    about = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert about["Hentet ut"] == "21. november 2026"
    assert about["Regler lagt til grunn"] == "Norge"
    assert text.startswith(f"Svar med kilder\n{RULE}\nDu har ikke valgt land. Jeg har gått ut fra reglene i Norge.\n")
    assert "Norske oppdragsgivere kan reservere konkurransen. [1] To vilkår" in text
    assert "[1] «Norske oppdragsgivere kan reservere konkurransen.» (Kort svar)" in text
    assert "Danmark · Veiledning · Gjelder per juni 2025" in text
    assert "Lovdata, 12. august 2016 https://lovdata.no/dokument/SF/forskrift/2016-08-12-974" in text
    assert "ikke juridisk rådgivning" in text
    assert document.core_properties.title == "Svar med kilder"
    assert document.sections[0].footer.paragraphs[0].text.startswith("Partnerskap for inkludering · 21. november")


def test_sources_come_in_order_of_use_each_document_once(rule_turn: Turn) -> None:
    text = text_of(word_file((rule_turn,)))
    assert text.index("[2] «To vilkår") < text.index("[3] «Mindst 30 pct.")
    assert text.count("Reserverte kontrakter for virksomheter") == 1


def test_a_word_file_is_a4_in_the_language_of_its_words_and_marks_what_is_in_another(rule_turn: Turn) -> None:
    content = casefile.exported((rule_turn,), "docx", "sv", TODAY)
    page = docx.Document(io.BytesIO(content)).sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        styles, body = (packed.read(f"word/{name}.xml").decode() for name in ("styles", "document"))
        outside = [name for name in packed.namelist() if b'TargetMode="External"' in packed.read(name)]
    assert 'w:val="sv-SE"' in styles
    assert 'w:val="da-DK"' in body
    assert outside == []


def test_each_list_of_steps_in_a_word_file_begins_at_one(replies: dict[str, Reply]) -> None:
    steps = Turn("steg for steg", replies["steg for steg"])
    document = word_file((steps, steps))
    numbered = [p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.name == "List Number"]
    assert len(numbered) == 12
    assert len(set(numbered)) == len({numbered[0], numbered[6]}) == 2


def test_a_table_in_a_word_file_repeats_its_head_on_every_page() -> None:
    made = docx.Document(io.BytesIO(written("T", [Table((("a", "b"), ("c", "d"))), Table((("e",),))], "nb")))
    first, second = made.tables
    assert first.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert second.rows[0].cells[0].text == "e"


def test_a_pdf_has_title_language_outline_and_its_fonts_inside(rule_turn: Turn) -> None:
    made = pdf_file((rule_turn,), "da")
    assert made.metadata.title == "Svar med kilder"
    assert made.root_object["/Lang"] == "da"
    assert made.root_object["/ViewerPreferences"]["/DisplayDocTitle"]
    assert made.outline[0].title == RULE
    fonts = [font.get_object() for page in made.pages for font in page["/Resources"]["/Font"].get_object().values()]
    shown = [font for font in fonts if "SourceSans" in font["/BaseFont"]]
    assert shown
    assert all("/FontFile2" in font["/FontDescriptor"] for font in shown)
    text = " ".join("".join(page.extract_text() for page in made.pages).split())
    assert "[3] »Mindst 30 pct. af de beskæftigede hos aktøren skal høre til målgruppen.« (Kort svar)" in text
    assert "ikke juridisk rådgivning" in text


def test_a_pdf_takes_every_nordic_letter_a_row_taller_than_a_page_and_hostile_words() -> None:
    letters = "ÆØÅÄÖæøåäöéüČĐŊŠŦŽčđŋšŧž §«»”“–—…≥½→"
    long = Table((("a", "b"), ("ord " * 4000, "<b>x</b> & <img src='x'/>")))
    made = pypdf.PdfReader(io.BytesIO(pdf("T", [Line(letters), long, Line("&amp; <para>", "step")], "nb")))
    text = "".join(page.extract_text() for page in made.pages)
    assert letters.replace(" ", "") in text.replace(" ", "").replace("\n", "")
    assert len(made.pages) > 2
    assert "<img src='x'/>" in text
    assert "&amp; <para>" in text


def test_a_conversation_says_for_each_answer_whose_law_was_taken(rule_turn: Turn, rule_answer: Answer) -> None:
    danish = Turn("Og i Danmark?", replace(rule_answer, country="DK"))
    text = casefile.exported((rule_turn, danish, Turn("Feil")), "md", "nb", TODAY).decode()
    assert "| Regler lagt til grunn | Norge, Danmark |" in text
    assert text.index("Regler lagt til grunn: Norge") < text.index("## Og i Danmark?")
    assert text.index("Regler lagt til grunn: Danmark") > text.index("## Og i Danmark?")
    assert "spørsmålet ble ikke besvart" in text


def test_a_refusal_says_why_and_what_is_nearest_and_claims_no_law(replies: dict[str, Reply]) -> None:
    text = casefile.exported((Turn("Været?", replies["vær"]),), "md", "nb", TODAY).decode()
    assert "heller si det enn å gjette" in text
    assert "### Dette er det nærmeste vi har" in text
    assert "Regler lagt til grunn" not in text


def test_what_a_model_wrote_in_other_words_is_marked_and_told(composed_answer: Answer) -> None:
    text = casefile.exported((Turn("x", composed_answer),), "md", "nb", TODAY).decode()
    assert "Norske kommuner kan reservere en konkurranse. \\[1\\] ≈ To vilkår" in text
    assert "≈ Setningen er gjengitt med andre ord enn kildens." in text
    assert "En språkmodell har skrevet svarene" in text


def test_markdown_in_a_question_or_a_document_is_never_interpreted() -> None:
    answer = hostile_answer()
    text = casefile.exported((Turn(answer.question, answer),), "md", "nb", TODAY).decode()
    assert "\\<script\\>" in text
    assert "\\[here\\](javascript:" in text
    assert "\\!\\[x\\]" in text
    assert "\\*\\*bold\\*\\*" in text
    assert "<javascript" not in text
    assert "http://evil" not in text
    assert [inert(line) for line in ("1. x", "- x", "+ x", "= x", "# x")] == [
        "1\\. x",
        "\\- x",
        "\\+ x",
        "\\= x",
        "\\# x",
    ]


def test_lists_in_markdown_are_lists_and_other_lines_paragraphs() -> None:
    pieces = [Line("a", "step"), Line("b", "step"), Line("c", "bullet"), Heading("H", 2), Line("d", "quote", "[1]")]
    assert markdown("T", pieces) == "# T\n\n1. a\n2. b\n\n- c\n\n### H\n\n> **\\[1\\]** d\n"


class Tags(HTMLParser):
    """The names of the elements of a text, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append(tag)


def test_what_is_copied_is_plain_text_and_html_in_which_nothing_acts() -> None:
    answer = hostile_answer()
    plain, html = casefile.copied(Turn(answer.question, answer), "nb")
    assert "<script>alert(1)</script>" in plain
    assert not {"script", "img", "a"} & set(Tags(html).found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shape_of_reply_becomes_a_file_of_every_form_in_every_language(
    language: str, replies: dict[str, Reply]
) -> None:
    turns = tuple(Turn(question, reply) for question, reply in replies.items())
    for form in casefile.FORMS:
        assert casefile.exported(turns, form, language, TODAY)


def test_a_national_id_number_in_a_question_is_in_no_file_and_no_name() -> None:
    number = "".join(["0101", "90", "00", "083"])  # put together, so that no file here holds one
    turn = Turn(f"Hva med {number}?", Refusal(f"Hva med {number}?", "personal-data"))
    for form in casefile.FORMS:
        assert number not in casefile.file_name((turn,), form, "nb", TODAY)
    assert number not in casefile.exported((turn,), "md", "nb", TODAY).decode()
    assert number not in casefile.copied(turn, "nb")[0]


def test_the_name_of_a_file_tells_topic_and_day_in_letters_that_every_system_takes(rule_answer: Answer) -> None:
    asked = replace(rule_answer, question="x", settled="Hva koster en gjenstand på Øvre Årdal, æ/ö?")
    assert (
        casefile.file_name((Turn("x", asked),), "pdf", "nb", TODAY)
        == "svar-koster-gjenstand-ovre-ardal-ae-2026-11-21.pdf"
    )
    assert casefile.file_name((Turn("???"), Turn("x", asked)), "md", "sv", TODAY) == "konversation-2026-11-21.md"


def test_an_unknown_form_of_file_is_an_error(rule_turn: Turn) -> None:
    with pytest.raises(ValueError, match="not written as exe"):
        casefile.exported((rule_turn,), "exe", "nb", TODAY)
