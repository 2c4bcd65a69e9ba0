"""Every file in cases/ is a list of rules with a text and what is found in it: add an entry, get a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.models import Article
from monitor.topics import parse, parse_adhoc
from tests.topics.reference import Reference

CASES = [
    pytest.param(case, id=f"{path.stem}-{number}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for number, case in enumerate(YAML(typ="safe").load(path), 1)
]


def article_of(case: dict[str, Any]) -> Article:
    """Return the article of a case; `article` holds metadata."""
    extra = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in case.get("article", {}).items()
    }
    return Article(text=case["text"], title=case.get("title", ""), **extra)


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    """The rule finds exactly these places, in this order; `none`: it does not hold; `[]`: it holds without a place in the text."""
    article = article_of(case)
    topics = parse_adhoc(case["rule"], case.get("lists"))
    found = topics.match(article)
    shown = "none"
    if found:
        shown = [
            (article.title if span.zone == "title" else article.text)[span.start : span.end]
            for span in found[0].spans
        ]
        shown = [str(item) for item in shown]
    assert shown == case["finds"], case["why"]
    assert bool(found) == topics.explain(article, "adhoc").matched


# The reference knows no metadata and has only Python's `re`, which would take years over `(a+)+$`.
PLAIN = [
    case
    for case in CASES
    if not {"article", "backtracks"} & set(case.values[0]) and "author:" not in case.values[0]["rule"]
]


@pytest.mark.parametrize("case", PLAIN)
def test_case_by_reference(case: dict[str, Any]) -> None:
    """The slow reference, which explains what the language means, says the same."""
    lists = {name: [parse(text) for text in texts] for name, texts in case.get("lists", {}).items()}
    article = article_of(case)
    spans = Reference(parse(case["rule"]), lists, article).spans()
    shown = "none"
    if spans is not None:
        shown = [
            (article.title if zone == "title" else article.text)[start:end]
            for zone, start, end, _ in sorted(spans, key=lambda span: (span[0] != "title", span[1], span[2]))
        ]
    assert shown == case["finds"], case["why"]


def test_there_are_many() -> None:
    """At least 150 tricky cases are kept."""
    assert len(CASES) >= 150
