"""What readers asked to hear no more of for a while: stories until they grow or until a date, topics until a date; pure.

What is muted is carried in silence: it is placed, so that the end of a mute brings no flood of what was passed over, and a digest whose
topic is muted says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from sys import maxsize
from zoneinfo import ZoneInfo

from monitor.digests.ranking import View, outlet
from monitor.models import PendingStory

Period = tuple[datetime, datetime | None]
"""Since when something is muted, and until when (None: a story until it grows, a topic until it is unmuted)."""

_SPAN = re.compile(r"([1-9]\d{0,3})\s*(h|d|w)(?:ours?|ays?|eeks?)?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LETTERS = 3  # of a weekday's name that tell it from the others


@dataclass(frozen=True, slots=True)
class Mutes:
    """The mutes in force. `stories` gives the number of outlets beyond which a muted story is told again, `topics` until when."""

    stories: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, datetime | None] = field(default_factory=dict)

    def silence(self, seen: View) -> bool:
        """Tell whether a story is muted and has not grown since, or speaks of nothing but muted topics."""
        grown_to = self.stories.get(seen.story.story)
        return (grown_to is not None and len(seen.outlets) <= grown_to) or not self.loud(seen)

    def loud(self, seen: View) -> tuple[str, ...]:
        """Return the topics of a story that are not muted."""
        return tuple(topic for topic in seen.best if topic not in self.topics)


NO_MUTES = Mutes()


def in_force(pending: Iterable[PendingStory], muted: Mapping[str, Period]) -> Mutes:
    """Return what is muted among the pending, given the mutes by subject (`story:ID`, `topic:ID`)."""
    topics = {
        subject.removeprefix("topic:"): until
        for subject, (_, until) in muted.items()
        if subject.startswith("topic:")
    }
    periods = {story.story: period for story in pending if (period := muted.get(f"story:{story.story}"))}
    stories = {
        story.story: _outlets_at(story, *periods[story.story]) for story in pending if story.story in periods
    }
    return Mutes(stories, topics)


def _outlets_at(story: PendingStory, since: datetime, until: datetime | None) -> int:
    """Return how many outlets had a story when it was muted; with a date, growth does not matter before it."""
    if until is not None:
        return maxsize
    return len(
        {
            outlet(member.article)
            for member in story.members
            if member.article.first_seen and member.article.first_seen <= since
        }
    )


def ends(words: str, now: datetime, timezone: str) -> datetime | None:
    """Return the instant that `Friday`, `tomorrow`, `2026-12-01` or `7d`, `12h`, `2w` names; None for anything else and for the past.

    Days begin at midnight in `timezone`; a weekday is the next of its name, today's excluded.
    """
    said = words.strip().lower()
    if span := _SPAN.fullmatch(said):
        return now + int(span[1]) * _UNITS[span[2]]
    zone = ZoneInfo(timezone)
    day = _day(said, now.astimezone(zone).date())
    midnight = datetime.combine(day, time(), zone) if day else None
    return midnight.astimezone(now.tzinfo) if midnight and midnight > now else None


def _day(said: str, today: date) -> date | None:
    if said == "tomorrow":
        return today + timedelta(days=1)
    for number, name in enumerate(_DAYS):
        if len(said) >= _LETTERS and name.startswith(said):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def sentence(name: str, until: datetime | None, timezone: str) -> str:
    """Return how a muted topic is told: `IRS until Fri 4 Dec`, with the hour where it is not midnight, or `IRS until unmuted`."""
    if until is None:
        return f"{name} until unmuted"
    local = until.astimezone(ZoneInfo(timezone))
    hour = "" if local.time() == time() else f" {local:%H:%M}"
    return f"{name} until {local:%a} {local.day} {local:%b}{hour}"
