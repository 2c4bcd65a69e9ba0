"""New, known or changed: the rules of identity, stated one by one and as properties over generated documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.identity import Judged, Verdict, entry_date, guid_name, judge, keyed, overlap
from monitor.models import Entry, Seen

NOW = datetime(2025, 3, 4, 9, tzinfo=UTC)


def entry(number: int, **changes: object) -> Entry:
    """An ordinary entry: its own guid, link, title and summary."""
    plain = Entry(
        id=f"guid-{number}",
        url=f"https://paper.example/{number}",
        title=f"Story {number}",
        summary=f"<p>Summary {number}</p>",
        published=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class Memory:
    """A store's memory of one feed, as a dictionary: poll after poll, what is new?"""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.untrusted: frozenset[str] = frozenset()

    def poll(self, *entries: Entry) -> list[Judged]:
        found = keyed(entries, self.untrusted)
        self.untrusted = found.untrusted
        judged = list(judge(found.candidates, self.seen))
        for item in judged:
            article = item.article or item.candidate.keys[-1]
            self.seen.update({key: Seen(article, item.candidate.fingerprint) for key in item.candidate.keys})
        return judged

    def new(self, *entries: Entry) -> list[str]:
        """The titles of what a poll finds new."""
        return [item.candidate.entry.title for item in self.poll(*entries) if item.verdict is Verdict.NEW]


def verdicts(judged: list[Judged]) -> list[Verdict]:
    return [item.verdict for item in judged]


def test_a_second_look_finds_nothing_new() -> None:
    """What was seen is known, in any order, alone or in company."""
    memory = Memory()
    assert len(memory.new(entry(1), entry(2))) == 2
    assert memory.new(entry(2), entry(1)) == []
    assert memory.new(entry(2)) == []


def test_an_entry_that_re_appears_is_not_new() -> None:
    """An entry that was gone for some polls, or that came back after an error page, is known."""
    memory = Memory()
    memory.poll(entry(1), entry(2))
    memory.poll(entry(2))
    memory.poll()
    assert memory.new(entry(1), entry(2)) == []


@pytest.mark.parametrize(
    "later",
    [
        entry(1, published=NOW + timedelta(days=3), updated=NOW),
        entry(1, published=None),
        entry(1, summary="<div>Summary <b>1</b><img src='count.gif?9'></div>"),
        entry(1, url="http://www.paper.example/1?utm_source=rss"),
    ],
)
def test_trifles_are_no_change(later: Entry) -> None:
    """A changed date alone, other markup round the same words, other tracking on the same link: known, unchanged."""
    memory = Memory()
    memory.poll(entry(1))
    assert verdicts(memory.poll(later)) == [Verdict.KNOWN]


@pytest.mark.parametrize(
    "later",
    [
        entry(1, title="Story 1, corrected"),
        entry(1, summary="Another summary"),
        entry(1, content="Now with content"),
        entry(1, url="https://paper.example/moved"),
        entry(1, id="another-guid"),
    ],
)
def test_changed_texts_and_links_are_a_change_and_never_new(later: Entry) -> None:
    """Whatever changes but one trusted name, the entry is the article it was; a changed guid alone is not even a change."""
    memory = Memory()
    [first] = memory.poll(entry(1))
    [second] = memory.poll(later)
    assert second.verdict is (Verdict.KNOWN if later.id == "another-guid" else Verdict.CHANGED)
    assert second.article == first.candidate.keys[-1]


def test_a_change_is_told_once() -> None:
    """The changed form is what the next poll compares with."""
    memory = Memory()
    memory.poll(entry(1))
    assert verdicts(memory.poll(entry(1, title="Other"))) == [Verdict.CHANGED]
    assert verdicts(memory.poll(entry(1, title="Other"))) == [Verdict.KNOWN]


def test_a_guid_shared_by_different_stories_identifies_nothing() -> None:
    """A court's feed gives one guid to all of a day: each story counts, now and when others come under the same guid."""
    memory = Memory()
    day = [entry(n, id="2025-03-04", url="https://court.example/list") for n in range(6)]
    assert len(memory.new(*day)) == 6
    assert memory.untrusted == {"guid", "link"}
    assert memory.new(*day) == []
    assert memory.new(*day, entry(7, id="2025-03-04", url="https://court.example/list")) == ["Story 7"]
    assert memory.new(entry(8, id="2025-03-04", url="https://court.example/list")) == ["Story 8"]


def test_a_link_shared_by_entries_with_their_own_guids_identifies_nothing() -> None:
    """A live blog's entries share a page; their guids tell them apart."""
    memory = Memory()
    blog = [entry(n, url="https://paper.example/live") for n in range(4)]
    assert len(memory.new(*blog)) == 4
    assert memory.new(entry(9, url="https://paper.example/live"), *blog) == ["Story 9"]


def test_one_collision_does_not_cost_the_feed_its_trust() -> None:
    """Up to one entry in twenty may collide before a name is distrusted; those that collide are still told apart."""
    memory = Memory()
    many = [entry(n) for n in range(60)]
    twins = [entry(100, id="twin"), entry(101, id="twin")]
    assert len(memory.new(*many, *twins)) == 62
    assert memory.untrusted == frozenset()
    assert memory.new(*twins, *many) == []


def test_distrust_later_does_not_re_announce() -> None:
    """When a name stops being trusted, entries seen under it before are still known: their exact keys were stored too."""
    memory = Memory()
    first = entry(1, id="shared", url=None)
    assert memory.new(first) == ["Story 1"]
    assert memory.new(first, entry(2, id="shared", url=None), entry(3, id="shared", url=None)) == [
        "Story 2",
        "Story 3",
    ]
    assert memory.untrusted == {"guid"}


def test_without_names_the_text_is_the_identity() -> None:
    """No guid, no link: title and summary; never the date or the position."""
    memory = Memory()
    notes = [
        Entry(title="Works in Elm Street", summary="From Monday"),
        Entry(title="Works in Elm Street", summary="From Tuesday"),
    ]
    assert len(memory.new(*notes)) == 2
    assert memory.new(*(replace(note, published=NOW) for note in reversed(notes))) == []


def test_the_same_words_leading_elsewhere_are_another_entry() -> None:
    """Entries without guid and link that say the same and lead to different places are told apart."""
    notes = [Entry(summary=f"<a href='https://paper.example/{n}'>Read more</a>") for n in range(3)]
    assert len(Memory().poll(*notes)) == 3


def test_the_same_entry_twice_in_a_document_is_one() -> None:
    """A double is merged, and the fuller of the two speaks."""
    [judged] = Memory().poll(entry(1), entry(1, content="<p>Long text</p>"))
    assert judged.candidate.entry.content == "<p>Long text</p>"


@pytest.mark.parametrize(
    "guid", ["https://www.paper.example/?p=1", "http://paper.example/?p=1", "  HTTPS://paper.example/?p=1\n"]
)
def test_guids_lose_scheme_and_www(guid: str) -> None:
    """A site that moves to https changes all its guids at once; its stories are the same."""
    assert guid_name(guid) == "paper.example/?p=1"


def test_long_guids_cost_nothing() -> None:
    """A guid of a megabyte makes keys as short as any other."""
    [candidate] = keyed([entry(1, id="g" * 2**20)]).candidates
    assert {len(key) for key in candidate.keys} == {24}


def test_overlap_is_the_known_share() -> None:
    """Two known of three; an empty document proves nothing."""
    memory = Memory()
    memory.poll(entry(1), entry(2))
    assert overlap(memory.poll(entry(1), entry(2), entry(3))) == pytest.approx(2 / 3)
    assert overlap([]) is None


@pytest.mark.parametrize(
    ("published", "updated", "expected", "source"),
    [
        (NOW - timedelta(hours=1), NOW, NOW - timedelta(hours=1), "feed"),
        (None, NOW - timedelta(hours=2), NOW - timedelta(hours=2), "feed"),
        (NOW + timedelta(minutes=30), None, NOW, "feed"),
        (NOW + timedelta(hours=2), None, NOW, "implausible"),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW - timedelta(hours=2), NOW - timedelta(hours=2), "feed"),
        (datetime(1, 1, 1, tzinfo=UTC), None, NOW, "implausible"),
        (None, None, NOW, "first-seen"),
    ],
)
def test_dates_entries_plausibly(
    published: datetime | None, updated: datetime | None, expected: datetime, source: str
) -> None:
    """Published, else updated, else first seen; the future and the time before 1990 are not believed, and that is said."""
    assert entry_date(Entry(published=published, updated=updated), NOW) == (expected, source)


# -- properties -------------------------------------------------------------------------------------------------------------------------

few = st.integers(0, 4)
odd_entries = st.builds(
    Entry,
    id=st.one_of(
        st.none(), few.map(lambda n: f"g{n}"), st.just("https://www.paper.example/g"), st.text(max_size=5)
    ),
    url=st.one_of(st.none(), few.map(lambda n: f"https://paper.example/{n}?utm_source=x")),
    title=few.map(lambda n: f"Title {n}"),
    summary=st.sampled_from(["", "<p>One</p>", "Two"]),
    content=st.sampled_from(["", "<p>Long</p>"]),
    published=st.one_of(st.none(), st.integers(-10, 10).map(lambda hours: NOW + timedelta(hours=hours))),
)
documents = st.lists(odd_entries, max_size=12)


@given(documents, st.randoms(use_true_random=False))
def test_order_never_matters(entries: list[Entry], random: object) -> None:
    """The same entries in any order have the same keys, so none becomes new by being moved."""
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = keyed(entries), keyed(shuffled)
    assert one.untrusted == other.untrusted
    assert {key for c in one.candidates for key in c.keys} == {
        key for c in other.candidates for key in c.keys
    }


@given(documents, st.randoms(use_true_random=False))
def test_a_shuffled_document_announces_nothing(entries: list[Entry], random: object) -> None:
    """Polled again in another order, nothing is new."""
    memory = Memory()
    memory.poll(*entries)
    random.shuffle(entries)  # type: ignore[attr-defined]
    assert memory.new(*entries) == []


@given(documents, st.lists(st.integers(-100_000, 100_000), min_size=12, max_size=12))
def test_dates_never_announce(entries: list[Entry], shifts: list[int]) -> None:
    """Publishers touch dates at will: no date change makes an entry new, or even changed."""
    memory = Memory()
    memory.poll(*entries)
    touched = [
        replace(item, published=NOW + timedelta(minutes=shift), updated=None)
        for item, shift in zip(entries, shifts, strict=False)
    ]
    assert Verdict.NEW not in verdicts(memory.poll(*touched))


@given(documents, documents)
def test_re_appearance_is_not_new(first: list[Entry], between: list[Entry]) -> None:
    """Whatever comes in between, and whatever trust it costs, entries of the first poll are not announced again by the third."""
    memory = Memory()
    memory.poll(*first)
    memory.poll(*between)
    assert memory.new(*first) == []


@given(documents)
def test_every_text_is_announced(entries: list[Entry]) -> None:
    """Nothing is lost: of entries with different names and texts, each is found new."""
    distinct = [
        replace(item, id=f"own-{n}", url=f"https://own.example/{n}") for n, item in enumerate(entries)
    ]
    assert len(Memory().poll(*distinct)) == len(distinct)
