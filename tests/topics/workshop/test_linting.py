"""What terms really did."""

from __future__ import annotations

from monitor.models import Article, TopicSpec
from monitor.topics import compile_topics
from monitor.topics.workshop import lint, usage

TOPICS = compile_topics(
    [TopicSpec("money", "Money", "tax* OR levy OR $more OR taxes")], {"more": ["duty"], "lost": ["nothing"]}
)
ARTICLES = [
    Article(text="A tax on taxis.", id="a1"),
    Article(text="Taxes and a levy.", id="a2"),
    Article(text="A levy.", id="a3"),
    Article(text="A levy.", id="a4"),
    Article(text="A levy.", id="a5"),
]


def kinds(votes: set[tuple[str, str]] = frozenset()) -> list[tuple[str, str, str]]:
    return [(item.owner, item.kind, item.term) for item in lint(TOPICS, usage(TOPICS, ARTICLES, votes))]


def test_terms_that_never_fired_are_named() -> None:
    """A term in no match is told, also one that came by a list."""
    assert ("money", "never fired", "duty") in kinds()
    assert ("money", "never fired", "levy") not in kinds()


def test_what_only_takes_away_cannot_fire() -> None:
    """A term behind OUTSIDE, NOT NEAR or NOT is in no match by its very meaning, so that is no finding."""
    rule = '((tax OUTSIDE "tax haven*") OR (levy NOT NEAR/3 fish)) AND NOT rain'
    topics = compile_topics([TopicSpec("money", "Money", rule)], {})
    findings = lint(topics, usage(topics, [Article(text="A tax.")]))
    assert [(item.kind, item.term) for item in findings] == [("never fired", "levy")]


def test_the_words_a_wildcard_took_are_counted() -> None:
    """Whoever writes tax* sees that it takes taxis."""
    finding = next(item for item in lint(TOPICS, usage(TOPICS, ARTICLES)) if item.kind == "wildcard")
    assert finding.counts == (("tax", 1), ("taxis", 1), ("taxes", 1))


def test_a_term_behind_most_bad_votes_is_blamed() -> None:
    """Half of at least three votes against matches on which a term stood alone."""
    votes = {("money", "a3"), ("money", "a4"), ("money", "a5")}
    assert ("money", "blamed", "levy") in kinds(votes)
    assert ("money", "blamed", "levy") not in kinds({("money", "a3")})


def test_covered_terms_and_unused_lists_are_told() -> None:
    """What compiling noticed is a finding, too."""
    assert ("money", "covered", "") in kinds()
    assert ("lost", "unused list", "") in kinds()


def test_a_sign_that_is_not_searched_for_is_no_covered_term() -> None:
    """Each kind of warning is told as what it is."""
    topics = compile_topics([TopicSpec("money", "Money", "50% OR levy")], {})
    assert ("money", "silent sign") in [(item.owner, item.kind) for item in lint(topics, usage(topics, []))]


def test_chunks_add_up() -> None:
    """Use counted in chunks is the use of the whole."""
    assert usage(TOPICS, ARTICLES[:2]).merged(usage(TOPICS, ARTICLES[2:])) == usage(TOPICS, ARTICLES)
