"""Digests as JSON to an address of the operator's: the whole digest in one POST, at-least-once.

The delivery's nonce travels as `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header), so that a receiver can fold
what arrives twice. Redirects are not followed: the digest goes where the configuration says and nowhere else.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from typing import NamedTuple
from urllib.parse import urlsplit

from monitor import __version__
from monitor.deliver import frozen
from monitor.deliver.display import host
from monitor.models import Delivery, Digest, Found, Part, SendResult, SendVerdict, Target

MOST_WAIT = 3600.0


class Answer(NamedTuple):
    """An HTTP status and how long to wait, in seconds, if the receiver says so."""

    status: int
    retry_after: float | None


class NotReachedError(Exception):
    """The connection itself failed: nothing was sent."""


class WebhookNotifier:
    """Posts to the address each target names. `timeout` (seconds) bounds each step of a request."""

    def __init__(self, *, timeout: float = 20.0) -> None:
        self._timeout = timeout

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return the digest as `{"version": 1, "digest": {…}}`, the form `monitor.deliver.frozen` describes."""
        return (Part(json.dumps({"version": 1, "digest": frozen.as_data(digest)}, ensure_ascii=False)),)

    async def send(self, delivery: Delivery) -> SendResult:
        """Post the digest; the address may hold a secret and is in no detail."""
        name = host(delivery.target.address)
        try:
            answer = await asyncio.to_thread(_post, delivery, self._timeout)
        except NotReachedError as error:
            return SendResult(SendVerdict.RETRY, detail=f"{name} was not reached: {error}")
        except ValueError:
            return SendResult(SendVerdict.PLACE_BROKEN, detail="the webhook's address is no web address")
        except (OSError, http.client.HTTPException) as error:
            return SendResult(
                SendVerdict.UNKNOWN, detail=f"the answer of {name} was lost: {type(error).__name__}"
            )
        return _meaning(answer, name)

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """A webhook cannot be read back."""
        return Found.UNSUPPORTED, None

    async def close(self) -> None:
        """Each request has its own connection."""


def _post(delivery: Delivery, timeout: float) -> Answer:
    """Send one request. Raises NotReachedError before, OSError or HTTPException after the first byte, ValueError for no address."""
    parts = urlsplit(delivery.target.address)
    connection = _connection(parts.scheme, parts.hostname, parts.port, timeout)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotReachedError(type(error).__name__) from None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "POST", path, delivery.payload.encode("utf-8", "replace"), _headers(delivery.nonce)
        )
        answer = connection.getresponse()
        return Answer(answer.status, _seconds(answer.getheader("Retry-After")))
    finally:
        connection.close()


def _connection(
    scheme: str, name: str | None, port: int | None, timeout: float
) -> http.client.HTTPConnection:
    if scheme not in ("http", "https") or not name:
        raise ValueError(scheme)
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(name, port, timeout=timeout)


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": json.dumps(nonce),  # a structured header's string (RFC 8941, 3.3.3)
        "User-Agent": f"monitor/{__version__}",
    }


def _meaning(answer: Answer, name: str) -> SendResult:
    """Read the status: 2xx is a yes, 4xx a definite no of some kind, 5xx tells nothing."""
    status, detail = answer.status, f"{name} answered {answer.status}"
    if 200 <= status < 300:
        return SendResult(SendVerdict.SENT)
    if status == 429:
        return SendResult(SendVerdict.WAIT, retry_after=answer.retry_after or 60.0, detail=detail)
    if status in (400, 413, 415, 422):
        return SendResult(SendVerdict.MESSAGE_BROKEN, detail=detail)
    if 300 <= status < 500 and status not in (408, 409, 425):
        return SendResult(SendVerdict.PLACE_BROKEN, detail=detail)
    return SendResult(SendVerdict.UNKNOWN, detail=detail)


def _seconds(header: str | None) -> float | None:
    return min(float(header), MOST_WAIT) if header and header.isdecimal() else None
