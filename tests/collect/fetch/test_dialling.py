"""What is counted on a connection, piece by piece, as no server on this machine can be made to send it."""

from __future__ import annotations

import asyncio

import pytest

from monitor.collect.fetch.dialling import HEAD_BYTES, CappedHandler, WireTooLargeError

BODY = b"x" * (HEAD_BYTES + 1000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY)
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"


async def received(*pieces: bytes) -> CappedHandler:
    """Return a connection over which these pieces came before anybody had a chance to look at them."""
    handler = CappedHandler(asyncio.get_running_loop())
    handler.set_response_params(max_line_size=HEAD_BYTES * 2, max_field_size=HEAD_BYTES * 2)
    for piece in pieces:
        handler.data_received(piece)
    return handler


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + BODY,),
        (HEAD[:20], HEAD[20:] + BODY),
        (INTERIM, HEAD + BODY),
        (INTERIM + HEAD[:9], HEAD[9:], BODY),
    ],
)
async def test_a_body_that_comes_with_its_head_is_no_endless_head(pieces: tuple[bytes, ...]) -> None:
    """More than a head may be long can come in one go with its end: only bytes before that end count as head."""
    handler = await received(*pieces)
    assert handler.overrun is None
    messages = [await handler.read() for _ in range(len(handler))]
    assert [message.code for message, _ in messages][-1] == 200
    assert await messages[-1][1].read() == BODY


@pytest.mark.parametrize(
    "pieces",
    [
        (INTERIM * (HEAD_BYTES // len(INTERIM) + 1),),
        (b"HTTP/1.1 200 OK\r\nX: ", BODY),
        (INTERIM, b"HTTP/1.1 200 OK\r\n", b"X: " + BODY[:HEAD_BYTES]),
    ],
)
async def test_a_head_without_end_is_hung_up_on(pieces: tuple[bytes, ...]) -> None:
    """Interim responses or header lines without end are cut off at the cap, in however many pieces they come."""
    handler = await received(*pieces)
    assert str(handler.overrun) == "endless head"


async def test_the_next_response_on_a_connection_is_counted_anew() -> None:
    """A body counted for one request takes nothing from the next one's head."""
    handler = await received(HEAD + BODY)
    handler.set_response_params()
    handler.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert handler.overrun is None


async def test_what_comes_after_the_cap_of_a_body_is_too_large() -> None:
    """From where the body's reader has set its cap on, a byte more ends the connection."""
    handler = await received(HEAD)
    _, body = await handler.read()
    handler.begin_body(body, cap=1000)
    handler.data_received(BODY[:1000])
    assert handler.overrun is None
    handler.data_received(b"x")
    assert isinstance(handler.overrun, WireTooLargeError)
