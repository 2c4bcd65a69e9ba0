"""The loopback server of the collect bench, run as a process of its own so that its cost is nobody's.

    python -m tests.bench.feed_server COUNT

prints its port, then serves `/feed/0` … with ETags and conditional answers over keep-alive. `/change?share=0.1` gives that share
of the feeds a new version.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import parse_qs

from tests.bench.loopback import Requests, serve
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


class _Connection(Requests):
    feeds: Feeds

    def answer(self, path: str, headers: dict[bytes, bytes]) -> None:
        self.transport.write(self.feeds.get(path, headers.get(b"if-none-match")))
        if headers.get(b"connection", b"").lower() == b"close":
            self.transport.close()


if __name__ == "__main__":
    _Connection.feeds = Feeds(int(sys.argv[1]))
    asyncio.run(serve(_Connection))
