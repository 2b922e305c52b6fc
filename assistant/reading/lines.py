"""Lines of any format become Blocks: page furniture and doubled paragraphs left out, headings remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.language import sentences
from assistant.reading.text import line_of
from assistant.types import Block

BANNER_LINES = 15
"""How many lines at either end of a page may belong to a cookie banner."""

DOUBLED = 60
"""From how many characters on a repeated paragraph is a copy and not a phrase that comes back."""

LONGEST_TOLD_APART = 4_000
"""Characters up to which a line's sentences are told apart; no paragraph is longer, and a hostile one would be slow."""

_CODES = re.IGNORECASE
_COOKIE = re.compile(r"\b(?:web)?cookies?|informa[st]jonskaps|informationskaps|eväste", _CODES)
_CONSENT = re.compile(
    r"\b(?:vi|we|denne|dette|den här|this|siden|sida|our|on|på)\b.{0,80}"
    r"\b(?:bruke?r|benytter|anvende?r|använder|use|uses|bruger|sætt)"
    r"|ac[ck]?ept|aksept|samtyk|samtyc|godta|godkän|godkend|tilla[td]|fravælg|consent|evästei",
    _CODES,
)
_IMAGE = r"\.(?:jpe?g|png|gif|webp|svg|tiff?|bmp|heic|avif)"
_NETWORK = (
    r"(?:facebook|twitter|x|linked\ ?in|instagram|e-?post|e-?mail|mail|whats\ ?app|messenger|bluesky|snapchat"
    r"|pinterest)"
)
_THIS = r"(?:denne|dette|artikkelen|artiklen|artikeln|siden|sidan|saken|this(?:\ page|\ article)?)"
_CHANGED = (
    r"(?:publisert|publiceret|publicerad|published|sist\ (?:oppdatert|endret)|(?:sidst|senest)\ (?:opdateret|ændret)"
    r"|senast\ (?:uppdaterad|ändrad)|last\ updated|oppdatert|opdateret|uppdaterad|offentliggjort)"
)
_FURNITURE = re.compile(
    rf"""(?:bilde|bild|billede|image|foto)?[:\s]*[^\s/\\|<>][^/\\|<>]{{0,120}}{_IMAGE}(?:\s*\(\d+[.,]?\d*\s*[km]b\))?
    | (?:bildetekst|billedtekst|bildtext|caption)\s*:.{{1,300}}
    | \[?(?:bilde|bild|billede|image|foto|photo)(?:\s+\d+\s+(?:av|af|of)\s+\d+|\s*:[^\]]{{1,100}}\])\]?
    | (?:klikk|klik|klicka|click|vis|åpne|åbn|öppna|open|view)\b.{{0,20}}\b(?:større|större|full|larger)\s
      (?:bild\w*|billed\w*|image|størrelse|storlek|size|versjon|version)
    | (?:(?:illustrasjons|arkiv|genre|presse)?foto(?:graf)?|photo|bilde|bild|billede|illustrasjon|illustration|ill)
      \s*[:/©]\s*.{{1,100}}
    | .{{1,180}}\(?\b(?:foto|photo|bild)\s*:\s*[^.:]{{2,60}}\)?\.?
    | (?:del|dela|share|tips?|send)\b[^.]{{0,40}}\b(?:på|on|via|med|with|til|to)\s+(?:an?\s+|en\s+)?{_NETWORK}\b
      .{{0,20}}
    | (?:(?:del|dela|share|følg\ oss|følg\ os|följ\ oss|follow\ us)(?:\ på|\ on)?:?\s*)?(?:{_NETWORK}[\s,|/·•]*){{2,}}
    | {_NETWORK}
    | (?:del|dela|share)(?:\ {_THIS})?(?:\ (?:på|on|via))?\s*:?
    | (?:kopier|kopiera|copy)\ (?:lenken?|linket|länk(?:en)?|link)
    | https?://\S*(?:sharer?|intent/tweet|shareArticle)\S*
    | (?:du\ er\ her|her\ er\ du|du\ är\ här|you\ are\ here)\s*:.{{1,150}}
    | (?:lesetid|læsetid|lästid|reading\ time)\b.{{0,30}}
    | (?:kommentarer|comments)\s*\(\d+\)
    | (?:lytt\ til|hør|lyssna\ på|listen\ to)\ {_THIS}
    | (?:hopp|gå|spring|hoppa|skip|jump)\ (?:direkte\ |direkt\ )?(?:til|till|to)\ .{{0,30}}
      (?:innhold|indhold|innehåll|content)\w*
    | (?:hjem|forside|forsiden|start|startsida|startsiden|hem|home)\s*[>/»›|→].{{0,150}}
    | (?:les|læs|läs|read)\ (?:også|òg|mer|mere|också|även|more|also)\b[^.]{{0,120}}
    | (?:link|lenke|länk)\ (?:til|till|to)\b[^.]{{0,100}}
    | (?:meld\ deg\ på|abonner\ på|tilmeld\ dig|prenumerera\ på|subscribe\ to)\b.{{0,60}}
      (?:nyhetsbrev|nyhedsbrev|newsletter).{{0,20}}
    | (?:stikkord|emneord|nøkkelord|nøgleord|nyckelord|tags?|kategori|categories)\s*:.{{0,120}}
    | (?:©|copyright\b).{{0,120}}
    | {_CHANGED}\b.{{0,60}}\d.{{0,40}}
    """,
    _CODES | re.VERBOSE,
)
_BUTTON_WORDS = """
godta alle|godta|avvis alle|avvis|avslå|kun nødvendige|bare nødvendige|tilpass|innstillinger|jeg forstår
|ok, jeg forstår|aksepter|aksepter alle|tillat alle|lukk|vis mer|vis mindre|skriv ut|last ned|last ned som pdf
|til toppen|til topps|meny|søk|logg inn|logg ut|lytt|lytt til teksten|tilbake|relaterte saker|relaterte artikler
|relatert innhold|mer om|nyhetsbrev|lukk meny|tillad alle|afvis alle|afvis|acceptér|accepter alle|accepter
|kun nødvendige cookies|tillad valgte|luk|vis mere|udskriv|download|til top|søg|log ind|log ud|oplæs
|relaterede artikler|relateret indhold|nyhedsbrev|tilmeld nyhedsbrev|godkänn alla|acceptera alla|acceptera
|neka alla|endast nödvändiga|anpassa|inställningar|stäng|visa mer|skriv ut sidan|ladda ner|till toppen|sök
|logga in|logga ut|lyssna|tillbaka|relaterade artiklar|accept all|accept|reject all|reject|only necessary
|manage preferences|settings|close|show more|show less|print|print this page|back to top|menu|search|log in
|sign in|log out|listen|back|annonse|annonce|annons|advertisement|illustrasjonsfoto|arkivfoto|genrefoto|illustration
|foto|logo|tweet|send til en venn|send til en ven|tilpass samtykke|nødvendige cookies|lagre valg|gem valg|spara val
|cookieinnstillinger|cookieindstillinger|cookieinställningar|cookie settings|personvernerklæring|privatlivspolitik
|related articles|related content|newsletter|hyväksy kaikki
"""
_BUTTONS = frozenset(_BUTTON_WORDS.replace("\n", "").split("|"))
_ITEM = re.compile(r"(?:- |\d{1,4}\. )")
_BOX_LABEL = re.compile(r"(?:fakta|faktaboks|faktarute|faktaruta|faktabox|fact ?box|facts)\W*", _CODES)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a loader found: its text in a Block's form, and its level (1 to 6) if it is a heading, else 0."""

    text: str
    level: int = 0
    page: int | None = None


def blocks_of(lines: Iterable[Line], title: str | None = None) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Turn lines in reading order into Blocks, and say in notes what was left out.

    Left out are cookie banners, sharing links, file names and credits of pictures and other page furniture,
    paragraphs that already stood there, and headings that repeat the `title`. A heading with nothing below it
    becomes a paragraph, so that no words are lost.
    """
    kept, notes = _without_furniture([line for line in (replace(x, text=line_of(x.text)) for x in lines) if line.text])
    kept, doubled = _without_doubles(kept, title)
    notes += [f"{doubled} doubled paragraphs left out"] if doubled else []
    return tuple(_under_headings(list(_levelled(kept)))), tuple(notes)


def is_furniture(text: str) -> bool:
    """Say whether a line belongs to a web page and not to what it tells: a button, a share link, a picture's name."""
    return text.casefold().strip(" .:!×") in _BUTTONS or (len(text) < 240 and _FURNITURE.fullmatch(text) is not None)


def is_cookie_notice(text: str) -> bool:
    """Say whether a line asks the reader to accept cookies."""
    return bool(_COOKIE.search(text[:1000]) and _CONSENT.search(text[:1000]))


def key_of(text: str) -> str:
    """Give what two copies of a paragraph have in common: its letters and digits."""
    return "".join(filter(str.isalnum, text.casefold()))


def _without_furniture(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    kept, cookies, furniture = [], 0, 0
    for place, line in enumerate(lines):
        at_the_edge = place < BANNER_LINES or place >= len(lines) - BANNER_LINES
        if at_the_edge and is_cookie_notice(line.text):
            cookies += 1
        elif is_furniture(line.text) or _mere_label(line, lines[place + 1 : place + 2]):
            furniture += 1
        else:
            kept.append(line)
    notes = ["cookie text left out"] if cookies else []
    return kept, notes + ([f"{furniture} lines of page furniture left out"] if furniture else [])


def _mere_label(line: Line, following: Sequence[Line]) -> bool:
    """Say whether a line only names a fact box whose own heading follows."""
    return bool(_BOX_LABEL.fullmatch(line.text) and following and following[0].level)


def _without_doubles(lines: Sequence[Line], title: str | None) -> tuple[list[Line], int]:
    """Leave out paragraphs that stand elsewhere, teasers («... more text …») and headings that repeat the title."""
    keys = [key_of(line.text) for line in lines]
    teasers = {key for key, line in zip(keys, lines, strict=True) if line.text.endswith(("…", "...", "[…]"))}
    starts = {key[:DOUBLED] for key in keys if key not in teasers}
    repeated = _repeated(lines, keys)
    kept, doubled = [], 0
    for place, (key, line) in enumerate(zip(keys, lines, strict=True)):
        teaser = key in teasers and len(key) >= DOUBLED and key[:DOUBLED] in starts
        if line.level:
            if title is None or key != key_of(title):
                kept.append(line)
        elif teaser or place in repeated:
            doubled += 1
        else:
            kept.append(line)
    return kept, doubled


def _repeated(lines: Sequence[Line], keys: Sequence[str]) -> set[int]:
    """Places of paragraphs that say nothing of their own.

    Every sentence of such a paragraph stands in one other paragraph, which is longer, or as long and earlier: a
    lead that opens the text again, a quote lifted out of it. List items are doubled only by the same item.
    """
    running = {n for n, line in enumerate(lines) if not line.level and not line.text.startswith("| ")}
    said = {n: _sentence_keys(lines[n].text, keys[n]) for n in running}
    homes: dict[str, set[int]] = {}
    for n, own in said.items():
        for sentence in own:
            homes.setdefault(sentence, set()).add(n)
    found = set()
    for n in running:
        if len(lines[n].text) >= DOUBLED and said[n]:
            others = set.intersection(*(homes[sentence] for sentence in said[n])) - {n}
            if any(len(keys[other]) > len(keys[n]) or (keys[other] == keys[n] and other < n) for other in others):
                found.add(n)
    return found


def _sentence_keys(text: str, key: str) -> set[str]:
    """Keys of a paragraph's sentences; a list item is one, since it makes sense in its list only."""
    if _ITEM.match(text) or len(text) > LONGEST_TOLD_APART:
        return {f"- {key}"}
    return {found for start, end in sentences(text) if (found := key_of(text[start:end]))}


def _levelled(lines: Iterable[Line]) -> Iterator[Line]:
    """Make a heading with nothing below it (the next is no deeper, or there is none) a paragraph."""
    lines = list(lines)
    for line, after in zip_longest(lines, lines[1:]):
        empty = line.level and (after is None or 0 < after.level <= line.level)
        yield replace(line, level=0) if empty else line


def _under_headings(lines: Sequence[Line]) -> Iterator[Block]:
    path: dict[int, str] = {}
    for line in lines:
        if line.level:
            path = {level: text for level, text in path.items() if level < line.level} | {line.level: line.text}
        else:
            yield Block(text=line.text, headings=tuple(path.values()), page=line.page)
