"""The feed's own words as an article, and which of page and feed is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor import seed
from monitor.collect.teaser import article_from_entry, merge
from monitor.models import Article, Completeness, Entry, Feed

NOW = datetime(2025, 2, 10, 9, 0, tzinfo=UTC)
FEED = Feed(name="Town Paper", url="https://town.example/feed", language="en", country="XX")
SENTENCE = "The council met for the third time this week and decided nothing again, as its chair admitted late at night. "


def entry(**values: object) -> Entry:
    return Entry(
        **{"url": "https://town.example/a?utm_source=rss", "title": "Council <b>meets</b>", **values}
    )  # type: ignore[arg-type]


def test_a_summary_becomes_a_teaser_in_the_seed_format() -> None:
    """The summary's lines are the document; identity, outlet and first sight are set; it is marked a teaser."""
    article = article_from_entry(entry(summary="<p>It met.</p><p>It&nbsp;parted.</p>"), FEED, NOW)
    assert article.text == "It met.\nIt parted."
    assert seed.check(article.text) == ()
    assert (article.title, article.outlet, article.feed, article.first_seen) == (
        "Council meets",
        "Town Paper",
        "Town Paper",
        NOW,
    )
    assert article.canonical == "https://town.example/a"
    assert article.completeness is Completeness.TEASER


def test_a_whole_article_in_the_feed_is_full() -> None:
    """250 words in three paragraphs or more are an article; the longer of content and summary is taken."""
    content = "".join(f"<p>{SENTENCE * 5}</p>" for _ in range(3))
    article = article_from_entry(entry(summary="Short.", content=content), FEED, NOW)
    assert article.completeness is Completeness.FULL
    assert article.text.count("\n") == 2


def test_one_long_paragraph_is_no_whole_article() -> None:
    """Words alone do not make an article: a single block is a teaser however long."""
    assert article_from_entry(entry(summary=SENTENCE * 20), FEED, NOW).completeness is Completeness.TEASER


def test_an_entry_without_text_is_its_title() -> None:
    """There is always something for rules to see."""
    assert article_from_entry(entry(), FEED, NOW).text == "Council meets"


def test_a_summary_is_kept_once() -> None:
    """As the text, or beside a longer one; once a page has given the text, it is the description, if the page has none of its own."""
    short = article_from_entry(entry(summary="<p>It met.</p><p>It parted.</p>"), FEED, NOW)
    assert (short.text.count("It met."), short.description) == (1, "")
    beside = article_from_entry(
        entry(summary="It met.", content="<p>It met at nine.</p><p>It parted.</p>"), FEED, NOW
    )
    assert beside.description == "It met."
    page = Article(text=seed.dumps(replace(short, text=short.text * 9)), title="Council meets")
    assert merge(page, short, FEED).description == "It met. It parted."
    assert merge(replace(page, description="Its own."), short, FEED).description == "Its own."
    assert merge(page, article_from_entry(entry(), FEED, NOW), FEED).description == ""


YESTERDAY, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=400)


@pytest.mark.parametrize(
    ("published", "updated", "dated"),
    [
        (LONG_AGO, YESTERDAY, LONG_AGO),
        (None, YESTERDAY, YESTERDAY),
        (NOW + timedelta(days=3), YESTERDAY, YESTERDAY),
        (datetime(1970, 1, 1, tzinfo=UTC), None, None),
        (None, None, None),
    ],
)
def test_an_article_is_dated_as_its_entry_can_have_been(
    published: datetime | None, updated: datetime | None, dated: datetime | None
) -> None:
    """Published, else updated (all that many Atom feeds say); a date of the future or of 1970 is no date, and first sight speaks."""
    article = article_from_entry(entry(published=published, updated=updated), FEED, NOW)
    assert (article.published, article.date_source) == (dated, "feed" if dated else "")


def test_the_entrys_picture_leads() -> None:
    """The entry's own image, else the first of its text, made absolute, is line 1."""
    article = article_from_entry(entry(summary='<img src="/pic.jpg"><p>It met.</p>'), FEED, NOW)
    assert article.text == "![](https://town.example/pic.jpg)\nIt met."
    assert article.image == "https://town.example/pic.jpg"


def test_an_aggregators_entry_belongs_to_its_publisher() -> None:
    """The outlet is who wrote it, not who lists it."""
    aggregator = replace(FEED, name="News search", url="https://news.google.com/rss/search?q=x")
    assert article_from_entry(entry(source="The Herald"), aggregator, NOW).outlet == "The Herald"
    assert article_from_entry(entry(source="The Herald"), FEED, NOW).outlet == "Town Paper"


@pytest.mark.parametrize(
    "hostile", ["<p>" * 10_000, "\x00\ud800", "![](x)", "- - -", "<script>x</script>", "&lt;p&gt;"]
)
def test_any_summary_gives_a_valid_document(hostile: str) -> None:
    """Whatever a feed holds, the document is valid."""
    assert seed.check(article_from_entry(entry(summary=hostile), FEED, NOW).text) == ()


def stored(words: int, **values: object) -> Article:
    return Article(text=" ".join(["word"] * words), **values)  # type: ignore[arg-type]


def test_the_pages_text_is_kept_when_it_is_no_shorter() -> None:
    """The page's text and metadata, with the entry's identity in the archive."""
    kept = merge(
        stored(300, title="Page", url="https://town.example/a"),
        stored(300, title="Feed", outlet="Town", feed="Town Paper", first_seen=NOW),
        FEED,
    )
    assert (kept.title, kept.outlet, kept.feed, kept.first_seen, kept.note) == (
        "Page",
        "Town",
        "Town Paper",
        NOW,
        "",
    )


def test_a_paywall_stub_loses_to_the_feed() -> None:
    """A page with less than 0.6 of the feed's words is a stub: the feed's text is kept, and the note says so."""
    page, feed = (
        stored(100, title="Page", completeness=Completeness.PAYWALLED),
        stored(300, completeness=Completeness.FULL),
    )
    kept = merge(page, feed, FEED)
    assert kept.text == feed.text
    assert kept.completeness is Completeness.FULL
    assert kept.note == "page: 100 words, fewer than the feed's 300"
    assert (
        merge(page, replace(feed, completeness=Completeness.TEASER), FEED).completeness
        is Completeness.PAYWALLED
    )


def test_the_limit_is_exact() -> None:
    """0.6 of the words is enough; a word less is not."""
    assert merge(stored(180), stored(300), FEED).note == ""
    assert merge(stored(179), stored(300), FEED).note


def test_a_page_without_text_keeps_its_own_note() -> None:
    """Why the page gave nothing is what the reader needs to know."""
    kept = merge(Article(text="", note="page: no text found"), stored(30), FEED)
    assert (kept.text, kept.note) == (stored(30).text, "page: no text found")
