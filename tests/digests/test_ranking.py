"""Which story comes first, and which of its articles speaks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import log2

import pytest

from monitor.digests.ranking import Standing, order, outlet, representative, score, view
from monitor.models import PendingStory
from tests.standins.news import NOON, article, member, story

TOPICS = ("irs", "ice")


def scored(pending: PendingStory, **weights: float) -> float:
    seen = view(pending, TOPICS)
    assert seen is not None
    return score(seen, NOON, weights)


def test_the_formula() -> None:
    """Max about-ness x (.55 + .15·log2(1+outlets)/3 + .15·freshness + .10·weight + .05·new), by hand."""
    pending = story(member("a", 80), member("b", 40, "Post"), age=timedelta(hours=12))
    assert scored(pending, Herald=1.0) == pytest.approx(
        80 * (0.55 + 0.15 * log2(3) / 3 + 0.075 + 0.10 + 0.05)
    )


def test_more_outlets_fresher_weightier_and_new_stories_rank_higher() -> None:
    """Each part of the score works in its own direction."""
    plain = scored(story(member("a")))
    assert scored(story(member("a"), member("b", None, "Post"))) > plain
    assert scored(story(member("a"), age=timedelta(hours=30))) < plain
    assert scored(story(member("a")), Herald=1.0) > plain > scored(story(member("a")), Herald=0.0)
    assert scored(story(member("a"), member("b", outlet="Post", placed=True))) < scored(
        story(member("a"), member("b", outlet="Post"))
    )


def test_ties_go_by_time_then_id() -> None:
    """The order is total: the same stories always come in the same order."""
    one, two = view(story(member("a")), TOPICS), view(story(member("b")), TOPICS)
    older = view(story(member("c"), age=timedelta(hours=2)), TOPICS)
    assert one is not None
    assert two is not None
    assert older is not None
    assert sorted([older, two, one], key=lambda seen: order(seen, 5.0)) == [one, two, older]


def test_the_highest_about_ness_speaks_and_an_original_stands_for_its_reprint() -> None:
    """Even if the reprint's own headline scores a little higher; but a stranger original does not push in."""
    original, reprint, other = member("a", 70), member("b", 75, "Post", copy_of="a"), member("c", 60, "Wire")
    assert representative([original, reprint, other], TOPICS) is original
    assert representative([reprint, other], TOPICS) is reprint
    assert representative([other, original], TOPICS) is original


def test_dates_decide_which_copy_is_the_original() -> None:
    """A reprint whose feed was read first is known as the text's first sight; the earlier published article still speaks for it."""
    read_first = replace(member("a", 75), article=replace(article("a"), published=NOON))
    original = replace(
        member("b", 70, "Wire", copy_of="a"),
        article=replace(article("b"), published=NOON - timedelta(hours=2)),
    )
    assert representative([read_first, original], TOPICS) is original
    undated = replace(original, article=replace(original.article, published=None))
    assert representative([read_first, undated], TOPICS) is read_first


def test_of_equals_the_first_speaks() -> None:
    """Members come in order of first sight."""
    first, second = member("a", 60), member("b", 60, "Post")
    assert representative([first, second], TOPICS) is first


def test_copies_in_a_circle_do_not_hang() -> None:
    """Damaged data is no reason to stop."""
    one, two = member("a", 60, copy_of="b"), member("b", 60, copy_of="a")
    assert representative([one, two], TOPICS) in (one, two)


@pytest.mark.parametrize(
    ("pending", "standing", "grown"),
    [
        (story(member("a")), Standing.NEW, 0),
        (
            story(member("a", placed=True), member("b", outlet="Post"), member("c", None, "Wire")),
            Standing.GREW,
            2,
        ),
        (story(member("a", placed=True), member("b")), Standing.AGAIN, 0),
        (story(member("a", placed=True), member("b", copy_of="a")), Standing.STALE, 0),
    ],
)
def test_what_a_story_is_to_the_reader(pending: PendingStory, standing: Standing, grown: int) -> None:
    """New, grown, written about again, or only copied within an outlet that had it."""
    seen = view(pending, TOPICS)
    assert seen is not None
    assert (seen.standing, seen.grown) == (standing, grown)


def test_a_story_without_a_new_match_is_none_of_this_digests_business() -> None:
    """Matches of other topics, carried ones and a baseline's do not count."""
    assert view(story(member("a", topic="guns")), TOPICS) is None
    assert view(story(member("a", placed=True), member("b", None)), TOPICS) is None
    assert view(story(member("a", announce=False)), TOPICS) is None


def test_a_further_article_speaks_for_itself() -> None:
    """When an outlet writes again, its new article is the headline, not the one already read."""
    seen = view(story(member("a", 90, placed=True), member("b", 50)), TOPICS)
    assert seen is not None
    assert seen.lead.article.id == "b"


def test_an_outlet_has_a_name_whatever_is_known() -> None:
    """The configured name, the site's, the host's, the feed's."""
    known = article("a")
    assert outlet(known) == "Herald"
    assert outlet(replace(known, outlet="", site="The Herald")) == "The Herald"
    assert outlet(replace(known, outlet="")) == "herald.example"
    assert outlet(replace(known, outlet="", url="", feed="herald-feed")) == "herald-feed"
