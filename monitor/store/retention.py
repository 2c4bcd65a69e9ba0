"""Housekeeping: what is forgotten and when, and copies of the whole for safe keeping.

* The **text** of an article no topic matched goes after `unmatched`; its title and hash stay, so that a digest's "seen" counts and later
  copies still know it.
* Everything about an article goes after `matched` (matched or not), with its matches, versions and placements; so do the messages that
  carried it, once SENT or DEAD. The slots' labels stay for ever, because no slot may be built twice.
* **Identity keys** go when not seen for 90 days, but a feed always keeps four times its window (spec: re-appearance is not new).
* **Sketches** go after a week; the stories' window is three days.

Each step takes its own short transactions, so that polls and claims are never kept waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, false, select

from monitor.errors import StoreError
from monitor.models import DeliveryState
from monitor.store import codec, schema
from monitor.store.database import Database, raw
from monitor.store.faults import translated
from monitor.store.feeds import forget_seen

SEEN_FOR = timedelta(days=90)
SEEN_WINDOWS = 4
SKETCHED_FOR = timedelta(days=7)

_BATCH = 2000
"""Rows deleted in one transaction: some 20 ms on a slow disk."""

_articles = schema.articles
_bodies = schema.bodies
_outbox = schema.outbox


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many of each kind retention removed."""

    texts: int = 0
    articles: int = 0
    messages: int = 0
    keys: int = 0
    sketches: int = 0


def prune(database: Database, now: datetime, matched: timedelta, unmatched: timedelta) -> Pruned:
    """Forget what is past its time (see the module's docstring), give the space back, and refresh the planner's statistics."""
    cut = codec.micros(now - matched)
    pruned = Pruned(
        texts=_repeat(database, lambda c: _drop_texts(c, codec.micros(now - unmatched))),
        messages=_repeat(database, lambda c: _drop_messages(c, cut)),
        articles=_repeat(database, lambda c: _drop_articles(c, cut)),
        keys=_forget_keys(database, codec.micros(now - SEEN_FOR)),
        sketches=_repeat(database, lambda c: _drop_sketches(c, codec.micros(now - SKETCHED_FOR))),
    )
    _drop_leftovers(database, codec.micros(now), cut)
    tidy(database)
    return pruned


def tidy(database: Database) -> None:
    """Return free pages to the disk and let the planner know how the tables have grown."""
    if database.postgres:  # autovacuum does both
        return
    with translated(database.place), database.engine.connect() as connection:
        # executescript, because execute() takes only the first step of incremental_vacuum: one page instead of all
        raw(connection).executescript(
            "PRAGMA incremental_vacuum; PRAGMA optimize; PRAGMA wal_checkpoint(PASSIVE)"
        )


def backup(database: Database, path: Path) -> None:
    """Copy a live SQLite database to a file, consistently and while others write (sqlite.org/backup.html); check the copy.

    The file appears whole or not at all. Raises StoreError when it cannot be written, is damaged, or the database is PostgreSQL's.
    """
    if database.postgres:
        raise StoreError(
            "a PostgreSQL database is backed up with its own tool: pg_dump --format=custom --file=FILE DATABASE"
        )
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with translated(f"backup {path}"):
            _copy(database, partial)
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write the backup {path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _copy(database: Database, path: Path) -> None:
    """Copy page by page in one pass, turn the copy from WAL to a single file, and check it."""
    copy = sqlite3.connect(path)
    try:
        with database.engine.connect() as connection:
            raw(connection).backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        copy.close()
    if verdict != "ok":
        raise StoreError(f"the database is damaged ({verdict}): keep your older backups")


def _repeat(database: Database, step: Callable[[Connection], int]) -> int:
    """Run a deleting step in transactions of its own until it finds nothing more; return how many rows went."""
    total = 0
    while True:
        with database.writing() as connection:
            gone = step(connection)
        total += gone
        if gone < _BATCH:
            return total


def _drop_texts(connection: Connection, before: int) -> int:
    """Drop texts of articles no topic matched."""
    unmatched = select(_articles.c.id).where(
        _articles.c.id == _bodies.c.article, _articles.c.matched.is_(false())
    )
    old = select(_bodies.c.first_seen, _bodies.c.article).where(
        _bodies.c.first_seen < before, unmatched.exists()
    )
    return _delete(connection, _bodies, connection.execute(old.limit(_BATCH)).all())


def _drop_articles(connection: Connection, before: int) -> int:
    """Drop articles with all that hangs on them; matches and versions go by their references."""
    old = select(_articles.c.first_seen, _articles.c.id).where(_articles.c.first_seen < before)
    keys = connection.execute(old.order_by(_articles.c.first_seen).limit(_BATCH)).all()
    ids = [row.id for row in keys]
    for table in (_bodies, schema.sketches):
        _delete(connection, table, keys)
    connection.execute(delete(schema.placed).where(schema.placed.c.article.in_(ids)))
    return connection.execute(delete(_articles).where(_articles.c.id.in_(ids))).rowcount


def _delete(connection: Connection, table: Table, keys: Sequence[Any]) -> int:
    """Delete the rows of the given (first_seen, article); return how many were named."""
    if keys:
        row = and_(table.c.first_seen == bindparam("at"), table.c.article == bindparam("of"))
        connection.execute(delete(table).where(row), [{"at": at, "of": article} for at, article in keys])
    return len(keys)


def _drop_messages(connection: Connection, before: int) -> int:
    """Drop finished messages, replies before what they reply to."""
    reply = _outbox.alias("reply")
    over = [DeliveryState.SENT.value, DeliveryState.DEAD.value]
    old = (
        select(_outbox.c.id)
        .where(_outbox.c.created < before, _outbox.c.state.in_(over))
        .where(~select(reply.c.id).where(reply.c.thread == _outbox.c.id).exists())
        .limit(_BATCH)
    )
    ids = list(connection.execute(old).scalars())
    return connection.execute(delete(_outbox).where(_outbox.c.id.in_(ids))).rowcount


def _drop_sketches(connection: Connection, before: int) -> int:
    table = schema.sketches
    old = select(table.c.first_seen, table.c.article).where(table.c.first_seen < before)
    return _delete(connection, table, connection.execute(old.limit(_BATCH)).all())


def _forget_keys(database: Database, before: int) -> int:
    """Forget old identity keys, one feed a transaction."""
    with database.reading() as connection:
        feeds: list[Any] = list(connection.execute(select(schema.feeds.c.id, schema.feeds.c.window)))
    total = 0
    for feed in feeds:
        with database.writing() as connection:
            total += forget_seen(connection, feed.id, before, SEEN_WINDOWS * feed.window)
    return total


def _drop_leftovers(database: Database, now: int, cut: int) -> None:
    """Drop what is small but would grow for ever."""
    holds, mutes = schema.holds, schema.mutes
    with database.writing() as connection:
        connection.execute(delete(schema.quiet_hosts).where(schema.quiet_hosts.c.until < now))
        connection.execute(delete(schema.gaps).where(schema.gaps.c.until < cut))
        connection.execute(delete(holds).where(holds.c.parked.is_(false()), holds.c.until < now))
        connection.execute(delete(mutes).where(mutes.c.until < now))
