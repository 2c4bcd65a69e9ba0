"""How a connection is opened: names looked up without blocking anybody, and every numeric address judged as it is dialled.

aiohttp passes IP literals by its resolver, so a resolver alone is no guard; `socket_factory` sees every address that is about
to be connected to, whatever it was called before (measured with aiohttp 3.14; tests/collect/fetch holds the scenarios).
"""

from __future__ import annotations

import asyncio
import errno
import functools
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
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
HEAD_BYTES = (
    256 * 1024
)  # all that may come before the final headers are complete, interim (1xx) responses included


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
    """aiohttp's protocol, with a cap on what comes before a response's headers are complete.

    aiohttp reads interim responses (103 Early Hints and the like) without end; a flood of them would keep the event loop busy
    until the deadline.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._head_bytes = 0

    def set_response_params(self, **params: Any) -> None:
        """A new request begins on this connection: count anew."""
        self._head_bytes = 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Count what comes while no body is being read, and hang up on a flood."""
        if self._head_bytes >= 0:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._hang_up()
                return
        super().data_received(data)

    def head_complete(self) -> None:
        """The final headers are read; what follows is body, counted by whoever reads it."""
        self._head_bytes = -1

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        self.set_exception(aiohttp.ClientConnectionError(f"more than {HEAD_BYTES} bytes before the response"))


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
