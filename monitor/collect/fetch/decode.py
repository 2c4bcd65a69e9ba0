"""Content encodings undone while the bytes arrive, so that a bomb is stopped at its cap and a torn stream is noticed.

aiohttp can decode by itself, but it hides where a compressed stream ends (a truncated gzip body passes as whole) and how much
came over the wire. Here every layer counts what it gives out, refuses to give more than its cap, and must reach its end.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Protocol

_GZIP_MAGIC = b"\x1f\x8b"
# Members of one gzip or zstd stream; honest bodies have one, a flood of empty ones costs quadratic time (as in aiohttp).
MAX_MEMBERS = 1024
MAX_LAYERS = 3  # `Content-Encoding: gzip, gzip, gzip` is nobody's honest configuration
_STEP = 256 * 1024  # brotli gives its output in pieces of about this size
_ZSTD_WINDOW_LOG = 23  # RFC 9659: a window above 8 MiB must not be asked of a client


class EncodingError(Exception):
    """The bytes are not what their Content-Encoding claims."""


class TruncatedError(EncodingError):
    """The compressed stream ends before its own end mark."""


class InflatedTooLargeError(EncodingError):
    """The decoded body is larger than its cap."""


class Layer(Protocol):
    """One encoding being undone: bytes in, bytes out, and a check at the end that the stream was whole."""

    def feed(self, data: bytes) -> bytes:
        """Return what `data` decodes to; raises EncodingError."""

    def finish(self) -> None:
        """Raise TruncatedError unless the stream has reached its end."""


class _Members:
    """A stream of one or more compressed members (RFC 1952, 2.2; RFC 8878, 3.1), each decoded by a decompressor of its own.

    What follows the last member and does not begin another is ignored, as browsers and curl do (servers pad with zeros).
    """

    def __init__(
        self, new: Callable[[], Any], magic: bytes, failures: tuple[type[Exception], ...], cap: int
    ) -> None:
        self._new, self._magic, self._failures = new, magic, failures
        self._decompressor = new()
        self._left = cap
        self._members = 1
        self._fed = False
        self._between = b""  # after a member: too little to tell whether another begins

    def feed(self, data: bytes) -> bytes:
        parts = []
        while data:
            if self._decompressor.eof and not self._next_member(data):
                break
            data, self._between = self._between + data, b""
            parts.append(self._step(data))
            data = self._decompressor.unused_data
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _next_member(self, data: bytes) -> bool:
        """Say whether `data`, which follows a whole member, begins another one; be ready for it if it does."""
        head = self._between + data
        if not head.startswith(self._magic):
            self._between = head if self._magic.startswith(head) else b""
            return False
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise EncodingError(f"more than {MAX_MEMBERS} members in one compressed stream")
        self._decompressor = self._new()
        return True

    def _step(self, data: bytes) -> bytes:
        self._fed = True
        try:
            out: bytes = self._decompressor.decompress(data, self._left + 1)
        except self._failures as error:
            raise EncodingError(f"broken compressed stream: {error}") from None
        self._left -= len(out)
        if self._left < 0:
            raise InflatedTooLargeError
        return out

    def finish(self) -> None:
        if self._fed and not self._decompressor.eof:
            raise TruncatedError("the compressed stream ends too early")


class _Deflate:
    """`deflate` as sent in the wild: with a zlib header as RFC 9110 says, or raw as some servers have it."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._head = b""
        self._inner: _Members | None = None

    def feed(self, data: bytes) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data, self._head = self._head, b""
            zlib_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            bits = zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS
            # No member begins with 0xFF 0xFF here: what follows the stream is ignored.
            self._inner = _Members(lambda: zlib.decompressobj(bits), b"\xff\xff", (zlib.error,), self._cap)
        return self._inner.feed(data)

    def finish(self) -> None:
        if self._inner is not None:
            self._inner.finish()
        elif self._head:
            raise TruncatedError("the compressed stream ends too early")


class _Gzip:
    """gzip, or plain bytes that a mistaken server calls gzip."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._head = b""
        self._inner: Layer | None = None

    def feed(self, data: bytes) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data, self._head = self._head, b""
            self._inner = _gzip_members(self._cap) if data.startswith(_GZIP_MAGIC) else _Plain(self._cap)
        return self._inner.feed(data)

    def finish(self) -> None:
        if self._inner is not None:
            self._inner.finish()
        elif self._head:
            raise TruncatedError("the compressed stream ends too early")


class _Plain:
    """No encoding at all; only the cap is kept."""

    def __init__(self, cap: int) -> None:
        self._left = cap

    def feed(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise InflatedTooLargeError
        return data

    def finish(self) -> None:
        """Plain bytes end where they end."""


class _Brotli:
    """Brotli (RFC 7932), taken in steps: 213 bytes of it can stand for 256 MiB."""

    def __init__(self, cap: int) -> None:
        brotli = importlib.import_module("brotli")
        self._decompressor = brotli.Decompressor()
        self._error: type[Exception] = brotli.error
        self._left = cap
        self._fed = False

    def feed(self, data: bytes) -> bytes:
        self._fed = self._fed or bool(data)
        parts = []
        while not self._decompressor.is_finished():
            parts.append(self._step(data))
            data = b""
            # It says that it can take more input while it still holds output that a full step left behind.
            if len(parts[-1]) < _STEP and self._decompressor.can_accept_more_data():
                break
        return b"".join(parts)

    def _step(self, data: bytes) -> bytes:
        try:
            out: bytes = self._decompressor.process(data, output_buffer_limit=_STEP)
        except self._error:
            raise EncodingError("broken brotli stream") from None
        self._left -= len(out)
        if self._left < 0:
            raise InflatedTooLargeError
        return out

    def finish(self) -> None:
        if self._fed and not self._decompressor.is_finished():
            raise TruncatedError("the compressed stream ends too early")


def _gzip_members(cap: int) -> Layer:
    return _Members(lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), _GZIP_MAGIC, (zlib.error,), cap)


@cache
def _zstd() -> Any | None:
    """The zstd module of Python 3.14, its backport, or None where neither is installed."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def _zstd_frames(cap: int) -> Layer:
    zstd = _zstd()
    if zstd is None:
        raise EncodingError("zstd was not asked for")
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    return _Members(
        lambda: zstd.ZstdDecompressor(options=options), b"\x28\xb5\x2f\xfd", (zstd.ZstdError, EOFError), cap
    )


_LAYERS: dict[str, Callable[[int], Layer]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _zstd_frames,
}


@cache
def accept_encoding() -> str:
    """Return the value of Accept-Encoding: what can be decoded here, best known first."""
    return "gzip, deflate, br" + (", zstd" if _zstd() is not None else "")


class Decoder:
    """Undo a body's encodings as its chunks arrive.

    `encodings` are the tokens of Content-Encoding in the order they were applied; unknown ones (`utf-8`, `none`, seen in the
    wild) are passed over, because the readers sniff anyway. `cap` bounds the output of every layer. A body that turns out to
    be a gzip file (`feed.xml.gz`, or gzip within gzip) is unpacked once more, under the same cap.
    """

    def __init__(self, encodings: Iterable[str], cap: int) -> None:
        known = [name for name in encodings if name in _LAYERS]
        if len(known) > MAX_LAYERS:
            raise EncodingError(f"more than {MAX_LAYERS} content encodings")
        self._cap = cap
        self._layers: list[Layer] = [_LAYERS[name](cap) for name in reversed(known)] or [_Plain(cap)]
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Take one chunk from the wire; raises EncodingError."""
        for layer in self._layers:
            chunk = layer.feed(chunk)
        if chunk:
            self._parts.append(chunk)

    def finish(self) -> bytes:
        """Return the whole body; raises TruncatedError if any layer did not reach its end."""
        for layer in self._layers:
            layer.finish()
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        return _unpack(body, self._cap) if body.startswith(_GZIP_MAGIC) else body


def _unpack(body: bytes, cap: int) -> bytes:
    layer = _gzip_members(cap)
    inner = layer.feed(body)
    layer.finish()
    return inner


def tokens(values: Iterable[str]) -> tuple[str, ...]:
    """Split the values of a list header such as Content-Encoding into lower-case tokens, in order."""
    return tuple(token for value in values for part in value.split(",") if (token := part.strip().lower()))
