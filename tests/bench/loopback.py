"""What the benches' loopback servers have in common: a bare asyncio protocol that hands over each request's head, and a printed port.

It must be able to outrun every client that is measured, so there is no framework behind it.
"""

from __future__ import annotations

import asyncio


class Requests(asyncio.Protocol):
    """A connection that is kept alive; a server's own kind of it answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            first, *rest = head.split(b"\r\n")
            named = (line.partition(b":") for line in rest)
            self.answer(
                first.split(b" ")[1].decode(), {name.lower(): value.strip() for name, _, value in named}
            )

    def answer(self, path: str, headers: dict[bytes, bytes]) -> None:
        """Answer a request for a path with these headers, their names in lower case."""
        raise TypeError(type(self).__name__)


async def serve(connection: type[Requests]) -> None:
    """Print the port and serve for ever."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
