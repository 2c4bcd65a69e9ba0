"""How many requests run at once, and how soon after one another: per registrable domain and in all.

A publisher sees at most `per_host` requests of ours at a time and a pause between their starts, however many feeds it has
and however slow it is. Waiting for one domain holds nothing that another domain needs: the place among all requests is taken
last, when the request may really start.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_SWEEP_AT = 4096  # domains remembered before the idle ones are forgotten


@dataclass(frozen=True, slots=True)
class Slowed:
    """A domain's request for quiet: when it came (loop time) and for how many seconds, if it said so."""

    at: float
    retry_after: float | None


class _Domain:
    """One registrable domain: its places, its gate (one start at a time), when the next start is due (loop time), its last 429."""

    __slots__ = ("gate", "next_start", "places", "slowed", "users")

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.gate = asyncio.Lock()
        self.next_start = 0.0
        self.slowed: Slowed | None = None
        self.users = 0


class Politeness:
    """Give out turns. `host_delay` is in seconds between two starts at one domain; times are the event loop's own."""

    def __init__(self, per_host: int, host_delay: float, concurrency: int) -> None:
        self._per_host = per_host
        self._host_delay = host_delay
        self._everywhere = asyncio.Semaphore(concurrency)
        self._domains: dict[str, _Domain] = {}

    def turn(self, domain: str, spacing: float = 0.0) -> _Turn:
        """Return a turn at `domain`, to be waited for and held by `async with`.

        `spacing` (a crawl delay) lengthens the pause before the next start, and never shortens it.
        """
        return _Turn(self._entry(domain), self._everywhere, max(spacing, self._host_delay))

    def _entry(self, domain: str) -> _Domain:
        entry = self._domains.get(domain)
        if entry is None:
            if len(self._domains) >= _SWEEP_AT:
                self._sweep()
            entry = self._domains[domain] = _Domain(self._per_host)
        return entry

    def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        self._domains = {
            name: entry for name, entry in self._domains.items() if entry.users or entry.next_start > now
        }


class _Turn:
    """One request's turn: a place at its domain, the pause since the last start there, a place among all requests."""

    __slots__ = ("_asked_at", "_domain", "_everywhere", "_pause")

    def __init__(self, domain: _Domain, everywhere: asyncio.Semaphore, pause: float) -> None:
        self._domain, self._everywhere, self._pause = domain, everywhere, pause
        self._asked_at = asyncio.get_running_loop().time()
        domain.users += 1  # from now on, not from entering: a sweep in between must not forget it

    @property
    def overtaken(self) -> Slowed | None:
        """The request for quiet that came while this turn was waited for; who asks for a turn later has weighed it himself."""
        slowed = self._domain.slowed
        return slowed if slowed and slowed.at >= self._asked_at else None

    def slow_down(self, retry_after: float | None) -> None:
        """Take note that the domain asked for quiet, for so many seconds if it said so."""
        self._domain.slowed = Slowed(asyncio.get_running_loop().time(), retry_after)

    async def __aenter__(self) -> _Turn:
        try:
            await self._domain.places.acquire()
        except asyncio.CancelledError:
            self._domain.users -= 1
            raise
        try:
            await self._start()
        except asyncio.CancelledError:
            self._leave()
            raise
        return self

    async def _start(self) -> None:
        """Wait out the pause, then take a place among all; the gate keeps another start at this domain behind this one."""
        domain, loop = self._domain, asyncio.get_running_loop()
        async with domain.gate:
            if domain.next_start > loop.time():
                await _until(domain.next_start)
            await self._everywhere.acquire()
            domain.next_start = loop.time() + self._pause

    async def __aexit__(self, *_: object) -> None:
        self._everywhere.release()
        self._leave()

    def _leave(self) -> None:
        self._domain.places.release()
        self._domain.users -= 1


async def _until(instant: float) -> None:
    """Wait until the event loop's clock reads `instant`."""
    loop = asyncio.get_running_loop()
    arrived = loop.create_future()
    handle = loop.call_at(instant, arrived.set_result, None)
    try:
        await arrived
    finally:
        handle.cancel()
