"""What was named becomes files to read: folders, zip files and lists of addresses taken apart, addresses fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from assistant.errors import AssistantError, LoadError, NoText
from assistant.reading import archives
from assistant.reading.fetching import Rules, fetch
from assistant.reading.loaders import SUFFIXES, addresses
from assistant.settings import Settings
from assistant.types import Failure

NOT_DOCUMENTS = {"FORMAT.md", "README.md", "LICENSE", "LICENSE.md", "CHANGELOG.md"}
"""Files of a folder that speak about it and are passed over; named by themselves they are read."""

NOT_READ = {".doc", ".rtf", ".ppt", ".pptx", ".odp", ".epub", ".pages"}
"""Endings of documents that there is no loader for: in a folder they fail with the reason, not in silence."""

LONGEST_LIST = 200_000
"""Bytes of the longest text file that is looked at for a list of addresses: some 2 000 of them."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file on its way in: where it lies, and the path or address that it came from.

    What has `rules` is an address that is fetched by them when it is opened, so that each is told of in its turn.
    `original` is the PDF that the text of the file was taken from, where an editor published it from one.
    """

    path: Path
    origin: str
    rules: Rules | None = None
    original: Path | None = None

    def open(self) -> Path:
        """The file, fetched if it is not there yet. Raises AddressRefused and FetchError."""
        if self.rules and not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(fetch(self.origin, self.rules))
        return self.path


def gather(
    paths: Sequence[Path | str], settings: Settings, stack: ExitStack
) -> tuple[tuple[Arrival, ...], tuple[Failure, ...]]:
    """What `paths` (files, folders, zip files, addresses, text files that list addresses) stand for, and what of them
    cannot be opened.

    Fetched and unpacked files live as long as `stack`.
    """
    rules = Rules(allowed_hosts=settings.intranet_hosts, only_hosts=settings.web_hosts)
    found: list[Arrival] = []
    failed: list[Failure] = []
    left = list(paths)
    while left:
        given = left.pop(0)
        try:
            some = [str(given)] if _is_address(str(given)) else list(below(Path(given), stack))
        except AssistantError as error:
            failed.append(Failure(str(given), str(error), error.hint, error.kind))
            continue
        left[:0] = [one for one in some if isinstance(one, Path)]
        found += [
            _address(one, rules, stack) if isinstance(one, str) else one for one in some if not isinstance(one, Path)
        ]
    return tuple(found), tuple(failed)


def _is_address(given: str) -> bool:
    return given.startswith(("http://", "https://"))


def _address(address: str, rules: Rules, stack: ExitStack) -> Arrival:
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="assistant-")))
    return Arrival(folder / (Path(urlsplit(address).path).name or "page.html"), address, rules)


def below(path: Path, stack: ExitStack) -> Iterator[Arrival | Path | str]:
    """The files that a path stands for, which live as long as `stack`, and the addresses that they list; of a folder
    also its zip files, to be opened each by itself.

    Raises LoadError where there is nothing, or nothing that can be opened.
    """
    if not path.exists():
        raise LoadError("There is no such file or folder.", hint="Check the spelling and the folder that you are in.")
    path = path.resolve()  # one file has one origin, however it is named
    packed = archives.is_plain_zip(path)
    folder, files = stack.enter_context(archives.expand(path))
    if packed or path.is_dir():
        told = SUFFIXES.keys() | NOT_READ | ({".zip"} if not packed else set())
        files = tuple(f for f in files if f.name not in NOT_DOCUMENTS and f.suffix.lower() in told)
    if packed and not files:
        raise NoText("There is no document in this zip file.", hint=f"Documents end in {', '.join(SUFFIXES)}.")
    for file in files:
        if file != path and file.suffix.lower() == ".zip":
            yield file
            continue
        listed = _listed(file)
        yield from listed
        if not listed:
            yield Arrival(file, f"{path}!{file.relative_to(folder).as_posix()}" if packed else str(file))


def _listed(file: Path) -> tuple[str, ...]:
    """The addresses that a text file lists, where it holds nothing else."""
    if file.suffix.lower() != ".txt" or file.stat().st_size > LONGEST_LIST:
        return ()
    return addresses(file.read_bytes().decode("utf-8-sig", errors="replace"))
