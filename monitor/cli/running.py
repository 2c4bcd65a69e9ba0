"""A wired application: the pipeline with its real edges, for `once`, `run`, `demo` and `digest send`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import asdict, astuple, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TextIO

import structlog

from monitor.cli import root
from monitor.cli.clock import now
from monitor.digests import clock
from monitor.models import DeliveryState, DigestSpec, Request
from monitor.pipeline import (
    Builder,
    Collector,
    Pages,
    Poller,
    PollReport,
    Robots,
    Saver,
    Sender,
    SendReport,
    SlotReport,
    WatchedFetcher,
)
from monitor.pipeline.protocols import Observer, Unobserved

if TYPE_CHECKING:
    from monitor.config import Config

log = structlog.get_logger("monitor")

ONE_OFF = timedelta(
    seconds=10
)  # how long `once` waits for what the queue lets go soon, counted from the last message that went
AGENT = "monitor"  # our product token in robots.txt


class Application:
    """Everything that collects and delivers, made from one configuration; an asynchronous context manager."""

    def __init__(
        self, config: Config, observer: Observer | None = None, console: TextIO | None = None
    ) -> None:
        self.console = console
        self.observer = observer or Unobserved()
        self.store = root.open_store(config)
        self.fetcher = root.fetcher(config.settings)
        self.workers = root.sandbox(config)
        self.owner = root.owner()
        self.checkpoint = root.checkpoint()
        self.look: clock.Look | None = None
        self._restamp()
        self._wire(config)
        self._inherit()

    def _wire(self, config: Config) -> None:
        """Connect the pipeline according to a configuration."""
        self.config = config
        self.store.outbox.policy = root.outbox_policy(config.settings)
        fetcher = WatchedFetcher(self.fetcher, self.observer, time.monotonic)
        feeds = {feed.name: feed for feed in config.feeds}
        robots = Robots(fetcher, AGENT, self._limits, now)
        pages = Pages(self.store, fetcher, self.workers, robots, self._limits, now)
        poller = Poller(
            self.store,
            fetcher,
            self.workers,
            pages,
            root.policy(config.settings),
            self._limits,
            now,
            root.chance,
        )
        saver = Saver(self.store, config.topics, now, self.checkpoint)
        claimant = self.owner if config.settings.database.startswith("postgresql") else ""
        limits = root.polling_limits(config.settings)
        self.collector = Collector(feeds, self.store, poller, saver, now, self.observer, claimant, limits)
        notifiers = root.notifiers(config, self.console)
        self.notifiers = notifiers
        self.builder = Builder(root.desk(config), self.store, notifiers, now, root.nonce, self.checkpoint)
        self.sender = Sender(
            self.store, notifiers, now, root.chance, self.owner, self.observer, self.checkpoint
        )
        self._sync()

    def _restamp(self) -> None:
        """Put right what was planned by a clock that ran ahead and has been set back."""
        done = self.store.restamp(now())
        if any(astuple(done)):
            log.warning(
                "the clock ran ahead and was set back: what it had put off is due now", **asdict(done)
            )

    def _inherit(self) -> None:
        """Take over at once what a killed predecessor on this machine was polling and sending, instead of waiting for its leases to end."""
        sending = self.store.outbox.deliveries((DeliveryState.SENDING, DeliveryState.UNKNOWN))
        owners = {delivery.lease.rpartition("#")[0] for delivery in sending if delivery.lease}
        for dead in filter(root.is_dead, owners | self.store.feeds.claimants()):
            self.store.feeds.give_back(dead)
            for delivery in self.store.outbox.give_back(dead, now()):
                log.warning(
                    "a killed predecessor was sending this", delivery=delivery.id, target=str(delivery.target)
                )

    def _sync(self) -> None:
        """Tell the store which feeds and digests there are; a new feed's first poll is spread over the floor of the interval."""
        from monitor.collect.cadence import first_poll_at

        policy = root.policy(self.config.settings)
        at = now()
        total = len(self.config.feeds)
        first = {
            feed.name: first_poll_at(index, total, at, policy) for index, feed in enumerate(self.config.feeds)
        }
        self.store.feeds.sync(self.config.feeds, first, at)
        for spec in self.config.digests:
            self.store.slots.first_seen(spec.name, at)

    def _limits(self, request: Request) -> Request:
        """Put the configured deadline and caps on a request; a request's own smaller caps stand."""
        fetch = self.config.settings.fetch
        return replace(
            request,
            deadline=fetch.timeout.total_seconds(),
            max_wire=min(request.max_wire, fetch.max_wire),
            max_inflated=min(request.max_inflated, fetch.max_inflated),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the worker processes, connections and the database."""
        await self.workers.close()
        await self.fetcher.close()
        for notifier in self.notifiers.values():
            await notifier.close()
        self.store.close()

    # ── one-off commands ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def once(self, names: Collection[str], force: bool) -> tuple[list[PollReport], list[SlotReport]]:
        """Collect what is due (or everything), deliver what is due, and wait for what the queue lets go soon."""
        for name in names:
            root.known("feed", name, self.collector.feeds, "`monitor feeds list` shows the names")
        polls = await self.collector.collect(names, force)
        slots = await asyncio.to_thread(self._build)
        await self.send_out()
        return polls, slots

    async def send_now(self, spec: DigestSpec) -> SlotReport | None:
        """Build and send a digest at this moment."""
        report = await asyncio.to_thread(self.builder.send_now, spec)
        await self.send_out()
        return report

    async def send_out(self, patience: timedelta = ONE_OFF) -> list[SendReport]:
        """Work off the queue while messages go; when none went for `patience`, or none can, the rest stays queued."""
        deadline, sent = now() + patience, 0
        while True:
            self.sender.pump()
            await self.sender.drained()
            went = sum(report.state == DeliveryState.SENT for report in self.sender.reports)
            if went > sent:
                deadline, sent = now() + patience, went
            wake = self.sender.next_at()
            if wake is None or wake > deadline:
                return self.sender.reports
            await _until(wake)

    def _build(self, hold: str = "") -> list[SlotReport]:
        """Build what is due and what goes out at once."""
        reports = [*self.builder.build_alerts(), *self.builder.build_due(hold)]
        for report in reports:
            self.observer.decided(report)
        return reports

    # ── the daemon's work ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def collect(self) -> None:
        """Start the polls that are due."""
        await self.collector.start_due()

    async def deliver(self) -> datetime | None:
        """Build what is due, start sending, and say when there is next something to send."""
        hold = self._clock_trouble()
        await asyncio.to_thread(self._build, hold)
        self.sender.pump()
        await asyncio.to_thread(self.store.meta.set, "heartbeat", now().isoformat())
        return self.sender.next_at()

    def _clock_trouble(self) -> str:
        """Return why the wall clock is not believed at this moment, or nothing."""
        beat = None if self.look else self.store.meta.get("heartbeat")
        self.look = clock.look(
            self.look, now(), time.monotonic(), datetime.fromisoformat(beat) if beat else None
        )
        if self.look.event:
            log.warning("clock", text=self.look.event)
        if self.look.back:
            self._restamp()
        return self.look.hold

    async def housekeep(self) -> None:
        """Forget what is past its retention, on a clock that can be trusted."""
        if not clock.may_forget(self.look, time.monotonic()):
            log.info("housekeeping", skipped="the clock leapt: nothing is forgotten for a day")
            return
        retention = self.config.settings.retention
        pruned = await asyncio.to_thread(self.store.prune, now(), retention.matched, retention.unmatched)
        log.info("housekeeping", pruned=str(pruned))

    async def look_around(self) -> None:
        """Tell the ops channel in Slack what is wrong as a whole, and when it ends."""
        incidents = root.incidents(self.config, self.store)
        if incidents:
            await incidents.look(now())

    async def reload(self) -> tuple[str, ...]:
        """Take a changed configuration; raises ConfigError, and everything stays as it is, if it has a mistake."""
        from monitor.cli.backtest import effect
        from monitor.config.changes import describe

        new = await asyncio.to_thread(root.read_config, self.config.directory)
        if new.fingerprint == self.config.fingerprint:
            return ()
        old = self.config
        lines = list(describe(old, new))
        await self._swap(new)
        lines += await asyncio.to_thread(effect, self.store, old.topics, new.topics, now(), time.monotonic)
        incidents = root.incidents(new, self.store) if lines else None
        if incidents:
            await incidents.tell("The configuration changed", lines, now())
        return tuple(lines) or ("nothing that matters",)

    async def _swap(self, new: Config) -> None:
        """Let the old pipeline end what it has begun, beside the new one; queued messages held for a broken place go on."""
        old_collector, old_sender, old_notifiers = self.collector, self.sender, self.notifiers
        old_fetcher = self.fetcher
        await old_sender.finish(within=root.REQUEST_DEADLINE)
        if new.settings.fetch != self.config.settings.fetch:
            self.fetcher = root.fetcher(new.settings)
        self._wire(new)
        await old_collector.finish(within=0.0)
        self.store.feeds.give_back(self.owner)  # the claims of polls that were cut short
        if old_fetcher is not self.fetcher:
            await old_fetcher.close()
        for notifier in old_notifiers.values():
            await notifier.close()
        self.store.outbox.unpark()

    def reloaded(self, taken: bool, lines: tuple[str, ...]) -> None:
        """Remember what became of a reload, for `monitor status`."""
        self.store.meta.set("reload", None if taken else "\n".join(lines))

    async def finish(self, within: float) -> None:
        """Make no new claims; let what is in flight end."""
        await asyncio.gather(self.collector.finish(within), self.sender.finish(within))
        self.store.feeds.give_back(self.owner)


async def _until(instant: datetime) -> None:
    """Wait until an instant."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    alarm = loop.call_later(max(0.0, (instant - now()).total_seconds()), done.set_result, None)
    try:
        await done
    finally:
        alarm.cancel()
