"""Prometheus metrics, by configured name and never by URL, so that their number is bounded by the configuration.

Names and meanings are a promise: dashboards and the shipped alert rules (deploy/) are written against them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.errors import StoreError
from monitor.models import DeliveryState, FeedState, Outcome, Response, SlotState
from monitor.pipeline import PollReport, SendReport, SlotReport

log = structlog.get_logger("web")

FORBIDDEN = "forbidden_address"  # the guard's word for an address that is not dialled
CAUSES = ("timeout", "crash", "memory", "recycled")  # why a worker process is replaced


class Metrics:
    """The pipeline's observer. Counters count from the start of the process; states of feeds and queue are read at the scrape."""

    def __init__(self, read: Callable[[], Snapshot]) -> None:
        self.registry = CollectorRegistry()
        self.fetches = self._counter("monitor_fetch", "Polls by result.", "result")
        self.refused = self._counter("monitor_fetch_refused", "Addresses that were not dialled.", "reason")
        self.duration = Histogram(
            "monitor_fetch_duration_seconds",
            "Time to a whole answer, the wait for the host's turn included.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45),
            registry=self.registry,
        )
        self.entries = self._counter(
            "monitor_entries", "Entries by what they turned out to be.", "disposition"
        )
        self.matches = self._counter(
            "monitor_topic_matches", "Articles on which a topic's rule fired.", "topic"
        )
        self.slots = self._counter("monitor_digest_slots", "Slots by what became of them.", "state")
        self.reconciled = self._counter("monitor_reconcile", "Looks into a target's history.", "verdict")
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
        self._begin_at_nought()

    def _begin_at_nought(self) -> None:
        """Show what can be counted from the first scrape on: a series that appears with its first event hides that event from rate()."""
        for counter, values in (
            (self.fetches, Outcome),
            (self.entries, ("new", "changed")),
            (self.slots, SlotState),
            (self.refused, (FORBIDDEN,)),
            (self.reconciled, (DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.UNKNOWN)),
        ):
            for value in values:
                counter.labels(str(value))

    def _counter(self, name: str, text: str, label: str) -> Counter:
        return Counter(name, text, [label], registry=self.registry)

    def fetched(self, response: Response, seconds: float) -> None:
        """Note how long an exchange took, or that it was refused."""
        if response.reason == FORBIDDEN:
            self.refused.labels(response.reason).inc()
        else:
            self.duration.observe(seconds)

    def polled(self, report: PollReport) -> None:
        """Count a poll, what its entries were, and what matched."""
        self.fetches.labels(report.outcome.value).inc()
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

    def page(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)


class Snapshot:
    """What a scrape reads: feeds, the queue by state with the age of its oldest message in seconds, workers replaced by cause."""

    def __init__(
        self,
        feeds: Iterable[FeedState],
        queue: Mapping[str, int],
        oldest: float,
        restarts: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.feeds = tuple(feeds)
        self.queue = dict(queue)
        self.oldest = oldest
        self.restarts = {**dict.fromkeys(CAUSES, 0), **restarts}


class _Stored(Collector):
    """Turns a snapshot into gauges, at each scrape."""

    def __init__(self, read: Callable[[], Snapshot]) -> None:
        self.read = read

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance: registering must not read the store."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the gauges; none while the database cannot be read, so that the process's own metrics can still tell of it."""
        try:
            snapshot = self.read()
        except StoreError as error:
            log.warning("metrics without the database", error=str(error))
            return ()
        return (*_feeds(snapshot), *_queue(snapshot), _restarts(snapshot))


def _feeds(snapshot: Snapshot) -> tuple[Metric, ...]:
    success = GaugeMetricFamily(
        "monitor_feed_last_success_timestamp_seconds", "When a feed was last read.", labels=["feed"]
    )
    failures = GaugeMetricFamily(
        "monitor_feed_consecutive_failures", "A feed's failures in a row.", labels=["feed"]
    )
    for feed in snapshot.feeds:
        success.add_metric([feed.name], feed.last_ok.timestamp() if feed.last_ok else 0.0)
        failures.add_metric([feed.name], feed.errors)
    return success, failures


def _queue(snapshot: Snapshot) -> tuple[Metric, ...]:
    messages = GaugeMetricFamily("monitor_outbox_messages", "Messages by state.", labels=["state"])
    for state, count in snapshot.queue.items():
        messages.add_metric([state], count)
    oldest = GaugeMetricFamily(
        "monitor_outbox_oldest_age_seconds", "Age of the oldest message not yet sent.", value=snapshot.oldest
    )
    return messages, oldest


def _restarts(snapshot: Snapshot) -> Metric:
    restarts = CounterMetricFamily("monitor_worker_restarts", "Worker processes replaced.", labels=["cause"])
    for cause, count in snapshot.restarts.items():
        restarts.add_metric([cause], count)
    return restarts
