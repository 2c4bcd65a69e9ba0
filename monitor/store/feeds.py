"""What is remembered about feeds: their state between polls, the identity keys seen in them, gaps, and hosts that asked for quiet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, bindparam, delete, false, func, or_, select, true, update
from sqlalchemy.sql import ColumnElement, Select

from monitor.models import Feed, FeedState, Gap, Outcome, PlanReason, PollHints, PollRecord, Seen, Validators
from monitor.store import codec, schema
from monitor.store.database import Database, Row

CHUNK = 512
"""Values in one IN list: well under SQLite's and PostgreSQL's limits on parameters (32,766 and 65,535)."""

_feeds = schema.feeds
_seen = schema.seen

# Made once: a statement made for each question costs more than its answer, and lies in a cycle with its list of values until
# Python next looks for garbage (2 MB after 1,000 feeds).
_ASKED = (_seen.c.feed == bindparam("feed"), _seen.c.key.in_(bindparam("keys", expanding=True)))
_SEEN = select(_seen).where(*_ASKED)
_STALE = select(_seen.c.key).where(*_ASKED, _seen.c.last_seen < bindparam("before"))
_NO_HINTS = PollHints()
_T = TypeVar("_T")

_ACTIVE = and_(_feeds.c.active.is_(true()), _feeds.c.gone.is_(false()))
_UPDATE = update(_feeds).where(_feeds.c.name == bindparam("of"))
_SAVE = _UPDATE.values(
    {
        column.name: bindparam(column.name)
        for column in _feeds.c
        if column.name not in ("id", "name", "active")
    }
)
_ACTIVATE = _UPDATE.values(active=bindparam("is_active"))
_CLAIM = _UPDATE.values(claimed_until=bindparam("until"), claimed_by=bindparam("by"))
_TOUCH = (
    update(_seen)
    .where(_seen.c.feed == bindparam("of"), _seen.c.key == bindparam("under"))
    .values(last_seen=bindparam("now"))
)


class Feeds:
    """The feeds' states, one row a feed; names are those of feeds.yaml."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, int] = {}
        see = database.insert(_seen)
        changed = {name: see.excluded[name] for name in ("article", "fingerprint", "last_seen")}
        self._see = see.on_conflict_do_update(index_elements=["feed", "key"], set_=changed)

    def sync(self, feeds: Sequence[Feed], first_polls: Mapping[str, datetime], now: datetime) -> None:
        """Make the states those of the configured feeds.

        A new feed is first polled at `first_polls[name]` (else `now`). One no longer configured rests: it keeps its state and its seen
        keys in case it comes back. One whose address changed loses what is bound to the old one (validators, body hash, errors, a
        move under way); unless it only followed a move or changed scheme or `www.`, it is baselined anew.
        """
        with self._database.writing() as connection:
            known = {state.name: state for state in _states(connection.execute(select(_feeds)))}
            fresh = [
                _first_state(feed, first_polls.get(feed.name, now), now)
                for feed in feeds
                if feed.name not in known
            ]
            moved = [
                _readdressed(known[feed.name], feed.url, first_polls.get(feed.name, now))
                for feed in feeds
                if feed.name in known and known[feed.name].configured_url != feed.url
            ]
            if fresh:
                connection.execute(_feeds.insert(), [state_row(state) | {"active": True} for state in fresh])
            _save_states(self._database, connection, moved)
            _activate(connection, {feed.name for feed in feeds})

    def states(self, resting: bool = False) -> list[FeedState]:
        """Return the states of all configured feeds by name; with `resting`, of those no longer configured too."""
        query = select(_feeds).order_by(_feeds.c.name)
        with self._database.reading() as connection:
            return list(
                _states(connection.execute(query if resting else query.where(_feeds.c.active.is_(true()))))
            )

    def state(self, name: str) -> FeedState | None:
        """Return one feed's state, or None if it was never configured."""
        with self._database.reading() as connection:
            return next(_states(connection.execute(select(_feeds).where(_feeds.c.name == name))), None)

    def due(
        self, now: datetime, limit: int | None = None, lease: timedelta | None = None, owner: str = ""
    ) -> list[FeedState]:
        """Return the feeds to poll, longest due first.

        Several daemons on one PostgreSQL share the work with `lease`: a feed given to one (`owner`) is withheld from the others until its
        poll is saved, the lease ends, or the owner's claims are given back. A single daemon leaves it None, so that a restart after a
        crash polls at once.
        """
        moment = codec.micros(now)
        query = select(_feeds).where(_ACTIVE, _feeds.c.next_poll <= moment, _unclaimed(moment))
        query = query.order_by(_feeds.c.next_poll).limit(limit)
        if lease is None:
            with self._database.reading() as connection:
                return list(_states(connection.execute(query)))
        with self._database.writing() as connection:
            states = list(_states(connection.execute(query.with_for_update(skip_locked=True))))
            _claim(connection, states, codec.micros(now + lease), owner)
            return states

    def claimants(self) -> frozenset[str]:
        """Return the owners of claims, dead ones among them."""
        query = select(_feeds.c.claimed_by).where(_feeds.c.claimed_by.is_not(None)).distinct()
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def give_back(self, owner: str) -> int:
        """End all claims of an owner that stops or is known to be dead; return how many feeds may be polled again."""
        freed = update(_feeds).where(_feeds.c.claimed_by == owner).values(claimed_until=None, claimed_by=None)
        with self._database.writing() as connection:
            return connection.execute(freed).rowcount

    def quiet_hosts(self, now: datetime) -> dict[str, datetime]:
        """Return the hosts that asked for quiet, and until when."""
        table = schema.quiet_hosts
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.until > codec.micros(now))).all()
        return {row.host: codec.instant(row.until) for row in rows}

    def seen(self, feed: str, keys: Collection[str]) -> dict[str, Seen]:
        """Return what is known under each of the given identity keys of a feed; unknown ones are left out."""
        by_hash = {codec.key_hash(key): key for key in keys}
        with self._database.reading() as connection:
            rows = _asked(connection, _SEEN, by_hash, feed=self._id(connection, feed))
            return {by_hash[bytes(row.key)]: Seen(row.article, row.fingerprint) for row in rows}

    def stale(self, feed: str, keys: Collection[str], before: datetime) -> frozenset[str]:
        """Return those of the keys last seen before an instant: the ones worth touching (at most once a day, to spare writes)."""
        by_hash = {codec.key_hash(key): key for key in keys}
        with self._database.reading() as connection:
            number, moment = self._id(connection, feed), codec.micros(before)
            rows = _asked(connection, _STALE, by_hash, feed=number, before=moment)
            return frozenset(by_hash[bytes(row.key)] for row in rows)

    def gaps(self, feed: str) -> list[Gap]:
        """Return the feed's recorded gaps, oldest first."""
        table = schema.gaps
        query = select(table).join(_feeds).where(_feeds.c.name == feed).order_by(table.c.until)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Gap(codec.instant(row.since), codec.instant(row.until), row.filled) for row in rows]

    def write(self, connection: Connection, records: Sequence[PollRecord], now: datetime) -> None:
        """Write the feeds' part of a batch of polls on an open transaction: states, keys, gaps, quiet hosts."""
        _save_states(self._database, connection, [record.state for record in records])
        self._save_sightings(connection, records, codec.micros(now))
        self._touch(connection, records, codec.micros(now))
        self._save_gaps(connection, records)
        _save_quiet(self._database, connection, records)

    def _save_sightings(self, connection: Connection, records: Sequence[PollRecord], now: int) -> None:
        rows = {
            (number, key): {
                "feed": number,
                "key": key,
                "article": s.article,
                "fingerprint": s.fingerprint,
                "last_seen": now,
            }
            for record in records
            if record.sightings
            for number in (self._id(connection, record.state.name),)
            for s in record.sightings
            for key in map(codec.key_hash, s.keys)
        }
        self._database.many(connection, self._see, list(rows.values()))

    def _touch(self, connection: Connection, records: Sequence[PollRecord], now: int) -> None:
        rows = [
            {"of": self._id(connection, record.state.name), "under": codec.key_hash(key), "now": now}
            for record in records
            for key in record.touched
        ]
        self._database.many(connection, _TOUCH, rows)

    def _save_gaps(self, connection: Connection, records: Sequence[PollRecord]) -> None:
        rows = [
            {
                "feed": self._id(connection, record.state.name),
                "since": codec.micros(record.gap.since),
                "until": codec.micros(record.gap.until),
                "filled": record.gap.filled,
            }
            for record in records
            if record.gap is not None
        ]
        if rows:
            connection.execute(schema.gaps.insert(), rows)

    def _id(self, connection: Connection, name: str) -> int:
        """Return the number of a feed; unknown names get -1, under which nothing is ever stored."""
        if name not in self._ids:
            self._ids = {row.name: row.id for row in connection.execute(select(_feeds.c.name, _feeds.c.id))}
        return self._ids.get(name, -1)


def _asked(
    connection: Connection, statement: Select[Any], keys: Iterable[bytes], **asked: int
) -> Iterator[Any]:
    """Yield the rows that a statement on identity keys finds, however many keys there are."""
    for chunk in chunks(keys):
        yield from connection.execute(statement, {**asked, "keys": chunk})


def chunks(values: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """Cut an iterable into lists for `IN (…)`, of at most `size` values, each filled up with its last one to a power of two.

    A statement has a text for each length of such a list, and the driver keeps the last 128 texts prepared: with lists of every length
    up to 512 they took 5 MB.
    """
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        full = 1 << (len(chunk) - 1).bit_length()
        yield chunk + chunk[-1:] * (full - len(chunk))


_PLAIN = ("errors", "window", "gaps", "strikes", "gone", "baselined", "full")
_TEXTS = (
    "configured_url",
    "url",
    "body_hash",
    "reason_detail",
    "error",
    "told",
    "moved_to",
    "previous_url",
    "title",
)
_INSTANTS = (
    "next_poll", "first_seen", "last_poll", "last_ok", "last_new", "failing_since", "moved_since", "last_gap",
)  # fmt: skip
_DURATIONS = ("adaptive", "usual_gap", "lifetime")


def state_row(state: FeedState) -> dict[str, Any]:
    """Write a state as a row."""
    row: dict[str, Any] = {name: getattr(state, name) for name in _PLAIN}
    row.update((name, codec.maybe_text(getattr(state, name))) for name in _TEXTS)
    row.update((name, codec.maybe_micros(getattr(state, name))) for name in _INSTANTS)
    row.update((name, codec.maybe_span(getattr(state, name))) for name in _DURATIONS)
    row["name"] = state.name
    row["etag"] = codec.exact(state.validators.etag)
    row["last_modified"] = codec.exact(state.validators.last_modified)
    row["validated_url"] = codec.maybe_text(state.validators.url)
    row["full_since"] = codec.maybe_micros(state.validators.since)
    row["reason"] = state.reason.value
    row["outcome"] = None if state.outcome is None else state.outcome.value
    row["untrusted"] = codec.as_json(sorted(state.untrusted))
    row["hints"] = _hints_text(state.hints)
    row["claimed_until"] = row["claimed_by"] = None
    return row


def row_state(row: Row) -> FeedState:
    """Read a state from a row."""
    fields: dict[str, Any] = {name: row[name] for name in (*_PLAIN, *_TEXTS)}
    fields.update((name, codec.maybe_instant(row[name])) for name in _INSTANTS)
    fields.update((name, codec.maybe_duration(row[name])) for name in _DURATIONS)
    validators = Validators(
        codec.as_text(row["etag"]),
        codec.as_text(row["last_modified"]),
        codec.maybe_instant(row["full_since"]),
        row["validated_url"],
    )
    return FeedState(
        name=row["name"],
        validators=validators,
        reason=PlanReason(row["reason"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        untrusted=frozenset(codec.from_json(row["untrusted"])),
        hints=_text_hints(row["hints"]),
        **fields,
    )


def _hints_text(hints: PollHints) -> str:
    """Write what a feed asks about polling as JSON; most ask nothing."""
    if hints == _NO_HINTS:
        return "[]"
    return codec.as_json(
        {
            "ttl": codec.maybe_span(hints.ttl),
            "update_period": codec.maybe_span(hints.update_period),
            "skip_hours": sorted(hints.skip_hours),
            "skip_days": sorted(hints.skip_days),
        }
    )


def _text_hints(text: str) -> PollHints:
    """Undo `_hints_text`."""
    if text == "[]":
        return _NO_HINTS
    found = codec.from_json(text)
    return PollHints(
        codec.maybe_duration(found["ttl"]),
        codec.maybe_duration(found["update_period"]),
        frozenset(found["skip_hours"]),
        frozenset(found["skip_days"]),
    )


def _states(result: Any) -> Iterator[FeedState]:
    return map(row_state, result.mappings())


def _first_state(feed: Feed, first_poll: datetime, now: datetime) -> FeedState:
    return FeedState(
        name=feed.name, configured_url=feed.url, url=feed.url, next_poll=first_poll, first_seen=now
    )


def _readdressed(state: FeedState, url: str, first_poll: datetime) -> FeedState:
    """Give a feed its new configured address (spec: validators are bound to the URL)."""
    same = _folded(url) in {_folded(old) for old in (state.url, state.configured_url, state.moved_to) if old}
    return replace(
        state, configured_url=url, url=url, validators=Validators(), body_hash="", next_poll=first_poll,
        reason=PlanReason.NEW, reason_detail="", outcome=None, error="", errors=0, failing_since=None, told="",
        moved_to=None, moved_since=None, previous_url=state.url, gone=False, strikes=0, baselined=state.baselined and same,
    )  # fmt: skip


def _folded(url: str) -> str:
    """Fold what an operator mends without meaning another feed: scheme, `www.`, a last slash."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def _save_states(database: Database, connection: Connection, states: Iterable[FeedState]) -> None:
    rows = [state_row(state) for state in states]
    for row in rows:
        row["of"] = row.pop("name")
    database.many(connection, _SAVE, rows)


def _activate(connection: Connection, names: set[str]) -> None:
    """Mark exactly the named feeds as configured."""
    rows = connection.execute(select(_feeds.c.name, _feeds.c.active)).all()
    changed = [
        {"of": row.name, "is_active": row.name in names} for row in rows if row.active != (row.name in names)
    ]
    if changed:
        connection.execute(_ACTIVATE, changed)


def _unclaimed(now: int) -> ColumnElement[bool]:
    return or_(_feeds.c.claimed_until.is_(None), _feeds.c.claimed_until <= now)


def _claim(connection: Connection, states: Iterable[FeedState], until: int, owner: str) -> None:
    rows = [{"of": state.name, "until": until, "by": owner} for state in states]
    if rows:
        connection.execute(_CLAIM, rows)


def _save_quiet(database: Database, connection: Connection, records: Iterable[PollRecord]) -> None:
    """Remember hosts that asked for quiet; the longest wish stands."""
    table = schema.quiet_hosts
    wishes: dict[str, int] = {}
    for host, until in (record.quiet for record in records if record.quiet is not None):
        wishes[host] = max(codec.micros(until), wishes.get(host, 0))
    if wishes:
        insert = database.insert(table)
        longest = func.greatest if database.postgres else func.max
        merge = insert.on_conflict_do_update(
            index_elements=["host"], set_={"until": longest(table.c.until, insert.excluded.until)}
        )
        connection.execute(merge, [{"host": host, "until": until} for host, until in wishes.items()])


def forget_seen(connection: Connection, feed: int, before: int, keep: int) -> int:
    """Forget the feed's keys last seen before an instant, but never the newest `keep`; return how many went."""
    newest = select(_seen.c.last_seen).where(_seen.c.feed == feed).order_by(_seen.c.last_seen.desc())
    if keep:
        oldest_kept = connection.execute(newest.offset(keep - 1).limit(1)).scalar()
        before = 0 if oldest_kept is None else min(before, oldest_kept)
    return connection.execute(delete(_seen).where(_seen.c.feed == feed, _seen.c.last_seen < before)).rowcount
