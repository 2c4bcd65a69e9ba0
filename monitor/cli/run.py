"""`monitor once` and `monitor run`: collecting and delivering, once or for years."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from monitor.cli.clock import now
from monitor.cli.output import clean, config_option, json_option, note, say_json, table, until
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.cli.running import Application
    from monitor.config import Config
    from monitor.daemon import Daemon
    from monitor.pipeline import PollReport, SlotReport
    from monitor.web.metrics import Metrics, Snapshot


@click.command()
@click.option(
    "--force",
    is_flag=True,
    help="Poll every feed now, whatever its next poll; a host's request for quiet is still obeyed.",
)
@click.option("--feed", "names", metavar="NAME", multiple=True, help="Only this feed; may be repeated.")
@config_option
@json_option
def once(force: bool, names: tuple[str, ...], config_dir: str, as_json: bool) -> None:
    """Collect what is due, deliver what is due, print a summary."""
    from monitor.cli import logs, memory, root

    memory.share_one_heap()
    config = root.read_config(config_dir)
    quiet = "error" if as_json or sys.stderr.isatty() else "warning"
    logs.configure(quiet, config.settings.log.format)
    polls, slots = asyncio.run(_once(config, names, force, sys.stderr if as_json else sys.stdout))
    order = {feed.name: number for number, feed in enumerate(config.feeds)}
    polls.sort(key=lambda poll: order.get(poll.name, len(order)))
    if as_json:
        say_json({"feeds": [poll.as_row() for poll in polls], "digests": [slot.as_row() for slot in slots]})
    else:
        _summary(polls, slots)


async def _once(
    config: Config, names: tuple[str, ...], force: bool, console: TextIO
) -> tuple[list[PollReport], list[SlotReport]]:
    from monitor.cli.running import Application

    progress = _Progress(len(names) or len(config.feeds))
    async with Application(config, progress, console) as application:
        with progress:
            return await application.once(names, force)


class _Progress:
    """A progress bar on a terminal; nothing elsewhere. An observer of the pipeline."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (
                TextColumn("reading feeds"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[last]}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self.total, last="")
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar:
            self._bar.stop()

    def fetched(self, response: object, seconds: float) -> None:
        """One feed's requests are its own affair."""

    def polled(self, report: PollReport) -> None:
        """Move on."""
        if self._bar:
            self._bar.update(self._task, advance=1, last=clean(report.name)[:40])

    def decided(self, report: object) -> None:
        """Slots are in the summary."""

    def tried(self, report: object) -> None:
        """Messages are in the summary."""


def _summary(polls: list[PollReport], slots: list[SlotReport]) -> None:
    at = now()
    table(
        ("feed", "outcome", "new", "changed", "next poll", "why", "error"),
        [
            (
                one.name,
                one.outcome.value,
                one.new,
                one.changed,
                until(one.next_poll, at),
                one.reason,
                one.error,
            )
            for one in polls
        ],
    )
    for slot in slots:
        print(f"digest {slot.digest} {slot.slot}: {slot.state.value}, {slot.messages} messages")
    failing = [poll for poll in polls if poll.error]
    note(f"{len(polls)} feeds polled, {sum(poll.new for poll in polls)} new entries, {len(failing)} failing")


@click.command()
@config_option
def run(config_dir: str) -> None:
    """Run the daemon in the foreground. SIGHUP or a changed file reloads; SIGTERM or Ctrl-C stops cleanly."""
    from monitor.cli import logs, memory, root

    memory.share_one_heap()
    config = root.read_config(config_dir)
    logs.configure(config.settings.log.level, config.settings.log.format)
    asyncio.run(_run(config))


async def _run(config: Config) -> None:
    from monitor.cli.running import Application
    from monitor.daemon import Daemon
    from monitor.web.metrics import Metrics

    metrics = Metrics(lambda: _snapshot(application))
    async with Application(config, metrics) as application:
        application.reloaded(True, ())  # what a predecessor refused is no news of this process
        daemon = Daemon(application, now, config.settings.tick, config.directory, metrics)
        async with _served(config, daemon, metrics), _listening(application):
            await daemon.run()


@contextlib.asynccontextmanager
async def _served(config: Config, daemon: Daemon, metrics: Metrics) -> AsyncIterator[None]:
    """Serve health and metrics meanwhile, if they are to be served; raises CommandError where the address cannot be had."""
    from monitor.web.server import Health, Server

    address = config.settings.web.address
    if address is None:
        yield
        return

    def health() -> Health:
        wrong = daemon.findings()
        return Health(not wrong, daemon.ready and not wrong, wrong)

    server = Server(*address, health, metrics)
    try:
        await server.start()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CommandError(
            f"cannot listen at {config.settings.web.listen}: {reason}; does another monitor run? (`web: listen:` in monitor.yaml)"
        ) from None
    try:
        yield
    finally:
        await server.close()


@contextlib.asynccontextmanager
async def _listening(application: Application) -> AsyncIterator[None]:
    """Answer clicks and `/monitor` in Slack meanwhile, where Socket Mode is set up; a socket that cannot be opened is tried again."""
    slack = application.config.settings.slack
    if slack.token is None or slack.app_token is None:
        yield
        return
    from monitor.cli.talking import Talking
    from monitor.deliver.slack import SlackNotifier
    from monitor.deliver.slack.listener import SlackListener

    web = SlackNotifier(slack.token.get_secret_value(), base_url=slack.base_url)
    listener = SlackListener(slack.app_token.get_secret_value(), web.client, Talking(application).answer)
    opening = asyncio.ensure_future(listener.open())
    try:
        yield
    finally:
        opening.cancel()
        await listener.close()
        await web.close()


def _snapshot(application: Application) -> Snapshot:
    from monitor.web.metrics import Snapshot

    outbox = application.store.outbox
    oldest = outbox.oldest()
    return Snapshot(
        application.store.feeds.states(),
        {state.value: count for state, count in outbox.counts().items()},
        (now() - oldest).total_seconds() if oldest else 0.0,
        application.workers.restarts,
    )
