"""Digests to render: builders with a vocabulary, all texts written for these tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.models import (
    Coverage,
    Delivery,
    Digest,
    DigestStory,
    Link,
    Part,
    Slot,
    SlotKind,
    Target,
    TopicSection,
    TopicTag,
)

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
NOW = AT + timedelta(seconds=40)


def story(number: int = 1, headline: str = "", **changes: object) -> DigestStory:
    """One story; every field can be named."""
    text = headline or f"Auditors question the agency's figures, part {number}"
    fields: dict[str, object] = {
        "story": f"s{number:04}",
        "headline": text,
        "url": f"https://news.example/{number}/figures?from=feed&n={number}",
        "lead": f"The agency's auditors said on Monday that figure {number} could not be traced to any return.",
        "outlets": ("The Courier", "Harbor Wire", "Daily Ledger"),
        "first_seen": AT - timedelta(hours=3),
        "published": AT - timedelta(hours=3, minutes=number % 60),
        "tags": (TopicTag("irs", "IRS", 81.0),),
        "terms": ("agency",),
        "lead_bold": ((4, 10),),
        "members": (
            Link(text, f"https://news.example/{number}/figures?from=feed&n={number}", "The Courier"),
            Link("Auditors doubt figures", f"https://wire.example/{number}", "Harbor Wire"),
            Link("Doubts about the figures", f"https://ledger.example/{number}", "Daily Ledger"),
        ),
        "score": 81.0,
        "language": "en",
    }
    return DigestStory(**{**fields, **changes})  # type: ignore[arg-type]


def section(stories: int = 2, rest: int = 0, topic: str = "irs", name: str = "IRS") -> TopicSection:
    """A topic with some stories shown and some beyond the cap."""
    shown = tuple(story(number) for number in range(1, stories + 1))
    beyond = tuple(story(number) for number in range(stories + 1, stories + rest + 1))
    return TopicSection(topic, name, shown, beyond)


def digest(*sections: TopicSection, kind: SlotKind = SlotKind.SCHEDULED, **changes: object) -> Digest:
    """A morning digest in New York; without sections, one of two stories."""
    fields: dict[str, object] = {
        "name": "morning",
        "title": "Morning digest",
        "slot": Slot("morning", "2026-11-24T08:00", AT, kind, since=AT - timedelta(days=1)),
        "sections": sections or (section(),),
        "coverage": Coverage(
            215, 212, ("Slow Gazette", "Gone Post", "Odd Times"), 4812, AT - timedelta(days=1)
        ),
        "timezone": "America/New_York",
    }
    return Digest(**{**fields, **changes})  # type: ignore[arg-type]


def empty() -> Digest:
    """A digest that found nothing."""
    return digest(sections=())


def delivery(part: Part, target: Target, number: int = 1, **changes: object) -> Delivery:
    """A delivery of a rendered part, as the outbox would claim it."""
    fields: dict[str, object] = {
        "id": number,
        "digest": "morning",
        "slot": "2026-11-24T08:00",
        "target": target,
        "part": number - 1,
        "nonce": f"nonce-{number:04}",
        "payload": part.payload,
    }
    return Delivery(**{**fields, **changes})  # type: ignore[arg-type]
