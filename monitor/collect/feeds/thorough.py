"""The thorough reader: feedparser, for every document the fast reader hands over.

Given bytes or a string, feedparser opens files and addresses of that name (a body of `/dev/zero` read 3 GB), so it gets a stream; its own
charset guessing, DOCTYPE handling, sanitizing and link rewriting are bypassed: the text comes decoded, without DOCTYPE, and is
resolved and sanitized where it is used. It must only run on text that went through `prescan.tame`.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import Any
from xml.sax.saxutils import escape

from monitor.collect.entries import SPARE_DATES, Medium, RawEntry, build, language_tag, pixels
from monitor.collect.feeds import elements
from monitor.collect.feeds.elements import mend
from monitor.errors import ParseError
from monitor.html import clean_title, rebase, unescape
from monitor.models import Entry, FeedDocument, Outcome
from monitor.urls import absolute

CAPTION = "media_caption"
"""The name feedparser gives what `prescan.tame` makes of a `media:description`, which it would take for a summary."""

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_ROOT_BASE = re.compile(r"^(\s*<[\w.:-]+[^<>]*?\sxml:base\s*=\s*[\"'])([^\"'<>]*)")
_ROOT_LANGUAGE = re.compile(r"\s*<[\w.:-]+[^<>]*?\s(?:xml:)?lang\s*=\s*[\"']([^\"'<>]*)")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read(text: str, base: str) -> FeedDocument:
    """Return what feedparser finds in `text`; raises ParseError when it finds no feed. Entries that cannot be built are counted."""
    found = _parse(_ROOT_BASE.sub(lambda match: _with_base(match, base), text))
    root_language = match[1] if (match := _ROOT_LANGUAGE.match(text)) else ""
    feed: dict[str, Any] = found["feed"]
    if not found.get("version") and not found["entries"]:
        raise ParseError("the document is no feed that feedparser knows")
    language = language_tag(str(feed.get("language") or ""))
    entries, unreadable = _entries(found["entries"], base, language, root_language)
    return FeedDocument(
        outcome=Outcome.OK,
        title=clean_title(str(feed.get("title") or "")),
        url=absolute(base, str(feed.get("link") or "")),
        language=language,
        entries=entries,
        unreadable=unreadable,
        reader="feedparser",
    )


def _parse(text: str) -> dict[str, Any]:
    import feedparser  # loads for 100 ms or more; most processes never need it

    body = ("<?xml version='1.0' encoding='utf-8'?>" + _DECLARATION.sub("", text)).encode("utf-8", "ignore")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # feedparser and its sgmllib warn about their own use of deprecated names
            return dict(
                feedparser.parse(
                    io.BytesIO(body),
                    response_headers=_HEADERS,
                    sanitize_html=False,
                    resolve_relative_uris=False,
                )
            )
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
        OverflowError,
    ) as error:
        raise ParseError(f"feedparser failed: {type(error).__name__}") from error


def _with_base(match: re.Match[str], base: str) -> str:
    """Make a relative `xml:base` of the root absolute: feedparser, which is told no address, would join nothing to it."""
    return match[1] + escape(absolute(base, unescape(match[2])) or match[2], {'"': "&quot;", "'": "&apos;"})


def _entries(
    found: list[Any], base: str, language: str | None, root_language: str
) -> tuple[tuple[Entry, ...], int]:
    entries = []
    unreadable = 0
    for item in found:
        try:
            raw = _raw(item)
            raw.language = raw.language or _title_language(item, root_language)
            entries.append(build(raw, base, language))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
            unreadable += 1
    return tuple(entries), unreadable


def _title_language(item: dict[str, Any], root_language: str) -> str:
    """Return the `xml:lang` in force in an entry's title; none if it is the document's: the channel says that better."""
    found = _text(dict.get(item, "title_detail") or {}, "language")
    return "" if found == root_language.replace("_", "-") else found


def _raw(item: dict[str, Any]) -> RawEntry:
    """Translate feedparser's dictionary. `dict.get` is used throughout: its `[]` maps missing keys onto others."""
    raw = RawEntry(
        id=_text(item, "id"),
        link=_text(item, "link"),
        title=_text(item, "title"),
        published=_text(item, "published"),
        updated=_text(item, "updated"),
        language=_text(item, "language"),
        source=_text(dict.get(item, "source") or {}, "title"),
    )
    raw.authors = [mend(name) for author in _list(item, "authors") if (name := _text(author, "name"))]
    raw.spare_dates = {name: date for name in SPARE_DATES if (date := _text(item, name))}
    raw.other_link = next(
        (address for link in _list(item, "links") if (address := _other_alternate(link))), ""
    )
    raw.categories = [
        label for tag in _list(item, "tags") if (label := _text(tag, "term") or _text(tag, "label"))
    ]
    _add_texts(raw, item)
    _add_media(raw, item)
    return raw


def _other_alternate(link: dict[str, Any]) -> str:
    """Return the address of an alternate that feedparser does not take for the link of the entry."""
    rel = _text(link, "rel")
    is_link = rel == "alternate" and elements.mime(_text(link, "type")) in elements.HTML_TYPES
    return _text(link, "href") if rel.removeprefix(elements.IANA) == "alternate" and not is_link else ""


def _add_texts(raw: RawEntry, item: dict[str, Any]) -> None:
    raw.contents = [
        (_text(content, "type"), rebase(_text(content, "value"), _text(content, "base")))
        for content in _list(item, "content")
    ]
    summary = dict.get(item, "summary")
    if isinstance(summary, str):
        detail = dict.get(item, "summary_detail")
        if detail is None:  # feedparser's copy of a content, which has its details
            base = next(
                (
                    _text(found, "base")
                    for found in _list(item, "content")
                    if _text(found, "value") == summary
                ),
                "",
            )
            detail = {"base": base}
        raw.summary = (_text(detail, "type"), rebase(summary, _text(detail, "base")))
    raw.caption = _text(item, CAPTION)


def _add_media(raw: RawEntry, item: dict[str, Any]) -> None:
    raw.media = [medium for content in _list(item, "media_content") if (medium := _medium(content))]
    raw.thumbnails = [url for thumbnail in _list(item, "media_thumbnail") if (url := _text(thumbnail, "url"))]
    image = dict.get(item, "image")
    if isinstance(image, dict) and (href := _text(image, "href")):
        raw.thumbnails.append(href)
    links = [link for link in _list(item, "links") if _text(link, "rel") == "enclosure"]
    raw.enclosures = [medium for link in links if (medium := _medium(link))]


def _medium(attributes: dict[str, Any]) -> Medium | None:
    url = _text(attributes, "url") or _text(attributes, "href")
    return (
        Medium(
            url, pixels(_text(attributes, "width")), _text(attributes, "type"), _text(attributes, "medium")
        )
        if url
        else None
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = dict.get(item, key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def _list(item: dict[str, Any], key: str) -> list[Any]:
    value = dict.get(item, key) if isinstance(item, dict) else None
    return value if isinstance(value, list) else []
