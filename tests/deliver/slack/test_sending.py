"""Sending through the real slack-sdk client to the strict stand-in: each message stored once, whatever happens on the way."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from monitor.deliver.slack import SlackNotifier
from monitor.deliver.slack.pace import Pace
from monitor.models import Delivery, Found, Part, SendResult, SendVerdict, SlotKind, Target, TopicSection
from tests.standins.digests import delivery, digest, section, story
from tests.standins.slack import SlackStandIn

CHANNEL = Target("slack", "#irs-watch")
UNHURRIED = Pace(interval=0.0)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(("irs-watch", "other")) as stand_in:
        yield stand_in


@pytest.fixture
async def notifier(slack: SlackStandIn) -> AsyncIterator[SlackNotifier]:
    one = SlackNotifier(slack.token, base_url=slack.base_url, timeout=2, pace=UNHURRIED)
    yield one
    await one.close()


def first(**changes: object) -> Delivery:
    """The parent of a small digest, as a delivery."""
    return delivery(SlackNotifier("", interactive=True).render(digest(), CHANNEL)[0], CHANNEL, **changes)


async def settled(notifier: SlackNotifier, one: Delivery) -> SendResult:
    """Do what the outbox does: send; when in doubt look; send again only what is surely absent."""
    for _attempt in range(5):
        result = await notifier.send(one)
        if result.verdict is SendVerdict.UNKNOWN:
            found, ts = await notifier.find(one)
            result = SendResult(SendVerdict.SENT, ts=ts) if found is Found.PRESENT else result
        if result.verdict is SendVerdict.SENT:
            return result
    return result


async def test_a_message_is_stored_with_its_nonce(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """One message, unfurling nothing, its nonce in the metadata, its timestamp in the result."""
    result = await notifier.send(first())
    (message,) = slack.stored()
    assert (result.verdict, result.ts) == (SendVerdict.SENT, message.ts)
    assert message.metadata == {"event_type": "monitor_delivery", "event_payload": {"nonce": "nonce-0001"}}
    method, body = slack.calls[-1]
    assert method == "chat.postMessage"
    assert body["unfurl_links"] is False
    assert body["unfurl_media"] is False


async def test_parts_go_to_the_thread(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """A reply carries the timestamp the parent was given."""
    parent, reply = notifier.render(digest(section(stories=1, rest=3)), CHANNEL)
    sent = await notifier.send(delivery(parent, CHANNEL))
    await notifier.send(delivery(reply, CHANNEL, 2, thread_ts=sent.ts))
    assert [message.thread_ts for message in slack.stored()] == [None, sent.ts]


AMBIGUOUS = {
    "reset after storing": lambda faults: faults.lose_answer(),
    "reset before storing": lambda faults: faults.reset(),
    "silence after storing": lambda faults: faults.silence(stored=True),
    "silence before storing": lambda faults: faults.silence(),
    "500 after storing": lambda faults: faults.status(500, stored=True),
    "502 before storing": lambda faults: faults.status(502),
    "a web page after storing": lambda faults: faults.html(stored=True),
    "a web page before storing": lambda faults: faults.html(),
    "internal_error after storing": lambda faults: faults.error("internal_error", stored=True),
    "fatal_error before storing": lambda faults: faults.error("fatal_error"),
}


@pytest.mark.parametrize("fault", AMBIGUOUS)
async def test_a_lost_answer_is_looked_up(slack: SlackStandIn, fault: str) -> None:
    """Whatever hides the answer: the verdict is unknown, the history tells, and the message is there once."""
    notifier = SlackNotifier(slack.token, base_url=slack.base_url, timeout=1, pace=UNHURRIED)
    AMBIGUOUS[fault](slack.faults)
    one = first()
    assert (await notifier.send(one)).verdict is SendVerdict.UNKNOWN
    found, ts = await notifier.find(one)
    assert (found is Found.PRESENT) == ("after" in fault)
    assert ts == (slack.stored()[0].ts if slack.stored() else None)
    assert (await settled(notifier, one)).verdict is SendVerdict.SENT if found is Found.ABSENT else True
    assert [message.nonce for message in slack.stored()] == ["nonce-0001"]


@pytest.mark.parametrize("seed", range(6))
async def test_every_part_once_through_a_storm(slack: SlackStandIn, seed: int) -> None:
    """With every second call meeting a fault, each part of a digest is stored once and in order."""
    notifier = SlackNotifier(slack.token, base_url=slack.base_url, timeout=2, pace=UNHURRIED)
    slack.faults.mix(0.5, seed)
    thread: str | None = None
    for number, part in enumerate(notifier.render(digest(section(10, 205)), CHANNEL), 1):
        result = await _insisted(notifier, delivery(part, CHANNEL, number, thread_ts=thread))
        thread = thread or result.ts
    nonces = [message.nonce[-10:] for message in slack.stored()]
    assert nonces == [f"nonce-{number:04}" for number in range(1, len(nonces) + 1)]
    assert sum(slack.faults.seen.values()) > 0


async def _insisted(notifier: SlackNotifier, one: Delivery) -> SendResult:
    for _round in range(10):
        result = await settled(notifier, one)
        if result.verdict is SendVerdict.SENT:
            return result
    raise AssertionError(result)


async def test_a_wait_is_told_with_its_seconds(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """429 is no attempt: the verdict carries Slack's Retry-After, or a minute when it gives none."""
    slack.faults.rate_limit(retry_after=30)
    slack.faults.rate_limit(retry_after=None)
    slack.faults.error("message_limit_exceeded")
    results = [await notifier.send(first()) for _try in range(3)]
    assert [(one.verdict, one.retry_after) for one in results] == [
        (SendVerdict.WAIT, 30.0),
        (SendVerdict.WAIT, 60.0),
        (SendVerdict.WAIT, 60.0),
    ]
    assert slack.stored() == []


async def test_a_channel_keeps_its_pace_and_holds_no_other(slack: SlackStandIn) -> None:
    """After a short burst a channel gets one message a second; the wait is told, and another channel is served at once."""
    notifier = SlackNotifier(slack.token, base_url=slack.base_url, pace=Pace(interval=60.0, burst=2))
    verdicts = [(await notifier.send(first())).verdict for _message in range(3)]
    assert verdicts == [SendVerdict.SENT, SendVerdict.SENT, SendVerdict.WAIT]
    other = Target("slack", "#other")
    assert (
        await notifier.send(delivery(notifier.render(digest(), other)[0], other))
    ).verdict is SendVerdict.SENT


async def test_nobody_listening_is_surely_not_stored() -> None:
    """A refused connection is tried again without looking."""
    notifier = SlackNotifier("xoxb-nobody", base_url="http://127.0.0.1:9/api/", timeout=2)
    result = await notifier.send(first())
    assert result.verdict is SendVerdict.RETRY
    assert "xoxb" not in result.detail


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("is_archived", SendVerdict.PLACE_BROKEN),
        ("channel_not_found", SendVerdict.PLACE_BROKEN),
        ("invalid_auth", SendVerdict.TOKEN_BROKEN),
        ("token_revoked", SendVerdict.TOKEN_BROKEN),
        ("account_inactive", SendVerdict.TOKEN_BROKEN),
        ("service_unavailable", SendVerdict.RETRY),
        ("request_timeout", SendVerdict.RETRY),
        ("an_error_of_next_year", SendVerdict.RETRY),
    ],
)
async def test_a_refusal_has_its_class(
    slack: SlackStandIn, notifier: SlackNotifier, error: str, verdict: SendVerdict
) -> None:
    """Slack's own names decide whether the place, the token or only this moment is wrong; an unknown name is a definite no."""
    slack.faults.error(error)
    assert await notifier.send(first()) == SendResult(verdict, detail=error)


async def test_a_missing_scope_is_named(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """The verdict says which scope to grant."""
    slack.workspace.scopes.discard("chat:write")
    result = await notifier.send(first())
    assert result.verdict is SendVerdict.TOKEN_BROKEN
    assert "chat:write" in result.detail


async def test_a_wrong_token_is_told_without_the_token(slack: SlackStandIn) -> None:
    """The detail is for people and holds no secret."""
    result = await SlackNotifier("xoxb-revoked", base_url=slack.base_url).send(first())
    assert result == SendResult(SendVerdict.TOKEN_BROKEN, detail="invalid_auth")


async def test_a_public_channel_is_joined_once(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """`not_in_channel` is mended by joining; where that is not allowed, the place is broken."""
    slack.workspace.scopes -= {"chat:write.public"}
    slack.workspace.channels["irs-watch"].member = False
    assert (await notifier.send(first())).verdict is SendVerdict.SENT
    slack.workspace.scopes -= {"channels:join"}
    slack.workspace.channels["irs-watch"].member = False
    assert (await notifier.send(first())).verdict is SendVerdict.PLACE_BROKEN


async def test_history_is_read_after_joining(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """With `chat:write.public` a message can be stored where the bot is no member: looking it up joins first."""
    slack.workspace.channels["irs-watch"].member = False
    slack.faults.lose_answer()
    assert (await notifier.send(first())).verdict is SendVerdict.UNKNOWN
    assert (await notifier.find(first()))[0] is Found.PRESENT


async def test_an_unreadable_history_proves_nothing(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """When the history cannot be read, the message is neither taken as sent nor sent again."""
    slack.faults.status(503, methods=("conversations.history",))
    assert await notifier.find(first()) == (Found.UNREADABLE, None)
    slack.workspace.scopes -= {"channels:history"}
    assert await notifier.find(first()) == (Found.UNREADABLE, None)


async def test_the_nonce_is_found_pages_back(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """A busy channel does not hide the message: the history is read page by page."""
    await notifier.send(first())
    for number in range(450):
        slack.workspace.store(slack.workspace.channels["irs-watch"], text=f"chatter {number}")
    assert (await notifier.find(first()))[0] is Found.PRESENT


async def test_a_lost_thread_is_posted_at_top_level(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """A reply whose parent somebody deleted is still told, and found there."""
    one = first(thread_ts="1700000000.000001")
    assert (await notifier.send(one)).verdict is SendVerdict.SENT
    assert slack.stored()[0].thread_ts is None
    assert (await notifier.find(one))[0] is Found.PRESENT


async def test_an_unreachable_image_costs_only_the_image(
    slack: SlackStandIn, notifier: SlackNotifier
) -> None:
    """Slack refuses a whole message for one image it cannot fetch: it goes out again without images."""
    slack.workspace.unreachable.add("gone.example")
    message = json.loads(first().payload)
    message["blocks"].append({"type": "image", "image_url": "https://gone.example/a.png", "alt_text": "a"})
    one = delivery(Part(json.dumps(message)), CHANNEL)
    assert (await notifier.send(one)).verdict is SendVerdict.SENT
    assert len(slack.stored()[0].blocks) == len(message["blocks"]) - 1


async def test_a_message_too_long_goes_in_two(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """A definite "too long" is answered by halves, the second in the first one's thread; together they count as one."""
    slack.faults.error("msg_blocks_too_long")
    one = first()
    result = await notifier.send(one)
    top, reply = slack.stored()
    assert result == SendResult(SendVerdict.SENT, ts=top.ts)
    assert (reply.thread_ts, top.nonce, reply.nonce) == (top.ts, "nonce-0001", "nonce-0001/1")
    assert await notifier.find(one) == (Found.PRESENT, top.ts)


async def test_a_half_that_was_stored_is_not_sent_again(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """When the second half is lost, the first alone does not count, and the next try sends only what is missing."""
    one = first()
    slack.faults.error("msg_blocks_too_long")
    await notifier.send(one)
    del slack.stored()[1]
    assert (await notifier.find(one))[0] is Found.ABSENT
    slack.faults.error("msg_blocks_too_long")
    assert (await notifier.send(one)).verdict is SendVerdict.SENT
    assert [message.nonce for message in slack.stored()] == ["nonce-0001", "nonce-0001/1"]


async def test_no_piece_is_sent_blindly(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """Pieces need the history, to know which are stored: where it cannot be read they wait, and the reason is named."""
    slack.workspace.scopes -= {"channels:history"}
    slack.faults.error("msg_blocks_too_long")
    result = await notifier.send(first())
    assert result.verdict is SendVerdict.RETRY
    assert "channels:history" in result.detail
    assert slack.stored() == []


async def test_plain_text_is_the_last_form(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """A half that is refused again goes out as text with its links; the other half keeps its look."""
    slack.faults.error("invalid_blocks", times=2)
    assert (await notifier.send(first())).verdict is SendVerdict.SENT
    top, reply = slack.stored()
    assert top.blocks == []
    assert top.text.startswith("Morning digest · Tue 24 Nov\n2 stories from")
    assert "<https://news.example/1/figures?from=feed&amp;n=1|Auditors question" in json.dumps(reply.blocks)


async def test_no_form_accepted_is_said(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """After the last form the message itself is broken."""
    slack.faults.error("invalid_blocks", times=9)
    assert (await notifier.send(first())).verdict is SendVerdict.MESSAGE_BROKEN


async def table(notifier: SlackNotifier) -> tuple[Delivery, Delivery]:
    """A stored parent, and the file that belongs in its thread."""
    parts = notifier.render(digest(section(stories=1, rest=201)), CHANNEL)
    sent = await notifier.send(delivery(parts[0], CHANNEL))
    return delivery(parts[0], CHANNEL), delivery(parts[-1], CHANNEL, 9, thread_ts=sent.ts)


async def test_a_table_is_uploaded_into_the_thread(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """The CSV stands in the thread under a name that ends in the nonce, by which it is found."""
    _parent, file = await table(notifier)
    slack.faults.lose_answer(methods=("files.completeUploadExternal",))
    assert (await notifier.send(file)).verdict is SendVerdict.UNKNOWN
    assert (await notifier.find(file))[0] is Found.PRESENT
    message = slack.stored()[-1]
    assert message.files[0]["name"] == "morning-2026-11-24T0800-nonce-0009.csv"
    assert message.thread_ts == file.thread_ts


async def test_where_no_file_may_be_uploaded_the_lines_are_sent(
    slack: SlackStandIn, notifier: SlackNotifier
) -> None:
    """Without `files:write` the stories of the table come as messages of the thread."""
    _parent, file = await table(notifier)
    slack.workspace.scopes -= {"files:write"}
    assert (await notifier.send(file)).verdict is SendVerdict.SENT
    assert (await notifier.find(file))[0] is Found.PRESENT
    assert "202. <https://news.example/202/" in slack.stored()[-1].blocks[1]["text"]["text"]


async def test_a_message_is_amended_in_place(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """An alert's "also at" line and a health incident are updated, not posted again."""
    sent = await notifier.send(first())
    assert sent.ts is not None
    topic = TopicSection("irs", "IRS", (story(headline="Grown"),))
    changed = json.loads(notifier.render(digest(topic), CHANNEL)[0].payload)
    assert (await notifier.amend(CHANNEL, sent.ts, changed)).verdict is SendVerdict.SENT
    assert len(slack.stored()) == 1
    assert "Grown" in json.dumps(slack.stored()[0].blocks)
    assert (await notifier.amend(CHANNEL, "1.000001", changed)).verdict is SendVerdict.MESSAGE_BROKEN


async def alert_and_amendment(notifier: SlackNotifier) -> tuple[Delivery, Delivery]:
    """Post an alert; return its delivery, and the one that tells it anew with two more outlets."""
    section_of = lambda outlets: TopicSection("irs", "IRS", (story(outlets=outlets),))  # noqa: E731  # one use
    alone = digest(section_of(("The Courier",)), kind=SlotKind.ALERT)
    grown = digest(section_of(("The Courier", "Harbor Wire", "Daily Ledger")), kind=SlotKind.ALERT)
    alert = delivery(notifier.render(alone, CHANNEL)[0], CHANNEL)
    sent = await notifier.send(alert)
    amended = delivery(notifier.amendment(grown, CHANNEL), CHANNEL, 2, thread=1, thread_ts=sent.ts)
    return alert, amended


async def test_an_alert_is_updated_in_place(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """Later coverage changes the alert's "also" line; however often it is done, one message stands, under its own nonce."""
    alert, amended = await alert_and_amendment(notifier)
    assert "Harbor Wire" not in json.dumps(slack.stored()[0].blocks)
    for _ in range(2):
        assert (await notifier.send(amended)).verdict is SendVerdict.SENT
    (message,) = slack.stored()
    assert (
        "also <https://wire.example/1|Harbor Wire> and <https://ledger.example/1|Daily Ledger>"
        in json.dumps(message.blocks)
    )
    assert (await notifier.find(alert))[0] is Found.PRESENT, "its metadata are kept"


async def test_a_lost_amendment_is_made_again(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """Doubt is settled by doing it once more, never by a second message."""
    _, amended = await alert_and_amendment(notifier)
    slack.faults.lose_answer(methods=("chat.update",))
    assert (await notifier.send(amended)).verdict is SendVerdict.UNKNOWN
    assert await notifier.find(amended) == (Found.ABSENT, None)
    assert (await notifier.send(amended)).verdict is SendVerdict.SENT
    assert len(slack.stored()) == 1


async def test_what_was_deleted_is_not_amended_for_ever(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    """An alert that somebody deleted, or that was never posted, ends its amendment at the first try."""
    _, amended = await alert_and_amendment(notifier)
    slack.stored().clear()
    for thread_ts in (amended.thread_ts, None):
        result = await notifier.send(replace(amended, thread_ts=thread_ts))
        assert result.verdict is SendVerdict.MESSAGE_BROKEN
    assert slack.stored() == []


async def test_an_amendment_whose_blocks_are_refused_is_text(
    slack: SlackStandIn, notifier: SlackNotifier
) -> None:
    """The "also" line is told in whatever form Slack takes."""
    _, amended = await alert_and_amendment(notifier)
    slack.faults.error("invalid_blocks", methods=("chat.update",))
    assert (await notifier.send(amended)).verdict is SendVerdict.SENT
    (message,) = slack.stored()
    assert message.blocks == []
    assert "Harbor Wire" in message.text
