"""Whether the daemon still does its work: the judgement behind the watchdog and /healthz."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.heartbeat import GRACE, Pulse, findings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TICK = timedelta(seconds=5)
WELL = Pulse(collected=NOON, delivered=NOON, started=NOON - timedelta(days=1))


def test_fresh_ticks_are_all_well() -> None:
    """Both jobs ended just now and the database takes writes: nothing to say."""
    assert findings(WELL, NOON, TICK) == ()
    assert findings(WELL, NOON + GRACE, TICK) == ()


@pytest.mark.parametrize(("job", "word"), [("collected", "collecting"), ("delivered", "delivering")])
def test_one_silent_job_is_named(job: str, word: str) -> None:
    """Either job alone can hang; the words say which, and for how long."""
    stale = replace(WELL, **{job: NOON - timedelta(minutes=5)})
    assert findings(stale, NOON, TICK) == (f"{word} has not come to its end for 300 s",)


def test_a_start_is_given_time() -> None:
    """Before the first tick the time runs from the start, not from the beginning of the world."""
    starting = Pulse(started=NOON)
    assert findings(starting, NOON + GRACE, TICK) == ()
    assert len(findings(starting, NOON + GRACE + timedelta(seconds=1), TICK)) == 2
    assert findings(Pulse(), NOON, TICK) == ()


def test_slow_ticks_are_given_more_time() -> None:
    """A tick of a minute is late after six, not after one."""
    assert findings(WELL, NOON + timedelta(minutes=6), timedelta(minutes=1)) == ()
    assert findings(WELL, NOON + timedelta(minutes=7), timedelta(minutes=1)) != ()


def test_a_database_that_takes_no_writes_is_told() -> None:
    """However fresh the ticks are."""
    assert findings(replace(WELL, writable=False), NOON, TICK) == ("the database does not take writes",)
