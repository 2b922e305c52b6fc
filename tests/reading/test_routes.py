"""The decision rules: what their expressions mean, what is wrong with a file, and that the shipped ones hold together."""

import copy
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from assistant.errors import CorpusError
from assistant.plans import Comparison, Junction, Negation, comparisons
from assistant.reading.conditions import parse
from assistant.reading.corpus import parse as parse_document
from assistant.reading.markdown import headings
from assistant.reading.needs import expression, load_cues, strays
from assistant.reading.routes import astray, load_routes
from assistant.reading.sayings import load_sayings

CORPUS = Path(__file__).parents[2] / "corpus"


@cache
def shipped():
    return load_routes(CORPUS / "routes.yaml")


@cache
def documents():
    found = {}
    for path in CORPUS.rglob("*.md"):
        if path.name != "FORMAT.md":
            card, body, _ = parse_document(path.read_text(encoding="utf-8"), path)
            found[card.id] = (card.kind, {heading for level in (2, 3) for heading in headings(body, level)})
    return found


def words(text):
    return {"nb": text, "da": text, "sv": text, "en": text}


SMALL = {
    "version": 1,
    "roles": [{"id": "buyer", "text": words("Innkjøp")}],
    "questions": [
        {"id": "what", "type": "choice", "text": words("Hva?"), "why_we_ask": words("Derfor."), "options": [
            {"id": "goods", "text": words("Varer")}, {"id": "none", "text": words("Ikke et kjøp")}]},
        {"id": "value", "type": "amount", "text": words("Verdi?"), "why_we_ask": words("Derfor."), "ask_when": "what != none"},
    ],
    "thresholds": [{"id": "limit", "country": "NO", "amount": 100, "currency": "NOK", "what": words("Grense"),
                    "valid_from": None, "valid_to": None, "document": "no-a", "section": "Kort svar"}],
    "routes": [{
        "id": "tender", "kind": "purchase", "name": words("Konkurranse"), "countries": ["NO"], "in_short": words("Kort."),
        "conditions": [{"when": "value >= limit and what == goods", "effect": "favours", "weight": 2, "countries": ["NO"],
                        "reason": words("Fordi."), "document": "no-a", "section": "Kort svar"}],
        "steps": [{"who": "buyer", "countries": ["NO"], "do": words("Gjør."), "document": "no-a", "template": "no-t"}],
        "watch_out": [{"countries": ["NO"], "text": words("Pass på."), "document": "no-a"}],
        "guidance": ["no-a"], "templates": ["no-t"], "example_cases": [],
    }],
    "combinations": [{"id": "alone", "relation": "before", "routes": ["tender", "tender"], "countries": ["NO"],
                      "reason": words("Fordi."), "document": "no-a", "section": "Kort svar"}],
}  # fmt: skip


def load(tmp_path, change=lambda rules: None):
    rules = copy.deepcopy(SMALL)
    change(rules)
    path = tmp_path / "routes.yaml"
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    return load_routes(path)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("what == goods", Comparison("what", "in", ("goods",))),
        ("what != none", Comparison("what", "not in", ("none",))),
        ("start not in [soon, under-4-months]", Comparison("start", "not in", ("soon", "under-4-months"))),
        ("value <= 500000", Comparison("value", "<=", ("500000",))),
        ("always", Junction("and")),
        ("not a == b", Negation(Comparison("a", "in", ("b",)))),
    ],
)
def test_a_condition_is_read(text, read):
    assert parse(text) == read


def test_and_binds_tighter_than_or_and_parentheses_tighter_than_both():
    a, b, c = (Comparison(name, "in", ("x",)) for name in "abc")
    assert parse("a == x or b == x and c == x") == Junction("or", (a, Junction("and", (b, c))))
    assert parse("(a == x or b == x) and c == x") == Junction("and", (Junction("or", (a, b)), c))


@pytest.mark.parametrize(
    "text",
    ["", "what", "what ==", "what == [a]", "what in a", "a == b c", "(a == b", "a == b)", "a = b", "and == b", "a in []",
     "a == b and", "not", "(" * 60 + "always" + ")" * 60, "not " * 60 + "always"],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_says_what_stands_wrong(text):
    with pytest.raises(ValueError, match=r"stands|cannot be read|deep"):
        parse(text)


def test_the_shipped_rules_load_whole():
    rules = shipped()
    assert [len(part) for part in (rules.roles, rules.questions, rules.thresholds, rules.routes)] == [10, 26, 29, 13]
    assert sum(len(route.conditions) for route in rules.routes) == 319
    assert rules.thresholds["no-law-from"].currency == "NOK"


def test_the_shipped_rules_rest_on_documents_and_headings_that_are_there():
    assert astray(shipped(), documents()) == ()


def test_every_question_but_the_need_and_the_country_bears_on_some_route():
    used = {c.question for route in shipped().routes for rule in route.conditions for c in comparisons(rule.when)}
    assert {question.id for question in shipped().questions} - used == {"need", "country"}


def test_small_rules_load(tmp_path):
    rules = load(tmp_path)
    assert rules.routes[0].steps[0].template == "no-t"
    assert rules.questions[1].ask_when == Comparison("what", "not in", ("none",))


def test_rules_of_ones_own_need_no_swedish(tmp_path):
    assert "sv" not in load(tmp_path, lambda r: condition(r)["reason"].pop("sv", None)).routes[0].conditions[0].reason


def condition(rules):
    return rules["routes"][0]["conditions"][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(version=2), "version"),
        (lambda r: condition(r).update(when="what = goods"), 'conditions 1: when: "= goods" cannot be read'),
        (lambda r: condition(r).update(when="whta == goods"), 'question "whta" does not exist (did you mean "what"?)'),
        (lambda r: condition(r).update(when="what == godos"), 'option of what "godos" does not exist (did you mean "goods"?)'),
        (lambda r: condition(r).update(when="value < limmit"), 'threshold "limmit" does not exist (did you mean "limit"?)'),
        (lambda r: condition(r).update(when="what < limit"), "what is no amount"),
        (lambda r: condition(r).update(weight=6), "between 1 and 5"),
        (lambda r: condition(r).update(effect="helps"), '"helps" is not allowed'),
        (lambda r: condition(r).update(countries=["XX"]), '"XX" is not allowed'),
        (lambda r: condition(r)["reason"].pop("da"), "reason da: it is missing"),
        (lambda r: condition(r).pop("section"), "section: it is missing"),
        (lambda r: r["routes"][0]["steps"][0].update(who="boss"), '"boss" is not allowed'),
        (lambda r: r["routes"].append(copy.deepcopy(r["routes"][0])), 'routes: the id "tender" is used more than once'),
        (lambda r: r["questions"][0].pop("options"), "options: a choice must have them"),
        (lambda r: r["questions"][1].update(ask_when="what == gone"), "questions value: ask_when"),
        (lambda r: r["combinations"][0].update(routes=["tender", "gone"]), 'combinations alone: routes "gone" does not exist'),
        (lambda r: r["combinations"][0].update(routes=["tender"]), "it must name two routes"),
        (lambda r: r["thresholds"][0].update(valid_to="soon"), '"soon" is not a date'),
        (lambda r: r.update(extra=[]), "unknown field"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_named_with_its_place(tmp_path, change, said):
    with pytest.raises(CorpusError) as caught:
        load(tmp_path, change)
    assert said in str(caught.value)


def test_a_file_that_holds_no_rules_is_an_error(tmp_path):
    (tmp_path / "routes.yaml").write_text("- 1\n")
    with pytest.raises(CorpusError, match="version: it is missing"):
        load_routes(tmp_path / "routes.yaml")
    with pytest.raises(CorpusError, match="cannot be read"):
        load_routes(tmp_path / "none.yaml")


def test_rules_that_name_what_no_document_holds_go_astray(tmp_path):
    held = {"no-a": ("guidance", {"Kort svar"}), "no-t": ("template", set())}
    assert astray(load(tmp_path), held) == ()
    assert astray(load(tmp_path, lambda r: condition(r).update(document="se-x")), held) == (
        'routes tender: conditions 1: there is no document "se-x"',
    )
    assert astray(load(tmp_path, lambda r: condition(r).update(section="Kort")), held) == (
        'routes tender: conditions 1: "no-a" has no heading "Kort" (did you mean "Kort svar"?)',
    )
    assert astray(load(tmp_path, lambda r: r["routes"][0].update(templates=["no-a"])), held) == (
        'routes tender: templates: "no-a" is not a template',
    )


def test_the_shipped_cues_speak_of_questions_and_options_that_the_rules_have():
    assert strays(load_cues(), shipped(), load_sayings()) == ()


def test_a_cue_of_an_option_that_no_question_has_is_a_stray(tmp_path):
    assert "what: there is no option services" in strays(load_cues(), load(tmp_path))
    assert "there is no question buyer" in strays(load_cues(), load(tmp_path))


@pytest.mark.parametrize(
    ("pattern", "text", "met"),
    [
        ("renhold*", "renholdsavtalen går ut", True),
        ("vask", "vaskeri", False),
        ("*drift", "kantinedrift", True),
        ("kjøpe/købe noe", "vi vil købe noe", True),
        ("{many} .. bedrift*", "to eller tre gode bedrifter", True),
        ("{many} .. bedrift*", "to år. En bedrift", False),
        ("kjøper ikke noe !annet", "vi kjøper ikke noe", True),
        ("kjøper ikke noe !annet", "vi kjøper ikke noe annet", False),
    ],
)
def test_a_pattern_meets_words_in_one_sentence(pattern, text, met):
    classes = {"many": ["to", "tre"]}
    assert bool(re.search(expression(pattern, classes), text.lower())) is met


@pytest.mark.parametrize("pattern", ["", ".. vask", "vask ..", "!a vask"])
def test_a_pattern_that_begins_or_ends_wrongly_is_an_error(pattern):
    with pytest.raises(ValueError, match="begins or ends wrongly"):
        expression(pattern, {})


def test_cues_that_cannot_be_read_are_an_error():
    with pytest.raises(CorpusError, match=r"needs\.toml cannot be read"):
        load_cues("[classes]\n")
