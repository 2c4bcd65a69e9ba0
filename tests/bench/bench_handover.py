"""How often the fast reader hands over to feedparser, why, and what both cost: a table over the feeds at hand.

The project's own feeds are made to be odd, so many are handed over; real ones, where they lie beside the checkout, say how it is::

    python -m tests.bench.bench_handover [--json] [FOLDER ...]
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import feedparser

from monitor.collect.feeds import parse_feed
from monitor.models import FeedDocument, Outcome
from tests.standins.feed_files import ADDRESS, FOLDER, SHARED

ROUNDS = 3
SUFFIXES = {".xml", ".feed", ".json", ".html"}


@dataclass(slots=True)
class Tally:
    """What became of the feeds of one folder. Times are processor milliseconds per feed, the best of `ROUNDS`."""

    folder: str
    feeds: int = 0
    kilobytes: float = 0.0
    readers: Counter[str] = field(default_factory=Counter)
    handed_over: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    unreadable: int = 0
    milliseconds: float = 0.0
    feedparser_milliseconds: float = 0.0


def measure(folder: Path) -> Tally:
    """Read every feed of a folder with the package and with bare feedparser."""
    bodies = [body for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and (body := _feed(path))]
    tally = Tally(folder.name, len(bodies), sum(map(len, bodies)) / 1000 / max(1, len(bodies)))
    documents = [parse_feed(body, ADDRESS) for body in bodies]
    for document in documents:
        _count(tally, document)
    tally.milliseconds = _best(bodies, lambda body: parse_feed(body, ADDRESS))
    tally.feedparser_milliseconds = _best(bodies, _bare, rounds=1)
    return tally


def _feed(path: Path) -> bytes:
    return b"" if path.name.endswith(("expected.json", "index.json")) else path.read_bytes()


def _count(tally: Tally, document: FeedDocument) -> None:
    if document.outcome is not Outcome.OK:
        tally.refused[document.error] += 1
        return
    tally.readers[document.reader] += 1
    tally.entries += len(document.entries)
    tally.unreadable += document.unreadable
    if document.handed_over:
        tally.handed_over[document.handed_over] += 1


def _bare(body: bytes) -> None:
    with suppress(ValueError, LookupError, TypeError):  # it raises on `charset=undefined` and its kind
        feedparser.parse(io.BytesIO(body))


def _best(bodies: Iterable[bytes], read: Callable[[bytes], object], rounds: int = ROUNDS) -> float:
    bodies = list(bodies)
    times = []
    for _ in range(rounds):
        started = time.process_time()
        for body in bodies:
            read(body)
        times.append(time.process_time() - started)
    return 1000 * min(times) / max(1, len(bodies))


def show(tally: Tally) -> None:
    """Print one folder's table."""
    print(
        f"\n{tally.folder}: {tally.feeds} feeds of {tally.kilobytes:.0f} kB, {tally.entries} entries, {tally.unreadable} unreadable"
    )
    print(f"  {tally.milliseconds:6.2f} ms a feed; bare feedparser {tally.feedparser_milliseconds:6.2f} ms")
    for title, counts in (
        ("read by", tally.readers),
        ("handed over", tally.handed_over),
        ("no feed", tally.refused),
    ):
        for name, count in counts.most_common():
            print(f"  {title:12} {count:4}  {100 * count / max(1, tally.feeds):5.1f} %  {name}")


def main() -> None:
    """Measure the folders named, or the project's own feeds and the real ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    folders = arguments.folders or [
        folder for folder in (FOLDER, SHARED / "feeds", SHARED / "polls") if folder.is_dir()
    ]
    tallies = [measure(folder) for folder in folders]
    if arguments.json:
        print(json.dumps([asdict(tally) for tally in tallies]))
        return
    for tally in tallies:
        show(tally)


if __name__ == "__main__":
    main()
