"""What a change of rules would win and lose."""

from __future__ import annotations

import pickle

from monitor.models import Article, TopicSpec
from monitor.topics import Topics, compile_topics
from monitor.topics.workshop import changed_topics, diff, diff_chunk

ARTICLES = [
    Article(text="A tax rose.", title="Levies", id="a1"),
    Article(text="A tax fraud was found.", id="a2"),
    Article(text="The weather held.", id="a3"),
    Article(text="A levy rose.", id="a4"),
]


def topics(**rules: str) -> Topics:
    return compile_topics(
        [TopicSpec(name, name, rule) for name, rule in rules.items()], {"levies": ["levy", "levies"]}
    )


def test_won_lost_and_kept() -> None:
    """An article counts as won where only the new rule fires, lost where only the old did, kept where both do."""
    change = diff(topics(money="tax"), topics(money="fraud OR levy"), ARTICLES).topics["money"]
    assert [one.article for one in change.won] == ["a4"]
    assert [one.article for one in change.lost] == ["a1"]
    assert change.kept == 1


def test_spans_and_reasons_are_told() -> None:
    """What is won shows its words, what is lost why."""
    change = diff(topics(money="tax"), topics(money="tax AND fraud"), ARTICLES).topics["money"]
    assert change.lost[0].quotes == ("tax",)
    assert change.lost[0].reason == "the rule does not hold"


def test_unchanged_topics_are_not_compared() -> None:
    """Only what differs is looked at: rules, thresholds, filters, or a list that a rule names."""
    old, new = changed_topics(topics(a="tax", b="levy"), topics(a="tax", b="levy*"))
    assert [spec.id for spec in old.specs] == [spec.id for spec in new.specs] == ["b"]


def test_a_changed_list_changes_the_topics_that_name_it() -> None:
    """A rule may change without its file being touched."""
    specs = [TopicSpec("a", "A", "$money"), TopicSpec("b", "B", "tax")]
    old, new = compile_topics(specs, {"money": ["tax"]}), compile_topics(specs, {"money": ["levy"]})
    assert [spec.id for spec in changed_topics(old, new)[1].specs] == ["a"]


def test_topics_may_come_and_go() -> None:
    """A new topic only wins, a removed one only loses."""
    found = diff(topics(gone="tax"), topics(come="tax"), ARTICLES)
    assert [len(found.topics["come"].won), len(found.topics["gone"].lost)] == [2, 2]
    assert found.topics["gone"].lost[0].reason == "the topic is gone"


def test_chunks_add_up() -> None:
    """Chunks compared apart, with topics sent to other processes, give together what one run gives."""
    old, new = changed_topics(topics(money="tax"), topics(money="fraud OR levy"))
    old, new = pickle.loads(pickle.dumps((old, new)))
    whole = diff_chunk(old, new, ARTICLES)
    halves = diff_chunk(old, new, ARTICLES[:2]).merged(diff_chunk(old, new, ARTICLES[2:]))
    assert halves == whole
