"""What a clock that ran ahead has written does not wait for the hour it named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.digests.outbox import Reason, Transition
from monitor.models import DeliveryState, PollRecord, SlotState, Target
from monitor.store import Restamped, Store
from tests.standins.ledger import LEASE, NOW, after, collect, found, id_of, message, queue, slot, with_feed

AHEAD = timedelta(days=400)


def poll(store: Store, ahead: timedelta, *names: str) -> None:
    """Save a poll made when the clock showed so much later, which found these articles."""
    at = NOW + ahead
    state = replace(
        store.feeds.state("outlet") or with_feed(store),
        last_poll=at,
        last_ok=at,
        next_poll=at + timedelta(minutes=30),
    )
    store.save_polls([PollRecord(state, new=tuple(found(name, at) for name in names))], at)


def test_where_no_clock_ran_ahead_nothing_is_touched(store: Store) -> None:
    """Clocks of several machines differ a little, and a long wait that was asked for is one."""
    poll(store, timedelta(minutes=50), "now")
    before = store.feeds.state("outlet")
    assert store.restamp(NOW) == Restamped()
    assert store.feeds.state("outlet") == before


def test_feeds_polled_in_the_future_are_due(store: Store) -> None:
    """And their history ends now, so that what is said of them makes sense."""
    poll(store, AHEAD)
    assert store.feeds.due(after(days=1)) == []
    assert store.restamp(NOW).feeds == 1
    (state,) = store.feeds.due(NOW)
    assert (state.last_poll, state.last_ok) == (NOW, NOW)


def test_a_feed_that_is_gone_stays_so(store: Store) -> None:
    """No next poll is no late one."""
    poll(store, AHEAD)
    state = store.feeds.state("outlet")
    assert state is not None
    store.save_polls([PollRecord(replace(state, gone=True, next_poll=None))], NOW)
    store.restamp(NOW)
    assert store.feeds.due(NOW) == []


def test_articles_seen_in_the_future_are_pending_now(store: Store) -> None:
    """With their texts and matches; those that were seen in time keep their time."""
    collect(store, found("before", after(hours=-1)))
    poll(store, AHEAD, "ahead")
    assert [one.story for one in store.slots.pending("morning", ["irs"], NOW)] != []
    assert len(store.slots.pending("morning", ["irs"], NOW)) == 1
    assert store.restamp(NOW).articles == 1
    assert len(store.slots.pending("morning", ["irs"], NOW)) == 2
    seen = {one.id: (one.first_seen, bool(one.text)) for one in store.archive.articles()}
    assert seen == {id_of("before"): (after(hours=-1), True), id_of("ahead"): (NOW, True)}


def test_slots_that_were_given_up_in_the_future_come_again_and_sent_ones_stay(store: Store) -> None:
    """A digest declared missed for a day that has not come is not missed; one that was posted is not posted twice."""
    poll(store, AHEAD)
    at = NOW + AHEAD
    for label, state in (
        ("skipped", SlotState.SKIPPED),
        ("empty", SlotState.EMPTY),
        ("built", SlotState.BUILT),
    ):
        assert store.slots.build(slot(label, at=at), state, [], [], at)
    assert store.slots.build(slot("earlier", at=after(hours=-2)), SlotState.EMPTY, [], [], NOW)
    assert store.restamp(NOW).slots == 2
    assert {one.slot.label for one in store.slots.recorded("morning", None)} == {"built", "earlier"}


@pytest.mark.parametrize("wait", [timedelta(minutes=30), timedelta(hours=1)])
def test_a_message_put_off_in_the_future_may_go_and_one_that_waits_by_right_waits(
    store: Store, wait: timedelta
) -> None:
    """No target is granted a wait of days."""
    poll(store, AHEAD)
    queue(store, message(0), message(1, target=Target("slack", "#other")))
    for put_off in (NOW + AHEAD, NOW + wait):
        claimed = store.outbox.claim(NOW, LEASE, "me", ["slack"])
        assert claimed is not None
        waits = Transition(DeliveryState.PENDING, Reason.RATE_LIMITED, 0, not_before=put_off)
        assert store.outbox.settle(claimed, waits, NOW)
    assert store.outbox.claim(NOW, LEASE, "me", ["slack"]) is None
    assert store.restamp(NOW).messages == 1
    assert store.outbox.claim(NOW, LEASE, "me", ["slack"]) is not None
    assert store.outbox.claim(NOW, LEASE, "me", ["slack"]) is None
    assert store.outbox.claim(NOW + wait, LEASE, "me", ["slack"]) is not None


def test_what_was_put_right_once_is_not_put_right_again(store: Store) -> None:
    """The second time there is nothing left, except that what was built in the future stands there."""
    poll(store, AHEAD, "ahead")
    assert store.restamp(NOW) != Restamped()
    assert store.restamp(NOW) == Restamped()
