"""A short kill drill in every test run; `make drill` runs the long one."""

from __future__ import annotations

import random

from tests.end_to_end.drill import DAEMONS, DATABASES, POINTS, Round, Verdict, deaths, planned, run, table


async def test_nothing_is_lost_or_doubled_whatever_dies() -> None:
    """Two real daemons on one database, killed at random and at named points with a quarter of Slack's answers failing, post each entry once."""
    verdict = await run(Round("sqlite", 2, 8, faults=0.25, seed=3))
    assert verdict.deaths.total() == 8
    assert verdict.published >= 8
    assert verdict.slots > 0
    assert verdict.good, table({"sqlite x2": verdict})


def test_every_named_point_is_drilled() -> None:
    """The rounds of a drill of 200 kills, on both databases and with one, two and four daemons, come by every named point."""
    rounds = planned(200, DATABASES, DAEMONS, 0.25, 1)
    assert sum(one.kills for one in rounds) == 200
    assert {(one.database, one.daemons) for one in rounds} == {(db, n) for db in DATABASES for n in DAEMONS}
    reached = [
        death.partition(":")[0] for one in rounds for death in deaths(one.kills, random.Random(1), one.first)
    ]
    assert set(reached) == {"", *POINTS}
    assert min(map(reached.count, POINTS)) >= 12


def test_the_table_tells_what_went_wrong() -> None:
    """A lost entry, a doubled one or a missing slot is a figure of its own, and makes the verdict bad."""
    bad = Verdict(lost=["ENTRY00001"], twice=["ENTRY00002", "ENTRY00003"], missing=["2026-11-24T08:00"])
    said = table({"sqlite x1": bad})
    assert not bad.good
    for line in ("entries lost 1 1", "entries posted twice 2 2", "slots missing 1 1"):
        assert line in " ".join(said.split()), said
