"""Teaser or full text: what an entry's own text is, whether its page is fetched, and what a feed has been learned to carry."""

from __future__ import annotations

import pytest

from monitor.collect.fulltext import coverage, is_cut_to_length, learn, needs_page, verdict
from monitor.collect.owntext import OwnText
from monitor.models import Article, Completeness, Entry, Feed, FeedState, FullText

SENTENCE = "The ferry sails again from the third pier after eight long weeks. "
URL = "https://paper.example/1"
FEED = Feed("paper", "https://paper.example/feed")
STATE = FeedState("paper", FEED.url, FEED.url)


def paragraphs(words: int, count: int = 1) -> str:
    """HTML of so many words in so many paragraphs."""
    each = (SENTENCE.split() * 100)[: words // count - 1]
    return "".join(f"<p>{' '.join(each)} end.</p>" for _ in range(count))


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("", Completeness.TEASER, "0 words"),
        (paragraphs(60), Completeness.TEASER, "60 words"),
        (SENTENCE * 10, Completeness.TEASER, "without a paragraph"),
        (paragraphs(120)[:-8] + " […]</p>", Completeness.TEASER, "ellipsis"),
        (paragraphs(120) + "<p><a href='x'>Continue reading</a></p>", Completeness.TEASER, "ellipsis"),
        (paragraphs(120)[:-9] + "</p>", Completeness.TEASER, "mid-sentence"),
        (paragraphs(400, 4), Completeness.FULL, "in 4 paragraphs"),
        (paragraphs(400, 2), None, "cannot be told"),
        (paragraphs(180, 3), None, "cannot be told"),
    ],
)
def test_judges_an_entrys_text(text: str, expected: Completeness | None, words: str) -> None:
    """Words and paragraphs decide; ellipses, invitations and broken sentences give a teaser away; in between it cannot be told."""
    found, reason = verdict(Entry(url=URL, content=text))
    assert (found, words in reason) == (expected, True), reason


def test_the_longer_of_summary_and_content_counts() -> None:
    """Feeds put the whole text in either."""
    assert verdict(Entry(summary=paragraphs(400, 4), content="<p>Short.</p>"))[0] is Completeness.FULL


def test_counts_words_of_scripts_without_blanks() -> None:
    """In Chinese and Japanese two characters count as a word."""
    assert verdict(Entry(content="<p>" + "新橋今天通車市民歡迎" * 60 + "。</p>" * 1))[1].startswith(
        "301 words"
    )


@pytest.mark.parametrize(
    ("policy", "text", "full", "fetch"),
    [
        (FullText.AUTO, paragraphs(60), None, True),
        (FullText.AUTO, paragraphs(400, 4), None, False),
        (FullText.AUTO, paragraphs(180, 3), None, True),
        (FullText.AUTO, paragraphs(180, 3), True, False),
        (FullText.AUTO, paragraphs(180, 3), False, True),
        (FullText.NEVER, paragraphs(60), None, False),
        (FullText.ALWAYS, paragraphs(400, 4), True, True),
    ],
)
def test_decides_on_the_page(policy: FullText, text: str, full: bool | None, fetch: bool) -> None:
    """The policy first, then the text, then what the feed was learned to carry; always with a reason."""
    feed = Feed("paper", FEED.url, full_text=policy)
    state = FeedState("paper", FEED.url, FEED.url, full=full)
    decision = needs_page(Entry(url=URL, content=text), feed, state)
    assert (decision.fetch, bool(decision.reason)) == (fetch, True)


def test_never_fetches_what_leads_nowhere() -> None:
    """An aggregator's opaque link is not the article; an entry without a link has no page."""
    google = Entry(url="https://news.google.com/rss/articles/CBMi")
    assert not needs_page(google, FEED, STATE).fetch
    assert not needs_page(Entry(content="x"), FEED, STATE).fetch


def test_spot_checks_feeds_learned_to_be_full() -> None:
    """Now and then the page of a full feed is fetched all the same: feeds turn to teasers without notice."""
    state = FeedState("paper", FEED.url, FEED.url, full=True)
    text = paragraphs(400, 4)
    checked = sum(
        needs_page(Entry(url=f"https://paper.example/{n}", content=text), FEED, state).fetch
        for n in range(1_000)
    )
    assert 20 <= checked <= 90


def test_texts_of_one_length_are_cut_by_a_machine() -> None:
    """Nearly all texts of a feed as long as each other: teasers, whatever they look like."""
    cut = [Entry(content=f"<p>{(SENTENCE * 20)[n : n + 600]}</p>") for n in range(8)]
    assert is_cut_to_length(list(map(OwnText.of, cut)))
    assert not is_cut_to_length([OwnText.of(Entry(content=paragraphs(100 + 30 * n))) for n in range(8)])
    assert not is_cut_to_length(list(map(OwnText.of, cut[:4])))
    whole = Entry(url=URL, content=paragraphs(400, 4))
    assert needs_page(whole, FEED, STATE, cut_to_length=True).fetch


def test_learns_from_pages_beside_texts() -> None:
    """Nine tenths of the page in the feed: full. A paywall stub and a tiny page teach nothing."""
    words = [f"word{n}" for n in range(400)]
    page = Article(" ".join(words))
    assert coverage(page, page) == 1.0
    assert (coverage(Article(" ".join(words[:100])), page) or 1) < 0.3
    assert coverage(page, Article(" ".join(words[:200]))) is None
    assert coverage(Article("a b c"), Article("a b c d e")) is None
    assert learn(None, [1.0, 0.95, 0.2]) is True
    assert learn(True, [0.1]) is False
    assert learn(True, []) is True
