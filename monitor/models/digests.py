"""What is posted: the digest's definition, its slots, the composed digest, and one delivery's state on its way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Target:
    """Where a digest goes: `kind` is `slack`, `email`, `webhook`, `console`, `html`, `atom` or `apprise`; `address` is the channel,
    mail address, URL or directory. `str(target)` is its stable key in the ledger."""

    kind: str
    address: str = ""

    def __str__(self) -> str:
        """Return `kind:address`."""
        return f"{self.kind}:{self.address}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily span, in the digest's time zone, in which alerts wait; `start` later than `end` spans midnight.

    A score of `breakthrough` or more (if given) is sent all the same.
    """

    start: time
    end: time
    breakthrough: float | None = None


@dataclass(frozen=True, slots=True)
class DigestSpec:
    """A digest as digests.yaml states it. Either `at` (local wall-clock times) or `every` is set; `days` holds weekdays, Monday 0.

    `when_empty` is `skip` or `note`; `catch_up` is `latest`, `all` or `skip` and looks back at most `max_age`.
    """

    name: str
    topics: tuple[str, ...]
    to: tuple[Target, ...] = ()
    at: tuple[time, ...] = ()
    every: timedelta | None = None
    days: frozenset[int] = frozenset(range(7))
    timezone: str = "UTC"
    title: str = ""
    max_stories: int = 10
    max_per_outlet: int | None = None
    when_empty: str = "skip"
    catch_up: str = "latest"
    max_age: timedelta = timedelta(hours=36)
    quiet_hours: QuietHours | None = None
    alerts_per_hour: int = 6


class SlotKind(StrEnum):
    """Why a slot exists."""

    SCHEDULED = "scheduled"
    ALERT = "alert"
    MANUAL = "manual"  # `monitor digest send`
    FOLLOW_UP = "follow_up"  # a reply about a story that grew or an article that changed


class SlotState(StrEnum):
    """How far a slot has come. EMPTY and SKIPPED are recorded, so that silence can be told from loss."""

    DUE = "due"
    BUILT = "built"
    EMPTY = "empty"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Slot:
    """One occasion of a digest. `label` (local wall time, `2025-11-02T08:00`) identifies it within the digest for ever;
    `at` is its UTC instant. `since` is the instant of the slot before it (where its entries begin)."""

    digest: str
    label: str
    at: datetime
    kind: SlotKind = SlotKind.SCHEDULED
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TopicTag:
    """A topic shown beside a story, with the story's best about-ness in it."""

    topic: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Link:
    """One member of a story: where else it can be read."""

    title: str
    url: str
    outlet: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class DigestStory:
    """One story as it will be shown, everything resolved: renderers only lay out, never decide.

    `headline_bold` and `lead_bold` are sorted, non-overlapping (start, end) ranges of matched terms in `headline` and `lead`.
    `outlets` starts with the representative's own. `new_outlets` > 0 says it returns because it grew ("now at 9 outlets (+4)");
    `newcomers` names those outlets.
    `completeness` is `full`, `teaser` or `paywalled`. `change` is the material change being told, if it is an update.
    """

    story: str
    headline: str
    url: str
    lead: str
    outlets: tuple[str, ...]
    first_seen: datetime
    article: str = ""
    published: datetime | None = None
    headline_bold: tuple[tuple[int, int], ...] = ()
    lead_bold: tuple[tuple[int, int], ...] = ()
    new_outlets: int = 0
    newcomers: tuple[str, ...] = ()
    completeness: str = "full"
    teaser_only: bool = False
    tags: tuple[TopicTag, ...] = ()
    terms: tuple[str, ...] = ()
    members: tuple[Link, ...] = ()
    image: str | None = None
    language: str | None = None
    change: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class TopicSection:
    """The stories of one topic, best first; `rest` holds those beyond the cap, as ("and 23 more")."""

    topic: str
    name: str
    stories: tuple[DigestStory, ...]
    rest: tuple[DigestStory, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the digest's silence is worth: feeds read and failing over its span, and how many articles were seen."""

    feeds: int = 0
    feeds_ok: int = 0
    failing: tuple[str, ...] = ()
    articles: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A composed digest: what a slot says. `late` is the sentence that owns up to a delay (empty when on time), `muted` names the topics
    that readers asked to hear nothing of, and until when."""

    name: str
    title: str
    slot: Slot
    sections: tuple[TopicSection, ...]
    coverage: Coverage
    timezone: str = "UTC"
    late: str = ""
    muted: tuple[str, ...] = ()

    @property
    def stories(self) -> tuple[DigestStory, ...]:
        """All stories, capped ones included, in order, each once."""
        return tuple(story for section in self.sections for story in (*section.stories, *section.rest))


class DeliveryState(StrEnum):
    """Where a message is between being built and being there (digests.md, "Outbox")."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one target. The payload is frozen at build: a retry sends the same bytes and nonce.

    `part` counts from 0; parts of one slot and target go out in order. `thread` is the id of the delivery this one replies to, and
    `thread_ts` that one's timestamp once it was sent. `ts` is the target's own name for the stored message. `lease` is a token of
    the claim: only its owner may settle.
    """

    id: int
    digest: str
    slot: str
    target: Target
    part: int
    nonce: str
    payload: str  # JSON, as the target's renderer wrote it
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    not_before: datetime | None = None
    lease: str | None = None
    lease_until: datetime | None = None
    thread: int | None = None
    thread_ts: str | None = None
    ts: str | None = None
    error: str = ""
    created: datetime | None = None
    sending_since: datetime | None = None


class SendVerdict(StrEnum):
    """What a target's answer means for the delivery."""

    SENT = "sent"
    WAIT = "wait"  # rate limited: not an attempt
    RETRY = "retry"  # surely not stored
    UNKNOWN = "unknown"  # may be stored: reconcile before sending again
    PLACE_BROKEN = "place_broken"  # this channel or address: park it, serve the others
    TOKEN_BROKEN = "token_broken"  # noqa: S105  # the word names a state; no secret
    MESSAGE_BROKEN = "message_broken"  # no form of it is accepted


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of one send. `retry_after` is in seconds; `detail` is for people and holds no secret."""

    verdict: SendVerdict
    ts: str | None = None
    retry_after: float | None = None
    detail: str = ""


class Found(StrEnum):
    """What a look into a target's history says about a nonce."""

    PRESENT = "present"
    ABSENT = "absent"
    UNREADABLE = "unreadable"  # ask again later
    UNSUPPORTED = "unsupported"  # the target cannot be read back: at-least-once
