"""A file is a test: every folder of `pages/` holds a page, the document that must come of it, and its metadata."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from monitor import seed
from monitor.collect.extract import extract

PAGES = sorted(path for path in (Path(__file__).parent / "pages").iterdir() if path.is_dir())
FLOOR = 0.995  # mean 4-gram F1 over the folder: what the extractor reaches today; it may not fall


def case(folder: Path) -> tuple[str, str, dict[str, object]]:
    return (
        (folder / "page.html").read_text(encoding="utf-8"),
        (folder / "expected.txt").read_text(encoding="utf-8"),
        json.loads((folder / "expected.json").read_text(encoding="utf-8")),
    )


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_the_page_becomes_its_document(folder: Path) -> None:
    """Exactly the article: no menu, caption, byline, offer, teaser or comment; every paragraph, in order."""
    html, text, meta = case(folder)
    article = extract(html, str(meta["url"]))
    assert article.text == text
    assert seed.check(article.text) == ()


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_the_page_says_who_wrote_what_when(folder: Path) -> None:
    """Title, authors, date, language, site, image and completeness are what a reader would say."""
    html, _, meta = case(folder)
    article = extract(html, str(meta["url"]))
    card = seed.sidecar(article)
    assert {key: card[key] for key in meta} == meta


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_bytes_give_the_same_article_as_text(folder: Path) -> None:
    """The charset is found out; what comes of it is the same."""
    html, _, meta = case(folder)
    assert extract(html.encode("utf-8"), str(meta["url"])) == extract(html, str(meta["url"]))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)))


def f1(found: str, wanted: str) -> float:
    one, other = shingles(found), shingles(wanted)
    shared = (one & other).total()
    return 2 * shared / (one.total() + other.total())


def test_quality_may_not_fall() -> None:
    """The mean F1 over the project's own pages stays above the pinned floor, also when single pages are allowed to differ."""
    scores = [f1(extract(html, str(meta["url"])).text, text) for html, text, meta in map(case, PAGES)]
    assert sum(scores) / len(scores) >= FLOOR
