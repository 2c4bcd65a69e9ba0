"""What changed rules would have done to the last week: told in the log and the ops channel when a running daemon takes them up.

The new rules are live by then. The look back is bounded: the newest articles of a week, so many of them, and no longer than a few
seconds, in a thread beside the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.models import Article
    from monitor.store import Store
    from monitor.topics import Topics

WEEK = timedelta(days=7)
MOST_ARTICLES = 20_000
MOST_SECONDS = 10.0


def effect(store: Store, old: Topics, new: Topics, at: datetime, seconds: Callable[[], float]) -> list[str]:
    """Return `IRS +3 −11 a week` for each topic whose rule changed; nothing if none did. `seconds` is a clock that only runs on.

    A store in trouble at this moment is told in a line of its own: the change itself has been taken.
    """
    from monitor.topics.workshop import changed_topics, diff_chunk, told

    pair = changed_topics(old, new)
    if not any(topics.specs for topics in pair):
        return []
    try:
        articles = _Bounded(store.archive.articles(at - WEEK, at), seconds, seconds() + MOST_SECONDS)
        found = diff_chunk(*pair, articles)
    except StoreError as error:
        return [f"what it changes could not be worked out: {error}"]
    period = f"in the newest {found.articles:,} articles" if articles.cut else "a week"
    return told(found, {spec.id: spec.name for topics in pair for spec in topics.specs}, period)


class _Bounded:
    """Articles with a text, up to a number and an hour; `cut` says that there were more."""

    def __init__(self, articles: Iterator[Article], seconds: Callable[[], float], end: float) -> None:
        self._articles, self._seconds, self._end = articles, seconds, end
        self.cut = False

    def __iter__(self) -> Iterator[Article]:
        for article in islice(self._articles, MOST_ARTICLES):
            if self._seconds() > self._end:
                self.cut = True
                return
            if article.text:
                yield article
        self.cut = next(self._articles, None) is not None
