"""Rules are looked at only where they may hold, and never lost."""

from __future__ import annotations

import pickle

import pytest

from monitor.models import Article, TopicSpec
from monitor.topics import compile_topics


def candidates(rule: str, text: str, title: str = "") -> int:
    search = compile_topics([TopicSpec("t", "T", rule)]).search(Article(text=text, title=title))
    return len(search.candidates()) + len(search.sightings())


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("tax", "Nothing.", 0),
        ("the AND extraordinary", "The end.", 0),
        ("the AND extraordinary", "An extraordinary end.", 0),
        ("the AND extraordinary", "The extraordinary end.", 1),
        ("tax OR levy", "A levy.", 1),
        ("the NEAR/3 extraordinary", "The end.", 0),
        ('"the extraordinary"~3', "The end.", 0),
        ("extraordinary OUTSIDE the", "The end.", 0),
        ("title:tax", "A tax.", 0),
        ("lang:en", "Nothing.", 1),
        ("tax OR lang:en", "Nothing.", 1),
        ("tax AND lang:en", "Nothing.", 0),
        ("/x+/", "Nothing.", 1),
    ],
)
def test_anchors(rule: str, text: str, expected: int) -> None:
    """What AND and NEAR need on every side, any part of OR, the left of OUTSIDE, the title for title:; fields and expressions always."""
    assert candidates(rule, text) == expected


def test_title_rules_are_looked_at_for_their_title() -> None:
    """Also for a title without a text."""
    assert candidates("title:tax", "A levy.", "A tax") == 1
    assert candidates("title:tax", "", "A tax") == 1


def test_topics_travel_between_processes() -> None:
    """Topics pickle as texts and mean the same afterwards."""
    topics = compile_topics([TopicSpec("t", "T", "$money OR /x+y/")], {"money": ["tax*"]})
    article = Article(text="Taxes and xxy.")
    assert pickle.loads(pickle.dumps(topics)).match(article) == topics.match(article) != []


def test_a_list_named_by_many_rules_is_anchored_once() -> None:
    """A list of lists of lists costs its length, not its product."""
    lists = {"a0": [f"word{number}" for number in range(50)]}
    lists |= {f"a{level}": [f"$a{level - 1}", f"$a{level - 1}", f"extra{level}"] for level in range(1, 30)}
    topics = compile_topics(
        [TopicSpec(str(number), "T", f"$a29 AND other{number}") for number in range(50)], lists
    )
    assert [found.topic for found in topics.match(Article(text="word7 other3"))] == ["3"]
