"""Whether the wall clock can be believed: a leap of more than a day is held and reported before any digest is built on it.

A machine whose clock jumps to next year would, believing it, declare months of digests missed and post a catch-up. The monotonic
clock tells the difference between time that passed and time that was set. Pure: both readings are arguments. A clock set *back*
needs no hold, because slots on record are never made again (`monitor.digests.slots`); but what was planned for later by a clock that
was wrong would wait for that hour, so it is put right (`Look.back`). And nothing is forgotten for a day after a leap (`may_forget`):
what retention deletes cannot be had back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

JUMP = timedelta(days=1)
"""A leap larger than this is not believed at once."""

BACK = timedelta(hours=1)
"""A clock set back by more than this has left plans that lie too far ahead; by less, they come in time."""

SETTLE = timedelta(minutes=2)
"""How long the clock must run steadily after a leap to be believed."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the clocks: wall time, monotonic seconds, and the leap being watched, if any.

    `hold` is the reason to build nothing now (empty: go on); `since` is the monotonic reading at which the leap was noticed;
    `event` is a line to report once, at the look that noticed something. `back` says that the clock was set back by more than `BACK`
    since the look before. `leapt` is the monotonic reading at the last leap, whatever came of it.
    """

    now: datetime
    monotonic: float
    hold: str = ""
    since: float = 0.0
    event: str = ""
    back: bool = False
    leapt: float | None = None


def look(previous: Look | None, now: datetime, monotonic: float, heartbeat: datetime | None = None) -> Look:
    """Judge the clock against the look before, or, at the first look of a process, against the stored `heartbeat`.

    A process started after a long downtime cannot know whether time passed or was set, so it holds as well and takes a second look.
    For a one-off command that looks only once, report `event` and go on: whoever called it has looked at the clock.
    """
    leap = _leap(previous, now, monotonic, heartbeat)
    if leap > JUMP:
        hold = f"the clock leapt forward by {_span(leap)}: digests wait until it has run steadily for {_span(SETTLE)}"
        return Look(now, monotonic, hold, monotonic, hold, leapt=monotonic)
    judged = _judged(previous, now, monotonic, leap)
    return replace(judged, back=leap < -BACK, leapt=previous.leapt if previous else None)


def _judged(previous: Look | None, now: datetime, monotonic: float, leap: timedelta) -> Look:
    """Judge a clock that has not leapt forward."""
    if previous is None or not previous.hold:
        back = f"the clock went back by {_span(-leap)}: nothing is sent again" if leap < -SETTLE else ""
        return Look(now, monotonic, event=back)
    if leap < -JUMP:
        return Look(now, monotonic, event="the clock came back from its leap: digests go on")
    if monotonic - previous.since >= SETTLE.total_seconds():
        return Look(now, monotonic, event="the clock has run steadily since its leap: digests go on")
    return Look(now, monotonic, previous.hold, previous.since)


def may_forget(last: Look | None, monotonic: float) -> bool:
    """Tell whether retention may trust the clock: none of the looks at it, the last of which is given, saw it leap within a day."""
    return last is None or last.leapt is None or monotonic - last.leapt >= JUMP.total_seconds()


def _leap(previous: Look | None, now: datetime, monotonic: float, heartbeat: datetime | None) -> timedelta:
    """Return how far wall time ran ahead of the time that passed (all of it, where nothing tells how much passed)."""
    if previous is None:
        return now - heartbeat if heartbeat else timedelta()
    return (now - previous.now) - timedelta(seconds=monotonic - previous.monotonic)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return (
        f"{minutes} min"
        if minutes < 120
        else f"{minutes // 60} h"
        if minutes < 4320
        else f"{minutes // 1440} days"
    )
