"""feeds.yaml changed by commands: what was there stays as it was, what is added reads back, nothing is half written."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import edit
from monitor.config.document import Mapping, Scalar, Sequence, parse
from monitor.config.source import decode
from monitor.errors import CommandError, ConfigError
from monitor.models import Feed, FullText, Selectors, SourceType
from tests.standins.configs import Write, loaded

TEXT = """\
# Where news comes from.
feeds:
  # the first of all
  - url: https://a.example/feed   # inline
    name: A
    tags:
      - one
      - two

  # about B,
  # in two lines
  - url: https://b.example/feed
    name: "B: the second"
    # belongs to B

# the end
"""


def test_a_feed_is_added_at_the_end_of_the_list(write: Write) -> None:
    """The new entry follows the last one and its comments, indented like it; every other line stays."""
    directory = write(feeds=TEXT)
    edit.add_feeds(directory, [Feed("C", "https://c.example/feed")])
    added = "  - url: https://c.example/feed\n    name: C\n"
    assert directory.joinpath("feeds.yaml").read_text() == TEXT.replace(
        "    # belongs to B\n", "    # belongs to B\n" + added
    )


def test_a_feed_is_removed_with_its_comments(write: Write) -> None:
    """The comment right above an entry and those inside it go with it; the others stay."""
    directory = write(feeds=TEXT)
    edit.remove_feed(directory, "B: the second")
    assert directory.joinpath("feeds.yaml").read_text() == TEXT[: TEXT.index("  # about B")] + "\n# the end\n"
    edit.remove_feed(directory, "A")
    assert loaded(directory).feeds == ()


def test_adding_and_removing_leaves_the_file_as_it_was(write: Write) -> None:
    """A change that is taken back leaves no trace."""
    directory = write(feeds=TEXT)
    edit.add_feeds(directory, [Feed("C", "https://c.example/feed"), Feed("D", "https://d.example/feed")])
    edit.remove_feed(directory, "C")
    edit.remove_feed(directory, "D")
    assert directory.joinpath("feeds.yaml").read_text() == TEXT


@pytest.mark.parametrize(
    "text",
    [None, "", "feeds:\n", "# only a comment\nfeeds:  # none yet\n", "feeds:\n- url: https://a.example/feed"],
)
def test_every_list_can_be_added_to(write: Write, text: str | None) -> None:
    """A file that is missing, empty, without entries or without a last line end takes its next feed."""
    directory = write() if text is None else write(feeds=text)
    edit.add_feeds(directory, [Feed("C", "https://c.example/feed")])
    assert [feed.name for feed in loaded(directory).feeds][-1] == "C"


FEED = Feed(
    name="no: #1 'x'",
    url="https://c.example/feed?a=1&b=[2]#x",
    type=SourceType.PAGE,
    tags=("a b", "c, d", "true"),
    country="NO",
    language="nb",
    interval=timedelta(minutes=90),
    first_poll="latest:3",
    full_text=FullText.NEVER,
    headers=(("X-Key", "a: b"),),
    allow_private=("[::1]:80",),
    selectors=Selectors("li > a", title="h2"),
    body="div.text",
    strip=(".ad", "#x"),
    weight=0.25,
    backfill="https://c.example/{page}",
)


def test_every_key_of_a_feed_reads_back(write: Write) -> None:
    """Whatever a feed holds is written so that it is read as the same."""
    directory = write(feeds=TEXT)
    edit.add_feeds(directory, [FEED])
    assert loaded(directory).feeds[-1] == FEED


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_any_name_reads_back(name: str) -> None:
    """A name with quotes, colons or brackets is put in quotes where YAML needs them."""
    root, problems = parse(decode("f", edit._entry(Feed(name, "https://c.example/feed"), "  ").encode()))
    assert problems == []
    assert isinstance(root, Sequence)
    item = root.items[0]
    assert isinstance(item, Mapping)
    node = item.values["name"]
    assert isinstance(node, Scalar)
    assert node.value() == name


@pytest.mark.parametrize(
    ("feed", "message"),
    [
        (Feed("C", "https://a.example/feed"), "is there already"),
        (Feed("a", "https://c.example/feed"), "already a feed called 'a'"),
    ],
)
def test_doubles_are_refused(write: Write, feed: Feed, message: str) -> None:
    """A name or address that is there already is not added again, and nothing is written."""
    directory = write(feeds=TEXT)
    with pytest.raises(CommandError, match=message):
        edit.add_feeds(directory, [Feed("D", "https://d.example/feed"), feed])
    assert directory.joinpath("feeds.yaml").read_text() == TEXT


def test_an_unknown_feed_cannot_be_removed(write: Write) -> None:
    """The nearest name is offered."""
    with pytest.raises(CommandError, match=r"did you mean 'B: the second'"):
        edit.remove_feed(write(feeds=TEXT), "B: the secnd")
    with pytest.raises(CommandError, match="does not exist"):
        edit.remove_feed(Path("nowhere"), "A")


@pytest.mark.parametrize(
    "text", ["feeds: [{url: https://a.example/feed}]\n", "feeds: []\n", "other: 1\n", "feeds: x\n"]
)
def test_lists_in_brackets_are_left_to_their_owner(write: Write, text: str) -> None:
    """A file that cannot be edited line by line is refused, not rewritten."""
    directory = write(feeds=text)
    with pytest.raises(CommandError):
        edit.add_feeds(directory, [Feed("C", "https://c.example/feed")])
    assert directory.joinpath("feeds.yaml").read_text() == text


def test_a_file_with_mistakes_is_not_touched(write: Write) -> None:
    """What cannot be read cannot be changed."""
    directory = write(feeds="feeds:\n\t- x\n")
    with pytest.raises(ConfigError):
        edit.add_feeds(directory, [Feed("C", "https://c.example/feed")])


def test_a_failing_write_leaves_the_old_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced whole or not at all, and no scrap is left beside it."""
    directory = write(feeds=TEXT)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("monitor.config.edit.os.replace", full)
    with pytest.raises(OSError, match="No space"):
        edit.add_feeds(directory, [Feed("C", "https://c.example/feed")])
    assert directory.joinpath("feeds.yaml").read_text() == TEXT
    assert sorted(path.name for path in directory.iterdir()) == ["feeds.yaml", "topics"]


def test_the_file_keeps_its_permissions(write: Write) -> None:
    """A file that only its owner may read stays so."""
    directory = write(feeds=TEXT)
    directory.joinpath("feeds.yaml").chmod(0o600)
    edit.add_feeds(directory, [Feed("C", "https://c.example/feed")])
    assert stat.S_IMODE(directory.joinpath("feeds.yaml").stat().st_mode) == 0o600
