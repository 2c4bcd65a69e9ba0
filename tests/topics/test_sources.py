"""Which articles a topic looks at."""

from __future__ import annotations

import pytest

from monitor.models import Article, SourceFilter
from monitor.topics.sources import passes, verdicts

ARTICLE = Article(
    text="x",
    url="https://www.news.example.org/1",
    outlet="The Example",
    feed="example-feed",
    language="en-US",
    country="US",
    categories=("Money",),
    authors=("Jane Doe",),
)


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (SourceFilter(), True),
        (SourceFilter(include=("example.org",)), True),
        (SourceFilter(include=("news.example.org",)), True),
        (SourceFilter(include=("other.example.org",)), False),
        (SourceFilter(include=("the example",)), True),
        (SourceFilter(exclude=("example-feed",)), False),
        (SourceFilter(exclude=("xample.org",)), True),
        (SourceFilter(languages=("en",)), True),
        (SourceFilter(languages=("de",)), False),
        (SourceFilter(countries=("us",)), True),
        (SourceFilter(categories=("money",)), True),
        (SourceFilter(categories=("sport",)), False),
        (SourceFilter(authors=("jane doe",)), True),
        (SourceFilter(authors=("john doe",)), False),
    ],
)
def test_filters(filter_: SourceFilter, expected: bool) -> None:
    """Hosts with their subdomains, feeds and outlets by name, languages by their tag's parts, all without regard to capitals."""
    assert passes(filter_, ARTICLE) is expected


def test_what_is_unknown() -> None:
    """An unknown language or country is let through and said; an unknown category or author is not what was asked for."""
    bare = Article(text="x")
    assert passes(SourceFilter(languages=("en",), countries=("US",)), bare)
    assert [item.reason for item in verdicts(SourceFilter(languages=("en",)), bare)] == [
        "unknown, so let through"
    ]
    assert not passes(SourceFilter(categories=("money",)), bare)
