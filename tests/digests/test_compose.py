"""What a digest says, and that it leaves nothing out in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests.compose import Composed, compose, title
from monitor.digests.mutes import Mutes
from monitor.models import (
    Completeness,
    DigestSpec,
    DigestStory,
    Match,
    Member,
    PendingStory,
    SlotState,
    Span,
    TopicTag,
)
from tests.standins.news import COVERAGE, NAMES, NOON, SLOT, SPEC, article, match, member, story


def composed(*pending: PendingStory, spec: DigestSpec = SPEC, **options: object) -> Composed:
    return compose(spec, SLOT, pending, NAMES, COVERAGE, NOON, **options)  # type: ignore[arg-type]


def told(found: Composed) -> list[str]:
    return [item.story for item in found.digest.stories]


def only(found: Composed) -> DigestStory:
    (item,) = found.digest.stories
    return item


def test_a_story_is_resolved_whole() -> None:
    """Headline, link, lead, bold ranges, outlets, tags, terms, members: renderers decide nothing."""
    spans = (Span("title", 0, 3, "IRS"), Span("body", 4, 7, "IRS"))
    lead = Member(
        replace(article("a", title="IRS writes letters"), completeness=Completeness.TEASER),
        (replace(match(80, "irs", *spans), teaser_only=True), match(20, "ice")),
    )
    item = only(composed(story(lead, member("b", None, "Post"))))
    assert (item.headline, item.headline_bold) == ("IRS writes letters", ((0, 3),))
    assert (item.lead, item.lead_bold) == ("The IRS wrote letters.", ((4, 7),))
    assert item.outlets == ("Herald", "Post")
    assert item.tags == (TopicTag("irs", "IRS", 80), TopicTag("ice", "Immigration enforcement", 20))
    assert item.terms == ("IRS",)
    assert [(link.article, link.outlet) for link in item.members] == [("a", "Herald"), ("b", "Post")]
    assert (item.completeness, item.teaser_only) == ("teaser", False)


def test_a_story_in_two_topics_is_shown_once_under_the_one_it_is_most_about() -> None:
    """With both tags, in one section."""
    two = Member(article("a"), (match(40, "irs"), match(70, "ice")))
    digest = composed(story(two)).digest
    assert [(section.topic, len(section.stories)) for section in digest.sections] == [("ice", 1)]
    assert [tag.topic for tag in digest.stories[0].tags] == ["ice", "irs"]


def test_sections_come_in_the_order_of_the_configuration() -> None:
    """And only those with stories."""
    digest = composed(story(member("a", topic="ice")), story(member("b", topic="irs"))).digest
    assert [section.name for section in digest.sections] == ["IRS", "Immigration enforcement"]


def test_beyond_the_cap_stories_are_counted_and_listed_never_dropped() -> None:
    """ "And 2 more" are the least of them."""
    found = composed(*(story(member(f"s{n}", 50 + n)) for n in range(5)), spec=replace(SPEC, max_stories=3))
    (section,) = found.digest.sections
    assert [item.story for item in section.stories] == ["s4", "s3", "s2"]
    assert [item.story for item in section.rest] == ["s1", "s0"]
    assert len(found.placed) == 5


def test_one_outlet_cannot_fill_the_digest() -> None:
    """Its surplus goes to the rest, in all sections together."""
    spec = replace(SPEC, max_per_outlet=1)
    digest = composed(
        story(member("a", 90)),
        story(member("b", 80)),
        story(member("c", 70, "Post")),
        story(member("d", topic="ice")),
        spec=spec,
    ).digest
    assert [item.story for section in digest.sections for item in section.stories] == ["a", "c"]
    assert [item.story for section in digest.sections for item in section.rest] == ["b", "d"]


def test_a_carried_story_returns_when_it_grew_and_says_by_how_much() -> None:
    """ "Now at 3 outlets (+2)"; the new articles are among its members."""
    item = only(
        composed(story(member("a", placed=True), member("b", outlet="Post"), member("c", outlet="Wire")))
    )
    assert (item.new_outlets, len(item.outlets)) == (2, 3)
    assert [link.article for link in item.members] == ["a", "b", "c"]


def test_a_further_article_of_an_outlet_that_had_the_story_is_listed_not_featured() -> None:
    """The story does not return, but the article is said."""
    (section,) = composed(story(member("a", placed=True), member("b"))).digest.sections
    assert section.stories == ()
    assert [item.article for item in section.rest] == ["b"]


def test_a_further_copy_is_placed_in_silence() -> None:
    """The reader has read the text."""
    found = composed(story(member("a", placed=True), member("b", copy_of="a")))
    assert (told(found), found.placed, found.state, found.send) == ([], ("b",), SlotState.EMPTY, False)


def test_a_muted_story_stays_out_until_it_grows() -> None:
    """Its articles are placed, so that they do not all come back when the mute ends."""
    pending = story(member("a"), member("b", outlet="Post"))
    silent = composed(pending, muted=Mutes({"a": 2}))
    assert (told(silent), silent.placed) == ([], ("a", "b"))
    assert told(composed(pending, muted=Mutes({"a": 1}))) == ["a"]


def test_a_baselines_articles_are_never_told_nor_placed() -> None:
    """`announce` False keeps an article out for good; it is no outlet either."""
    found = composed(story(member("a", announce=False, outlet="Old"), member("b")))
    assert (found.placed, only(found).outlets) == (("b",), ("Herald",))


def test_an_empty_digest_is_recorded_and_sent_only_if_asked_for() -> None:
    """`when_empty: note` sends "nothing today"; `skip` is silent; both are EMPTY on record."""
    assert (composed().state, composed().send) == (SlotState.EMPTY, False)
    assert composed(spec=replace(SPEC, when_empty="note")).send


def test_coverage_lateness_and_zone_are_passed_through() -> None:
    """The digest carries what its silence is worth, and owns up to a delay."""
    digest = composed(
        story(member("a")), late="late: due 08:00", spec=replace(SPEC, timezone="Asia/Tokyo")
    ).digest
    assert (digest.coverage, digest.late, digest.timezone) == (COVERAGE, "late: due 08:00", "Asia/Tokyo")


def test_a_digest_has_a_title_of_its_own_or_its_name() -> None:
    """`title:` wins."""
    assert title(replace(SPEC, name="irs-watch")) == "Irs watch digest"
    assert title(replace(SPEC, title="The IRS this week")) == "The IRS this week"


def test_a_text_that_only_repeats_the_headline_is_not_shown_twice() -> None:
    """The page's description stands in, without bold; or nothing."""
    bare = replace(article("a", text="Headline a"), description="What the page says of itself.")
    assert only(composed(story(Member(bare, (match(),))))).lead == "What the page says of itself."
    assert only(composed(story(Member(replace(bare, description=""), (match(),))))).lead == ""


def test_an_article_without_a_title_shows_its_address() -> None:
    """There is always something to click on, and nothing bold in it."""
    bare = replace(article("a"), title="")
    item = only(composed(story(Member(bare, (match(50, "irs", Span("title", 0, 3, "x")),)))))
    assert (item.headline, item.headline_bold) == (bare.url, ())


# ── Properties ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

OUTLETS = ("Herald", "Post", "Wire", "Gazette")


@st.composite
def stories(draw: st.DrawFn) -> list[PendingStory]:
    """Stories of one to five articles with any mixture of matches, copies, carried and unannounced articles."""
    pending = []
    for number in range(draw(st.integers(0, 6))):
        members: list[Member] = []
        for index in range(draw(st.integers(1, 5))):
            topics = draw(st.lists(st.sampled_from(["irs", "ice", "guns"]), max_size=2, unique=True))
            matches = tuple(Match(topic, draw(st.integers(0, 100))) for topic in topics)
            copy_of = draw(st.sampled_from([None, *(m.article.id for m in members)]))
            found = article(f"s{number}a{index}", draw(st.sampled_from(OUTLETS)))
            members.append(Member(found, matches, copy_of, draw(st.booleans()), draw(st.integers(0, 9)) > 0))
        age = timedelta(hours=draw(st.integers(0, 60)))
        pending.append(PendingStory(f"s{number}", NOON - age, tuple(members)))
    return pending


def is_pending(found: Member) -> bool:
    return found.announce and not found.placed and any(m.topic in SPEC.topics for m in found.matches)


@settings(max_examples=100)
@given(
    stories(), st.integers(0, 3), st.sampled_from([None, 1, 2]), st.sets(st.sampled_from(["s0", "s1", "s2"]))
)
def test_every_pending_article_is_placed_once_and_every_story_is_said(
    pending: list[PendingStory], cap: int, per_outlet: int | None, muted: set[str]
) -> None:
    """Placed are exactly the uncarried announced articles of stories with a pending match; told is every such story but the muted and
    the merely copied; and every told article can be reached."""
    spec = replace(SPEC, max_stories=cap, max_per_outlet=per_outlet)
    found = composed(*pending, spec=spec, muted=Mutes(dict.fromkeys(muted, 99)))
    concerned = [item for item in pending if any(map(is_pending, item.members))]
    expected = {m.article.id for item in concerned for m in item.members if m.announce and not m.placed}
    assert sorted(found.placed) == sorted(expected)
    assert len(told(found)) == len(set(told(found)))
    silent = {item.story for item in concerned} - set(told(found))
    for item in concerned:
        news = any(is_pending(m) and m.copy_of is None for m in item.members)
        if news and item.story not in muted:
            assert item.story not in silent
    reachable = {link.article for item in found.digest.stories for link in item.members}
    assert all(item.members[0].article == item.article for item in found.digest.stories)
    assert {
        m.article.id for item in concerned if item.story in told(found) for m in item.members if is_pending(m)
    } <= reachable
    assert found.send == bool(told(found))
    for section in found.digest.sections:
        assert len(section.stories) <= cap


@settings(max_examples=50)
@given(stories())
def test_composing_is_idempotent_and_blind_to_the_order_of_stories(pending: list[PendingStory]) -> None:
    """The same stories give the same digest, in whatever order the store returns them; what was placed is not told again."""
    assert composed(*pending) == composed(*pending)
    assert composed(*pending).digest == composed(*reversed(pending)).digest
    carried = set(composed(*pending).placed)
    again = [
        replace(
            item, members=tuple(replace(m, placed=m.placed or m.article.id in carried) for m in item.members)
        )
        for item in pending
    ]
    assert composed(*again).placed == ()
    assert told(composed(*again)) == []
