"""Health in the ops channel: one message an incident, amended when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.cli.incidents import Incidents
from monitor.deliver.slack import SlackNotifier
from monitor.store import Store
from tests.standins.slack import SlackStandIn

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


async def test_an_incident_is_one_message_that_ends_well(tmp_path: Path) -> None:
    """What lasts is posted once, however often one looks, survives a restart, and ends as a check mark in the same message."""
    async with SlackStandIn(channels=("ops",)) as slack:
        with Store.open(f"sqlite:///{tmp_path}/monitor.db") as store:
            store.outbox.park("slack:#news", "is_archived", NOW)
            for minutes in (0, 3, 6, 9, 30):
                notifier = SlackNotifier(slack.token, base_url=slack.base_url)
                await Incidents(store, notifier, "#ops", "UTC").look(NOW + timedelta(minutes=minutes))
            (message,) = slack.stored("ops")
            assert "Messages wait" in str(message.blocks)
            assert "since Tue 24 Nov 06:00" in str(message.blocks)
            store.outbox.unpark()
            await Incidents(store, notifier, "#ops", "UTC").look(NOW + timedelta(minutes=40))
            (message,) = slack.stored("ops")
            assert "white_check_mark" in str(message.blocks)
            await Incidents(store, notifier, "#ops", "UTC").look(NOW + timedelta(minutes=41))
            assert len(slack.stored("ops")) == 1


async def test_what_mends_itself_is_no_incident(tmp_path: Path) -> None:
    """Trouble of a few minutes is not told."""
    async with SlackStandIn(channels=("ops",)) as slack:
        with Store.open(f"sqlite:///{tmp_path}/monitor.db") as store:
            incidents = Incidents(store, SlackNotifier(slack.token, base_url=slack.base_url), "#ops", "UTC")
            store.outbox.park("slack:#news", "is_archived", NOW)
            await incidents.look(NOW)
            store.outbox.unpark()
            await incidents.look(NOW + timedelta(minutes=6))
            assert slack.stored("ops") == []
