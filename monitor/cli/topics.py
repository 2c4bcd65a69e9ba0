"""`monitor topics`: the workshop for rules: tested, explained, tried and compared before they go live."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.app import LazyGroup, Table
from monitor.cli.output import config_option, json_option, say_json
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.models import Article, Match


_TABLE: Table = {
    "test": ("monitor.cli.topics", "test", "Run every example of every topic."),
    "explain": ("monitor.cli.topics", "explain_", "The same as `monitor explain`."),
    "try": ("monitor.cli.workshop", "try_", "Try a rule on the archive before it has a file."),
    "diff": ("monitor.cli.workshop", "diff", "What changed rules would win and lose over the archive."),
    "lint": ("monitor.cli.workshop", "lint", "Terms that never fire, take too much or add nothing."),
    "match": ("monitor.cli.topics", "match", "Match lines of JSON: --batch."),
}


@click.group(cls=LazyGroup, table=_TABLE)
def topics() -> None:
    """Test, lint, explain, try, diff and match topic rules."""


@click.command()
@config_option
@json_option
def test(config_dir: str, as_json: bool) -> None:
    """Run every example of every topic; exit 1 with what was found, or missed, where one fails."""
    from pathlib import Path

    from monitor.config.topics import run_examples

    loaded, failures = run_examples(Path(config_dir))
    count = sum(len(spec.examples.yes) + len(spec.examples.no) for spec in loaded.specs)
    if as_json:
        say_json({"examples": count, "topics": len(loaded.specs), "failures": failures})
    else:
        for failure in failures:
            print(failure)
        print(
            f"{count} examples of {len(loaded.specs)} topics: {len(failures) or 'none'} fail{'s' if len(failures) == 1 else ''}"
        )
    sys.exit(1 if failures else 0)


@click.command()
@click.option(
    "--batch", is_flag=True, help='Read lines {"id","title","text"[,"url","source","lang","author"]}.'
)
@click.option("--topic", "only", multiple=True, help="Only this topic; may be repeated.")
@config_option
def match(batch: bool, only: tuple[str, ...], config_dir: str) -> None:
    """Answer each line with {"id","matches":[{"topic","score","spans":[[zone,start,end,term]]}]}."""
    from pathlib import Path

    if not batch:
        raise CommandError("topics match reads JSON lines from standard input: say --batch")
    from monitor.cli.batch import answer, rows, stdin
    from monitor.config.topics import load_topics

    loaded = load_topics(Path(config_dir))
    for row in rows(stdin()):
        found = [one for one in loaded.match(article_of(row)) if not only or one.topic in only]
        answer({"id": row["id"], "matches": [match_row(one) for one in found]})


def article_of(row: dict[str, Any]) -> Article:
    """Make an article of a line; what the line does not say is empty."""
    from monitor import urls
    from monitor.models import Article

    def text(name: str) -> str:
        return str(row.get(name) or "")

    return Article(
        text=text("text"),
        title=text("title"),
        url=text("url"),
        canonical=urls.canonical(text("url")) if row.get("url") else "",
        id=str(row["id"]),
        outlet=text("source"),
        feed=text("source"),
        language=text("lang") or None,
        authors=(text("author"),) if row.get("author") else (),
        categories=tuple(map(str, row.get("categories") or ())),
        country=text("country") or None,
    )


def match_row(found: Match) -> dict[str, Any]:
    """Return a match as the batch prints it."""
    spans = [[span.zone, span.start, span.end, span.term] for span in found.spans]
    return {"topic": found.topic, "score": found.score, "spans": spans, "teaser_only": found.teaser_only}


@click.command("explain")
@click.argument("what", metavar="URL|FILE|ID")
@click.argument("topic", required=False)
@config_option
@json_option
@click.pass_context
def explain_(ctx: click.Context, what: str, topic: str | None, config_dir: str, as_json: bool) -> None:
    """The same as `monitor explain`."""
    from monitor.cli.explain import explain

    ctx.invoke(explain, what=what, topic=topic, config_dir=config_dir, as_json=as_json)
