"""Files of every format become the text that people see in them: content kept, boilerplate and doubles gone."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import Encrypted, LoadError, LoadLimit, NoText, UnsupportedFormat
from assistant.reading.archives import expand
from assistant.reading.loaders import addresses, load, sniff
from assistant.reading.plain import load_plain
from assistant.reading.prose import joined
from assistant.reading.text import Text, decode, tidy

PASTED = """På nordvik.example bruker vi informasjonskapsler (cookies) til statistikk. Ved å klikke videre godtar du dette.
Godta alle

Hopp til hovedinnhold

Nordvik kommune satser på ombruk

Kommunen og bedriften Ombruk AS har inngått en avtale om reparasjon av møbler fra skolene i Nordvik.

ombruk_verksted_430_270.jpg
Foto: Kari Nordmann

Kommunen og bedriften Ombruk AS har inngått en avtale om reparasjon av møbler fra skolene i Nordvik.

Del på Facebook
Del på LinkedIn

Slik virker avtalen

Tolv personer har fått fast arbeid siden oppstarten, og flere er på vei inn i verkstedet.

-Dette er starten på noe større, sier daglig leder Ola Hansen.

– Vi ser at flere blir i jobb. Det gleder oss.

Avtalen omfatter:
  •  reparasjon av pulter
  · lakkering av stoler
- henting på skolene
*  levering etter ferien

Faktaboks

Fakta om avtalen

1. Avtalen gjelder i fire år.
2. Den kan forlenges med to år.

Les også: Flere saker om ombruk
© Nordvik kommune"""


def _texts(text: Text) -> list[str]:
    return [block.text for block in text.blocks]


def _headings(text: Text) -> list[str]:
    return list(dict.fromkeys(heading for block in text.blocks for heading in block.headings))


def test_leaves_out_the_cookie_banner_buttons_pictures_and_share_links_of_a_pasted_page() -> None:
    whole = "\n".join(_texts(load_plain(PASTED)))
    for gone in ("informasjonskapsler", "Godta", "Hopp til", ".jpg", "Foto:", "Facebook", "LinkedIn", "Les også", "©"):
        assert gone not in whole


@pytest.mark.parametrize(
    "row",
    [
        "Annonse",
        "Bildetekst: To ansatte oljer en benk",
        "benk.png (45 kB)",
        "Bilde 1 av 5",
        "Klikk for større bilde",
        "Åpne bildet i full størrelse",
        "Del på:",
        "Kopiera länk",
        "Sidst opdateret 3. maj 2020",
        "Tilpass samtykke",
        "Læsetid: 4 minutter",
        "Du er her: Forside > Nyheter",
        "https://www.facebook.com/sharer?u=x",
    ],
)
def test_leaves_out_what_only_works_on_the_page(row: str) -> None:
    told = "Kommunen og bedriften har inngått en avtale om møbler som gjelder i fire år."
    assert _texts(load_plain(f"En avtale\n\n{told}\n\n{row}\n\nDen kan forlenges.")) == [told, "Den kan forlenges."]


@pytest.mark.parametrize(
    "row", ["Åpne konkurranser gir større rom.", "Du er her for å lære.", "Foto av deltakerne henger i gangen."]
)
def test_keeps_a_sentence_that_begins_like_a_button(row: str) -> None:
    assert row in _texts(load_plain(f"En avtale\n\nAvtalen gjelder i fire år og kan forlenges.\n\n{row}"))


def test_keeps_every_sentence_of_a_pasted_page_once() -> None:
    text = load_plain(PASTED)
    whole = "\n".join(_texts(text))
    for kept in ("Tolv personer", "starten på noe større", "henting på skolene", "levering etter", "forlenges med to"):
        assert whole.count(kept) == 1
    assert whole.count("inngått en avtale om reparasjon") == 1
    assert "1 doubled paragraphs left out" in text.notes


@pytest.mark.parametrize(
    "lead",
    [
        "Kommunen og bedriften Ombruk AS har inngått en avtale om reparasjon av møbler.",
        "Avtalen gjelder i fire år. Tolv personer har fått fast arbeid i verkstedet så langt.",
        "Avtalen gjelder  i fire år! Tolv personer har fått fast arbeid i verkstedet så langt.",
    ],
)
@pytest.mark.parametrize("order", ["lead first", "lead last"])
def test_keeps_a_lead_once_that_the_text_repeats_with_more_around_it(lead: str, order: str) -> None:
    whole = (
        "Kommunen og bedriften Ombruk AS har inngått en avtale om reparasjon av møbler. Avtalen gjelder i fire år."
        " Tolv personer har fått fast arbeid i verkstedet så langt."
    )
    rows = [lead, whole] if order == "lead first" else [whole, lead]
    assert _texts(load_plain("En avtale\n\n" + "\n\n".join(rows))) == [whole]


def test_keeps_the_points_of_a_list_that_the_text_says_too() -> None:
    point = "Alle deltakere får en kontaktperson i bedriften fra den første dagen."
    text = load_plain(
        f"Fakta\n\n{point} Hun følger dem hele veien.\n\nAvtalen sier:\n• {point}\n• Oppmøte er klokken ni."
    )
    assert [t for t in _texts(text) if t.startswith("- ")] == [f"- {point}", "- Oppmøte er klokken ni."]


def test_finds_title_and_headings_in_plain_text_and_drops_the_bare_label_of_a_fact_box() -> None:
    text = load_plain(PASTED)
    assert text.title == "Nordvik kommune satser på ombruk"
    assert _headings(text) == ["Slik virker avtalen", "Fakta om avtalen"]


def test_tells_quotes_from_bullets_whatever_marks_they_have() -> None:
    texts = _texts(load_plain(PASTED))
    assert "– Dette er starten på noe større, sier daglig leder Ola Hansen." in texts
    assert "– Vi ser at flere blir i jobb. Det gleder oss." in texts
    bullets = [text for text in texts if text.startswith("- ")]
    assert bullets == [
        "- reparasjon av pulter",
        "- lakkering av stoler",
        "- henting på skolene",
        "- levering etter ferien",
    ]
    assert texts[-2:] == ["1. Avtalen gjelder i fire år.", "2. Den kan forlenges med to år."]


def test_takes_a_date_at_the_start_of_a_line_for_no_step() -> None:
    texts = _texts(load_plain("Avtalen\n\n8. desember 2022 ble avtalen underskrevet av begge parter i rådhuset.\n"))
    assert texts == ["8. desember 2022 ble avtalen underskrevet av begge parter i rådhuset."]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Publisert 8. desember 2022", "2022-12-08"),
        ("Publiceret: 03.05.2021 kl. 10:00", "2021-05-03"),
        ("Publicerad 14 maj 2023", "2023-05-14"),
        ("Published 2024-02-01", "2024-02-01"),
    ],
)
def test_reads_the_day_of_publication(line: str, day: str) -> None:
    text = load_plain(f"Nordvik kommune satser på ombruk\n{line}\n\nKommunen og bedriften har inngått en avtale nå.")
    assert text.published == day
    assert len(text.blocks) == 1


def test_joins_the_lines_of_hard_wrapped_text() -> None:
    wrapped = (
        "Kommunen og bedriften Ombruk AS har inngått en avtale om\n"
        "reparasjon av møbler fra skolene i Nordvik, og flere av\n"
        "de ansatte har fått fast arbeid i verkstedet i løpet av\n"
        "det første året med samarbeid mellom partene.\n\n"
        "Avtalen gjelder i fire år og kan forlenges med to år om\n"
        "begge parter vil det.\n"
    )
    assert len(load_plain(wrapped).blocks) == 2


def test_keeps_the_words_of_a_heading_that_nothing_follows() -> None:
    assert "Kontakt oss" in "\n".join(_texts(load_plain(PASTED + "\n\nKontakt oss")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_reads_our_letters_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "notat.txt"
    path.write_bytes("Blåbær på Ærø og smörgås i Åbo, sier «Øystein».\n".encode(encoding))
    assert _texts(load(path)) == ["Blåbær på Ærø og smörgås i Åbo, sier «Øystein»."]


def test_mends_mojibake_soft_hyphens_ligatures_and_split_letters() -> None:
    assert tidy("PÃ¥ norsk finnes Ã¸, Ã¦ og Ã…") == "På norsk finnes ø, æ og Å"
    assert tidy("sam\u00adarbeid, \ufb01nans, a\u030arlig, 1\u00a0000\u200b") == "samarbeid, finans, årlig, 1 000"


def test_leaves_right_text_alone() -> None:
    right = "«Årlig» – Ærlig, Ålesund, GÅ, Öresund: 5 000 kr; “så” … ½ m² € \u2013 ’s"
    assert tidy(right) == right
    assert decode(right.encode()) == (right, ())


def test_gives_a_markdown_file_with_front_matter_whole_and_any_other_as_blocks(tmp_path: Path) -> None:
    path = tmp_path / "no-sak.md"
    path.write_text("---\nid: no-sak\n---\n\n# Tittel\n", encoding="utf-8")
    assert load(path).front_matter == "---\nid: no-sak\n---\n\n# Tittel\n"
    path.write_text("---\n# Proposed from sak.pdf\n\nid: no-sak\n---\n\n# Tittel\n", encoding="utf-8")
    assert load(path).front_matter is not None
    path.write_text("# Tittel\n\n## Bakgrunn\n- et **punkt**\n", encoding="utf-8")
    text = load(path)
    assert (text.title, text.front_matter) == ("Tittel", None)
    assert (text.blocks[0].text, text.blocks[0].headings) == ("- et punkt", ("Bakgrunn",))


def test_trusts_what_a_file_holds_more_than_its_suffix(tmp_path: Path) -> None:
    assert sniff(b"%PDF-1.4\n...", "brev.txt") == "pdf"
    assert sniff(b"<!DOCTYPE html><html><p>Hei</p></html>", "side.txt") == "html"
    assert sniff(b"---\nid: no-sak\n---\n# Tittel", "sak.txt") == "md"
    assert sniff(b"Dette er vanlig tekst.", "notat.pdf") == "txt"
    assert sniff(b"# Tittel", "notat.MD") == "md"
    path = tmp_path / "rapport.pdf"
    path.write_bytes(_word())
    assert load(path).title == "Avtale om renhold"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NoText),
        (b" \n\n\t ", NoText),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), UnsupportedFormat),
        (b"{\\rtf1 hei}", UnsupportedFormat),
        (b"\xd0\xcf\x11\xe0" + bytes(600), UnsupportedFormat),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), Encrypted),
        (bytes(range(1, 32)) * 40, UnsupportedFormat),
        (b"PK\x03\x04 cut off", LoadError),
    ],
)
def test_says_what_a_file_is_that_cannot_be_read_and_what_to_do(tmp_path: Path, data: bytes, error: Any) -> None:
    path = tmp_path / "fil.bin"
    path.write_bytes(data)
    with pytest.raises(error) as caught:
        load(path)
    assert str(caught.value)
    assert caught.value.hint


PAGE = """<!doctype html><html lang="nn"><head><meta charset="utf-8"><title>Ombruk i Nordvik | Nordvik kommune</title>
<script>var hidden = 'x';</script><style>p{}</style></head><body>
<div id="CookieBanner"><p>Vi bruker cookies på denne siden.</p><button>Godta alle</button></div>
<nav><ul><li><a href="/">Hjem</a></li><li><a href="/b">Om oss</a></li></ul></nav>
<main><article><h1>Ombruk i Nordvik</h1>
<p>Kommunen og verksemda Ombruk AS har inngått ein avtale om reparasjon av møblar frå skulane i kommunen.</p>
<img src="x.jpg" alt="bilete"><p style="display: none">Skjult tekst som ingen ser.</p>
<h2>Slik verkar avtalen</h2><p>Tolv personar har fått fast arbeid sidan starten.<br>Fleire er på veg inn i verkstaden.</p>
<p>– Dette er berre starten, seier Ola Hansen.</p>
<ul><li>reparasjon av pultar</li><li>lakkering av stolar<ul><li>raud lakk</li></ul></li></ul>
<h3>Tal</h3><table><caption>Tilsette</caption><tr><th>År</th><th>Personar</th></tr><tr><td>2022</td><td>12</td></tr></table>
<h2>Vegen vidare</h2><ol><li>Ring kommunen</li><li>Skriv ein søknad</li></ol></article></main>
<footer><p>© Nordvik kommune</p><p>Del på Facebook</p></footer></body></html>"""


def test_reads_headings_lists_tables_and_quotes_of_a_web_page(tmp_path: Path) -> None:
    path = tmp_path / "side.html"
    path.write_text(PAGE, encoding="utf-8")
    text = load(path)
    assert (text.title, text.language) == ("Ombruk i Nordvik", "nn")
    assert [(block.headings, block.text) for block in text.blocks[1:]] == [
        (("Slik verkar avtalen",), "Tolv personar har fått fast arbeid sidan starten."),
        (("Slik verkar avtalen",), "Fleire er på veg inn i verkstaden."),
        (("Slik verkar avtalen",), "– Dette er berre starten, seier Ola Hansen."),
        (("Slik verkar avtalen",), "- reparasjon av pultar"),
        (("Slik verkar avtalen",), "- lakkering av stolar"),
        (("Slik verkar avtalen",), "- raud lakk"),
        (("Slik verkar avtalen", "Tal"), "Tilsette"),
        (("Slik verkar avtalen", "Tal"), "År | Personar"),
        (("Slik verkar avtalen", "Tal"), "2022 | 12"),
        (("Vegen vidare",), "1. Ring kommunen"),
        (("Vegen vidare",), "2. Skriv ein søknad"),
    ]


def test_reads_a_web_page_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "side.html"
    page = PAGE.replace("utf-8", "iso-8859-1").replace("–", "-")
    path.write_bytes(page.encode("latin-1"))
    assert "møblar frå skulane" in load(path).blocks[0].text


def test_says_that_a_page_filled_in_by_a_script_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "side.html"
    path.write_text("<!doctype html><html><body><div id=app></div><script>x()</script></body></html>", encoding="utf-8")
    with pytest.raises(NoText, match="no text"):
        load(path)


def _word() -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("Avtale om renhold", style="Title")
    document.add_heading("Bakgrunn", level=1)
    document.add_paragraph("Kommunen kjøper renhold av en bedrift for arbeidsinkludering.")
    document.add_heading("Vilkår", level=2)
    document.add_paragraph("fire års varighet", style="List Bullet")
    document.add_paragraph("Send varsel", style="List Number")
    document.add_paragraph("Avhold møte", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(table._cells, ["År", "Ansatte", "2023", "12"], strict=True):
        cell.text = words
    document.add_heading("Slutt", level=1)
    document.add_paragraph("1. Nummer skrevet for hånd")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_reads_headings_lists_and_tables_of_a_word_file(tmp_path: Path) -> None:
    path = tmp_path / "avtale.docx"
    path.write_bytes(_word())
    text = load(path)
    assert text.title == "Avtale om renhold"
    assert [(block.headings, block.text) for block in text.blocks] == [
        (("Bakgrunn",), "Kommunen kjøper renhold av en bedrift for arbeidsinkludering."),
        (("Bakgrunn", "Vilkår"), "- fire års varighet"),
        (("Bakgrunn", "Vilkår"), "1. Send varsel"),
        (("Bakgrunn", "Vilkår"), "2. Avhold møte"),
        (("Bakgrunn", "Vilkår"), "År | Ansatte"),
        (("Bakgrunn", "Vilkår"), "2023 | 12"),
        (("Slutt",), "1. Nummer skrevet for hånd"),
    ]


def test_reads_an_opendocument_text(tmp_path: Path) -> None:
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "text", "table"))
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row>" + cell.format("2023") + cell.format("12") + "</table:table-row>"
    body = (
        '<text:h text:outline-level="1">Bakgrunn</text:h><text:p>Kommunen<text:s/>kjøper <text:span>renhold</text:span>.'
        "</text:p><text:list><text:list-item><text:p>et punkt</text:p></text:list-item></text:list>"
        f"<table:table>{row}</table:table>"
    )
    path = tmp_path / "notat.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
        )
    text = load(path)
    assert _texts(text) == ["Kommunen kjøper renhold.", "- et punkt", "2023 | 12"]
    assert text.blocks[0].headings == ("Bakgrunn",)


SENTENCES = [
    "Kommunen og bedriften inngikk en avtale om arbeidstrening for langtidsledige i {}.",
    "Samarbeidet har gitt gode resultater i {}, og deltakerne er fornøyde med oppfølgingen.",
    "Innkjøpsavdelingen i {} mener at reserverte kontrakter er et nyttig virkemiddel.",
    "Erfaringene fra {} er at dialogen med leverandørene bør begynne tidlig i prosessen.",
]
TOWNS = [
    "Nordvik",
    "Sørvik",
    "Østvik",
    "Vestvik",
    "Storvik",
    "Lillevik",
    "Langvik",
    "Kortvik",
    "Høyvik",
    "Lågvik",
    "Nyvik",
    "Gammelvik",
]


def _report(path: Path, columns: int) -> list[str]:
    """Make a PDF of several pages with a head, a foot, an outline, lists and a table; give its sentences."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import BaseDocTemplate, Frame, ListFlowable, ListItem, PageTemplate, Paragraph, Table

    styles = getSampleStyleSheet()
    width = 480 / columns - 10
    frames = [Frame(56 + n * 245, 70, width, 680, id=str(n)) for n in range(columns)]

    def edges(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 805, "Evalueringsrapport for Nordvik")
        canvas.drawString(280, 30, f"Side {document.page} av 9")

    story: list[Any] = []
    said = []
    for number, town in enumerate(TOWNS):
        story.append(Paragraph(f"{number + 1}. Samarbeidet i {town}", styles["Heading2"]))
        for part in range(2):
            sentences = [s.format(f"{town} {part}{n}") for n, s in enumerate(SENTENCES * 2)]
            said += sentences
            story.append(Paragraph(" ".join(sentences), styles["BodyText"]))
        items = [ListItem(Paragraph(f"{word} punkt for {town}", styles["BodyText"])) for word in ("første", "andre")]
        story.append(ListFlowable(items, bulletType="bullet"))
    story.append(Table([["År", "Deltakere", "Andel"], ["2022", "45", "12 %"], ["2023", "50", "15 %"]]))
    document = BaseDocTemplate(str(path), pagesize=A4, title="Evaluering av OPI i Nordvik", lang="nb-NO")
    document.addPageTemplates([PageTemplate(frames=frames, onPage=edges)])
    document.build(story)
    return said


@pytest.mark.parametrize("columns", [1, 2])
def test_reads_a_pdf_in_reading_order_without_heads_and_feet(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "rapport.pdf"
    said = _report(path, columns)
    text = load(path)
    whole = " ".join(_texts(text))
    places = [whole.find(sentence) for sentence in said]
    assert min(places) >= 0
    assert places == sorted(places)
    assert "Evalueringsrapport" not in whole
    assert "Side " not in whole
    assert text.title == "Evaluering av OPI i Nordvik"
    assert _headings(text) == [f"{n}. Samarbeidet i {town}" for n, town in enumerate(TOWNS, start=1)]
    assert _texts(text)[-3:] == ["År | Deltakere | Andel", "2022 | 45 | 12 %", "2023 | 50 | 15 %"]
    assert [b.text for b in text.blocks if b.text.startswith("- ")][:2] == [
        "- første punkt for Nordvik",
        "- andre punkt for Nordvik",
    ]
    pages = [block.page for block in text.blocks if block.page]
    assert pages == sorted(pages)
    assert pages[0] == 1
    assert pages[-1] > 1


def test_takes_the_outline_of_a_pdf_as_its_headings(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "rapport.pdf"
    canvas = Canvas(str(path))
    for number, (name, level) in enumerate([("Bakgrunn", 0), ("Tidligere forsøk", 1), ("Resultater", 0)]):
        canvas.drawString(72, 700, name)
        canvas.drawString(72, 660, f"Her står det en hel setning om kapittel {number} i rapporten.")
        canvas.bookmarkPage(str(number))
        canvas.addOutlineEntry(name, str(number), level)
        canvas.showPage()
    canvas.save()
    text = load(path)
    assert [(block.page, block.headings) for block in text.blocks] == [
        (1, ("Bakgrunn",)),
        (2, ("Bakgrunn", "Tidligere forsøk")),
        (3, ("Resultater",)),
    ]


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        (["en kon-", "trakt"], "en kontrakt"),
        (["arbeids-", "og velferdsetaten"], "arbeids- og velferdsetaten"),
        (["skole-", "eller barnehagebygg"], "skole- eller barnehagebygg"),
        (["arbets-", "och företagsliv"], "arbets- och företagsliv"),
        (["et OPI-", "prosjekt"], "et OPI-prosjekt"),
        (["et offentlig-", "privat samarbeid"], "et offentlig-privat samarbeid"),
        (["COVID-19-", "pandemien"], "COVID-19-pandemien"),
        (["Nord-", "Norge"], "Nord-Norge"),
        (["et sam\u00ad", "arbeid"], "et samarbeid"),
        (["fra 2020 –", "til nå"], "fra 2020 – til nå"),
    ],
)
def test_mends_a_word_broken_at_the_end_of_a_row(rows: list[str], whole: str) -> None:
    assert joined(rows, {}) == whole


def test_lets_the_document_itself_decide_on_a_hyphen() -> None:
    assert joined(["en e-", "post"], {"e-post": 3}) == "en e-post"
    assert joined(["ikke-", "diskriminering"], {"ikkediskriminering": 2}) == "ikkediskriminering"


def test_asks_for_an_unlocked_copy_of_a_pdf_under_a_password(tmp_path: Path) -> None:
    import pypdf

    _report(tmp_path / "rapport.pdf", 1)
    writer = pypdf.PdfWriter(clone_from=tmp_path / "rapport.pdf")
    writer.encrypt("hemmelig", algorithm="RC4-128")
    writer.write(tmp_path / "laast.pdf")
    with pytest.raises(Encrypted) as caught:
        load(tmp_path / "laast.pdf")
    assert "unlocked copy" in caught.value.hint


def test_names_the_pages_of_a_pdf_that_hold_no_text(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    for name, written in (("skannet.pdf", ()), ("blandet.pdf", (2,))):
        canvas = Canvas(str(tmp_path / name))
        for page in range(1, 5):
            canvas.rect(100, 100, 200, 200, fill=1)
            if page in written:
                canvas.drawString(72, 500, "Denne siden har en setning som kan leses.")
            canvas.showPage()
        canvas.save()
    with pytest.raises(NoText, match="pages 1-4 hold only pictures"):
        load(tmp_path / "skannet.pdf")
    assert "pages 1, 3-4 hold no text" in load(tmp_path / "blandet.pdf").notes


def test_expands_folders_and_zip_files_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "mappe" / "under").mkdir(parents=True)
    (tmp_path / "mappe" / "under" / "b.md").write_text("# B", encoding="utf-8")
    (tmp_path / "mappe" / "a.txt").write_text("A", encoding="utf-8")
    (tmp_path / "mappe" / ".skjult").write_text("x", encoding="utf-8")
    (tmp_path / "mappe" / "lenke.txt").symlink_to("/etc/passwd")
    with expand(tmp_path / "mappe") as files:
        assert [file.name for file in files] == ["a.txt", "b.md"]
    shutil.make_archive(str(tmp_path / "pakke"), "zip", tmp_path / "mappe" / "under")
    with expand(tmp_path / "pakke.zip") as files:
        assert [file.read_text(encoding="utf-8") for file in files] == ["# B"]
        place = files[0]
    assert not place.exists()
    (tmp_path / "avtale.docx").write_bytes(_word())
    with expand(tmp_path / "avtale.docx") as files:
        assert files == (tmp_path / "avtale.docx",)


@pytest.mark.parametrize("name", ["../ute.txt", "/etc/ute.txt", "..\\ute.txt", "C:\\ute.txt", "a/../../ute.txt"])
def test_unpacks_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "inn" / "pakke.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(LoadError, match="leads out"), expand(path):
        pass
    assert not list(tmp_path.rglob("ute.txt"))


def test_refuses_a_zip_that_claims_little_and_holds_much(tmp_path: Path) -> None:
    path = tmp_path / "bombe.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 30_000_000)
    with pytest.raises(LoadLimit, match="zip bomb"), expand(path):
        pass


def test_reads_a_list_of_addresses_and_nothing_else_as_one() -> None:
    listed = "# sider\nhttps://a.example/x\n\n- http://b.example/\nhttps://a.example/x\n"
    assert addresses(listed) == ("https://a.example/x", "http://b.example/")
    assert addresses("Se https://a.example/x") == ()
    assert addresses("") == ()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_reads_a_web_page_printed_by_a_browser(tmp_path: Path) -> None:
    (tmp_path / "side.html").write_text(PAGE, encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profil"]
    command += ["--print-to-pdf=ut.pdf", "side.html"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    text = load(tmp_path / "ut.pdf")
    whole = "\n".join(_texts(text))
    assert text.title == "Ombruk i Nordvik"
    assert "Kommunen og verksemda Ombruk AS har inngått ein avtale om reparasjon av møblar frå skulane" in whole
    assert {"Slik verkar avtalen", "Vegen vidare"} <= set(_headings(text))
    assert "file:///" not in whole


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_reads_a_word_file_printed_by_libreoffice(tmp_path: Path) -> None:
    (tmp_path / "avtale.docx").write_bytes(_word())
    command = ["soffice", "--headless", "--convert-to", "pdf", "avtale.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    text = load(tmp_path / "avtale.pdf")
    assert text.title == "Avtale om renhold"
    assert "Bakgrunn" in _headings(text)
    assert "1. Send varsel" in _texts(text)
