"""Several claimers at once: each message goes to one of them, and nobody waits for another's work."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from monitor.digests.outbox import on_sent
from monitor.models import SlotState, Target
from monitor.store import Store, schema
from monitor.store.database import Database
from tests.standins.ledger import LEASE, NOW, feed, message, queue, slot

CLAIMERS = 6


def test_concurrent_claimers_never_share_a_message(url: str) -> None:
    """Six claimers on as many connections drain 60 messages of 20 slots: each is claimed once, in order of its parts."""
    with Store.open(url) as store:
        for number in range(20):
            queue(
                store,
                *(message(part, Target("slack", f"#c{number}")) for part in range(3)),
                label=f"slot-{number}",
            )

    def drain(owner: int) -> list[tuple[str, int]]:
        mine = []
        with Store.open(url) as store:
            while store.outbox.oldest() is not None:
                claimed = store.outbox.claim(NOW, LEASE, f"w{owner}", ["slack"])
                if claimed is not None:
                    mine.append((claimed.slot, claimed.part))
                    assert store.outbox.settle(claimed, on_sent(claimed, "17.5"), NOW)
        return mine

    with ThreadPoolExecutor(CLAIMERS) as pool:
        shares = list(pool.map(drain, range(CLAIMERS)))
    assert Counter(one for share in shares for one in share) == Counter(
        (f"slot-{number}", part) for number in range(20) for part in range(3)
    )
    for share in shares:
        parts = {label: [part for where, part in share if where == label] for label, _ in share}
        assert all(found == sorted(found) for found in parts.values())


def test_a_claimer_passes_over_what_another_is_looking_at(postgres_url: str) -> None:
    """FOR UPDATE SKIP LOCKED: while one transaction holds the first message, the second message is given, at once."""
    with Store.open(postgres_url) as store:
        queue(store, message(0, Target("slack", "#a")), message(0, Target("slack", "#b")))
        first = select(schema.outbox.c.id).where(schema.outbox.c.target == "slack:#a").with_for_update()
        other = Database(postgres_url)
        with other.writing() as connection:
            connection.execute(first)
            claimed = store.outbox.claim(NOW, LEASE, "me", ["slack"])
            assert claimed is not None
            assert str(claimed.target) == "slack:#b"
            assert store.outbox.claim(NOW, LEASE, "me", ["slack"]) is None
        other.close()


def test_one_of_several_builders_builds_a_slot(url: str) -> None:
    """The first transaction wins; the others write nothing."""
    with Store.open(url) as store:

        def build(number: int) -> bool:
            return store.slots.build(slot(), SlotState.BUILT, ["article"], [message()], NOW)

        with ThreadPoolExecutor(CLAIMERS) as pool:
            won = list(pool.map(build, range(CLAIMERS)))
        assert sum(won) == 1
        assert len(store.outbox.deliveries()) == 1


def test_concurrent_pollers_share_the_feeds(url: str) -> None:
    """With a lease, each due feed is given to one daemon."""
    feeds = [feed(f"f{number}") for number in range(40)]
    with Store.open(url) as store:
        store.feeds.sync(feeds, {}, NOW)

        def take(number: int) -> list[str]:
            return [state.name for state in store.feeds.due(NOW, limit=10, lease=timedelta(minutes=5))]

        with ThreadPoolExecutor(4) as pool:
            taken = [name for share in pool.map(take, range(8)) for name in share]
    assert len(taken) == len(set(taken)) > 0
    assert set(taken) <= {one.name for one in feeds}


def test_one_probe_at_a_time_is_sent_to_a_parked_target(url: str) -> None:
    """Two daemons must not both knock at a broken door."""
    with Store.open(url) as store:
        for number in range(10):
            queue(store, message(0, Target("slack", f"#{number}")), label=f"slot-{number}")
        store.outbox.park("slack", "invalid_auth", NOW)
        later = NOW + timedelta(minutes=5)

        def claim(number: int) -> bool:
            return store.outbox.claim(later, LEASE, f"w{number}", ["slack"]) is not None

        with ThreadPoolExecutor(CLAIMERS) as pool:
            assert sum(pool.map(claim, range(CLAIMERS))) == 1
