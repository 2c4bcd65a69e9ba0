"""When it was published: data, tags and `<time>` by trust, then what people see: a date near the headline, or in the address.

htmldate is not asked: it never abstains and costs more than the whole extraction (20-60 ms a page); the visible date answers the same question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.collect.dates import parse_date
from monitor.collect.metadata import jsonld, tags

if TYPE_CHECKING:
    from monitor.collect.extract.page import Page
    from monitor.models import Entry

_TAGS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date", "dc.date.issued", "dc.date", "dcterms.created",
    "dcterms.date", "sailthru.date", "parsely-pub-date", "article.published", "published_time", "og:published_time", "cxenseparse:recs:publishtime", "citation_publication_date",
    "citation_date", "article_date_original", "originalpublicationdate", "publication_date", "og:pubdate", "dc.date.created", "date_published", "rnews:datepublished", "og:regdate",
    "citation_online_date", "published_date", "last_updated_date", "dcterms.issued", "article:post_date", "release_date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "article:modified",
)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # the web is not older; what is, is an epoch

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar januari janvier enero ene janeiro gennaio gen января",
            "february feb februar februari février fev febrero fevereiro febbraio fév февраля",
            "march mar märz maart mars marzo março marts марта mrz",
            "april apr avril abril aprile апреля avr abr",
            "may mai mei maj mayo maio maggio мая",
            "june jun juni juin junio junho giugno июня giu",
            "july jul juli juillet julio julho luglio июля lug",
            "august aug augusti août agosto augustus августа ago",
            "september sep sept septembre septiembre setembro settembre сентября set",
            "october oct oktober oktobra octobre octubre outubro ottobre октября okt out ott",
            "november nov novembre noviembre novembro ноября",
            "december dec dezember décembre diciembre dezembro dicembre декабря dez dic déc",
        ),
        1,
    )
    for name in names.split()
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SEEN = re.compile(
    rf"(?<!\d)(?:(?P<y1>(?:19|20)\d\d)[-./年년]\s?(?P<m1>\d{{1,2}})[-./月월]\s?(?P<d1>\d{{1,2}})(?!\d)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?(?P<m2>{_NAME})\b\.?,?\s+(?:de\s+)?(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<m3>{_NAME})\b\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>(?:19|20)\d\d)"
    rf"|(?P<d4>\d{{1,2}})\.\s?(?P<m4>\d{{1,2}})\.\s?(?P<y4>(?:19|20)\d\d)"
    rf"|(?P<p5>\d{{1,2}})/(?P<q5>\d{{1,2}})/(?P<y5>(?:19|20)\d\d))(?!\d)"
    rf"(?:\D{{1,6}}(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d))?",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_-]|$)")


def published(
    page: Page, article: jsonld.Thing, head: dict[str, list[str]], entry: Entry | None
) -> tuple[datetime | None, str]:
    """Return the publication date and where it came from: `json-ld`, `meta`, `time`, `feed`, `text` or `url`; (None, "") if unknown."""
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
    dated = _day(*map(int, address.groups())) if address else None
    return (dated, "url") if dated else (None, "")


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
    return date if date is not None and date > _EARLIEST else None


def visible(page: Page) -> datetime | None:
    """Return the first date in a byline, or in a short line around the headline."""
    near = _around_headline(page)
    lines = [page.title, *tags.pick_all(tags.table(page.metas), "og:title")]
    lines += [
        block.text
        for block in page.blocks[:400]
        if block.node.marked is not None and block.node.marked.mark == "byline" and block.size <= 25
    ]
    for text in (*lines[:30], *near):
        match = _SEEN.search(text)
        date = _read(match) if match else None
        if date is not None and date > _EARLIEST:
            return date
    return None


def _around_headline(page: Page) -> list[str]:
    """Return the short lines from a little above the first headline to a little below it."""
    at = next((number for number, block in enumerate(page.blocks[:600]) if block.node.tag == "h1"), None)
    if at is None:
        return []
    return [block.text for block in page.blocks[max(0, at - 6) : at + 14] if 0 < block.size <= 16]


def _read(match: re.Match[str]) -> datetime | None:
    """Return the instant a visible date means; `3/4/2025` is read as Americans do unless that is impossible."""
    group = match.groupdict()
    form = next(form for form in "12345" if group[f"y{form}"])
    year = int(group[f"y{form}"])
    if form == "5":
        first, second = int(group["p5"]), int(group["q5"])
        month, day = (second, first) if first > 12 else (first, second)
    else:
        name = group[f"m{form}"].lower()
        month, day = _MONTHS.get(name) or int(name), int(group[f"d{form}"])
    return _day(year, month, day, int(group["hour"] or 0), int(group["minute"] or 0))


def _day(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
