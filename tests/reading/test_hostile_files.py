"""Files made to harm: each ends within its limits, with a text or a clear reason, and the next file is read."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import LoadError, NoText
from assistant.reading import sandbox
from assistant.reading.archives import expand
from assistant.reading.sandbox import Limits, read
from assistant.reading.text import Text

TIGHT = Limits(wall_seconds=8, cpu_seconds=1, memory_bytes=700_000_000, answer_bytes=5_000_000)

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
TEXT = b"BT /F1 12 Tf 72 700 Td (Kommunen inngikk en avtale.) Tj ET"


@pytest.fixture(scope="module", autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    sandbox.close()


def _stream(body: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), head, body)


def _pdf(*more: bytes, contents: bytes = b"", page: bytes = b"", catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of one page: objects 1 catalog, 2 page tree, 3 page, 4 contents, 5 font, then `more` from 6 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> %s >>" % page,
        contents or _stream(TEXT),
        FONT,
        *more,
    ]
    return _file(objects, trailer)


def _file(objects: list[bytes], trailer: bytes = b"", size: int | None = None) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        size or len(objects) + 1,
        trailer,
        start,
    )
    return bytes(out)


def _flate(size: int) -> bytes:
    return zlib.compress(b" " * size, 9)


def _deep_tree(depth: int) -> bytes:
    nodes = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    nodes += [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 3) for number in range(depth)]
    return _file([*nodes, b"<< /Type /Page /MediaBox [0 0 9 9] >>"])


def _deep_outline(depth: int) -> bytes:
    items = [
        b"<< /Title (a) /Parent %d 0 R /First %d 0 R /Last %d 0 R /Dest [3 0 R /Fit] >>" % (n + 5, n + 7, n + 7)
        for n in range(depth)
    ]
    return _pdf(b"<< /First 7 0 R /Last 7 0 R >>", *items, b"<< /Title (z) >>", catalog=b"/Outlines 6 0 R")


def _laughing_forms(depth: int) -> bytes:
    forms = []
    for number in range(depth):
        resources = b"/Resources << /XObject << /X %d 0 R >> >>" % (number + 7)
        forms.append(_stream(b"/X Do " * 30, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + resources))
    last = _stream(TEXT, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> >>")
    return _pdf(*forms, last, contents=_stream(b"/X Do"))


def _endless_map() -> bytes:
    ranges = b"1 begincodespacerange <00000000> <ffffffff> endcodespacerange\n1 beginbfrange <0000> <ffffffff> <0020> endbfrange"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    body = _pdf(_stream(b"begincmap\n" + ranges + b"\nendcmap"))
    return body.replace(FONT, font)


def _many_widths() -> bytes:
    child = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W [0 999999999 500] /DW 500 >>"
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [6 0 R] >>"
    return _pdf(child).replace(FONT, font)


def _many_parts() -> bytes:
    body = _pdf(_stream(TEXT * 200))
    return body.replace(b"/Contents 4 0 R", b"/Contents [" + b"6 0 R " * 100_000 + b"]")


PDFS: dict[str, Callable[[], bytes]] = {
    "flate bomb": lambda: _pdf(contents=_stream(_flate(300_000_000), b"/Filter /FlateDecode")),
    "flate bomb in a flate bomb": lambda: _pdf(
        contents=_stream(zlib.compress(_flate(300_000_000)), b"/Filter [/FlateDecode /FlateDecode]")
    ),
    "gigabyte of spaces": lambda: _pdf(contents=_stream(zlib.compress(_flate(1_000_000_000), 9), b"/Filter [/Fl /Fl]")),
    "lzw bomb": lambda: _pdf(
        contents=_stream(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01" * 300_000, b"/Filter /LZWDecode")
    ),
    "run length bomb": lambda: _pdf(contents=_stream(b"\x81 " * 3_000_000 + b"\x80", b"/Filter /RunLengthDecode")),
    "endless filters": lambda: _pdf(contents=_stream(b"00" * 1000, b"/Filter [" + b"/AHx " * 20_000 + b"]")),
    "hexadecimal without end": lambda: _pdf(contents=_stream(b"4" * 5_000_000, b"/Filter /ASCIIHexDecode")),
    "predictor with a billion columns": lambda: _pdf(
        contents=_stream(
            _flate(1000), b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 1000000000 /Colors 9 >>"
        )
    ),
    "cross references in a circle": lambda: _pdf(trailer=b"/Prev 9").replace(b"/Prev 9", b"/Prev 500"),
    "outline in a circle": lambda: _pdf(
        b"<< /First 7 0 R /Last 7 0 R >>", b"<< /Title (a) /Next 7 0 R /First 7 0 R >>", catalog=b"/Outlines 6 0 R"
    ),
    "outline ten thousand levels deep": lambda: _deep_outline(10_000),
    "page tree in a circle": lambda: _file(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 999999 >>"]
    ),
    "page tree ten thousand levels deep": lambda: _deep_tree(10_000),
    "hundred thousand pages": lambda: _pdf().replace(b"[3 0 R]", b"[" + b"3 0 R " * 100_000 + b"]"),
    "count of pages that is a lie": lambda: _pdf().replace(b"/Count 1", b"/Count 999999999"),
    "form that draws itself": lambda: _pdf(
        _stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"),
        contents=_stream(b"/X Do"),
    ),
    "forms that draw thirty of each other": lambda: _laughing_forms(12),
    "size of two billion objects": lambda: _file([b"<< /Type /Catalog >>"], size=2_000_000_000),
    "cross reference table of a billion": lambda: _pdf().replace(b"xref\n0 6", b"xref\n0 999999999"),
    "object that is its own length": lambda: _pdf(contents=b"<< /Length 4 0 R >>\nstream\nx\nendstream"),
    "brackets a hundred thousand deep": lambda: _pdf(page=b"/A " + b"[" * 100_000),
    "dictionaries a hundred thousand deep": lambda: _pdf(page=b"/A " + b"<< /A " * 100_000),
    "string without end": lambda: _pdf(contents=_stream(b"BT /F1 9 Tf (" + b"(" * 3_000_000)),
    "map of four billion letters": _endless_map,
    "widths of a billion letters": _many_widths,
    "one part a hundred thousand times": _many_parts,
    "million words at one place": lambda: _pdf(contents=_stream(b"BT /F1 9 Tf " + b"(ord) Tj " * 300_000 + b"ET")),
    "million text blocks": lambda: _pdf(contents=_stream(b"BT /F1 9 Tf 9 9 Td (ord) Tj ET " * 100_000)),
    "cut off in the middle": lambda: _pdf()[:300],
    "nothing but zeros": lambda: b"%PDF-1.7\n" + bytes(1_000_000),
    "encryption of no known kind": lambda: _pdf(
        b"<< /Filter /Evil /V 99 /R -1 >>", trailer=b"/Encrypt 6 0 R /ID [(a)(b)]"
    ),
    "numbers beyond all bounds": lambda: _pdf(
        contents=_stream(b"BT /F1 1" + b"0" * 400 + b" Tf 1e999 -9" + b"9" * 400 + b" Td (ord) Tj ET")
    ),
    "entities in the description": lambda: _pdf(
        _stream(b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>", b"/Type /Metadata /Subtype /XML"),
        catalog=b"/Metadata 6 0 R",
    ),
}

TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    b'.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    b' Target="word/document.xml"/></Relationships>'
)
SPACE = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = b"<!ENTITY a0 'ha'>" + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))


def _docx(body: bytes, before: bytes = b"", **parts: bytes) -> bytes:
    document = b'<?xml version="1.0"?>%s<w:document %s><w:body>%s</w:body></w:document>' % (before, SPACE, body)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", document)
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _paragraph(words: bytes) -> bytes:
    return b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % words


def _html(body: bytes) -> bytes:
    return b"<!doctype html><html><body>" + body + b"</body></html>"


OTHERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entity that reads a file": (
        "a.docx",
        lambda: _docx(_paragraph(b"&x;"), b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ),
    "entity that asks a server": (
        "a.docx",
        lambda: _docx(_paragraph(b"&x;"), b'<!DOCTYPE x [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>'),
    ),
    "billion laughs": ("a.docx", lambda: _docx(_paragraph(b"&a11;"), b"<!DOCTYPE x [" + LAUGHS + b"]>")),
    "part of two hundred megabytes": ("a.docx", lambda: _docx(b"<w:p/>" + b" " * 150_000_000)),
    "tables a thousand deep": (
        "a.docx",
        lambda: _docx(b"<w:tbl><w:tr><w:tc>" * 1000 + _paragraph(b"ord") + b"</w:tc></w:tr></w:tbl>" * 1000),
    ),
    "elements a hundred thousand deep": ("a.docx", lambda: _docx(b"<w:p>" * 100_000)),
    "relation to a template elsewhere": (
        "a.docx",
        lambda: _docx(
            _paragraph(b"Kommunen inngikk en avtale."),
            **{
                "word/_rels/document.xml.rels": RELATIONS.replace(
                    b'Target="word/', b'TargetMode="External" Target="http://x/'
                )
            },
        ),
    ),
    "three thousand parts": (
        "a.docx",
        lambda: _docx(_paragraph(b"ord"), **{f"word/media/{n}.png": b"" for n in range(3000)}),
    ),
    "cut off": ("a.docx", lambda: _docx(_paragraph(b"ord"))[:-80]),
    "word file without a document": ("a.docx", lambda: _docx(b"").replace(b"word/document", b"word/documenx")),
    "hundred thousand nested elements": ("a.html", lambda: _html(b"<div>" * 100_000 + b"ord" + b"</div>" * 100_000)),
    "million attributes": ("a.html", lambda: _html(b"<p " + b"a=1 " * 1_000_000 + b">Ord som blir lest.</p>")),
    "ten megabytes of open brackets": ("a.html", lambda: _html(b"<" * 10_000_000)),
    "unclosed comment": ("a.html", lambda: _html(b"<p>Kommunen inngikk en avtale.</p><!--" + b"-" * 5_000_000)),
    "half a million links": ("a.html", lambda: _html(b"<p><a href=x>ord</a></p>" * 200_000)),
    "entities without end": ("a.html", lambda: _html(b"<p>" + b"&amp" * 1_000_000)),
    "refresh to an own machine": (
        "a.html",
        lambda: _html(
            b"<meta http-equiv=refresh content='0;url=http://127.0.0.1/'><iframe src=file:///etc/passwd></iframe>"
        ),
    ),
    "one line of ten megabytes": ("a.txt", lambda: b"ord, sier " * 1_000_000),
    "million short lines": ("a.txt", lambda: b"- a\n" * 1_000_000),
    "stars without end": ("a.md", lambda: b"**a " * 500_000),
    "million brackets": ("a.md", lambda: b"[" * 1_000_000),
}


def _outcome(path: Path) -> Text | LoadError:
    try:
        return read(path, TIGHT)
    except LoadError as error:
        return error


def _ends_well(path: Path) -> None:
    """Read a file under tight limits: a text, or an error that says what to do."""
    found = _outcome(path)
    if isinstance(found, LoadError):
        assert len(str(found)) > 10
        assert len(found.hint) > 10
    else:
        assert sum(len(block.text) for block in found.blocks) < TIGHT.answer_bytes


SLOW_TO_MAKE = ("gigabyte of spaces", "flate bomb in a flate bomb")


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW_TO_MAKE else n for n in PDFS])
def test_a_pdf_made_to_harm_ends_within_its_limits(tmp_path: Path, name: str) -> None:
    path = tmp_path / "fil.pdf"
    path.write_bytes(PDFS[name]())
    _ends_well(path)
    path.write_bytes(_pdf())
    assert read(path).blocks[0].text == "Kommunen inngikk en avtale."


@pytest.mark.parametrize("name", OTHERS)
def test_another_file_made_to_harm_ends_within_its_limits(tmp_path: Path, name: str) -> None:
    place, make = OTHERS[name]
    path = tmp_path / place
    path.write_bytes(make())
    _ends_well(path)
    path = tmp_path / "god.docx"
    path.write_bytes(_docx(_paragraph(b"Kommunen inngikk en avtale.")))
    assert read(path).blocks[0].text == "Kommunen inngikk en avtale."


@pytest.mark.parametrize("name", ["entity that reads a file", "entity that asks a server", "billion laughs"])
def test_refuses_a_word_file_that_declares_a_document_type(tmp_path: Path, name: str) -> None:
    path = tmp_path / "fil.docx"
    path.write_bytes(OTHERS[name][1]())
    with pytest.raises(LoadError, match="document type"):
        read(path)


def test_refuses_a_document_type_in_wide_letters(tmp_path: Path) -> None:
    xml = f"<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x []><w:document {SPACE.decode()}/>".encode("utf-16")
    path = tmp_path / "fil.docx"
    path.write_bytes(_docx(_paragraph(b"ord"), **{"word/styles.xml": xml}))
    with pytest.raises(LoadError, match="document type"):
        read(path)


def test_reads_nothing_that_a_web_page_only_points_to(tmp_path: Path) -> None:
    path = tmp_path / "fil.html"
    path.write_bytes(OTHERS["refresh to an own machine"][1]())
    with pytest.raises(NoText):
        read(path)


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, body in members:
            archive.writestr(name, body)
    return out.getvalue()


def _link() -> bytes:
    link = zipfile.ZipInfo("lenke.txt")
    link.external_attr = 0o120777 << 16
    return _zip((link, b"/etc/passwd"))


def _locked() -> bytes:
    body = bytearray(_zip(("a.txt", b"Kommunen inngikk en avtale.")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + place] |= 1
    return bytes(body)


def _of_method(number: int) -> bytes:
    body = bytearray(_zip(("a.txt", b"Kommunen inngikk en avtale." * 9)))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        body[body.index(mark) + place] = number
    return bytes(body)


def _claiming(size: int) -> bytes:
    """A zip whose list says that its one file has `size` bytes, while it holds 300 000 000."""
    body = bytearray(_zip(("a.txt", b"0" * 300_000_000)))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = body.index(mark) + place
        body[start : start + 4] = size.to_bytes(4, "little")
    return bytes(body)


def _overlapping() -> bytes:
    """A zip of 500 entries that all lead to one packed megabyte, as the better zip bombs do."""
    body = _zip(("a.txt", bytes(range(256)) * 4000))
    start = body.index(b"PK\x01\x02")
    end = body.index(b"PK\x05\x06")
    entry = body[start:end]
    tail = bytearray(body[end:])
    tail[8:10] = tail[10:12] = (500).to_bytes(2, "little")
    tail[12:16] = (len(entry) * 500).to_bytes(4, "little")
    return body[:start] + entry * 500 + bytes(tail)


def _changed() -> bytes:
    body = bytearray(_zip(("a.txt", "\n".join(map(str, range(9000))).encode())))
    body[len(body) // 2] ^= 0xFF
    return bytes(body)


ZIPS: dict[str, Callable[[], bytes]] = {
    "link to a file of the system": _link,
    "locked with a password": _locked,
    "packed by no known method": lambda: _of_method(97),
    "packed by a method that it is not packed by": lambda: _of_method(12),
    "three thousand files": lambda: _zip(*((f"{n}.txt", b"x") for n in range(3000))),
    "a quarter of a gigabyte": lambda: _zip(*((f"{n}.txt", bytes(25_000_000)) for n in range(10))),
    "one file packed a thousand to one": lambda: _zip(("a.txt", bytes(30_000_000))),
    "a file that claims to be small": lambda: _claiming(1000),
    "five hundred files that are one": _overlapping,
    "a name of a thousand letters": lambda: _zip((f"{'a' * 1000}.txt", b"x")),
    "a path of a thousand folders": lambda: _zip(("a/" * 3000 + "a.txt", b"x")),
    "a file in a file": lambda: _zip(("a", b"x"), ("a/b.txt", b"x")),
    "a name that leads out": lambda: _zip(("../../ute.txt", b"x")),
    "cut off": lambda: _zip(("a.txt", b"Kommunen inngikk en avtale." * 99))[:-60],
    "a byte changed": _changed,
    "nothing in it but its start": lambda: b"PK\x03\x04" + bytes(500),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_made_to_harm_is_refused_with_the_reason_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "inn" / "pakke.zip"
    path.parent.mkdir()
    path.write_bytes(ZIPS[name]())
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LoadError) as caught, expand(path):
        pass
    assert len(str(caught.value)) > 10
    assert len(caught.value.hint) > 10
    assert sorted(tmp_path.rglob("*")) == before


def test_a_zip_with_a_zip_bomb_in_it_stays_packed(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bombe.txt", bytes(20_000_000))
    with zipfile.ZipFile(tmp_path / "ytre.zip", "w") as archive:
        archive.writestr("indre.zip", inner.getvalue())
    with expand(tmp_path / "ytre.zip") as (_, files):
        assert [(file.name, file.stat().st_size < 100_000) for file in files] == [("indre.zip", True)]


@pytest.mark.slow
def test_reads_a_pdf_of_two_thousand_pages_within_the_usual_limits(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "lang.pdf"
    canvas = Canvas(str(path))
    for page in range(1, 2001):
        canvas.drawString(72, 780, f"Kapittel {page}")
        for row in range(40):
            canvas.drawString(72, 740 - 14 * row, f"Rad {row} på side {page} sier noe om avtalen som kommunen inngikk.")
        canvas.showPage()
    canvas.save()
    text = read(path)
    assert text.blocks[-1].page == 2000
