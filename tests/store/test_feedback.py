"""Votes, mutes and named values."""

from __future__ import annotations

from monitor.store import Mute, Store, Vote
from tests.standins.ledger import NOW, after


def test_a_later_vote_of_the_same_reader_replaces_the_earlier_one(store: Store) -> None:
    """One reader, one word per match; others' words stand beside it."""
    store.feedback.add_vote("irs", "a", "U1", True, NOW)
    store.feedback.add_vote("irs", "a", "U2", True, NOW)
    store.feedback.add_vote("irs", "a", "U1", False, after(hours=1))
    store.feedback.add_vote("tax", "a", "U1", True, after(hours=2))
    assert store.feedback.votes("irs") == [
        Vote("irs", "a", "U2", True, NOW),
        Vote("irs", "a", "U1", False, after(hours=1)),
    ]
    assert len(store.feedback.votes()) == 3


def test_a_mute_ends_by_time_or_by_hand(store: Store) -> None:
    """Muting again moves the end; an endless mute lasts until it is lifted."""
    store.feedback.mute("story:s", after(hours=1), "U1", NOW)
    store.feedback.mute("outlet:X", None, "U1", NOW)
    store.feedback.mute("story:s", after(hours=3), "U2", NOW)
    assert store.feedback.mutes(after(hours=2)) == {
        "outlet:X": Mute("outlet:X", None, "U1", NOW),
        "story:s": Mute("story:s", after(hours=3), "U2", NOW),
    }
    assert list(store.feedback.mutes(after(hours=3))) == ["outlet:X"]
    assert store.feedback.unmute("outlet:X")
    assert not store.feedback.unmute("outlet:X")
    assert store.feedback.mutes(after(hours=3)) == {}


def test_a_named_value_is_replaced_and_removed(store: Store) -> None:
    """The heartbeat and its like."""
    assert store.meta.get("heartbeat") is None
    store.meta.set("heartbeat", "1")
    store.meta.set("heartbeat", "2")
    assert store.meta.get("heartbeat") == "2"
    store.meta.set("heartbeat", None)
    assert store.meta.get("heartbeat") is None
