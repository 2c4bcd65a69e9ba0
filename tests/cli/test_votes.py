"""Votes as people are told of them: in `monitor topics lint`, in `monitor status` and in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.talking import Talking
from monitor.cli.votes import precision, proposals, proposed_lines
from monitor.deliver.slack.commands import Command, Verb
from monitor.store import Store
from tests.cli.test_talking import said, talking
from tests.pipeline.world import FEED, Newsroom, newsroom
from tests.standins.edges import rss
from tests.standins.ledger import NOW, collect, found, id_of
from tests.standins.terminal import monitor

FILM = "The IRS film festival in {0} opens with a comedy, the organisers of {0} said."
AUDIT = "The IRS will audit {0} firms, the agency said, and {0} more later on."


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom with three articles voted not relevant, four voted relevant, and three without a vote."""
    with newsroom(tmp_path) as made:
        texts = [("film", FILM, n) for n in range(4)] + [("audit", AUDIT, n) for n in range(4, 10)]
        items = [(f"/{kind}{n}", f"IRS {kind} {n}", text.format(f"Town{n}")) for kind, text, n in texts]
        made.fetcher.serves(FEED.url, rss(*items))
        await made.collector.collect(force=True)
        for article in made.store.archive.articles():
            number = int(article.title[-1])
            if number != 3 and number < 8:
                made.store.feedback.add_vote("irs", article.id, "U1", number > 3, made.clock())
        made.clock.move(minutes=1)
        yield made


def test_precision_names_the_topic_and_its_worst_sources(room: Newsroom) -> None:
    """The sources that are always right need no words."""
    assert precision(room.store).lines() == ["irs: 4 of 7 voted articles are relevant (57%); A paper 4 of 7"]
    assert precision(room.store).lines("ice") == []


def test_an_exclusion_is_proposed_with_its_backtest(room: Newsroom) -> None:
    """In the words a person decides by."""
    suggested = proposals(room.store, room.saver.topics, room.clock(), timedelta(days=30))
    assert proposed_lines(suggested, timedelta(days=30)) == [
        'irs: not: "irs film festival" would have dropped 3 of 3 not relevant, 0 of 4 relevant and 1 of 3 unvoted in 30 days'
    ]
    assert proposals(room.store, room.saver.topics, room.clock(), timedelta(days=30), "ice") == []


async def test_slack_tells_both(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/monitor votes irs` and, the numbers alone, `/monitor status`; a topic that is none is named."""
    monkeypatch.setattr("monitor.cli.talking.now", room.clock)
    bot: Talking = talking(room)
    told = said(await bot.answer(Command(Verb.VOTED, "U2", text="irs")))
    assert "4 of 7 voted articles are relevant" in told
    assert "would have dropped 3 of 3 not relevant" in told
    assert "4 of 7 voted articles are relevant" in said(await bot.answer(Command(Verb.STATUS, "U2")))
    assert "neither a stored story" in said(await bot.answer(Command(Verb.VOTED, "U2", text="tax")))


async def test_without_votes_slack_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty list would be a riddle."""
    with newsroom(tmp_path) as made:
        monkeypatch.setattr("monitor.cli.talking.now", made.clock)
        assert "Nobody has voted yet" in said(await talking(made).answer(Command(Verb.VOTED, "U2")))


def test_lint_and_status_print_them(config: Path, tmp_path: Path) -> None:
    """Also as JSON, by topic and source."""
    with Store.open(f"sqlite:///{tmp_path}/monitor.db") as store:
        collect(store, found("a"), found("b"), found("c", outlet="Other"))
        for name in "abc":
            store.feedback.add_vote("irs", id_of(name), "U1", name == "a", NOW)
    told = "irs: 1 of 3 voted articles are relevant (33%); Other 0 of 1; The Outlet 1 of 2"
    assert told in monitor("topics", "lint", "--config", config).out
    assert told in monitor("status", "--config", config).out
    document = monitor("topics", "lint", "--json", "--config", config).json
    sources = {"The Outlet": {"relevant": 1, "of": 2}, "Other": {"relevant": 0, "of": 1}}
    assert document["votes"] == {"irs": {"relevant": 1, "of": 3, "sources": sources}}
    assert document["exclusions"] == []
