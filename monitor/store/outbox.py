"""The outbox: which message may be sent now, by whom, and what became of it. The decisions are `monitor.digests.outbox`'s.

A claim is a lease: it is committed, durably, before the request leaves, and only its owner may settle while it lives. Each claim of a row
makes a new token (`owner#7`), so that a sender that slept through its lease cannot settle over the next one (a fencing token).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.sql import ColumnElement, Select

from monitor.digests import outbox as machine
from monitor.digests.outbox import Hold, Policy, Reason, Transition
from monitor.models import Delivery, DeliveryState, Target
from monitor.store import codec, schema
from monitor.store.database import Database, Row

_outbox = schema.outbox
_holds = schema.holds
_earlier = _outbox.alias("earlier")
_parent = _outbox.alias("parent")

_CLAIMABLE = (DeliveryState.PENDING.value, DeliveryState.UNKNOWN.value, DeliveryState.BLOCKED.value)
_OPEN = text(f"outbox.{schema.OPEN}")  # the table named, as the query joins it with its parent
_OVER = (DeliveryState.SENT.value, DeliveryState.DEAD.value)


class Outbox:
    """Deliveries and the holds on their targets."""

    def __init__(self, database: Database, policy: Policy = machine.DEFAULT) -> None:
        self._database = database
        self.policy = policy

    def claim(self, now: datetime, lease: timedelta, owner: str, kinds: Collection[str]) -> Delivery | None:
        """Lease the next message that may go to a target of one of the `kinds`, or return None.

        The state of what is returned says what to do: SENDING, send it; UNKNOWN, look for its nonce (`Notifier.find`). Never given are: what
        another holds a lease on, what waits (`not_before`), a part before the parts ahead of it are sent, a reply before its parent and the
        replies ahead of it are, and anything for a held target. A parked target whose probe is due gives one message. `owner` must be unique to the process.
        """
        asked = {"now": codec.micros(now), "kinds": list(kinds)}
        if not self._any(_NEXT, asked):
            return None
        with self._database.writing(durable=True) as connection:
            row = connection.execute(_NEXT_LOCKED, asked).mappings().first()
            if row is None or not self._may_probe(connection, row, now):
                return None
            changes = _lease(row, now, lease, owner)
            connection.execute(update(_outbox).where(_outbox.c.id == row["id"]).values(changes))
        return _delivery({**row, **changes})

    def settle(self, delivery: Delivery, transition: Transition, now: datetime) -> bool:
        """Write what became of a claimed message, and end its lease; False (nothing written) if the lease is no longer alive."""
        owned = and_(
            _outbox.c.id == delivery.id,
            _outbox.c.lease == delivery.lease,
            _outbox.c.lease_until > codec.micros(now),
        )
        with self._database.writing(durable=True) as connection:
            done = connection.execute(update(_outbox).where(owned).values(_settled(transition)))
            if done.rowcount == 1:
                self._consequences(connection, delivery.target, transition, now)
            return done.rowcount == 1

    def expire_leases(self, now: datetime) -> list[Delivery]:
        """Turn messages whose sender died or hung into UNKNOWN; return them as they were."""
        return self._end_leases(_outbox.c.lease_until <= codec.micros(now), Reason.LEASE_EXPIRED, now)

    def give_back(self, owner: str, now: datetime) -> list[Delivery]:
        """End all leases of an owner at once (it stops, or it is known to be dead); what was being sent becomes UNKNOWN."""
        return self._end_leases(
            _outbox.c.lease.startswith(f"{owner}#", autoescape=True), Reason.GIVEN_BACK, now
        )

    def hold(self, scope: str, until: datetime, why: str, now: datetime) -> None:
        """Send nothing to a target (`slack:#news`) or kind (`slack`) until an instant; a longer hold stands."""
        with self._database.writing() as connection:
            self._save_hold(connection, machine.held(_hold(connection, scope), scope, until, why, now))

    def park(self, scope: str, why: str, now: datetime) -> None:
        """Send nothing to a target or kind until it is mended: by `unpark`, or by a probe that gets through."""
        with self._database.writing() as connection:
            self._save_hold(
                connection, machine.parked(_hold(connection, scope), scope, why, now, self.policy)
            )

    def unpark(self, scope: str | None = None) -> int:
        """Lift the hold on a scope, or (None) every parking; return how many blocked messages go on."""
        with self._database.writing(durable=True) as connection:
            parked = select(_holds.c.scope).where(_holds.c.parked.is_(true()))
            scopes = list(connection.execute(parked).scalars()) if scope is None else [scope]
            return _free(connection, scopes)

    def holds(self, now: datetime | None = None) -> list[Hold]:
        """Return the holds by scope; with `now`, only those still in force (parked ones always are)."""
        query = select(_holds).order_by(_holds.c.scope)
        if now is not None:
            query = query.where(or_(_holds.c.parked.is_(true()), _holds.c.until > codec.micros(now)))
        with self._database.reading() as connection:
            return [_row_hold(row) for row in connection.execute(query).mappings()]

    def deliveries(
        self,
        states: Collection[DeliveryState] | None = None,
        digest: str | None = None,
        slot: str | None = None,
        limit: int | None = None,
    ) -> list[Delivery]:
        """Return messages in order of queueing, of some states or of one slot; with `limit`, the latest ones."""
        query = _with_thread().order_by(_outbox.c.id.desc()).limit(limit)
        if states is not None:
            query = query.where(_outbox.c.state.in_([state.value for state in states]))
        if digest is not None:
            query = query.where(_outbox.c.digest == digest)
        if slot is not None:
            query = query.where(_outbox.c.slot == slot)
        with self._database.reading() as connection:
            found = [_delivery(row) for row in connection.execute(query).mappings()]
        return found[::-1]

    def reasons(self, ids: Collection[int]) -> dict[int, str]:
        """Return why each of the given messages is in its state (a word of `Reason`; empty for one never claimed)."""
        query = select(_outbox.c.id, _outbox.c.reason).where(_outbox.c.id.in_(list(ids)))
        with self._database.reading() as connection:
            return {row.id: row.reason for row in connection.execute(query)}

    def counts(self) -> dict[DeliveryState, int]:
        """Count the messages in each state; states without any are 0."""
        query = select(_outbox.c.state, func.count()).group_by(_outbox.c.state)
        with self._database.reading() as connection:
            found = {DeliveryState(state): number for state, number in connection.execute(query)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def oldest(self) -> datetime | None:
        """Return when the oldest message that is neither SENT nor DEAD was queued, or None if all are over."""
        query = select(func.min(_outbox.c.created)).where(_OPEN)
        with self._database.reading() as connection:
            return codec.maybe_instant(connection.execute(query).scalar())

    def retry(self, ids: Collection[int] | None = None) -> int:
        """Make messages PENDING again, and lift what parks their targets; return how many.

        None means every DEAD and BLOCKED one. Named ids may also be UNKNOWN: then a double is the operator's choice. SENT and
        leased messages are left alone.
        """
        states = [DeliveryState.DEAD.value, DeliveryState.BLOCKED.value]
        chosen = _outbox.c.state.in_(states if ids is None else [*states, DeliveryState.UNKNOWN.value])
        where = and_(
            chosen, _outbox.c.lease.is_(None), true() if ids is None else _outbox.c.id.in_(list(ids))
        )
        with self._database.writing(durable=True) as connection:
            rows = (
                connection.execute(_with_thread().where(where).with_for_update(of=_outbox)).mappings().all()
            )
            for delivery in map(_delivery, rows):
                again = machine.on_retry(delivery)
                connection.execute(update(_outbox).where(_outbox.c.id == delivery.id).values(_settled(again)))
            _free(connection, {scope for row in rows for scope in (row["target"], row["kind"])})
        return len(rows)

    def _end_leases(self, which: ColumnElement[bool], reason: Reason, now: datetime) -> list[Delivery]:
        query = _with_thread().where(_OPEN, _outbox.c.lease.is_not(None), which)
        if not self._any(query.limit(1)):
            return []
        with self._database.writing(durable=True) as connection:
            locked = query.with_for_update(of=_outbox, skip_locked=True)
            rows = connection.execute(locked).mappings().all()
            deliveries = [_delivery(row) for row in rows]
            for delivery in deliveries:
                connection.execute(
                    update(_outbox)
                    .where(_outbox.c.id == delivery.id)
                    .values(_settled(_abandoned(delivery, reason, now)))
                )
        return deliveries

    def _any(self, query: Select[Any], asked: Mapping[str, Any] | None = None) -> bool:
        """Say whether a query finds anything, without a write lock: at most ticks there is nothing to do."""
        with self._database.reading() as connection:
            return connection.execute(query, asked).first() is not None

    def _may_probe(self, connection: Connection, row: Row, now: datetime) -> bool:
        """Take the turn to probe the row's parked scopes, if any; False when another daemon was first."""
        for scope in (row["target"], row["kind"]):
            hold = _hold(connection, scope)
            if hold is None or not hold.parked:
                continue
            due = and_(
                _holds.c.scope == scope, _holds.c.parked.is_(true()), _holds.c.until <= codec.micros(now)
            )
            until = codec.micros(now + self.policy.probe)
            if connection.execute(update(_holds).where(due).values(until=until)).rowcount == 0:
                return False
        return True

    def _consequences(
        self, connection: Connection, target: Target, transition: Transition, now: datetime
    ) -> None:
        """Apply to the target what the message taught about it."""
        scope = str(target)
        if transition.frees:
            _free(connection, machine.scopes(target))
        if transition.hold_until is not None:
            why = transition.detail or transition.reason.value
            self._save_hold(
                connection, machine.held(_hold(connection, scope), scope, transition.hold_until, why, now)
            )
        if transition.park is not None:
            earlier = _hold(connection, transition.park)
            why = transition.detail or transition.reason.value
            self._save_hold(connection, machine.parked(earlier, transition.park, why, now, self.policy))

    def _save_hold(self, connection: Connection, hold: Hold) -> None:
        row = {
            "scope": hold.scope,
            "until": codec.maybe_micros(hold.until),
            "parked": hold.parked,
            "why": codec.text(hold.why),
            "since": codec.maybe_micros(hold.since),
            "probes": hold.probes,
        }
        insert = self._database.insert(_holds)
        changed = {name: insert.excluded[name] for name in row if name != "scope"}
        connection.execute(insert.on_conflict_do_update(index_elements=["scope"], set_=changed), row)


def _with_thread() -> Select[Any]:
    """Select messages with the timestamp of what they reply to."""
    query = select(_outbox, _parent.c.ts.label("thread_ts"))
    return query.select_from(_outbox.outerjoin(_parent, _parent.c.id == _outbox.c.thread))


def _next() -> Select[Any]:
    """Select the first message that may be claimed at `:now` for the kinds `:kinds`."""
    now = bindparam("now", type_=BigInteger)
    return (
        _with_thread()
        .where(
            _OPEN,
            _outbox.c.state.in_(_CLAIMABLE),
            _outbox.c.kind.in_(bindparam("kinds", expanding=True)),
            _outbox.c.lease.is_(None),
            or_(_outbox.c.not_before.is_(None), _outbox.c.not_before <= now),
            or_(_outbox.c.thread.is_(None), _parent.c.state.in_(_OVER)),
            ~_held(now),
            ~_part_before_it(),
            ~_reply_before_it(),
        )
        # Ordered by an expression, because SQLite would else walk the whole table in order of id instead of the few open rows.
        .order_by(_outbox.c.id + literal_column("0"))
        .limit(1)
    )


def _held(now: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that a hold on the target or its kind is in force."""
    covers = or_(_holds.c.scope == _outbox.c.target, _holds.c.scope == _outbox.c.kind)
    return exists().where(covers, or_(_holds.c.until.is_(None), _holds.c.until > now))


def _part_before_it() -> ColumnElement[bool]:
    """The condition that an earlier part to the same target is still to go. A DEAD one holds up nothing: better out of order than lost."""
    return exists().where(
        _earlier.c.digest == _outbox.c.digest,
        _earlier.c.slot == _outbox.c.slot,
        _earlier.c.target == _outbox.c.target,
        _earlier.c.part < _outbox.c.part,
        _earlier.c.state.not_in(_OVER),
    )


def _reply_before_it() -> ColumnElement[bool]:
    """The condition that an earlier reply to the same message is still to go: a thread is read in order, and of two amendments of one
    message the later must be the last."""
    return exists().where(
        _earlier.c.thread == _outbox.c.thread,
        _earlier.c.target == _outbox.c.target,
        _earlier.c.id < _outbox.c.id,
        _earlier.c.state.not_in(_OVER),
    )


_NEXT = _next()  # built once: building it costs more than running it
_NEXT_LOCKED = _NEXT.with_for_update(
    of=_outbox, skip_locked=True
)  # not one that another claimer is looking at


def _lease(row: Row, now: datetime, lease: timedelta, owner: str) -> dict[str, Any]:
    """Return what a claim changes. An attempt is counted before it is made, so that a message that kills its sender is counted too."""
    claims = row["claims"] + 1
    changes: dict[str, Any] = {
        "claims": claims,
        "lease": f"{owner}#{claims}",
        "lease_until": codec.micros(now + lease),
    }
    if row["state"] != DeliveryState.UNKNOWN.value:
        changes |= {
            "state": DeliveryState.SENDING.value,
            "attempts": row["attempts"] + 1,
            "sending_since": codec.micros(now),
        }
    return changes


def _settled(transition: Transition) -> dict[str, Any]:
    """Return what a transition writes."""
    changes: dict[str, Any] = {
        "state": transition.state.value,
        "reason": transition.reason.value,
        "attempts": transition.attempts,
        "not_before": codec.maybe_micros(transition.not_before),
        "error": codec.text(transition.detail),
        "lease": None,
        "lease_until": None,
    }
    return changes if transition.ts is None else changes | {"ts": codec.text(transition.ts)}


def _abandoned(delivery: Delivery, reason: Reason, now: datetime) -> Transition:
    if reason is Reason.GIVEN_BACK:
        return machine.on_given_back(delivery, now, requested=True)
    return machine.on_lease_expired(delivery, now)


def _delivery(row: Row) -> Delivery:
    kind = row["kind"]
    return Delivery(
        target=Target(kind, row["target"].removeprefix(f"{kind}:")),
        state=DeliveryState(row["state"]),
        not_before=codec.maybe_instant(row["not_before"]),
        lease_until=codec.maybe_instant(row["lease_until"]),
        created=codec.maybe_instant(row["created"]),
        sending_since=codec.maybe_instant(row["sending_since"]),
        **{name: row[name] for name in _SAME},
    )


_SAME = (
    "id",
    "digest",
    "slot",
    "part",
    "nonce",
    "payload",
    "attempts",
    "lease",
    "thread",
    "thread_ts",
    "ts",
    "error",
)


def _hold(connection: Connection, scope: str) -> Hold | None:
    row = connection.execute(select(_holds).where(_holds.c.scope == scope)).mappings().first()
    return None if row is None else _row_hold(row)


def _row_hold(row: Row) -> Hold:
    since = codec.maybe_instant(row["since"])
    return Hold(
        row["scope"], codec.maybe_instant(row["until"]), row["why"], row["parked"], since, row["probes"]
    )


def _free(connection: Connection, scopes: Iterable[str]) -> int:
    """Lift the holds on scopes and let what they blocked go on; return how many messages."""
    names = list(scopes)
    lifted = connection.execute(delete(_holds).where(_holds.c.scope.in_(names))).rowcount
    blocked = and_(
        _outbox.c.state == DeliveryState.BLOCKED.value,
        or_(_outbox.c.target.in_(names), _outbox.c.kind.in_(names)),
    )
    freed = {"state": DeliveryState.PENDING.value, "reason": Reason.UNPARKED.value, "not_before": None}
    return connection.execute(update(_outbox).where(blocked).values(freed)).rowcount if lifted else 0
