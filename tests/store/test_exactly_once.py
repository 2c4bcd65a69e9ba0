"""Whatever crashes, times out, arrives late or is jumped over by the clock: every message is posted once.

A hypothesis state machine drives the real store and the real decisions against a channel in memory, whose answers get lost and whose requests
may land late. The rules of the world it assumes are the contract of a sender: a request ends before its lease (here: 30 s of 90 s) and
so before the settle delay (60 s).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor.digests.outbox import on_find, on_result
from monitor.models import (
    Delivery,
    DeliveryState,
    Found,
    NewDelivery,
    SendResult,
    SendVerdict,
    SlotState,
    Target,
)
from monitor.store import Store
from tests.standins.ledger import LEASE, NOW, collect, found, id_of, slot, with_feed
from tests.store.conftest import empty

REQUEST = timedelta(seconds=30)
TARGETS = (Target("slack", "#a"), Target("slack", "#b"))


@dataclass
class Channel:
    """A place that stores messages by nonce, in order, and may be broken."""

    posts: list[tuple[str, str]] = field(default_factory=list)  # (target, nonce)
    broken: SendVerdict | None = None

    def store(self, delivery: Delivery) -> None:
        self.posts.append((str(delivery.target), delivery.nonce))

    def holds(self, delivery: Delivery) -> bool:
        return (str(delivery.target), delivery.nonce) in self.posts


class Fate(Enum):
    """What becomes of one claim."""

    HEARD = "stored, and the answer heard"
    REFUSED = "not stored, and that is known"
    LIMITED = "429; a history that cannot be read"
    LOST_AFTER = "stored, the answer lost"
    LOST_BEFORE = "not stored, no answer"
    FLIES = "no answer, and it may still land"
    KILLED_BEFORE = "the sender killed before the post"
    KILLED_AFTER = "the sender killed after the post"
    KILLED_FLYING = "the sender killed while the request is on its way"
    SLEEPS = "the sender stops for a while"


_STORED = frozenset({Fate.HEARD, Fate.LOST_AFTER, Fate.KILLED_AFTER})
_FLYING = frozenset({Fate.FLIES, Fate.KILLED_FLYING})
_KILLED = frozenset({Fate.KILLED_BEFORE, Fate.KILLED_AFTER, Fate.KILLED_FLYING})
_HEARD = {Fate.HEARD: SendVerdict.SENT, Fate.REFUSED: SendVerdict.RETRY, Fate.LIMITED: SendVerdict.WAIT}
PARTS = st.lists(st.integers(1, 3), min_size=2, max_size=2)


def _messages(label: str, parts: list[int]) -> list[NewDelivery]:
    """Make so many parts for each target, the later ones in the first one's thread."""
    return [
        NewDelivery(target, part, f"{label}-{target}-{part}", "{}", thread_part=0 if part else None)
        for target, count in zip(TARGETS, parts, strict=True)
        for part in range(count)
    ]


class World(RuleBasedStateMachine):
    """Build, claim, post, look, crash and move the clock in any order; the channel must end with every message once."""

    url: ClassVar[str] = "sqlite://"

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.open(self.url)
        with_feed(self.store)
        self.channel = Channel()
        self.now = NOW
        self.expected: dict[str, tuple[str, int, str]] = {}  # nonce -> slot, part, target
        self.flying: list[tuple[Delivery, datetime]] = []  # requests whose answer nobody waits for any more
        self.asleep: list[Delivery] = []
        self.slots = 0
        self.articles: list[str] = []

    def teardown(self) -> None:
        """Mend everything and let time pass: nothing may be missing, doubled or out of order."""
        try:
            self._finish()
            assert Counter(nonce for _, nonce in self.channel.posts) == Counter(list(self.expected))
            self._check_order()
            self._check_placements()
        finally:
            self.store.close()
            if self.url != "sqlite://":
                empty(self.url)

    @initialize(parts=PARTS)
    def begin(self, parts: list[int]) -> None:
        """There is something to deliver from the start."""
        self.build_slot(parts)

    @rule(parts=PARTS)
    def build(self, parts: list[int]) -> None:
        """Another slot comes due."""
        self.build_slot(parts)

    def build_slot(self, parts: list[int]) -> None:
        """Articles arrive and a slot comes due."""
        self.slots += 1
        label = f"slot-{self.slots}"
        names = [f"{label}-{i}" for i in range(parts[0] - 1)]
        self.articles += names
        collect(self.store, *(found(name, self.now) for name in names), at=self.now)
        pending = self.store.slots.pending("morning", ["irs"], self.now, since=NOW - timedelta(days=400))
        ids = [member.article.id for story in pending for member in story.members if not member.placed]
        assert set(ids) == set(map(id_of, names)), (
            "what was built before is not pending, what was collected is"
        )
        messages = _messages(label, parts)
        assert self.store.slots.build(slot(label, at=self.now), SlotState.BUILT, ids, messages, self.now)
        assert not self.store.slots.build(slot(label, at=self.now), SlotState.BUILT, [], messages, self.now)
        self.expected |= {one.nonce: (label, one.part, str(one.target)) for one in messages}

    @rule(owner=st.sampled_from("AB"), fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=5))
    def deliver(self, owner: str, fates: list[Fate]) -> None:
        """A sender takes work, one message after the other, and each meets its fate."""
        for fate in fates:
            claimed = self.store.outbox.claim(self.now, LEASE, owner, ["slack"])
            if claimed is None:
                return
            self._check_turn(claimed)
            self._meet(claimed, fate)

    @precondition(lambda self: self.asleep)
    @rule(fate=st.sampled_from(Fate), waits=st.booleans())
    def wake(self, fate: Fate, waits: bool) -> None:
        """A sender that stopped after its claim goes on: in time, or past its lease, when it may write nothing."""
        claimed = self.asleep.pop(0)
        if waits and claimed.lease_until is not None and self.now < claimed.lease_until:
            self._move(claimed.lease_until - self.now)
        if claimed.lease_until is not None and self.now >= claimed.lease_until:
            sent = on_result(claimed, SendResult(SendVerdict.SENT), self.now, 0.5)
            assert not self.store.outbox.settle(claimed, sent, self.now)
        elif self.now < (claimed.sending_since or self.now) + REQUEST:
            self._meet(claimed, fate)

    @precondition(lambda self: self.flying)
    @rule()
    def land(self) -> None:
        """A request that nobody waits for arrives."""
        claimed, _ = self.flying.pop(0)
        self.channel.store(claimed)

    @rule(seconds=st.sampled_from([6, 12, 31, 61, 95, 400, 200_000]))
    def tick(self, seconds: int) -> None:
        """Time passes (or the machine slept): requests past their deadline can no longer land, leases run out."""
        self._move(timedelta(seconds=seconds))
        self.store.outbox.expire_leases(self.now)

    @rule(
        what=st.sampled_from(
            ["token", "place", "mended", "reload", "restart A", "restart B", "clock set back"]
        )
    )
    def disturb(self, what: str) -> None:
        """The token is revoked, the channel archived, all is well again; a daemon restarts; the clock is set back."""
        verdicts = {"token": SendVerdict.TOKEN_BROKEN, "place": SendVerdict.PLACE_BROKEN, "mended": None}
        if what in verdicts:
            self.channel.broken = verdicts[what]
        elif what == "reload":
            self.store.outbox.unpark()
        elif what == "clock set back":
            self.now -= timedelta(seconds=40)
        else:
            self.store.outbox.give_back(what[-1], self.now)

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        """The bar, at every step."""
        assert max(Counter(nonce for _, nonce in self.channel.posts).values(), default=1) == 1

    @invariant()
    def what_is_sent_is_there(self) -> None:
        """SENT is a fact about the channel."""
        posted = {nonce for _, nonce in self.channel.posts}
        sent = self.store.outbox.deliveries([DeliveryState.SENT])
        assert {one.nonce for one in sent} <= posted

    def _check_turn(self, claimed: Delivery) -> None:
        slot_mates = self.store.outbox.deliveries(digest=claimed.digest, slot=claimed.slot)
        ahead = [one for one in slot_mates if one.target == claimed.target and one.part < claimed.part]
        assert all(one.state is DeliveryState.SENT for one in ahead)
        assert claimed.thread is None or claimed.thread_ts is not None

    def _meet(self, claimed: Delivery, fate: Fate) -> None:
        if fate is Fate.SLEEPS:
            self.asleep.append(claimed)
        elif claimed.state is DeliveryState.UNKNOWN:
            self._look(claimed, fate)
        elif self.channel.broken is not None:
            self._settle(claimed, SendResult(self.channel.broken))
        else:
            self._post(claimed, fate)

    def _look(self, claimed: Delivery, fate: Fate) -> None:
        if fate is Fate.LIMITED:
            self._found(claimed, Found.UNREADABLE)
        elif fate not in _KILLED:
            self._found(claimed, Found.PRESENT if self.channel.holds(claimed) else Found.ABSENT)

    def _post(self, claimed: Delivery, fate: Fate) -> None:
        if fate in _STORED:
            self.channel.store(claimed)
        if fate in _FLYING:
            self.flying.append((claimed, (claimed.sending_since or self.now) + REQUEST))
        if fate not in _KILLED:
            verdict = _HEARD.get(fate, SendVerdict.UNKNOWN)
            ts = "17.5" if verdict is SendVerdict.SENT else None
            self._settle(claimed, SendResult(verdict, ts=ts, retry_after=20.0))

    def _settle(self, claimed: Delivery, result: SendResult) -> None:
        self.store.outbox.settle(claimed, on_result(claimed, result, self.now, 0.5), self.now)

    def _found(self, claimed: Delivery, there: Found) -> None:
        ts = "17.5" if there is Found.PRESENT else None
        self.store.outbox.settle(claimed, on_find(claimed, there, ts, self.now, 0.5), self.now)

    def _move(self, span: timedelta) -> None:
        self.now += span
        self.flying = [(one, deadline) for one, deadline in self.flying if self.now < deadline]

    def _finish(self) -> None:
        """Run one healthy sender until everything is over, with the clock moving between tries."""
        self.channel.broken = None
        for _ in range(40 * (len(self.expected) + 1)):
            self._move(timedelta(minutes=15))
            self.store.outbox.expire_leases(self.now)
            while (claimed := self.store.outbox.claim(self.now, LEASE, "last", ["slack"])) is not None:
                if claimed.state is DeliveryState.UNKNOWN:
                    self._found(claimed, Found.PRESENT if self.channel.holds(claimed) else Found.ABSENT)
                else:
                    self.channel.store(claimed)
                    self._settle(claimed, SendResult(SendVerdict.SENT, ts="17.5"))
            if self.store.outbox.oldest() is None:
                return

    def _check_order(self) -> None:
        for label in {label for label, _, _ in self.expected.values()}:
            for target in map(str, TARGETS):
                mine = [self.expected[nonce] for _, nonce in self.channel.posts]
                parts = [part for slot_label, part, where in mine if (slot_label, where) == (label, target)]
                assert parts == sorted(parts)

    def _check_placements(self) -> None:
        carried = [
            article
            for number in range(1, self.slots + 1)
            for article in self.store.slots.placed("morning", f"slot-{number}")
        ]
        assert Counter(carried) == Counter(map(id_of, self.articles))


def run(world: type[World], examples: int) -> None:
    """Run the machine as one test."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        world,
        settings=settings(
            max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=checks
        ),
    )


def test_every_message_is_posted_exactly_once_whatever_happens() -> None:
    """On SQLite, over any sequence of builds, posts, lost answers, crashes, parkings and clock steps."""
    run(World, 10)


def test_a_request_that_lands_after_the_first_look_is_not_doubled() -> None:
    """The reason for the settle delay, as one story: time-out, a look that finds nothing, then the message arrives after all."""
    world = World()
    world.build_slot([1, 1])
    world.deliver("A", [Fate.FLIES])
    for seconds in (6, 12, 6):
        world.tick(seconds)
        world.deliver("A", [Fate.HEARD, Fate.HEARD])
    world.land()
    world.nothing_is_posted_twice()
    world.teardown()


@pytest.fixture
def on_postgresql(postgres_url: str) -> type[World]:
    """The same world on a real PostgreSQL."""

    class OnPostgresql(World):
        url = postgres_url

    return OnPostgresql


def test_the_same_holds_on_postgresql(on_postgresql: type[World]) -> None:
    """One behaviour over both engines."""
    run(on_postgresql, 3)


@pytest.mark.drill
def test_every_message_is_posted_exactly_once_in_a_long_drill() -> None:
    """The same, with many more worlds (`make drill`)."""
    run(World, 500)
