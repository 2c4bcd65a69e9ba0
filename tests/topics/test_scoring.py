"""About-ness by its formula, worked out by hand."""

from __future__ import annotations

import pytest

from monitor.models import Article, Completeness, TopicSpec
from monitor.topics import compile_topics, parse_adhoc
from monitor.topics.scoring import band

REST = "word " * 699  # with "tax" 700 words: the divisor is exactly 1


def score(rule: str, text: str, title: str = "") -> float:
    return parse_adhoc(rule).match(Article(text=text, title=title))[0].score


def share(tf: float) -> float:
    return 100 * tf / (tf + 10)


@pytest.mark.parametrize(
    ("rule", "text", "title", "tf"),
    [
        ("tax", f"{REST}.\nTax.", "", 1),
        ("tax", f"Tax.\n{REST}", "", 1 + 2),
        ("tax", f"Tax tax tax.\n{REST[15:]}", "", 3 + 4),
        ("tax", f"{REST}.\nTax.", "Tax", 10 + 1),
        ("tax OR levy", f"{REST[5:]}.\nTax levy.", "", 2),
        ("tax NEAR/3 levy", f"{REST[5:]}.\nTax levy.", "", 1),
        ("sentence:(tax AND levy)", f"{REST[5:]}.\nTax levy.", "", 1),
    ],
)
def test_a_concept(rule: str, text: str, title: str, tf: float) -> None:
    """10 for the title, 2 for up to two in the lead, 1 for each in the body; OR is one concept, NEAR counts joint places."""
    assert score(rule, text, title) == pytest.approx(share(tf), abs=0.2)


def test_and_is_the_geometric_mean() -> None:
    """An article is about both only as far as about each."""
    text = f"{REST[15:]}.\nTax tax tax levy."
    assert score("tax AND levy", text) == pytest.approx((share(3) * share(1)) ** 0.5, abs=0.2)


def test_or_of_facts_adds_up() -> None:
    """1 - prod(1 - s), the terms of the OR together being one concept."""
    text = f"{REST[20:]}.\nTax levy audit fee due."
    both = (share(1) * share(1)) ** 0.5 / 100
    assert score("(tax AND levy) OR (audit AND fee)", text) == pytest.approx(
        100 * (1 - (1 - both) ** 2), abs=0.3
    )


def test_short_texts_count_as_sixty_words() -> None:
    """A sentence is not about its every word."""
    assert score("tax", "A tax.") == pytest.approx(share(3 / (0.4 + 0.6 * 60 / 700)), abs=0.01)


def test_fields_and_nots_say_nothing() -> None:
    """Where an article comes from does not make it more about a thing."""
    text = f"{REST}.\nTax."
    assert score("tax AND NOT levy", text) == score("tax", text)


def test_bands() -> None:
    """The words for a score."""
    assert [band(50), band(25), band(24.9)] == ["about", "also mentions", "passing"]


def test_min_score_refuses_and_a_teaser_is_not_held_to_it() -> None:
    """A teaser's score cannot be trusted: the match stays and says so."""
    topics = compile_topics([TopicSpec("t", "T", "tax", min_score=20)])
    article = Article(text=f"{REST}.\nTax.")
    assert topics.match(article) == []
    teaser = Article(text=article.text, completeness=Completeness.TEASER)
    assert [found.teaser_only for found in topics.match(teaser)] == [True]


def test_order_prefers_spread_and_variety() -> None:
    """At the same score the article with more paragraphs and terms comes first."""
    topics = parse_adhoc("tax OR levy")
    narrow = topics.match(Article(text="Tax tax.\nWord.\nWord.\nWord."))[0]
    wide = topics.match(Article(text="Tax word.\nLevy.\nWord.\nWord."))[0]
    assert narrow.score == wide.score
    assert wide.order > narrow.order
