"""The command line: ask, find, plan, documents, status, feedback, and doctor, backup, restore and rebuild."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from assistant import Answer, Assistant, AssistantError, Filters, Hit, Refusal, Remark, Reply, Sentence, Settings, plans
from assistant.plans import Amount, Offered, Plan
from assistant.privacy import start_logging

LANGUAGES = ("nb", "nn", "da", "sv", "en")
KINDS = ("case", "guidance", "template")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` say (default: the process's own) and print it.

    Returns 0 for a reply (a refusal is one too), 1 for an error and when the doctor finds something; argparse
    ends the process with 2 for a wrong use.
    """
    given = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        start_logging(settings.log_level)
        value, text = given.verb(given.on(settings), given)
    except AssistantError as error:
        print("\n".join(filter(None, (f"{error}", error.hint))), file=sys.stderr)
        return 1
    print(json.dumps(plain(value), ensure_ascii=False, indent=2) if given.json else text)
    return int(given.verb is _doctor and not all(seen.well for seen in value))


def _ask(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    reply = assistant.ask(given.question, country=given.country, language=given.language)
    return reply, reply_text(reply)


def _find(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    filters = Filters(kinds=tuple(given.kind))
    hits = assistant.find(given.question, country=given.country, filters=filters, limit=given.limit)
    return hits, "\n\n".join(_hit_text(place, hit) for place, hit in enumerate(hits, start=1)) or "Nothing found."


def _status(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    status = plain(assistant.status())
    return status, "\n".join(f"{name}: {value}" for name, value in status.items())


def _documents(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    held = assistant.holdings()
    lines = [f"{one.card.id:<40} {one.card.country or '?':<3} {one.kept_at[:10]}  {one.origin}" for one in held]
    return held, "\n".join(lines) or "No document is held yet."


def _feedback(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    remarks = assistant.remarks()
    return remarks, "\n\n".join(map(_remark_text, remarks)) or "Nobody has said anything yet."


def _remark_text(remark: Remark) -> str:
    """A remark as plain text: day, verdict, what was said, and about which question and documents."""
    told = {"said": remark.said, "question": remark.question, "documents": ", ".join(remark.documents)}
    where = ", ".join(filter(None, (remark.day, remark.verdict, remark.language, remark.country, remark.refused)))
    return "\n".join([where, *(f"  {name}: {text}" for name, text in told.items() if text)])


def _rebuild(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    report = assistant.rebuild()
    anew = f" {len(report.updated)} of them were made anew for this version." * bool(report.updated)
    return report, f"The index holds {len(report.unchanged) + len(report.updated)} documents.{anew}"


def _doctor(settings: Settings, given: argparse.Namespace) -> tuple[Any, str]:
    from assistant.upkeep import doctor

    checks = list(doctor(settings))
    lines = [
        f"{'ok' if c.well else 'PROBLEM':<9}{c.name}: {c.told}" + f"\n{'':<9}{c.hint}" * bool(c.hint) for c in checks
    ]
    return checks, "\n".join(lines)


def _backup(settings: Settings, given: argparse.Namespace) -> tuple[Any, str]:
    from assistant.keeping.backup import save

    path, about = save(settings, given.path)
    return {"path": path, **plain(about)}, f"{path} holds {about.documents} documents (revision {about.revision})."


def _restore(settings: Settings, given: argparse.Namespace) -> tuple[Any, str]:
    from assistant.upkeep import restore

    about = restore(settings, given.path, replace=given.replace)
    return about, f"The library holds the {about.documents} documents of {about.made} again, and the index follows."


def _plan(assistant: Assistant, given: argparse.Namespace) -> tuple[Any, str]:
    plan = assistant.plan(
        given.need,
        who=given.who,
        suppliers=given.suppliers,
        country=given.country,
        answers=dict(given.answer),
        language=given.language,
    )
    return plan, plan_text(plan)


def plan_text(plan: Plan) -> str:
    """The plan as plain text: what was understood, the routes with reasons, the steps, risks and sources."""
    known = [f"  {q.text} {_told(q)}" for q in plan.questions if q.told]
    routes = [line for proposal in plan.proposals for line in _route_lines(proposal)]
    lists = {
        "Steps": [f"{task.who}: {_cited(task.sentence)}" for task in plan.tasks],
        "Together": [_cited(sentence) for sentence in plan.together],
        "Risks": [_cited(risk.sentence) for risk in plan.risks],
        "What others learned": [_cited(sentence) for sentence in plan.lessons],
        "Similar cases": [f"{hit.passage.card.title} ({hit.passage.card.id})" for hit in plan.cases],
        "Documents to write": [f"{paper.title} ({paper.document})" for paper in plan.papers],
        "Check with a lawyer": [_cited(sentence) for sentence in plan.legal],
        "Not known yet": [f"{question.text} (--answer {question.id}=...)" for question in plan.missing],
        "Sources": [f"[{c.number}] {c.passage.card.title}: {c.quote}" for c in plan.citations],
    }
    parts = ["\n".join(["Understood", *known]), "\n".join(["Routes", *routes])]
    parts += ["\n".join([name, *(f"  {line}" for line in lines)]) for name, lines in lists.items() if lines]
    return "\n\n".join(parts)


def _told(question: plans.Question) -> str:
    told = question.told
    if told is None:
        return ""
    value = f"{told.value.number} {told.value.currency}" if isinstance(told.value, Amount) else told.value
    read = f' (read from: "{told.evidence}")' if told.evidence else " (read)" if told.origin == "read" else ""
    return f"{dict(question.options).get(value, value)}{read}"


def _route_lines(proposal: Offered) -> list[str]:
    signs = {"required": {True: "met", False: "not met", None: "open"}, "excluded": {True: "ruled out", None: "check"}}
    lines = [f"  {proposal.name} ({proposal.standing}, {proposal.score})"]
    for reason in proposal.reasons:
        sign = signs.get(reason.effect, {}).get(reason.verdict) or {"favours": "+", "against": "-"}[reason.effect]
        lines.append(f"    {sign}: {_cited(reason.sentence)}")
    return lines


def _cited(sentence: Sentence) -> str:
    return f"{sentence.text} {''.join(f'[{n}]' for n in sentence.cites)}".rstrip()


def reply_text(reply: Reply) -> str:
    """The reply as plain text: an answer with its sources, or why not and what is nearest."""
    if isinstance(reply, Refusal):
        nearest = [f"  {hit.passage.card.title} ({hit.passage.card.id})" for hit in reply.hits]
        return "\n".join([f"No answer: {reply.reason}.", *(["Nearest:", *dict.fromkeys(nearest)] if nearest else [])])
    return f"{reply.text}\n\n{_sources(reply)}"


def _sources(answer: Answer) -> str:
    """The passages in order of use, each once with the numbers that cite it and the sources that it rests on."""
    numbers: dict[str, list[int]] = {}
    passages = {citation.passage.id: citation.passage for citation in answer.citations}
    for citation in answer.citations:
        numbers.setdefault(citation.passage.id, []).append(citation.number)
    lines = []
    for key, passage in passages.items():
        card = passage.card
        place = " › ".join(passage.path) or passage.heading
        page = f"page {passage.page}" if passage.page else ""
        told = ", ".join(filter(None, (card.country, card.as_of, place, page)))
        lines.append(" ".join(f"[{n}]" for n in numbers[key]) + f" {card.title}" + (f" ({told})" if told else ""))
        named = [s for s in card.sources if s.number in passage.sources and s.url]
        lines += [f"    {source.url}" for source in named]
    return "\n".join(lines)


def _hit_text(place: int, hit: Hit) -> str:
    ranks = ", ".join(f"{name} {rank}" for name, rank in sorted(hit.ranks.items()))
    first = hit.passage.text.splitlines()[0] if hit.passage.text else ""
    return f"{place}. {hit.passage.card.title} ({hit.passage.id}; {hit.score:.3f}; {ranks})\n   {first}"


def plain(value: Any) -> Any:
    """`value` in JSON's types: a dataclass becomes its fields, an Answer with `text` and `sentences` besides."""
    if is_dataclass(value) and not isinstance(value, type):
        held = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        return {"text": value.text, "sentences": plain(value.sentences)} | held if isinstance(value, Answer) else held
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant", description="Ask the knowledge base.")
    parser.set_defaults(on=Assistant.from_settings)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("question", metavar="QUESTION")
    where.add_argument("--country", type=str.upper, help="where you stand: NO, DK, SE, FI (default: not said)")

    ask = verbs.add_parser("ask", parents=[where, common], help="answer with citations, or refuse and say why")
    ask.add_argument("--language", choices=LANGUAGES, help="language to answer in (default: the question's)")
    ask.set_defaults(verb=_ask)

    find = verbs.add_parser("find", parents=[where, common], help="the passages nearest to a question")
    find.add_argument("--limit", type=_positive, default=10, help="most passages to show (default: 10)")
    find.add_argument("--kind", choices=KINDS, action="append", default=[], help="only this kind (may be repeated)")
    find.set_defaults(verb=_find)

    plan = verbs.add_parser("plan", parents=[common], help="what to do about a need: routes, steps, risks, cited")
    plan.add_argument("need", metavar="NEED")
    plan.add_argument("--who", default="", help="who shall get work or training")
    plan.add_argument("--suppliers", default="", help="who could deliver")
    plan.add_argument("--country", type=str.upper, help="whose law holds: NO, DK, SE, FI, EU (default: read)")
    plan.add_argument("--language", choices=LANGUAGES, help="language of the plan (default: the need's)")
    plan.add_argument(
        "--answer",
        type=_answer,
        action="append",
        default=[],
        metavar="QUESTION=OPTION",
        help='an answer, such as solution-exists=yes or value="6500000 NOK" (may be repeated)',
    )
    plan.set_defaults(verb=_plan)

    status = verbs.add_parser("status", parents=[common], help="what is in the library and the index")
    status.set_defaults(verb=_status)
    documents = verbs.add_parser("documents", parents=[common], help="every document that is held: id, country, origin")
    documents.set_defaults(verb=_documents)
    feedback = verbs.add_parser("feedback", parents=[common], help="what visitors said of answers in the last year")
    feedback.set_defaults(verb=_feedback)
    _operators(verbs, common)
    return parser


def _operators(verbs: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands of whoever runs the assistant; most work on settings, since the library may be damaged."""
    rebuild = verbs.add_parser("rebuild", parents=[common], help="build the index anew, beside the live one")
    rebuild.set_defaults(verb=_rebuild)
    doctor = verbs.add_parser("doctor", parents=[common], help="look everything over; 1 when there is a problem")
    doctor.set_defaults(verb=_doctor, on=_itself)
    backup = verbs.add_parser("backup", parents=[common], help="write all documents and vectors into one new file")
    backup.add_argument("path", type=Path, metavar="FILE", help="file that is not there yet, or a folder")
    backup.set_defaults(verb=_backup, on=_itself)
    restore = verbs.add_parser("restore", parents=[common], help="bring a backup back and build the index from it")
    restore.add_argument("path", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="also when the library holds documents, which are lost")
    restore.set_defaults(verb=_restore, on=_itself)


def _itself(settings: Settings) -> Settings:
    return settings


def _answer(text: str) -> tuple[str, str | Amount]:
    question, _, option = text.partition("=")
    amount = re.fullmatch(r"(\d+) ([A-Z]{3})", option)
    if not question or not option:
        raise argparse.ArgumentTypeError("write QUESTION=OPTION")
    return question, Amount(int(amount[1]), amount[2]) if amount else option


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
