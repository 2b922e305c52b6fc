"""How soon the page is there in a cold Chromium, what it weighs, and how long a citation takes to show its passage"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings
from assistant.serving.ui import launch
from eval.scoring import percentile

CHROMIUM = "/usr/bin/chromium"
QUESTION = "Hvem kan delta i en reservert kontrakt?"

# When the first text was painted, and what came over the network, in a page that has just been loaded.
PAINTED = "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0] || null"
CARRIED = """performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation")).map((entry) =>
  [entry.name, entry.transferSize, entry.encodedBodySize])"""

# Clicks a citation and waits until the mark of its passage is drawn: a frame, and a task after it.
CLICKED = """async (at) => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const cites = document.querySelectorAll("#turn-1 .cite");
  const cite = cites[at % cites.length];
  await drawn();
  const began = performance.now();
  cite.click();
  await drawn();
  const took = performance.now() - began;
  const mark = document.querySelector("#pane mark");
  const seen = mark && mark.getBoundingClientRect().height > 0;
  return seen ? took : null;
}"""
KINDS = {"js": "script", "css": "style", "woff2": "font", "woff": "font", "svg": "image", "png": "image"}


def arrivals(browser: Any, address: str, rounds: int) -> Iterator[tuple[dict[str, float], Counter[str]]]:
    """Each time in a browser without a cache: milliseconds until things are there, and bytes by kind."""
    for _ in range(rounds):
        context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="nb-NO")
        page = context.new_page()
        page.goto(address)
        page.locator("body.arrived").wait_for()
        page.locator("#question textarea").wait_for()
        usable = page.evaluate("performance.now()")
        page.wait_for_timeout(300)
        weight: Counter[str] = Counter()
        for name, over_network, body in page.evaluate(CARRIED):
            ending = name.split("?")[0].rsplit(".", 1)[-1]
            weight[KINDS.get(ending, "page and calls")] += over_network or body
        yield {"first paint": page.evaluate(PAINTED), "usable": usable}, weight
        context.close()


def clicks(browser: Any, address: str, many: int) -> list[float]:
    """Milliseconds from a click on a citation to its passage with the mark, warm, over the citations of one answer.

    Raises ValueError if a click showed no mark.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="nb-NO")
    page.goto(address)
    page.locator("body.arrived").wait_for()
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#turn-1[data-state=done]").wait_for(timeout=120_000)
    page.evaluate(CLICKED, 0)
    took = [page.evaluate(CLICKED, at) for at in range(1, many + 1)]
    if None in took:
        raise ValueError("A click on a citation showed no mark.")
    return took


@contextmanager
def serving(data: Path | None) -> Iterator[tuple[str, Any]]:
    """The page over the shipped corpus, already up and warm, and a browser."""
    from playwright.sync_api import sync_playwright

    settings = Settings.from_environment() if data is None else Settings(data_dir=data)
    assistant = Assistant.from_settings(settings)
    assistant.ingest([settings.corpus_dir])
    assistant.prepare()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = launch(assistant, Settings(port=port), wait=False)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            yield f"http://127.0.0.1:{port}/", browser
            browser.close()
    finally:
        served.close()
        assistant.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the shipped corpus, open the page, click its citations, and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="cold visits")
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--data", type=Path, help="a data folder; without it, that of the settings")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with serving(given.data) as (address, browser):
        visits = list(arrivals(browser, address, given.rounds))
        took = clicks(browser, address, given.clicks)
    measured = {
        **_spread("first contentful paint ms", [times["first paint"] for times, _ in visits]),
        **_spread("box usable ms", [times["usable"] for times, _ in visits]),
        **_spread("citation to mark ms", took),
        **{f"weight {kind} kB": round(size / 1000, 1) for kind, size in sorted(visits[-1][1].items())},
        "weight kB": round(sum(visits[-1][1].values()) / 1000, 1),
    }
    print(json.dumps(measured, indent=2) if given.json else "\n".join(f"{k:<36}{v:>10}" for k, v in measured.items()))
    return 0


def _spread(name: str, times: list[float]) -> dict[str, float]:
    return {f"{name} p{share}": round(percentile(sorted(times), share), 1) for share in (50, 95)}


if __name__ == "__main__":
    sys.exit(main())
