"""The words all targets share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.deliver import wording
from monitor.models import Coverage, SlotKind, TopicSection
from tests.standins.digests import AT, digest, empty, section, story


def test_the_heading_names_the_local_day() -> None:
    """The digest's own zone decides the day; alerts and replies carry none."""
    assert wording.heading(digest()) == "Morning digest · Tue 24 Nov"
    assert wording.heading(digest(timezone="Pacific/Kiritimati")) == "Morning digest · Wed 25 Nov"
    assert wording.heading(digest(title="Alert", kind=SlotKind.ALERT)) == "Alert"
    assert wording.heading(digest(title="")) == "morning · Tue 24 Nov"


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (Coverage(215, 212, ("a", "b", "c"), 11, AT - timedelta(days=1)), "2 stories from 11 articles · 212 of 215 feeds read, 3 failing · since yesterday 08:00"),
        (Coverage(1, 1, (), 1, AT - timedelta(hours=9)), "2 stories from 1 article · 1 of 1 feed read · since yesterday 23:00"),
        (Coverage(), "2 stories from 6 articles · since yesterday 08:00"),
        (Coverage(9, 9, (), 1204, AT - timedelta(days=4)), "2 stories from 1,204 articles · 9 of 9 feeds read · since Fri 20 Nov 08:00"),
        (Coverage(9, 9, (), 5, AT - timedelta(days=340)), "2 stories from 5 articles · 9 of 9 feeds read · since Fri 19 Dec 2025 08:00"),
    ],
)  # fmt: skip
def test_the_trust_line_counts_and_dates(coverage: Coverage, said: str) -> None:
    """Stories, articles, feeds read and failing, and since when."""
    assert wording.trust(digest(coverage=coverage)) == said


def test_the_trust_line_names_what_is_muted() -> None:
    """Silence on a muted topic is no news of the world."""
    assert wording.trust(digest(muted=("IRS until Fri 27 Nov",))).endswith(" · muted: IRS until Fri 27 Nov")


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-90), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(hours=48), "2 d ago"),
    ],
)
def test_an_age_is_in_the_largest_fitting_unit(ago: timedelta, said: str) -> None:
    """Minutes, then hours up to two days, then days; a clock that is ahead is no age at all."""
    assert wording.age(AT - ago, AT) == said


@pytest.mark.parametrize(
    ("outlets", "new", "said"),
    [
        (("A",), 0, ""),
        (("A", "B"), 0, "also at B"),
        (("A", "B", "C"), 0, "also at B and C"),
        (("A", "B", "C", "D", "E", "F", "G"), 0, "also at B, C and 4 more"),
        (tuple("ABCDEFGHI"), 4, "now at 9 outlets (+4)"),
        ((), 0, ""),
    ],
)
def test_other_outlets_are_named(outlets: tuple[str, ...], new: int, said: str) -> None:
    """Two by name, the rest by number; a story that returns says how far it has spread."""
    assert wording.also(story(outlets=outlets, new_outlets=new)) == said


@pytest.mark.parametrize(
    ("completeness", "teaser_only", "said"),
    [
        ("full", False, ""),
        ("paywalled", False, "paywalled"),
        ("teaser", True, "summary only"),
        ("full", True, "summary only"),
    ],
)
def test_what_was_not_read_whole_is_marked(completeness: str, teaser_only: bool, said: str) -> None:
    """A paywall, or a feed's summary alone, is said wherever the story is shown."""
    assert wording.mark(story(completeness=completeness, teaser_only=teaser_only)) == said


def test_the_summary_is_one_line() -> None:
    """Title, number and first headline; an alert is its headline; silence is said."""
    assert (
        wording.summary(digest())
        == "Morning digest · Tue 24 Nov: 2 stories. Auditors question the agency's figures, part 1"
    )
    assert wording.summary(empty()) == "Morning digest · Tue 24 Nov: nothing new"
    assert (
        wording.summary(digest(section(1), kind=SlotKind.ALERT))
        == "Auditors question the agency's figures, part 1"
    )
    assert len(wording.summary(digest(title="x" * 900))) == 280
    untitled = TopicSection("irs", "IRS", (story(headline="\u202e"),))
    assert wording.summary(digest(untitled, title="Alert", kind=SlotKind.ALERT)) == "Alert"


def test_an_undated_story_is_dated_by_its_first_sight() -> None:
    """`published` where there is one, else `first_seen`."""
    seen = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert wording.when(story(published=None, first_seen=seen)) == seen
