"""`monitor slack check`: what is missing, in words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from monitor.deliver.slack import SlackNotifier
from monitor.deliver.slack.check import Finding, Level, check, check_messages
from monitor.deliver.slack.render import render
from monitor.models import Part
from tests.standins.digests import digest, section
from tests.standins.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(("irs-watch",)) as stand_in:
        yield stand_in


async def found(
    slack: SlackStandIn, *channels: str, token: str = "", app_token: str | None = None
) -> dict[str, Finding]:
    client = SlackNotifier(token or slack.token, base_url=slack.base_url).client
    return {one.subject: one for one in await check(client, channels, app_token)}


async def test_all_is_well(slack: SlackStandIn) -> None:
    """Token, scopes, app token and membership, each with its line."""
    findings = await found(slack, "#irs-watch", app_token=slack.workspace.app_token)
    assert {one.level for one in findings.values()} == {Level.OK}
    assert findings["token"].text == "monitor in Stand-in"
    assert set(findings) == {"token", "scopes", "app token", "#irs-watch"}


async def test_a_wrong_token_ends_the_check(slack: SlackStandIn) -> None:
    """Nothing more can be learnt; the token itself is not shown."""
    findings = await found(slack, "#irs-watch", token="xoxb-wrong")
    assert list(findings) == ["token"]
    assert findings["token"].level is Level.MISSING
    assert "invalid_auth" in findings["token"].text
    assert "xoxb" not in findings["token"].text


async def test_a_missing_scope_is_named_with_its_use(slack: SlackStandIn) -> None:
    """What does not work without it is MISSING, what works less well is ADVICE."""
    slack.workspace.scopes -= {"channels:history", "files:write"}
    findings = await found(slack)
    assert findings["scope channels:history"].level is Level.MISSING
    assert "none is posted twice" in findings["scope channels:history"].text
    assert findings["scope files:write"].level is Level.ADVICE


async def test_each_channel_is_looked_at(slack: SlackStandIn) -> None:
    """Unknown, archived, not joined, private without an invitation: each says what to do."""
    slack.workspace.add("old", archived=True)
    slack.workspace.add("open", member=False)
    hidden = slack.workspace.add("hidden", member=False, private=True)
    findings = await found(slack, "#gone", "#old", "#open", hidden.id)
    assert [one.level for one in findings.values()][2:] == [
        Level.MISSING,
        Level.MISSING,
        Level.ADVICE,
        Level.MISSING,
    ]
    assert "channel_not_found" in findings["#gone"].text
    assert "unarchive" in findings["#old"].text
    assert "will join" in findings["#open"].text
    assert f"/invite @monitor in {hidden.id}" in findings[hidden.id].text


async def test_a_wrong_app_token_is_told(slack: SlackStandIn) -> None:
    """Without it buttons and commands stay dead."""
    findings = await found(slack, app_token="xapp-wrong")
    assert findings["app token"].level is Level.MISSING


def test_messages_are_held_against_the_limits() -> None:
    """A dry run of a digest: accepted, or every limit it breaks."""
    assert check_messages(render(digest(section(10, 300)), True)) == (
        Finding("messages", Level.OK, "within every limit"),
    )
    broken = Part(json.dumps({"type": "message", "text": "", "blocks": []}))
    assert check_messages((broken,)) == (Finding("messages", Level.MISSING, "text of 0 characters"),)
