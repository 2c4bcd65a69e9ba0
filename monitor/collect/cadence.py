"""What a feed's state becomes after a poll: validators, health, moves, and the next poll with its reason.

The single owner of that transition. Pure: old state, response and document go in, the next state and what the owner must be told come
out; nothing is read or written, `now` and the random `jitter` are arguments. Numbers in comments are the requirements of
the poller, one test each in tests/collect/test_requirements.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.collect.interval import (
    Findings,
    Policy,
    adapt,
    after_error,
    after_request_for_quiet,
    after_success,
    asked_pause,
    errors_in_a_row,
    lifetime,
    span,
)
from monitor.collect.moves import Notice, watch_move
from monitor.models import (
    Feed,
    FeedDocument,
    FeedState,
    Gap,
    Outcome,
    Plan,
    PlanReason,
    Response,
    Validators,
)
from monitor.urls import host, registrable

__all__ = [
    "Notice",
    "Policy",
    "after_poll",
    "after_strike",
    "backfill_addresses",
    "body_hash",
    "conditional",
    "first_poll_at",
    "gap",
    "host_quiet",
    "is_unchanged",
]

QUIET_VALIDATORS = timedelta(days=8)
"""Validators that brought no full body for this long are dropped once: some servers answer 304 for ever (5)."""

STRIKES = 3
"""Worker deaths in a row after which a feed is quarantined (spec/safety)."""

FAILING = timedelta(hours=24)
"""A streak of errors is told to the owner when it has lasted this long, and at least three polls."""

_USUAL = 0.3
"""Weight of the latest pause between new entries in the running mean that is a feed's usual one."""

_SUCCESSES = frozenset({Outcome.OK, Outcome.UNCHANGED, Outcome.NOT_MODIFIED})


def body_hash(body: bytes) -> str:
    """Return the digest by which an unchanged body is known again (7)."""
    return sha256(body).hexdigest()


def is_unchanged(state: FeedState, response: Response) -> bool:
    """Say whether a whole 200 body is the one that was read last, so that nothing needs parsing (7)."""
    return (
        response.outcome is Outcome.OK
        and bool(state.body_hash)
        and body_hash(response.body) == state.body_hash
    )


def conditional(state: FeedState, now: datetime) -> Validators:
    """Return the validators for the next request, as they came (1); none after 8 days without a full body (5).

    The same for a timer, a restart, a manual refresh and a reload (4): whoever builds a request asks here.
    """
    since = state.validators.since
    if since is None or now - since >= QUIET_VALIDATORS:
        return Validators()
    return state.validators


def first_poll_at(index: int, total: int, now: datetime, policy: Policy) -> datetime:
    """Return when the `index`-th of `total` new feeds is first polled: at once, in their order (12).

    Whoever adds feeds wants to see them read. What would be a herd is held by the fetcher's limits (in all, and per site), and the
    *second* polls are spread over half the interval (`_spread`), from where the jitter drifts them apart for good.
    """
    return now - timedelta(milliseconds=min(total - index, policy.min // timedelta(milliseconds=1)))


def _spread(plan: Plan, now: datetime, jitter: float, policy: Policy) -> Plan:
    """Bring a feed's second poll forward by up to half its interval at random, never under the floor; an operator's interval stands."""
    if plan.at is None or plan.reason is PlanReason.INTERVAL:
        return plan
    pause = plan.at - now
    pause = max(min(pause, policy.min), pause * (0.5 + 0.5 * jitter))
    return replace(
        plan, at=now + pause, detail=f"{plan.detail}; the first time in {span(pause)}, to spread the feeds"
    )


def host_quiet(
    state: FeedState, response: Response, now: datetime, policy: Policy
) -> tuple[str, datetime] | None:
    """Return the registrable domain that asked for quiet with a 429, and until when (15); None for any other answer."""
    if response.outcome is not Outcome.RATE_LIMITED:
        return None
    return registrable(response.url or state.url), now + asked_pause(response, _own(state, policy), policy)


def after_poll(
    state: FeedState,
    feed: Feed,
    response: Response,
    document: FeedDocument | None,
    overlap: float | None,
    new: int,
    now: datetime,
    jitter: float,
    policy: Policy,
) -> tuple[FeedState, tuple[Notice, ...]]:
    """Return a feed's next state, whole, and what the owner must be told.

    `document` is what was read from a 200 body; None where nothing was read (304, unchanged body, failure). `overlap` is the share of its
    entries known before (None: no telling), `new` how many were new. `jitter` is random in [0, 1). A 200 without a document counts
    as unchanged if its hash says so, else as an error. Worker deaths go to `after_strike` instead.
    """
    outcome = _outcome(state, response, document)
    state = replace(state, last_poll=now, outcome=outcome, first_seen=state.first_seen or now)
    if outcome in _SUCCESSES:
        findings = Findings(len(document.entries) if document else 0, new, overlap if document else 1.0)
        return _succeeded(state, feed, response, document, findings, now, jitter, policy)
    if outcome is Outcome.SKIPPED:
        return _skipped(state, response, now, jitter, policy), ()
    return _failed(state, response, document, now, jitter, policy)


def _outcome(state: FeedState, response: Response, document: FeedDocument | None) -> Outcome:
    if response.outcome is not Outcome.OK:
        return response.outcome
    if document is None:
        return Outcome.UNCHANGED if is_unchanged(state, response) else Outcome.ERROR
    return document.outcome


def _own(state: FeedState, policy: Policy) -> timedelta:
    return state.adaptive or policy.default


# -- success ----------------------------------------------------------------------------------------------------------------------------


def _succeeded(
    state: FeedState,
    feed: Feed,
    response: Response,
    document: FeedDocument | None,
    findings: Findings,
    now: datetime,
    jitter: float,
    policy: Policy,
) -> tuple[FeedState, tuple[Notice, ...]]:
    recovered, is_first = _recovered(state, now), state.last_ok is None
    state = replace(
        state,
        last_ok=now,
        errors=0,
        error="",
        failing_since=None,
        told="",
        gone=False,
        validators=_validators(state, response, document, now),
    )
    if response.outcome is Outcome.NOT_MODIFIED or state.outcome is Outcome.UNCHANGED:
        plan = after_success(
            feed,
            response,
            state.hints,
            adapt(state, response, findings, state.lifetime, now, policy),
            findings,
            now,
            jitter,
            policy,
        )
    else:
        state, plan = _learned(
            state, feed, response, document or FeedDocument(Outcome.OK), findings, now, jitter, policy
        )
    state, moved = watch_move(state, response, document, now)
    return _planned(state, _spread(plan, now, jitter, policy) if is_first else plan), recovered + moved


def _validators(
    state: FeedState, response: Response, document: FeedDocument | None, now: datetime
) -> Validators:
    """Replace both after a 200 (2), update what a 304 names (3), keep the old ones if the body could not be read whole (6)."""
    fresh = response.validators
    if response.outcome is Outcome.NOT_MODIFIED:
        old = state.validators
        return replace(
            old, etag=fresh.etag or old.etag, last_modified=fresh.last_modified or old.last_modified
        )
    if document is not None and document.error:
        return state.validators
    return replace(fresh, since=now, url=fresh.url or response.url or None)


def _learned(
    state: FeedState,
    feed: Feed,
    response: Response,
    document: FeedDocument,
    findings: Findings,
    now: datetime,
    jitter: float,
    policy: Policy,
) -> tuple[FeedState, Plan]:
    """Take over what a whole document teaches; one without entries teaches nothing about them (28)."""
    adaptive = adapt(state, response, findings, lifetime(document), now, policy)
    plan = after_success(feed, response, document.hints, adaptive, findings, now, jitter, policy)
    missed = gap(state, document, findings.overlap, now)
    whole = not document.error
    state = replace(
        state,
        title=document.title or state.title,
        body_hash=body_hash(response.body) if whole else state.body_hash,
        hints=document.hints,
        window=len(document.entries) or state.window,
        lifetime=lifetime(document) or state.lifetime,
        baselined=state.baselined or bool(document.entries),
        strikes=0,
        gaps=state.gaps + (1 if missed else 0),
        last_gap=now if missed else state.last_gap,
    )
    return (_with_news(state, now) if findings.new else state), plan


def _with_news(state: FeedState, now: datetime) -> FeedState:
    """Note when something new came, and how long that usually takes (29)."""
    if state.last_new is None:
        return replace(state, last_new=now)
    pause = max(now - state.last_new, timedelta())  # a clock that was set back makes it negative
    usual = pause if state.usual_gap is None else state.usual_gap * (1 - _USUAL) + pause * _USUAL
    return replace(state, last_new=now, usual_gap=usual)


def gap(state: FeedState, document: FeedDocument, overlap: float | None, now: datetime) -> Gap | None:
    """Return the gap between two polls that share no entry, in which others may have come and gone (11); None if there is none."""
    if overlap != 0 or not state.baselined or not state.window or not document.entries:
        return None
    return Gap(since=state.last_ok or state.first_seen or now, until=now)


def backfill_addresses(feed: Feed, document: FeedDocument, pages: int = 3) -> tuple[str, ...]:
    """Return where to look for entries missed in a gap: the configured sitemap or pages (`…?paged={page}`), else the feed's own older page."""
    if feed.backfill and "{page}" in feed.backfill:
        return tuple(feed.backfill.replace("{page}", str(number)) for number in range(2, 2 + pages))
    if feed.backfill:
        return (feed.backfill,)
    return (document.older,) if document.older else ()


def _recovered(state: FeedState, now: datetime) -> tuple[Notice, ...]:
    if not state.told:
        return ()
    since = f" after {span(now - state.failing_since)}" if state.failing_since else ""
    return (Notice("recovered", f"{state.name} works again{since} ({errors_in_a_row(state.errors)})"),)


def _planned(state: FeedState, plan: Plan) -> FeedState:
    return replace(
        state, next_poll=plan.at, reason=plan.reason, reason_detail=plan.detail, adaptive=plan.adaptive
    )


# -- failure ----------------------------------------------------------------------------------------------------------------------------


def _skipped(state: FeedState, response: Response, now: datetime, jitter: float, policy: Policy) -> FeedState:
    """Wait for a host's quiet to end; nothing was asked, so nothing else changes."""
    pause = asked_pause(response, _own(state, policy), policy)
    at = now + pause * (1 + 0.02 * jitter)
    detail = f"in {span(pause)}: {host(state.url)} asked for quiet"
    return replace(state, next_poll=at, reason=PlanReason.HOST_QUIET, reason_detail=detail)


def _failed(
    state: FeedState,
    response: Response,
    document: FeedDocument | None,
    now: datetime,
    jitter: float,
    policy: Policy,
) -> tuple[FeedState, tuple[Notice, ...]]:
    """Count a failure. Validators, hash, entries seen: all stay as they were (6, 28)."""
    words = _words(state, response, document)
    state = replace(state, errors=state.errors + 1, error=words, failing_since=state.failing_since or now)
    if document is not None:
        state = replace(state, strikes=0)
    if state.outcome is Outcome.GONE:
        return _buried(state)
    return _told(_planned(state, _plan_failure(state, response, now, jitter, policy)), now)


def _words(state: FeedState, response: Response, document: FeedDocument | None) -> str:
    if document is not None:
        hint = f"; feeds it names: {', '.join(document.discovered[:3])}" if document.discovered else ""
        return (document.error or "the document could not be read") + hint
    if response.status == 401:
        return "needs access (HTTP 401)"
    if response.status == 403 or state.outcome is Outcome.BLOCKED:
        return f"blocked (HTTP {response.status})"
    return response.error or response.reason or f"HTTP {response.status}"


def _plan_failure(state: FeedState, response: Response, now: datetime, jitter: float, policy: Policy) -> Plan:
    if state.outcome is Outcome.RATE_LIMITED or (response.status == 503 and response.retry_after):
        return after_request_for_quiet(state, response, now, jitter, policy)
    lasting = 400 <= response.status < 500 and response.status not in (408, 425)
    plan = after_error(state, now, jitter, policy, lasting=lasting)
    return replace(plan, detail=f"{plan.detail} ({state.error})")


def _buried(state: FeedState) -> tuple[FeedState, tuple[Notice, ...]]:
    """Stop for good after a 410 and say so once (18); the flag is stored, so a restart changes nothing."""
    notices = (
        ()
        if state.gone
        else (
            Notice(
                "gone",
                f"{state.name} is gone for good (HTTP 410 from {state.url}); it is not polled any more",
            ),
        )
    )
    detail = "never: its server says it is gone for good (HTTP 410)"
    return replace(
        state, gone=True, told="gone", next_poll=None, reason=PlanReason.GONE, reason_detail=detail
    ), notices


def _told(state: FeedState, now: datetime) -> tuple[FeedState, tuple[Notice, ...]]:
    """Tell the owner of a streak once it is no passing trouble, and once only (17)."""
    lasted = now - (state.failing_since or now)
    if state.told or state.errors < 3:
        return state, ()
    if state.outcome is Outcome.BLOCKED:
        return replace(state, told="blocked"), (
            Notice("blocked", f"{state.name}: {state.error}, {errors_in_a_row(state.errors)}"),
        )
    if lasted < FAILING:
        return state, ()
    return replace(state, told="failing"), (
        Notice("failing", f"{state.name} has failed for {span(lasted)}: {state.error}"),
    )


def after_strike(
    state: FeedState, error: str, now: datetime, jitter: float, policy: Policy
) -> tuple[FeedState, tuple[Notice, ...]]:
    """Return the state after a worker died over the feed's body (26): an error like any other, quarantine at the third in a row.

    Quarantined is not forgotten: it is tried again about once a day, and one good poll ends it.
    """
    state = replace(
        state,
        last_poll=now,
        outcome=Outcome.ERROR,
        error=error,
        errors=state.errors + 1,
        failing_since=state.failing_since or now,
        first_seen=state.first_seen or now,
        strikes=state.strikes + 1,
    )
    if state.strikes < STRIKES:
        plan = after_error(state, now, jitter, policy, lasting=False)
        return _planned(state, replace(plan, detail=f"{plan.detail} ({error})")), ()
    detail = f"about daily: in quarantine, it broke its reader {state.strikes} times in a row ({error})"
    plan = Plan(now + policy.max * (0.9 + 0.1 * jitter), PlanReason.QUARANTINE, _own(state, policy), detail)
    notices = (
        ()
        if state.told == "quarantined"
        else (Notice("quarantined", f"{state.name} is in quarantine: {error}"),)
    )
    return _planned(replace(state, told="quarantined"), plan), notices
