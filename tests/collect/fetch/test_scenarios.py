"""Ways to lead a fetcher where it must not go: none of them ever reaches the forbidden service.

`web` is the outside world (opened by the allow-list), `forbidden` a service on the same machine that is not; the fixture checks
that nobody as much as connected to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from monitor.collect.fetch import AiohttpFetcher, dialling
from monitor.models import Outcome, Request
from tests.standins import web as stand
from tests.standins.web import Web

Fetching = Callable[..., AiohttpFetcher]

# What a hostile server writes into Location, with {port} of the forbidden service; and the word it must earn.
LOCATIONS = [
    ("http://127.0.0.1:{port}/", "forbidden_address"),
    ("//127.0.0.1:{port}/feed", "forbidden_address"),
    ("http://127.1:{port}/", "forbidden_address"),
    ("http://2130706433:{port}/", "forbidden_address"),
    ("http://0x7f000001:{port}/", "forbidden_address"),
    ("http://0177.0.0.1:{port}/", "forbidden_address"),
    ("http://１２７.０.０.１:{port}/", "forbidden_address"),
    ("http://127.0.0.1.:{port}/", "forbidden_address"),
    ("http://0.0.0.0:{port}/", "forbidden_address"),
    ("http://[::1]:{port}/", "forbidden_address"),
    ("http://[::ffff:127.0.0.1]:{port}/", "forbidden_address"),
    ("http://[::ffff:7f00:1]:{port}/", "forbidden_address"),
    ("http://[64:ff9b::7f00:1]:{port}/", "forbidden_address"),
    ("http://[2002:7f00:1::]:{port}/", "forbidden_address"),
    ("http://127.0.0.2:{port}/", "forbidden_address"),
    ("http://169.254.169.254/latest/meta-data/", "forbidden_address"),
    ("http://[fd00:ec2::254]/latest/meta-data/", "forbidden_address"),
    ("http://localhost:{port}/", "forbidden_address"),
    ("http://localhost.:{port}/", "forbidden_address"),
    ("http://inside.example:{port}/", "forbidden_address"),
    ("http://mapped.example:{port}/", "forbidden_address"),
    ("http://example.org@127.0.0.1:{port}/", "forbidden_address"),
    ("http://127.0.0.1:{port}%2F@127.0.0.1:{port}/", "forbidden_address"),
    ("http://127.0.0.1:{port}\\@example.org/", "bad_url"),
    ("http://example.org\t@127.0.0.1:{port}/", "bad_url"),
    ("http:\\\\127.0.0.1:{port}/", "bad_url"),
    ("http://%31%32%37.0.0.1:{port}/", "bad_url"),
    ("http://127.0.0.1%00.example.org:{port}/", "bad_url"),
    ("file:///etc/passwd", "bad_url"),
    ("gopher://127.0.0.1:{port}/_GET", "bad_url"),
    ("ftp://127.0.0.1:{port}/", "bad_url"),
    ("unix:///run/docker.sock", "bad_url"),
]
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost.": ["127.0.0.1"],
    "inside.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
}


async def lookup(host: str) -> Sequence[str]:
    if host not in NAMES:
        raise OSError("no such name")
    return NAMES[host]


@pytest.mark.parametrize("kind", ["feed", "page", "image"])
@pytest.mark.parametrize(("location", "reason"), LOCATIONS)
async def test_req_21_no_redirect_leads_inside(
    web: Web, forbidden: Web, fetching: Fetching, location: str, reason: str, kind: str
) -> None:
    """Whatever a redirect writes for a private address, the chain ends there with a refusal, for every kind of request."""
    web.redirect("/feed", location.format(port=forbidden.port))
    response = await fetching(lookup=lookup).fetch(Request(web.url("/feed"), accept=kind))
    assert response.outcome is Outcome.ERROR
    assert response.reason == reason
    assert response.body == b""


@pytest.mark.parametrize(
    ("address", "reason"),
    [case for case in LOCATIONS if case[0].startswith("http")],
)
async def test_req_21_no_configured_address_leads_inside(
    web: Web, forbidden: Web, fetching: Fetching, address: str, reason: str
) -> None:
    """The same addresses, given directly (as a feed, from an OPML file, by discovery), are refused in the same words."""
    response = await fetching(lookup=lookup).fetch(Request(address.format(port=forbidden.port)))
    assert (response.outcome, response.reason) == (Outcome.ERROR, reason)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_req_21_the_last_of_several_hops_is_judged_too(
    web: Web, forbidden: Web, fetching: Fetching, code: int
) -> None:
    """Harmless hops before it do not help a forbidden one."""
    web.redirect("/1", "/2", code)
    web.redirect("/2", "/3", code)
    web.redirect("/3", forbidden.url("/"), code)
    response = await fetching().fetch(Request(web.url("/1")))
    assert response.reason == "forbidden_address"
    assert len(response.hops) == 3


@pytest.fixture
def neighbour(web: Web) -> Iterator[Web]:
    """A forbidden service on another loopback address, on the very port that is open on the first one."""
    with Web(host="127.0.0.2", port=web.port) as server:
        server.serve("/feed", b"secret")
        yield server
    assert server.connections == 0


async def test_req_21_a_name_that_changes_its_address_gains_nothing(
    web: Web, neighbour: Web, fetching: Fetching
) -> None:
    """DNS rebinding: a name that led to an open address at first is judged anew at every dial."""
    answers = iter(["127.0.0.1"])

    async def rebinding(host: str) -> Sequence[str]:
        return [next(answers, "127.0.0.2")]

    async def closing(exchange: stand.Exchange) -> None:
        await stand.document(b"<rss/>")(exchange)
        exchange.hang_up()

    web.script("/feed", closing)
    url = f"http://rebind.example:{web.port}/feed"
    settings = {"lookup": rebinding, "allow_private": (web.address,)}
    first = await fetching(**settings).fetch(Request(url))
    second = await fetching(**settings).fetch(Request(url))
    assert first.outcome is Outcome.OK
    assert second.reason == "forbidden_address"


async def test_req_21_a_redirect_to_its_own_name_after_rebinding(
    web: Web, neighbour: Web, fetching: Fetching
) -> None:
    """A server that redirects to itself after changing its name's address is dialled where it was judged, or not at all."""
    answers = iter(["127.0.0.1"])

    async def rebinding(host: str) -> Sequence[str]:
        return [next(answers, "127.0.0.2")]

    async def closing(exchange: stand.Exchange) -> None:
        await stand.redirect("/feed")(exchange)
        exchange.hang_up()

    web.script("/start", closing)
    web.serve("/feed", b"<rss/>")
    response = await fetching(lookup=rebinding).fetch(Request(f"http://rebind.example:{web.port}/start"))
    assert response.outcome is Outcome.OK  # the first answer is still remembered


async def test_req_21_of_several_addresses_only_open_ones_are_dialled(
    web: Web, neighbour: Web, fetching: Fetching
) -> None:
    """A name with a private and an open address is fetched from the open one; with only private ones it is refused."""
    mixed = {"mixed.example": ["127.0.0.2", "127.0.0.1"], "inside.example": ["127.0.0.2", "10.0.0.1"]}

    async def names(host: str) -> Sequence[str]:
        return mixed[host]

    web.serve("/feed", b"<rss/>")
    fetcher = fetching(lookup=names)
    good = await fetcher.fetch(Request(f"http://mixed.example:{web.port}/feed"))
    bad = await fetcher.fetch(Request(f"http://inside.example:{web.port}/feed"))
    assert (good.outcome, bad.reason) == (Outcome.OK, "forbidden_address")


async def test_req_21_the_dialled_address_is_judged_even_if_the_resolver_lies(
    web: Web, neighbour: Web, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each layer suffices alone: with the resolver's own check out of the way, the socket is never made."""

    async def lying(self: object, host: str, port: int = 0, family: object = 0) -> list[object]:
        return [dialling._resolved(host, "127.0.0.2", port)]

    monkeypatch.setattr(dialling._Resolver, "resolve", lying)
    response = await fetching().fetch(Request(f"http://any.example:{web.port}/feed"))
    assert response.reason == "forbidden_address"


async def test_req_21_a_permission_is_one_feeds_own(web: Web, fetching: Fetching) -> None:
    """A connection that one feed was allowed to open is not lent to another feed, not even through the same host name."""

    async def names(host: str) -> Sequence[str]:
        return ["127.0.0.1"]

    web.serve("/feed", b"<rss/>")
    url = f"http://intranet.example:{web.port}/feed"
    fetcher = fetching(lookup=names, allow_private=())
    allowed = await fetcher.fetch(Request(url, allow_private=(web.address,)))
    stranger = await fetcher.fetch(Request(url))
    again = await fetcher.fetch(Request(url, allow_private=(web.address,)))
    assert [allowed.outcome, stranger.reason, again.outcome] == [Outcome.OK, "forbidden_address", Outcome.OK]
    assert len(web.requests) == 2


async def test_req_21_an_allow_list_opens_one_port(web: Web, forbidden: Web, fetching: Fetching) -> None:
    """`127.0.0.1:PORT` opens that port and not its neighbours."""
    response = await fetching(allow_private=(web.address,)).fetch(Request(forbidden.url("/")))
    assert response.reason == "forbidden_address"


async def test_req_21_an_allow_list_of_a_network(web: Web, fetching: Fetching) -> None:
    """`127.0.0.0/8` opens all of it, on every port."""
    web.serve("/feed", b"<rss/>")
    fetcher = fetching(allow_private=())
    assert (
        await fetcher.fetch(Request(web.url("/feed"), allow_private=("127.0.0.0/8",)))
    ).outcome is Outcome.OK


async def test_an_unreadable_allow_list_is_that_feeds_error(web: Web, fetching: Fetching) -> None:
    """A mistake opens nothing and is told."""
    response = await fetching(allow_private=()).fetch(Request(web.url("/"), allow_private=("everything",)))
    assert (response.outcome, response.reason) == (Outcome.ERROR, "bad_request")
    assert "everything" in response.error
    assert web.requests == []


async def test_environment_proxies_are_not_used(
    web: Web, forbidden: Web, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a proxy the guard could not see what is dialled, so none is taken from the environment."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, forbidden.url(""))
    web.serve("/feed", b"<rss/>")
    assert (await fetching().fetch(Request(web.url("/feed")))).outcome is Outcome.OK


def test_the_scenarios_are_as_many_as_promised() -> None:
    """At least eighteen ways of redirection and DNS are tried."""
    assert len(LOCATIONS) >= 18
