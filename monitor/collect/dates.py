"""Dates as feeds and pages write them, to aware UTC datetimes.

RFC 822 and ISO 8601 cover nearly all; the rest is what publishers have been seen to write. Time zone *names* are the trap:
dateutil silently drops EST or PDT without a table (5-8 hours wrong), feedparser ignores CET. A date without any zone is taken
as UTC, as feedparser does: never guessed, so that a story's age is at most a zone wrong and never changes from poll to poll.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from html import unescape

from monitor.collect.datewords import ENGLISH, in_english

MAX_LENGTH = 100
"""No date is longer (`Wednesday, 30 September 2026 …` has 60 characters); what is longer is an attack on a parser."""

_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "IST": 5.5, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "MESZ": 2,
    "MEZ": 1, "SAST": 2, "CAT": 2, "WAT": 1, "EET": 2, "EEST": 3, "EAT": 3, "MSK": 3, "MSD": 4, "TRT": 3, "AST": -4, "ADT": -3, "NST": -3.5,
    "NDT": -2.5, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "BRT": -3, "ART": -3, "PKT": 5, "NPT": 5.75, "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "JST": 9,
    "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Hours east of Greenwich. Ambiguous names get the sense that feeds use: IST India, CST and EST North America, BST Britain."""

_USUAL = re.compile(
    r"(?:[A-Za-z]{3},? )?(\d{1,2}) ([A-Za-z]{3}) ((?!0)\d{4}) (\d\d):(\d\d):(\d\d) (?:([+-])(\d\d):?(\d\d)|GMT|UTC|Z)"
)
"""What nine in ten feeds write; read without detours because every entry has one."""

_ISO = re.compile(
    r"(\d{4})(?:([-/.])|(?=\d{4}))(\d\d?)(?(2)\2)(\d\d?)(?:(?:[T\s]\s*|\s*,\s*)(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_OFFSET = re.compile(
    r"(?:[A-Z]{1,5}\s*)?([+-])\s*(\d{1,2}):?(\d{2})?(?:\s*(?:\(.*\)|GMT|UTC))?", re.IGNORECASE
)
_SHORT_OFFSET = re.compile(r"([+-])(\d)(\d)(\d)")
_UNIX = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{10})\d{3}")
_ZONE = re.compile(
    r"(?:\s[A-Z]{2,5}\s*|(?<=\d)\s*)[+-]\s*\d{1,2}(?::?\d{2})?(?:\s*(?:\([^)]*\)|GMT|UTC))?$|(?<=\d)\s*[+-]\d{3}$|\b[A-Z]{1,5}\s*$"
)
_REGION = re.compile(r"\s?(\[)?([A-Z][A-Za-z_]{2,20}/[A-Za-z_/+-]{2,30}(?:\d\d?)?)(?(1)\])$")
_HAS_ZONE = re.compile(r"(?:Z|[A-Z]{2,5}|[+-]\d{2}:?\d{2})$")
_EARLY_YEAR = re.compile(r"(?<![-+\d])0\d{3}(?!\d)")
_BEFORE_CHRIST = re.compile(r"(?:^|\s)-\d{1,4}(?:-\d|\s+\d{1,2}:)")
_MERIDIEM = re.compile(r"\b[AaPp]\.?[Mm]\b")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-?([1-7]))?")
_SHORT_YEAR = re.compile(r"(\d{2})-(\d{2})-(\d{2})")
_DAY_FIRST = re.compile(r"^\d{1,2}([.-])\d{1,2}\1\d{2}")


def parse_date(raw: str | None) -> datetime | None:
    """Return the instant a feed or page means by `raw`, as an aware UTC datetime, or None if it means none.

    Reads RFC 822/2822 (also with missing parts and full month names), ISO 8601 and W3CDTF in extended and basic form,
    `2020/1/10`, Unix time in seconds or milliseconds, zones by name, region or offset, months by name in some twenty languages. Years outside 1-9999 and impossible days give None; plausibility is the caller's business.
    """
    if not raw or len(raw) > 10 * MAX_LENGTH:
        return None
    text = " ".join(raw.split())
    if not text or len(text) > MAX_LENGTH:
        return None
    if found := _usual(text) or _iso(text):
        return found
    text = unescape(text.replace("\u2212", "-")).strip() if "&" in text or "\u2212" in text else text
    if _BEFORE_CHRIST.search(text):  # the zero date of a database, written out
        return None
    if ("/" in text or "[" in text) and (found := _regional(text)):
        return found
    if found := _rfc822(text) or _unix(text) or _partial(text):
        return found
    english = in_english(text)
    return (english != text and (_iso(english) or _rfc822(english))) or _by_dateutil(english)


def _usual(text: str) -> datetime | None:
    match = _USUAL.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta()
    if sign:
        offset = timedelta(hours=int(sign + hours), minutes=int(sign + minutes))
    number = ENGLISH.get(month.lower())
    if number is None or abs(offset) >= timedelta(hours=24):
        return None
    return _moment((int(year), number, int(day), int(hour), int(minute), int(second)), offset)


def _iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match is None or _UNIX.fullmatch(text):
        return None
    offset = _offset(match[8])
    if offset is None:
        return None
    year, month, day, hour, minute, second = (int(match[group] or 0) for group in (1, 3, 4, 5, 6, 7))
    return _moment((year, month, day, hour, minute, second), offset)


def _moment(parts: tuple[int, ...], offset: timedelta) -> datetime | None:
    """Build an instant; a leap second is the next second, 24:00 the next day (ISO 8601)."""
    year, month, day, hour, minute, second = parts
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    try:
        start_of_day = datetime(year, month, day, tzinfo=UTC)
        return start_of_day + timedelta(hours=hour, minutes=minute, seconds=second) - offset
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta | None:
    """Return what a zone adds to UTC: nothing for none, None for one that is not understood."""
    zone = zone.strip()
    if not zone:
        return timedelta()
    if match := _SHORT_OFFSET.fullmatch(
        zone
    ):  # a digit is missing: the last one of `+0100`, or the first one
        zone = (
            f"{match[1]}{match[2]}{match[3]}00"
            if match[2] == "0"
            else f"{match[1]}0{match[2]}{match[3]}{match[4]}"
        )
    if match := _OFFSET.fullmatch(zone):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return (-offset if match[1] == "-" else offset) if offset < timedelta(hours=24) else None
    hours = _HOURS.get(zone.upper())
    return None if hours is None else timedelta(hours=hours)


def _rfc822(text: str) -> datetime | None:
    """Read an RFC 822 date. The zone is read here, not by the standard library, which drops the names it does not know."""
    if ":" not in text or _MERIDIEM.search(
        text
    ):  # `parsedate_tz` sees a date in much that has no time of day, and ignores PM
        return None
    head, zone = _cut_zone(text)
    try:
        parts = parsedate_tz(head)
    except (
        ValueError,
        IndexError,
        TypeError,
        OverflowError,
    ):  # seen on hostile input in several releases of the library
        return None
    if parts is None:
        return None
    offset = zone if zone is not None else timedelta(seconds=parts[9] or 0)
    early = _EARLY_YEAR.search(head)  # the library takes 0001, the zero time of Go programs, for 2001
    return (
        _moment((int(early[0]) if early else parts[0], *parts[1:6]), offset)
        if abs(offset) < timedelta(hours=24)
        else None
    )


def _cut_zone(text: str) -> tuple[str, timedelta | None]:
    """Part a date from the zone at its end; None if there is none, or none that is understood."""
    match = _ZONE.search(text)
    if match and ":" not in text[: match.start()] and not match[0].strip()[0].isalpha():
        return text, None  # the year of 31-12-2024
    zone = _offset(match[0]) if match else None
    return (text[: match.start()], zone) if match and zone is not None else (text, None)


def _unix(text: str) -> datetime | None:
    match = _UNIX.fullmatch(text)
    return datetime.fromtimestamp(int(match[1] or match[2]), UTC) if match else None


def _partial(text: str) -> datetime | None:
    """Read what W3CDTF and ISO 8601 allow besides a full date: a month, the day of a year, a week, a year of two digits (1988 edition)."""
    try:
        if match := _SHORT_YEAR.fullmatch(text):
            return datetime(2000 + int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
        if match := _MONTH.fullmatch(text):
            return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
        if match := _ORDINAL.fullmatch(text):
            first = datetime(int(match[1]), 1, 1, tzinfo=UTC)
            found = first + timedelta(days=int(match[2]) - 1)
            return found if found.year == first.year else None
        if match := _WEEK.fullmatch(text):
            day = datetime.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 1))
            return day.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return None


def _regional(text: str) -> datetime | None:
    """Read a date that names its zone by the region (`Europe/Berlin`, also in brackets behind an offset: RFC 9557)."""
    match = _REGION.search(text)
    head = text[: match.start()] if match else ""
    found = parse_date(head)
    if match is None or found is None or _HAS_ZONE.search(head):
        return found
    from zoneinfo import ZoneInfo  # one feed in a thousand needs it

    try:
        return found.replace(tzinfo=ZoneInfo(match[2])).astimezone(UTC)
    except (ValueError, LookupError, OSError, OverflowError):
        return found


def _by_dateutil(text: str) -> datetime | None:
    """Read the rest with dateutil, zone names by our own table. The day is before the month where the order leaves no choice, and where
    dots or hyphens part them, as nobody who writes the month first does."""
    if not any(char.isdigit() for char in text) or (text.isdigit() and len(text) not in (4, 12, 14)):
        return None
    from dateutil import parser  # loads for 30 ms; one feed in a hundred needs it

    english, zone = _cut_zone(text)  # dateutil reads GMT+2 in the POSIX sense, the wrong way round for feeds
    zones = {name: int(hours * 3600) for name, hours in _HOURS.items()}
    marker = datetime(1, 1, 1, tzinfo=None)  # noqa: DTZ001  # what dateutil does not find stays year 1; its zone is looked at below
    try:
        found = parser.parse(
            english, tzinfos=zones, default=marker, dayfirst=_DAY_FIRST.match(english) is not None
        )
        offset = zone if zone is not None else found.utcoffset() or timedelta()
        return None if found.year == 1 else found.replace(tzinfo=UTC, microsecond=0) - offset
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, RecursionError):
        return None
