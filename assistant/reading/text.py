"""Bytes become clean characters: encodings told apart, mojibake mended, invisible marks taken out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant.types import Block

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CP1252 = {n: bytes([n]).decode("cp1252", errors="ignore") for n in range(0x80, 0xA0)}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffe"))
_SUSPECT = re.compile(
    "[ÂÃÄÅâïð][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Ã[ \n]|[\u0080-\u009f\ufb00-\ufb06\uff01-\uff5e\ufffd]"
)
"""What mojibake, ligatures and wide letters begin with; only lines with this are looked at more closely."""
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_ODD_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


@dataclass(frozen=True, slots=True)
class Text:
    """What a loader understood of a file, before the file has a Card.

    `title`, `language` (a code as the file declares it, such as "nb") and `published` (an ISO date or year) are
    None where the file does not say. `front_matter` is the whole clean text of a Markdown file that opens with
    front matter, for `corpus.parse`; such a Text has no blocks. `notes` are sentences for the editor on what was
    left out or looked odd.
    """

    blocks: tuple[Block, ...] = ()
    title: str | None = None
    language: str | None = None
    published: str | None = None
    front_matter: str | None = None
    notes: tuple[str, ...] = ()


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Turn the bytes of a text file into characters, and say in notes what was odd about them.

    Knows UTF-8, UTF-16 and UTF-32 with or without a byte order mark, Windows-1252 and Latin-1, and UTF-8 with
    stray Windows-1252 bytes in it. Never fails: what no encoding explains is left out.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").lstrip("\ufeff"), ()
    if wide := _wide(data):
        return data.decode(wide, errors="replace"), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _mixed(data)


def tidy(text: str) -> str:
    """Give the text with mojibake («Ã¸» for «ø») mended and in one form: NFC, line feeds as line ends, no soft hyphens,
    invisible marks, ligatures or control characters, and no space but the plain one (and the tabulator)."""
    text = _LINE_ENDS.sub("\n", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _mend(text).translate(_INVISIBLE))
        text = _ODD_SPACES.sub(" ", text)
    return _CONTROLS.sub("", text)


def line_of(text: str) -> str:
    """Give a piece of text as one line: clean, every run of white space a single space, none at the ends."""
    return " ".join(tidy(text).split())


def _wide(data: bytes) -> str | None:
    """Name the UTF-16 that text without a mark is in: Latin letters leave every other byte empty."""
    sample = data[:4000]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _mixed(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode what is not UTF-8 throughout: byte by byte where most of it is, as Windows-1252 where it is not."""
    lossy = data.decode("utf-8", errors="surrogateescape")
    stray = sum(1 for c in lossy if "\udc80" <= c <= "\udcff")
    good = sum(1 for c in lossy if c > "\x7f") - stray
    if good > stray:
        mended = re.sub("[\udc80-\udcff]", lambda m: _cp1252(bytes([ord(m[0]) - 0xDC00])), lossy)
        return mended, (f"{stray} bytes were not UTF-8 and were read as Windows-1252",)
    return _cp1252(data), ("the text was not UTF-8 and was read as Windows-1252",)


def _cp1252(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)


def _mend(text: str) -> str:
    """Mend mojibake and ligatures line by line, so that one odd line does not spoil the others."""
    import ftfy

    config = ftfy.TextFixerConfig(unescape_html=False, uncurl_quotes=False, fix_line_breaks=False, explain=False)
    lines = text.split("\n")
    return "\n".join(ftfy.fix_text(line, config) if _SUSPECT.search(line) else line for line in lines)
