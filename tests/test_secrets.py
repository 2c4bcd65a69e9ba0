"""A secret reaches no log, message, metric, page, database or command line: one test for all edges.

Everything that holds a secret is configured and everything it opens fails: Slack refuses the token, the mail server the password,
a feed its key, connections are reset, a defect quotes what it was given. Then everything that was said is searched.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from monitor.cli import logs, secrecy
from tests.end_to_end.newsroom import until
from tests.standins.mail import MailServer
from tests.standins.ports import free_port
from tests.standins.slack import SlackStandIn
from tests.standins.terminal import Said, command, monitor, process, surroundings
from tests.standins.web import Web

PATIENCE = 120.0
SECRETS = {
    "token": "-".join(("xoxb", "998877665544", "QwErTyUiOpAsDfGh")),
    "app token": "-".join(("xapp", "1", "A998877", "ZxCvBnMlKjHg")),
    "mail password": "Mail/Pass+w0rd=%§7Q",
    "feed key": "Feed-Key-5f4dcc3b5aa7",
    "cookie": "session=Cookie-77aa88bb99",
    "feed password": "Basic-Pa55-1122",
    "webhook path": "services/T111/B222/Hook-Secret-333",
}

MONITOR = """\
database: "sqlite:///{home}/monitor.db"
fetch: {{host_delay: 0s, per_host: 16, allow_private: ["127.0.0.0/8"], interval: {{default: 1s, min: 1s, max: 2s}}, backoff: {{base: 1s, max: 1s}}}}
slack: {{token: "${{BOT}}", app_token_file: "{home}/app-token", base_url: "{slack}"}}
email: {{host: 127.0.0.1, port: {mail}, from: monitor@example.org, username: monitor, password: "${{MAIL}}", tls: none}}
html: {{directory: "{home}/digests"}}
web: {{listen: "127.0.0.1:{port}"}}
log: {{level: debug, format: {format}}}
workers: 1
tick: 200ms
"""

FEEDS = """\
feeds:
  - {{name: Open, url: "{web}/open", interval: 1s, first_poll: all, full_text: always, headers: {{Authorization: "Bearer {key}"}}}}
  - {{name: Locked, url: "{web}/locked", interval: 1s, first_poll: all, headers: {{Authorization: "Bearer {key}", Cookie: "{cookie}"}}}}
  - {{name: Reset, url: "{web}/reset", interval: 1s, first_poll: all, headers: {{X-Api-Key: "{key}"}}}}
  - {{name: Basic, url: "{basic}/basic", interval: 1s, first_poll: all}}
"""

DIGESTS = """\
digests:
  - {{name: often, topics: [irs], to: [{{slack: "#irs-watch"}}, {{email: desk@example.org}}, {{webhook: "{web}/{hook}"}}], every: 2s, max_age: 1h, catch_up: all}}
"""


LOOKING = (
    ("status",), ("status", "--json"), ("check",), ("slack", "check"),
    ("feeds", "list", "--json"), ("feeds", "check", "--json"), ("articles", "list", "--json"),
)  # fmt: skip


@dataclass
class Room:
    """Failing servers, a configuration full of secrets, and everything that was said."""

    home: Path
    web: Web
    slack: SlackStandIn
    port: int
    said: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that hold secrets."""
        return {"BOT": SECRETS["token"], "MAIL": SECRETS["mail password"]}

    def configure(self, mail: int, log: str) -> None:
        """Write the configuration."""
        config = self.home / "config"
        config.joinpath("topics").mkdir(parents=True)
        names = {
            "home": self.home,
            "slack": self.slack.base_url,
            "mail": mail,
            "port": self.port,
            "format": log,
        }
        config.joinpath("monitor.yaml").write_text(MONITOR.format(**names), "utf-8")
        basic = self.web.url("").replace("://", f"://user:{quote(SECRETS['feed password'])}@")
        feeds = FEEDS.format(
            web=self.web.url(""), key=SECRETS["feed key"], cookie=SECRETS["cookie"], basic=basic
        )
        config.joinpath("feeds.yaml").write_text(feeds, "utf-8")
        config.joinpath("digests.yaml").write_text(
            DIGESTS.format(web=self.web.url(""), hook=SECRETS["webhook path"]), "utf-8"
        )
        config.joinpath("topics", "irs.yaml").write_text("name: IRS\nmatch: IRS\n", "utf-8")
        self.home.joinpath("app-token").write_text(SECRETS["app token"], "utf-8")

    async def run(self, *arguments: str) -> Said:
        """Run a command to its end and keep what it said."""
        said = await asyncio.to_thread(
            monitor, *arguments, "--config", self.home / "config", **self.environment
        )
        self.said += [said.out, said.err]
        return said

    def everything(self) -> Iterator[tuple[str, str]]:
        """Yield (where, text) of all that was said and stored."""
        yield "output", "\n".join(self.said)
        for path in self.home.rglob("*"):
            if path.is_file() and "config" not in path.parts and path.name != "app-token":
                yield path.name, path.read_bytes().decode("utf-8", "replace")


def leaks(texts: Iterator[tuple[str, str]], but: tuple[str, ...] = ()) -> list[str]:
    """Return where which secret was found, in any of the forms in which libraries quote."""
    found = []
    for where, text in texts:
        for name, secret in SECRETS.items():
            forms = {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1]}
            found += [f"{name} in {where}" for form in forms if form in text and name not in but]
    return sorted(set(found))


@contextlib.asynccontextmanager
async def room(home: Path, log: str = "json") -> AsyncIterator[Room]:
    """Everything refuses: Slack knows another token, the mail server another password, feeds and hooks answer 401 or reset."""
    with Web() as web:
        async with SlackStandIn() as slack, MailServer(login=("monitor", "another password")) as mail:
            item = "<item><guid>1</guid><title>IRS notice</title><link>http://127.0.0.1:1/page</link><description>The IRS.</description></item>"
            web.serve("/open", f'<rss version="2.0"><channel><title>O</title>{item}</channel></rss>'.encode())
            web.status("/locked", 401, body=b"no")
            web.status("/basic", 401, body=b"no")
            web.reset("/reset", b"HTTP/1.1 200 OK\r\nContent-Le")
            web.status("/" + SECRETS["webhook path"], 500, body=b"no")
            place = Room(home, web, slack, free_port())
            place.configure(mail.port, log)
            yield place


@pytest.mark.parametrize("log", ["json", "console"])
async def test_no_edge_tells_a_secret(tmp_path: Path, log: str) -> None:
    """`run` at log level debug, `once`, and every command that looks at the result, with everything failing that a secret opens."""
    async with room(tmp_path, log) as place:
        await place.run("once", "--force", "--json")
        with tmp_path.joinpath("log").open("wb") as out:
            running = await asyncio.create_subprocess_exec(
                *command("run", "--config", tmp_path / "config"),
                stdout=out, stderr=out, cwd=tmp_path, env=surroundings(**place.environment),
            )  # fmt: skip
        try:
            assert await until(
                lambda: place.slack.calls and place.web.asked("/" + SECRETS["webhook path"]), PATIENCE
            ), tmp_path.joinpath("log").read_text("utf-8")
            assert await until(lambda: len(place.web.asked("/locked")) > 1, PATIENCE)
            family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
            place.said += [" ".join(one.cmdline()) for one in family]
            place.said.append(await asyncio.to_thread(_page, f"http://127.0.0.1:{place.port}/metrics"))
        finally:
            running.terminate()
            await asyncio.wait_for(running.wait(), PATIENCE)
        assert running.returncode == 0
        # a hook's address and a feed's are names that the owner gave: they stand in the owner's database and tables, never in a log
        names = ("webhook path", "feed password")
        assert leaks(iter([("log", tmp_path.joinpath("log").read_text("utf-8"))])) == []
        for words in LOOKING if log == "json" else ():
            await place.run(*words)
        assert leaks(place.everything(), but=names) == []
        sent = [value for one in place.web.requests for name, value in one.headers if name == "authorization"]
        assert f"Bearer {SECRETS['feed key']}" in sent, "the key was never used: this test tests nothing"
        states = {
            one["target"].partition(":")[0]: one
            for one in (await place.run("outbox", "list", "--json")).json["messages"]
        }
        assert states["slack"]["state"] == "blocked", "the token was never refused: this test tests nothing"
        assert states["email"]["error"], "the password was never refused: this test tests nothing"


def _page(url: str) -> str:
    import urllib.request

    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


# ── the database's password ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", [("once",), ("run",), ("status",), ("db", "upgrade"), ("articles", "list")], ids=" ".join
)
def test_a_database_that_cannot_be_reached_keeps_its_password(
    config_of_postgres: Path, words: tuple[str, ...]
) -> None:
    """One line that says where the database was looked for, without what opens it."""
    said = process(*words, "--config", config_of_postgres, DATABASE_PASSWORD="P0stgres/Pa55 w+rd")
    assert said.code == 1, said
    for form in ("P0stgres/Pa55 w+rd", quote("P0stgres/Pa55 w+rd", safe=""), quote("P0stgres/Pa55 w+rd")):
        assert form not in said.out + said.err
    assert "Traceback" not in said.err


@pytest.fixture
def config_of_postgres(tmp_path: Path) -> Path:
    """A configuration whose database nobody serves."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = tmp_path / "config"
    folder.mkdir()
    password = quote("P0stgres/Pa55 w+rd", safe="")
    folder.joinpath("monitor.yaml").write_text(
        f'database: "postgresql://monitor:{password}@127.0.0.1:{free_port()}/monitor"\n', "utf-8"
    )
    return folder


# ── how texts are rid of them ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the secrets above, in this test only."""
    monkeypatch.setattr(secrecy, "_kept", set())
    secrecy.keep(SECRETS.values())


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("name", SECRETS)
def test_every_form_of_a_secret_is_blanked(name: str) -> None:
    """As it stands, as an address holds it, and as `repr` shows it."""
    secret = SECRETS[name]
    for form in (
        secret,
        quote(secret),
        quote(secret, safe=""),
        repr(secret),
        repr({"Authorization": f"Bearer {secret}"}),
    ):
        assert leaks(iter([("text", secrecy.hidden(f"before {form} after"))])) == []
        assert "before" in secrecy.hidden(f"before {form} after")


@pytest.mark.usefixtures("kept")
def test_an_event_is_one_line_without_secrets() -> None:
    """Wherever in an event a secret stands, and whatever would forge another line or drive a terminal, is blanked or escaped."""
    event = {
        "event": f"refused {SECRETS['token']}\n2026 forged line",
        "error": ValueError(f"header {SECRETS['feed key']!r}"),
        "many": [SECRETS["mail password"]],
        "title": "\x1b[31mred\u202e",
        "count": 3,
        "none": None,
    }
    told = logs.redact(None, "info", event)
    assert leaks(iter([("event", str(told))])) == []
    assert told["count"] == 3
    assert told["none"] is None
    assert all(char.isprintable() for value in told.values() for char in str(value))
    assert "\\x0a" in told["event"]


def test_a_short_word_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blanking `abc` everywhere would blank ordinary words and protect nothing."""
    monkeypatch.setattr(secrecy, "_kept", set())
    secrecy.keep(["abc", ""])
    assert secrecy.hidden("abc") == "abc"


def test_an_internal_error_keeps_the_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect that quotes a secret is one line without it."""
    from monitor.store import Store

    def broken(url: str, **_: object) -> None:
        raise RuntimeError(f"{os.environ['BOT']} at {url}")

    monkeypatch.setattr(secrecy, "_kept", set())
    monkeypatch.setattr(Store, "open", broken)
    config = tmp_path / "config"
    config.mkdir()
    config.joinpath("monitor.yaml").write_text('slack: {token: "${BOT}"}\n', "utf-8")
    said = monitor("status", "--config", config, BOT=SECRETS["token"])
    assert (said.code, said.out) == (1, "")
    assert "RuntimeError" in said.err
    assert SECRETS["token"] not in said.err
