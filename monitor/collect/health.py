"""What a person needs to hear about feeds: one that is silent too long, one polled too late, and all of them failing at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.collect.interval import span
from monitor.models import FeedState

SILENT = 5
"""A feed is silent when nothing new came for this many times its usual pause (29)."""

SILENT_AT_LEAST = timedelta(days=2)
"""… and never before this: a usual pause of 20 minutes does not make a quiet Sunday an alarm."""

GAP_TOLD = timedelta(days=7)
"""A gap is told for this long: by then the learned interval has shortened, or the operator has."""

OUTAGE = timedelta(hours=2)
"""No feed at all succeeded for this long: it is not the feeds, it is us (29)."""


def silence(state: FeedState, now: datetime, times: float = SILENT) -> str | None:
    """Return `silent for 9 days (usually 6 h)` if a healthy feed brings nothing new for too long, else None."""
    if state.last_new is None or state.usual_gap is None or state.gone or state.errors:
        return None
    quiet = now - state.last_new
    if quiet < max(state.usual_gap * times, SILENT_AT_LEAST):
        return None
    return f"silent for {span(quiet)} (usually {span(state.usual_gap)})"


def gap(state: FeedState, now: datetime) -> str | None:
    """Return `may have missed entries 3 times, last 2 h ago: …` if polls came too late within the last week, else None."""
    if state.last_gap is None or now - state.last_gap >= GAP_TOLD:
        return None
    times = "once" if state.gaps == 1 else f"{state.gaps} times"
    since = span(now - state.last_gap)
    return f"may have missed entries {times}, last {since} ago: a shorter `interval` would help"


def outage(states: Iterable[FeedState], now: datetime) -> str | None:
    """Return a sentence if no feed succeeded within `OUTAGE` although some were tried, else None."""
    living = [state for state in states if not state.gone]
    tried = [state for state in living if state.last_poll is not None]
    if not tried:
        return None
    best = max((state.last_ok for state in tried if state.last_ok), default=None)
    started = min(state.first_seen or now for state in tried)
    if now - (best or started) < OUTAGE:
        return None
    since = f"for {span(now - best)}" if best else "since the start"
    return f"no feed out of {len(living)} could be read {since}: is the network there?"
