"""The article: a document in the seed format, with its metadata beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Completeness(StrEnum):
    """How much of the article its text is; said wherever the article is shown."""

    FULL = "full"
    TEASER = "teaser"
    PAYWALLED = "paywalled"


def article_id(canonical_url: str) -> str:
    """Return the article's id: the first 64 bits of SHA-256 of its canonical URL, as 16 hex digits."""
    return hashlib.sha256(canonical_url.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Article:
    """One article. Two articles are equal when their documents are: `loads(dumps(article)) == article`.

    `text` is the seed document (see `monitor.seed`); everything else is metadata and takes no part in comparison, because a seed
    file does not carry it. `canonical` is the folded URL that identifies it, `url` the one to show. `date_source` says where
    `published` came from (`json-ld`, `meta`, `time`, `feed`, `text`, `url`, `script`, `first-seen`). `confidence` (0-1) is the agreement of the
    candidate bodies. `outlet` is the name shown as its source, `feed` the configured feed it came by. `note` says what went wrong
    when the text is only the feed's own (`page: HTTP 403`).
    """

    text: str
    title: str = field(default="", compare=False)
    url: str = field(default="", compare=False)
    canonical: str = field(default="", compare=False)
    id: str = field(default="", compare=False)
    authors: tuple[str, ...] = field(default=(), compare=False)
    published: datetime | None = field(default=None, compare=False)
    modified: datetime | None = field(default=None, compare=False)
    date_source: str = field(default="", compare=False)
    image: str | None = field(default=None, compare=False)
    language: str | None = field(default=None, compare=False)
    site: str | None = field(default=None, compare=False)
    description: str = field(default="", compare=False)
    outlet: str = field(default="", compare=False)
    feed: str = field(default="", compare=False)
    categories: tuple[str, ...] = field(default=(), compare=False)
    country: str | None = field(default=None, compare=False)
    completeness: Completeness = field(default=Completeness.FULL, compare=False)
    confidence: float = field(default=1.0, compare=False)
    first_seen: datetime | None = field(default=None, compare=False)
    note: str = field(default="", compare=False)
