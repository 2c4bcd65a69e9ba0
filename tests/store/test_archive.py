"""The archive keeps what was found as it was found, and gives it back in order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import StoreError
from monitor.models import Article, Completeness, PollRecord, Revision
from monitor.store import ArchiveCounts, Store
from tests.standins.ledger import NOW, after, article, collect, found, id_of, match, with_feed

WHOLE = Article(
    text="A title\n\nWords with \x00 and \udc80.\n",
    title="A title",
    url="https://www.outlet.example/a?utm_source=x",
    canonical="https://outlet.example/a",
    id="0123456789abcdef",
    authors=("Ann", "Bö"),
    published=datetime(2026, 3, 1, 5, 6, 7, 8, tzinfo=UTC),
    modified=datetime(2026, 3, 1, 6, tzinfo=UTC),
    date_source="json-ld",
    image="https://outlet.example/a.jpg",
    language="en",
    site="The Outlet",
    description="What it is about",
    outlet="The Outlet",
    feed="outlet",
    categories=("Tax", "US"),
    country="US",
    completeness=Completeness.TEASER,
    confidence=0.123456789,
    first_seen=NOW,
    note="page: HTTP 403",
)


DAYS = timedelta(days=3)


def everything(one: Article) -> dict[str, object]:
    """Return all fields, those that take no part in comparison too."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


def names(store: Store, **query: object) -> list[str]:
    """Return the short names of a stream of articles."""
    return [one.url.rpartition("/")[2] for one in store.archive.articles(**query)]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [WHOLE.text, "", "\0", "x" * 999, "x" * 1000, "é" * 5000])
def test_an_article_round_trips_with_all_its_metadata(store: Store, text: str) -> None:
    """Its text is kept byte for byte, whatever letters it holds, compressed or not."""
    collect(store, replace(found("x"), article=replace(WHOLE, text=text)))
    kept = store.archive.article(WHOLE.id)
    assert kept is not None
    assert everything(kept) == everything(replace(WHOLE, text=text))


def test_an_article_is_first_seen_with_its_batch(store: Store) -> None:
    """Not when it was read: a slot built in between has not carried it, the next one will."""
    collect(store, replace(found("x"), article=WHOLE, first_seen=after(minutes=2)))
    kept = store.archive.article(WHOLE.id)
    assert kept is not None
    assert kept.first_seen == after(minutes=2)


def test_an_unknown_article_is_none(store: Store) -> None:
    """Asking is not an error."""
    assert store.archive.article("nothing") is None
    assert store.archive.story_of("nothing") is None
    assert store.archive.matches_of("nothing") == ()


def test_matches_round_trip_highest_score_first(store: Store) -> None:
    """Spans, rank and the teaser mark come back as they were found."""
    weak, strong = replace(match("tax", 10.5), teaser_only=True), match("irs", 90.0)
    collect(store, replace(found("a"), matches=(weak, strong)))
    assert store.archive.matches_of(id_of("a")) == (strong, weak)


def test_the_same_page_in_two_feeds_is_stored_once_as_first_seen(store: Store) -> None:
    """Within a batch and across batches, the first one wins and the second changes nothing."""
    collect(store, found("a", outlet="First"), found("a", outlet="Second", topics=("tax",)))
    collect(store, found("a", after(hours=1), outlet="Third", topics=("tax",)), at=after(hours=1))
    kept = store.archive.article(id_of("a"))
    assert kept is not None
    assert (kept.outlet, kept.first_seen) == ("First", NOW)
    assert [one.topic for one in store.archive.matches_of(id_of("a"))] == ["irs"]


def test_an_article_without_first_sight_is_seen_now(store: Store) -> None:
    """The slot it belongs to is decided by when it was stored, if nobody said otherwise."""
    collect(store, replace(found("a"), article=replace(article("a"), first_seen=None)), at=after(minutes=7))
    assert [one.first_seen for one in store.archive.articles()] == [after(minutes=7)]


def test_a_stream_is_in_order_of_first_sight_and_within_its_bounds(store: Store) -> None:
    """`since` is outside and `until` inside: consecutive spans neither miss nor repeat an article."""
    collect(store, *(found(name, after(minutes=i)) for i, name in enumerate("abcd")))
    assert names(store) == ["d", "c", "b", "a"]
    assert names(store, newest_first=False) == ["a", "b", "c", "d"]
    assert names(store, since=NOW, until=after(minutes=2)) == ["c", "b"]
    assert names(store, limit=1) == ["d"]
    assert names(store, limit=0) == []


def test_a_stream_longer_than_a_page_is_whole_also_when_many_came_at_once(store: Store) -> None:
    """Paging goes by (first_seen, id), so that equal instants at a page's edge are neither lost nor doubled."""
    collect(store, *(found(f"n{i}", after(minutes=i // 300)) for i in range(501)))
    for newest_first in (True, False):
        assert sorted(names(store, newest_first=newest_first)) == sorted(f"n{i}" for i in range(501))
    assert len(names(store, limit=450)) == 450


def test_a_stream_can_be_of_one_feed_or_of_what_matched(store: Store) -> None:
    """These are the questions of `monitor articles list`."""
    collect(store, found("a"), found("b", topics=()), found("c", feed="other"))
    assert sorted(names(store, matched=True)) == ["a", "c"]
    assert names(store, matched=False) == ["b"]
    assert names(store, feed="other") == ["c"]


def test_a_stream_holds_no_transaction_open(store: Store) -> None:
    """Whoever reads slowly must not keep the collector from writing, or the WAL from being taken in."""
    collect(store, *(found(f"n{i}", after(seconds=i)) for i in range(250)))
    stream = store.archive.articles()
    next(stream)
    collect(store, found("late", after(hours=1)))
    assert len(list(stream)) == 249


def test_a_revision_replaces_the_article_and_keeps_the_old_form(store: Store) -> None:
    """Spec: the new form is stored, the old one kept as a version, with the sentence on what changed."""
    collect(store, found("a"))
    new = article("a", title="New", text="New\n\nOther words.\n", feed="other")
    revision = Revision(new, (match("tax"),), "87,000 -> 80,000")
    store.save_polls([PollRecord(with_feed(store), revised=(revision,))], after(hours=1))
    kept = store.archive.article(id_of("a"))
    (version,) = store.archive.versions(id_of("a"))
    assert kept is not None
    assert (kept.title, kept.text, kept.first_seen, kept.feed) == ("New", new.text, NOW, "outlet")
    assert everything(version.article) == everything(article("a"))
    assert (version.change, version.replaced_at) == ("87,000 -> 80,000", after(hours=1))
    assert [one.topic for one in store.archive.matches_of(id_of("a"))] == ["tax"]


def test_revising_what_retention_dropped_is_no_error(store: Store) -> None:
    """A feed may change an entry older than the archive."""
    store.save_polls([PollRecord(with_feed(store), revised=(Revision(article("gone"), (match(),)),))], NOW)
    assert store.archive.article(id_of("gone")) is None


def test_matches_can_be_replaced_after_a_rule_changed(store: Store) -> None:
    """What no longer matches is no longer listed as matched, and the other way round; unknown ids are ignored."""
    collect(store, found("a"), found("b", topics=()), found("c"))
    store.archive.replace_matches(
        {id_of("a"): (), id_of("b"): (match("tax"), match("irs")), "unknown": (match(),)}
    )
    assert sorted(names(store, matched=True)) == ["b", "c"]
    assert {one.topic for one in store.archive.matches_of(id_of("b"))} == {"tax", "irs"}


def test_sketches_of_the_window_are_given_oldest_first(store: Store) -> None:
    """The stories index is rebuilt from them at start-up, in the order in which it was built."""
    collect(
        store,
        found("a", sketch=b"1", story="s"),
        found("b", after(hours=2), sketch=b"2"),
        found("c", after(hours=1)),
    )
    assert list(store.archive.sketches(after(hours=-1), DAYS, 9)) == [
        (id_of("a"), "s", "The Outlet", NOW, b"1", None),
        (id_of("b"), id_of("b"), "The Outlet", after(hours=2), b"2", None),
    ]
    assert [row[0] for row in store.archive.sketches(NOW, DAYS, 9)] == [id_of("b")]


def test_of_what_was_old_when_it_was_seen_only_the_last_sketches_are_given(store: Store) -> None:
    """A new feed's backlog does not fill the memory after every start; news and undated articles all come."""
    collect(
        store,
        *(found(f"old-{n}", after(minutes=n), sketch=b"1", published=after(days=-9)) for n in range(5)),
        found("news", NOW, sketch=b"2", published=after(days=-2)),
        found("undated", NOW, sketch=b"3"),
    )
    given = {row[0] for row in store.archive.sketches(after(hours=-1), DAYS, 1)}
    assert given == {id_of(name) for name in ("news", "undated", "old-3", "old-4")}
    assert len(list(store.archive.sketches(after(hours=-1), DAYS, 9))) == 7


def test_the_archive_counts_itself(store: Store) -> None:
    """A digest's footer and `monitor status` say how much was seen."""
    collect(store, found("a"), found("b", after(hours=1), topics=()))
    assert store.archive.counts() == ArchiveCounts(articles=2, matched=1, texts=2, versions=0)
    assert store.archive.seen_between(NOW, after(hours=1)) == 1
    assert store.archive.known([id_of("a"), "other"]) == {id_of("a")}


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    """Keys without their article would lose it for ever: a failure in the middle undoes the batch."""
    state = with_feed(store)
    broken = replace(found("b"), sketch=object())  # type: ignore[arg-type]  # what no database stores
    with pytest.raises(StoreError):
        store.save_polls([PollRecord(replace(state, errors=9), new=(found("a"), broken))], NOW)
    assert store.feeds.state("outlet") == state
    assert store.archive.counts().articles == 0
