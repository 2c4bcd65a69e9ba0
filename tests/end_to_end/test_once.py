"""`monitor once` as a real process between real servers: what it posts, what a crash costs, what one bad feed costs the others."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.end_to_end.newsroom import CHANNEL, Newsroom, until
from tests.standins.slack import SlackStandIn
from tests.standins.terminal import Said, process
from tests.standins.web import Web

PATIENCE = 120.0


@contextlib.asynccontextmanager
async def newsroom(home: Path, every: str = "2s") -> AsyncIterator[Newsroom]:
    """A newsroom with two feeds and a digest to Slack."""
    with Web() as web:
        async with SlackStandIn() as slack:
            room = Newsroom(home, web, slack, every=every)
            room.configure()
            yield room


async def once(room: Newsroom, *more: str, **environment: str) -> Said:
    """Run `monitor once --force` to its end."""
    return await asyncio.to_thread(
        process, "once", "--force", *more, "--config", room.home / "config", cwd=room.home, **environment
    )


def dig(room: Newsroom, *, topics: str = "irs", every: str = "2s") -> None:
    """Write the digest anew."""
    room.home.joinpath("config", "digests.yaml").write_text(
        f'digests:\n  - {{name: often, topics: [{topics}], to: [{{slack: "#{CHANNEL}"}}], every: {every}, catch_up: all, max_age: 1h}}\n',
        "utf-8",
    )


async def settled(room: Newsroom, token: str) -> None:
    """Run `once` until an entry is posted: its slot has to come first."""
    for _ in range(20):
        if room.posted(token):
            return
        said = await once(room)
        assert said.code == 0, said
    raise AssertionError(room.log())


async def test_a_digest_is_posted_at_its_slot_and_once(tmp_path: Path) -> None:
    """Collected now, posted when the slot has come, and never again however often the command runs."""
    async with newsroom(tmp_path) as room:
        assert (await once(room)).code == 0  # the digest is first seen here: its first slot comes after
        token = room.publish()
        await settled(room, token)
        for _ in range(2):
            assert (await once(room)).code == 0
        assert room.posted(token) == 1
        assert tmp_path.joinpath("digests").is_dir(), "every digest is also kept as a page"


async def test_before_its_slot_nothing_is_posted(tmp_path: Path) -> None:
    """A digest whose hour has not come stays silent; what is pending is not lost."""
    async with newsroom(tmp_path, every="6h") as room:
        token = room.publish()
        said = await once(room, "--json")
        assert said.code == 0, said
        assert [row["new"] for row in said.json["feeds"]] == [1, 0]
        assert said.json["digests"] == []
        assert room.posted(token) == 0
        sent = await asyncio.to_thread(
            process, "digest", "send", "often", "--json", "--config", tmp_path / "config", cwd=tmp_path
        )
        assert sent.json["state"] == "built", sent
        assert room.posted(token) == 1


@pytest.mark.parametrize("point", ["after_post", "after_claim", "before_settle"])
async def test_killed_between_post_and_record_it_is_there_once(tmp_path: Path, point: str) -> None:
    """kill -9 at the worst moment: the next run looks before it sends."""
    async with newsroom(tmp_path) as room:
        assert (await once(room)).code == 0
        token = room.publish()
        dead = Said(0, "", "")
        for _ in range(20):
            dead = await once(room, MONITOR_CRASH_AT=point)
            if dead.code:
                break
        assert dead.code == -signal.SIGKILL, dead
        await settled(room, token)
        assert (await once(room)).code == 0
        assert room.posted(token) == 1


async def test_one_bad_feed_costs_the_others_nothing(tmp_path: Path) -> None:
    """A dead feed, HTML for a feed and a page that cannot be read: told, stored, and the rest goes on."""
    async with newsroom(tmp_path, every="6h") as room:
        web = room.web
        page = web.url("/broken-page")
        web.serve(
            "/teasers",
            f'<rss version="2.0"><channel><title>T</title><item><guid>t</guid><title>The IRS moves house</title><link>{page}</link>'
            "<description>The IRS said it moves.</description></item></channel></rss>".encode(),
        )
        web.status("/broken-page", 500)
        web.serve(
            "/html",
            b"<!doctype html><html><title>Sign in</title><p>Please sign in.",
            content_type="text/html",
        )
        more = [("Dead", "/none"), ("Html", "/html"), ("Teasers", "/teasers")]
        with room.home.joinpath("config", "feeds.yaml").open("a", encoding="utf-8") as file:
            file.writelines(
                f'  - {{url: "{web.url(path)}", name: {name}, interval: 1s, first_poll: all, full_text: always}}\n'
                for name, path in more
            )
        room.publish()
        said = await once(room, "--json")
        assert said.code == 0, said
        rows = {row["name"]: row for row in said.json["feeds"]}
        assert {name: row["outcome"] for name, row in rows.items()} == {
            "Feed 0": "ok", "Feed 1": "ok", "Dead": "error", "Html": "not_feed", "Teasers": "ok",
        }  # fmt: skip
        assert "404" in rows["Dead"]["error"]
        assert rows["Html"]["error"]
        articles = await asyncio.to_thread(
            process, "articles", "list", "--json", "--config", tmp_path / "config", cwd=tmp_path
        )
        teaser = next(one for one in articles.json if one["title"] == "The IRS moves house")
        assert teaser["completeness"] == "teaser"
        assert "500" in teaser["note"]
        assert len(articles.json) == 2


async def test_a_lasting_failure_is_told_once(tmp_path: Path) -> None:
    """The log says once that a feed fails; however often it is polled afterwards, the status keeps saying so."""
    async with newsroom(tmp_path, every="6h") as room:
        room.web.status("/feed1", 410)
        said = [await once(room) for _ in range(4)]
        notices = [
            line for one in said for line in one.err.splitlines() if '"notice"' in line and "Feed 1" in line
        ]
        assert len(notices) == 1, notices
        status = await asyncio.to_thread(
            process, "status", "--failing", "--config", tmp_path / "config", cwd=tmp_path
        )
        assert "gone (410)" in status.out


async def test_a_bad_configuration_starts_nothing(tmp_path: Path) -> None:
    """Every mistake with file:line:column and exit 2; no database is made, nobody is asked for anything."""
    async with newsroom(tmp_path) as room:
        config = tmp_path / "config"
        config.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: IRS OR ICE AND raid*\n", "utf-8")
        config.joinpath("digests.yaml").write_text(
            "digests:\n  - {name: m, topics: [isr], to: [console], every: 2}\n", "utf-8"
        )
        for command in ("once", "run", "check"):
            said = await asyncio.to_thread(process, command, "--config", config, cwd=tmp_path)
            assert (said.code, said.out) == (2, "")
            for place in ("topics/irs.yaml:2:19", "digests.yaml:2:24", "digests.yaml:2:"):
                assert f"{config}/{place}" in said.err
            assert "Traceback" not in said.err
        assert not tmp_path.joinpath("monitor.db").exists()
        assert not tmp_path.joinpath("digests").exists()
        assert room.web.requests == []
        assert room.slack.calls == []


async def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    """While a feed hangs, Ctrl-C ends the command with 130, no traceback and no process left behind; the next run goes on."""
    import psutil

    async with newsroom(tmp_path, every="6h") as room:
        room.web.hang("/feed1")
        running = await room.start("once", "--force")
        assert await until(lambda: room.web.asked("/feed1"), PATIENCE), room.log()
        family = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(running.wait(), PATIENCE) == 130, room.log()
        assert "Traceback" not in room.log()
        assert room.log().splitlines()[-1] == "monitor: interrupted"
        assert await until(lambda: not any(one.is_running() for one in family), PATIENCE)
        room._serve(1)
        assert (await once(room)).code == 0
