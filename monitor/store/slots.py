"""Slots of digests: what is pending for them, and their building in one transaction with the messages that carry them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, select, true

from monitor.errors import StoreError
from monitor.models import DeliveryState, Member, NewDelivery, PendingStory, Slot, SlotKind, SlotState
from monitor.store import codec, schema
from monitor.store.archive import WITH_TEXT, Version, load_matches, row_article, row_version
from monitor.store.database import Database, Row
from monitor.store.feeds import chunks

LOOK_BACK = timedelta(days=31)
"""How far `pending` looks back unless told: a monthly digest and a day; what is older was missed for other reasons."""

_articles = schema.articles
_matches = schema.matches
_outbox = schema.outbox
_placed = schema.placed
_slots = schema.slots
_told = schema.told
_versions = schema.versions


@dataclass(frozen=True, slots=True)
class RecordedSlot:
    """A slot as it was recorded: what came of it, and when."""

    slot: Slot
    state: SlotState
    built_at: datetime


class Slots:
    """The ledger of digests: each slot recorded once, each article carried once per digest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first_seen(self, digest: str, now: datetime) -> datetime:
        """Return when the digest was first seen in the configuration, recording `now` at the first call."""
        table = schema.digests
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(table).on_conflict_do_nothing(),
                {"name": digest, "first_seen": codec.micros(now)},
            )
            found = connection.execute(select(table.c.first_seen).where(table.c.name == digest)).scalar_one()
        return codec.instant(found)

    def recorded(self, digest: str | None = None, limit: int | None = 100) -> list[RecordedSlot]:
        """Return recorded slots (of one digest, or of all), newest first."""
        query = select(_slots).order_by(_slots.c.at.desc(), _slots.c.built_at.desc()).limit(limit)
        if digest is not None:
            query = query.where(_slots.c.digest == digest)
        with self._database.reading() as connection:
            return [_row_slot(row) for row in connection.execute(query).mappings()]

    def labels(self, digest: str, since: datetime) -> frozenset[str]:
        """Return the labels of all slots of a digest whose instant is `since` or later: none of them may be built again."""
        query = select(_slots.c.label).where(_slots.c.digest == digest, _slots.c.at >= codec.micros(since))
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def slot(self, digest: str, label: str) -> RecordedSlot | None:
        """Return one recorded slot, or None."""
        query = select(_slots).where(_slots.c.digest == digest, _slots.c.label == label)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _row_slot(row)

    def build(
        self,
        slot: Slot,
        state: SlotState,
        placed: Collection[str],
        deliveries: Sequence[NewDelivery],
        now: datetime,
        told: Collection[int] = (),
    ) -> bool:
        """Record a slot with all it carries, in ONE transaction: the slot, its articles, its messages in PENDING.

        `placed` holds the articles this digest carries *for the first time*; `told` the numbers of the versions whose change this slot
        tells. False, and nothing written, when the label exists, or when another slot of the digest has placed one of the articles (or
        told one of the changes) since they were read as pending: look again at the next tick. Raises StoreError when a reply names a
        part that is not among the deliveries before it.
        """
        try:
            with self._database.writing(durable=True) as connection:
                key = {"digest": slot.digest, "slot": slot.label}
                self._take(connection, _slots, [_slot_row(slot, state, now)])
                self._take(
                    connection,
                    _placed,
                    [key | {"article": one, "at": codec.micros(now)} for one in set(placed)],
                )
                self._take(connection, _told, [key | {"version": number} for number in set(told)])
                _queue(connection, key, deliveries, now)
        except _Taken:
            return False
        return True

    def placed(self, digest: str, slot: str) -> tuple[str, ...]:
        """Return the articles a slot carried, by id."""
        query = select(_placed.c.article).where(_placed.c.digest == digest, _placed.c.slot == slot)
        with self._database.reading() as connection:
            return tuple(connection.execute(query.order_by(_placed.c.article)).scalars())

    def pending(
        self,
        digest: str,
        topics: Collection[str],
        until: datetime,
        since: datetime | None = None,
        as_of: datetime | None = None,
    ) -> list[PendingStory]:
        """Return the stories the digest has not carried yet, by first sight.

        A story is pending when one of its articles matches a topic, may be announced, was first seen in (since, until] and is not placed.
        All its members up to `until` are given, so that outlets and growth can be told. `since` None looks back `LOOK_BACK`;
        `as_of` forgets what was placed after that instant, to rebuild a past digest. Matches are those of `topics` only.
        """
        start = until - LOOK_BACK if since is None else since
        with self._database.reading() as connection:
            stories = _pending_stories(connection, digest, topics, start, until, as_of)
            members = _members(connection, digest, stories, topics, until, as_of)
        pending = [PendingStory(story, _first(found), tuple(found)) for story, found in members.items()]
        return sorted(pending, key=lambda story: (story.first_seen, story.story))

    def untold(self, digest: str, since: datetime) -> list[Version]:
        """Return the versions replaced after `since` by a material change, of articles the digest has carried and not yet told of."""
        query = (
            select(_versions)
            .join(_placed, and_(_placed.c.article == _versions.c.article, _placed.c.digest == digest))
            .where(
                _versions.c.replaced_at > codec.micros(since),
                _versions.c.change != "",
                _placed.c.at <= _versions.c.replaced_at,  # changed *after* it was carried
                ~exists().where(_told.c.digest == digest, _told.c.version == _versions.c.id),
            )
        )
        with self._database.reading() as connection:
            return list(map(row_version, connection.execute(query.order_by(_versions.c.id)).mappings()))

    def roots(self, digest: str, articles: Collection[str]) -> dict[str, dict[str, int]]:
        """Return, for each carried article, the delivery under which a reply about it belongs, by target (`str(Target)`).

        It is the first message of the slot that carried the article.
        """
        roots: dict[str, dict[str, int]] = {}
        first = and_(
            _outbox.c.digest == _placed.c.digest, _outbox.c.slot == _placed.c.slot, _outbox.c.part == 0
        )
        query = select(_placed.c.article, _outbox.c.target, _outbox.c.id, _outbox.c.thread).join(
            _outbox, first
        )
        with self._database.reading() as connection:
            for chunk in chunks(articles):
                where = query.where(_placed.c.digest == digest, _placed.c.article.in_(chunk))
                for row in connection.execute(where):  # a reply to a reply goes to its root: threads are flat
                    roots.setdefault(row.article, {})[row.target] = row.thread or row.id
        return roots

    def alerts(self, since: datetime) -> dict[str, int]:
        """Return how many alert messages were queued after `since`, by target: what the cap per channel and hour counts."""
        query = (
            select(_outbox.c.target, func.count().label("number"))
            .join(_slots, and_(_slots.c.digest == _outbox.c.digest, _slots.c.label == _outbox.c.slot))
            .where(
                _slots.c.kind == SlotKind.ALERT.value,
                _slots.c.built_at > codec.micros(since),
                _outbox.c.part == 0,
            )
            .group_by(_outbox.c.target)
        )
        with self._database.reading() as connection:
            return {row.target: row.number for row in connection.execute(query)}

    def _take(self, connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
        """Insert rows whose keys say who was first, or raise _Taken; on PostgreSQL this waits for a rival's commit."""
        if not rows:
            return
        insert = self._database.insert(table).on_conflict_do_nothing()
        done = connection.execute(insert, rows, execution_options={"preserve_rowcount": True})
        if done.rowcount != len(rows):
            raise _Taken


class _Taken(Exception):  # noqa: N818  # not an error: another builder was first
    """The slot's label, or one of its articles, is already recorded."""


def _slot_row(slot: Slot, state: SlotState, now: datetime) -> dict[str, Any]:
    return {
        "digest": slot.digest,
        "label": slot.label,
        "at": codec.micros(slot.at),
        "kind": slot.kind.value,
        "since": codec.maybe_micros(slot.since),
        "state": state.value,
        "built_at": codec.micros(now),
    }


def _row_slot(row: Row) -> RecordedSlot:
    slot = Slot(
        row["digest"],
        row["label"],
        codec.instant(row["at"]),
        SlotKind(row["kind"]),
        codec.maybe_instant(row["since"]),
    )
    return RecordedSlot(slot, SlotState(row["state"]), codec.instant(row["built_at"]))


def _queue(
    connection: Connection, key: Mapping[str, str], deliveries: Sequence[NewDelivery], now: datetime
) -> None:
    """Queue messages in order of their parts, each reply pointing at the row of its parent."""
    ids: dict[tuple[str, int], int] = {}
    for new in sorted(deliveries, key=lambda new: new.part):
        target = str(new.target)
        thread = new.thread if new.thread_part is None else _parent(ids, target, new)
        row = dict(key) | _delivery_row(new, target, thread, now)
        inserted = connection.execute(_outbox.insert(), row).inserted_primary_key
        ids[target, new.part] = inserted[0] if inserted else 0


def _parent(ids: Mapping[tuple[str, int], int], target: str, new: NewDelivery) -> int:
    try:
        return ids[target, new.thread_part or 0]
    except KeyError:
        raise StoreError(
            f"part {new.part} for {target} replies to part {new.thread_part}, which is not queued"
        ) from None


def _delivery_row(new: NewDelivery, target: str, thread: int | None, now: datetime) -> dict[str, Any]:
    return {
        "kind": new.target.kind,
        "target": target,
        "part": new.part,
        "nonce": new.nonce,
        "payload": codec.text(new.payload),
        "state": DeliveryState.PENDING.value,
        "reason": "",
        "attempts": 0,
        "claims": 0,
        "thread": thread,
        "error": "",
        "created": codec.micros(now),
    }


def _pending_stories(
    connection: Connection,
    digest: str,
    topics: Collection[str],
    since: datetime,
    until: datetime,
    as_of: datetime | None,
) -> list[str]:
    query = (
        select(_articles.c.story)
        .distinct()
        .join(_matches, _matches.c.article == _articles.c.id)
        .where(
            _matches.c.topic.in_(list(topics)),
            _matches.c.first_seen > codec.micros(since),
            _matches.c.first_seen <= codec.micros(until),
            _articles.c.announce.is_(true()),
            ~exists().where(_carried(digest, as_of)),
        )
    )
    return list(connection.execute(query).scalars())


def _carried(digest: str, as_of: datetime | None) -> Any:
    """The condition that a digest has carried an article (by the instant `as_of`, if given)."""
    condition = and_(_placed.c.digest == digest, _placed.c.article == _articles.c.id)
    return condition if as_of is None else and_(condition, _placed.c.at <= codec.micros(as_of))


def _members(
    connection: Connection,
    digest: str,
    stories: Sequence[str],
    topics: Collection[str],
    until: datetime,
    as_of: datetime | None,
) -> dict[str, list[Member]]:
    """Return all members of the stories in order of first sight."""
    members: dict[str, list[Member]] = {}
    query = WITH_TEXT.add_columns(_placed.c.slot.label("carried")).outerjoin(_placed, _carried(digest, as_of))
    query = query.where(_articles.c.first_seen <= codec.micros(until)).order_by(
        _articles.c.first_seen, _articles.c.id
    )
    for chunk in chunks(stories):
        rows = connection.execute(query.where(_articles.c.story.in_(chunk))).mappings().all()
        found = load_matches(connection, [row["id"] for row in rows], list(topics))
        for row in rows:
            member = Member(
                row_article(row),
                found.get(row["id"], ()),
                row["copy_of"],
                row["carried"] is not None,
                row["announce"],
            )
            members.setdefault(row["story"], []).append(member)
    return members


def _first(members: Sequence[Member]) -> datetime:
    return min(member.article.first_seen for member in members if member.article.first_seen is not None)
