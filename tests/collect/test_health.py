"""What is said of feeds that do not fail and yet are not well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.collect import health
from monitor.models import FeedState

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STATE = FeedState(name="a", configured_url="https://a.example/", url="https://a.example/", next_poll=NOW)


@pytest.mark.parametrize(
    ("gaps", "age", "words"),
    [
        (0, None, None),
        (1, timedelta(hours=2), "may have missed entries once, last 2 h ago"),
        (3, timedelta(days=6), "may have missed entries 3 times, last 6 days ago"),
        (3, timedelta(days=7), None),
    ],
)
def test_a_gap_is_told_for_a_week(gaps: int, age: timedelta | None, words: str | None) -> None:
    """Polls that had nothing in common with the one before are told, with what helps, until they are a week old."""
    told = health.gap(replace(STATE, gaps=gaps, last_gap=age and NOW - age), NOW)
    assert (told and told.partition(":")[0]) == words
