"""A real HTTP/1.1 server on loopback for tests: strict about what it is asked, and able to misbehave in every way servers do.

It runs an event loop in a thread of its own, so that synchronous tests, asynchronous tests and subprocesses can all talk to it::

    with Web() as web:
        web.serve("/feed", b"<rss/>", etag='"v1"')     # answers 304 to the right If-None-Match by itself
        web.script("/flaky", status(503), document(b"<rss/>"))
        ...
        assert web.requests[0].header("user-agent")

Every method that names a path replaces what the path did before; `script` plays answers in turn and repeats the last. What it is
asked is recorded in `requests`; a request no careful client would send is answered 400 and recorded in `complaints`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import brotli

# A self-signed certificate for localhost and 127.0.0.1, with its key: made for these tests, trusted by nobody.
_CERTIFICATE = Path(__file__).with_name("localhost.pem")

T = TypeVar("T")
Headers = Iterable[tuple[str, str]]
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(r"/[!$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~|{}^]*")
_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Recorded:
    """One request as it came: header names in lower case; `at` is the server's monotonic clock in seconds, `port` the client's."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float
    port: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """Return a header's value (`name` in lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass
class Exchange:
    """What an answer works with: the request, the wire, and an event that is set when the server closes."""

    request: Recorded
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    closing: asyncio.Event
    date: str | None
    keep_alive: bool = True

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, code: int, headers: Headers = ()) -> None:
        """Send a status line and headers, with a Date unless the answer brings its own."""
        lines = [f"HTTP/1.1 {code} {_phrase(code)}"]
        if self.date and not any(name.lower() == "date" for name, _ in headers):
            lines.append(f"Date: {self.date}")
        lines += [f"{name}: {value}" for name, value in headers]
        await self.send("\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n")

    async def pause(self, seconds: float) -> bool:
        """Wait, but not longer than the server lives; say whether it still does."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)
        return not self.closing.is_set()

    def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection: politely, or with a TCP reset."""
        self.keep_alive = False
        if reset:
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # on, for zero seconds: close() sends RST
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.writer.transport.abort()


Answer = Callable[[Exchange], Awaitable[None]]


def _phrase(code: int) -> str:
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return "Whatever"


def encode(body: bytes, encoding: str | None) -> bytes:
    """Compress a body as a content encoding says (`gzip`, `deflate`, `raw-deflate`, `br`, `zstd`)."""
    if encoding == "gzip":
        return gzip.compress(body, 6, mtime=0)
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "raw-deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return packer.compress(body) + packer.flush()
    if encoding == "br":
        return brotli.compress(body, quality=4)
    if encoding == "zstd":
        from backports import zstd

        return zstd.compress(body)
    return body


# ---- answers -------------------------------------------------------------------------------------------------------------


def document(
    body: bytes,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    content_type: str | None = "application/rss+xml; charset=utf-8",
    encoding: str | None = None,
    chunked: bool = False,
    headers: Headers = (),
    status: int = 200,
) -> Answer:
    """A body with its validators; answers 304 to a request that carries one of them (RFC 9110, 13.2.2)."""
    packed = encode(body, encoding)
    extra = [("Content-Type", content_type)] if content_type else []
    if encoding:
        extra.append(("Content-Encoding", encoding.removeprefix("raw-")))
    validators = [("ETag", etag)] if etag else []
    validators += [("Last-Modified", last_modified)] if last_modified else []
    framing = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(packed)))

    async def answer(exchange: Exchange) -> None:
        if _unchanged(exchange.request, etag, last_modified):
            await exchange.head(304, [*validators, *headers])
            return
        await exchange.head(status, [*extra, *validators, *headers, framing])
        if exchange.request.method != "HEAD":
            await exchange.send(b"".join(_chunks(packed)) if chunked else packed)

    return answer


def _unchanged(request: Recorded, etag: str | None, last_modified: str | None) -> bool:
    asked = request.header("if-none-match")
    if asked is not None:
        return asked == etag
    since = request.header("if-modified-since")
    return since is not None and since == last_modified


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 8192):
        piece = body[start : start + 8192]
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def status(code: int, headers: Headers = (), body: bytes = b"") -> Answer:
    """A bare status, with a body only where HTTP allows one."""
    framing = [] if code in (204, 304) else [("Content-Length", str(len(body)))]

    async def answer(exchange: Exchange) -> None:
        await exchange.head(code, [*headers, *framing])
        if framing and exchange.request.method != "HEAD":
            await exchange.send(body)

    return answer


def redirect(to: str, code: int = 302) -> Answer:
    """A redirect; `to` goes into Location as it stands."""
    return status(code, [("Location", to)])


def drip(body: bytes, interval: float = 0.02, size: int = 1) -> Answer:
    """The body, a few bytes at a time."""

    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, [("Content-Length", str(len(body)))])
        for start in range(0, len(body), size):
            await exchange.send(body[start : start + size])
            if not await exchange.pause(interval):
                return

    return answer


def truncate(body: bytes, *, by: str = "length") -> Answer:
    """A 200 whose body ends too early: short of its Content-Length, without its last chunk, or in mid-gzip (with the right length)."""

    async def answer(exchange: Exchange) -> None:
        if by == "gzip":
            packed = gzip.compress(body, mtime=0)[:-20]
            return await document(packed, headers=[("Content-Encoding", "gzip")])(exchange)
        if by == "chunked":
            await exchange.head(200, [("Transfer-Encoding", "chunked"), ("ETag", '"torn"')])
            await exchange.send(b"".join(list(_chunks(body))[:-1]))
        else:
            await exchange.head(200, [("Content-Length", str(len(body) + 100)), ("ETag", '"torn"')])
            await exchange.send(body)
        return exchange.hang_up()

    return answer


def bomb(size: int, encoding: str = "gzip") -> Answer:
    """A small compressed body that stands for `size` zero bytes."""
    return document(compressed_zeros(size, encoding), headers=[("Content-Encoding", encoding)], etag='"bomb"')


def compressed_zeros(size: int, encoding: str) -> bytes:
    """Compress `size` zero bytes (a multiple of 1 MiB) without ever holding them all."""
    if encoding == "br":
        packer = brotli.Compressor(quality=5, lgwin=24)
        pieces = [packer.process(bytes(2**20)) for _ in range(size // 2**20)]
        return b"".join([*pieces, packer.finish()])
    if encoding == "zstd":
        from backports import zstd

        return zstd.compress(bytes(size))
    packer = zlib.compressobj(9, wbits=15 if encoding == "deflate" else 31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(size // 2**20)), packer.flush()])


def endless(piece: bytes = b"x" * 65536, head: Headers = ()) -> Answer:
    """A body that never ends."""

    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, list(head))
        exchange.hang_up()
        while not exchange.closing.is_set():
            await exchange.send(piece)

    return answer


def reset(after: bytes = b"") -> Answer:
    """A TCP reset, at once or after some bytes of an answer."""

    async def answer(exchange: Exchange) -> None:
        if after:
            await exchange.send(after)
            await exchange.pause(0.05)  # lets the bytes arrive before the reset overtakes them
        exchange.hang_up(reset=True)

    return answer


def hang(after: bytes = b"") -> Answer:
    """Silence, at once or after some bytes, until the server closes."""

    async def answer(exchange: Exchange) -> None:
        if after:
            await exchange.send(after)
        exchange.hang_up()
        await exchange.closing.wait()

    return answer


def raw(data: bytes) -> Answer:
    """Exactly these bytes, then the end of the connection."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(data)
        exchange.hang_up()

    return answer


def header_flood(count: int = 100_000, size: int = 40) -> Answer:
    """More headers than anybody needs."""

    async def answer(exchange: Exchange) -> None:
        exchange.hang_up()
        await exchange.send(b"HTTP/1.1 200 OK\r\n")
        block = b"".join(b"X-Flood-%d: %b\r\n" % (index, b"a" * size) for index in range(100))
        for _ in range(count // 100):
            await exchange.send(block)
        await exchange.send(b"Content-Length: 0\r\n\r\n")

    return answer


def interim_flood(count: int | None = None, code: int = 103) -> Answer:
    """Interim (1xx) responses: `count` of them before a proper answer, or without end."""
    block = f"HTTP/1.1 {code} Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n".encode()

    async def answer(exchange: Exchange) -> None:
        sent = 0
        while not exchange.closing.is_set() and (count is None or sent < count):
            step = 500 if count is None else min(500, count - sent)
            await exchange.send(block * step)
            sent += step
        await document(b"<rss/>")(exchange)

    return answer


def tls() -> ssl.SSLContext:
    """Return a server-side context with a certificate that no client trusts unless it is told to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATE)
    return context


# ---- the server ----------------------------------------------------------------------------------------------------------


@dataclass
class Web:
    """The server. `host` and `port` are where it listens (loopback only); `tls` a server-side context; `date` the Date of every answer
    (None: no such header), so that tests own the time."""

    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one
    tls: ssl.SSLContext | None = None
    date: str | None = None
    requests: list[Recorded] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    connections: int = 0
    busiest: int = 0  # most requests under way at one time
    _busy: int = 0
    _answers: dict[str, list[Answer]] = field(default_factory=dict)

    def __enter__(self) -> Web:
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name="web stand-in", daemon=True)
        self._thread.start()
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def address(self) -> str:
        """`host:port`, as an allow-list wants it."""
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.address}{path}"

    def asked(self, path: str) -> list[Recorded]:
        """Return the requests for one path, in order."""
        return [request for request in self.requests if request.path == path]

    # -- what a path does

    def script(self, path: str, *answers: Answer) -> None:
        """Play these answers in turn; the last one is repeated."""
        self._answers[path] = list(answers)

    def serve(
        self,
        path: str,
        body: bytes,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        content_type: str | None = "application/rss+xml; charset=utf-8",
        encoding: str | None = None,
        headers: Headers = (),
    ) -> None:
        self.script(
            path,
            document(
                body,
                etag=etag,
                last_modified=last_modified,
                content_type=content_type,
                encoding=encoding,
                headers=headers,
            ),
        )

    def not_modified(self, path: str, headers: Headers = ()) -> None:
        """Answer 304 whatever was asked."""
        self.script(path, status(304, headers))

    def status(self, path: str, code: int, headers: Headers = (), body: bytes = b"") -> None:
        self.script(path, status(code, headers, body))

    def redirect(self, path: str, to: str, code: int = 302) -> None:
        self.script(path, redirect(to, code))

    def drip(self, path: str, body: bytes, interval: float = 0.02) -> None:
        self.script(path, drip(body, interval))

    def truncate(self, path: str, body: bytes, *, by: str = "length") -> None:
        self.script(path, truncate(body, by=by))

    def gzip_bomb(self, path: str, size: int = 256 * 2**20) -> None:
        self.script(path, bomb(size, "gzip"))

    def reset(self, path: str, after: bytes = b"") -> None:
        self.script(path, reset(after))

    def hang(self, path: str, after: bytes = b"") -> None:
        self.script(path, hang(after))

    def raw(self, path: str, data: bytes) -> None:
        self.script(path, raw(data))

    # -- the works

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(
            self._serve, self.host, self.port, limit=_LIMIT, ssl=self.tls, backlog=1024
        )

    async def _shut(self) -> None:
        self._closing.set()
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the client is gone, or the server closes: nothing is left to say
        finally:
            writer.transport.abort() if self._closing.is_set() else writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await self._read(reader, writer)
        self.requests.append(request)
        exchange = Exchange(request, reader, writer, self._closing, self.date)
        complaint = _complaint(request, self.port)
        if complaint is not None:
            self.complaints.append(complaint)
        answer = status(400) if complaint else self._next(request.path)
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        try:
            await answer(exchange)
        finally:
            self._busy -= 1
        return exchange.keep_alive and (request.header("connection") or "").lower() != "close"

    def _next(self, path: str) -> Answer:
        answers = self._answers.get(path)
        if not answers:
            return status(404)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Recorded:
        first = await reader.readexactly(1)
        if not first.isupper():
            self.complaints.append(f"not HTTP: it begins with {first!r}")
            raise EOFError
        rest = await reader.readuntil(b"\r\n\r\n")
        head = (first + rest).decode("utf-8", "surrogateescape").split("\r\n")
        method, target, _ = (*head[0].split(" "), "", "")[:3]
        pairs = (line.partition(":") for line in head[1:-2])
        headers = tuple((name.lower(), value.strip(" \t")) for name, _, value in pairs)
        length = next((int(value) for name, value in headers if name == "content-length"), 0)
        body = await reader.readexactly(length)
        port = writer.get_extra_info("peername")[1]
        return Recorded(method, target, headers, body, self._loop.time(), port)


def _complaint(request: Recorded, port: int) -> str | None:
    """Say what no careful client would send, or None."""
    names = [name for name, _ in request.headers]
    if not _TARGET.fullmatch(request.target):
        return f"target {request.target!r}"
    if any(not _TOKEN.fullmatch(name) for name in names):
        return "a header name that is no token"
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        return f"headers sent twice: {sorted(doubled)}"
    if not (request.header("host") or "").endswith(f":{port}"):
        return f"Host {request.header('host')!r}"
    return None
