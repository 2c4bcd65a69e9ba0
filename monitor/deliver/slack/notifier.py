"""Slack by bot token: each message stored once, however the network fails.

Slack has no idempotency key. Every message carries the delivery's nonce in `metadata.event_payload.nonce`, and after a lost answer
`find` looks for it in the channel's history (the thread's replies). slack-sdk's own re-sending is off: it posts twice after a reset
connection (measured). Waiting is never slept here but told as a verdict; the outbox keeps it as state.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from monitor.deliver.slack import classify, history
from monitor.deliver.slack.channels import Channels
from monitor.deliver.slack.degrade import Form, as_text, lighter
from monitor.deliver.slack.limits import Message
from monitor.deliver.slack.pace import Pace
from monitor.deliver.slack.render import render
from monitor.models import Delivery, Digest, Found, Part, SendResult, SendVerdict, Target

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

EVENT_TYPE = "monitor_delivery"
_LOST_THREAD = ("thread_not_found", "cannot_reply_to_message")


class SlackNotifier:
    """Posts with a bot token.

    `base_url` ends in `/api/` (enterprise proxies, tests); `interactive` says that a Socket Mode listener answers clicks; `timeout`
    (seconds) bounds each request and must stay below the outbox's lease.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://slack.com/api/",
        interactive: bool = False,
        timeout: int = 20,
        pace: Pace | None = None,
    ) -> None:
        self._token = token
        self._base_url = base_url if base_url.endswith("/") else base_url + "/"
        self._interactive = interactive
        self._timeout = timeout
        self._pace = pace or Pace()
        self._client: AsyncWebClient | None = None
        self._channels = Channels()

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return the digest's messages, frozen; `target` makes no difference to their look."""
        return render(digest, self._interactive)

    def amendment(self, digest: Digest, target: Target) -> Part:
        """Return what replaces the digest's first message: the alert that is posted, with the outlets of today."""
        message = json.loads(self.render(digest, target)[0].payload)
        return Part(json.dumps({**message, "type": "amendment"}, ensure_ascii=False, separators=(",", ":")))

    async def send(self, delivery: Delivery) -> SendResult:
        """Post one message, upload one file or amend one message; whatever goes wrong comes back as a verdict."""
        address = delivery.target.address
        if wait := self._pace.wait(address, asyncio.get_running_loop().time()):
            return SendResult(
                SendVerdict.WAIT, retry_after=wait, detail="Slack's pace: one message a second and channel"
            )
        payload = json.loads(delivery.payload)
        try:
            if payload["type"] == "file":
                return await self._send_file(delivery, payload)
            if payload["type"] == "amendment":
                return await self._send_amendment(delivery, payload)
            return await self._send_message(delivery, payload)
        except Exception as error:  # noqa: BLE001  # the per-delivery boundary: slack-sdk raises whatever its transport does
            return classify.from_exception(error)

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """Look for the delivery's nonce where it would be stored. Unreadable means: ask again later.

        An amendment is never found: doing it again does no harm, and nothing newer overtakes it (the outbox keeps a thread in order).
        """
        if json.loads(delivery.payload)["type"] == "amendment":
            return Found.ABSENT, None
        try:
            return await self._find(delivery)
        except Exception:  # noqa: BLE001  # as in `send`; what cannot be read proves nothing
            return Found.UNREADABLE, None

    async def amend(self, target: Target, ts: str, message: Message) -> SendResult:
        """Replace a stored message (an alert's "also at" line, a health incident); doing so twice does no harm."""
        try:
            channel = await self._channels.id_of(self.client, target.address)
            await self.client.chat_update(
                channel=channel, ts=ts, text=message["text"], blocks=message["blocks"]
            )
        except Exception as error:  # noqa: BLE001  # as in `send`
            return classify.from_exception(error)
        return SendResult(SendVerdict.SENT, ts=ts)

    async def close(self) -> None:
        """Nothing is kept open: each request has its own connection, so that a stale one can never lose a message."""

    @property
    def client(self) -> AsyncWebClient:
        """The web client, made at first use, with every retry handler off."""
        if self._client is None:
            import logging

            from slack_sdk.web.async_client import AsyncWebClient

            logger = logging.getLogger("monitor.deliver.slack.sdk")
            logger.setLevel(logging.WARNING)  # at DEBUG slack-sdk logs whole requests
            self._client = AsyncWebClient(
                self._token, base_url=self._base_url, timeout=self._timeout, retry_handlers=[], logger=logger
            )
        return self._client

    async def _send_amendment(self, delivery: Delivery, message: Message) -> SendResult:
        """Change the message that the delivery is a reply to; as text alone where its blocks are refused."""
        if delivery.thread_ts is None:
            return SendResult(SendVerdict.MESSAGE_BROKEN, detail="the message to be amended was never posted")
        result = await self.amend(delivery.target, delivery.thread_ts, message)
        if result.verdict is SendVerdict.MESSAGE_BROKEN and result.detail not in classify.UNCHANGEABLE:
            return await self.amend(delivery.target, delivery.thread_ts, as_text(message))
        return result

    async def _send_message(self, delivery: Delivery, message: Message) -> SendResult:
        result = await self._post(delivery, message, {"nonce": delivery.nonce}, delivery.thread_ts)
        for form in lighter(message):
            if result.verdict is not SendVerdict.MESSAGE_BROKEN:
                break
            result = await self._send_form(delivery, form)
        return result

    async def _send_form(self, delivery: Delivery, form: Form) -> SendResult:
        """Send a form of one or more messages; pieces that an earlier try stored are not sent again."""
        if len(form) == 1:
            return await self._post(delivery, form[0], {"nonce": delivery.nonce}, delivery.thread_ts)
        thread, first = delivery.thread_ts, None
        for number, piece in enumerate(form):
            result = await self._piece(
                delivery, piece, history.Mark(delivery.nonce, number, len(form)), thread
            )
            if result.verdict is not SendVerdict.SENT:
                return result
            first = first or result.ts
            thread = thread or first
        return SendResult(SendVerdict.SENT, ts=first)

    async def _piece(
        self, delivery: Delivery, piece: Message, mark: history.Mark, thread: str | None
    ) -> SendResult:
        try:
            found, ts = await history.look(
                self.client, await self._id(delivery), mark.nonce_of_piece, delivery, thread
            )
        except Exception as error:  # noqa: BLE001  # as in `send`; without a look a stored piece might go out again
            detail = f"the channel's history cannot be read: {classify.from_exception(error).detail}"
            return SendResult(SendVerdict.RETRY, detail=detail)
        if found is Found.PRESENT:
            return SendResult(SendVerdict.SENT, ts=ts)
        result = await self._post(delivery, piece, mark.payload, thread)
        if result.verdict is SendVerdict.MESSAGE_BROKEN and piece["blocks"]:
            return await self._post(delivery, as_text(piece), mark.payload, thread)
        return result

    async def _post(
        self,
        delivery: Delivery,
        message: Message,
        mark: dict[str, Any],
        thread: str | None,
        mended: frozenset[str] = frozenset(),
    ) -> SendResult:
        """Post one message; a missing membership and a lost thread are mended once each, both being definite refusals."""
        try:
            return await self._post_once(delivery.target.address, message, mark, thread)
        except Exception as error:  # noqa: BLE001  # as in `send`
            result = classify.from_exception(error)
        name = result.detail
        if name == "not_in_channel" and name not in mended and await self._joined(delivery):
            return await self._post(delivery, message, mark, thread, mended | {name})
        if name in _LOST_THREAD and thread:
            return await self._post(delivery, message, mark, None, mended)
        return result

    async def _post_once(
        self, address: str, message: Message, mark: dict[str, Any], thread: str | None
    ) -> SendResult:
        response = await self.client.chat_postMessage(
            channel=self._channels.known(address),
            text=message["text"],
            blocks=message["blocks"] or None,
            thread_ts=thread,
            metadata={"event_type": EVENT_TYPE, "event_payload": mark},
            unfurl_links=False,
            unfurl_media=False,
        )
        self._channels.learn(address, response.get("channel"))
        return SendResult(SendVerdict.SENT, ts=response["ts"])

    async def _joined(self, delivery: Delivery) -> bool:
        """Join a public channel; False where that is not allowed."""
        from slack_sdk.errors import SlackApiError

        try:
            await self.client.conversations_join(channel=await self._id(delivery))
        except SlackApiError:
            return False
        return True

    async def _id(self, delivery: Delivery) -> str:
        return await self._channels.id_of(self.client, delivery.target.address)

    async def _send_file(self, delivery: Delivery, payload: dict[str, Any]) -> SendResult:
        """Upload into the thread; where files are not allowed, send the same stories as messages."""
        try:
            response = await self.client.files_upload_v2(
                channel=await self._id(delivery),
                thread_ts=delivery.thread_ts,
                filename=history.file_name(payload["name"], delivery.nonce),
                title=payload["title"],
                content=payload["content"],
                initial_comment=payload["text"],
                request_file_info=False,
            )
        except Exception as error:  # noqa: BLE001  # as in `send`
            result = classify.from_exception(error)
            return await self._without_file(delivery, payload, result)
        return SendResult(SendVerdict.SENT, ts=response["files"][0]["id"])

    async def _without_file(
        self, delivery: Delivery, payload: dict[str, Any], refusal: SendResult
    ) -> SendResult:
        definite = (
            refusal.verdict in (SendVerdict.MESSAGE_BROKEN, SendVerdict.PLACE_BROKEN)
            or "files:write" in refusal.detail
        )
        if not definite or not payload["pieces"]:
            return refusal
        return await self._send_form(delivery, tuple(payload["pieces"]))

    async def _find(self, delivery: Delivery) -> tuple[Found, str | None]:
        channel = await self._id(delivery)
        try:
            return await history.find(self.client, channel, delivery)
        except Exception as error:
            if classify.from_exception(error).detail == "not_in_channel" and await self._joined(delivery):
                return await history.find(self.client, channel, delivery)
            raise
