"""Disks fill up, files are locked, damaged or read-only, servers restart: a clear word, nothing wrong posted, and healing without hands."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from monitor.digests.outbox import on_find, on_sent
from monitor.errors import SchemaError, StoreBusyError, StoreError
from monitor.models import DeliveryState, Found
from monitor.store import Store
from monitor.store.database import Database
from tests.standins.ledger import LEASE, NOW, after, collect, found, message, queue, with_feed


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow past a size (writes then fail with EFBIG, as on a full quota)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


_BIG = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(140_000))


def big(name: str) -> str:
    """Return 400 kB that compress badly."""
    return name + _BIG


def test_a_full_disk_is_busy_and_heals_by_itself(sqlite_url: str) -> None:
    """SQLITE_FULL: nothing of the batch is kept, reading goes on, and the same batch goes through once there is room."""
    with Store.open(sqlite_url) as store:
        with_feed(store)
        with store.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(StoreBusyError, match="the disk is full; free some space"):
            collect(store, found("small"), found("a", text=big("a")))
        assert store.archive.counts().articles == 0
        assert store.feeds.due(NOW) != []
        with store.database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        collect(store, found("small"), found("a", text=big("a")))
        assert store.archive.counts().articles == 2


def test_a_quota_is_busy_and_heals_by_itself(sqlite_url: str) -> None:
    """EFBIG from the system, in the middle of a real write to the WAL."""
    with Store.open(sqlite_url) as store:
        with_feed(store)
        with file_size_limit(400_000):
            with pytest.raises(StoreBusyError, match=r"the file-size limit|disk is full"):
                collect(store, *(found(f"n{i}", text=big(f"n{i}")) for i in range(4)))
            assert not store.writable() or store.archive.counts().articles == 0
        assert store.writable()
        collect(store, found("a"))
        assert store.archive.counts().articles == 1


def test_a_post_that_could_not_be_recorded_is_found_later_and_not_repeated(sqlite_url: str) -> None:
    """A full disk between post and record leaves SENDING; the lease runs out, the nonce is found, the message is SENT."""
    with Store.open(sqlite_url) as store:
        queue(store, message())
        claimed = store.outbox.claim(NOW, LEASE, "me", ["slack"])
        assert claimed is not None
        lock = sqlite3.connect(store.database.path or "", isolation_level=None)
        with Store(Database(sqlite_url, busy_seconds=0.01)) as hurried:
            lock.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError, match="locked by another program"):
                hurried.outbox.settle(claimed, on_sent(claimed, "17.5"), NOW)
            lock.execute("ROLLBACK")
            lock.close()
            later = after(seconds=90)
            assert [one.state for one in hurried.outbox.expire_leases(later)] == [DeliveryState.SENDING]
            look = hurried.outbox.claim(later, LEASE, "me", ["slack"])
            assert look is not None
            assert look.state is DeliveryState.UNKNOWN
            assert hurried.outbox.settle(look, on_find(look, Found.PRESENT, "17.5", later, 0.5), later)


def test_a_locked_database_can_still_be_read(sqlite_url: str) -> None:
    """WAL: status pages and digests previews go on while another program writes."""
    with Store.open(sqlite_url) as store:
        with_feed(store)
        lock = sqlite3.connect(store.database.path or "", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        assert len(store.feeds.states()) == 1
        lock.close()


def test_what_cannot_be_written_is_not_writable(sqlite_url: str) -> None:
    """The watchdog is fed only when a real write arrives."""
    with Store.open(sqlite_url) as store:
        assert store.writable()
    with Store(Database(sqlite_url, busy_seconds=0.01)) as store:
        lock = sqlite3.connect(store.database.path or "", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        assert not store.writable()
        lock.execute("ROLLBACK")
        lock.close()
        assert store.writable()


def test_a_read_only_database_says_what_to_do(sqlite_url: str) -> None:
    """Not busy: it will not heal by itself, so the message names the rights that are missing."""
    Store.open(sqlite_url).close()
    database = Database(sqlite_url)
    event.listen(database.engine, "connect", lambda raw, record: raw.execute("PRAGMA query_only = ON"))
    with Store(database) as store:
        with pytest.raises(StoreError, match="is read-only: give this user write access") as caught:
            with_feed(store)
        assert not isinstance(caught.value, StoreBusyError)
        assert store.feeds.states() == []


def test_a_damaged_page_is_named_and_the_backup_refused(sqlite_url: str, tmp_path: Path) -> None:
    """Garbage in the middle of the file: a clear state with the next step, and no bad copy over a good one."""
    path = tmp_path / "monitor.db"
    with Store.open(sqlite_url) as store:
        collect(store, *(found(f"n{i}", text=big(f"n{i}")[:3000]) for i in range(60)))
    page = 4096
    content = bytearray(path.read_bytes())
    for start in range(len(content) // 2 // page * page, len(content), page):
        content[start : start + 64] = b"\xff" * 64
    path.write_bytes(content)
    with Store.open(sqlite_url) as store:
        with pytest.raises(SchemaError, match="is damaged: stop the daemon and put back"):
            list(store.archive.articles())
        with pytest.raises(StoreError, match="damaged"):
            store.backup(tmp_path / "copy.db")
        assert not (tmp_path / "copy.db").exists()


def test_a_missing_folder_is_made_and_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    """The first start needs no mkdir."""
    Store.open(f"sqlite:///{tmp_path}/a/b/monitor.db").close()
    assert (tmp_path / "a/b/monitor.db").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot make the folder"):
        Store.open(f"sqlite:///{tmp_path}/file/monitor.db")


def test_a_server_that_drops_the_connection_is_busy_and_then_well_again(postgres_url: str) -> None:
    """PostgreSQL restarting in mid-transaction: the transaction is undone, and the next call finds the server."""
    with Store.open(postgres_url) as store:
        with_feed(store)

        def interrupted() -> None:
            with store.database.writing() as mine, store.database.writing() as other:
                mine.execute(text("DELETE FROM feeds"))
                number = mine.execute(text("SELECT pg_backend_pid()")).scalar_one()
                other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
                mine.execute(text("SELECT 1"))

        with pytest.raises(StoreBusyError, match=r"busy or restarting|cannot be reached"):
            interrupted()
        assert len(store.feeds.states()) == 1


def test_a_server_that_is_not_there_is_busy_and_keeps_its_password_to_itself(tmp_path: Path) -> None:
    """The address is named without the secret."""
    with pytest.raises(StoreBusyError, match="cannot be reached") as caught:
        Store.open(f"postgresql://monitor:hunter2@/news?host={tmp_path}")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.__cause__)


def test_a_failed_commit_leaves_no_transaction_behind(sqlite_url: str) -> None:
    """After any error the connection goes back clean: the next write begins anew."""
    with Store.open(sqlite_url) as store:
        with_feed(store)

        def fail() -> None:
            with store.database.writing() as connection:
                connection.execute(text("DELETE FROM feeds"))
                raise RuntimeError

        for _ in range(20):
            with pytest.raises(RuntimeError):
                fail()
        assert len(store.feeds.states()) == 1
        assert store.writable()


def test_an_in_memory_database_serves_several_threads_in_turn() -> None:
    """Tests and previews use one; its single connection is shared."""
    from concurrent.futures import ThreadPoolExecutor

    with Store.open("sqlite://") as store, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.meta.set(str(n), str(n)), range(50)))
        assert [store.meta.get(str(n)) for n in range(50)] == [str(n) for n in range(50)]
