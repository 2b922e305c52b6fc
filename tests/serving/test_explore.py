"""What the server answers Explore: real documents, real nearness in meaning, and calm words for anything odd."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant, Filters, Refusal
from tests.serving.conftest import holding

TAKEN = (
    "cases/no-vestre-unikum.md",
    "cases/no-tingvoll-trollheim-vaskeri.md",
    "cases/dk-kolding-moebellager-huset-venture.md",
    "cases/se-trafikverket-sysselsattningskrav.md",
    "guidance/no/no-reserverte-kontrakter-arbeidsinkludering.md",
    "guidance/dk/dk-reserverede-kontrakter-paragraf-54.md",
    "guidance/no/no-personvern-deltakerdata.md",
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with holding(tmp_path_factory.mktemp("data"), TAKEN) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def tab() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Gradio's own, on import
        from assistant.serving.tabs import explore
    return explore


@pytest.fixture(scope="module")
def answers(real: Assistant, tab: Any) -> dict[str, Any]:
    return {answer.__name__: answer for answer in tab.answers(real)}


pytestmark = pytest.mark.slow


def test_similar_cases_come_from_the_own_country_and_then_from_abroad_the_nearest_in_meaning_first(
    real: Assistant, tab: Any
) -> None:
    near = [card.id for card in tab.similar(real, real.document("no-vestre-unikum").card)]
    assert near == [
        "no-tingvoll-trollheim-vaskeri",
        "dk-kolding-moebellager-huset-venture",
        "se-trafikverket-sysselsattningskrav",
    ]


def test_guidance_is_of_the_country_of_the_case_and_on_one_of_its_topics(real: Assistant, tab: Any) -> None:
    found = tab.guidance(real, real.document("no-tingvoll-trollheim-vaskeri").card)
    assert found[0].id == "no-reserverte-kontrakter-arbeidsinkludering"
    assert {card.country for card in found} == {"NO"}
    danish = tab.guidance(real, real.document("dk-kolding-moebellager-huset-venture").card)
    assert [card.id for card in danish] == ["dk-reserverede-kontrakter-paragraf-54"]


def test_a_short_question_to_a_chosen_case_is_answered_from_it_and_one_from_elsewhere_is_not(real: Assistant) -> None:
    only = Filters(documents=("no-vestre-unikum",))
    told = real.ask("Hva er fallgruvene?", country="NO", filters=only)
    assert isinstance(told, Answer)
    assert {citation.passage.card.id for citation in told.citations} == {"no-vestre-unikum"}
    assert isinstance(real.ask("Hva er fallgruvene?", country="NO"), Refusal)
    assert isinstance(real.ask("Hva blir været i morgen?", country="NO", filters=only), Refusal)


def test_the_list_holds_every_case_and_nothing_else(answers: dict[str, Any]) -> None:
    assert [row["id"] for row in answers["case_list"]({})["cases"]] == sorted(
        Path(name).stem for name in TAKEN if name.startswith("cases/")
    )


def test_a_page_and_a_comparison_come_in_the_language_asked_for(answers: dict[str, Any]) -> None:
    page = answers["case_page"]({"ids": ["no-vestre-unikum"], "language": "sv"})["html"]
    assert "Liknande exempel" in page
    ids = ["no-vestre-unikum", "se-trafikverket-sysselsattningskrav"]
    assert "Exempel sida vid sida" in answers["comparison"]({"ids": ids, "language": "sv"})["html"]
    file = answers["comparison_file"]({"ids": ids, "language": "sv", "form": "csv"})
    assert file["name"] == "jamforelse.csv"
    assert "Fallgropar" in base64.b64decode(file["content"]).decode("utf-8-sig")


@pytest.mark.parametrize(
    "asked",
    [None, [], "x", {}, {"ids": "no-vestre-unikum"}, {"ids": [1, None, {}]}, {"ids": ["../../etc/passwd", "' OR 1=1"]}],
)
def test_whatever_else_is_asked_for_is_not_there(answers: dict[str, Any], asked: Any) -> None:
    assert [answers[name](asked) for name in ("case_page", "comparison", "comparison_file")] == [{"gone": True}] * 3


@pytest.mark.parametrize("form", [None, "exe", ["csv"]])
def test_an_unknown_form_of_file_is_not_made(answers: dict[str, Any], form: Any) -> None:
    ids = ["no-vestre-unikum", "no-tingvoll-trollheim-vaskeri"]
    assert "content" not in answers["comparison_file"]({"ids": ids, "form": form})


def test_five_cases_become_a_comparison_of_the_first_four(answers: dict[str, Any]) -> None:
    ids = [Path(name).stem for name in TAKEN][:5]
    assert answers["comparison"]({"ids": ids, "language": "nb"})["html"].count('<th scope="col">') == 5


def test_an_unexpected_error_becomes_a_sign_and_its_text_stays_out_of_the_log(
    tab: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "".join(["123", "45"])

    class Broken:
        def cards(self) -> None:
            raise RuntimeError(secret)

    (case_list, *_) = tab.answers(Broken())
    assert case_list({}) == {"failed": True}
    assert "RuntimeError" in caplog.text
    assert secret not in caplog.text
