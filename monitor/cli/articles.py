"""`monitor articles`: the archive. Search takes the topic language; export writes seed files with sidecars."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.clock import now
from monitor.cli.output import ago, clean, config_option, json_option, note, plain, say_json, span, table
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.models import Article
    from monitor.store import Store


@click.group()
def articles() -> None:
    """List, show, search, export and lint the archive."""


class Period(click.ParamType[timedelta]):
    """A length of time: `7d`, `12h`, `30m`."""

    name = "PERIOD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read the text, or refuse it with an example."""
        from monitor.config.values import WrongValue, duration

        if isinstance(value, timedelta):
            return value
        try:
            return duration(value)
        except WrongValue as error:
            self.fail(f"{value!r}: {error}; write 7d, 12h or 30m", param, ctx)


def _store(config_dir: str) -> Store:
    from monitor.cli.root import open_store, read_config

    return open_store(read_config(config_dir))


@articles.command("list")
@click.option("--feed", help="Only of this feed.")
@click.option("--matched/--unmatched", default=None, help="Only those a topic matched (or none did).")
@click.option("--since", type=Period(), default="7d", show_default=True)
@click.option("--limit", default=50, show_default=True)
@config_option
@json_option
def list_(
    feed: str | None, matched: bool | None, since: timedelta, limit: int, config_dir: str, as_json: bool
) -> None:
    """The newest articles."""
    with _store(config_dir) as store:
        found = list(store.archive.articles(now() - since, None, matched, feed, limit))
    _show_list(found, as_json)


def _show_list(found: Iterable[Article], as_json: bool) -> None:
    if as_json:
        say_json([_brief(article) for article in found])
        return
    at = now()
    table(
        ("id", "seen", "outlet", "text", "headline"),
        [(one.id, ago(one.first_seen, at), one.outlet, one.completeness.value, one.title) for one in found],
    )


def _brief(article: Article) -> dict[str, Any]:
    return {key: value for key, value in plain(article).items() if key != "text"}


@articles.command()
@click.argument("article_id", metavar="ID")
@config_option
@json_option
def show(article_id: str, config_dir: str, as_json: bool) -> None:
    """One article: its text, its metadata, its earlier forms, its matches."""
    with _store(config_dir) as store:
        article = store.archive.article(article_id)
        if article is None:
            raise CommandError(f"no article {article_id!r}; `monitor articles list` shows ids")
        matches, versions = store.archive.matches_of(article_id), store.archive.versions(article_id)
    if as_json:
        say_json({**plain(article), "matches": matches, "versions": versions})
        return
    head = (
        article.title,
        f"{article.outlet} · {article.published or 'no date'} · {article.completeness.value}",
        article.url,
    )
    print(clean("\n".join(filter(None, head))), end="\n\n")
    print(clean(article.text))
    for match in matches:
        terms = ", ".join(dict.fromkeys(one.term for one in match.spans))
        print(f"\n[{match.topic} {match.score:.0f}] {clean(terms)}")
    for version in versions:
        print(f"\nchanged {version.replaced_at}: {clean(version.change or 'nothing material')}")


@articles.command()
@click.argument("query")
@click.option("--since", type=Period(), default="30d", show_default=True)
@click.option("--limit", default=50, show_default=True)
@config_option
@json_option
def search(query: str, since: timedelta, limit: int, config_dir: str, as_json: bool) -> None:
    """Articles on which QUERY, a rule in the topic language, fires: 'IRS NEAR/5 audit'."""
    from monitor.cli.root import open_store, read_config
    from monitor.cli.rules import adhoc

    config = read_config(config_dir)
    topics = adhoc(query, config)
    with open_store(config) as store:
        found = list(
            islice(
                (one for one in store.archive.articles(now() - since) if one.text and topics.match(one)),
                limit,
            )
        )
    _show_list(found, as_json)


@articles.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--since", type=Period(), default="30d", show_default=True)
@click.option("--matched/--unmatched", default=None)
@click.option("--limit", type=int)
@config_option
def export(
    directory: Path, since: timedelta, matched: bool | None, limit: int | None, config_dir: str
) -> None:
    """Write articles into DIRECTORY as NNN_<id>.txt in the seed format, each with its metadata in a .json beside it."""
    with _store(config_dir) as store:
        count = _export(
            store.archive.articles(now() - since, None, matched, None, limit, newest_first=False), directory
        )
    print(f"{count} articles in {directory}")


def _export(found: Iterator[Article], directory: Path) -> int:
    from monitor import seed

    directory.mkdir(parents=True, exist_ok=True)
    count = 0
    for article in found:
        if not article.text:
            continue  # retention has dropped it
        path = directory / seed.file_name(count, article)
        path.write_bytes(seed.dumps(article).encode())
        path.with_suffix(".json").write_text(
            json.dumps(plain(seed.sidecar(article)), ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
        count += 1
    return count


@articles.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--since", type=Period(), default="30d", show_default=True)
@config_option
@json_option
def lint(files: tuple[Path, ...], since: timedelta, config_dir: str, as_json: bool) -> None:
    """Check FILES, or without any the whole archive, against the seed format; exit 1 where one is not in it."""
    problems = list(_lint_files(files) if files else _lint_archive(config_dir, now() - since))
    if as_json:
        say_json([{"subject": subject, "line": line, "reason": reason} for subject, line, reason in problems])
    else:
        for subject, line, reason in problems:
            print(clean(f"{subject}:{line}  {reason}"))
        note(
            f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in {len(files) or f'the last {span(since)}'}"
        )
    sys.exit(1 if problems else 0)


def _lint_files(files: tuple[Path, ...]) -> Iterator[tuple[str, int, str]]:
    from monitor import seed
    from monitor.cli.normalize import read_input

    for file in files:
        try:
            text = read_input(str(file)).decode("utf-8")
        except UnicodeDecodeError as error:
            yield str(file), 0, f"not UTF-8: {error.reason} at byte {error.start}"
            continue
        yield from ((str(file), problem.line, problem.reason) for problem in seed.check(text))


def _lint_archive(config_dir: str, since: datetime) -> Iterator[tuple[str, int, str]]:
    from monitor import seed

    with _store(config_dir) as store:
        for article in store.archive.articles(since):
            if article.text:
                yield from (
                    (article.id, problem.line, problem.reason) for problem in seed.check(article.text)
                )
