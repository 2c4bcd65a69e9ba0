"""Turns: at most so many at once per domain and in all, a pause between starts, and nobody waits for a stranger's domain."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

import pytest

from monitor.collect.fetch.politeness import Politeness
from tests.standins.clock import run


class Diary:
    """Takes turns that last some loop time, and writes down when each started and how many ran at once."""

    def __init__(self, politeness: Politeness) -> None:
        self.politeness = politeness
        self.starts: dict[str, list[float]] = {}
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def visit(self, domain: str, lasting: float = 0.0, spacing: float = 0.0) -> None:
        loop = asyncio.get_running_loop()
        async with self.politeness.turn(domain, spacing):
            self.starts.setdefault(domain, []).append(loop.time())
            for key in (domain, "all"):
                self.running[key] += 1
                self.most[key] = max(self.most[key], self.running[key])
            done = loop.create_future()
            loop.call_later(lasting, done.set_result, None)
            await done
            for key in (domain, "all"):
                self.running[key] -= 1


def pauses(starts: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(starts)]


def test_req_14_starts_at_one_domain_are_a_second_apart() -> None:
    """Twenty feeds of one publisher that all fall due at once start a second apart."""

    async def main() -> Diary:
        diary = Diary(Politeness(per_host=2, host_delay=1.0, concurrency=64))
        await asyncio.gather(*(diary.visit("example.org") for _ in range(20)))
        return diary

    assert pauses(run(main()).starts["example.org"]) == pytest.approx([1.0] * 19)


def test_req_14_at_most_two_at_once_at_one_domain() -> None:
    """However slow a publisher is, it sees two requests at once and no third."""

    async def main() -> Diary:
        diary = Diary(Politeness(per_host=2, host_delay=1.0, concurrency=64))
        await asyncio.gather(*(diary.visit("example.org", lasting=30) for _ in range(7)))
        return diary

    diary = run(main())
    assert diary.most["example.org"] == 2
    assert diary.starts["example.org"] == pytest.approx([0, 1, 30, 31, 60, 61, 90])


def test_req_14_there_is_a_limit_over_all_domains() -> None:
    """The number of requests under way is bounded, and reached."""

    async def main() -> Diary:
        diary = Diary(Politeness(per_host=2, host_delay=1.0, concurrency=5))
        await asyncio.gather(*(diary.visit(f"host{number}.example", lasting=10) for number in range(23)))
        return diary

    assert run(main()).most["all"] == 5


def test_req_31_waiting_for_one_domain_holds_nothing_of_another() -> None:
    """A hundred feeds queueing at one slow domain do not delay a feed elsewhere by an instant, even with few places in all."""

    async def main() -> Diary:
        diary = Diary(Politeness(per_host=2, host_delay=1.0, concurrency=3))
        crowd = [asyncio.ensure_future(diary.visit("slow.example", lasting=40)) for _ in range(100)]
        await asyncio.gather(*(diary.visit(f"host{number}.example") for number in range(50)))
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        return diary

    diary = run(main())
    assert all(diary.starts[f"host{number}.example"] == [0.0] for number in range(50))


def test_req_32_a_crawl_delay_lengthens_the_pause() -> None:
    """A host's wish for more time is kept; a wish for less than the operator's own pause is not."""

    async def main(spacing: float) -> list[float]:
        diary = Diary(Politeness(per_host=2, host_delay=1.0, concurrency=64))
        await asyncio.gather(*(diary.visit("example.org", spacing=spacing) for _ in range(4)))
        return pauses(diary.starts["example.org"])

    assert run(main(10.0)) == pytest.approx([10.0] * 3)
    assert run(main(0.1)) == pytest.approx([1.0] * 3)


def test_a_cancelled_wait_gives_back_what_it_held() -> None:
    """Whoever gives up while waiting, at any stage, leaves no place occupied."""

    async def main() -> float:
        politeness = Politeness(per_host=1, host_delay=1.0, concurrency=1)
        diary = Diary(politeness)
        tasks = [asyncio.ensure_future(diary.visit(name, lasting=100)) for name in ("a", "a", "a", "b", "b")]
        done = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(1.5, done.set_result, None)
        await done
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        started = asyncio.get_running_loop().time()
        for name in ("a", "b", "c"):
            await diary.visit(name)
        return asyncio.get_running_loop().time() - started

    assert run(main()) <= 1.0


def test_idle_domains_are_forgotten_and_busy_ones_are_not() -> None:
    """Years of article hosts do not add up in memory; a domain in use or in its pause keeps its turns."""

    async def main() -> int:
        politeness = Politeness(per_host=1, host_delay=0.001, concurrency=64)
        diary = Diary(politeness)
        busy = asyncio.ensure_future(diary.visit("busy.example", lasting=1e6))
        for number in range(6_000):
            await diary.visit(f"host{number}.example", lasting=0.01)
        second = asyncio.ensure_future(diary.visit("busy.example"))
        await diary.visit("last.example", lasting=5)
        assert len(diary.starts["busy.example"]) == 1
        for task in (busy, second):
            task.cancel()
        await asyncio.gather(busy, second, return_exceptions=True)
        return len(politeness._domains)

    assert run(main()) <= 4097
