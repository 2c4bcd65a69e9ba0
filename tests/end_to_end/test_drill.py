"""A short kill drill in every test run; `make drill` runs the long one."""

from __future__ import annotations

from tests.end_to_end.drill import POINTS, deaths, drill


async def test_nothing_is_lost_or_doubled_whatever_dies() -> None:
    """The real daemon, killed at random and at named points with a quarter of Slack's answers failing, posts each entry once."""
    verdict = await drill(kills=8, faults=0.25, seed=3)
    assert verdict.published >= 8
    assert verdict.good, verdict.table()


def test_every_named_point_is_drilled() -> None:
    """A drill of 200 kills dies at every named point."""
    import random

    reached = {death.partition(":")[0] for death in deaths(200, random.Random(1))}
    assert reached == {"", *POINTS}
