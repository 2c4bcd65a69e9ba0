"""`monitor demo`: the whole way in a few seconds, on bundled sample outlets over real HTTP; no network, no account.

Nothing is faked but the outlets: the real pipeline polls, reads, matches, groups and posts. Then one paper corrects a story, and the
same pipeline tells the correction.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.clock import now
from monitor.cli.output import note

if TYPE_CHECKING:
    from monitor.cli.world import World
    from monitor.pipeline import PollReport

SETTINGS = """\
database: sqlite:///{home}/demo.db
fetch:
  contact: monitor demo
  host_delay: 0s
  per_host: 16
  allow_private: ["{address}"]
html: {{directory: {home}/digests}}
"""

DIGESTS = """\
digests:
  - name: demo
    title: What happened
    topics: [irs, immigration-enforcement]
    to: [console]
    at: ["08:00"]
"""


@click.command()
@click.option(
    "--keep", is_flag=True, help="Keep the demo's configuration, database and pages, and say where they are."
)
def demo(keep: bool) -> None:
    """Show the whole way on bundled sample outlets: no network, no account."""
    home = Path(tempfile.mkdtemp(prefix="monitor-demo-"))
    try:
        asyncio.run(_demo(home))
        page = _kept_page(home, keep)
        note(f"\nThe digest as a page: {page}")
        note(
            f"Kept in {home}; try: monitor articles list --config {home}/config"
            if keep
            else "Next: `monitor init`, then `monitor run`. (`monitor demo --keep` keeps the configuration and the database.)"
        )
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def _kept_page(home: Path, keep: bool) -> Path:
    """Return where the page is; without --keep it alone is saved, because a person will want to open it."""
    pages = sorted(home.joinpath("digests").glob("digest-demo-manual-*.html"))
    if keep:
        return pages[0]
    handle, saved = tempfile.mkstemp(prefix="monitor-demo-", suffix=".html")
    with open(handle, "wb") as file:
        file.write(pages[0].read_bytes())
    return Path(saved)


async def _demo(home: Path) -> None:
    from monitor.cli import logs, root
    from monitor.cli.running import Application
    from monitor.cli.world import World

    logs.configure("error", "auto")
    with World(now()) as world:
        config = root.read_config(_configuration(home, world))
        async with Application(config) as application:
            spec = config.digests[0]
            note(f"Polling {len(config.feeds)} sample outlets at http://{world.address}/ ...")
            polls, _ = await application.once((), force=True)
            _say(polls)
            await application.send_now(spec)
            world.advance()
            note("\nAn hour later, one paper corrects its story ...")
            await application.once((), force=True)


def _say(polls: list[PollReport]) -> None:
    """Sum up the polls in one line."""
    new = sum(poll.new for poll in polls)
    matched = sum(sum(poll.matches.values()) for poll in polls)
    note(f"{len(polls)} feeds read, {new} entries, {matched} topic matches.\n")


def _configuration(home: Path, world: World) -> Path:
    """Write the demo's configuration: the sample outlets as feeds, the shipped topics, one digest."""
    from monitor.config import templates

    directory = home / "config"
    topics = directory / "topics"
    topics.mkdir(parents=True)
    for file in templates.locate().joinpath("topics").iterdir():
        topics.joinpath(file.name).write_bytes(file.read_bytes())
    shutil.copytree(
        str(_seeds()), home / "seeds", ignore=shutil.ignore_patterns("world")
    )  # the topics' examples name seed files
    directory.joinpath("monitor.yaml").write_text(SETTINGS.format(home=home, address=world.address), "utf-8")
    directory.joinpath("feeds.yaml").write_text(_feeds(world), "utf-8")
    directory.joinpath("digests.yaml").write_text(DIGESTS, "utf-8")
    return directory


def _seeds() -> Path:
    from monitor.cli.bundled import seeds

    return Path(str(seeds()))


def _feeds(world: World) -> str:
    """Return feeds.yaml for the sample outlets; their first poll announces, so that there is a digest to see."""
    lines = ["feeds:"]
    for outlet in world.outlets():
        selectors = (
            ', selectors: {item: "li.release", link: a, title: a, date: .when}'
            if outlet.type == "page"
            else ""
        )
        lines.append(
            f'  - {{name: "{outlet.name}", url: "{outlet.url}", type: {outlet.type}, language: {outlet.language}, first_poll: all{selectors}}}'
        )
    return "\n".join(lines) + "\n"
