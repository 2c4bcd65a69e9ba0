"""When digests are due: the wall clock of every zone, downtime, clocks that lie, rules that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from monitor.digests.slots import (
    HORIZON,
    Late,
    Verdict,
    between,
    due,
    instant,
    late_sentence,
    now_slot,
    quiet_until,
    upcoming,
)
from monitor.models import DigestSpec, QuietHours, Slot, SlotKind, SlotState

NEW_YORK = "America/New_York"
MORNING = DigestSpec("morning", ("irs",), at=(time(8), time(17)), timezone=NEW_YORK)
FIRST_SEEN = datetime(2025, 10, 1, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def built(spec: DigestSpec, *labels: str) -> list[tuple[Slot, SlotState]]:
    """The record of scheduled slots that were built."""
    zone = ZoneInfo(spec.timezone)
    return [
        (Slot(spec.name, label, instant(datetime.fromisoformat(label), zone)), SlotState.BUILT)
        for label in labels
    ]


# ── Wall clocks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_time_that_occurs_twice_counts_at_its_first_occurrence() -> None:
    """In autumn 01:30 comes twice; the slot is the earlier instant, and there is one."""
    spec = replace(MORNING, at=(time(1, 30),))
    slots = list(between(spec, utc(2025, 11, 2, 4), utc(2025, 11, 3, 4)))
    assert [(slot.label, slot.at) for slot in slots] == [("2025-11-02T01:30", utc(2025, 11, 2, 5, 30))]


def test_a_time_that_is_skipped_falls_on_the_first_valid_instant() -> None:
    """In spring 02:30 does not exist in New York; the slot is 03:00, when the gap ends."""
    assert instant(datetime.fromisoformat("2025-03-09T02:30"), ZoneInfo(NEW_YORK)) == utc(2025, 3, 9, 7)


def test_midnight_skipped_by_daylight_saving_is_not_lost() -> None:
    """In Beirut clocks jump from 00:00 to 01:00; a digest at 00:00 is due at 01:00 that day."""
    assert instant(datetime.fromisoformat("2025-03-30T00:00"), ZoneInfo("Asia/Beirut")) == utc(
        2025, 3, 29, 22
    )


def test_a_day_a_zone_left_out_has_its_slot_all_the_same() -> None:
    """Samoa had no 30 December 2011; that day's slot falls on the instant the 31st began."""
    spec = replace(MORNING, at=(time(8),), timezone="Pacific/Apia")
    slots = list(between(spec, utc(2011, 12, 29), utc(2011, 12, 31, 12)))
    assert [slot.label for slot in slots] == ["2011-12-29T08:00", "2011-12-30T08:00", "2011-12-31T08:00"]
    assert slots[1].at == utc(2011, 12, 30, 10)


@cache
def transitions(zone: ZoneInfo) -> tuple[datetime, ...]:
    """All changes of a zone's offset in 2000-2037, found by steps of twelve days and bisection, to the minute."""
    found = []
    at, end, step = utc(2000, 1, 1), utc(2038, 1, 1), timedelta(days=12)
    while at < end:
        low, high = at, at + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        at += step
    return tuple(found)


def wall_clock(zone: ZoneInfo, near: datetime) -> list[tuple[datetime, datetime]]:
    """What the wall clock shows, minute by minute, for five hours on either side."""
    minutes = [near + timedelta(minutes=shift) for shift in range(-300, 301)]
    return [(at, at.astimezone(zone).replace(tzinfo=None)) for at in minutes]


ZONES = sorted(available_timezones() - {"localtime"})


@pytest.mark.parametrize("part", range(6))
def test_every_label_of_every_zone_has_one_slot_at_the_instant_the_clock_first_shows_it(part: int) -> None:
    """Around every change of offset of every zone of tz data, 2000-2037: one slot a label, in order, none twice, none missing."""
    seen: set[tuple[datetime, ...]] = set()
    for name in ZONES[part::6]:
        changes = transitions(ZoneInfo(name))
        if changes and changes not in seen:  # aliases share their changes
            seen.add(changes)
            # The first and last, and some between: the rules of a zone seldom vary, its oddities all come within 40 changes.
            for at in {*changes[:3], *changes[:: max(1, len(changes) // 8)], changes[-1]}:
                check_around(name, at)
    assert seen


def check_around(name: str, at: datetime) -> None:
    zone = ZoneInfo(name)
    local = at.astimezone(zone)
    times = tuple(
        sorted(
            {
                (local + timedelta(minutes=shift)).time().replace(second=0)
                for shift in (-90, -60, -30, -1, 0, 1, 30, 90)
            }
        )
    )
    spec = DigestSpec("d", ("t",), at=times, timezone=name)
    start, end = at - timedelta(hours=36), at + timedelta(hours=36)
    slots = list(between(spec, start, end))
    labels = [slot.label for slot in slots]
    assert len(labels) == len(set(labels)), name
    assert [slot.at for slot in slots] == sorted(slot.at for slot in slots), name
    expected = {f"{local.date() + timedelta(days=n)}T{when:%H:%M}" for n in (-1, 0, 1) for when in times}
    near = {
        label
        for label in expected
        if abs(datetime.fromisoformat(label) - local.replace(tzinfo=None)) < timedelta(hours=8)
    }
    assert near <= set(labels), (name, near - set(labels))
    shown = wall_clock(zone, at)
    for slot in slots:
        if abs(slot.at - at) < timedelta(hours=4):
            label = datetime.fromisoformat(slot.label)
            assert slot.at == next(when for when, local in shown if local >= label), (name, slot)


def test_every_counts_in_utc_and_no_zone_moves_it() -> None:
    """`every: 4h` gives the same instants in any zone, with labels in UTC."""
    spec = replace(MORNING, at=(), every=timedelta(hours=4))
    slots = list(between(spec, utc(2025, 11, 2), utc(2025, 11, 2, 23)))
    assert [slot.label for slot in slots] == [f"2025-11-02T{hour:02}:00Z" for hour in range(0, 24, 4)]
    assert [slot.at for slot in slots] == [utc(2025, 11, 2, hour) for hour in range(0, 24, 4)]


def test_days_are_local_weekdays() -> None:
    """On weekdays only: Friday is followed by Monday, by the local calendar even where UTC is a day ahead."""
    spec = replace(MORNING, at=(time(22),), days=frozenset(range(5)))
    labels = [slot.label for slot in upcoming(spec, utc(2025, 11, 7, 12), 3)]
    assert labels == ["2025-11-07T22:00", "2025-11-10T22:00", "2025-11-11T22:00"]


def test_upcoming_slots_lie_strictly_after() -> None:
    """A slot that is due now is not upcoming."""
    at = utc(2025, 11, 3, 13)
    assert [slot.at for slot in upcoming(MORNING, at, 2)] == [utc(2025, 11, 3, 22), utc(2025, 11, 4, 13)]


def test_a_rule_that_never_fires_has_no_upcoming_slots() -> None:
    """A week's period that never meets the wanted weekday ends the search instead of the process."""
    spec = replace(MORNING, at=(), every=timedelta(days=7), days=frozenset({0}))  # the epoch was a Thursday
    assert upcoming(spec, utc(2025, 11, 3), 2) == ()


# ── Decisions ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_due_before_the_first_slot_after_first_sight() -> None:
    """A digest new at nine has nothing to catch up from eight."""
    assert due(MORNING, utc(2025, 11, 3, 14), [], utc(2025, 11, 3, 15)) == ()


def test_a_slot_on_time_is_built_from_where_the_last_one_ended() -> None:
    """`since` is the instant of the last slot that was built or found empty."""
    recorded = built(MORNING, "2025-11-03T08:00")
    (decision,) = due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 3, 22, 0, 4))
    assert (decision.verdict, decision.slot.label, decision.late) == (Verdict.BUILD, "2025-11-03T17:00", None)
    assert decision.slot.since == utc(2025, 11, 3, 13)


def test_latest_gives_one_digest_for_the_whole_gap_and_owns_up() -> None:
    """After two days off, one digest goes out; the slots it stands for are skipped on record, with the reason."""
    recorded = built(MORNING, "2025-11-03T08:00")
    *skipped, last = due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 5, 14, 12))
    assert [d.slot.label for d in skipped] == ["2025-11-03T17:00", "2025-11-04T08:00", "2025-11-04T17:00"]
    assert {d.verdict for d in skipped} == {Verdict.SKIP}
    assert all("covered by the digest of 2025-11-05T08:00" in d.reason for d in skipped)
    assert (last.verdict, last.slot.since) == (Verdict.BUILD, utc(2025, 11, 3, 13))
    assert last.late == Late(utc(2025, 11, 5, 13), tuple(d.slot.label for d in skipped))


def test_latest_older_than_max_age_is_skipped_and_nothing_is_lost() -> None:
    """Too late to be news: skipped with the reason; the next slot begins where the last built one ended."""
    spec = replace(MORNING, max_age=timedelta(hours=2))
    recorded = built(spec, "2025-11-03T08:00")
    decisions = due(spec, FIRST_SEEN, recorded, utc(2025, 11, 4, 1))
    assert [(d.verdict, d.reason) for d in decisions] == [(Verdict.SKIP, "3 h late, over max_age 2 h")]
    recorded += [(d.slot, SlotState.SKIPPED) for d in decisions]
    (later,) = due(spec, FIRST_SEEN, recorded, utc(2025, 11, 4, 13))
    assert later.slot.since == utc(2025, 11, 3, 13)


def test_all_builds_every_missed_slot_in_order() -> None:
    """Each begins where the one before it ended; what is older than max_age is skipped."""
    spec = replace(MORNING, catch_up="all", max_age=timedelta(hours=26))
    decisions = due(spec, FIRST_SEEN, built(spec, "2025-11-03T08:00"), utc(2025, 11, 5, 14))
    assert [(d.slot.label, d.verdict) for d in decisions] == [
        ("2025-11-03T17:00", Verdict.SKIP),
        ("2025-11-04T08:00", Verdict.BUILD),
        ("2025-11-04T17:00", Verdict.BUILD),
        ("2025-11-05T08:00", Verdict.BUILD),
    ]
    assert [d.slot.since for d in decisions[1:]] == [
        utc(2025, 11, 3, 13),
        utc(2025, 11, 4, 13),
        utc(2025, 11, 4, 22),
    ]


def test_skip_gives_missed_slots_up() -> None:
    """Only what is on time is built."""
    spec = replace(MORNING, catch_up="skip")
    recorded = built(spec, "2025-11-03T08:00")
    assert [d.verdict for d in due(spec, FIRST_SEEN, recorded, utc(2025, 11, 4, 14))] == [Verdict.SKIP] * 2
    assert [d.verdict for d in due(spec, FIRST_SEEN, recorded, utc(2025, 11, 4, 13, 1))] == [
        Verdict.SKIP,
        Verdict.BUILD,
    ]


def test_two_labels_on_one_instant_are_both_decided_even_across_a_crash() -> None:
    """02:30 does not exist that night and falls on 03:00, another slot's time: both are recorded, whenever the process died."""
    spec = replace(MORNING, at=(time(2, 30), time(3)))
    now = utc(2025, 3, 9, 7, 1)
    first, second = due(spec, FIRST_SEEN - timedelta(days=300), built(spec, "2025-03-08T03:00"), now)
    assert (first.verdict, second.verdict) == (Verdict.SKIP, Verdict.BUILD)
    recorded = [*built(spec, "2025-03-08T03:00"), (first.slot, SlotState.SKIPPED)]
    assert [d.slot.label for d in due(spec, FIRST_SEEN - timedelta(days=300), recorded, now)] == [
        "2025-03-09T03:00"
    ]


def test_a_backward_clock_fires_nothing_again() -> None:
    """Set back by a week, the clock meets only slots on record."""
    recorded = [
        record
        for day in range(2, 11)
        for record in built(MORNING, f"2025-11-{day:02}T08:00", f"2025-11-{day:02}T17:00")
    ]
    for hours in range(0, 24 * 7, 5):
        assert due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 3) + timedelta(hours=hours)) == ()


def test_a_slot_made_by_a_clock_that_ran_ahead_holds_up_none_before_it() -> None:
    """A machine that showed next year for ten minutes has made a digest there; tomorrow's comes all the same, with all since the last one."""
    recorded = [*built(MORNING, "2025-11-02T17:00"), *built(MORNING, "2026-12-01T08:00")]
    decisions = due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 3, 13, 1))
    assert [(d.verdict, d.slot.label) for d in decisions] == [(Verdict.BUILD, "2025-11-03T08:00")]
    assert decisions[0].slot.since == recorded[0][0].at


def test_a_changed_zone_makes_no_second_slot_of_a_label() -> None:
    """A label on record is done, even if a new zone, or new tz data, puts it at a later instant."""
    recorded = built(replace(MORNING, timezone="UTC"), "2025-11-03T08:00")
    labels = [d.slot.label for d in due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 3, 23))]
    assert labels == ["2025-11-03T17:00"]


def test_a_rule_edited_to_earlier_times_invents_no_slot_in_the_past() -> None:
    """Adding 06:00 at noon does not make a digest for this morning, after 08:00 was built."""
    spec = replace(MORNING, at=(time(6), time(8)))
    assert due(spec, FIRST_SEEN, built(MORNING, "2025-11-03T08:00"), utc(2025, 11, 3, 17)) == ()


def test_a_hold_decides_nothing_and_says_why() -> None:
    """While the clock is in doubt every due slot is held with the reason."""
    decisions = due(
        MORNING, FIRST_SEEN, built(MORNING, "2025-11-03T08:00"), utc(2025, 11, 4, 14), hold="clock leapt"
    )
    assert {(d.verdict, d.reason) for d in decisions} == {(Verdict.HOLD, "clock leapt")}


def test_an_alert_neither_moves_the_watermark_nor_carries_a_slots_entries() -> None:
    """Alerts are recorded beside the schedule."""
    alert = Slot("morning", "alert-x", utc(2025, 11, 3, 21), SlotKind.ALERT)
    recorded = [*built(MORNING, "2025-11-03T08:00"), (alert, SlotState.BUILT)]
    (decision,) = due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 3, 22))
    assert decision.slot.since == utc(2025, 11, 3, 13)


def test_a_manual_slot_shortens_what_the_next_one_covers() -> None:
    """What `digest send` carried is not counted again."""
    manual = now_slot(MORNING, SlotKind.MANUAL, utc(2025, 11, 3, 20))
    assert manual.label == "manual-2025-11-03T20:00:00Z"
    recorded = [*built(MORNING, "2025-11-03T08:00"), (manual, SlotState.BUILT)]
    (decision,) = due(MORNING, FIRST_SEEN, recorded, utc(2025, 11, 3, 22))
    assert decision.slot.since == manual.at


def test_a_year_off_is_not_listed_slot_by_slot() -> None:
    """Missed slots are listed for a month at most, however often the digest comes."""
    spec = replace(MORNING, at=(), every=timedelta(minutes=30))
    decisions = due(spec, utc(2024, 1, 1), [], utc(2025, 11, 3))
    assert len(decisions) == HORIZON / timedelta(minutes=30) + 1
    assert decisions[-1].verdict is Verdict.BUILD


# ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_late_sentence_owns_up_in_local_time() -> None:
    """Due, sent, why; with the day where they differ; with the slots it stands for."""
    late = Late(utc(2025, 11, 3, 13))
    assert late_sentence(late, NEW_YORK, utc(2025, 11, 3, 14, 12), "Slack was down") == (
        "late: due 08:00, sent 09:12, Slack was down"
    )
    assert late_sentence(Late(late.due, ("a", "b")), NEW_YORK, utc(2025, 11, 4, 14, 12)) == (
        "late: due Mon 03 Nov 08:00, stands for 2 missed before it, sent Tue 04 Nov 09:12"
    )
    assert late_sentence(None, NEW_YORK, utc(2025, 11, 3, 14)) == ""


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        (time(22), time(7), utc(2025, 11, 4, 4), utc(2025, 11, 4, 12)),  # 23:00, before midnight
        (time(22), time(7), utc(2025, 11, 4, 11, 59), utc(2025, 11, 4, 12)),  # 06:59, after it
        (time(22), time(7), utc(2025, 11, 4, 12), None),  # 07:00: the end is open
        (time(12), time(13), utc(2025, 11, 4, 17, 30), utc(2025, 11, 4, 18)),
        (time(9), time(9), utc(2025, 11, 4, 14), None),  # no span at all
    ],
)
def test_quiet_hours_are_local_and_may_span_midnight(
    start: time, end: time, now: datetime, until: datetime | None
) -> None:
    """They end at the wall-clock time named, on the right day; the end itself is loud."""
    assert quiet_until(replace(MORNING, quiet_hours=QuietHours(start, end)), now) == until


def test_a_label_names_its_local_day() -> None:
    """A label is local wall time to the minute."""
    (slot,) = between(replace(MORNING, at=(time(8, 0, 30),)), utc(2025, 11, 3), utc(2025, 11, 4))
    assert slot.label == "2025-11-03T08:00"
    assert date.fromisoformat(slot.label[:10]).weekday() == 0
