"""What is remembered about feeds between polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.models import FeedState, Gap, PollHints, PollRecord, Seen, Validators
from monitor.store import Store
from monitor.store.codec import instant
from monitor.store.feeds import CHUNK, chunks, row_state, state_row
from tests.standins.ledger import NOW, after, feed, id_of, sighted, with_feed

LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
MOMENTS = st.integers(0, 10**16).map(instant)
SPANS = st.timedeltas(timedelta(0), timedelta(days=400))
st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(timedelta, SPANS)
WIRE = st.none() | st.text(max_size=20)  # what a server sends, lone surrogates for odd bytes included
VALIDATORS = st.builds(Validators, WIRE, WIRE, st.none() | MOMENTS, st.none() | LETTERS)
HINTS = st.builds(
    PollHints,
    st.none() | SPANS,
    st.none() | SPANS,
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)
STATES = st.builds(
    FeedState,
    name=st.just("outlet"),
    validators=VALIDATORS,
    errors=st.integers(0, 10**6),
    window=st.integers(0, 10**6),
    gaps=st.integers(0, 10**6),
    strikes=st.integers(0, 9),
    untrusted=st.frozensets(st.sampled_from(["guid", "link"])),
    hints=HINTS,
    **dict.fromkeys(("adaptive", "usual_gap", "lifetime"), st.none() | SPANS),
    **dict.fromkeys(
        ("configured_url", "url", "body_hash", "reason_detail", "error", "told", "title"), LETTERS
    ),
    **dict.fromkeys(("moved_to", "previous_url"), st.none() | LETTERS),
)


@settings(deadline=None)  # the clock of a busy machine is no rule of ours
@given(STATES)
def test_a_state_round_trips_exactly_through_its_row(state: FeedState) -> None:
    """Every field of FeedState has its column: a new one that is forgotten here fails this test."""
    assert row_state(state_row(state)) == state


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STATES)
def test_a_state_round_trips_exactly_through_the_database(store: Store, state: FeedState) -> None:
    """Microseconds, odd validators and empty texts come back as they were stored."""
    with_feed(store)
    store.save_polls([PollRecord(state)], NOW)
    assert store.feeds.state("outlet") == state


def test_what_a_database_refuses_is_replaced_and_validators_kept_byte_for_byte(store: Store) -> None:
    """A NUL or lone surrogate in an error or title must not fail the batch; an ETag is a token, not a text."""
    state = replace(
        with_feed(store),
        title="a\x00b\udcffc",
        error="\udc80",
        validators=Validators('W/"\udcff\x00"', "Mon, 32 Foo"),
    )
    store.save_polls([PollRecord(state)], NOW)
    assert store.feeds.state("outlet") == replace(state, title="a�b�c", error="�")


def test_new_feeds_are_polled_when_the_spread_says(store: Store) -> None:
    """A start with many feeds must not poll all of them in the same second."""
    store.feeds.sync([feed("a"), feed("b")], {"a": after(minutes=5)}, NOW)
    polls = {state.name: state.next_poll for state in store.feeds.states()}
    assert polls == {"a": after(minutes=5), "b": NOW}
    assert all(state.first_seen == NOW for state in store.feeds.states())


def test_a_restart_keeps_every_plan(store: Store) -> None:
    """Spec 13: a restart never polls earlier than planned."""
    state = replace(with_feed(store), next_poll=after(hours=3), errors=2)
    store.save_polls([PollRecord(state)], NOW)
    store.feeds.sync([feed()], {"outlet": NOW}, after(minutes=1))
    assert store.feeds.state("outlet") == state


def test_a_removed_feed_rests_and_comes_back_with_what_it_knew(store: Store) -> None:
    """Commenting a feed out for a day must not announce all its entries again."""
    state = replace(with_feed(store), baselined=True)
    store.save_polls([PollRecord(state, (sighted("a"),))], NOW)
    store.feeds.sync([], {}, NOW)
    assert store.feeds.states() == []
    assert store.feeds.due(after(days=1)) == []
    assert [one.name for one in store.feeds.states(resting=True)] == ["outlet"]
    store.feeds.sync([feed()], {}, NOW)
    assert store.feeds.states() == [state]
    assert store.feeds.seen("outlet", ["a"]) == {"a": Seen(id_of("a"), "print")}


def test_a_new_address_drops_what_was_bound_to_the_old_one(store: Store) -> None:
    """Spec 22: validators are bound to the URL; another feed under the same name is baselined anew, and no longer gone."""
    state = replace(
        with_feed(store),
        validators=Validators("x"),
        body_hash="h",
        baselined=True,
        gone=True,
        errors=3,
        next_poll=None,
    )
    store.save_polls([PollRecord(state)], NOW)
    store.feeds.sync([feed(url="https://other.example/feed")], {"outlet": after(minutes=1)}, NOW)
    now = store.feeds.state("outlet")
    assert now is not None
    assert (now.url, now.previous_url) == ("https://other.example/feed", state.url)
    assert (now.validators, now.body_hash, now.errors) == (Validators(), "", 0)
    assert (now.gone, now.baselined, now.next_poll) == (False, False, after(minutes=1))


def test_following_a_move_in_the_configuration_is_no_new_feed(store: Store) -> None:
    """An operator who writes down the address the feed moved to, or https, must not lose what came in between to a baseline."""
    for url in ("https://outlet.example/feed/", "http://www.outlet.example/feed", "https://moved.example/x"):
        state = replace(with_feed(store), baselined=True, moved_to="https://moved.example/x")
        store.save_polls([PollRecord(state)], NOW)
        store.feeds.sync([feed(url=url)], {}, NOW)
        now = store.feeds.state("outlet")
        assert now is not None
        assert now.baselined, url
        store.feeds.sync([feed()], {}, NOW)


def test_due_feeds_come_longest_due_first_and_no_more_than_asked(store: Store) -> None:
    """After downtime the most overdue feed is read first."""
    first = {"a": after(minutes=3), "b": after(minutes=1), "c": after(minutes=2), "d": after(hours=1)}
    store.feeds.sync([feed(name) for name in first], first, NOW)
    assert [state.name for state in store.feeds.due(after(minutes=5))] == ["b", "c", "a"]
    assert [state.name for state in store.feeds.due(after(minutes=5), limit=2)] == ["b", "c"]


def test_a_gone_feed_is_never_due(store: Store) -> None:
    """Spec 18: 410 stops polling, across restarts."""
    state = replace(with_feed(store), gone=True)
    store.save_polls([PollRecord(state)], NOW)
    assert store.feeds.due(after(days=99)) == []


def test_a_leased_feed_is_withheld_until_its_poll_is_saved_or_the_lease_ends(store: Store) -> None:
    """Several daemons share the feeds; one that dies gives them back by time."""
    state = with_feed(store)
    lease = timedelta(minutes=5)
    assert store.feeds.due(NOW, lease=lease) == [state]
    assert store.feeds.due(after(minutes=4), lease=lease) == []
    assert store.feeds.due(after(minutes=5), lease=lease) == [state]
    store.save_polls([PollRecord(state)], after(minutes=6))
    assert store.feeds.due(after(minutes=6)) == [state]


def test_a_killed_daemons_feeds_are_given_back_at_once(store: Store) -> None:
    """Whoever knows that a claimant is dead need not wait for its leases; the living keep theirs."""
    states = [with_feed(store, "one"), with_feed(store, "two")]
    lease = timedelta(minutes=15)
    assert store.feeds.due(NOW, 1, lease, "dead") == states[:1]
    assert store.feeds.due(NOW, 1, lease, "living") == states[1:]
    assert store.feeds.claimants() == {"dead", "living"}
    assert store.feeds.give_back("dead") == 1
    assert store.feeds.due(NOW, lease=lease, owner="next") == states[:1]
    store.save_polls([PollRecord(state) for state in states], NOW)
    assert store.feeds.claimants() == set(), "a saved poll is nobody's any more"


def test_keys_lead_to_their_article_within_their_feed_only(store: Store) -> None:
    """Two feeds may use the same guid for different things; a megabyte of guid is a key like any other."""
    states = [with_feed(store, "one"), with_feed(store, "two")]
    long = "g" * 1_000_000
    store.save_polls([PollRecord(states[0], (sighted("a", "guid", long),))], NOW)
    assert store.feeds.seen("one", ["guid", long, "other"]) == {
        "guid": Seen(id_of("a"), "print"),
        long: Seen(id_of("a"), "print"),
    }
    assert store.feeds.seen("two", ["guid"]) == {}
    assert store.feeds.seen("unknown", ["guid"]) == {}


def test_a_later_sighting_under_the_same_key_replaces_the_fingerprint(store: Store) -> None:
    """The fingerprint is that of the text last seen, so that a change is a change once."""
    state = with_feed(store)
    store.save_polls([PollRecord(state, (sighted("a", fingerprint="1"),))], NOW)
    store.save_polls([PollRecord(state, (sighted("a", fingerprint="2"), sighted("a", fingerprint="3")))], NOW)
    assert store.feeds.seen("outlet", ["a"]) == {"a": Seen(id_of("a"), "3")}


def test_many_keys_are_looked_up_in_one_call(store: Store) -> None:
    """A document of 2,000 items has up to 4,000 keys, more than one IN list should hold."""
    state = with_feed(store)
    store.save_polls([PollRecord(state, (sighted("a", *map(str, range(1200))),))], NOW)
    assert len(store.feeds.seen("outlet", list(map(str, range(2000))))) == 1200


def test_touched_keys_are_no_longer_stale(store: Store) -> None:
    """A key is touched once a day, so that it outlives retention without a write a poll."""
    state = with_feed(store)
    store.save_polls([PollRecord(state, (sighted("a"), sighted("b")))], NOW)
    assert store.feeds.stale("outlet", ["a", "b", "c"], after(days=1)) == {"a", "b"}
    store.save_polls([PollRecord(state, touched=("a",))], after(days=2))
    assert store.feeds.stale("outlet", ["a", "b"], after(days=1)) == {"b"}


def test_a_host_is_quiet_as_long_as_the_longest_wish_and_no_longer(store: Store) -> None:
    """Spec 15: a 429 silences the host; a second, shorter one does not shorten it."""
    state = with_feed(store)
    store.save_polls(
        [PollRecord(state, quiet=("h", after(hours=2))), PollRecord(state, quiet=("h", after(hours=1)))], NOW
    )
    store.save_polls([PollRecord(state, quiet=("h", after(minutes=5)))], NOW)
    assert store.feeds.quiet_hosts(NOW) == {"h": after(hours=2)}
    assert store.feeds.quiet_hosts(after(hours=2)) == {}


def test_gaps_are_kept_in_order(store: Store) -> None:
    """Spec 11: two polls without overlap leave a record of when entries may have been missed."""
    state = with_feed(store)
    gaps = [Gap(NOW, after(hours=1)), Gap(after(hours=5), after(hours=6), 4)]
    store.save_polls([PollRecord(state, gap=gaps[1]), PollRecord(state, gap=gaps[0])], NOW)
    assert store.feeds.gaps("outlet") == gaps


def test_an_empty_batch_writes_nothing(store: Store) -> None:
    """A tick with nothing to save must not open a transaction."""
    store.save_polls([], NOW)


@given(st.lists(st.integers(), max_size=3 * CHUNK))
def test_lists_for_in_come_in_few_lengths(values: list[int]) -> None:
    """Every value is in one of the lists and nothing else is; their lengths are powers of two, so that few statements are prepared."""
    lists = list(chunks(values))
    assert {value for one in lists for value in one} == set(values)
    assert {len(one) for one in lists} <= {2**power for power in range(CHUNK.bit_length())}
    assert sum(map(len, lists)) < 2 * len(values) + 1
