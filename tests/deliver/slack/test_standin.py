"""The Slack stand-in as a process of its own: what a drill counts after killing the process under test."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import aiohttp

from monitor.deliver.slack import SlackNotifier
from monitor.deliver.slack.pace import Pace
from monitor.models import Found, SendVerdict, Target
from tests.standins.digests import delivery, digest

CHANNEL = Target("slack", "#irs-watch")


async def test_the_journal_outlives_the_answers(tmp_path: Path) -> None:
    """Every stored message is on disk before anything is answered, so that a lost answer is counted as stored; faults come at a rate."""
    journal = tmp_path / "stored.jsonl"
    arguments = (
        "-m",
        "tests.standins.slack",
        "--journal",
        str(journal),
        "--fault-rate",
        "0.5",
        "--seed",
        "3",
    )
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(30):
            assert process.stdout is not None
            base_url = (await process.stdout.readline()).decode().strip()
            nonces = await _posted(base_url, 12)
            inspected = await _inspected(base_url)
    finally:
        process.kill()
        await process.communicate()
    events = [
        json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()
    ]  # a test's own file
    stored = [event["nonce"] for event in events if event["event"] == "stored"]
    assert stored == nonces == [message["nonce"] for message in inspected["messages"]]
    assert sum(inspected["faults"].values()) > 0


async def _posted(base_url: str, number: int) -> list[str]:
    """Send so many messages as the outbox would, each until it is stored."""
    notifier = SlackNotifier("xoxb-stand-in", base_url=base_url, timeout=5, pace=Pace(interval=0.0))
    nonces = [f"nonce-{one:04}" for one in range(number)]
    part = notifier.render(digest(), CHANNEL)[0]
    for nonce in nonces:
        one = delivery(part, CHANNEL, nonce=nonce)
        while (await notifier.send(one)).verdict is not SendVerdict.SENT and (await notifier.find(one))[
            0
        ] is not Found.PRESENT:
            continue
    return nonces


async def _inspected(base_url: str) -> dict[str, dict[str, int]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(base_url.replace("/api/", "/_stored")) as answer,
    ):
        found: dict[str, dict[str, int]] = await answer.json()
        return found
