"""Word and OpenDocument files become Text: headings, lists and tables in reading order, nothing outside followed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from assistant.errors import LoadError, NoText
from assistant.reading.archives import check_members
from assistant.reading.lines import Line, blocks_of
from assistant.reading.plain import marked
from assistant.reading.text import Text

_HINT = "Open it in a word processor, save it as a new .docx file, and add that."
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ODF = {
    "text": "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}",
    "table": "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}",
    "office": "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}",
}
_HEADING = re.compile(r"(?:heading|overskrift|rubrik|otsikko)\s*(\d)", re.IGNORECASE)
_COUNTED = re.compile(r"list number|nummerert|nummererad|opstilling - talopstilling", re.IGNORECASE)
_POINTED = re.compile(r"list bullet|punkt|opstilling - punkt", re.IGNORECASE)
_MARKED = re.compile(r"(?:- |\d{1,4}\. )")
_LANGUAGE = re.compile(r"\s*([a-z]{2})\b", re.IGNORECASE)


def load_docx(data: bytes) -> Text:
    """Read the bytes of a Word file (.docx); gives Blocks without pages.

    Text that is marked as deleted is left out, inserted text stands. Raises LoadError for a file that is damaged
    or holds a document type (never needed, often an attack), LoadLimit for a zip bomb, NoText for an empty one.
    """
    _checked(data)
    import docx
    from docx.opc.exceptions import OpcError

    try:
        document = docx.Document(io.BytesIO(data))
        lines = list(_body(document))
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise LoadError("This Word file is damaged and cannot be read.", hint=_HINT) from error
    title, lines = _title(lines, str(document.core_properties.title or ""))
    blocks, notes = blocks_of(lines, title)
    if not blocks:
        raise NoText("There is no text in this Word file.", hint="If its pages are pictures, add a version with text.")
    language = _LANGUAGE.match(document.core_properties.language or "")
    return Text(blocks, title, language[1].lower() if language else None, notes=notes)


def load_odt(data: bytes) -> Text:
    """Read the bytes of an OpenDocument text (.odt); gives Blocks without pages, errors as `load_docx`."""
    _checked(data)
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            tree = etree.fromstring(archive.read("content.xml"), _safe_parser())
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise LoadError("This OpenDocument file is damaged and cannot be read.", hint=_HINT) from error
    body = tree.find(f".//{_ODF['office']}text")
    title, lines = _title(list(_odf(body)) if body is not None else [], "")
    blocks, notes = blocks_of(lines, title)
    if not blocks:
        raise NoText("There is no text in this file.", hint="If its pages are pictures, add a version with text.")
    return Text(blocks, title, notes=notes)


def _checked(data: bytes) -> None:
    """Refuse a zip that is a bomb, and one whose XML declares a document type (R48: closes XXE and entity bombs)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_members(archive)
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")) and _declares_type(archive.read(member)):
                    raise LoadError(
                        f"{member.filename} in this file declares a document type, which no word processor writes.",
                        hint=_HINT,
                    )
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise LoadError("This file is damaged and cannot be read.", hint=_HINT) from error


def _declares_type(xml: bytes) -> bool:
    """Say whether XML of any encoding declares a document type."""
    flat = xml.replace(b"\x00", b"")
    return b"<!DOCTYPE" in flat.upper() or b"<!ENTITY" in flat.upper()


def _safe_parser() -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _body(document: Any) -> Iterator[Line]:
    """Paragraphs and tables of the body in order; a level-0 heading never comes from here."""
    from docx.table import Table

    counts: dict[tuple[str, int], int] = {}
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            yield from _table(item)
        else:
            yield from _paragraph(item, counts)


def _paragraph(paragraph: Any, counts: dict[tuple[str, int], int]) -> Iterator[Line]:
    words = _words(paragraph._p)
    if not words.strip():
        return
    name = (paragraph.style.name if paragraph.style is not None else "") or ""
    if name in {"Title", "Tittel", "Titel", "Rubrik"}:
        yield Line(words, level=1)
    elif found := _HEADING.match(name):
        yield Line(words, level=min(6, int(found[1]) + 1))
    else:
        kind, key = _list_kind(paragraph, name)
        for part in words.split("\n"):
            yield Line(_with_mark(part, kind, key, counts))
        if not kind:
            counts.clear()


def _with_mark(text: str, kind: str, key: tuple[str, int], counts: dict[tuple[str, int], int]) -> str:
    if kind == "step" and not _MARKED.match(text):
        counts[key] = counts.get(key, 0) + 1
        return f"{counts[key]}. {text}"
    if kind == "bullet":
        return "- " + (marked(text) or text).removeprefix("- ")
    return marked(text) or re.sub(r"^\s*[-–—−]\s*(?=[A-ZÆØÅÄÖ«\"”“])", "– ", text)


def _list_kind(paragraph: Any, style: str) -> tuple[str, tuple[str, int]]:
    """Say whether a paragraph is a "bullet", a "step" or neither (""), and which list and depth it belongs to."""
    properties = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is None and paragraph.style is not None:
        own = paragraph.style.element.find(f"{_WORD}pPr")
        numbering = own.find(f"{_WORD}numPr") if own is not None else None
    if numbering is None:
        counted, pointed = _COUNTED.match(style), _POINTED.match(style)
        return "step" if counted else "bullet" if pointed else "", (style, 0)
    number = numbering.find(f"{_WORD}numId")
    depth = numbering.find(f"{_WORD}ilvl")
    list_id = number.get(f"{_WORD}val") if number is not None else "0"
    level = int(depth.get(f"{_WORD}val") or 0) if depth is not None else 0
    if list_id == "0":
        return "", ("", 0)
    return _numbering_format(paragraph.part, list_id, level, style), (list_id, level)


def _numbering_format(part: Any, list_id: str, level: int, style: str) -> str:
    """Look up in the numbering part whether a list counts its items."""
    try:
        numbering = part.numbering_part.element
        concrete = numbering.num_having_numId(int(list_id))
        abstract = concrete.abstractNumId.val
        form = numbering.xpath(f"w:abstractNum[@w:abstractNumId='{abstract}']/w:lvl[@w:ilvl='{level}']/w:numFmt/@w:val")
        return "bullet" if not form or form[0] in {"bullet", "none"} else "step"
    except (KeyError, AttributeError, NotImplementedError, ValueError):
        return "step" if "number" in style.lower() else "bullet"


def _table(table: Any) -> Iterator[Line]:
    """Rows of a table, a merged cell once; a table of one column is a box of paragraphs."""
    for row in table._tbl.tr_lst:
        cells = [" ".join(_words(p) for p in cell.iter(f"{_WORD}p")) for cell in row.tc_lst]
        if len(cells) == 1:
            inside = (_words(p) for p in row.tc_lst[0].iter(f"{_WORD}p"))
            yield from (Line(marked(words) or words) for words in inside if words.strip())
        elif any(cell.strip() for cell in cells):
            yield Line(" | ".join(" ".join(cell.split()) for cell in cells))


def _words(paragraph: Any) -> str:
    """The text of a paragraph as it stands after all changes: links and insertions in, deletions out."""
    parts = []
    for element in paragraph.iter(f"{_WORD}t", f"{_WORD}br", f"{_WORD}cr", f"{_WORD}tab", f"{_WORD}noBreakHyphen"):
        kind = element.tag.removeprefix(_WORD)
        parts.append((element.text or "") if kind == "t" else {"tab": " ", "noBreakHyphen": "-"}.get(kind, "\n"))
    return "".join(parts)


def _title(lines: list[Line], declared: str) -> tuple[str | None, list[Line]]:
    """Take the title out of the lines: the Title paragraph, or a first heading that stands alone on its level."""
    for place, line in enumerate(lines[:5]):
        alone = line.level == 2 and sum(other.level == 2 for other in lines) == 1 and place == 0
        if line.level == 1 or (alone and any(other.level > 2 for other in lines)):
            rest = lines[:place] + lines[place + 1 :]
            return line.text, [Line(x.text, max(2, x.level - 1)) if alone and x.level else x for x in rest]
    junk = re.match(r"(?:microsoft word|document\d*|dokument\d*|word document|python-docx)", declared, re.IGNORECASE)
    return (declared.strip() or None) if not junk else None, lines


def _odf(element: Any) -> Iterator[Line]:
    """Walk an OpenDocument body: headings, paragraphs, lists, tables, sections."""
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == f"{_ODF['text']}h":
            yield Line(_flat(child), level=min(6, int(child.get(f"{_ODF['text']}outline-level") or 1) + 1))
        elif tag == f"{_ODF['text']}p":
            words = _flat(child)
            yield Line(marked(words) or words)
        elif tag == f"{_ODF['text']}list":
            yield from (Line("- " + _flat(p)) for p in child.iter(f"{_ODF['text']}p") if _flat(p).strip())
        elif tag == f"{_ODF['table']}table":
            for row in child.iter(f"{_ODF['table']}table-row"):
                cells = [" ".join(_flat(cell).split()) for cell in row.iter(f"{_ODF['table']}table-cell")]
                yield Line(" | ".join(cells) if any(cells) else "")
        elif tag in {f"{_ODF['text']}section", f"{_ODF['office']}text"}:
            yield from _odf(child)


def _flat(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in {f"{_ODF['text']}s", f"{_ODF['text']}tab", f"{_ODF['text']}line-break"}:
            parts.append(" ")
        elif tag not in {f"{_ODF['text']}note", f"{_ODF['office']}annotation", f"{_ODF['text']}tracked-changes"}:
            parts.append(_flat(child) + (" " if tag.endswith("}p") else ""))
        parts.append(child.tail or "")
    return "".join(parts)
