"""Polling for ever: thousands of polls leave no more memory, descriptors or threads behind than the first few."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import psutil
import pytest

from monitor.collect.fetch import AiohttpFetcher
from monitor.models import Request
from tests.standins import web as stand
from tests.standins.web import Web

KINDS: tuple[stand.Answer, ...] = (
    stand.document(b"<rss/>" * 5000, etag='"1"', encoding="gzip"),
    stand.document(b"<rss/>" * 5000, chunked=True, encoding="br"),
    stand.status(304),
    stand.status(503, [("Retry-After", "5")]),
    stand.redirect("/0"),
    stand.truncate(b"<rss/>" * 100),
    stand.reset(),
    stand.raw(b"nonsense\r\n\r\n"),
)


async def polls(web: Web, fetching: Callable[..., AiohttpFetcher], rounds: int) -> tuple[float, int, int]:
    """Poll in rounds of all kinds on many hosts; return the growth of memory (MiB), descriptors and threads over the second half."""

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    for number, answer in enumerate(KINDS):
        web.script(f"/{number}", answer)
    fetcher = fetching(lookup=lookup)
    process = psutil.Process()
    marks: list[tuple[float, int, int]] = []
    for turn in range(rounds):
        urls = [f"http://host{turn % 30}.example:{web.port}/{number}" for number in range(len(KINDS))]
        await asyncio.gather(*(fetcher.fetch(Request(url, deadline=5)) for url in urls))
        web.requests.clear()
        if turn in (rounds // 2, rounds - 1):
            marks.append((process.memory_info().rss / 2**20, process.num_fds(), threading.active_count()))
    return tuple(after - before for before, after in zip(*marks, strict=True))  # type: ignore[return-value]


async def test_memory_and_descriptors_stay_flat(web: Web, fetching: Callable[..., AiohttpFetcher]) -> None:
    """Over the second half of 1,600 polls nothing grows but by noise."""
    memory, descriptors, threads = await polls(web, fetching, 200)
    assert memory < 8
    assert descriptors < 40  # kept connections of the hosts of the last few seconds, at both ends
    assert threads <= 0


@pytest.mark.drill
async def test_memory_stays_flat_for_ten_thousand_polls(
    web: Web, fetching: Callable[..., AiohttpFetcher]
) -> None:
    """The same over 10,000 polls: less than 4 MiB from the 5,000th to the last."""
    memory, descriptors, threads = await polls(web, fetching, 10_000 // len(KINDS))
    assert memory < 4
    assert descriptors < 40
    assert threads <= 0
