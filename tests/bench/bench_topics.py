"""How many documents a second the topics match, beside what else one could use, in the same run on the same texts.

Run as `python -m tests.bench.bench_topics [--quick]`. Documents are made up (730 words, a Zipf-like vocabulary, news punctuation,
curly quotes), rules are drawn from the same vocabulary, so that some fire. One core, one process; documents a second of
`Topics.match`, folding and spans included. Peers: `re` (one alternation a rule), a plain automaton search (no words, no spans, no
case: the floor under anybody), and mokaccino, a percolator in Rust.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick

from monitor.models import Article, TopicSpec
from monitor.topics import Topics, compile_topics

ROOT = Path(__file__).resolve().parents[2]
MOKACCINO = "0.9.1"
WORDS_PER_DOCUMENT = 730
BARS = {
    50: 10_000,
    1_000: 7_700,
    10_000: 4_600,
    50_000: 1_500,
}  # literal rules -> documents a second; half for rich rules


def vocabulary(random_: random.Random, size: int = 60_000) -> list[str]:
    """Return pronounceable words, common ones first and short."""
    onsets, vowels, codas = (
        "b c d f g l m n p r s t v w st tr pl ch".split(),
        "a e i o u ea ou".split(),
        ["", "n", "r", "s", "t", "ll"],
    )
    found: dict[str, None] = {}
    while len(found) < size:
        syllables = 1 + (len(found) > 150) + (len(found) > 3_000 and random_.random() < 0.6)
        word = "".join(
            random_.choice(onsets) + random_.choice(vowels) + random_.choice(codas) for _ in range(syllables)
        )
        found.setdefault(word)
    return list(found)


class Newsroom:
    """Makes documents and rules from one vocabulary; word ranks follow Zipf's law."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.words = vocabulary(self.random)
        self.weights = [1 / (rank + 3) for rank in range(len(self.words))]

    def some(self, count: int) -> list[str]:
        """Return words as a text would hold them."""
        return self.random.choices(self.words, self.weights, k=count)

    def rare(self) -> str:
        """Return a word as a rule would name it: a name, not one of the words every text is made of.

        So a literal rule fires on about one article in a thousand, and a richer one less often.
        """
        return self.words[int(len(self.words) * (0.05 + 0.95 * self.random.random()))]

    def document(self) -> Article:
        """Return an article of 730 words in paragraphs, with quotes, possessives, numbers and acronyms."""
        pieces = [self._piece(at, word) for at, word in enumerate(self.some(WORDS_PER_DOCUMENT))]
        lines = [line.strip() for line in "".join(pieces).splitlines()]  # as in a seed document
        return Article(text="\n".join(lines), title=" ".join(self.some(9)).capitalize())

    def _piece(self, at: int, word: str) -> str:
        dice = self.random.random()
        if dice < 0.01:
            word = word.upper()
        elif dice < 0.08:
            word = word.capitalize()
        elif dice < 0.10:
            word += "’s"
        elif dice < 0.11:
            word = f"“{word}”"
        elif dice < 0.12:
            word = f"{self.random.randrange(1, 99)},{self.random.randrange(100, 999)}"
        if at % 61 == 60:
            return word + ".\n"
        return word + (", " if dice > 0.94 else ". " if dice > 0.89 else " ")

    def literal(self) -> str:
        """Return a rule of one or two words."""
        return self.rare() if self.random.random() < 0.3 else f'"{self.rare()} {self.some(1)[0]}"'

    def rich(self) -> str:
        """Return a rule with case, a prefix, NEAR and a zone."""
        acronym = self.rare().upper()
        return (
            f"({acronym} NEAR/10 ({self.rare()[:4]}{self.rare()[:3]}* OR {self.rare()})) OR title:{self.rare()}"
            f' OR ("{self.rare()} {self.rare()}" AND NOT ={self.rare().capitalize()})'
        )


def rate(work: Callable[[Article], object], documents: Sequence[Article], seconds: float) -> float:
    """Return documents a second: the best of eight rounds, in processor time, so that other work on the machine counts little."""
    best = 0.0
    for _ in range(8):
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds / 8:
            for document in documents[:20]:
                work(document)
            done += 20
            documents = [*documents[20:], *documents[:20]]
        best = max(best, done / (time.process_time() - start))
    return best


def topics_of(rules: Sequence[str]) -> tuple[Topics, float]:
    """Return compiled topics and the seconds it took."""
    specs = [TopicSpec(f"topic-{at}", f"Topic {at}", rule) for at, rule in enumerate(rules)]
    start = time.process_time()
    topics = compile_topics(specs, {})
    return topics, time.process_time() - start


def peers(rules: Sequence[str]) -> dict[str, Callable[[Article], object]]:
    """Return what else could look for literal rules."""
    words = [rule.strip('"') for rule in rules]
    automaton = AhoCorasick(words)
    found: dict[str, Callable[[Article], object]] = {
        "plain search": lambda article: automaton.find_matches_as_indexes(
            article.text.lower(), overlapping=True
        ),
    }
    if len(rules) <= 1_000:
        patterns = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in words]
        found["re"] = lambda article: [pattern.search(article.text) for pattern in patterns]
    return found | mokaccino(words)


def mokaccino(words: Sequence[str]) -> dict[str, Callable[[Article], object]]:
    """Return mokaccino, a percolator: it is given the words of a document and names the queries that hold; it knows no phrases."""
    module = _mokaccino()
    percolator = module.Percolator()
    for word in words:
        parts = word.split()
        query = module.Query.from_kv("t", parts[0])
        for part in parts[1:]:
            query = query & module.Query.from_kv("t", part)
        percolator.add_query(query)

    def percolate(article: Article) -> object:
        document = module.Document()
        for word in re.findall(r"\w+", article.text.lower()):
            document = document.with_value("t", word)
        return percolator.percolate_list(document)

    return {"mokaccino": percolate}


def _mokaccino() -> Any:
    """Import mokaccino from a folder of its own under build/, where it is put when first wanted."""
    folder = ROOT / "build" / f"bench-mokaccino-{MOKACCINO}"
    if not folder.exists():
        wanted = ["--quiet", "--quiet", "--no-deps", "--target", str(folder), f"mokaccino=={MOKACCINO}"]
        subprocess.run([sys.executable, "-m", "pip", "install", *wanted], check=True)
    sys.path.append(str(folder))
    return importlib.import_module("mokaccino")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the time, no peers")
    quick = parser.parse_args().quick
    newsroom = Newsroom()
    documents = [newsroom.document() for _ in range(200)]
    seconds = 0.6 if quick else 2.0
    print(
        f"{'rules':>7} {'kind':<8} {'matcher':<14} {'compile s':>9} {'docs/s':>9} {'bar':>7} hits/doc (of a peer: topics/peer)"
    )
    for count, bar in BARS.items():
        for kind, make, least in (("literal", newsroom.literal, bar), ("rich", newsroom.rich, bar // 2)):
            rules = [make() for _ in range(count)]
            topics, compiling = topics_of(rules)
            hits = sum(len(topics.match(document)) for document in documents) / len(documents)
            speed = rate(topics.match, documents, seconds)
            print(
                f"{count:>7} {kind:<8} {'topics':<14} {compiling:>9.2f} {speed:>9,.0f} {least:>7,} {hits:>8.2f}",
                flush=True,
            )
            for name, work in peers(rules).items() if kind == "literal" and not quick else ():
                theirs = rate(work, documents, seconds)
                print(
                    f"{count:>7} {kind:<8} {name:<14} {'':>9} {theirs:>9,.0f} {'':>7} {speed / theirs:>7.1f}x",
                    flush=True,
                )


if __name__ == "__main__":
    main()
