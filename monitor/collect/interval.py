"""When to poll next, and why, in words fit for a person.

The interval is learned from what polls find: how much of a document was known already (its overlap with the last one). Measured on 4,485
real polls, no overlap, that is a gap in what was seen, came of 1.6 % of pauses under 30 minutes, 21 % at 4-9 hours, 59 % at
18-36 hours. What server and feed ask for can only lengthen it; the operator's own word counts above all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from monitor.collect.freshness import freshness, max_age
from monitor.models import Feed, FeedDocument, FeedState, Plan, PlanReason, PollHints, Response

HARD_FLOOR = timedelta(minutes=5)
"""Below the policy's floor only as far as the server's own max-age allows, and never below this (requirement 9)."""

JITTER = 0.1
"""Share of the interval that is added at random, so that feeds polled together drift apart (requirement 12)."""

SHORTER, LONGER, QUIET = 0.75, 1.25, 1.5
"""Factors for little overlap (< 33 % known), much (> 67 %), and nothing new at all."""

LIFETIME_SHARE = 1 / 4
QUIET_SHARE = 1 / 8
"""An entry should be met on four polls before it leaves the document: a quiet night must not stretch the interval past the morning rush.
Feeds that come in bursts (a day's list at once) are let off: a pause of an eighth of the time nothing was new is always allowed."""

HEALING = timedelta(hours=6)
"""A feed that failed for a month is back within this time of healing (requirement 16): the longest pause after transient errors."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The bounds that hold for every feed (`fetch.interval` and `fetch.backoff` of monitor.yaml)."""

    default: timedelta = timedelta(minutes=30)
    min: timedelta = timedelta(minutes=15)
    max: timedelta = timedelta(hours=24)
    backoff_base: timedelta = timedelta(minutes=5)
    backoff_max: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a poll found: how many entries the document had, how many were new, and the share known before (None: no telling)."""

    entries: int = 0
    new: int = 0
    overlap: float | None = None

    def __str__(self) -> str:
        """Say it in words."""
        if not self.new:
            return "nothing was new"
        return f"{self.new} of {self.entries} entries {'was' if self.new == 1 else 'were'} new"


def adapt(
    state: FeedState,
    response: Response,
    findings: Findings,
    lifetime: timedelta | None,
    now: datetime,
    policy: Policy,
) -> timedelta:
    """Return the learned interval after a poll, within floor and cap. `lifetime` is how long entries stay in the document."""
    least = floor(response, policy)
    interval = state.adaptive or policy.default
    interval *= _factor(findings, has_history=state.baselined)
    if lifetime is not None:
        quiet = now - state.last_new if state.last_new and not findings.new else timedelta()
        interval = min(interval, max(lifetime * LIFETIME_SHARE, quiet * QUIET_SHARE))
    return min(max(interval, least), policy.max)


def _factor(findings: Findings, *, has_history: bool) -> float:
    if findings.overlap is None or not has_history:
        return 1.0
    if findings.overlap == 0:
        return 0.5
    if findings.overlap < 1 / 3:
        return SHORTER
    if findings.overlap <= 2 / 3:
        return 1.0
    return LONGER if findings.new else QUIET


def lifetime(document: FeedDocument) -> timedelta | None:
    """Return how long an entry stays in the document, judged by its entries' dates; None if they do not tell.

    The age of the oldest entry against the newest misleads where one entry is pinned or misdated; twice the age of the
    median one does not.
    """
    dates = sorted(
        (moment for entry in document.entries if (moment := entry.published or entry.updated)), reverse=True
    )
    if len(dates) < 5 or len(dates) < 0.8 * len(document.entries):
        return None
    middle = median((dates[0] - moment).total_seconds() for moment in dates)
    return timedelta(seconds=2 * middle) if middle > 0 else None


def after_success(
    feed: Feed,
    response: Response,
    hints: PollHints,
    adaptive: timedelta,
    findings: Findings,
    now: datetime,
    jitter: float,
    policy: Policy,
) -> Plan:
    """Return the plan after a good poll: the longest of what was learned and what is asked for, within floor and cap."""
    if feed.interval is not None:
        return Plan(
            now + _jittered(feed.interval, jitter),
            PlanReason.INTERVAL,
            adaptive,
            f"every {span(feed.interval)}: set for this feed",
        )
    interval, reason, why = max(
        (
            (length, reason, why)
            for length, reason, why in _wishes(response, hints, adaptive, findings)
            if length is not None
        ),
        key=lambda wish: wish[0],
    )
    least = floor(response, policy)
    if interval <= least:
        interval, reason, why = least, PlanReason.FLOOR, f"no more often is polite; {findings}"
    elif interval >= policy.max:
        interval, reason, why = (
            policy.max / (1 + JITTER),
            PlanReason.CAP,
            f"at least daily, whatever is asked for; {findings}",
        )
    plan = Plan(now + _jittered(interval, jitter), reason, adaptive, f"every {span(interval)}: {why}")
    return _outside_quiet_hours(plan, hints, now, policy)


def _wishes(
    response: Response, hints: PollHints, adaptive: timedelta, findings: Findings
) -> tuple[tuple[timedelta | None, PlanReason, str], ...]:
    return (
        (adaptive, PlanReason.ADAPTIVE, str(findings)),
        (freshness(response), PlanReason.FRESHNESS, "the server says its answer stays fresh that long"),
        (hints.ttl, PlanReason.HINT, "the feed asks for it (ttl)"),
        (hints.update_period, PlanReason.HINT, "the feed asks for it (updatePeriod)"),
    )


def floor(response: Response, policy: Policy) -> timedelta:
    """Return the shortest interval that is polite: the policy's, or less as far as the server's own max-age allows (requirement 9)."""
    allowed = max_age(response)
    if not allowed:
        return policy.min
    return min(policy.min, max(HARD_FLOOR, allowed))


def _jittered(interval: timedelta, jitter: float) -> timedelta:
    return interval * (1 + JITTER * jitter)


def _outside_quiet_hours(plan: Plan, hints: PollHints, now: datetime, policy: Policy) -> Plan:
    """Move a plan out of the hours and days the feed asks to be spared (skipHours, skipDays; GMT), at most to the cap."""
    if plan.at is None or not (hints.skip_hours or hints.skip_days):
        return plan
    at = plan.at.astimezone(UTC)
    latest = now + policy.max
    while at < latest and (at.hour in hints.skip_hours or at.weekday() in hints.skip_days):
        at = at.replace(minute=plan.at.minute % 10, second=plan.at.second, microsecond=0) + timedelta(hours=1)
    if at == plan.at:
        return plan
    at = min(at, latest)
    return Plan(
        at,
        PlanReason.SKIP_HOURS,
        plan.adaptive,
        f"not before {at:%a %H:%M} UTC: the feed asks to be spared until then (skipHours, skipDays)",
    )


def after_error(state: FeedState, now: datetime, jitter: float, policy: Policy, *, lasting: bool) -> Plan:
    """Return the plan after `state.errors` failures in a row: exponential backoff with full jitter (AWS, "Exponential Backoff And Jitter").

    Never sooner than `backoff_base`. A `lasting` error (4xx) backs off to the policy's longest pause, any other to `HEALING`.
    """
    longest = policy.backoff_max if lasting else min(policy.backoff_max, HEALING)
    ceiling = min(longest, policy.backoff_base * 2 ** min(state.errors, 30))
    pause = max(policy.backoff_base, ceiling * jitter)
    return Plan(
        now + pause,
        PlanReason.BACKOFF,
        state.adaptive or policy.default,
        f"in {span(pause)}: {errors_in_a_row(state.errors)}",
    )


def after_request_for_quiet(
    state: FeedState, response: Response, now: datetime, jitter: float, policy: Policy
) -> Plan:
    """Return the plan after a 429, or a 503 that says how long: what the server asked for (15).

    From the second failure in a row on never under the floor (9): some ask for a second, every time.
    """
    own = state.adaptive or policy.default
    pause = asked_pause(response, own, policy)
    if state.errors > 1:
        pause = max(pause, policy.min)
    asked = "its server asked for it" if response.retry_after else "its server is rate-limiting"
    detail = f"in {span(pause)}: {asked} (HTTP {response.status})"
    return Plan(now + pause * (1 + 0.02 * jitter), PlanReason.RETRY_AFTER, own, detail)


def errors_in_a_row(count: int) -> str:
    """Say how long a streak of failures is."""
    return "1 error" if count == 1 else f"{count} errors in a row"


def asked_pause(response: Response, own: timedelta, policy: Policy) -> timedelta:
    """Return how long a 429 or 503 asks for quiet: Retry-After, or the feed's own interval if it says nothing usable; capped."""
    if response.retry_after is None or response.retry_after <= 0:
        return min(own, policy.max)
    return min(timedelta(seconds=min(response.retry_after, 10**7)), policy.max)


def span(length: timedelta) -> str:
    """Return a length of time as a person says it: `45 s`, `42 min`, `6 h`, `1 h 30 min`, `9 days`."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 10 and rest >= 5:
        return f"{hours} h {rest} min"
    if round(minutes / 60) < 48:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 1440)} days"
