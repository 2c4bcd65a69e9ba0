"""What an answer or a failure means: every status has its outcome, every failure its stable word."""

from __future__ import annotations

import errno
import socket
import ssl
from datetime import UTC, datetime

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.fetch import answers
from monitor.collect.fetch.decode import EncodingError, InflatedTooLargeError, TruncatedError
from monitor.collect.fetch.dialling import ForbiddenAddressError, WireTooLargeError
from monitor.collect.guard import Refusal
from monitor.models import Outcome

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (200, Outcome.OK, ""),
        (203, Outcome.OK, ""),
        (201, Outcome.ERROR, "http_201"),
        (202, Outcome.ERROR, "http_202"),  # the "prove that you are human" page of some walls
        (204, Outcome.ERROR, "http_204"),
        (206, Outcome.ERROR, "http_206"),  # a part nobody asked for is no whole body
        (226, Outcome.ERROR, "http_226"),
        (300, Outcome.ERROR, "http_300"),
        (304, Outcome.ERROR, "http_304"),
        (400, Outcome.ERROR, "http_400"),
        (401, Outcome.BLOCKED, "http_401"),
        (403, Outcome.BLOCKED, "http_403"),
        (404, Outcome.ERROR, "http_404"),
        (410, Outcome.GONE, "http_410"),
        (429, Outcome.RATE_LIMITED, "http_429"),
        (500, Outcome.ERROR, "http_500"),
        (503, Outcome.ERROR, "http_503"),
        (599, Outcome.ERROR, "http_599"),
        (999, Outcome.ERROR, "http_999"),
    ],
)
def test_every_status_has_its_outcome(status: int, outcome: Outcome, reason: str) -> None:
    """The outcome decides about the feed; the reason is the word for metrics; a failure also has a sentence."""
    got = answers.classify(status, asked=False)
    assert got[:2] == (outcome, reason)
    assert bool(got[2]) == (outcome is not Outcome.OK)


def test_an_asked_for_304_is_no_error() -> None:
    """304 answers a conditional request and only that."""
    assert answers.classify(304, asked=True) == (Outcome.NOT_MODIFIED, "", "")


RETRY_AFTER = [
    ("120", None, 120.0),
    (" 120 ", None, 120.0),
    ("0", None, 0.0),
    ("-5", None, None),
    ("1.5", None, None),
    ("soon", None, None),
    ("", None, None),
    ("１２０", None, None),
    ("99999999999999999999", None, 366 * 86400.0),
    ("Mon, 02 Mar 2026 12:02:00 GMT", "Mon, 02 Mar 2026 12:00:00 GMT", 120.0),
    ("Monday, 02-Mar-26 12:02:00 GMT", "Mon, 02 Mar 2026 12:00:00 GMT", 120.0),
    ("Mon, 02 Mar 2026 12:02:00 GMT", "Tue, 03 Mar 2026 12:00:00 GMT", None),
    ("Mon, 02 Mar 2026 12:01:00 GMT", None, 60.0),  # relative to the injected now
    ("Mon, 02 Mar 2026 12:01:00 GMT", "garbage", 60.0),
    ("Wed, 02 Mar 9999 12:00:00 GMT", None, 366 * 86400.0),
    ("Mon, 99 Mar 2026 12:00:00 GMT", None, None),
    ("Mon, 02 Mar 2026 12:00:00 +9999", None, None),
]


@pytest.mark.parametrize(("value", "date", "seconds"), RETRY_AFTER)
def test_req_15_retry_after_in_both_forms(value: str, date: str | None, seconds: float | None) -> None:
    """Seconds or a date (relative to the answer's own Date); past, negative or garbage means that nothing was said."""
    headers = [("retry-after", value), *([("date", date)] if date else [])]
    assert answers.retry_after(headers, NOON) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_retry_after_never_raises_and_is_never_negative(value: str, date: str) -> None:
    """Foreign text gives seconds or None."""
    seconds = answers.retry_after([("retry-after", value), ("date", date)], NOON)
    assert seconds is None or 0 <= seconds <= 366 * 86400


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://other.example/feed", "https://other.example/feed"),
        ("/new", "http://example.org/new"),
        ("new", "http://example.org/a/new"),
        ("../new", "http://example.org/new"),
        ("?page=2", "http://example.org/a/feed?page=2"),
        ("//cdn.example/feed", "http://cdn.example/feed"),
        ("  /new  ", "http://example.org/new"),
        ("/new#part", "http://example.org/new"),
        ("http://user:pass@other.example/", "http://other.example/"),
        ("http://a@b@c.example/", "http://c.example/"),
        ("", None),
        ("http://[::1", "http://[::1"),
        ("/two words", "http://example.org/two%20words"),
        ("http://a\tb/", "http://a\tb/"),
        ("http://a\\@b/", "http://a\\@b/"),
    ],
)
def test_req_20_locations_are_resolved(location: str, target: str | None) -> None:
    """A relative Location is resolved; userinfo from a stranger and fragments are dropped; an unreadable one is left to the guard."""
    assert answers.redirect_target(302, [("location", location)], "http://example.org/a/feed") == target


def test_a_location_without_a_redirect_leads_nowhere() -> None:
    """Only the five redirect statuses make a Location count."""
    assert answers.redirect_target(201, [("location", "/x")], "http://example.org/") is None
    assert answers.redirect_target(304, [("location", "/x")], "http://example.org/") is None


_REFUSED = ForbiddenAddressError(Refusal("forbidden_address", "loopback", "127.0.0.1 is a loopback address"))


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "timeout"),
        (aiohttp.ServerTimeoutError(), "timeout"),
        (OSError(errno.ECONNREFUSED, "x"), "refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "reset"),
        (BrokenPipeError(errno.EPIPE, "x"), "reset"),
        (OSError(errno.EHOSTUNREACH, "x"), "unreachable"),
        (OSError(errno.ENETUNREACH, "x"), "unreachable"),
        (OSError(errno.EMFILE, "x"), "connection"),
        (socket.gaierror(-2, "x"), "dns"),
        (ssl.SSLError("x"), "tls"),
        (aiohttp.ServerDisconnectedError(), "reset"),
        (aiohttp.ClientPayloadError(), "truncated"),
        (aiohttp.InvalidURL("x"), "bad_url"),
        (TruncatedError(), "truncated"),
        (EncodingError(), "encoding"),
        (InflatedTooLargeError(), "too_large"),
        (WireTooLargeError(), "too_large"),
        (_REFUSED, "forbidden_address"),
        (caused(OSError("wrapped"), _REFUSED), "forbidden_address"),
        (aiohttp.ClientConnectionError("x"), "protocol"),
        (ValueError("x"), "protocol"),
    ],
)
def test_every_failure_has_its_word(error: Exception, reason: str) -> None:
    """Metrics count stable words; people get a sentence that never repeats what a stranger sent."""
    outcome, word, sentence = answers.failure(error)
    assert word == reason
    assert outcome is (Outcome.TOO_LARGE if reason == "too_large" else Outcome.ERROR)
    assert sentence
    assert "x" not in sentence.split()


def test_validators_are_kept_byte_for_byte_or_not_at_all() -> None:
    """Odd quoting is kept; bytes that could not be sent back unchanged (not UTF-8, control characters) are left out."""
    kept = answers.validators(
        [("etag", 'W/"é-gzip'), ("last-modified", "yesterday\tnoon")], "http://example.org/"
    )
    assert (kept.etag, kept.last_modified, kept.url) == (
        'W/"é-gzip',
        "yesterday\tnoon",
        "http://example.org/",
    )
    for value in ('"caf\udce9"', '"a\x01"', ""):
        assert answers.validators([("etag", value)], "http://example.org/").etag is None


def test_headers_are_made_storable() -> None:
    """Bytes that are not UTF-8 become Latin-1 text; UTF-8 stays."""
    assert answers.storable("caf\udce9") == "café"
    assert answers.storable("café") == "café"
