"""`monitor feeds`: the sources, by hand and by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_once import feeds as configure
from tests.cli.test_once import rss
from tests.standins.terminal import monitor
from tests.standins.web import Web


@pytest.fixture
def web() -> object:
    """A server for the feeds."""
    with Web() as server:
        yield server


def test_the_list_names_every_feed_without_its_keys(config: Path) -> None:
    """Configured feeds in their order, polled or not; of a header only the name is shown."""
    said = monitor("feeds", "list", "--config", config)
    assert [line.split("\t")[:3] for line in said.lines] == [
        ["A paper", "https://paper.example/rss", "not yet"],
        ["Another paper", "https://another.example/rss", "not yet"],
    ]
    document = monitor("feeds", "list", "--json", "--config", config)
    assert document.json[1]["feed"]["headers"] == [["Authorization", "[secret]"]]
    assert "key-of-another" not in document.out


def test_check_reads_and_stores_nothing(config: Path, web: Web) -> None:
    """Every feed is fetched and read; exit 1 where one cannot be; nothing is remembered of it."""
    configure(config, web, "good", "bad")
    web.serve("/good", rss("One", "Two"))
    said = monitor("feeds", "check", "--json", "--config", config)
    assert said.code == 1
    rows = {row["name"]: row for row in said.json}
    assert (rows["good"]["outcome"], rows["good"]["entries"], rows["good"]["title"]) == ("ok", 2, "A paper")
    assert (rows["bad"]["outcome"], rows["bad"]["entries"]) == ("error", 0)
    assert rows["bad"]["error"]
    assert monitor("feeds", "check", "good", "--config", config).code == 0
    assert monitor("articles", "list", "--json", "--config", config).json == []


def test_an_unknown_name_brings_the_nearest(config: Path) -> None:
    """A typing mistake is answered with what was meant."""
    assert "did you mean 'A paper'?" in monitor("feeds", "check", "A papre", "--config", config).refused()
    assert (
        "did you mean 'Another paper'?"
        in monitor("feeds", "remove", "Another papr", "--config", config).refused()
    )


def test_a_feed_is_added_and_removed_as_a_person_would(config: Path) -> None:
    """The file keeps its comments; the configuration stays valid; a name of one's own may be given."""
    file = config / "feeds.yaml"
    file.write_text("# our sources\n" + file.read_text("utf-8"), "utf-8")
    before = file.read_text("utf-8")
    assert (
        monitor("feeds", "add", "https://www.third.example/feed", "--config", config).out
        == "third.example: https://www.third.example/feed\n"
    )
    assert (
        monitor(
            "feeds", "add", "https://fourth.example/feed", "--name", "The Fourth", "--config", config
        ).code
        == 0
    )
    assert monitor("check", "--config", config, "--json").json["feeds"] == 4
    assert file.read_text("utf-8").startswith(before)
    assert monitor("feeds", "remove", "The Fourth", "--config", config).code == 0
    assert monitor("feeds", "remove", "third.example", "--config", config).code == 0
    assert file.read_text("utf-8") == before


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nope", "http"),
        ("ftp://paper.example/x", "http"),
        ("https://paper.example/rss", "is there already"),
        ("https://a b.example/", ""),
    ],
)
def test_what_would_spoil_the_file_is_not_added(config: Path, url: str, words: str) -> None:
    """An address that is none, or is there already, is refused, and the file stays as it was."""
    before = config.joinpath("feeds.yaml").read_bytes()
    assert words in monitor("feeds", "add", url, "--config", config).refused()
    assert config.joinpath("feeds.yaml").read_bytes() == before


def test_opml_goes_out_and_comes_back(config: Path, tmp_path: Path) -> None:
    """What `export` prints `import` takes, and feeds that are there are not added again."""
    exported = monitor("feeds", "export", "--config", config)
    assert (exported.code, exported.err) == (0, "")
    assert "key-of-another" not in exported.out
    file = tmp_path / "feeds.opml"
    file.write_text(exported.out, "utf-8")
    assert (
        monitor("feeds", "import", file, "--config", config).err
        == "0 of 2 feeds added; the others were there\n"
    )
    config.joinpath("feeds.yaml").write_text("feeds:\n", "utf-8")
    said = monitor("feeds", "import", file, "--config", config)
    assert said.code == 0, said
    assert said.err == "2 of 2 feeds added; the others were there\n"
    assert monitor("check", "--config", config, "--json").json["feeds"] == 2


def test_a_file_that_is_no_opml_is_one_line(config: Path, tmp_path: Path) -> None:
    """Exit 1: the command is right, the data is not."""
    file = tmp_path / "feeds.opml"
    file.write_text("not xml", "utf-8")
    said = monitor("feeds", "import", file, "--config", config)
    assert said.code in (1, 2)
    assert len(said.err.splitlines()) == 1
    assert "internal error" not in said.err


def test_a_site_is_asked_for_its_feeds(config: Path, web: Web) -> None:
    """`discover` lists what the page names; a page that names none is exit 1 with what to do instead."""
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    web.serve("/", f"<html><head>{link}</head></html>".encode(), content_type="text/html")
    web.serve("/none", b"<html><p>Hello", content_type="text/html")
    assert monitor("feeds", "discover", web.url("/"), "--json", "--config", config).json == [
        web.url("/feed.xml")
    ]
    nothing = monitor("feeds", "discover", web.url("/none"), "--json", "--config", config)
    assert (nothing.code, nothing.json) == (1, [])
    assert "type: page" in nothing.err
    gone = monitor("feeds", "discover", web.url("/gone"), "--config", config)
    assert gone.code == 2
    assert "404" in gone.err


def test_one_feed_is_shown_with_all_that_is_known_of_it(config: Path, web: Web) -> None:
    """How it fares, why the next poll is when it is, and when entries may have been missed between two polls."""
    configure(config, web, "good")
    assert "was never polled" in monitor("feeds", "show", "good", "--config", config).refused()
    web.serve("/good", rss("One", "Two"), etag='"1"')
    monitor("once", "--force", "--config", config)
    web.serve("/good", rss("Three", "Four").replace(b"example/", b"example/later/"), etag='"2"')
    monitor("once", "--force", "--config", config)
    shown = dict(
        line.split("\t")
        for line in monitor("feeds", "show", "good", "--config", config).lines
        if line[0] != "\t"
    )
    assert shown["address"] == web.url("/good")
    assert shown["next poll"].startswith("in ")
    assert shown["gaps"].startswith("1, the last ")
    assert shown["validators"] == "ETag: polls are conditional"
    document = monitor("feeds", "show", "good", "--json", "--config", config).json
    assert [gap["filled"] for gap in document["gaps"]] == [0]
    listed = monitor("feeds", "list", "--config", config).lines[0]
    assert "may have missed entries once" in listed
    assert "may have missed entries once" in monitor("status", "--failing", "--config", config).out
