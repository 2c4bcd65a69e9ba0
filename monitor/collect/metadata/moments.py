"""When it was published: data, tags and `<time>` by trust, then what people see: a date near the headline, or in the address.

htmldate is not asked: it never abstains and costs more than the whole extraction (20-60 ms a page); the visible date answers the same question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.collect.dates import parse_date
from monitor.collect.metadata import jsonld, tags
from monitor.collect.metadata.written import EARLIEST, day_of, first_date, is_date_line

if TYPE_CHECKING:
    from monitor.collect.extract.page import Page
    from monitor.models import Entry

_TAGS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date", "dc.date.issued", "dc.date", "dcterms.created",
    "dcterms.date", "sailthru.date", "parsely-pub-date", "article.published", "published_time", "og:published_time", "cxenseparse:recs:publishtime", "citation_publication_date",
    "citation_date", "article_date_original", "originalpublicationdate", "publication_date", "og:pubdate", "dc.date.created", "date_published", "rnews:datepublished", "og:regdate",
    "citation_online_date", "published_date", "last_updated_date", "dcterms.issued", "article:post_date", "release_date",
    "published", "publisheddate", "publishedtime", "publishedat", "datecreated", "createddate", "articledate", "releasedate",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "article:modified",
)
# `/2025/02/10/`, `/20250210-`, and the serial numbers of East Asian papers that begin with the day (`/A2025021014320001234`).
_IN_ADDRESS = re.compile(
    r"/(?:[A-Z]{1,4}(?=\d{10}))?((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_-]|$|\d{4,11}(?:[/?_.-]|$))"
)


def published(
    page: Page, article: jsonld.Thing, head: dict[str, list[str]], entry: Entry | None
) -> tuple[datetime | None, str]:
    """Return the publication date and where it came from: `json-ld`, `meta`, `time`, `feed`, `text`, `url` or `script`; (None, "") if unknown."""
    for source, raws in _sources(page, article, head):
        found = next((date for raw in raws if (date := plausible(raw))), None)
        if found is not None:
            return found, source
    if entry is not None and entry.published is not None:
        return entry.published, "feed"
    seen = visible(page)
    if seen is not None:
        return seen, "text"
    address = _IN_ADDRESS.search(page.url)
    dated = day_of(*map(int, address.groups())) if address else None
    if dated is not None:
        return dated, "url"
    stated = in_scripts(page.source)
    return (stated, "script") if stated else (None, "")


def modified(article: jsonld.Thing, head: dict[str, list[str]]) -> datetime | None:
    """Return when the page says it was last changed."""
    return plausible(jsonld.first(article.get("dateModified"))) or next(
        (date for name in _MODIFIED if (date := plausible(tags.pick(head, name)))), None
    )


def _sources(
    page: Page, article: jsonld.Thing, head: dict[str, list[str]]
) -> Iterator[tuple[str, list[str]]]:
    yield (
        "json-ld",
        [jsonld.first(article.get(key)) for key in ("datePublished", "dateCreated", "uploadDate")],
    )
    yield "meta", [tags.pick(head, name) for name in _TAGS]
    yield "time", page.times[:3]


def plausible(raw: str) -> datetime | None:
    """Return the instant of a stated date, or None if there is none or it is an epoch."""
    date = parse_date(raw) if raw else None
    return date if date is not None and date > EARLIEST else None


def visible(page: Page) -> datetime | None:
    """Return the first date in a byline, in a line that is nothing but a date, or in a short line around the headline."""
    month_first = _month_first(page)
    lines = [page.title, *tags.pick_all(tags.table(page.metas), "og:title")]
    lines += [
        block.text
        for block in page.blocks[:_LINES]
        if block.node.marked is not None and block.node.marked.mark == "byline" and block.size <= 25
    ]
    for text in (*lines[:30], *_date_lines(page), *_around_headline(page)):
        date = first_date(text, month_first=month_first)
        if date is not None:
            return date
    return None


_LINES, _TOP = (
    400,
    120,
)  # lines of a page in which its own date is looked for: marked ones, and those that are only a date


def _date_lines(page: Page) -> list[str]:
    """Return the lines from the headline on (or from the page's top) that say nothing but a date."""
    at = _headline(page) or 0
    return [
        block.text
        for block in page.blocks[at : at + _TOP]
        if 0 < block.size <= 16 and is_date_line(block.text)
    ]


def _headline(page: Page) -> int | None:
    return next((number for number, block in enumerate(page.blocks[:600]) if block.node.tag == "h1"), None)


def _month_first(page: Page) -> bool:
    """Tell whether `3/4/2025` is the fourth of March on this page: in American English, and where no language is given."""
    stated = (page.nodes[0].attrs.get("lang") or "" if page.nodes else "").strip().lower().replace("_", "-")
    return stated in ("", "en", "en-us") or stated.startswith("en-us-")


def _around_headline(page: Page) -> list[str]:
    """Return the short lines from a little above the first headline to a little below it."""
    at = _headline(page)
    if at is None:
        return []
    return [block.text for block in page.blocks[max(0, at - 6) : at + 14] if 0 < block.size <= 16]


# ── The page's scripts ────────────────────────────────────────────────────────────────────────────────────────────────────────────
_INSTANT = re.compile(r"""["'](\d{4}-\d\d-\d\d[^"'\\<]{0,30})""")
_KEY = re.compile(
    r"""["'](?:date_?published|published_?(?:at|date|time|on)|publish_?(?:date|time)|publication_?date|first_?published(?:_?(?:at|date))?|"""
    r"""pub_?date|created_?at|release_?date)\\{0,3}["']\s?:\s?\\{0,3}$""",
    re.IGNORECASE,
)
_BEFORE = 50  # characters: a key and what may stand between it and its value


def in_scripts(source: str) -> datetime | None:
    """Return the first publication date that the page's scripts state (applications keep their article as JSON in them)."""
    for match in _INSTANT.finditer(source):
        if _KEY.search(source, max(0, match.start() - _BEFORE), match.start()):
            return plausible(match[1])
    return None
