"""kill -9 between any two steps, of several real processes at once: nothing lost, nothing twice, no slot missing."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from monitor.models import DeliveryState
from monitor.store import Store
from tests.standins.desk import Desk
from tests.standins.ledger import id_of, with_feed
from tests.store import worker

processes = multiprocessing.get_context("forkserver")  # imports once; each worker starts in milliseconds
processes.set_forkserver_preload(["tests.store.worker", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"])


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A short path: that of a Unix socket has 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        yield Path(folder) / "s"


def drill(url: str, desk: Desk, workers: int, slots: int) -> None:
    """Run workers under fire, and compare what the channel and the ledger then hold with what had to be said."""
    with Store.open(url) as store:
        with_feed(store)

    def start(number: int) -> BaseProcess:
        process = processes.Process(target=worker.main, args=(url, str(desk.path), f"w{number}", slots))
        process.start()
        return process

    desk.run(start, workers)
    with Store.open(url) as store:
        check(store, desk, slots)


def check(store: Store, desk: Desk, slots: int) -> None:
    """Every message once and in order, every slot there, every article in one slot or still waiting for the next."""
    labels = [f"slot-{number}" for number in range(slots)]
    wanted = [
        f"{label} {target} {part}"
        for label in labels
        for target in worker.TARGETS
        for part in range(worker.PARTS)
    ]
    assert Counter(nonce for _, nonce in desk.posts) == Counter(wanted)
    order = [nonce for _, nonce in desk.posts]
    assert all(order.index(f"{one[:-1]}0") < order.index(one) for one in wanted if one.endswith("1"))
    assert store.outbox.counts() == dict.fromkeys(DeliveryState, 0) | {DeliveryState.SENT: len(wanted)}
    assert sorted(one.slot.label for one in store.slots.recorded("morning", None)) == sorted(labels)
    carried = [article for label in labels for article in store.slots.placed("morning", label)]
    # a builder whose clock was read before a rival stored the last articles leaves them to the next slot
    waiting = store.slots.pending("morning", ["irs"], desk.now + timedelta(days=1))
    carried += [member.article.id for story in waiting for member in story.members]
    assert Counter(carried) == Counter(id_of(f"{label}-{i}") for label in labels for i in range(3))


@pytest.mark.parametrize("workers", [1, 3])
def test_kills_at_every_point_lose_and_double_nothing(url: str, socket_path: Path, workers: int) -> None:
    """Some 25 kills before and after every request and commit, and anywhere in between, with a quarter of the posts failing."""
    desk = Desk(socket_path, seed=workers, kills=25)
    drill(url, desk, workers, slots=12)
    assert desk.killed.total() >= 10, desk.killed
    assert {"lost after", "lost before", "look"} <= set(desk.met), desk.met


@pytest.mark.drill
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_many_kills_lose_and_double_nothing(url: str, socket_path: Path, workers: int) -> None:
    """The bar, at the level of the store; `KILLS` sets how many for each number of workers and engine."""
    kills = int(os.environ.get("KILLS", "1000"))
    desk = Desk(socket_path, seed=workers, kills=kills)
    drill(url, desk, workers, slots=kills)  # about one kill a slot at the desk's rate
    assert desk.killed.total() >= kills * 0.8, desk.killed
    print(
        f"\n{workers} workers: {desk.killed.total()} kills {dict(desk.killed)}, {dict(desk.met)}, {len(desk.posts)} posts: 0 lost, 0 twice"
    )
