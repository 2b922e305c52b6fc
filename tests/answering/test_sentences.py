"""Which sentences of a passage may be quoted, and which of them answers best."""

import pytest

from assistant.answering.sentences import DOCUMENT, OWN, kind_bonus, quotable, whole_sentences
from assistant.types import Hit


def quoted(text, **told):
    return [text[start:end] for start, end in whole_sentences(text, **told)]


@pytest.mark.parametrize(
    "text",
    [
        "Hovedformål. Det holder ikke at leverandøren har et sosialt program.",
        "Forslag til tekst i kunngjøringen: «Konkurransen er reservert etter § 16-9.»",
        "Krav: Minst 30 prosent av de ansatte skal høre til målgruppen.",
        "30 pct. Andelen regnes av alle ansatte i hele virksomheten.",
        "Tid. Krav: Minst 30 prosent av de ansatte skal høre til målgruppen.",
        "Who counts as disadvantaged. The directive has no definition of its own.",
    ],
)
def test_a_label_is_quoted_with_what_it_labels(text):
    assert quoted(text) == [text]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("- Hvordan brud meldes til kommunen.\n- Andre leverandører kan klage.", "Hvordan brud meldes til kommunen."),
        ("Hvem som betaler, avgjør selv. Kommunen fører tilsyn.", "Hvem som betaler, avgjør selv."),
        (
            "What is proportionate has not been settled. Courts disagree often.",
            "What is proportionate has not been settled.",
        ),
    ],
)
def test_an_item_of_a_list_and_a_whole_sentence_are_no_labels(text, first):
    assert quoted(text)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "Se notatet om terskelverdier for mer.",
        "Se også malen for kunngjøringen.",
        "Sjå malen for kunngjeringa av konkurransen.",
        "Se skabelonen for udbudsbekendtgørelsen her.",
        "See also the template for the notice.",
    ],
)
def test_what_only_points_to_another_page_is_not_quoted(text):
    assert quoted(text) == []
    assert quoted("Se på markedet før konkurransen kunngjøres.") == ["Se på markedet før konkurransen kunngjøres."]


def test_a_line_without_an_end_counts_less_than_a_sentence_unless_it_is_a_step(query, hits, passage):
    def scores(text):
        equal = [[(0.5,) for _ in spans] for _, spans in [(None, whole_sentences(text))]]
        return [s.score for s in quotable(query("Hva trengs?"), hits(passage("a", text)), lambda marked: equal)]

    whole, line = scores("- Siste årsrapport skal legges ved her.\n- siste årsrapport eller annen oversikt")
    assert whole > line
    first, last = scores("1. Legg ved siste årsrapport først.\n2. Legg ved en annen oversikt")
    assert first == last


def test_a_label_on_a_line_of_its_own_is_left_out():
    text = "Dette må stå i kunngjøringen:\nVilkår for deltakelse\nMinst 30 prosent skal være i målgruppen."
    assert quoted(text) == ["Minst 30 prosent skal være i målgruppen."]


def test_what_goes_on_in_a_list_is_left_out_and_what_the_list_says_is_not():
    text = "Leverandøren skal i hele kontraktsperioden\na) ha inkludering som sitt hovedformål, og\nb) ha minst 30 prosent."
    assert quoted(text) == ["ha minst 30 prosent."]
    assert quoted("Slik er det vi gjør\na) får reelle oppgaver hver dag\nb) har fadder og støtte alltid") == [
        "får reelle oppgaver hver dag",
        "har fadder og støtte alltid",
    ]


@pytest.mark.parametrize("between", ["\n", " "])
@pytest.mark.parametrize("question", ["Kan en kommune kjøpe uten konkurranse?", "Hvem da?"])
def test_no_question_is_quoted(question, between):
    answer = "Bare under terskelen, sier loven."
    assert quoted(question + between + answer) == [answer]
    assert quoted(question) == []


def test_a_yes_or_no_is_quoted_with_the_question_that_it_answers():
    text = "Findes løsningen på markedet? Nej, så brug innovationspartnerskab eller OPI."
    assert quoted(text) == [text]


def test_a_short_step_is_quoted_and_a_short_bullet_is_a_label():
    text = "3. Kunngjør og gjennomfør.\n4. Status. Kontroller den før tildeling."
    assert quoted(text) == ["Kunngjør og gjennomfør.", "Status. Kontroller den før tildeling."]
    assert quoted("- Kunngjør og gjennomfør.") == []
    assert quoted("11. Sanktioner.") == []


def test_what_is_cut_short_is_quoted_with_the_sentence_that_it_rests_on():
    text = "Social value scoring rewards offers above the minimum. A social clause does not."
    assert quoted(text) == [text]


def test_a_table_row_is_quoted_only_where_a_template_is_asked_for():
    text = "Krav | Andel | Bevis\nAndel ansatte | 30 prosent | Egenerklæring fra leverandøren"
    assert quoted(text) == []
    assert quoted(text, tables=True)[-1].endswith("Egenerklæring fra leverandøren")


def test_a_template_with_blanks_is_quoted_only_where_a_template_is_asked_for():
    text = "Konkurransen er reservert for virksomheter i [KOMMUNE] fra nyttår."
    assert (quoted(text), quoted(text, tables=True)) == ([], [text])


def test_a_sentence_that_leans_on_the_one_before_is_joined_to_it():
    text = "Kommunen kan reservere konkurransen for slike bedrifter. Dette må stå i kunngjøringen."
    assert quoted(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "I et forsøk kan arbeidsgivere få tilskudd for personer under 30. Satsen er 70 prosent det første året.",
        "Enhver kan ansøge om at deltage. Fristen for ansøgninger er mindst 30 dage.",
        "A trial pays employers of people under 30. The rate is 70 per cent in the first year.",
        "Helsetjenester har egne regler i forskriften. Reservasjon kan også brukes der.",
    ],
)
def test_a_figure_is_quoted_with_the_sentence_that_says_of_what(text):
    assert quoted(text) == [text]


def test_a_figure_that_says_itself_of_what_is_quoted_alone():
    text = "Satsen for varig lønnstilskudd er 75 prosent det første året."
    assert quoted(text) == [text]


def test_a_sentence_that_leans_is_not_joined_across_lines():
    text = "- Kommunen kan reservere konkurransen for bedriftene.\n- Dette må stå i kunngjøringen."
    assert len(quoted(text)) == 2


def test_an_overlong_run_and_a_list_of_other_documents_are_left_out():
    assert quoted("ord " * 71 + "slutt.") == []
    assert quoted("Se også no-terskelverdier-og-regelverksdeler om grensene i loven.") == []


def test_short_sentences_with_a_number_stand_alone():
    assert quoted("Grensen er 30 prosent.\n12 deltakere.") == ["Grensen er 30 prosent.", "12 deltakere."]


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("Hvor mange fikk jobb?", "Til sammen fikk 12 personer jobb.", "Flere fikk jobb etterpå."),
        ("Hvornår trådte loven i kraft?", "Loven trådte i kraft 1. jan. 2016.", "Loven gælder nu."),
        ("Hvem leverte tjenesten?", "Det var Nupro som leverte maten.", "En bedrift leverte maten."),
        ("How many got a job?", "In all 12 people got a job.", "Several people got a job."),
    ],
)
def test_a_sentence_with_what_is_asked_for_is_lifted(question, holds, lacks):
    assert kind_bonus(question, holds) > kind_bonus(question, lacks) == 0


def test_the_name_that_the_question_gives_is_no_answer_to_who():
    assert kind_bonus("Hvem hjalp Rollag?", "Dette var noe Rollag ønsket.") == 0


def test_every_quotable_sentence_stands_verbatim_in_its_passage(passage, hits, query, relevance):
    text = "- Kommunen kan reservere en kontrakt. Dette må kunngjøres.\n- Hvem: Bare to slags aktører kan delta."
    question = "Hvem kan delta i en reservert kontrakt?"
    found = quotable(query(question), hits(passage("a", text)), relevance(question))
    assert len(found) == 2
    assert all(s.text == s.passage.text[s.start : s.end] and s.text in text for s in found)


def test_the_sentence_that_covers_the_question_scores_best(passage, hits, query, relevance):
    question = "Hvem kan delta i konkurransen?"
    text = "Grensen er hevet for alle kontrakter. Virksomheter med sosialt formål kan delta i konkurransen."
    found = quotable(query(question), hits(passage("a", text)), relevance(question))
    assert max(found, key=lambda s: s.score).text.startswith("Virksomheter")


def test_the_same_sentence_counts_more_in_the_document_found_first(passage, query, relevance):
    text = "Bare disse kan delta her."
    alike = tuple(Hit(passage(name, text, "Mer"), 1.0) for name in ("a", "b"))
    first, second = quotable(query("Hvem kan delta?"), alike, relevance("Hvem kan delta?"))
    assert first.score > second.score


@pytest.mark.parametrize(
    "boundary",
    [
        "Reglen her er dansk.",
        "Beløbene nedenfor er danske og gælder ikke i Norge eller Sverige.",
        "Norge og Sverige har deres egne bestemmelser, som skal læses for sig.",
        "Reglerne er danske, men bygger på EU-direktivets art. 67.",
        "Noten gælder danske kommuner.",
        "Gjelder bare Norge. Danske og svenske regler har egne hjemler.",
    ],
)
def test_for_whom_a_page_is_stands_in_no_answer(boundary):
    rest = "Kontrakten kan vare i fire år."
    assert quoted(f"{boundary} {rest}") == [rest]
    for kept in ("Norge har egne regler om lønn.", "Reglerne er danske og ændres i 2027.", f"Gjelder Norge. {rest}"):
        assert quoted(kept) == [kept]


@pytest.mark.parametrize(("intent", "counts"), [("rule", True), ("example", False)])
def test_the_short_answer_of_the_first_document_that_has_one_counts_more(passage, query, relevance, intent, counts):
    text, question = "Kommunen kan reservere en kontrakt.", "Kan vi reservere?"
    places = (passage("a", "Loven gjelder for alle.", "Vanlige feil"), *(passage(n, text, "Kort svar") for n in "bc"))
    found = quotable(query(question, intent), [Hit(place, 1.0) for place in places], relevance(question))
    _, first, second = (one.score for one in found)
    assert (first - second > DOCUMENT + OWN / 2) == counts


@pytest.mark.parametrize(
    "law", ["anskaffelsesforskriften krever det", "etter LOU", "directive 2014/24", "loven sier det", "§ 8-8"]
)
def test_a_case_of_another_country_tells_what_was_done_and_not_its_law(passage, hits, query, relevance, law):
    """The line as a whole: its other sentences state the rule too."""
    done = "Vaskeriet fikk tre års kontrakt."
    rule = f"Minst 30 prosent må høre til ({law}). Alle ansatte regnes med i andelen."
    case = passage("c", f"- {done}\n- {rule}", kind="case", country="NO")
    question = "Hvor mange må høre til?"
    told = [s.text for s in quotable(query(question, law=("DK", "EU")), hits(case), relevance(question))]
    assert told == [done]
    assert len(quotable(query(question, law=("NO", "EU")), hits(case), relevance(question))) == 3
    assert len(quotable(query(question), hits(case), relevance(question))) == 3


def test_nothing_is_quotable_where_nothing_was_found(query, relevance):
    assert quotable(query("Hvem kan delta?"), (), relevance("Hvem kan delta?")) == []
