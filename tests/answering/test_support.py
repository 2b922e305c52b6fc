"""A composed sentence holds only if its passages say what it says, in whatever language."""

import pytest

from assistant.answering.support import hold

RULE = (
    "Kommunen kan reservere konkurransen etter § 30-2a fra 1. juli 2026. Minst 30 prosent av de ansatte må være i "
    "målgruppen. Under 500 000 kroner gjelder loven ikke. Vestre kjøper vedlikehold av Unikum i tre år."
)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("At least 30 per cent of the employees must belong to the group.", "en"),
        ("Loven gælder ikke under 500.000 kr.", "da"),
        ("Kommunen kan reservere konkurransen etter § 30-2 a.", "nb"),
        ("Siden 1. juli 2026 kan kommunen reservere konkurransen.", "nb"),
        ("Vestre buys maintenance from Unikum for three years.", "en"),
        ("Unikum selger vedlikehold, som er kjøpt av Vestre.", "nb"),
        ("The Norwegian limit is NOK 0.5 million.", "en"),
    ],
)
def test_what_the_passage_says_in_other_words_holds(passage, said, language):
    assert hold(said, [passage("a", RULE)], language=language).faults == ()


def test_the_end_of_a_range_that_is_written_out_does_not_take_the_millions_of_the_other(passage):
    rule = passage("a", "Mellom 500 000 og 1,3 millioner kroner gjelder bare del I.")
    assert hold("Bare del I gjelder et kjøp på 500 000 kroner.", [rule], language="nb").faults == ()


@pytest.mark.parametrize(
    ("said", "language", "fault"),
    [
        ("Minst 40 prosent av de ansatte må være i målgruppen.", "nb", "percentage"),
        ("Høyst 30 prosent av de ansatte må være i målgruppen.", "nb", "percentage"),
        ("Under 5 millioner kroner gjelder loven ikke.", "nb", "amount"),
        ("Under 500 000 euro gjelder loven ikke.", "nb", "amount"),
        ("Vestre kjøper vedlikehold av Unikum i fire år.", "nb", "number"),
        ("Vestre kjøper vedlikehold av Unikum i tre måneder.", "nb", "number"),
        ("Kommunen kan reservere konkurransen fra 1. juni 2026.", "nb", "date"),
        ("Kommunen kan reservere konkurransen fra 1. juli 2025.", "nb", "date"),
        ("Kommunen kan reservere konkurransen etter § 30-3.", "nb", "section"),
        ("Ikea kjøper vedlikehold av Unikum.", "nb", "name"),
        ("I Danmark gjelder loven ikke under 500 000 kroner.", "nb", "country"),
        ("Under 500 000 kroner gjelder loven.", "nb", "negation"),
        ("Kommunen skal reservere konkurransen etter § 30-2a.", "nb", "duty"),
        ("Kommunen bør reservere konkurransen.", "nb", "duty"),
        ("Unikum kjøper vedlikehold av Vestre i tre år.", "nb", "party"),
    ],
)
def test_a_sentence_that_differs_in_one_thing_is_faulted_for_it(passage, said, language, fault):
    assert fault in hold(said, [passage("a", RULE)], language=language).faults


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("Begrepet er ikke en selskapsform og gir ingen særrett.", "Begrepet gir ingen særrett.", "nb"),
        ("Findes løsningen på markedet? Nej: begynd med dialog.", "Findes løsningen ikke, begynd med dialog.", "da"),
        ("Nav avgjør hvem som får plass, ikke kommunen.", "Det er Nav som avgjør hvem som får plass.", "nb"),
        ("Ungdommene var uten jobb og uten kontakt med Nav.", "Ungdommene hadde verken jobb eller kontakt.", "nb"),
        ("Delkontrakten er ikke mer enn 20 prosent.", "Delkontrakten er høyst 20 prosent.", "nb"),
        ("De gamle §§ 5, 5a (gammel), 6 og 7 er opphevet.", "§§ 5, 5a, 6 og 7 er opphevet.", "nb"),
        ("Der bygges for 11 mia. kr.", "Der bygges for 11 milliarder kroner.", "da"),
        ("De syge er fri for opfølgning.", "De syge er undtaget fra opfølgning.", "da"),
        ("Kommunen betaler to plasser.", "Distriktet betaler to plasser.", "nb"),
    ],
)
def test_a_paraphrase_is_not_taken_for_a_denial_a_figure_or_a_name(passage, text, said, language):
    assert hold(said, [passage("a", text)], language=language).faults == ()


@pytest.mark.parametrize(
    ("text", "said", "language", "fault"),
    [
        ("De fleste kjente ikke reglene. Få bedrifter deltok.", "Mange bedrifter deltok.", "nb", "negation"),
        ("Bruk registeret som liste, ikke som bevis.", "Registeret kan brukes som bevis.", "nb", "negation"),
        ("Virksomheden er uafhængig af kommunen.", "Virksomheden er afhængig af kommunen.", "da", "negation"),
        ("Følgen forklares av Nav, ikke av bedriften.", "Bedriften forklarer følgen.", "nb", "party"),
        ("Selskapet tilbyr kommuner å hente avfall.", "Kommunene tilbyr selskapet å hente avfall.", "nb", "party"),
        ("Fravær i to dager meldes. Vakten varer fem dager.", "Fravær i fem dager meldes.", "nb", "number"),
        ("Kontrakten varer høyst tre år. De siste tre årene teller.", "Kontrakten varer minst tre år.", "nb", "number"),
    ],
)
def test_what_turns_the_nearest_sentence_around_is_faulted(passage, text, said, language, fault):
    assert fault in hold(said, [passage("a", text)], language=language).faults


def test_what_stands_in_any_of_the_passages_holds(passage):
    two = [passage("a", "Kontrakten varer i tre år."), passage("b", "Kommunen betaler 200 kroner.")]
    assert hold("Kommunen betaler 200 kroner, og kontrakten varer i tre år.", two, language="nb").faults == ()


@pytest.mark.parametrize("said", ["", "Loven gjelder."])
def test_nothing_holds_without_evidence_and_nothing_is_no_claim(passage, said):
    evidence = [passage("a", RULE)] if not said else []
    assert hold(said, evidence).faults == ("meaning",)


def test_a_claim_that_is_like_nothing_in_its_passage_has_no_meaning_there(passage):
    def unlike(first, second):
        return [[0.0] * len(second) for _ in first]

    def same(first, second):
        return [[1.0 if "Kommunen" in text else 0.1 for text in second] for _ in first]

    text = passage("a", "Kommunen får en prislapp.")
    assert hold("Bygget er grønt.", [text], unlike).faults == ("meaning",)
    assert hold("Kommunen får en prislapp.", [text], same).faults == ()


def test_an_entailment_model_overrules_what_words_cannot_tell(passage):
    text = passage("a", "Ordningen er avviklet.")

    def says(**chances):
        return lambda premise, sentence: {"entailment": 0.0, "neutral": 0.0, "contradiction": 0.0} | chances

    said = "Ordningen er i bruk."
    assert hold(said, [text], entails=says(contradiction=0.9)).faults == ("negation",)
    assert hold(said, [text], entails=says(neutral=0.9)).faults == ("meaning",)
    assert hold(said, [text], entails=says(entailment=0.9)).score == 0.9


def judged(supported, likeliest="negation"):
    """A judge that gives a sentence this chance, and the rest to one kind of fault."""
    return lambda passages, sentence: {"supported": supported, likeliest: 1 - supported}


def test_a_sure_judge_outweighs_a_rule_that_often_errs(passage):
    text, said = passage("a", "Ordningen omfatter alle."), "Ingen er utelatt fra ordningen."
    assert "negation" in hold(said, [text], language="nb").faults
    sure = hold(said, [text], language="nb", judge=judged(0.99))
    assert sure.faults == ()
    assert sure.score > 0.8


def test_a_judge_that_doubts_names_what_is_likeliest_wrong(passage):
    text = passage("a", "Kommunen kan reservere konkurransen.")
    doubted = hold("Kommunen kan reservere konkurransen.", [text], language="nb", judge=judged(0.05, "party"))
    assert doubted.faults == ("party",)
    assert doubted.score < 0.5


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("Minst 40 prosent av de ansatte må være i målgruppen.", "percentage"),
        ("Under 600 000 kroner gjelder loven ikke.", "amount"),
        ("Kommunen kan reservere konkurransen fra 1. juni 2026.", "date"),
        ("Kommunen kan reservere konkurransen etter § 30-3.", "section"),
    ],
)
def test_what_must_stand_there_to_the_letter_no_judge_outweighs(passage, said, fault):
    assert hold(said, [passage("a", RULE)], language="nb", judge=judged(0.999)).faults == (fault,)


def test_without_a_verdict_the_rules_decide(passage):
    said = "Under 500 000 kroner gjelder loven."
    alone = hold(said, [passage("a", RULE)], language="nb")
    assert hold(said, [passage("a", RULE)], language="nb", judge=lambda passages, sentence: {}) == alone
    assert alone.faults == ("negation",)
