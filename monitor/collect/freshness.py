"""How long a server says its answer stays fresh (RFC 9111, 4.2), with the parts that servers misuse left out.

A feed reader is a private cache: `s-maxage` is for shared ones and is ignored. Garbage counts as nothing said.
"""

from __future__ import annotations

import re
from datetime import timedelta

from monitor.collect.dates import parse_date
from monitor.models import Response

LONGEST = timedelta(days=365)
"""What a year or more means is `for ever`; RFC 9111 (1.2.2) asks for at least 2^31 s to be readable, nobody needs more than a year."""

_DIRECTIVE = re.compile(r"(?:^|,)\s*([A-Za-z-]+)\s*(?:=\s*(\"[^\"]*\"|[^\s,;]*))?")


def max_age(response: Response) -> timedelta | None:
    """Return what is left of `Cache-Control: max-age` (less `Age`), or None if nothing usable is said; never negative."""
    directives = _directives(response)
    seconds = _seconds(directives.get("max-age"))
    if seconds is None or {"no-cache", "no-store"} & directives.keys():
        return None
    return max(timedelta(), min(seconds, LONGEST) - (_seconds(response.header("age")) or timedelta()))


def freshness(response: Response) -> timedelta | None:
    """Return how long the answer is fresh: `max-age` less `Age`, else `Expires` less `Date`; None if the server does not say."""
    directives = _directives(response)
    if {"no-cache", "no-store"} & directives.keys():
        return None
    if "max-age" in directives:
        return max_age(response)
    expires, date = parse_date(response.header("expires")), parse_date(response.header("date"))
    if expires is None or date is None or expires <= date:
        return None
    return min(expires - date, LONGEST)


def _directives(response: Response) -> dict[str, str]:
    """Return the directives of every Cache-Control header, lower-cased; the first of a name counts (RFC 9111, 4.2.1)."""
    found: dict[str, str] = {}
    for name, value in response.headers:
        if name == "cache-control":
            for directive, argument in _DIRECTIVE.findall(value[:1000]):
                found.setdefault(directive.lower(), argument.strip('"'))
    return found


def _seconds(raw: str | None) -> timedelta | None:
    raw = (raw or "").strip()
    if not (raw.isascii() and raw.isdigit()):
        return None
    return timedelta(seconds=min(int(raw[:12]), int(LONGEST.total_seconds()) * 2))
