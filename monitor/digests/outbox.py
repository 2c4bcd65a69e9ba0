"""What becomes of a message: the outbox's state machine as pure decisions, each with its reason.

::

    PENDING -- claim (committed before the request) --> SENDING -- SENT -------------------------> SENT
      ^  ^                                                |  |---- WAIT, RETRY (surely not stored) --> PENDING, not before ...
      |  |                                                |------- UNKNOWN, crash, lease expired ----> UNKNOWN
      |  |                                                |------- PLACE_BROKEN, TOKEN_BROKEN -------> BLOCKED (its scope is parked)
      |  |                                                '------- MESSAGE_BROKEN, too many attempts -> DEAD
      |  '--- absent, after the settle delay --- UNKNOWN --- found ---------------------------------> SENT
      '------ unpark, slow probe, `monitor outbox retry` --- BLOCKED, DEAD

The invariants, which tests/digests/test_outbox.py and tests/store/test_exactly_once.py hold it to:

* A message leaves for PENDING, BLOCKED or DEAD only when it is surely not at its target. All doubt is UNKNOWN.
* UNKNOWN is left by *looking* (`Found`), never by sending. An ABSENT counts only after `Policy.settle`, because a request whose
  answer was lost may still be on its way.
* Targets that cannot be read back (webhook, email; `Found.UNSUPPORTED`) are sent again after the same delay: they get every message
  **at least** once. Writing a page or a feed twice changes nothing, so those (`IDEMPOTENT`) do not wait.
* SENT is final.

Everything here is arithmetic: `now` (aware UTC) and `jitter` (uniform in [0, 1)) are arguments, and a `Transition` is returned for
`monitor.store` to write, in one transaction, if the lease is still alive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.models import Delivery, DeliveryState, Found, SendResult, SendVerdict, Target

IDEMPOTENT = frozenset({"html", "atom"})
"""Kinds of target where sending again leaves the same file behind."""

_NOTHING = timedelta(0)
_FLOOR = timedelta(seconds=1)


class Reason(StrEnum):
    """Why a delivery changed its state; stored beside it, logged, counted and shown by `monitor outbox list`."""

    SENT = "sent"  # the target confirmed it
    FOUND = "found"  # its nonce stands in the target's history
    RATE_LIMITED = "rate_limited"  # the target asked for quiet; not an attempt
    REFUSED = "refused"  # surely not stored: tried again
    UNANSWERED = "unanswered"  # time-out, reset, 5xx: may be stored
    LEASE_EXPIRED = "lease_expired"  # its sender died or hung
    GIVEN_BACK = "given_back"  # its sender was stopped
    TOO_EARLY = "too_early"  # not found, but the request may still be on its way
    ABSENT = "absent"  # not found after the settle delay
    UNREADABLE = "unreadable"  # the history could not be read: looked again later
    NO_READ_BACK = "no_read_back"  # cannot be looked up: sent again, at least once
    PLACE_BROKEN = "place_broken"  # channel or address: parked
    TOKEN_BROKEN = "token_broken"  # noqa: S105  # the word names a state; no secret
    MESSAGE_BROKEN = "message_broken"  # no form of it is accepted
    GAVE_UP = "gave_up"  # too many attempts
    RETRIED = "retried"  # by hand
    UNPARKED = "unparked"  # its target was mended


@dataclass(frozen=True, slots=True)
class Policy:
    """The delays of the state machine.

    `settle` runs from the start of the last send and must exceed the longest request, whose answer it waits out; 60 s is twice the
    Slack client's 30 s. `look` is the first look after a lost answer. Backoff is exponential with full jitter (AWS Architecture Blog,
    "Exponential Backoff And Jitter", 2015): `base` doubling up to `cap`, whose mean of 15 min times `attempts` makes two days of
    trying before a message is DEAD. A parked target is probed after `probe`, doubling up to `probe_cap`: a token mended without
    telling the daemon resumes within the hour. `wait` is assumed when a target names no Retry-After, `wait_cap` the longest believed.
    """

    settle: timedelta = timedelta(seconds=60)
    look: timedelta = timedelta(seconds=5)
    look_cap: timedelta = timedelta(minutes=10)
    base: timedelta = timedelta(seconds=5)
    cap: timedelta = timedelta(minutes=30)
    attempts: int = 200
    probe: timedelta = timedelta(minutes=5)
    probe_cap: timedelta = timedelta(hours=1)
    wait: timedelta = timedelta(seconds=30)
    wait_cap: timedelta = timedelta(hours=1)


DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Hold:
    """A target (`slack:#news`) or a whole kind (`slack`) to which nothing is sent until an instant.

    `parked` tells a broken place or token from a mere rate limit: a parked scope is probed with a single message when `until` has
    passed (`probes` counts how often), and resumes when one gets through. `until` None waits for `unpark`.
    """

    scope: str
    until: datetime | None
    why: str
    parked: bool = False
    since: datetime | None = None
    probes: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """What to write about a delivery. `attempts` is the new count, `detail` the sentence for people (no secret in it).

    `hold_until` silences the target until then; `park` names a scope to park; `frees` says that the send proved place and token
    good, so that whatever was parked for them goes on.
    """

    state: DeliveryState
    reason: Reason
    attempts: int
    not_before: datetime | None = None
    ts: str | None = None
    detail: str = ""
    hold_until: datetime | None = None
    park: str | None = None
    frees: bool = False


def scopes(target: Target) -> tuple[str, str]:
    """Return the hold scopes that cover a target: the target itself and its kind."""
    return str(target), target.kind


def backoff(attempts: int, jitter: float, policy: Policy = DEFAULT) -> timedelta:
    """Return the wait after the given number of failed attempts (>= 1): full jitter, never under a second."""
    return max(_FLOOR, jitter * _doubled(policy.base, attempts - 1, policy.cap))


def time_left(delivery: Delivery, now: datetime, margin: timedelta = _FLOOR) -> timedelta:
    """Return how long a request for this claim may take: what remains of its lease, less a margin to write the result down."""
    return max(_NOTHING, delivery.lease_until - now - margin) if delivery.lease_until else _NOTHING


def on_result(
    delivery: Delivery, result: SendResult, now: datetime, jitter: float, policy: Policy = DEFAULT
) -> Transition:
    """Decide what a target's answer makes of a delivery in SENDING."""
    match result.verdict:
        case SendVerdict.SENT:
            return on_sent(delivery, result.ts)
        case SendVerdict.WAIT:
            return _waits(delivery, result, now, policy)
        case SendVerdict.RETRY:
            return _again(delivery, Reason.REFUSED, result.detail, now, jitter, policy)
        case SendVerdict.UNKNOWN:
            return _doubt(delivery, Reason.UNANSWERED, result.detail, now + policy.look)
        case SendVerdict.PLACE_BROKEN:
            return _blocked(delivery, Reason.PLACE_BROKEN, str(delivery.target), result.detail)
        case SendVerdict.TOKEN_BROKEN:
            return _blocked(delivery, Reason.TOKEN_BROKEN, delivery.target.kind, result.detail)
        case SendVerdict.MESSAGE_BROKEN:
            return Transition(
                DeliveryState.DEAD, Reason.MESSAGE_BROKEN, delivery.attempts, detail=result.detail
            )


def on_sent(delivery: Delivery, ts: str | None, reason: Reason = Reason.SENT) -> Transition:
    """Record that the message is at its target under the name `ts`; place and token are proven good."""
    return Transition(DeliveryState.SENT, reason, delivery.attempts, ts=ts, frees=True)


def on_find(
    delivery: Delivery, found: Found, ts: str | None, now: datetime, jitter: float, policy: Policy = DEFAULT
) -> Transition:
    """Decide what a look into the target's history makes of a delivery in UNKNOWN."""
    match found:
        case Found.PRESENT:
            return on_sent(delivery, ts, Reason.FOUND)
        case Found.UNREADABLE:
            return _doubt(
                delivery, Reason.UNREADABLE, delivery.error, now + _next_look(delivery, now, jitter, policy)
            )
        case Found.ABSENT:
            return _gone(delivery, Reason.ABSENT, now, jitter, policy)
        case Found.UNSUPPORTED:
            return _gone(delivery, Reason.NO_READ_BACK, now, jitter, policy)


def on_lease_expired(delivery: Delivery, now: datetime, policy: Policy = DEFAULT) -> Transition:
    """Decide what a dead or hung sender leaves behind: doubt, to be looked into at once."""
    del policy  # one signature for all decisions
    return _doubt(delivery, Reason.LEASE_EXPIRED, delivery.error or "its sender did not report back", now)


def on_given_back(delivery: Delivery, now: datetime, requested: bool) -> Transition:
    """Decide what a stopping sender leaves behind; `requested` False says that no request was begun."""
    if delivery.state is DeliveryState.UNKNOWN or requested:
        return _doubt(delivery, Reason.GIVEN_BACK, "stopped while sending", now)
    return Transition(DeliveryState.PENDING, Reason.GIVEN_BACK, max(0, delivery.attempts - 1))


def on_retry(delivery: Delivery) -> Transition:
    """Make a delivery fresh again by an operator's wish (of an UNKNOWN one: at their risk of a double)."""
    return Transition(DeliveryState.PENDING, Reason.RETRIED, 0, detail=delivery.error)


def parked(earlier: Hold | None, scope: str, why: str, now: datetime, policy: Policy = DEFAULT) -> Hold:
    """Park a scope, or go on parking it: each failed probe doubles the wait for the next, up to `Policy.probe_cap`."""
    if earlier is None or not earlier.parked:
        return Hold(scope, now + policy.probe, why, parked=True, since=now)
    probes = earlier.probes + 1
    wait = _doubled(policy.probe, probes, policy.probe_cap)
    return Hold(scope, now + wait, why, parked=True, since=earlier.since or now, probes=probes)


def held(earlier: Hold | None, scope: str, until: datetime, why: str, now: datetime) -> Hold:
    """Silence a scope until an instant. A hold is never shortened, and a parked scope stays parked."""
    if earlier is None:
        return Hold(scope, until, why, since=now)
    longest = None if earlier.until is None else max(earlier.until, until)
    return Hold(
        scope, longest, earlier.why if earlier.parked else why, earlier.parked, earlier.since, earlier.probes
    )


def _doubled(base: timedelta, times: int, cap: timedelta) -> timedelta:
    """Double a wait some times, up to a cap (the number of times is bounded too, as timedelta's range is)."""
    factor: int = 2 ** min(max(times, 0), 20)
    return min(cap, base * factor)


def _waits(delivery: Delivery, result: SendResult, now: datetime, policy: Policy) -> Transition:
    """The target asked for quiet: nothing was stored, and it does not count as an attempt."""
    asked = policy.wait if result.retry_after is None else timedelta(seconds=max(0.0, result.retry_after))
    until = now + max(_FLOOR, min(asked, policy.wait_cap))
    attempts = max(0, delivery.attempts - 1)
    return Transition(
        DeliveryState.PENDING,
        Reason.RATE_LIMITED,
        attempts,
        not_before=until,
        detail=result.detail,
        hold_until=until,
    )


def _again(
    delivery: Delivery, reason: Reason, detail: str, now: datetime, jitter: float, policy: Policy
) -> Transition:
    """Surely not stored: send again after a backoff, unless it has been tried often enough."""
    if delivery.attempts >= policy.attempts:
        return Transition(DeliveryState.DEAD, Reason.GAVE_UP, delivery.attempts, detail=detail)
    wait = backoff(delivery.attempts, jitter, policy)
    return Transition(DeliveryState.PENDING, reason, delivery.attempts, not_before=now + wait, detail=detail)


def _doubt(delivery: Delivery, reason: Reason, detail: str, look: datetime) -> Transition:
    """It may be stored: keep it until someone has looked."""
    return Transition(DeliveryState.UNKNOWN, reason, delivery.attempts, not_before=look, detail=detail)


def _blocked(delivery: Delivery, reason: Reason, scope: str, detail: str) -> Transition:
    """A permanent error of the place or the token: keep the message, park the scope."""
    return Transition(DeliveryState.BLOCKED, reason, delivery.attempts, detail=detail, park=scope)


def _gone(delivery: Delivery, reason: Reason, now: datetime, jitter: float, policy: Policy) -> Transition:
    """Not seen at the target: believe it only when no request can be on its way any more."""
    settle = _NOTHING if delivery.target.kind in IDEMPOTENT else policy.settle
    sure = (delivery.sending_since or now) + settle
    if now < sure:
        return _doubt(delivery, Reason.TOO_EARLY, delivery.error, sure)
    return _again(delivery, reason, delivery.error, now, jitter, policy)


def _next_look(delivery: Delivery, now: datetime, jitter: float, policy: Policy) -> timedelta:
    """Look again after as long as the doubt has lasted (so waits double), within bounds, with up to a quarter of jitter."""
    lasted = now - (delivery.sending_since or now)
    return min(policy.look_cap, max(policy.look, lasted)) * (1 + jitter / 4)
