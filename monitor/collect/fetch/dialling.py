"""How a connection is opened: names looked up without blocking anybody, and every numeric address judged as it is dialled.

aiohttp passes IP literals by its resolver, so a resolver alone is no guard; `socket_factory` sees every address that is about
to be connected to, whatever it was called before (measured with aiohttp 3.14; tests/collect/fetch holds the scenarios).
"""

from __future__ import annotations

import asyncio
import errno
import functools
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from math import inf
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from monitor.collect.guard import AllowList, Refusal, verdict

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Name to numeric addresses, best first; raises OSError (socket.gaierror) if there are none."""

CONNECT_SECONDS = 15.0
READ_SECONDS = 20.0  # between two pieces of a body
KEEP_ALIVE_SECONDS = 5.0  # long enough for a domain's next turn; idle TLS connections cost about 60 KB each
DNS_SECONDS = 60  # answers are reused this long; safe, because addresses are judged at every dial anyway
# All that may come before the final headers are complete, interim (1xx) responses included.
HEAD_BYTES = 256 * 1024
_NOT_MODIFIED = re.compile(rb"HTTP/1\.[01] 304[ \r]")
LEAST_WORTH = 3  # bytes on the wire per byte of body, framing included; one-byte chunks need six


class WireTooLargeError(Exception):
    """More bytes came over the wire than may."""


class ForbiddenAddressError(OSError):
    """The address about to be dialled is not one that strangers may send us to."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(errno.EACCES, refusal.message)


async def system_lookup(host: str) -> Sequence[str]:
    """Ask the system's resolver, in a thread of its own.

    A thread per question, because the event loop's pool is small (six threads on two cores) and one dead name server would
    hold all of it for half a minute; a daemon thread, because nobody waits for such an answer at exit.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def tell(deliver: Callable[[Any], None], value: object) -> None:
        if not answer.done():
            deliver(value)

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            outcome = (answer.set_result, list(dict.fromkeys(str(info[4][0]) for info in infos)))
        except (OSError, UnicodeError) as error:
            outcome = (answer.set_exception, OSError(str(error)))  # type: ignore[assignment]
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, *outcome)

    threading.Thread(target=ask, name="dns", daemon=True).start()
    return await answer


class _Resolver(AbstractResolver):
    """aiohttp's resolver: `lookup`, minus the addresses that may not be dialled."""

    def __init__(self, lookup: Lookup, allowed: AllowList) -> None:
        self._lookup, self._allowed = lookup, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = await self._lookup(host)
        refusals = {address: verdict(address, port, self._allowed) for address in addresses}
        usable = [address for address, refusal in refusals.items() if refusal is None]
        if not usable:
            refusal = next((refusal for refusal in refusals.values() if refusal), None)
            raise ForbiddenAddressError(refusal) if refusal else OSError(f"no address for {host}")
        return [_resolved(host, address, port) for address in usable]

    async def close(self) -> None:
        """Nothing is held open."""


def _resolved(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


class CappedHandler(ResponseHandler):
    """aiohttp's protocol, counting what really comes over the wire and hanging up on a flood.

    aiohttp reads interim (1xx) responses without end, and hides chunk framing, chunk extensions and trailers from whoever reads
    the body. Each of these could keep the event loop busy until the deadline while hardly any body arrives.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._received = 0
        self._body: aiohttp.StreamReader | None = None
        self._in_head = True
        self._cap: float = inf
        self.overrun: Exception | None = None

    def set_response_params(self, **params: Any) -> None:
        """A new request begins on this connection: count anew."""
        self._received, self._body, self._in_head, self._cap = 0, None, True, inf
        super().set_response_params(**params)

    def feed_data(self, data: Any, size: int = 0) -> None:
        """aiohttp's parser has read a head: the last one, unless it is an interim response."""
        status = data[0].code
        self._in_head = 100 <= status < 200 and status != 101
        super().feed_data(data, size)

    def begin_body(self, body: aiohttp.StreamReader, cap: int) -> None:
        """The final headers are read; from here on `cap` bytes may come, most of which must be body.

        What came with the headers in one piece (the event loop reads up to 256 KiB at a time) is not told apart from them.
        """
        self._body, self._cap = body, self._received + cap

    def data_received(self, data: bytes) -> None:
        """Count, and hang up on what is too much or too little worth."""
        if self._wasteful():
            return self._hang_up(aiohttp.ClientConnectionError("hardly any body in what arrives"))
        self._received += len(data)
        if self._received > self._cap:
            return self._hang_up(WireTooLargeError())
        super().data_received(self._without_body(data) if self._in_head else data)
        if (
            self._in_head and self._received > HEAD_BYTES
        ):  # asked only now: the end of the head may be in this very piece
            self._hang_up(aiohttp.ClientConnectionError("endless head"))
        return None

    def _without_body(self, data: bytes) -> bytes:
        """Drop the body that some servers send with a 304, and the connection with it.

        A 304 has none (RFC 9110, 15.4.5): the parser would read the next answer there, fail, and take the 304 with it.
        """
        if _NOT_MODIFIED.match(data) is None:
            return data
        head, end, body = data.partition(b"\r\n\r\n")
        if body:
            self.force_close()
        return head + end

    def _wasteful(self) -> bool:
        body = self._body
        return body is not None and self._received > HEAD_BYTES + LEAST_WORTH * body.total_bytes

    def _hang_up(self, overrun: Exception) -> None:
        self.overrun = overrun
        if self.transport is not None:
            self.transport.abort()
        self.set_exception(overrun)


def connector(allowed: AllowList, lookup: Lookup) -> aiohttp.TCPConnector:
    """Build a connector that dials what `allowed` and the guard's tables permit; must be called in the event loop.

    A connector, with its pool of open connections, serves one allow-list only: otherwise a request could ride on a private
    connection that another feed was allowed to open.
    """

    def dial(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        refusal = verdict(address[0], address[1], allowed)
        if refusal is not None:
            raise ForbiddenAddressError(refusal)
        return socket.socket(family=family, type=kind, proto=protocol)

    made = aiohttp.TCPConnector(
        resolver=_Resolver(lookup, allowed),
        socket_factory=dial,
        ttl_dns_cache=DNS_SECONDS,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        limit=0,  # counted by Politeness
    )
    # No public way exists to give a connector its protocol; the 1xx-flood test notices if this one goes.
    made._factory = functools.partial(CappedHandler, loop=asyncio.get_running_loop())  # type: ignore[assignment]
    return made
