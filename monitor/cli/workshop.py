"""`monitor topics try`, `diff` and `lint`: rules against the archive, before they go live."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.articles import Period
from monitor.cli.clock import now
from monitor.cli.output import clean, config_option, json_option, note, say_json, span, table
from monitor.cli.sweep import Span, sweep
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.cli.votes import Precision
    from monitor.config import Config
    from monitor.topics import Topics
    from monitor.topics.workshop import Change, Trial

DAY = timedelta(days=1)


@click.command("try")
@click.argument("rule")
@click.option("--last", type=Period(), default="7d", show_default=True, help="How far back to look.")
@config_option
@json_option
def try_(rule: str, last: timedelta, config_dir: str, as_json: bool) -> None:
    """Try RULE on the archive: matches a day, samples, near misses, and what that means for a digest; what may be unintended in it goes to
    the error output."""
    from monitor.cli.root import read_config
    from monitor.cli.rules import adhoc, doubts
    from monitor.topics.workshop import try_rule

    config = read_config(config_dir)
    topics = adhoc(rule, config)
    warnings = doubts(rule, topics)
    trial: Trial = _swept(config, last, try_rule, topics)
    days = last / DAY
    if as_json:
        shown = {"rule": rule, "days": days, "a_day": trial.a_day(days), "warnings": warnings}
        say_json({**shown, **_plain(trial)})
        return
    for doubt in warnings:
        note(str(doubt))
    print(
        f"{trial.matches} of {trial.articles} articles of the last {span(last)} match: {trial.a_day(days):.1f} a day"
    )
    table(("day", "matches"), sorted(trial.days.items()))
    for sample in trial.samples:
        print(f"\n{sample.score:.0f}  {clean(sample.title)}  ({clean(sample.outlet)}, {sample.article})")
        for sentence in sample.sentences[:3]:
            print(f"    {clean(sentence.text)}")
    if trial.misses:
        print("\nnearly:")
    table(
        ("article", "headline", "fails", "because"),
        [(one.article, one.title, one.clause, one.reason) for one in trial.misses],
    )


def _plain(trial: Trial) -> dict[str, Any]:
    days = {day.isoformat(): count for day, count in sorted(trial.days.items())}
    return {
        "articles": trial.articles,
        "matches": trial.matches,
        "by_day": days,
        "samples": trial.samples,
        "near_misses": trial.misses,
    }


def _swept(config: Config, last: timedelta, chunk: Any, *arguments: Any) -> Any:
    """Run a chunk function of the workshop over the archive."""
    from monitor.cli.root import open_store

    at = now()
    with open_store(config) as store:
        return sweep(store, config.settings.database, Span(at - last, at), chunk, *arguments)


@click.command()
@click.option("--since", type=Period(), default="30d", show_default=True, help="How far back to look.")
@click.option(
    "--against", metavar="GIT-REV|DIR", default="HEAD", show_default=True, help="The rules to compare with."
)
@click.option("--show", default=10, show_default=True, help="How many articles to list on each side.")
@config_option
@json_option
def diff(since: timedelta, against: str, show: int, config_dir: str, as_json: bool) -> None:
    """What the rules as they stand would win and lose against older ones, over the archive, before they go live."""
    from monitor.cli.root import read_config
    from monitor.topics.workshop import changed_topics, diff_chunk

    config = read_config(config_dir)
    with rules_of(against, Path(config_dir)) as old:
        pair = changed_topics(old, config.topics)
    found = _swept(config, since, diff_chunk, *pair)
    if as_json:
        say_json({"against": against, "articles": found.articles, "topics": found.topics})
        return
    if not found.topics:
        print(f"no topic differs from {against}")
    for topic, change in found.topics.items():
        print(
            f"{topic}: +{len(change.won)} −{len(change.lost)} ({change.kept} kept) of {found.articles} articles in {span(since)}"
        )
        _list("+", change.won[:show])
        _list("−", change.lost[:show])


def _list(sign: str, changes: list[Change]) -> None:
    for one in changes:
        words = ", ".join(one.quotes[:6])
        print(
            clean(
                f"  {sign} {one.article}  {one.title}  [{words}]" + (f"  {one.reason}" if one.reason else "")
            )
        )


@contextmanager
def rules_of(against: str, config_dir: Path) -> Iterator[Topics]:
    """Give the topics of a directory, or of the configuration as it was in a git revision."""
    from monitor.config.topics import load_topics

    if Path(against).is_dir():
        yield load_topics(against)
        return
    with tempfile.TemporaryDirectory(prefix="monitor-rules-") as folder:
        with tarfile.open(fileobj=io.BytesIO(_archived(against, config_dir))) as tar:
            tar.extractall(folder, filter="data")
        yield load_topics(Path(folder, config_dir.name))


def _archived(revision: str, config_dir: Path) -> bytes:
    """Return the configuration's folder as git has it in a revision, as a tar; raises CommandError with git's own words."""
    if revision.startswith("-"):
        raise CommandError(f"{revision!r} is neither a directory nor a git revision")
    git = [
        "git",
        "-C",
        str(config_dir.resolve().parent),
        "archive",
        "--format=tar",
        revision,
        "--",
        config_dir.name,
    ]
    try:
        done = subprocess.run(git, capture_output=True, check=False)  # noqa: S603  # a fixed command; the revision cannot be an option
    except FileNotFoundError:
        raise CommandError("git is not installed: name a directory with --against DIR") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CommandError(
            f"{revision!r} is neither a directory nor a git revision of {config_dir}: {words[0] if words else 'git failed'}"
        )
    return done.stdout


@click.command()
@click.option("--since", type=Period(), default="30d", show_default=True, help="How far back to look.")
@config_option
@json_option
def lint(since: timedelta, config_dir: str, as_json: bool) -> None:
    """Terms that never fired, what each * took, terms behind unwanted hits; each topic's and source's precision by votes, and the
    exclusions they suggest, tried on the archive.

    Exit 1 where a rule can be mended: a term that another covers, a list that no rule uses, a term behind unwanted hits.
    """
    from monitor.cli import votes
    from monitor.cli.root import open_store, read_config
    from monitor.topics.workshop import lint as findings_of
    from monitor.topics.workshop import usage

    config = read_config(config_dir)
    with open_store(config) as store:
        down = frozenset((vote.topic, vote.article) for vote in store.feedback.votes() if not vote.useful)
        precision = votes.precision(store)
        proposed = votes.proposals(store, config.topics, now(), since)
    found = findings_of(config.topics, _swept(config, since, _usage_chunk, usage, config.topics, down))
    if as_json:
        say_json({"findings": found, "votes": _plain_votes(precision), "exclusions": proposed})
    else:
        table(
            ("topic", "finding", "term", "detail"),
            [(one.owner, one.kind, one.term, one.detail) for one in found],
        )
        print(clean("\n".join([*precision.lines(), *votes.proposed_lines(proposed, since)])))
    sys.exit(1 if any(one.kind in ("covered", "unused list", "blamed") for one in found) else 0)


def _plain_votes(precision: Precision) -> dict[str, Any]:
    """Return what `--json` prints of the votes: by topic, and in it by source."""
    return {
        topic: {
            "relevant": share.count,
            "of": share.of,
            "sources": {
                outlet: {"relevant": one.count, "of": one.of}
                for (name, outlet), one in precision.sources.items()
                if name == topic
            },
        }
        for topic, share in precision.topics.items()
    }


def _usage_chunk(usage: Any, topics: Topics, down: frozenset[tuple[str, str]], articles: Any) -> Any:
    """Put the arguments in the order that a sweep needs."""
    return usage(topics, articles, down)
