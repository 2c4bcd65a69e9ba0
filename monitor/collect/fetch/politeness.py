"""How many requests run at once, and how soon after one another: per registrable domain and in all.

A publisher sees at most `per_host` requests of ours at a time and a pause between their starts, however many feeds it has
and however slow it is. Waiting for one domain holds nothing that another domain needs: the place among all requests is taken
last, when the request may really start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SWEEP_AT = 4096  # domains remembered before the idle ones are forgotten


class _Domain:
    """One registrable domain: its places, its gate (one start at a time) and when the next start is due (loop time)."""

    __slots__ = ("gate", "next_start", "places", "users")

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.gate = asyncio.Lock()
        self.next_start = 0.0
        self.users = 0


class Politeness:
    """Give out turns. `host_delay` is in seconds between two starts at one domain; times are the event loop's own."""

    def __init__(self, per_host: int, host_delay: float, concurrency: int) -> None:
        self._per_host = per_host
        self._host_delay = host_delay
        self._everywhere = asyncio.Semaphore(concurrency)
        self._domains: dict[str, _Domain] = {}

    @asynccontextmanager
    async def turn(self, domain: str, spacing: float = 0.0) -> AsyncIterator[None]:
        """Wait for a turn at `domain` and hold it; `spacing` lengthens the pause (a crawl delay), never shortens it."""
        entry = self._entry(domain)
        entry.users += 1
        try:
            async with entry.places:
                await self._start(entry, max(spacing, self._host_delay))
                try:
                    yield
                finally:
                    self._everywhere.release()
        finally:
            entry.users -= 1

    async def _start(self, entry: _Domain, pause: float) -> None:
        """Wait out the pause, then take a place among all requests; the gate keeps a second start behind this one."""
        loop = asyncio.get_running_loop()
        async with entry.gate:
            if entry.next_start > loop.time():
                await _until(entry.next_start)
            await self._everywhere.acquire()
            entry.next_start = loop.time() + pause

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


async def _until(instant: float) -> None:
    """Wait until the event loop's clock reads `instant`."""
    loop = asyncio.get_running_loop()
    arrived = loop.create_future()
    handle = loop.call_at(instant, arrived.set_result, None)
    try:
        await arrived
    finally:
        handle.cancel()
