"""The feed's own words as an article, and which of page and feed to keep (spec "seed-format", "Teaser or full text").

Teaser or full is measured, not guessed from ellipses: over 198 feeds 47 % of the longest texts have 1-79 words, 38 % 250 or more, and
"read more" is rare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor.collect.identity import entry_date
from monitor.collect.owntext import OwnText
from monitor.html import clean_title, first_image
from monitor.models import Article, Completeness, Entry, Feed, article_id
from monitor.seed import Writer, lines
from monitor.text import clean, count_words
from monitor.urls import canonical, host, is_aggregator, resolve

FULL_WORDS, FULL_PARAGRAPHS = 250, 3
DESCRIPTION = 1000  # characters kept of a summary that stands beside the text
STUB_SHARE = 0.6  # a page with fewer of the feed's words than this is a paywall stub


def article_from_entry(entry: Entry, feed: Feed, now: datetime, own: OwnText | None = None) -> Article:
    """Return an article whose text is the feed's own, in the seed format; `now` is its first sight (aware UTC).

    The text is the longer of content and summary, or the title where the entry has no text at all. `completeness` is FULL if it
    reads like a whole article (250 words in 3 paragraphs), else TEASER. `own` are its texts, if they have been read already. It is dated
    by the entry's date of publication, else of its last change, if that can be true.
    """
    own = own or OwnText.of(entry)
    title = clean_title(entry.title)
    image = entry.image or first_image(entry.content) or first_image(entry.summary)
    address = entry.url or entry.id or feed.url
    text, lead = _document(own.fullest, title, resolve(address, image) if image else None)
    identity = canonical(address)
    published, source = entry_date(entry, now)
    return Article(
        text=text,
        title=title,
        url=address,
        canonical=identity,
        id=article_id(identity),
        authors=entry.authors,
        published=published if source == "feed" else None,
        modified=entry.updated,
        date_source="feed" if source == "feed" else "",
        image=lead,
        language=entry.language or feed.language,
        site=entry.source,
        description=""
        if own.fullest is own.summary
        else _cut(own.summary),  # it is the text, and need not be kept twice
        outlet=_outlet(entry, feed, address),
        feed=feed.name,
        categories=entry.categories,
        country=feed.country,
        completeness=Completeness.FULL if _is_full(own) else Completeness.TEASER,
        first_seen=now,
    )


def _outlet(entry: Entry, feed: Feed, address: str) -> str:
    """Return the name shown as the source: an aggregator's entry belongs to the publisher it names."""
    if entry.source and (is_aggregator(feed.url) or is_aggregator(address)):
        return entry.source
    return feed.name or host(address)


def _document(paragraphs: tuple[str, ...], title: str, image: str | None) -> tuple[str, str | None]:
    writer = Writer()
    if image:
        writer.image(image)
    for paragraph in paragraphs:
        writer.prose(paragraph)
    text = writer.document()
    if not text and title:
        writer.prose(title)
        text = writer.document()
    return text, image if text.startswith("![](") else None


def _is_full(own: OwnText) -> bool:
    return len(own.fullest) >= FULL_PARAGRAPHS and own.words >= FULL_WORDS


def merge(page_article: Article, entry_article: Article, feed: Feed) -> Article:
    """Return the article to keep of a page and its feed entry.

    The page's text, unless it holds less than 0.6 of the feed's words: then it is a paywall stub or a shell, the feed's text is kept
    and `note` says so. Identity, outlet, feed, country and first sight are the entry's; metadata the page's, filled from the entry.
    """
    page_words, feed_words = _prose_words(page_article), _prose_words(entry_article)
    stub = page_words < STUB_SHARE * feed_words or not page_article.text
    base = _filled(page_article, entry_article, feed)
    if not stub:
        return base
    note = page_article.note or f"page: {page_words} words, fewer than the feed's {feed_words}"
    whole = entry_article.completeness
    if page_article.completeness is Completeness.PAYWALLED and whole is not Completeness.FULL:
        whole = Completeness.PAYWALLED
    return replace(
        base, text=entry_article.text, image=entry_article.image or base.image, completeness=whole, note=note
    )


def _filled(page_article: Article, entry_article: Article, feed: Feed) -> Article:
    return replace(
        page_article,
        title=page_article.title or entry_article.title,
        authors=page_article.authors or entry_article.authors,
        published=page_article.published or entry_article.published,
        date_source=page_article.date_source or entry_article.date_source,
        language=page_article.language or entry_article.language,
        description=page_article.description or entry_article.description or _said(entry_article),
        categories=tuple(dict.fromkeys((*entry_article.categories, *page_article.categories))),
        outlet=entry_article.outlet,
        feed=entry_article.feed or feed.name,
        country=entry_article.country,
        first_seen=entry_article.first_seen,
    )


def _cut(paragraphs: Iterable[str]) -> str:
    return clean(" ".join(paragraphs)[: 4 * DESCRIPTION])[:DESCRIPTION]


def _said(article: Article) -> str:
    """Return what a feed's entry said, whose text was its summary; nothing where that was the title again."""
    said = _cut(_told(article))
    return "" if said == article.title else said


def _prose_words(article: Article) -> int:
    return sum(map(count_words, _told(article)))


def _told(article: Article) -> list[str]:
    """Return the lines of an article that are words."""
    return [line.text for line in lines(article.text) if line.kind in ("prose", "item", "row")]
