"""The fetcher: one GET at a time per turn, redirects followed by hand, bodies capped while they stream.

::

    fetch    check the address | wait for a turn | exchange | redirected? again | judge the answer

Whatever goes wrong is a `Response` with an outcome and a reason, never an exception: a broken feed is a value.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from monitor.collect.fetch import answers, decode, dialling
from monitor.collect.fetch.politeness import Politeness
from monitor.collect.guard import AllowList, Refusal, check_url
from monitor.models import Hop, Outcome, Request, Response, Validators
from monitor.urls import registrable

MAX_HOPS = 6
_MAX_FIELD = 32 * 1024  # one header; content security policies of 10 KB and more are in use

ACCEPT = {
    "feed": (
        "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
        "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
    ),
    "page": "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1",
    "image": "image/avif, image/webp, image/png, image/jpeg, image/*;q=0.8, */*;q=0.1",
}
# Set by the exchange itself; an operator's value would break framing, decoding or the conditional request.
_RESERVED = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "upgrade",
        "accept-encoding",
        "if-none-match",
        "if-modified-since",
        "range",
    }
)
# The only per-feed headers that go on to another origin; any other may be a key to the first one.
_HARMLESS = frozenset(("accept", "accept-language", "user-agent"))


@dataclass(frozen=True, slots=True)
class _Leg:
    """One request of a chain: where it stands, how it came there, and the seconds left for the rest."""

    request: Request
    url: str
    allowed: AllowList
    left: float
    hops: tuple[Hop, ...] = ()

    def answer(self, outcome: Outcome, reason: str, error: str, status: int = 0) -> Response:
        """Return the response that ends the chain here without a body."""
        return Response(outcome, self.url, status=status, hops=self.hops, reason=reason, error=error)

    def refused(self, refusal: Refusal) -> Response:
        """Return the response for an address that may not be fetched."""
        return self.answer(Outcome.ERROR, refusal.reason, refusal.message)

    def asks_conditionally(self) -> bool:
        """Say whether the validators belong to this very address (they are bound to the one that gave them)."""
        validators = self.request.validators
        known = validators.etag or validators.last_modified
        return bool(known) and (validators.url or answers.bare(self.request.url)) == self.url


class AiohttpFetcher:
    """The only dialer: conditional, capped, polite GETs under the address guard.

    `host_delay` is in seconds between two starts at one registrable domain; `allow_private` opens addresses for every request
    (a request's own list adds to it); `lookup` resolves names; `now` (aware UTC) is used only for a Retry-After date in an
    answer without a Date. Raises ValueError if `allow_private` cannot be read. Use in one event loop, and `close` it.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        per_host: int = 2,
        host_delay: float = 1.0,
        concurrency: int = 64,
        allow_private: Iterable[str] = (),
        lookup: dialling.Lookup = dialling.system_lookup,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._politeness = Politeness(per_host, host_delay, concurrency)
        self._allowed = AllowList.parse(allow_private)
        self._lookup = lookup
        self._now = now
        self._sessions: dict[AllowList, aiohttp.ClientSession] = {}

    async def fetch(self, request: Request) -> Response:
        """GET `request.url`, following up to six redirects; never raises for what a server or a network may do.

        The deadline runs while a request is under way, not while it waits for its turn.
        """
        start = _Leg(request, answers.bare(request.url), self._allowed, request.deadline)
        try:
            leg = replace(start, allowed=self._allowed | AllowList.parse(request.allow_private))
        except ValueError as error:
            return start.answer(Outcome.ERROR, "bad_request", str(error))
        if (complaint := _complaint(request)) is not None:
            return leg.answer(Outcome.ERROR, "bad_request", complaint)
        return await self._follow(leg)

    async def close(self) -> None:
        """Close every connection."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    async def _follow(self, leg: _Leg) -> Response:
        while True:
            refusal = check_url(leg.url, leg.allowed)
            if refusal is not None:
                return leg.refused(refusal)
            response, left = await self._take_turn(leg)
            target = answers.redirect_target(response.status, response.headers, leg.url)
            if target is None:
                return response
            ended = _cannot_go_on(leg, response.status, target)
            if ended is not None:
                return ended
            leg = replace(leg, url=target, left=left, hops=(*leg.hops, Hop(response.status, target)))

    async def _take_turn(self, leg: _Leg) -> tuple[Response, float]:
        """Exchange once, in turn; return the answer and the seconds left for the rest of the chain."""
        loop = asyncio.get_running_loop()
        async with self._politeness.turn(registrable(leg.url), leg.request.spacing):
            ends = loop.time() + leg.left
            try:
                async with asyncio.timeout_at(ends):
                    response = await self._exchange(leg)
            except (
                aiohttp.ClientError,
                OSError,
                ValueError,
                decode.EncodingError,
                answers.WireTooLargeError,
            ) as error:
                response = leg.answer(*answers.failure(error))
            return response, ends - loop.time()

    async def _exchange(self, leg: _Leg) -> Response:
        session = self._session(leg.allowed)
        url = URL(leg.url, encoded=leg.url.isascii())
        async with session.get(url, headers=self._headers(leg), allow_redirects=False) as answer:
            _head_complete(answer)
            raw = [(name.lower(), value) for name, value in answer.headers.items()]
            outcome, reason, error = answers.classify(answer.status, asked=leg.asks_conditionally())
            whole = leg.answer(outcome, reason, error, answer.status)
            body = await _body(answer, leg.request) if outcome is Outcome.OK else b""
        repeatable = outcome in (Outcome.OK, Outcome.NOT_MODIFIED)
        headers = tuple((name, answers.storable(value)) for name, value in raw)
        return replace(
            whole,
            body=body,
            headers=headers,
            content_type=answers.header(headers, "content-type"),
            validators=answers.validators(raw, leg.url) if repeatable else Validators(),
            retry_after=answers.retry_after(headers, self._now() if self._now else None),
        )

    def _headers(self, leg: _Leg) -> CIMultiDict[str]:
        request = leg.request
        headers = CIMultiDict(
            {
                "User-Agent": self._user_agent,
                "Accept": ACCEPT.get(request.accept, "*/*"),
                "Accept-Encoding": decode.accept_encoding(),
            }
        )
        at_home = _same_origin(request.url, leg.url)
        if at_home and (key := _basic_auth(request.url)) is not None:
            headers["Authorization"] = key
        headers.update(
            (name, value) for name, value in request.headers if at_home or name.lower() in _HARMLESS
        )
        if leg.asks_conditionally():
            if request.validators.etag:
                headers["If-None-Match"] = request.validators.etag
            if request.validators.last_modified:
                headers["If-Modified-Since"] = request.validators.last_modified
        return headers

    def _session(self, allowed: AllowList) -> aiohttp.ClientSession:
        """Return the session of an allow-list: connections are never shared between lists."""
        session = self._sessions.get(allowed)
        if session is None:
            session = self._sessions[allowed] = aiohttp.ClientSession(
                connector=dialling.connector(allowed, self._lookup),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,  # through a proxy the guard could not see what is dialled
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=dialling.CONNECT_SECONDS, sock_read=dialling.READ_SECONDS
                ),
                max_line_size=_MAX_FIELD,
                max_field_size=_MAX_FIELD,
            )
        return session


def _complaint(request: Request) -> str | None:
    """Say what is wrong with a feed's own headers, or None."""
    for name, value in request.headers:
        if name.lower() in _RESERVED:
            return f"the header {name} cannot be set for a feed"
        if not name.isascii() or not f"{name}{value}".isprintable() or not name or ":" in name or " " in name:
            return f"the header {name!r} is not well formed"
    return None


def _cannot_go_on(leg: _Leg, status: int, target: str) -> Response | None:
    """Return the response that ends a chain of redirects which loops or is too long."""
    if target in (leg.url, answers.bare(leg.request.url), *(hop.url for hop in leg.hops)):
        return leg.answer(Outcome.ERROR, "redirect_loop", "the address redirects in a circle", status)
    if len(leg.hops) >= MAX_HOPS:
        return leg.answer(Outcome.ERROR, "too_many_redirects", f"more than {MAX_HOPS} redirects", status)
    return None


def _same_origin(first: str, second: str) -> bool:
    """Say whether a feed's own headers may go to `second`: the same origin, or the same host moved up to https."""
    here, there = urlsplit(first), urlsplit(second)
    if here.hostname != there.hostname:
        return False
    upgraded = (
        (here.scheme, there.scheme) == ("http", "https")
        and here.port in (None, 80)
        and there.port in (None, 443)
    )
    return upgraded or (here.scheme, here.port) == (there.scheme, there.port)


def _basic_auth(url: str) -> str | None:
    """Turn the userinfo of a configured address into an Authorization header (RFC 7617), or None."""
    parts = urlsplit(url)
    if not parts.username:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


def _head_complete(answer: aiohttp.ClientResponse) -> None:
    protocol = answer.connection.protocol if answer.connection else None
    if isinstance(protocol, dialling.CappedHandler):
        protocol.head_complete()


async def _body(answer: aiohttp.ClientResponse, request: Request) -> bytes:
    """Read and decode the body under both caps."""
    if (answer.content_length or 0) > request.max_wire:
        raise answers.WireTooLargeError
    decoder = decode.Decoder(
        decode.tokens(answer.headers.getall("content-encoding", ())), request.max_inflated
    )
    wire = 0
    async for chunk in answer.content.iter_any():
        wire += len(chunk)
        if wire > request.max_wire:
            raise answers.WireTooLargeError
        decoder.feed(chunk)
    return decoder.finish()
