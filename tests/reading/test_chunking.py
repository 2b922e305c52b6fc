"""Passages hold the document's exact text, stay below their heading and on their page, and lose nothing."""

import random
import re

import pytest

from assistant.reading.chunking import split
from assistant.types import Block, Card, Document

CARD = Card(id="no-prove", kind="guidance", title="Prøve", language="nb")


def document(*blocks: Block) -> Document:
    return Document(CARD, blocks, "0")


def text_of(given: Document) -> str:
    return "\n".join(block.text for block in given.blocks)


def characters(text: str) -> int:
    return len(text)


def random_document(random_: random.Random) -> Document:
    blocks: list[Block] = []
    for section in range(random_.randint(1, 4)):
        path: tuple[str, ...] = (f"Del {section}",) if section else ()
        for _ in range(random_.randint(1, 6)):
            if path and random_.random() < 0.2:
                path = (path[0], f"Under {random_.randint(0, 9)}")
            words = [
                random_.choice(("kjøp", "jf.", "§ 3.", "avtale,", "Ås.", "x" * 45, "å", "😀"))
                for _ in range(random_.randint(0, 60))
            ]
            mark = random_.choice(("", "- ", "3. ", "a | ", ""))
            page = None if random_.random() < 0.5 else section + random_.randint(0, 1)
            blocks.append(
                Block(mark + " ".join(words) + random_.choice(("", ":")), path, page, (random_.randint(1, 3),))
            )
    return document(*blocks)


@pytest.mark.parametrize("seed", range(60))
def test_every_character_of_every_block_stands_in_exactly_one_passage_in_order(seed: int) -> None:
    random_ = random.Random(seed)
    given = random_document(random_)
    size = random_.choice((20, 60, 110))
    whole, covered, last = text_of(given), [], 0
    for number, passage in enumerate(split(given, characters, size), start=1):
        assert passage.id == f"no-prove#{number}"
        assert passage.text == whole[passage.start : passage.end]
        assert passage.start >= last
        last = passage.end
        covered.append(passage.text)
    assert re.sub(r"\s", "", "".join(covered)) == re.sub(r"\s", "", whole)


@pytest.mark.parametrize("seed", range(30))
def test_no_passage_crosses_a_heading_or_a_page_or_exceeds_the_size(seed: int) -> None:
    given = random_document(random.Random(seed))
    starts, at = [], 0
    for block in given.blocks:
        starts.append((at, at + len(block.text), block))
        at += len(block.text) + 1
    for passage in split(given, characters, 60):
        inside = [
            block for start, end, block in starts if start < passage.end and passage.start < end and block.text.strip()
        ]
        assert {(block.headings[:1], block.page) for block in inside} == {(passage.path[:1], passage.page)}
        assert passage.heading == (passage.path[0] if passage.path else "")
        assert passage.path == inside[0].headings
        assert set(passage.sources) == {source for block in inside for source in block.sources}
        assert len(passage.text) <= 60 + 6  # the spaces between packed pieces are not counted


def test_an_introduction_stays_with_its_list_and_the_list_stays_together() -> None:
    given = document(Block("x" * 50), Block("Dette trengs:"), Block("- " + "a" * 20), Block("- " + "b" * 20))
    assert [passage.text.count("\n") for passage in split(given, characters, 80)] == [0, 2]


def test_a_list_too_long_for_one_passage_still_begins_with_its_introduction() -> None:
    given = document(Block("x" * 50), Block("Dette trengs:"), *(Block("- " + letter * 30) for letter in "abcd"))
    assert [passage.text[:8] for passage in split(given, characters, 80)] == [
        "x" * 8,
        "Dette tr",
        "- cccccc",
    ]


def test_a_deeper_heading_begins_a_new_passage_only_when_the_present_one_is_half_full() -> None:
    below = Block("b" * 10, ("A", "B"))
    assert len(split(document(Block("a" * 40, ("A",)), below), characters, 80)) == 2
    assert len(split(document(Block("a" * 30, ("A",)), below), characters, 80)) == 1


def test_a_heading_that_asks_heads_passages_of_its_own() -> None:
    given = document(
        Block("Om loven.", ("Loven",)),
        Block("Fra 500 000 kroner.", ("Loven", "Når gjelder den?")),
        Block("Kommunen.", ("Loven", "Hvem må følge den?")),
        Block("Fylket også.", ("Loven", "Hvem må følge den?", "Flere")),
        Block("Ring oss.", ("Loven", "Kontakt")),
    )
    assert [(passage.heading, passage.text) for passage in split(given)] == [
        ("Loven", "Om loven."),
        ("Når gjelder den?", "Fra 500 000 kroner."),
        ("Hvem må følge den?", "Kommunen.\nFylket også."),
        ("Loven", "Ring oss."),
    ]


def test_a_long_block_is_cut_at_sentences_and_not_at_abbreviations() -> None:
    block = Block("Kravet gjelder jf. § 5 nr. 2. Det er strengt. Fristen er 8. desember hvert år. Den er absolutt.")
    pieces = [passage.text for passage in split(document(block), characters, 50)]
    assert pieces == [
        "Kravet gjelder jf. § 5 nr. 2. Det er strengt.",
        "Fristen er 8. desember hvert år. Den er absolutt.",
    ]


def test_a_document_without_text_has_no_passages() -> None:
    assert split(document()) == ()
    assert split(document(Block("  "))) == ()
