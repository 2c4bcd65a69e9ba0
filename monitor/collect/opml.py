"""OPML in and out: how people carry their feeds from one reader to another (OPML 2.0, "subscription list")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from monitor.collect.decoding import decode
from monitor.collect.feeds.prescan import check_names
from monitor.collect.feeds.prolog import read_prolog
from monitor.collect.feeds.repair import mended_tree
from monitor.errors import ParseError
from monitor.html import clean_title
from monitor.models import Feed
from monitor.urls import absolute, host, subscribed

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_FEEDS = 20_000
_MAX_DEPTH = 20
_TAG = re.compile(r"[^\w-]+")


def loads(document: bytes) -> tuple[Feed, ...]:
    """Return the feeds of an OPML document, in order, each address once, names made unique; raises ParseError if it is none.

    Folders become tags. Outlines without an http(s) address are passed over. Whether an address may be dialled is not asked here.
    """
    prolog = read_prolog(decode(document))
    if prolog.root.lower() != "opml":
        raise ParseError("not an OPML document: its root element is not <opml>")
    check_names(prolog.text)
    root = mended_tree(prolog.text)
    feeds: dict[str, Feed] = {}
    names: set[str] = set()
    for outline, folders in _outlines(root):
        address = absolute("", subscribed(_attribute(outline, "xmlurl")))
        if address and address not in feeds and len(feeds) < MAX_FEEDS:
            name = _unique(
                clean_title(_attribute(outline, "title") or _attribute(outline, "text")) or host(address),
                names,
            )
            feeds[address] = Feed(name=name, url=address, tags=_tags(outline, folders))
    return tuple(feeds.values())


def _outlines(element: _Element, folders: tuple[str, ...] = ()) -> Iterator[tuple[_Element, tuple[str, ...]]]:
    """Yield every outline that is a feed, with the titles of the folders above it."""
    for child in element:
        if not isinstance(child.tag, str) or len(folders) > _MAX_DEPTH:
            continue
        if _attribute(child, "xmlurl"):
            yield child, folders
        title = clean_title(_attribute(child, "text") or _attribute(child, "title"))
        inside = (*folders, title) if title and child.tag.lower() == "outline" else folders
        yield from _outlines(child, inside)


def _attribute(element: _Element, name: str) -> str:
    """Return an attribute whatever its letter case: `xmlurl`, `xmlUrl` and `XMLURL` are all in use."""
    return next((str(value).strip() for key, value in element.attrib.items() if str(key).lower() == name), "")


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate.lower() in taken:
        candidate = f"{name} ({number})"
        number += 1
    taken.add(candidate.lower())
    return candidate


def _tags(outline: _Element, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return folders and the `category` attribute (comma-separated, slashes for depth) as tags: lower case, words joined by `-`."""
    words = [
        *folders,
        *(part for item in _attribute(outline, "category").split(",") for part in item.split("/")),
    ]
    tags = (_TAG.sub("-", word.strip().lower()).strip("-") for word in words)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def dumps(feeds: Iterable[Feed], title: str = "Feeds") -> str:
    """Return the feeds as an OPML 2.0 document. Only public facts go out: name, address, tags, language; never headers."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escape(title)}</title></head>",
        "  <body>",
    ]
    for feed in feeds:
        facts = {"type": "rss", "text": feed.name, "title": feed.name, "xmlUrl": feed.url}
        if feed.tags:
            facts["category"] = ",".join(feed.tags)
        if feed.language:
            facts["language"] = feed.language
        lines.append(
            "    <outline " + " ".join(f"{key}={quoteattr(value)}" for key, value in facts.items()) + "/>"
        )
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
