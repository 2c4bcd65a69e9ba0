"""What goes out at once: rules, quiet hours, the cap, and once only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from monitor.digests.alerts import Alerts, decide
from monitor.digests.mutes import Mutes
from monitor.models import AlertRule, PendingStory, QuietHours, SlotKind, SlotState, Target
from tests.standins.news import COVERAGE, NAMES, NOON, SPEC, member, story

SLACK, MAIL = Target("slack", "#irs"), Target("email", "desk@example.org")
WATCH = replace(SPEC, to=(SLACK, MAIL), alerts_per_hour=2)
BY_SCORE = {"irs": AlertRule(score=80)}


def decided(
    *pending: PendingStory, rules: dict[str, AlertRule] = BY_SCORE, spec=WATCH, now=NOON, **options
) -> Alerts:  # type: ignore[no-untyped-def]
    return decide(spec, rules, pending, NAMES, COVERAGE, now, **options)


def test_a_high_score_goes_out_at_once_as_a_slot_of_its_own() -> None:
    """The alert is composed, carries its articles, and says why."""
    (alert,) = decided(story(member("a", 84), member("b", None, "Post"))).go
    assert (alert.story, alert.reason) == ("a", "irs: about-ness 84, 80 asked")
    assert alert.composed.placed == ("a", "b")
    assert (alert.composed.state, alert.composed.digest.slot.kind) == (SlotState.BUILT, SlotKind.ALERT)
    assert alert.composed.digest.stories[0].headline == "Headline a"


def test_the_label_can_exist_once_per_story() -> None:
    """It holds no time: a second alert of the same story is impossible by the ledger's key."""
    pending = story(member("a", 84))
    labels = {
        decided(pending, now=NOON + timedelta(hours=n)).go[0].composed.digest.slot.label for n in range(3)
    }
    assert labels == {"alert-a"}


def test_many_outlets_suffice_without_a_score() -> None:
    """Any one condition of any one topic."""
    rules = {"irs": AlertRule(score=99, outlets=3)}
    wide = story(member("a", 10), member("b", 10, "Post"), member("c", None, "Wire"))
    assert decided(wide, rules=rules).go[0].reason == "irs: at 3 outlets, 3 asked"
    assert decided(story(member("a", 10), member("b", 10, "Post")), rules=rules) == Alerts()


def test_what_no_rule_calls_for_waits_for_the_digest() -> None:
    """Low scores, topics without a rule, topics of other digests."""
    assert decided(story(member("a", 79))) == Alerts()
    assert decided(story(member("a", 99, topic="ice"))) == Alerts()
    assert decided(story(member("a", 99)), rules={}) == Alerts()
    assert decided(story(member("a", 99, topic="guns")), rules={"guns": AlertRule(score=1)}) == Alerts()


def test_a_story_of_which_anything_was_carried_is_no_alert() -> None:
    """Neither after an alert nor after a digest: its growth is told otherwise."""
    assert decided(story(member("a", 90, placed=True), member("b", 95, "Post"))) == Alerts()


def test_a_muted_story_is_no_alert() -> None:
    """Until it grows."""
    assert decided(story(member("a", 90)), muted=Mutes({"a": 1})) == Alerts()
    assert decided(story(member("a", 90)), muted=Mutes({"a": 0})).go


def test_in_quiet_hours_alerts_wait_and_urgent_ones_break_through() -> None:
    """Local hours of the digest's zone; `breakthrough` is a score."""
    quiet = QuietHours(time(22), time(7), breakthrough=95)
    spec = replace(WATCH, timezone="America/New_York", quiet_hours=quiet)
    night = datetime(2025, 11, 4, 4, tzinfo=UTC)  # 23:00 in New York
    found = decided(story(member("a", 90)), story(member("b", 96)), spec=spec, now=night)
    assert [alert.story for alert in found.go] == ["b"]
    (waiting,) = found.waiting
    assert (waiting.story, waiting.until) == ("a", datetime(2025, 11, 4, 12, tzinfo=UTC))
    assert waiting.reason.startswith("quiet hours")


def test_no_more_than_the_cap_goes_to_a_target_within_an_hour() -> None:
    """The best first; the fullest target decides for all, since what is struck from the digest may be lost to none."""
    pending = [story(member(name, score)) for name, score in (("a", 81), ("b", 99), ("c", 90))]
    found = decided(*pending)
    assert [alert.story for alert in found.go] == ["b", "c"]
    earlier = NOON - timedelta(minutes=50)
    found = decided(*pending, sent={str(MAIL): [earlier, NOON - timedelta(hours=2)]})
    assert [alert.story for alert in found.go] == ["b"]
    assert {waiting.until for waiting in found.waiting} == {earlier + timedelta(hours=1)}
    assert "2 alerts in an hour" in found.waiting[0].reason
