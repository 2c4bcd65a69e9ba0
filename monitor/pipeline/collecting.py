"""The first half of the flow: due feeds | poll | save, many feeds side by side, saved in batches.

A slow feed delays nobody: polls are started as they fall due, a few of each site (`queues`), and saved as they end, with what has ended
beside them. A poll is under way until it is saved: no feed is polled twice for want of a record. What is in memory has a bound: while
much waits to be saved, no further document is read, since in pieces it takes five times the room it took as bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from monitor.errors import StoreError
from monitor.models import Feed, FeedState, Outcome, Response
from monitor.pipeline.polling import Polled, Poller
from monitor.pipeline.protocols import Clock, Observer, Unobserved
from monitor.pipeline.queues import SiteQueues
from monitor.pipeline.reports import PollReport
from monitor.pipeline.saving import Saver
from monitor.urls import registrable

if TYPE_CHECKING:
    from monitor.store import Store

log = structlog.get_logger("collect")

BATCH = 32  # feeds a transaction, while the others under way go on (at most 50: spec/collect.md, "Bars")
BATCH_TEXT = 2**18  # characters of articles that make a batch of fewer feeds; thrice as many bytes in memory
BATCH_SECONDS = 0.5
WAITING = 1_000  # feeds that wait for their turn: a thousand of one dead site may stand before the others'
LEASE = timedelta(minutes=15)  # on a shared database: how long a feed is withheld from other daemons


@dataclass(frozen=True, slots=True)
class Limits:
    """How many polls may be under way, and how many of them at one site; how many documents are read at once."""

    polls: int = 64
    per_site: int = 6
    readers: int = 4


@dataclass(slots=True)
class Collector:
    """Starts polls and saves them. `claimant` is this process's name where other daemons work on the same database, else empty."""

    feeds: Mapping[str, Feed]
    store: Store
    poller: Poller
    saver: Saver
    now: Clock
    observer: Observer = field(default_factory=Unobserved)
    claimant: str = ""
    limits: Limits = Limits()
    _reports: list[PollReport] | None = None  # of a `collect` under way
    _queues: SiteQueues = field(init=False)
    _quiet: dict[str, datetime] = field(default_factory=dict)  # sites that asked for it, and until when
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _ended: list[Polled] = field(default_factory=list)
    _text: int = 0  # characters in them
    _room: asyncio.Event = field(default_factory=asyncio.Event)  # they are not too many
    _readers: asyncio.Semaphore = field(init=False)
    _saved: asyncio.Event = field(default_factory=asyncio.Event)  # those in _ended are
    _saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    _flush_soon: asyncio.TimerHandle | None = None
    _flush_asked: bool = False
    _flushes: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: bool = False
    _unsaved: bool = False

    def __post_init__(self) -> None:
        self._queues = SiteQueues(self.limits.polls, self.limits.per_site)
        self._readers = asyncio.Semaphore(self.limits.readers)
        self._room.set()

    async def start_due(self) -> None:
        """Queue the feeds that are due, and start as many polls as may be under way; return at once."""
        most = self.limits.polls + WAITING
        room = most - len(self._queues)
        if room <= 0 or self._closing or (self._unsaved and not await asyncio.to_thread(self.store.writable)):
            return  # what cannot be saved need not be fetched
        if self.claimant:  # what is queued is claimed, and not found again; the other daemons want some, too
            room = min(room, self.limits.polls)
            due = await asyncio.to_thread(self.store.feeds.due, self.now(), room, LEASE, self.claimant)
        else:
            due = await asyncio.to_thread(self.store.feeds.due, self.now(), most)
        self.start(due)

    def start(self, states: Iterable[FeedState]) -> None:
        """Queue these feeds, and start as many polls as may be under way; those that are queued already are passed over."""
        # added to what is known: a 429 that waits to be saved is not in the store yet
        self._quiet |= self.store.feeds.quiet_hosts(self.now())
        for state in states:
            if state.name in self.feeds:
                self._queues.add(state)
        self._start_next()

    def _start_next(self) -> None:
        """Start the polls that there are places for; a site that asked for quiet is not asked for anything."""
        for state in () if self._closing else self._queues.starting():
            feed = self.feeds[state.name]
            until = self._quiet.get(registrable(state.url))
            if until and until > self.now():
                work = self._rest(feed, state, until)
            else:
                work = self._poll(feed, state)
            task = asyncio.ensure_future(work)
            self._under_way[state.name] = task
            task.add_done_callback(partial(self._gone, state.name))

    def _gone(self, name: str, task: asyncio.Task[None]) -> None:
        del task
        self._under_way.pop(name, None)
        self._queues.ended(name)
        self._start_next()

    async def collect(self, names: Collection[str] = (), force: bool = False) -> list[PollReport]:
        """Poll what is due, or with `force` everything, of the named feeds or of all; return a report for each."""
        reports = self._reports = []
        read = self.store.feeds.states if force else partial(self.store.feeds.due, self.now())
        self.start([state for state in await asyncio.to_thread(read) if not names or state.name in names])
        await self.drained()
        self._reports = None
        return reports

    async def drained(self) -> None:
        """Wait until every poll under way has ended and is saved."""
        while self._under_way:
            await asyncio.wait(set(self._under_way.values()), return_when=asyncio.ALL_COMPLETED)
        await self._flush()

    async def finish(self, within: float) -> None:
        """Start nothing more; let what is under way end within so many seconds, and save what has ended."""
        self._closing = True
        self._queues.clear()
        if self._under_way:
            _, late = await asyncio.wait(set(self._under_way.values()), timeout=within)
            for task in late:
                task.cancel()
        await self._flush()

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        """Poll one feed; nothing that happens in it reaches the others."""
        try:
            polled = await self.poller.poll(feed, state, self._reading)
        except StoreError as error:
            log.error(
                "poll given up", feed=feed.name, error=str(error)
            )  # next_poll stands: it is due again at the next tick
            return
        except Exception as error:  # the per-feed boundary: a defect met by one feed is that feed's error
            log.error("poll failed", feed=feed.name, error=repr(error), exc_info=True)
            polled = self._failed(feed, state, "internal", f"internal error: {type(error).__name__}")
        await self._end(polled)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        """Let a document be read: few at once, and none while much waits to be saved."""
        async with self._readers:
            await self._room.wait()
            yield

    def _failed(self, feed: Feed, state: FeedState, reason: str, error: str) -> Polled:
        return self.poller.concluded(
            feed, state, Response(Outcome.ERROR, state.url, reason=reason, error=error)
        )

    async def _rest(self, feed: Feed, state: FeedState, until: datetime) -> None:
        """Pass over a feed whose host asked for quiet, and plan it for afterwards."""
        response = Response(
            Outcome.SKIPPED, state.url, reason="host_quiet", retry_after=(until - self.now()).total_seconds()
        )
        await self._end(self.poller.concluded(feed, state, response))

    async def _end(self, polled: Polled) -> None:
        """Put an ended poll with the others of its batch, and wait until it is saved."""
        self._ended.append(polled)
        for notice in polled.notices:
            log.warning("feed", feed=polled.feed.name, notice=notice.kind, text=notice.text)
        self._text += polled.text
        if polled.quiet:
            site, until = polled.quiet
            self._quiet[site] = until
        if self._text >= BATCH_TEXT:
            self._room.clear()
        saved = self._saved
        if (
            len(self._ended) >= BATCH
            or self._text >= BATCH_TEXT
            or len(self._ended) == len(self._under_way)  # nobody else will come
        ):
            self._flush_later()
        elif self._flush_soon is None:
            self._flush_soon = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._flush_later)
        await saved.wait()

    def _flush_later(self) -> None:
        """Flush beside what goes on; one flush that has not taken its batch is enough."""
        self._disarm()
        if self._flush_asked:
            return
        self._flush_asked = True
        task = asyncio.ensure_future(self._flush())
        self._flushes.add(task)
        task.add_done_callback(self._flushes.discard)

    def _disarm(self) -> None:
        """Forget the timer, whether it has gone off or not: what ends from now on sets another."""
        if self._flush_soon:
            self._flush_soon.cancel()
            self._flush_soon = None

    async def _flush(self) -> None:
        """Save what has ended, in one transaction; what cannot be saved will be polled again."""
        self._disarm()
        async with self._saving:
            self._flush_asked = False
            if not self._ended:
                return
            batch, self._ended, self._text = self._ended, [], 0
            self._room.set()
            saved, self._saved = self._saved, asyncio.Event()
            try:
                reports = await self._save(batch)
            except StoreError as error:
                self._unsaved = True
                self._queues.clear()  # they stay due
                log.error("a batch was not saved; its feeds stay due", feeds=len(batch), error=str(error))
                return
            finally:
                saved.set()
        self._unsaved = False
        for report in reports:
            self.observer.polled(report)
        if self._reports is not None:
            self._reports += reports

    async def _save(self, batch: list[Polled]) -> list[PollReport]:
        """Save a batch; should a defect be met on the way, feed by feed, so that it is the error of the one that met it. Raises StoreError."""
        try:
            return await asyncio.to_thread(self.saver.save, batch)
        except StoreError:
            raise
        except Exception as error:  # the per-feed boundary, for what a batch brings to light
            log.error("saving failed", feeds=len(batch), error=repr(error), exc_info=True)
            if len(batch) > 1:
                return [report for polled in batch for report in await self._save([polled])]
            (polled,) = batch
            before = self.store.feeds.state(polled.feed.name) or polled.state
            failed = self._failed(polled.feed, before, "internal", f"internal error: {type(error).__name__}")
            return await asyncio.to_thread(self.saver.save, [failed])
