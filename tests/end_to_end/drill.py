"""The kill drill: real daemons, killed -9 at random and at every named point, with a Slack that fails.

    python -m tests.end_to_end.drill --kills 2000 [--databases sqlite,postgresql] [--daemons 1,2,4] [--faults 0.25] [--seed 1]

The kills are shared out among rounds: each database with each number of daemons that work on it at once. Entries are published all the
while, every tenth as an alert. At the end of a round its daemons run undisturbed until the queue is empty; then every entry must have
been posted exactly once, and every slot must be on record exactly once. Exit 1 says that something was lost, doubled or missing.

Nothing is judged by the clock on the wall. How long a daemon may live follows from how long one takes to post on this machine at this
hour, and a round ends when the daemons' own polls say that nothing more is to come.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path

from monitor.models import DeliveryState, SlotKind
from monitor.store import Store
from tests.end_to_end.newsroom import CHANNEL, Newsroom, pause, until
from tests.standins.postgres import running
from tests.standins.slack import SlackStandIn
from tests.standins.web import Web

POINTS = (
    "before_save",
    "after_save",
    "before_build",
    "after_build",
    "after_claim",
    "after_post",
    "before_settle",
    "after_settle",
)
RANDOM = "at random"
DATABASES = ("sqlite", "postgresql")
DAEMONS = (1, 2, 4)
FLASH = 10  # every so many entries one is an alert
BACKLOG = 60  # entries published and not yet posted, at most: a feed must hold what is not yet read
STALLED = 400  # polls without a new message after which what is not posted counts as lost
CALM = 30  # polls after the last message in which what would be posted twice has time to appear
DEAF = 900.0  # seconds without a single poll that prove a hung daemon; ten times the slowest start seen


@dataclass(frozen=True)
class Round:
    """So many kills with so many daemons on one kind of database."""

    database: str
    daemons: int
    kills: int
    faults: float = 0.25
    seed: int = 1
    first: int = (
        0  # the number of its first kill among all rounds', so that together they come by every point
    )

    @property
    def name(self) -> str:
        return f"{self.database} x{self.daemons}"


@dataclass
class Verdict:
    """What a round found."""

    deaths: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    published: int = 0
    alerts: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    slots: int = 0
    missing: list[str] = field(default_factory=list)
    seconds: float = 0.0
    evidence: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or missing."""
        return not (self.lost or self.twice or self.missing)

    def rows(self) -> dict[str, int]:
        """Return the figures of the table, by their names."""
        return {
            "kills -9": self.deaths.total(),
            **{f"  {point}": self.deaths[point] for point in (RANDOM, *POINTS)},
            "Slack faults met": self.faults.total(),
            **{f"  {fault}": count for fault, count in sorted(self.faults.items())},
            "entries published": self.published,
            "  of them alerts": self.alerts,
            "entries lost": len(self.lost),
            "entries posted twice": len(self.twice),
            "slots on record": self.slots,
            "slots missing": len(self.missing),
            "seconds": round(self.seconds),
        }


def table(verdicts: dict[str, Verdict]) -> str:
    """Return the rounds side by side, and their sums."""
    columns = {name: verdict.rows() for name, verdict in verdicts.items()}
    names = list(dict.fromkeys(name for rows in columns.values() for name in rows))
    names.sort(key=lambda name: max(list(rows).index(name) for rows in columns.values() if name in rows))
    lines = [" " * 34 + "".join(f"{name:>15}" for name in (*columns, "all"))]
    for name in names:
        figures = [rows.get(name, 0) for rows in columns.values()]
        lines.append(f"{name:<34}" + "".join(f"{figure:>15}" for figure in (*figures, sum(figures))))
    return "\n".join([*lines, *(line for verdict in verdicts.values() for line in verdict.evidence)])


async def drill(rounds: Sequence[Round]) -> dict[str, Verdict]:
    """Run the rounds one after the other and return what each found."""
    found = {}
    with ExitStack() as stack:
        server = (
            stack.enter_context(running()) if any(one.database == "postgresql" for one in rounds) else None
        )
        for one in rounds:
            with ExitStack() as own:
                url = own.enter_context(server.database()) if server and one.database == "postgresql" else ""
                found[one.name] = await run(one, url)
            print(f"{one.name}: {'good' if found[one.name].good else 'BAD'}", file=sys.stderr, flush=True)
    return found


async def run(one: Round, url: str = "") -> Verdict:
    """Run one round on the database at `url` (empty: an SQLite file) and return what it found."""
    chance = random.Random(one.seed)
    begun = asyncio.get_running_loop().time()
    with tempfile.TemporaryDirectory(prefix="monitor-drill-") as home, Web() as web:
        async with SlackStandIn() as slack:
            room = Newsroom(Path(home), web, slack, feeds=2 * one.daemons, database=url, flash=FLASH)
            room.configure()
            verdict = Verdict()
            breath = await first_breath(room)
            slack.faults.mix(one.faults, one.seed)
            lives = deaths(one.kills, chance, one.first)
            publishing = asyncio.ensure_future(publish(room, chance))
            try:
                await asyncio.gather(
                    *(seat(room, lives, chance, verdict, breath) for _ in range(one.daemons))
                )
            finally:
                publishing.cancel()
            slack.faults.clear()
            await calm(room, one.daemons)
            verdict.seconds = asyncio.get_running_loop().time() - begun
            return judge(room, verdict)


def deaths(kills: int, chance: random.Random, first: int = 0) -> Iterator[str]:
    """Yield how each life ends: every other one at a named point (in turn, at its first or second passing), the others at random."""
    for number in range(first, first + kills):
        yield f"{POINTS[number // 2 % len(POINTS)]}:{chance.randint(1, 2)}" if number % 2 else ""


async def first_breath(room: Newsroom) -> float:
    """Return how many seconds a daemon takes, here and now, from its start to its first message."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    token = room.publish()
    process = await room.start()
    posted = await until(lambda: room.posted(token) or process.returncode is not None, DEAF)
    await room.kill(process)
    if not posted or not room.posted(token):
        raise RuntimeError(f"the daemon posts nothing:\n{room.log()}")
    return loop.time() - begun


async def seat(
    room: Newsroom, lives: Iterator[str], chance: random.Random, verdict: Verdict, breath: float
) -> None:
    """Let one daemon after the other live and die, as long as lives are to be had."""
    for crash_at in lives:
        await one_life(room, crash_at, chance, verdict, breath)


async def one_life(
    room: Newsroom, crash_at: str, chance: random.Random, verdict: Verdict, breath: float
) -> None:
    """Start a daemon and let it die: at its named point, or, should that be long in coming, or none be named, at random."""
    process = await room.start(crash_at=crash_at)
    lifetime = breath * (4.0 if crash_at else chance.uniform(0.15, 1.5))
    try:
        await asyncio.wait_for(process.wait(), lifetime)
        if process.returncode != -9:
            raise RuntimeError(f"a daemon ended by itself ({process.returncode}):\n{room.log()}")
        verdict.deaths[crash_at.partition(":")[0]] += 1
    except TimeoutError:
        verdict.deaths[RANDOM] += 1
    finally:
        await room.kill(process)


async def publish(room: Newsroom, chance: random.Random) -> None:
    """Publish two or three entries a second, as long as the daemons keep up."""
    while True:
        if len(room.lost()) < BACKLOG:
            room.publish()
        await pause(chance.uniform(0.1, 0.6))


async def calm(room: Newsroom, daemons: int) -> None:
    """Run daemons undisturbed until everything published is posted and the queue is empty; then stop them cleanly."""
    processes = [await room.start() for _ in range(daemons)]
    try:
        await quiet(room, STALLED, lambda: not room.lost())
        await quiet(room, CALM, lambda: False)
    finally:
        codes = [process.returncode for process in processes]
        for process in processes:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(asyncio.wait_for(process.wait(), DEAF) for process in processes))
    if any(code is not None for code in codes):
        raise RuntimeError(f"an undisturbed daemon ended by itself ({codes}):\n{room.log()}")


async def quiet(room: Newsroom, polls: int, over: Callable[[], bool]) -> None:
    """Wait until it is over, or until no message came and none is queued over so many polls."""
    seen, since = -1, room.polls()
    while not over():
        stored = len(room.slack.stored(CHANNEL)) + open_messages(room)
        if stored != seen:
            seen, since = stored, room.polls()
        if room.polls() - since > polls:
            return
        before = room.polls()
        if not await until(lambda: room.polls() > before, DEAF, step=0.2):  # noqa: B023  # awaited before it changes
            raise RuntimeError(f"the daemons hang:\n{room.log()}")


def open_messages(room: Newsroom) -> int:
    """Return how many messages are on their way."""
    with Store.open(room.url, migrate=False) as store:
        counts = store.outbox.counts()
    return sum(
        count for state, count in counts.items() if state not in (DeliveryState.SENT, DeliveryState.DEAD)
    )


def judge(room: Newsroom, verdict: Verdict) -> Verdict:
    """Compare what was published with what Slack stored, and the slots on record with the calendar."""
    verdict.faults = Counter(room.slack.faults.seen)
    verdict.published = len(room.published)
    verdict.lost, verdict.twice = room.lost(), room.twice()
    verdict.evidence = [
        f"{token} in {message.ts} (nonce {message.nonce}): {str(message.blocks)[:1500]}"
        for token in verdict.twice[:3]
        for message in room.slack.stored(CHANNEL)
        if token in f"{message.text} {message.blocks}"
    ] + [f"lost: {token}" for token in verdict.lost[:10]]
    with Store.open(room.url) as store:
        recorded = [found.slot for found in store.slots.recorded("often", limit=None)]
    verdict.alerts = sum(slot.kind is SlotKind.ALERT for slot in recorded)
    scheduled = sorted(slot.at for slot in recorded if slot.kind is SlotKind.SCHEDULED)
    verdict.slots = len(scheduled)
    step = timedelta(seconds=int(room.every.rstrip("s")))
    expected = (
        {scheduled[0] + step * n for n in range(int((scheduled[-1] - scheduled[0]) / step) + 1)}
        if scheduled
        else set()
    )
    verdict.missing = [at.isoformat() for at in sorted(expected - set(scheduled))]
    return verdict


def planned(
    kills: int, databases: Sequence[str], daemons: Sequence[int], faults: float, seed: int
) -> list[Round]:
    """Share the kills out among the rounds; none is lost in the division."""
    kinds = list(product(databases, daemons))
    rounds: list[Round] = []
    for number, (database, count) in enumerate(kinds):
        share = kills // len(kinds) + (number < kills % len(kinds))
        first = sum(one.kills for one in rounds)
        rounds.append(Round(database, count, share, faults, seed + number, first))
    return rounds


def main() -> int:
    """Run the drill from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--daemons", default=",".join(map(str, DAEMONS)))
    parser.add_argument("--faults", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    daemons = [int(count) for count in options.daemons.split(",")]
    rounds = planned(options.kills, options.databases.split(","), daemons, options.faults, options.seed)
    verdicts = asyncio.run(drill(rounds))
    print(table(verdicts))
    return 0 if all(verdict.good for verdict in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
