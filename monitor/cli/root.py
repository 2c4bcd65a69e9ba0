"""The composition root: everything real is made here (clock, randomness, network, processes, database) and handed down."""

from __future__ import annotations

import os
import random
import sys
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from monitor import __version__
from monitor.cli.clock import now
from monitor.errors import CommandError
from monitor.models import FullText

if TYPE_CHECKING:
    from pydantic import SecretStr

    from monitor.cli.incidents import Incidents
    from monitor.collect.fetch import AiohttpFetcher
    from monitor.collect.interval import Policy
    from monitor.collect.sandbox import Sandbox
    from monitor.config import Config
    from monitor.config.settings import Settings
    from monitor.digests.outbox import Policy as SendingPolicy
    from monitor.pipeline import Desk, Limits
    from monitor.pipeline.protocols import Checkpoint, Notifier
    from monitor.store import Store

REQUEST_DEADLINE = 25.0  # seconds a message under way may still take when the configuration changes


def read_config(directory: str | Path) -> Config:
    """Load a configuration with this process's environment; raises ConfigError with every mistake.

    From then on its secrets are blanked in whatever is logged or complained of.
    """
    from monitor.cli import secrecy
    from monitor.config import load

    config = load(Path(directory), os.environ)
    secrecy.keep(secrecy.secrets(config))
    return config


def read_settings(directory: str | Path) -> Settings:
    """Load monitor.yaml alone, for what must work while the other files have mistakes; raises ConfigError with those of this one."""
    from monitor.cli import secrecy
    from monitor.config.loading import load_settings

    settings = load_settings(Path(directory), os.environ)
    secrecy.keep(secrecy.of_settings(settings))
    return settings


def open_store(config: Config) -> Store:
    """Open (and where needed create or migrate) the configured database."""
    return open_database(config.settings)


def open_database(settings: Settings) -> Store:
    """Open (and where needed create or migrate) the database that the settings name."""
    from monitor.cli import logs
    from monitor.store import Store

    logs.ensure()
    store = Store.open(settings.database)
    store.outbox.policy = outbox_policy(settings)
    return store


def outbox_policy(settings: Settings) -> SendingPolicy:
    """Return how messages are retried and settled."""
    from monitor.digests.outbox import DEFAULT

    return replace(DEFAULT, settle=settings.delivery.settle)


def known(kind: str, name: str, names: Iterable[str], otherwise: str) -> str:
    """Return a name that is among the configured ones; raises CommandError with the nearest, or with what to do `otherwise`."""
    from monitor.config.values import nearest

    names = list(names)
    if name in names:
        return name
    close = nearest(name, names)
    raise CommandError(f"no {kind} {name!r} ({f'did you mean {close!r}?' if close else otherwise})")


def fetcher(settings: Settings) -> AiohttpFetcher:
    """Make the one dialer."""
    from monitor.collect.fetch import AiohttpFetcher

    fetch = settings.fetch
    return AiohttpFetcher(
        user_agent(settings),
        per_host=fetch.per_host,
        host_delay=fetch.host_delay.total_seconds(),
        concurrency=fetch.concurrency,
        allow_private=fetch.allow_private,
        now=now,
    )


def user_agent(settings: Settings) -> str:
    """Return the one User-Agent: `monitor/0.1.0 (+contact)`."""
    contact = settings.fetch.contact
    return settings.fetch.user_agent or f"monitor/{__version__}" + (f" (+{contact})" if contact else "")


def sandbox(config: Config) -> Sandbox:
    """Make the worker processes, with the modules in memory that these feeds need; what is missing is loaded when it is called."""
    from monitor.collect.sandbox import Sandbox

    preload = ["monitor.collect.reading", "monitor.collect.feeds", "monitor.collect.drafting"]
    if any(feed.full_text is not FullText.NEVER for feed in config.feeds):
        preload.append("monitor.collect.extract.extraction")
    return Sandbox(workers=worker_count(config.settings), preload=preload)


def worker_count(settings: Settings) -> int:
    """Return how many worker processes there may be."""
    return settings.workers or os.cpu_count() or 1


def polling_limits(settings: Settings) -> Limits:
    """Return how many polls run side by side: of one site some more than it may be asked at once, so that one always waits there."""
    from monitor.pipeline import Limits

    fetch = settings.fetch
    return Limits(fetch.concurrency, per_site=2 * fetch.per_host + 2, readers=worker_count(settings) + 2)


def policy(settings: Settings) -> Policy:
    """Return the polling intervals."""
    from monitor.collect.interval import Policy

    fetch = settings.fetch
    return Policy(
        default=fetch.interval.default,
        min=fetch.interval.min,
        max=fetch.interval.max,
        backoff_base=fetch.backoff.base,
        backoff_max=fetch.backoff.max,
    )


def desk(config: Config) -> Desk:
    """Return what the configuration says about digests."""
    from monitor.pipeline import Desk

    topics = config.topics.specs
    return Desk(
        digests=config.digests,
        names={topic.id: topic.name for topic in topics},
        rules={topic.id: topic.alert for topic in topics if topic.alert},
        weights={feed.name: feed.weight for feed in config.feeds},
    )


def notifiers(config: Config, console: TextIO | None = None) -> Mapping[str, Notifier]:
    """Make a notifier for every kind of target that can be reached with this configuration; the console is standard output if not given."""
    from monitor.deliver.console import ConsoleNotifier
    from monitor.deliver.html import HtmlNotifier

    settings = config.settings
    made: dict[str, Notifier] = {
        "console": ConsoleNotifier(console or sys.stdout, now),
        "html": HtmlNotifier(Path(settings.html.directory or "data/digests"), now),
    }
    wanted = {target.kind for spec in config.digests for target in spec.to} - made.keys()
    made.update({kind: _notifier(kind, config) for kind in sorted(wanted)})
    return made


def _notifier(kind: str, config: Config) -> Notifier:
    """Make the notifier of a kind that needs the network; raises CommandError for one that is not set up."""
    settings = config.settings
    if kind == "slack":
        return _slack(settings)
    if kind == "email":
        from monitor.deliver.email import EmailNotifier

        mail = settings.email
        return EmailNotifier(
            host=mail.host,
            port=mail.port,
            sender=mail.sender or "",
            username=mail.username,
            password=_open(mail.password),
            tls=mail.tls,
            now=now,
        )
    if kind == "webhook":
        from monitor.deliver.webhook import WebhookNotifier

        return WebhookNotifier()
    if kind == "atom":
        from monitor.deliver.atom import AtomNotifier

        return AtomNotifier(now)
    if kind == "apprise":
        from monitor.deliver.apprise import AppriseNotifier

        return AppriseNotifier()
    raise CommandError(f"no such kind of target: {kind}")


def _slack(settings: Settings) -> Notifier:
    from monitor.deliver.slack import SlackNotifier, SlackWebhookNotifier

    slack = settings.slack
    if slack.token:
        return SlackNotifier(
            slack.token.get_secret_value(), base_url=slack.base_url, interactive=slack.app_token is not None
        )
    if slack.webhook:
        return SlackWebhookNotifier(slack.webhook.get_secret_value())
    raise CommandError(
        "a digest goes to Slack, but neither slack.token nor slack.webhook is set in monitor.yaml"
    )


def incidents(config: Config, store: Store) -> Incidents | None:
    """Return what keeps the ops channel informed, where one is configured."""
    from monitor.cli.incidents import Incidents
    from monitor.deliver.slack import SlackNotifier

    slack = config.settings.slack
    if slack.token is None or slack.ops_channel is None:
        return None
    notifier = SlackNotifier(slack.token.get_secret_value(), base_url=slack.base_url)
    return Incidents(store, notifier, slack.ops_channel, config.settings.timezone)


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def chance() -> float:
    """Return a random number in [0, 1), for jitter and backoff; nothing secret hangs on it."""
    return random.random()  # noqa: S311  # not cryptography


def nonce() -> str:
    """Return a name for one message that nothing else will ever have."""
    return uuid.uuid4().hex


def owner() -> str:
    """Return a name for this process in the ledger."""
    return f"{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


def is_dead(other: str) -> bool:
    """Tell whether the process that an owner's name speaks of ran on this machine and is gone, so that its leases are nobody's."""
    node, _, rest = other.rpartition("-")[0].rpartition("-")
    if node != os.uname().nodename or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # it runs, under another user
    return (
        int(rest) == os.getpid()
    )  # our own number with another name: a former life (in a container we are always number 1)


def checkpoint() -> Checkpoint:
    """Return what is called at every point that the kill drill names: nothing, unless $MONITOR_CRASH_AT names the point to die at."""
    import signal

    from monitor.pipeline.protocols import no_checkpoint

    name, _, nth = os.environ.get("MONITOR_CRASH_AT", "").partition(":")
    if not name:
        return no_checkpoint
    left = [int(nth or 1)]

    def die(point: str) -> None:
        if point == name:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return die
