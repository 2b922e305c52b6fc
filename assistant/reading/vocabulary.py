"""The words that front matter may use: kinds, languages, topics and partnership models.

FORMAT.md in the corpus folder lists the same words for people; a test holds the two together.
"""

from __future__ import annotations

from typing import get_args

from assistant.types import Kind

KINDS: tuple[str, ...] = get_args(Kind)
LANGUAGES = ("nb", "nn", "da", "sv", "en")
"""The languages that documents are written in."""

GLOSSARY_LANGUAGES = (*LANGUAGES, "fi")
"""The glossary also has Finnish words, to find Finnish law by; no document is Finnish."""

TOPICS = (
    "reserved-contracts",
    "social-clauses",
    "opi",
    "innovation-partnership",
    "market-dialogue",
    "functional-requirements",
    "award-criteria",
    "contract-management",
    "grants-vs-procurement",
    "in-house",
    "state-aid",
    "thresholds",
    "light-regime",
    "framework-agreements",
    "lots-and-smes",
    "social-enterprise",
    "work-inclusion",
    "individual-placement-support",
    "wage-subsidy",
    "apprentices",
    "long-term-unemployed",
    "disability",
    "refugees",
    "young-people",
    "circular-economy",
    "social-impact-measurement",
    "social-impact-bonds",
    "idea-based-partnership",
    "labour-crime",
    "privacy",
    "organisation-and-anchoring",
    "financing",
)
"""What documents are about; the Explore tab filters on them."""

MODELS = (
    "reserved-contract",
    "opi",
    "innovation-partnership",
    "social-clause",
    "ordinary-tender",
    "direct-award",
    "private-purchase",
    "framework-agreement",
    "grant-partnership",
    "idea-based-partnership",
    "in-house",
    "joint-project",
    "social-impact-bond",
    "employment-partnership",
)
"""How partners worked together in a case."""
