"""Caps checked on the text before any parser sees it: what would take a parser super-linear time is cut or refused here.

Measured on feedparser 6: attributes, namespaces, categories and authors by the ten thousand take minutes, an author string without a
blank blows a regular expression. Real feeds stay one to two orders of magnitude below every cap.
"""

from __future__ import annotations

import re

from monitor.collect.entries import MAX_ENTRIES, person
from monitor.errors import ParseError

MAX_ATTRIBUTES = 64
MAX_NAMESPACES = 64
MAX_NAME = 1_000
MAX_THOROUGH = 4 * 2**20
MAX_BROKEN = 2 * 2**20
"""Longest text, in characters, that feedparser is given, and the longest that is not even well-formed: its loose path reads about half
a megabyte a second, and a worker has 10 s. The largest of 120 real feeds has 0.4 MB."""

_MAX_LABELS = 500

OPAQUE = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
"""What holds no markup whatever stands in it."""
ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>/])")
_ENTRY_OR_OPAQUE = re.compile(f"{OPAQUE.pattern}|{ENTRY.pattern}", re.DOTALL)
_LONG_TAG = re.compile(r"<[A-Za-z_][^<>]{320,}+>?")
_ATTRIBUTE = re.compile(r"\s[A-Za-z_][\w.:-]*+\s*+=")
_NAMESPACE = re.compile(r"\sxmlns(?::([\w.-]++))?\s*+=\s*+[\"']([^\"'<]*+)")
_LONG_NAME = re.compile(rf"<[A-Za-z_][\w.:-]{{{MAX_NAME}}}")
_LABEL = re.compile(r"<(?:[\w.-]+:)?(?:category|subject|keywords|tags)\b", re.IGNORECASE)
_AUTHOR = re.compile(
    r"(<(?:[\w.-]+:)?(?:author|creator|managingEditor)\b[^<>]*>\s*(?:<!\[CDATA\[)?)([^<\]@]*+@[^<\]]*+)((?:\]\]>)?\s*</)",
    re.IGNORECASE,
)
_EMPTY_LINK = re.compile(r"<link\s*(?:/>|>\s*</link>)\s*(https?://[^\s<]+)(?=\s*<)")
_CAPTION = re.compile(r"<(/)?media:description\b[^<>]*>", re.IGNORECASE)
_SHORT_FIELD = re.compile(
    r"(<(?:[\w.-]+:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|name|email|category|subject|keywords|tags|pubDate|"
    r"published|updated|modified|issued|created|date|lastBuildDate|expirationDate|valid|ttl|language)\b[^<>]*>\s*(?:<!\[CDATA\[)?)([^<\]]{2000})[^<\]]*+",
    re.IGNORECASE,
)


def scan(text: str) -> tuple[str, int]:
    """Return the text with at most `MAX_ENTRIES` entries, and how many were cut; raises ParseError for a flood of names.

    Of too many entries the first and the last thousand stay, because a feed may be sorted either way.
    """
    check_names(text)
    return _cut_entries(text)


def check_names(text: str) -> None:
    """Raise ParseError if an element has too long a name or too many attributes, or the document too many namespaces."""
    if _LONG_NAME.search(text):
        raise ParseError(f"refused: the name of an element has more than {MAX_NAME} characters")
    _check_attributes(text)
    _check_namespaces(text)


def _check_attributes(text: str) -> None:
    for match in _LONG_TAG.finditer(text):
        if len(_ATTRIBUTE.findall(match[0])) > MAX_ATTRIBUTES:
            raise ParseError(f"refused: an element has more than {MAX_ATTRIBUTES} attributes")


def _check_namespaces(text: str) -> None:
    if text.count("xmlns") > MAX_NAMESPACES and len(set(_NAMESPACE.findall(text))) > MAX_NAMESPACES:
        raise ParseError(f"refused: more than {MAX_NAMESPACES} namespaces")


def _cut_entries(text: str) -> tuple[str, int]:
    if text.count("<item") + text.count("<entry") + text.count(":item") + text.count(":entry") <= MAX_ENTRIES:
        return text, 0
    starts = [match.start() for match in ENTRY.finditer(text)]
    if len(starts) <= MAX_ENTRIES:
        return text, 0
    half = MAX_ENTRIES // 2
    return text[: starts[half]] + text[starts[-half] :], len(starts) - MAX_ENTRIES


def entry_starts(text: str) -> list[int]:
    """Return where entries begin in a text, those in comments and CDATA sections aside."""
    return [match.start() for match in _ENTRY_OR_OPAQUE.finditer(text) if not match[1]]


def tame(text: str, *, is_broken: bool = False) -> str:
    """Return the text made safe for feedparser; raises ParseError where that cannot be done.

    Overlong short fields are cut; mail addresses go from authors and captions of pictures from summaries (its rules for both are poor),
    and an address behind an empty `<link/>` goes into it.
    """
    if len(text) > (MAX_BROKEN if is_broken else MAX_THOROUGH):
        raise ParseError(
            f"refused: {len(text):,} characters that the fast reader cannot read are too many for the thorough one"
        )
    starts = [match.start() for match in ENTRY.finditer(text)]
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        if sum(1 for _ in _LABEL.finditer(text, start, end)) > _MAX_LABELS:
            raise ParseError(f"refused: an entry has more than {_MAX_LABELS} categories")
    text = _AUTHOR.sub(lambda match: match[1] + person(match[2]) + match[3], _SHORT_FIELD.sub(r"\1\2", text))
    text = _EMPTY_LINK.sub(r"<link>\1</link>", text)
    return _CAPTION.sub(lambda match: f"<{match[1] or ''}media:caption>", text)
