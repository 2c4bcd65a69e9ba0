"""Delivering: each entry once, whatever is lost on the way and wherever the process dies."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.models import (
    AlertRule,
    Delivery,
    DeliveryState,
    Digest,
    Found,
    Part,
    SendResult,
    SendVerdict,
    SlotState,
    Target,
)
from monitor.pipeline import SlotReport
from tests.pipeline.world import FEED, IRS, MORNING, Newsroom, newsroom
from tests.standins.edges import rss

AUDITS = (
    "/audits",
    "IRS to audit more",
    "The Internal Revenue Service will audit more returns than last year.",
)
HIRES = (
    "/hires",
    "Mail room in Fairmont loses clerks",
    "Envelopes pile up in Fairmont, where the IRS lost a fifth of its clerks.",
)


async def collected(room: Newsroom, *items: tuple[str, str, str]) -> None:
    """Publish and collect entries."""
    room.fetcher.serves(FEED.url, rss(*items))
    await room.collector.collect(force=True)


async def settled(room: Newsroom, hours: float = 2) -> None:
    """Let time pass in small steps until everything that can be sent is sent."""
    for _ in range(int(hours * 60)):
        await room.send()
        room.clock.move(minutes=1)


async def test_a_slot_carries_what_is_pending(tmp_path: Path) -> None:
    """At its hour a digest carries the matching entries, once; the next slot has nothing left to say."""
    with newsroom(tmp_path) as room:
        await collected(room, AUDITS)
        assert room.builder.build_due() == []
        room.clock.move(hours=2)
        (report,) = room.builder.build_due()
        assert (report.state, report.messages) == (SlotState.BUILT, 1)
        await room.send()
        assert room.target.texts() == ["Morning: IRS to audit more"]
        room.clock.move(days=1)
        (report,) = room.builder.build_due()
        assert (report.state, report.messages) == (SlotState.EMPTY, 0)


@pytest.mark.parametrize("stored", [True, False])
async def test_a_lost_answer_is_settled_by_looking(tmp_path: Path, stored: bool) -> None:
    """Whether the message of a lost answer was stored or not, it is there once in the end."""
    with newsroom(tmp_path) as room:
        await collected(room, AUDITS)
        room.clock.move(hours=2)
        room.builder.build_due()
        room.target.loses_answer(stored=stored)
        await settled(room)
        assert len(room.target.stored) == 1
        assert room.store.outbox.counts()[DeliveryState.SENT] == 1


@pytest.mark.parametrize("verdict", [SendVerdict.WAIT, SendVerdict.RETRY])
async def test_a_refused_message_goes_later(tmp_path: Path, verdict: SendVerdict) -> None:
    """A rate limit or a refused connection delays a message and costs nothing else."""
    with newsroom(tmp_path) as room:
        await collected(room, AUDITS)
        room.clock.move(hours=2)
        room.builder.build_due()
        room.target.answers(verdict, verdict)
        await room.send()
        assert room.target.stored == []
        await settled(room)
        assert len(room.target.stored) == 1


async def test_a_dead_token_keeps_the_queue(tmp_path: Path) -> None:
    """With a revoked token nothing is lost: the message is kept, and goes when the token is mended."""
    with newsroom(tmp_path) as room:
        await collected(room, AUDITS)
        room.clock.move(hours=2)
        room.builder.build_due()
        room.target.answers(SendVerdict.TOKEN_BROKEN)
        await room.send()
        assert room.store.outbox.counts()[DeliveryState.BLOCKED] == 1
        room.store.outbox.unpark()
        await room.send()
        assert len(room.target.stored) == 1


class Killed(BaseException):
    """The process dies at this point."""


POINTS = ("before_build", "after_build", "after_claim", "after_post", "before_settle", "after_settle")


@pytest.mark.parametrize("point", POINTS)
async def test_a_death_at_any_point_loses_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    """Killed at each named point and started again, the digest is there exactly once."""
    alive = True

    def checkpoint(name: str) -> None:
        nonlocal alive
        if name == point and alive:
            alive = False
            raise Killed(name)

    with newsroom(tmp_path, checkpoint=checkpoint) as room:
        await collected(room, AUDITS, HIRES)
        room.clock.move(hours=2)
        try:
            room.builder.build_due()
            delivery = room.store.outbox.claim(
                room.clock(), room.store.outbox.policy.settle, "doomed", ["slack"]
            )
            if delivery:
                await room.sender._one(delivery)
        except Killed:
            pass
        assert alive is False
        room.restart()
        for _ in range(120):
            room.builder.build_due()
            await room.send()
            room.clock.move(minutes=1)
        assert len(room.target.stored) == 1
        assert "IRS to audit more" in room.target.texts()[0]
        assert "Mail room in Fairmont" in room.target.texts()[0]


async def test_an_alert_goes_at_once_and_is_struck_from_the_digest(tmp_path: Path) -> None:
    """What a topic's alert rule calls for is sent now, and not again at the digest's hour."""
    with newsroom(tmp_path, rules={"irs": AlertRule(score=1.0)}) as room:
        await collected(room, AUDITS)
        (report,) = room.builder.build_alerts()
        assert report.slot.startswith("alert-")
        await room.send()
        assert len(room.target.stored) == 1
        room.clock.move(hours=2)
        (report,) = room.builder.build_due()
        assert report.state is SlotState.EMPTY


STORM = "The IRS in Fairmont lost a fifth of its clerks, and envelopes pile up in the mail room until the ceiling, the union said on Monday."


def amending(room: Newsroom) -> list[str]:
    """Let the target's posted messages be changed; return the list that shows how the alert reads, change by change."""
    reads: list[str] = []

    class Amendable(type(room.target)):  # type: ignore[misc]
        def amendment(self, digest: Digest, target: Target) -> Part:
            return Part(f"amended: {', '.join(digest.stories[0].outlets)}")

        async def send(self, delivery: Delivery) -> SendResult:
            if not delivery.payload.startswith("amended"):
                return await super().send(delivery)  # type: ignore[no-any-return]
            reads.append(f"{delivery.thread_ts} {delivery.payload}")
            return SendResult(self._next.pop(0) if self._next else SendVerdict.SENT, ts=delivery.thread_ts)

        async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
            if delivery.payload.startswith("amended"):
                return Found.ABSENT, None
            return await super().find(delivery)  # type: ignore[no-any-return]

    room.target.__class__ = Amendable
    return reads


WIRE = replace(FEED, name="The wire", url="https://wire.example/rss")


async def taken_up(room: Newsroom) -> SlotReport:
    """Let a story be alerted and another outlet take it up; return what is built of that."""
    await collected(room, ("/clerks", "Clerks leave the IRS in Fairmont", STORM))
    room.builder.build_alerts()
    await room.send()
    room.fetcher.serves(
        WIRE.url, rss(("/again", "Fairmont clerks leave the IRS", STORM), site="https://wire.example")
    )
    await room.collector.collect(force=True)
    room.clock.move(minutes=20)
    (report,) = room.builder.build_alerts()
    return report


async def test_later_coverage_updates_the_alert_and_is_a_reply(tmp_path: Path) -> None:
    """One alert, one reply, and the alert's own message told anew; an answer lost on the way, or a crash, never makes a second message."""
    with newsroom(tmp_path, feeds=(FEED, WIRE), rules={"irs": AlertRule(score=1.0)}) as room:
        reads = amending(room)
        report = await taken_up(room)
        assert (report.slot[:10], report.messages) == ("follow_up-", 2)
        room.target.answers(
            SendVerdict.SENT, SendVerdict.UNKNOWN
        )  # the reply goes, the amendment's answer is lost
        await room.send()
        room.restart()
        await settled(room, hours=1)
        assert [delivery.thread_ts for delivery in room.target.stored] == [None, "1"]
        assert reads == ["1 amended: A paper, The wire"] * 2
        assert room.store.outbox.counts()[DeliveryState.SENT] == 3
        assert room.builder.build_alerts() == []


async def test_a_target_that_cannot_amend_gets_the_reply_alone(tmp_path: Path) -> None:
    """Nothing is queued that nobody could carry out."""
    with newsroom(tmp_path, feeds=(FEED, WIRE), rules={"irs": AlertRule(score=1.0)}) as room:
        report = await taken_up(room)
        assert report.messages == 1


async def test_a_correction_is_told_as_a_reply(tmp_path: Path) -> None:
    """An article that changed materially after it was posted is told once, under the message that carried it."""
    long = " ".join(f"Officials said sentence {n} about the audits of last year." for n in range(12))
    with newsroom(tmp_path) as room:
        await collected(room, (AUDITS[0], AUDITS[1], f"The IRS will audit 41,000 returns. {long}"))
        room.clock.move(hours=2)
        room.builder.build_due()
        await room.send()
        room.clock.move(minutes=20)
        await collected(room, (AUDITS[0], AUDITS[1], f"The IRS will audit 63,000 returns. {long}"))
        (report,) = room.builder.build_alerts()
        await room.send()
        reply = room.target.stored[-1]
        assert reply.thread_ts == "1"
        assert "63,000" in reply.payload
        assert room.builder.build_alerts() == []
        assert report.slot.startswith("follow_up-")


async def turn() -> None:
    """Let the event loop go round once."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    await done


async def test_one_slow_target_does_not_hold_another(tmp_path: Path) -> None:
    """While one channel hangs, the messages of the others go out."""
    hanging = asyncio.Event()
    spec = replace(MORNING, to=(*MORNING.to, replace(MORNING.to[0], address="#other")))
    with newsroom(tmp_path, digests=(spec,)) as room:
        await collected(room, AUDITS)
        room.clock.move(hours=2)
        room.builder.build_due()
        send = room.target.send

        async def slow(delivery):  # type: ignore[no-untyped-def]
            if delivery.target.address == "#news":
                await hanging.wait()
            return await send(delivery)

        room.target.send = slow  # type: ignore[method-assign]
        room.sender.pump()
        for _ in range(20):
            await turn()
        assert [delivery.target.address for delivery in room.target.stored] == ["#other"]
        hanging.set()
        await room.sender.drained()
        assert len(room.target.stored) == 2


async def test_topics_without_matches_say_nothing(tmp_path: Path) -> None:
    """An entry on which no rule fires is in no digest."""
    with newsroom(tmp_path, topics=(replace(IRS, match='"no such words"'),)) as room:
        await collected(room, AUDITS)
        room.clock.move(hours=2)
        (report,) = room.builder.build_due()
        assert report.state is SlotState.EMPTY
