"""What a running daemon tells of rules it has just taken up: the effect on the last week of the archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.cli import backtest
from monitor.cli.backtest import effect
from monitor.cli.incidents import Incidents
from monitor.deliver.slack import SlackNotifier
from monitor.errors import StoreBusyError
from monitor.models import TopicSpec
from monitor.store import Store
from monitor.topics import Topics, compile_topics
from tests.standins.ledger import NOW, after, collect, found
from tests.standins.slack import SlackStandIn


def topics(**rules: str) -> Topics:
    """Compile topics; their names are their ids in capitals."""
    return compile_topics([TopicSpec(name, name.upper(), rule) for name, rule in rules.items()])


def still() -> float:
    """Be a clock that stands."""
    return 0.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An archive with three articles on tax and two on levies in the last week, and one on tax from long before."""
    with Store.open(f"sqlite:///{tmp_path}/monitor.db") as store:
        for hours, text in {-200: "tax", -5: "levy", -4: "levy", -3: "tax", -2: "tax", -1: "tax"}.items():
            seen = after(hours=hours)
            collect(store, replace(found(f"a{hours}", text=f"A {text}."), first_seen=seen))
        yield store


def test_each_changed_topic_is_told_in_a_line(store: Store) -> None:
    """Won and lost over one week, the most changed first; topics that stayed are not mentioned."""
    old, new = topics(irs="tax", ice="levy", same="tax"), topics(irs="levy", ice="levy OR fee", same="tax")
    assert effect(store, old, new, NOW, still) == ["IRS +2 −3 a week", "ICE +0 −0 a week"]


def test_topics_that_come_and_go_are_told_too(store: Store) -> None:
    """A new topic only wins, one that is gone only loses."""
    assert effect(store, topics(irs="tax"), topics(ice="levy"), NOW, still) == [
        "IRS +0 −3 a week",
        "ICE +2 −0 a week",
    ]


def test_without_a_changed_rule_nothing_is_read() -> None:
    """A changed feed or digest costs no look at the archive."""
    assert effect(None, topics(irs="tax"), topics(irs="tax"), NOW, still) == []  # type: ignore[arg-type]


def test_it_ends_in_time(store: Store) -> None:
    """After a few seconds, or so many articles, what has been seen is told as what it is."""
    ticks = iter((0.0, 1.0, 2.0, backtest.MOST_SECONDS + 0.1))
    told = effect(store, topics(irs="tax"), topics(irs="levy"), NOW, lambda: next(ticks))
    assert told == ["IRS +0 −2 in the newest 2 articles"]


def test_no_more_than_so_many_articles(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A huge archive is looked at as far as it is useful."""
    monkeypatch.setattr(backtest, "MOST_ARTICLES", 4)
    told = effect(store, topics(irs="tax"), topics(irs="levy"), NOW, still)
    assert told == ["IRS +1 −3 in the newest 4 articles"]


def test_a_long_list_is_counted(store: Store) -> None:
    """A changed list that many rules name is not told in a hundred lines."""
    old = topics(**{f"t{at:02}": "tax" for at in range(14)})
    told = effect(store, old, topics(**{f"t{at:02}": "fee" for at in range(14)}), NOW, still)
    assert told[0] == "T00 +0 −3 a week"
    assert told[-1] == "and 4 more topics"
    assert len(told) == 11


def test_a_busy_store_does_not_take_the_change_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is live by then; that its effect is unknown is told."""

    def busy(*args: object, **options: object) -> None:
        raise StoreBusyError("database is locked")

    monkeypatch.setattr(store.archive, "articles", busy)
    (told,) = effect(store, topics(irs="tax"), topics(irs="levy"), NOW, still)
    assert told.startswith("what it changes could not be worked out: ")


async def test_the_ops_channel_is_told_once(store: Store) -> None:
    """One message, with every line and the time."""
    async with SlackStandIn(channels=("ops",)) as slack:
        notifier = SlackNotifier(slack.token, base_url=slack.base_url)
        lines = ["topic irs: rule changed", "IRS +3 −11 a week"]
        await Incidents(store, notifier, "#ops", "UTC").tell("The configuration changed", lines, NOW)
        await notifier.close()
        (message,) = slack.stored("ops")
        assert "IRS +3 −11 a week" in str(message.blocks)
        assert "Mon 02 Mar 08:00" in str(message.blocks)
