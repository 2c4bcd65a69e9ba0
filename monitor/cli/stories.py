"""`monitor stories group --batch`: articles in time order in, their story and what they copy out."""

from __future__ import annotations

import click

from monitor.errors import CommandError


@click.group()
def stories() -> None:
    """Group articles into stories and copies."""


@stories.command()
@click.option(
    "--batch", is_flag=True, help='Read lines {"id","title","text","published"[,"source"]} in time order.'
)
def group(batch: bool) -> None:
    """Answer each line with {"id","story","copy_of"}."""
    if not batch:
        raise CommandError(
            "stories group reads JSON lines from standard input: say --batch, and see `monitor stories group --help`"
        )
    from monitor.cli.batch import answer, rows, stdin
    from monitor.stories.index import group as grouped

    for result in grouped(rows(stdin())):
        answer(result)
