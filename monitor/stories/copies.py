"""Which article is a copy of an earlier one: the same text in another outlet, cut, with a new lead, or edited here and there.

The method is shingling over a *sampled* subsequence of words. A word is sampled by its own second letter, so that the sample of an
excerpt is an excerpt of the sample; neighbours in the sample make a pair (it spans some nine words of running text), and
pairs are looked up in an inverted index. An edit spoils only the pairs it touches, and a sampled word counts as covered if the pair
on *either* side survives: at 15 % of words changed about .83 of the words are still covered, where five-word shingles keep .44. Another
report on the same event hardly ever repeats two sampled words in the same order, except in quotations.

References: Broder, "On the resemblance and containment of documents" (1997); Theobald et al., "SpotSigs" (2008) for content-defined
anchors. Only one regular expression runs over the whole text; everything after it touches every fifth word.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

COPY = 0.5
"""Share of the shorter text's sampled words, in shared pairs, from which it is a copy."""

SHARES = 0.3
"""From here on up to COPY the two share text: long quotations, or the same agency's material. Different reports reach .35 at most."""

MIN_SHARED = 13
"""Sampled words that must be shared: about 60 words of running text."""

WINDOW = timedelta(days=3)

_ALL_BUT, _FEW_SHARED = 0.6, 6  # a text of 30-60 words is a copy too if most of it is shared
_MIN_WORDS = 12  # a shorter text (a "Read more" line) says nothing about its article
_FEW_PAIRS = (
    64  # up to here every pair is indexed, beyond it every second, from twice as many on every fourth
)
_CROWDED = (
    8  # a pair in more texts than this is a phrase or boilerplate: further texts are not filed under it
)
_CANDIDATES = 4  # texts compared in full, the likeliest first
_VOCABULARY = 50_000  # word ids kept (8 MB); then the cache starts afresh

# A word is sampled if its second byte is one of these letters, or, in UTF-8 beyond ASCII, an even continuation byte: about 22 % of
# the words of four bytes and more in English, half of those in other scripts. Which letters matters little; that it depends on
# nothing but the word is the point.
_EVEN = bytes(range(0x80, 0xC0, 2))
_SAMPLED = re.compile(rb" [^ ][dlnrso" + _EVEN + rb"][^ ]{2,}")
_IMAGE = re.compile(r"!\[\]\([^\n]*\)")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# Deleting these bytes leaves only lead bytes of the scripts above (and of some neighbours): a test at the speed of memchr.
_NO_UNSPACED = bytes(byte for byte in range(256) if not (byte in (0xE0, 0xE1, 0xEF) or 0xE3 <= byte <= 0xE9))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How an article relates to an earlier one: `copy` or merely sharing text; `containment` is the measured share (0-1)."""

    other: str
    containment: float
    copy: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """What of a text is kept: the ids (CRC-32) of its sampled words in order, and, for a text too short to sample, a hash of the whole."""

    words: array[int]
    exact: int = 0


@dataclass(frozen=True, slots=True)
class _Filed:
    """A text in the index."""

    article: str
    root: str  # the article it is a copy of, itself if of none
    outlet: str
    title: str
    at: datetime
    sample: Sample


class _Words(dict[bytes, int]):
    """Ids of sampled words, by their bytes in the text: case and punctuation count for nothing. A cache; the ids are stable."""

    def __missing__(self, raw: bytes) -> int:
        if len(self) >= _VOCABULARY:
            self.clear()
        word = "".join(filter(str.isalnum, raw.decode("utf-8", "surrogatepass").casefold()))
        value = self[raw] = crc32(word.encode("utf-8", "surrogatepass"))
        return value


class Sampler:
    """Makes samples of texts; keeps nothing but a cache of word ids."""

    def __init__(self) -> None:
        self._ids = _Words()

    def sample(self, text: str) -> Sample:
        """Return the sample of a seed text or of any plain text; image lines do not count."""
        if "![](" in text:
            text = _IMAGE.sub("", text)
        raw = text.encode("utf-8", "surrogatepass")
        if len(raw) != len(text) and raw.translate(None, _NO_UNSPACED):
            raw = _UNSPACED.sub(_bigrams, text).encode("utf-8", "surrogatepass")
        spaced = b" " + raw.replace(b"\n", b" ")
        words = array("I", map(self._ids.__getitem__, _SAMPLED.findall(spaced)))
        return Sample(words, _exact(text) if len(words) < MIN_SHARED else 0)


def _bigrams(run: re.Match[str]) -> str:
    """Space out a run of a script without spaces into overlapping pairs of characters, which then play the part of words."""
    text = run[0]
    return f" {' '.join(map(str.__add__, text, text[1:]))} "


def _exact(text: str) -> int:
    """Return a hash of all words of a text, or 0 if there are too few to mean anything."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < _MIN_WORDS:
        return 0
    return int.from_bytes(
        blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )


def _pairs(words: array[int]) -> list[int]:
    """Return each two neighbours as one 64-bit number (in no particular order): the sample read by eights of bytes, twice."""
    raw, last = words.tobytes(), len(words) - 1
    pairs = array("Q", raw[: (last + 1) // 2 * 8])
    pairs.frombytes(raw[4 : 4 + max(0, last) // 2 * 8])
    return pairs.tolist()


def _filed_under(pairs: Sequence[int]) -> Sequence[int]:
    """Return the pairs under which a text is filed: chosen by their hash alone, fewer of a long text, and at least every fourth, so that
    the pairs of an excerpt of 100 words still meet several. Look-ups use all pairs."""
    if len(pairs) <= _FEW_PAIRS:
        return pairs
    mask = 1 if len(pairs) <= 2 * _FEW_PAIRS else 3
    return [pair for pair in pairs if not pair & mask]


def containment(one: Sequence[int], other: Sequence[int]) -> tuple[float, int]:
    """Return the share of the shorter sample that stands in pairs shared by both, and how many words that is."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    shared = set(pairwise(long))
    hits = [pair in shared for pair in pairwise(short)]
    covered = sum(map(bool.__or__, [*hits, False], [False, *hits])) if short else 0
    return (covered / len(short) if short else 0.0), covered


class CopyIndex:
    """The samples of the last days, in an inverted index. No clock: instants come with the articles."""

    def __init__(self, window: timedelta = WINDOW) -> None:
        self._window = window
        self._filed: dict[int, _Filed] = {}
        self._first: dict[int, int] = {}  # pair -> the first text filed under it
        self._further: dict[int, list[int]] = {}  # pair -> more of them (few pairs have any)
        self._exact: dict[int, int] = {}
        self._next = 1

    def __len__(self) -> int:
        return len(self._filed)

    def add(
        self, article: str, sample: Sample, at: datetime, outlet: str = "", title: str = ""
    ) -> tuple[Likeness, ...]:
        """Compare an article with the earlier ones, then file it.

        Returns its likenesses, the closest first: at most one copy (naming the *original*, should the nearest text be itself a copy),
        and texts it shares material with. Within one outlet an unlike headline speaks against a copy: identical texts under
        different headlines are a consent page or a form letter.
        """
        pairs = _pairs(sample.words)
        likenesses = self._likenesses(sample, pairs, outlet, title, at - self._window)
        root = likenesses[0].other if likenesses and likenesses[0].copy else article
        self._file(_Filed(article, root, outlet, title, at, sample), pairs)
        return likenesses

    def load(
        self, article: str, root: str | None, sample: Sample, at: datetime, outlet: str = "", title: str = ""
    ) -> None:
        """File an article that was judged before (after a restart), without comparing it."""
        self._file(_Filed(article, root or article, outlet, title, at, sample), _pairs(sample.words))

    def expire(self, now: datetime) -> None:
        """Forget the articles older than the window."""
        self._forget([n for n, filed in self._filed.items() if filed.at < now - self._window])

    def drop(self, articles: Collection[str]) -> None:
        """Forget these articles."""
        self._forget([n for n, filed in self._filed.items() if filed.article in articles])

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            filed = self._filed.pop(number)
            for pair in _filed_under(_pairs(filed.sample.words)):
                self._unfile(pair, number)
            if self._exact.get(filed.sample.exact) == number:
                del self._exact[filed.sample.exact]

    def _likenesses(
        self, sample: Sample, pairs: Sequence[int], outlet: str, title: str, since: datetime
    ) -> tuple[Likeness, ...]:
        same = self._filed.get(self._exact.get(sample.exact, 0)) if sample.exact else None
        if same and same.at >= since and _plausible(same, outlet, title):
            return (Likeness(same.root, 1.0, copy=True),)
        found = [
            self._judge(filed, sample, outlet, title)
            for filed in map(self._filed.__getitem__, self._candidates(pairs))
            if filed.at >= since
        ]
        ranked = sorted((likeness for likeness in found if likeness), key=lambda like: -like.containment)
        copies = [likeness for likeness in ranked if likeness.copy]
        return (*copies[:1], *(likeness for likeness in ranked if not likeness.copy))

    def _candidates(self, pairs: Sequence[int]) -> list[int]:
        """Return the texts that share filed pairs with this one, the likeliest first."""
        if self._first.keys().isdisjoint(pairs):
            return []
        known = [pair for pair in pairs if pair in self._first]
        hits = Counter(map(self._first.__getitem__, known))
        for pair in known:
            hits.update(self._further.get(pair, ()))
        least = 1 if len(pairs) < 2 * MIN_SHARED else 2
        return [number for number, count in hits.most_common(_CANDIDATES) if count >= least]

    def _judge(self, filed: _Filed, sample: Sample, outlet: str, title: str) -> Likeness | None:
        share, covered = containment(sample.words, filed.sample.words)
        if share < SHARES or covered < (MIN_SHARED if share < _ALL_BUT else _FEW_SHARED):
            return None
        if share >= COPY and _plausible(filed, outlet, title):
            return Likeness(filed.root, share, copy=True)
        return Likeness(filed.article, share, copy=False)

    def _file(self, filed: _Filed, pairs: Sequence[int]) -> None:
        number, self._next = self._next, self._next + 1
        self._filed[number] = filed
        if filed.sample.exact:
            self._exact.setdefault(filed.sample.exact, number)
        if len(filed.sample.words) < _FEW_SHARED:
            return
        filed_under = dict.fromkeys(_filed_under(pairs), number)
        for pair in [pair for pair in filed_under if pair in self._first]:
            del filed_under[pair]
            further = self._further.setdefault(pair, [])
            if len(further) < _CROWDED:
                further.append(number)
        self._first.update(filed_under)

    def _unfile(self, pair: int, number: int) -> None:
        """Take a text out from under a pair; the next one filed there moves up."""
        further = self._further.get(pair, [])
        if self._first.get(pair) == number:
            del self._first[pair]
            if further:
                self._first[pair] = further.pop(0)
        elif number in further:
            further.remove(number)
        if not further:
            self._further.pop(pair, None)


def _plausible(filed: _Filed, outlet: str, title: str) -> bool:
    """Tell whether a shared text can be a copy: always between outlets; within one only under headlines with half their words in common."""
    if not outlet or outlet != filed.outlet or not title or not filed.title:
        return True
    one, other = (set(re.findall(r"\w+", text.casefold())) for text in (title, filed.title))
    return len(one & other) * 2 >= min(len(one), len(other))
