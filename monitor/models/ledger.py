"""What is written down in one transaction: the record of a poll, and what a digest's slot is built from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.models.articles import Article
from monitor.models.digests import Target
from monitor.models.sources import FeedState
from monitor.models.topics import Match


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store knows under one identity key of a feed: the article it became and the fingerprint of its texts."""

    article: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Identity keys to remember for an entry: all of them lead to `article`."""

    keys: tuple[str, ...]
    fingerprint: str
    article: str


@dataclass(frozen=True, slots=True)
class Collected:
    """A new article with what was found out about it.

    `sketch` is the stories index's own compact form (opaque bytes), `story` the story it belongs to, `copy_of` the article it is a
    syndicated copy of. `announce` False (a baseline) keeps it out of every digest for good. `first_seen` is the instant it is stored as seen
    at, that of its batch: a slot is built of what was stored before it (None: the article's own).
    """

    article: Article
    matches: tuple[Match, ...] = ()
    story: str = ""
    copy_of: str | None = None
    sketch: bytes = b""
    announce: bool = True
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A known article whose published texts changed: the new form is stored, the old one kept as a version.

    `change` is the sentence that tells a *material* change ("87,000 -> 80,000"), or empty for an immaterial one.
    """

    article: Article
    matches: tuple[Match, ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Two polls that did not overlap: entries may have been missed between `since` and `until`; `filled` were found elsewhere."""

    since: datetime
    until: datetime
    filled: int = 0


@dataclass(frozen=True, slots=True)
class PollRecord:
    """All that one poll changes, written in one transaction (with the other polls of its batch).

    `touched` are keys seen again whose last sighting is over a day old; `quiet` asks for silence towards a host until an instant.
    """

    state: FeedState
    sightings: tuple[Sighting, ...] = ()
    new: tuple[Collected, ...] = ()
    revised: tuple[Revision, ...] = ()
    touched: tuple[str, ...] = ()
    quiet: tuple[str, datetime] | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story as a digest sees it; `placed` says that this digest has already carried it."""

    article: Article
    matches: tuple[Match, ...] = ()
    copy_of: str | None = None
    placed: bool = False
    announce: bool = True


@dataclass(frozen=True, slots=True)
class PendingStory:
    """A story with at least one article that a digest has not yet carried. Members are in order of first sight and include
    carried ones and ones that match no topic, so that outlets and growth can be told."""

    story: str
    first_seen: datetime
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One message to be queued: `part` counts within (slot, target); `thread_part` is the part it replies to, if any;
    `thread` the id of an earlier delivery it replies to (an alert's), if any."""

    target: Target
    part: int
    nonce: str
    payload: str
    thread_part: int | None = None
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a rendered digest: the target's own JSON, and the earlier part it is a reply to, if any."""

    payload: str
    thread_part: int | None = None
