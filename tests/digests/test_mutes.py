"""What is muted, until when, and what that does to digests, alerts and replies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.digests.alerts import decide
from monitor.digests.compose import Composed, compose
from monitor.digests.followups import Posted, coverage_replies
from monitor.digests.mutes import Mutes, ends, in_force, sentence
from monitor.models import AlertRule, Member, PendingStory, SlotState
from tests.standins.news import COVERAGE, NAMES, NOON, SLOT, SPEC, article, match, member, story

NEW_YORK = "America/New_York"
TUESDAY = datetime(2026, 11, 24, 13, tzinfo=UTC)  # 08:00 in New York
QUIET = Mutes(topics={"irs": NOON + timedelta(days=7)})


def composed(*pending: PendingStory, muted: Mutes = QUIET) -> Composed:
    return compose(SPEC, SLOT, pending, NAMES, COVERAGE, NOON, muted)


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("Friday", datetime(2026, 11, 27, 5, tzinfo=UTC)),
        ("fri", datetime(2026, 11, 27, 5, tzinfo=UTC)),
        ("tuesday", datetime(2026, 12, 1, 5, tzinfo=UTC)),  # today is one: the next
        ("tomorrow", datetime(2026, 11, 25, 5, tzinfo=UTC)),
        ("2026-12-01", datetime(2026, 12, 1, 5, tzinfo=UTC)),
        ("7d", TUESDAY + timedelta(days=7)),
        (" 12H ", TUESDAY + timedelta(hours=12)),
        ("2 weeks", TUESDAY + timedelta(days=14)),
    ],
)
def test_a_mutes_end_is_understood(words: str, instant: datetime) -> None:
    """Days begin at midnight where the reader lives; spans count from now."""
    assert ends(words, TUESDAY, NEW_YORK) == instant


@pytest.mark.parametrize(
    "words", ["", "2026-11-24", "2020-01-01", "soon", "t", "2026-13-01", "0d", "d", "friday week"]
)
def test_what_is_no_day_to_come_is_refused(words: str) -> None:
    """Also the past: a mute that is over at once would be a riddle."""
    assert ends(words, TUESDAY, NEW_YORK) is None


def test_a_muted_topic_is_carried_in_silence_and_the_digest_says_so() -> None:
    """Its stories are placed, so that the end of the mute brings no flood; the reader is told that something is kept from them."""
    found = composed(story(member("a")))
    assert (found.digest.stories, found.placed, found.state, found.send) == (
        (),
        ("a",),
        SlotState.EMPTY,
        False,
    )
    assert found.digest.muted == ("IRS until Mon 10 Nov 12:00",)


def test_a_story_of_two_topics_is_told_under_the_one_that_is_not_muted() -> None:
    """Even if it is most about the muted one."""
    two = Member(article("a"), (match(90, "irs"), match(20, "ice")))
    (section,) = composed(story(two)).digest.sections
    assert (section.topic, [item.story for item in section.stories]) == ("ice", ["a"])


def test_a_digest_without_the_muted_topic_does_not_speak_of_it() -> None:
    """The note is for those who would miss it."""
    found = compose(
        replace(SPEC, topics=("ice",)), SLOT, [story(member("b", topic="ice"))], NAMES, COVERAGE, NOON, QUIET
    )
    assert (len(found.digest.stories), found.digest.muted) == (1, ())


def test_a_muted_topic_alerts_nobody_and_gets_no_replies() -> None:
    """Neither at once nor in a thread."""
    rules = {"irs": AlertRule(score=1.0)}
    assert decide(SPEC, rules, [story(member("a", 90))], NAMES, COVERAGE, NOON, muted=QUIET).go == ()
    assert decide(SPEC, rules, [story(member("a", 90))], NAMES, COVERAGE, NOON).go
    grown = story(member("a", 90, placed=True), member("b", 70, "Post"))
    posted = {"a": Posted("a", "alert-a", NOON - timedelta(hours=1), NOON - timedelta(hours=1))}
    assert coverage_replies(SPEC, [grown], posted, NAMES, COVERAGE, NOON, muted=QUIET) == ()
    assert coverage_replies(SPEC, [grown], posted, NAMES, COVERAGE, NOON)


def test_a_story_muted_until_it_grows_and_one_muted_until_a_date() -> None:
    """Growth ends the first; only its date the second."""
    grown = story(
        member("a"), replace(member("b", 50, "Post"), article=replace(article("b", "Post"), first_seen=NOON))
    )
    before = NOON - timedelta(minutes=1)
    grown = replace(
        grown,
        members=(
            replace(grown.members[0], article=replace(article("a"), first_seen=before)),
            grown.members[1],
        ),
    )
    undated = in_force([grown], {"story:a": (before, None)})
    dated = in_force([grown], {"story:a": (before, NOON + timedelta(days=1))})
    assert [item.story for item in composed(grown, muted=undated).digest.stories] == ["a"]
    assert composed(grown, muted=dated).digest.stories == ()


def test_subjects_that_are_not_pending_cost_nothing() -> None:
    """Mutes of other stories are left out; topics always count."""
    until = NOON + timedelta(days=1)
    assert in_force(
        [], {"story:z": (NOON, None), "topic:irs": (NOON, until), "outlet:x": (NOON, None)}
    ) == Mutes(topics={"irs": until})


def test_the_sentence_names_the_hour_only_where_it_matters() -> None:
    """`until Fri 27 Nov` is midnight in the reader's zone."""
    assert sentence("IRS", datetime(2026, 11, 27, 5, tzinfo=UTC), NEW_YORK) == "IRS until Fri 27 Nov"
    assert (
        sentence("IRS", datetime(2026, 11, 27, 6, 30, tzinfo=UTC), NEW_YORK) == "IRS until Fri 27 Nov 01:30"
    )
    assert sentence("IRS", None, NEW_YORK) == "IRS until unmuted"
