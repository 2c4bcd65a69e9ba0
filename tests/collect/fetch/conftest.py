"""A stand-in server whose strictness is checked at the end, and a fetcher that may talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from monitor.collect.fetch import AiohttpFetcher
from tests.standins.web import Web

USER_AGENT = "monitor/1.0 (+https://example.org/bot)"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server
    assert server.complaints == []


@pytest.fixture
def forbidden() -> Iterator[Web]:
    """A service on this machine that nobody may be led to: every path of it would answer, and none may be asked."""
    with Web() as server:
        server.serve("/", b"secret")
        server.serve("/feed", b"secret")
        yield server
    assert server.connections == 0


@pytest.fixture
async def fetching(web: Web) -> AsyncIterator[Callable[..., AiohttpFetcher]]:
    """Make fetchers that may talk to `web` and hurry; all are closed at the end."""
    made: list[AiohttpFetcher] = []

    def make(**settings: Any) -> AiohttpFetcher:
        settings = {"host_delay": 0.0, "allow_private": (web.address,), "user_agent": USER_AGENT, **settings}
        made.append(AiohttpFetcher(**settings))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.close()
