"""How well and how fast stories and copies are found.

Run as `python -m tests.bench.bench_stories [--articles 6000] [--docs 4000]`. Everything is made up or written for the project; where
a checkout has `../shared/data/pages` beside it, reprints of those texts are measured too (nothing of them is kept). Speeds are in
processor time on one core and say little on a shared machine: look at the ratio to the plain shingle index (five-word shingles, a
set intersection per candidate) that is measured in the same run.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import process_time
from zlib import crc32

from monitor.models import Article
from monitor.stories.copies import CopyIndex, Sampler
from monitor.stories.index import StoryIndex, group
from tests.standins.newsroom import DAY, REPRINTS, bcubed, edited, essay, reports, vocabulary

PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages" / "gold.jsonl"


def timed(what: Callable[[], object]) -> float:
    """Return the processor time of a call, in seconds."""
    start = process_time()
    what()
    return process_time() - start


def table(title: str, rows: Sequence[tuple[object, ...]]) -> None:
    print(f"\n{title}")
    for row in rows:
        print(
            "  " + "  ".join(f"{cell:<24}" if not index else f"{cell:>12}" for index, cell in enumerate(row))
        )


# ── Copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def reprints(name: str, texts: Sequence[str], words: Sequence[str]) -> None:
    """Recall per way of reprinting, and false pairs: a reprint that names another text than its original."""
    rows: list[tuple[object, ...]] = [("", "recall", "false", "containment")]
    for way, reprint in REPRINTS.items():
        rng, sampler, index = Random(11), Sampler(), CopyIndex()
        for number, text in enumerate(texts):
            index.add(f"o{number}", sampler.sample(text), DAY, f"paper {number}")
        found = [
            index.add(f"r{number}", sampler.sample(reprint(rng, text, words)), DAY, "reprinter")[:1]
            for number, text in enumerate(texts)
        ]
        right = [
            like[0].containment
            for n, like in enumerate(found)
            if like and like[0].copy and like[0].other == f"o{n}"
        ]
        wrong = sum(bool(like) and like[0].copy for like in found) - len(right)
        rows.append((way, f"{len(right) / len(texts):.4f}", wrong, f"{sum(right) / max(1, len(right)):.2f}"))
    table(f"copies: reprints of {len(texts)} {name}", rows)


def false_pairs() -> None:
    """Reports of different outlets on the same event: none may be called a copy."""
    sampler, index, likes = Sampler(), CopyIndex(), []
    for report in reports():
        likes += index.add(report.id, sampler.sample(report.text), DAY, report.outlet, report.title)
    print(
        f"\nfalse pairs among {len(reports())} reports on the same events: {sum(like.copy for like in likes)}"
    )


class PlainShingles:
    """The peer: every five-word shingle in an inverted index."""

    def __init__(self) -> None:
        self.index: dict[int, list[int]] = {}
        self.count = 0

    def add(self, text: str) -> None:
        """Look a text up, then file it."""
        words = text.lower().split()
        shingles = {crc32(" ".join(words[at : at + 5]).encode()) for at in range(len(words) - 4)}
        hits = Counter(number for shingle in shingles for number in self.index.get(shingle, ()))
        hits.most_common(1)
        for shingle in shingles:
            self.index.setdefault(shingle, []).append(self.count)
        self.count += 1


def copy_speed(texts: Sequence[str]) -> None:
    """Inserts a second: sample, look up, compare, file."""
    sampler, index, plain = Sampler(), CopyIndex(), PlainShingles()
    for text in texts[:50]:
        sampler.sample(text)
    ours = timed(lambda: [index.add(str(n), sampler.sample(text), DAY, "x") for n, text in enumerate(texts)])
    theirs = timed(lambda: [plain.add(text) for text in texts])
    length = sum(len(text.split()) for text in texts) / len(texts)
    table(
        f"copies: inserts of {len(texts)} articles of {length:.0f} words",
        [
            ("this index", f"{len(texts) / ours:,.0f}/s", ""),
            ("plain five-word shingles", f"{len(texts) / theirs:,.0f}/s", f"{theirs / ours:.1f}x slower"),
        ],
    )


# ── Stories ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def grouping(noise: Sequence[str]) -> None:
    """B-cubed on the project's event set: whole, with noise around it, and of headlines alone."""
    gold = {report.id: report.event for report in reports()}
    strangers = [
        {"id": f"noise {n}", "title": text.split(".")[0][:80], "text": text, "published": DAY.isoformat()}
        for n, text in enumerate(noise)
    ]
    rows: list[tuple[object, ...]] = [("", "precision", "recall", "F1")]
    for name, kept, extra in (
        ("texts", True, []),
        ("texts in noise", True, strangers),
        ("headlines", False, []),
    ):
        items = [report.row(text=kept) for report in reports()] + extra
        Random(3).shuffle(items)
        found = {row["id"]: row["story"] for row in group(items)}
        rows.append((name, *(f"{value:.3f}" for value in bcubed(gold, found))))
    table(f"stories: B-cubed over {len(gold)} reports on {len(set(gold.values()))} events", rows)


def index_speed(texts: Sequence[str]) -> None:
    """Articles a second through the whole index, and how long a restart takes."""
    articles = [
        Article(text, title=text.split(".")[0][:80], id=str(n), outlet=f"paper {n % 40}")
        for n, text in enumerate(texts)
    ]
    index, again = StoryIndex(), StoryIndex()
    placing = timed(lambda: [index.add(article, DAY) for article in articles])
    stored = [(a.id, index.add(a, DAY).story, a.outlet, DAY, index.sketch(a)) for a in articles]
    loading = timed(lambda: [again.load(*one) for one in stored])
    size = sum(len(one[-1]) for one in stored) / len(stored)
    table(
        "the whole index",
        [
            ("placed", f"{len(texts) / placing:,.0f}/s", f"{len(index._stories)} stories"),
            ("loaded after a restart", f"{len(texts) / loading:,.0f}/s", f"{size:.0f} bytes"),
        ],
    )


def main() -> None:
    """Print all tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=300)
    options.add_argument("--docs", type=int, default=4000)
    chosen = options.parse_args()
    rng, words = Random(5), vocabulary(Random(4))
    texts = [essay(rng, words, rng.randint(180, 1200)) for _ in range(chosen.articles)]
    reprints("made-up articles", texts, words)
    if PAGES.exists():
        golds = [json.loads(line)["golds"][0] for line in PAGES.read_text(encoding="utf-8").splitlines()]
        long = [text for text in golds if len(text.split()) >= 180]
        reprints("real pages", long, [word for text in long[:40] for word in text.split()])
    else:
        print("\n(no ../shared/data/pages beside the checkout: reprints of real pages are not measured)")
    false_pairs()
    many = [essay(rng, words, 720) for _ in range(chosen.docs)]
    copy_speed(many)
    grouping([edited(rng, text, words) for text in many[:800]])
    index_speed(many)


if __name__ == "__main__":
    main()
