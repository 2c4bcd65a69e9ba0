"""Lengths of time in words, and the learned interval's inputs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.collect.interval import Findings, lifetime, span
from monitor.models import Entry, FeedDocument, Outcome

NOW = datetime(2025, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=42), "42 min"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(hours=6), "6 h"),
        (timedelta(hours=23, minutes=50), "24 h"),
        (timedelta(days=9), "9 days"),
        (timedelta(seconds=-1), "0 s"),
    ],
)
def test_says_lengths_of_time_as_people_do(length: timedelta, words: str) -> None:
    """The unit fits the length; nobody reads 32,400 s."""
    assert span(length) == words


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        (Findings(15, 8, 0.5), "8 of 15 entries were new"),
        (Findings(15, 1, 0.9), "1 of 15 entries was new"),
        (Findings(15, 0, 1.0), "nothing was new"),
    ],
)
def test_says_what_a_poll_found(findings: Findings, words: str) -> None:
    """The reason of an interval is what the last poll found."""
    assert str(findings) == words


def test_a_documents_dates_say_how_long_an_entry_stays() -> None:
    """Twice the age of the median entry: one pinned or misdated entry does not stretch it, undated ones say nothing."""
    hourly = [Entry(published=NOW - timedelta(hours=n)) for n in range(11)]
    assert lifetime(FeedDocument(Outcome.OK, entries=tuple(hourly))) == timedelta(hours=10)
    pinned = [*hourly, Entry(published=NOW - timedelta(days=900))]
    assert lifetime(FeedDocument(Outcome.OK, entries=tuple(pinned))) == timedelta(hours=11)
    assert lifetime(FeedDocument(Outcome.OK, entries=tuple(Entry() for _ in range(11)))) is None
    assert lifetime(FeedDocument(Outcome.OK, entries=tuple(hourly[:3]))) is None
    same = tuple(Entry(published=NOW) for _ in range(10))
    assert lifetime(FeedDocument(Outcome.OK, entries=same)) is None
