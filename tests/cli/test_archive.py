"""Commands over a filled archive: articles, digests, explanations, the outbox, the database. The archive is that of a demo that ran."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from monitor import seed
from tests.standins.terminal import ROOT, monitor


def newest(archive: Path, words: str) -> dict[str, object]:
    """Return the article whose headline has these words."""
    return next(
        one
        for one in monitor("articles", "list", "--json", "--config", archive).json
        if words in one["title"]
    )


@pytest.fixture
def own(archive: Path, tmp_path: Path) -> Path:
    """A copy of the archive that may be changed."""
    shutil.copytree(archive, tmp_path / "config")
    settings = tmp_path / "config" / "monitor.yaml"
    settings.write_text(settings.read_text("utf-8").replace(str(archive.parent), str(tmp_path)), "utf-8")
    shutil.copytree(archive.parent / "seeds", tmp_path / "seeds")
    with sqlite3.connect(archive.parent / "demo.db") as old, sqlite3.connect(tmp_path / "demo.db") as new:
        old.backup(new)
    old.close()
    new.close()
    return tmp_path / "config"


# ── articles ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_articles_are_listed_newest_first(archive: Path) -> None:
    """The list can be narrowed by feed, by whether a rule matched, by age and by number; JSON rows carry no texts."""
    rows = monitor("articles", "list", "--json", "--config", archive).json
    assert len(rows) == 31
    assert all("text" not in row for row in rows)
    assert len(monitor("articles", "list", "--limit", "3", "--config", archive).lines) == 3
    mine = monitor("articles", "list", "--json", "--feed", "Summit Wire", "--config", archive).json
    assert {row["feed"] for row in mine} == {"Summit Wire"}
    matched = monitor("articles", "list", "--json", "--matched", "--config", archive).json
    others = monitor("articles", "list", "--json", "--unmatched", "--config", archive).json
    assert len(matched) + len(others) == 31
    assert matched
    assert others


def test_an_article_is_shown_with_what_became_of_it(archive: Path) -> None:
    """Headline, source, address, text, the topics that fired, and how it changed."""
    found = newest(archive, "Agents detain 63 workers")
    said = monitor("articles", "show", found["id"], "--config", archive)
    assert said.code == 0
    assert said.lines[0] == found["title"]
    assert "[immigration-enforcement " in said.out
    assert "changed " in said.out
    document = monitor("articles", "show", found["id"], "--json", "--config", archive).json
    assert document["versions"]
    assert document["matches"]
    assert seed.check(document["text"]) == ()
    assert "articles list" in monitor("articles", "show", "nonsense", "--config", archive).refused()


def test_search_takes_the_topic_language(archive: Path) -> None:
    """A rule finds what it would find as a topic; a rule with a mistake is refused with caret and hint."""
    rows = monitor("articles", "search", "IRS NEAR/5 audit", "--json", "--config", archive).json
    assert any("audit" in row["title"] for row in rows)
    assert monitor("articles", "search", "zyxxyz", "--json", "--config", archive).json == []
    wrong = monitor("articles", "search", "IRS OR ICE AND x", "--config", archive)
    assert (wrong.code, wrong.out) == (2, "")
    assert "rule:1:12" in wrong.err
    assert "^^^" in wrong.err


def test_export_writes_the_seed_format(archive: Path, tmp_path: Path) -> None:
    """Every article as NNN_<id>.txt with its metadata beside it; `lint` finds nothing wrong with them."""
    said = monitor("articles", "export", tmp_path / "out", "--matched", "--config", archive)
    assert said.code == 0
    texts = sorted((tmp_path / "out").glob("*.txt"))
    assert said.out.startswith(f"{len(texts)} articles")
    assert texts
    assert all(path.with_suffix(".json").is_file() for path in texts)
    assert monitor("articles", "lint", *texts).code == 0
    assert monitor("articles", "lint", "--config", archive).code == 0


def test_lint_names_file_line_and_reason(tmp_path: Path) -> None:
    """Exit 1 where a file is not in the format, whatever is wrong with it; a file that is not there is a wrong command."""
    bad, binary = tmp_path / "bad.txt", tmp_path / "binary.txt"
    bad.write_text("One.\n\nTwo. \n", "utf-8")
    binary.write_bytes(b"\xff\xfe")
    said = monitor("articles", "lint", bad, binary, "--json")
    assert said.code == 1
    assert {(row["subject"], row["line"]) for row in said.json} >= {(str(bad), 2), (str(binary), 0)}
    assert f"{bad}:2  " in monitor("articles", "lint", bad).out
    assert "cannot read" in monitor("articles", "lint", tmp_path / "none.txt").refused()
    assert monitor("articles", "lint", *sorted(ROOT.joinpath("seeds").glob("*.txt"))).code == 0


# ── explain ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_explanation_tells_the_whole_way(archive: Path) -> None:
    """Of a stored article: when it was seen, which story it belongs to, which slots carried it and what became of the messages."""
    found = newest(archive, "Refunds slow")
    said = monitor("explain", found["id"], "irs", "--json", "--config", archive)
    assert said.code == 0
    assert {"article", "way", "topics"} == set(said.json)
    assert any(line.startswith("first seen") for line in said.json["way"])
    assert any("carried by demo manual-" in line and "sent" in line for line in said.json["way"])
    assert said.json["topics"][0]["matched"] is True
    assert monitor("explain", found["url"], "irs", "--json", "--config", archive).json == said.json
    assert (
        monitor("topics", "explain", found["id"], "irs", "--config", archive).out
        == monitor("explain", found["id"], "irs", "--config", archive).out
    )


def test_a_seed_file_can_be_explained(archive: Path) -> None:
    """A file needs no archive: its terms are marked in their sentences, and a topic that does not fire says which clause failed."""
    rink = next(ROOT.joinpath("seeds").glob("010_*.txt"))
    said = monitor("explain", rink, "immigration-enforcement", "--config", archive)
    assert said.code == 0
    assert "✗" in said.out
    story = next(ROOT.joinpath("seeds").glob("000_*.txt"))
    assert "»Internal Revenue Service«" in monitor("explain", story, "irs", "--config", archive).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explain", "nonsense"), "articles list"),
        (("explain", str(ROOT / "seeds" / "README.md"), "isr"), "seed format"),
        (("explain", str(next(ROOT.joinpath("seeds").glob("000_*.txt"))), "isr"), "did you mean 'irs'?"),
        (("digest", "preview", "dmeo"), "did you mean 'demo'?"),
        (("digest", "send", "dmeo"), "did you mean 'demo'?"),
        (("digest", "show", "dmeo"), "did you mean 'demo'?"),
        (("digest", "show", "demo", "2020-01-01T08:00"), "no slot 2020-01-01T08:00"),
        (("digest", "preview", "demo", "--as-of", "yesterday"), "2026-11-24T08:00"),
        (("outbox", "retry", "4711"), "outbox list"),
        (("slack", "check"), "SLACK_BOT_TOKEN"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_way_out(
    archive: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit 2 and one line that names the nearest, the right form, or the command that lists what there is."""
    assert words in monitor(*arguments, "--config", archive).refused()


# ── digests and the outbox ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_digests_are_listed_with_what_became_of_their_slots(archive: Path) -> None:
    """Next slot and latest ones, for a person and for a script."""
    said = monitor("digest", "list", "--json", "--config", archive)
    assert set(said.json) == {"next", "slots"}
    assert len(said.json["next"]["demo"]) == 1
    assert [slot["state"] for slot in said.json["slots"]] == ["built", "built"]
    assert "console" in monitor("digest", "list", "--config", archive).out


def test_a_past_slot_can_be_shown(archive: Path) -> None:
    """What it carried, and its messages with target and state."""
    label = next(
        slot["slot"]["label"]
        for slot in monitor("digest", "list", "--json", "--config", archive).json["slots"]
        if slot["slot"]["kind"] == "manual"
    )
    document = monitor("digest", "show", "demo", label, "--json", "--config", archive).json
    assert len(document["articles"]) >= 13
    assert {message["state"] for message in document["messages"]} == {"sent"}
    assert label in monitor("digest", "show", "demo", label, "--config", archive).out


def test_a_preview_records_nothing(own: Path, tmp_path: Path) -> None:
    """The digest as it would be now, on the terminal, as JSON and as a page; asked again it is the same."""
    first = monitor("digest", "preview", "demo", "--json", "--config", own)
    assert first.code == 0, first
    monitor("digest", "preview", "demo", "--html", tmp_path / "p.html", "--config", own)
    assert (tmp_path / "p.html").read_text("utf-8").lstrip().lower().startswith("<!doctype html>")
    again = monitor("digest", "preview", "demo", "--json", "--config", own)
    assert (
        [story["headline"] for section in again.json["sections"] for story in section["stories"]]
        == [story["headline"] for section in first.json["sections"] for story in section["stories"]]
        if "sections" in first.json
        else again.code == 0
    )
    assert len(monitor("digest", "list", "--json", "--config", own).json["slots"]) == 2


def test_the_outbox_is_empty_when_all_is_sent(archive: Path) -> None:
    """Nothing waits and nothing is held; with --all the sent ones are shown."""
    assert monitor("outbox", "list", "--json", "--config", archive).json == {"messages": [], "holds": []}
    everything = monitor("outbox", "list", "--all", "--json", "--config", archive).json["messages"]
    assert {message["state"] for message in everything} == {"sent"}
    assert {"id", "digest", "slot", "target", "part", "state", "attempts", "error", "reason"} <= set(
        everything[0]
    )


# ── the database ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_database_is_upgraded_backed_up_and_pruned(own: Path, tmp_path: Path) -> None:
    """A backup is a whole database; pruning says how much it forgot; upgrading what is up to date changes nothing."""
    assert "up to date" in monitor("db", "upgrade", "--config", own).out
    copy = tmp_path / "copy.db"
    assert monitor("db", "backup", copy, "--config", own).out == f"{copy}\n"
    connection = sqlite3.connect(copy)
    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()
    assert set(monitor("db", "prune", "--json", "--config", own).json.values()) == {0}
    assert "0 articles" in monitor("db", "prune", "--config", own).out


def test_a_backup_in_no_folder_is_one_line(own: Path) -> None:
    """What cannot be written is an error of the data, not a traceback."""
    said = monitor("db", "backup", own / "monitor.yaml" / "copy.db", "--config", own)
    assert said.code == 1
    assert len(said.err.splitlines()) == 1
    assert "internal error" not in said.err


def test_a_damaged_database_is_one_line(own: Path) -> None:
    """Whatever the command, a file that is no database is told as such."""
    own.parent.joinpath("demo.db").write_bytes(b"this is no database" * 1000)
    said = monitor("status", "--config", own)
    assert said.code == 1
    assert len(said.err.splitlines()) == 1
    assert "internal error" not in said.err


# ── status ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_status_says_why_each_feed_is_polled_when(archive: Path) -> None:
    """Every feed with its next poll and the reason; a sum; the next slot."""
    said = monitor("status", "--config", archive)
    assert said.code == 0
    assert "7 of 7 feeds read, 0 failing; 31 articles; outbox: " in said.out
    assert said.lines[0].split("\t")[0] == "Civic Record"
    assert "in " in said.lines[0].split("\t")[3]
    document = monitor("status", "--json", "--config", archive).json
    assert {
        "heartbeat",
        "feeds_read",
        "feeds_failing",
        "articles",
        "queue",
        "findings",
        "feeds",
        "slots",
    } <= set(document)
    assert document["feeds"][0]["why"]
    assert monitor("status", "--failing", "--config", archive).lines[0].startswith("7 of 7")


def test_status_is_a_health_check(own: Path) -> None:
    """`--check` is silent with exit 0 while the daemon ticks, and says what is wrong with exit 1 when it does not."""
    from monitor.cli.clock import now
    from monitor.store import Store

    said = monitor("status", "--check", "--config", own)
    assert said.code == 1
    assert "does not tick" in said.out
    with Store.open(f"sqlite:///{own.parent}/demo.db") as store:
        store.meta.set("heartbeat", now().isoformat())
    assert monitor("status", "--check", "--config", own) == monitor("status", "--check", "--config", own)
    assert monitor("status", "--check", "--config", own).code == 0


def test_status_works_while_the_configuration_is_broken(own: Path) -> None:
    """A mistake in a topic does not hide what the daemon, which goes on with the rules before it, is doing."""
    from monitor.store import Store

    own.joinpath("topics", "irs.yaml").write_text("match: (\n", "utf-8")
    with Store.open(f"sqlite:///{own.parent}/demo.db") as store:
        store.meta.set("reload", "irs.yaml:1:8  unclosed")
    said = monitor("status", "--config", own)
    assert said.code == 0
    assert "mistakes; `monitor check` lists them" in said.out
    assert "irs.yaml:1:8  unclosed" in said.out
    assert monitor("status", "--json", "--config", own).json["refused"] == ["irs.yaml:1:8  unclosed"]
