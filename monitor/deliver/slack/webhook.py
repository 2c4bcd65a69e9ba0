"""Slack by incoming webhook: the two-minute trial. One message a digest, the top stories, at-least-once (nothing can be read back)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from monitor.deliver.slack import classify
from monitor.deliver.slack.degrade import lighter
from monitor.deliver.slack.limits import Message
from monitor.deliver.slack.render import render_single
from monitor.models import Delivery, Digest, Found, Part, SendResult, SendVerdict, Target

if TYPE_CHECKING:
    from slack_sdk.webhook.async_client import AsyncWebhookClient


class SlackWebhookNotifier:
    """Posts to one incoming webhook, whose address decides the channel and is a secret. `timeout` is in seconds."""

    def __init__(self, url: str, *, timeout: int = 20) -> None:
        self._url = url
        self._timeout = timeout
        self._client: AsyncWebhookClient | None = None

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return the digest as one message that says how many stories it leaves out."""
        return (render_single(digest),)

    async def send(self, delivery: Delivery) -> SendResult:
        """Post the message; a refused form is followed by a lighter one."""
        message = json.loads(delivery.payload)
        result = await self._post(message, delivery.nonce)
        for (lighter_one,) in lighter(message, split=False):
            if result.verdict is not SendVerdict.MESSAGE_BROKEN:
                break
            result = await self._post(lighter_one, delivery.nonce)
        return result

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """A webhook cannot be read back."""
        return Found.UNSUPPORTED, None

    async def close(self) -> None:
        """Nothing is kept open."""

    @property
    def client(self) -> AsyncWebhookClient:
        """The webhook client, made at first use, with every retry handler off."""
        if self._client is None:
            import logging

            from slack_sdk.webhook.async_client import AsyncWebhookClient

            logger = logging.getLogger("monitor.deliver.slack.sdk")
            logger.setLevel(logging.WARNING)  # at DEBUG slack-sdk logs the address, which is the secret
            self._client = AsyncWebhookClient(
                self._url, timeout=self._timeout, retry_handlers=[], logger=logger
            )
        return self._client

    async def _post(self, message: Message, nonce: str) -> SendResult:
        body: dict[str, Any] = {
            "text": message["text"],
            "metadata": {"event_type": "monitor_delivery", "event_payload": {"nonce": nonce}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if message["blocks"]:
            body["blocks"] = message["blocks"]
        try:
            response = await self.client.send_dict(body)
        except Exception as error:  # noqa: BLE001  # the per-delivery boundary: slack-sdk raises whatever its transport does
            return classify.from_exception(error)
        return _reading(response.status_code, response.body, dict(response.headers))


def _reading(status: int, body: str, headers: dict[str, str]) -> SendResult:
    """Only a body of `ok` is a yes: a proxy's web page comes with HTTP 200 as well."""
    if status == 200 and body.strip() == "ok":
        return SendResult(SendVerdict.SENT)
    name = body.strip()
    if status == 429 or name in classify.VERDICTS:
        wait = next((value for key, value in headers.items() if key.lower() == "retry-after"), None)
        return classify.from_error(
            name if name in classify.VERDICTS else "ratelimited",
            status=status,
            retry_after=classify.seconds(wait),
        )
    return SendResult(SendVerdict.UNKNOWN, detail=f"answer lost: HTTP {status} without an answer of Slack's")
