"""The daemon's life: start, tick, reload, notice its own silence, stop cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.daemon.heartbeat import Pulse, findings
from monitor.daemon.systemd import notify
from monitor.errors import MonitorError, StoreError

log = structlog.get_logger("daemon")

HOUSEKEEPING = timedelta(hours=1)
LOOKING = timedelta(minutes=1)
STOP_WITHIN = 30.0  # seconds for what is in flight; the unit's TimeoutStopSec is longer


class Work(Protocol):
    """What there is to do; the composition root implements it."""

    async def collect(self) -> None:
        """Start the polls that are due; return when they are under way."""
        ...

    async def deliver(self) -> datetime | None:
        """Build and send what is due; return when there is next something to send, if that is known."""
        ...

    async def housekeep(self) -> None:
        """Prune, back off, optimise."""
        ...

    async def look_around(self) -> None:
        """Tell whoever is to be told of what is wrong as a whole, and of its end."""
        ...

    async def reload(self) -> tuple[str, ...]:
        """Take a changed configuration and return what changed; raise ConfigError and keep the old one if it is bad."""
        ...

    async def finish(self, within: float) -> None:
        """Make no new claims, let what is in flight end within so many seconds, and give leases back."""
        ...

    def reloaded(self, taken: bool, lines: tuple[str, ...]) -> None:
        """Be told what became of a reload."""
        ...


class Gauges(Protocol):
    """What is told of the daemon's own life."""

    def ticked(self, at: datetime) -> None:
        """A tick came to its end."""
        ...

    def reloaded(self, taken: bool) -> None:
        """A changed configuration was taken, or refused."""
        ...


class Daemon:
    """Runs `work` until SIGTERM or SIGINT; a second one ends it at once. SIGHUP or a changed file in `watched` reloads."""

    def __init__(
        self, work: Work, now: Callable[[], datetime], tick: timedelta, watched: Path, gauges: Gauges
    ) -> None:
        self.work = work
        self.now = now
        self.tick = tick
        self.watched = watched
        self.gauges = gauges
        self.pulse = Pulse()
        self._stop = asyncio.Event()
        self._scheduler = AsyncIOScheduler()
        self._tasks: set[asyncio.Task[None]] = set()
        self._jobs: set[asyncio.Task[Any]] = set()
        self._reloading = asyncio.Lock()
        self._ready = False

    def findings(self) -> tuple[str, ...]:
        """Return what is wrong with the daemon itself, in words."""
        return findings(self.pulse, self.now(), self.tick)

    @property
    def ready(self) -> bool:
        """Whether the first collecting and the first delivering came to their end."""
        return bool(self.pulse.collected and self.pulse.delivered)

    async def run(self) -> None:
        """Run until told to stop; return when everything in flight has ended."""
        self.pulse = Pulse(started=self.now())
        self._listen()
        self._start_scheduler()
        watching = self._spawn(self._watch())
        self._beat()
        await self._stop.wait()
        log.info("stopping", within=STOP_WITHIN)
        notify("STOPPING=1")
        watching.cancel()
        self._scheduler.pause()
        await self.work.finish(STOP_WITHIN)
        if self._jobs:  # what a job has begun it may end: shutting the scheduler down would cancel it
            await asyncio.wait(set(self._jobs), timeout=STOP_WITHIN)
        self._scheduler.shutdown(wait=False)
        log.info("stopped")

    def stop(self) -> None:
        """Ask for a clean stop."""
        self._stop.set()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_or_die, number)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._reload("SIGHUP")))

    def _stop_or_die(self, number: signal.Signals) -> None:
        """Stop cleanly; on the second signal die of it, as a process does by default."""
        if self._stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.stop()

    def _start_scheduler(self) -> None:
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        seconds = self.tick.total_seconds()
        at_once = {"next_run_time": self.now()}
        scheduler.add_job(self._collect, "interval", seconds=seconds, id="collect", **at_once)
        scheduler.add_job(self._deliver, "interval", seconds=seconds, id="deliver", **at_once)
        scheduler.add_job(self._housekeep, "interval", seconds=HOUSEKEEPING.total_seconds(), id="housekeep")
        scheduler.add_job(self._look_around, "interval", seconds=LOOKING.total_seconds(), id="look around")
        scheduler.start()
        self._scheduler = scheduler

    def _restart_scheduler(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._start_scheduler()

    async def _collect(self) -> None:
        if await self._guarded("collect", self.work.collect()):
            self._note(collected=self.now())

    async def _deliver(self) -> None:
        wake: list[datetime | None] = []

        async def deliver() -> None:
            wake.append(await self.work.deliver())

        if await self._guarded("deliver", deliver()):
            self._note(delivered=self.now())
            self._wake_at(wake[0])

    def _wake_at(self, instant: datetime | None) -> None:
        """Deliver again before the next tick, if something can be sent before it."""
        if instant is not None and instant < self.now() + self.tick and self._scheduler.running:
            self._scheduler.add_job(
                self._deliver, "date", run_date=instant, id="deliver-soon", replace_existing=True
            )

    async def _housekeep(self) -> None:
        await self._guarded("housekeep", self.work.housekeep())

    async def _look_around(self) -> None:
        await self._guarded("look around", self.work.look_around())

    async def _guarded(self, job: str, work: Coroutine[Any, Any, None]) -> bool:
        """Run one job; what it raises is logged and stored as state, and the next tick tries again."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # the scheduler runs jobs as tasks
        self._jobs.add(task)
        try:
            await work
        except StoreError as error:
            log.error("database trouble", job=job, error=str(error))
            self.pulse = replace(self.pulse, writable=False)
            return False
        except Exception as error:  # a job's failure must not end the daemon; the heartbeat tells if it lasts
            log.error("job failed", job=job, error=repr(error), exc_info=True)
            return False
        finally:
            self._jobs.discard(task)
        return True

    def _note(self, **instants: datetime) -> None:
        self.pulse = replace(self.pulse, writable=True, **instants)
        self.gauges.ticked(self.now())
        if self.ready and not self._ready:
            self._ready = True
            notify("READY=1")
            log.info("ready", tick=self.tick.total_seconds())

    def _beat(self) -> None:
        """Feed the watchdog while the work is fresh; where the scheduler fell silent, start another."""
        if self._stop.is_set():
            return
        wrong = self.findings()
        if not wrong:
            notify("WATCHDOG=1")
        elif not self._jobs and self.pulse.writable:
            log.error("the scheduler fell silent; starting it anew", findings=wrong)
            self._restart_scheduler()
        asyncio.get_running_loop().call_later(max(1.0, self.tick.total_seconds()), self._beat)

    async def _watch(self) -> None:
        """Reload when a file of the configuration changes; editors' flurries of writes count as one change."""
        try:
            async for _ in _changes(self.watched):
                await self._reload("a file changed")
        except OSError as error:  # no inotify watch to be had, or the directory is gone
            log.warning("changed files are not noticed; SIGHUP reloads", error=str(error))

    async def _reload(self, why: str) -> None:
        """Take what changed, one reload after the other; what is refused leaves everything as it is."""
        async with self._reloading:
            try:
                lines = await self.work.reload()
            except MonitorError as error:
                self._refused(why, str(error))
                return
            except Exception as error:  # noqa: BLE001  # a defect met by one file must not end the watch over all files
                self._refused(why, f"internal error: {error!r}")
                return
            for line in lines:
                log.info("configuration changed", why=why, change=line)
            self._told(True, lines)

    def _refused(self, why: str, error: str) -> None:
        log.error("configuration refused, the old one stays", why=why, error=error)
        self._told(False, tuple(error.splitlines()))

    def _told(self, taken: bool, lines: tuple[str, ...]) -> None:
        """Make known what became of a reload; a database in trouble at this moment takes nothing from it."""
        self.gauges.reloaded(taken)
        try:
            self.work.reloaded(taken, lines)
        except StoreError as error:
            log.warning("the reload is not on record", error=str(error))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forget a task; one that failed does not go unheard."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a part of the daemon ended", error=repr(error))


async def _changes(directory: Path) -> AsyncIterator[None]:
    """Yield once per settled change of a YAML file below a directory."""
    from watchfiles import awatch

    def relevant(change: object, path: str) -> bool:
        return path.endswith((".yaml", ".yml", ".txt"))

    with contextlib.suppress(asyncio.CancelledError):
        async for _ in awatch(directory, watch_filter=relevant, debounce=400):
            yield
