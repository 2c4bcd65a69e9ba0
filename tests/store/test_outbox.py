"""The outbox on both engines: who may send what, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.digests.outbox import Hold, Reason, Transition, on_find, on_result, on_sent
from monitor.models import Delivery, DeliveryState, Found, SendResult, SendVerdict, Target
from monitor.store import Store
from tests.standins.ledger import LEASE, NOW, SLACK, after, message, queue

OTHER = Target("slack", "#other")
MAIL = Target("email", "desk@example.org")
KINDS = ("slack", "email")


def claim(store: Store, at: datetime = NOW, owner: str = "me", kinds: tuple[str, ...] = KINDS) -> Delivery:
    """Claim what must be there."""
    claimed = store.outbox.claim(at, LEASE, owner, kinds)
    assert claimed is not None
    return claimed


def nothing(store: Store, at: datetime = NOW, kinds: tuple[str, ...] = KINDS) -> bool:
    """Say whether nothing may be claimed."""
    return store.outbox.claim(at, LEASE, "other", kinds) is None


def answer(
    store: Store, claimed: Delivery, verdict: SendVerdict, at: datetime = NOW, **fields: object
) -> Transition:
    """Settle a claim by an answer."""
    transition = on_result(claimed, SendResult(verdict, **fields), at, 0.5)  # type: ignore[arg-type]
    assert store.outbox.settle(claimed, transition, at)
    return transition


def states(store: Store) -> list[DeliveryState]:
    """Return the states of all messages in order of queueing."""
    return [one.state for one in store.outbox.deliveries()]


def test_a_claim_is_a_lease_with_a_count_and_a_start(store: Store) -> None:
    """It is SENDING, counted as an attempt before it is made, and nobody else gets it."""
    queue(store, message(payload='{"a":1}', nonce="n"))
    claimed = claim(store)
    assert (claimed.state, claimed.attempts, claimed.sending_since) == (DeliveryState.SENDING, 1, NOW)
    assert (claimed.lease, claimed.lease_until) == ("me#1", NOW + LEASE)
    assert (claimed.payload, claimed.nonce, claimed.target) == ('{"a":1}', "n", SLACK)
    assert store.outbox.deliveries() == [claimed]
    assert nothing(store)


def test_only_kinds_with_a_notifier_are_claimed(store: Store) -> None:
    """A daemon without a mail host leaves the mail to one that has it."""
    queue(store, message(target=MAIL))
    assert nothing(store, kinds=("slack",))
    assert nothing(store, kinds=())
    assert claim(store, kinds=("email",)).target == MAIL


def test_parts_go_in_order_and_targets_apart(store: Store) -> None:
    """Only the lowest unsent part of a slot and target may go; another target or slot is not kept waiting."""
    queue(store, message(0), message(1), message(0, OTHER))
    queue(store, message(0), label="evening")
    first, other, evening = claim(store), claim(store), claim(store)
    assert [(one.slot, str(one.target), one.part) for one in (first, other, evening)] == [
        ("2026-03-02T08:00", "slack:#news", 0),
        ("2026-03-02T08:00", "slack:#other", 0),
        ("evening", "slack:#news", 0),
    ]
    assert nothing(store)
    answer(store, first, SendVerdict.SENT)
    assert claim(store).part == 1


@pytest.mark.parametrize(
    "verdict", [SendVerdict.UNKNOWN, SendVerdict.RETRY, SendVerdict.PLACE_BROKEN, SendVerdict.WAIT]
)
def test_a_part_waits_while_the_one_before_it_is_not_there(store: Store, verdict: SendVerdict) -> None:
    """In doubt, waiting or blocked: the reader never gets the second half first."""
    queue(store, message(0), message(1))
    answer(store, claim(store), verdict)
    assert nothing(store)


def test_a_dead_part_holds_up_nothing(store: Store) -> None:
    """Better out of order than lost: the rest of the digest goes, and a reply to the dead part stands by itself."""
    queue(store, message(0), message(1, thread_part=0))
    answer(store, claim(store), SendVerdict.MESSAGE_BROKEN)
    reply = claim(store)
    assert (reply.part, reply.thread_ts) == (1, None)


def test_a_reply_carries_the_timestamp_of_what_it_replies_to(store: Store) -> None:
    """Within a slot and across slots, the thread's parent must be sent first."""
    queue(store, message(0), message(1, thread_part=0))
    root = claim(store)
    queue(store, message(0, thread=root.id), label="later")
    assert nothing(store)
    answer(store, root, SendVerdict.SENT, ts="17.5")
    replies = [claim(store)]
    answer(store, replies[0], SendVerdict.SENT, ts="18.5")
    replies.append(claim(store))
    assert [(one.slot, one.thread, one.thread_ts) for one in replies] == [
        ("2026-03-02T08:00", root.id, "17.5"),
        ("later", root.id, "17.5"),
    ]


def test_the_replies_of_a_thread_go_out_in_order(store: Store) -> None:
    """Doubt about an earlier reply holds the later ones of its thread, and no others: of two amendments the later must be the last."""
    queue(store, message(0))
    root = claim(store)
    answer(store, root, SendVerdict.SENT, ts="17.5")
    queue(store, message(0, thread=root.id), label="first")
    queue(store, message(0, thread=root.id), label="second")
    queue(store, message(0), label="elsewhere")
    first = claim(store)
    assert [claim(store).slot, nothing(store)] == ["elsewhere", True]
    answer(store, first, SendVerdict.UNKNOWN)
    assert nothing(store)
    again = claim(store, after(minutes=2))
    assert (again.slot, again.state) == ("first", DeliveryState.UNKNOWN)
    assert store.outbox.settle(again, on_sent(again, "18.5"), after(minutes=2))
    assert claim(store, after(minutes=2)).slot == "second"


def test_a_settled_message_is_sent_for_good(store: Store) -> None:
    """SENT is final: neither retry nor time brings it back."""
    queue(store, message())
    sent = claim(store)
    answer(store, sent, SendVerdict.SENT, ts="17.5")
    assert nothing(store, after(days=1))
    assert store.outbox.retry([sent.id]) == 0
    (row,) = store.outbox.deliveries([DeliveryState.SENT])
    assert (row.ts, row.lease, row.lease_until) == ("17.5", None, None)
    assert store.outbox.reasons([sent.id]) == {sent.id: "sent"}


def test_only_the_owner_of_a_live_lease_may_settle(store: Store) -> None:
    """A sender that slept past its lease writes nothing, also when the message was claimed again meanwhile."""
    queue(store, message())
    slept = claim(store)
    sent = on_result(slept, SendResult(SendVerdict.SENT), NOW, 0.5)
    assert not store.outbox.settle(slept, sent, NOW + LEASE)
    assert states(store) == [DeliveryState.SENDING]
    store.outbox.expire_leases(NOW + LEASE)
    second = claim(store, NOW + LEASE)
    assert not store.outbox.settle(slept, sent, NOW + LEASE)
    assert store.outbox.settle(second, sent, NOW + LEASE)
    assert not store.outbox.settle(second, sent, NOW + LEASE)


def test_an_expired_lease_becomes_doubt_and_the_doubt_is_looked_into(store: Store) -> None:
    """A claim of an UNKNOWN message is a look: it stays UNKNOWN and is no attempt."""
    queue(store, message())
    claim(store)
    assert store.outbox.expire_leases(NOW + LEASE - timedelta(microseconds=1)) == []
    (expired,) = store.outbox.expire_leases(NOW + LEASE)
    assert expired.lease == "me#1"
    look = claim(store, NOW + LEASE)
    assert (look.state, look.attempts, look.sending_since, look.lease) == (
        DeliveryState.UNKNOWN,
        1,
        NOW,
        "me#2",
    )
    assert nothing(store, NOW + LEASE)
    found = on_find(look, Found.PRESENT, "17.5", NOW + LEASE, 0.5)
    assert store.outbox.settle(look, found, NOW + LEASE)
    assert store.outbox.deliveries()[0].ts == "17.5"


def test_an_expired_look_is_looked_into_again(store: Store) -> None:
    """Looking changes nothing at the target, so a crash while looking costs nothing."""
    queue(store, message())
    answer(store, claim(store), SendVerdict.UNKNOWN)
    claim(store, after(minutes=1))
    store.outbox.expire_leases(after(minutes=5))
    assert claim(store, after(minutes=5)).state is DeliveryState.UNKNOWN


def test_a_stopping_owner_gives_back_its_leases_and_only_its(store: Store) -> None:
    """SIGTERM: what was in flight is looked into at once by whoever comes next. `a` is not `a_b`, nor `%`."""
    queue(store, message(), message(0, OTHER))
    mine, theirs = claim(store, owner="a_b"), claim(store, owner="axb")
    assert store.outbox.give_back("a", NOW) == store.outbox.give_back("%", NOW) == []
    assert [one.id for one in store.outbox.give_back("a_b", NOW)] == [mine.id]
    assert claim(store).id == mine.id
    assert store.outbox.reasons([mine.id, theirs.id]) == {mine.id: "given_back", theirs.id: ""}


def test_a_message_waits_for_its_time(store: Store) -> None:
    """Backoff is state: nothing sleeps."""
    queue(store, message())
    waits = answer(store, claim(store), SendVerdict.RETRY, detail="refused")
    assert waits.not_before is not None
    assert nothing(store, waits.not_before - timedelta(microseconds=1))
    assert claim(store, waits.not_before).error == "refused"


def test_a_rate_limit_silences_its_target_alone(store: Store) -> None:
    """429 is per channel: the other channel goes on, the same channel waits for all its messages."""
    queue(store, message(), message(0, OTHER))
    queue(store, message(), label="later")
    answer(store, claim(store), SendVerdict.WAIT, retry_after=60.0)
    assert claim(store).target == OTHER
    assert nothing(store, after(seconds=59))
    assert claim(store, after(seconds=60)).target == SLACK
    assert store.outbox.holds(after(seconds=60)) == []
    assert store.outbox.holds(NOW)[0].until == after(seconds=60)


def test_a_hold_by_hand_covers_a_target_or_a_kind(store: Store) -> None:
    """Quiet hours and maintenance: nothing of a held target goes, whatever its state."""
    queue(store, message(), message(0, MAIL))
    store.outbox.hold("slack", after(hours=1), "maintenance", NOW)
    store.outbox.hold("slack", after(minutes=1), "shorter", NOW)
    assert claim(store).target == MAIL
    assert nothing(store, after(minutes=59))
    assert claim(store, after(hours=1)).target == SLACK


def test_a_broken_token_parks_every_place_of_its_kind(store: Store) -> None:
    """One answer tells all; the messages are kept, and other kinds go on."""
    queue(store, message(), message(0, OTHER), message(0, MAIL))
    answer(store, claim(store), SendVerdict.TOKEN_BROKEN, detail="invalid_auth")
    assert claim(store).target == MAIL
    assert nothing(store)
    assert store.outbox.holds() == [Hold("slack", after(minutes=5), "invalid_auth", parked=True, since=NOW)]
    assert store.outbox.counts()[DeliveryState.BLOCKED] == 1


def test_a_parked_target_is_probed_by_one_message_and_resumes_when_it_gets_through(store: Store) -> None:
    """A token mended without telling the daemon resumes by itself, and a broken one is asked ever more rarely."""
    queue(store, message(), message(0, OTHER))
    answer(store, claim(store), SendVerdict.TOKEN_BROKEN)
    probe = claim(store, after(minutes=5))
    assert nothing(store, after(minutes=5))
    answer(store, probe, SendVerdict.TOKEN_BROKEN, after(minutes=5))
    assert nothing(store, after(minutes=14))
    again = claim(store, after(minutes=15))
    answer(store, again, SendVerdict.SENT, after(minutes=15))
    assert store.outbox.holds() == []
    assert claim(store, after(minutes=15)).target == OTHER


def test_a_mended_place_lets_its_blocked_messages_go_on_at_once(store: Store) -> None:
    """A reload of the configuration unparks; what was blocked is PENDING again."""
    queue(store, message(), message(0, OTHER))
    answer(store, claim(store), SendVerdict.PLACE_BROKEN)
    answer(store, claim(store), SendVerdict.PLACE_BROKEN)
    assert store.outbox.unpark("slack:#news") == 1
    assert claim(store).target == SLACK
    assert nothing(store)
    assert store.outbox.unpark() == 1
    assert claim(store).target == OTHER


def test_parking_by_hand_needs_no_message(store: Store) -> None:
    """`monitor slack check` may find a place broken before anything is sent."""
    queue(store, message())
    store.outbox.park("slack:#news", "channel_not_found", NOW)
    assert nothing(store)
    assert store.outbox.unpark("slack:#news") == 0
    assert claim(store).target == SLACK


def test_unparking_lifts_no_rate_limit(store: Store) -> None:
    """A reload in the middle of a 429 must not break the silence."""
    queue(store, message())
    store.outbox.hold("slack:#news", after(minutes=1), "429", NOW)
    store.outbox.unpark()
    assert nothing(store)


def test_the_dead_and_blocked_are_retried_by_hand(store: Store) -> None:
    """`monitor outbox retry` starts them over and lifts their parking; what is in doubt only when named."""
    queue(store, message(), message(0, OTHER), message(0, MAIL))
    answer(store, claim(store), SendVerdict.MESSAGE_BROKEN)
    answer(store, claim(store), SendVerdict.PLACE_BROKEN)
    doubt = claim(store)
    answer(store, doubt, SendVerdict.UNKNOWN)
    assert store.outbox.retry() == 2
    assert states(store) == [DeliveryState.PENDING, DeliveryState.PENDING, DeliveryState.UNKNOWN]
    assert [claim(store).attempts, claim(store).attempts] == [1, 1]
    assert store.outbox.retry([doubt.id]) == 1
    assert claim(store).id == doubt.id


def test_what_is_being_sent_cannot_be_retried(store: Store) -> None:
    """A message under a lease belongs to its sender."""
    queue(store, message())
    claimed = claim(store)
    assert store.outbox.retry([claimed.id]) == 0
    assert store.outbox.retry() == 0


def test_the_queue_is_counted_and_its_age_known(store: Store) -> None:
    """The metrics `monitor_outbox_messages` and `monitor_outbox_oldest_age_seconds`."""
    assert store.outbox.oldest() is None
    queue(store, message())
    queue(store, message(), label="later", at=after(hours=1))
    assert store.outbox.oldest() == NOW
    answer(store, claim(store), SendVerdict.SENT)
    assert store.outbox.oldest() == after(hours=1)
    assert store.outbox.counts() == dict.fromkeys(DeliveryState, 0) | {
        DeliveryState.SENT: 1,
        DeliveryState.PENDING: 1,
    }


def test_messages_are_listed_by_state_and_slot(store: Store) -> None:
    """`monitor outbox list` and `monitor digest show`."""
    queue(store, message(), message(1))
    queue(store, message(), label="later")
    assert [one.part for one in store.outbox.deliveries(digest="morning", slot="2026-03-02T08:00")] == [0, 1]
    assert [one.slot for one in store.outbox.deliveries(limit=1)] == ["later"]
    assert store.outbox.deliveries([DeliveryState.DEAD, DeliveryState.BLOCKED]) == []


def test_a_transition_says_why(store: Store) -> None:
    """The reason is stored beside the state for people and metrics."""
    queue(store, message())
    claimed = claim(store)
    answer(store, claimed, SendVerdict.RETRY)
    assert store.outbox.reasons([claimed.id]) == {claimed.id: Reason.REFUSED.value}
