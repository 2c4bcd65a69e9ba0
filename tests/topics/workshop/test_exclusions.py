"""Votes as numbers, and the phrases they suggest for a topic's `not:`."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import Article, TopicSpec
from monitor.topics import compile_topics
from monitor.topics.workshop.exclusions import (
    Backtest,
    Proposal,
    Share,
    backtest,
    candidates,
    precision,
    variants,
    verdicts,
)

TOPICS = compile_topics(
    [TopicSpec("ice", "Ice", "ice", veto="hockey OR curling"), TopicSpec("tax", "Tax", "tax")], {}
)
RINK = "The ice rink in {} opens on Monday, with {} skaters on its first day."
RAID = "Agents of ICE went through a plant in {} on Monday and detained {} workers."


def made(number: int, text: str, **fields: str) -> Article:
    return Article(text=text.format(f"Town{number}ville", number), id=f"a{number}", **fields)


UNWANTED = [made(number, RINK) for number in range(4)]
WANTED = [made(number, RAID) for number in range(10, 20)]
UNVOTED = [made(number, RINK) for number in range(30, 32)] + [made(number, RAID) for number in range(40, 60)]
FOUND = verdicts([("ice", one.id, False) for one in UNWANTED] + [("ice", one.id, True) for one in WANTED])


def tried() -> dict[str, tuple[str, ...]]:
    return candidates(TOPICS, FOUND, [*UNWANTED, *WANTED])


RULES = variants(TOPICS, tried())


def proposed(*archive: Article) -> list[Proposal]:
    return backtest(variants(TOPICS, tried()), tried(), FOUND, archive).proposals()


def test_most_voters_decide_and_a_tie_says_nothing() -> None:
    """One article is one verdict, however many voted on it."""
    ballots = [
        ("ice", "a", True),
        ("ice", "a", True),
        ("ice", "a", False),
        ("ice", "b", True),
        ("ice", "b", False),
    ]
    assert verdicts(ballots) == {("ice", "a"): True}


def test_precision_is_counted_by_topic_and_by_source() -> None:
    """Articles whose outlet is no longer known count for the topic alone."""
    found = {("ice", "a"): True, ("ice", "b"): False, ("ice", "c"): True, ("tax", "a"): False}
    topics, sources = precision(found, {"a": "Herald", "b": "Post"})
    assert topics == {"ice": Share(2, 3), "tax": Share(0, 1)}
    assert sources == {
        ("ice", "Herald"): Share(1, 1),
        ("ice", "Post"): Share(0, 1),
        ("tax", "Herald"): Share(0, 1),
    }


def test_a_phrase_of_the_unwanted_is_proposed_with_its_backtest() -> None:
    """What it would have dropped of the unwanted, the wanted and the unvoted."""
    first, *_ = proposed(*UNWANTED, *WANTED, *UNVOTED)
    assert "rink" in first.phrase
    assert (first.unwanted, first.wanted, first.unvoted) == (Share(4, 4), Share(0, 10), Share(2, 22))
    assert (
        first.sentence(30)
        == "would have dropped 4 of 4 not relevant, 0 of 10 relevant and 2 of 22 unvoted in 30 days"
    )


def test_what_the_wanted_have_too_is_never_tried() -> None:
    """`on monday` stands in all of them; the rule's own word would undo the rule; a phrase says what it says once."""
    phrases = tried()["ice"]
    assert not {"monday", "ice"} & set(phrases)
    assert len(phrases) == len(set(phrases)) <= 3, "the phrases of one and the same articles are one proposal"


def test_what_drops_as_much_of_the_unvoted_is_not_shown() -> None:
    """A phrase that most of the topic's articles have tells nothing about the unwanted ones."""
    assert proposed(*UNWANTED, *WANTED, *[made(number, RINK) for number in range(30, 90)]) == []


def test_one_unwanted_article_suggests_nothing() -> None:
    """In one article everything is special."""
    alone = verdicts([("ice", "a0", False)])
    assert candidates(TOPICS, alone, UNWANTED) == {}
    assert candidates(TOPICS, {}, UNWANTED) == {}


def test_the_topics_own_not_stays() -> None:
    """The backtest is of the rule as it stands with one phrase more."""
    both = made(70, "An ice rink for hockey.")
    counts = backtest(variants(TOPICS, tried()), tried(), FOUND, [both])
    assert counts.tried == {}, "its own not: has dropped it already"


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([*UNWANTED, *WANTED, *UNVOTED]), max_size=12), st.integers(0, 12))
def test_chunks_add_up(archive: list[Article], cut: int) -> None:
    """An archive counted in two chunks is counted as a whole."""
    rules = RULES
    whole = backtest(rules, tried(), FOUND, archive)
    parts = [backtest(rules, tried(), FOUND, part) for part in (archive[:cut], archive[cut:])]
    assert Backtest().merged(parts[0]).merged(parts[1]).tried == whole.tried
