"""Bytes of a feed to its entries: RSS of every age, Atom, RDF, JSON Feed.

::

    bytes -> decode -> prolog off -> pre-scan -> fast reader -> (handed over: repair, feedparser) -> FeedDocument

Two readers, one answer: a strict lxml reader that does over a thousand feeds a second, and feedparser for whatever the fast one
does not vouch for. They meet in `entries.build`, and a test compares them on every feed at hand. Hostile documents are refused
by the pre-scan with a sentence; what still takes too long is ended by the worker process this runs in (`collect.sandbox`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from monitor.collect.decoding import decode
from monitor.collect.discover import discover
from monitor.collect.entries import BREAKS_OFF
from monitor.collect.feeds import channel, fast, prescan, thorough
from monitor.collect.feeds.prolog import Prolog, read_prolog
from monitor.collect.feeds.repair import close, repair, without_tail
from monitor.collect.feeds.salvage import salvage
from monitor.collect.jsonfeed import parse_jsonfeed
from monitor.errors import ParseError
from monitor.models import FeedDocument, Outcome

_FEEDS = frozenset({"rss", "feed", "rdf:rdf"})
_PAGE_PARTS = frozenset({"head", "body", "script", "div", "p", "meta", "title"})
_SITEMAPS = frozenset({"urlset", "sitemapindex"})


def parse_feed(body: bytes, url: str = "", content_type: str | None = None) -> FeedDocument:
    """Return what a feed's body holds; `url` is its final address, against which links are resolved.

    Never raises on foreign bytes: what is no feed gives an outcome of NOT_FEED with the reason in `error` and, for a web page, the
    feeds it names in `discovered`; an empty body is an ERROR. `unreadable` counts entries that were there and could not be read.
    """
    text = decode(body, content_type)
    start = text.lstrip()[:1]
    if not start:
        return FeedDocument(outcome=Outcome.ERROR, error="the body is empty", reader="")
    if start in "{[":
        return parse_jsonfeed(body, url)
    prolog = read_prolog(text)
    if reason := _foreign(prolog):
        return replace(_not_a_feed(reason), discovered=discover(body, url))
    try:
        return _read(prolog.text, url)
    except ParseError as error:
        return _not_a_feed(str(error))


def _not_a_feed(reason: str) -> FeedDocument:
    return FeedDocument(outcome=Outcome.NOT_FEED, error=reason, reader="")


def _foreign(prolog: Prolog) -> str:
    """Say what a document is that is no feed; empty if it may be one."""
    name = prolog.root.lower()
    if name in _FEEDS:
        return ""
    if name == "html" or prolog.doctype.startswith("<!doctype html") or name in _PAGE_PARTS:
        return "a web page, not a feed"
    if name.rpartition(":")[2] in _SITEMAPS:
        return "a sitemap, not a feed (say `type: sitemap`)"
    if not name:
        return "neither XML nor JSON"
    return ""


class _Attempt(NamedTuple):
    """What the fast reader made of a document: the text in the state it could be read in, its document (or its refusal), and, of a text
    that breaks off, the number of entries given up (None: it does not break off)."""

    text: str
    document: FeedDocument
    lost: int | None = None


def _read(text: str, url: str) -> FeedDocument:
    """Try the fast reader, mend and try again, then hand over; raises ParseError when nothing makes a feed of it."""
    text, cut = prescan.scan(without_tail(text))
    attempt = _fast(text, url)
    document = attempt.document
    if document.outcome is not Outcome.OK:
        document = _hand_over(attempt.text, url, document.handed_over)
    about = channel.channel_text(attempt.text)
    return replace(
        document,
        hints=channel.hints(about),
        older=channel.older(about, url),
        unreadable=document.unreadable + cut + (attempt.lost or 0),
        error=document.error if attempt.lost is None else BREAKS_OFF,
    )


def _hand_over(text: str, url: str, reason: str) -> FeedDocument:
    """Let feedparser read what the fast reader does not vouch for: of a broken document only the broken entries, if that can be."""
    is_broken = reason == fast.NOT_WELL_FORMED
    if is_broken and len(text) <= prescan.MAX_THOROUGH and (document := salvage(text, url)):
        return document
    document = replace(thorough.read(prescan.tame(text, is_broken=is_broken), url), handed_over=reason)
    if not is_broken:
        return document
    missed = len(prescan.entry_starts(text)) - len(document.entries)
    return replace(document, unreadable=max(document.unreadable, missed))


def _fast(text: str, url: str) -> _Attempt:
    """Give the document to the fast reader as it is, mended, and closed if it breaks off."""
    document = fast.read(text, url)
    if document.handed_over != fast.NOT_WELL_FORMED or len(text) > prescan.MAX_THOROUGH:
        return _Attempt(text, document)
    text = repair(text)
    document = fast.read(text, url)
    if document.handed_over != fast.NOT_WELL_FORMED:
        return _Attempt(text, document)
    for closed, lost in close(text):
        document = fast.read(closed, url)
        if document.handed_over != fast.NOT_WELL_FORMED:
            return _Attempt(closed, document, lost)
    return _Attempt(text, document)


__all__ = ["decode", "parse_feed"]
