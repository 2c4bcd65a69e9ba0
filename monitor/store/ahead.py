"""What a clock that ran ahead has written, put right when it has been set back.

A machine may show next year for a few minutes, until its time service notices. What it does meanwhile is planned from there: the next
poll of every feed, the next try of a message, the first sight of an article, slots declared missed. Left alone, each would wait for that
hour, and the silence would look like quiet. Nobody can tell here whether the clock was wrong before or is wrong now; so only what is
safe either way is done: polls and tries come at once, and matched articles count as seen now, for the digests that have yet to carry
them. What was carried, sent or built stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, or_, select, true, update

from monitor.models import SlotKind, SlotState
from monitor.store import codec, schema
from monitor.store.database import Database
from monitor.store.feeds import chunks

TOLERANCE = timedelta(hours=1)
"""Clocks of several machines on one database, and a time service's steps, differ by less."""

LONGEST_WAIT = timedelta(days=2)
"""Longer than any wait that a target or site is granted (`digests.outbox.Policy`, `collect.cadence.Policy`)."""

_feeds, _articles, _slots, _outbox = schema.feeds, schema.articles, schema.slots, schema.outbox
_FEED_TIMES = "first_seen last_poll last_ok last_new failing_since moved_since full_since last_gap".split()
_WITH_FIRST_SIGHT = {
    schema.bodies: "article",
    schema.sketches: "article",
    schema.matches: "article",
    _articles: "id",
}


@dataclass(frozen=True, slots=True)
class Restamped:
    """How many of each kind were put right."""

    feeds: int = 0
    messages: int = 0
    slots: int = 0
    articles: int = 0


def restamp(database: Database, now: datetime) -> Restamped:
    """Put right what was written by a clock ahead of `now` by more than `TOLERANCE`, in one transaction; usually there is nothing."""
    at, ahead = codec.micros(now), codec.micros(now + TOLERANCE)
    late = codec.micros(now + LONGEST_WAIT)
    with database.reading() as connection:
        if not connection.execute(select(_ran_ahead(ahead))).scalar():
            return Restamped()
    with database.writing(durable=True) as connection:
        return Restamped(
            feeds=_feeds_due(connection, at, ahead, late),
            messages=_messages_due(connection, at, ahead, late),
            slots=_undecided(connection, at, ahead),
            articles=_seen_now(connection, at, ahead),
        )


def _ran_ahead(ahead: int) -> ColumnElement[bool]:
    """The condition that a clock has run ahead, and that it was not put right yet: polls or messages are of the future."""
    return or_(exists().where(_feeds.c.last_poll > ahead), exists().where(_outbox.c.created > ahead))


def _feeds_due(connection: Connection, at: int, ahead: int, late: int) -> int:
    """Make the feeds due that were polled in the future, and give back the silence that sites asked for there."""
    planned = and_(_feeds.c.last_poll > ahead, _feeds.c.next_poll.is_not(None))
    due = connection.execute(update(_feeds).where(planned).values(next_poll=at)).rowcount
    not_yet = and_(_feeds.c.last_poll.is_(None), _feeds.c.next_poll > ahead)
    due += connection.execute(update(_feeds).where(not_yet).values(next_poll=at)).rowcount
    connection.execute(update(_feeds).where(_feeds.c.claimed_until > ahead).values(claimed_until=at))
    for name in _FEED_TIMES:
        _cap(connection, _feeds, name, at, ahead)
    quiet = schema.quiet_hosts
    connection.execute(delete(quiet).where(quiet.c.until > late))
    return due


def _messages_due(connection: Connection, at: int, ahead: int, late: int) -> int:
    """Let messages go that wait for a time no wait reaches; end leases and holds that do."""
    late_ones = update(_outbox).where(schema.OPEN, _outbox.c.not_before > late)
    waiting = connection.execute(late_ones.values(not_before=at)).rowcount
    leased = update(_outbox).where(schema.OPEN, _outbox.c.lease_until > ahead)
    connection.execute(leased.values(lease_until=at))
    _cap(connection, _outbox, "created", at, ahead)  # the cap on alerts counts those of the last hour
    _cap(connection, schema.holds, "until", at, late)
    return waiting


def _undecided(connection: Connection, at: int, ahead: int) -> int:
    """Forget the slots of the future that were skipped or empty: they have yet to come. Built ones stand: they were sent."""
    given_up = _slots.c.state.in_([SlotState.SKIPPED.value, SlotState.EMPTY.value])
    scheduled = _slots.c.kind == SlotKind.SCHEDULED.value
    _cap(connection, schema.digests, "first_seen", at, ahead)
    return connection.execute(delete(_slots).where(_slots.c.at > ahead, given_up, scheduled)).rowcount


def _seen_now(connection: Connection, at: int, ahead: int) -> int:
    """Count the articles that a digest may have yet to carry as first seen now."""
    query = select(_articles.c.id).where(
        _articles.c.first_seen > ahead,
        _articles.c.announce.is_(true()),
        exists().where(schema.matches.c.article == _articles.c.id),
    )
    found = list(connection.execute(query).scalars())
    for table, name in _WITH_FIRST_SIGHT.items():
        for chunk in chunks(found):
            connection.execute(update(table).where(table.c[name].in_(chunk)).values(first_seen=at))
    return len(found)


def _cap(connection: Connection, table: Table, name: str, at: int, ahead: int) -> None:
    column = table.c[name]
    connection.execute(update(table).where(column > ahead).values({name: at}))
