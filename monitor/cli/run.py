"""`monitor once` and `monitor run`: collecting and delivering, once or for years."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.clock import now
from monitor.cli.output import clean, config_option, json_option, note, say_json, table, until

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.pipeline import PollReport, SlotReport


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
    from monitor.cli import logs, root

    config = root.read_config(config_dir)
    quiet = "error" if as_json or sys.stderr.isatty() else "warning"
    logs.configure(quiet, config.settings.log.format, root.secrets(config.settings))
    polls, slots = asyncio.run(_once(config, names, force))
    if as_json:
        say_json({"feeds": [poll.as_row() for poll in polls], "digests": [slot.as_row() for slot in slots]})
    else:
        _summary(polls, slots)


async def _once(
    config: Config, names: tuple[str, ...], force: bool
) -> tuple[list[PollReport], list[SlotReport]]:
    from monitor.cli.running import Application

    progress = _Progress(len(names) or len(config.feeds))
    async with Application(config, progress) as application:
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
    from monitor.cli import logs, root

    config = root.read_config(config_dir)
    logs.configure(config.settings.log.level, config.settings.log.format, root.secrets(config.settings))
    asyncio.run(_run(config))


async def _run(config: Config) -> None:
    from monitor.cli.running import Application
    from monitor.daemon import Daemon
    from monitor.web.metrics import Metrics
    from monitor.web.server import Health, Server

    metrics = Metrics(lambda: _snapshot(application))
    async with Application(config, metrics) as application:
        daemon = Daemon(application, now, config.settings.tick, config.directory, metrics)
        address = config.settings.web.address
        server = (
            Server(
                *address,
                lambda: Health(
                    not daemon.findings(), daemon.ready and not daemon.findings(), daemon.findings()
                ),
                metrics,
            )
            if address
            else None
        )
        if server:
            await server.start()
        try:
            await daemon.run()
        finally:
            if server:
                await server.close()


def _snapshot(application: Any) -> Any:
    from monitor.web.metrics import Snapshot

    oldest = application.store.outbox.oldest()
    queue = {state.value: count for state, count in application.store.outbox.counts().items()}
    return Snapshot(
        application.store.feeds.states(), queue, (now() - oldest).total_seconds() if oldest else 0.0
    )
