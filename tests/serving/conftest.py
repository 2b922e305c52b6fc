"""The page served over the real assistant and a few shipped documents, and over a stand-in; and a browser.

The stand-in is for what the real one seldom says: each shape of a reply, an error, the words of a given answer.
"""

from __future__ import annotations

import os
import socket
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Remark, hearing
from assistant.errors import EncoderError
from assistant.finding import bundled
from assistant.reading.corpus import load_glossary
from assistant.settings import Settings
from assistant.types import (
    Answer,
    Card,
    Citation,
    Concept,
    Filters,
    Hit,
    Notice,
    Passage,
    Refusal,
    Reply,
    Section,
    Sentence,
    Source,
    Step,
)
from tests.serving.browsing import browsing

CORPUS = Path(__file__).parents[2] / "corpus"
SHIPPED = (
    "guidance/no/no-reserverte-kontrakter-arbeidsinkludering.md",
    "guidance/no/no-terskelverdier-og-regelverksdeler.md",
    "guidance/dk/dk-reserverede-kontrakter-paragraf-54.md",
    "cases/no-tingvoll-trollheim-vaskeri.md",
    "templates/no-mal-reservert-konkurranse.md",
)

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LOVDATA = Source(
    1,
    "Forskrift om offentlige anskaffelser (anskaffelsesforskriften)",
    "Lovdata",
    "https://lovdata.no/dokument/SF/forskrift/2016-08-12-974",
    "2016-08-12",
)
DANISH = Source(
    1,
    "Ny udbudslov som instrument til at styrke socialøkonomiske virksomheder",
    "Sociale Entreprenører i Danmark",
    "https://socialeentreprenorer.dk/2015/11/13/ny-udbudslov/",
    "2015-11-13",
)
NO = Card(
    "no-reserverte-kontrakter",
    "guidance",
    "Reserverte kontrakter for virksomheter med arbeidsinkludering som hovedformål (Norge)",
    "nb",
    "NO",
    as_of="2026-07",
    sources=(LOVDATA,),
)
DK = Card(
    "dk-reserverede-kontrakter-paragraf-54",
    "guidance",
    "Reserverede kontrakter i Danmark: udbudslovens § 54 og 30-procentkravet",
    "da",
    "DK",
    as_of="2025-06",
    sources=(DANISH,),
)
CASE = Card(
    "no-vestre-unikum",
    "case",
    "Vestre og Unikum – vedlikehold og montering av bymøbler som arbeidstrening",
    "nb",
    "NO",
    as_of="2022-06",
    sources=(LOVDATA,),
)
YES = "Norske oppdragsgivere kan reservere konkurransen."
TERMS = (
    "To vilkår gjelder samtidig: integrering i arbeidslivet må være hovedformålet, og minst 30 prosent av de "
    "ansatte i virksomheten eller programmet må ha en funksjonshemming eller være vanskeligstilte."
)
THIRTY = "Mindst 30 pct. af de beskæftigede hos aktøren skal høre til målgruppen."
STEPS = (
    "Kartlegg om det finnes aktører, helst flere, som oppfyller vilkårene og kan levere volumet.",
    "Beregn verdien og velg del av forskriften.",
    "Avgjør om hele kontrakten eller en egen, mindre kontrakt skal reserveres.",
    "Skriv begrunnelsen i protokollen.",
    "Kunngjør i Doffin, over EØS-terskelverdi også i TED, med henvisning til riktig paragraf.",
    "Kontroller status før tildeling og gjennom kontraktsperioden.",
)
SHORT = Passage(
    "no#1",
    NO,
    "- " + YES + " Regelen finnes i tre nesten likelydende utgaver: § 8-8 (del II), § 16-9 "
    "(del III) og § 30-3 (helse- og sosialtjenester, del IV).\n- " + TERMS + "\n- Bruken skal angis i "
    "kunngjøringen.\n- Reservasjon er ikke hjemmel for å tildele kontrakten direkte. De som oppfyller "
    "vilkårene, skal konkurrere.",
    "Kort svar",
    ("Kort svar",),
    sources=(1,),
)
STEPWISE = Passage(
    "no#4", NO, "\n".join(f"{n}. {s}" for n, s in enumerate(STEPS, 1)), "Steg for steg", ("Steg for steg",), page=3
)
DANISH_SHORT = Passage(
    "dk#1",
    DK,
    "En dansk kommune kan efter udbudslovens § 54 bestemme, at kun to slags aktører må "
    "deltage i et udbud: beskyttede værksteder og økonomiske aktører, hvis hovedformål er social og "
    "faglig integration af handicappede eller dårligt stillede personer. " + THIRTY,
    "Kort svar",
    ("Kort svar",),
    sources=(1,),
)
VESTRE = Passage(
    "vestre#3",
    CASE,
    "- Oppdragsgiver er privat, og ytelsen er vanlig kjøp av arbeid.\n- Teamet har hatt "
    "mellom 7 og 11 tiltaksdeltakere til enhver tid, og lederen er ansatt i Unikum.",
    "Slik fungerer det",
    ("Slik fungerer det",),
)
TRAIL = (
    Step("read", "language nb, country NO, intent rule", 1.2),
    Step("find", "8 hits of 1 204 passages", 31.4),
    Step("verify", "3 of 3 sentences kept", 2.0),
)


def cite(number: int, passage: Passage, quote: str) -> Citation:
    start = passage.text.index(quote)
    return Citation(number, passage, quote, start, start + len(quote))


def rule(question: str, country: str | None) -> Answer:
    return Answer(
        question,
        (Section((Sentence(YES, (1,)), Sentence(TERMS, (2,)), Sentence(THIRTY, (3,)))),),
        (cite(1, SHORT, YES), cite(2, SHORT, TERMS), cite(3, DANISH_SHORT, THIRTY)),
        notices=(Notice("country-assumed", ("NO",)),) if country is None else (),
        trail=TRAIL,
        country=country or "NO",
    )


def composed(question: str, country: str | None) -> Answer:
    """An answer that a model wrote: a sentence in its own words, then the source's own."""
    said = (Sentence("Norske kommuner kan reservere en konkurranse.", (1,), 0.934), Sentence(TERMS, (2,)))
    return replace(rule(question, country), sections=(Section(said),), composer="generative")


def growing(answer: Answer) -> Iterator[Answer]:
    """The answer with one sentence, with two ..."""
    for many in range(1, len(answer.sentences) + 1):
        yield replace(answer, sections=(Section(answer.sentences[:many]),), trail=())


def stepwise(question: str, country: str | None) -> Answer:
    cites = tuple(cite(n, STEPWISE, s) for n, s in enumerate(STEPS, 1))
    said = tuple(Sentence(s, (n,)) for n, s in enumerate(STEPS, 1))
    figure = "Teamet har hatt mellom 7 og 11 tiltaksdeltakere til enhver tid, og lederen er ansatt i Unikum."
    return Answer(
        question,
        (
            Section((Sentence(YES, (7,)),)),
            Section(said, "steps", "Steg for steg"),
            Section((Sentence(figure, (8,)),), "bullets", "Eksempel"),
        ),
        (*cites, cite(7, SHORT, YES), cite(8, VESTRE, figure)),
        trail=TRAIL,
        country="NO",
        notices=(Notice("old-rule", (CASE.title, "2022-06")), Notice("other-country-example")),
    )


def comparison(question: str, country: str | None) -> Answer:
    cells = (
        Sentence(YES, (1,)),
        Sentence(
            "En dansk kommune kan efter udbudslovens § 54 bestemme, at kun to slags aktører må deltage i et udbud", (3,)
        ),
        Sentence(TERMS, (2,)),
        Sentence(THIRTY, (4,)),
    )
    return Answer(
        question,
        (Section(cells, "table", columns=("NO", "DK")),),
        (
            cite(1, SHORT, YES),
            cite(2, SHORT, TERMS),
            cite(3, DANISH_SHORT, cells[1].text),
            cite(4, DANISH_SHORT, THIRTY),
        ),
        trail=TRAIL,
        country=None,
    )


class StandIn:
    """Answers by a word in the question; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, int]] = []
        self.heard: list[Remark] = []
        self.held = (SHORT, STEPWISE, DANISH_SHORT, VESTRE)
        self.goes_on = threading.Event()
        """A question with "skriver" is answered up to its first sentence, one with "tenk" not at all, until this is set."""

    def suggest(self, answer: Answer, **about: Any) -> tuple[str, ...]:
        return ("Hvordan reserverer vi, steg for steg?",)

    def questions(self, language: str) -> tuple[()]:
        return ()

    def remark(self, reply: Reply, verdict: Any, said: str = "", *, with_question: bool = False) -> Remark:
        self.heard.append(hearing.remark(reply, verdict, said, date(2026, 11, 21), with_question=with_question))
        return self.heard[-1]

    def page(self, document_id: str, number: int, quote: str = "") -> None:
        """There is no original of anything here."""

    def concepts(self) -> tuple[Concept, ...]:
        return load_glossary(CORPUS / "glossary.yaml")

    def passages(self, ids: Any) -> dict[str, Passage]:
        return {passage.id: passage for passage in self.held if passage.id in ids}

    def ask(
        self,
        question: str,
        *,
        country: str | None = None,
        language: str | None = None,
        history: Any = (),
        filters: Filters | None = None,
        show: Callable[[Answer], None] | None = None,
    ) -> Reply:
        self.asked.append((question, country, len(history)))
        if "explode" in question:
            raise RuntimeError(question)
        if not any(letter.isalpha() for letter in question):
            return Refusal(question, "empty")
        if len(question) > 2000:
            return Refusal(question, "too-long")
        if "tenk" in question:
            self.goes_on.wait(20)
        if "skriver" in question and show:
            for so_far in growing(composed(question, country)):
                show(so_far)
                self.goes_on.wait(20)
            return composed(question, country)
        if "steg for steg" in question:
            return stepwise(question, country)
        if "forskjell" in question:
            return comparison(question, country)
        if "reservert" in question:
            return rule(question, country)
        hits = tuple(Hit(p, 1.0, {"dense": n}) for n, p in enumerate((SHORT, DANISH_SHORT, VESTRE), 1))
        return Refusal(question, "not-in-corpus", hits, (Notice("no-law-held", ("FI",)),), TRAIL)


@pytest.fixture
def rule_answer() -> Answer:
    return rule("Hvem kan delta i en reservert kontrakt?", "NO")


@pytest.fixture
def composed_answer() -> Answer:
    return composed("Hvem kan delta i en reservert kontrakt?", "NO")


@pytest.fixture
def replies() -> dict[str, Reply]:
    """One reply of each shape."""
    stand_in = StandIn()
    return {text: stand_in.ask(text) for text in ("reservert", "steg for steg", "forskjell", "vær", "?", "x" * 3000)}


@pytest.fixture(scope="module")
def assistant() -> Any:
    return StandIn()


@pytest.fixture(scope="module")
def address(assistant: Any) -> Iterator[str]:
    """The page over the stand-in, served on a free port."""
    with served(assistant) as url:
        yield url


@pytest.fixture(scope="module")
def real_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over the real assistant with the documents `SHIPPED`, served on a free port."""
    with holding(tmp_path_factory.mktemp("data"), SHIPPED) as real, served(real) as url:
        yield url


@contextmanager
def holding(folder: Path, documents: Iterable[str | Path]) -> Iterator[Assistant]:
    """The real assistant in a data folder, with documents (paths, from the shipped corpus where they are relative).

    Skips the test where the encoder's weights are not installed.
    """
    try:
        bundled.weights_file()
    except EncoderError as error:
        pytest.skip(f"{error} {error.hint}")
    real = Assistant.from_settings(Settings(data_dir=folder, corpus_dir=CORPUS))
    assert real.ingest([CORPUS / name for name in documents]).failed == ()
    yield real
    real.close()


@contextmanager
def served(assistant: Any, *, editors: bool = False) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Gradio's own, on import
        from assistant.serving.ui import launch
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = launch(assistant, Settings(port=port, editors=editors), wait=False)
    yield f"http://127.0.0.1:{port}/"
    page.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        pytest.skip("There is no Chromium here: apt-get install chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the folder that SCREENSHOTS names, else a temporary one."""
    folder = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page over the stand-in."""
    with browsing(chromium, address) as opened:
        yield opened


@pytest.fixture
def visit_real(chromium: Any, real_address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page over the real assistant and a few shipped documents."""
    with browsing(chromium, real_address) as opened:
        yield opened
