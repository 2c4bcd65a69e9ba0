"""What is missing for Slack to work, in words: token, scopes, channels, membership, and whether every message would be accepted.

Reads only; nothing is posted. `monitor slack check` prints what comes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from monitor.deliver.slack import classify
from monitor.deliver.slack.channels import Channels
from monitor.deliver.slack.limits import problems
from monitor.models import Part

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    ADVICE = "advice"  # works, less well
    MISSING = "missing"  # does not work until mended


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, how it stands, and what to do about it."""

    subject: str
    level: Level
    text: str


SCOPES = {
    "chat:write": (Level.MISSING, "to post at all"),
    "channels:history": (
        Level.MISSING,
        "to look up a message whose answer was lost, so that none is posted twice",
    ),
    "channels:read": (Level.MISSING, "to find channels by name"),
    "chat:write.public": (Level.ADVICE, "to post in public channels without being invited"),
    "channels:join": (Level.ADVICE, "to join public channels by itself, which reading their history needs"),
    "groups:history": (Level.ADVICE, "to look up messages in private channels"),
    "groups:read": (Level.ADVICE, "to find private channels by name"),
    "files:write": (Level.ADVICE, "to attach the table of digests beyond 200 stories"),
    "commands": (Level.ADVICE, "for /monitor"),
}


async def check(
    client: AsyncWebClient, channels: Iterable[str], app_token: str | None = None
) -> tuple[Finding, ...]:
    """Look at the token, its scopes, the app token if there is one, and each channel; stop where nothing more can be learnt."""
    try:
        answer = await client.auth_test()
    except Exception as error:  # noqa: BLE001  # slack-sdk raises whatever its transport does; each becomes a finding
        return (_failed("token", error, "create one under OAuth & Permissions and set SLACK_BOT_TOKEN"),)
    found = [
        Finding("token", Level.OK, f"{answer['user']} in {answer['team']}"),
        *_scopes(dict(answer.headers)),
    ]
    if app_token:
        found.append(await _app(client, app_token))
    known = Channels()
    return (*found, *[await _channel(client, known, address) for address in dict.fromkeys(channels)])


def check_messages(parts: Iterable[Part]) -> tuple[Finding, ...]:
    """Hold rendered messages against Slack's limits without sending them."""
    broken = [problem for part in parts for message in _messages(part) for problem in problems(message)]
    if broken:
        return tuple(Finding("messages", Level.MISSING, problem) for problem in broken)
    return (Finding("messages", Level.OK, "within every limit"),)


def _messages(part: Part) -> list[dict[str, Any]]:
    payload = json.loads(part.payload)
    pieces: list[dict[str, Any]] = payload["pieces"] if payload["type"] == "file" else [payload]
    return pieces


def _scopes(headers: dict[str, str]) -> list[Finding]:
    """Compare the scopes Slack names in its answer; where it names none, nothing is said."""
    granted = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if granted is None:
        return []
    has = {scope.strip() for scope in granted.split(",")}
    missing = [(scope, *SCOPES[scope]) for scope in SCOPES if scope not in has]
    if not missing:
        return [Finding("scopes", Level.OK, "all granted")]
    return [
        Finding(f"scope {scope}", level, f"not granted; it is needed {why}") for scope, level, why in missing
    ]


async def _app(client: AsyncWebClient, app_token: str) -> Finding:
    try:
        await client.apps_connections_open(app_token=app_token)
    except Exception as error:  # noqa: BLE001  # as in `check`
        return _failed(
            "app token",
            error,
            "create one with connections:write under Basic Information, and turn Socket Mode on",
        )
    return Finding("app token", Level.OK, "buttons and /monitor will be answered")


async def _channel(client: AsyncWebClient, known: Channels, address: str) -> Finding:
    try:
        channel = await known.id_of(client, address)
        answer = await client.conversations_info(channel=channel)
    except Exception as error:  # noqa: BLE001  # as in `check`
        return _failed(
            address,
            error,
            f"check its name, and if it is private invite the bot: /invite @monitor in {address}",
        )
    return _standing(address, answer["channel"])


def _standing(address: str, channel: dict[str, Any]) -> Finding:
    if channel.get("is_archived"):
        return Finding(address, Level.MISSING, "is archived: unarchive it, or name another in digests.yaml")
    if channel.get("is_member"):
        return Finding(address, Level.OK, "the bot is a member")
    if channel.get("is_private"):
        return Finding(address, Level.MISSING, f"the bot is no member: /invite @monitor in {address}")
    return Finding(address, Level.ADVICE, "the bot is no member; it will join when it must read the history")


def _failed(subject: str, error: Exception, advice: str) -> Finding:
    detail = classify.from_exception(error).detail
    return Finding(subject, Level.MISSING, f"{detail}: {advice}")
