"""The outbox's decisions: what each answer, look and crash makes of a message, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests.outbox import (
    Hold,
    Policy,
    Reason,
    Transition,
    backoff,
    held,
    on_find,
    on_given_back,
    on_lease_expired,
    on_result,
    on_retry,
    on_sent,
    parked,
    scopes,
    time_left,
)
from monitor.models import DeliveryState, Found, SendResult, SendVerdict, Target
from tests.standins.ledger import LEASE, NOW, after, delivery

POLICY = Policy()
JITTER = st.floats(0, 1, exclude_max=True)


def answered(verdict: SendVerdict, **fields: object) -> Transition:
    """Decide on an answer to a first attempt, with the middle of the jitter."""
    return on_result(delivery(), SendResult(verdict, **fields), NOW, 0.5)  # type: ignore[arg-type]


def looked(found: Found, seconds: float, **fields: object) -> Transition:
    """Decide on a look some seconds after the send began."""
    return on_find(delivery(DeliveryState.UNKNOWN, **fields), found, "17.5", after(seconds=seconds), 0.5)


def test_a_confirmed_message_is_sent_for_good_and_frees_its_target() -> None:
    """A target that took a message is not broken, whatever was thought of it before."""
    assert answered(SendVerdict.SENT, ts="17.5") == Transition(
        DeliveryState.SENT, Reason.SENT, 1, ts="17.5", frees=True
    )


def test_a_rate_limit_is_no_attempt_and_silences_the_target() -> None:
    """Nothing was stored, so the message is PENDING; the others for the same target wait as well."""
    waits = answered(SendVerdict.WAIT, retry_after=40.0)
    assert (waits.state, waits.reason, waits.attempts) == (DeliveryState.PENDING, Reason.RATE_LIMITED, 0)
    assert waits.not_before == waits.hold_until == after(seconds=40)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 30), (0.0, 1), (-5.0, 1), (1e9, 3600)])
def test_a_rate_limit_is_believed_within_bounds(asked: float | None, seconds: int) -> None:
    """No Retry-After means 30 s; none is under a second (no tight loop) or over an hour (a typo is no outage)."""
    assert answered(SendVerdict.WAIT, retry_after=asked).hold_until == after(seconds=seconds)


def test_a_refused_request_is_tried_again_after_a_backoff() -> None:
    """Surely not stored: PENDING, with the attempt counted."""
    again = answered(SendVerdict.RETRY, detail="connection refused")
    assert (again.state, again.reason, again.attempts) == (DeliveryState.PENDING, Reason.REFUSED, 1)
    assert again.not_before == after(seconds=2.5)
    assert again.detail == "connection refused"


def test_a_lost_answer_leaves_doubt() -> None:
    """A time-out, reset or 5xx may have stored the message: it is looked for, not sent again."""
    doubt = answered(SendVerdict.UNKNOWN)
    assert (doubt.state, doubt.reason) == (DeliveryState.UNKNOWN, Reason.UNANSWERED)
    assert doubt.not_before == NOW + POLICY.look


def test_a_broken_place_parks_that_place_and_a_broken_token_the_whole_kind() -> None:
    """The message is kept; other places go on unless the token itself is bad."""
    place = answered(SendVerdict.PLACE_BROKEN)
    token = answered(SendVerdict.TOKEN_BROKEN)
    assert (place.state, place.park) == (DeliveryState.BLOCKED, "slack:#news")
    assert (token.state, token.park) == (DeliveryState.BLOCKED, "slack")


def test_a_message_no_target_accepts_is_dead_and_parks_nothing() -> None:
    """Trying the same bytes again cannot help, and the target is not to blame."""
    dead = answered(SendVerdict.MESSAGE_BROKEN, detail="invalid_blocks")
    assert (dead.state, dead.reason, dead.park) == (DeliveryState.DEAD, Reason.MESSAGE_BROKEN, None)


def test_after_too_many_attempts_a_message_is_dead() -> None:
    """Only what is surely not stored may be given up: the operator can retry it without a double."""
    tired = delivery(attempts=POLICY.attempts)
    refused = on_result(tired, SendResult(SendVerdict.RETRY), NOW, 0.5)
    unanswered = on_result(tired, SendResult(SendVerdict.UNKNOWN), NOW, 0.5)
    assert (refused.state, refused.reason) == (DeliveryState.DEAD, Reason.GAVE_UP)
    assert unanswered.state is DeliveryState.UNKNOWN


def test_a_nonce_in_the_history_means_sent() -> None:
    """The answer was lost, not the message; its timestamp is the one found, so that replies can thread."""
    assert looked(Found.PRESENT, 5) == Transition(DeliveryState.SENT, Reason.FOUND, 1, ts="17.5", frees=True)


def test_an_absent_nonce_is_believed_only_after_the_settle_delay() -> None:
    """A request whose answer was lost may still be on its way."""
    early = looked(Found.ABSENT, 59)
    sure = looked(Found.ABSENT, 60)
    assert (early.state, early.reason, early.not_before) == (
        DeliveryState.UNKNOWN,
        Reason.TOO_EARLY,
        after(seconds=60),
    )
    assert (sure.state, sure.reason) == (DeliveryState.PENDING, Reason.ABSENT)


def test_an_unreadable_history_is_looked_at_less_and_less_often() -> None:
    """Waits double with the age of the doubt, from 5 s to 10 min, so that an outage is not hammered; it is never sent blindly."""
    waits = [looked(Found.UNREADABLE, age).not_before for age in (1, 20, 300, 90_000)]
    assert all(looked(Found.UNREADABLE, age).state is DeliveryState.UNKNOWN for age in (1, 20, 300, 90_000))
    assert waits == [
        after(seconds=1 + 5 * 1.125),
        after(seconds=20 + 20 * 1.125),
        after(seconds=300 + 300 * 1.125),
        after(seconds=90_000 + 600 * 1.125),
    ]


def test_a_target_without_read_back_is_sent_again_after_the_delay() -> None:
    """Webhooks and mail get every message at least once: a double is better than a loss."""
    webhook = Target("webhook", "https://hook.example")
    assert looked(Found.UNSUPPORTED, 59, target=webhook).state is DeliveryState.UNKNOWN
    again = looked(Found.UNSUPPORTED, 60, target=webhook)
    assert (again.state, again.reason) == (DeliveryState.PENDING, Reason.NO_READ_BACK)


@pytest.mark.parametrize("kind", ["html", "atom"])
def test_a_page_is_written_again_at_once(kind: str) -> None:
    """Writing the same file twice changes nothing, so there is nothing to wait for."""
    assert looked(Found.UNSUPPORTED, 0, target=Target(kind, "out")).state is DeliveryState.PENDING


def test_an_expired_lease_leaves_doubt_to_be_looked_into_at_once() -> None:
    """A killed sender may have posted: UNKNOWN, whatever it was doing."""
    doubt = on_lease_expired(delivery(), NOW)
    assert (doubt.state, doubt.reason, doubt.not_before) == (DeliveryState.UNKNOWN, Reason.LEASE_EXPIRED, NOW)


def test_a_stopped_sender_gives_back_without_doubt_only_what_it_never_requested() -> None:
    """SIGTERM between claim and request costs neither an attempt nor a look."""
    clean = on_given_back(delivery(), NOW, requested=False)
    begun = on_given_back(delivery(), NOW, requested=True)
    looking = on_given_back(delivery(DeliveryState.UNKNOWN), NOW, requested=False)
    assert (clean.state, clean.attempts) == (DeliveryState.PENDING, 0)
    assert (begun.state, looking.state) == (DeliveryState.UNKNOWN, DeliveryState.UNKNOWN)


def test_a_retry_by_hand_starts_over() -> None:
    """The attempts count from nothing again."""
    assert on_retry(delivery(DeliveryState.DEAD, attempts=200)) == Transition(
        DeliveryState.PENDING, Reason.RETRIED, 0
    )


def test_each_failed_probe_doubles_the_wait_for_the_next_up_to_an_hour() -> None:
    """A mended token resumes by itself within the hour, and a broken one is not asked in a tight loop."""
    hold = None
    waits = []
    for _ in range(6):
        hold = parked(hold, "slack", "invalid_auth", NOW)
        assert hold.until is not None
        waits.append((hold.until - NOW) / timedelta(minutes=1))
    assert waits == [5, 10, 20, 40, 60, 60]
    assert hold is not None
    assert (hold.probes, hold.since) == (5, NOW)


def test_a_rate_limit_turned_into_a_parking_starts_counting_afresh() -> None:
    """A mere hold says nothing about how often the scope was probed."""
    assert parked(Hold("slack:#news", after(hours=9), "429"), "slack:#news", "x", NOW).until == after(
        minutes=5
    )


def test_a_hold_is_never_shortened_and_never_unparks() -> None:
    """A short 429 does not lift a longer silence, nor a parking, nor a hold without end."""
    longer = held(Hold("s", after(hours=2), "first"), "s", after(hours=1), "second", NOW)
    broken = held(Hold("s", after(hours=1), "invalid_auth", parked=True), "s", after(hours=2), "429", NOW)
    endless = held(Hold("s", None, "by hand"), "s", after(hours=1), "429", NOW)
    assert longer.until == after(hours=2)
    assert (broken.parked, broken.why, broken.until) == (True, "invalid_auth", after(hours=2))
    assert endless.until is None


def test_a_target_is_covered_by_itself_and_its_kind() -> None:
    """These are the two scopes a hold may have."""
    assert scopes(Target("slack", "#news")) == ("slack:#news", "slack")


def test_a_request_may_take_what_remains_of_its_lease_less_a_margin() -> None:
    """The result must be written while the lease lives (spec: request deadline < remaining lease)."""
    assert time_left(delivery(), after(seconds=30)) == LEASE - timedelta(seconds=31)
    assert time_left(delivery(), after(hours=1)) == timedelta(0)
    assert time_left(delivery(lease_until=None), NOW) == timedelta(0)


@settings(deadline=None)
@given(st.integers(1, 10**9), JITTER)
def test_backoff_stays_between_a_second_and_its_cap(attempts: int, jitter: float) -> None:
    """Full jitter over an exponential that neither overflows nor loops tightly."""
    assert timedelta(seconds=1) <= backoff(attempts, jitter) <= POLICY.cap


@settings(deadline=None)
@given(st.sampled_from(SendVerdict), st.integers(1, 300), JITTER, st.none() | st.floats(-1e6, 1e6))
def test_only_certainty_leaves_the_state_of_doubt(
    verdict: SendVerdict, attempts: int, jitter: float, retry_after: float | None
) -> None:
    """PENDING, BLOCKED and DEAD (from which a message is sent again) never follow an answer that leaves it possible it was stored."""
    result = on_result(delivery(attempts=attempts), SendResult(verdict, retry_after=retry_after), NOW, jitter)
    if verdict is SendVerdict.UNKNOWN:
        assert result.state is DeliveryState.UNKNOWN
    elif verdict is SendVerdict.SENT:
        assert result.state is DeliveryState.SENT
    else:
        assert result.state in {DeliveryState.PENDING, DeliveryState.BLOCKED, DeliveryState.DEAD}
    assert 0 <= result.attempts <= attempts


@settings(deadline=None)
@given(st.sampled_from(Found), st.floats(0, 10**6), JITTER)
def test_a_slack_message_in_doubt_is_sent_again_only_when_seen_to_be_absent(
    found: Found, age: float, jitter: float
) -> None:
    """Neither time nor an unreadable history turns doubt into a second message."""
    result = on_find(delivery(DeliveryState.UNKNOWN), found, None, after(seconds=age), jitter)
    resent = result.state is DeliveryState.PENDING
    assert not resent or (found in {Found.ABSENT, Found.UNSUPPORTED} and age >= 60)


def test_a_found_message_keeps_its_attempts() -> None:
    """Attempts count requests made, not looks."""
    assert on_sent(delivery(attempts=3), None).attempts == 3
