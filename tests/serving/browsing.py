"""A browser on the page, that at its end has asked no other host and has a clean console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LEAVING = ("signal is aborted without reason", "Unexpected error Connection errored out.")
"""What Gradio's client writes to the console when the page is reloaded while a call is under way."""


@contextmanager
def browsing(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page in a browser of its own; at the end no request left the machine and the console is clean."""
    contexts, faults = [], []

    def opened(locale: str = "nb-NO", width: int = 1280, height: int = 860, scheme: str = "light", at: str = "") -> Any:
        context = chromium.new_context(locale=locale, viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else faults.append(r.url))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" and not left(m.text) else None)
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.goto(address + at)
        page.locator("#thread .chip, #thread .turn").first.wait_for(state="attached")
        page.locator("body.arrived").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


def left(said: str) -> bool:
    """Whether a line of the console tells only that the page was left."""
    return any(words in said for words in LEAVING)


def fits(page: Any) -> bool:
    """Whether the page needs no scrolling sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
