"""The fetcher: one GET at a time per turn, redirects followed by hand, bodies capped while they stream.

::

    fetch    check the address | wait for a turn | exchange | redirected? again | judge the answer

Whatever goes wrong is a `Response` with an outcome and a reason, never an exception: a broken feed is a value.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from monitor.collect.fetch import answers, decode, dialling
from monitor.collect.fetch.politeness import Politeness
from monitor.collect.guard import AllowList, Refusal, check_url
from monitor.models import Hop, Outcome, Request, Response, Validators
from monitor.urls import host, registrable

MAX_HOPS = 6
_MAX_FIELD = 32 * 1024  # one header; content security policies of 10 KB and more are in use
_REMEMBERED = 8192  # addresses whose check is remembered: all feeds of a large configuration, and some

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
_HARMLESS = frozenset({"accept", "accept-language", "user-agent"})
_PLAIN_HOST = re.compile(r"[0-9a-z.:-]{1,253}")  # what a stranger's redirect may put into a sentence
_FAILURES = (aiohttp.ClientError, OSError, ValueError, decode.EncodingError, dialling.WireTooLargeError)


@dataclass(frozen=True, slots=True)
class _Destination:
    """An address that passed the guard, in the forms that a request needs."""

    url: URL
    domain: str


class _Door:
    """What one allow-list opens: a session whose connections no other list may use, and the addresses judged so far."""

    def __init__(self, allowed: AllowList, lookup: dialling.Lookup) -> None:
        self._allowed, self._lookup = allowed, lookup
        self._session: aiohttp.ClientSession | None = None
        self.destination = lru_cache(_REMEMBERED)(self._destination)

    def _destination(self, url: str) -> _Destination | Refusal:
        refusal = check_url(url, self._allowed)
        if refusal is not None:
            return refusal
        try:
            return _Destination(URL(url, encoded=url.isascii()), registrable(url))
        except ValueError:
            return Refusal("bad_url", "syntax", "not a usable address")

    def session(self) -> aiohttp.ClientSession:
        """Return the session, opened at first use (it belongs to the running event loop)."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=dialling.connector(self._allowed, self._lookup),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,  # through a proxy the guard could not see what is dialled
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=dialling.CONNECT_SECONDS, sock_read=dialling.READ_SECONDS
                ),
                max_line_size=_MAX_FIELD,
                max_field_size=_MAX_FIELD,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class _Chain:
    """One fetch on its way: the address it is at, the redirects behind it, the seconds left."""

    __slots__ = ("door", "hops", "left", "request", "start", "url")

    def __init__(self, request: Request, door: _Door) -> None:
        self.request, self.door = request, door
        self.start = self.url = answers.bare(request.url)
        self.left = request.deadline
        self.hops: tuple[Hop, ...] = ()

    def ends(self, outcome: Outcome, reason: str, error: str, status: int = 0) -> Response:
        """Return the response that ends the chain here, without a body."""
        return Response(outcome, self.url, status=status, hops=self.hops, reason=reason, error=error)

    def fails(self, outcome: Outcome, reason: str, error: str) -> Response:
        """Return the response that ends the chain because this address cannot be had; after a redirect, it says which one that is."""
        if self.hops:
            name = host(self.url)
            where = f" to {name}" if _PLAIN_HOST.fullmatch(name) else ""
            error = f"after a redirect{where}: {error}"
        return self.ends(outcome, reason, error)

    def is_detour(self) -> bool:
        """Say whether a temporary redirect led here."""
        return any(hop.status not in answers.PERMANENT for hop in self.hops)

    def conditional(self) -> bool:
        """Say whether the validators belong to this very address (they are bound to the one that gave them)."""
        validators = self.request.validators
        if not (validators.etag or validators.last_modified):
            return False
        return (validators.url or self.start) == self.url

    def at_home(self) -> bool:
        """Say whether the feed's own headers may be sent here."""
        home = self.request.home
        if home is None and not self.hops:
            return True
        return _same_origin(home or self.start, self.url)

    def move(self, status: int, target: str) -> Response | None:
        """Follow a redirect; return the response that ends the chain if it loops or is too long."""
        if target == self.start or target == self.url or any(target == hop.url for hop in self.hops):
            return self.ends(Outcome.ERROR, "redirect_loop", "the address redirects in a circle", status)
        if len(self.hops) >= MAX_HOPS:
            return self.ends(Outcome.ERROR, "too_many_redirects", f"more than {MAX_HOPS} redirects", status)
        self.hops = (*self.hops, Hop(status, target))
        if not self.request.follow:
            return self.ends(Outcome.ERROR, "redirected", f"it redirects to {target}", status)
        self.url = target
        return None


class AiohttpFetcher:
    """The only dialer: conditional, capped, polite GETs under the address guard.

    `host_delay` is in seconds between two starts at one registrable domain; `allow_private` opens addresses for every request
    (a request's own list adds to it); `lookup` resolves names; `now` (aware UTC) is asked only about a Retry-After date in an
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
        self._politeness = Politeness(per_host, host_delay, concurrency)
        self._allowed = AllowList.parse(allow_private)
        self._lookup = lookup
        self._now = now
        self._doors: dict[tuple[str, ...], _Door] = {}
        always = {"User-Agent": user_agent, "Accept-Encoding": decode.accept_encoding()}
        self._headers = {kind: CIMultiDict({**always, "Accept": accept}) for kind, accept in ACCEPT.items()}

    async def fetch(self, request: Request) -> Response:
        """GET `request.url`, following up to six redirects; never raises for what a server or a network may do.

        The deadline runs while a request is under way, not while it waits for its turn.
        """
        try:
            door = self._doors.get(request.allow_private) or self._open(request.allow_private)
            _check_headers(request)
        except ValueError as error:
            return Response(Outcome.ERROR, answers.bare(request.url), reason="bad_request", error=str(error))
        return await self._follow(_Chain(request, door))

    async def close(self) -> None:
        """Close every connection."""
        doors, self._doors = list(self._doors.values()), {}
        for door in doors:
            await door.close()

    def _open(self, allow_private: tuple[str, ...]) -> _Door:
        allowed = self._allowed | AllowList.parse(allow_private)
        return self._doors.setdefault(allow_private, _Door(allowed, self._lookup))

    async def _follow(self, chain: _Chain) -> Response:
        while True:
            destination = chain.door.destination(chain.url)
            if isinstance(destination, Refusal):
                return chain.fails(Outcome.ERROR, destination.reason, destination.message)
            response = await self._take_turn(chain, destination)
            target = answers.redirect_target(response.status, response.headers, chain.url)
            ended = response if target is None else chain.move(response.status, target)
            if ended is not None:
                return ended

    async def _take_turn(self, chain: _Chain, destination: _Destination) -> Response:
        """Exchange once, in turn, and take the time it took off the chain's deadline; not at a site that asked for quiet meanwhile."""
        async with self._politeness.turn(destination.domain, chain.request.spacing) as turn:
            if turn.overtaken is not None:
                quiet = chain.ends(Outcome.SKIPPED, "host_quiet", "its site asked for quiet")
                return replace(quiet, retry_after=turn.overtaken.retry_after)
            response = await self._timed(chain, destination.url)
            if response.outcome is Outcome.RATE_LIMITED:
                turn.slow_down(response.retry_after)
            return response

    async def _timed(self, chain: _Chain, url: URL) -> Response:
        """Exchange once, within what is left of the chain's deadline."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + chain.left
        try:
            async with asyncio.timeout_at(ends):
                return await self._exchange(chain, url)
        except _FAILURES as error:
            return chain.fails(*answers.failure(error))
        finally:
            chain.left = ends - loop.time()

    async def _exchange(self, chain: _Chain, url: URL) -> Response:
        conditional = chain.conditional()
        headers = self._request_headers(chain, conditional)
        async with chain.door.session().get(url, headers=headers, allow_redirects=False) as answer:
            outcome, reason, error = answers.classify(
                answer.status, asked=conditional, detour=chain.is_detour()
            )
            body = await _body(answer, chain.request) if outcome is Outcome.OK else b""
        raw = [(name.lower(), value) for name, value in answer.headers.items()]
        shown = tuple([(name, answers.storable(value)) for name, value in raw])
        repeatable = outcome in (Outcome.OK, Outcome.NOT_MODIFIED)
        return Response(
            outcome,
            chain.url,
            answer.status,
            body,
            answers.header(shown, "content-type"),
            shown,
            answers.validators(raw, chain.url) if repeatable else Validators(),
            chain.hops,
            None if repeatable else answers.retry_after(shown, self._now() if self._now else None),
            reason,
            error,
        )

    def _request_headers(self, chain: _Chain, conditional: bool) -> CIMultiDict[str]:
        request = chain.request
        headers = self._headers.get(request.accept, self._headers["page"]).copy()
        at_home = chain.at_home()
        if (
            at_home
            and "@" in request.url
            and not request.home
            and (key := _basic_auth(request.url)) is not None
        ):
            headers["Authorization"] = key
        for name, value in request.headers:
            if at_home or name.lower() in _HARMLESS:
                headers[name] = value
        if conditional and request.validators.etag:
            headers["If-None-Match"] = request.validators.etag
        if conditional and request.validators.last_modified:
            headers["If-Modified-Since"] = request.validators.last_modified
        return headers


def _check_headers(request: Request) -> None:
    """Raise ValueError with a sentence if a feed's own headers cannot be sent; values stay out of it, they may be secrets."""
    for name, value in request.headers:
        if name.lower() in _RESERVED:
            raise ValueError(f"headers: {name} cannot be set for a feed")
        if not answers.is_token(name) or not value.isprintable():
            raise ValueError(f"headers: {name!r} is not well formed")


def _same_origin(first: str, second: str) -> bool:
    """Say whether `second` is the same origin as `first`, or the same host moved up to https."""
    here, there = urlsplit(first), urlsplit(second)
    if here.hostname != there.hostname:
        return False
    upgraded = (here.scheme, there.scheme) == ("http", "https") and (here.port, there.port) in _DEFAULT_PORTS
    return upgraded or (here.scheme, here.port) == (there.scheme, there.port)


_DEFAULT_PORTS = frozenset((http, https) for http in (None, 80) for https in (None, 443))


def _basic_auth(url: str) -> str | None:
    """Turn the userinfo of a configured address into an Authorization header (RFC 7617), or None."""
    parts = urlsplit(url)
    if not parts.username:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


async def _body(answer: aiohttp.ClientResponse, request: Request) -> bytes:
    """Read and decode the body under both caps."""
    if (answer.content_length or 0) > request.max_wire:
        raise dialling.WireTooLargeError
    handler = answer.connection.protocol if answer.connection else None
    capped = handler if isinstance(handler, dialling.CappedHandler) else None
    if capped is not None:
        capped.begin_body(answer.content, request.max_wire)
    encodings = decode.tokens(answer.headers.getall("content-encoding", ()))
    decoder = decode.Decoder(encodings, request.max_inflated)
    try:
        async for chunk in answer.content.iter_any():
            decoder.feed(chunk)
    except aiohttp.ClientError as error:
        overrun = None if capped is None else capped.overrun  # a handler without messages counts as false
        raise overrun or error from None
    if capped is not None and capped.overrun is not None:
        raise capped.overrun  # a body that lasts until the connection closes seems whole after our own hanging up
    if answer.content.total_bytes > request.max_wire:  # it came in the same piece as the headers
        raise dialling.WireTooLargeError
    return decoder.finish()
