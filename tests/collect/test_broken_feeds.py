"""Feeds that break off, begin too late or are broken inside: what can be read is, and what cannot is counted."""

from __future__ import annotations

import time

import pytest

from monitor.collect.feeds import parse_feed
from monitor.collect.feeds.repair import close
from monitor.html import unescape
from monitor.models import Outcome
from tests.standins.feed_files import ADDRESS

ITEM = "<item><title>Ferry</title><link>https://e.example/{0}</link><guid>{0}</guid><description>Text</description></item>"
FEED = f"<rss version='2.0'><channel><title>Harbour</title>{ITEM.format(1)}{ITEM.format(2)}{ITEM.format(3)}</channel></rss>"
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Harbour</title><entry><id>urn:1</id><title>Ferry</title><link href='/1'/>"
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p><ul><li>Two</li></ul><p>Three"
)


@pytest.mark.parametrize("feed", [FEED, ATOM], ids=["rss", "atom"])
def test_a_feed_that_breaks_off_loses_no_entry_in_silence(feed: str) -> None:
    """Wherever a feed is cut, every entry that began is read or counted."""
    first = max(feed.find("<item>"), feed.find("<entry>"))
    for cut in range(first + 8, len(feed)):
        text = feed[:cut]
        begun = text.count("<item>") + text.count("<entry>")
        document = parse_feed(text.encode(), ADDRESS)
        assert document.outcome is Outcome.OK, text
        assert len(document.entries) + document.unreadable == begun, text


def test_keeps_what_is_whole_of_an_entry_broken_off_inside_markup() -> None:
    """The paragraphs that were closed inside the text are no elements of the entry: those before the text are kept."""
    document = parse_feed(ATOM.encode(), ADDRESS)
    assert [(entry.id, entry.url, entry.content) for entry in document.entries] == [
        ("urn:1", "https://feed.example/1", "")
    ]
    assert document.error == "the document breaks off; its last entry may be missing"


def test_counts_the_entry_of_which_nothing_is_whole() -> None:
    """One entry that breaks off in its first element is one that could not be read, not an empty feed."""
    document = parse_feed(b"<rss><channel><title>T</title><item><title><![CD", ADDRESS)
    assert (document.outcome, document.entries, document.unreadable) == (Outcome.OK, (), 1)


@pytest.mark.parametrize("piece", ["<a b='", "<!--", "<![CDATA[", "<a b='<a b=' c", "<p>", "</p>", "<p/>"])
def test_looks_for_the_last_whole_element_in_linear_time(piece: str) -> None:
    """Four times the text takes about four times as long."""

    def seconds(count: int) -> float:
        started = time.process_time()
        close("<rss><channel><item>" + piece * count)
        return time.process_time() - started

    small, large = min(seconds(10_000) for _ in range(3)), seconds(40_000)
    assert large < 12 * small + 0.1


@pytest.mark.parametrize("pair", ["&#xD83D;&#xDEA2;", "&#xd83d;&#xdea2;", "&#55357;&#56994;"])
def test_joins_the_halves_of_a_character(pair: str) -> None:
    """Two references for the halves of one character of UTF-16 are that character; one half alone is none."""
    feed = FEED.replace("Ferry", f"Ferry {pair}{pair[: pair.index(';') + 1]}", 1)
    document = parse_feed(feed.encode(), ADDRESS)
    assert (document.reader, document.entries[0].title) == ("fast", "Ferry 🚢")
    assert unescape(pair) == "🚢"


@pytest.mark.parametrize(
    "before",
    [
        "<br />\n<b>Warning</b>: no such file in <b>/a.php</b> on line <b>3</b><br />\n<?xml version='1.0'?>",
        "Notice: <i>x</i> {y} <?xml version='1.0'?>",
        "<pre>",
        "<response status='ok'>",
        "<html><body><p>Notice</p></body></html><?xml version='1.0'?>",
        "<?xml version='1.0'?><!-- cached --><?xml version='1.0'?>",
    ],
)
def test_a_feed_begins_where_its_root_does(before: str) -> None:
    """What a script printed before the feed, or somebody put around it, is no part of it."""
    document = parse_feed((before + FEED).encode(), ADDRESS)
    assert (document.reader, [entry.id for entry in document.entries]) == ("fast", ["1", "2", "3"])


def test_a_page_that_shows_a_feed_is_a_page() -> None:
    """Markup of a feed in a page, without a prolog of its own, makes no feed of it."""
    page = f'<html><head><title>T</title></head><body><script>var x = "{FEED}"</script></body></html>'
    assert parse_feed(page.encode(), ADDRESS).outcome is Outcome.NOT_FEED


def test_counts_the_entries_a_broken_document_hides() -> None:
    """Of a document that is handed over broken, entries that begin and do not come out are counted; those in comments never were any."""
    hidden = FEED.replace("<item>", "<item><title a=<b></title>").replace(
        "</channel>", f"<!--{ITEM}--></channel>"
    )
    document = parse_feed(hidden.encode(), ADDRESS)
    assert len(document.entries) + document.unreadable == 3
