"""What a feed says about itself: when it wants to be polled (requirement 10) and where its older entries are (RFC 5005).

Read with patterns from the text outside the entries, in one way for every reader: feedparser keeps only the last of several
`<hour>`, and a handful of short elements does not need a second tree.
"""

from __future__ import annotations

import re
from datetime import timedelta

from monitor.collect.feeds.prescan import ENTRY
from monitor.models import PollHints
from monitor.urls import absolute

_MAX_CHANNEL = 100_000
_TTL = re.compile(r"<ttl\s*>\s*(\d{1,6})(?:\.\d+)?\s*</ttl\s*>", re.IGNORECASE)
_PERIOD = re.compile(r"<(?:[\w.-]+:)?updatePeriod\b[^<>]*>\s*(\w{4,10})\s*</", re.IGNORECASE)
_FREQUENCY = re.compile(
    r"<(?:[\w.-]+:)?updateFrequency\b[^<>]*>\s*(\d{0,6}(?:\.\d{1,6})?)\s*</", re.IGNORECASE
)
_HOUR = re.compile(r"<hour\s*>\s*(\d{1,2})\s*</hour\s*>", re.IGNORECASE)
_DAY = re.compile(r"<day\s*>\s*([A-Za-z]{6,9})\s*</day\s*>", re.IGNORECASE)
_LINK = re.compile(r"<(?:[\w.-]+:)?link\s([^<>]{1,4000}+)>", re.IGNORECASE)
_REL = re.compile(r"\brel\s*=\s*[\"']\s*(prev-archive|next)\s*[\"']", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def channel_text(text: str) -> str:
    """Return the part of a feed before its first and after its last entry, where it speaks of itself."""
    first = ENTRY.search(text)
    if first is None:
        return text[:_MAX_CHANNEL]
    last = max(text.rfind("</item>"), text.rfind("</entry>"), text.rfind(":item>"), text.rfind(":entry>"))
    tail = text[max(last, first.start()) :] if last >= 0 else ""
    return text[: min(first.start(), _MAX_CHANNEL)] + tail[:_MAX_CHANNEL]


def hints(channel: str) -> PollHints:
    """Return what the feed asks for. Nonsense is dropped: a ttl of 0, `always`, a frequency of 0, all 24 hours or 7 days."""
    ttl = _TTL.search(channel)
    minutes = int(ttl[1]) if ttl else 0
    hours = frozenset(int(hour) % 24 for hour in _HOUR.findall(channel) if int(hour) <= 24)
    days = frozenset(
        _WEEKDAYS.index(day.lower()) for day in _DAY.findall(channel) if day.lower() in _WEEKDAYS
    )
    return PollHints(
        ttl=timedelta(minutes=minutes) if 0 < minutes <= 525_600 else None,
        update_period=_update_period(channel),
        skip_hours=hours if len(hours) < 24 else frozenset(),
        skip_days=days if len(days) < 7 else frozenset(),
    )


def _update_period(channel: str) -> timedelta | None:
    """Return sy:updatePeriod over sy:updateFrequency; the module's defaults are daily and once (RSS 1.0 syndication module)."""
    period = _PERIOD.search(channel)
    frequency = _FREQUENCY.search(channel)
    if period is None and frequency is None:
        return None
    length = _PERIODS.get(period[1].lower()) if period else _PERIODS["daily"]
    try:
        times = float(frequency[1]) if frequency and frequency[1] else 1.0
    except ValueError:
        times = 1.0
    return length / times if length and 0 < times <= 10_000 else None


def older(channel: str, base: str) -> str | None:
    """Return the address of the page of older entries a feed names (`rel="prev-archive"`, else `next`; RFC 5005), or None."""
    found: dict[str, str] = {}
    for attributes in _LINK.findall(channel):
        rel, href = _REL.search(attributes), _HREF.search(attributes)
        if rel and href:
            found.setdefault(rel[1].lower(), href[1].replace("&amp;", "&"))
    link = found.get("prev-archive") or found.get("next")
    return absolute(base, link) if link else None
