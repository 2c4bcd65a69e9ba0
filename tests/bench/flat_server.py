"""The loopback server of the flatness bench, a process of its own: feeds that behave as feeds do over weeks.

    python -m tests.bench.flat_server

prints its port and serves `/feed/0` …; `/tick?at=ISO` moves its clock on by one round. What a feed does depends on its number alone
(`KINDS`): most have nothing new, some always have, some fail in one way or another, every time or now and then.
"""

from __future__ import annotations

import asyncio
import html
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

from tests.bench.loopback import Requests, serve
from tests.bench.world import World

KINDS = (
    *("steady",) * 9,  # nothing new: 304
    *("news",) * 5,  # a few new entries every time
    "counter",  # the same entries in other bytes, without validators
    "edits",  # the same entries, one of them with another text every time
    "moves",  # redirected elsewhere, now and then in a circle
    "broken",  # 500, 404, a page instead of a feed, or nothing readable, in turn
    "silent",  # never answers
    "rude",  # hangs up half-way
)
WINDOW, FRESH = 12, 4  # entries in a feed, and new ones in each round of one that has news
_TEXTS = 3000


class Feeds:
    """What each feed says at this round."""

    def __init__(self) -> None:
        world, chance = World(), random.Random("texts")
        self._items = [world.item(chance, f"https://outlet.example/{n}", n) for n in range(_TEXTS)]
        self.round = 0
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def tick(self, at: datetime) -> None:
        self.round, self.at = self.round + 1, at

    def answer(self, number: int, etag: bytes | None) -> bytes | None:
        """Return a whole answer; None for none at all."""
        kind = KINDS[number % len(KINDS)]
        match kind:
            case "silent":
                return None
            case "rude":
                return self._document(number)[:900]
            case "broken":
                return self._broken()
            case "moves":
                target = number if self.round % 5 == 0 else number - 1
                return b"HTTP/1.1 302 Found\r\nLocation: /feed/%d\r\nContent-Length: 0\r\n\r\n" % target
            case "steady":
                known = b'"%d"' % number
                if etag == known:
                    return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % known
                return self._document(number, b"ETag: %b\r\n" % known)
        return self._document(number)

    def _broken(self) -> bytes:
        page = b"<!doctype html><html><body><p>We are being rebuilt.</p></body></html>"
        status, body = [
            (b"500 Oh", b""),
            (b"404 No", b""),
            (b"200 OK", page),
            (b"200 OK", b"\xff\xfe\x00<rss"),
        ][self.round % 4]
        return _answer(body, b"", status)

    def _document(self, number: int, headers: bytes = b"") -> bytes:
        kind = KINDS[number % len(KINDS)]
        first = self.round * FRESH if kind == "news" else 0
        entries = "".join(self._entry(number, first + place, kind) for place in range(WINDOW, 0, -1))
        counter = f"<!-- {self.round} -->" if kind == "counter" else ""
        title = f"<title>Outlet {number}</title><link>https://outlet-{number}.example/</link>"
        body = f'<?xml version="1.0"?><rss version="2.0"><channel>{title}{counter}{entries}</channel></rss>'
        return _answer(body.encode(), headers)

    def _entry(self, number: int, place: int, kind: str) -> str:
        item = self._items[(number * 613 + place) % _TEXTS]
        more = f"<p>Update {self.round}.</p>" if kind == "edits" and place == WINDOW else ""
        text = html.escape("".join(f"<p>{paragraph}</p>" for paragraph in item.paragraphs) + more)
        at = self.at - timedelta(minutes=WINDOW + FRESH - place % WINDOW)
        address = f"https://outlet-{number}.example/{place}"
        return (
            f"<item><title>{item.title}</title><link>{address}</link><guid>{address}</guid>"
            f"<pubDate>{format_datetime(at, usegmt=True)}</pubDate><description>{text}</description></item>"
        )


def _answer(body: bytes, headers: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: text/xml\r\n%bContent-Length: %d\r\n\r\n"
    return head % (status, headers, len(body)) + body


class _Connection(Requests):
    feeds: Feeds

    def answer(self, path: str, headers: dict[bytes, bytes]) -> None:
        where, _, query = path.partition("?")
        if where == "/tick":
            self.feeds.tick(datetime.fromisoformat(parse_qs(query)["at"][0]))
            self.transport.write(_answer(b"", b""))
            return
        number = int(where.rsplit("/", 1)[1])
        answer = self.feeds.answer(number, headers.get(b"if-none-match"))
        if answer is not None:
            self.transport.write(answer)
        if KINDS[number % len(KINDS)] == "rude":
            self.transport.close()


if __name__ == "__main__":
    _Connection.feeds = Feeds()
    asyncio.run(serve(_Connection))
