"""The corpus format: front matter in, a checked Card out; the glossary in, its Concepts out.

`FORMAT.md` in the corpus folder says for people what this file checks. Whatever is wrong in a file comes as
one CorpusError that names the file, every field at fault and what the field may hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from assistant.errors import CorpusError
from assistant.language import detect
from assistant.reading.fields import COUNTRY, Fields, nearest, shown
from assistant.reading.markdown import DOCUMENT_ID, headings, markdown_blocks, see_also
from assistant.reading.vocabulary import GLOSSARY_LANGUAGES, KINDS, LANGUAGES, MODELS, TOPICS
from assistant.types import Card, Concept, Figure, Kind, Question, Source

REQUIRED = ("id", "kind", "title", "language", "country", "summary", "topics", "as_of", "sources")
MAX_DEPTH = 20
"""YAML is built recursively in C: without a limit, a hostile file could bring the process down."""

KEYS = tuple(Card.__dataclass_fields__)

_HINT = "FORMAT.md in the corpus folder says what each field may hold; correct the file and ingest it again."
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(r"---[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[ \t]*[\w-]+[ \t]*:")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MARKER = re.compile(r"\[(\d{1,3})\](?!\()")
_PACKED = re.compile(r"\.zip!", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_FOLD = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss"})


def has_front_matter(text: str) -> bool:
    """Say whether a text opens with front matter, closed or not; a mere rule ("---") does not count."""
    return _OPENED.match(_clean(text)) is not None


def parse(text: str, path: Path, detect: Callable[[str], str] = detect) -> tuple[Card, str, int]:
    """Read a corpus file: its checked Card, its Markdown body, and the line (from 1) where the body begins.

    A text without front matter gets the Card that `derive` gives, its language found by `detect`, which takes
    the text and gives a language code (`assistant.language.detect` unless told otherwise). Raises CorpusError,
    which lists everything that is wrong in the file.
    """
    text = _clean(text)
    if not has_front_matter(text):
        return derive(path, text, detect(text)), text, 1
    found = _FRONT_MATTER.match(text)
    if not found:
        raise _error(path, ["front matter: it is opened with --- but never closed; write --- on a line after it"])
    raw = _load(found[1], path, first_line=2)
    if not isinstance(raw, dict):
        raise _error(path, ["front matter: it holds no fields; write one `field: value` on each line"])
    body = text[found.end() :]
    card, problems = _card(raw, _repeated(found[1]))
    if card and card.id != path.stem:
        problems.append(f'id: "{card.id}" is not the file name; call it "{path.stem}", or the file "{card.id}.md"')
    problems += check(card, body) if card else ()
    if problems or not card:
        raise _error(path, problems)
    return card, body, text[: found.end()].count("\n") + 1


def derive(name: Path | str, text: str, language: str) -> Card:
    """Make the Card of a text that has none, from its file name (or address), its text and its language code.

    The id is the name without its ending as a slug: æ, ø and å become ae, oe and aa, other letters lose their
    marks. The title is the first level-1 heading or, without one, the name. The kind is "case", an account of
    something: "guidance" would let the text be cited as the law. Country and date stay None, since nobody has
    said them. Two texts may get the same id: whoever keeps them must tell them apart.
    """
    stem = _stem(str(name))
    folded = unicodedata.normalize("NFKD", stem.lower().translate(_FOLD)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    title = next(iter(headings(text, 1)), "") or re.sub(r"[-_\s]+", " ", stem).strip()
    return Card(id=slug or "untitled", kind="case", title=title or "Untitled", language=language)


def check(card: Card, body: str) -> tuple[str, ...]:
    """List what does not fit together in a document, one sentence each, empty when all is well.

    Looks at the id's form, title against the level-1 heading, source markers, results, questions and answers.
    """
    sections, numbers = headings(body, 2), {source.number for source in card.sources}
    problems = []
    if not _KEBAB.fullmatch(card.id):
        problems.append(f'id: "{card.id}" is not in kebab-case; use a-z, 0-9 and single hyphens')
    elif card.country and not card.id.startswith(f"{card.country.lower()}-"):
        problems.append(f'id: "{card.id}" must begin with the country code, "{card.country.lower()}-"')
    title = next(iter(headings(body, 1)), None)
    if title != card.title:
        problems.append(f'title: it must equal the level-1 heading, which is {shown(title)}, not "{card.title}"')
    used = dict.fromkeys(int(number) for number in _MARKER.findall(body))
    problems += [
        f"sources: the text cites [{number}], which is not among them" for number in used if number not in numbers
    ]
    for number, figure in enumerate(card.results, start=1):
        if figure.source is not None and figure.source not in numbers:
            problems.append(f"results {number}: source {figure.source} is not among the sources")
    problems += [_lost(question, sections) for question in card.questions if question.section not in (None, *sections)]
    lines = "\n".join(block.text for block in markdown_blocks(body)) if card.answers else ""
    problems += [
        f'answers: nothing reads "{question.sentence}" (asked "{question.text}"); write how the sentence begins'
        for question in card.answers
        if (question.sentence or "") not in lines
    ]
    return tuple(problems)


def dangling(bodies: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Find references to documents that are not there.

    Takes all bodies by document id; gives pairs (id of the document, id that it names in vain). Looks at the
    "see also" sections and at words of the running text that look like ids of this collection: three parts or
    more, and the same first part as some document's.
    """
    prefixes = {id_.split("-")[0] for id_ in bodies}
    found = []
    for id_, body in bodies.items():
        running = {name for name in DOCUMENT_ID.findall(body) if name.count("-") >= 2}
        named = {name for name in running if name.split("-")[0] in prefixes} | set(see_also(body))
        found += [(id_, name) for name in sorted(named) if name not in bodies]
    return tuple(found)


def load_glossary(path: Path) -> tuple[Concept, ...]:
    """Read the glossary, one YAML file or a folder of them, in file and then written order.

    Raises CorpusError for a repeated id, a reference to a concept that is not there, a language or a topic
    that is not known, a concept without terms, and for YAML that cannot be read.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    rows = [(file, row) for file in files for row in read_yaml(file) or ()]
    problems: list[str] = []
    concepts = [_concept(row, f"{file.name}: ", problems) for file, row in rows]
    ids = [concept.id for concept in concepts]
    problems += [f"{id_}: the id is used more than once" for id_ in sorted({i for i in ids if ids.count(i) > 1})]
    for concept in concepts:
        for other, _ in concept.confused_with:
            if other not in ids:
                near = nearest(other, ids)
                problems.append(f'{concept.id}: not_to_be_confused_with names "{other}", which is no concept{near}')
    if problems:
        raise _error(path, problems)
    return tuple(concepts)


def read_yaml(path: Path) -> Any:
    """Read a YAML file into plain values. Raises CorpusError that names the file and the line at fault."""
    try:
        return _load(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path.name} cannot be read: {error}.", hint="Save it as UTF-8 text.") from error


def _card(raw: dict[str, Any], repeated: Iterable[str]) -> tuple[Card | None, list[str]]:
    """Read the fields into a Card (None where one that it cannot do without is missing) and list the problems."""
    front = Fields(raw)
    front.expect(KEYS, REQUIRED)
    for key in repeated:
        front.wrong(key, "it is written more than once; keep one")
    sources = tuple(_source(row) for row in front.rows("sources", _SOURCE, ("id", "title")))
    numbers = [source.number for source in sources]
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        front.wrong("sources", f"id {number} is used more than once; number them 1, 2, 3 ...")
    kind = front.one_of("kind", KINDS)
    card = Card(
        id=front.text("id"),
        kind=cast(Kind, kind),
        title=front.text("title"),
        language=front.one_of("language", LANGUAGES),
        country=front.country("country"),
        summary=front.text("summary"),
        topics=front.some_of("topics", TOPICS),
        as_of=front.day("as_of"),
        public_partners=front.texts("public_partners"),
        private_partners=front.texts("private_partners"),
        inclusion_partners=front.texts("inclusion_partners"),
        models=front.some_of("models", MODELS),
        sectors=front.texts("sectors"),
        target_groups=front.texts("target_groups"),
        start=front.number("start", "a year"),
        end=front.number("end", "a year"),
        results=tuple(_figure(row) for row in front.rows("results", _FIGURE, ("value", "what"))),
        legal_basis=front.texts("legal_basis"),
        applies_to=front.texts("applies_to"),
        template_for=front.some_of("template_for", TOPICS),
        sources=sources,
        questions=tuple(_question(row) for row in front.rows("questions", _QUESTION, ("q", "language"))),
        answers=tuple(_question(row) for row in front.rows("answers", _ANSWER, _ANSWER)),
    )
    return (card if card.id and card.title else None), front.problems


_SOURCE = ("id", "title", "publisher", "url", "published")
_FIGURE = ("value", "what", "period", "source")
_QUESTION = ("q", "language", "section")
_ANSWER = ("q", "language", "sentence")


def _source(row: Fields) -> Source:
    return Source(
        number=row.number("id") or 0,
        title=row.text("title"),
        publisher=row.text("publisher") or None,
        url=_address(row),
        published=row.day("published"),
    )


def _address(row: Fields) -> str | None:
    url = row.text("url") or None
    if url is not None and not re.match(r"https?://\S+$", url):
        row.wrong("url", f'"{url}" is not an address; it must begin with https:// or http://')
    return url


def _figure(row: Fields) -> Figure:
    return Figure(row.text("value"), row.text("what"), row.text("period") or None, row.number("source"))


def _question(row: Fields) -> Question:
    led = row.text("section") or None, row.text("sentence") or None
    return Question(row.text("q"), row.one_of("language", LANGUAGES), *led)


_CONCEPT = ("id", "topic", "terms", "abbreviations", "phrases", "definition", "law", "not_to_be_confused_with")


def _concept(raw: Any, file: str, problems: list[str]) -> Concept:
    row = Fields(raw if isinstance(raw, dict) else {}, problems, file)
    row.where = f"{file}{row.text('id') or raw}: "
    row.expect(_CONCEPT, ("id", "terms", "definition"))
    others = row.rows("not_to_be_confused_with", ("id", "why"), ("id", "why"))
    terms = Fields(_by_language(row, "terms"), problems, f"{row.where}terms ")
    phrases = Fields(_by_language(row, "phrases"), problems, f"{row.where}phrases ")
    return Concept(
        id=row.text("id"),
        terms={language: terms.texts(language) for language in terms.raw},
        abbreviations=row.texts("abbreviations"),
        phrases={language: phrases.texts(language) for language in phrases.raw},
        definitions=_by_language(row, "definition"),
        law=_by_country(row),
        topic=row.one_of("topic", TOPICS) or None,
        confused_with=tuple((other.text("id"), _by_language(other, "why")) for other in others),
    )


def _by_language(row: Fields, key: str) -> dict[str, Any]:
    value = row.raw.get(key) or {}
    if not isinstance(value, dict):
        row.wrong(key, "it must hold one entry for each language, such as nb: ...")
        return {}
    for language in value:
        if language not in GLOSSARY_LANGUAGES:
            row.wrong(key, f'"{language}" is not a language; allowed: {", ".join(GLOSSARY_LANGUAGES)}')
    return dict(value)


def _by_country(row: Fields) -> dict[str, str]:
    value = row.raw.get("law") or {}
    for country in value:
        if not (isinstance(country, str) and COUNTRY.fullmatch(country)):
            row.wrong("law", f'{shown(country)} is not a country; write it in quotes, such as "NO"')
    return {str(country): str(text) for country, text in value.items()}


def _load(text: str, path: Path, first_line: int = 1) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise ValueError(f"lists within lists, more than {MAX_DEPTH} deep")
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else first_line
        message = f"{path.name}, line {line}: the YAML cannot be read ({error.problem})."
        hint = "Quote a value that holds a colon, a # or quotes, and indent with spaces; then ingest it again."
        raise CorpusError(message, hint=hint) from error
    except (yaml.YAMLError, ValueError) as error:
        raise CorpusError(f"{path.name}: the YAML cannot be read ({error}).", hint=_HINT) from error


def _clean(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _stem(name: str) -> str:
    """The last part of a path or address without its ending; of a file in a zip file ("x.zip!a/b.txt") its own."""
    name = _PACKED.split(name)[-1]
    if "://" in name:
        name = unquote(re.split(r"[?#]", name.partition("://")[2])[0])
    return _ENDING.sub("", unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2])


def _lost(question: Question, sections: tuple[str, ...]) -> str:
    near = nearest(question.section or "", sections)
    listed = ", ".join(f'"{section}"' for section in sections) or "none"
    return (
        f'questions: no level-2 heading is "{question.section}"{near} (asked "{question.text}"); '
        f"the headings are: {listed}"
    )


def _repeated(front_matter: str) -> list[str]:
    keys = re.findall(r"^([\w-]+)[ \t]*:", front_matter, re.MULTILINE)
    return sorted({key for key in keys if keys.count(key) > 1})


def _error(path: Path, problems: list[str]) -> CorpusError:
    listed = "\n".join(f"  {problem}" for problem in problems)
    return CorpusError(f"{path.name} does not follow the corpus format:\n{listed}", hint=_HINT)
