"""The one function worker processes run on a fetched body, whatever kind of source it came from.

The parsers are imported by whoever calls it (the workers): who only names it, to have it called there, need not load them.
"""

from __future__ import annotations

from monitor.models import FeedDocument, Outcome, Selectors, SourceType


def read(
    kind: SourceType,
    body: bytes,
    url: str,
    content_type: str | None = None,
    selectors: Selectors | None = None,
) -> FeedDocument:
    """Return what a body holds, read as the source's configured type; `url` is its final address. Never raises on foreign bytes."""
    match kind:
        case SourceType.FEED:
            from monitor.collect.feeds import parse_feed

            return parse_feed(body, url, content_type)
        case SourceType.SITEMAP:
            from monitor.collect.sitemap import parse_sitemap

            return parse_sitemap(body, url)
        case SourceType.PAGE:
            if selectors is None:
                return FeedDocument(Outcome.NOT_FEED, error="a listing page needs selectors", reader="page")
            from monitor.collect.listing import parse_listing

            return parse_listing(body, url, selectors, content_type)
