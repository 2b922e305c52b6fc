"""questions to begin with: by who asks and where, each of which the shipped corpus answers"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from assistant.serving import words
from assistant.serving.words import word

EXAMPLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "staff": {
        "NO": ("reserved-who", "market", "apprentices"),
        "DK": ("reserved-who", "market", "clauses"),
        "SE": ("reserved-who", "market", "clauses"),
        "FI": ("reserved-who", "finnish-clause", "helsinki"),
        "all": ("reserved-who", "market", "clauses"),
    },
    "leader": {
        "NO": ("innovation", "outcome", "measure"),
        "DK": ("opi", "innovation", "clauses"),
        "SE": ("iop", "innovation", "clauses"),
        "FI": ("helsinki", "koto", "finnish-clause"),
        "all": ("innovation", "outcome", "cases"),
    },
    "supplier": {
        "NO": ("reserved-terms", "before-bid", "schemes"),
        "DK": ("reserved-terms", "together", "registered"),
        "SE": ("reserved-terms", "before-bid", "work-integration"),
        "FI": ("reserved-terms", "social-enterprise"),
        "all": ("reserved-terms", "before-bid"),
    },
}
"""Questions for each role and each country that an asker may stand in: keys "example.<name>" of the words."""


def examples_html(language: str) -> str:
    """The roles to choose from and the questions to click; the page shows those of one role and country."""
    first = next(iter(EXAMPLES))
    roles = "".join(
        f'<button type="button" data-role="{role}" aria-pressed="{str(role == first).lower()}">'
        f"{_say(f'role.{role}', language)}</button>"
        for role in EXAMPLES
    )
    lists = "".join(
        _list(names, role, country, language, shown=(role, country) == (first, words.home(language)))
        for role, countries in EXAMPLES.items()
        for country, names in countries.items()
    )
    return (
        f'<div class="chips examples"><div class="roles" role="group" aria-label="{_say("role.label", language)}">'
        f"<h3>{_say('welcome.examples', language)}</h3>{roles}</div>{lists}</div>"
    )


def question(name: str, language: str, country: str) -> str:
    """An example as it is put in a country ("all" for none).

    In English it names the country: nothing else of the question would lead to that country's law, because most
    documents in English are on the law of the EU.
    """
    asked, place = word(f"example.{name}", language), words.country(country, language)
    if country == words.home(language) or place in asked or words.home(language) != "all":
        return asked
    return word("example.in", language, place, asked[0].lower() + asked[1:])


def _list(names: tuple[str, ...], role: str, country: str, language: str, *, shown: bool) -> str:
    chips = "".join(
        f'<li><button type="button" class="chip" data-ask="{text}">{text}</button></li>'
        for text in (escape(question(name, language, country)) for name in names)
    )
    return f'<ul data-role="{role}" data-country="{country}"{"" if shown else " hidden"}>{chips}</ul>'


def _say(key: str, language: str) -> str:
    return escape(word(key, language))
