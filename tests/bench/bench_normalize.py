"""How well and how fast pages become articles, beside trafilatura and readability-lxml on the same pages in the same run.

    python -m tests.bench.bench_normalize [FOLDER] [--only] [--hashed]

FOLDER holds `ID.html.gz` and `gold.jsonl` (lines `{"id", "set", "url", "golds": [text, …], "meta": {title, authors, date}}`); without one, the
development share beside the checkout is taken. `--only` leaves the other extractors out. `--hashed` puts a hash in the place of every class, id
and role, as pages look to rules that know other sites' names: what an extractor scores then is what it will score on sites it never saw.

The figure is the one of the public article-extraction benchmark (scrapinghub): 4-gram shingles of lower-cased `\\w+` words, counted with their
repetitions; precision averaged over the pages with output, recall over all pages, F1 of the two. Of several gold texts of a page the one that
fits best counts. Speed is processor time of one core, parsing included, a page's best of three: other work on the machine counts little.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import seed
from monitor.collect.extract import extract
from monitor.models import Article
from monitor.text import letters

DEFAULT = Path(__file__).parents[3] / "shared" / "data" / "pages"
ROUNDS = 3
_WORD = re.compile(r"\w+")
Shingles = Counter[tuple[str, ...]]
Gold = dict[str, Any]


def shingles(text: str) -> Shingles:
    """Return the 4-grams of a text; a shorter text is one shingle."""
    words = _WORD.findall(text.lower())
    if not words:
        return Counter()
    return Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)))


def precision_recall(found: Shingles, wanted: Shingles) -> tuple[float, float]:
    """Return precision and recall of one page."""
    shared = (found & wanted).total()
    return shared / (found.total() or 1), shared / (wanted.total() or 1)


def harmonic(precision: float, recall: float) -> float:
    """Return the F1 of a precision and a recall."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def best(text: str, golds: list[str]) -> tuple[float, float]:
    """Return precision and recall against the gold text that fits best."""
    found = shingles(text)
    return max((precision_recall(found, shingles(gold)) for gold in golds), key=lambda pair: harmonic(*pair))


@dataclass
class Score:
    """One extractor's figures on one set."""

    pages: int = 0
    seconds: float = 0.0
    precisions: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    invalid: int = 0
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def text(self, text: str, golds: list[str]) -> None:
        """Count a page's text."""
        self.pages += 1
        precision, recall = best(text, golds)
        if text.strip():
            self.precisions.append(precision)
        self.recalls.append(recall)

    def fact(self, name: str, gold: object, right: bool) -> None:
        """Count a page's metadata, where gold has it."""
        if gold:
            self.asked[name] += 1
            self.right[name] += right

    def row(self) -> str:
        """Return the figures as a line of the table."""
        precision = sum(self.precisions) / (len(self.precisions) or 1)
        recall = sum(self.recalls) / (self.pages or 1)
        empty = self.pages - len(self.precisions)
        facts = "  ".join(f"{name} {self.right[name] / count:.3f}" for name, count in self.asked.items())
        return (
            f"{harmonic(precision, recall):.4f}  {precision:.4f}  {recall:.4f}  {self.pages / (self.seconds or 1):7.1f}"
            f"  {empty:5d}  {self.invalid:7d}  {facts}"
        )


def plain(text: str) -> str:
    """Return what people read of a seed document."""
    kinds = (seed.LineKind.PROSE, seed.LineKind.ITEM, seed.LineKind.ROW)
    return "\n".join(line.text for line in seed.lines(text) if line.kind in kinds) if text else ""


def ours(html: str, url: str) -> tuple[str, Article | None]:
    """Extract with this project."""
    article = extract(html, url)
    return article.text, article


def by_trafilatura(html: str, url: str) -> tuple[str, Article | None]:
    """Extract with trafilatura's defaults, comments off."""
    import trafilatura

    return trafilatura.extract(html, url=url, include_comments=False, deduplicate=False) or "", None


def by_readability(html: str, url: str) -> tuple[str, Article | None]:
    """Extract with readability-lxml and take the text of what it gives."""
    from lxml import html as lxml_html
    from lxml.etree import LxmlError
    from readability import Document

    try:
        return lxml_html.fromstring(Document(html, url=url).summary()).text_content(), None
    except (LxmlError, ValueError, TypeError):
        return "", None


Extractor = Callable[[str, str], tuple[str, Article | None]]
EXTRACTORS: dict[str, Extractor] = {
    "monitor": ours,
    "trafilatura": by_trafilatura,
    "readability-lxml": by_readability,
}


_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_NAMES = re.compile(r"""(\s(?:class|id|itemprop|data-testid|role)\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)


def hashed(html: str) -> str:
    """Return a page in which each name an element gives itself is a hash, the same one wherever it stands."""

    def name(match: re.Match[str]) -> str:
        words = (f"c{hashlib.sha256(word.encode()).hexdigest()[:6]}" for word in match[2][1:-1].split())
        return f'{match[1]}"{" ".join(words)}"'

    return _TAG.sub(lambda tag: _NAMES.sub(name, tag[0]), html)


def measure(extractor: Extractor, pages: list[Gold], folder: Path, *, names: bool = True) -> Score:
    """Run an extractor over the pages of a set."""
    score = Score()
    for gold in pages:
        html = gzip.decompress((folder / f"{gold['id']}.html.gz").read_bytes()).decode("utf-8", "replace")
        html = html if names else hashed(html)
        spent = []
        for _ in range(ROUNDS):
            started = time.process_time()
            text, article = extractor(html, gold["url"])
            spent.append(time.process_time() - started)
        score.seconds += min(spent)
        score.text(plain(text) if article else text, gold["golds"])
        if article is not None:
            score.invalid += bool(article.text and seed.check(article.text))
            facts(score, article, gold.get("meta") or {})
    return score


def facts(score: Score, article: Article, gold: Gold) -> None:
    """Count title, authors and date: right when equal after folding; a date when it is within a day."""
    names = {letters(name) for name in gold.get("authors") or ()}
    score.fact("title", gold.get("title"), letters(gold.get("title") or "") == letters(article.title))
    score.fact("authors", names, names == {letters(name) for name in article.authors})
    score.fact("date", gold.get("date"), same_day(article.published, gold.get("date")))
    score.fact("image", gold.get("cover"), article.image in (gold.get("cover") or ()))


def same_day(found: datetime | None, wanted: str | None) -> bool:
    """Tell whether two instants are within a day; a bare date is midnight UTC."""
    try:
        moment = datetime.fromisoformat(wanted or "")
    except ValueError:
        return bool(found and wanted and f"{found:%Y-%m}" == wanted)
    return found is not None and abs(
        found - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    ) <= timedelta(days=1)


def main(arguments: list[str]) -> int:
    """Print the table; exit 1 if any document is not in the seed format."""
    logging.disable(logging.CRITICAL)  # the other extractors complain about pages
    folders = [Path(argument) for argument in arguments if not argument.startswith("--")]
    folder = folders[0] if folders else DEFAULT
    if not (folder / "gold.jsonl").is_file():
        print(f"skipped: there are no pages to measure ({folder} holds no gold.jsonl)")
        return 0
    golds = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    names = ["monitor"] if "--only" in arguments else list(EXTRACTORS)
    print(
        f"{'set':14} {'extractor':17} {'F1':6}  {'prec.':6}  {'recall':6}  pages/s  empty  invalid  metadata"
    )
    invalid = 0
    for which in dict.fromkeys(gold["set"] for gold in golds):
        pages = [gold for gold in golds if gold["set"] == which]
        for name in names:
            score = measure(EXTRACTORS[name], pages, folder, names="--hashed" not in arguments)
            invalid += score.invalid
            print(f"{which} ({len(pages)})".ljust(15) + f"{name:17} {score.row()}", flush=True)
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
