"""The numbered requirements of collecting that are the fetcher's, each over real sockets."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.collect.fetch import AiohttpFetcher
from monitor.models import Hop, Outcome, Request, Validators
from tests.collect.fetch.conftest import USER_AGENT
from tests.standins import web as stand
from tests.standins.web import Web

Fetching = Callable[..., AiohttpFetcher]
RSS = b"<rss version='2.0'><channel><title>t</title></channel></rss>"


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [
        ('"strong"', "Mon, 02 Mar 2026 12:00:00 GMT"),
        ('W/"weak"', None),
        ("unquoted", None),
        ('"abc-gzip"', None),
        ('"with "quotes" in it"', None),
        ('W/"é"', None),
        ("", "yesterday at noon"),
        (None, "Mon, 2 Mar 26 12:00:00 +0000"),
        (None, "0"),
        (None, "-1"),
        ('"' + "x" * 4000 + '"', None),
    ],
)
async def test_req_01_validators_go_back_byte_for_byte(
    web: Web, fetching: Fetching, etag: str | None, last_modified: str | None
) -> None:
    """What a server called its validators is what it hears on the next poll, and both are sent."""
    web.serve("/feed", RSS, etag=etag, last_modified=last_modified)
    fetcher = fetching()
    first = await fetcher.fetch(Request(web.url("/feed")))
    again = await fetcher.fetch(Request(web.url("/feed"), validators=first.validators))
    sent = web.requests[-1]
    received = [sent.header("if-none-match"), sent.header("if-modified-since")]
    assert received == [etag or None, last_modified]
    assert again.outcome is Outcome.NOT_MODIFIED


async def test_req_02_a_200_gives_the_validators_anew(web: Web, fetching: Fetching) -> None:
    """Every 200 tells both validators as they are now; a missing one is missing."""
    web.script(
        "/feed",
        stand.document(RSS, etag='"1"', last_modified="then"),
        stand.document(RSS, last_modified="now"),
    )
    fetcher = fetching()
    first = await fetcher.fetch(Request(web.url("/feed")))
    second = await fetcher.fetch(Request(web.url("/feed"), validators=first.validators))
    assert second.validators == Validators(None, "now", url=web.url("/feed"))


async def test_req_03_a_304_may_bring_validators(web: Web, fetching: Fetching) -> None:
    """What a 304 says about validators is passed on; what it does not say is None, for the caller to keep."""
    web.not_modified("/feed", [("ETag", '"2"')])
    response = await fetching().fetch(Request(web.url("/feed"), validators=Validators('"1"', "then")))
    assert (response.outcome, response.validators.etag, response.validators.last_modified) == (
        Outcome.NOT_MODIFIED,
        '"2"',
        None,
    )


@pytest.mark.parametrize(
    "more",
    [
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 20\r\n\r\n<rss>unchanged</rss>",
        b"\r\nNot Modified",
    ],
)
async def test_req_03_a_304_with_a_body_is_a_304(web: Web, fetching: Fetching, more: bytes) -> None:
    """A 304 has no body (RFC 9110, 15.4.5), but some servers send one; it is dropped, and the connection with it."""
    web.script("/feed", stand.raw(b"HTTP/1.1 304 Not Modified\r\n" + more), stand.document(RSS))
    fetcher = fetching()
    asked = Request(web.url("/feed"), validators=Validators('"1"'))
    assert (await fetcher.fetch(asked)).outcome is Outcome.NOT_MODIFIED
    assert (await fetcher.fetch(asked)).body == RSS


async def test_req_04_an_unasked_304_is_an_error(web: Web, fetching: Fetching) -> None:
    """A server that answers 304 to an unconditional request has told nothing."""
    web.not_modified("/feed")
    response = await fetching().fetch(Request(web.url("/feed")))
    assert (response.outcome, response.reason) == (Outcome.ERROR, "http_304")


@pytest.mark.parametrize("by", ["length", "chunked", "gzip"])
async def test_req_06_a_torn_body_gives_no_validators(web: Web, fetching: Fetching, by: str) -> None:
    """A body that did not arrive whole is an error without body and without validators: the next poll must ask again in full."""
    web.truncate("/feed", RSS * 20, by=by)
    response = await fetching().fetch(Request(web.url("/feed")))
    assert (response.outcome, response.reason, response.body) == (Outcome.ERROR, "truncated", b"")
    assert response.validators == Validators()


async def test_req_14_one_domain_sees_two_at_once_and_a_pause_between(web: Web, fetching: Fetching) -> None:
    """Eight feeds of one host: never three requests at once, and every start a pause after the one before."""
    for number in range(8):
        web.script(f"/{number}", stand.drip(RSS, interval=0.02, size=10))
    fetcher = fetching(host_delay=0.1, per_host=2)
    responses = await asyncio.gather(*(fetcher.fetch(Request(web.url(f"/{number}"))) for number in range(8)))
    assert {response.outcome for response in responses} == {Outcome.OK}
    assert web.busiest <= 2
    starts = [request.at for request in web.requests]
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) > 0.07


async def test_req_15_429_and_503_tell_how_long_to_wait(web: Web, fetching: Fetching) -> None:
    """Retry-After arrives in seconds, from either form; a date counts from the answer's own Date."""
    web.status("/429", 429, [("Retry-After", "120")])
    dates = [("Date", "Mon, 02 Mar 2026 12:00:00 GMT"), ("Retry-After", "Mon, 02 Mar 2026 12:05:00 GMT")]
    web.status("/503", 503, dates)
    web.status("/none", 429, [("Retry-After", "-1")])
    fetcher = fetching()
    got = [await fetcher.fetch(Request(web.url(path))) for path in ("/429", "/503", "/none")]
    assert [(response.outcome, response.reason, response.retry_after) for response in got] == [
        (Outcome.RATE_LIMITED, "http_429", 120.0),
        (Outcome.ERROR, "http_503", 300.0),
        (Outcome.RATE_LIMITED, "http_429", None),
    ]


async def test_req_15_a_date_without_a_date_counts_from_now(web: Web, fetching: Fetching) -> None:
    """A server without a clock is taken by ours, which is injected."""
    web.status("/feed", 429, [("Retry-After", "Mon, 02 Mar 2026 12:05:00 GMT")])
    fetcher = fetching(now=lambda: datetime(2026, 3, 2, 12, 4, tzinfo=UTC))
    assert (await fetcher.fetch(Request(web.url("/feed")))).retry_after == 60.0


async def test_req_16_every_way_of_failing_has_its_word(web: Web, fetching: Fetching) -> None:
    """Server errors, time-outs, refused and reset connections, names without address: told apart, none an exception."""
    web.status("/500", 500)
    web.hang("/hang")
    web.reset("/reset")
    web.raw("/noise", b"SSH-2.0-OpenSSH_9.6\r\n")
    web.raw("/nothing", b"")
    web.raw("/twice", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")

    async def lookup(host: str) -> list[str]:
        raise OSError("no such name")

    fetcher = fetching(lookup=lookup, allow_private=("127.0.0.1",))
    closed = closed_port()
    cases = {
        web.url("/500"): "http_500",
        web.url("/hang"): "timeout",
        web.url("/reset"): "reset",
        web.url("/noise"): "protocol",
        web.url("/nothing"): "reset",
        web.url("/twice"): "protocol",
        f"http://127.0.0.1:{closed}/": "refused",
        f"http://nowhere.example:{web.port}/": "dns",
    }
    got = {url: await fetcher.fetch(Request(url, deadline=0.5)) for url in cases}
    assert {url: response.reason for url, response in got.items()} == cases
    assert all(response.outcome is Outcome.ERROR and response.error for response in got.values())


def closed_port() -> int:
    """Return a port of loopback on which nobody listens any more."""
    with Web() as gone:
        return gone.port


async def test_req_17_client_errors_are_not_retried(web: Web, fetching: Fetching) -> None:
    """Within a poll a 4xx is asked once; 401 and 403 are `blocked`, with what to do about it."""
    fetcher = fetching()
    for code, outcome in (
        (400, Outcome.ERROR),
        (401, Outcome.BLOCKED),
        (403, Outcome.BLOCKED),
        (404, Outcome.ERROR),
    ):
        web.status(f"/{code}", code, body=b"<html>no</html>")
        response = await fetcher.fetch(Request(web.url(f"/{code}")))
        assert (response.outcome, response.status, response.body) == (outcome, code, b"")
        assert len(web.asked(f"/{code}")) == 1


async def test_req_18_410_is_gone(web: Web, fetching: Fetching) -> None:
    """Gone is an outcome of its own."""
    web.status("/feed", 410)
    assert (await fetching().fetch(Request(web.url("/feed")))).outcome is Outcome.GONE


async def test_req_19_the_whole_chain_is_told(web: Web, fetching: Fetching) -> None:
    """Each hop's status and address are kept, so that a permanent move can be told from a temporary one."""
    web.redirect("/a", "/b", 301)
    web.redirect("/b", "c?x=1", 308)
    web.redirect("/c", "/d", 302)
    web.serve("/d", RSS)
    response = await fetching().fetch(Request(web.url("/a")))
    assert response.outcome is Outcome.OK
    assert response.url == web.url("/d")
    assert response.hops == (Hop(301, web.url("/b")), Hop(308, web.url("/c?x=1")), Hop(302, web.url("/d")))


@pytest.mark.parametrize(("redirects", "reason"), [(6, ""), (7, "too_many_redirects")])
async def test_req_20_at_most_six_hops(web: Web, fetching: Fetching, redirects: int, reason: str) -> None:
    """Six redirects are followed, a seventh is not."""
    for number in range(redirects):
        web.redirect(f"/{number}", f"/{number + 1}", 302)
    web.serve(f"/{redirects}", RSS)
    response = await fetching().fetch(Request(web.url("/0")))
    assert response.reason == reason
    assert len(web.requests) == min(redirects, 6) + 1


@pytest.mark.parametrize("start", ["/self", "/a", "/lead"])
async def test_req_20_loops_are_found(web: Web, fetching: Fetching, start: str) -> None:
    """An address that redirects to itself, or round a circle, or into one, is left at its first repetition."""
    web.redirect("/self", "/self#again", 302)
    web.redirect("/a", "/b", 303)
    web.redirect("/b", "/a", 307)
    web.redirect("/lead", "/a", 302)
    response = await fetching().fetch(Request(web.url(start)))
    assert (response.outcome, response.reason) == (Outcome.ERROR, "redirect_loop")
    assert len(web.requests) <= 3


async def test_req_32_a_redirect_that_is_not_to_be_followed_is_told(web: Web, fetching: Fetching) -> None:
    """Whoever has to ask leave at each address gets the next one instead of its body."""
    web.redirect("/a", "/b", 302)
    web.serve("/b", RSS)
    response = await fetching().fetch(Request(web.url("/a"), follow=False))
    assert (response.outcome, response.reason, response.hops) == (
        Outcome.ERROR,
        "redirected",
        (Hop(302, web.url("/b")),),
    )
    assert len(web.requests) == 1


async def test_req_22_validators_stay_with_their_address(web: Web, fetching: Fetching) -> None:
    """Validators from behind a redirect are sent to that address and to no other; bound to none, to the first one only."""
    with Web() as other:
        other.serve("/feed", RSS, etag='"other"')
        web.redirect("/moved", other.url("/feed"))
        fetcher = fetching(allow_private=(web.address, other.address))
        first = await fetcher.fetch(Request(web.url("/moved")))
        assert first.validators.url == other.url("/feed")
        again = await fetcher.fetch(Request(web.url("/moved"), validators=first.validators))
        assert again.outcome is Outcome.NOT_MODIFIED
        unbound = replace(first.validators, url=None)
        assert (await fetcher.fetch(Request(web.url("/moved"), validators=unbound))).outcome is Outcome.OK
    assert [request.header("if-none-match") for request in web.requests] == [None, None, '"other"']
    assert [request.header("if-none-match") for request in other.requests] == [None, '"other"', None]


async def test_req_22_no_cookies(web: Web, fetching: Fetching) -> None:
    """A cookie that a server sets never comes back to it, not even within a chain of redirects."""
    web.script("/feed", stand.status(302, [("Location", "/next"), ("Set-Cookie", "id=1; Path=/")]))
    web.serve("/next", RSS, headers=[("Set-Cookie", "id=2; Path=/")])
    fetcher = fetching()
    for _ in range(2):
        await fetcher.fetch(Request(web.url("/feed")))
    assert [request.header("cookie") for request in web.requests] == [None] * 4


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "raw-deflate", "zstd", None])
@pytest.mark.parametrize("chunked", [False, True])
async def test_req_23_encodings_are_undone(
    web: Web, fetching: Fetching, encoding: str | None, chunked: bool
) -> None:
    """Whatever encoding a server picks of those offered, the body comes out plain."""
    body = RSS * 500
    web.script("/feed", stand.document(body, encoding=encoding, chunked=chunked))
    response = await fetching().fetch(Request(web.url("/feed")))
    assert (response.outcome, response.body) == (Outcome.OK, body)
    assert web.requests[0].header("accept-encoding") == "gzip, deflate, br, zstd"


async def test_req_23_forced_gzip_is_undone(web: Web, fetching: Fetching) -> None:
    """A gzip file served without any Content-Encoding is a feed all the same."""
    web.serve("/feed.xml.gz", stand.encode(RSS, "gzip"), content_type="application/octet-stream")
    assert (await fetching().fetch(Request(web.url("/feed.xml.gz")))).body == RSS


@pytest.mark.parametrize(
    "answer",
    [
        stand.document(b"x" * 60_000),
        stand.document(b"x" * 60_000, chunked=True),
        stand.endless(),
        stand.endless(head=[("Content-Length", str(2**40))]),
        stand.bomb(2**20, "gzip"),
        stand.bomb(2**20, "br"),
        stand.bomb(2**20, "zstd"),
        stand.bomb(2**20, "deflate"),
    ],
)
async def test_req_24_caps_hold_while_streaming(web: Web, fetching: Fetching, answer: stand.Answer) -> None:
    """Both caps, on the wire and inflated, end a body at once; what came so far is dropped."""
    web.script("/feed", answer)
    request = Request(web.url("/feed"), max_wire=50_000, max_inflated=200_000, deadline=5)
    response = await fetching().fetch(request)
    assert (response.outcome, response.reason, response.body) == (Outcome.TOO_LARGE, "too_large", b"")


@pytest.mark.parametrize("size", [1000, 4096, 65536])
async def test_req_24_a_body_without_length_is_not_whole_at_its_cap(
    web: Web, fetching: Fetching, size: int
) -> None:
    """Where only the end of the connection ends a body, hanging up at the cap must not pass for that end."""

    async def answer(exchange: stand.Exchange) -> None:
        await exchange.head(200)
        exchange.hang_up()
        while await exchange.pause(0.01):
            await exchange.send(b"x" * size)

    web.script("/feed", answer)
    response = await fetching().fetch(Request(web.url("/feed"), max_wire=20_000, deadline=5))
    assert (response.outcome, response.body) == (Outcome.TOO_LARGE, b"")


@pytest.mark.parametrize(
    "answer",
    [
        stand.hang(),
        stand.hang(b"HTTP/1.1 200 OK\r\n"),
        stand.hang(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        stand.drip(b"x" * 10_000, interval=0.01),
        stand.interim_flood(code=102),
    ],
)
async def test_req_24_the_deadline_ends_everything(
    web: Web, fetching: Fetching, answer: stand.Answer
) -> None:
    """A server that never quite stops talking is left when the time for the whole exchange is over."""
    web.script("/feed", answer)
    began = time.monotonic()
    response = await fetching().fetch(Request(web.url("/feed"), deadline=0.3))
    assert response.outcome is Outcome.ERROR
    assert response.reason in ("timeout", "protocol")
    assert time.monotonic() - began < 2


async def test_req_24_redirects_share_one_deadline(web: Web, fetching: Fetching) -> None:
    """Five slow redirects have no more time than one slow answer."""

    def slowly(to: str) -> stand.Answer:
        async def answer(exchange: stand.Exchange) -> None:
            await exchange.pause(0.2)
            await stand.redirect(to)(exchange)

        return answer

    for number in range(5):
        web.script(f"/{number}", slowly(f"/{number + 1}"))
    response = await fetching().fetch(Request(web.url("/0"), deadline=0.5))
    assert response.reason == "timeout"
    assert 1 <= len(response.hops) <= 2


async def test_req_25_who_asks_and_for_what(web: Web, fetching: Fetching) -> None:
    """One User-Agent always, an Accept by kind, no Referer, and the address on the wire exactly as configured."""
    web.serve("/r", RSS)
    fetcher = fetching()
    path = "/a%2Fb/c%20d/%E4%B8%AD/?q=a+b&x=%41&&y="
    for kind in ("feed", "page", "image"):
        await fetcher.fetch(Request(web.url(path), accept=kind))
    assert {request.target for request in web.requests} == {path}
    assert {request.header("user-agent") for request in web.requests} == {USER_AGENT}
    assert {request.header("referer") for request in web.requests} == {None}
    feed, page, image = (request.header("accept") or "" for request in web.requests)
    assert "application/rss+xml" in feed
    assert "application/atom+xml" in feed
    assert page.startswith("text/html")
    assert image.startswith("image/")


async def test_req_25_addresses_written_in_letters_are_quoted(web: Web, fetching: Fetching) -> None:
    """Letters that cannot stand in a request line are percent-encoded as UTF-8 (RFC 3987)."""
    await fetching().fetch(Request(web.url("/münchen?q=größe")))
    assert web.requests[0].target == "/m%C3%BCnchen?q=gr%C3%B6%C3%9Fe"


async def test_req_25_a_feed_may_have_headers_of_its_own(web: Web, fetching: Fetching) -> None:
    """They replace the defaults, User-Agent included, each sent once."""
    web.serve("/feed", RSS)
    headers = (("user-agent", "special/2"), ("Accept-Language", "de"), ("X-Api-Key", "k"))
    await fetching().fetch(Request(web.url("/feed"), headers=headers))
    sent = web.requests[0]
    assert [sent.header(name) for name in ("user-agent", "accept-language", "x-api-key")] == [
        "special/2",
        "de",
        "k",
    ]


@pytest.mark.parametrize(
    "header",
    [("Host", "other"), ("Range", "bytes=0-1"), ("X Y", "1"), ("X", "a\r\nHost: b"), ("", "x"), ("X:", "1")],
)
async def test_a_header_that_cannot_be_sent_is_told(
    web: Web, fetching: Fetching, header: tuple[str, str]
) -> None:
    """A header that would break the exchange is that feed's error, and its value is not repeated."""
    response = await fetching().fetch(Request(web.url("/feed"), headers=(header,)))
    assert (response.outcome, response.reason) == (Outcome.ERROR, "bad_request")
    assert header[1] not in response.error
    assert web.requests == []


async def test_a_feeds_secrets_stay_at_home(web: Web, fetching: Fetching) -> None:
    """Keys in a feed's headers or address go to its own origin and are not forwarded to another by a redirect."""
    with Web() as other:
        other.serve("/feed", RSS)
        web.redirect("/feed", "/here")
        web.redirect("/here", other.url("/feed"))
        url = web.url("/feed").replace("http://", "http://user:p%40ss@")
        headers = (("Authorization", "Bearer secret"), ("X-Api-Key", "secret"), ("Accept-Language", "de"))
        fetcher = fetching(allow_private=(web.address, other.address))
        response = await fetcher.fetch(Request(url, headers=headers))
        plain = await fetcher.fetch(Request(url))
    assert [request.header("authorization") for request in web.requests[:2]] == ["Bearer secret"] * 2
    assert [request.header("authorization") for request in web.requests[2:]] == ["Basic dXNlcjpwQHNz"] * 2
    foreign = other.requests[0]
    assert [foreign.header(name) for name in ("authorization", "x-api-key", "accept-language")] == [
        None,
        None,
        "de",
    ]
    assert "pass" not in repr((response, plain))
    assert "p%40ss" not in repr((response, plain))


async def test_a_page_elsewhere_does_not_get_the_feeds_secrets(web: Web, fetching: Fetching) -> None:
    """A feed names its pages, and they may be anywhere: its keys go only to pages of its own origin."""
    headers = (("Authorization", "Bearer secret"), ("Accept-Language", "de"))
    with Web() as other:
        fetcher = fetching(allow_private=(web.address, other.address))
        for site in (web, other):
            await fetcher.fetch(Request(site.url("/page"), "page", headers=headers, home=web.url("/feed")))
    assert web.requests[0].header("authorization") == "Bearer secret"
    assert other.requests[0].header("authorization") is None
    assert other.requests[0].header("accept-language") == "de"


async def test_req_31_one_bad_feed_never_delays_the_others(web: Web, fetching: Fetching) -> None:
    """Twenty hosts that hang, drip and flood are waited for while forty good ones are read in no time."""
    web.hang("/hang")
    web.script("/drip", stand.drip(b"x" * 100_000))
    web.script("/flood", stand.interim_flood())
    web.script("/endless", stand.endless())
    web.serve("/good", RSS)

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    fetcher = fetching(lookup=lookup, host_delay=1.0, per_host=2, concurrency=64)

    async def get(host: str, path: str) -> tuple[Outcome, float]:
        began = time.monotonic()
        response = await fetcher.fetch(Request(f"http://{host}:{web.port}{path}", deadline=3, max_wire=2**20))
        return response.outcome, time.monotonic() - began

    bad = [
        get(f"bad{number}.example", path)
        for number in range(5)
        for path in ("/hang", "/drip", "/flood", "/endless")
    ]
    crowd = [asyncio.ensure_future(work) for work in bad]
    good = await asyncio.gather(*(get(f"good{number}.example", "/good") for number in range(40)))
    assert {outcome for outcome, _ in good} == {Outcome.OK}
    assert max(seconds for _, seconds in good) < 2.5
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)


async def test_req_32_connections_are_kept(web: Web, fetching: Fetching) -> None:
    """Several polls of one host share a connection."""
    web.serve("/feed", RSS, etag='"1"')
    fetcher = fetching()
    for _ in range(5):
        response = await fetcher.fetch(Request(web.url("/feed")))
        await fetcher.fetch(Request(web.url("/feed"), validators=response.validators))
    assert web.connections == 1


async def test_a_connection_that_died_in_the_pool_is_replaced(web: Web, fetching: Fetching) -> None:
    """A kept connection that the server has closed meanwhile costs nobody a failed poll."""

    async def closing(exchange: stand.Exchange) -> None:
        await stand.document(RSS)(exchange)
        exchange.hang_up()

    web.script("/feed", closing)
    fetcher = fetching()
    got = [await fetcher.fetch(Request(web.url("/feed"))) for _ in range(5)]
    assert {response.outcome for response in got} == {Outcome.OK}


async def test_req_32_a_crawl_delay_is_kept(web: Web, fetching: Fetching) -> None:
    """Pages of a host that asks for a pause are fetched that far apart."""
    web.serve("/page", b"<p>")
    fetcher = fetching()
    pages = (fetcher.fetch(Request(web.url("/page"), accept="page", spacing=0.2)) for _ in range(4))
    await asyncio.gather(*pages)
    starts = [request.at for request in web.asked("/page")]
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) > 0.17


async def test_non_utf8_headers_can_be_stored(web: Web, fetching: Fetching) -> None:
    """A header in Latin-1 neither breaks the poll nor what is written down of it."""
    web.raw(
        "/feed", b'HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nETag: "caf\xe9"\r\nContent-Length: 6\r\n\r\n<rss/>'
    )
    response = await fetching().fetch(Request(web.url("/feed")))
    assert response.header("x-name") == "café"
    assert response.validators.etag is None
    repr(response).encode()


async def test_a_foreign_certificate_is_not_trusted(web: Web, fetching: Fetching) -> None:
    """TLS certificates are verified; there is no switch to turn that off."""
    with Web(tls=stand.tls()) as secure:
        fetcher = fetching(allow_private=(secure.address,))
        response = await fetcher.fetch(Request(secure.url("/"), deadline=5))
    assert (response.outcome, response.reason) == (Outcome.ERROR, "tls")
    assert secure.requests == []


async def test_req_15_who_waits_at_a_site_that_says_429_does_not_ask(web: Web, fetching: Fetching) -> None:
    """Polls that wait for their turn when one of their site's is told to slow down are passed over, with the quiet that was asked for."""
    for path in ("/a", "/b", "/c"):
        web.status(path, 429, [("Retry-After", "120")])
    fetcher = fetching(per_host=1)
    first, *others = await asyncio.gather(
        *(fetcher.fetch(Request(web.url(path))) for path in ("/a", "/b", "/c"))
    )
    assert (first.outcome, first.retry_after) == (Outcome.RATE_LIMITED, 120)
    assert [(one.outcome, one.reason, one.retry_after) for one in others] == [
        (Outcome.SKIPPED, "host_quiet", 120)
    ] * 2
    assert len(web.requests) == 1
    assert (await fetcher.fetch(Request(web.url("/b")))).outcome is Outcome.RATE_LIMITED, (
        "who comes later has been let by the caller"
    )


async def test_req_18_only_the_address_itself_can_be_gone(web: Web, fetching: Fetching) -> None:
    """A 410 at the end of a temporary redirect says nothing of the feed: tomorrow it may lead elsewhere. After permanent ones it does."""
    web.redirect("/for-now", "/gone", 302)
    web.redirect("/for-good", "/gone", 301)
    web.status("/gone", 410)
    fetcher = fetching()
    for_now = await fetcher.fetch(Request(web.url("/for-now")))
    assert (for_now.outcome, for_now.reason) == (Outcome.ERROR, "http_410")
    assert for_now.error == "the address it redirects to for now is gone: HTTP 410"
    assert (await fetcher.fetch(Request(web.url("/for-good")))).outcome is Outcome.GONE


async def test_req_20_a_redirect_that_cannot_be_followed_says_so(web: Web, fetching: Fetching) -> None:
    """Who reads `only http and https` beside an https address must learn that it is the redirect's target that is meant."""
    web.redirect("/file", "file:///etc/passwd")
    web.redirect("/closed", "http://127.0.0.2:1/feed")
    web.status("/nowhere", 301)
    fetcher = fetching(allow_private=(web.address, "127.0.0.2:1"))
    refused = await fetcher.fetch(Request(web.url("/file")))
    assert refused.error == "after a redirect: only http and https addresses are fetched"
    closed = await fetcher.fetch(Request(web.url("/closed")))
    assert closed.error == "after a redirect to 127.0.0.2: the connection was refused"
    nowhere = await fetcher.fetch(Request(web.url("/nowhere")))
    assert nowhere.error == "redirects without saying where to: HTTP 301"
