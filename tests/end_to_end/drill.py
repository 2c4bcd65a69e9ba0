"""The kill drill: the real daemon, killed -9 at random and at every named point, with a Slack that fails.

    python -m tests.end_to_end.drill --kills 2000 [--faults 0.25] [--seed 1] [--database postgresql://…]

Entries are published all the while. At the end the daemon runs undisturbed until the queue is empty; then every entry must have
been posted exactly once, and every slot must be on record exactly once. The loop is bounded and stops by itself; exit 1 says that
something was lost, doubled or missing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor.models import SlotKind
from monitor.store import Store
from tests.end_to_end.newsroom import CHANNEL, Newsroom, pause, until
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
LONGEST = (
    20.0  # seconds a daemon may live in the drill; a named point that is not reached by then is a random kill
)
CALM = 180.0  # seconds the last daemon has to empty the queue


@dataclass
class Verdict:
    """What the drill found."""

    kills: int
    deaths: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    published: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    slots: int = 0
    missing: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or missing."""
        return not (self.lost or self.twice or self.missing)

    evidence: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return the result as a table."""
        rows = [
            ("kills -9", sum(self.deaths.values())),
            *((f"  {point}", count) for point, count in sorted(self.deaths.items())),
            ("Slack faults met", sum(self.faults.values())),
            *((f"  {fault}", count) for fault, count in sorted(self.faults.items())),
            ("entries published", self.published),
            ("entries lost", len(self.lost)),
            ("entries posted twice", len(self.twice)),
            ("slots on record", self.slots),
            ("slots missing", len(self.missing)),
        ]
        return "\n".join([*(f"{name:<28}{value:>8}" for name, value in rows), *self.evidence])


async def drill(kills: int, faults: float = 0.25, seed: int = 1, database: str = "") -> Verdict:
    """Run the drill and return what it found."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="monitor-drill-") as home, Web() as web:
        async with SlackStandIn() as slack:
            slack.faults.mix(faults, seed)
            room = Newsroom(Path(home), web, slack, database=database)
            room.configure()
            verdict = Verdict(kills)
            for crash_at in deaths(kills, chance):
                await one_life(room, crash_at, chance, verdict)
            slack.faults.clear()
            await calm(room)
            return judge(room, verdict)


def deaths(kills: int, chance: random.Random) -> Iterator[str]:
    """Yield how each life ends: every other one at a named point (in turn, at its first to third passing), the others at random."""
    for number in range(kills):
        yield f"{POINTS[number // 2 % len(POINTS)]}:{chance.randint(1, 3)}" if number % 2 else ""


async def one_life(room: Newsroom, crash_at: str, chance: random.Random, verdict: Verdict) -> None:
    """Start the daemon, publish while it lives, and let it die."""
    process = await room.start(crash_at=crash_at)
    lifetime = LONGEST if crash_at else chance.uniform(0.3, 4.0)
    publishing = asyncio.ensure_future(publish(room, chance))
    try:
        await asyncio.wait_for(process.wait(), lifetime)
        verdict.deaths[crash_at.partition(":")[0] or f"exit {process.returncode}"] += 1
    except TimeoutError:
        verdict.deaths["at random"] += 1
    finally:
        publishing.cancel()
        await room.kill(process)


async def publish(room: Newsroom, chance: random.Random) -> None:
    """Publish an entry about twice a second."""
    while True:
        room.publish()
        await pause(chance.uniform(0.2, 0.8))


async def calm(room: Newsroom) -> None:
    """Run the daemon undisturbed until everything published is posted; then stop it cleanly."""
    process = await room.start()
    await until(lambda: not room.lost(), CALM, step=0.5)
    await pause(6.0)  # what would be posted twice has time to appear
    if process.returncode is not None:
        raise RuntimeError(f"the undisturbed daemon ended by itself ({process.returncode}):\n{room.log()}")
    process.terminate()
    await asyncio.wait_for(process.wait(), 40)


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
    ]
    with Store.open(room.database or f"sqlite:///{room.home}/monitor.db") as store:
        recorded = [found.slot for found in store.slots.recorded("often", limit=None)]
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


def main() -> int:
    """Run the drill from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--faults", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    verdict = asyncio.run(drill(options.kills, options.faults, options.seed, options.database))
    print(verdict.table())
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
