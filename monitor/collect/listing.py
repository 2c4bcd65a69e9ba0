"""A listing page as a source, for sites without a feed: CSS selectors say what an item is and where its link, title and date stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.collect.dates import parse_date
from monitor.collect.decoding import decode
from monitor.collect.entries import MAX_ENTRIES, RawEntry, build, language_tag
from monitor.html import clean_title, collapse
from monitor.models import Entry, FeedDocument, Outcome, Selectors
from monitor.urls import absolute

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

MAX_PAGE = 3 * 2**20
"""Longest page read, in characters (spec/safety: page 3 MiB)."""
MAX_TAGS = 20_000


def parse_listing(
    body: bytes, url: str, selectors: Selectors, content_type: str | None = None
) -> FeedDocument:
    """Return the items of a listing page as entries, in page order, each address once. Never raises on foreign bytes.

    A page on which `item` matches nothing is NOT_FEED: it has changed its make-up, or is an error page, and must be told.
    A selector that cannot be read gives NOT_FEED too, with the reason.
    """
    text = decode(body, content_type)
    if len(text) > MAX_PAGE or text.count("<") > 2 * MAX_TAGS:
        return _nothing(f"refused: a page of more than {MAX_PAGE >> 20} MiB or {MAX_TAGS} tags")
    from bs4 import BeautifulSoup
    from soupsieve import SelectorSyntaxError

    soup = BeautifulSoup(text, "lxml")
    try:
        items = soup.select(selectors.item, limit=MAX_ENTRIES)
        read = [_entry(item, _base(soup, url), selectors) for item in items]
    except SelectorSyntaxError as error:
        return _nothing(f"a selector cannot be read: {str(error).splitlines()[0]}")
    if not items:
        return _nothing(f"nothing on the page matches the item selector {selectors.item!r}")
    entries = {entry.url: entry for entry in reversed(read) if entry}
    return FeedDocument(
        outcome=Outcome.OK,
        title=clean_title(soup.title.get_text()) if soup.title else "",
        url=url or None,
        language=_language(soup),
        entries=tuple(reversed(entries.values())),
        unreadable=sum(1 for entry in read if entry is None),
        reader="page",
    )


def _nothing(reason: str) -> FeedDocument:
    return FeedDocument(Outcome.NOT_FEED, error=reason, reader="page")


def _base(soup: BeautifulSoup, url: str) -> str:
    """Return the address links are relative to: the page's own `<base href>`, or its address."""
    tag = soup.select_one("base[href]")
    return (absolute(url, str(tag["href"])) or url) if tag else url


def _language(soup: BeautifulSoup) -> str | None:
    return language_tag(str(soup.html.get("lang") or "")) if soup.html else None


def _entry(item: Tag, base: str, selectors: Selectors) -> Entry | None:
    """Read one item; None if it has no link. The item may itself be the link (`item: "h2 a"`)."""
    link = item if item.name == "a" and item.get("href") else item.select_one(selectors.link)
    if link is None or not link.get("href"):
        return None
    title = item.select_one(selectors.title) if selectors.title else link
    raw = RawEntry(link=str(link["href"]), title=_label(title or link), published=_date(item, selectors))
    if image := item.find("img"):
        raw.contents = [("text/html", str(image))]
    entry = build(raw, base, None)
    return (
        Entry(url=entry.url, title=entry.title, published=entry.published, image=entry.image)
        if entry.url
        else None
    )


def _label(tag: Tag) -> str:
    return collapse(tag.get_text(" ")) or str(tag.get("title") or tag.get("aria-label") or "")


def _date(item: Tag, selectors: Selectors) -> str:
    """Return the date as written: machine-readable attributes first, then the text."""
    if selectors.date is None:
        return ""
    tag = item.select_one(selectors.date)
    if tag is None:
        return ""
    candidates = [str(tag.get(name) or "") for name in ("datetime", "content", "data-date", "title")]
    return next((text for text in (*candidates, collapse(tag.get_text(" "))) if parse_date(text)), "")
