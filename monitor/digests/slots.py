"""When a digest is due: slot arithmetic, pure, so that daylight saving, downtime and wrong clocks can be tested to the minute.

A slot is one occasion of a digest and is named by a label that identifies it within the digest for ever:

- `at:` rules give local wall time, `2025-11-02T08:00`. Its instant is *the first at which the wall clock of the digest's zone shows
  that time or later* (PEP 495). So a time skipped in spring falls on the first valid instant after the gap, and a time that
  occurs twice in autumn counts at its first occurrence only. APScheduler's cron trigger doubles 01:30 and skips 00:00 there.
- `every:` rules count in UTC from 1970-01-01T00:00Z, `2025-11-02T08:00Z`; no zone can move them.

What was recorded is never made again: a label on record is not due, and nothing earlier than the last scheduled slot on record is.
So a clock set back, new tz data or an edited rule can neither repeat a slot nor invent one in the past. A slot on record for later than
now was made by a clock that ran ahead: its label stays taken, but it holds up none of those that come before it. Skipped slots
are decisions too, with their reason, so that silence can be told from loss; their entries wait for the next slot that is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from monitor.models import DigestSpec, Slot, SlotKind, SlotState

GRACE = timedelta(minutes=5)
"""Later than this is "late": it is said in the digest, and `catch_up: skip` gives the slot up."""

HORIZON = timedelta(days=31)
"""Slots missed longer ago than this are not listed one by one (a digest every minute misses 44,640 of them in this span)."""

Record = tuple[Slot, SlotState]
"""A slot on record and how it ended."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """What to do about a slot that has come."""

    BUILD = "build"
    SKIP = "skip"  # record it as skipped; the entries go to the next slot built
    HOLD = "hold"  # record nothing: look again


@dataclass(frozen=True, slots=True)
class Late:
    """What a late digest has to own up to: when it was due, and the labels of earlier missed slots that it stands for."""

    due: datetime
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one slot, and why. `slot.since` is where its entries begin; `late` is None when it is on time."""

    verdict: Verdict
    slot: Slot
    reason: str
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class _History:
    """What the record says: labels taken, the last scheduled instant, and up to where entries have been carried."""

    labels: frozenset[str]
    watermark: datetime
    since: datetime


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which the wall clock of `zone` first shows the naive time `local` or later."""
    earlier, later = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if earlier <= later:  # an ordinary time (equal), or the first occurrence in a fold
        return earlier
    return _transition(later, earlier, zone)


def _transition(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant in (low, high] with the offset of `high`: the end of a gap, to the second (as tz data has it)."""
    offset = high.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def between(spec: DigestSpec, start: datetime, end: datetime) -> Iterator[Slot]:
    """Yield the scheduled slots with `start <= at <= end` (aware instants), in order; `since` is not filled in."""
    slots = _counted(spec, start) if spec.every else _by_wall_clock(spec, start)
    for slot in slots if spec.days else ():
        if slot.at > end:
            return
        if slot.at >= start:
            yield slot


def _by_wall_clock(spec: DigestSpec, start: datetime) -> Iterator[Slot]:
    """Yield `at:` slots from two days before `start` (a zone may skip a whole day, as Samoa did) to the end of the calendar."""
    zone = ZoneInfo(spec.timezone)
    times = sorted({when.replace(second=0, microsecond=0, tzinfo=None) for when in spec.at})
    for day in _days(start.astimezone(zone).date()) if times else ():
        if day.weekday() in spec.days:
            for when in times:
                local = datetime.combine(day, when)
                yield Slot(spec.name, f"{local:%Y-%m-%dT%H:%M}", instant(local, zone))


def _days(first: date) -> Iterator[date]:
    """Yield the days from two before `first` up to the year 9998 (so that no conversion can leave the calendar)."""
    start = first.toordinal() - 2
    return map(date.fromordinal, range(start, date(9999, 1, 1).toordinal()))


def _counted(spec: DigestSpec, start: datetime) -> Iterator[Slot]:
    """Yield `every:` slots: multiples of the period since the epoch, from `start` on, on the wanted local weekdays."""
    zone = ZoneInfo(spec.timezone)
    step = max(_SECOND, timedelta(seconds=int((spec.every or _DAY).total_seconds())))
    at = _EPOCH + step * -((_EPOCH - start) // step)
    while at.year < 9998:
        if at.astimezone(zone).weekday() in spec.days:
            pattern = "%Y-%m-%dT%H:%MZ" if at.second == 0 else "%Y-%m-%dT%H:%M:%SZ"
            yield Slot(spec.name, at.strftime(pattern), at)
        at += step


def upcoming(spec: DigestSpec, after: datetime, n: int) -> tuple[Slot, ...]:
    """Return the next `n` slots strictly after the instant `after` (fewer if the rule never fires so often)."""
    period = max(spec.every or _DAY, _DAY)
    until = min(after + period * 7 * (n + 2), datetime(9998, 1, 1, tzinfo=UTC))
    return tuple(islice((slot for slot in between(spec, after, until) if slot.at > after), n))


def due(
    spec: DigestSpec, first_seen: datetime, recorded: Iterable[Record], now: datetime, *, hold: str = ""
) -> tuple[Decision, ...]:
    """Decide about every slot that has come and is not on record; in order of time, usually none or one.

    `first_seen` is when the digest was first seen in the configuration: slots up to it never were. `recorded` are its slots on record
    (at least the last month's; any order). `hold` is the reason to decide nothing yet (`monitor.digests.clock`), or empty.
    """
    history = _history(first_seen, recorded, now)
    slots = [
        slot
        for slot in between(spec, max(history.watermark, now - HORIZON), now)
        if slot.label not in history.labels and slot.at > first_seen
    ]
    if hold:
        return tuple(Decision(Verdict.HOLD, _since(slot, history), hold) for slot in slots)
    return tuple(_POLICIES[spec.catch_up](spec, slots, history, now)) if slots else ()


def _history(first_seen: datetime, recorded: Iterable[Record], now: datetime) -> _History:
    """Sum up the record. Alerts and follow-ups neither move the watermark nor carry what a scheduled slot has to."""
    records = [
        (slot, state) for slot, state in recorded if slot.kind in (SlotKind.SCHEDULED, SlotKind.MANUAL)
    ]
    past = [(slot, state) for slot, state in records if slot.at <= now]
    scheduled = [slot.at for slot, _ in past if slot.kind is SlotKind.SCHEDULED]
    carried = [slot.at for slot, state in past if state in (SlotState.BUILT, SlotState.EMPTY)]
    return _History(
        labels=frozenset(slot.label for slot, _ in records),
        watermark=max([first_seen, *scheduled]),
        since=max([first_seen, *carried]),
    )


def _since(slot: Slot, history: _History) -> Slot:
    return replace(slot, since=min(history.since, slot.at))


def _latest(spec: DigestSpec, slots: Sequence[Slot], history: _History, now: datetime) -> Iterator[Decision]:
    """Build the last slot for the whole gap, if it is young enough; skip the others in its favour."""
    *missed, last = slots
    fresh = now - last.at <= spec.max_age
    for slot in missed:
        reason = f"covered by the digest of {last.label}" if fresh else _too_old(spec, slot, now)
        yield Decision(Verdict.SKIP, _since(slot, history), reason)
    if fresh:
        yield _build(_since(last, history), now, tuple(slot.label for slot in missed))
    else:
        yield Decision(Verdict.SKIP, _since(last, history), _too_old(spec, last, now))


def _all(spec: DigestSpec, slots: Sequence[Slot], history: _History, now: datetime) -> Iterator[Decision]:
    """Build every slot that is young enough, each from where the one before it ended."""
    since = history.since
    for slot in slots:
        begun = replace(slot, since=min(since, slot.at))
        if now - slot.at <= spec.max_age:
            since = slot.at
            yield _build(begun, now)
        else:
            yield Decision(Verdict.SKIP, begun, _too_old(spec, slot, now))


def _skip(spec: DigestSpec, slots: Sequence[Slot], history: _History, now: datetime) -> Iterator[Decision]:
    """Build only what is on time; missed slots are given up, and their entries go to the next one."""
    for slot in slots:
        on_time = now - slot.at <= GRACE and slot is slots[-1]
        reason = f"catch_up: skip ({_age(now - slot.at)} late)"
        yield (
            _build(_since(slot, history), now)
            if on_time
            else Decision(Verdict.SKIP, _since(slot, history), reason)
        )


_POLICIES = {"latest": _latest, "all": _all, "skip": _skip}


def _build(slot: Slot, now: datetime, missed: tuple[str, ...] = ()) -> Decision:
    """Return the decision to build, with what has to be owned up to."""
    behind = now - slot.at
    if behind <= GRACE:
        return Decision(Verdict.BUILD, slot, "due", Late(slot.at, missed) if missed else None)
    return Decision(Verdict.BUILD, slot, f"due, {_age(behind)} late", Late(slot.at, missed))


def _too_old(spec: DigestSpec, slot: Slot, now: datetime) -> str:
    return f"{_age(now - slot.at)} late, over max_age {_age(spec.max_age)}"


def _age(span: timedelta) -> str:
    """Return a span in the largest unit that tells it: `7 min`, `26 h`, `3 days`."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"


def late_sentence(late: Late | None, timezone: str, sent: datetime, cause: str = "") -> str:
    """Return the sentence that owns up to a delay, in local time: `late: due 08:00, sent 09:12, Slack was down`; empty when on time.

    `cause` is what the caller knows about why (`Slack was down`, `the monitor was not running`), or empty.
    """
    if late is None:
        return ""
    zone = ZoneInfo(timezone)
    day = late.due.astimezone(zone).date() != sent.astimezone(zone).date()
    parts = [f"due {_clock(late.due, zone, day)}", f"sent {_clock(sent, zone, day)}"]
    if late.missed:
        parts.insert(1, f"stands for {len(late.missed)} missed before it")
    return "late: " + ", ".join([*parts, cause] if cause else parts)


def _clock(at: datetime, zone: ZoneInfo, day: bool) -> str:
    return at.astimezone(zone).strftime("%a %d %b %H:%M" if day else "%H:%M")


def now_slot(spec: DigestSpec, kind: SlotKind, now: datetime, since: datetime | None = None) -> Slot:
    """Return a slot outside the schedule (`monitor digest send`); its label, `manual-2025-11-02T08:00:31Z`, cannot meet a scheduled one."""
    return Slot(spec.name, f"{kind.value}-{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", now, kind, since)


def quiet_until(spec: DigestSpec, now: datetime) -> datetime | None:
    """Return the instant at which the quiet hours that `now` falls into end, or None outside them (ends are exclusive).

    Hours are wall-clock times in the digest's zone; a start later than the end spans midnight, equal ones are no quiet at all.
    """
    quiet = spec.quiet_hours
    if quiet is None:
        return None
    zone = ZoneInfo(spec.timezone)
    local = now.astimezone(zone)
    if not _within(local.time(), quiet.start, quiet.end):
        return None
    day = local.date() + (_DAY if local.time() >= quiet.end else timedelta())
    return instant(datetime.combine(day, quiet.end), zone)


def _within(moment: time, start: time, end: time) -> bool:
    return start <= moment < end if start <= end else moment >= start or moment < end
