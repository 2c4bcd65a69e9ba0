"""Near misses: what a rule was too strict about."""

from __future__ import annotations

import pytest

from monitor.models import Article, SourceFilter, TopicSpec
from monitor.topics import compile_topics, parse_adhoc
from monitor.topics.workshop import near_misses

LONG = "word " * 700


@pytest.mark.parametrize(
    ("rule", "text", "clause"),
    [
        ("tax AND fraud", "A tax rose.", "fraud"),
        ("tax AND NOT fraud", "A tax fraud.", "NOT fraud"),
        ("tax NEAR/2 fraud", "tax a b c d e fraud", "tax NEAR/2 fraud"),
        ("tax NEAR/2 fraud", "tax a b c d e f fraud", None),
        ("tax AND title:fraud", "A tax fraud.", "title:fraud"),
        ('ICE OUTSIDE "ICE cream"', "An ICE cream shop.", 'ICE OUTSIDE "ICE cream"'),
        ("ATLEAST/3 tax", "A tax on tax.", "ATLEAST/3 tax"),
        ("ATLEAST/9 tax", "A tax on tax.", None),
        ("tax AND fraud AND audit", "A tax rose.", None),
        ("tax AND fraud", "The weather held.", None),
        ("(tax NEAR/2 fraud) OR (levy AND audit)", "A tax a b c d fraud.", "tax NEAR/2 fraud"),
        ("(tax NEAR/2 fraud) OR (levy AND audit)", f"tax {LONG} fraud", None),
        ("(tax NEAR/2 fraud) OR (levy AND audit)", f"tax {LONG} fraud, a levy", "audit"),
        ("audit AND ((tax NEAR/2 fraud) OR levy)", f"An audit; tax {LONG} fraud", None),
        ("audit AND ((tax NEAR/2 fraud) OR levy)", "An audit; tax a b c fraud", "(tax NEAR/2 fraud) OR levy"),
        ("audit AND ((tax NEAR/2 fraud) OR levy)", "An audit.", "(tax NEAR/2 fraud) OR levy"),
        ("tax BEFORE/2 fraud", "A fraud on tax.", "tax BEFORE/2 fraud"),
        ("tax BEFORE/2 fraud", "A fraud a b c d e f g on tax.", None),
        ("tax", "A tax rose.", None),
        ("tax", "The weather held.", None),
    ],
)
def test_rule_misses(rule: str, text: str, clause: str | None) -> None:
    """One clause wanting beside what was found is near; two, or nothing found, is far."""
    found = list(near_misses(parse_adhoc(rule), [Article(text=text)]))
    assert [miss.clause for miss in found] == ([clause] if clause else [])


def test_what_was_found_is_shown() -> None:
    """A miss shows the words that were there and says what was not."""
    miss = next(near_misses(parse_adhoc("tax AND fraud"), [Article(text="A tax rose.", id="a1", title="T")]))
    assert (miss.article, miss.reason, [span.term for span in miss.spans]) == ("a1", "not found", ["tax"])


def test_the_veto_and_the_threshold() -> None:
    """An article on which the rule holds is missed by its `not:` or by a score just below `min_score`."""
    veto = compile_topics([TopicSpec("t", "T", "tax", veto="fraud")])
    assert [miss.clause for miss in near_misses(veto, [Article(text="A tax fraud.")])] == ["not: fraud"]
    least = compile_topics([TopicSpec("t", "T", "tax", min_score=22.0)])
    misses = list(
        near_misses(least, [Article(text=f"{LONG}\nA tax."), Article(text=f"{LONG}\n" + "tax " * 9)])
    )
    assert misses == []
    least = compile_topics([TopicSpec("t", "T", "tax", min_score=15.0)])
    assert [miss.clause for miss in near_misses(least, [Article(text=f"{LONG}\nA tax.")])] == ["min_score 15"]


def test_other_sources_are_no_misses() -> None:
    """An article the topic does not look at was not missed."""
    topics = compile_topics(
        [TopicSpec("t", "T", "tax AND fraud", sources=SourceFilter(exclude=("example.org",)))]
    )
    assert list(near_misses(topics, [Article(text="A tax rose.", url="https://example.org/1")])) == []
