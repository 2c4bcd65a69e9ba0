"""The metadata of a page, each field from the most trusted source that has it (spec "seed-format", "Metadata, in order of trust")."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from monitor.collect.metadata import jsonld, moments, people, tags, titles
from monitor.collect.metadata.facts import Facts
from monitor.html import clean_title
from monitor.text import clean
from monitor.urls import absolute, registrable

if TYPE_CHECKING:
    from monitor.collect.extract.page import Block, Page
    from monitor.models import Entry

__all__ = ["Facts", "of_page"]


def of_page(page: Page, entry: Entry | None = None) -> Facts:
    """Return the page's metadata; `entry` fills what the page leaves open."""
    things = jsonld.things(page.data)
    article = jsonld.article_of(things)
    head = tags.table(page.metas)
    site = tags.pick(head, "og:site_name", "application-name") or jsonld.first(article.get("publisher"))
    stated = (page.title, tags.pick(head, "og:title", "twitter:title"), jsonld.first(article.get("headline")))
    heading = titles.told(_headings(page), stated, (site, registrable(page.url))) or _heading(page)
    date, source = moments.published(page, article, head, entry, heading)
    title = titles.headline(
        article, heading, head, page.title, site, registrable(page.url), only=_is_only(page, heading)
    )
    return Facts(
        title=title or (clean_title(entry.title) if entry else ""),
        authors=people.authors(page, article, head, site) or (entry.authors if entry else ()),
        published=date,
        modified=moments.modified(article, head),
        date_source=source,
        image=_image(page, article, head) or (entry.image if entry else None),
        language=_language(page, article, head),
        site=clean(site) or None,
        description=_description(article, head),
        canonical=_canonical(page, head),
        categories=_categories(article, head),
        paywalled=_paywalled(article, head),
        witness=_witness(things, article),
    )


def _headings(page: Page) -> list[str]:
    """Return the page's headings, those of the first level first, whatever boxes they stand in."""
    headings = [block for block in page.blocks if block.kind == "h" and block.node.tag in ("h1", "h2", "h3")]
    return [block.text for block in sorted(headings, key=lambda block: block.node.tag != "h1")]


def _is_only(page: Page, heading: str) -> bool:
    """Tell whether a heading is the page's only one of the first level."""
    return [block.text for block in page.blocks if block.node.tag == "h1"] == [heading]


def _heading(page: Page) -> str:
    """Return the first `<h1>` that is no part of a menu or another article's teaser."""
    return next((block.text for block in page.blocks if block.node.tag == "h1" and not _foreign(block)), "")


def _foreign(block: Block) -> bool:
    return block.mark in ("navigation", "related", "footer", "aside", "comments")


def _description(article: jsonld.Thing, head: dict[str, list[str]]) -> str:
    stated = tags.pick(head, "og:description", "description", "twitter:description")
    return clean(html.unescape(stated or jsonld.first(article.get("description"))))


def _categories(article: jsonld.Thing, head: dict[str, list[str]]) -> tuple[str, ...]:
    named = [*jsonld.strings(article.get("articleSection")), *tags.pick_all(head, "article:section")]
    return tuple(dict.fromkeys(text for raw in named if (text := clean(raw))))[:10]


# ── The rest ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_SITE_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logos?\d{0,2}|favicon|default|placeholder|share[-_]?(?:image|default)|og[-_]?(?:image|default)|social[-_]?(?:share|default)|icon|avatar|blank|fallback)(?:[/_.?@-]|\d|$)",
    re.IGNORECASE,
)


_UPLOADS = "sites/default/files/"  # Drupal's folder for whatever is uploaded: no default picture


def _image(page: Page, article: jsonld.Thing, head: dict[str, list[str]]) -> str | None:
    """Return og:image or JSON-LD's image, absolute, if it is not the site's logo."""
    named = [
        *tags.pick_all(head, "og:image", "og:image:url", "og:image:secure_url")[:3],
        *jsonld.addresses(article.get("image")),
        *tags.pick_all(head, "twitter:image", "twitter:image:src")[:1],
    ]
    for address in named:
        url = absolute(page.base, html.unescape(address))
        if url and not _SITE_PICTURE.search("/" + _path(url.partition("?")[0]).replace(_UPLOADS, "")):
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
        url = absolute(page.base, raw) if raw else None
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
