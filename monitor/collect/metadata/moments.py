"""When it was published: data, tags and `<time>` by trust, then what people see: a date near the headline, or in the address.

htmldate is not asked: it never abstains and costs more than the whole extraction (20-60 ms a page); the visible date answers the same question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.collect.dates import parse_date
from monitor.collect.metadata import jsonld, tags
from monitor.collect.metadata.written import (
    EARLIEST,
    day_of,
    first_date,
    is_date_line,
    is_field_of_date,
    month_of,
)
from monitor.text import letters

if TYPE_CHECKING:
    from monitor.collect.extract.page import Block, Page
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
# `/2025/02/10/`, `/2025/2/10/`, `/2025/february/10/`, `/20250210-`, and the serial numbers of East Asian papers that begin with the
# day (`/A2025021014320001234`).
# In `/2025/02/10-mills` the ten is the mills'.
_IN_ADDRESS = re.compile(
    r"/(?:[A-Z]{1,4}(?=\d{10}))?((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[/_-]|$|\d{4,11}(?:[/?_.-]|$))"
    r"|/((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[/?_-]|$)"
    r"|/((?:19|20)\d\d)/([A-Za-z]{3,9}|\d{1,2})/(\d{1,2})(?:[/?]|$)"
)
_DATA = ("datePublished", "dateCreated", "uploadDate")
_NEAR = timedelta(
    days=2
)  # between a date people see and the one in the address, which is the day it was first put there


def published(
    page: Page, article: jsonld.Thing, head: dict[str, list[str]], entry: Entry | None, heading: str = ""
) -> tuple[datetime | None, str]:
    """Return the publication date and where it came from: `json-ld`, `meta`, `time`, `feed`, `text`, `url` or `script`; (None, "") if unknown.

    `heading` is the text of the page's headline: what stands beside it is its own, elsewhere are the dates of teasers and comments.
    """
    return next(
        ((date, source) for date, source in _dates(page, article, head, entry, heading) if date is not None),
        (None, ""),
    )


def _dates(
    page: Page, article: jsonld.Thing, head: dict[str, list[str]], entry: Entry | None, heading: str
) -> Iterator[tuple[datetime | None, str]]:
    """Yield what each source says, the most trusted first."""
    yield _stated(jsonld.first(article.get(key)) for key in _DATA), "json-ld"
    yield _stated(tags.pick(head, name) for name in _TAGS), "meta"
    at = _headline(page, heading)
    if at is not None:
        yield _stated(raw for number, raw in page.placed if at - _ABOVE <= number <= at + _BELOW), "time"
    if entry is not None:
        yield entry.published, "feed"
    address = in_address(page.url)
    seen = beside(page, at)
    if address is None or (seen is not None and abs(seen - address) <= _NEAR):
        yield seen, "text"
    yield address and _to_the_minute(page, address), "url"
    yield _stated(raw for _, raw in page.placed[:3]), "time"
    yield elsewhere(page, at), "text"
    yield _stated(page.times[:3]), "time"
    yield in_scripts(page.source), "script"
    yield in_words(page), "text"


def _stated(raws: Iterable[str]) -> datetime | None:
    return next((date for raw in raws if (date := plausible(raw))), None)


def in_address(url: str) -> datetime | None:
    """Return the day that a page's address names, or None."""
    match = _IN_ADDRESS.search(url)
    if match is None:
        return None
    year, month, day = (group for group in match.groups() if group is not None)
    number = int(month) if month.isdigit() else month_of(month)
    return day_of(int(year), number, int(day)) if number else None


def modified(article: jsonld.Thing, head: dict[str, list[str]]) -> datetime | None:
    """Return when the page says it was last changed."""
    return plausible(jsonld.first(article.get("dateModified"))) or next(
        (date for name in _MODIFIED if (date := plausible(tags.pick(head, name)))), None
    )


def plausible(raw: str) -> datetime | None:
    """Return the instant of a stated date, or None if there is none or it is an epoch."""
    date = parse_date(raw) if raw else None
    return date if date is not None and date > EARLIEST else None


_ABOVE, _BELOW = 8, 24  # lines around the headline in which its own date stands
_LINES, _TOP = (
    400,
    120,
)  # lines of a page in which its own date is looked for elsewhere: marked ones, and those that are only a date
_SHORT, _BYLINE = 16, 25  # words of a line that tells a date; of a byline


def beside(page: Page, at: int | None) -> datetime | None:
    """Return the date nearest to the headline: in a byline, in a line that is nothing but a date, in the page's title, else in any short
    line; what stands below the headline is nearer than what stands above it."""
    if at is None:
        return None
    own = page.blocks[at].node.marked  # where the headline is in a box, the box is no other's
    around = [
        (number - at if number >= at else 2 * (at - number), page.blocks[number])
        for number in range(max(0, at - _ABOVE), min(at + _BELOW, len(page.blocks)))
    ]
    lines = [
        block
        for _, block in sorted(around, key=lambda pair: pair[0])
        if 0 < block.size <= _BYLINE and (block.node.marked is own or not _is_foreign(block))
    ]
    short = [block for block in lines if block.size <= _SHORT and block.kind != "quote"]
    found = _first_in(
        page,
        (
            *(block.text for block in lines if _is_byline(block)),
            *(block.text for block in short if is_date_line(block.text)),
            page.title,
            *(block.text for block in short),
        ),
    )
    return found and _to_the_minute(page, found)


def _to_the_minute(page: Page, day: datetime) -> datetime:
    """Return the instant of that day which one of the page's `<time>` states, if one does: what people see is often the bare day."""
    instants = (date for raw in page.times if (date := plausible(raw)) is not None)
    return next((date for date in instants if date.date() == day.date()), day)


def elsewhere(page: Page, at: int | None) -> datetime | None:
    """Return the first date in the page's title, in a byline, or in a line below the headline that says nothing but a date."""
    titles = [page.title, *tags.pick_all(tags.table(page.metas), "og:title")]
    bylines = [block.text for block in page.blocks[:_LINES] if _is_byline(block) and block.size <= _BYLINE]
    start = at or 0
    alone = (
        block.text
        for block in page.blocks[start : start + _TOP]
        if 0 < block.size <= _SHORT and (is_date_line(block.text) or is_field_of_date(block.text))
    )
    return _first_in(page, (*titles, *bylines[:30], *alone))


def _first_in(page: Page, texts: Iterable[str]) -> datetime | None:
    month_first = _month_first(page)
    return next((date for text in texts if (date := first_date(text, month_first=month_first))), None)


def _is_byline(block: Block) -> bool:
    return block.mark == "byline"


def _is_foreign(block: Block) -> bool:
    return block.mark in ("related", "comments", "aside", "navigation", "hidden", "caption")


_PUT = re.compile(
    r"\b(?:posted|published|written|updated|reviewed|geschrieben|veröffentlicht|erstellt|aktualisiert|aktualisierung|publiée?|rédigée?|mise? à jour|publicad[oa]|actualizad[oa]|atualizad[oa]|"
    r"pubblicat[oa]|aggiornat[oa]|geplaatst|gepubliceerd|bijgewerkt|publicerad|uppdaterad|opublikowano|опубликовано|обновлено)\b",
    re.IGNORECASE,
)
_SAYING = 200  # characters of a line, or of the beginning of a box, that says when the page was put there


def in_words(page: Page) -> datetime | None:
    """Return the first date in a line or footer that says when the page was put there ("This entry was posted on Monday, 3 June 2013")."""
    return _first_in(
        page,
        (
            block.text[:_SAYING]
            for block in page.blocks
            if (block.size <= _SHORT * 2 or block.kind == "box")
            and not _is_foreign(block)
            and _PUT.search(block.text, 0, _SAYING)
        ),
    )


def _headline(page: Page, heading: str) -> int | None:
    """Return the number of the headline's block: the one that says `heading`, else the first `<h1>`."""
    wanted, first = letters(heading), None
    for number, block in enumerate(page.blocks[:600]):
        if block.kind == "h" and block.letters == wanted != "":
            return number
        if first is None and block.node.tag == "h1":
            first = number
    return first


def _month_first(page: Page) -> bool:
    """Tell whether `3/4/2025` is the fourth of March on this page: in American English, and where no language is given."""
    stated = (page.nodes[0].attrs.get("lang") or "" if page.nodes else "").strip().lower().replace("_", "-")
    return stated in ("", "en", "en-us") or stated.startswith("en-us-")


# ── The page's scripts ────────────────────────────────────────────────────────────────────────────────────────────────────────────
_INSTANT = re.compile(r"""["'](\d{4}-\d\d-\d\d[^"'\\<]{0,30})""")
_YEARS = ('"20', "'20", '"19', "'19")  # how a quoted instant begins: looked for at the speed of memory
_KEY = re.compile(
    r"""["'](?:date_?published|published_?(?:at|date|time|on)|publish_?(?:date|time)|publication_?date|first_?published(?:_?(?:at|date))?|"""
    r"""pub_?date|created_?at|release_?date)\\{0,3}["']\s?:\s?\\{0,3}$""",
    re.IGNORECASE,
)
_BEFORE = 50  # characters: a key and what may stand between it and its value


def in_scripts(source: str) -> datetime | None:
    """Return the first publication date that the page's scripts state (applications keep their article as JSON in them)."""
    for start in sorted(start for year in _YEARS for start in _places(source, year)):
        match = _INSTANT.match(source, start)
        if match and _KEY.search(source, max(0, start - _BEFORE), start):
            return plausible(match[1])
    return None


def _places(text: str, part: str) -> Iterator[int]:
    """Yield where a part stands in a text."""
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)
