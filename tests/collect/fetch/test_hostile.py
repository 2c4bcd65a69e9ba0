"""Every hostile kind of HTTP answer, generated: each ends within its budget as that feed's own failure, and the next feed is on time."""

from __future__ import annotations

import gzip
import resource
import time
from collections.abc import Callable

import pytest

from monitor.collect.fetch import AiohttpFetcher
from monitor.models import Outcome, Request, Response
from tests.standins import web as stand
from tests.standins.web import Web

Fetching = Callable[..., AiohttpFetcher]

OK = b"HTTP/1.1 200 OK\r\n"
BODY = b"<rss/>"
SECONDS = 2.5  # what one hostile answer may take, on a busy machine, with the deadline below
DEADLINE = 0.7


def bytes_of(head: bytes, body: bytes = BODY) -> stand.Answer:
    return stand.raw(head + b"\r\n" + body)


def chunked(body: bytes) -> stand.Answer:
    return stand.raw(OK + b"Transfer-Encoding: chunked\r\n\r\n" + body)


KINDS: dict[str, stand.Answer] = {
    # compression
    "gzip bomb 256 MiB": stand.bomb(256 * 2**20, "gzip"),
    "gzip bomb chunked": stand.document(
        stand.compressed_zeros(64 * 2**20, "gzip"), headers=[("Content-Encoding", "gzip")], chunked=True
    ),
    "brotli bomb 256 MiB": stand.bomb(256 * 2**20, "br"),
    "zstd bomb 256 MiB": stand.bomb(256 * 2**20, "zstd"),
    "deflate bomb 256 MiB": stand.bomb(256 * 2**20, "deflate"),
    "gzip bomb without header": stand.document(stand.compressed_zeros(256 * 2**20, "gzip")),
    "gzip bomb in gzip": stand.document(
        gzip.compress(stand.compressed_zeros(256 * 2**20, "gzip")), headers=[("Content-Encoding", "gzip")]
    ),
    "gzip, gzip": stand.document(
        gzip.compress(stand.compressed_zeros(256 * 2**20, "gzip")),
        headers=[("Content-Encoding", "gzip, gzip")],
    ),
    "nine encodings": stand.document(BODY, headers=[("Content-Encoding", ", ".join(["gzip"] * 9))]),
    "ten thousand encodings": stand.document(BODY, headers=[("Content-Encoding", "br," * 5000)]),
    "truncated gzip": stand.truncate(BODY * 99, by="gzip"),
    "gzip members without end": stand.document(
        gzip.compress(b"") * 100_000, headers=[("Content-Encoding", "gzip")]
    ),
    "noise as brotli": stand.document(b"\xff" * 5000, headers=[("Content-Encoding", "br")]),
    "noise as zstd": stand.document(b"\xff" * 5000, headers=[("Content-Encoding", "zstd")]),
    "gzip head only": stand.document(b"\x1f\x8b", headers=[("Content-Encoding", "gzip")]),
    "zstd window of 128 MiB": stand.document(
        bytes.fromhex("28b52ffd0088") + bytes(100), headers=[("Content-Encoding", "zstd")]
    ),
    # time
    "silence": stand.hang(),
    "silence after the status line": stand.hang(OK),
    "silence after the headers": stand.hang(OK + b"Content-Length: 10\r\n\r\n"),
    "silence in a chunk": stand.hang(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nabc"),
    "drip": stand.drip(b"x" * 10_000),
    "chunks of one byte": chunked(b"1\r\nx\r\n" * 200_000 + b"0\r\n\r\n"),
    # size
    "endless body": stand.endless(),
    "endless chunked body": stand.endless(
        b"2000\r\n" + b"x" * 8192 + b"\r\n", [("Transfer-Encoding", "chunked")]
    ),
    "a terabyte announced": stand.raw(OK + b"Content-Length: 1099511627776\r\n\r\n"),
    # headers
    "100,000 headers": stand.header_flood(),
    "one header without end": stand.endless(b"a" * 65536),
    "a header of 10 MB": stand.raw(OK + b"X: " + b"a" * 10**7 + b"\r\n\r\n"),
    "a status line of 10 MB": stand.raw(b"HTTP/1.1 200 " + b"O" * 10**7 + b"\r\n\r\n"),
    "trailers without end": chunked(b"0\r\n" + b"X: y\r\n" * 500_000 + b"\r\n"),
    "a chunk extension of 10 MB": chunked(b"1;x=" + b"y" * 10**7 + b"\r\na\r\n0\r\n\r\n"),
    "interim responses without end": stand.interim_flood(),
    "continue without end": stand.interim_flood(code=100),
    "switching protocols": bytes_of(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    ),
    # framing
    "two lengths": bytes_of(OK + b"Content-Length: 6\r\nContent-Length: 7\r\n"),
    "length and chunked": bytes_of(OK + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"),
    "negative length": bytes_of(OK + b"Content-Length: -1\r\n"),
    "length in words": bytes_of(OK + b"Content-Length: six\r\n"),
    "length of 400 digits": bytes_of(OK + b"Content-Length: " + b"9" * 400 + b"\r\n"),
    "chunk size in words": chunked(b"zz\r\nabc\r\n0\r\n\r\n"),
    "chunk size of 100 digits": chunked(b"f" * 100 + b"\r\nabc"),
    "negative chunk": chunked(b"-5\r\nabc\r\n0\r\n\r\n"),
    "unknown transfer encoding": bytes_of(OK + b"Transfer-Encoding: rot13\r\n"),
    "no last chunk": stand.truncate(BODY, by="chunked"),
    "too short": stand.truncate(BODY, by="length"),
    "NUL in a header": bytes_of(OK + b"X: a\x00b\r\n"),
    "a header without a name": bytes_of(OK + b": x\r\n"),
    "bare line feeds": stand.raw(b"HTTP/1.1 200 OK\nContent-Length: 6\n\n" + BODY),
    "HTTP/0.9": stand.raw(BODY),
    "HTTP/9.9": stand.raw(b"HTTP/9.9 200 OK\r\n\r\n"),
    "no status code": stand.raw(b"HTTP/1.1 OK\r\n\r\n"),
    "status 99999": stand.raw(b"HTTP/1.1 99999 What\r\n\r\n"),
    "status 000": stand.raw(b"HTTP/1.1 000 What\r\n\r\n"),
    "another protocol": stand.raw(b"220 mail.example ESMTP\r\n"),
    "nothing": stand.raw(b""),
    "reset": stand.reset(),
    "reset in the headers": stand.reset(OK),
    "reset in the body": stand.reset(OK + b"Content-Length: 100\r\n\r\nabc"),
    # redirects
    "redirect to itself": stand.redirect("/hostile"),
    "redirect without Location": stand.status(302),
    "redirect to nothing": stand.redirect("http://"),
    "redirect with a Location of 1 MB": stand.redirect("/" + "a" * 10**6),
    "redirect with a Location of 9,000 letters": stand.redirect("/" + "a" * 9000),
    "redirect to a broken address": stand.redirect("http://[::1"),
    "redirect to an odd port": stand.redirect("http://example.org:99999999999/"),
    "redirect to nonsense": stand.redirect("\x7f\x01://"),
    "redirect to a bidi host": stand.redirect("http://exa\u202emple.org/"),
    "redirect to a lone surrogate": stand.redirect("http://example.org/\udce9"),
    # words
    "Retry-After of 5,000 digits": stand.status(503, [("Retry-After", "9" * 5000)]),
    "Retry-After in the year 10000": stand.status(503, [("Retry-After", "Mon, 02 Mar 10000 12:00:00 GMT")]),
    "Date in the year -1": stand.status(
        503, [("Date", "Mon, 02 Mar -1 12:00:00 GMT"), ("Retry-After", "Mon, 02 Mar 2026 12:00:00 GMT")]
    ),
    "status 299": stand.status(299),
    "unasked 304": stand.status(304),
    "unasked 206": stand.status(206, body=BODY),
}
# These are odd, and yet a whole body arrives: being liberal here harms nobody.
READ = {"bare line feeds", "length and chunked", "unknown transfer encoding"}


async def get(fetcher: AiohttpFetcher, web: Web, path: str) -> tuple[Response, float]:
    began = time.monotonic()
    response = await fetcher.fetch(Request(web.url(path), deadline=DEADLINE))
    return response, time.monotonic() - began


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hostile_answer_is_one_feeds_failure(web: Web, fetching: Fetching, kind: str) -> None:
    """Within its budget of time and memory it becomes a Response; then the same fetcher reads the next feed at once."""
    web.script("/hostile", KINDS[kind])
    web.serve("/good", BODY)
    fetcher = fetching()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    response, seconds = await get(fetcher, web, "/hostile")
    assert seconds < SECONDS
    assert response.outcome in (
        (Outcome.OK, Outcome.ERROR) if kind in READ else (Outcome.ERROR, Outcome.TOO_LARGE)
    )
    if response.outcome is not Outcome.OK:
        assert response.reason
        assert response.error.isprintable()
        assert len(response.error) < 200
    repr(response).encode()  # nothing in it that cannot be written down
    good, seconds = await get(fetcher, web, "/good")
    assert good.outcome is Outcome.OK
    assert seconds < 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 160 * 1024, f"{grown} KiB more at the peak"


async def test_all_hostile_kinds_at_once_delay_nobody(web: Web, fetching: Fetching) -> None:
    """With every kind under way on a host of its own, good feeds are still read within the second or so that the machine needs."""
    import asyncio

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    for number, answer in enumerate(KINDS.values()):
        web.script(f"/{number}", answer)
    web.serve("/good", BODY)
    fetcher = fetching(lookup=lookup, concurrency=200)

    async def one(host: str, path: str) -> tuple[Response, float]:
        began = time.monotonic()
        response = await fetcher.fetch(Request(f"http://{host}:{web.port}{path}", deadline=8))
        return response, time.monotonic() - began

    hostile = [asyncio.ensure_future(one(f"h{number}.example", f"/{number}")) for number in range(len(KINDS))]
    good = await asyncio.gather(*(one(f"good{number}.example", "/good") for number in range(20)))
    assert {response.outcome for response, _ in good} == {Outcome.OK}
    assert max(seconds for _, seconds in good) < 7
    for task in hostile:
        task.cancel()
    await asyncio.gather(*hostile, return_exceptions=True)
