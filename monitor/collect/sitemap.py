"""Sitemaps as sources: Google-News sitemaps (titles and dates for the last two days) and plain ones (addresses only).

A sitemap index yields the addresses of its sitemaps in `discovered`, newest first, and no entries: which of them to read is the
poller's decision. The document is streamed with lxml, strictly, without entities, network or huge trees.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from monitor.collect.dates import parse_date
from monitor.collect.decoding import decode
from monitor.collect.entries import MAX_ENTRIES, RawEntry, build, labels, language_tag
from monitor.collect.feeds.prescan import check_names
from monitor.collect.feeds.prolog import read_prolog
from monitor.collect.feeds.repair import mended_tree
from monitor.errors import ParseError
from monitor.html import clean_title
from monitor.models import Entry, FeedDocument, Outcome
from monitor.urls import absolute

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_SITEMAPS = 100
_ADDRESS_END = re.compile(r"</(?:[\w.-]+:)?(?:url|sitemap)\s*>", re.IGNORECASE)
_EMPTY_ROOT = re.compile(r"<[^<>]*/>\s*$")


def parse_sitemap(body: bytes, url: str = "") -> FeedDocument:
    """Return a sitemap's addresses as entries, newest first where dates are given; NOT_FEED if it is none. Never raises on foreign bytes."""
    prolog = read_prolog(decode(body))
    name = prolog.root.lower().rpartition(":")[2]
    if name not in ("urlset", "sitemapindex"):
        return _not_a_sitemap(
            f"not a sitemap: its root is {prolog.root[:40]!r}" if prolog.root else "not XML"
        )
    text, lost = _closed(prolog.text, prolog.root)
    try:
        check_names(text)
        root = mended_tree(text)
    except ParseError as error:
        return _not_a_sitemap(str(error))
    note = "" if lost is None else "the document breaks off; its last address may be missing"
    if name == "sitemapindex":
        return FeedDocument(Outcome.OK, error=note, reader="sitemap", discovered=_sitemaps(root, url))
    document = _document(root, url)
    return replace(document, error=note, unreadable=document.unreadable + (lost or 0))


def _closed(text: str, root: str) -> tuple[str, int | None]:
    """Return a sitemap that ends: one that breaks off is closed after its last whole address, and the addresses begun after it are counted."""
    if f"</{root}" in text[-10_000:] or _EMPTY_ROOT.match(text):
        return text, None
    ends = [match.end() for match in _ADDRESS_END.finditer(text)]
    return (f"{text[: ends[-1]]}</{root}>", int("<" in text[ends[-1] :])) if ends else (text, None)


def _not_a_sitemap(reason: str) -> FeedDocument:
    return FeedDocument(Outcome.NOT_FEED, error=reason, reader="sitemap")


def _sitemaps(root: _Element, url: str) -> tuple[str, ...]:
    dated = []
    for child in root:
        fields = _fields(child)
        if address := absolute(url, fields.get("loc", "")):
            dated.append((parse_date(fields.get("lastmod")), address))
    dated.sort(key=lambda pair: pair[0].timestamp() if pair[0] else 0.0, reverse=True)
    return tuple(address for _, address in dated[:MAX_SITEMAPS])


def _document(root: _Element, url: str) -> FeedDocument:
    found = [_fields(child) for child in root if _name(child) == "url"]
    entries = [entry for fields in found if (entry := _entry(fields, url))]
    entries.sort(key=_instant, reverse=True)  # stable: undated ones keep their order, after the dated
    title = next((fields["news:name"] for fields in found if fields.get("news:name")), "")
    return FeedDocument(
        outcome=Outcome.OK,
        title=clean_title(title),
        url=url or None,
        entries=tuple(entries[:MAX_ENTRIES]),
        unreadable=len(found) - len(entries[:MAX_ENTRIES]),
        reader="sitemap",
    )


def _instant(entry: Entry) -> float:
    moment = entry.published or entry.updated
    return moment.timestamp() if moment else 0.0


def _entry(fields: dict[str, str], base: str) -> Entry | None:
    """A sitemap entry is its address; title, date, language and keywords come from the news extension, else title and date from
    the video one, a picture from the image or the video one."""
    raw = RawEntry(
        link=fields.get("loc", ""),
        title=fields.get("news:title", "") or fields.get("video:title", ""),
        published=fields.get("news:publication_date", "") or fields.get("video:publication_date", ""),
        updated=fields.get("lastmod", ""),
        language=fields.get("news:language", ""),
        thumbnails=[fields[key] for key in ("image:loc", "video:thumbnail_loc") if key in fields],
    )
    entry = build(raw, base, None)
    if entry.url is None:
        return None
    words = [*fields.get("news:keywords", "").split(","), *fields.get("news:genres", "").split(",")]
    return replace(entry, categories=labels(words), language=language_tag(raw.language))


def _fields(element: _Element) -> dict[str, str]:
    """Return the texts under a `<url>`, each once, named by local name with `news:` or `image:` before it inside those extensions."""
    fields: dict[str, str] = {}
    for node in element.iterdescendants():
        name = _name(node)
        extension = next((word for word in ("news", "image", "video") if word in _namespace(node)), "")
        if node.text and node.text.strip():
            fields.setdefault(f"{extension}:{name}" if extension else name, node.text.strip())
    return fields


def _name(element: _Element) -> str:
    tag: Any = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _namespace(element: _Element) -> str:
    """Return the last part of the element's namespace: `sitemap-news/0.9` says what extension it belongs to."""
    tag: Any = element.tag
    return (
        tag.partition("}")[0].lower().rpartition("schemas/")[2] if isinstance(tag, str) and "}" in tag else ""
    )
