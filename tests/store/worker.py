"""A daemon reduced to what may go wrong: build slots, claim, post, look, settle. Runs in a process that is killed at any of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, event

from monitor.digests.outbox import Transition, on_find, on_result
from monitor.errors import StoreBusyError
from monitor.models import (
    Delivery,
    DeliveryState,
    Found,
    NewDelivery,
    SendResult,
    SendVerdict,
    SlotState,
    Target,
)
from monitor.store import Store
from tests.standins.desk import REQUEST, Phone
from tests.standins.ledger import LEASE, NOW, collect, found, slot

TARGETS = (Target("slack", "#a"), Target("slack", "#b"))
PARTS = 2
VERDICTS = {"ok": SendVerdict.SENT, "refused": SendVerdict.RETRY, "wait": SendVerdict.WAIT}


def main(url: str, path: str, owner: str, slots: int) -> None:
    """Work until every slot is built and every message sent; the exit code is then 0."""
    phone = Phone(path)
    with Store.open(url) as store:
        event.listen(store.database.engine, "commit", lambda connection: announce(connection, phone))
        did: bool | None = True
        while did is not None:
            now = NOW + timedelta(seconds=phone.ask("clock", idle=not did))
            try:
                did = step(store, phone, owner, slots, now)
            except StoreBusyError:
                did = False  # the database lost its patience with two rivals; the next tick tries again


def announce(connection: Connection, phone: Phone) -> None:
    """Tell the desk that a write is about to be committed."""
    if connection.get_execution_options().get("write"):
        phone.ask("commit")


def step(store: Store, phone: Phone, owner: str, slots: int, now: datetime) -> bool | None:
    """Do one tick; say whether there was anything to do, or (None) that everything is over."""
    built = build_next(store, slots, now)
    store.outbox.expire_leases(now)
    claimed = store.outbox.claim(now, LEASE, owner, ["slack"])
    if claimed is None:
        return built if built or store.outbox.oldest() is not None else None
    transition = (
        look(phone, claimed, now) if claimed.state is DeliveryState.UNKNOWN else post(phone, claimed, now)
    )
    store.outbox.settle(claimed, transition, now)
    return True


def build_next(store: Store, slots: int, now: datetime) -> bool:
    """Collect the next slot's articles and build it, unless all are built."""
    number = len(store.slots.recorded("morning", limit=None))
    if number >= slots:
        return False
    label = f"slot-{number}"
    collect(store, *(found(f"{label}-{i}", now) for i in range(3)), at=now)
    pending = store.slots.pending("morning", ["irs"], now)
    ids = [member.article.id for story in pending for member in story.members]
    messages = [
        NewDelivery(target, part, f"{label} {target} {part}", "{}", thread_part=0 if part else None)
        for target in TARGETS
        for part in range(PARTS)
    ]
    store.slots.build(slot(label, at=now), SlotState.BUILT, ids, messages, now)
    return True


def post(phone: Phone, claimed: Delivery, now: datetime) -> Transition:
    """Send a message once, by the end of its request's time."""
    by = (now + REQUEST - NOW).total_seconds()
    answer = phone.ask("post", target=str(claimed.target), nonce=claimed.nonce, by=by)
    verdict = VERDICTS.get(answer, SendVerdict.UNKNOWN)
    return on_result(
        claimed, SendResult(verdict, ts="17.5" if answer == "ok" else None, retry_after=2.0), now, 0.5
    )


def look(phone: Phone, claimed: Delivery, now: datetime) -> Transition:
    """Look for a message in doubt."""
    there = phone.ask("find", target=str(claimed.target), nonce=claimed.nonce)
    return on_find(claimed, Found.PRESENT if there else Found.ABSENT, "17.5", now, 0.5)
