"""Feeds of every age from bytes to entries: one file a case, with what must come out of it beside it.

Add `feeds/NAME.xml` and `feeds/NAME.xml.expected.json` and there is another case. Fields that are empty are left out of the expectation.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.collect.feeds import fast, parse_feed
from monitor.models import Outcome
from tests.standins.feed_files import ADDRESS, SHARED, both_readers, document_values, feed_files, real_files


@pytest.mark.parametrize("path", feed_files(), ids=lambda path: path.name)
def test_reads_what_the_file_holds(path: Path) -> None:
    """What comes out of a feed is what a person reads in it."""
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text("utf-8"))
    assert document_values(parse_feed(path.read_bytes(), ADDRESS)) == expected


@pytest.mark.parametrize(
    "path", [path for path in feed_files() if path.suffix == ".xml"], ids=lambda path: path.name
)
def test_both_readers_agree(path: Path) -> None:
    """Where the fast reader answers, feedparser gives the same document, field for field."""
    answers = both_readers(path.read_bytes())
    if answers is not None:
        quick, slow = answers
        assert document_values(quick) | {"reader": ""} == document_values(slow) | {"reader": ""}
        assert quick.entries == slow.entries


def test_both_readers_agree_on_real_feeds() -> None:
    """… and so it is on every real feed at hand; at most one in twenty is handed over."""
    files = real_files()
    if not files:
        pytest.skip(f"no real feeds at {SHARED}: they are other people's texts and are not shipped")
    answers = {
        path.name: both_readers(body)
        for path in files
        if (body := path.read_bytes().strip()) and body[:1] != b"{"
    }
    different = [name for name, pair in answers.items() if pair and pair[0].entries != pair[1].entries]
    assert different == []
    assert sum(pair is None for pair in answers.values()) <= len(answers) / 20


def test_agrees_with_two_other_parsers_on_real_feeds() -> None:
    """Where two independent parsers agree on a field of a real feed, so do we: every outcome, count, link, id, date and tag."""
    gold = SHARED / "feeds" / "gold.jsonl"
    if not gold.exists():
        pytest.skip(f"no gold at {gold}: it is made of other people's texts and is not shipped")
    wrong = [
        problem
        for line in gold.read_text("utf-8").splitlines()
        for problem in _disagreements(json.loads(line))
    ]
    titles = [
        problem for problem in wrong if problem[1] == "title"
    ]  # invisible letters: gold keeps soft hyphens
    assert [problem for problem in wrong if problem[1] != "title"] == []
    assert len(titles) <= 2


def _disagreements(gold: dict[str, object]) -> list[tuple[str, str]]:
    name = str(gold["id"])
    document = parse_feed((SHARED / "feeds" / f"{name}.feed").read_bytes())
    if document.outcome.value != gold["outcome"] or len(document.entries) != gold["entries"]:
        return [(name, "entries")]
    wrong = []
    for entry, fields in zip(document.entries, gold["fields"], strict=False):  # type: ignore[call-overload]
        date = entry.published or entry.updated
        ours = {
            "title": entry.title, "url": entry.url, "id": entry.id, "tags": sorted(entry.categories),
            "published": date and date.strftime("%Y-%m-%dT%H:%M:%SZ").lstrip("0"),
        }  # fmt: skip
        wrong += [
            (name, key)
            for key, value in fields.items()
            if ours[key] != (sorted(value) if key == "tags" else value)
        ]
    return wrong


def test_counts_what_it_cannot_read() -> None:
    """Entries beyond 2,000 are counted, and the first and last thousand are read: a feed may be sorted either way."""
    items = "".join(f"<item><title>{n}</title></item>" for n in range(5_000))
    document = parse_feed(
        f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode(), ADDRESS
    )
    assert (len(document.entries), document.unreadable) == (2_000, 3_000)
    assert (document.entries[0].title, document.entries[-1].title) == ("0", "4999")


def test_says_why_the_fast_reader_handed_over() -> None:
    """The reason is part of the document, for the statistics."""
    document = parse_feed(b"<rss version='2.0'><channel><title>t</title></channel></rss>", ADDRESS)
    assert (document.outcome, document.reader, document.handed_over) == (
        Outcome.OK,
        "feedparser",
        "no entries",
    )


def test_keeps_relative_links_of_a_feed_without_address() -> None:
    """A feed read from a file has no address: its relative links stay as published instead of being lost."""
    body = b"<rss version='2.0'><channel><title>t</title><item><title>x</title><link>/news/1</link></item></channel></rss>"
    assert parse_feed(body).entries[0].url == "/news/1"
    assert parse_feed(body, ADDRESS).entries[0].url == "https://feed.example/news/1"


def test_an_html_doctype_before_a_feed_is_a_slip() -> None:
    """What the root element is counts, not what a template printed above it."""
    body = b"<!DOCTYPE html><rss version='2.0'><channel><title>t</title><item><title>x</title></item></channel></rss>"
    assert parse_feed(body, ADDRESS).outcome is Outcome.OK


def test_does_not_load_feedparser_for_plain_feeds() -> None:
    """feedparser costs a tenth of a second to load; a process that meets plain feeds only never pays it."""
    code = (
        "import sys; from monitor.collect.feeds import parse_feed;"
        "d = parse_feed(b'<rss version=\"2.0\"><channel><title>t</title><item><title>x</title></item></channel></rss>', 'https://x.example/');"
        "assert d.reader == 'fast', d; print([m for m in ('feedparser', 'bs4', 'dateutil', 'publicsuffixlist') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_fast_reader_is_strict() -> None:
    """What is not well-formed is never guessed at by the fast reader."""
    assert (
        fast.read("<rss><channel><item><title>a<b></title></item></channel></rss>", ADDRESS).handed_over
        == fast.NOT_WELL_FORMED
    )
