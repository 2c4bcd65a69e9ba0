"""A vocabulary for what the store holds: articles, polls, slots and messages, made with as few words as a test needs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.models import (
    Article,
    Collected,
    Delivery,
    DeliveryState,
    Feed,
    FeedState,
    Match,
    NewDelivery,
    PollRecord,
    Sighting,
    Slot,
    SlotKind,
    SlotState,
    Span,
    Target,
    article_id,
)
from monitor.store import Store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SLACK = Target("slack", "#news")
LEASE = timedelta(seconds=90)

_nonces = itertools.count()


def after(**span: float) -> datetime:
    """Return the instant that much after NOW (`after(hours=1)`)."""
    return NOW + timedelta(**span)


def article(name: str, at: datetime = NOW, **fields: Any) -> Article:
    """Make an article known by a short name."""
    url = f"https://outlet.example/{name}"
    given = {
        "title": f"Title of {name}",
        "outlet": "The Outlet",
        "feed": "outlet",
        "text": f"Title of {name}\n\nWords.\n",
    }
    return Article(url=url, canonical=url, id=article_id(url), first_seen=at, **(given | fields))


def id_of(name: str) -> str:
    """Return the id of the article known by a short name."""
    return article_id(f"https://outlet.example/{name}")


def match(topic: str = "irs", score: float = 50.0) -> Match:
    """Make a match with one span."""
    return Match(topic, score, (Span("body", 3, 6, "IRS"),), order=0.5)


def found(name: str, at: datetime = NOW, *, topics: Sequence[str] = ("irs",), **fields: Any) -> Collected:
    """Make a new article, matched by the topics; `story`, `copy_of`, `sketch` and `announce` may be given."""
    own = {key: fields.pop(key) for key in ("story", "copy_of", "sketch", "announce") if key in fields}
    return Collected(article(name, at, **fields), tuple(match(topic) for topic in topics), **own)


def feed(name: str = "outlet", **fields: Any) -> Feed:
    """Make a configured feed."""
    return Feed(name, fields.pop("url", f"https://{name}.example/feed"), **fields)


def sighted(name: str, *keys: str, fingerprint: str = "print") -> Sighting:
    """Make the sighting of an article under its keys."""
    return Sighting(keys or (name,), fingerprint, id_of(name))


def with_feed(store: Store, name: str = "outlet", at: datetime = NOW) -> FeedState:
    """Configure one feed more than are there, and return its state."""
    feeds = [Feed(state.name, state.configured_url) for state in store.feeds.states()]
    store.feeds.sync([*feeds, feed(name)], {}, at)
    state = store.feeds.state(name)
    assert state is not None
    return state


def collect(store: Store, *new: Collected, at: datetime = NOW) -> None:
    """Save a poll that found these articles."""
    state = store.feeds.state("outlet") or with_feed(store)
    store.save_polls([PollRecord(state, new=new)], at)


def slot(label: str = "2026-03-02T08:00", digest: str = "morning", at: datetime = NOW, **fields: Any) -> Slot:
    """Make a slot."""
    return Slot(digest, label, at, fields.pop("kind", SlotKind.SCHEDULED), **fields)


def message(part: int = 0, target: Target = SLACK, **fields: Any) -> NewDelivery:
    """Make a message with a nonce of its own."""
    return NewDelivery(
        target, part, fields.pop("nonce", f"nonce-{next(_nonces)}"), fields.pop("payload", "{}"), **fields
    )


def queue(store: Store, *messages: NewDelivery, label: str = "2026-03-02T08:00", at: datetime = NOW) -> None:
    """Build a slot that carries only messages."""
    assert store.slots.build(slot(label, at=at), SlotState.BUILT, [], messages, at)


def delivery(state: DeliveryState = DeliveryState.SENDING, **fields: Any) -> Delivery:
    """Make a delivery as a claim gives it, begun at NOW."""
    given: dict[str, Any] = {"attempts": 1, "sending_since": NOW, "lease": "me#1", "lease_until": NOW + LEASE}
    return Delivery(
        1, "morning", "2026-03-02T08:00", fields.pop("target", SLACK), 0, "n", "{}", state, **(given | fields)
    )
