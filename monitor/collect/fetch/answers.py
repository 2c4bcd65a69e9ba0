"""What an HTTP answer or a failure means: one outcome, one stable word, one sentence for people. Pure, table by table."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import aiohttp

from monitor.collect.fetch.decode import EncodingError, InflatedTooLargeError, TruncatedError
from monitor.collect.fetch.dialling import ForbiddenAddressError, WireTooLargeError
from monitor.models import Outcome, Validators

REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT = frozenset((301, 308))
_MAX_RETRY_AFTER = 366 * 86400.0  # keeps later arithmetic on dates in range; whoever plans caps it far lower

# Control characters end a header; surrogates stand for bytes that were not UTF-8 and would be lost on the way back.
_UNSENDABLE = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f\\ud800-\\udfff]")

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")

Headers = Sequence[tuple[str, str]]
Verdict = tuple[Outcome, str, str]
"""Outcome, reason word, sentence."""

_BY_STATUS: dict[int, tuple[Outcome, str]] = {
    200: (Outcome.OK, ""),
    203: (Outcome.OK, ""),  # a transforming proxy's 200
    401: (Outcome.BLOCKED, "needs access: HTTP 401"),
    403: (Outcome.BLOCKED, "blocked: HTTP 403"),
    404: (Outcome.ERROR, "not found: HTTP 404"),
    410: (Outcome.GONE, "gone for good: HTTP 410"),
    429: (Outcome.RATE_LIMITED, "asked to slow down: HTTP 429"),
    503: (Outcome.ERROR, "not available now: HTTP 503"),
    # A redirect that is followed is judged by where it leads.
    **{code: (Outcome.ERROR, f"redirects without saying where to: HTTP {code}") for code in REDIRECTS},
}


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_token(name: str) -> bool:
    """Say whether `name` can be a header's name (RFC 9110, 5.6.2)."""
    return _TOKEN.fullmatch(name) is not None


def classify(status: int, *, asked: bool, detour: bool = False) -> Verdict:
    """Say what a final status means; `asked` tells whether the request was conditional (RFC 9110, 15.4.5).

    `detour` tells that a temporary redirect led here: what is gone here may be elsewhere tomorrow.
    """
    if status == 410 and detour:
        return Outcome.ERROR, "http_410", "the address it redirects to for now is gone: HTTP 410"
    if status == 304:
        if asked:
            return Outcome.NOT_MODIFIED, "", ""
        return Outcome.ERROR, "http_304", "answered 304 although nothing was asked conditionally"
    outcome, sentence = _BY_STATUS.get(status, (Outcome.ERROR, f"HTTP {status}"))
    return outcome, ("" if outcome is Outcome.OK else f"http_{status}"), sentence


def header(headers: Headers, name: str) -> str | None:
    """Return the last value of a header (`name` in lower case), or None."""
    return next((value for key, value in reversed(headers) if key == name), None)


def validators(raw: Headers, url: str) -> Validators:
    """Take ETag and Last-Modified byte for byte, bound to `url`; one that could not be sent back unchanged is left out.

    `raw` are the headers as aiohttp decoded them (UTF-8 with surrogates for other bytes).
    """
    return Validators(etag=_kept(raw, "etag"), last_modified=_kept(raw, "last-modified"), url=url)


def storable(value: str) -> str:
    """Return a header's value with bytes that are not UTF-8 read as Latin-1, so that it can be stored and shown."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def _kept(headers: Headers, name: str) -> str | None:
    value = header(headers, name)
    return value if value and not _UNSENDABLE.search(value) else None


def retry_after(headers: Headers, now: datetime | None) -> float | None:
    """Return the seconds a Retry-After asks for (RFC 9110, 10.2.3), or None if it is absent, past or garbage.

    A date is taken relative to the response's own Date, so that a wrong clock on either side does no harm; else to `now`.
    """
    value = (header(headers, "retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), _MAX_RETRY_AFTER)
    until = _http_date(value)
    since = _http_date(header(headers, "date") or "") or now
    if until is None or since is None:
        return None
    seconds = (until - since).total_seconds()
    return min(seconds, _MAX_RETRY_AFTER) if seconds >= 0 else None


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def redirect_target(status: int, headers: Headers, url: str) -> str | None:
    """Return the absolute address a response redirects to (RFC 9110, 10.2.2), or None if it does not.

    Userinfo that a foreign server puts into it is dropped, and the fragment is of no use to a fetcher.
    """
    location = (header(headers, "location") or "").strip()
    if status not in REDIRECTS or not location:
        return None
    if _UNSAFE.search(location):  # `urljoin` would quietly drop some of these
        return location
    try:
        return bare(urljoin(url, location))
    except ValueError:
        return location  # unreadable; the guard refuses it with a reason


def bare(url: str) -> str:
    """Return the address without fragment and without `user:password@`: a secret when ours and a trick when theirs.

    Blanks, which browsers mend as well, become `%20`. An address that cannot be read, or that different readers would read
    differently, comes back as it is; the guard refuses it with a reason.
    """
    url = url.strip(" ").replace(" ", "%20")
    try:
        netloc = "" if _UNSAFE.search(url) else urlsplit(url).netloc
    except ValueError:
        return url
    if "@" in netloc:
        url = url.replace(netloc, netloc.rpartition("@")[2], 1)
    return url.partition("#")[0]


def failure(error: BaseException) -> Verdict:
    """Say what an exception of the exchange means; never repeats the address, which may hold a secret."""
    forbidden = _forbidden(error)
    if forbidden is not None:
        return Outcome.ERROR, forbidden.refusal.reason, forbidden.refusal.message
    for kind, word, sentence in _FAILURES:
        if isinstance(error, kind):
            outcome = Outcome.TOO_LARGE if word == "too_large" else Outcome.ERROR
            return outcome, word, sentence
    if isinstance(error, OSError):
        return Outcome.ERROR, *_os_failure(error)
    return Outcome.ERROR, "protocol", "the server does not speak proper HTTP"


# In order: the first class that fits gives the word.
_FAILURES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    ((WireTooLargeError, InflatedTooLargeError), "too_large", "the body is larger than its cap"),
    (TruncatedError, "truncated", "the compressed body ends too early"),
    (EncodingError, "encoding", "the body is not what its Content-Encoding says"),
    (TimeoutError, "timeout", "no complete answer in time"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "tls", "no trustworthy TLS connection"),
    (aiohttp.ClientConnectorDNSError, "dns", "the host's name leads to no address"),
    (aiohttp.ServerDisconnectedError, "reset", "the server hung up"),
    (aiohttp.InvalidURL, "bad_url", "not a usable address"),
    (aiohttp.ClientPayloadError, "truncated", "the body ends too early"),
)


def _forbidden(error: BaseException | None) -> ForbiddenAddressError | None:
    """Find the guard's refusal in an exception, its cause, or what aiohttp wrapped."""
    for _ in range(6):
        if error is None or isinstance(error, ForbiddenAddressError):
            return error
        error = getattr(error, "os_error", None) or error.__cause__
    return None


_ERRNO = {
    errno.ECONNREFUSED: ("refused", "the connection was refused"),
    errno.ECONNRESET: ("reset", "the connection was reset"),
    errno.EPIPE: ("reset", "the connection was reset"),
    errno.ETIMEDOUT: ("timeout", "no connection in time"),
    errno.EHOSTUNREACH: ("unreachable", "no route to the host"),
    errno.ENETUNREACH: ("unreachable", "no route to the network"),
}


def _os_failure(error: OSError) -> tuple[str, str]:
    if isinstance(error, socket.gaierror):
        return "dns", "the host's name leads to no address"
    if isinstance(
        getattr(error, "os_error", error), ConnectionResetError
    ):  # asyncio raises it without a number
        return _ERRNO[errno.ECONNRESET]
    return _ERRNO.get(error.errno or 0, ("connection", "the connection failed"))
