"""A function over the archive on all cores: time slices go to processes of their own, which read the database themselves.

What the slices give is merged in order of time. Small archives are swept in this process, because starting others costs more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.models import Article
    from monitor.store import Store

SMALL = 2000  # articles; below this one process is quicker
SLICES_A_CORE = 4  # so that a busy day does not leave the other cores idle

Chunk = Callable[..., Any]
"""Takes its arguments and an iterable of articles; picklable; what it returns has `merged`."""

_prepared: tuple[str, Chunk, tuple[Any, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the archive, by first sight: (since, until]."""

    since: datetime
    until: datetime

    def sliced(self, count: int) -> list[Span]:
        """Return the stretch in so many equal slices."""
        step = (self.until - self.since) / count
        marks = [*(self.since + step * number for number in range(count)), self.until]
        return [Span(*pair) for pair in pairwise(marks)]


def sweep(store: Store, url: str, span: Span, chunk: Chunk, *arguments: Any) -> Any:
    """Return `chunk(*arguments, articles)` over the archive of a span, merged; shows its progress on a terminal."""
    cores = os.cpu_count() or 1
    if (
        cores == 1
        or store.archive.seen_between(span.since, span.until) < SMALL
        or url.startswith("sqlite://:")
    ):
        return chunk(*arguments, _texts(store, span))
    slices = span.sliced(cores * SLICES_A_CORE)
    with ProcessPoolExecutor(cores, initializer=_prepare, initargs=(url, chunk, arguments)) as pool:
        return reduce(lambda one, other: one.merged(other), _shown(_run(pool, slices), len(slices)))


def _run(pool: Executor, slices: list[Span]) -> Iterator[Any]:
    return pool.map(_slice, slices)


def _prepare(url: str, chunk: Chunk, arguments: tuple[Any, ...]) -> None:
    """Keep what every slice of this process needs; rules are compiled once a process, when they arrive."""
    global _prepared  # a worker process has one job, and this is it
    _prepared = (url, chunk, arguments)


def _slice(span: Span) -> Any:
    """Work off one slice in a process of its own."""
    from monitor.store import Store

    assert _prepared is not None  # noqa: S101  # the pool's initializer ran
    url, chunk, arguments = _prepared
    with Store.open(url, migrate=False) as store:
        return chunk(*arguments, _texts(store, span))


def _texts(store: Store, span: Span) -> Iterator[Article]:
    """Yield the articles whose text is still kept."""
    found = store.archive.articles(span.since, span.until, newest_first=False)
    return (article for article in found if article.text)


def _shown(results: Iterable[Any], total: int) -> Iterator[Any]:
    """Pass results on, moving a bar on a terminal."""
    with _bar(total) as advance:
        for result in results:
            advance()
            yield result


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading the archive", total=total)
        yield lambda: progress.advance(task)
