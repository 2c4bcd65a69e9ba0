"""A small newsroom for the flow's tests: real store, real stages, real rules; the edges are stand-ins and the clock stands still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from monitor.collect.interval import Policy
from monitor.models import AlertRule, DigestSpec, Feed, FullText, Target, TopicSpec
from monitor.pipeline import Builder, Collector, Desk, Pages, Poller, Robots, Saver, Sender
from monitor.pipeline.protocols import Checkpoint, no_checkpoint
from monitor.store import Store
from monitor.topics import compile_topics
from tests.standins.edges import FakeClock, FakeFetcher, FakeTarget, InlineWorkers

FEED = Feed("A paper", "https://paper.example/rss", first_poll="all", full_text=FullText.NEVER)
IRS = TopicSpec("irs", "IRS", 'IRS OR "Internal Revenue Service"')
MORNING = DigestSpec("morning", ("irs",), (Target("slack", "#news"),), at=(time(8, 0),), title="Morning")


@dataclass
class Newsroom:
    """Everything wired; tests speak to `fetcher`, `target`, `clock`, and call the flow."""

    store: Store
    feeds: Sequence[Feed] = (FEED,)
    digests: Sequence[DigestSpec] = (MORNING,)
    topics: Sequence[TopicSpec] = (IRS,)
    rules: dict[str, AlertRule] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    fetcher: FakeFetcher = field(default_factory=FakeFetcher)
    workers: InlineWorkers = field(default_factory=InlineWorkers)
    target: FakeTarget = field(default_factory=FakeTarget)
    checkpoint: Checkpoint = no_checkpoint

    def __post_init__(self) -> None:
        self.numbers = iter(range(10_000))
        self.restart()

    def restart(self) -> None:
        """Make the flow anew over the same store, as a new process would."""
        robots = Robots(self.fetcher, "monitor", lambda request: request, self.clock)
        pages = Pages(self.store, self.fetcher, self.workers, robots, lambda request: request, self.clock)
        self.poller = Poller(
            self.store,
            self.fetcher,
            self.workers,
            pages,
            Policy(),
            lambda request: request,
            self.clock,
            lambda: 0.5,
        )
        self.saver = Saver(self.store, compile_topics(self.topics, {}), self.clock, self.checkpoint)
        self.collector = Collector(
            {feed.name: feed for feed in self.feeds}, self.store, self.poller, self.saver, self.clock
        )
        notifiers = {"slack": self.target}
        desk = Desk(
            tuple(self.digests),
            {topic.id: topic.name for topic in self.topics},
            self.rules,
            {},
        )
        self.builder = Builder(
            desk, self.store, notifiers, self.clock, lambda: f"nonce-{next(self.numbers)}", self.checkpoint
        )
        self.sender = Sender(
            self.store,
            notifiers,
            self.clock,
            lambda: 0.5,
            f"owner-{next(self.numbers)}",
            checkpoint=self.checkpoint,
        )
        self.store.feeds.sync(self.feeds, {}, self.clock())
        for spec in self.digests:
            self.store.slots.first_seen(spec.name, self.clock())

    async def send(self) -> None:
        """Send what may go now."""
        self.sender.pump()
        await self.sender.drained()


@contextmanager
def newsroom(path: Path, **settings: object) -> Iterator[Newsroom]:
    """Open a newsroom on a database of its own."""
    with Store.open(f"sqlite:///{path}/monitor.db") as store:
        yield Newsroom(store, **settings)  # type: ignore[arg-type]
