"""The form of an answer that is made of the documents' own sentences."""

from dataclasses import replace

import pytest

from assistant.answering.extractive import CASES, DOCUMENTS, LEAD, OPENING, OTHERS, WORDS, compose
from assistant.language import words
from assistant.types import Hit

RULE = (
    "- Ja, oppdragsgivere kan reservere en kontrakt for inkluderingsbedrifter.\n"
    "- Minst 30 prosent av de ansatte må høre til målgruppen.\n"
    "- Bruken av reglene skal angis i kunngjøringen."
)
STEPS = (
    "1. Kartlegg hvilke bedrifter som finnes i markedet.\n"
    "2. Beregn verdien av hele avtalen på forhånd.\n"
    "3. Kunngjør at konkurransen er reservert i Doffin.\n"
    "4. Kontroller status før tildeling av kontrakten."
)
FILLER = (
    "Bussen kjører hver morgen forbi det gamle biblioteket ved elven.",
    "Hagen bak kirken har epler, pærer, plommer og mange gule roser.",
    "Fiskerne selger torsk, sei og makrell nede på den lange brygga.",
    "Skolekorpset spiller marsjer utenfor rådhuset på nasjonaldagen vår.",
    "Snøen smelter sent oppe ved seterstien bak de høyeste fjellene.",
    "Bakeren steker rundstykker, boller og brød lenge før soloppgang.",
)


@pytest.fixture
def answer(query, hits, relevance):
    """Composes an answer to a question from passages, best first."""

    def composed(question, *passages, intent="rule", **told):
        return compose(query(question, intent, **told), hits(*passages), relevance(question))

    return composed


def texts(draft):
    return [claim.text for part in draft.parts for claim in part.claims]


def many(passage, count, **card):
    """Documents of one heading each, that share no words."""
    return [
        passage(
            f"doc{n}", " ".join(f"Ord{n}{k}x{m} ligger{n}{k} her{n}{m}{k}." for k in range(9) for m in range(2)), **card
        )
        for n in range(count)
    ]


def test_every_claim_is_a_verbatim_quote_of_the_passage_that_it_names(answer, passage):
    draft = answer("Hvem kan delta?", passage("a", RULE), passage("b", STEPS, "Steg for steg"))
    for part in draft.parts:
        for claim in part.claims:
            ((source, quote),) = claim.quotes
            assert claim.text == quote
            assert quote in source.text


@pytest.mark.parametrize("heading", ["Mer", "Kort svar"])
def test_the_best_sentence_stands_first_also_where_there_is_a_short_answer(answer, passage, heading):
    filler = passage("a", " ".join(FILLER[:3]), heading)
    best = passage("b", FILLER[3] + " Lærlinger kan kreves i alle store kontrakter.", "Mer")
    draft = answer("Kan lærlinger kreves i kontrakter?", filler, best)
    assert texts(draft)[0] == "Lærlinger kan kreves i alle store kontrakter."


@pytest.mark.parametrize("heading", ["Mer", "Kort svar"])
def test_the_short_answer_of_the_guide_to_what_is_asked_opens_in_its_own_order(
    query, hits, relevance, passage, heading
):
    short = "Oppdragsgivere kan holde av konkurranser. To vilkår gjelder samtidig for bedriftene."
    found = hits(passage("a", "Lærlinger kan kreves i kontrakter.", "Mer"), passage("b", short, heading))
    asked = "Kan lærlinger kreves i kontrakter?"
    told = texts(compose(query(asked), found, relevance(asked), "b"))
    sentences = ["Oppdragsgivere kan holde av konkurranser.", "To vilkår gjelder samtidig for bedriftene."]
    best = "Lærlinger kan kreves i kontrakter."
    assert told == ([*sentences, best] if heading == "Kort svar" else [best, *sentences])
    assert texts(compose(query(asked), found, relevance(asked)))[0] == best


def test_what_stands_below_a_heading_that_asks_opens_before_the_short_answer_of_the_guide(
    query, hits, relevance, passage
):
    short = "Oppdragsgivere kan holde av konkurranser. To vilkår gjelder samtidig for bedriftene."
    asked, best = "Kan lærlinger kreves i kontrakter?", "Lærlinger kan kreves i kontrakter."
    found = hits(passage("b", short, "Kort svar"), passage("b", best, "Kan vi kreve lærlinger?"))
    assert texts(compose(query(asked), found, relevance(asked), "b"))[0] == best


def test_a_long_short_answer_opens_with_its_best_sentences_only(query, hits, relevance, passage):
    long = " ".join(f"Setning nummer {n} om {' og '.join(FILLER[n % 6].split()[:8])}." for n in range(12))
    found = hits(passage("b", long, "Kort svar"), passage("a", RULE, "Mer"))
    draft = compose(query("Kan oppdragsgivere reservere?"), found, relevance("Kan oppdragsgivere reservere?"), "b")
    assert len(draft.parts[0].claims) <= LEAD
    assert sum(len(claim.text.split()) for claim in draft.parts[0].claims) <= OPENING
    assert RULE[2:].splitlines()[0] in texts(draft)


MISTAKES = "- Kommunen bruker reglene uten å angi det i kunngjøringen.\n- Bruken av reglene angis etter tildeling."


@pytest.mark.parametrize(
    "heading",
    [
        "Vanlige feil",
        "Det bør I ikke skrive",
        "Dette er ikke lovlig eller bør unngås",
        "Det er ikke lovligt, tag det ud",
    ],
)
def test_what_people_do_wrong_stands_last_under_its_own_heading_and_never_opens_an_answer(answer, passage, heading):
    wrong, more = passage("b", MISTAKES, heading), passage("c", STEPS, "Mer")
    draft = answer("Må bruken av reglene angis i kunngjøringen?", wrong, passage("a", RULE), more)
    assert [part.title for part in draft.parts] == [None, OTHERS["nb"], heading]
    assert {quote for claim in draft.parts[-1].claims for _, quote in claim.quotes} <= set(MISTAKES[2:].split("\n- "))
    assert not set(texts(draft)[: -len(draft.parts[-1].claims)]) & set(MISTAKES[2:].split("\n- "))
    without_short_answer = answer("Må bruken av reglene angis i kunngjøringen?", wrong, more)
    assert [part.title for part in without_short_answer.parts][-1] == heading
    assert without_short_answer.parts[0].title is None


@pytest.mark.parametrize(
    "question",
    ["Hva går galt i kunngjøringen?", "Hvilke feil gjør en kommune i bruken av reglene?", "Hva bør kommunen unngå?"],
)
def test_an_overview_tells_what_people_do_wrong_only_where_that_is_asked_for(answer, passage, question):
    wrong, more = passage("b", MISTAKES, "Vanlige feil"), passage("c", STEPS, "Mer")
    assert set(texts(answer(question, wrong, more, intent="broad"))) & set(MISTAKES[2:].split("\n- "))
    told = texts(answer("Hva bør en kommune vite om bruken av reglene?", wrong, more, intent="broad"))
    assert told
    assert not set(told) & set(MISTAKES[2:].split("\n- "))


def test_more_of_the_document_that_leads_stands_under_its_headings(answer, passage):
    terms = passage("a", "- Reglene gjelder i alle store kontrakter.", "Vilkår i loven", 2)
    draft = answer("Hvem kan angi bruken i kunngjøringen?", passage("a", RULE), terms, passage("b", STEPS, "Mer"))
    assert [part.title for part in draft.parts] == [None, "Vilkår i loven", OTHERS["nb"]]


@pytest.mark.parametrize("language", ["nb", "nn", "da", "sv", "en", "fi"])
def test_one_document_opens_an_answer_and_what_others_say_stands_under_a_heading_in_its_language(
    query, hits, relevance, passage, language
):
    asked = "Når kjører bussen forbi biblioteket ved elven?"
    found = hits(passage("a", FILLER[2], "Mer"), passage("b", FILLER[0] + " " + FILLER[1], "Mer"))
    draft = compose(query(asked, language=language), found, relevance(asked))
    assert [claim.text for claim in draft.parts[0].claims] == [FILLER[0], FILLER[1]]
    assert [(part.title, part.form) for part in draft.parts[1:]] == [(OTHERS.get(language, OTHERS["en"]), "bullets")]


def test_an_item_of_a_list_of_another_document_stands_under_the_heading_that_introduces_it(answer, passage):
    item, whole = "Hvordan bussen meldes, og til hvem.", "Når bussen er full, venter alle sjåførene."
    listed = passage("b", f"- {item}\n{whole}", "Dette bør stå i avtalen")
    parts = answer(
        "Når kjører bussen forbi det gamle biblioteket ved elven?", passage("a", FILLER[0], "Mer"), listed
    ).parts
    assert [(part.title, [claim.text for claim in part.claims]) for part in parts] == [
        (None, [FILLER[0]]),
        (OTHERS["nb"], [whole]),
        ("Dette bør stå i avtalen", [item]),
    ]


def test_what_points_back_to_something_that_is_not_quoted_opens_no_answer_unless_it_is_clearly_the_best(
    answer, passage
):
    question = "Kjører bussen forbi biblioteket eller kirken?"
    back = passage("a", "Likevel kjører bussen forbi alt om natten.", "Mer")
    near = passage("b", "Biblioteket eller kirken har egen holdeplass ved torget.", "Mer")
    far = passage("b", "Holdeplassen ved kirken er ny og lukket.", "Mer")
    assert texts(answer(question, back, near)) == [near.text, back.text]
    assert texts(answer(question, back, far)) == [back.text, far.text]


def test_another_document_leads_beside_the_best_where_it_answers_nearly_as_well(answer, passage):
    question = "Kjører bussen forbi biblioteket, kirken, torget eller brygga?"
    best = passage("a", "Bussen kjører forbi biblioteket og torget hver dag. " + FILLER[2], "Mer")
    near = passage("b", "Ruten går innom kirken eller brygga og biblioteket.", "Mer")
    far = passage("b", "Ruten har holdeplass ved kirken.", "Mer")
    assert near.text in [claim.text for claim in answer(question, best, near).parts[0].claims]
    assert far.text not in [claim.text for claim in answer(question, best, far).parts[0].claims]


def test_a_case_beside_a_rule_stands_under_its_own_title(answer, passage):
    case = passage("c", "Kommunen angir i kunngjøringen at vaskeriet er reservert.", "Slik fungerer det", kind="case")
    draft = answer("Hva skal angis i kunngjøringen?", passage("a", RULE), case)
    assert [(part.title, len(part.claims)) for part in draft.parts][-1] == ("Om c", 1)


def test_after_the_best_sentence_those_of_one_document_stand_side_by_side_in_their_order(answer, passage):
    one = passage("a", "Bussen angis nokså ofte. Gebyret angis i kunngjøringen av bussen. Kjøpet angis nesten aldri.")
    draft = answer("Hva skal angis i kunngjøringen?", one)
    assert [claim.text[:4] for claim in draft.parts[0].claims] == ["Geby", "Buss", "Kjøp"]


def test_a_yes_or_no_opens_the_answer_or_stands_nowhere_behind_another_sentence(answer, passage):
    draft = answer("Skal bruken angis i kunngjøringen?", passage("a", RULE))
    assert [claim.text[:4] for claim in draft.parts[0].claims] == ["Ja, ", "Bruk", "Mins"]


def test_no_sentence_is_said_twice(answer, passage):
    places = [passage(f"doc{n}", RULE, heading) for n, heading in enumerate(["Kort svar", "Mer", "Kort svar"])]
    said = texts(answer("Hvem kan reservere en kontrakt?", *places))
    assert len(said) == len(set(said)) == 3


def test_a_sentence_that_says_nearly_the_same_is_left_out(answer, passage):
    one = passage("a", "Minst 30 prosent av de ansatte må høre til målgruppen.")
    other = passage("b", "Minst 30 prosent av alle ansatte må høre til målgruppen.")
    assert len(texts(answer("Hvor mange prosent?", one, other))) == 1


def test_a_sentence_with_a_figure_of_its_own_says_something_new_however_alike(answer, passage):
    own = passage("a", "Vanlig støtte: inntil 300 000 euro over tre år.\nTjenester: inntil 750 000 euro over tre år.")
    assert len(texts(answer("Hvor mye er inntil over tre år?", own))) == 2


def test_each_of_several_things_that_are_asked_gets_its_best_sentence(query, hits, passage):
    owners = [f"Eier{n}a sitter{n}b i{n}c styret{n}d med{n}e alle{n}f sine{n}g fullmakter{n}h." for n in range(30)]
    wage = "Lønnen følger alltid tariffen i hele kommunen vår."
    place = passage("a", "\n".join([*owners, wage]))

    def covers(marked):
        said = [[source.text[a:b] for a, b in spans] for source, spans in marked]
        return [[(1.0 - 0.9 * (t == wage), float(t != wage), float(t == wage)) for t in texts] for texts in said]

    def whole(marked):
        return [[scores[:1] for scores in rows] for rows in covers(marked)]

    asked = query("Hvem eier den, og hva er lønnen?", "rule")
    assert wage in texts(compose(asked, hits(place), covers))
    assert wage not in texts(compose(asked, hits(place), whole))


@pytest.mark.parametrize("intent", ["rule", "howto", "example", "broad", "comparison", "template", "figure"])
def test_an_answer_stays_within_its_words_and_documents(answer, passage, intent):
    kind = {"example": "case", "template": "template"}.get(intent, "guidance")
    draft = answer("Ord01x0 ligger00?", *many(passage, 8, kind=kind), intent=intent, countries=("NO",))
    listed = intent in ("example", "broad")
    names = {claim.quotes[0][0].card.id for part in draft.parts for claim in part.claims}
    assert 0 < sum(len(text.split()) for text in texts(draft)) <= (176 if listed else WORDS)
    assert (0 if listed else 1) < len(names) <= (CASES if listed else DOCUMENTS)  # a list leaves out what is far behind


def test_an_answer_rests_on_few_documents_even_where_more_would_fit(answer, passage):
    draft = answer("Kjører bussen?", *(passage(f"doc{n}", text, "Mer") for n, text in enumerate(FILLER)))
    assert len({claim.quotes[0][0].card.id for part in draft.parts for claim in part.claims}) == DOCUMENTS


def test_steps_are_told_in_their_own_order_under_what_matters_most(answer, passage):
    question = "Hvordan kontrollerer vi status før tildeling av kontrakten?"
    draft = answer(question, passage("a", STEPS, "Steg for steg", 4), passage("a", RULE), intent="howto")
    assert [part.form for part in draft.parts] == ["paragraph", "steps"]
    assert [claim.text.split()[0] for claim in draft.parts[1].claims] == [
        "Kartlegg",
        "Beregn",
        "Kunngjør",
        "Kontroller",
    ]


def test_what_another_document_says_stands_behind_the_steps_unless_they_are_of_something_else(answer, passage):
    question = "Hvordan kontrollerer vi status før tildeling av kontrakten?"
    said = "Vi kontrollerte status før tildeling av kontrakten og fant feil."
    case, steps = passage("c", said, "Erfaringer", kind="case"), passage("a", STEPS, "Steg for steg")
    draft = answer(question, case, steps, intent="howto")
    assert [(part.form, part.title) for part in draft.parts] == [("steps", None), ("bullets", "Om c")]
    draft = answer(question, passage("b", said, "Mer"), steps, intent="howto")
    assert [(part.form, part.title) for part in draft.parts] == [("steps", None), ("bullets", OTHERS["nb"])]
    elsewhere = passage("a", "1. Se på bussen.\n2. Finn biblioteket ved elven.", "Steg for steg")
    assert [part.form for part in answer(question, case, elsewhere, intent="howto").parts] == ["paragraph", "bullets"]


def test_steps_come_from_one_document_the_nearest_that_has_them(answer, passage):
    danish = passage("b", "1. Undersøg markedet og find bydere.\n2. Offentliggør udbuddet i god tid.", "Trin for trin")
    question = "Hvordan finder vi bydere og offentliggør udbuddet i god tid?"
    draft = answer(question, passage("a", STEPS, "Steg for steg"), danish, intent="howto")
    steps = next(part for part in draft.parts if part.form == "steps")
    assert {claim.quotes[0][0].card.id for claim in steps.claims} == {"a"}


def test_a_numbered_list_that_is_no_step_by_step_is_told_as_any_sentence(answer, passage):
    listed = passage(
        "t", "1. Vis antall når deltakerne er få.\n2. Bruk intervjuer ved årets slutt.", "Slik leser du tallene"
    )
    draft = answer(
        "Hvordan viser vi antall når deltakerne er få?", listed, passage("a", STEPS, "Steg for steg"), intent="howto"
    )
    assert texts(draft)[0] == "Vis antall når deltakerne er få."


def test_a_how_to_without_steps_is_explained(answer, passage):
    draft = answer("Hvordan gjør vi det?", passage("a", RULE), intent="howto")
    assert draft.parts
    assert all(part.form != "steps" for part in draft.parts)


def test_examples_stand_under_their_titles_each_with_a_figure(answer, passage):
    def case(n, figure):
        text = f"{FILLER[n]} {FILLER[n + 1]} Etter to år hadde {figure} fått fast jobb."
        return passage(f"case{n}", text, "Resultater", kind="case", title=f"Sak {n}")

    rule = passage("a", RULE)
    draft = answer(
        "Har noen fått fisk på brygga?", case(0, "12 av 20"), rule, case(2, "sju av ti (70 %)"), intent="example"
    )
    assert {part.title for part in draft.parts} == {"Sak 0", "Sak 2"}
    for part in draft.parts:
        assert any(any(c.isdigit() for c in claim.text) for claim in part.claims)


def test_a_figure_is_told_even_where_other_sentences_fit_better(answer, passage):
    text = "Bussen kjører til jobben. Alle tar bussen hjem. Sent på dagen kjører bussen. Til sammen fikk 12 arbeid."
    draft = answer("Kjører bussen?", passage("case", text, "Resultater", kind="case"), intent="example")
    assert "Til sammen fikk 12 arbeid." in texts(draft)


def test_no_guidance_is_listed_among_cases_but_it_explains_where_no_case_is_near(answer, passage):
    rule, case = (
        passage("a", RULE),
        passage("b", "Kommunen reserverte kantine med 12 ansatte.", kind="case", title="Sak"),
    )
    draft = answer("Reservere kontrakt for inkluderingsbedrifter med kantine?", rule, case, intent="example")
    assert [part.title for part in draft.parts] == ["Sak"]
    draft = answer(
        "Finnes kontrakt oppdragsgivere kan reservere for inkluderingsbedrifter?", rule, case, intent="example"
    )
    assert texts(draft)[0].startswith("Ja, oppdragsgivere kan reservere en kontrakt")


def test_a_case_far_behind_the_best_is_not_listed(answer, passage):
    near, far = (passage(f"case{n}", text, kind="case", title=f"Sak {n}") for n, text in enumerate(FILLER[:2]))
    draft = answer("Kjører bussen forbi biblioteket?", near, far, intent="example")
    assert [part.title for part in draft.parts] == ["Sak 0"]


def test_guidance_is_listed_where_no_case_was_found(answer, passage):
    draft = answer("Eksempler på reserverte kontrakter?", passage("a", RULE), intent="example")
    assert [part.title for part in draft.parts] == ["Om a"]


def test_a_comparison_has_both_sides_each_under_a_title(answer, passage):
    norway = passage("no", "Norske kommuner kan reservere etter § 8-8 i forskriften.")
    denmark = passage("dk", "Danske kommuner kan reservere efter udbudslovens § 54.", country="DK", language="da")
    draft = answer("Forskjellen på Norge og Danmark?", norway, denmark, intent="comparison", countries=("NO", "DK"))
    assert [part.title for part in draft.parts] == ["Om no", "Om dk"]


def test_a_comparison_with_only_one_side_held_is_explained(answer, passage):
    draft = answer("Forskjellen?", passage("no", RULE), intent="comparison", countries=("NO", "FI"))
    assert [part.title for part in draft.parts] == [None]


def test_a_template_is_offered_under_its_title_before_the_guidance(answer, passage):
    template = passage(
        "mal",
        "Konkurransen er reservert for virksomheter i [KOMMUNE].\nFelt | Svar fra leverandøren om andel",
        kind="template",
        title="Mal",
    )
    draft = answer("Har dere en mal?", passage("a", RULE), template, intent="template")
    assert draft.parts[0].title == "Mal"
    assert len(draft.parts[0].claims) == 2
    assert {claim.quotes[0][0].card.id for part in draft.parts[1:] for claim in part.claims} == {"a"}


def test_a_template_is_told_by_a_sentence_of_each_of_its_parts_in_its_own_order(answer, passage):
    def part(number, heading, text):
        made = passage("mal", text, "Malen", number, kind="template", title="Mal for saksframlegg")
        return replace(made, path=("Malen", heading))

    background = part(1, "Bakgrunn", "Kommunen kjøper renhold for [BELØB] i året.")
    asked = "Har dere en mal om renhold og risiko for kommunen?"
    risks = part(2, "Risiko", "Risiko for kommunen er høy eller lav. Risiko for leverandøren er [HØY ELLER LAV].")
    draft = answer(asked, passage("a", RULE), risks, background, intent="template")
    assert [part.title for part in draft.parts] == ["Mal for saksframlegg", "Risiko", "Om a"]


def test_a_template_that_is_not_held_is_not_offered(answer, passage):
    draft = answer("Har dere en mal?", passage("a", RULE), intent="template")
    assert draft.parts
    assert all(part.title is None for part in draft.parts)


@pytest.mark.parametrize("intent", ["rule", "howto", "example", "comparison", "template"])
def test_nothing_quotable_gives_an_empty_draft(answer, passage, intent):
    draft = answer("Hvem?", passage("a", "Hvem kan delta i konkurransen?\nOverskrift"), intent=intent)
    assert draft.parts == ()


def test_what_is_said_of_other_documents_stands_by_document(answer, passage):
    other = passage("b", " ".join(FILLER[:5]), "Mer")
    draft = answer("Hvem kan reservere?", passage("a", RULE), other)
    rest = [claim.text for part in draft.parts[1:] for claim in part.claims]
    assert rest == sorted(rest, key=other.text.index)
    assert words(" ".join(rest))


def test_a_document_far_behind_the_best_says_nothing_to_a_question_for_a_rule(query, passage, relevance):
    rule, more, far = passage("a", RULE), passage("a", STEPS, "Steg", 2), passage("b", " ".join(FILLER[:3]), "Mer")
    asked = "Hvem kan delta og kjører bussen forbi biblioteket?"

    def cited(*scores):
        found = [Hit(p, score) for p, score in zip((rule, far, more), scores, strict=True)]
        draft = compose(query(asked), found, relevance(asked))
        return {source.card.id for part in draft.parts for claim in part.claims for source, _ in claim.quotes}

    assert cited(9.0, 8.0, 1.0) == {"a", "b"}
    assert cited(9.0, 1.0, 1.0) == {"a"}
