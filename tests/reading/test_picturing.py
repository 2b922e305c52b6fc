"""A page of a PDF as a picture: the right page, the place of a quote on it, and nothing marked where that is not sure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import LoadError, NoText
from assistant.reading import sandbox
from assistant.reading.picturing import WIDTH, picture

QUOTE = "Kommunen kan reservere kontrakten for virksomheter."


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    sandbox.close()


def drawn(*pages: tuple[str, ...], size: tuple[float, float] = A4) -> bytes:
    """A PDF in which the lines of each page stand 20 points apart, from a quarter below the top."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size)
    for lines in pages:
        for at, line in enumerate(lines):
            canvas.drawString(100, size[1] * 0.75 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_the_quote_has_its_place_on_its_page_line_by_line() -> None:
    made = picture(
        drawn(("Innledning.",), ("Før.", "Kommunen kan reser-", "vere kontrakten for virksomheter.", "Etter.")),
        2,
        QUOTE,
    )
    image = Image.open(io.BytesIO(made.png))
    assert (made.number, image.width, image.height) == (2, WIDTH, made.height)
    (left, top, right, bottom), (_, second, *_) = made.places
    assert left == pytest.approx(100 / A4[0], abs=0.01)
    assert top < 0.25 + 20 / A4[1] < bottom + 0.005
    assert bottom < second
    assert 0 < left < right < 1
    box = tuple(
        round(edge * side)
        for edge, side in zip((left, top, right, bottom), (image.width, image.height) * 2, strict=True)
    )
    assert image.convert("L").crop(box).getextrema()[0] < 100  # there is ink in the place


def test_a_quote_that_goes_on_over_the_page_break_is_looked_for_on_the_next_page() -> None:
    made = picture(drawn(("Overskrift",), (QUOTE,), (QUOTE,)), 1, QUOTE)
    assert (made.number, len(made.places)) == (2, 1)


@pytest.mark.parametrize("lines", [("Noe annet.",), (QUOTE, QUOTE), ()])
def test_nothing_is_marked_where_the_quote_has_no_one_place(lines: tuple[str, ...]) -> None:
    made = picture(drawn(lines, ("Mer.",), ("Mer.",), (QUOTE,)), 1, QUOTE)
    assert (made.number, made.places) == (1, ())


def test_a_quote_that_stands_twice_on_its_page_is_not_looked_for_on_the_next() -> None:
    assert picture(drawn((QUOTE, QUOTE), (QUOTE,)), 1, QUOTE).number == 1


def test_nothing_is_marked_without_a_quote_or_on_a_page_that_is_turned() -> None:
    assert picture(drawn((QUOTE,)), 1, "").places == ()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(drawn((QUOTE,))))
    writer.pages[0].rotate(90)
    turned = io.BytesIO()
    writer.write(turned)
    made = picture(turned.getvalue(), 1, QUOTE)
    assert made.places == ()
    assert made.width > made.height


def test_a_page_with_a_national_id_number_is_not_shown() -> None:
    number = "".join(["0101", "90", "00", "083"])  # put together, so that no file here holds one
    with pytest.raises(NoText):
        picture(drawn((QUOTE, f"Født {number}")), 1, QUOTE)


def test_a_quote_without_a_page_is_shown_where_it_stands_alone_in_the_whole_document() -> None:
    made = picture(drawn(*[("Mer.",)] * 5, ("Før.", QUOTE), ("Etter.",)), 0, QUOTE)
    assert (made.number, len(made.places)) == (6, 1)
    for pages in ([("Mer.",)] * 5, [(QUOTE,), ("Mer.",), (QUOTE,)]):
        with pytest.raises(LoadError, match="no one page"):
            picture(drawn(*pages), 0, QUOTE)
    with pytest.raises(LoadError, match="no one page"):
        picture(drawn((QUOTE,)), 0, "")


@pytest.mark.parametrize("number", [-1, 3])
def test_a_page_that_is_not_there_is_an_error(number: int) -> None:
    with pytest.raises(LoadError, match="no page"):
        picture(drawn((QUOTE,), ("x",)), number, QUOTE)


def test_what_is_no_pdf_or_a_roll_of_paper_is_an_error() -> None:
    with pytest.raises(LoadError, match="damaged"):
        picture(b"%PDF-1.7 broken", 1, QUOTE)
    with pytest.raises(LoadError, match="too long"):
        picture(drawn((QUOTE,), size=(200, 2000)), 1, QUOTE)


def test_it_is_drawn_in_a_child_process_too_and_its_errors_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(drawn((QUOTE,)))
    assert sandbox.picture(path, 1, QUOTE) == picture(path.read_bytes(), 1, QUOTE)
    with pytest.raises(LoadError, match="no page 7"):
        sandbox.picture(path, 7, QUOTE)
    with pytest.raises(LoadError, match="cannot be opened"):
        sandbox.picture(tmp_path / "b.pdf", 1, QUOTE)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"rubbish", b'{"text": {}}', b'{"picture": 1}', b'{"picture": {"number": "x"}}',
        b'{"picture": {"number": 1, "width": 1, "height": 1, "places": [[1]], "png": ""}}',
        b'{"picture": {"number": 1, "width": 1, "height": 1, "places": [], "png": "<script>"}}',
    ],
)  # fmt: skip
def test_a_child_that_answers_in_the_wrong_form_is_not_believed(answer: bytes) -> None:
    with pytest.raises(LoadError):
        sandbox._understood(answer, "picture", sandbox._picture)
