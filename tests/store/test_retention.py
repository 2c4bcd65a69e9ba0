"""What is forgotten, when, and what never is; and copies for safe keeping."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.digests.outbox import on_sent
from monitor.errors import StoreError
from monitor.models import Gap, PollRecord, Revision, SlotState
from monitor.store import Pruned, Store, schema
from tests.standins.ledger import (
    LEASE,
    NOW,
    after,
    article,
    collect,
    found,
    id_of,
    match,
    message,
    sighted,
    slot,
    with_feed,
)

MATCHED, UNMATCHED = timedelta(days=400), timedelta(days=30)


def prune(store: Store, **span: float) -> Pruned:
    """Prune that much after NOW."""
    return store.prune(after(**span), MATCHED, UNMATCHED)


def rows(store: Store, table: str) -> int:
    """Count a table's rows."""
    with store.database.reading() as connection:
        return int(
            connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()
        )


def test_the_text_of_what_no_topic_matched_goes_first_and_its_title_stays(store: Store) -> None:
    """After `unmatched`; the text of what matched stays until `matched`."""
    collect(store, found("hit"), found("miss", topics=()))
    assert prune(store, days=30).texts == 0
    assert prune(store, days=30, seconds=1).texts == 1
    miss, hit = store.archive.article(id_of("miss")), store.archive.article(id_of("hit"))
    assert miss is not None
    assert hit is not None
    assert (miss.text, miss.title) == ("", "Title of miss")
    assert hit.text == article("hit").text
    with store.database.reading() as connection:
        hashes = select(schema.articles.c.text_hash).where(schema.articles.c.id == id_of("miss"))
        assert len(connection.execute(hashes).scalar_one()) == 64


def test_everything_about_an_article_goes_after_matched_but_its_slot(store: Store) -> None:
    """The slot's label stays for ever: no slot may be built twice, and no message sent again."""
    collect(store, found("a", sketch=b"s"))
    revision = Revision(article("a", text="new"), (match(),), "changed")
    store.save_polls([PollRecord(with_feed(store), revised=(revision,))], NOW)
    version = store.archive.versions(id_of("a"))[0].number
    store.slots.build(
        slot(), SlotState.BUILT, [id_of("a")], [message(), message(1, thread_part=0)], NOW, told=[version]
    )
    for _ in range(2):
        claimed = store.outbox.claim(NOW, LEASE, "me", ["slack"])
        assert claimed is not None
        store.outbox.settle(claimed, on_sent(claimed, "17.5"), NOW)
    prune(store, days=401)
    prune(store, days=402)  # replies go before what they reply to
    left = {table: rows(store, table) for table in schema.metadata.tables if rows(store, table)}
    assert left == {"feeds": 1, "slots": 1}
    assert not store.slots.build(slot(), SlotState.BUILT, [], [], after(days=402))


def test_a_message_that_is_not_over_is_kept_however_old(store: Store) -> None:
    """Blocked for two years is still owed."""
    store.slots.build(slot(), SlotState.BUILT, [], [message()], NOW)
    prune(store, days=800)
    assert len(store.outbox.deliveries()) == 1


def test_identity_keys_are_kept_ninety_days_and_four_windows(store: Store) -> None:
    """Spec 30: re-appearance is not new; a slow feed keeps its few keys for ever, a fast one the last 90 days."""
    state = replace(with_feed(store), window=2)
    for day in range(10):
        store.save_polls([PollRecord(state, (sighted(f"e{day}"),))], after(days=day))
    assert prune(store, days=90).keys == 0
    assert prune(store, days=500).keys == 2
    assert sorted(store.feeds.seen("outlet", [f"e{day}" for day in range(10)])) == [
        f"e{day}" for day in range(2, 10)
    ]


def test_keys_seen_at_the_same_moment_are_kept_together(store: Store) -> None:
    """A tie at the edge of the four windows errs on the side of keeping."""
    state = replace(with_feed(store), window=1)
    store.save_polls([PollRecord(state, tuple(sighted(f"e{i}") for i in range(10)))], NOW)
    assert prune(store, days=500).keys == 0


def test_sketches_go_after_a_week(store: Store) -> None:
    """The window of the stories is three days."""
    collect(store, found("a", sketch=b"s"))
    assert prune(store, days=7).sketches == 0
    assert prune(store, days=8).sketches == 1
    assert list(store.archive.sketches(after(days=-1), timedelta(days=3), 100)) == []


def test_small_things_do_not_grow_for_ever(store: Store) -> None:
    """Quiet hosts, holds, mutes and gaps that are over go; what is parked or endless stays."""
    gap = Gap(NOW, NOW)
    store.save_polls([PollRecord(with_feed(store), quiet=("h", after(hours=1)), gap=gap)], NOW)
    store.outbox.hold("slack:#a", after(hours=1), "429", NOW)
    store.outbox.park("slack:#b", "gone", NOW)
    store.feedback.mute("story:s", after(hours=1), "U", NOW)
    store.feedback.mute("outlet:X", None, "U", NOW)
    prune(store, days=401)
    assert [hold.scope for hold in store.outbox.holds()] == ["slack:#b"]
    assert list(store.feedback.mutes(NOW)) == ["outlet:X"]
    assert (rows(store, "quiet_hosts"), rows(store, "gaps")) == (0, 0)


def test_more_than_one_batch_is_pruned(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short transactions, but all of the work."""
    monkeypatch.setattr("monitor.store.retention._BATCH", 10)
    collect(store, *(found(f"n{i}", topics=()) for i in range(35)))
    assert prune(store, days=31) == Pruned(texts=35)
    assert prune(store, days=401).articles == 35


def test_pruning_gives_the_space_back(sqlite_url: str, tmp_path: Path) -> None:
    """A disk that filled up must get smaller by `monitor db prune`, without hands."""
    with Store.open(sqlite_url) as store:
        text = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(20_000))
        collect(store, *(found(f"n{i}", topics=(), text=f"{i}{text}") for i in range(50)))
    full = (tmp_path / "monitor.db").stat().st_size
    with Store.open(sqlite_url) as store:
        prune(store, days=31)
    assert (tmp_path / "monitor.db").stat().st_size < full / 2


def test_a_backup_is_a_whole_database_made_while_others_write(sqlite_url: str, tmp_path: Path) -> None:
    """One file, checked, that opens by itself and replaces an older one."""
    copy = tmp_path / "backups" / "copy.db"
    with Store.open(sqlite_url) as store:
        collect(store, found("a"))
        with store.database.engine.connect():
            store.backup(copy)
        collect(store, found("b"))
        store.backup(copy)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]
    with Store.open(f"sqlite:///{copy}") as restored:
        assert restored.archive.counts().articles == 2


def test_a_backup_that_cannot_be_written_says_so(sqlite_url: str) -> None:
    """And leaves nothing half-done behind."""
    with Store.open(sqlite_url) as store, pytest.raises(StoreError, match="cannot write the backup /proc/"):
        store.backup(Path("/proc/nowhere/copy.db"))


def test_postgresql_says_what_to_run_for_a_backup(postgres_url: str) -> None:
    """Its own tool does it better."""
    with Store.open(postgres_url) as store, pytest.raises(StoreError, match="pg_dump"):
        store.backup(Path("copy.db"))
