"""The incoming webhook: one message, at-least-once, and only a body of `ok` is a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from monitor.deliver.slack import SlackWebhookNotifier
from monitor.models import Found, SendResult, SendVerdict, Target
from tests.standins.digests import delivery, digest, section
from tests.standins.slack import SlackStandIn

TARGET = Target("slack", "#irs-watch")


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        yield stand_in


async def test_a_digest_is_one_message(slack: SlackStandIn) -> None:
    """The top stories and the number of those left out, with the nonce in the metadata."""
    notifier = SlackWebhookNotifier(slack.webhook)
    parts = notifier.render(digest(section(stories=3, rest=40)), TARGET)
    assert len(parts) == 1
    one = delivery(parts[0], TARGET)
    assert await notifier.send(one) == SendResult(SendVerdict.SENT)
    assert slack.stored()[0].nonce == "nonce-0001"
    assert slack.stored()[0].blocks[-1]["elements"][0]["text"] == "and 40 more"
    assert await notifier.find(one) == (Found.UNSUPPORTED, None)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("channel_is_archived", SendVerdict.PLACE_BROKEN),
        ("no_service", SendVerdict.TOKEN_BROKEN),
        ("invalid_token", SendVerdict.TOKEN_BROKEN),
        ("team_disabled", SendVerdict.TOKEN_BROKEN),
    ],
)
async def test_a_refusal_has_its_class(slack: SlackStandIn, error: str, verdict: SendVerdict) -> None:
    """A webhook answers its errors as bare words."""
    slack.faults.error(error)
    notifier = SlackWebhookNotifier(slack.webhook)
    assert await notifier.send(delivery(notifier.render(digest(), TARGET)[0], TARGET)) == SendResult(
        verdict, detail=error
    )


async def test_a_web_page_is_no_yes(slack: SlackStandIn) -> None:
    """HTTP 200 from a proxy, a reset, a bare 5xx: the message may be stored."""
    notifier = SlackWebhookNotifier(slack.webhook)
    one = delivery(notifier.render(digest(), TARGET)[0], TARGET)
    slack.faults.html()
    slack.faults.lose_answer()
    slack.faults.status(500)
    assert [(await notifier.send(one)).verdict for _try in range(3)] == [SendVerdict.UNKNOWN] * 3


async def test_a_wait_is_told(slack: SlackStandIn) -> None:
    """429 with its Retry-After."""
    slack.faults.rate_limit(retry_after=7)
    notifier = SlackWebhookNotifier(slack.webhook)
    result = await notifier.send(delivery(notifier.render(digest(), TARGET)[0], TARGET))
    assert (result.verdict, result.retry_after) == (SendVerdict.WAIT, 7.0)


async def test_a_refused_form_is_made_lighter(slack: SlackStandIn) -> None:
    """The last form is text alone; the webhook's address, a secret, is in no detail."""
    slack.faults.error("invalid_blocks")
    notifier = SlackWebhookNotifier(slack.webhook)
    result = await notifier.send(delivery(notifier.render(digest(), TARGET)[0], TARGET))
    assert result.verdict is SendVerdict.SENT
    assert slack.stored()[0].blocks == []
    gone = SlackWebhookNotifier("http://127.0.0.1:9/services/T/B/very-secret")
    assert "secret" not in (await gone.send(delivery(gone.render(digest(), TARGET)[0], TARGET))).detail
