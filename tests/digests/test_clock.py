"""Whether the wall clock is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.digests.clock import SETTLE, Look, look, may_forget

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_time_that_passed_is_believed() -> None:
    """Wall and monotonic clock agree: no hold, however long it was."""
    later = look(Look(NOON, 100.0), NOON + 3 * DAY, 100.0 + 3 * 86400)
    assert (later.hold, later.event) == ("", "")


def test_a_leap_of_more_than_a_day_holds_reports_once_and_clears_when_the_clock_runs_steadily() -> None:
    """Held until two minutes have passed on both clocks."""
    leapt = look(Look(NOON, 100.0), NOON + 40 * DAY, 105.0)
    assert "leapt forward by 39 days" in leapt.hold or "leapt forward by 40 days" in leapt.hold
    assert leapt.event == leapt.hold
    second = look(leapt, leapt.now + timedelta(seconds=5), 110.0)
    assert second.hold == leapt.hold
    assert second.event == ""
    cleared = look(second, second.now + SETTLE, 110.0 + SETTLE.total_seconds())
    assert cleared.hold == ""
    assert "steadily" in cleared.event


def test_a_leap_that_is_taken_back_ends_the_hold() -> None:
    """A clock mended within the hold has done no harm."""
    leapt = look(Look(NOON, 100.0), NOON + 40 * DAY, 105.0)
    mended = look(leapt, NOON + timedelta(seconds=20), 120.0)
    assert mended.hold == ""
    assert "came back" in mended.event


def test_a_leap_of_less_than_a_day_is_taken_as_it_is() -> None:
    """A laptop that slept overnight is no matter for suspicion."""
    assert look(Look(NOON, 100.0), NOON + timedelta(hours=20), 105.0).hold == ""


def test_after_a_long_downtime_a_second_look_is_taken() -> None:
    """A new process cannot tell whether time passed or was set: it holds, then goes on."""
    first = look(None, NOON, 5.0, heartbeat=NOON - 3 * DAY)
    assert first.hold
    assert not look(first, NOON + SETTLE, 5.0 + SETTLE.total_seconds()).hold


def test_a_first_start_has_nothing_to_suspect() -> None:
    """No heartbeat, no hold."""
    assert look(None, NOON, 5.0) == Look(NOON, 5.0)


def test_what_lies_ahead_is_put_right_only_where_the_clock_went_back_by_more_than_an_hour() -> None:
    """By less, what was planned comes in time; a leap that is taken back within its hold counts too."""
    before = Look(NOON, 100.0)
    assert look(before, NOON - timedelta(minutes=62), 105.0).back
    assert not look(before, NOON - timedelta(minutes=58), 105.0).back
    assert not look(before, NOON + timedelta(hours=9), 105.0).back
    leapt = look(before, NOON + 40 * DAY, 105.0)
    assert look(leapt, NOON + timedelta(seconds=20), 120.0).back


def test_after_a_leap_nothing_is_forgotten_for_a_day() -> None:
    """What retention deletes on a clock of next year cannot be had back; a day is time to notice."""
    assert may_forget(None, 100.0)
    assert may_forget(look(Look(NOON, 100.0), NOON + timedelta(minutes=1), 160.0), 160.0)
    leapt = look(Look(NOON, 100.0), NOON + 400 * DAY, 105.0)
    steady = look(leapt, leapt.now + timedelta(hours=23), 105.0 + 23 * 3600)
    assert not steady.hold
    assert not may_forget(steady, steady.monotonic)
    assert may_forget(look(steady, steady.now + timedelta(hours=1), 105.0 + 24 * 3600), 105.0 + 24 * 3600)


def test_a_clock_set_back_is_reported_and_not_held() -> None:
    """Slots on record are never made again, so there is nothing to wait for."""
    back = look(Look(NOON, 100.0), NOON - DAY, 105.0)
    assert back.hold == ""
    assert "went back by 24 h" in back.event
