"""Digests to the hundred services Apprise knows (Telegram, Discord, Teams, ntfy …), as plain text. Optional extra; at-least-once.

Apprise says only whether it worked, so that a no is never definite.
"""

from __future__ import annotations

import importlib.util
import json

from monitor.deliver import wording
from monitor.deliver.plaintext import plain
from monitor.errors import DeliveryError
from monitor.models import Delivery, Digest, Found, Part, SendResult, SendVerdict, Target


class AppriseNotifier:
    """Sends to the Apprise address each target names (`ntfy://topic`), which may hold a secret. Raises DeliveryError when Apprise is missing."""

    def __init__(self) -> None:
        if importlib.util.find_spec("apprise") is None:
            raise DeliveryError("apprise targets need the extra 'apprise': pip install 'monitor[apprise]'")

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return title and text as one part; a service's own length limits are Apprise's business (`?overflow=split`)."""
        payload = {"title": wording.heading(digest), "body": plain(digest).partition("\n")[2].strip()}
        return (Part(json.dumps(payload, ensure_ascii=False)),)

    async def send(self, delivery: Delivery) -> SendResult:
        """Hand the text to Apprise."""
        import apprise

        payload = json.loads(delivery.payload)
        service = apprise.Apprise()
        if not service.add(delivery.target.address):
            return SendResult(SendVerdict.PLACE_BROKEN, detail="Apprise does not know this kind of address")
        try:
            sent = await service.async_notify(
                title=payload["title"], body=payload["body"], body_format="text"
            )
        except Exception as error:  # noqa: BLE001  # the per-delivery boundary: a hundred plugins raise what they like
            return SendResult(SendVerdict.UNKNOWN, detail=f"Apprise failed: {type(error).__name__}")
        return (
            SendResult(SendVerdict.SENT)
            if sent
            else SendResult(SendVerdict.UNKNOWN, detail="Apprise reports a failure")
        )

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """Apprise cannot read back."""
        return Found.UNSUPPORTED, None

    async def close(self) -> None:
        """Nothing is kept open."""
