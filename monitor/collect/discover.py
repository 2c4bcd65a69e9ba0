"""Autodiscovery: the feeds a web page names (`<link rel="alternate">`), and where feeds are usually kept if it names none."""

from __future__ import annotations

import re

from monitor.collect.decoding import decode
from monitor.html import unescape
from monitor.urls import absolute, subscribed

MAX_FOUND = 20
_MAX_SCANNED = 1_000_000

_LINK = re.compile(r"<(link|base|a)\s((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)/?>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z][a-zA-Z0-9-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""")
_FEED_NAMES = (
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json"
    " application/rss application/atom application/x.atom+xml application/x-rss+xml text/rss text/rss+xml text/atom text/atom+xml"
)
_FEED_TYPES = frozenset(_FEED_NAMES.split())
_VAGUE_TYPES = frozenset(("application/json", "text/xml", "application/xml"))
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FEED_PATH = re.compile(
    r"(?:/(?:feed|rss|atom|rdf)(?:[/._-]|$))|(?:\.(?:rss|atom|rdf)$)|(?:(?:rss|feed|atom|index)\.(?:xml|json)$)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"/comments/|comments?[-_ ]?(?:feed|rss)|oembed|wp-json|manifest", re.IGNORECASE)
_USUAL = ("/feed/", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feeds/", "/feed.json")


def discover(body: bytes, url: str) -> tuple[str, ...]:
    """Return the addresses of feeds a web page names, best first: declared ones, then links that look like feeds.

    Comment feeds come last: hardly anybody means them. Addresses are absolute; whether they may be dialled is the guard's business.
    """
    declared: list[str] = []
    linked: list[str] = []
    base = url
    for name, attributes in _elements(_COMMENT.sub("", decode(body)[:_MAX_SCANNED])):
        href = attributes["href"] = subscribed(attributes.get("href", ""))
        if name == "base" and href:
            base = absolute(url, href) or url
        elif name == "link" and _is_declared(attributes):
            declared.append(absolute(base, href) or "")
        elif name == "a" and _is_linked(attributes):
            linked.append(absolute(base, href) or "")
    found = dict.fromkeys(address for address in (*declared, *linked) if address)
    return tuple(sorted(found, key=lambda address: bool(_COMMENTS.search(address))))[:MAX_FOUND]


def usual_addresses(url: str) -> tuple[str, ...]:
    """Return where a site's feed is usually kept, to be tried when its page names none."""
    return tuple(address for path in _USUAL if (address := absolute(url, path)))


def _elements(text: str) -> list[tuple[str, dict[str, str]]]:
    return [(match[1].lower(), _attributes(match[2])) for match in _LINK.finditer(text)]


def _attributes(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        found.setdefault(name.lower(), unescape(double or single or bare).strip())
    return found


def _is_linked(attributes: dict[str, str]) -> bool:
    href = attributes.get("href", "")
    return bool(href) and (
        attributes.get("type", "").lower() in _FEED_TYPES or bool(_FEED_PATH.search(href.partition("?")[0]))
    )


def _is_declared(attributes: dict[str, str]) -> bool:
    """A feed is `rel=alternate` with a feed type, or `rel=feed` (WHATWG HTML, 4.6.7); plain JSON or XML needs a telling path."""
    rels = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").lower().partition(";")[0].strip()
    href = attributes.get("href", "")
    if not href or not {"alternate", "feed"} & set(rels):
        return False
    if kind in _VAGUE_TYPES:
        return bool(_FEED_PATH.search(href.partition("?")[0])) and not _COMMENTS.search(href)
    return kind in _FEED_TYPES or "feed" in rels
