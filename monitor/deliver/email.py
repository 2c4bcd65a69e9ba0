"""Digests by mail: one message with a plain text part and the page, its style inlined. At-least-once: a mailbox cannot be read back.

The Message-ID is made from the delivery's nonce, so that mail programs which fold duplicates can. aiosmtplib is an optional extra.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Any, Literal

from monitor.deliver import wording
from monitor.deliver.display import clip
from monitor.deliver.page import mail
from monitor.deliver.plaintext import plain
from monitor.errors import DeliveryError
from monitor.models import Delivery, Digest, Found, Part, SendResult, SendVerdict, Target

if TYPE_CHECKING:
    from aiosmtplib import SMTP

SUBJECT = 150
Security = Literal["starttls", "tls", "none"]


class EmailNotifier:
    """Sends through one mail server.

    `sender` is the From address (`Monitor <monitor@example.org>`); `tls` is `starttls`, `tls` (from the first byte) or `none`;
    `timeout` (seconds) bounds each step. Raises DeliveryError when aiosmtplib is missing or the sender is no address.
    """

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        now: Callable[[], datetime],
        *,
        username: str | None = None,
        password: str | None = None,
        tls: Security = "starttls",
        timeout: float = 20.0,
    ) -> None:
        if importlib.util.find_spec("aiosmtplib") is None:
            raise DeliveryError("email needs the extra 'email': pip install 'monitor[email]'")
        self._sender = _address(sender)
        self._server = {"hostname": host, "port": port, "timeout": timeout, **_security(tls)}
        self._login = (username, password or "") if username else None
        self._now = now

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return subject, text and page as one part."""
        payload = {
            "subject": clip(wording.summary(digest), SUBJECT),
            "text": plain(digest),
            "html": mail(digest, self._now()),
        }
        return (Part(json.dumps(payload, ensure_ascii=False)),)

    async def send(self, delivery: Delivery) -> SendResult:
        """Hand the message to the mail server."""
        from aiosmtplib import SMTP

        try:
            message = self.message(delivery)
        except ValueError:
            return SendResult(SendVerdict.PLACE_BROKEN, detail="the address to send to is none")
        client = SMTP(**self._server)
        try:
            refused = await self._connect(client) or await _hand_over(client, message)
        finally:
            client.close()
        return refused or SendResult(SendVerdict.SENT, ts=message["Message-ID"])

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """A mailbox cannot be read back."""
        return Found.UNSUPPORTED, None

    async def close(self) -> None:
        """Each message has its own connection."""

    async def _connect(self, client: SMTP) -> SendResult | None:
        """Connect and log in; return what went wrong, which is surely before the message."""
        from aiosmtplib import SMTPAuthenticationError

        try:
            await client.connect()
            if self._login:
                await client.login(*self._login)
        except Exception as error:  # noqa: BLE001  # the per-delivery boundary; the server's own words are not passed on
            if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
                detail = f"the mail server refuses the login ({error.code})"
                return SendResult(SendVerdict.TOKEN_BROKEN, detail=detail)
            return SendResult(
                SendVerdict.RETRY, detail=f"the mail server was not reached: {type(error).__name__}"
            )
        return None

    def message(self, delivery: Delivery) -> EmailMessage:
        """Return the whole mail message of a delivery. Raises ValueError when the target is no mail address."""
        payload = json.loads(delivery.payload)
        message = EmailMessage(policy=POLICY)
        message["From"] = self._sender
        message["To"] = _address(delivery.target.address)
        message["Subject"] = payload["subject"]
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9._-]', '-', delivery.nonce)}@{self._sender.domain}>"
        if delivery.thread_ts:
            message["In-Reply-To"] = message["References"] = delivery.thread_ts
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office programs stay quiet
        message.set_content(payload["text"])
        message.add_alternative(payload["html"], subtype="html")
        return message


def _address(text: str) -> Address:
    """Read one mail address, with or without a name. Raises DeliveryError (a ValueError's subject) if it is none."""
    name, bare = parseaddr(text)
    user, _, domain = bare.rpartition("@")
    if not user or not domain or re.search(r"[\s\x00-\x1f]", bare) or "\n" in text or "\r" in text:
        raise _NoAddressError(f"{text!r} is no mail address")
    return Address(name, user, domain)


class _NoAddressError(DeliveryError, ValueError):
    """A text that should be a mail address is none."""


def _security(tls: Security) -> dict[str, Any]:
    return {"use_tls": tls == "tls", "start_tls": tls == "starttls"}


async def _hand_over(client: SMTP, message: EmailMessage) -> SendResult | None:
    """Send the message; return what went wrong."""
    try:
        await client.send_message(message)
    except Exception as error:  # noqa: BLE001  # the per-delivery boundary
        return _while_sending(error)
    return None


def _while_sending(error: Exception) -> SendResult:
    """Read an error between MAIL FROM and the answer to the text: a reply with a code is definite, silence is not."""
    from aiosmtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

    if isinstance(error, SMTPRecipientsRefused):
        refused = error.recipients[0]
        return _refusal(refused.code, SendVerdict.PLACE_BROKEN, "the recipient")
    if isinstance(error, SMTPSenderRefused):
        return _refusal(error.code, SendVerdict.TOKEN_BROKEN, "the sender")
    if isinstance(error, SMTPResponseException) and error.code > 0:
        return _refusal(error.code, SendVerdict.MESSAGE_BROKEN, "the message")
    return SendResult(SendVerdict.UNKNOWN, detail=f"answer lost: {type(error).__name__}")


def _refusal(code: int, permanent: SendVerdict, what: str) -> SendResult:
    """RFC 5321 4.2.1: 4yz means later, 5yz means no."""
    return SendResult(
        permanent if code >= 500 else SendVerdict.RETRY, detail=f"the mail server refuses {what} ({code})"
    )
