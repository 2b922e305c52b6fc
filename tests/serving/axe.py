"""Accessibility of a page as axe-core finds it (WCAG 2.2 A and AA, and axe's own best practices)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1, 3).join(" ")}`));
}"""


@cache
def script() -> str:
    """The source of axe-core, as the package axe-playwright-python carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """One line for each element of the Playwright `page`, in its present state, that breaks a rule: "rule: element: why"."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(script())
    # What moves into sight is judged when it is there: half-shown text has no contrast.
    page.evaluate(
        "Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => 0)))"
    )
    return list(page.evaluate(RUN))
