"""Whether a page may be fetched: robots.txt of its host, asked once a day and kept in memory (RFC 9309, 2.4).

A robots.txt that is not there allows everything; one that cannot be read because the server is in trouble forbids everything until
it can (RFC 9309, 2.3.1.4): the feed's own text stands in meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.collect import robots
from monitor.models import Feed, Outcome, Request, Response
from monitor.pipeline.protocols import Clock, Fetcher

KEPT = timedelta(hours=24)
KEPT_IN_TROUBLE = timedelta(hours=1)
HOSTS = 5000  # kept at most; the oldest go first
SMALL = robots.MAX_BYTES + 1024


@dataclass(slots=True)
class Robots:
    """Answers for hosts; asks each at most once a day, and once at a time. `agent` is the product token of our User-Agent."""

    fetcher: Fetcher
    agent: str
    limits: Callable[[Request], Request]
    now: Clock
    _known: dict[str, tuple[datetime, robots.Robots]] = field(default_factory=dict)
    _asking: dict[str, asyncio.Task[robots.Robots]] = field(default_factory=dict)

    async def rules(self, url: str, feed: Feed) -> robots.Robots:
        """Return what the page's host asks of us; `feed` lends its address allowances."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        kept = self._known.get(origin)
        if kept and kept[0] > self.now():
            return kept[1]
        if origin not in self._asking:
            self._asking[origin] = asyncio.ensure_future(self._ask(origin, feed))
        return await asyncio.shield(self._asking[origin])

    async def _ask(self, origin: str, feed: Feed) -> robots.Robots:
        try:
            request = Request(
                f"{origin}/robots.txt",
                accept="page",
                allow_private=feed.allow_private,
                max_wire=SMALL,
                max_inflated=SMALL,
            )
            response = await self.fetcher.fetch(self.limits(request))
            found = read(response, self.agent)
            kept = KEPT_IN_TROUBLE if found is robots.NOTHING else KEPT
            self._known[origin] = (self.now() + kept, found)
            while len(self._known) > HOSTS:
                self._known.pop(next(iter(self._known)))
            return found
        finally:
            self._asking.pop(origin, None)


def read(response: Response, agent: str) -> robots.Robots:
    """Judge the answer to a request for robots.txt."""
    if response.outcome is Outcome.OK:
        return robots.parse(response.body, agent)
    if response.status >= 500 or response.outcome in (Outcome.RATE_LIMITED, Outcome.SKIPPED):
        return robots.NOTHING
    return robots.EVERYTHING
