"""What is remembered: one database, which is also the queue between collecting and delivering.

`Store.open(url)` gives one object per aggregate; all of them share the engine, are synchronous, and may be called from several threads.
Every method raises `StoreBusyError` (ask again at the next tick), `SchemaError` or `StoreError`; `now` is an aware UTC instant.
What a method does in and out is in its own docstring; this is the map.

Store                       (this file)
    Store.open(url, migrate=True) -> Store          create or migrate; `migrate=False` refuses an older schema
    close()                                         also the end of `with Store.open(url) as store:`
    save_polls(records: Sequence[PollRecord], now)  one transaction for a batch: states, keys, articles, matches, gaps, quiet hosts
    writable() -> bool                              a real write reached the database
    prune(now, matched: timedelta, unmatched: timedelta) -> Pruned
    backup(path)                                    SQLite's online backup; PostgreSQL: says what to run
    revision() -> str | None                        of the schema

store.feeds                 (feeds.py)
    sync(feeds, first_polls: Mapping[str, datetime], now)
    states(resting=False) -> list[FeedState];  state(name) -> FeedState | None
    due(now, limit=None, lease=None) -> list[FeedState]
    quiet_hosts(now) -> dict[str, datetime]
    seen(feed, keys) -> dict[str, Seen];  stale(feed, keys, before) -> frozenset[str]   (the keys worth `touched`)
    gaps(feed) -> list[Gap]

store.archive               (archive.py)
    article(id) -> Article | None;  articles(since, until, matched, feed, limit, newest_first=True) -> Iterator[Article]
    matches_of(id) -> tuple[Match, ...];  versions(id) -> tuple[Version, ...];  known(ids) -> frozenset[str];  story_of(id)
    sketches(since, old, backlog) -> Iterator[(article, story, outlet, first_seen, sketch, published)]
    replace_matches({article id: matches});  seen_between(since, until) -> int;  counts() -> ArchiveCounts

store.slots                 (slots.py)
    first_seen(digest, now) -> datetime
    recorded(digest=None, limit=100) -> list[RecordedSlot];  labels(digest, since) -> frozenset[str];  slot(digest, label)
    build(slot, state, placed, deliveries, now, told=()) -> bool    ONE transaction; False if the label or an article is taken
    placed(digest, label) -> tuple[str, ...]
    pending(digest, topics, until, since=None, as_of=None) -> list[PendingStory]
    untold(digest, since) -> list[Version]          material changes of carried articles, not yet told
    roots(digest, articles) -> {article: {str(target): delivery id}}    where a reply about a carried article belongs
    alerts(since) -> {str(target): count}           for the cap per channel and hour

store.outbox                (outbox.py; decisions: monitor.digests.outbox)
    claim(now, lease, owner, kinds) -> Delivery | None      SENDING: send it; UNKNOWN: find its nonce
    settle(delivery, transition, now) -> bool               False: the lease was lost, nothing written
    expire_leases(now) -> list[Delivery];  give_back(owner, now) -> list[Delivery]
    hold(scope, until, why, now);  park(scope, why, now);  unpark(scope=None) -> int;  holds(now=None) -> list[Hold]
    deliveries(states=None, digest=None, slot=None, limit=None) -> list[Delivery];  reasons(ids) -> {id: reason}
    counts() -> {DeliveryState: int};  oldest() -> datetime | None;  retry(ids=None) -> int

store.meta                  (meta.py)       get(key) -> str | None;  set(key, value)
store.feedback              (feedback.py)   add_vote(topic, article, voter, useful, now);  votes(topic=None) -> list[Vote]
                                            mute(subject, until, muted_by, now);  unmute(subject) -> bool;  mutes(now) -> {subject: Mute}

A scope is `str(target)` (`slack:#news`) or a kind (`slack`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.models import PollRecord
from monitor.store import ahead, migrate, retention
from monitor.store.ahead import Restamped
from monitor.store.archive import Archive, ArchiveCounts, Version
from monitor.store.database import Database
from monitor.store.feedback import Feedback, Mute, Vote
from monitor.store.feeds import Feeds
from monitor.store.meta import Meta
from monitor.store.outbox import Outbox
from monitor.store.retention import Pruned
from monitor.store.slots import RecordedSlot, Slots

__all__ = [
    "Archive",
    "ArchiveCounts",
    "Feedback",
    "Feeds",
    "Meta",
    "Mute",
    "Outbox",
    "Pruned",
    "RecordedSlot",
    "Slots",
    "Store",
    "Version",
    "Vote",
]


class Store:
    """The database, by aggregate."""

    def __init__(self, database: Database) -> None:
        """Take an opened database whose schema is this program's; `Store.open` is the usual way."""
        self.database = database
        self.feeds = Feeds(database)
        self.archive = Archive(database)
        self.slots = Slots(database)
        self.outbox = Outbox(database)
        self.meta = Meta(database)
        self.feedback = Feedback(database)

    @classmethod
    def open(cls, url: str, migrate: bool = True) -> Store:
        """Open `sqlite:///path` (made with its folder if absent), `sqlite://` (in memory) or `postgresql://…`.

        Raises SchemaError for a newer or foreign schema, and for an older one when `migrate` is False.
        """
        database = Database(url)
        try:
            _prepare(database, migrate)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def save_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        """Write all that a batch of polls changes, in one transaction: after a crash either all of it is there or none."""
        if not records:
            return
        with self.database.writing() as connection:
            self.feeds.write(connection, records, now)
            self.archive.write(connection, records, now)

    def writable(self) -> bool:
        """Write something and say whether it arrived; what stands in the way is raised by the next real write."""
        return self.meta.probe()

    def prune(self, now: datetime, matched: timedelta, unmatched: timedelta) -> Pruned:
        """Forget what is past its time (see `monitor.store.retention`)."""
        return retention.prune(self.database, now, matched, unmatched)

    def restamp(self, now: datetime) -> Restamped:
        """Put right what a clock that ran ahead has written (see `monitor.store.ahead`); nothing, if none did."""
        return ahead.restamp(self.database, now)

    def backup(self, path: Path) -> None:
        """Copy the live SQLite database to a file and check the copy; raises StoreError for PostgreSQL, saying what to run."""
        retention.backup(self.database, path)

    def revision(self) -> str | None:
        """Return the revision of the schema."""
        return migrate.revision(self.database)


_prepare = migrate.prepare  # `open` has an argument of the module's name
