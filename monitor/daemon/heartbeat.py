"""Whether the daemon still does its work: the pure judgement behind the watchdog, /healthz and the scheduler's restart.

APScheduler 3.11's AsyncIOScheduler can stop silently after an exception in a job store; a process that is up is no proof of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

GRACE = timedelta(seconds=60)  # a tick waits for the database for at most 30 s; twice that is trouble


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the heartbeat is judged by: when each job last came to its end, and whether the database took the last write."""

    collected: datetime | None = None
    delivered: datetime | None = None
    writable: bool = True
    started: datetime | None = None


def findings(pulse: Pulse, now: datetime, tick: timedelta) -> tuple[str, ...]:
    """Return what is wrong, in words; nothing when all is well."""
    limit = max(GRACE, tick * 6)
    jobs = (("collecting", pulse.collected), ("delivering", pulse.delivered))
    waits = [(job, now - (last or pulse.started or now)) for job, last in jobs]
    late = [
        f"{job} has not come to its end for {int(wait.total_seconds())} s"
        for job, wait in waits
        if wait > limit
    ]
    return (*late, *(() if pulse.writable else ("the database does not take writes",)))
