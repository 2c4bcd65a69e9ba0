"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, those that are referred to first."""
    _articles()
    _bodies()
    _digests()
    _feeds()
    _holds()
    _meta()
    _mutes()
    _quiet_hosts()
    _sketches()
    _slots()
    _votes()
    _gaps()
    _matches()
    _outbox()
    _placed()
    _seen()
    _versions()
    _told()


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger()),
        sa.Column("modified", sa.BigInteger()),
        sa.Column("date_source", sa.Text(), nullable=False),
        sa.Column("image", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("site", sa.Text()),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("completeness", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("copy_of", sa.Text()),
        sa.Column("announce", sa.Boolean(), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index("ix_articles_feed", "articles", ["feed", "first_seen", "id"])
    op.create_index("ix_articles_first_seen", "articles", ["first_seen", "id"])
    op.create_index(
        "ix_articles_matched",
        "articles",
        ["first_seen", "id"],
        sqlite_where=sa.text("matched IS TRUE"),
        postgresql_where=sa.text("matched IS TRUE"),
    )
    op.create_index("ix_articles_story", "articles", ["story", "first_seen"])


def _bodies() -> None:
    op.create_table(
        "bodies",
        sa.Column("first_seen", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first_seen", "article", name="pk_bodies"),
        sqlite_with_rowid=False,
    )


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_digests"),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("configured_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.LargeBinary()),
        sa.Column("last_modified", sa.LargeBinary()),
        sa.Column("full_since", sa.BigInteger()),
        sa.Column("validated_url", sa.Text()),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("next_poll", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_detail", sa.Text(), nullable=False),
        sa.Column("adaptive", sa.BigInteger()),
        sa.Column("first_seen", sa.BigInteger()),
        sa.Column("last_poll", sa.BigInteger()),
        sa.Column("last_ok", sa.BigInteger()),
        sa.Column("last_new", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text()),
        sa.Column("moved_since", sa.BigInteger()),
        sa.Column("previous_url", sa.Text()),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("baselined", sa.Boolean(), nullable=False),
        sa.Column("untrusted", sa.Text(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("usual_gap", sa.BigInteger()),
        sa.Column("hints", sa.Text(), nullable=False),
        sa.Column("lifetime", sa.BigInteger()),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("last_gap", sa.BigInteger()),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("full", sa.Boolean()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("name", name="uq_feeds_name"),
    )
    op.create_index("ix_feeds_due", "feeds", ["active", "gone", "next_poll"])


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_holds"),
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("muted_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_mutes"),
    )


def _quiet_hosts() -> None:
    op.create_table(
        "quiet_hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_quiet_hosts"),
    )


def _sketches() -> None:
    op.create_table(
        "sketches",
        sa.Column("first_seen", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first_seen", "article", name="pk_sketches"),
        sqlite_with_rowid=False,
    )


def _slots() -> None:
    op.create_table(
        "slots",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("built_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "label", name="pk_slots"),
    )
    op.create_index("ix_slots_at", "slots", ["digest", "at"])
    op.create_index("ix_slots_kind", "slots", ["kind", "built_at"])


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("voter", sa.Text(), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "article", "voter", name="pk_votes"),
    )


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feeds.id"], name="fk_gaps_feed", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
    )
    op.create_index("ix_gaps_feed", "gaps", ["feed", "until"])


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("teaser_only", sa.Boolean(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_matches_article", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article", "topic", name="pk_matches"),
    )
    op.create_index("ix_matches_topic", "matches", ["topic", "first_seen", "article"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("lease", sa.Text()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("thread", sa.Integer()),
        sa.Column("ts", sa.Text()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("sending_since", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["digest", "slot"], ["slots.digest", "slots.label"], name="fk_outbox_digest_slot"
        ),
        sa.ForeignKeyConstraint(["thread"], ["outbox.id"], name="fk_outbox_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("digest", "slot", "target", "part", name="uq_outbox_digest_slot_target_part"),
        sa.UniqueConstraint("nonce", name="uq_outbox_nonce"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["id"],
        sqlite_where=sa.text("state NOT IN ('sent', 'dead')"),
        postgresql_where=sa.text("state NOT IN ('sent', 'dead')"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "id"])
    op.create_index("ix_outbox_thread", "outbox", ["thread"])


def _placed() -> None:
    op.create_table(
        "placed",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest", "slot"], ["slots.digest", "slots.label"], name="fk_placed_digest_slot"
        ),
        sa.PrimaryKeyConstraint("digest", "article", name="pk_placed"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_placed_slot", "placed", ["digest", "slot"])


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feeds.id"], name="fk_seen_feed", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed", "key", name="pk_seen"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seen_age", "seen", ["feed", "last_seen"])


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_versions_article", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
    )
    op.create_index("ix_versions_article", "versions", ["article", "id"])
    op.create_index("ix_versions_replaced_at", "versions", ["replaced_at"])


def _told() -> None:
    op.create_table(
        "told",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest", "slot"], ["slots.digest", "slots.label"], name="fk_told_digest_slot"
        ),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name="fk_told_version", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", "version", name="pk_told"),
        sqlite_with_rowid=False,
    )
