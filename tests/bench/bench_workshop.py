"""How long the tools that tune a rule take on a full archive: 100,000 articles, 36,000 of them of the last 30 days.

    python -m tests.bench.bench_workshop [--articles 100000]

The bar is `monitor topics diff` over 30 days within 10 s on two cores. Each command runs as a person runs it, in a process of its own.
The peer is what one would write instead: one process that reads the same 36,000 texts and asks `re` for the words of the rules.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.models import Article, FeedState, PollRecord
from monitor.store import Store
from tests.bench.bench_topics import Newsroom
from tests.standins.ledger import feed, found, sighted

A_DAY = 1_200
DAYS = 30
DISTINCT = 1_000  # documents; the rest are these again, each with a first line of its own
BATCH = 500
BAR = 10.0  # seconds


def texts(newsroom: Newsroom) -> Iterator[Article]:
    """Yield articles without end, no two alike."""
    documents = [newsroom.document() for _ in range(DISTINCT)]
    for number in itertools.count():
        document = documents[number % DISTINCT]
        yield replace(document, text=f"Number {number}.\n{document.text}")


def fill(url: str, newsroom: Newsroom, count: int, now: datetime) -> None:
    """Save so many articles, the newest just now, `A_DAY` a day."""
    articles = texts(newsroom)
    with Store.open(url) as store:
        store.feeds.sync([feed("outlet")], {}, now)
        state = FeedState("outlet", "https://outlet.example/", "https://outlet.example/", baselined=True)
        for start in range(0, count, BATCH):
            names = [f"{number}" for number in range(start, min(count, start + BATCH))]
            collected = [
                found(name, seen(int(name), count, now), feed="outlet", title=one.title, text=one.text)
                for name, one in zip(names, articles, strict=False)
            ]
            sightings = tuple(sighted(name, f"guid:{name}") for name in names)
            store.save_polls([PollRecord(state, sightings, tuple(collected))], now)


def seen(number: int, count: int, now: datetime) -> datetime:
    """Return when an article was first seen."""
    return now - timedelta(days=(count - number) / A_DAY)


def configure(folder: Path, newsroom: Newsroom, url: str) -> tuple[Path, Path, list[str]]:
    """Write rules as they were and as they are, three of twenty changed; return both folders and the words of the changed rules."""
    words = [newsroom.rare() for _ in range(60)]
    for name, changed in (("before", False), ("after", True)):
        (folder / name / "topics").mkdir(parents=True)
        write(folder / name / "monitor.yaml", {"database": url})
        write(folder / name / "feeds.yaml", {"feeds": []})
        write(folder / name / "digests.yaml", {"digests": []})
        for number in range(20):
            first, second, third = words[3 * number : 3 * number + 3]
            more = (
                f" OR ({third} NEAR/20 {first}) OR lead:{newsroom.words[400 + number]}"
                if changed and number < 3
                else ""
            )
            write(
                folder / name / "topics" / f"topic-{number}.yaml",
                {"name": f"Topic {number}", "match": f'{first} OR "{second} {third}"{more}'},
            )
    return folder / "before" / "topics", folder / "after", words[:9] + newsroom.words[400:403]


def write(path: Path, value: object) -> None:
    """Write a file of the configuration."""
    path.write_text(json.dumps(value), encoding="utf-8")  # JSON is YAML 1.2


def run(*arguments: str) -> tuple[float, str]:
    """Run a command of `monitor`; return the seconds it took and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    return time.perf_counter() - start, done.stdout


def by_hand(url: str, words: list[str], since: datetime) -> float:
    """Return the seconds of the peer."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    start = time.perf_counter()
    with Store.open(url) as store:
        for article in store.archive.articles(since):
            pattern.search(f"{article.title}\n{article.text}")
    return time.perf_counter() - start


def main() -> None:
    """Fill an archive, run every tool over it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    count = parser.parse_args().articles
    newsroom, now = Newsroom(), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/monitor.db"
        before, after, words = configure(Path(folder), newsroom, url)
        fill(url, newsroom, count, now)
        size = sum(path.stat().st_size for path in Path(folder).glob("monitor.db*")) / 2**20
        print(
            f"{count:,} articles ({size:.0f} MiB), {min(count, A_DAY * DAYS):,} of them of {DAYS} days; seconds (bar)"
        )
        measure(url, before, after, words, now)


def measure(url: str, before: Path, after: Path, words: list[str], now: datetime) -> None:
    """Run the tools and the peer."""
    config = ("--config", str(after))
    seconds, out = run("topics", "diff", "--since", f"{DAYS}d", "--against", str(before), "--json", *config)
    told = json.loads(out)
    won = sum(len(change["won"]) for change in told["topics"].values())
    print(
        f"topics diff {seconds:15.1f} ({BAR:.0f})   {told['articles']:,} articles, {len(told['topics'])} topics, +{won:,}",
        flush=True,
    )
    for name, arguments in {
        "topics try": ("topics", "try", f"{words[0]} NEAR/9 {words[1]}", "--last", f"{DAYS}d"),
        "topics lint": ("topics", "lint"),
        "topics test": ("topics", "test"),
        "explain": ("explain", first_article(url), "topic-1"),
    }.items():
        print(f"{name:<12}{run(*arguments, *config)[0]:15.1f}", flush=True)
    theirs = by_hand(url, words, now - timedelta(days=DAYS))
    print(f"by hand     {theirs:15.1f}        diff takes {seconds / theirs:.2f} of it")


def first_article(url: str) -> str:
    """Return the id of an article of the archive."""
    with Store.open(url) as store:
        return next(iter(store.archive.articles())).id


if __name__ == "__main__":
    main()
