"""`monitor digest` and `monitor outbox`: what was posted, what would be, and what is stuck."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from monitor.cli.clock import now
from monitor.cli.output import ago, config_option, json_option, note, say_json, table, until
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.models import Digest, DigestSpec, PendingStory
    from monitor.pipeline import Builder
    from monitor.store import RecordedSlot, Store


@click.group()
def digest() -> None:
    """List, preview, show and send digests."""


@digest.command("list")
@click.option("--limit", default=20, show_default=True, help="How many past slots.")
@config_option
@json_option
def list_(limit: int, config_dir: str, as_json: bool) -> None:
    """The digests, when each is due next, and the latest slots with what became of them."""
    from monitor.cli.root import open_store, read_config
    from monitor.digests import slots

    config = read_config(config_dir)
    at = now()
    with open_store(config) as store:
        recorded = store.slots.recorded(limit=limit)
    coming = {spec.name: slots.upcoming(spec, at, 1) for spec in config.digests}
    if as_json:
        say_json({"next": {name: list(found) for name, found in coming.items()}, "slots": recorded})
        return
    table(
        ("digest", "next", "due", "topics", "to"),
        [
            (
                spec.name,
                coming[spec.name][0].label,
                until(coming[spec.name][0].at, at),
                ", ".join(spec.topics),
                ", ".join(str(target).rstrip(":") for target in spec.to),
            )
            for spec in config.digests
            if coming[spec.name]
        ],
    )
    table(("slot", "digest", "kind", "state", "built"), [_slot_row(found, at) for found in recorded])


def _slot_row(found: RecordedSlot, at: datetime) -> tuple[object, ...]:
    return (
        found.slot.label,
        found.slot.digest,
        found.slot.kind.value,
        found.state.value,
        ago(found.built_at, at),
    )


@digest.command()
@click.argument("name")
@click.option(
    "--as-of",
    metavar="TIME",
    help="Rebuild the digest as it stood at a time (2026-11-24T08:00, in the digest's zone).",
)
@click.option("--topics", "topics_dir", metavar="DIR", help="With the topic rules of another directory.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), help="Write the page to a file.")
@click.option("--open", "open_page", is_flag=True, help="Show the page in the browser.")
@config_option
@json_option
def preview(
    name: str,
    as_of: str | None,
    topics_dir: str | None,
    html_file: Path | None,
    open_page: bool,
    config_dir: str,
    as_json: bool,
) -> None:
    """Show what NAME would post now; nothing is recorded and nothing is sent."""
    from monitor.cli.root import open_store, read_config

    config = read_config(config_dir)
    spec = find(config, name)
    with open_store(config) as store:
        composed = _composed(config, store, spec, as_of, topics_dir)
    if open_page and html_file is None:
        html_file = Path(config.settings.html.directory or "data/digests") / "preview.html"
    if html_file:
        _write(composed, html_file)
        note(f"written: {html_file}")
    if open_page and html_file:
        click.launch(str(html_file.resolve()))
    if as_json:
        say_json(composed)
    elif not html_file:
        _show(composed)


def _composed(
    config: Config, store: Store, spec: DigestSpec, as_of: str | None, topics_dir: str | None
) -> Digest:
    """Compose a preview: of now, of a past moment, or with the rules of another directory."""
    until_ = _instant(as_of, spec) if as_of else now()
    since = max(
        (found.slot.at for found in store.slots.recorded(spec.name) if found.slot.at < until_), default=None
    )
    other = rematched(topics_dir, store, spec, since or until_ - spec.max_age, until_) if topics_dir else None
    past = until_ if as_of else None
    return builder_for(config, store).preview(spec, until_, since, past, other).digest


def rematched(
    topics_dir: str, store: Store, spec: DigestSpec, since: datetime, until_: datetime
) -> list[PendingStory]:
    """Match the archive's articles of a span against other rules, and return what a digest would then have to tell."""
    from monitor.config.topics import load_topics
    from monitor.models import Member, PendingStory

    topics = load_topics(topics_dir)
    stories: dict[str, list[Member]] = {}
    for article in store.archive.articles(since, until_, newest_first=False):
        matches = tuple(match for match in topics.match(article) if match.topic in spec.topics)
        if matches:
            stories.setdefault(store.archive.story_of(article.id) or article.id, []).append(
                Member(article, matches)
            )
    return [
        PendingStory(story, members[0].article.first_seen or since, tuple(members))
        for story, members in stories.items()
    ]


def builder_for(config: Config, store: Store) -> Builder:
    """Return a builder for previews: it reads, and records nothing."""
    from monitor.cli.root import desk, nonce, notifiers
    from monitor.pipeline import Builder

    return Builder(desk(config), store, notifiers(config), now, nonce)


def _instant(text: str, spec: DigestSpec) -> datetime:
    """Read a time: with an offset as it stands, without one in the digest's zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"{text!r} is no time: write 2026-11-24T08:00, or with an offset 2026-11-24T08:00+01:00"
        ) from None
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(spec.timezone))).astimezone(UTC)


def _show(composed: Digest) -> None:
    from monitor.deliver.console import show

    show(composed, sys.stdout, now())


def _write(composed: Digest, file: Path) -> None:
    from monitor.deliver.page import page

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(composed, now()), encoding="utf-8")


@digest.command()
@click.argument("name")
@click.argument("slot", required=False)
@config_option
@json_option
def show(name: str, slot: str | None, config_dir: str, as_json: bool) -> None:
    """Show what a past SLOT of NAME carried (default: the latest), and what became of its messages."""
    from monitor.cli.root import open_store, read_config

    config = read_config(config_dir)
    with open_store(config) as store:
        latest = next(iter(store.slots.recorded(name, 1)), None)
        found = store.slots.slot(name, slot) if slot else latest
        if latest is None:
            find(
                config, name
            )  # a digest that left the configuration can still be shown; one that never was is named
        if found is None:
            raise CommandError(
                f"no slot {f'{slot} ' if slot else ''}of {name!r} on record; `monitor digest list` shows them"
            )
        articles = [
            article
            for one in store.slots.placed(name, found.slot.label)
            if (article := store.archive.article(one))
        ]
        sent = store.outbox.deliveries(digest=name, slot=found.slot.label)
    if as_json:
        say_json(
            {
                "slot": found,
                "articles": [_brief(one) for one in articles],
                "messages": [_message(one) for one in sent],
            }
        )
        return
    print(f"{name} {found.slot.label}: {found.state.value}, {len(articles)} articles, {len(sent)} messages")
    table(("article", "outlet", "headline"), [(one.id, one.outlet, one.title) for one in articles])
    table(
        ("message", "target", "part", "state", "detail"),
        [(one.id, one.target, one.part, one.state.value, one.error) for one in sent],
    )


def _brief(article: Any) -> dict[str, Any]:
    return {"id": article.id, "title": article.title, "url": article.url, "outlet": article.outlet}


def _message(delivery: Any) -> dict[str, Any]:
    names = ("id", "digest", "slot", "part", "nonce", "state", "attempts", "not_before", "ts", "error")
    return {"target": str(delivery.target), **{name: getattr(delivery, name) for name in names}}


@digest.command()
@click.argument("name")
@config_option
@json_option
def send(name: str, config_dir: str, as_json: bool) -> None:
    """Send what is pending for NAME now, as a slot of its own."""
    from monitor.cli.root import read_config
    from monitor.cli.running import Application

    config = read_config(config_dir)
    spec = find(config, name)

    async def go() -> Any:
        async with Application(config, console=sys.stderr if as_json else None) as application:
            return await application.send_now(spec)

    report = asyncio.run(go())
    if as_json:
        say_json(report.as_row() if report else None)
    elif report:
        print(f"{report.digest} {report.slot}: {report.state.value}, {report.messages} messages")


def find(config: Config, name: str) -> DigestSpec:
    """Return a digest by name; raises CommandError that names the nearest one."""
    from monitor.cli.root import known

    names = [spec.name for spec in config.digests]
    known("digest", name, names, f"there are: {', '.join(names) or 'none'}")
    return config.digests[names.index(name)]


@click.group()
def outbox() -> None:
    """What is queued, stuck or dead, and how to retry it."""


@outbox.command("list")
@click.option("--all", "everything", is_flag=True, help="Sent messages too.")
@click.option("--limit", default=100, show_default=True)
@config_option
@json_option
def outbox_list(everything: bool, limit: int, config_dir: str, as_json: bool) -> None:
    """Messages that are not sent yet, with the reason, and the targets that are held."""
    from monitor.cli.root import open_store, read_config
    from monitor.models import DeliveryState

    at = now()
    with open_store(read_config(config_dir)) as store:
        states = None if everything else [state for state in DeliveryState if state is not DeliveryState.SENT]
        found = store.outbox.deliveries(states, limit=limit)
        reasons = store.outbox.reasons([one.id for one in found])
        holds = store.outbox.holds(at)
    if as_json:
        say_json(
            {
                "messages": [{**_message(one), "reason": reasons.get(one.id, "")} for one in found],
                "holds": holds,
            }
        )
        return
    table(
        ("id", "digest", "slot", "target", "part", "state", "tries", "next", "why"),
        [
            (
                one.id,
                one.digest,
                one.slot,
                one.target,
                one.part,
                one.state.value,
                one.attempts,
                until(one.not_before, at) if one.not_before else "",
                f"{reasons.get(one.id, '')} {one.error}".strip(),
            )
            for one in found
        ],
    )
    table(
        ("held", "until", "why"),
        [(hold.scope, "mended" if hold.parked else until(hold.until, at), hold.why) for hold in holds],
    )


@outbox.command()
@click.argument("ids", nargs=-1, type=int)
@config_option
def retry(ids: tuple[int, ...], config_dir: str) -> None:
    """Queue blocked and dead messages again (all, or those with IDS), and lift what holds their targets."""
    from monitor.cli.root import open_store, read_config

    with open_store(read_config(config_dir)) as store:
        count = store.outbox.retry(ids or None)
    if ids and not count:
        raise CommandError("none of these messages is blocked or dead; `monitor outbox list` shows them")
    print(f"{count} message{'s' if count != 1 else ''} queued again; the daemon or `monitor once` sends")
