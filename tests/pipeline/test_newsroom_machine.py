"""A state machine over the whole flow: entries appear, are collected and delivered, the process dies at any named point, Slack fails, and
the clock lies. Whatever the order, each digest carries every matching entry exactly once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from re import findall
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitor.digests import clock
from monitor.models import AlertRule, DigestSpec, SendVerdict, Slot, SlotKind, SlotState, Target, TopicSpec
from monitor.store import Store
from tests.end_to_end.newsroom import prose
from tests.pipeline.world import FEED, IRS, Newsroom
from tests.standins.edges import rss

FEEDS = tuple(
    type(FEED)(
        f"Paper {number}", f"https://paper{number}.example/rss", first_poll="all", full_text=FEED.full_text
    )
    for number in range(2)
)
FLASH = TopicSpec("flash", "Flash", "Flash")
CHANNEL = (Target("slack", "#news"),)
DIGESTS = (
    DigestSpec(
        "daily", ("irs",), CHANNEL, at=(time(8), time(17)), timezone="America/New_York", max_stories=3
    ),
    DigestSpec(
        "often",
        ("irs", "flash"),
        CHANNEL,
        every=timedelta(hours=3),
        catch_up="all",
        max_age=timedelta(days=3),
    ),
    DigestSpec("strict", ("irs",), (Target("slack", "#other"),), at=(time(12),), catch_up="skip"),
)
SAVING = ("before_save", "after_save")
DELIVERING = ("before_build", "after_build", "after_claim", "after_post", "before_settle", "after_settle")
REFUSALS = tuple(
    verdict for verdict in SendVerdict if verdict not in (SendVerdict.SENT, SendVerdict.MESSAGE_BROKEN)
)
FAR = timedelta(
    days=8
)  # the most the clock may be wrong for long: far less than the month that `pending` looks back


class Killed(BaseException):
    """The process dies at this point."""


@dataclass
class Fuse:
    """Kills at the n-th passing of a named point; once it has, nothing passes any point until it is laid anew."""

    point: str = ""
    left: int = 1
    dead: bool = False

    def __call__(self, name: str) -> None:
        if name == self.point and not self.dead:
            self.left -= 1
            self.dead = self.left == 0
        if self.dead:
            raise Killed(name)

    def lay(self, point: str | None, nth: int = 1) -> None:
        self.point, self.left, self.dead = point or "", nth, False


class NewsroomMachine(RuleBasedStateMachine):
    """The real collector, builder and sender over a real store, with edges that fail as told."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.loop.get_loop().set_exception_handler(lambda *_: None)  # of a process that is dead nobody hears
        self.store = Store.open("sqlite://")
        self.fuse = Fuse()
        self.room = Newsroom(
            self.store, FEEDS, DIGESTS, (IRS, FLASH), {"flash": AlertRule(score=1.0)}, checkpoint=self.fuse
        )
        self.monotonic = 0.0
        self.true = self.first_seen = self.room.clock()
        self.look: clock.Look | None = None
        self.heartbeat: datetime | None = None
        self.published: list[tuple[str, str]] = []  # feed, title
        self.expected: dict[str, set[str]] = {spec.name: set() for spec in DIGESTS}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(work)

    def pass_time(self, span: timedelta) -> None:
        self.room.clock.at += span
        self.true += span
        self.monotonic += span.total_seconds()

    def restart(self) -> None:
        """Start anew over the same store, as a new process does: it knows that its predecessor is dead."""
        dead = self.room.sender.owner
        self.fuse.lay(None)
        self.look = None
        self.room.restart()
        self.store.restamp(self.room.clock())
        self.store.outbox.give_back(dead, self.room.clock())

    @initialize()
    def begin(self) -> None:
        """There is something to tell from the start."""
        self.publish(0, "IRS")

    @rule(
        feed=st.sampled_from([0, 1]),
        about=st.sampled_from(["IRS", "IRS", "Flash", "Flash of the IRS", "Weather"]),
    )
    def publish(self, feed: int, about: str) -> None:
        token = f"ENTRY{len(self.published):05d}"
        self.published.append((FEEDS[feed].url, f"{about} notice {token}"))
        for spec in DIGESTS:
            if ("irs" in spec.topics and "IRS" in about) or ("flash" in spec.topics and "Flash" in about):
                self.expected[spec.name].add(token)

    @rule(fails=st.booleans(), dies=st.sampled_from([None, None, *SAVING]))
    def collect(self, fails: bool, dies: str | None) -> None:
        """Poll both feeds; one may fail, and the process may die before or after the batch is written."""
        for number, feed in enumerate(FEEDS):
            titles = [title for url, title in self.published if url == feed.url]
            items = [
                (f"/{title[-10:]}", title, prose(title[-10:]).replace("The IRS says", "They say"))
                for title in titles
            ]
            self.room.fetcher.serves(feed.url, rss(*items, site=f"https://paper{number}.example"))
        if fails:
            self.room.fetcher.fails(FEEDS[0].url)
        self.fuse.lay(dies)
        with suppress(Killed):
            self.run(self.room.collector.collect(force=True))
        if self.fuse.dead:
            self.restart()

    @rule(dies=st.sampled_from([None, None, *DELIVERING]), nth=st.integers(1, 3))
    def deliver(self, dies: str | None, nth: int) -> None:
        """Build and send what is due; the process may die at any named point."""
        self.look = clock.look(self.look, self.room.clock(), self.monotonic, self.heartbeat)
        if self.look.back or self.look.monotonic == 0.0:  # as the application does, at its start as well
            self.store.restamp(self.room.clock())
        before = self.scheduled()
        self.fuse.lay(dies, nth)
        with suppress(Killed):
            self.room.builder.build_alerts()
            self.room.builder.build_due(self.look.hold)
            self.run(self.room.send())
        self.heartbeat = self.room.clock()
        self.check_slots(before, self.look)
        if self.fuse.dead:
            self.restart()

    @rule(
        about=st.sampled_from(["IRS", "Flash"]),
        fault=st.sampled_from([None, "lost", "lost before it was stored", *REFUSALS]),
        dies=st.sampled_from([None, *DELIVERING]),
    )
    def have_news(self, about: str, fault: str | SendVerdict | None, dies: str | None) -> None:
        """Something is published, collected and due at once, and something goes wrong just then: where the mistakes would be."""
        self.publish(0, about)
        self.collect(fails=False, dies=None)
        self.pass_time(timedelta(hours=3))
        if isinstance(fault, SendVerdict):
            self.refuse(fault)
        elif fault:
            self.lose_an_answer(stored=fault == "lost")
        self.deliver(dies, 1)
        self.pass_time(timedelta(minutes=2))
        self.deliver(None, 1)

    def check_slots(self, before: list[Slot], look: clock.Look) -> None:
        """A slot is recorded once, after all that were recorded before it; on a clock that is not believed, none is."""
        after = self.scheduled()
        new = [slot for slot in after if slot not in before]
        assert len({(slot.digest, slot.label) for slot in after}) == len(after) == len(before) + len(new)
        for slot in new:
            assert all(
                slot.at > one.at
                for one in before
                if one.digest == slot.digest and one.at <= self.room.clock()
            )
            assert slot.at <= self.room.clock()
        assert not (look.hold and new), look.hold

    def scheduled(self) -> list[Slot]:
        found = self.store.slots.recorded(limit=None)
        return [one.slot for one in found if one.slot.kind is SlotKind.SCHEDULED]

    @rule(minutes=st.integers(1, 400))
    def wait(self, minutes: int) -> None:
        self.pass_time(timedelta(minutes=minutes))

    @rule(hours=st.integers(1, 60))
    def be_down(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))
        self.restart()

    @rule(hours=st.integers(-72, 72))
    def set_the_clock(self, hours: int) -> None:
        moved = self.room.clock() + timedelta(hours=hours)
        if abs(moved - self.true) <= FAR:
            self.room.clock.at = moved

    @rule(days=st.integers(2, 5))
    def leap(self, days: int) -> None:
        """A running daemon whose clock leaps forward by days builds nothing at its next look, and says so."""
        self.look = clock.look(None, self.room.clock(), self.monotonic)
        if self.room.clock() + timedelta(days=days) - self.true > FAR:
            return
        self.room.clock.at += timedelta(days=days)
        self.deliver(None, 1)
        assert self.look is not None
        assert self.look.hold
        assert "leapt forward" in self.look.event

    @rule(
        days=st.integers(10, 900),
        hours=st.integers(0, 60),
        about=st.sampled_from(["IRS", "Flash", "Weather"]),
    )
    def show_another_year(self, days: int, hours: int, about: str) -> None:
        """The clock shows some other day to come, long enough to be believed and worked by, and is set right again."""
        right = self.room.clock() - self.true
        self.room.clock.at += timedelta(days=days)
        self.publish(1, about)
        for _ in range(3):
            self.deliver(None, 1)
            self.collect(fails=False, dies=None)
            self.pass_time(timedelta(minutes=3))
        self.pass_time(timedelta(hours=hours))
        self.deliver(None, 1)
        self.room.clock.at = self.true + right
        self.deliver(None, 1)

    @rule(verdict=st.sampled_from(REFUSALS))
    def refuse(self, verdict: SendVerdict) -> None:
        self.room.target.answers(verdict)

    @rule(stored=st.booleans())
    def lose_an_answer(self, stored: bool) -> None:
        self.room.target.loses_answer(stored=stored)

    @precondition(lambda self: self.store.outbox.holds())
    @rule()
    def mend(self) -> None:
        self.store.outbox.unpark()

    @invariant()
    def nothing_is_told_twice(self) -> None:
        stored = self.room.target.stored
        assert len({one.nonce for one in stored}) == len(stored)
        for digest, told in self.told().items():
            assert max(told.values(), default=1) == 1, (digest, told.most_common(1))
            assert told.keys() <= self.expected[digest]

    def told(self) -> dict[str, Counter[str]]:
        """Return, by digest, in how many messages each entry stands."""
        told: dict[str, Counter[str]] = {spec.name: Counter() for spec in DIGESTS}
        for delivery in self.room.target.stored:
            told[delivery.digest].update(set(findall(r"ENTRY\d{5}", delivery.payload)))
        return told

    def teardown(self) -> None:
        """In the end nothing is lost: with everything mended, a steady clock and some days, each digest has told each of its entries once."""
        try:
            self.settle()
            for digest, told in self.told().items():
                assert told.keys() == self.expected[digest], digest
            self.nothing_is_told_twice()
            empty = [one for one in self.store.slots.recorded(limit=None) if one.state is SlotState.DUE]
            assert not empty
        finally:
            self.store.close()
            self.loop.close()

    def settle(self) -> None:
        self.room.target._next.clear()
        self.store.outbox.unpark()
        self.collect(fails=False, dies=None)
        self.room.clock.at = (max(self.room.clock(), self.true) + FAR).replace(
            minute=0
        )  # past all the times that it may have shown
        self.deliver(None, 1)
        for _ in range(30):  # on the hour, as a digest that makes up for nothing wants it
            self.pass_time(timedelta(hours=1))
            self.deliver(None, 1)


NewsroomMachine.TestCase.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestNewsroom = NewsroomMachine.TestCase
