"""the documents that a text cites, for a file to take along: title, country, kind, date, quoted sentences, addresses"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.serving import words
from assistant.serving.pane import originals, safe_url
from assistant.serving.pieces import Heading, Line, Piece
from assistant.serving.words import word
from assistant.types import Passage


def references(cited: Sequence[tuple[int, Passage, str]], language: str) -> Iterator[Piece]:
    """The documents cited, in order of first use: title, country, kind, date, each quoted sentence, the addresses.

    `cited` holds (number, passage, quote) in order of use; number 0 is shown as none, and an empty quote too.
    """
    documents: dict[str, list[tuple[int, Passage, str]]] = {}
    for one in cited:
        documents.setdefault(one[1].card.id, []).append(one)
    for group in documents.values():
        card = group[0][1].card
        yield Heading(card.title, 3)
        as_of = word("pane.as_of", language, words.date(card.as_of, language)) if card.as_of else ""
        land = words.country(card.country, language) if card.country else ""
        yield Line(" · ".join(filter(None, (land, word(f"kind.{card.kind}", language), as_of))), "note")
        for number, passage, quote in group:
            page = word("pane.page", language, str(passage.page)) if passage.page else ""
            place = ", ".join(filter(None, (" › ".join(passage.path) or passage.heading, page)))
            said = word("casefile.quote", language, " ".join(quote.split())) if quote else ""
            text = f"{said} ({place})" if said and place else said or place
            if text:
                yield Line(text, "quote", f"[{number}]" if number else "", card.language)
        for source in dict.fromkeys(source for _, passage, _ in group for source in originals(passage)):
            published = words.date(source.published, language) if source.published else ""
            named = ", ".join(filter(None, (source.title, source.publisher, published)))
            yield Line(named, "note", address=safe_url(source.url) or "")
