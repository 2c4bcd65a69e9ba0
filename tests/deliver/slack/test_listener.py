"""Socket Mode through the real slack-sdk client: acknowledged first, answered once, back after a drop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.deliver.slack import SlackNotifier, replies
from monitor.deliver.slack.commands import Command, Verb
from monitor.deliver.slack.listener import Answer, SlackListener
from tests.standins.receiver import Receiver
from tests.standins.slack import SlackStandIn


class Desk:
    """Answers commands as it is told, and keeps them."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Command] = asyncio.Queue()
        self.answer: Answer | None = replies.said("done")
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, command: Command) -> Answer | None:
        await self.open.wait()
        self.heard.put_nowait(command)
        return self.answer


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in, asyncio.timeout(20):
        yield stand_in


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def listener(slack: SlackStandIn, desk: Desk) -> AsyncIterator[SlackListener]:
    client = SlackNotifier(slack.token, base_url=slack.base_url).client
    one = SlackListener(slack.workspace.app_token, client, desk, ping=0.2)
    await one.open()
    yield one
    await one.close()


def say(slack: SlackStandIn, text: str, trigger: str = "t.1") -> dict[str, Any]:
    return {
        "command": "/monitor",
        "text": text,
        "user_id": "U1",
        "channel_id": "C00000000",
        "trigger_id": trigger,
        "response_url": f"{slack.address}/respond",
    }


def click(slack: SlackStandIn, value: str) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U1"},
        "trigger_id": "t.2",
        "response_url": f"{slack.address}/respond",
        "actions": [{"action_id": "story", "selected_option": {"value": value}}],
    }


async def test_a_command_is_answered_to_the_asker(
    slack: SlackStandIn, listener: SlackListener, desk: Desk
) -> None:
    """What the desk says reaches the asker alone, and the original message stays."""
    await slack.envelope("slash_commands", say(slack, "status"))
    assert (await desk.heard.get()).verb is Verb.STATUS
    answer = await slack.answers.get()
    assert (answer["response_type"], answer["replace_original"], answer["text"]) == (
        "ephemeral",
        False,
        "done",
    )


async def test_why_opens_a_modal(slack: SlackStandIn, listener: SlackListener, desk: Desk) -> None:
    """A modal answer goes through the click's trigger."""
    desk.answer = replies.why(replies.Why("IRS", "IRS", "irs.yaml:1", "matches"))
    await slack.envelope("interactive", click(slack, "why s1 a1 irs"))
    assert (await slack.answers.get())["title"]["text"] == "Why this?"
    assert (await desk.heard.get()).article == "a1"


async def test_an_envelope_is_acknowledged_before_the_work(
    slack: SlackStandIn, listener: SlackListener, desk: Desk
) -> None:
    """With the desk stuck, hundreds of clicks are acknowledged all the same."""
    desk.open.clear()
    await asyncio.gather(
        *(slack.envelope("interactive", click(slack, f"relevant s{n} a irs")) for n in range(200))
    )
    assert desk.heard.empty()
    desk.open.set()
    assert {(await desk.heard.get()).story for _click in range(200)} == {f"s{n}" for n in range(200)}


async def test_a_redelivered_command_runs_once(
    slack: SlackStandIn, listener: SlackListener, desk: Desk
) -> None:
    """The same envelope, and the same command in a new one, are acknowledged and not run again; votes may be changed back."""
    for name in ("e1", "e1", "e2"):
        await slack.envelope("slash_commands", say(slack, "digest now morning"), name)
    for number, value in enumerate(("relevant s a irs", "irrelevant s a irs", "relevant s a irs")):
        await slack.envelope("interactive", click(slack, value), f"v{number}")
    heard = [await desk.heard.get() for _command in range(4)]
    assert [one.verb for one in heard] == [Verb.DIGEST, Verb.RELEVANT, Verb.IRRELEVANT, Verb.RELEVANT]
    assert desk.heard.empty()


async def test_a_dropped_socket_comes_back(slack: SlackStandIn, listener: SlackListener, desk: Desk) -> None:
    """After a hang-up a new socket is opened, and commands are heard again."""
    await slack.connection()
    await slack.drop_socket()
    await slack.envelope("slash_commands", say(slack, "status"))
    assert (await desk.heard.get()).verb is Verb.STATUS


async def test_foreign_envelopes_are_only_acknowledged(
    slack: SlackStandIn, listener: SlackListener, desk: Desk
) -> None:
    """Events of other kinds, foreign clicks and links in menus give no command."""
    await slack.envelope("events_api", {"event": {}})
    await slack.envelope("interactive", click(slack, "other app's value"))
    await slack.envelope("interactive", click(slack, "open s a irs"))
    await slack.envelope("slash_commands", say(slack, "status"))
    assert (await desk.heard.get()).verb is Verb.STATUS
    assert desk.heard.empty()


async def test_an_answer_goes_to_slack_alone(
    slack: SlackStandIn, listener: SlackListener, desk: Desk
) -> None:
    """An address of anybody else's in an envelope is never called."""
    async with Receiver() as stranger:
        await slack.envelope("slash_commands", say(slack, "status") | {"response_url": stranger.address})
        await slack.envelope("slash_commands", say(slack, "status", "t.2"))
        assert (await slack.answers.get())["text"] == "done"
        assert stranger.received == []
