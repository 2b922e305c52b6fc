"""What is said twice is found, whichever way it was cut up and dressed, and is shown once."""

from dataclasses import replace

import pytest

from assistant.finding.doubles import alike, collapse, doubles
from assistant.types import Card, Hit, Passage

RELEASE = (
    "Nordvik kommune og bedriften Ombruk AS har inngått en avtale om reparasjon av møbler fra skolene. "
    "Avtalen gjelder i fire år og gir arbeid til tolv personer som har stått lenge utenfor arbeidslivet.",
    "Verkstedet ligger på havna og tar imot pulter, stoler og skap fra alle kommunens skoler og barnehager. "
    "Deltakerne lærer å lakkere, lime og polstre, og de fleste går videre til lønnet arbeid innen to år.",
)
OTHER = (
    "Sørvik kommune kjøper kantinedrift av en inkluderingsbedrift som lærer opp ungdom på kjøkkenet. Kontrakten ble "
    "lyst ut som reservert, og tre leverandører leverte tilbud før fristen gikk ut i september."
)


def document(name, *texts, country=None):
    card = Card(id=name, kind="case", title=name, language="nb", country=country)
    return [Passage(f"{name}#{n}", card, text) for n, text in enumerate(texts, 1)]


def test_the_same_release_on_two_sites_is_found_and_the_first_stands_for_it():
    held = document("a", *RELEASE) + document("b", *RELEASE) + document("c", OTHER)
    assert doubles(held) == {"b#1": "a#1", "b#2": "a#2"}
    assert [(pair.id, pair.other, pair.share) for pair in alike(held, {"b"})] == [("b", "a", 1.0)]


def test_a_copy_that_was_cut_up_in_another_way_is_found():
    words = " ".join(RELEASE).split()
    held = document("a", " ".join(words[:45]), " ".join(words[45:])) + document("b", *RELEASE)
    assert set(doubles(held)) == {"b#1", "b#2"}


def test_a_release_inside_a_longer_page_is_found_and_the_rest_of_the_page_is_not_doubled():
    held = document("page", OTHER, RELEASE[0]) + document("release", RELEASE[0])
    assert doubles(held) == {"release#1": "page#2"}
    held = document("release", RELEASE[0]) + document("page", f"{OTHER} {RELEASE[0]}")
    assert doubles(held) == {"release#1": "page#1"}
    assert alike(held, {"page"})[0].share == 1.0


def test_a_few_changed_words_make_no_other_text():
    held = document("a", RELEASE[0]) + document("b", RELEASE[0].replace("tolv personer", "12 personer"))
    assert doubles(held) == {"b#1": "a#1"}


def test_texts_on_the_same_matter_in_other_words_are_two():
    told_anew = (
        "I Nordvik får elever pulter som er satt i stand av Ombruk AS. Kommunen har bundet seg til ordningen i fire år, "
        "og et titalls mennesker uten jobb har fått noe å gå til."
    )
    held = document("a", RELEASE[0]) + document("b", told_anew)
    assert doubles(held) == {}
    assert alike(held, {"a", "b"}) == ()


def test_only_pairs_with_a_new_document_are_reported():
    held = document("a", *RELEASE) + document("b", *RELEASE)
    assert alike(held, {"c"}) == ()


@pytest.mark.parametrize(("first", "second", "stands"), [(None, "NO", "b#1"), ("NO", None, "a#1"), ("NO", "NO", "a#1")])
def test_the_document_whose_country_is_known_stands_for_both(first, second, stands):
    held = document("a", RELEASE[0], country=first) + document("b", RELEASE[0], country=second)
    assert set(doubles(held).values()) == {stands}


def test_what_two_countries_say_is_never_doubled():
    held = document("a", RELEASE[0], country="NO") + document("b", RELEASE[0], country="DK")
    assert doubles(held) == {}


def test_three_copies_have_one_that_stands_for_all():
    held = document("a", RELEASE[0]) + document("b", RELEASE[0]) + document("c", RELEASE[0])
    assert doubles(held) == {"b#1": "a#1", "c#1": "a#1"}


def test_a_short_note_that_many_documents_end_with_is_no_double():
    note = "Forskriften er lest slik den lød i mai, så kontroller senere endringer."
    assert doubles(document("a", note) + document("b", note)) == {}


def test_a_passage_that_repeats_within_its_own_document_is_no_double():
    assert doubles(document("a", RELEASE[0], RELEASE[0])) == {}


def test_an_empty_library_has_no_doubles():
    assert doubles([]) == {}
    assert alike([], {"a"}) == ()


def test_of_two_hits_that_say_the_same_the_better_one_stays():
    first, second, other = *document("a", RELEASE[0]), *document("b", RELEASE[0]), *document("c", OTHER)
    hits = (Hit(second, 3.0), Hit(other, 2.0), Hit(first, 1.0))
    assert collapse(hits, doubles([first, second, other])) == (Hit(second, 3.0), Hit(other, 2.0))
    assert collapse(hits, {}) == hits


def test_a_hit_whose_stand_in_was_not_found_stays():
    first, second = *document("a", RELEASE[0]), *document("b", RELEASE[0])
    third = replace(second, id="b#9", text=OTHER)
    assert collapse((Hit(second, 3.0), Hit(third, 2.0)), doubles([first, second])) == (
        Hit(second, 3.0),
        Hit(third, 2.0),
    )
