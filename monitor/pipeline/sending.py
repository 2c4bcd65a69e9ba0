"""The second half of delivering: post | record. Claims are committed before a request is made; doubt is settled by looking.

One message a target is under way at a time, several targets side by side: one channel's trouble never holds another's. What waits
(a pace, a Retry-After, a settle delay) waits in the database; the alarm here only says when to look again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from monitor.digests import outbox as machine
from monitor.models import Delivery, DeliveryState, Found, SendResult, SendVerdict
from monitor.pipeline.protocols import (
    Chance,
    Checkpoint,
    Clock,
    Notifiers,
    Observer,
    Unobserved,
    no_checkpoint,
)
from monitor.pipeline.reports import SendReport

if TYPE_CHECKING:
    from monitor.store import Store

log = structlog.get_logger("deliver")

LEASE = timedelta(seconds=60)  # twice the longest request: whoever holds it longer is dead or hung
SIDE_BY_SIDE = 8
WELL_WITHIN = 0.8  # of the settle delay: a request that is given up then cannot be stored after it has been found absent
OPEN = (DeliveryState.PENDING, DeliveryState.UNKNOWN, DeliveryState.SENDING, DeliveryState.BLOCKED)


@dataclass(slots=True)
class Sender:
    """Works off the outbox. `owner` is unique to the process."""

    store: Store
    notifiers: Notifiers
    now: Clock
    chance: Chance
    owner: str
    observer: Observer = field(default_factory=Unobserved)
    checkpoint: Checkpoint = no_checkpoint
    reports: list[SendReport] = field(default_factory=list)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: bool = False

    def pump(self) -> None:
        """Claim what may go now and start sending it; each message that ends starts the next. Needs a running loop."""
        for lost in self.store.outbox.expire_leases(self.now()):
            log.warning("a sender did not report back", delivery=lost.id, target=str(lost.target))
        while not self._closing and len(self._under_way) < SIDE_BY_SIDE:
            delivery = self.store.outbox.claim(self.now(), LEASE, self.owner, tuple(self.notifiers))
            if delivery is None:
                return
            task = asyncio.ensure_future(self._one(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sending failed", error=repr(error))
        elif not self._closing:
            self.pump()

    def next_at(self) -> datetime | None:
        """Return when something in the queue may go that may not go now, if anything is known to wait."""
        now = self.now()
        holds = {hold.scope: hold.until for hold in self.store.outbox.holds(now)}
        waits = []
        for delivery in self.store.outbox.deliveries(OPEN):
            held = [until for scope in machine.scopes(delivery.target) if (until := holds.get(scope))]
            waits.append(max([delivery.not_before or now, delivery.lease_until or now, *held]))
        return min((wait for wait in waits if wait > now), default=None)

    async def finish(self, within: float) -> None:
        """Claim nothing more; let what is under way end within so many seconds, then give its leases back."""
        self._closing = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within)
        for task in self._under_way:
            task.cancel()
        self.store.outbox.give_back(self.owner, self.now())

    async def drained(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait(set(self._under_way), return_when=asyncio.FIRST_COMPLETED)

    async def _one(self, delivery: Delivery) -> None:
        """Send one message, or look for it if it may already be there; write down what came of it."""
        looked = delivery.state is DeliveryState.UNKNOWN
        self.checkpoint("after_claim")
        transition = await (self._look(delivery) if looked else self._send(delivery))
        self.checkpoint("before_settle")
        if not self.store.outbox.settle(delivery, transition, self.now()):
            log.warning("the lease was lost; another sender settles", delivery=delivery.id)
            return
        self.checkpoint("after_settle")
        self._tell(delivery, transition, looked)

    async def _send(self, delivery: Delivery) -> machine.Transition:
        try:
            async with asyncio.timeout(self._time_left(delivery)):
                result = await self.notifiers[delivery.target.kind].send(delivery)
        except TimeoutError:
            result = SendResult(SendVerdict.UNKNOWN, detail="no answer in time")
        except Exception as error:  # noqa: BLE001  # the per-delivery boundary: a notifier's defect is doubt about one message
            result = SendResult(SendVerdict.UNKNOWN, detail=f"{type(error).__name__} while sending")
        self.checkpoint("after_post")
        return machine.on_result(delivery, result, self.now(), self.chance(), self.store.outbox.policy)

    async def _look(self, delivery: Delivery) -> machine.Transition:
        found, ts = Found.UNREADABLE, None
        try:
            async with asyncio.timeout(self._time_left(delivery)):
                found, ts = await self.notifiers[delivery.target.kind].find(delivery)
        except Exception as error:  # noqa: BLE001  # the per-delivery boundary: what cannot be read proves nothing
            log.warning("could not look for a message", delivery=delivery.id, error=type(error).__name__)
        return machine.on_find(delivery, found, ts, self.now(), self.chance(), self.store.outbox.policy)

    def _time_left(self, delivery: Delivery) -> float:
        """Return how many seconds a request may take: less than its lease, and less than the delay after which ABSENT is believed."""
        settled = self.store.outbox.policy.settle.total_seconds() * WELL_WITHIN
        return min(machine.time_left(delivery, self.now()).total_seconds(), settled)

    def _tell(self, delivery: Delivery, transition: machine.Transition, looked: bool) -> None:
        report = SendReport(
            delivery.digest,
            delivery.slot,
            str(delivery.target),
            delivery.part,
            transition.state.value,
            transition.detail,
            looked,
        )
        self.reports.append(report)
        del self.reports[:-1000]  # the daemon runs for years
        self.observer.tried(report)
        say = log.info if transition.state in (DeliveryState.SENT, DeliveryState.PENDING) else log.warning
        say(
            "message",
            digest=delivery.digest,
            slot=delivery.slot,
            target=str(delivery.target),
            part=delivery.part,
            state=transition.state.value,
            reason=transition.reason.value,
            detail=transition.detail,
        )
