"""`monitor feeds`: the sources, by hand and by file."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.clock import now
from monitor.cli.output import ago, config_option, json_option, note, say_json, table, until
from monitor.cli.secrecy import HIDDEN
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.models import Feed, FeedDocument, Response


@click.group()
def feeds() -> None:
    """List, show, check, add, remove, import, export, discover and parse feeds."""


@feeds.command("list")
@config_option
@json_option
def list_(config_dir: str, as_json: bool) -> None:
    """The configured feeds with their health; `monitor status` says more."""
    from monitor.cli.root import open_store, read_config
    from monitor.cli.status import trouble

    config = read_config(config_dir)
    at = now()
    with open_store(config) as store:
        states = {state.name: state for state in store.feeds.states()}
    rows = [(feed, states.get(feed.name)) for feed in config.feeds]
    if as_json:
        say_json(
            [
                {"feed": _unsaid(feed), "state": state, "trouble": trouble(state, at) if state else ""}
                for feed, state in rows
            ]
        )
        return
    table(
        ("feed", "address", "read", "next poll", "trouble"),
        [
            (
                feed.name,
                state.url if state else feed.url,
                ago(state.last_ok, at) if state else "not yet",
                until(state.next_poll, at) if state else "when the daemon runs",
                trouble(state, at) if state else "",
            )
            for feed, state in rows
        ],
    )


@feeds.command()
@click.argument("name")
@config_option
@json_option
def show(name: str, config_dir: str, as_json: bool) -> None:
    """Everything known of one feed: how it fares, what may have been missed, why the next poll is when it is."""
    from monitor.cli import root
    from monitor.cli.portrait import facts

    config = root.read_config(config_dir)
    feeds = {feed.name: feed for feed in config.feeds}
    feed = feeds[root.known("feed", name, feeds, "`monitor feeds list` shows the names")]
    with root.open_store(config) as store:
        state, gaps = store.feeds.state(name), store.feeds.gaps(name)
    if state is None:
        raise CommandError(f"{name} was never polled: `monitor once` reads it")
    if as_json:
        say_json({"feed": _unsaid(feed), "state": state, "gaps": gaps})
    else:
        table(("", name), list(facts(feed, state, gaps, now())))


def _unsaid(feed: Feed) -> Feed:
    """Return a feed without the values of its headers: they may be keys."""
    return replace(feed, headers=tuple((name, HIDDEN) for name, _ in feed.headers))


@feeds.command()
@click.argument("names", nargs=-1)
@config_option
@json_option
def check(names: tuple[str, ...], config_dir: str, as_json: bool) -> None:
    """Fetch and read feeds now (all, or NAMES) and store nothing; exit 1 where one cannot be read."""
    from monitor.cli import root

    config = root.read_config(config_dir)
    for name in names:
        root.known("feed", name, (feed.name for feed in config.feeds), "`monitor feeds list` shows the names")
    results = asyncio.run(_check(config, names))
    failed = any(row["outcome"] != "ok" for row in results)
    if as_json:
        say_json(results)
    else:
        table(
            ("feed", "outcome", "entries", "title", "what is wrong"),
            [(row["name"], row["outcome"], row["entries"], row["title"], row["error"]) for row in results],
        )
    sys.exit(1 if failed else 0)


async def _check(config: Config, names: tuple[str, ...]) -> list[dict[str, Any]]:
    from monitor.cli import root
    from monitor.models import Request

    fetcher, workers = root.fetcher(config.settings), root.sandbox(config)
    wanted = [feed for feed in config.feeds if not names or feed.name in names]

    async def one(feed: Any) -> dict[str, Any]:
        request = Request(
            feed.url,
            headers=feed.headers,
            allow_private=feed.allow_private,
            deadline=config.settings.fetch.timeout.total_seconds(),
        )
        response = await fetcher.fetch(request)
        document = await _read(workers, feed, response)
        return _verdict(feed.name, response, document)

    try:
        return list(await asyncio.gather(*(one(feed) for feed in wanted)))
    finally:
        await workers.close()
        await fetcher.close()


async def _read(workers: Any, feed: Any, response: Response) -> FeedDocument | None:
    from monitor.collect.reading import read
    from monitor.errors import WorkerError
    from monitor.models import FeedDocument, Outcome

    if response.outcome is not Outcome.OK:
        return None
    try:
        document: FeedDocument = await workers.run(
            read, feed.type, response.body, response.url, response.content_type, feed.selectors, deadline=10.0
        )
    except WorkerError as error:
        return FeedDocument(Outcome.ERROR, error=str(error))
    return document


def _verdict(name: str, response: Response, document: FeedDocument | None) -> dict[str, Any]:
    return {
        "name": name,
        "outcome": document.outcome.value if document else response.outcome.value,
        "entries": len(document.entries) if document else 0,
        "title": document.title if document else "",
        "error": document.error if document else response.error,
        "discovered": document.discovered if document else (),
        "url": response.url,
    }


@feeds.command()
@click.argument("url")
@click.option("--name", help="How people, logs and metrics speak of it; by default the site's own name.")
@config_option
def add(url: str, name: str | None, config_dir: str) -> None:
    """Add URL to feeds.yaml, comments and order kept; the daemon takes it up by itself."""
    from monitor.config import edit, values
    from monitor.models import Feed

    try:
        feed = Feed(name or values.site_name(values.url(url)), values.url(url))
    except values.WrongValue as error:
        raise CommandError(f"{url}: {error}; {error.hint}") from None
    edit.add_feeds(Path(config_dir), [feed])
    print(f"{feed.name}: {feed.url}")


@feeds.command()
@click.argument("name")
@config_option
def remove(name: str, config_dir: str) -> None:
    """Remove a feed from feeds.yaml; its articles stay in the archive."""
    from monitor.config import edit

    edit.remove_feed(Path(config_dir), name)
    print(f"removed {name}")


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def import_(file: Path, config_dir: str) -> None:
    """Add the feeds of an OPML file that are not configured yet."""
    from monitor.cli.normalize import read_input
    from monitor.cli.root import read_config
    from monitor.collect import opml
    from monitor.config import edit

    found = opml.loads(read_input(str(file)))
    known = {value for feed in read_config(config_dir).feeds for value in (feed.url, feed.name)}
    fresh = [feed for feed in found if feed.url not in known and feed.name not in known]
    if fresh:
        edit.add_feeds(Path(config_dir), fresh)
    for feed in fresh:
        print(f"{feed.name}: {feed.url}")
    note(f"{len(fresh)} of {len(found)} feeds added; the others were there")


@feeds.command()
@config_option
def export(config_dir: str) -> None:
    """Print the configured feeds as OPML."""
    from monitor.cli.root import read_config
    from monitor.collect import opml

    sys.stdout.write(opml.dumps(read_config(config_dir).feeds))


@feeds.command()
@click.argument("url")
@config_option
@json_option
def discover(url: str, config_dir: str, as_json: bool) -> None:
    """The feeds that the site at URL names."""
    from monitor.cli.root import read_config

    config = read_config(config_dir)
    found = asyncio.run(_discover(config, url))
    if as_json:
        say_json(found)
    else:
        print("\n".join(found))
    if not found:
        note("it names none; a listing page can be read with `type: page` and selectors (config/README.md)")
        sys.exit(1)


async def _discover(config: Config, url: str) -> list[str]:
    from monitor.cli import root
    from monitor.collect.discover import discover as feeds_of
    from monitor.models import Outcome, Request

    fetcher, workers = root.fetcher(config.settings), root.sandbox(config)
    try:
        response = await fetcher.fetch(Request(url, accept="page"))
        if response.outcome is not Outcome.OK:
            raise CommandError(f"{url}: {response.error}")
        return list(await workers.run(feeds_of, response.body, response.url, deadline=10.0))
    finally:
        await workers.close()
        await fetcher.close()


@feeds.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--url", default="", help="The feed's own address, against which its links are resolved.")
@click.option("--type", "kind", type=click.Choice(["feed", "sitemap"]), default="feed", show_default=True)
def parse(files: tuple[str, ...], url: str, kind: str) -> None:
    """Parse feed FILES as `once` would; one JSON document each, one a line for several. Exit 1 where one is no feed."""
    from monitor.cli.batch import answer
    from monitor.cli.normalize import read_input

    bodies = [read_input(file) for file in files]
    documents = asyncio.run(_parse(bodies, kind, url))
    for document in documents:
        if len(files) == 1:
            say_json(as_row(document))
        else:
            answer(as_row(document))
    sys.exit(0 if all(document.outcome == "ok" for document in documents) else 1)


async def _parse(bodies: list[bytes], kind: str, url: str) -> list[FeedDocument]:
    """Read the bodies in worker processes: a hostile one is its own trouble."""
    from monitor.collect.reading import read
    from monitor.collect.sandbox import Sandbox
    from monitor.errors import WorkerError
    from monitor.models import FeedDocument, Outcome, SourceType

    workers = Sandbox(workers=2)
    try:
        found = await workers.run_many(
            read, [(SourceType(kind), body, url, None, None) for body in bodies], deadline=10.0
        )
    finally:
        await workers.close()
    return [
        FeedDocument(Outcome.ERROR, error=f"{one.cause}: {one}") if isinstance(one, WorkerError) else one
        for one in found
    ]


def as_row(document: FeedDocument) -> dict[str, Any]:
    """Return a document as `feeds parse` prints it."""
    names = (
        "id",
        "url",
        "title",
        "published",
        "updated",
        "authors",
        "summary",
        "content",
        "image",
        "language",
        "categories",
        "source",
    )
    return {
        "outcome": document.outcome,
        "title": document.title,
        "error": document.error,
        "unreadable": document.unreadable,
        "discovered": document.discovered,
        "entries": [{name: getattr(entry, name) for name in names} for entry in document.entries],
    }
