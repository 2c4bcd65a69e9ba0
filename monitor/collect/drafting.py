"""The other functions worker processes run for a feed: new entries' own texts read into articles, and their pages.

Foreign bytes again (HTML inside the feed, and the pages), so it runs where a hostile one can do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.collect.fulltext import PageDecision, coverage, is_cut_to_length, needs_page
from monitor.collect.owntext import OwnText
from monitor.collect.teaser import article_from_entry, merge
from monitor.models import Article, Entry, Feed, FeedState


@dataclass(frozen=True, slots=True)
class Own:
    """What the feed itself says of an entry: an article, and whether the page must be fetched for more."""

    article: Article
    page: PageDecision


@dataclass(frozen=True, slots=True)
class Read:
    """An article after its page was read; `covered` is the share of the page that the feed's own text held (None: no telling)."""

    article: Article
    covered: float | None


def from_entries(entries: Sequence[Entry], feed: Feed, state: FeedState, now: datetime) -> tuple[Own, ...]:
    """Return what the feed says of each entry, in order; `now` is when they were first seen."""
    texts = [OwnText.of(entry) for entry in entries]
    cut = is_cut_to_length(texts)
    return tuple(
        Own(
            article_from_entry(entry, feed, now, own),
            needs_page(entry, feed, state, cut_to_length=cut, own=own),
        )
        for entry, own in zip(entries, texts, strict=True)
    )


def from_page(body: bytes, url: str, feed: Feed, entry: Entry, own: Article) -> Read:
    """Return the article of a fetched page (`url` is its final address), joined with what the feed itself said (`own`)."""
    from monitor.collect.extract import (
        extract,
    )  # here, for whoever only names this function: it loads the tree builders

    page = extract(body, url, body=feed.body, strip=feed.strip, entry=entry)
    return Read(merge(page, own, feed), coverage(own, page))
