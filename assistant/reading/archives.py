"""Folders and zip files become the files in them, safely: limits on count, size and ratio, no path out of place."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from assistant.errors import Encrypted, LoadError, LoadLimit

MEMBERS = 2_000
"""Most files in one zip (R48)."""

UNPACKED = 200_000_000
"""Most bytes in one zip when unpacked (R48)."""

RATIO = 100
"""Most bytes that one packed byte may stand for (R48); text rarely packs better than 1 to 20."""

_SMALL = 1_000_000
"""Bytes below which the ratio does not matter: an XML part of blanks is harmless."""

_PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def check_members(archive: zipfile.ZipFile) -> None:
    """Look at a zip's list of members before anything is unpacked.

    Raises LoadLimit for too many members or too much when unpacked, LoadError for a name that leads out of the
    folder or names an own absolute place, and for links; Encrypted for members under a password.
    """
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MEMBERS:
        raise LoadLimit(f"There are {len(members)} files in it; at most {MEMBERS} are read.", hint="Split it up.")
    if total > UNPACKED:
        raise LoadLimit(
            f"Unpacked it would hold {total // 1_000_000} MB; at most {UNPACKED // 1_000_000} MB are read.",
            hint="Take large pictures out, or split it up.",
        )
    for member in members:
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    drive = ":" in name.parts[0] if name.parts else False
    if name.is_absolute() or ".." in name.parts or drive or "\x00" in member.filename:
        raise LoadError("A name in it leads out of its folder.", hint="Pack the files again; do not use this one.")
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        raise LoadError("There is a link in it.", hint="Pack the files themselves, not links to them.")
    if member.flag_bits & 0x1:
        raise Encrypted("It is locked with a password.", hint="Add an unlocked copy.")
    if member.file_size > _SMALL and member.file_size > RATIO * max(member.compress_size, 1):
        raise LoadLimit("A file in it is packed as tightly as a zip bomb.", hint="Add the files one by one.")


@contextmanager
def expand(path: Path) -> Iterator[tuple[Path, tuple[Path, ...]]]:
    """Give the files that `path` stands for, and before them the folder that they lie in, while the `with` block lasts.

    A folder gives every file below it in order of name, hidden ones passed over, links not followed; a zip gives
    the files in it, unpacked to a temporary folder that is removed afterwards (a zip in the zip stays packed);
    any other file gives itself. Raises as `check_members` does, and LoadError for a damaged zip.
    """
    if path.is_dir():
        yield path, tuple(sorted(_files(path)))
    elif is_plain_zip(path):
        with TemporaryDirectory(prefix="assistant-") as folder:
            yield Path(folder), _unpacked(path, Path(folder))
    else:
        yield path.parent, (path,)


def is_plain_zip(path: Path) -> bool:
    """Say whether a file is a zip of files, and not a Word or other office file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return path.suffix.lower() == ".zip"
    return not names & {"[Content_Types].xml", "mimetype", "META-INF/container.xml"}


def _files(folder: Path) -> Iterator[Path]:
    for place in folder.iterdir():
        if place.name.startswith(".") or place.name in _PASSED_OVER or place.is_symlink():
            continue
        if place.is_dir():
            yield from _files(place)
        elif place.is_file():
            yield place


def _unpacked(path: Path, folder: Path) -> tuple[Path, ...]:
    left = UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive)
            for member in archive.infolist():
                if not member.is_dir():
                    left = _unpack(archive, member, folder, left)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError) as error:
        raise LoadError("This zip file is damaged.", hint="Pack the files again.") from error
    except OSError as error:  # a name too long, a file where a folder should be, a full disk, a damaged bzip2 stream
        reason = (error.strerror or str(error)).lower()
        hint = "Pack the files again, with short names; see also that the disk has room."
        raise LoadError(f"A file in it cannot be unpacked: {reason}.", hint=hint) from error
    return tuple(sorted(_files(folder)))


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Unpack one member, never more than `left` bytes whatever its header claims; give what is left then."""
    target = folder.joinpath(*PurePosixPath(member.filename.replace("\\", "/")).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, target.open("wb") as out:
        while piece := packed.read(1 << 16):
            left -= len(piece)
            if left < 0:
                raise LoadLimit("Unpacked it holds more than it says.", hint="Add the files one by one.")
            out.write(piece)
    return left


__all__ = ["MEMBERS", "RATIO", "UNPACKED", "check_members", "expand", "is_plain_zip"]
