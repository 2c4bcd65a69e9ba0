"""robots.txt of the hosts whose article pages are fetched: asked for once a day per origin, by the same polite fetcher.

RFC 9309, 2.3.1: no such file (4xx) allows everything; a server that cannot tell (5xx, no connection) allows nothing until it
can, so it is asked again soon. What the file says is judged in `monitor.collect.robots`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from monitor.collect.robots import EVERYTHING, MAX_BYTES, NOTHING, Robots, parse
from monitor.models import Outcome, Request, Response

FRESH_SECONDS = 24 * 3600.0  # RFC 9309, 2.4
RETRY_SECONDS = 600.0
_MAX_ORIGINS = 4096

_Key = tuple[str, tuple[str, ...]]


class RobotsFiles:
    """The robots.txt files seen lately. `fetch` gets them, `user_agent` is what the fetcher calls itself."""

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]], user_agent: str) -> None:
        self._fetch = fetch
        self._agent = user_agent.partition("/")[0].strip()
        self._known: dict[_Key, tuple[Robots, float]] = {}
        self._asking: dict[_Key, asyncio.Task[Robots]] = {}

    async def of(self, origin: str, request: Request) -> Robots:
        """Return what `origin` (`https://host:port`) asks of us; many who ask at once share one request."""
        key = (origin, request.allow_private)
        known = self._known.get(key)
        if known is not None and known[1] > asyncio.get_running_loop().time():
            return known[0]
        if key not in self._asking:
            self._asking[key] = asyncio.get_running_loop().create_task(self._ask(key))
        return await asyncio.shield(self._asking[key])

    async def close(self) -> None:
        """Give up what is being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, key: _Key) -> Robots:
        origin, allow_private = key
        try:
            response = await self._fetch(
                Request(
                    f"{origin}/robots.txt",
                    "robots",
                    allow_private=allow_private,
                    deadline=15,
                    max_wire=4 * MAX_BYTES,
                )
            )
            robots, lifetime = _judge(response, self._agent)
            self._remember(key, robots, asyncio.get_running_loop().time() + lifetime)
            return robots
        finally:
            del self._asking[key]

    def _remember(self, key: _Key, robots: Robots, until: float) -> None:
        while len(self._known) >= _MAX_ORIGINS:
            del self._known[next(iter(self._known))]  # the oldest
        self._known.pop(key, None)
        self._known[key] = (robots, until)


def _judge(response: Response, agent: str) -> tuple[Robots, float]:
    """Say what an answer means, and for how many seconds."""
    if response.outcome is Outcome.OK:
        return parse(response.body, agent), FRESH_SECONDS
    if response.outcome is Outcome.TOO_LARGE or (400 <= response.status < 500 and response.status != 429):
        return EVERYTHING, FRESH_SECONDS
    return NOTHING, RETRY_SECONDS
