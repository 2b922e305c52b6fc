"""The corpus that we ship: every file follows FORMAT.md, and every reference leads somewhere."""

import re
from functools import cache
from pathlib import Path

import pytest

from assistant.answering.sentences import whole_sentences
from assistant.cutting import answered
from assistant.language import sentences
from assistant.reading.chunking import split
from assistant.reading.corpus import REQUIRED, dangling, load_glossary, parse, read_yaml
from assistant.reading.markdown import headings, markdown_blocks
from assistant.reading.routes import WRITTEN
from assistant.reading.vocabulary import LANGUAGES, MODELS, TOPICS
from assistant.types import Document

CORPUS = Path(__file__).parent.parent / "corpus"
FILES = sorted(path for folder in ("cases", "guidance", "templates") for path in (CORPUS / folder).rglob("*.md"))
KIND_OF_FOLDER = {"cases": "case", "guidance": "guidance", "templates": "template"}


@cache
def documents():
    return {path.stem: parse(path.read_text(encoding="utf-8"), path)[:2] for path in FILES}


def values(node, key):
    """Every value below a key, at any depth, of mappings and lists in each other."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield from value if isinstance(value, list) else [value]
            yield from values(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from values(item, key)


def mappings(node):
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from mappings(item)


@cache
def sections(id_):
    return {heading for level in (2, 3) for heading in headings(documents()[id_][1], level)}


def test_all_documents_are_there():
    kinds = [card.kind for card, _ in documents().values()]
    assert [kinds.count(kind) for kind in ("case", "guidance", "template")] == [62, 70, 16]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_document_follows_the_format(path):
    card, body, line = parse(path.read_text(encoding="utf-8"), path)
    assert all(getattr(card, key) for key in REQUIRED)
    assert KIND_OF_FOLDER[path.relative_to(CORPUS).parts[0]] == card.kind
    assert path.parent.name in (*KIND_OF_FOLDER, (card.country or "").lower())
    assert path.read_text(encoding="utf-8").split("\n", line - 1)[-1] == body
    assert all(question.section for question in card.questions)
    assert sorted(source.number for source in card.sources) == list(range(1, len(card.sources) + 1))


def test_what_people_ask_is_led_to_where_a_sentence_begins():
    for id_, (card, body) in documents().items():
        passages = split(Document(card, markdown_blocks(body), ""))
        places = list(answered(passages))
        assert len(card.answers) > 10, id_
        assert len(places) == len(card.answers) + len({p.heading for p in passages if p.heading.endswith("?")}), id_
        for question, passage, at in places:
            assert at in {start for start, _ in sentences(passage.text)}, (id_, question)
            assert any(start <= at < end for start, end in whole_sentences(passage.text)), (id_, question)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_document_becomes_plain_blocks(path):
    card, body = documents()[path.stem]
    blocks = markdown_blocks(body)
    assert len(blocks) >= 8
    assert all(block.headings for block in blocks)
    for block in blocks:
        assert not re.search(r"\*|`|\[\d+\]|\]\(|^#|^>|<!--|\s\s|\n", block.text), block.text
        assert block.text == block.text.strip()
    assert {number for block in blocks for number in block.sources} <= {source.number for source in card.sources}


def test_no_document_names_another_that_is_not_there():
    assert dangling({id_: body for id_, (_, body) in documents().items()}) == ()


def test_no_paragraph_is_only_a_bold_label_in_cases_and_guidance():
    """A heading in disguise would be found, and quoted, as if it said something."""
    labels = re.compile(r"^\*\*[^*\n]+\*\*(?: ?\[\d+\])*$", re.MULTILINE)
    assert [id_ for id_, (card, body) in documents().items() if card.kind != "template" and labels.search(body)] == []


def test_tables_have_the_same_number_of_cells_in_every_row():
    for id_, (_, body) in documents().items():
        for table in re.findall(r"(?:^\|.*\n)+", body + "\n", re.MULTILINE):
            assert len({row.count("|") for row in table.splitlines()}) == 1, f"{id_}: {table}"


def test_the_glossary_loads():
    assert len(load_glossary(CORPUS / "glossary.yaml")) == 130


@pytest.mark.parametrize("name", ["glossary.yaml", "routes.yaml"])
def test_every_text_of_the_glossary_and_of_the_planner_is_in_bokmaal_danish_swedish_and_english(name):
    written = [
        text
        for text in mappings(read_yaml(CORPUS / name))
        if text and set(text) <= set(LANGUAGES) and all(isinstance(said, str) for said in text.values())
    ]
    assert written
    assert [text for text in written if not all(text.get(spoken, "").strip() for spoken in WRITTEN)] == []


def test_the_routes_rest_on_documents_and_headings_that_exist():
    routes, known = read_yaml(CORPUS / "routes.yaml"), documents()
    named = {
        key: set(values(routes, key)) - {None}
        for key in ("document", "template", "templates", "guidance", "example_cases")
    }
    assert all(named.values())
    assert set().union(*named.values()) - known.keys() == set()
    assert {known[id_][0].kind for id_ in named["example_cases"]} == {"case"}
    assert {known[id_][0].kind for id_ in named["templates"] | named["template"]} == {"template"}
    lost = [
        (rule["document"], rule["section"])
        for rule in mappings(routes)
        if rule.get("section") and rule["section"] not in sections(rule["document"])
    ]
    assert lost == []


def test_the_format_page_lists_the_words_that_are_checked():
    page = (CORPUS / "FORMAT.md").read_text(encoding="utf-8")
    for name, words in (("topics", TOPICS), ("models", MODELS)):
        listed = re.search(rf"^{name}: (\w.+)$", page, re.MULTILINE)
        assert listed
        assert tuple(listed[1].split(", ")) == words
    required = re.search(r"Required in every document: ([^.]+)\.", page)
    assert required
    assert tuple(required[1].split(", ")) == REQUIRED


def test_the_corpus_names_its_licence():
    assert "https://creativecommons.org/licenses/by/4.0/" in (CORPUS / "LICENSE").read_text(encoding="utf-8")
