"""Where news comes from: the configured feed, what was fetched, what was read from it, and what is remembered about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SourceType(StrEnum):
    """What kind of document a feed's address gives."""

    FEED = "feed"  # RSS of any age, Atom, RDF, JSON Feed
    SITEMAP = "sitemap"  # a news sitemap or a plain one
    PAGE = "page"  # a listing page read with CSS selectors


class FullText(StrEnum):
    """Whether an entry's page is fetched."""

    AUTO = "auto"  # decided per entry, and learned per feed
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors that read entries off a listing page; all but `item` are relative to one item."""

    item: str
    link: str = "a"
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One configured source. `name` is unique and is how people, logs and metrics speak of it.

    `first_poll` is `baseline` (remember, announce nothing), `all`, or `latest:N`. `interval`, given, is obeyed even below the floor.
    `weight` (0-1) is the source's part in ranking. `body` and `strip` are CSS selectors for this site's article pages.
    """

    name: str
    url: str
    type: SourceType = SourceType.FEED
    tags: tuple[str, ...] = ()
    country: str | None = None
    language: str | None = None
    interval: timedelta | None = None
    first_poll: str = "baseline"
    full_text: FullText = FullText.AUTO
    headers: tuple[tuple[str, str], ...] = ()
    allow_private: tuple[str, ...] = ()
    selectors: Selectors | None = None
    body: str | None = None
    strip: tuple[str, ...] = ()
    weight: float = 0.5
    backfill: str | None = None  # address to read after a gap: a sitemap, or a template with {page}


class Outcome(StrEnum):
    """How one poll ended; the words of `monitor once --json`."""

    OK = "ok"
    UNCHANGED = "unchanged"  # 200, same body
    NOT_MODIFIED = "not_modified"  # 304
    NOT_FEED = "not_feed"
    BLOCKED = "blocked"  # 401, 403
    GONE = "gone"  # 410
    RATE_LIMITED = "rate_limited"  # 429
    TOO_LARGE = "too_large"
    ERROR = "error"
    SKIPPED = "skipped"  # its host asked for quiet


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request conditional; byte for byte as the server sent them (RFC 9110, 8.8), bound to one URL."""

    etag: str | None = None
    last_modified: str | None = None
    since: datetime | None = None  # when a full body last arrived; dropped after 8 quiet days
    url: str | None = None  # the address that gave them; None: the one that is asked


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `accept` is `feed`, `page` or `image`; `deadline` is seconds for the whole exchange, redirects included.

    `spacing` is the least number of seconds since the last start at the same registrable domain (a page host's crawl delay).
    `home` is the address that `headers` belong to, if it is not `url` itself (a feed's, for one of its pages): only harmless ones
    go to another origin. Without `follow` a redirect ends the exchange as an error with reason `redirected`, its target the only hop: for
    who must ask leave at each address (a page's robots.txt).
    """

    url: str
    accept: str = "feed"
    validators: Validators = Validators()
    headers: tuple[tuple[str, str], ...] = ()
    allow_private: tuple[str, ...] = ()
    deadline: float = 45.0
    max_wire: int = 16 * 2**20
    max_inflated: int = 32 * 2**20
    spacing: float = 0.0
    home: str | None = None
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect followed: its status and where it led (absolute)."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """What came of a request; never an exception. `outcome` OK means a whole 200 body, NOT_MODIFIED an asked-for 304.

    `reason` is a stable word for metrics (`dns`, `refused`, `reset`, `timeout`, `tls`, `truncated`, `too_large`, `http_503`,
    `forbidden_address`, `redirect_loop`, `too_many_redirects`, `bad_url`, `protocol`, …); `error` is the sentence for people.
    `retry_after` is in seconds, already parsed from either form of the header and never negative.
    """

    outcome: Outcome
    url: str  # the final address
    status: int = 0
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()  # lower-cased names, in order
    validators: Validators = Validators()
    hops: tuple[Hop, ...] = ()
    retry_after: float | None = None
    reason: str = ""
    error: str = ""

    def header(self, name: str) -> str | None:
        """Return the last value of a header (`name` in lower case), or None."""
        return next((value for key, value in reversed(self.headers) if key == name), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, as published. `url` is absolute; `summary` and `content` are HTML; dates are as found, or None."""

    id: str | None = None
    url: str | None = None
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    content: str = ""
    image: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    source: str | None = None  # the publisher an aggregator names (<source>)


@dataclass(frozen=True, slots=True)
class PollHints:
    """What a feed itself asks about polling; already validated (garbage is dropped). Hours and days are GMT."""

    ttl: timedelta | None = None
    update_period: timedelta | None = None  # sy:updatePeriod / sy:updateFrequency
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()  # Monday is 0


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What was read from one body. `outcome` is OK or NOT_FEED; `unreadable` counts entries that could not be read.

    `reader` says which reader gave the answer (`fast`, `feedparser`, `json`, `sitemap`, `page`) and `handed_over` why the fast one
    did not. `discovered` lists feed addresses an HTML document names. `older` is the next page of an RFC 5005 archive, if named.
    """

    outcome: Outcome
    title: str = ""
    url: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    hints: PollHints = PollHints()
    unreadable: int = 0
    error: str = ""
    reader: str = "fast"
    handed_over: str = ""
    discovered: tuple[str, ...] = ()
    older: str | None = None


class PlanReason(StrEnum):
    """Why the next poll is when it is; logged and shown."""

    NEW = "new"  # never polled
    ADAPTIVE = "adaptive"  # by overlap with the last poll
    INTERVAL = "interval"  # set by the operator
    FRESHNESS = "freshness"  # Cache-Control or Expires
    HINT = "hint"  # ttl, sy:update…
    SKIP_HOURS = "skip_hours"
    FLOOR = "floor"
    CAP = "cap"
    BACKOFF = "backoff"
    RETRY_AFTER = "retry_after"
    HOST_QUIET = "host_quiet"
    GONE = "gone"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Plan:
    """When to poll next and why. `at` None means never again (gone). `adaptive` is the learned interval without hints or jitter."""

    at: datetime | None
    reason: PlanReason
    adaptive: timedelta
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FeedState:
    """All that is remembered about a feed between polls; one row of the store, decided by pure functions.

    `url` is where it is polled now (differs from the configured address after a permanent move). `moved_to`/`moved_since`
    hold a permanent redirect that is being watched. `untrusted` holds the identity names (`guid`, `link`) that collided.
    `usual_gap` is the typical time between new entries, `full` the learned verdict on its texts (None: undecided).
    """

    name: str
    configured_url: str
    url: str
    validators: Validators = Validators()
    body_hash: str = ""
    next_poll: datetime | None = None
    reason: PlanReason = PlanReason.NEW
    reason_detail: str = ""
    adaptive: timedelta | None = None
    first_seen: datetime | None = None
    last_poll: datetime | None = None
    last_ok: datetime | None = None
    last_new: datetime | None = None
    outcome: Outcome | None = None
    error: str = ""
    errors: int = 0  # streak
    failing_since: datetime | None = None
    told: str = ""  # the condition the owner was last told about, so that it is told once
    moved_to: str | None = None
    moved_since: datetime | None = None
    previous_url: str | None = None
    gone: bool = False
    baselined: bool = False
    untrusted: frozenset[str] = frozenset()
    window: int = 0  # entries in the last document
    usual_gap: timedelta | None = None
    hints: PollHints = PollHints()  # what the last whole document asked about polling
    lifetime: timedelta | None = None  # how long an entry stays in the document, by the entries' own dates
    gaps: int = 0
    last_gap: datetime | None = None
    strikes: int = 0  # worker deaths in a row
    full: bool | None = None
    title: str = ""
