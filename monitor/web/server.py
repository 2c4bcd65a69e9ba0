"""The small HTTP server of the daemon: health for a supervisor, metrics for Prometheus; loopback unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from monitor.web.metrics import Metrics

NO_SNIFF = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
}


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process is alive (ticks and writes), whether it does its work, and in words what is wrong."""

    alive: bool
    ready: bool
    words: tuple[str, ...] = ()


class Server:
    """Serves /healthz, /readyz and /metrics on one address."""

    def __init__(self, host: str, port: int, health: Callable[[], Health], metrics: Metrics) -> None:
        self.host, self.port = host, port
        self.health = health
        self.metrics = metrics
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to listen; raises OSError when the address is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _healthz(self, request: web.Request) -> web.Response:
        health = self.health()
        return _words(health.alive, health.words)

    async def _readyz(self, request: web.Request) -> web.Response:
        health = self.health()
        return _words(health.ready, health.words)

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(
            body=await asyncio.to_thread(self.metrics.page),  # it reads the database
            headers={**NO_SNIFF, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )


def _words(good: bool, words: tuple[str, ...]) -> web.Response:
    """Return 200 or 503, one finding a line."""
    return web.Response(
        status=200 if good else 503, text="\n".join(words or ("ok",)) + "\n", headers=NO_SNIFF
    )
