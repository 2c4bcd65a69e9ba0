"""The seed format: the written form of every stored article, its grammar, its reader and its writer.

::

    document = line *(LF line)                 ; UTF-8, NFC, no BOM, LF only, no final LF, no empty line
    line     = image / rule / item / row / prose
    image    = "![](" url ")"                  ; alone on its line; alt always empty
    rule     = "- - -"                         ; not first, not last, not doubled
    item     = "- " text
    row      = "|" 1*( " " cell " |" )         ; a "|" inside a cell becomes "/"
    prose    = text not starting with "!["
    text     = no leading, trailing or double space; one kind of space; no control or invisible character (`text.clean`)
    url      = absolute http(s), entity-decoded, no space; ( ) < > and quotes percent-encoded, query kept, no fragment

At least one line is prose. `Writer` can only write valid documents; `check` accepts exactly this grammar; everything between
(`lines`, `prose`, `furniture`) gives offsets into the document, so that a match can always be shown where it stands.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

from monitor.errors import SeedError
from monitor.models import Article
from monitor.text import INVISIBLE, clean

RULE = "- - -"


class LineKind(StrEnum):
    """What a line of a document is."""

    IMAGE = "image"
    RULE = "rule"
    ITEM = "item"
    ROW = "row"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `text` is its content without marker (an image's URL, an item's text) and equals `document[start:end]`;
    `number` counts from 1."""

    kind: LineKind
    text: str
    start: int
    end: int
    number: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a row; empty for other lines."""
        return tuple(self.text[2:-2].split(" | ")) if self.kind is LineKind.ROW else ()


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_IMAGE = re.compile(r"!\[\]\((?P<url>\S+)\)")
_ROW = re.compile(r"\|(?: [^|\s](?:[^|]*[^|\s])? \|)+")
_URL = re.compile(r"https?://[^\s/?#()<>\"'\\]+(?:[/?][^\s()<>\"'#\\]*)?")
_FORBIDDEN = re.compile(
    INVISIBLE.pattern[:-1]
    + "|[\\t\\v\\f\\r\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"
)


def loads(text: str) -> Article:
    """Read a seed document; the article carries the text and no metadata.

    Raises SeedError with the first line that is not in the format. `dumps(loads(text)) == text` for every valid document.
    """
    problems = check(text)
    if problems:
        raise problems[0]
    return Article(text=text)


def dumps(article: Article) -> str:
    """Return the article's document; write it as UTF-8 without adding a final newline.

    Raises SeedError if the text is not in the format, so that nothing invalid ever reaches a file.
    """
    return loads(article.text).text


def check(text: str) -> tuple[SeedError, ...]:
    """Return everything that keeps `text` from being a seed document, in line order; empty if it is one."""
    parts = text.split("\n")
    problems = [
        SeedError(number, reason) for number, part in enumerate(parts, 1) for reason in _line_faults(part)
    ]
    problems += _rule_faults(parts)
    problems.sort(key=lambda problem: problem.line)
    if not any(_kind(part) is LineKind.PROSE for part in parts if part):
        problems.append(SeedError(0, "no prose line"))
    return tuple(problems)


def _rule_faults(parts: Sequence[str]) -> list[SeedError]:
    """Rules may stand neither first, nor last, nor next to each other."""
    at = [number for number, part in enumerate(parts, 1) if part == RULE]
    faults = [SeedError(1, "a rule may not be the first line")] if at[:1] == [1] else []
    faults += [SeedError(number, "doubled rule") for number in at if number - 1 in at]
    if at and at[-1] == len(parts) and len(parts) > 1:
        faults.append(SeedError(at[-1], "a rule may not be the last line"))
    return faults


def _line_faults(part: str) -> list[str]:
    """Return the reasons why a line cannot stand in a document."""
    if not part:
        return ["empty line"]
    if part.startswith("!["):
        return _image_faults(part)
    return _text_faults(part)


def _text_faults(part: str) -> list[str]:
    """Return what breaks the rules for text."""
    faults = []
    if part != part.strip(" "):
        faults.append("leading or trailing space")
    if "  " in part:
        faults.append("double space")
    if not part.isascii() or not part.isprintable():
        bad = _FORBIDDEN.search(part)
        if bad:
            faults.append(f"forbidden character U+{ord(bad[0][0]):04X}")
        if not unicodedata.is_normalized("NFC", part):
            faults.append("not in Unicode normal form C")
    return faults


def _image_faults(part: str) -> list[str]:
    """Return what is wrong with a line that begins like an image."""
    match = _IMAGE.fullmatch(part)
    if match is None:
        return ["an image line is ![](url) with an empty alt text, alone on its line"]
    if not is_image_url(match["url"]):
        return ["image address is not an absolute http(s) URL in its written form"]
    return _text_faults(part)


def is_image_url(url: str) -> bool:
    """Tell whether `url` is in the grammar's form: absolute http(s), no fragment, no raw brackets or quotes, entities decoded."""
    return _URL.fullmatch(url) is not None and "&amp;" not in url


def _kind(part: str) -> LineKind:
    """Classify one line; the order of the tests is the grammar's."""
    if part.startswith("![]("):
        return LineKind.IMAGE
    if part == RULE:
        return LineKind.RULE
    if part.startswith("- "):
        return LineKind.ITEM
    if part.startswith("|") and _ROW.fullmatch(part):
        return LineKind.ROW
    return LineKind.PROSE


def lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a valid document with their kinds and offsets."""
    result, start = [], 0
    for number, part in enumerate(text.split("\n"), 1):
        kind = _kind(part)
        before, after = {LineKind.IMAGE: (4, 1), LineKind.ITEM: (2, 0)}.get(kind, (0, 0))
        end = start + len(part)
        result.append(Line(kind, part[before : len(part) - after], start + before, end - after, number))
        start = end + 1
    return tuple(result)


def prose(text: str) -> str:
    """Return what people read: prose, items and rows, one a line, without images, rules and the contributor line."""
    dead = _furniture_numbers(text)
    return "\n".join([line.text for line in lines(text) if line.number not in dead])


# ── Furniture ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_CONTRIBUTOR = re.compile(
    r"[(\[]?(?:.{2,240}\bcontributed (?:(?:additional |some )?(?:reporting|research)\b|to (?:this|the) (?:report|story|article|piece|post|"
    r"dispatch|investigation|coverage|analysis|project|newsletter|review|column)\b).{0,160}"
    r"|(?:Additional |With )?(?:[Rr]eporting|[Ee]diting|[Ww]riting|[Rr]esearch)(?:(?: and |, | & )(?:writing|editing|research|reporting))*"
    r" (?:was )?(?:contributed )?by .{2,240}"
    r"|.{2,240}\b(?:ha contribuido a|contribuyó a|contribuyeron a|contribuyó con|a contribué à|ont contribué à|contribuiu para|"
    r"contribuíram para) (?:est[ea]|cet|cette|ce) .{2,80}"
    r"|(?:Mitarbeit|Mit Material von|Con información de|Com informações d[aeo]s?)\b:? .{2,160})"
)
_CONTRIBUTOR_MAX = 400  # longer paragraphs are prose about somebody's contribution


def is_contributor_line(line: str) -> bool:
    """Tell whether a line only says who helped ("… contributed to this report."): names in it are no mentions."""
    return len(line) <= _CONTRIBUTOR_MAX and _CONTRIBUTOR.fullmatch(line) is not None


def furniture(text: str) -> tuple[tuple[int, int], ...]:
    """Return the offsets of what is never matched: image lines, rules and the contributor lines at the end of the document."""
    numbers = _furniture_numbers(text)
    return tuple((line.start, line.end) for line in lines(text) if line.number in numbers)


def contributors(text: str) -> tuple[str, ...]:
    """Return the contributor lines of a document."""
    return tuple(line.text for line in _contributor_lines(lines(text)))


def _furniture_numbers(text: str) -> frozenset[int]:
    document = lines(text)
    dead = {line.number for line in document if line.kind in (LineKind.IMAGE, LineKind.RULE)}
    return frozenset(dead | {line.number for line in _contributor_lines(document)})


def _contributor_lines(document: Sequence[Line]) -> list[Line]:
    """Contributor lines stand in the last third or the last five lines; one in mid-text is a sentence of the story."""
    since = min(len(document) - 5, len(document) * 2 // 3)
    return [
        line
        for line in document[max(1, since) :]
        if line.kind is LineKind.PROSE and is_contributor_line(line.text)
    ]


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_RULE_TEXT = re.compile(r"(?:[*＊∗•·⁂_=~#—–―-] ?){3,}|[—–―]{1,2}|\*{3,}|⁂")
_UNSAFE = {ord(char): f"%{ord(char):02X}" for char in "()<>\"'\\"}


def image_url(address: str) -> str | None:
    """Return an absolute image address in its written form, or None if it can have none (data:, relative, malformed).

    Verbatim but for what the grammar asks: entities decoded, white space, brackets and quotes percent-encoded, fragment dropped.
    """
    address = html.unescape(address.strip()) if "&" in address else address.strip()
    address = address.partition("#")[0].translate(_UNSAFE)
    if (
        INVISIBLE.search(address)
        or not unicodedata.is_normalized("NFC", address)
        or len(address.split()) != 1
    ):
        address = quote(INVISIBLE.sub("", address), safe="%/:?&=+$,;@~!*[]|{}^`-._")
    try:
        host = urlsplit(address).netloc
    except ValueError:
        return None
    return address if host and is_image_url(address) else None


def is_rule(text: str) -> bool:
    """Tell whether a paragraph is a typed section break: `* * *`, `***`, `- - -`, a dash alone."""
    return len(text) <= 40 and _RULE_TEXT.fullmatch(text) is not None


class Writer:
    """Writes a document line by line; whatever it is given, `document` is valid (or empty, if no text came at all)."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._images: set[str] = set()

    def image(self, address: str) -> None:
        """Add an image, once per address; an address that cannot be written is left out."""
        url = image_url(address)
        if url is not None and url not in self._images:
            self._images.add(url)
            self._lines.append(f"![]({url})")

    def rule(self) -> None:
        """Add a section break; doubled ones are one, and one before any text is none."""
        if (
            self._lines
            and self._lines[-1] != RULE
            and not all(line.startswith("![](") for line in self._lines)
        ):
            self._lines.append(RULE)

    def item(self, text: str) -> None:
        """Add a list item."""
        text = clean(text)
        while text.startswith("- "):
            text = text[2:]
        self._add(text, "- ")

    def row(self, cells: Iterable[str]) -> None:
        """Add a table row; an empty cell is written as a dash, because a document has no double space."""
        texts = [clean(cell.replace("|", "/")) or "–" for cell in cells]
        if any(text != "–" for text in texts):
            self._lines.append("| " + " | ".join(texts) + " |")

    def prose(self, text: str) -> None:
        """Add a paragraph; a typed section break becomes a rule."""
        text = clean(text)
        if is_rule(text):
            self.rule()
        else:
            self._add(text, "")

    def _add(self, text: str, marker: str) -> None:
        while text.startswith("!["):
            text = text[1:]
        if text:
            self._lines.append(marker + text)

    def document(self) -> str:
        """Return the document: a rule that would be last is dropped, and a list without any prose begins with prose."""
        content = list(self._lines)
        while content and content[-1] == RULE:
            content.pop()
        if not any(_kind(line) is LineKind.PROSE for line in content):
            content = _as_prose(content)
        return "\n".join(content)


def _as_prose(content: list[str]) -> list[str]:
    """Turn the first item or row that can be one into a paragraph: a document has at least one."""
    for index, line in enumerate(content):
        text = {LineKind.ITEM: line[2:], LineKind.ROW: line[2:-2].replace(" | ", ", ")}.get(_kind(line), "")
        if text and _kind(text) is LineKind.PROSE and not text.startswith("!["):
            return [*content[:index], text, *content[index + 1 :]]
    return []


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def file_name(number: int, article: Article) -> str:
    """Return the name of an exported article: running number, then its id (64 bits of SHA-256 of the canonical URL)."""
    return f"{number:03d}_{article.id}.txt"


def sidecar(article: Article) -> dict[str, Any]:
    """Return the metadata that goes beside the document as JSON; instants as ISO 8601 in UTC, empty values as null."""
    return {
        "id": article.id,
        "url": article.url,
        "canonical": article.canonical,
        "title": article.title,
        "authors": list(article.authors),
        "published": _iso(article.published),
        "modified": _iso(article.modified),
        "date_source": article.date_source or None,
        "image": article.image,
        "language": article.language,
        "site": article.site,
        "description": article.description or None,
        "outlet": article.outlet or None,
        "feed": article.feed or None,
        "categories": list(article.categories),
        "country": article.country,
        "completeness": article.completeness.value,
        "confidence": round(article.confidence, 3),
        "first_seen": _iso(article.first_seen),
        "note": article.note or None,
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
