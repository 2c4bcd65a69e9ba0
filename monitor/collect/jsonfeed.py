"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to entries.

The standard `json` module raises RecursionError on 1,500 brackets and takes quadratic time on a 6,000-digit number: both end
in a refusal here, as does anything that is JSON but no feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from monitor.collect.decoding import decode
from monitor.collect.entries import BREAKS_OFF, MAX_BODY, MAX_ENTRIES, Medium, RawEntry, build, language_tag
from monitor.html import clean_title
from monitor.models import Entry, FeedDocument, Outcome
from monitor.urls import absolute

_ITEMS = re.compile(r"\"items\"\s*:\s*\[")
_OBJECT = re.compile(r"\s*,?\s*\{")
_LONG_NUMBER = re.compile(r"(?<![\"\w])-?\d{400,}")


def parse_jsonfeed(body: bytes, url: str = "") -> FeedDocument:
    """Return what a JSON Feed holds; NOT_FEED with the reason if it is none. Never raises on foreign bytes."""
    text = decode(body).strip()
    if _LONG_NUMBER.search(text):
        return _not_a_feed("refused: a number of more than 400 digits")
    try:
        root = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        if (items := _ITEMS.search(text)) and (whole := _whole_items(text, items)):
            return replace(_document(whole, url), error=BREAKS_OFF)
        return _not_a_feed(f"not JSON: {type(error).__name__}")
    if not isinstance(root, dict) or not isinstance(root.get("items"), list):
        return _not_a_feed("JSON, but no JSON Feed: it has no list of items")
    return _document(root, url)


def _whole_items(text: str, items: re.Match[str]) -> dict[str, Any] | None:
    """Return a feed that breaks off as far as it is whole: what stands before its items, the items, and an empty one for that which was cut."""
    decoder = json.JSONDecoder(strict=False)
    root: Any = None
    found: list[Any] = []
    position = items.end()
    try:
        root = json.loads(text[: items.start()].rstrip().rstrip(",") + "}", strict=False)
        while start := _OBJECT.match(text, position):
            item, position = decoder.raw_decode(text, start.end() - 1)
            found.append(item)
    except (ValueError, RecursionError):
        found.append(None)
    return root | {"items": found} if any(found) and isinstance(root, dict) else None


def _not_a_feed(reason: str) -> FeedDocument:
    return FeedDocument(outcome=Outcome.NOT_FEED, error=reason, reader="json")


def _document(root: Mapping[str, Any], url: str) -> FeedDocument:
    language = language_tag(_text(root, "language"))
    entries: list[Entry] = []
    unreadable = max(0, len(root["items"]) - MAX_ENTRIES)
    for item in root["items"][:MAX_ENTRIES]:
        try:
            entries.append(_entry(item, url, language))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
            unreadable += 1
    return FeedDocument(
        outcome=Outcome.OK,
        title=clean_title(_text(root, "title")),
        url=absolute(url, _text(root, "home_page_url")),
        language=language,
        entries=tuple(entries),
        unreadable=unreadable,
        reader="json",
        older=absolute(url, _text(root, "next_url")),
    )


def _entry(item: Mapping[str, Any], base: str, language: str | None) -> Entry:
    raw = RawEntry(
        id=_text(item, "id"),
        link=_text(item, "url"),
        title=_text(item, "title"),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        authors=_authors(item),
        language=_text(item, "language"),
        categories=[str(tag) for tag in _list(item, "tags")],
        thumbnails=[_text(item, "image") or _text(item, "banner_image")],
        enclosures=[Medium(_text(a, "url"), type=_text(a, "mime_type")) for a in _list(item, "attachments")],
    )
    if not raw.link:
        raw.link = _text(item, "external_url")
    entry = build(raw, base, language)
    return replace(entry, **_texts(item, base, raw, entry))


def _texts(item: Mapping[str, Any], base: str, raw: RawEntry, entry: Entry) -> dict[str, Any]:
    """Give content and summary: `content_text` and `summary` are plain text by definition and become HTML here."""
    content = _text(item, "content_html")[:MAX_BODY] or _paragraphs(_text(item, "content_text")[:MAX_BODY])
    summary = escape(_text(item, "summary")[:MAX_BODY], quote=False)
    if entry.image:
        return {"content": content, "summary": summary}
    raw.contents, raw.summary = [("text/html", content)], None
    return {"content": content, "summary": summary, "image": build(raw, base, None).image}


def _paragraphs(text: str) -> str:
    """Plain text to HTML: a blank line parts paragraphs."""
    parts = (escape(" ".join(part.split()), quote=False) for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _authors(item: Mapping[str, Any]) -> list[str]:
    people = [*_list(item, "authors"), item.get("author")]
    return [name for person in people if isinstance(person, dict) and (name := _text(person, "name"))]


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(item: Mapping[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []
