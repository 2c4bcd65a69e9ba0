"""The small values of configuration files: durations, sizes, times of day, zones, addresses.

Each reader takes what YAML gave (text, most often) and returns the value, or raises `WrongValue` with a message that does not repeat
the input (it may have come from a secret variable; the report quotes the line anyway) and a hint that shows the right form.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable
from datetime import time, timedelta
from urllib.parse import urlsplit

MAX_URL = 2048  # spec/safety.md, caps

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(?:[0-9]{1,6}(?:\.[0-9]{1,3})?(?:ms|[smhdw]))+")
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
_SIZE = re.compile(r"([0-9]{1,9})(" + "|".join(_SIZES) + ")")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_SETS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.)*[^\W_][\w-]{0,62}\.?")


class WrongValue(ValueError):  # noqa: N818  # it names the value that is wrong, and is caught as such
    """A value cannot be read; `hint` shows the right form. Of a mapping, `key` names the key to blame, `value_of` the one whose value is."""

    def __init__(self, message: str, hint: str = "", *, key: str = "", value_of: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.key = key
        self.value_of = value_of


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word most like the given one, None if none is like it."""
    known = {it.casefold(): it for it in words}
    close = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=0.65)
    return known[close[0]] if close else None


def site_name(address: str) -> str:
    """Return the name of a feed that was given none: the host of its address without `www.`."""
    try:
        return (urlsplit(address).hostname or address).removeprefix("www.")
    except ValueError:
        return address


def duration(value: object) -> timedelta:
    """Read `200ms`, `45s`, `30m`, `8h`, `7d`, `2w` or a sum of these (`1h30m`); more than nothing."""
    if (length := duration_or_zero(value)) == timedelta(0):
        raise WrongValue("a duration of nothing", "write how long, like 30m")
    return length


def duration_or_zero(value: object) -> timedelta:
    """Read a duration that may be nothing (`0s`)."""
    if not isinstance(value, str):
        raise WrongValue("a duration needs a unit", "write 45s, 30m, 8h or 7d")
    if not _DURATION.fullmatch(value):
        close = re.sub(r"\s+", "", value.lower())
        hint = f"write {close}" if _DURATION.fullmatch(close) else "write 45s, 30m, 8h or 7d"
        raise WrongValue("not a duration", hint)
    seconds = sum(
        float(number) * _UNITS[unit] for number, unit in re.findall(r"([0-9.]+)(ms|[smhdw])", value)
    )
    if seconds > 100 * 366 * 86_400:
        raise WrongValue("a duration of more than a century", "write 45s, 30m, 8h or 7d")
    return timedelta(seconds=seconds)


def size(value: object) -> int:
    """Read `512KiB`, `16MiB`, `1GiB` (also kB, MB, GB and B) as bytes; more than none."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1].strip("0") == "":
        raise WrongValue("not a size", "write 512KiB or 16MiB")
    return int(match[1]) * _SIZES[match[2]]


def time_of_day(value: object) -> time:
    """Read `08:00` (24 hours)."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise WrongValue("not a time of day", 'write "08:00", with 24 hours and in quotes')
    return time(int(match[1]), int(match[2]))


def hours(value: object) -> tuple[time, time]:
    """Read `22:00-07:00`, a daily span that may cross midnight."""
    parts = re.split(r"\s*[-–]\s*", value) if isinstance(value, str) else ()
    if len(parts) != 2 or not all(_TIME.fullmatch(part) for part in parts):
        raise WrongValue("not a span of hours", 'write "22:00-07:00"')
    start, end = (time_of_day(part) for part in parts)
    if start == end:
        raise WrongValue("a span that begins and ends at the same time", 'write "22:00-07:00"')
    return start, end


def days(value: object) -> frozenset[int]:
    """Read `daily`, `weekdays`, `weekends` or a list of `mon` … `sun`; Monday is 0."""
    if isinstance(value, str) and value in _DAY_SETS:
        return frozenset(_DAY_SETS[value])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        raise WrongValue("not a set of days", "write weekdays, weekends, daily or a list like [mon, thu]")
    return frozenset(_weekday(name) for name in names)


def _weekday(name: object) -> int:
    """Read one day's name, short or long."""
    word = str(name).casefold()
    day = next(
        (index for index, long in enumerate(_LONG_DAYS) if len(word) >= 3 and long.startswith(word)), None
    )
    if day is None:
        close = nearest(word, [*_DAY_SETS, *_LONG_DAYS])
        suggestion = f" (did you mean {close!r}?)" if close else ""
        raise WrongValue(
            "not a day of the week" + suggestion, "daily, weekdays, weekends, or of " + ", ".join(WEEKDAYS)
        )
    return day


def zone(value: object) -> str:
    """Read the name of a time zone in the IANA database."""
    from zoneinfo import ZoneInfo

    if not isinstance(value, str):
        raise WrongValue("not a time zone", "write a name like America/New_York")
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise WrongValue(
            "no such time zone" + _did_you_mean_zone(value),
            "names are like America/New_York, Europe/Berlin, UTC",
        ) from None
    return value


def _did_you_mean_zone(value: str) -> str:
    """Name the nearest zone, looking at whole names and at cities."""
    from zoneinfo import available_timezones

    name = value.strip().replace(" ", "_")
    zones = sorted(it for it in available_timezones() if not it.startswith(("Etc/", "posix", "right", "US/")))
    cities = {it.rpartition("/")[2]: it for it in zones}
    close = nearest(name, zones) or cities.get(nearest(name, cities) or "")
    return f" (did you mean {close!r}?)" if close else ""


def url(value: object) -> str:
    """Read an absolute http(s) address."""
    if not isinstance(value, str):
        raise WrongValue("not an address", "write https://…")
    if len(value) > MAX_URL:
        raise WrongValue(f"an address of more than {MAX_URL} characters")
    if any(char.isspace() for char in value):
        raise WrongValue("a blank in an address", "write %20 for a blank")
    _check_parts(value)
    return value


def _check_parts(value: str) -> None:
    """Refuse an address whose scheme, host or port cannot be."""
    try:
        parts = urlsplit(value)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise WrongValue("not an address", "write https://host/path") from None
    if parts.scheme not in ("http", "https"):
        other = (
            "feed:// means https://"
            if parts.scheme in ("feed", "rss")
            else "an address begins with https:// or http://"
        )
        raise WrongValue("not an http(s) address", other)
    if not port_fits or not parts.hostname or not (_HOST.fullmatch(parts.hostname) or ":" in parts.hostname):
        raise WrongValue("an address without a proper host", "write https://host/path")


def allowance(value: object) -> str:
    """Read what private addresses may be dialled: `127.0.0.1:8080`, `[::1]:80`, `localhost:8080`, `10.0.0.0/8`, `10.0.0.0/8:80`.

    Names other than localhost are no allowance: what they stand for is decided by somebody else's name server.
    """
    if isinstance(value, str):
        host, _, port = value.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]") and ":" in host
        plain = host[1:-1] if bracketed else host
        fits = host == "localhost" or (_is_network(plain) and bracketed == (":" in plain))
        if _is_network(value) or (_is_port(port) and fits):
            return value
    raise WrongValue("not an address to allow", 'write "127.0.0.1:8080" or "10.0.0.0/8"')


def _is_port(text: str) -> bool:
    """Tell whether the text is a port's number."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65_536


def _is_network(value: str) -> bool:
    """Tell whether the text is an IP address or network."""
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _is_endpoint(value: str) -> bool:
    """Tell whether the text is host:port."""
    host, _, port = value.rpartition(":")
    named = bool(_HOST.fullmatch(host))
    return _is_port(port) and (
        named or (host.startswith("[") and host.endswith("]") and _is_network(host[1:-1]))
    )


def listen(value: object) -> str:
    """Read where the status server listens: `127.0.0.1:8765`."""
    if isinstance(value, str) and _is_endpoint(value):
        return value
    raise WrongValue("not an address to listen on", 'write "127.0.0.1:8765"')


def database(value: object) -> str:
    """Read a database address, `sqlite:///data/monitor.db` or `postgresql://…`."""
    if isinstance(value, str) and re.match(r"sqlite://|postgresql(\+psycopg)?://", value):
        return value
    hint = (
        "postgres:// is written postgresql://"
        if str(value).startswith("postgres://")
        else "write sqlite:///data/monitor.db or postgresql://user@host/name"
    )
    raise WrongValue("not a database address", hint)


def first_poll(value: object) -> str:
    """Read what a feed's first poll announces: `baseline` (nothing), `all` or `latest:N`."""
    if isinstance(value, str) and re.fullmatch(r"baseline|all|latest:[0-9]{1,4}", value):
        return value
    raise WrongValue("not a way to begin", "write baseline, all or latest:10")


def country(value: object) -> str:
    """Read a country's two capital letters (ISO 3166-1)."""
    if isinstance(value, str) and re.fullmatch(r"[A-Z]{2}", value):
        return value
    raise WrongValue("not a country code", "two capital letters, like US")


def language(value: object) -> str:
    """Read a language tag (BCP 47), `en` or `pt-BR`."""
    if isinstance(value, str) and re.fullmatch(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value):
        return value
    raise WrongValue("not a language code", "two or three small letters, like en or es-MX")


def mail_address(value: object) -> str:
    """Read a mail address, bare or as `Name <name@host>`."""
    if isinstance(value, str) and re.fullmatch(r"(?:[^<>@\r\n]*<)?[^<>@\s]+@[^<>@\s]+>?", value):
        return value
    raise WrongValue("not a mail address", "write desk@example.org")


def header_name(value: object) -> str:
    """Read the name of an HTTP header (RFC 9110, 5.1)."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", value):
        return value
    raise WrongValue("not the name of an HTTP header", "letters, digits and hyphens, like Authorization")


def header_value(value: object) -> str:
    """Read the value of an HTTP header: one line."""
    if isinstance(value, str) and value.isprintable():
        return value.strip()
    raise WrongValue("not the value of an HTTP header", "one line of text, in quotes")


def source(value: object) -> str:
    """Read what an article's source is called: a host or a feed's name."""
    named = name(value)
    if "://" in named:
        host = re.sub(r"^[^:]*://(?:www\.)?|[/?#].*$", "", named)
        raise WrongValue("a source is a host or a feed's name, not an address", f"write {host}")
    return named


def name(value: object) -> str:
    """Read a name for people and logs: one line, not empty."""
    if isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= 200:
        return value.strip()
    if isinstance(value, (int, float, bool)):
        raise WrongValue("a name must be text", "put it in quotes")
    raise WrongValue("a name must be one line of text")
