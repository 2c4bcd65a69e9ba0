"""`monitor db`: upgrade, back up and prune the database."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.clock import now
from monitor.cli.output import config_option, json_option, plain, say_json


@click.group()
def db() -> None:
    """Upgrade, back up and prune the database."""


@db.command()
@config_option
def upgrade(config_dir: str) -> None:
    """Bring the database to this release's schema (the daemon does so by itself at its start)."""
    from monitor.cli.root import open_store, read_config

    with open_store(read_config(config_dir)) as store:
        print(f"schema {store.revision()}: up to date")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def backup(file: Path, config_dir: str) -> None:
    """Copy the live database to FILE, consistently, while the daemon runs."""
    from monitor.cli.root import open_store, read_config

    with open_store(read_config(config_dir)) as store:
        store.backup(file)
    print(file)


@db.command()
@config_option
@json_option
def prune(config_dir: str, as_json: bool) -> None:
    """Forget what is past its `retention:` (the daemon does so every hour)."""
    from monitor.cli.root import open_store, read_config

    config = read_config(config_dir)
    retention = config.settings.retention
    with open_store(config) as store:
        pruned = store.prune(now(), matched=retention.matched, unmatched=retention.unmatched)
    if as_json:
        say_json(pruned)
    else:
        print(", ".join(f"{count} {what}" for what, count in plain(pruned).items()) + " forgotten")
