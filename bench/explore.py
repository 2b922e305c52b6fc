"""How long Explore takes to show another list, in Chromium over many generated cases: typing, filtering, sorting."""

from __future__ import annotations

import argparse
import json
import random
import socket
import sys
from collections.abc import Sequence
from typing import Any

from assistant import Card, Concept, Document, Figure, Settings
from assistant.reading.vocabulary import MODELS, TOPICS
from assistant.serving.ui import launch
from eval.scoring import percentile

CHROMIUM = "/usr/bin/chromium"
COUNTRIES = ("NO", "DK", "SE", "FI", "NL", "UK", None)
WORDS = (
    "vaskeri", "kantine", "møbler", "ombruk", "drift", "park", "bygg", "renhold", "matlaging", "verksted", "sykler"
)  # fmt: skip

# Runs in the page: does one thing, waits until the change is drawn, and gives milliseconds.
# A frame is asked for after the change, and a task after the frame: then layout and paint are done.
TIMED = """async (act) => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await drawn();
  const began = performance.now();
  new Function(act)();
  await drawn();
  return performance.now() - began;
}"""
SET = (
    "const control = document.querySelector({!r}); control.value = {!r}; "
    "control.dispatchEvent(new Event({!r}, {{bubbles: true}}))"
)
TICK = "document.querySelectorAll('.facets input')[{}].click()"
VIEW = "document.querySelector('[data-view={}]').click()"


class Generated:
    """As much of the assistant as Explore's list needs, over made-up cases."""

    def __init__(self, count: int) -> None:
        chance = random.Random(7)
        self._cards = tuple(_card(number, chance) for number in range(count))

    def cards(self) -> tuple[Card, ...]:
        """Every generated case."""
        return self._cards

    def target_groups(self, card: Card) -> tuple[str, ...]:
        """Those of a case, as they are made up."""
        return card.target_groups

    def document(self, document_id: str) -> Document | None:
        """None: the list needs no text."""
        return None

    def concepts(self) -> tuple[Concept, ...]:
        """None: the list needs no glossary."""
        return ()

    def passages(self, ids: Sequence[str]) -> dict[str, Any]:
        """None: no conversation is opened again."""
        return {}

    def ask(self, question: str, **kwargs: Any) -> None:
        """Nothing is asked here."""

    def find(self, question: str, **kwargs: Any) -> tuple[Any, ...]:
        """Nothing is searched here."""
        return ()

    def suggest(self, answer: Any, **kwargs: Any) -> tuple[str, ...]:
        """Nothing is answered here."""
        return ()

    def questions(self, language: str) -> tuple[Any, ...]:
        """None: nothing is planned here."""
        return ()

    def remark(self, reply: Any, verdict: Any, said: str = "", **kwargs: Any) -> None:
        """Nothing is said of an answer here."""

    def page(self, document_id: str, number: int, quote: str = "") -> None:
        """There is no original of anything here."""


def _card(number: int, chance: random.Random) -> Card:
    def said(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    return Card(
        id=f"case-{number}",
        kind="case",
        title=f"{said(6).capitalize()} {number}",
        language="nb",
        country=chance.choice(COUNTRIES),
        summary=f"{said(28).capitalize()}.",
        topics=tuple(chance.sample(TOPICS, 4)),
        public_partners=(f"Kommune {chance.randrange(350)}",),
        private_partners=(f"Bedrift {chance.randrange(900)} AS",),
        inclusion_partners=(f"Stiftelsen {chance.randrange(200)}",),
        models=tuple(chance.sample(MODELS, 2)),
        sectors=tuple(f"bransje {chance.randrange(60)}" for _ in range(2)),
        target_groups=tuple(f"målgruppe {chance.randrange(90)}" for _ in range(2)),
        start=chance.choice([None, *range(1995, 2026)]),
        results=(Figure(str(chance.randrange(900)), said(4)),),
    )


def measure(page: Any, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from each thing that a person does until the list is drawn, `rounds` times."""
    times: dict[str, list[float]] = {"type": [], "filter": [], "sort": [], "view": []}

    def do(name: str, act: str) -> None:
        times[name].append(page.evaluate(TIMED, act))

    for _ in range(rounds):
        for length in range(1, 8):
            do("type", SET.format("#explore-search", "kantine"[:length], "input"))
        for length in range(6, -1, -1):
            do("type", SET.format("#explore-search", "kantine"[:length], "input"))
        for number in (0, 7, 1, 14, 20):
            do("filter", TICK.format(number))
        page.evaluate(TIMED, "document.querySelector('.picked .clear').click()")
        for order in ("title", "country", "oldest", "newest"):
            do("sort", SET.format("#explore-sort", order, "change"))
        for view in ("table", "cards"):
            do("view", VIEW.format(view))
    return times


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve generated cases, drive the page and print p50, p95 and the longest of each action."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m bench.explore", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = launch(Generated(given.cases), Settings(port=port), wait=False)  # type: ignore[arg-type]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"http://127.0.0.1:{port}/#explore")
        page.locator(".casecard").first.wait_for()
        times = measure(page, given.rounds)
        browser.close()
    served.close()
    measured = {
        f"{name} ms {label}": round(value, 1)
        for name, values in times.items()
        for label, value in (
            ("p50", percentile(sorted(values), 50)),
            ("p95", percentile(sorted(values), 95)),
            ("longest", max(values)),
        )
    }
    print(json.dumps(measured, indent=2) if given.json else "\n".join(f"{k:<20}{v:>8}" for k, v in measured.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
