"""A web page becomes Text: main content by trafilatura, with its headings, lists, tables and quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assistant.errors import NoText
from assistant.reading.lines import Line, blocks_of
from assistant.reading.plain import marked, published_in
from assistant.reading.text import Text, decode, line_of, tidy

LAYOUT_CELL = 300
"""Mean characters of a cell from which on a table lays out a page and holds no data."""

ROW_MARK = "\ue000"
"""A private character that marks what was a table row while the page passes through extraction."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html\b[^>]{0,500}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_ANY_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_TITLE_TAIL = re.compile(r"\s+[|–—·»-]\s+[^|–—·»]{2,40}$")
_GONE = ("script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "form", "svg", "canvas")
_COOKIE_BOX = (
    "//*[contains(translate(concat(@id,' ',@class),'COKIE','cokie'),'cookie') or contains(@class,'consent')"
    " or contains(@id,'consent') or contains(@class,'gdpr')][not(self::body) and not(self::html)]"
)
_HIDDEN = "//*[@hidden or @aria-hidden='true' or contains(translate(@style,' ',''),'display:none')][not(self::body)]"


def load_html(data: bytes) -> Text:
    """Read the bytes of a web page; gives Blocks without pages.

    Nothing that the page names is fetched; scripts, styles, forms, frames and hidden elements are not read.
    Raises NoText where the page holds no running text (often one that a script fills in).
    """
    source = _decoded(data)
    tree = _parsed(source)
    found = _extracted(tree)
    body, declared = (found.body, found) if found is not None else (None, None)
    lines = list(_lines(body)) if body is not None else []
    lines = lines or [Line(text) for text in _all_text(tree)]
    title = _title(source, tree, declared)
    blocks, notes = blocks_of(lines, title)
    if not blocks:
        raise NoText(
            "There is no text in this web page.",
            hint="If it fills itself in by a script, open it in a browser, print it to PDF and add that file.",
        )
    language = _LANGUAGE.search(source[:20_000])
    day = (declared.date if declared is not None else None) or published_in([line.text for line in lines])
    return Text(blocks, title, language[1].lower() if language else None, day, notes=notes)


def _decoded(data: bytes) -> str:
    """Decode a page: by its own declaration where that works, else by what its bytes look like."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return tidy(data.decode(declared[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError):
            pass
    return tidy(decode(data)[0])


def _parsed(source: str) -> Any:
    """Parse a page and take out everything that nobody reads on it."""
    import lxml.html

    parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source)
    tree = lxml.html.document_fromstring(text or "<p></p>", parser=parser, ensure_head_body=True)
    for element in [*tree.iter(*_GONE), *tree.xpath(_HIDDEN), *tree.xpath(_COOKIE_BOX)]:
        if element.getparent() is not None:
            element.drop_tree()
    for table in tree.xpath("//table[not(.//table)]"):
        _as_list(table)
    return tree


def _as_list(table: Any) -> None:
    """Write a table of data as a list of marked rows, since extraction drops small tables but keeps lists."""
    from lxml.html import builder

    rows = [[line_of(cell.text_content()) for cell in row.iterchildren("td", "th")] for row in table.iter("tr")]
    cells = [cell for row in rows for cell in row]
    if len(rows) < 2 or max(map(len, rows)) < 2 or sum(map(len, cells)) > LAYOUT_CELL * len(cells):
        return
    items = [builder.LI(ROW_MARK + " | ".join(row)) for row in rows if any(row)]
    captions = [builder.P(line_of(caption.text_content())) for caption in table.iterchildren("caption")]
    replacement = builder.DIV(*captions, builder.UL(*items))
    replacement.tail = table.tail
    if table.getparent() is not None:
        table.getparent().replace(table, replacement)


def _extracted(tree: Any) -> Any:
    """Ask trafilatura for the main content; None where it finds none or stumbles over the page."""
    import trafilatura

    try:
        return trafilatura.bare_extraction(
            tree,
            include_comments=False,
            include_tables=True,
            include_formatting=True,
            include_links=False,
            include_images=False,
            favor_recall=True,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _lines(body: Any) -> Iterator[Line]:
    """Walk trafilatura's tree (head, p, list, table, quote) in reading order."""
    for element in body:
        yield from _element(element)


def _element(element: Any) -> Iterator[Line]:
    tag = element.tag
    if tag == "head":
        level = re.sub(r"\D", "", element.get("rend") or "") or "2"
        yield Line(_words(element), level=max(2, min(6, int(level))))
    elif tag == "list":
        yield from _items(element)
    elif tag == "table":
        yield from (Line(row) for row in map(_row, element.iter("row")) if row)
    elif tag in {"quote", "div", "body"} and len(element):
        yield from _mixed(element)
    else:
        yield from _paragraphs(element)


def _mixed(element: Any) -> Iterator[Line]:
    """Lines of an element that may hold text of its own beside further elements."""
    inline = {"hi", "ref", "lb", "del", "code"}
    if all(child.tag in inline for child in element):
        yield from _paragraphs(element)
        return
    if element.text and element.text.strip():
        yield Line(element.text)
    for child in element:
        yield from _element(child)
        if child.tail and child.tail.strip():
            yield Line(child.tail)


def _paragraphs(element: Any) -> Iterator[Line]:
    """A paragraph, or several where line breaks divide it."""
    for part in _words(element, breaks="\n").split("\n"):
        if part.strip():
            yield Line(marked(part) or _quote(part))


def _quote(text: str) -> str:
    """Give a paragraph that opens with a dash, which is speech on a web page, its Block form."""
    return re.sub(r"^\s*[-–—−]\s*(?=[A-ZÆØÅÄÖ«\"”“])", "– ", text)


def _items(element: Any) -> Iterator[Line]:
    ordered = (element.get("rend") or "") == "ol"
    for number, item in enumerate(element.iterchildren("item"), start=1):
        nested = [child for child in item if child.tag == "list"]
        own = _words(item, skip="list")
        if own.strip().startswith(ROW_MARK):
            yield Line(own.strip().removeprefix(ROW_MARK))
        elif own.strip():
            bare = re.sub(r"^\s*(?:[-–•*·]|\d{1,2}[.)])\s+", "", own)
            yield Line(f"{number}. {bare}" if ordered else f"- {bare}")
        for inner in nested:
            yield from _items(inner)


def _row(row: Any) -> str:
    cells = [line_of(_words(cell)) for cell in row.iterchildren("cell")]
    return " | ".join(cells) if any(cells) else ""


def _words(element: Any, *, breaks: str = " ", skip: str = "") -> str:
    """All text of an element, its line breaks written as `breaks`, without the elements named `skip`."""
    parts = [element.text or ""]
    for child in element:
        if child.tag != skip:
            block = child.tag in {"p", "item", "cell", "row", "head", "quote", "table"}
            parts.append(breaks if child.tag == "lb" else " " if block else "")
            parts.append(_words(child, breaks=breaks, skip=skip) + (" " if block else ""))
        parts.append(child.tail or "")
    return "".join(parts)


def _all_text(tree: Any) -> list[str]:
    """Every line of text of a page in which no main content was found."""
    import trafilatura

    return [line for line in trafilatura.html2txt(tree).split("\n") if line.strip()]


def _title(source: str, tree: Any, declared: Any) -> str | None:
    """The page's only level-1 heading, else what its head says, without the site's name at the end."""
    heads = [text for text in (line_of(h.text_content()) for h in tree.iter("h1")) if text]
    if len(heads) == 1 and len(heads[0]) <= 200:
        return heads[0]
    named = (declared.title if declared is not None else None) or next(iter(heads), None)
    if not named and (found := _ANY_TITLE.search(source)):
        named = found[1]
    return (_TITLE_TAIL.sub("", line_of(named)) or None) if named else None
