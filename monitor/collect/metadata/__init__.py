"""The metadata of a page, each field from the most trusted source that has it (spec "seed-format", "Metadata, in order of trust")."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.collect.dates import parse_date
from monitor.collect.metadata import jsonld, names, tags
from monitor.collect.metadata.facts import Facts
from monitor.html import clean_title
from monitor.text import clean
from monitor.urls import absolute, registrable

if TYPE_CHECKING:
    from monitor.collect.extract.page import Page
    from monitor.models import Entry

__all__ = ["Facts", "of_page"]


def of_page(page: Page, entry: Entry | None = None) -> Facts:
    """Return the page's metadata; `entry` fills what the page leaves open."""
    things = jsonld.things(page.data)
    article = jsonld.article_of(things)
    head = tags.table(page.metas)
    site = tags.pick(head, "og:site_name", "application-name") or jsonld.first(article.get("publisher"))
    published, source = _published(page, article, head, entry)
    return Facts(
        title=_title(page, article, head, site) or (clean_title(entry.title) if entry else ""),
        authors=_authors(page, article, head, site) or (entry.authors if entry else ()),
        published=published,
        modified=_date(jsonld.first(article.get("dateModified")))
        or _date(
            tags.pick(head, "article:modified_time", "og:updated_time", "datemodified", "last-modified")
        ),
        date_source=source,
        image=_image(page, article, head) or (entry.image if entry else None),
        language=_language(page, article, head),
        site=clean(site) or None,
        description=clean(
            html.unescape(
                tags.pick(head, "og:description", "description", "twitter:description")
                or jsonld.first(article.get("description"))
            )
        ),
        canonical=_canonical(page, head),
        categories=tuple(
            dict.fromkeys(
                clean(text)
                for text in [
                    *jsonld.strings(article.get("articleSection")),
                    *tags.pick_all(head, "article:section"),
                ]
                if clean(text)
            )
        )[:10],
        paywalled=_paywalled(article, head),
        witness=_witness(things, article),
    )


# ── Title ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_BARS = re.compile(r"\s+[|\-–—·•:»«/]{1,2}\s+|\s*[|｜»]\s*")


def _title(page: Page, article: jsonld.Thing, head: dict[str, list[str]], site: str) -> str:
    """Return the headline: og:title, else JSON-LD's, else the first `<h1>`, else `<title>`; without the site's name at its end."""
    hosts = registrable(page.url)
    for raw in (
        tags.pick(head, "og:title"),
        jsonld.first(article.get("headline")),
        _heading(page),
        tags.pick(head, "twitter:title", "title"),
        page.title,
    ):
        title = without_site(clean_title(raw), site, hosts)
        if title:
            return title
    return ""


def without_site(title: str, site: str, domain: str) -> str:
    """Cut ` - Site` off a title's end (or `Site | ` off its beginning), where the part is the site's name or its domain's."""
    known = {_letters(site), _letters(domain), _letters(domain.partition(".")[0])} - {""}
    while True:
        cuts = list(_BARS.finditer(title))
        if not cuts:
            return title
        if _is_site(title[cuts[-1].end() :], known):
            title = title[: cuts[-1].start()]
        elif _is_site(title[: cuts[0].start()], known):
            title = title[cuts[0].end() :]
        else:
            return title


def _is_site(part: str, known: set[str]) -> bool:
    letters = _letters(part)
    return bool(letters) and any(
        letters == name
        or (
            len(name) > 3
            and len(letters) > 3
            and (letters in name or name in letters)
            and len(letters) < len(name) + 14
        )
        for name in known
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _heading(page: Page) -> str:
    return next(
        (block.text for block in page.blocks if block.node.tag == "h1" and block.node.marked is None), ""
    )


# ── Authors ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _authors(page: Page, article: jsonld.Thing, head: dict[str, list[str]], site: str) -> tuple[str, ...]:
    """Return JSON-LD's authors unless they are the publisher, else the meta tags', else the DOM byline's."""
    publisher = {_letters(site), _letters(jsonld.first(article.get("publisher")))} - {""}
    named = names.tidy(jsonld.strings(article.get("author") or article.get("creator")))
    people = tuple(name for name in named if _letters(name) not in publisher)
    if people:
        return people
    tagged = names.tidy(
        tags.pick_all(
            head,
            "author",
            "article:author",
            "parsely-author",
            "sailthru.author",
            "dc.creator",
            "byl",
            "citation_author",
        ),
        split=True,
    )
    return (
        tuple(name for name in tagged if _letters(name) not in publisher) or _byline(page) or tagged or named
    )


def _byline(page: Page) -> tuple[str, ...]:
    """Return the names of the first marked byline that begins like one or sits in an author's element."""
    for block in page.blocks:
        node = block.node
        if node.marked is None or node.marked.mark != "byline" or not 2 <= block.size <= 12:
            continue
        if any(
            "author" in name or "byline" in name
            for name in (*node.signs, *(node.parent.signs if node.parent else ()))
        ):
            found = names.tidy((block.text,), split=True)
            if found:
                return found
    return ()


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_DATE_TAGS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date", "dc.date.issued", "dc.date", "dcterms.created",
    "dcterms.date", "sailthru.date", "parsely-pub-date", "article.published", "published_time", "og:published_time", "cxenseparse:recs:publishtime", "citation_publication_date",
    "article_date_original", "originalpublicationdate", "publication_date", "og:pubdate", "dc.date.created", "date_published", "rnews:datepublished",
)  # fmt: skip
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def _published(
    page: Page, article: jsonld.Thing, head: dict[str, list[str]], entry: Entry | None
) -> tuple[datetime | None, str]:
    """Return the publication date and where it came from: JSON-LD > meta > `<time>` > feed > htmldate."""
    sources = (
        (
            "json-ld",
            (jsonld.first(article.get(key)) for key in ("datePublished", "dateCreated", "uploadDate")),
        ),
        ("meta", (tags.pick(head, name) for name in _DATE_TAGS)),
        ("time", page.times),
    )
    for source, raws in sources:
        found = next((date for raw in raws if (date := _date(raw))), None)
        if found is not None:
            return found, source
    if entry is not None and entry.published is not None:
        return entry.published, "feed"
    return None, ""


def _date(raw: str) -> datetime | None:
    date = parse_date(raw) if raw else None
    return date if date is not None and date > _EARLIEST else None


# ── The rest ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_SITE_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logos?|favicon|default|placeholder|share[-_]?(?:image|default)|og[-_]?(?:image|default)|social[-_]?(?:share|default)|icon|avatar|blank|fallback)(?:[/_.?@-]|\d|$)",
    re.IGNORECASE,
)


def _image(page: Page, article: jsonld.Thing, head: dict[str, list[str]]) -> str | None:
    """Return og:image or JSON-LD's image, absolute, if it is not the site's logo."""
    named = [
        *tags.pick_all(head, "og:image", "og:image:url", "og:image:secure_url")[:3],
        *jsonld.addresses(article.get("image")),
        *tags.pick_all(head, "twitter:image", "twitter:image:src")[:1],
    ]
    for address in named:
        url = absolute(page.url, html.unescape(address))
        if url and not _SITE_PICTURE.search(url.partition("?")[0].rpartition("//")[2].partition("/")[2]):
            return url
    return None


def _language(page: Page, article: jsonld.Thing, head: dict[str, list[str]]) -> str | None:
    """Return the primary language (ISO 639) of `<html lang>`, else og:locale, else JSON-LD's."""
    stated = (
        page.nodes[0].attrs.get("lang") or page.nodes[0].attrs.get("xml:lang") if page.nodes else ""
    ) or ""
    for raw in (
        stated,
        tags.pick(head, "og:locale", "content-language", "language", "dc.language"),
        jsonld.first(article.get("inLanguage")),
    ):
        primary = re.match(r"[A-Za-z]{2,3}(?=[-_]|$)", raw.strip())
        if primary:
            return primary[0].lower()
    return None


def _canonical(page: Page, head: dict[str, list[str]]) -> str:
    """Return `link rel=canonical`, else og:url, on the page's own registrable domain; else the page's address. Never the home page."""
    links = [
        attrs.get("href") or ""
        for attrs in page.links
        if "canonical" in (attrs.get("rel") or "").lower().split()
    ]
    for raw in [*links, tags.pick(head, "og:url")]:
        url = absolute(page.url, raw) if raw else None
        if url and registrable(url) == registrable(page.url) and (_path(url) or not _path(page.url)):
            return url
    return page.url


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].strip("/")


def _paywalled(article: jsonld.Thing, head: dict[str, list[str]]) -> bool:
    """Tell whether the page says that it is not free to read."""
    parts = article.get("hasPart")
    said = [
        article.get("isAccessibleForFree"),
        *(
            part.get("isAccessibleForFree")
            for part in (parts if isinstance(parts, list) else [parts])
            if isinstance(part, dict)
        ),
    ]
    if any(
        str(value).strip().lower() in ("false", "no", "0") or str(value).lower().endswith("/false")
        for value in said
        if value is not None
    ):
        return True
    return tags.pick(head, "article:content_tier", "og:article:content_tier").lower() in (
        "locked",
        "metered",
        "paid",
        "premium",
    )


def _witness(things: list[jsonld.Thing], article: jsonld.Thing) -> str:
    """Return the longest `articleBody` of the page's data, or an empty string."""
    bodies = [body for thing in (article, *things[:50]) if isinstance(body := thing.get("articleBody"), str)]
    return max(bodies, key=len, default="")
