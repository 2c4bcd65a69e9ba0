"""The one place where the package reads the wall clock; everything below gets `now` as an argument or a callable."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)
