"""Which feed is polled next: those that are due wait site by site, so that a site that is slow, or dead, holds up its own feeds only.

Politeness lets a publisher see two requests of ours at a time. A poll that waits for its turn there still takes one of the places for
all polls; with a hundred feeds at a site that lets every request time out, all places would be taken by it for the better
part of an hour, and nothing else would be read.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.models import FeedState
from monitor.urls import registrable


@dataclass(slots=True)
class SiteQueues:
    """Feeds in the order they fell due, a queue for each registrable domain: `at_once` polls in all, `per_site` of one site."""

    at_once: int
    per_site: int
    _queues: dict[str, deque[FeedState]] = field(default_factory=dict)
    _ready: dict[str, None] = field(default_factory=dict)  # sites with a feed that may start, in turn
    _under_way: dict[str, str] = field(default_factory=dict)  # feed to site
    _per_site: Counter[str] = field(default_factory=Counter)
    _waiting: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        """How many feeds wait or are under way."""
        return len(self._waiting) + len(self._under_way)

    def __contains__(self, name: str) -> bool:
        """Tell whether a feed waits or is under way."""
        return name in self._waiting or name in self._under_way

    def add(self, state: FeedState) -> None:
        """Let a feed wait for its turn; one that waits already, or is under way, is passed over."""
        if state.name in self:
            return
        site = registrable(state.url)
        self._waiting.add(state.name)
        self._queues.setdefault(site, deque()).append(state)
        self._see(site)

    def starting(self) -> Iterator[FeedState]:
        """Yield the feeds that may start now, sites in turn; each counts as under way from here until it has `ended`."""
        while self._ready and len(self._under_way) < self.at_once:
            site = next(iter(self._ready))
            del self._ready[site]
            state = self._queues[site].popleft()
            self._waiting.discard(state.name)
            self._under_way[state.name] = site
            self._per_site[site] += 1
            self._see(site)
            yield state

    def ended(self, name: str) -> None:
        """Give back the place of a poll."""
        site = self._under_way.pop(name, None)
        if site is None:
            return
        self._per_site[site] -= 1
        if not self._per_site[site]:
            del self._per_site[site]
        self._see(site)

    def clear(self) -> None:
        """Forget all that wait; they stay due."""
        self._queues.clear()
        self._ready.clear()
        self._waiting.clear()

    def _see(self, site: str) -> None:
        """Note that a site has a feed that may start, if it has; forget the queue that has run empty."""
        if not self._queues.get(site):
            self._queues.pop(site, None)
        elif self._per_site[site] < self.per_site:
            self._ready.setdefault(site)
