"""The tables. Instants and durations are microseconds, lists are JSON (see `monitor.store.codec`); each index names the question it answers.

`REVISIONS` lists every schema ever released, oldest first; a database whose revision is not among them is newer than this program.
A change here needs a migration in `monitor/store/migrations/versions` and a new last entry: a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISIONS = ("0001", "0002")
HEAD = REVISIONS[-1]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("active", Boolean, nullable=False),  # still configured
    Column("claimed_until", BigInteger),  # being polled by one of several daemons
    Column("claimed_by", Text),  # ... and by which, so that a killed one's feeds can be freed
    Column("configured_url", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("etag", LargeBinary),
    Column("last_modified", LargeBinary),
    Column("full_since", BigInteger),
    Column("validated_url", Text),  # the address the validators are bound to
    Column("body_hash", Text, nullable=False),
    Column("next_poll", BigInteger),
    Column("reason", Text, nullable=False),
    Column("reason_detail", Text, nullable=False),
    Column("adaptive", BigInteger),
    Column("first_seen", BigInteger),
    Column("last_poll", BigInteger),
    Column("last_ok", BigInteger),
    Column("last_new", BigInteger),
    Column("outcome", Text),
    Column("error", Text, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("told", Text, nullable=False),
    Column("moved_to", Text),
    Column("moved_since", BigInteger),
    Column("previous_url", Text),
    Column("gone", Boolean, nullable=False),
    Column("baselined", Boolean, nullable=False),
    Column("untrusted", Text, nullable=False),
    Column("window", Integer, nullable=False),
    Column("usual_gap", BigInteger),
    Column("hints", Text, nullable=False),
    Column("lifetime", BigInteger),
    Column("gaps", Integer, nullable=False),
    Column("last_gap", BigInteger),
    Column("strikes", Integer, nullable=False),
    Column("full", Boolean),
    Column("title", Text, nullable=False),
    Index("ix_feeds_due", "active", "gone", "next_poll"),  # what is due, and when is the next?
)

seen = Table(
    "seen",
    metadata,
    Column("feed", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("article", Text, nullable=False),  # no reference: an id outlives its article's retention
    Column("fingerprint", Text, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Index("ix_seen_age", "feed", "last_seen"),  # which keys may be forgotten?
    sqlite_with_rowid=False,
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("filled", Integer, nullable=False),
    Index("ix_gaps_feed", "feed", "until"),
)

quiet_hosts = Table(
    "quiet_hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

MATCHED = text("matched IS TRUE")
"""What some topic matched: a few of many. Queries must use this very text to use its index."""

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("feed", Text, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("authors", Text, nullable=False),
    Column("published", BigInteger),
    Column("modified", BigInteger),
    Column("date_source", Text, nullable=False),
    Column("image", Text),
    Column("language", Text),
    Column("site", Text),
    Column("description", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("country", Text),
    Column("completeness", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("copy_of", Text),
    Column("announce", Boolean, nullable=False),
    Column("matched", Boolean, nullable=False),
    Index("ix_articles_first_seen", "first_seen", "id"),  # the archive in order of time
    Index("ix_articles_matched", "first_seen", "id", sqlite_where=MATCHED),  # ... of what matched
    Index("ix_articles_feed", "feed", "first_seen", "id"),  # ... of one feed
    Index("ix_articles_story", "story", "first_seen"),  # who else reported it?
)

bodies = Table(  # apart, so that scans over articles do not read past their texts; in order of time, so that writing appends
    "bodies",
    metadata,
    Column("first_seen", BigInteger, primary_key=True, autoincrement=False),  # the article's
    Column("article", Text, primary_key=True),
    Column("text", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

sketches = Table(
    "sketches",
    metadata,
    Column("first_seen", BigInteger, primary_key=True, autoincrement=False),  # the article's
    Column("article", Text, primary_key=True),
    Column("sketch", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

matches = Table(
    "matches",
    metadata,
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("score", Double, nullable=False),
    Column("rank", Double, nullable=False),  # Match.order; ORDER is a word of SQL
    Column("teaser_only", Boolean, nullable=False),
    Column("spans", Text, nullable=False),
    Column("first_seen", BigInteger, nullable=False),  # the article's, for the index below
    Index("ix_matches_topic", "topic", "first_seen", "article"),  # what is pending for these topics?
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("replaced_at", BigInteger, nullable=False),
    Column("change", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("text", LargeBinary),
    Index("ix_versions_article", "article", "id"),
    Index("ix_versions_replaced_at", "replaced_at"),  # which changes have not been told?
)

digests = Table(
    "digests",
    metadata,
    Column("name", Text, primary_key=True),
    Column("first_seen", BigInteger, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("since", BigInteger),
    Column("state", Text, nullable=False),
    Column("built_at", BigInteger, nullable=False),
    Index("ix_slots_at", "digest", "at"),  # the newest slots of a digest
    Index("ix_slots_kind", "kind", "built_at"),  # how many alerts in the last hour?
)

placed = Table(
    "placed",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("slot", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    ForeignKeyConstraint(["digest", "slot"], ["slots.digest", "slots.label"]),
    Index("ix_placed_slot", "digest", "slot"),  # what did this slot carry?
    sqlite_with_rowid=False,
)

told = Table(
    "told",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("version", ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    Column("slot", Text, nullable=False),
    ForeignKeyConstraint(["digest", "slot"], ["slots.digest", "slots.label"]),
    sqlite_with_rowid=False,
)

OPEN = text("state NOT IN ('sent', 'dead')")
"""The messages that are not over: the few of many that each tick asks about. Queries must use this very text to use its index."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),  # str(Target): "slack:#news"
    Column("part", Integer, nullable=False),
    Column("nonce", Text, nullable=False, unique=True),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claims", Integer, nullable=False),  # fences one lease of this row from the next
    Column("not_before", BigInteger),
    Column("lease", Text),
    Column("lease_until", BigInteger),
    Column("thread", ForeignKey("outbox.id")),
    Column("ts", Text),
    Column("error", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("sending_since", BigInteger),
    UniqueConstraint("digest", "slot", "target", "part"),
    ForeignKeyConstraint(["digest", "slot"], ["slots.digest", "slots.label"]),
    Index("ix_outbox_state", "state", "id"),  # how many are in each state?
    Index("ix_outbox_open", "id", sqlite_where=OPEN),  # what may be claimed, in order?
    Index("ix_outbox_thread", "thread"),  # may this row be dropped?
    sqlite_autoincrement=True,  # an id is never given twice: threads refer to it
)

holds = Table(
    "holds",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("until", BigInteger),
    Column("parked", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("probes", Integer, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("voter", Text, primary_key=True),
    Column("useful", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("until", BigInteger),
    Column("muted_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)


def narrow_for_postgresql() -> None:
    """Tell the partial indexes their condition for PostgreSQL too, before the tables are made there.

    Not where they are defined: the option alone loads that dialect, 50 ms and 4 MB of every start on SQLite.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            if (condition := index.dialect_options["sqlite"].get("where")) is not None:
                index.dialect_options["postgresql"]["where"] = condition
