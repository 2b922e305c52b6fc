"""A claim stays only if its quote stands in its passage; citations are numbered as they are used."""

from assistant.answering.verification import Dropped, Ledger, told
from assistant.types import Claim, Draft, Part, Sentence

TEXT = "Kommunen kan reservere kontrakten. Minst 30 prosent må være i målgruppen."
FIRST, SECOND = "Kommunen kan reservere kontrakten.", "Minst 30 prosent må være i målgruppen."


def claim(passage, quote, text=None):
    return Claim(text or quote, ((passage, quote),))


def draft(*claims, title=None):
    return Draft((Part(claims, "bullets", title),))


def verify(draft, *tools, **told):
    """The sections that hold, their citations, and what was dropped."""
    ledger = Ledger(*tools, **told)
    sections = tuple(section for part in draft.parts if (section := ledger.section(part)))
    return sections, ledger.citations, tuple(ledger.dropped)


def test_a_claim_whose_quote_is_not_verbatim_is_dropped_and_counted(passage):
    source = passage("a", TEXT)
    changed = [SECOND.replace("30", "50"), FIRST.lower(), FIRST.replace(" ", "  "), FIRST[:-1] + "!"]
    sections, citations, dropped = verify(draft(claim(source, FIRST), *(claim(source, quote) for quote in changed)))
    assert [s.text for section in sections for s in section.sentences] == [FIRST]
    assert len(citations) == 1
    assert dropped == tuple(Dropped(quote, ("quote",)) for quote in changed)


def test_a_claim_that_says_other_than_its_quote_is_dropped(passage):
    said = "Kommunen må reservere kontrakten."
    assert verify(draft(claim(passage("a", TEXT), FIRST, said))) == ((), (), (Dropped(said, ("duty",)),))


def test_a_claim_that_is_quoted_from_another_passage_is_dropped(passage):
    assert verify(draft(claim(passage("b", "Noe helt annet står her."), FIRST))) == (
        (),
        (),
        (Dropped(FIRST, ("quote",)),),
    )


def test_a_claim_without_a_quote_is_dropped():
    assert verify(draft(Claim(FIRST, ()))) == ((), (), (Dropped(FIRST, ("quote",)),))


def test_a_claim_with_one_false_quote_of_two_is_dropped(passage):
    both = Claim(FIRST, ((passage("a", TEXT), FIRST), (passage("b", "Noe annet."), FIRST)))
    assert verify(draft(both)) == ((), (), (Dropped(FIRST, ("quote",)),))


def test_citations_are_numbered_in_order_of_use_and_each_once(passage):
    one, other = passage("a", TEXT), passage("b", TEXT)
    sections, citations, _ = verify(
        Draft((Part((claim(other, SECOND), claim(one, FIRST))), Part((claim(other, SECOND), claim(other, FIRST)))))
    )
    assert [s.cites for section in sections for s in section.sentences] == [(1,), (2,), (1,), (3,)]
    assert [(c.number, c.passage.id, c.quote) for c in citations] == [
        (1, "b#1", SECOND),
        (2, "a#1", FIRST),
        (3, "b#1", FIRST),
    ]


def test_a_dropped_claim_takes_no_number(passage):
    source = passage("a", TEXT)
    _, citations, _ = verify(draft(Claim("Nei.", ((source, FIRST), (source, "Nei."))), claim(source, SECOND)))
    assert [(c.number, c.quote) for c in citations] == [(1, SECOND)]


def test_a_citation_says_where_its_quote_stands(passage):
    _, (citation,), _ = verify(draft(claim(passage("a", TEXT), SECOND)))
    assert TEXT[citation.start : citation.end] == citation.quote == SECOND


def test_a_part_keeps_form_and_title_and_goes_when_it_is_empty(passage):
    source = passage("a", TEXT)
    kept = Part((claim(source, FIRST),), "steps", "Om a")
    sections, _, dropped = verify(Draft((Part((claim(source, "Oppdiktet."),), title="Borte"), kept)))
    assert [(s.form, s.title) for s in sections] == [("steps", "Om a")]
    assert [one.text for one in dropped] == ["Oppdiktet."]


def test_a_claim_in_other_words_stays_when_its_passage_holds_it(passage):
    said = "En kommune kan reservere kontrakten, og minst 30 % må være i målgruppen."
    (section,), (citation,), dropped = verify(draft(claim(passage("a", TEXT), TEXT, said)), language="nb")
    (kept,) = section.sentences
    assert (kept.text, kept.cites, citation.quote, dropped) == (said, (1,), TEXT, ())
    assert 0 < kept.support <= 1


def test_a_ledger_numbers_sentence_by_sentence_as_a_whole_draft_is_numbered(passage):
    one, other = passage("a", TEXT), passage("b", TEXT)
    claims = [claim(other, SECOND), claim(one, FIRST, "Kommunen skal ikke reservere."), claim(one, FIRST)]
    ledger = Ledger(language="nb")
    answers = [ledger.add(each) for each in claims]
    assert [type(answer) for answer in answers] == [Sentence, Dropped, Sentence]
    assert [answer.cites for answer in answers if isinstance(answer, Sentence)] == [(1,), (2,)]
    assert verify(Draft((Part(tuple(claims)),)), language="nb")[1] == ledger.citations


def test_what_was_dropped_is_told_by_fault_and_without_its_words():
    assert told(()) == "0 dropped"
    assert told((Dropped("a", ("number",)), Dropped("b", ("duty", "number")))) == "2 dropped (duty 1, number 2)"


def test_a_ledger_asks_its_judge_for_a_claim_in_other_words_and_not_for_a_quote(passage):
    asked = []

    def judge(passages, sentence):
        asked.append((passages[0].id, sentence))
        return {"supported": 0.1, "party": 0.9}

    source, said = passage("a", TEXT), "Kommunen har lov til å reservere kontrakten."
    sections, _, dropped = verify(draft(claim(source, FIRST), claim(source, FIRST, said)), judge=judge)
    assert [sentence.text for sentence in sections[0].sentences] == [FIRST]
    assert asked == [("a#1", said)]
    assert "party" in dropped[0].faults
