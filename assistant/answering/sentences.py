"""The sentences of passages that may be quoted, with how well each answers the question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering import amounts
from assistant.language import sentences as spans_of
from assistant.language import words
from assistant.types import Hit, Intent, Passage, Query

Relevance = Callable[[Sequence[tuple[Passage, Sequence[tuple[int, int]]]]], list[list[tuple[float, ...]]]]
"""For passages with spans (characters) of their texts: how well each span answers the question, about 0 to 1, and then,
where the question asks several things, each of these."""

SHORTEST = 4  # words; a shorter one is a label and is quoted with what follows it
JOINED = 45  # words that a sentence and the one it leans on may have together
LONGEST = 70  # words; a longer one is no sentence but a table or a list without line breaks

_REFERENCE = re.compile(r"\b(?:no|dk|se|fi|eu)-[a-z0-9-]{6,}\b")  # the id of another document
_BLANK = re.compile(r"\[[A-ZÆØÅÄÖ][A-ZÆØÅÄÖ /-]*\]")  # a place to fill in, in a template
_OF_ITSELF = re.compile(  # of the page, and for whom it is
    r"(?:tabellen|the table|skjemaet|(?:punkter|points) (?:uten|uden|without))\b"
    r"|(?:se|sjå|see) (?:også|också|also|the note|notat\w*|note\w*|mal\w*|skabelon\w*|a[fv]snit\w*)\b"
    r"|(?:regle\w+|beløb\w+|beløp\w+|the rules?|the amounts?)(?: \w+)? (?:her|nedenfor|under|here|below) (?:er|is|are) "
    r"(?:dansk|norsk|svensk|danish|norwegian|swedish)"
    r"|(?:regle\w+|the rules) (?:er|are) (?:danske|norske|danish|norwegian)\b(?! (?:og|and))"
    r"|(?:gjelder|gælder) (?:bare|kun) (?:norge|danmark)\.|(?:noten|notatet) (?:gjelder|gælder) "
    r"|(?:norge|danmark|sverige|noreg) \w+ \w+ har (?:deres |sine |sin )?egne? (?:bestemmelse|regle|regla|lov)",
    re.IGNORECASE,
)
_LEANS = re.compile(  # a sentence that says nothing without the one before it
    r"(?:den|det samme|de(?! som)|dei(?! som)|dette|denne|disse|desse|dessa|detta|slike?|sådan\w*|da|dermed|derfor|difor|därför|der(?! )|dog|likevel|"
    r"they|this|these|such|it|that|then|therefore|however|"
    r"satsen|andelen|fristen|belø[pb]et|beloppet|grensen|grænsen|gränsen|taket|summen|tallet|"
    r"the (?:rate|share|amount|deadline|limit|figure))\b",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(  # what or where, the sentence before says
    r"(?:\b(?:does|do|did|is|are|must|may|can) not|\b(?:brukes|bruges|brukast|används|gjelder|gælder|gjeld|gäller) der)\.$"
)
_CLAUSE = re.compile(  # who, what, how or when, as a label or an item of a list says it
    r"(?:hvem|kven|vem|who|hva|hvad|kva|vad|what|hvordan|korleis|hur|how|hvor|kor|where|hvorfor|why|når|hvornår|när|when|hvilke[nt]?|vilk\w+|which)\b",
    re.IGNORECASE,
)
LABEL = 5  # words that such a label has at most
_ENDS = '.!)»”"'
_STEP = re.compile(r"\d+\.\s")
_LETTERED = re.compile(r"\s*[a-zæøå]\)\s")
_AND = re.compile(r"\b(?:og|och|and|eller|or)\Z")
_NUMBER = re.compile(r"\d")
_YES_OR_NO = re.compile(r" (?:ja|jo|nei|nej|yes|no)\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:1[89]|20)\d\d\b|\b\d{1,2}\.\s?(?:jan|feb|mar|apr|ma[ijr]|jun|jul|aug|sep|okt|oct|nov|de[sc])", re.IGNORECASE
)
_NAME = re.compile(r"(?<=[\w,»] )[A-ZÆØÅÄÖ]\w+")

_ASKS_NUMBER = re.compile(
    r"\b(?:(?:hvor|kor) (?:mange|mye|mykje|meget|stor\w*|lang\w*|høy\w*|høj\w*|lenge|langt|tungt?|gammel|fort)|hur (?:många|mycket|stor\w*|länge|lång\w*|gammal)|"
    r"how (?:many|much|large|long|high|old|far)|prosent\w*|procent\w*|percent\w*|terskel\w*|tærskel\w*|threshold\w*|grense\w*|beløb\w*|beløp\w*)"
)
_ASKS_TIME = re.compile(
    r"\b(?:når\b|hvornår|when\b|hvilket? år|kva for (?:eit )?år|vilket år|hvilken dato|frist\w*|what year|i hvilket årstall)"
)
_ASKS_WHO = re.compile(r"^\W*(?:hvem|kven|vem|who)\b|\b(?:hva heter|kva heiter|hvad hedder|vad heter)\b")

# What a sentence's relevance (0 to 1) is moved by. Tried on the development questions, 2026-11-21, for the share of
# required facts in 165 words: 0.667 with PASSAGE alone at 0.02, 0.713 with these. PASSAGE 0.02 0.03 0.05* 0.08 0.12,
# DOCUMENT 0 0.01 0.02 0.03* 0.04 0.05, SHORT 0 0.05 0.1*, OWN 0 0.1 0.2* 0.5, EXACT 0 0.03 0.05* 0.06, KIND 0 0.06* 0.12.
# OWN is lower since the network of selection.py is asked. Of the 182 questions that extractive.py tells of at LEAD, with
# OWN 0.2 0.1 0.05* 0: the first sentence must be held .379 .418 .418 .440; must be held and is .645 .659 .665 .671;
# facts of the development questions with 0.05* and 0: .830 .824.
PASSAGE = 0.05  # for each point of score that its passage lies behind the best
DOCUMENT = 0.03  # for each document that was found before its own, at most five
SHORT = 0.1  # it stands under the document's short answer
OWN = 0.05  # that document is the first found that has one, and a definition, a rule or conditions are asked for
CASE = 0.06  # it tells of a case, where a definition, a rule or conditions are asked for: an example is no rule
EXACT = 0.05  # it names a section or a number, where law is asked for
UNENDED = 0.05  # it ends without a mark, as a line of a list does that its heading or introduction explains
KIND = 0.06  # it holds the kind of thing that is asked for: a number, a date, a name
AMOUNT = 0.1  # it tells what holds for the amount that the question names; as much less where it tells of others

LEGAL: frozenset[Intent] = frozenset({"definition", "rule", "conditions", "comparison", "howto", "broad"})
DIRECT: frozenset[Intent] = frozenset({"definition", "rule", "conditions"})
SHORT_ANSWER = frozenset({"Kort svar", "Short answer"})
NEAR = 4  # documents, as found, one of which may lead with its short answer
_EXACT = re.compile(r"§|\d")
_LAW = re.compile(
    r"§|\b(?:art(?:ikkel|ikel|icle)?\.? ?\d|\w*forskrift\w*|\w*direkti[vf]\w*|directive|bekendtgørelse\w*|LOU|act|sections? \d|"
    r"\w*(?:anskaffelses|udbuds|upphandlings|opplærings|arbeidsmiljø)l(?:ov|ag)\w*|lov(?:en|a|ens)?|lag(?:en|ens))\b",
    re.IGNORECASE,
)
"""A line of a case that tells its own country's law."""


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence of a passage: where it stands in the passage's text, what it is there, and its scores.

    `scores` are for the question as a whole, and then for each of the things that it asks where there are several.
    `step` says that it stands in a numbered step.
    """

    hit: int
    passage: Passage
    start: int
    end: int
    step: bool
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """How well it answers the question as a whole."""
        return self.scores[0]

    @property
    def text(self) -> str:
        """The words, verbatim."""
        return self.passage.text[self.start : self.end]

    @property
    def leans(self) -> bool:
        """Whether it begins with a word that points back to what is not quoted with it."""
        return bool(_LEANS.match(self.text))

    @property
    def headed(self) -> bool:
        """Whether it stands below a heading that asks."""
        return self.passage.heading.endswith("?")

    @property
    def item(self) -> bool:
        """Whether it is an item of a list that its heading introduces: "- How a breach is reported."."""
        return self.passage.text[: self.start].endswith("- ") and bool(_CLAUSE.match(self.text))

    @property
    def length(self) -> int:
        """How many words it has."""
        return len(self.text.split())


def quotable(query: Query, hits: Sequence[Hit], relevance: Relevance) -> list[Quotable]:
    """Every sentence of the hits' passages that may stand in an answer, in order of hit and of place.

    A sentence's score is its own relevance, less for a passage and a document that were found further down, more
    for the document's own short answer, for holding what is asked for, and in law for a section or a number. Where the
    question stands under a country's law, a case of another country tells what was done there, and not its law.
    """
    if not hits:
        return []
    best, documents = hits[0].score, list(dict.fromkeys(hit.passage.card.id for hit in hits))
    leader, sums = leading(query, hits), amounts.asked(query.text, query.language)
    found: list[Quotable] = []
    marked = [(hit.passage, _spans(query, hit.passage)) for hit in hits]
    for number, ((passage, spans), covered) in enumerate(zip(marked, relevance(marked), strict=True)):
        example = CASE if passage.card.kind == "case" and leader else 0.0
        behind = example + PASSAGE * (best - hits[number].score) + DOCUMENT * min(documents.index(passage.card.id), 5)
        short = SHORT if passage.heading in SHORT_ANSWER and query.intent in LEGAL else 0.0
        leads = passage.heading in SHORT_ANSWER and passage.card.id == leader
        for (start, end), covers in zip(spans, covered, strict=True):
            text = passage.text[start:end]
            exact = EXACT if query.intent in LEGAL and _EXACT.search(text) else 0.0
            line = passage.text.rfind("\n", 0, start) + 1
            step = bool(_STEP.match(passage.text[line:]))
            unended = UNENDED if text[-1] not in _ENDS and not step else 0.0
            fit = AMOUNT * amounts.fits(sums, text, passage.card.language)
            more = kind_bonus(query.text, text) + fit + short + OWN * leads + exact - behind - unended
            scores = tuple(cover + more for cover in covers)
            found.append(Quotable(number, passage, start, end, step, scores))
    return found


def _spans(query: Query, passage: Passage) -> list[tuple[int, int]]:
    """The sentences of a passage that may stand in the answer."""
    spans = whole_sentences(passage.text, tables=query.intent == "template")
    if query.law and passage.card.kind == "case" and passage.card.country not in {None, *query.law}:
        return [span for span in spans if not _LAW.search(_line(passage.text, *span))]
    return spans


def _line(text: str, start: int, end: int) -> str:
    """The whole line, a paragraph or a bullet, in which a span stands."""
    return text[text.rfind("\n", 0, start) + 1 : text.find("\n", end) if "\n" in text[end:] else len(text)]


def leading(query: Query, hits: Sequence[Hit]) -> str | None:
    """Id of the document whose short answer opens the answer: the first of the nearest that has one, or None."""
    if query.intent not in DIRECT:
        return None
    near = list(dict.fromkeys(hit.passage.card.id for hit in hits))[:NEAR]
    having = {hit.passage.card.id for hit in hits if hit.passage.heading in SHORT_ANSWER}
    return next((name for name in near if name in having), None)


def whole_sentences(text: str, *, tables: bool = False) -> list[tuple[int, int]]:
    """Spans of sentences that can stand alone: labels joined to what they label, headings and bare cells left out.

    A question is left out too, unless a yes or no on the same line answers it: that says nothing alone.
    """
    spans: list[tuple[int, int]] = []
    carried: int | None = None
    for start, end in spans_of(text):
        piece = text[start:end]
        same_line = carried is not None and "\n" not in text[carried:start]
        first = carried if carried is not None and same_line else start
        if piece.endswith("?"):
            carried = start if _YES_OR_NO.match(text, end) else None
            continue
        short = len(piece.split()) < SHORTEST or _labels(text, start, end)
        if _goes_on(text, start, end) or (short and not _alone(text, start, end)):
            carried = first
            continue
        carried = None
        leans = _LEANS.match(text[first:end]) or _CUT_SHORT.search(text[first:end])
        if spans and leans and text[spans[-1][1] : first] == " ":
            joined = text[spans[-1][0] : end]
            if len(joined.split()) <= JOINED and (tables or not _BLANK.search(joined)):
                first = spans.pop()[0]
        whole = text[first:end]
        if len(whole.split()) > LONGEST or whole.endswith("?") or _REFERENCE.search(whole) or _OF_ITSELF.match(whole):
            continue
        if not tables and (" | " in whole or _BLANK.search(whole)):
            continue
        spans.append((first, end))
    return spans


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a piece ends where a list goes on with it: at a colon, at "and", or before "a)" without a full stop."""
    if text[end - 1] == ":" or _AND.search(text, start, end):
        return True
    listed = _LETTERED.fullmatch(text[text.rfind("\n", 0, start) + 1 : start])
    return text[end - 1].isalnum() and not listed and bool(_LETTERED.match(text, end))


def _labels(text: str, start: int, end: int) -> bool:
    """Whether a piece is a label that what follows on its line answers: "Who counts as disadvantaged."."""
    piece = text[start:end]
    return bool(
        _CLAUSE.match(piece) and "," not in piece and len(piece.split()) <= LABEL and text[end : end + 1] == " "
    )


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a short piece says something by itself: it ends its line, and holds a number or is a step of two words."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    step = text[end - 1] == "." and " " in text[start:end] and _STEP.fullmatch(line)
    return text[end : end + 1] in ("", "\n") and bool(step or _NUMBER.search(text, start, end))


def kind_bonus(question: str, sentence: str) -> float:
    """KIND when the sentence holds the kind of thing that the question asks for, else 0."""
    asked = question.lower()
    if _ASKS_NUMBER.search(asked):
        return KIND if _NUMBER.search(sentence) else 0.0
    if _ASKS_TIME.search(asked):
        return KIND if _DATE.search(sentence) else 0.0
    if _ASKS_WHO.search(asked):
        known = set(words(question))
        return KIND if any(name.lower() not in known for name in _NAME.findall(sentence)) else 0.0
    return 0.0
