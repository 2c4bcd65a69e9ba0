"""Slack's pace: one message a second and channel, with a short burst allowed (docs.slack.dev, "Rate limits", chat.postMessage).

The wait is told, not slept: the outbox holds the channel and serves the others. Pure; the caller brings the clock's reading.
"""

from __future__ import annotations


class Pace:
    """A token bucket per channel: `burst` messages at once, then one every `interval` seconds."""

    def __init__(self, interval: float = 1.0, burst: int = 4) -> None:
        self._interval = interval
        self._allowance = interval * (burst - 1)
        self._free_at: dict[str, float] = {}

    def wait(self, channel: str, now: float) -> float:
        """Return 0 and count a message, or return the seconds until one may be sent. `now` is in seconds of any steady clock."""
        free_at = max(self._free_at.get(channel, 0.0), now - self._allowance)
        if free_at > now:
            return free_at - now
        self._free_at[channel] = free_at + self._interval
        return 0.0
