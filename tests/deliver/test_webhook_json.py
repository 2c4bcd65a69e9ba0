"""Digests as JSON to an operator's own address."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from monitor.deliver import frozen
from monitor.deliver.webhook import WebhookNotifier
from monitor.models import Delivery, Found, SendResult, SendVerdict, Target
from tests.standins.digests import delivery, digest
from tests.standins.receiver import Receiver

NOTIFIER = WebhookNotifier(timeout=5.0)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as one:
        yield one


def to(address: str) -> Delivery:
    target = Target("webhook", address)
    return delivery(NOTIFIER.render(digest(), target)[0], target)


async def test_the_whole_digest_is_posted(receiver: Receiver) -> None:
    """One POST with the digest as data, its nonce as idempotency key, to exactly the address configured."""
    assert await NOTIFIER.send(to(receiver.address)) == SendResult(SendVerdict.SENT)
    ((path, headers, body),) = receiver.received
    assert path == "/hook/very-secret?key=k"
    assert headers["Idempotency-Key"] == '"nonce-0001"'
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert body["version"] == 1
    assert frozen.from_data(body["digest"]) == digest()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (200, SendVerdict.SENT),
        (202, SendVerdict.SENT),
        (301, SendVerdict.PLACE_BROKEN),
        (400, SendVerdict.MESSAGE_BROKEN),
        (403, SendVerdict.PLACE_BROKEN),
        (410, SendVerdict.PLACE_BROKEN),
        (413, SendVerdict.MESSAGE_BROKEN),
        (408, SendVerdict.UNKNOWN),
        (429, SendVerdict.WAIT),
        (500, SendVerdict.UNKNOWN),
        ("reset", SendVerdict.UNKNOWN),
    ],
)
async def test_an_answer_has_its_class(receiver: Receiver, answer: int | str, verdict: SendVerdict) -> None:
    """2xx is a yes; 4xx a definite no of some kind; 5xx and silence tell nothing. No detail holds the address."""
    receiver.answers.append(answer)
    result = await NOTIFIER.send(to(receiver.address))
    assert result.verdict is verdict
    assert "secret" not in result.detail


async def test_a_wait_is_told(receiver: Receiver) -> None:
    """Retry-After in seconds; a minute where there is none or a date."""
    receiver.answers += [429, 429]
    receiver.headers_to_send = {"Retry-After": "17"}
    assert (await NOTIFIER.send(to(receiver.address))).retry_after == 17.0
    receiver.headers_to_send = {"Retry-After": "Tue, 24 Nov 2026 08:00:00 GMT"}
    assert (await NOTIFIER.send(to(receiver.address))).retry_after == 60.0


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """The digest goes where the configuration says and nowhere else."""
    receiver.answers.append(307)
    receiver.headers_to_send = {"Location": receiver.address}
    assert (await NOTIFIER.send(to(receiver.address))).verdict is SendVerdict.PLACE_BROKEN
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("http://127.0.0.1:9/secret", SendVerdict.RETRY),
        ("https://127.0.0.1:9/secret", SendVerdict.RETRY),
        ("ftp://files.example/secret", SendVerdict.PLACE_BROKEN),
        ("nonsense-secret", SendVerdict.PLACE_BROKEN),
        ("http://[secret", SendVerdict.PLACE_BROKEN),
    ],
)
async def test_what_was_not_reached_was_not_sent(address: str, verdict: SendVerdict) -> None:
    """A refused connection is tried again without doubt; what is no web address is parked."""
    result = await NOTIFIER.send(to(address))
    assert result.verdict is verdict
    assert "secret" not in result.detail


async def test_it_cannot_be_read_back() -> None:
    """At-least-once, and said so; the payload is plain data."""
    one = to("https://a.example")
    assert await NOTIFIER.find(one) == (Found.UNSUPPORTED, None)
    assert json.loads(one.payload)["digest"]["name"] == "morning"
    await NOTIFIER.close()
