"""The loopback server of the collect bench, run as a process of its own so that its cost is nobody's.

    python -m tests.bench.feed_server COUNT

prints its port, then serves `/feed/0` … with ETags and conditional answers over keep-alive. `/change?share=0.1` gives that share
of the feeds a new version. The work is a bare asyncio protocol: it must be able to outrun every client that is measured.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import parse_qs

from tests.bench.world import World


class Feeds:
    """All feeds as ready-made answers, per version."""

    def __init__(self, count: int) -> None:
        self._world = World()
        self._bodies = [self._answer(number, 0) for number in range(count)]

    def _answer(self, number: int, version: int) -> tuple[bytes, bytes]:
        body = self._world.feed(number, version)
        etag = b'"%d-%d"' % (number, version)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nETag: %b\r\nContent-Length: %d\r\n\r\n"
        return etag, head % (etag, len(body)) + body

    def change(self, share: float) -> None:
        for number in range(int(len(self._bodies) * share)):
            self._bodies[number] = self._answer(number, 1)

    def get(self, path: str, etag: bytes | None) -> bytes:
        where, _, query = path.partition("?")
        if where == "/change":
            self.change(float(parse_qs(query)["share"][0]))
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        known, answer = self._bodies[int(where.rsplit("/", 1)[1])]
        if etag == known:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % known
        return answer


class _Connection(asyncio.Protocol):
    feeds: Feeds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._answer(head.split(b"\r\n"))

    def _answer(self, lines: list[bytes]) -> None:
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])
        }
        path = lines[0].split(b" ")[1].decode()
        self._transport.write(self.feeds.get(path, headers.get(b"if-none-match")))
        if headers.get(b"connection", b"").lower() == b"close":
            self._transport.close()


async def serve(count: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    _Connection.feeds = Feeds(count)
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
