"""Rules of the order of polls: a place for all polls, fewer for those of one site, sites in turn."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.models import FeedState
from monitor.pipeline.queues import SiteQueues


def due(name: str, site: str) -> FeedState:
    """Return the state of a feed at a site."""
    address = f"https://feeds.{site}.example/{name}"
    return FeedState(name, address, address)


def started(queues: SiteQueues) -> list[str]:
    """Return the names of the feeds that may start now."""
    return [state.name for state in queues.starting()]


def test_req_31_a_site_takes_few_places() -> None:
    """Of a hundred feeds of one site `per_site` start; the feed of another site, which fell due after all of them, starts beside them."""
    queues = SiteQueues(at_once=10, per_site=3)
    for number in range(100):
        queues.add(due(f"slow-{number}", "slow"))
    queues.add(due("quick", "quick"))
    assert started(queues) == ["slow-0", "quick", "slow-1", "slow-2"]
    queues.ended("slow-1")
    assert started(queues) == ["slow-3"]


def test_no_more_than_all_places_are_taken() -> None:
    """`at_once` holds over all sites; a place that is given back is taken by the site that waited longest."""
    queues = SiteQueues(at_once=2, per_site=2)
    for site in "abc":
        queues.add(due(site, site))
    assert started(queues) == ["a", "b"]
    assert started(queues) == []
    queues.ended("a")
    assert started(queues) == ["c"]


def test_a_feed_is_queued_once() -> None:
    """A feed that waits, or is under way, is not queued again; one that has ended may be."""
    queues = SiteQueues(at_once=1, per_site=1)
    for _ in range(2):
        queues.add(due("one", "a"))
        queues.add(due("two", "b"))
    assert (started(queues), len(queues)) == (["one"], 2)
    queues.add(due("one", "a"))
    assert len(queues) == 2
    queues.ended("one")
    queues.add(due("one", "a"))
    assert (started(queues), len(queues)) == (["two"], 2)


def test_what_waits_can_be_forgotten() -> None:
    """`clear` forgets the waiting, not those under way, whose places stay taken."""
    queues = SiteQueues(at_once=1, per_site=1)
    queues.add(due("one", "a"))
    assert started(queues) == ["one"]
    queues.add(due("two", "b"))
    queues.clear()
    assert ("one" in queues, "two" in queues) == (True, False)
    queues.ended("one")
    assert started(queues) == []


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60),
    st.integers(1, 5),
    st.integers(1, 3),
)
def test_every_feed_starts_once_and_the_limits_hold(
    events: list[tuple[str, bool]], at_once: int, per_site: int
) -> None:
    """Whatever falls due and ends in whatever order: limits hold at every moment, no place is left empty, nobody is forgotten."""
    queues = SiteQueues(at_once, per_site)
    under_way: dict[str, str] = {}
    waiting: dict[str, str] = {}
    seen: list[str] = []
    queued = 0

    def go_on() -> None:
        for state in queues.starting():
            under_way[state.name] = waiting.pop(state.name)
            seen.append(state.name)
        sites = Counter(under_way.values())
        assert len(under_way) <= at_once
        assert all(count <= per_site for count in sites.values())
        free = [site for site in waiting.values() if sites[site] < per_site]
        assert len(under_way) == at_once or not free
        assert len(queues) == len(under_way) + len(waiting)

    for number, (site, ends) in enumerate(events):
        if ends and under_way:
            name = next(iter(under_way))
            del under_way[name]
            queues.ended(name)
        else:
            queued += 1
            waiting[f"{site}-{number}"] = site
            queues.add(due(f"{site}-{number}", site))
        go_on()
    while under_way:
        name = next(iter(under_way))
        del under_way[name]
        queues.ended(name)
        go_on()
    assert len(seen) == len(set(seen)) == queued
