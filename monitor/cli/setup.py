"""`monitor init`, `monitor check`, `monitor config schema`: before anything runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.output import config_option, json_option, note, say_json
from monitor.errors import CommandError, ConfigError


@click.command()
@click.argument("directory", default="config", required=False)
def init(directory: str) -> None:
    """Write a commented configuration into DIRECTORY (default: config); where there is one already, nothing is written."""
    from monitor.config import templates

    written = templates.init(Path(directory))
    for path in written:
        print(path)
    note(
        f"next: set `fetch: contact:` in {directory}/monitor.yaml, look at {directory}/feeds.yaml, then `monitor run --config {directory}`"
    )


@click.command()
@config_option
@json_option
def check(config_dir: str, as_json: bool) -> None:
    """Validate every config file and run the topics' examples; lists every mistake as file:line:column message, and without any what may
    be unintended: a term that another covers or whose sign is not searched for, a list that no rule uses."""
    from monitor.cli.root import read_config

    try:
        config = read_config(config_dir)
    except ConfigError as error:
        if as_json:
            say_json({"ok": False, "problems": error.problems})
            sys.exit(2)
        raise
    counts = {"feeds": len(config.feeds), "topics": len(config.topics.specs), "digests": len(config.digests)}
    if as_json:
        say_json({"ok": True, "problems": [], "warnings": config.warnings, **counts})
    else:
        for doubt in config.warnings:
            note(str(doubt))
        print(
            f"{config_dir}: {counts['feeds']} feeds, {counts['topics']} topics, {counts['digests']} digests: no mistakes"
        )


@click.group()
def config() -> None:
    """What editors need to know of the configuration."""


@config.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema of all files, or of NAME (monitor, feeds, digests, topic, lists)."""
    from monitor.config.schema import schemas

    known = schemas()
    if name is not None and name not in known:
        raise CommandError(f"no schema {name!r}: there are {', '.join(known)}")
    say_json(known[name] if name else known)
