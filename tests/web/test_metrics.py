"""Metrics: their names are a promise, their labels are bounded by the configuration."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from monitor import __version__
from monitor.errors import StoreBusyError
from monitor.models import FeedState, Outcome, Response, SlotState
from monitor.pipeline import PollReport, SendReport, SlotReport
from monitor.web.metrics import Metrics, Snapshot
from tests.standins.terminal import ROOT

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PROMISED = {
    "monitor_fetch_total": {"result"},
    "monitor_fetch_duration_seconds_bucket": {"le"},
    "monitor_fetch_duration_seconds_count": set(),
    "monitor_feed_last_success_timestamp_seconds": {"feed"},
    "monitor_feed_consecutive_failures": {"feed"},
    "monitor_entries_total": {"disposition"},
    "monitor_topic_matches_total": {"topic"},
    "monitor_digest_slots_total": {"state"},
    "monitor_digest_lag_seconds": set(),
    "monitor_outbox_messages": {"state"},
    "monitor_outbox_oldest_age_seconds": set(),
    "monitor_reconcile_total": {"verdict"},
    "monitor_fetch_refused_total": {"reason"},
    "monitor_worker_restarts_total": {"cause"},
    "monitor_scheduler_last_tick_timestamp_seconds": set(),
    "monitor_config_last_reload_successful": set(),
    "monitor_build_info": {"version"},
}


def snapshot() -> Snapshot:
    """Return what a scrape reads: one feed that was read, one that fails."""
    feeds = (
        FeedState("A paper", "https://a.example/rss", "https://a.example/rss", last_ok=NOON),
        FeedState("Dead", "https://d.example/rss", "https://d.example/rss", errors=3),
    )
    return Snapshot(feeds, {"pending": 2, "sent": 5}, 12.5, {"timeout": 4})


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return the page as (name, label values…) -> value."""
    families = text_string_to_metric_families(metrics.page().decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.fixture
def metrics() -> Metrics:
    """Metrics of a process to which everything has happened once."""
    told = Metrics(snapshot)
    told.fetched(Response(Outcome.OK, "https://a.example/rss", 200), 0.3)
    told.fetched(Response(Outcome.ERROR, "http://10.0.0.1/", reason="forbidden_address"), 0.0)
    told.polled(
        PollReport("A paper", "https://a.example/rss", Outcome.OK, new=3, changed=1, matches={"irs": 2})
    )
    told.decided(SlotReport("morning", "2026-11-24T08:00", SlotState.BUILT, 1, late=1.5))
    told.tried(SendReport("morning", "2026-11-24T08:00", "slack:#a", 0, "sent", looked=True))
    told.ticked(NOON)
    return told


def test_every_promised_name_is_on_the_page(metrics: Metrics) -> None:
    """Dashboards and alert rules are written against these names and labels."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.page().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    assert {name: found.get(name) for name in PROMISED} == PROMISED


def test_what_happened_is_counted(metrics: Metrics) -> None:
    """Each report moves its own metrics and no other."""
    page = samples(metrics)
    expected = {
        ("monitor_fetch_total", "ok"): 1, ("monitor_fetch_total", "error"): 0, ("monitor_fetch_duration_seconds_count",): 1,
        ("monitor_fetch_refused_total", "forbidden_address"): 1, ("monitor_entries_total", "new"): 3,
        ("monitor_entries_total", "changed"): 1, ("monitor_topic_matches_total", "irs"): 2,
        ("monitor_digest_slots_total", "built"): 1, ("monitor_digest_lag_seconds",): 1.5, ("monitor_reconcile_total", "sent"): 1,
        ("monitor_scheduler_last_tick_timestamp_seconds",): NOON.timestamp(), ("monitor_config_last_reload_successful",): 1,
        ("monitor_feed_last_success_timestamp_seconds", "A paper"): NOON.timestamp(),
        ("monitor_feed_last_success_timestamp_seconds", "Dead"): 0, ("monitor_feed_consecutive_failures", "Dead"): 3,
        ("monitor_outbox_messages", "pending"): 2, ("monitor_outbox_oldest_age_seconds",): 12.5,
        ("monitor_worker_restarts_total", "timeout"): 4, ("monitor_worker_restarts_total", "crash"): 0,
        ("monitor_build_info", __version__): 1,
    }  # fmt: skip
    assert {key: page.get(key) for key in expected} == expected


def test_a_fresh_process_shows_noughts() -> None:
    """A series is there from the first scrape on: one that appears with its first event hides that event from rate()."""
    page = samples(Metrics(snapshot))
    for outcome in Outcome:
        assert page["monitor_fetch_total", outcome.value] == 0
    for state in SlotState:
        assert page["monitor_digest_slots_total", state.value] == 0


def test_a_refused_reload_shows() -> None:
    """0 while a changed configuration is refused, 1 again with the next that is taken."""
    metrics = Metrics(snapshot)
    metrics.reloaded(False)
    assert samples(metrics)["monitor_config_last_reload_successful",] == 0
    metrics.reloaded(True)
    assert samples(metrics)["monitor_config_last_reload_successful",] == 1


def test_a_send_that_did_not_look_is_no_reconciliation() -> None:
    """Only looks into a target's history count as such."""
    metrics = Metrics(snapshot)
    metrics.tried(SendReport("morning", "2026-11-24T08:00", "slack:#a", 0, "sent"))
    assert samples(metrics)["monitor_reconcile_total", "sent"] == 0


def broken() -> Snapshot:
    """A database that cannot be read."""
    raise StoreBusyError("locked")


def test_a_database_in_trouble_leaves_the_process_metrics() -> None:
    """Whoever scrapes still sees when the last tick ended."""
    page = samples(Metrics(broken))
    assert ("monitor_scheduler_last_tick_timestamp_seconds",) in page
    assert ("monitor_outbox_oldest_age_seconds",) not in page


@pytest.mark.parametrize("read", [snapshot, broken])
def test_no_label_is_an_address(read: Callable[[], Snapshot]) -> None:
    """Labels are configured names and fixed words; the addresses of strangers would make their number unbounded."""
    metrics = Metrics(read)
    metrics.polled(
        PollReport(
            "A paper", "https://a.example/rss", Outcome.ERROR, error="https://evil.example/", cause="dns"
        )
    )
    assert "://" not in "".join(
        line for line in metrics.page().decode().splitlines() if not line.startswith("#")
    )


def test_the_alert_rules_ask_for_metrics_that_exist() -> None:
    """Every name in deploy/alerts.yaml is a promised one."""
    rules = YAML(typ="safe", pure=True).load(ROOT.joinpath("deploy", "alerts.yaml").read_text("utf-8"))
    asked = {
        name
        for group in rules["groups"]
        for rule in group["rules"]
        for name in re.findall(r"\bmonitor_[a-z_]+\b", rule["expr"])
    }
    assert asked
    assert asked <= set(PROMISED)
