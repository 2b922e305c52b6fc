"""Which encoders are supported, what each wants, and the folder in which it is prepared once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from assistant.errors import EncoderError
from assistant.finding import bundled

CHECKSUMS = "checksums.json"  # file -> SHA-256, written when a folder of ours is complete
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Known:
    """A supported encoder: where it is, what it wants before a text, the width of its vectors."""

    hub: str
    query: str
    passage: str
    dimension: int


# The prefixes are those of the model cards on the hub, read in 2026.
KNOWN = {
    "multilingual-e5-small": Known("intfloat/multilingual-e5-small", "query: ", "passage: ", 384),
    "multilingual-e5-base": Known("intfloat/multilingual-e5-base", "query: ", "passage: ", 768),
    "multilingual-e5-large": Known("intfloat/multilingual-e5-large", "query: ", "passage: ", 1024),
    "multilingual-e5-large-instruct": Known(
        "intfloat/multilingual-e5-large-instruct",
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
        "",
        1024,
    ),
    "snowflake-arctic-embed-l-v2.0": Known("Snowflake/snowflake-arctic-embed-l-v2.0", "query: ", "", 1024),
}
BUNDLED = "multilingual-e5-small"


def known_encoder(name: str) -> Known | None:
    """The row of the table for a short name or for a name on the hub."""
    return KNOWN.get(name) or next((known for known in KNOWN.values() if known.hub.lower() == name.lower()), None)


def is_bundled(name: str) -> bool:
    """Whether an encoder's `name`, with or without the digits of its weights, is that of the bundled one."""
    return name.partition("@")[0] == BUNDLED


def prepare(name: str, home: Path, progress: Progress) -> Path:
    """The folder of the named model under `home`, made there the first time, and again if it is damaged."""
    if name == BUNDLED:
        folder = home / f"{name}-{bundled.SHA256[:12]}-{bundled.RECIPE}"
        note, make = "Preparing the bundled encoder, once.", lambda made: bundled.rebuild(bundled.weights_file(), made)
    elif known := known_encoder(name):
        folder = home / known.hub.replace("/", "--")
        note, make = f"Downloading {known.hub}, once.", lambda made: _download(known.hub, made)
    elif name.count("/") == 1 and not name.startswith((".", "/", "~")):
        folder = home / name.replace("/", "--")
        note, make = f"Downloading {name}, once.", lambda made: _download(name, made)
    else:
        near = get_close_matches(name, KNOWN, n=1)
        every = f"Use one of {', '.join(KNOWN)}, owner/name on the hub, or a folder."
        hint = f"Did you mean {near[0]}?" if near else every
        raise EncoderError(f"There is no encoder {name!r}.", hint=hint)
    if not _intact(folder):
        progress(note)
        try:
            _make(folder, make)
        except OSError as error:
            hint = "Check that ASSISTANT_DATA_DIR can be written and has 500 MB free."
            raise EncoderError(f"The encoder cannot be prepared in {folder}: {error}.", hint=hint) from error
    return folder


def _make(folder: Path, make: Callable[[Path], None]) -> None:
    """Fill `folder` in one step: made beside it, then renamed, so that no process sees half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent, ignore_cleanup_errors=True) as near:
        made = Path(near) / "made"
        made.mkdir()
        make(made)
        (made / CHECKSUMS).write_text(json.dumps(_checksums(made), indent=1) + "\n", encoding="utf-8")
        if folder.exists() and not _intact(folder):
            folder.rename(Path(near) / "damaged")
        try:
            made.rename(folder)
        except OSError:
            if not _intact(folder):  # otherwise another process was first, with the same content
                raise


def _intact(folder: Path) -> bool:
    """Whether the folder is complete and every file is as it was made."""
    try:
        return bool(json.loads((folder / CHECKSUMS).read_text(encoding="utf-8")) == _checksums(folder))
    except (OSError, ValueError):
        return False


def _checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in the folder but the list itself, by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(folder: Path) -> str:
    """SHA-256 of the folder's weights; of their checksums where they come in several files."""
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights:
        hint = "Give a folder that sentence-transformers saved, with its weights as safetensors."
        raise EncoderError(f"There are no weights (*.safetensors) in {folder}.", hint=hint)
    sums = [_sha256(path) for path in weights]
    return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()


def _download(hub: str, folder: Path) -> None:
    """The model `hub` from the model hub into `folder`: settings, vocabulary and safetensors, no code."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    wanted = ["*.json", "*.txt", "*.model", "*.safetensors"]
    unwanted = ["onnx/*", "openvino/*", "*.onnx"]
    try:
        snapshot_download(hub, local_dir=folder, allow_patterns=wanted, ignore_patterns=unwanted)
    except (RepositoryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        hint = "Check the name and the network, or give a folder that holds the model in ASSISTANT_ENCODER_DIR."
        raise EncoderError(f"The model {hub} cannot be downloaded: {error}", hint=hint) from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)
