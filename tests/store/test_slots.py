"""Each slot is recorded once, each article carried once per digest, and nothing falls between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.models import DeliveryState, PollRecord, Revision, SlotKind, SlotState, Target
from monitor.store import Store
from monitor.store.slots import LOOK_BACK
from tests.standins.ledger import (
    NOW,
    SLACK,
    after,
    article,
    collect,
    found,
    id_of,
    match,
    message,
    slot,
    with_feed,
)

TOPICS = ("irs", "tax")


def pending(store: Store, until_hours: float = 0, **query: object) -> list[list[str]]:
    """Return the pending stories of the morning digest as lists of their members' short names."""
    stories = store.slots.pending("morning", TOPICS, after(hours=until_hours), **query)  # type: ignore[arg-type]
    return [[member.article.url.rpartition("/")[2] for member in story.members] for story in stories]


def test_a_digest_is_first_seen_once(store: Store) -> None:
    """Its first slot is the first one after that, also after a restart."""
    assert store.slots.first_seen("morning", NOW) == NOW
    assert store.slots.first_seen("morning", after(days=1)) == NOW
    assert store.slots.first_seen("evening", after(days=1)) == after(days=1)


def test_a_slot_is_built_once(store: Store) -> None:
    """The label identifies it for ever, whatever the instant, the kind or the content."""
    assert store.slots.build(slot(), SlotState.BUILT, [], [message()], NOW)
    assert not store.slots.build(slot(at=after(hours=1)), SlotState.EMPTY, [], [message()], after(hours=1))
    assert store.slots.build(slot(digest="evening"), SlotState.EMPTY, [], [], NOW)
    assert [(one.slot, one.state, one.built_at) for one in store.slots.recorded("morning")] == [
        (slot(), SlotState.BUILT, NOW)
    ]
    assert len(store.outbox.deliveries()) == 1


def test_slots_are_listed_newest_first(store: Store) -> None:
    """`monitor digest list` and the slot arithmetic look at the latest ones."""
    for day in range(5):
        given = slot(f"day-{day}", at=after(days=day), kind=SlotKind.MANUAL, since=after(days=day - 1))
        store.slots.build(given, SlotState.SKIPPED, [], [], after(days=day))
    assert [one.slot.label for one in store.slots.recorded("morning", 2)] == ["day-4", "day-3"]
    assert store.slots.labels("morning", after(days=3)) == {"day-3", "day-4"}
    one = store.slots.slot("morning", "day-2")
    assert one is not None
    assert one.slot == slot("day-2", at=after(days=2), kind=SlotKind.MANUAL, since=after(days=1))
    assert store.slots.slot("morning", "day-9") is None


def test_an_article_is_pending_until_a_slot_carries_it(store: Store) -> None:
    """Built is carried: a crash before the post cannot bring it into the next slot, and each digest counts for itself."""
    collect(store, found("a"), found("b", topics=()))
    assert pending(store) == [["a"]]
    assert store.slots.build(slot(), SlotState.BUILT, [id_of("a")], [message()], NOW)
    assert pending(store) == []
    assert store.slots.placed("morning", slot().label) == (id_of("a"),)
    assert len(store.slots.pending("evening", TOPICS, NOW)) == 1


def test_an_article_belongs_to_the_first_slot_at_or_after_its_first_sight(store: Store) -> None:
    """Spec: none falls between, none twice."""
    collect(store, found("a", after(hours=-1)), found("b", NOW), found("c", after(seconds=1)))
    assert pending(store) == [["a"], ["b"]]
    assert pending(store, 1) == [["a"], ["b"], ["c"]]


def test_two_slots_cannot_carry_the_same_article(store: Store) -> None:
    """An alert and a digest built at the same moment: the second is refused whole and looks again."""
    collect(store, found("a"), found("b"))
    assert store.slots.build(
        slot("alert", kind=SlotKind.ALERT), SlotState.BUILT, [id_of("a")], [message()], NOW
    )
    assert not store.slots.build(slot(), SlotState.BUILT, [id_of("b"), id_of("a")], [message()], NOW)
    assert store.slots.slot("morning", slot().label) is None
    assert pending(store) == [["b"]]
    assert len(store.outbox.deliveries()) == 1


def test_a_baseline_is_never_announced_but_is_told_as_a_member(store: Store) -> None:
    """5,000 old items never flood a channel, yet count as outlets of a story that goes on."""
    collect(store, found("old", announce=False, story="s"), found("alone", announce=False))
    assert pending(store) == []
    collect(store, found("new", after(minutes=1), story="s"))
    assert pending(store, 1) == [["old", "new"]]
    (story,) = store.slots.pending("morning", TOPICS, after(hours=1))
    assert [member.announce for member in story.members] == [False, True]


def test_a_pending_story_shows_all_its_members_up_to_the_slot(store: Store) -> None:
    """Outlets and growth are told from the carried ones, the unmatched ones and the copies alike."""
    collect(store, found("a", story="s"))
    store.slots.build(slot(), SlotState.BUILT, [id_of("a")], [message()], NOW)
    collect(
        store,
        found("b", after(hours=1), story="s", topics=()),
        found("c", after(hours=2), story="s", topics=("tax", "else"), copy_of=id_of("a")),
        found("d", after(hours=9), story="s"),
    )
    assert pending(store, 1) == []
    (story,) = store.slots.pending("morning", TOPICS, after(hours=3))
    assert (story.story, story.first_seen) == ("s", NOW)
    assert [member.placed for member in story.members] == [True, False, False]
    assert [[one.topic for one in member.matches] for member in story.members] == [["irs"], [], ["tax"]]
    assert story.members[2].copy_of == id_of("a")
    assert story.members[0].article.text == article("a").text


def test_pending_looks_back_a_month_unless_told(store: Store) -> None:
    """The archive of a year must not be searched at every slot."""
    collect(store, found("old", NOW - LOOK_BACK), found("new", NOW - LOOK_BACK + timedelta(seconds=1)))
    assert pending(store) == [["new"]]
    assert pending(store, since=after(days=-40)) == [["old"], ["new"]]


def test_a_past_digest_can_be_rebuilt(store: Store) -> None:
    """`--as-of` forgets what was carried later."""
    collect(store, found("a"))
    store.slots.build(slot(), SlotState.BUILT, [id_of("a")], [message()], after(minutes=5))
    assert pending(store, as_of=after(minutes=4)) == [["a"]]
    assert pending(store, as_of=after(minutes=5)) == []


def test_replies_point_at_the_message_of_their_part(store: Store) -> None:
    """Parts may be given in any order; a reply without its parent is a mistake of the caller's, and nothing is written."""
    mail = Target("email", "desk@example.org")
    given = [message(1, thread_part=0), message(0), message(0, mail), message(1, mail, thread_part=0)]
    assert store.slots.build(slot(), SlotState.BUILT, [], given, NOW)
    rows = {(str(row.target), row.part): row for row in store.outbox.deliveries()}
    assert rows["slack:#news", 1].thread == rows["slack:#news", 0].id
    assert rows["email:desk@example.org", 1].thread == rows["email:desk@example.org", 0].id
    with pytest.raises(StoreError, match="part 2 for slack:#news replies to part 7"):
        store.slots.build(slot("other"), SlotState.BUILT, [], [message(2, thread_part=7)], NOW)
    assert store.slots.slot("morning", "other") is None


def test_messages_are_queued_as_they_were_rendered(store: Store) -> None:
    """The payload is frozen at build: what is claimed later is the same bytes and nonce."""
    given = message(payload='{"text": "Ü\\u0000 🗞"}', nonce="once")
    store.slots.build(slot(), SlotState.BUILT, [], [given], NOW)
    (row,) = store.outbox.deliveries()
    assert (row.payload, row.nonce, row.target, row.part) == (given.payload, "once", SLACK, 0)
    assert (row.state, row.attempts, row.created, row.digest, row.slot) == (
        DeliveryState.PENDING, 0, NOW, "morning", slot().label,
    )  # fmt: skip


def test_a_material_change_of_a_carried_article_is_told_once_per_digest(store: Store) -> None:
    """Immaterial changes, and changes of what was never carried, are not told."""
    collect(store, found("a"), found("b"))
    store.slots.build(slot(), SlotState.BUILT, [id_of("a")], [message()], NOW)
    state = with_feed(store)
    for name, change in (("a", ""), ("a", "87,000 -> 80,000"), ("b", "never carried")):
        revision = Revision(article(name, text=f"{name}{change}"), (match(),), change)
        store.save_polls([PollRecord(state, revised=(revision,))], after(hours=1))
    (version,) = store.slots.untold("morning", NOW)
    assert (version.article.id, version.change) == (id_of("a"), "87,000 -> 80,000")
    assert store.slots.untold("evening", NOW) == []
    assert store.slots.untold("morning", after(hours=1)) == []
    reply = slot("change", kind=SlotKind.FOLLOW_UP)
    assert store.slots.build(reply, SlotState.BUILT, [], [message()], after(hours=2), told=[version.number])
    assert store.slots.untold("morning", NOW) == []
    again = slot("again", kind=SlotKind.FOLLOW_UP)
    assert not store.slots.build(
        again, SlotState.BUILT, [], [message()], after(hours=2), told=[version.number]
    )


def test_a_reply_about_an_article_goes_under_the_first_message_that_carried_it(store: Store) -> None:
    """Threads are flat: coverage after a reply goes under the same root."""
    collect(store, found("a"), found("b"))
    store.slots.build(slot("alert"), SlotState.BUILT, [id_of("a")], [message(), message(1)], NOW)
    root = store.slots.roots("morning", [id_of("a")])
    number = root[id_of("a")]["slack:#news"]
    assert number == store.outbox.deliveries()[0].id
    store.slots.build(slot("more"), SlotState.BUILT, [id_of("b")], [message(thread=number)], NOW)
    assert store.slots.roots("morning", [id_of("b"), "unknown"]) == {id_of("b"): {"slack:#news": number}}


def test_alerts_are_counted_by_target_for_their_cap(store: Store) -> None:
    """The cap is per channel and hour, over all digests; later parts of one alert do not count."""
    for minute in (0, 30):
        given = slot(f"a{minute}", kind=SlotKind.ALERT)
        store.slots.build(given, SlotState.BUILT, [], [message(), message(1)], after(minutes=minute))
    store.slots.build(slot("digest"), SlotState.BUILT, [], [message()], after(minutes=30))
    assert store.slots.alerts(after(minutes=-1)) == {"slack:#news": 2}
    assert store.slots.alerts(NOW) == {"slack:#news": 1}
