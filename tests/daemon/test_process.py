"""A real `monitor run`: signals, systemd, reload, health over HTTP, and what stays when it is told to go."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.newsroom import CHANNEL, Newsroom, until
from tests.standins.ports import free_port
from tests.standins.slack import SlackStandIn
from tests.standins.terminal import Said, process
from tests.standins.web import Web

PATIENCE = 120.0


@dataclass
class Manager:
    """A service manager's end of the notification socket."""

    socket: socket.socket
    notices: list[str]

    def heard(self, notice: str) -> bool:
        """Take in what came, and say whether a notice was among all that ever came."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.notices += self.socket.recv(4096).decode().splitlines()
        return notice in self.notices


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    """Stand in for systemd."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield Manager(server, [])


@dataclass
class Daemon:
    """A running daemon with its newsroom."""

    room: Newsroom
    running: asyncio.subprocess.Process
    port: int

    @property
    def config(self) -> Path:
        return self.room.home / "config"

    async def get(self, path: str) -> tuple[int, str]:
        """Ask the status server; status 0 where it does not answer."""
        return await asyncio.to_thread(_get, f"http://127.0.0.1:{self.port}{path}")

    async def ready(self) -> bool:
        """Wait until /readyz says so."""
        return await self.shows("/readyz", "ok")

    async def shows(self, path: str, words: str) -> bool:
        """Wait until a page shows words."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end and self.running.returncode is None:
            status, text = await self.get(path)
            if status == 200 and words in text:
                return True
            await until(lambda: False, 0.2)
        return False

    async def ended(self) -> int:
        """Wait for the end and return the exit code (negative: the signal it died of)."""
        return await asyncio.wait_for(self.running.wait(), PATIENCE)

    def events(self) -> list[dict[str, object]]:
        """Return what was logged."""
        lines = self.room.home.joinpath("log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def logged(self, event: str) -> bool:
        """Say whether an event was logged."""
        return any(one["event"] == event for one in self.events())

    async def status(self) -> Said:
        """Ask `monitor status --json`."""
        return await asyncio.to_thread(process, "status", "--json", "--config", self.config)


def _get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@contextlib.asynccontextmanager
async def daemon(home: Path, channels: tuple[str, ...] = (CHANNEL,), ops: str = "") -> AsyncIterator[Daemon]:
    """Start a daemon over two feeds, with an ops channel if one is named; it is killed at the end if it still lives."""
    with Web() as web:
        async with SlackStandIn(channels=channels) as slack:
            room = Newsroom(home, web, slack)
            room.configure()
            port = free_port()
            settings = home / "config" / "monitor.yaml"
            text = settings.read_text("utf-8").replace("listen: null", f'listen: "127.0.0.1:{port}"')
            if ops:
                text = text.replace("slack: {", f'slack: {{ops_channel: "{ops}", ')
            settings.write_text(text, "utf-8")
            house = Daemon(room, await room.start(), port)
            try:
                yield house
            except AssertionError:
                print(room.log())
                raise
            finally:
                await room.kill(house.running)


async def test_ready_after_the_first_tick_and_a_clean_end(tmp_path: Path, manager: Manager) -> None:
    """systemd hears READY when the first tick ended, then WATCHDOG; SIGTERM is STOPPING, an orderly end and exit 0."""
    async with daemon(tmp_path) as house:
        assert await until(lambda: manager.heard("READY=1"), PATIENCE)
        assert (await house.get("/healthz"))[0] == 200
        assert (await house.get("/readyz")) == (200, "ok\n")
        assert await until(lambda: manager.heard("WATCHDOG=1"), PATIENCE)
        house.running.send_signal(signal.SIGTERM)
        assert await house.ended() == 0
        assert manager.heard("STOPPING=1")
        assert house.logged("stopped")


async def test_ctrl_c_is_a_clean_end_too(tmp_path: Path) -> None:
    """SIGINT ends the daemon as SIGTERM does."""
    async with daemon(tmp_path) as house:
        assert await house.ready()
        house.running.send_signal(signal.SIGINT)
        assert await house.ended() == 0
        assert house.logged("stopped")


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Who asks twice does not want to wait for what is in flight: the process dies of the signal."""
    async with daemon(tmp_path) as house:
        assert await house.ready()
        house.room.web.hang("/feed0")  # a poll that would be waited for
        asked = len(house.room.web.asked("/feed0"))
        assert await until(lambda: len(house.room.web.asked("/feed0")) > asked, PATIENCE)
        house.running.send_signal(signal.SIGTERM)
        assert await until(lambda: house.logged("stopping"), PATIENCE)
        house.running.send_signal(signal.SIGTERM)
        assert await house.ended() == -signal.SIGTERM
        assert not house.logged("stopped")


async def test_a_changed_file_is_taken_up(tmp_path: Path) -> None:
    """A feed and a topic that are written into the files while it runs are polled and matched, without a signal."""
    async with daemon(tmp_path) as house:
        assert await house.ready()
        web = house.room.web
        item = "<item><guid>x</guid><title>The ferry sails</title><link>http://paper.example/x</link></item>"
        web.serve("/new", f'<rss version="2.0"><channel><title>N</title>{item}</channel></rss>'.encode())
        house.config.joinpath("topics", "ferries.yaml").write_text("name: Ferries\nmatch: ferry\n", "utf-8")
        with house.config.joinpath("feeds.yaml").open("a", encoding="utf-8") as file:
            file.write(
                f'  - {{url: "{web.url("/new")}", name: New, interval: 1s, first_poll: all, full_text: never}}\n'
            )
        assert await house.shows("/metrics", 'monitor_topic_matches_total{topic="ferries"} 1.0')
        assert any("New" in str(one.get("change")) for one in house.events())


async def test_what_a_changed_rule_wins_and_loses_is_told(tmp_path: Path) -> None:
    """Taken up without a restart, the new rule is held against the last week: `IRS +0 −1 a week`, in the log and the ops channel."""
    async with daemon(tmp_path, channels=(CHANNEL, "ops"), ops="#ops") as house:
        token = house.room.publish()
        assert await until(lambda: house.room.posted(token), PATIENCE)
        house.config.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: IRS AND ferry\n", "utf-8")
        line = "IRS +0 −1 a week"
        assert await until(lambda: any(line == one.get("change") for one in house.events()), PATIENCE)
        assert await until(lambda: line in str(house.room.slack.stored("ops")), PATIENCE)


async def test_a_bad_file_is_refused_and_everything_goes_on(tmp_path: Path) -> None:
    """The old configuration stays live; the log, the metric and `monitor status` say so; the mended file is taken."""
    async with daemon(tmp_path) as house:
        assert await house.ready()
        topic = house.config / "topics" / "irs.yaml"
        good = topic.read_text("utf-8")
        topic.write_text("name: IRS\nmatch: IRS OR ICE AND raid*\n", "utf-8")
        house.running.send_signal(signal.SIGHUP)
        assert await house.shows("/metrics", "monitor_config_last_reload_successful 0.0")
        refusal = next(
            one for one in house.events() if one["event"] == "configuration refused, the old one stays"
        )
        assert "irs.yaml:2:19" in str(refusal["error"])
        status = await house.status()
        assert status.code == 0, status
        assert any("irs.yaml:2:19" in line for line in status.json["refused"])
        token = house.room.publish()
        assert await until(lambda: house.room.posted(token), PATIENCE), "the old rule no longer matches"
        topic.write_text(good + "# mended\n", "utf-8")
        assert await house.shows("/metrics", "monitor_config_last_reload_successful 1.0")
        assert (await house.status()).json["refused"] == []


async def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    """Two daemons on one address: the second ends with 2 and says which address, and where it is set."""
    async with daemon(tmp_path) as house:
        assert await house.ready()
        said = await asyncio.to_thread(process, "run", "--config", house.config)
        assert said.code == 2
        (line,) = [line for line in said.err.splitlines() if not line.startswith("{")]
        assert line.startswith(f"monitor: cannot listen at 127.0.0.1:{house.port}: Address already in use")
        assert (await house.get("/healthz"))[0] == 200


async def test_every_promised_metric_is_served(tmp_path: Path) -> None:
    """The page of a real daemon holds every documented name, and a scrape does not disturb it."""
    from tests.web.test_metrics import PROMISED

    async with daemon(tmp_path) as house:
        assert await house.ready()
        token = house.room.publish()
        assert await until(lambda: house.room.posted(token), PATIENCE)
        assert await house.shows("/metrics", 'monitor_topic_matches_total{topic="irs"} 1.0')
        _, page = await house.get("/metrics")
        assert {name for name in PROMISED if name not in page} == set()
        assert 'monitor_outbox_messages{state="sent"}' in page
        assert "127.0.0.1" not in page
