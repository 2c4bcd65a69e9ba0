"""Prometheus metrics, by configured name and never by URL, so that their number is bounded by the configuration.

Names and meanings are a promise: dashboards and the shipped alert rules (deploy/) are written against them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.models import FeedState
from monitor.pipeline import PollReport, SendReport, SlotReport


class Metrics:
    """The pipeline's observer. Counters count from the start of the process; states of feeds and queue are read at the scrape."""

    def __init__(self, read: Callable[[], Snapshot]) -> None:
        self.registry = CollectorRegistry()
        self.fetches = self._counter("monitor_fetch", "Polls by result.", "result")
        self.refused = self._counter("monitor_fetch_refused", "Addresses that were not dialled.", "reason")
        self.entries = self._counter(
            "monitor_entries", "Entries by what they turned out to be.", "disposition"
        )
        self.matches = self._counter(
            "monitor_topic_matches", "Articles on which a topic's rule fired.", "topic"
        )
        self.slots = self._counter("monitor_digest_slots", "Slots by what became of them.", "state")
        self.reconciled = self._counter("monitor_reconcile", "Looks into a target's history.", "verdict")
        self.restarts = self._counter("monitor_worker_restarts", "Worker processes replaced.", "cause")
        self.lag = Gauge(
            "monitor_digest_lag_seconds", "Delay of the last slot built.", registry=self.registry
        )
        self.tick = Gauge(
            "monitor_scheduler_last_tick_timestamp_seconds",
            "When the last tick ended.",
            registry=self.registry,
        )
        self.reload = Gauge(
            "monitor_config_last_reload_successful", "1 if the last reload was taken.", registry=self.registry
        )
        self.reload.set(1)
        Gauge("monitor_build_info", "The running version.", ["version"], registry=self.registry).labels(
            __version__
        ).set(1)
        self.registry.register(_Stored(read))

    def _counter(self, name: str, text: str, label: str) -> Counter:
        return Counter(name, text, [label], registry=self.registry)

    def polled(self, report: PollReport) -> None:
        """Count a poll, what its entries were, and what matched."""
        self.fetches.labels(report.outcome.value).inc()
        if report.cause == "forbidden_address":
            self.refused.labels(report.cause).inc()
        self.entries.labels("new").inc(report.new)
        self.entries.labels("changed").inc(report.changed)
        for topic, count in report.matches.items():
            self.matches.labels(topic).inc(count)

    def decided(self, report: SlotReport) -> None:
        """Count a slot and note how late it was."""
        self.slots.labels(report.state.value).inc()
        self.lag.set(report.late)

    def tried(self, report: SendReport) -> None:
        """Count a look into a target's history; the queue itself is read at the scrape."""
        if report.looked:
            self.reconciled.labels(report.state).inc()

    def ticked(self, at: datetime) -> None:
        """Note that a tick came to its end."""
        self.tick.set(at.timestamp())

    def reloaded(self, taken: bool) -> None:
        """Note whether the last changed configuration was taken."""
        self.reload.set(1 if taken else 0)

    def worker_restarted(self, cause: str) -> None:
        """Count a worker process that was replaced."""
        self.restarts.labels(cause).inc()

    def page(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)


class Snapshot:
    """What a scrape reads from the store: feeds, and the queue by state with the age of its oldest message in seconds."""

    def __init__(self, feeds: Iterable[FeedState], queue: Mapping[str, int], oldest: float) -> None:
        self.feeds = tuple(feeds)
        self.queue = dict(queue)
        self.oldest = oldest


class _Stored(Collector):
    """Turns a snapshot into gauges, at each scrape."""

    def __init__(self, read: Callable[[], Snapshot]) -> None:
        self.read = read

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Name nothing in advance: registering must not read the store."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield the gauges."""
        snapshot = self.read()
        success = GaugeMetricFamily(
            "monitor_feed_last_success_timestamp_seconds", "When a feed was last read.", labels=["feed"]
        )
        failures = GaugeMetricFamily(
            "monitor_feed_consecutive_failures", "A feed's failures in a row.", labels=["feed"]
        )
        for feed in snapshot.feeds:
            success.add_metric([feed.name], feed.last_ok.timestamp() if feed.last_ok else 0.0)
            failures.add_metric([feed.name], feed.errors)
        queue = GaugeMetricFamily("monitor_outbox_messages", "Messages by state.", labels=["state"])
        for state, count in snapshot.queue.items():
            queue.add_metric([state], count)
        oldest = GaugeMetricFamily(
            "monitor_outbox_oldest_age_seconds",
            "Age of the oldest message not yet sent.",
            value=snapshot.oldest,
        )
        return success, failures, queue, oldest
