"""Reading Slack back: is the message with this nonce stored?

`conversations.history` (or `conversations.replies` for a thread) with `include_all_metadata` from shortly before the delivery was
made. A file carries no metadata; its name ends in the nonce. A message that went out in pieces says how many in its metadata and
counts as stored only when the last of them is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.models import Delivery, Found

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

SKEW = timedelta(minutes=10)  # between this machine's clock and Slack's
PAGE = 200
PAGES = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """What a piece carries: the delivery's nonce, its own number, and how many there are."""

    nonce: str
    number: int
    pieces: int

    @property
    def nonce_of_piece(self) -> str:
        """The nonce itself for the first piece, `nonce/1` and so on for the others."""
        return f"{self.nonce}/{self.number}" if self.number else self.nonce

    @property
    def payload(self) -> dict[str, Any]:
        """The piece's `event_payload`."""
        return {"nonce": self.nonce_of_piece, "pieces": self.pieces}


def file_name(stem: str, nonce: str) -> str:
    """Return the name a file goes by, which ends in the nonce."""
    return f"{stem}-{nonce}.csv"


async def find(client: AsyncWebClient, channel: str, delivery: Delivery) -> tuple[Found, str | None]:
    """Look for the whole delivery. Raises what slack-sdk raises."""
    message = await _search(client, channel, delivery.nonce, delivery, delivery.thread_ts)
    if message is None:
        return Found.ABSENT, None
    ts: str = message["ts"]
    pieces = int(_payload(message).get("pieces", 1))
    if pieces > 1:
        last = Mark(delivery.nonce, pieces - 1, pieces).nonce_of_piece
        if await _search(client, channel, last, delivery, delivery.thread_ts or ts) is None:
            return Found.ABSENT, None
    return Found.PRESENT, ts


async def look(
    client: AsyncWebClient, channel: str, nonce: str, delivery: Delivery, thread: str | None
) -> tuple[Found, str | None]:
    """Look for one message by its nonce. Raises what slack-sdk raises."""
    message = await _search(client, channel, nonce, delivery, thread)
    return (Found.ABSENT, None) if message is None else (Found.PRESENT, message["ts"])


async def _search(
    client: AsyncWebClient, channel: str, nonce: str, delivery: Delivery, thread: str | None
) -> dict[str, Any] | None:
    async for message in _messages(client, channel, _oldest(delivery), thread):
        if _payload(message).get("nonce") == nonce or _has_file(message, nonce):
            return message
    return None


def _oldest(delivery: Delivery) -> str | None:
    began = delivery.created or delivery.sending_since
    return f"{(began - SKEW).timestamp():.6f}" if began else None


async def _messages(
    client: AsyncWebClient, channel: str, oldest: str | None, thread: str | None
) -> AsyncIterator[dict[str, Any]]:
    """Yield the thread's messages, or the channel's; a thread that is gone was answered at top level."""
    cursor: str | None = None
    for _page in range(PAGES):
        page = await _page_of(client, channel, oldest, thread, cursor)
        for message in page["messages"]:
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


async def _page_of(
    client: AsyncWebClient, channel: str, oldest: str | None, thread: str | None, cursor: str | None
) -> Any:
    asked: dict[str, Any] = {
        "channel": channel,
        "limit": PAGE,
        "include_all_metadata": True,
        "inclusive": True,
    }
    asked |= {"oldest": oldest} if oldest else {}
    asked |= {"cursor": cursor} if cursor else {}
    from slack_sdk.errors import SlackApiError

    if thread is None:
        return await client.conversations_history(**asked)
    try:
        return await client.conversations_replies(ts=thread, **asked)
    except SlackApiError as error:
        if error.response.get("error") != "thread_not_found":
            raise
        return await client.conversations_history(**asked)


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    payload = (message.get("metadata") or {}).get("event_payload")
    return payload if isinstance(payload, dict) else {}


def _has_file(message: dict[str, Any], nonce: str) -> bool:
    return any(
        file_name("", nonce).removeprefix("-") in str(file.get("name")) for file in message.get("files") or ()
    )
