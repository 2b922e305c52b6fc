"""A Reply as HTML: its structure, and that nothing in it is ever interpreted."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from assistant.serving import pane, render
from assistant.serving.words import LANGUAGES
from assistant.types import (
    Answer,
    Card,
    Citation,
    Hit,
    Notice,
    Passage,
    Refusal,
    Reply,
    Section,
    Sentence,
    Source,
    Step,
    Turn,
)

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> [here](javascript:alert(3)) ![x](http://evil.example/x.png) \"'> `code` **bold**"
VOID = {"img", "br", "input", "meta", "link"}


class Tree(HTMLParser):
    """Every element with its attributes, and whether each is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def having(self, css: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.elements if css in (attrs.get("class") or "").split()]


def hostile_answer(quote: str = HOSTILE) -> Answer:
    source = Source(1, HOSTILE, HOSTILE, "javascript:alert(4)", HOSTILE)
    card = Card(HOSTILE, "guidance", HOSTILE, '"><b>', '"><b>', as_of=HOSTILE, sources=(source,))
    passage = Passage("p#1", card, HOSTILE, HOSTILE, (HOSTILE,))
    section = Section((Sentence(HOSTILE, (1,)),), "table", HOSTILE, (HOSTILE,))
    return Answer(
        HOSTILE,
        (section,),
        (Citation(1, passage, quote, 0, len(quote)),),
        country="NO",
        notices=(Notice("settled", (HOSTILE,)),),
        trail=(Step(HOSTILE, HOSTILE, 1.0),),
    )


@pytest.mark.parametrize(
    "reply", [hostile_answer(), Refusal(HOSTILE, "not-in-corpus", (Hit(hostile_answer().citations[0].passage, 1),))]
)
def test_html_in_a_question_or_a_document_is_never_interpreted(reply: Reply) -> None:
    html = render.thread_html((Turn(HOSTILE, reply), Turn(HOSTILE)), "nb", pending=HOSTILE)
    tree = Tree(html)
    assert {tag for tag, _ in tree.elements} & {"script", "img", "b", "code", "a"} <= {"b"}
    assert not any(name.startswith("on") for _, attrs in tree.elements for name in attrs)
    assert "<b>" not in html.replace("<li><b>&lt;", "")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://",
        "ftp://a.example/",
        "http://a.example/\njavascript:x",
        "https://a.example/<b>",
        'https://a.example/"x',
        "http://[",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert pane.safe_url(url) is None
    assert pane.safe_url("https://lovdata.no/dokument/SF/forskrift/2016-08-12-974?a=1&b=2#§1")


def test_every_citation_is_a_button_with_a_leaf_to_open(replies: dict[str, Reply]) -> None:
    for number, reply in enumerate(replies.values(), start=1):
        tree = Tree(render.answer_html(reply, "nb", number))
        ids = {attrs.get("id") for attrs in tree.having("leaf")}
        cited = [attrs for tag, attrs in tree.elements if "data-cite" in attrs and tag == "button"]
        assert {attrs["data-cite"] for attrs in cited} == ids
        assert all(attrs.get("aria-label") for attrs in tree.having("cite"))
        if isinstance(reply, Answer):
            assert len(tree.having("cite")) == sum(len(s.cites) for s in reply.sentences)


def test_the_quote_is_marked_across_lines_and_only_it(rule_answer: Answer) -> None:
    text = "- Første punkt er <her>.\n- Andre punkt.\n1. Et steg."
    quote = "<her>.\n- Andre"
    passage = Passage("p#1", rule_answer.citations[0].passage.card, text)
    start = text.index(quote)
    html = marked_in(rule_answer, Citation(1, passage, quote, start, start + len(quote)))
    assert '<p class="bullet">Første punkt er <mark>&lt;her&gt;.</mark></p>' in html
    assert '<p class="bullet"><mark>Andre</mark> punkt.</p>' in html
    assert '<p class="step">1. Et steg.</p>' in html


def test_nothing_is_marked_when_the_quote_cannot_be_placed(rule_answer: Answer) -> None:
    first = rule_answer.citations[0]
    assert "<mark>" not in marked_in(rule_answer, replace(first, quote="Dette står ikke der."))
    twice = replace(first, passage=replace(first.passage, text="Ja. Ja."), quote="Ja.", start=2, end=5)
    assert "<mark>" not in marked_in(rule_answer, twice)
    moved = replace(first, start=first.start + 3, end=first.end + 3)
    assert f"<mark>{first.quote}</mark>" in marked_in(rule_answer, moved)


def marked_in(answer: Answer, citation: Citation) -> str:
    only = replace(answer, citations=(citation,), sections=(Section((Sentence("Ja.", (1,)),)),))
    return render.answer_html(only, "nb", 1)


def test_sources_are_one_card_a_document_in_order_of_use_and_only_those_used(rule_answer: Answer) -> None:
    first, _, danish = rule_answer.citations
    unused = replace(danish, number=9)
    said = Section((Sentence("Ja.", (3,)), Sentence("Nei.", (1,))))
    html = render.answer_html(replace(rule_answer, citations=(first, danish, unused), sections=(said,)), "nb", 4)
    cards = [attrs["data-cite"] for attrs in Tree(html).having("card")]
    assert cards == ["t4-3", "t4-1"]
    assert 'data-position="1 av 2" data-next="t4-1"' in html
    assert "t4-9" not in html


def test_each_form_has_its_element(replies: dict[str, Reply]) -> None:
    assert [tag for tag, _ in Tree(render.answer_html(replies["steg for steg"], "nb", 1)).elements].count("ol") >= 2
    table = Tree(render.answer_html(replies["forskjell"], "da", 1))
    assert [attrs.get("data-column") for tag, attrs in table.elements if tag == "td"] == ["Norge", "Danmark"] * 2


def test_a_sentence_from_another_country_and_language_says_so(rule_answer: Answer) -> None:
    html = render.answer_html(rule_answer, "nb", 1)
    assert html.count('class="abroad"') == 1
    assert '<span class="sentence" lang="da">Mindst 30 pct.' in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shape_of_reply_renders_in_every_language(language: str, replies: dict[str, Reply]) -> None:
    for reply in replies.values():
        Tree(render.answer_html(reply, language, 1))
    Tree(render.thread_html((), language))


def test_a_long_question_is_cut_where_it_is_shown() -> None:
    assert len(render.thread_html((), "nb", pending="ord " * 5000)) < 2000


def test_links_to_originals_open_safely_and_name_publisher_and_date(rule_answer: Answer) -> None:
    html = render.answer_html(rule_answer, "nb", 1)
    links = [attrs for tag, attrs in Tree(html).elements if tag == "a"]
    assert links
    assert all(a["rel"] == "noopener noreferrer" and a["target"] == "_blank" for a in links)
    assert "Lovdata, 12. august 2016" in html


@pytest.mark.parametrize(("language", "share"), [("nb", "0,93 av 1"), ("sv", "0,93 av 1"), ("en", "0.93 of 1")])
def test_a_sentence_in_other_words_than_its_source_says_so_with_its_support(
    composed_answer: Answer, rule_answer: Answer, language: str, share: str
) -> None:
    marks = Tree(render.answer_html(composed_answer, language, 1)).having("retold")
    assert len(marks) == 1
    assert share in str(marks[0]["title"])
    assert not Tree(render.answer_html(rule_answer, language, 1)).having("retold")


def test_what_is_written_so_far_stands_in_the_turn_that_waits(composed_answer: Answer) -> None:
    html = render.thread_html((), "nb", pending="Hvem?", so_far=composed_answer)
    tree = Tree(html)
    assert [e for _, e in tree.elements if e.get("data-state") == "waiting"]
    assert tree.having("answer")
    assert tree.having("searching")
    assert "Skriver svaret" in html


def test_what_a_follow_up_was_understood_as_can_be_put_into_the_box(composed_answer: Answer) -> None:
    settled = replace(composed_answer, notices=(Notice("settled", ('Hva er "OPI" i Danmark?',)),))
    html = render.answer_html(settled, "nb", 1)
    assert 'data-edit="Hva er &quot;OPI&quot; i Danmark?"' in html
    assert "data-edit" not in render.answer_html(
        replace(composed_answer, notices=(Notice("no-law-held", ("IS",)),)), "nb", 1
    )
