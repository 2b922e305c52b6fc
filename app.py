"""Starts the web page: settings, logging, the shipped corpus if it is new or changed, launch"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from assistant import Assistant, Settings
from assistant.errors import AssistantError
from assistant.privacy import start_logging
from assistant.serving.ui import launch
from assistant.types import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until it is stopped; 1 if it could not start, with a sentence on why and what to do.

    It takes no `arguments` (default: the process's own): argparse ends it with 0 for --help, with 2 for others.
    """
    argparse.ArgumentParser(
        prog="python app.py",
        description="Takes in the shipped corpus where it is new or changed, and serves the web page until Ctrl+C.",
        epilog="What can be set is set by environment variables named ASSISTANT_...: README.md tells of each.",
    ).parse_args(arguments)
    try:
        settings = Settings.from_environment()
        start_logging(settings.log_level)
        assistant = Assistant.from_settings(settings)
        take_in(assistant, settings)
        threading.Thread(target=_prepare, args=(assistant,), daemon=True).start()
        print(f"The page is at http://{settings.host}:{settings.port}/ (Ctrl+C stops it).", file=sys.stderr)
        launch(assistant, settings)
    except AssistantError as error:
        print(" ".join(part for part in (str(error), error.hint) if part), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _prepare(assistant: Assistant) -> None:
    """Warm up behind the page; what fails here is told where a question meets it."""
    try:
        assistant.prepare()
    except AssistantError as error:
        print(" ".join(part for part in (str(error), error.hint) if part), file=sys.stderr)


def take_in(assistant: Assistant, settings: Settings) -> None:
    """Bring in the shipped corpus and what editors published; what is unchanged costs nothing.

    A document that fails is told and left out.
    """
    folders = [settings.corpus_dir, *filter(Path.exists, [settings.added_dir])]
    with tqdm(desc="Corpus", unit=" documents", file=sys.stderr, leave=False) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.set_postfix_str(progress.name, refresh=False)
            bar.update(progress.done - bar.n)

        report = assistant.ingest(folders, progress=show)
    for failure in report.failed:
        print(f"Left out {failure.path}: {failure.reason} {failure.hint}".rstrip(), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
