"""Each topic's matches as an Atom feed that others can subscribe to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import feedparser
from hypothesis import given, settings

from monitor.deliver.atom import KEPT, AtomNotifier, document, element
from monitor.models import Delivery, Digest, Found, SendVerdict, Target, TopicSection
from tests.standins.digests import NOW, delivery, digest, empty, section, story
from tests.standins.hostile import digests


def made(directory: Path, one: Digest) -> tuple[AtomNotifier, Delivery]:
    own, target = AtomNotifier(lambda: NOW), Target("atom", str(directory))
    return own, delivery(own.render(one, target)[0], target)


async def test_each_topic_has_its_feed(tmp_path: Path) -> None:
    """One file a topic, which a feed reader reads: titles, links, dates, outlets, leads."""
    own, one = made(tmp_path, digest(section(2, 1), section(1, topic="imm", name="Immigration")))
    assert (await own.send(one)).verdict is SendVerdict.SENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["imm.atom", "irs.atom"]  # noqa: ASYNC240  # a test's own folder
    feed = feedparser.parse((tmp_path / "irs.atom").read_bytes())  # as above
    assert not feed.bozo
    assert feed.feed.title == "IRS"
    assert len(feed.entries) == 3
    entry = feed.entries[0]
    assert entry.link == "https://news.example/1/figures?from=feed&n=1"
    assert entry.author == "The Courier"
    assert entry.published == "2026-11-24T09:59:00+00:00"
    assert "also at Harbor Wire and Daily Ledger" in entry.summary


async def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    """A feed is merged by entry: the same delivery leaves the same file, and is found."""
    own, one = made(tmp_path, digest())
    assert (await own.find(one))[0] is Found.ABSENT
    await own.send(one)
    before = _read(tmp_path)
    await own.send(one)
    assert _read(tmp_path) == before
    assert (await own.find(one))[0] is Found.PRESENT


def _read(directory: Path) -> str:
    return (directory / "irs.atom").read_text(encoding="utf-8")


async def test_new_entries_come_first_and_old_ones_stay(tmp_path: Path) -> None:
    """A story that returns replaces itself; the feed keeps the newest 200."""
    own, first = made(tmp_path, digest(section(KEPT)))
    await own.send(first)
    grown = replace(story(5), headline="Grown")
    _own, second = made(tmp_path, digest(TopicSection("irs", "IRS", (grown, story(900)))))
    await own.send(second)
    titles = [entry.title for entry in feedparser.parse(_read(tmp_path)).entries]
    assert titles[:3] == [
        "Grown",
        "Auditors question the agency's figures, part 900",
        "Auditors question the agency's figures, part 1",
    ]
    assert len(titles) == KEPT
    assert "Auditors question the agency's figures, part 5" not in titles


@settings(deadline=None, max_examples=12)
@given(digests(most=20))
def test_any_digest_gives_well_formed_xml(one: Digest) -> None:
    """Hostile titles stay text; every address is a web address."""
    own, target = AtomNotifier(lambda: NOW), Target("atom", "unused")
    for part in own.render(one, target):
        for feed in json.loads(part.payload).values():
            root = ElementTree.fromstring(document(feed, [element(entry) for entry in feed["entries"]]))
            assert all(
                link.get("href", "").startswith("http")
                for link in root.iter("{http://www.w3.org/2005/Atom}link")
            )


async def test_a_damaged_feed_starts_anew(tmp_path: Path) -> None:
    """Half a file from elsewhere does not stop the topic."""
    (tmp_path / "irs.atom").write_text("<feed", encoding="utf-8")  # a test's own folder
    own, one = made(tmp_path, digest())
    assert (await own.send(one)).verdict is SendVerdict.SENT
    assert len(feedparser.parse(_read(tmp_path)).entries) == 2


async def test_a_topic_cannot_leave_the_folder(tmp_path: Path) -> None:
    """A topic's name becomes a file name, never a path."""
    own, one = made(tmp_path / "in", digest(section(topic="../out")))
    await own.send(one)
    assert [path.name for path in tmp_path.rglob("*.atom")] == ["out.atom"]  # noqa: ASYNC240  # a test's own folder
    assert (tmp_path / "in" / "out.atom").is_file()  # as above


async def test_a_target_without_a_folder_is_parked() -> None:
    """There is nowhere to write, and nothing is written."""
    own = AtomNotifier(lambda: NOW)
    one = delivery(own.render(digest(), Target("atom"))[0], Target("atom"))
    assert (await own.send(one)).verdict is SendVerdict.PLACE_BROKEN
    assert own.render(empty(), Target("atom")) == ()
    await own.close()
