"""Takes documents in from the command line: arguments, Assistant.ingest, a report, an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from assistant import Assistant, AssistantError, Failure, Progress, Report, Settings
from assistant.privacy import start_logging
from assistant.reading.drafting import draft


def main(arguments: Sequence[str] | None = None) -> int:
    """Ingest, remove or rebuild as `arguments` say (default: the process's own).

    Returns 0 when everything went well, 1 when a document or the whole failed; argparse ends the
    process with 2 for a wrong use.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.propose and not given.paths:
        parser.error("name a PATH to propose front matter for")
    if not (given.paths or given.remove or given.rebuild):
        parser.error("name a PATH to ingest, or use --remove or --rebuild")
    try:
        settings = Settings.from_environment()
        start_logging(settings.log_level)
        assistant = Assistant.from_settings(settings)
        if given.propose:
            return _propose(assistant, given.paths)
        reports = _work(assistant, given)
    except AssistantError as error:
        print("\n".join(filter(None, (f"{error}", error.hint))), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was taken in so far is kept; run it again for the rest.", file=sys.stderr)
        return 1
    print(table(reports))
    return 1 if any(report.failed for report in reports) else 0


def _work(assistant: Assistant, given: argparse.Namespace) -> list[Report]:
    """Remove first, then rebuild, then ingest: one report for each that was asked for."""
    reports = []
    if given.remove:
        reports.append(assistant.remove(given.remove))
    with _Bar(quiet=given.quiet or not (given.rebuild or given.paths)) as bar:
        if given.rebuild:
            reports.append(assistant.rebuild(progress=bar.show))
        if given.paths:
            reports.append(assistant.ingest(given.paths, progress=bar.show, prune=given.prune))
    return reports


def _propose(assistant: Assistant, paths: Sequence[str]) -> int:
    """Write a file with proposed front matter next to each source; a file that is there already is left alone."""
    failed = False
    for found in assistant.propose(paths):
        if isinstance(found, Failure):
            failed = True
            print("\n".join(filter(None, (f"failed: {found.path}", f"  {found.reason}", f"  {found.hint}".rstrip()))))
            continue
        origin = found.document.origin
        folder = Path() if "://" in origin else Path(origin.partition("!")[0]).parent
        path = folder / f"{found.card.id}.md"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(draft(found))
        except OSError as error:
            failed = True
            print(f"failed: {path}\n  It cannot be written: {error.strerror}. Move it away, or finish it.")
        else:
            print(f"proposed: {path}")
    return 1 if failed else 0


class _Bar:
    """The progress bar on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        self._bar = tqdm(desc="ingest", unit="document", file=sys.stderr, disable=quiet, dynamic_ncols=True)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        """Move to where `progress` is."""
        self._bar.total = progress.total
        self._bar.set_postfix_str(progress.name, refresh=False)
        self._bar.update(progress.done - self._bar.n)


def table(reports: Sequence[Report]) -> str:
    """The number of documents per outcome, and each failure with its reason and what to do."""
    outcomes = ("added", "updated", "unchanged", "removed", "failed")
    lines = [f"{name:<10}{sum(len(getattr(report, name)) for report in reports):>6}" for name in outcomes]
    pairs = [pair for report in reports for pair in report.similar]
    lines += ["", "said twice (an answer shows it once):"] if pairs else []
    lines += [f"  {pair.id} and {pair.other}: {pair.share:.0%} of the shorter" for pair in pairs]
    for failure in (failure for report in reports for failure in report.failed):
        lines += ["", f"failed: {failure.path}", f"  {failure.reason}"]
        lines += [f"  {failure.hint}"] if failure.hint else []
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ingest.py",
        description="Take documents into the library. What has not changed since the last time is not read again.",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="file, zip file or address, or folder (every document below it)"
    )
    parser.add_argument("--prune", action="store_true", help="also remove documents whose file is gone from PATH")
    parser.add_argument("--remove", nargs="+", metavar="ID", default=[], help="remove documents by id")
    parser.add_argument("--rebuild", action="store_true", help="build the index anew from the library")
    parser.add_argument(
        "--propose", action="store_true", help="keep nothing; write PATH's text with proposed front matter next to it"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
