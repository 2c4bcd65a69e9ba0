"""Content encodings: whole streams come back whole however they are cut up, torn ones are noticed, bombs stop at the cap."""

from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.fetch.decode import (
    MAX_MEMBERS,
    Decoder,
    EncodingError,
    InflatedTooLargeError,
    TruncatedError,
    accept_encoding,
    tokens,
)
from tests.standins.web import compressed_zeros, encode

CAP = 2**20
KINDS = ["gzip", "deflate", "raw-deflate", "br", "zstd"]


def decode(data: bytes, *encodings: str, cap: int = CAP, piece: int = 1000) -> bytes:
    decoder = Decoder(encodings, cap)
    for start in range(0, len(data), piece):
        decoder.feed(data[start : start + piece])
    return decoder.finish()


def name(kind: str) -> str:
    return kind.removeprefix("raw-")


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=4000), piece=st.integers(1, 700))
def test_a_body_survives_any_cut(kind: str, body: bytes, piece: int) -> None:
    """What was encoded comes back, wherever the network cut it."""
    if not body.startswith(b"\x1f\x8b"):
        assert decode(encode(body, kind), name(kind), piece=piece) == body


@pytest.mark.parametrize("kind", KINDS)
def test_a_torn_stream_is_an_error_wherever_it_tears(kind: str) -> None:
    """A stream that lacks even its last byte is never taken for a whole body (gzip's checksum and length included)."""
    whole = encode(b"a rather ordinary body, said twice. " * 2, kind)
    for length in range(1, len(whole)):
        with pytest.raises(TruncatedError):
            decode(whole[:length], name(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_body_is_an_empty_body(kind: str) -> None:
    """No bytes at all (as some servers send with their headers unchanged) are no torn stream."""
    assert decode(b"", name(kind)) == b""


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("size", [CAP, CAP + 1, 64 * CAP])
def test_a_bomb_stops_at_the_cap(kind: str, size: int) -> None:
    """A body of exactly the cap passes; one byte more, or sixty-four times as much, is stopped."""
    packed = encode(bytes(size), kind)
    if size == CAP:
        assert decode(packed, kind) == bytes(size)
    else:
        with pytest.raises(InflatedTooLargeError):
            decode(packed, kind)


def test_a_brotli_bomb_of_a_few_hundred_bytes_stops_too() -> None:
    """A quarter of a gigabyte from a few hundred bytes of brotli costs no more than the cap."""
    packed = compressed_zeros(256 * 2**20, "br")
    assert len(packed) < 1000
    with pytest.raises(InflatedTooLargeError):
        decode(packed, "br")


def test_gzip_in_gzip_is_unpacked_once_more() -> None:
    """A feed stored as .gz and compressed again on the way is read; a third wrapping is left to the reader, who finds no feed."""
    once = gzip.compress(b"<rss/>", mtime=0)
    twice = gzip.compress(once, mtime=0)
    assert decode(once) == b"<rss/>"
    assert decode(twice, "gzip") == b"<rss/>"
    assert decode(gzip.compress(twice, mtime=0), "gzip") == once


def test_a_bomb_in_a_bomb_is_held_by_the_same_cap() -> None:
    """The inner layer is capped like the outer one."""
    inner = compressed_zeros(64 * 2**20, "gzip")
    for packed in (gzip.compress(inner, mtime=0), inner):
        with pytest.raises(InflatedTooLargeError):
            decode(packed, "gzip")


def test_several_encodings_are_undone_in_reverse() -> None:
    """`Content-Encoding: br, gzip` means brotli first, gzip last."""
    packed = gzip.compress(encode(b"<rss/>", "br"), mtime=0)
    assert decode(packed, "br", "gzip") == b"<rss/>"


def test_a_tower_of_encodings_is_refused() -> None:
    """More than three layers are an attack."""
    with pytest.raises(EncodingError):
        Decoder(["gzip"] * 4, CAP)


def test_members_one_after_another_are_one_body() -> None:
    """RFC 1952 allows a gzip stream of several members; padding after the last is ignored."""
    packed = gzip.compress(b"<rss>", mtime=0) + gzip.compress(b"</rss>", mtime=0) + bytes(512)
    for piece in (1, 7, len(packed)):
        assert decode(packed, "gzip", piece=piece) == b"<rss></rss>"


def test_a_flood_of_empty_members_is_refused() -> None:
    """Every member costs a decompressor; nobody needs more than a thousand."""
    with pytest.raises(EncodingError):
        decode(gzip.compress(b"", mtime=0) * (MAX_MEMBERS + 1), "gzip", piece=10**6)


def test_plain_bytes_called_gzip_pass() -> None:
    """A server that names an encoding and does not apply it is wrong, and readable."""
    assert decode(b"<rss/>", "gzip") == b"<rss/>"


@pytest.mark.parametrize("word", ["utf-8", "identity", "none", "binary", "text/xml"])
def test_unknown_encodings_are_passed_over(word: str) -> None:
    """Words that are no encodings, all seen in the wild, change nothing."""
    assert decode(b"<rss/>", word) == b"<rss/>"


@pytest.mark.parametrize("kind", ["deflate", "br", "zstd"])
def test_noise_is_an_error(kind: str) -> None:
    """Bytes that are no such stream are reported, not returned."""
    with pytest.raises(EncodingError):
        decode(b"\xff\xff\xff<html>this is not compressed at all</html>" * 20, kind)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.integers(1, 50))
def test_foreign_bytes_raise_nothing_else(data: bytes, kind: str, piece: int) -> None:
    """Whatever comes, the only exception is EncodingError."""
    with contextlib.suppress(EncodingError):
        decode(data, kind, piece=piece)


def test_a_wrong_checksum_is_an_error() -> None:
    """gzip's own checksum is verified."""
    packed = bytearray(gzip.compress(b"<rss/>" * 100, mtime=0))
    packed[-6] ^= 1
    with pytest.raises(EncodingError):
        decode(bytes(packed), "gzip")


def test_raw_deflate_is_told_from_zlib() -> None:
    """`deflate` arrives with and without a zlib header; the first two bytes decide."""
    assert decode(zlib.compress(b"<rss/>", 9), "deflate", piece=1) == b"<rss/>"
    assert decode(encode(b"<rss/>", "raw-deflate"), "deflate", piece=1) == b"<rss/>"


def test_only_what_can_be_decoded_is_asked_for() -> None:
    """Accept-Encoding names gzip, deflate, br and (where a module is there) zstd."""
    assert accept_encoding() == "gzip, deflate, br, zstd"


def test_list_headers_are_split_into_tokens() -> None:
    """Several values and several headers are one list; case and blanks do not matter."""
    assert tokens(["GZIP , br", "", " Zstd"]) == ("gzip", "br", "zstd")
