"""The daemon's life with its work stood in for: ticks, failures, silence, reloads, the end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.daemon import Daemon
from monitor.errors import ConfigError, Problem, StoreBusyError, StoreError
from tests.end_to_end.newsroom import until
from tests.standins.chores import Chores, Gauges, MovableClock

PATIENCE = 60.0


@dataclass
class House:
    """A running daemon."""

    daemon: Daemon
    chores: Chores
    clock: MovableClock
    watched: Path


@contextlib.asynccontextmanager
async def living(watched: Path, chores: Chores | None = None, tick: float = 0.05) -> AsyncIterator[House]:
    """Run a daemon meanwhile; stop it at the end, whatever happened."""
    chores, clock = chores or Chores(), MovableClock()
    daemon = Daemon(chores, clock, timedelta(seconds=tick), watched, Gauges(chores))
    running = asyncio.ensure_future(daemon.run())
    try:
        yield House(daemon, chores, clock, watched)
    finally:
        daemon.stop()
        for gate in chores.gates.values():
            gate.set()
        await asyncio.wait_for(running, PATIENCE)


async def test_it_ticks_and_becomes_ready(tmp_path: Path) -> None:
    """Collecting and delivering run at once and again at each tick; after the first of both the daemon is ready."""
    async with living(tmp_path) as house:
        assert not house.daemon.ready
        assert await until(
            lambda: min(house.chores.ended["collect"], house.chores.ended["deliver"]) >= 3, PATIENCE
        )
        assert house.daemon.ready
        assert house.daemon.findings() == ()
        assert house.chores.ticks
    assert house.chores.finished == 30.0


@pytest.mark.parametrize("error", [ValueError("a defect"), StoreBusyError("locked"), StoreError("disk full")])
async def test_a_failing_job_ends_nothing(tmp_path: Path, error: Exception) -> None:
    """What a job raises is logged; the next tick tries again, the other job goes on, and trouble with the database is told."""
    chores = Chores()
    chores.fails("collect", error)
    async with living(tmp_path, chores) as house:
        assert await until(lambda: chores.ran["collect"] >= 3 and chores.ended["deliver"] >= 3, PATIENCE)
        assert not house.daemon.ready
        chores.heals("collect")
        assert await until(lambda: house.daemon.ready, PATIENCE)
        assert await until(lambda: not house.daemon.findings(), PATIENCE)


async def test_database_trouble_is_a_finding(tmp_path: Path) -> None:
    """While writes fail the daemon is not healthy; with the first that succeeds it is."""
    chores = Chores()
    chores.fails("collect", StoreBusyError("locked"))
    chores.fails("deliver", StoreBusyError("locked"))
    async with living(tmp_path, chores) as house:
        assert await until(lambda: "the database does not take writes" in house.daemon.findings(), PATIENCE)
        chores.heals("collect")
        chores.heals("deliver")
        assert await until(lambda: not house.daemon.findings(), PATIENCE)


async def test_a_silent_scheduler_is_started_anew(tmp_path: Path) -> None:
    """Where no job runs and none has come to its end for long, the alarm clock itself is broken: another takes its place."""
    async with living(tmp_path) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        house.daemon._scheduler.shutdown(wait=False)  # as after an exception in a job store
        ran = house.chores.ran["collect"]
        long_ago = house.clock() - timedelta(minutes=5)
        house.daemon.pulse = replace(house.daemon.pulse, collected=long_ago, delivered=long_ago)
        assert house.daemon.findings()
        assert await until(lambda: house.chores.ran["collect"] > ran + 1, PATIENCE)
        assert await until(lambda: not house.daemon.findings(), PATIENCE)


async def test_a_hanging_job_is_a_finding_and_not_doubled(tmp_path: Path) -> None:
    """A job under way is left alone: a second one beside it would do the work twice. The watchdog is not fed meanwhile."""
    chores = Chores()
    async with living(tmp_path, chores) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        gate = chores.hangs("collect")
        under_way = chores.ran["collect"] + 1
        assert await until(lambda: chores.ran["collect"] == under_way, PATIENCE)
        house.clock.move(minutes=5)
        delivered = chores.ended["deliver"]
        assert await until(lambda: chores.ended["deliver"] > delivered + 2, PATIENCE)
        assert any("collecting" in words for words in house.daemon.findings())
        assert chores.ran["collect"] == under_way
        gate.set()
        assert await until(lambda: not house.daemon.findings(), PATIENCE)


async def test_it_wakes_before_the_next_tick_when_something_may_go(tmp_path: Path) -> None:
    """Delivering says when there is next something to send; that instant is kept although ticks are far apart."""
    chores = Chores()
    async with living(tmp_path, chores, tick=3600.0) as house:
        chores.wake = house.clock() + timedelta(seconds=0.3)
        assert await until(lambda: chores.ended["deliver"] >= 2, PATIENCE)
        assert chores.ended["collect"] == 1


async def test_a_changed_file_reloads(tmp_path: Path) -> None:
    """Writing a YAML file of the configuration is enough; other files are none of its business."""
    async with living(tmp_path) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)

        def touched() -> bool:
            tmp_path.joinpath("notes.md").write_text("x", "utf-8")
            tmp_path.joinpath("feeds.yaml").write_text(f"# {house.chores.ran}\n", "utf-8")
            return bool(house.chores.told)

        assert await until(touched, PATIENCE, step=1.0)
        assert house.chores.told[0] == (True, ("feed added: A paper",))
        assert house.chores.taken[0] is True


async def test_sighup_reloads(tmp_path: Path) -> None:
    """`kill -HUP` is what `systemctl reload` does."""
    async with living(tmp_path) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        signal.raise_signal(signal.SIGHUP)
        assert await until(lambda: house.chores.told, PATIENCE)


@pytest.mark.parametrize(
    "error", [ConfigError([Problem("feeds.yaml", 1, 1, "no")]), RuntimeError("a defect")]
)
async def test_a_refused_configuration_is_told_and_the_next_is_taken(
    tmp_path: Path, error: Exception
) -> None:
    """A mistake, or a defect met by it, changes nothing and does not end the watch."""
    chores = Chores()
    async with living(tmp_path, chores) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        chores.fails("reload", error)
        signal.raise_signal(signal.SIGHUP)
        assert await until(lambda: chores.told, PATIENCE)
        assert (chores.told[0][0], chores.taken) == (False, [False])
        chores.heals("reload")
        signal.raise_signal(signal.SIGHUP)
        assert await until(lambda: len(chores.told) == 2, PATIENCE)
        assert chores.taken == [False, True]


async def test_reloads_come_one_after_the_other(tmp_path: Path) -> None:
    """A second SIGHUP waits for the first reload to end."""
    chores = Chores()
    gate = chores.hangs("reload")
    async with living(tmp_path, chores) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        signal.raise_signal(signal.SIGHUP)
        assert await until(lambda: chores.ran["reload"] == 1, PATIENCE)
        ticks = chores.ended["collect"]
        signal.raise_signal(signal.SIGHUP)
        assert await until(lambda: chores.ended["collect"] > ticks + 2, PATIENCE)
        assert chores.ran["reload"] == 1
        gate.set()
        assert await until(lambda: len(chores.told) == 2, PATIENCE)


async def test_a_job_under_way_may_end(tmp_path: Path) -> None:
    """A clean stop lets a job that has begun come to its end."""
    chores = Chores()
    async with living(tmp_path, chores) as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        gate = chores.hangs("deliver")
        under_way = chores.ran["deliver"] + 1
        assert await until(lambda: chores.ran["deliver"] == under_way, PATIENCE)
        ended = chores.ended["deliver"]
        house.daemon.stop()
        assert await until(lambda: chores.finished, PATIENCE)
        gate.set()
    assert chores.ended["deliver"] == ended + 1


async def test_a_directory_that_cannot_be_watched_is_no_end(tmp_path: Path) -> None:
    """Without notice of changed files (no inotify watches left, say) everything else works, SIGHUP too."""
    async with living(tmp_path / "gone") as house:
        assert await until(lambda: house.daemon.ready, PATIENCE)
        signal.raise_signal(signal.SIGHUP)
        assert await until(lambda: house.chores.told, PATIENCE)
