"""A rule tried before it has a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from monitor.models import Article
from monitor.topics import parse_adhoc
from monitor.topics.workshop import try_rule

START = datetime(2025, 3, 1, 22, tzinfo=UTC)
ARTICLES = [
    Article(text="A tax rose. " * (number % 3), id=str(number), first_seen=START + timedelta(hours=number))
    for number in range(1, 7)
] + [Article(text="A fraud.", id="f", first_seen=START)]


def test_load_and_days() -> None:
    """Matches are counted a day, in UTC, by when the article was first seen."""
    trial = try_rule(parse_adhoc("tax"), ARTICLES)
    assert (trial.articles, trial.matches) == (7, 4)
    assert trial.days == {date(2025, 3, 1): 1, date(2025, 3, 2): 3}
    assert trial.a_day(2) == 2.0


def test_the_best_samples_come_first() -> None:
    """Samples show their sentences, the article most about it first."""
    trial = try_rule(parse_adhoc("tax"), ARTICLES)
    assert [sample.article for sample in trial.samples] == ["2", "5", "1", "4"]
    assert trial.samples[0].sentences[0].text == "A tax rose."


def test_near_misses_come_along() -> None:
    """What a rule nearly found is part of what it found."""
    trial = try_rule(parse_adhoc("tax AND fraud"), ARTICLES)
    assert {miss.clause for miss in trial.misses} == {"fraud", "tax"}


def test_the_most_telling_misses_come_first() -> None:
    """Where everything is there but too far apart, the rule is too strict; where a term lacks, it mostly is another subject."""
    texts = [*["A tax rose."] * 30, "A tax on a b c d fraud.", *["A tax rose."] * 30]
    trial = try_rule(parse_adhoc("tax NEAR/3 fraud"), [Article(text=text) for text in texts])
    assert [miss.clause for miss in trial.misses] == ["tax NEAR/3 fraud", *["fraud"] * 9]


def test_chunks_add_up() -> None:
    """A trial in chunks is the trial of the whole."""
    topics = parse_adhoc("tax")
    assert try_rule(topics, ARTICLES[:3]).merged(try_rule(topics, ARTICLES[3:])) == try_rule(topics, ARTICLES)
