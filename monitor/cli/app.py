"""The table of commands. Each is imported when it is called, so that `--help` and the light commands start at once."""

from __future__ import annotations

import importlib
from typing import Any

import click

from monitor import __version__

# name -> (module, attribute, one line for --help, which must not need the import)
Table = dict[str, tuple[str, str, str]]


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def __init__(self, *args: Any, table: Table, **options: Any) -> None:
        super().__init__(*args, **options)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table: the order in which a newcomer needs them."""
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a command."""
        if name not in self.table:
            return None
        module, attribute, _ = self.table[name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command; name the nearest one where there is none."""
        from difflib import get_close_matches

        if args and args[0] not in self.table and not args[0].startswith("-"):
            near = get_close_matches(args[0], self.table, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"there is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


COMMANDS: Table = {
    "demo": (
        "monitor.cli.demo",
        "demo",
        "Show the whole way on bundled sample outlets: no network, no account.",
    ),
    "init": ("monitor.cli.setup", "init", "Write a commented configuration."),
    "check": ("monitor.cli.setup", "check", "Validate every config file and run the topics' examples."),
    "once": ("monitor.cli.run", "once", "Collect what is due, deliver what is due, print a summary."),
    "run": ("monitor.cli.run", "run", "Run the daemon in the foreground."),
    "status": (
        "monitor.cli.status",
        "status",
        "Feeds, failures, next polls and their reasons, queue, slots.",
    ),
    "feeds": (
        "monitor.cli.feeds",
        "feeds",
        "List, check, add, remove, import, export, discover, parse feeds.",
    ),
    "topics": ("monitor.cli.topics", "topics", "Test, lint, explain, try, diff and match topic rules."),
    "explain": ("monitor.cli.explain", "explain", "Why an article matches, or does not, and where it went."),
    "articles": ("monitor.cli.articles", "articles", "List, show, search, export and lint the archive."),
    "normalize": ("monitor.cli.normalize", "normalize", "Turn a page into an article in the seed format."),
    "stories": ("monitor.cli.stories", "stories", "Group articles into stories and copies."),
    "digest": ("monitor.cli.digests", "digest", "List, preview, show and send digests."),
    "outbox": ("monitor.cli.digests", "outbox", "What is queued, stuck or dead, and how to retry it."),
    "slack": ("monitor.cli.slack", "slack", "Check the token, the scopes and the channels."),
    "db": ("monitor.cli.database", "db", "Upgrade, back up and prune the database."),
    "config": ("monitor.cli.setup", "config", "JSON Schema of the configuration, for editors."),
}


@click.command(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `monitor demo`; then `monitor init` and `monitor run`.",
)
@click.version_option(__version__, prog_name="monitor")
def app() -> None:
    """Watch the news: feeds in, topic digests out, each exactly once."""
