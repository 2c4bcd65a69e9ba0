"""What is told in the thread of a message already posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from monitor.digests.followups import (
    LISTENING,
    SPACING,
    Changed,
    FollowUp,
    Posted,
    coverage_replies,
    update_replies,
)
from monitor.digests.mutes import Mutes
from monitor.models import PendingStory, QuietHours, SlotKind
from tests.standins.news import COVERAGE, NAMES, NOON, SPEC, article, match, member, story

ALERTED = Posted("a", "alert-a", NOON - timedelta(hours=1), NOON - timedelta(hours=1))
GROWN = story(member("a", 90, placed=True), member("b", 70, "Post"), member("c", None, "Wire"))


def replies(*pending: PendingStory, posted: Posted = ALERTED, **options) -> tuple[FollowUp, ...]:  # type: ignore[no-untyped-def]
    options = {"spec": SPEC, "now": NOON, **options}
    spec, now = options.pop("spec"), options.pop("now")
    return coverage_replies(spec, pending, {"a": posted}, NAMES, COVERAGE, now, **options)


def test_later_coverage_is_a_reply_under_the_alert() -> None:
    """It speaks through a new article, says how far the story has grown, and carries the new articles."""
    (reply,) = replies(GROWN)
    (told,) = reply.composed.digest.stories
    assert (reply.under, reply.reason) == ("alert-a", "now at 3 outlets (+2)")
    assert (told.article, told.new_outlets, told.outlets) == ("b", 2, ("Post", "Herald", "Wire"))
    assert reply.composed.placed == ("b", "c")
    assert reply.composed.digest.slot.kind is SlotKind.FOLLOW_UP


def test_the_alert_is_told_anew_with_its_own_headline() -> None:
    """What replaces it in place is the alert as it was, and who has the story now, without "(+2)"; a better article changes nothing."""
    better = story(member("a", 60, placed=True), member("b", 99, "Post"), member("c", None, "Wire"))
    (reply,) = replies(better, posted=replace(ALERTED, articles=frozenset({"a"})))
    assert reply.amended is not None
    (told,) = reply.amended.stories
    assert (told.article, told.outlets, told.new_outlets) == ("a", ("Herald", "Post", "Wire"), 0)
    slot = reply.amended.slot
    assert (slot.label, slot.kind, slot.at) == ("alert-a", SlotKind.ALERT, ALERTED.at)


def test_an_alert_whose_articles_are_gone_is_left_alone() -> None:
    """Retention may have taken them: the reply tells the news."""
    (reply,) = replies(GROWN, posted=replace(ALERTED, articles=frozenset({"z"})))
    assert reply.amended is None


def test_a_reply_names_the_new_outlets() -> None:
    """Also the one through which it speaks."""
    (told,) = replies(GROWN)[0].composed.digest.stories
    assert told.newcomers == ("Post", "Wire")


def test_the_label_names_the_story_and_its_first_new_article() -> None:
    """So the same coverage cannot be told twice, with any clock."""
    later = replies(GROWN, now=NOON + timedelta(hours=3))
    assert {reply.composed.digest.slot.label for reply in (*replies(GROWN), *later)} == {"follow_up-a-b"}


def test_stories_never_alerted_and_mere_copies_get_no_reply() -> None:
    """They are the digest's business, or nobody's."""
    assert replies(story(member("x", placed=True), member("y", outlet="Post"))) == ()
    assert replies(story(member("a", placed=True), member("b", copy_of="a"))) == ()


def test_coverage_is_gathered_and_listened_for_three_days() -> None:
    """No reply within a quarter of an hour of the last; none after the window of stories."""
    assert replies(GROWN, posted=replace(ALERTED, last=NOON - SPACING + timedelta(seconds=1))) == ()
    assert replies(GROWN, posted=replace(ALERTED, at=NOON - LISTENING - timedelta(seconds=1))) == ()


def test_quiet_hours_and_mutes_hold_for_replies_too() -> None:
    """What is not told stays pending for the digest."""
    assert replies(GROWN, spec=replace(SPEC, quiet_hours=QuietHours(time(11), time(13)))) == ()
    assert replies(GROWN, muted=Mutes({"a": 3})) == ()


def test_a_material_change_is_told_where_the_article_stands() -> None:
    """As a reply under that slot's message, with the change, carrying nothing."""
    changed = Changed(article("a"), (match(70),), "a", "87,000 -> 80,000")
    (reply,) = update_replies(
        SPEC, [changed], {"a": replace(ALERTED, slot="2025-11-03T08:00")}, NAMES, COVERAGE, NOON
    )
    (told,) = reply.composed.digest.stories
    assert (reply.under, told.change, reply.composed.placed) == ("2025-11-03T08:00", "87,000 -> 80,000", ())


def test_the_same_text_is_told_once_another_text_again() -> None:
    """The label is made of the article and its text."""
    first = Changed(article("a"), (match(70),), "a", "x")
    second = replace(first, article=article("a", text="The IRS wrote more letters."))
    posted = {"a": ALERTED}
    labels = [
        update_replies(SPEC, [changed], posted, NAMES, COVERAGE, NOON + timedelta(hours=n))[
            0
        ].composed.digest.slot.label
        for n, changed in enumerate((first, first, second))
    ]
    assert labels[0] == labels[1] != labels[2]


def test_immaterial_and_unposted_changes_are_not_told() -> None:
    """No sentence, no reply; no message, no reply."""
    changed = Changed(article("a"), (match(70),), "a", "")
    assert update_replies(SPEC, [changed], {"a": ALERTED}, NAMES, COVERAGE, NOON) == ()
    assert update_replies(SPEC, [replace(changed, change="x")], {}, NAMES, COVERAGE, NOON) == ()


def test_a_correction_is_told_even_if_the_article_matches_no_longer() -> None:
    """ "An earlier version said IRS" is exactly what its readers must hear."""
    changed = Changed(article("a"), (), "a", "correction appended: “…”")
    (reply,) = update_replies(SPEC, [changed], {"a": ALERTED}, NAMES, COVERAGE, NOON)
    assert reply.composed.digest.stories[0].change == "correction appended: “…”"
