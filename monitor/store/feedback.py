"""What readers answer: votes on whether a match was useful, and subjects they want no more of for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select

from monitor.store import codec, schema
from monitor.store.database import Database

_mutes = schema.mutes
_votes = schema.votes


@dataclass(frozen=True, slots=True)
class Vote:
    """One reader's word on one article under one topic."""

    topic: str
    article: str
    voter: str
    useful: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Mute:
    """A subject (`story:ID`, `outlet:NAME`, `topic:ID`) kept out of digests until an instant (None: until unmuted)."""

    subject: str
    until: datetime | None
    muted_by: str
    at: datetime


class Feedback:
    """Votes and mutes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_vote(self, topic: str, article: str, voter: str, useful: bool, now: datetime) -> None:
        """Record a vote; a voter's later vote on the same match replaces the earlier one."""
        row = {
            "topic": topic,
            "article": article,
            "voter": codec.text(voter),
            "useful": useful,
            "at": codec.micros(now),
        }
        insert = self._database.insert(_votes)
        changed = {"useful": insert.excluded.useful, "at": insert.excluded["at"]}
        with self._database.writing() as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["topic", "article", "voter"], set_=changed), row
            )

    def votes(self, topic: str | None = None) -> list[Vote]:
        """Return the votes (on one topic), oldest first."""
        query = select(_votes).order_by(_votes.c.at, _votes.c.article, _votes.c.voter)
        if topic is not None:
            query = query.where(_votes.c.topic == topic)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Vote(row.topic, row.article, row.voter, row.useful, codec.instant(row.at)) for row in rows]

    def mute(self, subject: str, until: datetime | None, muted_by: str, now: datetime) -> None:
        """Mute a subject until an instant, or (None) until `unmute`."""
        row = {
            "subject": codec.text(subject),
            "until": codec.maybe_micros(until),
            "muted_by": codec.text(muted_by),
            "at": codec.micros(now),
        }
        insert = self._database.insert(_mutes)
        changed = {name: insert.excluded[name] for name in ("until", "muted_by", "at")}
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["subject"], set_=changed), row)

    def unmute(self, subject: str) -> bool:
        """Lift a mute; False if there was none."""
        with self._database.writing() as connection:
            return (
                connection.execute(delete(_mutes).where(_mutes.c.subject == codec.text(subject))).rowcount
                == 1
            )

    def mutes(self, now: datetime) -> dict[str, Mute]:
        """Return the mutes in force, by subject."""
        query = select(_mutes).where(or_(_mutes.c.until.is_(None), _mutes.c.until > codec.micros(now)))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_mutes.c.subject)).all()
        return {
            row.subject: Mute(
                row.subject, codec.maybe_instant(row.until), row.muted_by, codec.instant(row.at)
            )
            for row in rows
        }
