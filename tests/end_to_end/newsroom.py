"""A newsroom around real `monitor` processes: feeds that grow on a loopback server, a strict Slack stand-in, a configuration."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import shake_256
from pathlib import Path

from tests.standins.slack import SlackStandIn
from tests.standins.web import Web

ROOT = Path(__file__).resolve().parents[2]
CHANNEL = "irs-watch"

MONITOR = """\
database: "{database}"
fetch:
  host_delay: 0s
  per_host: 16
  allow_private: ["127.0.0.0/8"]
  interval: {{default: 1s, min: 1s, max: 2s}}
  backoff: {{base: 1s, max: 2s}}
workers: 1
slack: {{token: "{token}", base_url: "{base_url}"}}
html: {{directory: "{home}/digests"}}
delivery: {{settle: 2s}}
web: {{listen: null}}
log: {{level: info, format: json}}
tick: 200ms
"""

DIGESTS = """\
digests:
  - name: often
    topics: [{topics}]
    to: [{{slack: "#{channel}"}}]
    every: {every}
    catch_up: all
    max_age: 1h
    max_stories: 200
    alerts_per_hour: 120
"""

TOPICS = {
    "irs": "name: IRS\nmatch: IRS\n",
    "flash": "name: Flash\nmatch: Flash\nalert: {score: 1}\n",
}


@dataclass
class Newsroom:
    """Feeds, Slack and a directory; start and kill the daemon at will."""

    home: Path
    web: Web
    slack: SlackStandIn
    feeds: int = 2
    every: str = "2s"
    database: str = ""
    flash: int = 0  # every so many entries one goes out as an alert, if any
    published: list[str] = field(default_factory=list)
    _counted: int = 0
    _posted: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database or f"sqlite:///{self.home}/monitor.db"

    def configure(self) -> None:
        """Write the configuration."""
        config = self.home / "config"
        config.joinpath("topics").mkdir(parents=True)
        settings = MONITOR.format(
            home=self.home, token=self.slack.token, base_url=self.slack.base_url, database=self.url
        )
        config.joinpath("monitor.yaml").write_text(settings, "utf-8")
        topics = [name for name in TOPICS if name != "flash" or self.flash]
        digests = DIGESTS.format(channel=CHANNEL, every=self.every, topics=", ".join(topics))
        config.joinpath("digests.yaml").write_text(digests, "utf-8")
        for name in topics:
            config.joinpath("topics", f"{name}.yaml").write_text(TOPICS[name], "utf-8")
        lines = [
            f'  - {{url: "{self.web.url(f"/feed{number}")}", name: "Feed {number}", interval: 1s, first_poll: all, full_text: never}}'
            for number in range(self.feeds)
        ]
        config.joinpath("feeds.yaml").write_text("feeds:\n" + "\n".join(lines) + "\n", "utf-8")
        for number in range(self.feeds):
            self._serve(number)

    def publish(self) -> str:
        """Publish one entry, in the feeds by turns; return its token, which no other text holds."""
        token = f"ENTRY{len(self.published):05d}"
        self.published.append(token)
        self._serve((len(self.published) - 1) % self.feeds)
        return token

    def _serve(self, number: int) -> None:
        tokens = self.published[number :: self.feeds][-200:]
        items = "".join(
            f"<item><guid>{token}</guid><link>{self.web.url(f'/{token}')}</link><title>{self._title(token)}</title>"
            f"<description>{prose(token)}</description></item>"
            for token in reversed(tokens)
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'
        self.web.serve(f"/feed{number}", body.encode(), content_type="application/rss+xml")

    def _title(self, token: str) -> str:
        flash = self.flash and int(token[-5:]) % self.flash == 0
        return f"{'Flash: the IRS' if flash else 'IRS'} notice {token}"

    async def start(self, *arguments: str, crash_at: str = "") -> asyncio.subprocess.Process:
        """Start a real process of the program; `crash_at` names the point at which it kills itself."""
        environment = {**os.environ, "MONITOR_CRASH_AT": crash_at, "PYTHONPATH": str(ROOT)}
        log = self.home.joinpath("log").open("ab")
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "monitor", *(arguments or ("run",)), "--config", str(self.home / "config"),
                env=environment, stdout=log, stderr=log, cwd=self.home,
            )  # fmt: skip
        finally:
            log.close()

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """Kill -9, unless it is dead already; wait until it is gone."""
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()

    def log(self) -> str:
        """Return the last lines the processes wrote."""
        return "\n".join(self.home.joinpath("log").read_text("utf-8", "replace").splitlines()[-30:])

    def polls(self) -> int:
        """Return how often the feeds were asked for: a clock that only the work of the program moves."""
        return sum(len(self.web.asked(f"/feed{number}")) for number in range(self.feeds))

    def posted(self, token: str) -> int:
        """Return in how many stored messages a token stands."""
        messages = self.slack.stored(CHANNEL)
        for message in messages[self._counted :]:
            self._posted.update(set(re.findall(r"ENTRY\d{5}", f"{message.text} {message.blocks}")))
        self._counted = len(messages)
        return self._posted[token]

    def lost(self) -> list[str]:
        """Return the entries that were published and never posted."""
        return [token for token in self.published if not self.posted(token)]

    def twice(self) -> list[str]:
        """Return the entries that were posted more than once."""
        return [token for token in self.published if self.posted(token) > 1]


def prose(token: str) -> str:
    """Return a text that resembles no other entry's, so that each is a story of its own: words are told apart by their beginnings."""
    drawn = shake_256(token.encode()).digest(360)
    letters = [
        ("bcdfghjklmnprstvwz"[byte % 18], "aeiou"[byte % 5])[number % 2] for number, byte in enumerate(drawn)
    ]
    return f"The IRS says {token}. " + " ".join(
        "".join(letters[n : n + 6]) for n in range(0, len(letters), 6)
    )


async def until(condition: Callable[[], object], seconds: float, step: float = 0.1) -> bool:
    """Wait until a condition (a callable) holds; return whether it did within so many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        if loop.time() > end:
            return False
        await pause(step)
    return True


async def pause(seconds: float) -> None:
    """Let other things happen for a while: the processes under test need real time."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    alarm = loop.call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        alarm.cancel()
