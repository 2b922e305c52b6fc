"""What the sentences of a need are heard to mean; nearness is given by hand, so that only the hearing is tested."""

from assistant.answering.meaning import hear
from assistant.plans import Need
from assistant.wording import Heard, Saying

SAYINGS = (
    Saying(("De betaler lønna selv.", "They pay the wages."), {"money": "none", "what": "none"}),
    Saying(("Vi betaler for det som leveres.", "We pay for what is delivered."), {"money": "payment-for-delivery"}),
    Saying(("Det haster med denne saken.", "It is urgent."), {}),
)


def heard(text, **cosines):
    """What is heard when the texts of the three sayings are as near as `cosines` says, by a word of the sentence."""

    def near(parts):
        return [next((c for word, c in cosines.items() if word in part), [0.5] * 6) for part in parts]

    return set(hear(Need(text), SAYINGS, near))


def test_the_nearest_saying_gives_its_answers_with_the_sentence():
    found = heard("Et bakeri tar seg av lønna selv.", bakeri=[0.92, 0.85, 0.84, 0.8, 0.8, 0.8])
    sentence = "Et bakeri tar seg av lønna selv."
    assert found == {Heard("money", "none", sentence), Heard("what", "none", sentence)}


def test_a_saying_in_any_language_may_be_the_nearest():
    found = heard("Et bakeri tar seg av lønna selv.", bakeri=[0.80, 0.92, 0.84, 0.8, 0.8, 0.8])
    assert {one.option for one in found} == {"none"}


def test_two_answers_that_are_as_near_leave_the_question_open():
    found = heard("Et bakeri tar seg av lønna selv.", bakeri=[0.90, 0.8, 0.895, 0.8, 0.8, 0.8])
    assert {one.question for one in found} == set()


def test_what_is_nearest_to_a_saying_that_tells_nothing_says_nothing():
    assert heard("Et bakeri tar seg av lønna selv.", bakeri=[0.85, 0.8, 0.8, 0.8, 0.93, 0.8]) == set()


def test_the_clearest_sentence_answers_for_a_question():
    found = heard(
        "Først tar bakeriet seg av alt. Siden betaler vi for hver leveranse.",
        bakeriet=[0.85, 0.8, 0.83, 0.8, 0.8, 0.8],
        Siden=[0.8, 0.8, 0.93, 0.8, 0.8, 0.8],
    )
    assert {one.option for one in found if one.question == "money"} == {"payment-for-delivery"}


def test_a_longer_part_of_a_sentence_is_heard_by_itself_and_a_few_words_are_not():
    found = heard(
        "Fint, og et bakeri tar seg av lønna selv.",
        **{"Fint": [0.85, 0.8, 0.83, 0.8, 0.8, 0.8], "og et": [0.92, 0.8, 0.8, 0.8, 0.8, 0.8]},
    )
    assert "og et bakeri tar seg av lønna selv." in {one.sentence for one in found}
    assert heard("Bakeriet betaler.", Bakeriet=[0.95, 0.8, 0.8, 0.8, 0.8, 0.8]) == set()


def test_an_empty_need_and_no_sayings_say_nothing():
    assert heard("") == set()
    assert hear(Need("Et bakeri tar seg av lønna selv."), (), lambda parts: [[] for _ in parts]) == ()
