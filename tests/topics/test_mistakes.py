"""Every file in mistakes/ is one way to be wrong, with the exact report a person sees: add a file, get a test."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.models import TopicSpec
from monitor.topics import RuleErrors, compile_topics, parse_adhoc, read
from tests.topics.reports import report

MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_mistake(path: Path) -> None:
    """A mistake is told with its place, its caret and what to do."""
    case = YAML(typ="safe").load(path)
    assert report(case["rule"], case.get("lists"), case.get("not")) == case["report"]
    if path.stem.startswith("warning"):
        parse_adhoc(case["rule"], case.get("lists"))  # a warning refuses nothing
        return
    with pytest.raises(RuleErrors):
        compile_topics([TopicSpec("rule", "Rule", case["rule"], case.get("not"))], case.get("lists"))


HOSTILE = {
    "brackets": "(" * 20_000,
    "closed brackets": "(" * 20_000 + "a" + ")" * 20_000,
    "a megabyte": "tax OR " * 150_000 + "tax",
    "a megabyte of words": "tax " * 250_000,
    "quotes": '"' * 100_000,
    "slashes": "/[" * 50_000,
    "nots": "NOT " * 20_000 + "a",
    "zones": "title:" * 15_000 + "a",
    "stars": "*" * 100_000,
    "equals": "=" * 100_000,
    "tildes": "a~ " * 33_000,
    "commas": ", " * 50_000,
    "hyphens": "a-" * 40_000 + "a",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rules_are_refused_quickly(name: str) -> None:
    """A megabyte or 20,000 brackets are refused in well under a second, with at most a page of reasons."""
    start = time.process_time()
    reading = read(HOSTILE[name])
    if not reading.errors:
        with pytest.raises(RuleErrors) as caught:
            parse_adhoc(HOSTILE[name])
        reading = type(reading)(None, tuple(problem.error for problem in caught.value.problems))
    assert time.process_time() - start < 1.0
    assert 0 < len(reading.errors) <= 20


def test_all_mistakes_of_all_texts_are_told_at_once() -> None:
    """One report holds the mistakes of every topic and every list, each with its owner."""
    specs = [
        TopicSpec("a", "A", "tax and fraud"),
        TopicSpec("b", "B", "$nothing", "(x"),
        TopicSpec("c", "C", "tax"),
    ]
    with pytest.raises(RuleErrors) as caught:
        compile_topics(specs, {"lost": ["x OR", "y"]})
    owners = [(problem.owner, problem.key, problem.index) for problem in caught.value.problems]
    assert owners == [("lost", "list", 0), ("a", "match", 0), ("b", "match", 0), ("b", "not", 0)]


def test_a_rule_at_its_largest_is_read() -> None:
    """What is allowed also works: a rule of thousands of terms compiles and matches."""
    from monitor.models import Article

    rule = " OR ".join(f"word{number}" for number in range(6_000))
    found = parse_adhoc(rule).match(Article(text="One word5999 here."))
    assert [span.term for span in found[0].spans] == ["word5999"]
