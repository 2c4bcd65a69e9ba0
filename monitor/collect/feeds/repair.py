"""Mending of XML that is almost well-formed, so that one stray `&` does not push a feed onto a guessing parser.

feedparser's loose path turns `AT&T` into `AT&T;` and takes 30 times as long; every mistake mended here is common in real feeds
and has one obvious meaning. Only tried after a strict parse has failed. CDATA sections and comments are left alone.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING

from monitor.collect.feeds.prescan import OPAQUE, entry_starts
from monitor.collect.strictxml import tree
from monitor.errors import ParseError
from monitor.html import join_halves

if TYPE_CHECKING:
    from lxml.etree import _Element

_AMPERSAND = re.compile(r"&(?:#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));|([A-Za-z][A-Za-z0-9]{1,31});)?")
_LESS = re.compile(r"<(?![A-Za-z_/!?:])")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PREFIXED = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=\s*[\"']")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_ROOT_NAME = re.compile(r"<[\w.:-]+")
_CLOSING_ROOT = re.compile(r"</(?:rss|feed|[\w.-]*:?RDF)\s*>", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_MARKUP = re.compile(
    rf"{OPAQUE.pattern}|<(/?)([A-Za-z_][\w.:-]*+)(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>", re.DOTALL
)
_KNOWN = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


def repair(text: str) -> str:
    """Return the document with stray ampersands and `<`, HTML entities and undeclared prefixes mended."""
    pieces = OPAQUE.split(text)
    pieces[::2] = [_LESS.sub("&lt;", _AMPERSAND.sub(_reference, join_halves(piece))) for piece in pieces[::2]]
    return _declare_prefixes(pieces)


def mended_tree(text: str) -> _Element:
    """Return the root element, after mending if need be; raises ParseError if that does not help."""
    root = tree(text)
    if root is None:
        root = tree(repair(text))
    if root is None:
        raise ParseError("the document is not well-formed XML")
    return root


def without_tail(text: str) -> str:
    """Cut what follows the root element (a counter, an advertisement, the page a plug-in appended)."""
    ends = [match.end() for match in _CLOSING_ROOT.finditer(text, max(0, len(text) - 200_000))]
    return text[: ends[-1]] if ends else text


def _reference(match: re.Match[str]) -> str:
    """Keep a reference XML knows, spell out one HTML knows, and make any other ampersand the character it is."""
    decimal, hexadecimal, name = match.groups()
    if decimal or hexadecimal:
        return match[0] if _is_legal(int(decimal) if decimal else int(hexadecimal, 16)) else ""
    if name in _XML_NAMES:
        return match[0]
    if name and (character := html5.get(name + ";")):
        return character.replace("&", "&amp;").replace("<", "&lt;")
    return "&amp;" + match[0][1:]


def _is_legal(code: int) -> bool:
    """Say whether XML 1.0 allows the character (2.2)."""
    return (
        code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    )


def _declare_prefixes(pieces: list[str]) -> str:
    """Declare prefixes that are used and never declared, on the root: `<media:content>` without its xmlns is a common slip."""
    used: set[str] = set()
    for piece in pieces[::2]:
        used.update(prefix for pair in _PREFIXED.findall(piece) for prefix in pair if prefix)
        used -= set(_DECLARED.findall(piece))
    declared = {prefix for piece in pieces[::2] for prefix in _DECLARED.findall(piece)}
    missing = sorted(used - declared - {"xml", "xmlns"})[:20]
    text = "".join(pieces)
    root = _ROOT_NAME.match(text)
    if not missing or root is None:
        return text
    declarations = "".join(
        f' xmlns:{prefix}="{_KNOWN.get(prefix, "urn:undeclared:" + prefix)}"' for prefix in missing
    )
    return text[: root.end()] + declarations + text[root.end() :]


def close(text: str) -> tuple[tuple[str, int], ...]:
    """Return ways to close a document that breaks off, best first, each with the number of entries it gives up; none if it does not
    break off or holds no entry.

    First with what is whole of its last entry, then without that entry.
    """
    if _CLOSING_ROOT.search(text, max(0, len(text) - 200_000)):
        return ()
    starts = entry_starts(text)
    if not starts:
        return ()
    root = _ROOT_NAME.match(text)
    name = root[0][1:] if root else "rss"
    tail = ("</channel>" if name == "rss" else "") + f"</{name}>"
    before, entry = text[: starts[-1]], text[starts[-1] :]
    if closed := _ENTRY_END.search(entry):
        return ((before + entry[: closed.end()] + tail, 0),)
    without = (before + tail, 1)
    whole = _whole_part(entry)
    opening = _ROOT_NAME.match(entry)
    if not whole or opening is None:
        return (without,)
    return ((f"{before}{whole}</{opening[0][1:]}>{tail}", 0), without)


def _whole_part(entry: str) -> str:
    """Return a broken-off entry up to the end of its last whole element; empty if it has none."""
    opened = entry.rfind("<![CDATA[")
    if opened > entry.rfind("]]>"):
        entry = entry[:opened]
    depth = end = 0
    for match in _MARKUP.finditer(entry):
        if match[1]:
            continue
        is_empty = match[0].endswith("/>")
        depth += -1 if match[2] else not is_empty
        if depth == 1 and (match[2] or is_empty):
            end = match.end()
    return entry[:end]
