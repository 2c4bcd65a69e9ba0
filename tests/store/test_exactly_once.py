"""Whatever crashes, times out, arrives late or is jumped over by the clock: every message is posted once.

A hypothesis state machine drives the real store and the real decisions against a channel in memory, whose answers get lost and whose requests
may land late. The rules of the world it assumes are the contract of a sender: a request ends before its lease (here: 30 s of 90 s) and
so before the settle delay (60 s).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
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


class World(RuleBasedStateMachine):
    """Build, claim, post, look, crash and move the clock in any order; the channel must end with every message once."""

    url: ClassVar[str] = "sqlite://"
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.open(self.url)
        with_feed(self.store)
        self.channel = Channel()
        self.now = NOW
        self.expected: dict[str, tuple[str, int, str]] = {}  # nonce -> slot, part, target
        self.flying: list[tuple[Delivery, datetime]] = []  # requests whose answer nobody waits for any more
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

    @rule(parts=st.lists(st.integers(1, 3), min_size=2, max_size=2), articles=st.integers(0, 2))
    def build(self, parts: list[int], articles: int) -> None:
        """A slot comes due, with up to two new articles in it."""
        self.slots += 1
        label = f"slot-{self.slots}"
        names = [f"{label}-{i}" for i in range(articles)]
        self._collect(names)
        messages = [
            NewDelivery(target, part, f"{label}-{target}-{part}", "{}", thread_part=0 if part else None)
            for target, count in zip(TARGETS, parts, strict=True)
            for part in range(count)
        ]
        pending = self.store.slots.pending("morning", ["irs"], self.now, since=NOW - timedelta(days=400))
        ids = [member.article.id for story in pending for member in story.members if not member.placed]
        assert set(ids) == set(map(id_of, names)), (
            "what was built before is not pending, what was collected is"
        )
        assert self.store.slots.build(slot(label, at=self.now), SlotState.BUILT, ids, messages, self.now)
        self.expected |= {one.nonce: (label, one.part, str(one.target)) for one in messages}

    @precondition(lambda self: self.slots)
    @rule()
    def build_again(self) -> None:
        """A second builder of the same slot is refused."""
        label = f"slot-{self.slots}"
        again = [NewDelivery(TARGETS[0], 0, f"{label}-again", "{}")]
        assert not self.store.slots.build(slot(label, at=self.now), SlotState.BUILT, [], again, self.now)

    @rule(target=claims, owner=st.sampled_from("AB"))
    def claim(self, owner: str) -> Delivery | None:
        """A sender takes work; it must be allowed to."""
        claimed = self.store.outbox.claim(self.now, LEASE, owner, ["slack"])
        if claimed is not None:
            before = self.store.outbox.deliveries(digest=claimed.digest, slot=claimed.slot)
            assert all(
                one.state is DeliveryState.SENT
                for one in before
                if one.target == claimed.target and one.part < claimed.part
            )
            assert claimed.thread is None or claimed.thread_ts is not None
        return claimed

    @rule(claimed=consumes(claims), stored=st.booleans(), heard=st.booleans())
    def post(self, claimed: Delivery | None, stored: bool, heard: bool) -> None:
        """A sender posts; the message may be stored or not, and the answer may be lost."""
        if claimed is None or claimed.state is not DeliveryState.SENDING or self._expired(claimed):
            return
        if self.channel.broken is not None:
            self._settle(claimed, SendResult(self.channel.broken))
        elif heard:
            self._store_if(claimed, stored)
            verdict = SendVerdict.SENT if stored else SendVerdict.RETRY
            self._settle(claimed, SendResult(verdict, ts="17.5" if stored else None))
        else:
            self._store_if(claimed, stored)
            self._settle(claimed, SendResult(SendVerdict.UNKNOWN))

    @rule(claimed=consumes(claims))
    def rate_limited(self, claimed: Delivery | None) -> None:
        """A 429: surely not stored."""
        if claimed is not None and claimed.state is DeliveryState.SENDING and not self._expired(claimed):
            self._settle(claimed, SendResult(SendVerdict.WAIT, retry_after=20.0))

    @rule(claimed=consumes(claims), settled=st.booleans())
    def post_slowly(self, claimed: Delivery | None, settled: bool) -> None:
        """A request goes off and times out (or its sender dies); it may still land within its deadline."""
        if claimed is None or claimed.state is not DeliveryState.SENDING or self._expired(claimed):
            return
        if self.channel.broken is None:
            self.flying.append((claimed, (claimed.sending_since or self.now) + REQUEST))
        if settled:
            self._settle(claimed, SendResult(SendVerdict.UNKNOWN))

    @precondition(lambda self: self.flying)
    @rule()
    def land(self) -> None:
        """A request that nobody waits for arrives."""
        claimed, _ = self.flying.pop(0)
        self.channel.store(claimed)

    @rule(claimed=consumes(claims), readable=st.booleans())
    def look(self, claimed: Delivery | None, readable: bool) -> None:
        """A sender looks for the nonce of a message in doubt."""
        if claimed is None or claimed.state is not DeliveryState.UNKNOWN:
            return
        there = Found.PRESENT if self.channel.holds(claimed) else Found.ABSENT
        self._found(claimed, there if readable else Found.UNREADABLE)

    @rule(claimed=consumes(claims), stored=st.booleans())
    def crash(self, claimed: Delivery | None, stored: bool) -> None:
        """A sender is killed after its claim, before or after its post; the lease stays behind."""
        posted = stored and claimed is not None and claimed.state is DeliveryState.SENDING
        if claimed is not None and posted and not self._expired(claimed) and self.channel.broken is None:
            self.channel.store(claimed)

    @rule(claimed=consumes(claims), verdict=st.sampled_from([SendVerdict.SENT, SendVerdict.RETRY]))
    def settle_too_late(self, claimed: Delivery | None, verdict: SendVerdict) -> None:
        """A sender that slept past its lease may write nothing."""
        if claimed is not None and self._expired(claimed):
            late = on_result(claimed, SendResult(verdict), self.now, 0.5)
            assert not self.store.outbox.settle(claimed, late, self.now)

    @rule(owner=st.sampled_from("AB"))
    def restart(self, owner: str) -> None:
        """A daemon comes back and knows that its former self is dead."""
        self.store.outbox.give_back(owner, self.now)

    @rule()
    def expire(self) -> None:
        """The tick ends leases that ran out."""
        self.store.outbox.expire_leases(self.now)

    @rule(seconds=st.sampled_from([1, 10, 31, 61, 95, 400, 4000, 200_000]))
    def tick(self, seconds: int) -> None:
        """Time passes, or the machine slept: requests past their deadline can no longer land."""
        self._move(timedelta(seconds=seconds))

    @rule(seconds=st.sampled_from([1, 40, 3600]))
    def step_back(self, seconds: int) -> None:
        """The clock is set back."""
        self.now -= timedelta(seconds=seconds)

    @rule(how=st.sampled_from([SendVerdict.TOKEN_BROKEN, SendVerdict.PLACE_BROKEN, None]))
    def break_or_mend(self, how: SendVerdict | None) -> None:
        """The token is revoked, the channel archived, or all is well again, without anyone telling the daemon."""
        self.channel.broken = how

    @rule()
    def reload(self) -> None:
        """The configuration is reloaded: what is parked may try at once."""
        self.store.outbox.unpark()

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

    def _collect(self, names: list[str]) -> None:
        collect(self.store, *(found(name, self.now) for name in names), at=self.now)
        self.articles += names

    def _expired(self, claimed: Delivery) -> bool:
        return claimed.lease_until is None or self.now >= claimed.lease_until - REQUEST - REQUEST

    def _store_if(self, claimed: Delivery, stored: bool) -> None:
        if stored:
            self.channel.store(claimed)

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
            max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=checks
        ),
    )


def test_every_message_is_posted_exactly_once_whatever_happens() -> None:
    """On SQLite, over any sequence of builds, posts, lost answers, crashes, parkings and clock steps."""
    run(World, 25)


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[type[World]]:
    """The same world on a real PostgreSQL."""

    class OnPostgresql(World):
        url = postgres_url

    yield OnPostgresql
    empty(postgres_url)


def test_the_same_holds_on_postgresql(on_postgresql: type[World]) -> None:
    """One behaviour over both engines."""
    run(on_postgresql, 5)


@pytest.mark.drill
def test_every_message_is_posted_exactly_once_in_a_long_drill() -> None:
    """The same, with many more worlds (`make drill`)."""
    run(World, 500)
