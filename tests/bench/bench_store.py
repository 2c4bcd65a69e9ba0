"""What the store costs: a full archive, a restart, and the cycles of 1,000 feeds.

    python -m tests.bench.bench_store [--url sqlite:///FILE] [--feeds 1000] [--entries 100]

The goal for the whole program is 0.6 CPU seconds per 1,000 unchanged feeds, of which the store may take a quarter, and a restart to the
first tick within 3 s at 100,000 entries, of which opening and the first `due` may take 1 s. CPU is this process's, so PostgreSQL's own
work is not in it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.models import FeedState, Outcome, PlanReason, PollRecord, Validators
from monitor.store import Store
from tests.standins.ledger import NOW, feed, found, sighted

BATCH = 50
WORDS = "The agency said on Monday that it had received the figures and would publish them in full later this year. "

RESTART = """
import sys, time
begin = time.perf_counter()
from datetime import datetime
from monitor.store import Store
ready = time.perf_counter()
store = Store.open(sys.argv[1])
due = store.feeds.due(datetime.fromisoformat(sys.argv[2]), 500)
end = time.perf_counter()
print(f"imports {ready - begin:.3f} s, open and first due ({len(due)} feeds) {end - ready:.3f} s")
"""


@contextmanager
def measured(what: str, number: int = 1, unit: str = "") -> Iterator[None]:
    """Print what a block cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rate = f"  {number / wall:,.0f} {unit}/s" if unit else ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:58} {wall:7.3f} s  {cpu:7.3f} s CPU{rate}  (peak {peak} MiB)")


def polled(state: FeedState, tick: int) -> FeedState:
    """Return the state after one more unchanged poll: what a 304 changes."""
    now = NOW + timedelta(minutes=30 * tick)
    return replace(
        state,
        validators=Validators(
            '"33a64df551425fcc55e4d42a148795d9f25f89d4"', "Mon, 02 Mar 2026 08:00:00 GMT", now
        ),
        next_poll=now + timedelta(minutes=30),
        reason=PlanReason.ADAPTIVE,
        reason_detail="3 new of 30",
        adaptive=timedelta(minutes=30),
        last_poll=now,
        last_ok=now,
        outcome=Outcome.NOT_MODIFIED,
        baselined=True,
        window=30,
        title=f"Feed {state.name}",
    )


def record(state: FeedState, tick: int, new: int) -> PollRecord:
    """Make a poll with some new entries, a fifth of them matched, of 2.5 kB each."""
    names = [f"{state.name}-{tick}-{i}" for i in range(new)]
    at = NOW + timedelta(minutes=30 * tick)
    return PollRecord(
        polled(state, tick),
        tuple(sighted(name, f"guid:{name}", f"link:https://x.example/{name}") for name in names),
        tuple(
            found(
                name,
                at,
                feed=state.name,
                text=name + WORDS * 22,
                sketch=b"s" * 400,
                topics=("irs",) if i % 5 == 0 else (),
            )
            for i, name in enumerate(names)
        ),
    )


def cycle(store: Store, tick: int, new: Callable[[int], int]) -> None:
    """Ask what is due, and save the polls in batches."""
    now = NOW + timedelta(minutes=30 * tick)
    due = store.feeds.due(now + timedelta(minutes=30))
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        store.save_polls([record(state, tick, new(start + i)) for i, state in enumerate(batch)], now)


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{folder}/monitor.db"
        with Store.open(url) as store:
            measure(store, options.feeds, options.entries)
        for _ in range(2):
            later = (NOW + timedelta(days=1)).isoformat()
            subprocess.run([sys.executable, "-c", RESTART, url, later], check=True)
        if not options.url:
            print(f"file: {sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20:.0f} MiB")


def measure(store: Store, feeds: int, entries: int) -> None:
    """Run the cycles on an open store."""
    with measured("sync the configuration", feeds, "feeds"):
        store.feeds.sync([feed(f"f{i}") for i in range(feeds)], {}, NOW)
    with measured(f"first cycle: {feeds * entries:,} entries", feeds * entries, "entries"):
        cycle(store, 0, lambda i: entries)
    for tick in (1, 2):
        with measured(f"unchanged cycle {tick}: {feeds:,} feeds", feeds, "feeds"):
            cycle(store, tick, lambda i: 0)
    with measured(f"10 % changed: {feeds:,} feeds, {feeds // 10 * 3} new", feeds, "feeds"):
        cycle(store, 3, lambda i: 3 if i % 10 == 0 else 0)
    with measured(f"look up 60 keys of each of {feeds // 10} feeds", feeds * 6, "keys"):
        for number in range(feeds // 10):
            store.feeds.seen(f"f{number}", [f"guid:f{number}-0-{i}" for i in range(60)])
    now = NOW + timedelta(hours=3)
    with measured("pending stories (every fifth entry matched)"):
        number = len(store.slots.pending("morning", ["irs"], now, since=NOW + timedelta(minutes=1)))
    print(f"    {number} stories")
    with measured("1,000 claims of nothing", 1000, "claims"):
        for _ in range(1000):
            store.outbox.claim(now, timedelta(seconds=90), "me", ["slack"])
    with measured("stream the whole archive", feeds * entries, "articles"):
        for _ in store.archive.articles():
            pass
    with measured("prune", feeds * entries, "entries"):
        store.prune(NOW + timedelta(days=31), timedelta(days=400), timedelta(days=30))


if __name__ == "__main__":
    main()
