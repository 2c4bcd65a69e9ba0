"""What the bot answers in Slack, and what it may be told by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.cli.talking import Talking
from monitor.deliver.slack.commands import Command, Verb
from monitor.models import Article
from tests.pipeline.world import FEED, MORNING, Newsroom, newsroom
from tests.standins.edges import rss

AUDITS = (
    "/audits",
    "IRS to audit more",
    "The Internal Revenue Service will audit more returns than last year.",
)


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Newsroom]:
    """A newsroom with one article that matches; the bot reads its clock."""
    with newsroom(tmp_path) as made:
        monkeypatch.setattr("monitor.cli.talking.now", made.clock)
        made.fetcher.serves(FEED.url, rss(AUDITS))
        await made.collector.collect(force=True)
        yield made


def talking(room: Newsroom, admins: tuple[str, ...] = ("U1",)) -> Talking:
    """Return the bot's ear and mouth over a newsroom."""
    settings = SimpleNamespace(slack=SimpleNamespace(admins=admins), timezone="America/New_York")
    config = SimpleNamespace(settings=settings, topics=room.saver.topics, digests=(MORNING,))
    application: Any = SimpleNamespace(
        store=room.store, config=config, builder=room.builder, sender=room.sender
    )
    return Talking(application)


def article(room: Newsroom) -> Article:
    """Return the one stored article."""
    return next(iter(room.store.archive.articles()))


def said(answer: dict[str, Any] | None) -> str:
    """Return an answer as text."""
    return str(answer)


async def test_a_vote_is_stored_once_a_user(room: Newsroom) -> None:
    """A user's second vote on a match replaces the first; the answer names the topic."""
    one = article(room)
    for verb in (Verb.RELEVANT, Verb.IRRELEVANT):
        answer = await talking(room).answer(Command(verb, "U2", article=one.id, topic="irs"))
    assert "not relevant to IRS" in said(answer)
    (vote,) = room.store.feedback.votes("irs")
    assert (vote.article, vote.voter, vote.useful) == (one.id, "U2", False)


async def test_why_opens_the_rule_and_the_sentences(room: Newsroom) -> None:
    """The modal shows the rule, and the matched terms in their sentence."""
    answer = await talking(room).answer(Command(Verb.WHY, "U2", article=article(room).id, topic="irs"))
    assert answer is not None
    assert answer["type"] == "modal"
    assert "*Internal Revenue Service*" in said(answer)
    assert "Rule" in said(answer)


async def test_a_click_on_what_is_no_longer_stored_is_answered(room: Newsroom) -> None:
    """A digest too old to explain says so instead of failing."""
    for verb in (Verb.WHY, Verb.RELEVANT, Verb.MUTE):
        answer = await talking(room).answer(Command(verb, "U1", article="0" * 16, topic="irs"))
        assert "no longer stored" in said(answer)


async def test_changing_things_is_for_configured_users(room: Newsroom) -> None:
    """Somebody who is no admin may read and vote, not mute or send."""
    for verb in (Verb.MUTE, Verb.UNMUTE, Verb.DIGEST):
        answer = await talking(room).answer(Command(verb, "U2", article=article(room).id))
        assert "slack.admins" in said(answer)
    assert room.store.feedback.mutes(room.clock()) == {}


async def test_a_muted_story_stays_out_and_comes_back(room: Newsroom) -> None:
    """Muting keeps a story out of the digest; undoing it lets it be told."""
    one = article(room)
    await talking(room).answer(Command(Verb.MUTE, "U1", article=one.id, topic="irs"))
    room.clock.move(hours=2)
    assert not room.builder.preview(MORNING, room.clock(), None).digest.stories
    answer = await talking(room).answer(Command(Verb.UNMUTE, "U1", article=one.id))
    assert "told again" in said(answer)
    assert [story.headline for story in room.builder.preview(MORNING, room.clock(), None).digest.stories] == [
        AUDITS[1]
    ]


async def test_a_topic_is_muted_until_a_date_and_expires_by_itself(room: Newsroom) -> None:
    """`/monitor mute irs until Friday`: silent until then, shown in the status, over without anybody's doing."""
    answer = await talking(room).answer(Command(Verb.MUTE, "U1", text="IRS", until="Friday"))
    assert "Muted until Fri 27 Nov: IRS" in said(answer)
    assert "unmute - - irs" in said(answer)
    status = said(await talking(room).answer(Command(Verb.STATUS, "U2")))
    assert "muted: topic irs until Fri 27 Nov (U1)" in status
    room.clock.move(hours=2)
    assert not room.builder.preview(MORNING, room.clock(), None).digest.stories
    room.clock.move(days=3)
    assert room.builder.preview(MORNING, room.clock(), None).digest.stories
    assert "muted" not in said(await talking(room).answer(Command(Verb.STATUS, "U2")))


async def test_a_muted_topic_can_be_unmuted_by_word_and_by_click(room: Newsroom) -> None:
    """The button under the answer does what the command does."""
    for undo in (Command(Verb.UNMUTE, "U1", text="irs"), Command(Verb.UNMUTE, "U1", topic="irs")):
        await talking(room).answer(Command(Verb.MUTE, "U1", text="irs"))
        assert set(room.store.feedback.mutes(room.clock())) == {"topic:irs"}
        assert "told again" in said(await talking(room).answer(undo))
        assert room.store.feedback.mutes(room.clock()) == {}
    assert "was not muted" in said(await talking(room).answer(Command(Verb.UNMUTE, "U1", text="irs")))


async def test_a_story_is_muted_until_a_date(room: Newsroom) -> None:
    """By its address; what is neither a story nor a topic, and a day that is none, are said to be so."""
    one = article(room)
    answer = await talking(room).answer(Command(Verb.MUTE, "U1", text=one.url, until="7d"))
    assert "Muted until Tue 1 Dec 01:00: IRS to audit more" in said(answer)
    assert "neither a stored story" in said(
        await talking(room).answer(Command(Verb.MUTE, "U1", text="nonsense"))
    )
    assert "no day to come" in said(
        await talking(room).answer(Command(Verb.MUTE, "U1", text="irs", until="soon"))
    )
    assert len(room.store.feedback.mutes(room.clock())) == 1


async def test_a_rule_is_tried_on_the_last_days(room: Newsroom) -> None:
    """`/monitor test` counts and links what a rule finds; a mistake in it is explained with its caret."""
    room.clock.move(hours=1)
    answer = await talking(room).answer(Command(Verb.TEST, "U2", text="audit NEAR/3 returns"))
    assert "matches *1* of 1" in said(answer)
    answer = await talking(room).answer(Command(Verb.TEST, "U2", text="IRS OR ICE AND raid"))
    assert "AND and OR are mixed" in said(answer)


async def test_a_digest_can_be_asked_for(room: Newsroom) -> None:
    """`/monitor digest now` sends what is pending, once."""
    answer = await talking(room).answer(Command(Verb.DIGEST, "U1", text="morning"))
    assert "on its way" in said(answer)
    await room.sender.drained()
    assert len(room.target.stored) == 1
    room.clock.move(seconds=5)
    answer = await talking(room).answer(Command(Verb.DIGEST, "U1"))
    assert "Nothing is pending" in said(answer)


async def test_help_for_what_is_not_understood(room: Newsroom) -> None:
    """An unknown word gets the list of commands."""
    assert "/monitor status" in said(await talking(room).answer(Command(Verb.HELP, "U2")))


async def test_status_in_a_few_lines(room: Newsroom) -> None:
    """`/monitor status` says how many feeds are read and what the queue holds."""
    assert "1 of 1 feeds read" in said(await talking(room).answer(Command(Verb.STATUS, "U2")))
