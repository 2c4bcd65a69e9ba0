"""Why, and why not."""

from __future__ import annotations

import pytest

from monitor.models import Article, Completeness, SourceFilter, TopicSpec
from monitor.topics import Explanation, compile_topics, parse_adhoc


def told(rule: str, text: str, title: str = "") -> Explanation:
    return parse_adhoc(rule).explain(Article(text=text, title=title), "adhoc")


def test_terms_in_their_sentences() -> None:
    """Each sentence that holds a matched term is shown, with its terms' places."""
    found = told("tax", "“A tax rose,” he said. Nothing more. No tax.", "Tax news")
    assert [item.text for item in found.sentences] == ["Tax news", "“A tax rose,” he said.", "No tax."]
    assert found.matched
    assert found.reason.startswith("matches: ")


@pytest.mark.parametrize(
    ("rule", "title", "text", "dropped", "reason"),
    [
        ('ICE OUTSIDE "ICE cream"', "", "ICE came. An ICE cream.", "ICE", 'OUTSIDE "ICE cream"'),
        ("ice NOT NEAR/2 cream", "", "ice held in all of winter; ice cream", "ice", "NOT NEAR/2 cream"),
        ("IRS", "", "The IRS; his irs.", "irs", "case: IRS matches only these capitals"),
        (
            "ICE",
            "ICE CREAM MELTS TODAY",
            "Nothing.",
            "ICE",
            "weak: an acronym in a headline all in capitals, and no other hit in ordinary text",
        ),
    ],
)
def test_dropped_mentions(rule: str, title: str, text: str, dropped: str, reason: str) -> None:
    """What was found and does not count is told with the reason."""
    assert (dropped, reason) in [(item.text, item.reason) for item in told(rule, text, title).dropped]


@pytest.mark.parametrize(
    ("rule", "title", "text", "clause", "reason"),
    [
        ("tax AND fraud", "", "A tax.", "fraud", "not found"),
        ("tax AND (fraud OR levy)", "", "A tax.", "fraud OR levy", "none of these was found"),
        (
            "tax AND ((levy NEAR/1 fraud) OR fee)",
            "",
            "A tax. A levy a b fraud.",
            "(levy NEAR/1 fraud) OR fee",
            "nearest is levy NEAR/1 fraud: both sides are there, but 2 words apart; at most 1 may stand between",
        ),
        ("(levy AND fraud) OR fee", "", "A levy.", "levy AND fraud", "fraud: not found"),
        ("(levy AND fraud) OR fee", "", "A dog.", "(levy AND fraud) OR fee", "none of these was found"),
        ("tax AND NOT fraud", "", "A tax fraud.", "NOT fraud", "is there, and must not be"),
        (
            "tax NEAR/1 fraud",
            "",
            "tax a b fraud",
            "tax NEAR/1 fraud",
            "both sides are there, but 2 words apart; at most 1 may stand between",
        ),
        (
            "tax NEAR/9 fraud",
            "",
            "A tax.\nA fraud.",
            "tax NEAR/9 fraud",
            "both sides are there, but never in one paragraph",
        ),
        (
            "tax BEFORE/9 fraud",
            "",
            "A fraud, a tax.",
            "tax BEFORE/9 fraud",
            "both sides are there, but not in this order in one paragraph",
        ),
        (
            "tax NEAR/9 tax*",
            "",
            "A tax.",
            "tax NEAR/9 tax*",
            "both sides are there, but only as the same words",
        ),
        ("tax NEAR/9 fraud", "", "A tax.", "fraud", "not found"),
        (
            'ICE OUTSIDE "ICE cream"',
            "",
            "ICE cream.",
            'ICE OUTSIDE "ICE cream"',
            'the only mention dropped by OUTSIDE "ICE cream"',
        ),
        ("ATLEAST/3 tax", "", "tax tax", "ATLEAST/3 tax", "2 of at least 3 mentions"),
        ("title:tax", "News", "A tax.", "title:tax", "found, but not in the title"),
        ("title:tax", "News", "Nothing.", "title:tax", "not found"),
        (
            "sentence:(tax AND fraud)",
            "",
            "A tax. A fraud.",
            "sentence:(tax AND fraud)",
            "never all in one sentence",
        ),
        ("tax AND lang:de", "", "A tax.", "lang:de", "the article's lang is unknown"),
    ],
)
def test_the_failing_clause(rule: str, title: str, text: str, clause: str, reason: str) -> None:
    """A rule that does not hold fails by its smallest clause."""
    found = told(rule, text, title)
    assert not found.matched
    assert [(item.clause, item.reason) for item in found.failing] == [(clause, reason)]


def test_alternatives_are_told_nearest_first() -> None:
    """Of a rule of alternatives those are told of which something is there, each with all that it lacks."""
    found = told("duty OR (fee AND tax AND audit) OR (levy NEAR/1 fraud)", "A levy a b fraud. A fee.")
    assert [(item.clause, item.reason.split(";")[0]) for item in found.failing] == [
        ("levy NEAR/1 fraud", "both sides are there, but 2 words apart"),
        ("fee AND tax AND audit", "tax: not found"),
    ]


def test_the_veto_the_threshold_and_the_source() -> None:
    """What refuses an article on which the rule holds is told first."""
    article = Article(text="A tax fraud.", url="https://news.example.org/1")
    veto = compile_topics([TopicSpec("t", "T", "tax", veto="fraud")]).explain(article, "t")
    assert (veto.reason, [span.term for span in veto.veto]) == ("not: fraud", ["fraud"])
    least = compile_topics([TopicSpec("t", "T", "tax", min_score=90)]).explain(article, "t")
    assert least.reason == f"score {least.score:g} is below min_score 90"
    source = compile_topics(
        [TopicSpec("t", "T", "tax", sources=SourceFilter(exclude=("example.org",)))]
    ).explain(article, "t")
    assert source.reason == "sources: exclude: example.org is excluded"


def test_a_teaser_says_so() -> None:
    """What cannot be trusted on a few words is named."""
    topics = compile_topics([TopicSpec("t", "T", "tax", veto="fraud", min_score=90)])
    found = topics.explain(Article(text="A tax rose.", completeness=Completeness.TEASER), "t")
    assert found.matched
    assert found.teaser == "teaser only: 3 words seen; not: and min_score cannot be trusted"


def test_score_parts() -> None:
    """Each concept tells its mentions and its score."""
    parts = told("tax AND (fraud OR levy)", "A tax. A levy, a fraud.", "Tax").parts
    assert [(part.clause, part.title, part.lead, part.body) for part in parts] == [
        ("tax", 1, 1, 1),
        ("fraud OR levy", 0, 2, 2),
    ]


def test_an_unknown_topic() -> None:
    """There is nothing to explain."""
    with pytest.raises(KeyError):
        parse_adhoc("tax").explain(Article(text="x"), "other")
