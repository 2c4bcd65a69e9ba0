"""The stories of the last three days, in memory: for each new article, its story, and the earlier article it is a copy of.

Pure: no clock, no disk. What is kept of an article (a sample of its words, a profile of its beginning) fits in about a kilobyte,
the sketch, from which the index is built again after a restart.
"""

from __future__ import annotations

import struct
from array import array
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from sys import byteorder
from typing import Any

from monitor.models import Article
from monitor.stories.background import Background
from monitor.stories.copies import CopyIndex, Sample, Sampler
from monitor.stories.grouping import Stories
from monitor.stories.profile import Profile, profile

WINDOW = timedelta(days=3)

BACKLOG = 500
"""Articles kept that were published before the window already when they were first seen: what the last ten or twenty new feeds brought
along. They are no news, but may be copies of each other; all of 2,000 new feeds would take 100 MB, be compared with every article for
three days, and be read again at every start."""

_VERSION = 1
_HEAD = struct.Struct(
    "<BHHHHQ"
)  # version, sampled words, terms, bytes of title, bytes of root, hash of a short text


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs. `story` is named after its first article; `copy_of` is the original it repeats, with the share of the
    shorter text that is common (`containment`); `shares_with` are articles it has long passages in common with."""

    story: str
    copy_of: str | None = None
    containment: float = 0.0
    shares_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is remembered of an article; what it is compared by is with the copies and the stories."""

    placement: Placement
    at: datetime


@dataclass(frozen=True, slots=True)
class _Latest:
    """The article just placed, whose sketch will be asked for next."""

    article: str
    sample: Sample
    profile: Profile


class StoryIndex:
    """Places articles one after another. Instants are aware; `at` is when the article was first seen."""

    def __init__(self, window: timedelta = WINDOW) -> None:
        self._window = window
        self._sampler = Sampler()
        self._background = Background()
        self._copies = CopyIndex(window)
        self._stories = Stories(self._background, window)
        self._kept: dict[str, _Kept] = {}
        self._backlog: deque[str] = deque()
        self._latest: _Latest | None = None
        self._swept: datetime | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, article: Article, at: datetime) -> Placement:
        """Place an article; the same article again gets the same answer."""
        known = self._kept.get(article.id)
        if known is not None:
            return known.placement
        found = profile(article.title, article.text)
        self._background.see(found.terms)
        return self._add(article, at, found)

    def add_all(self, articles: Sequence[tuple[Article, datetime]]) -> Iterator[Placement]:
        """Place a finished batch, in order, knowing from its start how common each word is in it (as a running monitor does)."""
        profiles = [profile(article.title, article.text) for article, _ in articles]
        for found in profiles:
            self._background.see(found.terms)
        for (article, at), found in zip(articles, profiles, strict=True):
            known = self._kept.get(article.id)
            yield known.placement if known else self._add(article, at, found)

    def _add(self, article: Article, at: datetime, found: Profile) -> Placement:
        self._sweep(at)
        return self._place(article, at, self._sampler.sample(article.text), found)

    def _place(self, article: Article, at: datetime, sample: Sample, found: Profile) -> Placement:
        """Decide: a copy goes where its original is; any other article where its profile belongs."""
        likenesses = self._copies.add(article.id, sample, at, article.outlet, article.title)
        copied = likenesses[0] if likenesses and likenesses[0].copy else None
        original = self._kept.get(copied.other) if copied else None
        if original:
            story = original.placement.story
            self._stories.join(story, found, "", at)  # a reprint is not its outlet's own report
        else:
            story, _ = self._stories.place(article.id, found, article.outlet, at)
        placement = Placement(
            story,
            copied.other if copied else None,
            copied.containment if copied else 0.0,
            tuple(likeness.other for likeness in likenesses if not likeness.copy),
        )
        self._keep(article.id, placement, at, article.published)
        self._latest = _Latest(article.id, sample, found)
        return placement

    def sketch(self, article: Article) -> bytes:
        """Return what has to be stored to know this article after a restart: about a kilobyte, versioned, opaque to others."""
        kept, latest = self._kept.get(article.id), self._latest
        root = (kept.placement.copy_of or "") if kept else ""
        if latest and latest.article == article.id:
            return _pack(latest.sample, latest.profile, article.title, root)
        return _pack(
            self._sampler.sample(article.text), profile(article.title, article.text), article.title, root
        )

    def _keep(self, article: str, placement: Placement, at: datetime, published: datetime | None) -> None:
        """Remember a placed article; of what was old already, only the last ones."""
        self._kept[article] = _Kept(placement, at)
        if published is None or published >= at - self._window:
            return
        self._backlog.append(article)
        if (
            len(self._backlog) > BACKLOG * 5 // 4
        ):  # a walk through the index, spread over hundreds of articles
            self._drop([self._backlog.popleft() for _ in range(len(self._backlog) - BACKLOG)])

    def _drop(self, articles: Collection[str]) -> None:
        dropped = [self._kept.pop(article) for article in articles if article in self._kept]
        self._copies.drop(frozenset(articles))
        self._stories.drop([kept.placement.story for kept in dropped])

    def load(
        self,
        article_id: str,
        story: str,
        outlet: str,
        at: datetime,
        sketch: bytes,
        published: datetime | None = None,
    ) -> None:
        """Take up an article that was placed before, without judging it again. A sketch of another version is passed over."""
        if article_id in self._kept or not sketch or sketch[0] != _VERSION:
            return
        sample, found, title, root = _unpack(sketch)
        self._background.see(found.terms)
        self._copies.load(article_id, root or None, sample, at, outlet, title)
        self._stories.join(story or article_id, found, "" if root else outlet, at)
        self._keep(article_id, Placement(story or article_id, root or None), at, published)

    def expire(self, now: datetime) -> None:
        """Forget what is older than the window."""
        self._copies.expire(now)
        self._stories.expire(now)
        limit = now - self._window
        self._kept = {article: kept for article, kept in self._kept.items() if kept.at >= limit}
        self._swept = now

    def _sweep(self, at: datetime) -> None:
        """Expire about once an hour, on the articles' own time; what is over its window counts for nothing before that."""
        if self._swept is None:
            self._swept = at
        elif at - self._swept > self._window / 72:
            self.expire(at)


def _pack(sample: Sample, found: Profile, title: str, root: str) -> bytes:
    heading, original = title.encode("utf-8", "replace")[:1000], root.encode("utf-8", "replace")[:1000]
    words = sample.words[:65535]
    head = _HEAD.pack(_VERSION, len(words), len(found.terms), len(heading), len(original), sample.exact)
    return head + _to_bytes(words) + _to_bytes(found.terms) + found.weights + heading + original


def _unpack(sketch: bytes) -> tuple[Sample, Profile, str, str]:
    _, words, terms, heading, original, exact = _HEAD.unpack_from(sketch)
    parts, start = [], _HEAD.size
    for length in (4 * words, 4 * terms, terms, heading, original):
        parts.append(sketch[start : start + length])
        start += length
    sample, found = Sample(_from_bytes(parts[0]), exact), Profile(_from_bytes(parts[1]), parts[2])
    return sample, found, parts[3].decode("utf-8", "replace"), parts[4].decode("utf-8", "replace")


def _to_bytes(numbers: array[int]) -> bytes:
    """Return 32-bit numbers as little-endian bytes."""
    return _swapped(numbers).tobytes()


def _from_bytes(raw: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(raw)
    return _swapped(numbers)


def _swapped(numbers: array[int]) -> array[int]:
    if byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


def group(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Group a finished batch: rows `{"id", "title", "text", "published"[, "source"]}` in time order to `{"id", "story", "copy_of"}`.

    `published` is ISO 8601 (a missing or unreadable one: the time of the row before). The whole batch is read first.
    """
    names, timed = [], []
    at = datetime(1970, 1, 1, tzinfo=UTC)
    for row in rows:
        article = _article(row)
        at = article.published or at
        names.append(row.get("id"))
        timed.append((article, at))
    for name, placement in zip(names, StoryIndex().add_all(timed), strict=True):
        yield {"id": name, "story": placement.story, "copy_of": placement.copy_of}


def _article(row: Mapping[str, Any]) -> Article:
    return Article(
        text=str(row.get("text") or ""),
        id=str(row.get("id")),
        title=str(row.get("title") or ""),
        outlet=str(row.get("source") or ""),
        published=_instant(row.get("published")),
    )


def _instant(value: object) -> datetime | None:
    """Read ISO 8601; without an offset it is UTC."""
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
