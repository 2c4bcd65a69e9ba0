"""What is told about a changed configuration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.changes import describe, duration_text
from monitor.config.values import duration
from tests.standins.configs import Write, loaded

BEFORE = {
    "monitor": "slack: {token: xoxb-one}\n",
    "feeds": "feeds:\n  - {url: 'https://a.example/', name: A}\n  - {url: 'https://b.example/', name: B}\n",
    "digests": 'digests:\n  - {name: morning, topics: [irs], at: ["08:00"]}\n',
    "topics__irs": "name: IRS\nmatch: IRS\n",
    "topics__lists": "tax: [IRS, 'audit*']\n",
}


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, ()),
        ({"monitor": "slack: {token: xoxb-one}\n# a comment\n"}, ()),
        ({"monitor": "slack: {token: xoxb-one}\nfetch: {timeout: 90s}\n"}, ("fetch.timeout: 45s → 1m30s",)),
        ({"monitor": "slack: {token: xoxb-two}\n"}, ("slack.token changed",)),
        (
            {
                "monitor": "slack: {token: xoxb-one}\nweb: {listen: null}\nworkers: 2\nemail: {from: a@b.example}\n"
            },
            (
                "workers: none → 2 (takes effect after a restart)",
                "email.from: none → a@b.example",
                "web.listen: 127.0.0.1:8765 → none (takes effect after a restart)",
            ),
        ),
        (
            {
                "feeds": "feeds:\n  - {url: 'https://a.example/2', name: A, interval: 5m, headers: {X: hunter2}}\n  - {url: 'https://c.example/', name: C}\n"
            },
            (
                "feed added: C",
                "feed removed: B",
                "feed A: url https://a.example/ → https://a.example/2, interval none → 5m, headers changed",
            ),
        ),
        (
            {
                "digests": 'digests:\n  - {name: morning, topics: [irs], at: ["07:30"], to: [{slack: "#x"}], days: weekdays}\n'
            },
            (
                "digest morning: to [console, html data/digests] → [slack #x, html data/digests], at [08:00] → [07:30], "
                "days [0, 1, 2, 3, 4, 5, 6] → [0, 1, 2, 3, 4]",
            ),
        ),
        (
            {
                "topics__irs": "name: Tax\nmatch: IRS OR tax\nmin_score: 20\nexamples: {yes: [The IRS wrote.]}\n"
            },
            ("topic irs: name IRS → Tax, rule changed, min_score none → 20.0, examples changed",),
        ),
        ({"topics__ice": "name: ICE\nmatch: ICE\n"}, ("topic added: ice",)),
        ({"topics__lists": "tax: [IRS, levy, refund*]\n"}, ("list tax: +2 −1 expressions",)),
    ],
)
def test_each_change_is_one_line(write: Write, changed: dict[str, str], lines: tuple[str, ...]) -> None:
    """Added, removed and changed things are named with old and new value; secrets only by their key."""
    old = loaded(write(**BEFORE))
    new = loaded(write(**{**BEFORE, **changed}))
    assert describe(old, new) == lines


def test_many_changes_are_counted(write: Write) -> None:
    """A long list names its first five and counts the rest."""
    old = loaded(write())
    feeds = "".join(f"  - {{url: 'https://{name}.example/', name: {name}}}\n" for name in "abcdefg")
    assert describe(old, loaded(write(feeds="feeds:\n" + feeds))) == (
        "feeds added (7): a, b, c, d, e and 2 more",
    )


def test_what_needs_a_restart_is_told(write: Write) -> None:
    """Only settings that are read once at the start need one."""
    old = loaded(write())
    new = loaded(write(monitor="retention: {matched: 300d}\ndatabase: sqlite:///other.db\n"))
    assert describe(old, new) == (
        "database changed (takes effect after a restart)",
        "retention.matched: 400d → 300d",
    )


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=3000)))
def test_durations_are_written_as_they_are_read(length: timedelta) -> None:
    """What is told of a duration could be put in the file."""
    assert duration(duration_text(length)) == length
