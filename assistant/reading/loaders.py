"""A file becomes Text: its kind told by its content, then by its suffix, then the right loader."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from assistant.errors import Encrypted, LoadError, NoText, UnsupportedFormat
from assistant.reading.markdown import markdown_blocks
from assistant.reading.pdf import load_pdf
from assistant.reading.plain import load_plain
from assistant.reading.text import Text, decode, tidy
from assistant.reading.web import load_html
from assistant.reading.word import load_docx, load_odt

SUFFIXES = {
    ".md": "md",
    ".markdown": "md",
    ".txt": "txt",
    ".text": "txt",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
}
"""The format that a suffix promises; what the file holds counts more."""

HEAD = 1024
"""Bytes at the beginning of a file by which a PDF is told."""

_OTHERS = (
    (b"{\\rtf", "an RTF file", "Open it in a word processor and save it as .docx."),
    (b"\x89PNG", "a picture", "Add a version with text, or a PDF made from it by text recognition (OCR)."),
    (b"\xff\xd8\xff", "a picture", "Add a version with text, or a PDF made from it by text recognition (OCR)."),
    (b"GIF8", "a picture", "Add a version with text."),
    (b"II*\x00", "a picture", "Add a version with text, or a PDF made from it by text recognition (OCR)."),
    (b"\x7fELF", "a program", "Only documents can be read."),
    (b"MZ", "a program", "Only documents can be read."),
    (b"\x1f\x8b", "a packed file", "Unpack it, and add the files in it."),
    (b"7z\xbc\xaf", "a packed file", "Unpack it, and add the files in it."),
    (b"Rar!", "a packed file", "Unpack it, and add the files in it."),
)
_KNOWN = "Files that can be read: md, txt, html, pdf, docx, odt, and zip files and folders of these."
_HTML = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html\b)", re.I | re.S)
_TAGS = re.compile(r"<(?:p|div|h[1-6]|ul|ol|li|table|span|article|section|body|head|a)\b[^<>]{0,400}>", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[ \t]*[\w-]+[ \t]*:")  # comments may come first
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def load(path: Path) -> Text:
    """Read a file of any known format; gives its Text.

    Runs in the calling process without limits: `sandbox.read` is the safe way in. Raises UnsupportedFormat,
    NoText, Encrypted, LoadLimit or LoadError, each with a hint for a person.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise LoadError(f"The file cannot be opened: {reason}.", hint="Check that it is there and readable.") from error
    return LOADERS[sniff(data, path.name)](data)


def load_markdown(data: bytes) -> Text:
    """Read the bytes of a Markdown file: with front matter its whole text, for `corpus.parse`; else its Blocks."""
    text, notes = decode(data)
    text = tidy(text)
    if _FRONT_MATTER.match(text):
        return Text(front_matter=text, notes=notes)
    blocks = markdown_blocks(text)
    if not blocks:
        raise NoText("There is no text in this file.", hint="Write something in it, or leave it out.")
    title = re.search(r"^# +(.+?)(?: +#+)? *$|^(\S.*)\n=+ *$", text, re.MULTILINE)
    return Text(blocks, (title[1] or title[2]).strip() if title else None, notes=notes)


def load_text(data: bytes) -> Text:
    """Read the bytes of a plain text file, such as a web page copied from a browser."""
    text, notes = decode(data)
    found = load_plain(text)
    if not found.blocks:
        raise NoText("There is no text in this file.", hint="Write something in it, or leave it out.")
    return Text(found.blocks, found.title, None, found.published, notes=notes + found.notes)


LOADERS: dict[str, Callable[[bytes], Text]] = {
    "md": load_markdown,
    "txt": load_text,
    "html": load_html,
    "pdf": load_pdf,
    "docx": load_docx,
    "odt": load_odt,
}
"""The loader of each format: a new format is one function and one row (and its suffixes above)."""


def sniff(data: bytes, name: str) -> str:
    """Tell the format (a key of LOADERS) of a file from its bytes first, from its name second.

    Raises UnsupportedFormat with the name of what it is instead, NoText for an empty file, Encrypted for a
    locked office file.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise NoText("The file is empty.", hint="Check that it was saved or copied whole.")
    if is_pdf(data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_office(data)
    for start, what, hint in _OTHERS:
        if data.startswith(start):
            raise UnsupportedFormat(f"This is {what}.", hint=f"{hint} {_KNOWN}")
    return _written(data, name)


def is_pdf(data: bytes) -> bool:
    """Whether a file is a PDF, told from its first HEAD bytes."""
    return b"%PDF-" in data[:HEAD]


def addresses(text: str) -> tuple[str, ...]:
    """Give the addresses of a text that lists nothing but addresses, one a line ("#" opens a comment); else ()."""
    rows = [row for row in (line.strip().strip("<>-*• ") for line in text.splitlines()) if row and row[0] != "#"]
    return tuple(dict.fromkeys(rows)) if rows and all(_ADDRESS.fullmatch(row) for row in rows) else ()


def _written(data: bytes, name: str) -> str:
    """Tell kinds of written text apart; raises UnsupportedFormat for bytes that are no text."""
    text, _ = decode(data[:100_000])
    controls = sum(1 for c in text[:4000] if (c < " " and c not in "\t\n\r\f\v\x1b") or c == "\ufffd")
    if controls > 0.05 * len(text[:4000]):
        raise UnsupportedFormat("This is not a document that can be read.", hint=_KNOWN)
    promised = SUFFIXES.get(Path(name).suffix.lower(), "txt")
    if _FRONT_MATTER.match(text.lstrip("\ufeff").replace("\r", "")):
        return "md"
    if _HTML.match(text[:10_000]) or (promised not in {"md"} and len(_TAGS.findall(text[:20_000])) >= 5):
        return "html"
    return promised if promised in {"md", "txt"} else "txt"


def _zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:80] if "mimetype" in names and len(names) <= 5000 else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise LoadError("This file is damaged: it was cut off or changed.", hint="Fetch or save it again.") from error
    if "word/document.xml" in names:
        return "docx"
    if b"opendocument.text" in kind:
        return "odt"
    folders = {name.split("/")[0] for name in names}
    what = "a spreadsheet" if "xl" in folders else "a slide show" if "ppt" in folders else "a zip of other files"
    if kind:
        what = "an e-book" if b"epub" in kind else "an office file of another kind"
    raise UnsupportedFormat(f"This is {what}.", hint=f"Save it as PDF or .docx. {_KNOWN}")


def _old_office(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Encrypted("This office file is locked with a password.", hint="Save a copy without the password.")
    raise UnsupportedFormat("This is an office file from before 2007.", hint="Save it as .docx, and add that.")
