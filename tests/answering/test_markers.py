"""What becomes of a model's text: sentences with quotes that stand in their passages, wherever the text is cut."""

import random

import pytest

from assistant.answering.markers import Manuscript

ONE = "- Kommunen kan reservere en kontrakt.\n- Minst 30 prosent av de ansatte må høre til målgruppen.\n- Det er ikke tillatt å tildele kontrakten direkte."
TWO = "En dansk kommune kan reservere et udbud efter § 54. Mindst 30 pct. skal høre til målgruppen."
QUOTES = 'QUOTES:\n[P1] "Kommunen kan reservere en kontrakt."\n[P1] "Minst 30 prosent av de ansatte må høre til målgruppen."\n[P2] "Mindst 30 pct. skal høre til målgruppen."\n\nANSWER:\n'


@pytest.fixture
def passages(passage):
    return (passage("a", ONE), passage("b", TWO, country="DK", language="da"))


@pytest.fixture
def read(passages):
    """Reads a text, cut into pieces of `size` characters (None: whole); gives the claims with their forms."""

    def claims(text, size=None):
        manuscript = Manuscript(passages)
        step = size or max(1, len(text))
        parts = [p for at in range(0, len(text), step) for p in manuscript.add(text[at : at + step])]
        parts += manuscript.end()
        return [(claim, part.form) for part in parts for claim in part.claims]

    return claims


def said(claims):
    return [(claim.text, [(p.card.id, quote) for p, quote in claim.quotes]) for claim, _ in claims]


def test_a_sentence_rests_on_the_quote_of_its_passage_that_it_is_nearest_to(read):
    claims = read(QUOTES + "Tre av ti ansatte må høre til målgruppen [P1]. Kommuner kan reservere kontrakter. [P1][P2]")
    assert said(claims) == [
        (
            "Tre av ti ansatte må høre til målgruppen.",
            [("a", "Minst 30 prosent av de ansatte må høre til målgruppen.")],
        ),
        (
            "Kommuner kan reservere kontrakter.",
            [("a", "Kommunen kan reservere en kontrakt."), ("b", "Mindst 30 pct. skal høre til målgruppen.")],
        ),
    ]


@pytest.mark.parametrize(
    "marker",
    [
        "[P1]",
        "[1]",
        "[p1]",
        "[P 1]",
        "【1】",
        "【P1】",
        "［P1］",
        "(P1)",
        "[^1]",
        "[Passage 1]",
        "【1†source】",
        "[P01]",
        "[P1, P9]",
        "[99][1]",
        "[1] [1]",
    ],
)
@pytest.mark.parametrize("form", ["Kommuner kan reservere kontrakter {}.", "Kommuner kan reservere kontrakter. {}"])
def test_every_way_to_write_a_marker_is_read_and_never_shown(read, marker, form):
    assert said(read(QUOTES + form.format(marker))) == [
        ("Kommuner kan reservere kontrakter.", [("a", "Kommunen kan reservere en kontrakt.")])
    ]


@pytest.mark.parametrize(
    "marker", ["[P1, P2]", "[1, 2]", "[P1][P2]", "[P1] [P2]", "[P1], [P2]", "[1; 2]", "[P1 and P2]", "[P1, 2]"]
)
def test_several_passages_may_be_named_at_once(read, marker):
    ((_, quotes),) = said(read(QUOTES + f"Kommuner kan reservere kontrakter. {marker}"))
    assert [name for name, _ in quotes] == ["a", "b"]


@pytest.mark.parametrize("marker", ["", "[P3]", "[0]", "[99]", "[P1", "[P", "【1", "P1]", "[a]", "[Kilde]"])
def test_a_sentence_that_names_no_passage_that_is_there_has_no_quotes(read, marker):
    assert [quotes for _, quotes in said(read(QUOTES + f"Kommuner kan reservere kontrakter {marker}"))] == [[]]


@pytest.mark.parametrize(
    "quote",
    [
        "Kommunen må reservere en kontrakt.",
        "Kommunen kan",
        "kommunen kan reservere en kontrakt",
        "Kommunen kan … kontrakt.",
        "",
        TWO,
    ],
)
def test_a_quote_that_does_not_stand_in_its_passage_is_none(read, quote):
    assert said(read(f'QUOTES:\n[P1] "{quote}"\nANSWER:\nKommuner kan reservere. [P1]')) == [
        ("Kommuner kan reservere.", [])
    ]


def test_a_quote_that_leaves_out_the_not_becomes_the_whole_sentence(read):
    claims = read('QUOTES:\n[P1] "tillatt å tildele kontrakten direkte"\nANSWER:\nDirekte tildeling er tillatt. [P1]')
    assert said(claims)[0][1] == [("a", "Det er ikke tillatt å tildele kontrakten direkte.")]


def test_a_sentence_that_is_the_passages_own_is_its_own_quote(read):
    own = "Mindst 30 pct. skal høre til målgruppen."
    assert said(read("QUOTES:\nANSWER:\nMindst  30 pct. skal høre\u00a0til målgruppen. [P2]")) == [(own, [("b", own)])]


def test_bullets_and_steps_are_told_by_their_line(read):
    text = "Kort sagt går det slik. [P1]\n- Første ting er viktig. [P1] Mer om den her. [P1]\n1. Gjør dette først. [P1]\n2) Gjør dette så. [P1]"
    assert [(claim.text, form) for claim, form in read(QUOTES + text)] == [
        ("Kort sagt går det slik.", "paragraph"),
        ("Første ting er viktig.", "bullets"),
        ("Mer om den her.", "bullets"),
        ("Gjør dette først.", "steps"),
        ("Gjør dette så.", "steps"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Les mer på https://evil.example/?q=a [P1].",
        "Les [her](//evil.example) nå. [P1]",
        "![bilde](x) er fint. [P1]",
        "[her]: evil.example/x er fint [P1].",
        "Se evil.example/side for mer. [P1]",
        "Skriv til ole@evil.example nå. [P1]",
        "Åpne javascript:alert(1) nå. [P1]",
        "Dette <img src=x onerror=alert(1)> er fint. [P1]",
        "Dette &lt;b&gt; er fint. [P1]",
        "Dette er <!-- skjult --> fint. [P1]",
    ],
)
def test_a_sentence_with_an_address_or_markup_rests_on_nothing(read, text):
    assert [quotes for _, quotes in said(read(QUOTES + text))] == [[]]


def test_what_cannot_be_seen_is_taken_out(read):
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "secret") + "\u200b\u202e\u2066\x00\x1b\ue000"
    ((text, _),) = said(read(QUOTES + f"Kommu{hidden}ner **kan** `reservere` dette. [P1]"))
    assert text == "Kommuner kan reservere dette."


@pytest.mark.parametrize(
    "text",
    [
        "Kommuner kan reservere kontrakter. [P1]",  # no headings at all
        "QUOTES:\n" + "Kommuner kan reservere kontrakter. [P1]",
        "<think>\nQUOTES:\nANSWER:\nKommuner kan reservere kontrakter. [P1]\n",  # never done thinking
        "ANSWER:\n[P1][P2] ... !\n***\n|---|---|",
        "",
    ],
)
def test_what_is_no_answer_gives_no_sentences(read, text):
    assert read(text) == []


@pytest.mark.parametrize(
    "headings",
    [
        ("QUOTES:", "ANSWER:"),
        ("**Quotes:**", "**Answer:**"),
        ("## QUOTES\n", "## ANSWER\n"),
        ("<quotes>", "</quotes>\n<answer>"),
    ],
)
def test_headings_may_be_dressed_up_and_thoughts_stand_before_them(read, headings):
    first, second = headings
    text = f"<think>\nQUOTES: no\nANSWER: Nei. [P1]\n</think>\n{first}\n- [P1]: «Kommunen kan reservere en kontrakt.»\n{second} Kommuner kan reservere. [P1]"
    assert said(read(text)) == [("Kommuner kan reservere.", [("a", "Kommunen kan reservere en kontrakt.")])]


def test_a_sentence_is_given_as_soon_as_the_next_has_begun(passages):
    manuscript = Manuscript(passages)
    assert list(manuscript.add(QUOTES + "Kommuner kan reservere kontrakter. [P")) == []
    assert list(manuscript.add("1] ")) == []
    assert list(manuscript.add("Tre ")) != []


def test_a_line_without_end_is_let_go(read):
    claims = said(read(QUOTES + "ord " * 5000, 100))
    assert claims
    assert not [quotes for _, quotes in claims if quotes]


# What fuzzed texts are made of: everything that the reading of a model's text looks at, whole and broken.
SCRAPS = [
    "QUOTES:\n",
    "ANSWER:\n",
    "\nQUOTES:",
    "\nANSWER: ",
    "<think>\n",
    "</think>",
    "\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    "|",
    " | ",
    "[P1]",
    "[P2]",
    "[P3]",
    "[P999]",
    "[P0]",
    "[1]",
    "[1, 2]",
    "[P1",
    "P2]",
    "[",
    "]",
    "【1】",
    "【2†kilde】",
    "【",
    "】",
    "(P1)",
    "(P1",
    "[-1]",
    "[P1-P9]",
    "[٣]",
    "[1][2][3]",
    "[[P1]]",
    "[P1[P2]]",
    "†",
    "^",
    "[^2]",
    "[1.]",
    "(2)",
    "\u200b",
    "\U000e0041",
    "�",
    "\x00",
    "é",
    "ß",
    "𝟙",
    "https://evil.example/x",
    "[a](http://evil.example)",
    "![i](//evil.example/i.png)",
    "<img src=x>",
    "<script>",
    "&#60;",
    "javascript:x",
    "www.x.no",
    ". ",
    "! ",
    "? ",
    "… ",
    ".",
    ",",
    ": ",
    "- ",
    "1. ",
    "2) ",
    "* ",
    "**",
    "`",
    "#",
    '"',
    "«",
    "»",
    "kl. ",
    "jf. ",
    "§ 54 ",
    "30 ",
    "1.1.2026 ",
    "Kommunen ",
    "kan ",
    "reservere ",
    "en ",
    "kontrakt",
    "ikke ",
    "Mindst 30 pct. skal høre til målgruppen.",
    "tillatt å tildele kontrakten direkte",
    "Kommunen kan reservere en kontrakt.",
    '[P1] "Kommunen kan reservere en kontrakt."\n',
    '[P2] "Mindst 30 pct. skal høre til målgruppen."\n',
]


def fuzzed(seed):
    chance = random.Random(seed)
    scraps = [chance.choice(SCRAPS) for _ in range(chance.randrange(1, 60))]
    return (QUOTES if chance.random() < 0.5 else "") + "".join(scraps), chance.randrange(1, 9)


def test_in_10_000_fuzzed_outputs_no_quote_is_invented_and_no_cut_changes_a_sentence(read, passages):
    cited = 0
    for seed in range(10_000):
        text, size = fuzzed(seed)
        claims = read(text)
        if seed % 5 == 0:
            assert claims == read(text, size), (seed, text)
        for claim, _ in claims:
            for source, quote in claim.quotes:
                assert source in passages, seed
                assert quote in source.text, seed
                cited += 1
            if claim.quotes:
                assert "evil" not in claim.text, seed
                left = set(claim.text) & set("[]【】†|<\u200b\U000e0041\x00")
                assert not left, (seed, claim.text)
    assert cited > 2000  # the fuzz reaches what it is to test
