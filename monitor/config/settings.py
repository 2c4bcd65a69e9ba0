"""monitor.yaml: how the daemon runs. Every key is optional; the defaults below are the ones that matter (spec/interface.md).

Relative paths (the database, the folder of digests, `*_file`) start at the working directory, not at the configuration's folder.
Secrets are `pydantic.SecretStr`: printed as asterisks, read with `.get_secret_value()`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from monitor.config import values
from monitor.config.fields import (
    Allowance,
    Database,
    Duration,
    DurationOrZero,
    Listen,
    MailAddress,
    Name,
    Secret,
    Shape,
    Size,
    Texts,
    Url,
    Zone,
)


def _workers(value: object) -> int | None:
    """Read `auto` (as None: one for each core) or a number of processes."""
    if value is None or value == "auto":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 256:
        return value
    raise values.WrongValue("not a number of processes", "write auto, or a number from 1 to 256")


Workers = Annotated[
    int | None,
    BeforeValidator(_workers),
    WithJsonSchema({"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 256}]}),
]


class Interval(Shape):
    """How often feeds are polled; a feed's own `interval` is obeyed below the floor."""

    default: Duration = Field(
        timedelta(minutes=30), description="Between polls of a feed about which nothing is known yet."
    )
    min: Duration = Field(timedelta(minutes=15), description="The floor: never more often than this.")
    max: Duration = Field(timedelta(hours=24), description="The cap: never more seldom than this.")


class Backoff(Shape):
    """How long a failing feed is left alone: doubled at each failure, with jitter, up to `max`."""

    base: Duration = Field(timedelta(minutes=5), description="After the first failure.")
    max: Duration = Field(timedelta(hours=24), description="At most.")


class Fetch(Shape):
    """How the network is used."""

    user_agent: Name | None = Field(
        None, description="Sent with every request; name/version (+contact) if left out."
    )
    contact: Name | None = Field(
        None, description="A page or mail address for publishers who wonder who is polling them."
    )
    interval: Interval = Field(default_factory=Interval)
    timeout: Duration = Field(
        timedelta(seconds=45), description="For one whole exchange, redirects included."
    )
    max_wire: Size = Field(16 * 2**20, description="The most bytes read of one answer.")
    max_inflated: Size = Field(32 * 2**20, description="The most bytes of one answer after decompression.")
    concurrency: int = Field(64, ge=1, le=1024, description="Requests under way at once.")
    per_host: int = Field(2, ge=1, le=64, description="Requests under way at once at one site.")
    host_delay: DurationOrZero = Field(
        timedelta(seconds=1), description="Between the starts of two requests at one site."
    )
    allow_private: Annotated[tuple[Allowance, ...], Field(strict=False)] = Field(
        default_factory=tuple, description="Private addresses that may be dialled: intranets and tests."
    )
    backoff: Backoff = Field(default_factory=Backoff)


class Slack(Shape):
    """The bot's way into Slack: a token is the product, a webhook the two-minute trial."""

    token: Secret | None = Field(None, description="Bot token (xoxb-…).")
    token_file: Name | None = Field(None, description="A file that holds the bot token.")
    app_token: Secret | None = Field(
        None, description="App-level token (xapp-…) for Socket Mode: buttons and /monitor."
    )
    app_token_file: Name | None = Field(None, description="A file that holds the app-level token.")
    webhook: Secret | None = Field(None, description="Incoming webhook: instead of a token, for a trial.")
    webhook_file: Name | None = Field(None, description="A file that holds the incoming webhook's address.")
    base_url: Url = Field(
        "https://slack.com/api/", description="Slack's API; another one for proxies and tests."
    )
    ops_channel: Name | None = Field(
        None, description="Channel that is told when the monitor itself is unwell."
    )
    admins: Texts = Field(
        default_factory=tuple, description="Slack user ids that may change things from Slack."
    )

    @property
    def configured(self) -> bool:
        """Tell whether messages can be sent to Slack at all."""
        return self.token is not None or self.webhook is not None


class Email(Shape):
    """The mail server that digests by mail go through."""

    host: Name = Field("localhost", description="Mail server.")
    port: int = Field(25, ge=1, le=65_535, description="Its port: 25, 465 with tls, 587 with starttls.")
    sender: MailAddress | None = Field(
        None, alias="from", description="Sender's address; needed before any digest goes by mail."
    )
    username: Name | None = Field(None, description="Account, if the server asks for one.")
    password: Secret | None = Field(None, description="Its password, as ${VARIABLE}.")
    password_file: Name | None = Field(None, description="A file that holds the password.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted."
    )


class Html(Shape):
    """Every digest is also kept as a page."""

    directory: Name | None = Field("data/digests", description="Folder of the pages; null to keep none.")


class Retention(Shape):
    """How long article texts are kept; titles and hashes stay."""

    matched: Duration = Field(timedelta(days=400), description="Of articles that matched a topic.")
    unmatched: Duration = Field(timedelta(days=30), description="Of all others.")


class Delivery(Shape):
    """How a message is settled whose answer was lost."""

    settle: Duration = Field(
        timedelta(seconds=30),
        description="How long such a message may still arrive; not found after that, it is sent again.",
    )


class Web(Shape):
    """The status server: /healthz, /readyz, /metrics."""

    listen: Listen | None = Field(
        "127.0.0.1:8765", description="Address and port; null for no status server."
    )

    @property
    def address(self) -> tuple[str, int] | None:
        """Return host and port, or None if there is to be no server."""
        if self.listen is None:
            return None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class Log(Shape):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important lines shown."
    )
    format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: console on a terminal, JSON otherwise."
    )


class Settings(Shape):
    """monitor.yaml, validated: durations are `timedelta`, sizes bytes, `workers` None for `auto`."""

    database: Database = Field(
        "sqlite:///data/monitor.db", repr=False, description="SQLite file, or PostgreSQL for several daemons."
    )
    timezone: Zone = Field("UTC", description="Zone of digests that name none, and of times shown.")
    fetch: Fetch = Field(default_factory=Fetch)
    workers: Workers = Field(
        None, description="Processes that parse feeds and pages; auto: one for each core."
    )
    slack: Slack = Field(default_factory=Slack)
    email: Email = Field(default_factory=Email)
    html: Html = Field(default_factory=Html)
    retention: Retention = Field(default_factory=Retention)
    delivery: Delivery = Field(default_factory=Delivery)
    web: Web = Field(default_factory=Web)
    log: Log = Field(default_factory=Log)
    tick: Duration = Field(timedelta(seconds=5), description="How often the daemon looks for what is due.")
