"""/healthz, /readyz and /metrics over real HTTP on loopback."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest

from monitor.web.metrics import Metrics, Snapshot
from monitor.web.server import Health, Server
from tests.standins.ports import free_port


@dataclass
class Shown:
    """A server, what it is told of the health, and a client."""

    client: aiohttp.ClientSession
    address: str
    health: Health = field(default=Health(True, True))

    async def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        """Return status, text and headers."""
        async with self.client.get(self.address + path) as answer:
            return answer.status, await answer.text(), dict(answer.headers)


@contextlib.asynccontextmanager
async def shown() -> AsyncIterator[Shown]:
    """Serve on a free port."""
    port = free_port()
    async with aiohttp.ClientSession() as client:
        page = Shown(client, f"http://127.0.0.1:{port}")
        server = Server("127.0.0.1", port, lambda: page.health, Metrics(lambda: Snapshot((), {}, 0.0)))
        await server.start()
        try:
            yield page
        finally:
            await server.close()


async def test_all_is_well() -> None:
    """200 and `ok` for a supervisor, the exposition format for Prometheus."""
    async with shown() as page:
        assert (await page.get("/healthz"))[:2] == (200, "ok\n")
        assert (await page.get("/readyz"))[:2] == (200, "ok\n")
        status, text, headers = await page.get("/metrics")
        assert status == 200
        assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "# TYPE monitor_fetch_total counter" in text


@pytest.mark.parametrize(
    ("health", "alive", "ready"),
    [
        (Health(True, False), 200, 503),
        (Health(False, False, ("collecting has not come to its end for 90 s",)), 503, 503),
    ],
)
async def test_trouble_is_503_with_words(health: Health, alive: int, ready: int) -> None:
    """A process that starts is alive and not ready; one that hangs is neither, and says what hangs, a finding a line."""
    async with shown() as page:
        page.health = health
        status, text, _ = await page.get("/healthz")
        assert (status, text) == (alive, "\n".join(health.words or ("ok",)) + "\n")
        assert (await page.get("/readyz"))[0] == ready


async def test_pages_allow_nothing() -> None:
    """No page is stored, sniffed, or may load anything; what is not there is 404, and nothing can be posted."""
    async with shown() as page:
        for path in ("/healthz", "/readyz", "/metrics"):
            _, _, headers = await page.get(path)
            assert headers["Content-Security-Policy"] == "default-src 'none'"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"
            async with page.client.post(page.address + path) as answer:
                assert answer.status == 405
        assert (await page.get("/"))[0] == 404


async def test_a_taken_port_is_an_error() -> None:
    """Two daemons on one address: the second is told by the system's own error."""
    async with shown() as page:
        port = int(page.address.rpartition(":")[2])
        second = Server("127.0.0.1", port, lambda: page.health, Metrics(lambda: Snapshot((), {}, 0.0)))
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
        await second.close()
