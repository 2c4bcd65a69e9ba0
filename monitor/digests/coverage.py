"""What a digest's silence is worth: how many feeds were read over its span, which fail, how many articles were seen; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.models import Coverage, FeedState


def coverage(states: Iterable[FeedState], articles: int, since: datetime | None) -> Coverage:
    """Sum up the feeds as they stand now; `articles` were first seen after `since`.

    A feed counts as read when its last poll succeeded (or its host merely asked for quiet) and it was read at least once.
    """
    states = tuple(states)
    failing = tuple(sorted(state.name for state in states if fails(state)))
    return Coverage(len(states), sum(is_read(state) for state in states), failing, articles, since)


def is_read(state: FeedState) -> bool:
    """Tell whether the feed is being read."""
    return state.last_ok is not None and state.errors == 0 and not state.gone


def fails(state: FeedState) -> bool:
    """Tell whether the feed was tried and could not be read; one that was never tried yet does not fail."""
    return state.gone or state.errors > 0
