"""A vocabulary for tests of digests: articles, matches and pending stories in one line each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.models import (
    Article,
    Completeness,
    Coverage,
    DigestSpec,
    Match,
    Member,
    PendingStory,
    Slot,
    Span,
)

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
COVERAGE = Coverage(feeds=3, feeds_ok=2, failing=("slow",), articles=40)
NAMES = {"irs": "IRS", "ice": "Immigration enforcement"}
SPEC = DigestSpec("morning", ("irs", "ice"))
SLOT = Slot("morning", "2025-11-03T12:00", NOON)


def article(
    name: str, outlet: str = "Herald", text: str = "The IRS wrote letters.", title: str = ""
) -> Article:
    return Article(
        text,
        title=title or f"Headline {name}",
        url=f"https://{outlet.lower()}.example/{name}",
        id=name,
        outlet=outlet,
        completeness=Completeness.FULL,
        first_seen=NOON,
    )


def match(score: float = 60.0, topic: str = "irs", *spans: Span) -> Match:
    return Match(topic, score, spans)


def member(
    name: str,
    score: float | None = 60.0,
    outlet: str = "Herald",
    *,
    topic: str = "irs",
    placed: bool = False,
    copy_of: str | None = None,
    announce: bool = True,
) -> Member:
    """An article of a story; `score` None means that it matches nothing."""
    matches = () if score is None else (match(score, topic),)
    return Member(article(name, outlet), matches, copy_of, placed, announce)


def story(*members: Member, age: timedelta = timedelta(hours=1), name: str = "") -> PendingStory:
    return PendingStory(name or members[0].article.id, NOON - age, members)
