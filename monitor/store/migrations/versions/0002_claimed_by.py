"""Whose claim on a feed it is: a daemon that was killed must not keep its feeds from the others for the rest of its leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column at the end of the table; SQLite cannot put it elsewhere, and nothing depends on the order."""
    op.add_column("feeds", sa.Column("claimed_by", sa.Text()))
