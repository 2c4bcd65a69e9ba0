"""A stand-in for the daemon's work, with a vocabulary: jobs that fail, hang or go well, and a clock that can be moved."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta


class MovableClock:
    """The real clock plus what it was moved by."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def move(self, **span: float) -> None:
        """Let time have passed: `clock.move(minutes=5)`."""
        self.moved += timedelta(**span)


class Chores:
    """Counts how often each job ran; `fails` and `hangs` say how the next ones end. Also keeps what the gauges were told."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.troubles: dict[str, Exception] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.told: list[tuple[bool, tuple[str, ...]]] = []
        self.taken: list[bool] = []
        self.ticks: list[datetime] = []
        self.wake: datetime | None = None
        self.changes: tuple[str, ...] = ("feed added: A paper",)
        self.finished: float | None = None

    def fails(self, job: str, error: Exception) -> None:
        """Let a job raise until it `heals`."""
        self.troubles[job] = error

    def heals(self, job: str) -> None:
        """Let a job go well again."""
        self.troubles.pop(job, None)

    def hangs(self, job: str) -> asyncio.Event:
        """Let a job wait until the event is set."""
        self.gates[job] = asyncio.Event()
        return self.gates[job]

    async def _do(self, job: str) -> None:
        self.ran[job] += 1
        if gate := self.gates.get(job):
            await gate.wait()
        if error := self.troubles.get(job):
            raise error
        self.ended[job] += 1

    async def collect(self) -> None:
        await self._do("collect")

    async def deliver(self) -> datetime | None:
        await self._do("deliver")
        return self.wake

    async def housekeep(self) -> None:
        await self._do("housekeep")

    async def look_around(self) -> None:
        await self._do("look around")

    async def reload(self) -> tuple[str, ...]:
        await self._do("reload")
        return self.changes

    async def finish(self, within: float) -> None:
        self.finished = within

    def reloaded(self, taken: bool, lines: tuple[str, ...]) -> None:
        self.told.append((taken, lines))


class Gauges:
    """What is told of the daemon's own life, remembered in the chores."""

    def __init__(self, chores: Chores) -> None:
        self._chores = chores

    def ticked(self, at: datetime) -> None:
        self._chores.ticks.append(at)

    def reloaded(self, taken: bool) -> None:
        self._chores.taken.append(taken)
