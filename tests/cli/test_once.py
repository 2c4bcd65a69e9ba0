"""`monitor once`: what people script against. Feeds over real HTTP on loopback; the digest on the terminal."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.standins.terminal import Said, monitor
from tests.standins.web import Web, document, status

ROW = {"name", "url", "outcome", "new", "changed", "next_poll", "reason", "error"}
SLOT = {"digest", "slot", "state", "messages"}


def rss(*titles: str, text: str = "The clerk said so.") -> bytes:
    """Return a feed whose entries need no page."""
    items = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><link>http://paper.example/{number}</link>"
        f"<description>{text}</description></item>"
        for number, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>A paper</title>{items}</channel></rss>'.encode()


@pytest.fixture
def web() -> object:
    """A server for the feeds."""
    with Web() as server:
        yield server


def feeds(config: Path, web: Web, *names: str, more: str = "") -> None:
    """Configure feeds by name; each is served at its name as a path."""
    lines = [
        f'  - {{name: {name}, url: "{web.url(f"/{name}")}", first_poll: all, full_text: never{more}}}'
        for name in names
    ]
    config.joinpath("feeds.yaml").write_text("feeds:\n" + "\n".join(lines) + "\n", "utf-8")


def once(config: Path, *more: str) -> Said:
    """Poll everything now."""
    return monitor("once", "--force", "--json", *more, "--config", config)


def test_the_document_has_its_fixed_keys(config: Path, web: Web) -> None:
    """{"feeds": [...], "digests": [...]}, each row with exactly its documented keys, and nothing else on standard output."""
    feeds(config, web, "a")
    web.serve("/a", rss("One", "Two"))
    said = once(config)
    assert said.code == 0
    assert set(said.json) == {"feeds", "digests"}
    (row,) = said.json["feeds"]
    assert set(row) == ROW
    assert row | {"next_poll": "", "reason": ""} == {
        "name": "a", "url": web.url("/a"), "outcome": "ok", "new": 2, "changed": 0, "next_poll": "", "reason": "", "error": "",
    }  # fmt: skip
    assert row["next_poll"].endswith("Z")
    assert row["reason"]


def test_every_outcome_has_its_word(config: Path, web: Web) -> None:
    """What a server answers becomes one of the documented outcomes; a sentence says what is wrong; the others go on."""
    answers = {
        "fine": document(rss("One")),
        "validated": document(rss("Two"), etag='"v1"'),
        "page": document(b"<!doctype html><html><title>Hello</title><p>Hello", content_type="text/html"),
        "closed": status(403),
        "locked": status(401),
        "gone": status(410),
        "huge": document(b"<rss>" + b" " * (17 * 2**20)),
        "broken": status(500),
        "missing": status(404),
    }
    for name, answer in answers.items():
        web.script(f"/{name}", answer)
    feeds(config, web, *answers)
    first = {row["name"]: row for row in once(config).json["feeds"]}
    again = {row["name"]: row for row in once(config).json["feeds"]}
    assert {name: row["outcome"] for name, row in first.items()} == {
        "fine": "ok", "validated": "ok", "page": "not_feed", "closed": "blocked", "locked": "blocked", "gone": "gone",
        "huge": "too_large", "broken": "error", "missing": "error",
    }  # fmt: skip
    assert (again["fine"]["outcome"], again["validated"]["outcome"]) == ("unchanged", "not_modified")
    for name in ("page", "closed", "gone", "huge", "broken", "missing"):
        assert first[name]["error"], name
    assert first["fine"]["error"] == ""


def test_a_host_that_asks_for_quiet_is_left_alone(config: Path, web: Web) -> None:
    """After a 429 even --force asks nothing more of that host until its Retry-After is over."""
    feeds(config, web, "busy")
    web.status("/busy", 429, [("Retry-After", "3600")])
    assert [once(config).json["feeds"][0]["outcome"] for _ in range(2)] == ["rate_limited", "skipped"]
    assert len(web.asked("/busy")) == 1


def test_only_the_named_feeds_are_polled(config: Path, web: Web) -> None:
    """`--feed` may be repeated; a name that is none is refused with the nearest."""
    feeds(config, web, "alpha", "beta", "gamma")
    for name in ("alpha", "beta", "gamma"):
        web.serve(f"/{name}", rss(name))
    assert {row["name"] for row in once(config, "--feed", "alpha", "--feed", "beta").json["feeds"]} == {
        "alpha",
        "beta",
    }
    assert "did you mean 'gamma'?" in monitor("once", "--feed", "gama", "--config", config).refused()


def test_without_force_only_what_is_due(config: Path, web: Web) -> None:
    """A feed that was just polled is left alone until its next poll."""
    feeds(config, web, "a")
    web.serve("/a", rss("One"))
    assert len(once(config).json["feeds"]) == 1
    assert monitor("once", "--json", "--config", config).json["feeds"] == []
    assert len(web.asked("/a")) == 1


def test_a_person_gets_a_table_and_a_sum(config: Path, web: Web) -> None:
    """One row a feed on standard output, the sum on standard error."""
    feeds(config, web, "a", "b")
    web.serve("/a", rss("One"))
    web.status("/b", 500)
    said = monitor("once", "--force", "--config", config)
    assert said.code == 0
    assert [line.split("\t")[:3] for line in said.lines] == [["a", "ok", "1"], ["b", "error", "0"]]
    assert said.err.splitlines()[-1] == "2 feeds polled, 1 new entries, 1 failing"


def test_a_digest_on_the_terminal_does_not_spoil_the_document(config: Path, web: Web) -> None:
    """With --json the digest for the console goes to standard error; standard output stays one JSON document."""
    feeds(config, web, "a")
    web.serve("/a", rss("The IRS moves house"))
    once(config)
    said = monitor("digest", "send", "morning", "--json", "--config", config)
    assert set(said.json) == SLOT
    assert said.json["state"] == "built"
    assert "The IRS moves house" in said.err


def test_sent_to_the_terminal_it_is_the_result(config: Path, web: Web) -> None:
    """Without --json the digest is what the command prints, and a page of it is kept."""
    feeds(config, web, "a")
    web.serve("/a", rss("The IRS moves house"))
    once(config)
    said = monitor("digest", "send", "morning", "--config", config)
    assert said.code == 0
    assert "The IRS moves house" in said.out
    (page,) = config.parent.joinpath("digests").glob("digest-morning-*.html")
    assert "moves house" in page.read_text("utf-8")


def test_titles_do_not_drive_the_terminal(config: Path, web: Web) -> None:
    """Escapes, bells, carriage returns and bidi overrides of a stranger's title reach neither a table nor a digest nor an article."""
    feeds(config, web, "a")
    web.serve("/a", rss("The IRS \u202e&#x9b;31m moves&#13; house", text="The IRS &#x9b;2J said so.\u202e"))
    said = [
        monitor("once", "--force", "--config", config),
        monitor("articles", "list", "--config", config),
        monitor("digest", "preview", "morning", "--config", config),
        monitor("digest", "send", "morning", "--config", config),
        monitor("digest", "show", "morning", "--config", config),
    ]
    article = monitor("articles", "list", "--json", "--config", config).json[0]["id"]
    said += [
        monitor("articles", "show", article, "--config", config),
        monitor("explain", article, "--config", config),
    ]
    for one in said:
        assert one.code == 0, one
        assert all(char.isprintable() or char in "\n\t" for char in one.out + one.err), one
    assert "moves" in said[1].out


def test_no_feed_at_all_is_no_error(config: Path) -> None:
    """An empty list of feeds is polled in no time."""
    config.joinpath("feeds.yaml").write_text("feeds:\n", "utf-8")
    assert once(config).json == {"feeds": [], "digests": []}


def test_a_feed_put_off_by_a_clock_that_ran_ahead_is_polled(config: Path, web: Web) -> None:
    """A machine that showed next year for a while planned its next polls there; set right, it does not wait for them."""
    feeds(config, web, "a")
    web.serve("/a", rss("One"))
    once(config)
    web.serve("/a", rss("One", "Two"))
    with sqlite3.connect(config.parent / "monitor.db") as database:
        year = 365 * 86_400 * 1_000_000
        database.execute(
            "UPDATE feeds SET next_poll = next_poll + ?, last_poll = last_poll + ?", (year, year)
        )
    (row,) = monitor("once", "--json", "--config", config).json["feeds"]
    assert (row["name"], row["new"]) == ("a", 1)
