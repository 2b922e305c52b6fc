"""What the server does with an answer: files, remarks and pages of originals; nothing that the browser sends is trusted."""

from __future__ import annotations

import base64
import dataclasses
import io
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from assistant import Answer, Assistant, Picture, Refusal, Turn
from assistant.__main__ import main
from assistant.serving.pdf import pdf
from assistant.serving.pieces import Line
from tests.serving.conftest import StandIn, holding
from tests.serving.test_render import Tree

RULE = "Hvem kan delta i en reservert kontrakt?"


@pytest.fixture(scope="module")
def tab() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Gradio's own, on import
        from assistant.serving.tabs import taking
    return taking


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def act(tab: Any, stand_in: StandIn) -> Callable[..., dict[str, Any]]:
    """What is asked for over a conversation of an answer, a refusal and a turn that failed."""
    turns = (Turn(RULE, stand_in.ask(RULE)), Turn("Vær?", stand_in.ask("Vær?")), Turn("Feil"))
    do = tab.acting(stand_in)
    return lambda asked: do({"asked": asked, "language": "nb", "turns": turns})


def test_one_answer_or_all_of_them_become_a_file_named_by_topic_and_day(act: Callable[..., dict[str, Any]]) -> None:
    one, every = act({"turn": 1, "form": "docx"}), act({"turn": 0, "form": "docx"})
    today = date.today().isoformat()
    assert one["name"] == f"svar-delta-reservert-kontrakt-{today}.docx"
    assert every["name"] == f"samtale-delta-reservert-kontrakt-{today}.docx"
    texts = [
        [paragraph.text for paragraph in docx.Document(io.BytesIO(base64.b64decode(given["content"]))).paragraphs]
        for given in (one, every)
    ]
    assert ["Vær?" in text for text in texts] == [False, True]


def test_a_remark_is_kept_with_the_question_only_where_true_was_sent(
    act: Callable[..., dict[str, Any]], stand_in: StandIn
) -> None:
    assert act({"turn": 1, "verdict": "bad", "said": ["x"], "question": "yes"}) == {"thanks": True}
    assert act({"turn": 2, "verdict": "missing", "said": "Været", "question": True}) == {"thanks": True}
    assert [(heard.said, heard.question) for heard in stand_in.heard] == [("", ""), ("Været", "Vær?")]


@pytest.mark.parametrize(
    "asked",
    [
        None, [], {}, {"turn": 1}, {"turn": 9, "form": "docx"}, {"turn": -1, "form": "docx"}, {"turn": "1", "form": "docx"},
        {"turn": 1, "form": "exe"}, {"turn": 1, "form": ["docx"]}, {"turn": 3, "form": "docx"},
        {"turn": 0, "verdict": "good"}, {"turn": 3, "verdict": "good"}, {"turn": 1, "verdict": "fine"},
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_given(act: Callable[..., dict[str, Any]], stand_in: StandIn, asked: Any) -> None:
    assert not {"content", "thanks"} & set(act(asked))
    assert stand_in.heard == []


def test_an_unexpected_error_is_a_sign_and_what_was_said_stays_out_of_the_log(
    tab: Any, caplog: pytest.LogCaptureFixture, rule_answer: Answer
) -> None:
    secret = "".join(["123", "45"])

    class Broken:
        def remark(self, *_: Any, **__: Any) -> None:
            raise RuntimeError(secret)

    asked = {"turn": 1, "verdict": "bad", "said": secret}
    given = tab.acting(Broken())({"asked": asked, "language": "nb", "turns": (Turn(secret, rule_answer),)})
    assert given == {"failed": True}
    assert "RuntimeError" in caplog.text
    assert secret not in caplog.text


def test_the_row_holds_the_question_as_it_would_be_kept_and_none_where_it_never_is(rule_answer: Answer) -> None:
    from assistant.serving.toolrow import row_html, whole_html

    (row,) = Tree(row_html(Turn("x", rule_answer), 3, "nb")).having("taken")
    assert (row["data-turn"], row["data-kept"]) == ("3", RULE)
    (row,) = Tree(row_html(Turn("x", Refusal("Hva tjener Kari?", "about-a-person")), 1, "nb")).having("taken")
    assert row["data-kept"] == ""
    assert row_html(Turn("x"), 1, "nb") == whole_html(1, "nb") == ""


@pytest.mark.parametrize("language", ["nb", "nn", "da", "sv", "en"])
def test_the_button_for_a_pdf_names_word_as_the_file_that_is_accessible(rule_answer: Answer, language: str) -> None:
    from assistant.serving.toolrow import row_html, whole_html

    for row in (row_html(Turn("x", rule_answer), 1, language), whole_html(2, language)):
        (button,) = re.findall("<button[^>]*data-take=.pdf.[^>]*>", row)
        assert "Word" in button.split("title=")[1]


def test_a_quote_that_cannot_be_placed_is_not_looked_for_on_the_page_of_the_original(stand_in: StandIn) -> None:
    from assistant.serving.render import answer_html

    answer = stand_in.ask("steg for steg")
    first, *others = answer.citations
    lost = dataclasses.replace(answer, citations=(dataclasses.replace(first, quote="Står der ikke."), *others))
    wanted = [leaf.get("data-quote") for leaf in Tree(answer_html(lost, "nb", 1)).having("leaf") if "data-page" in leaf]
    assert sorted(wanted) == sorted(["", *(cited.quote for cited in others)])


@pytest.mark.parametrize(
    "asked", [None, {}, {"document": 1, "page": 1, "quote": ""}, {"document": "a", "page": "1", "quote": ""}]
)
def test_a_page_that_is_wrongly_asked_for_is_not_given(tab: Any, stand_in: StandIn, asked: Any) -> None:
    assert tab.original(stand_in)(asked) == {}


def test_a_picture_is_described_and_its_title_is_text(tab: Any) -> None:
    html = tab.picture_html(Picture(2, b"x", 10, 20, ((0.1, 0.2, 0.5, 0.25),)), '"><script>', "en")
    tree = Tree(html)
    (image,) = [attributes for tag, attributes in tree.elements if tag == "img"]
    assert image["alt"] == 'Page 2 of “"><script>”. The place cited is marked.'
    assert tree.having("spot")[0]["style"] == "left:10.00%;top:20.00%;width:40.00%;height:5.00%"
    assert "marked" not in tab.picture_html(Picture(2, b"x", 10, 20), "x", "en")


# Over the real assistant: an original that is kept, whatever became of its file.


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("originals") / "kranvik.pdf"
    path.write_bytes(
        pdf("Bruer i Kranvik", [Line(f"Kranvik kommune kjøper bruvedlikehold, punkt {n}.") for n in range(9)], "nb")
    )
    return path


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, original: Path) -> Iterator[Assistant]:
    with holding(tmp_path_factory.mktemp("data"), ["cases/no-vestre-unikum.md", original]) as assistant:
        yield assistant


@pytest.mark.slow
def test_a_page_is_shown_also_when_the_file_was_changed_or_is_gone(real: Assistant, original: Path) -> None:
    shown = real.page("kranvik", 1, "Kranvik kommune kjøper bruvedlikehold, punkt 3.")
    assert shown is not None
    assert len(shown.places) == 1
    assert real.page("kranvik", 1, "Dette står der ikke.").places == ()  # type: ignore[union-attr]
    assert real.page("kranvik", 7) is real.page("no-vestre-unikum", 1) is real.page("../kranvik", 1) is None
    original.write_bytes(pdf("Noe annet", [Line("Kranvik kommune kjøper bruvedlikehold, punkt 3.")], "nb"))
    assert real.page("kranvik", 1, "Kranvik kommune kjøper bruvedlikehold, punkt 3.") == shown
    original.unlink()
    assert real.page("kranvik", 1, "Kranvik kommune kjøper bruvedlikehold, punkt 3.") == shown


@pytest.mark.slow
def test_editors_read_the_remarks_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule_answer: Answer
) -> None:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path))
    assert main(["feedback"]) == 0
    assert "Nobody has said anything yet." in capsys.readouterr().out
    with holding(tmp_path, ()) as real:
        kept = real.remark(rule_answer, "missing", "Svensk rett", with_question=True)
        assert real.remarks() == (kept,)
    assert main(["feedback"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{date.today().isoformat()}, missing, nb, NO"
    assert lines[1:3] == ["  said: Svensk rett", f"  question: {RULE}"]
    assert main(["feedback", "--json"]) == 0
    assert '"verdict": "missing"' in capsys.readouterr().out
