"""Whether memory stays flat: thousands of polls in one process, as a daemon makes them in a week, and what is resident meanwhile.

Run as `python -m tests.bench.bench_flat [--polls 12000] [--feeds 100]` (it is also one of `make bench`). A whole `Application` (fetcher,
workers, store, rules, stories, digests, metrics) polls all feeds over and over from a loopback server (`tests/bench/flat_server.py`: steady
ones, ones with news, edited, moved, broken, silent and rude ones), on a clock that moves two hours a round, so that windows end, slots fall due
and retention prunes. Ends with 1 if the main process grew by more than `ROOM` MiB over the second half.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from monitor.cli import logs, memory, root, running
from monitor.models import Outcome
from monitor.web.metrics import Metrics, Snapshot
from tests.bench.bench_collect import ROOT, _write
from tests.bench.world import World

RULES = 300
ROUND = timedelta(hours=2)
ROOM = 6.0  # MiB that may come and go: a page cache, a heap in pieces
EVERY = 1000  # polls between two looks


class Clock:
    """A clock that moves a round at a time."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@contextmanager
def server() -> Iterator[str]:
    """Serve the feeds from another process; yields its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.flat_server"], stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        try:
            yield f"127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def configure(directory: Path, address: str, feeds: int) -> None:
    """Write a configuration: the feeds, rules, a digest of all of them twice a day."""
    (directory / "topics").mkdir(parents=True)
    topics = World().topics(RULES)
    settings = {
        "database": f"sqlite:///{directory / 'monitor.db'}",
        "fetch": {"allow_private": [address], "host_delay": "0s", "per_host": 64, "timeout": "1s"},
        "html": {"directory": str(directory / "digests")},
    }
    sources = [
        {"url": f"http://{address}/feed/{number}", "name": f"outlet-{number}", "full_text": "never"}
        for number in range(feeds)
    ]
    digest = {
        "name": "all",
        "topics": [name for name, _ in topics],
        "to": [{"html": str(directory / "pages")}],
        "every": "12h",
    }
    _write(directory / "monitor.yaml", settings)
    _write(directory / "feeds.yaml", {"feeds": sources})
    _write(directory / "digests.yaml", {"digests": [digest]})
    for name, rule in topics:
        _write(directory / "topics" / f"{name}.yaml", {"name": name.title(), "match": rule})


class Watched:
    """An application that is looked at while it works."""

    def __init__(self, directory: Path, address: str, clock: Clock) -> None:
        config = root.read_config(directory)
        logs.configure("critical", "json")
        self._process = psutil.Process()
        self._address, self._clock = address, clock
        self._metrics = Metrics(self._snapshot)
        self.application = running.Application(config, self._metrics)
        self.outcomes: Counter[Outcome] = Counter()
        self.polls = self.digests = self.rounds = 0

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.application.store.feeds.states(), {}, 0.0, self.application.workers.restarts)

    async def round(self) -> None:
        """Poll everything, send what is due, keep house and answer a scrape now and then; then two hours pass."""
        moved = urllib.parse.urlencode({"at": self._clock.at.isoformat()})
        await asyncio.to_thread(urllib.request.urlopen, f"http://{self._address}/tick?{moved}")
        reports = await self.application.collector.collect(force=True)
        self.outcomes.update(report.outcome for report in reports)
        self.polls += len(reports)
        self.digests += len(await asyncio.to_thread(self.application.builder.build_due))
        self.application.sender.pump()
        await self.application.sender.drained()
        self.rounds += 1
        if self.rounds % 6 == 0:
            await self.application.housekeep()
            await asyncio.to_thread(self._metrics.page)
        self._clock.at += ROUND

    def resident(self) -> tuple[float, float, int, int]:
        """Return MiB of the process, MiB its workers have of their own, its open descriptors, its tasks."""
        workers = sum(child.memory_full_info().uss for child in self._process.children(recursive=True))
        own = self._process.memory_info().rss
        return own / 2**20, workers / 2**20, self._process.num_fds(), len(asyncio.all_tasks())


async def measure(polls: int, feeds: int) -> list[float]:
    """Poll so many times; print a line every `EVERY` polls, and return the process's MiB in them."""
    clock, marks = Clock(), []
    running.now = root.now = clock  # type: ignore[attr-defined]  # the composition root hands it on to everybody
    with tempfile.TemporaryDirectory() as folder, server() as address:
        configure(Path(folder), address, feeds)
        watched = Watched(Path(folder), address, clock)
        async with watched.application:
            while watched.polls < polls:
                await watched.round()
                if watched.polls >= EVERY * (len(marks) + 1):
                    main, workers, descriptors, tasks = watched.resident()
                    marks.append(main)
                    print(
                        f"{watched.polls:8} {main:9.1f} {workers:9.1f} {descriptors:12} {tasks:6}", flush=True
                    )
            counts = watched.application.store.archive.counts()
        told = ", ".join(f"{count} {outcome.value}" for outcome, count in watched.outcomes.most_common())
        print(f"{told}; {counts.articles} articles, {counts.matched} matched, {watched.digests} slots")
    return marks


def main() -> int:
    """Read the options, measure, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--polls", type=int, default=12_000)
    parser.add_argument("--feeds", type=int, default=100)
    options = parser.parse_args()
    memory.share_one_heap()
    print("   polls  main MiB   workers  descriptors  tasks")
    marks = asyncio.run(measure(options.polls, options.feeds))
    grown = max(marks[len(marks) // 2 :]) - marks[len(marks) // 2]
    print(f"grown by {grown:.1f} MiB over the second half (room: {ROOM})")
    return int(grown > ROOM)


if __name__ == "__main__":
    sys.exit(main())
