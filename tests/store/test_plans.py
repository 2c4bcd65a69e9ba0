"""No question asked at every tick may read a whole table: the plans of the real statements are looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from monitor.models import Gap, PollRecord, Revision, SlotState
from monitor.store import Store
from tests.standins.ledger import (
    LEASE,
    NOW,
    after,
    article,
    collect,
    feed,
    found,
    id_of,
    match,
    message,
    queue,
    sighted,
    slot,
)

LARGE = (
    "articles",
    "bodies",
    "feeds",
    "matches",
    "outbox",
    "placed",
    "seen",
    "sketches",
    "slots",
    "versions",
)


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are run, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(
        connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(store.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(store.database.engine, "before_cursor_execute", note)


def scans(store: Store, run: Callable[[Store], object]) -> list[str]:
    """Return what the planner would read from end to end while `run` is at work."""
    with statements(store) as seen:
        run(store)
    found: list[str] = []
    with store.database.reading() as connection:
        for statement, parameters in seen:
            if not re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", statement):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found += [line[3] for line in plan if re.match(rf"SCAN ({'|'.join(LARGE)})\b", line[3])]
    return found


def _topics(number: int) -> tuple[str, ...]:
    """Every second article matches one of eight topics."""
    return (("irs", "tax", "a", "b", "c", "d", "e", "f")[number // 2 % 8],) if number % 2 else ()


@pytest.fixture
def lived_in(sqlite_url: str) -> Iterator[Store]:
    """A store with something of everything in it, whose statistics the planner knows."""
    with Store.open(sqlite_url) as store:
        store.feeds.sync([feed(f"f{i}") for i in range(50)], {}, NOW)
        collect(
            store,
            *(found(f"n{i}", after(hours=6 * i - 2000), sketch=b"s", topics=_topics(i)) for i in range(600)),
        )
        for number in range(200):
            queue(store, message(), label=f"slot-{number}")
        with store.database.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE outbox SET state = 'sent' WHERE id < 198"
            )  # as it is after some weeks
            connection.exec_driver_sql("ANALYZE")
        yield store


def save(store: Store) -> None:
    """Save a poll that changes something of everything."""
    state = store.feeds.states()[0]
    record = PollRecord(
        replace(state, errors=1),
        (sighted("x", "k1", "k2"),),
        (found("x"),),
        (Revision(article("n1"), (match(),), "changed"),),
        ("k1",),
        ("host", after(hours=1)),
        Gap(NOW, NOW),
    )
    store.save_polls([record], NOW)


UNTIL = timedelta(hours=3)
EVERY_TICK: dict[str, Callable[[Store], object]] = {
    "due": lambda store: store.feeds.due(NOW, 50),
    "seen": lambda store: store.feeds.seen("f1", ["a", "b"]),
    "stale": lambda store: store.feeds.stale("f1", ["a", "b"], NOW),
    "save_polls": save,
    "claim": lambda store: store.outbox.claim(NOW, LEASE, "me", ["slack"]),
    "expire_leases": lambda store: store.outbox.expire_leases(NOW),
    "give_back": lambda store: store.outbox.give_back("me", NOW),
    "pending": lambda store: store.slots.pending("morning", ["irs", "tax"], NOW + UNTIL),
    "build": lambda store: store.slots.build(slot("new"), SlotState.BUILT, [id_of("n5")], [message()], NOW),
    "labels": lambda store: store.slots.labels("morning", NOW),
    "recorded": lambda store: store.slots.recorded("morning", 10),
    "untold": lambda store: store.slots.untold("morning", NOW),
    "roots": lambda store: store.slots.roots("morning", [id_of("n5")]),
    "alerts": lambda store: store.slots.alerts(NOW),
    "article": lambda store: store.archive.article(id_of("n5")),
    "page": lambda store: list(store.archive.articles(since=NOW, limit=10)),
    "page of matched": lambda store: list(store.archive.articles(matched=True, limit=10)),
    "page of a feed": lambda store: list(store.archive.articles(feed="outlet", newest_first=False, limit=10)),
    "matches_of": lambda store: store.archive.matches_of(id_of("n5")),
    "versions": lambda store: store.archive.versions(id_of("n5")),
    "seen_between": lambda store: store.archive.seen_between(NOW, NOW + UNTIL),
    "sketches": lambda store: list(store.archive.sketches(NOW + UNTIL, timedelta(days=3), 2)),
}


@pytest.mark.parametrize("question", EVERY_TICK)
def test_a_frequent_question_uses_an_index(lived_in: Store, question: str) -> None:
    """With 100,000 entries a scan would take longer than a tick."""
    ordered = [one for one in scans(lived_in, EVERY_TICK[question]) if "USING" not in one]
    assert ordered == []


def test_the_check_itself_can_fail(lived_in: Store) -> None:
    """A search that no index serves is seen as a scan."""
    assert scans(lived_in, lambda store: store.slots.alerts(NOW)) == []

    def unindexed(store: Store) -> None:
        with store.database.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM articles WHERE title = 'x'")

    assert scans(lived_in, unindexed) == ["SCAN articles"]
