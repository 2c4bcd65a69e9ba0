"""A topic's own examples."""

from __future__ import annotations

from monitor.models import Article, Examples, SourceFilter, TopicSpec
from monitor.topics import check_examples, compile_topics


def failures(spec: TopicSpec) -> list[tuple[str, int, str]]:
    found = check_examples(compile_topics([spec]), lambda text: Article(text=text))
    return [(item.kind, item.index, item.reason) for item in found]


def test_failing_examples_say_why() -> None:
    """A `yes` that fails names the clause, a `no` that matches its spans."""
    spec = TopicSpec(
        "t", "T", "tax AND fraud", examples=Examples(("A tax fraud.", "A tax."), ("A fraud.", "Tax, fraud."))
    )
    found = check_examples(compile_topics([spec]), lambda text: Article(text=text))
    assert [(item.kind, item.index) for item in found] == [("yes", 1), ("no", 1)]
    assert found[0].reason == "the rule does not hold; fraud: not found"
    assert [span.term for span in found[1].spans] == ["tax", "fraud"]


def test_sentences_are_not_held_to_thresholds_or_sources() -> None:
    """An example is about the rule; a sentence has no source and is too short for a score."""
    sources = SourceFilter(include=("example.org",), categories=("money",))
    assert (
        failures(TopicSpec("t", "T", "tax", min_score=90, sources=sources, examples=Examples(("A tax.",))))
        == []
    )


def test_long_texts_are_held_to_thresholds() -> None:
    """A whole article among the examples tests the score, too."""
    text = "word " * 700 + "tax"
    assert failures(TopicSpec("t", "T", "tax", min_score=30, examples=Examples((text,)))) != []


def test_the_veto_counts() -> None:
    """`not:` is part of the rule."""
    assert failures(TopicSpec("t", "T", "tax", veto="fraud", examples=Examples((), ("A tax fraud.",)))) == []
