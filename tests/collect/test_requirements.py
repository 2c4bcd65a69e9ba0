"""The poller's numbered requirements (decided by pure code), one or more tests each, named after their number, on a clock made of values.

What is decided on the wire (redirect hops, caps, encodings) is tested over real sockets beside `collect.fetch`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.cadence import (
    Policy,
    after_poll,
    after_strike,
    backfill_addresses,
    body_hash,
    conditional,
    first_poll_at,
    gap,
    host_quiet,
    is_unchanged,
)
from monitor.collect.feeds import parse_feed
from monitor.collect.health import outage, silence
from monitor.collect.identity import Verdict, judge, keep_seen, keyed, overlap
from monitor.collect.interval import HARD_FLOOR, HEALING, JITTER
from monitor.models import (
    Entry,
    Feed,
    FeedDocument,
    FeedState,
    Hop,
    Outcome,
    PlanReason,
    PollHints,
    Response,
    Seen,
    Validators,
)

NOW = datetime(2025, 3, 4, 9, 17, 23, tzinfo=UTC)  # a Tuesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = Policy()
URL = "http://gazette.example/feed"
FEED = Feed("gazette", URL)
ENTRIES = tuple(Entry(id=f"g{n}", url=f"https://gazette.example/{n}", title=f"Story {n}") for n in range(15))
DOCUMENT = FeedDocument(Outcome.OK, title="Gazette", entries=ENTRIES)
ETAGS = Validators('W/"a1"-gzip', "Thu, 01 Jan 1970 0:00:00 GMT+1")


def state(**changes: object) -> FeedState:
    """A feed that was polled half an hour ago, successfully, and that has its baseline."""
    known = FeedState(
        "gazette",
        URL,
        URL,
        validators=replace(ETAGS, since=NOW - HOUR, url=URL),
        body_hash=body_hash(b"old"),
        adaptive=30 * MINUTE,
        first_seen=NOW - 30 * DAY,
        last_poll=NOW - 30 * MINUTE,
        last_ok=NOW - 30 * MINUTE,
        last_new=NOW - 2 * HOUR,
        outcome=Outcome.OK,
        baselined=True,
        window=15,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def ok(body: bytes = b"new", **changes: object) -> Response:
    """A whole 200 answer."""
    return replace(Response(Outcome.OK, URL, 200, body, validators=Validators('"b2"')), **changes)  # type: ignore[arg-type]


def failed(outcome: Outcome = Outcome.ERROR, status: int = 0, **changes: object) -> Response:
    """An answer that is none."""
    return replace(
        Response(outcome, URL, status, reason=f"http_{status}" if status else "timeout"), **changes
    )  # type: ignore[arg-type]


def headers(**fields: str) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", "-"), value) for name, value in fields.items())


def poll(
    before: FeedState,
    response: Response,
    document: FeedDocument | None = None,
    *,
    known: float | None = 0.5,
    new: int = 3,
    feed: Feed = FEED,
    now: datetime = NOW,
    jitter: float = 0.0,
) -> FeedState:
    """The state after one poll."""
    return after_poll(before, feed, response, document, known, new if document else 0, now, jitter, POLICY)[0]


def notices(
    before: FeedState, response: Response, document: FeedDocument | None = None, now: datetime = NOW
) -> list[str]:
    """The kinds of what the owner is told."""
    return [
        notice.kind for notice in after_poll(before, FEED, response, document, 0.5, 0, now, 0.0, POLICY)[1]
    ]


def pause(after: FeedState, now: datetime = NOW) -> timedelta:
    """How long the feed waits for its next poll."""
    assert after.next_poll is not None
    return after.next_poll - now


# -- validators -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("etag", ['W/"a"', "unquoted", '"a-gzip"', 'W/"a";gzip', ""])
def test_req_01_keeps_validators_byte_for_byte(etag: str) -> None:
    """What the server sent is what it gets back, however odd; both of them."""
    after = poll(state(), ok(validators=Validators(etag or None, "Wed, 31 Feb 2025 25:00:00")), DOCUMENT)
    sent = conditional(after, NOW + HOUR)
    assert (sent.etag, sent.last_modified) == (etag or None, "Wed, 31 Feb 2025 25:00:00")


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNCHANGED])
def test_req_02_replaces_both_validators_after_every_200(outcome: Outcome) -> None:
    """A 200 that names only one of them drops the other, also when its body is unchanged."""
    response = ok(b"old" if outcome is Outcome.UNCHANGED else b"new", outcome=outcome)
    after = poll(state(), response, DOCUMENT if outcome is Outcome.OK else None)
    assert (after.validators.etag, after.validators.last_modified) == ('"b2"', None)
    assert after.validators.since == NOW


def test_req_03_a_304_updates_what_it_names_and_keeps_the_rest() -> None:
    """A 304 may carry a new ETag; the date it does not mention stays, and so does the day of the last full body."""
    after = poll(state(), failed(Outcome.NOT_MODIFIED, 304, validators=Validators('"c3"')))
    assert (after.validators.etag, after.validators.last_modified) == ('"c3"', ETAGS.last_modified)
    assert after.validators.since == NOW - HOUR


def test_req_04_an_unasked_304_is_an_error() -> None:
    """The fetcher reports a 304 nobody asked for as an error: it is counted as one, and nothing is forgotten."""
    after = poll(state(), failed(Outcome.ERROR, 304, reason="unasked_304", error="an unasked 304"))
    assert (after.errors, after.error, after.validators) == (1, "an unasked 304", state().validators)


def test_req_04_every_request_is_conditional() -> None:
    """A restart, a manual refresh and a reload build their request from the stored state, as the timer does."""
    assert conditional(state(), NOW).etag == ETAGS.etag
    assert conditional(replace(state(), next_poll=None), NOW).last_modified == ETAGS.last_modified


def test_req_05_drops_validators_after_8_quiet_days() -> None:
    """Eight days without a full body: one unconditional GET, because some servers answer 304 for ever; it starts the count anew."""
    quiet = state(validators=replace(ETAGS, since=NOW - 8 * DAY, url=URL))
    assert conditional(quiet, NOW - timedelta(seconds=1)) != Validators()
    assert conditional(quiet, NOW) == Validators()
    still = poll(quiet, failed(Outcome.NOT_MODIFIED, 304))
    assert conditional(still, NOW) == Validators()
    assert conditional(poll(still, ok(b"old")), NOW).etag == '"b2"'


@pytest.mark.parametrize(
    ("response", "document"),
    [
        (failed(reason="truncated", validators=Validators('"bad"')), None),
        (
            ok(b"<html>", validators=Validators('"bad"')),
            FeedDocument(Outcome.NOT_FEED, error="a web page, not a feed"),
        ),
        (ok(b"", validators=Validators('"bad"')), FeedDocument(Outcome.ERROR, error="the body is empty")),
        (ok(b"<rss", validators=Validators('"bad"')), replace(DOCUMENT, error="the document breaks off")),
    ],
)
def test_req_06_keeps_no_validators_of_a_broken_body(
    response: Response, document: FeedDocument | None
) -> None:
    """A body that did not arrive or could not be read whole leaves validators and hash as they were."""
    after = poll(state(), response, document)
    assert after.validators == state().validators
    assert after.body_hash == state().body_hash


def test_req_07_an_unchanged_body_is_not_parsed() -> None:
    """The same bytes again are known by their hash; the poll counts as a success that found nothing."""
    assert is_unchanged(state(), ok(b"old"))
    assert not is_unchanged(state(), ok(b"new"))
    assert not is_unchanged(state(body_hash=""), ok(b""))
    after = poll(state(), ok(b"old"))
    assert (after.outcome, after.last_ok, after.last_new) == (Outcome.UNCHANGED, NOW, state().last_new)


# -- when to poll next ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "fresh"),
    [
        ({"cache_control": "max-age=7200"}, 2 * HOUR),
        ({"cache_control": "public, MAX-AGE=7200, s-maxage=86400"}, 2 * HOUR),
        ({"cache_control": "s-maxage=86400"}, None),
        ({"cache_control": "max-age=7200", "age": "3600"}, HOUR),
        ({"cache_control": 'max-age="7200"'}, 2 * HOUR),
        (
            {
                "cache_control": "max-age=7200",
                "expires": "Tue, 04 Mar 2025 23:00:00 GMT",
                "date": "Tue, 04 Mar 2025 09:00:00 GMT",
            },
            2 * HOUR,
        ),
        ({"expires": "Tue, 04 Mar 2025 12:00:00 GMT", "date": "Tue, 04 Mar 2025 09:00:00 GMT"}, 3 * HOUR),
        ({"expires": "Tue, 04 Mar 2025 12:00:00 GMT"}, None),
        ({"expires": "0", "date": "Tue, 04 Mar 2025 09:00:00 GMT"}, None),
        ({"expires": "-1"}, None),
        ({"cache_control": "no-cache, max-age=7200"}, None),
        ({"cache_control": "no-store"}, None),
        ({"cache_control": "max-age=soon"}, None),
        ({"cache_control": "max-age=-5"}, None),
        ({"cache_control": "max-age=7200", "age": "x"}, 2 * HOUR),
        ({"cache_control": ",,=,"}, None),
    ],
)
def test_req_08_honours_freshness_and_ignores_garbage(
    fields: dict[str, str], fresh: timedelta | None
) -> None:
    """Freshness is max-age less Age, else Expires less Date; s-maxage is not for us, no-cache means our own interval."""
    after = poll(state(), ok(headers=headers(**fields)), DOCUMENT)
    assert pause(after) == (fresh or 30 * MINUTE)
    assert after.reason is (PlanReason.FRESHNESS if fresh else PlanReason.ADAPTIVE)


def test_req_09_takes_the_longest_wish_within_floor_and_cap() -> None:
    """max(adaptive, freshness, ttl, sy), not under 15 minutes, not over a day."""
    hints = PollHints(ttl=90 * MINUTE, update_period=60 * MINUTE)
    assert (
        pause(
            poll(state(), ok(headers=headers(cache_control="max-age=3000")), replace(DOCUMENT, hints=hints))
        )
        == 90 * MINUTE
    )
    assert pause(poll(state(adaptive=15 * MINUTE), ok(), DOCUMENT, known=0.1)) == 15 * MINUTE
    capped = poll(state(), ok(), replace(DOCUMENT, hints=PollHints(ttl=30 * DAY)))
    assert capped.reason is PlanReason.CAP
    assert pause(capped) <= DAY


@pytest.mark.parametrize(
    ("max_age", "floor"),
    [
        ("max-age=60", HARD_FLOOR),
        ("max-age=600", 10 * MINUTE),
        ("max-age=0", 15 * MINUTE),
        ("no-cache", 15 * MINUTE),
        ("", 15 * MINUTE),
    ],
)
def test_req_09_goes_below_the_floor_only_as_far_as_max_age_allows(max_age: str, floor: timedelta) -> None:
    """Five minutes are allowed only to a feed whose own max-age says that it changes that fast."""
    busy = state(adaptive=HARD_FLOOR)
    after = poll(busy, ok(headers=headers(cache_control=max_age)), DOCUMENT, known=0.0, new=15)
    assert (pause(after), after.reason) == (floor, PlanReason.FLOOR)


def test_req_10_reads_hints_with_blanks_and_fractions() -> None:
    """ttl, sy:updatePeriod and Frequency come with blanks and fractions; `always`, zero and nonsense are no hints."""
    feed = "<rss version='2.0'><channel><title>t</title>{}<item><title>x</title></item></channel></rss>"

    def hints(text: str) -> PollHints:
        return parse_feed(feed.format(text).encode(), "https://x.example/").hints

    assert hints("<ttl> 45 </ttl>").ttl == 45 * MINUTE
    assert hints("<ttl>0</ttl>").ttl is None
    assert hints("<ttl>soon</ttl>").ttl is None
    sy = "<sy:updatePeriod>\n {} </sy:updatePeriod><sy:updateFrequency> {} </sy:updateFrequency>"
    assert hints(sy.format("hourly", "2")).update_period == 30 * MINUTE
    assert hints(sy.format("daily", "0.5")).update_period == 2 * DAY
    assert hints(sy.format("daily", "")).update_period == DAY
    assert hints(sy.format("always", "1")).update_period is None
    assert hints(sy.format("hourly", "0")).update_period is None


def test_req_10_spares_skipped_hours_and_days() -> None:
    """A plan that falls into hours (GMT) the feed asks to be spared moves to their end, never past the cap."""
    hints = PollHints(skip_hours=frozenset({9, 10, 11}))
    after = poll(state(), ok(), replace(DOCUMENT, hints=hints))
    assert after.reason is PlanReason.SKIP_HOURS
    assert after.next_poll is not None
    assert after.next_poll.hour == 12
    tuesday = poll(state(), ok(), replace(DOCUMENT, hints=PollHints(skip_days=frozenset({1}))))
    assert tuesday.next_poll is not None
    assert (tuesday.next_poll.weekday(), tuesday.next_poll.hour) == (2, 0)
    long = poll(state(), ok(), replace(DOCUMENT, hints=PollHints(skip_days=frozenset({1, 2, 3}))))
    assert pause(long) == DAY


def test_req_10_ignores_an_all_hours_skip() -> None:
    """A feed that asks never to be polled did not mean it."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    body = f"<rss version='2.0'><channel><title>t</title><skipHours>{hours}</skipHours><item><title>x</title></item></channel></rss>"
    assert parse_feed(body.encode(), "https://x.example/").hints.skip_hours == frozenset()


def test_req_10_remembers_hints_over_unchanged_polls() -> None:
    """A 304 carries no ttl; the one of the last whole document still counts."""
    after = poll(state(), ok(), replace(DOCUMENT, hints=PollHints(ttl=3 * HOUR)))
    again = poll(after, failed(Outcome.NOT_MODIFIED, 304))
    assert pause(again) == 3 * HOUR


def test_req_10_the_operator_overrides() -> None:
    """An interval set for the feed is obeyed below the floor and against every hint."""
    feed = replace(FEED, interval=2 * MINUTE)
    after = poll(
        state(),
        ok(headers=headers(cache_control="max-age=7200")),
        replace(DOCUMENT, hints=PollHints(ttl=DAY)),
        feed=feed,
    )
    assert (pause(after), after.reason) == (2 * MINUTE, PlanReason.INTERVAL)


@pytest.mark.parametrize(
    ("known", "new", "factor"),
    [(0.0, 15, 0.5), (0.2, 12, 0.75), (0.5, 7, 1.0), (0.8, 3, 1.25), (1.0, 0, 1.5)],
)
def test_req_11_adapts_by_overlap(known: float, new: int, factor: float) -> None:
    """No overlap halves the interval, little shortens it, much lengthens it."""
    after = poll(state(adaptive=60 * MINUTE), ok(), DOCUMENT, known=known, new=new)
    assert after.adaptive == 60 * MINUTE * factor


def test_req_11_records_a_gap() -> None:
    """Two polls without a common entry: a gap since the last good poll, counted and dated."""
    found = gap(state(), DOCUMENT, 0.0, NOW)
    assert found is not None
    assert (found.since, found.until) == (NOW - 30 * MINUTE, NOW)
    after = poll(state(), ok(), DOCUMENT, known=0.0, new=15)
    assert (after.gaps, after.last_gap) == (1, NOW)
    assert gap(state(baselined=False), DOCUMENT, 0.0, NOW) is None
    assert gap(state(), replace(DOCUMENT, entries=()), 0.0, NOW) is None
    assert gap(state(), DOCUMENT, 0.1, NOW) is None


def test_req_11_knows_where_to_fill_a_gap() -> None:
    """From the configured sitemap or pages, else from the archive page the feed itself names (RFC 5005)."""
    document = replace(DOCUMENT, older="https://gazette.example/feed?page=2")
    assert backfill_addresses(FEED, document) == ("https://gazette.example/feed?page=2",)
    paged = replace(FEED, backfill="https://gazette.example/feed?paged={page}")
    assert backfill_addresses(paged, document)[0] == "https://gazette.example/feed?paged=2"
    assert backfill_addresses(replace(FEED, backfill="https://gazette.example/news.xml"), document) == (
        "https://gazette.example/news.xml",
    )
    assert backfill_addresses(FEED, DOCUMENT) == ()


def test_req_11_a_quiet_night_does_not_cost_the_morning() -> None:
    """However long nothing was new, the interval stays under a quarter of the time an entry remains in the document."""
    dated = tuple(replace(entry, published=NOW - n * 20 * MINUTE) for n, entry in enumerate(ENTRIES))
    after = poll(state(), ok(), replace(DOCUMENT, entries=dated))
    for night in range(1, 9):
        after = poll(after, failed(Outcome.NOT_MODIFIED, 304), now=NOW + night * HOUR)
    assert after.lifetime == 280 * MINUTE
    assert after.adaptive == 70 * MINUTE


def test_req_11_a_feed_of_daily_bursts_is_not_polled_like_a_ticker() -> None:
    """Entries that all came within minutes, and then nothing for half a day: the interval grows with the quiet."""
    burst = tuple(replace(entry, published=NOW - n * MINUTE) for n, entry in enumerate(ENTRIES))
    after = poll(state(), ok(), replace(DOCUMENT, entries=burst))
    assert after.adaptive == POLICY.min
    while (now := after.next_poll) is not None and now < NOW + 12 * HOUR:
        after = poll(after, failed(Outcome.NOT_MODIFIED, 304), now=now)
    assert after.adaptive is not None
    assert after.adaptive > HOUR


@given(st.floats(0, 1, exclude_max=True))
def test_req_12_adds_up_to_a_tenth_at_random(jitter: float) -> None:
    """Feeds polled together drift apart; none is polled earlier than planned."""
    after = poll(state(), ok(), DOCUMENT, jitter=jitter)
    assert 30 * MINUTE <= pause(after) <= 30 * MINUTE * (1 + JITTER)


def test_req_12_first_polls_are_due_at_once_in_order() -> None:
    """New feeds are read as soon as they are configured, in their order; the fetcher's limits hold the herd."""
    times = [first_poll_at(index, 1000, NOW, POLICY) for index in range(1000)]
    assert times == sorted(set(times))
    assert max(times) <= NOW


@given(st.floats(0, 1, exclude_max=True))
def test_req_12_second_polls_are_spread(jitter: float) -> None:
    """Feeds that started together do not stay together: the second poll comes after half to all of the interval, above the floor."""
    fresh = FeedState("gazette", URL, URL)
    after = poll(fresh, ok(), DOCUMENT, known=None, new=15, jitter=jitter)
    whole = 30 * MINUTE * (1 + JITTER * jitter)
    assert max(POLICY.min, whole / 2) <= pause(after) <= whole
    assert abs(pause(after) - whole * (0.5 + 0.5 * jitter)) < timedelta(seconds=1)
    fixed = poll(fresh, ok(), DOCUMENT, known=None, new=15, jitter=jitter, feed=replace(FEED, interval=HOUR))
    assert pause(fixed) >= HOUR


def test_req_13_the_plan_is_part_of_the_state() -> None:
    """The next poll and its reason are stored with everything else, so that a restart finds them; polling is never planned into the past."""
    after = poll(state(), ok(), DOCUMENT)
    assert after.next_poll is not None
    assert after.next_poll > NOW
    assert after.reason_detail == "every 30 min: 3 of 15 entries were new"


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [(1200.0, 20 * MINUTE), (None, 30 * MINUTE), (0.0, 30 * MINUTE), (10.0**9, DAY), (-5.0, 30 * MINUTE)],
)
def test_req_15_a_429_quietens_the_host(retry_after: float | None, expected: timedelta) -> None:
    """Retry-After holds for the whole site, capped at a day; without a usable one our own interval does."""
    response = failed(
        Outcome.RATE_LIMITED, 429, url="https://feeds.gazette.example/x", retry_after=retry_after
    )
    assert host_quiet(state(), response, NOW, POLICY) == ("gazette.example", NOW + expected)
    after = poll(state(), response)
    assert (pause(after), after.reason) == (expected, PlanReason.RETRY_AFTER)


def test_req_15_a_503_quietens_the_address_only() -> None:
    """A 503's Retry-After is this feed's pause and no other's."""
    response = failed(Outcome.ERROR, 503, retry_after=1800.0)
    assert host_quiet(state(), response, NOW, POLICY) is None
    after = poll(state(), response)
    assert (pause(after), after.reason) == (30 * MINUTE, PlanReason.RETRY_AFTER)


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.RATE_LIMITED, 429), (Outcome.ERROR, 503)])
def test_req_15_a_server_that_asks_for_a_second_each_time_is_not_asked_each_second(
    outcome: Outcome, status: int
) -> None:
    """The first Retry-After is obeyed to the letter; in a streak it can lengthen a pause, never shorten it below the floor (9)."""
    response = failed(outcome, status, retry_after=1.0)
    assert pause(poll(state(), response)) == timedelta(seconds=1)
    assert pause(poll(state(errors=1), response)) == POLICY.min
    assert pause(poll(state(errors=1), replace(response, retry_after=7200.0))) == 2 * HOUR


def test_req_15_a_skipped_poll_changes_nothing_but_the_plan() -> None:
    """A feed whose site asked for quiet waits; that is no error of its own."""
    after = poll(state(), failed(Outcome.SKIPPED, retry_after=600.0))
    assert (pause(after), after.reason, after.errors) == (10 * MINUTE, PlanReason.HOST_QUIET, 0)


# -- failures ---------------------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 4000), st.floats(0, 1, exclude_max=True))
def test_req_16_backs_off_with_full_jitter_and_heals_within_6_hours(errors: int, jitter: float) -> None:
    """However long a feed has failed, it is tried again within six hours, and never sooner than the base."""
    after = poll(state(errors=errors, failing_since=NOW - 30 * DAY), failed(), jitter=jitter)
    assert POLICY.backoff_base <= pause(after) <= HEALING
    assert after.reason is PlanReason.BACKOFF


def test_req_16_grows_exponentially() -> None:
    """The ceiling doubles with every failure."""
    ceilings = [pause(poll(state(errors=errors), failed(), jitter=1.0)) for errors in range(5)]
    assert ceilings == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 160 * MINUTE]


def test_req_16_one_success_resets() -> None:
    """After one good poll nothing of the streak remains, and the owner who was told of it is told that it ended."""
    broken = state(errors=200, error="HTTP 500", failing_since=NOW - 30 * DAY, told="failing")
    after = poll(broken, ok(), DOCUMENT)
    assert (after.errors, after.error, after.failing_since, after.told) == (0, "", None, "")
    assert pause(after) == 30 * MINUTE
    assert notices(broken, ok(), DOCUMENT) == ["recovered"]


def test_req_16_thirty_days_of_failure_heal_by_themselves() -> None:
    """Month-long failure, poll by poll on the planned times, then one success: within six hours of healing."""
    now, after = NOW, state()
    while now < NOW + 30 * DAY:
        after = poll(after, failed(), now=now, jitter=0.999)
        assert after.next_poll is not None
        now = after.next_poll
    assert now - (NOW + 30 * DAY) <= HEALING
    assert poll(after, ok(), DOCUMENT, now=now).errors == 0


@pytest.mark.parametrize(("status", "words"), [(401, "needs access"), (403, "blocked")])
def test_req_17_reports_401_and_403_as_what_they_are(status: int, words: str) -> None:
    """The owner reads what to do about it, once, when it has happened three times."""
    after = poll(state(), failed(Outcome.BLOCKED, status))
    assert words in after.error
    assert notices(state(errors=2, failing_since=NOW - HOUR), failed(Outcome.BLOCKED, status)) == ["blocked"]
    assert (
        notices(state(errors=3, failing_since=NOW - HOUR, told="blocked"), failed(Outcome.BLOCKED, status))
        == []
    )


def test_req_17_a_404_backs_off_and_deletes_nothing() -> None:
    """Not found is a failure like others, with a longer patience; entries, window and baseline stay."""
    after = poll(state(errors=20), failed(Outcome.ERROR, 404), jitter=0.99)
    assert HEALING < pause(after) <= DAY
    assert (after.gone, after.window, after.baselined) == (False, 15, True)


def test_req_18_a_410_stops_polling_and_is_told_once() -> None:
    """Gone means gone: no next poll, stored, one notice."""
    after = poll(state(), failed(Outcome.GONE, 410))
    assert (after.gone, after.next_poll, after.reason) == (True, None, PlanReason.GONE)
    assert notices(state(), failed(Outcome.GONE, 410)) == ["gone"]
    assert notices(after, failed(Outcome.GONE, 410)) == []


def test_req_18_a_gone_feed_that_answers_again_is_polled_again() -> None:
    """Asked by hand (`once --force`), a feed that was gone may be back: then it is like any other, and its owner is told."""
    gone = poll(state(), failed(Outcome.GONE, 410))
    after = poll(gone, ok(), DOCUMENT)
    assert (after.gone, after.told, after.errors) == (False, "", 0)
    assert after.next_poll is not None
    assert notices(gone, ok(), DOCUMENT) == ["recovered"]


# -- moves ------------------------------------------------------------------------------------------------------------------------------

NEW = "https://new.example/feed"


def moved(*hops: tuple[int, str]) -> Response:
    return ok(
        url=hops[-1][1], hops=tuple(Hop(*hop) for hop in hops), validators=Validators('"n1"', url=hops[-1][1])
    )


def test_req_19_believes_a_permanent_move_after_a_day() -> None:
    """The whole chain permanent, the end a valid feed, stable over 24 hours: then the new address is stored and the owner told."""
    response = moved((301, "https://gazette.example/feed"), (308, NEW))
    first = poll(state(), response, DOCUMENT)
    assert (first.url, first.moved_to, first.moved_since) == (URL, NEW, NOW)
    early = poll(first, response, DOCUMENT, now=NOW + 23 * HOUR)
    assert early.url == URL
    late = poll(early, response, DOCUMENT, now=NOW + 24 * HOUR)
    assert (late.url, late.previous_url, late.moved_to) == (NEW, URL, None)
    assert notices(early, response, DOCUMENT, now=NOW + 24 * HOUR) == ["moved"]


def test_req_19_https_on_the_same_host_is_believed_at_once() -> None:
    """http to https on the same host needs no proof."""
    after = poll(state(), moved((301, "https://gazette.example/feed")), DOCUMENT)
    assert (after.url, after.previous_url) == ("https://gazette.example/feed", URL)


@pytest.mark.parametrize(
    ("response", "document"),
    [
        (moved((301, "https://gazette.example/feed"), (302, NEW)), DOCUMENT),
        (moved((301, NEW)), FeedDocument(Outcome.NOT_FEED, error="a web page, not a feed")),
        (moved((301, NEW)), FeedDocument(Outcome.OK)),
        (moved((301, "https://third.example/")), DOCUMENT),
        (ok(), DOCUMENT),
    ],
)
def test_req_19_does_not_believe_anything_less(response: Response, document: FeedDocument) -> None:
    """A temporary hop, a page that is no feed, an empty feed, a new target, or no redirect at all: the old address stays."""
    watched = state(moved_to=NEW, moved_since=NOW - 2 * DAY)
    assert poll(watched, response, document).url == URL


@pytest.mark.parametrize("status", [302, 303, 307])
def test_req_20_a_temporary_redirect_is_never_stored(status: int) -> None:
    """Followed by the fetcher, forgotten by the state, and it ends the watch over a permanent one."""
    after = poll(state(moved_to=NEW, moved_since=NOW - 2 * DAY), moved((status, NEW)), DOCUMENT)
    assert (after.url, after.moved_to, after.moved_since) == (URL, None, None)


def test_req_22_validators_are_bound_to_their_address() -> None:
    """After a move only validators that the new address itself gave are kept."""
    after = poll(state(), moved((301, "https://gazette.example/feed")), DOCUMENT)
    assert after.validators.url == after.url
    unasked = poll(
        state(),
        failed(
            Outcome.NOT_MODIFIED,
            304,
            url="https://gazette.example/feed",
            hops=(Hop(301, "https://gazette.example/feed"),),
        ),
    )
    assert unasked.url == "https://gazette.example/feed"
    assert unasked.validators == Validators()


# -- what is never lost -----------------------------------------------------------------------------------------------------------------


def test_req_26_a_crash_of_the_worker_is_that_feeds_error() -> None:
    """Two worker deaths are errors like others; the third in a row is quarantine, told once, tried again about daily, ended by one success."""
    after = state()
    for strike in range(1, 4):
        after, told = after_strike(after, "the reader ran out of time", NOW, 0.5, POLICY)
        assert after.strikes == strike
        assert after.reason is (PlanReason.QUARANTINE if strike == 3 else PlanReason.BACKOFF)
        assert [notice.kind for notice in told] == (["quarantined"] if strike == 3 else [])
    assert 20 * HOUR < pause(after) <= DAY
    again, told = after_strike(after, "the reader ran out of time", NOW + DAY, 0.5, POLICY)
    assert told == ()
    healed = poll(again, ok(), DOCUMENT)
    assert (healed.strikes, healed.errors, healed.told) == (0, 0, "")


def test_req_27_never_trusts_the_content_type() -> None:
    """A feed served as HTML in the wrong charset is a feed; a page served as RSS is none, and names its feeds."""
    body = "<rss version='2.0'><channel><title>Größe</title><item><title>x</title></item></channel></rss>".encode()
    document = parse_feed(body, "https://x.example/", "text/html; charset=undefined")
    assert (document.outcome, document.title) == (Outcome.OK, "Größe")
    page = (
        b"<!doctype html><html><head><link rel=alternate type='application/rss+xml' href=/feed></head></html>"
    )
    document = parse_feed(page, "https://x.example/news", "application/rss+xml")
    assert (document.outcome, document.discovered) == (Outcome.NOT_FEED, ("https://x.example/feed",))


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", Outcome.ERROR),
        (b"<html>502</html>", Outcome.NOT_FEED),
        (b"<rss><channel><title>t</title></channel></rss>", Outcome.OK),
    ],
)
def test_req_28_an_error_page_un_sees_nothing(body: bytes, outcome: Outcome) -> None:
    """An error page, an empty body and a feed without items leave window, baseline and the seen entries alone; re-appearance is not new."""
    document = parse_feed(body, URL)
    assert document.outcome is outcome
    judged = judge(keyed(document.entries).candidates, {})
    after = poll(state(), ok(body), document, known=overlap(judged), new=0)
    assert (after.window, after.baselined, after.last_new) == (15, True, state().last_new)
    assert after.outcome is outcome


def test_req_29_knows_a_feeds_health() -> None:
    """Last ok, last new, the streak in words, the reason of the plan, and how long news usually takes."""
    after = poll(state(usual_gap=HOUR), ok(), DOCUMENT)
    assert (after.last_ok, after.last_new) == (NOW, NOW)
    assert after.usual_gap == 0.7 * HOUR + 0.3 * 2 * HOUR
    broken = poll(after, failed(Outcome.ERROR, 500, error="HTTP 500"))
    assert broken.reason_detail == "in 5 min: 1 error (HTTP 500)"
    assert notices(replace(broken, errors=9, failing_since=NOW - DAY), failed(Outcome.ERROR, 500)) == [
        "failing"
    ]


def test_req_29_a_clock_set_back_leaves_no_negative_pause() -> None:
    """A last new entry in the future is a wrong clock's; the usual pause between entries is no less than nothing."""
    after = poll(state(last_new=NOW + 90 * DAY), ok(), DOCUMENT)
    assert after.usual_gap == timedelta()


def test_req_29_says_when_a_feed_is_silent() -> None:
    """Silent for much longer than usual, and only while it can be read at all."""
    quiet = state(last_new=NOW - 9 * DAY, usual_gap=6 * HOUR)
    assert silence(quiet, NOW) == "silent for 9 days (usually 6 h)"
    assert silence(replace(quiet, last_new=NOW - HOUR), NOW) is None
    assert silence(replace(quiet, errors=1), NOW) is None
    assert silence(replace(quiet, usual_gap=30 * DAY), NOW) is None


def test_req_29_alarms_when_no_feed_can_be_read() -> None:
    """No success anywhere for two hours is our own trouble; one success ends the alarm."""
    down = state(last_ok=NOW - 3 * HOUR, errors=5)
    assert "2 could be read for 3 h" in (outage([down, down], NOW) or "")
    assert outage([down, state()], NOW) is None
    assert outage([replace(down, last_ok=NOW - HOUR)], NOW) is None
    assert outage([], NOW) is None
    assert outage([FeedState("new", URL, URL)], NOW) is None


def test_req_30_keeps_what_was_seen() -> None:
    """Keys are kept for 90 days, and for four windows of the feed at least; what re-appears is not new."""
    since, least = keep_seen(500, NOW)
    assert NOW - since == 90 * DAY
    assert least >= 4 * 500
    candidates = keyed(ENTRIES).candidates
    seen = {key: Seen("a", candidate.fingerprint) for candidate in candidates for key in candidate.keys}
    assert {item.verdict for item in judge(candidates, seen)} == {Verdict.KNOWN}


def test_req_31_the_decision_on_a_feed_needs_nothing_of_the_others() -> None:
    """The state after a poll depends on the feed's own values alone: the same values give the same state."""
    assert poll(state(), ok(), DOCUMENT) == poll(state(), ok(), DOCUMENT)
