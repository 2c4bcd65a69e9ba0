"""`monitor slack check`: what is missing for Slack to work, in words."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from monitor.cli.output import config_option, json_option, say_json, table
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.deliver.slack.check import Finding


@click.group()
def slack() -> None:
    """Check the token, the scopes and the channels."""


@slack.command()
@config_option
@json_option
def check(config_dir: str, as_json: bool) -> None:
    """Look at token, scopes, channels and membership, and dry-run every digest; exit 1 where something is missing."""
    from monitor.cli.root import read_config

    config = read_config(config_dir)
    if config.settings.slack.token is None:
        raise CommandError(
            "slack.token is not set: `SLACK_BOT_TOKEN=xoxb-… monitor slack check`, see deploy/README.md"
        )
    findings = asyncio.run(_check(config))
    if as_json:
        say_json(findings)
    else:
        table(("what", "", "how it stands"), [(one.subject, one.level.value, one.text) for one in findings])
    sys.exit(1 if any(one.level.value == "missing" for one in findings) else 0)


async def _check(config: Config) -> list[Finding]:
    """Ask Slack, then put every digest as it stands now through the limits."""
    from monitor.deliver.slack import SlackNotifier
    from monitor.deliver.slack.check import check as look

    settings = config.settings.slack
    channels = {target.address for spec in config.digests for target in spec.to if target.kind == "slack"}
    ops = {settings.ops_channel} if settings.ops_channel else set()
    token = settings.token.get_secret_value() if settings.token else ""
    app_token = settings.app_token.get_secret_value() if settings.app_token else None
    notifier = SlackNotifier(token, base_url=settings.base_url)
    try:
        found = await look(notifier.client, sorted(channels | ops), app_token)
    finally:
        await notifier.close()
    return [*found, *_dry_run(config)]


def _dry_run(config: Config) -> list[Finding]:
    """Render every digest that goes to Slack as it would be now, and hold it against Slack's limits."""
    from monitor.cli.clock import now
    from monitor.cli.digests import builder_for
    from monitor.cli.root import open_store
    from monitor.deliver.slack.check import check_messages

    findings: list[Finding] = []
    with open_store(config) as store:
        builder = builder_for(config, store)
        for spec in config.digests:
            for target in (target for target in spec.to if target.kind == "slack"):
                digest = builder.preview(spec, now(), None).digest
                found = check_messages(builder.notifiers["slack"].render(digest, target))
                findings += [replace(one, subject=f"{spec.name} to {target.address}") for one in found]
    return findings
