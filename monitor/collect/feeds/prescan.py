"""Caps checked on the text before any parser sees it: what would take a parser super-linear time is cut or refused here.

Measured on feedparser 6: attributes, namespaces, categories and authors by the ten thousand take minutes, an author string without a
blank blows a regular expression. Real feeds stay one to two orders of magnitude below every cap.
"""

from __future__ import annotations

import re

from monitor.collect.entries import MAX_ENTRIES
from monitor.errors import ParseError

MAX_ATTRIBUTES = 64
MAX_NAMESPACES = 64
MAX_THOROUGH = 8 * 2**20
"""Longest text, in characters, that feedparser is given: it reads 1-2 MB/s and a worker has 10 s."""

_MAX_LABELS = 500

ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>/])")
_LONG_TAG = re.compile(r"<[A-Za-z_][^<>]{1500,}+>?")
_ATTRIBUTE = re.compile(r"\s[A-Za-z_][\w.:-]*+\s*+=")
_NAMESPACE = re.compile(r"\sxmlns(?::([\w.-]++))?\s*+=\s*+[\"']([^\"'<]*+)")
_LABEL = re.compile(r"<(?:[\w.-]+:)?(?:category|subject|keywords|tags)\b", re.IGNORECASE)
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
    """Raise ParseError if an element has too many attributes, or the document too many namespaces."""
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


def tame(text: str) -> str:
    """Return the text made safe for feedparser: overlong short fields cut; raises ParseError where cutting would not help."""
    if len(text) > MAX_THOROUGH:
        raise ParseError(f"refused: {len(text)} characters that the fast reader cannot read")
    starts = [match.start() for match in ENTRY.finditer(text)]
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        if sum(1 for _ in _LABEL.finditer(text, start, end)) > _MAX_LABELS:
            raise ParseError(f"refused: an entry has more than {_MAX_LABELS} categories")
    return _SHORT_FIELD.sub(r"\1\2", text)
