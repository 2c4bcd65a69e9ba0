"""Whether an entry's page must be fetched: teaser or full text, and what a feed has been learned to carry.

Measured over 198 real feeds (longest of content and summary): 47 % of the entries have under 80 words, 38 % have 250 or more; ellipses
and "read more" are rare. So words and paragraphs decide, and between the two the feed's own record does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from zlib import crc32

from monitor.collect.owntext import OwnText
from monitor.models import Article, Completeness, Entry, Feed, FeedState, FullText
from monitor.urls import is_aggregator

TEASER_WORDS = 80
UNTAGGED_WORDS = 150
FULL_WORDS = 250
FULL_PARAGRAPHS = 3
COVERED = 0.9
"""A feed is full when its text holds this share of a page's 4-word shingles."""

STUB = 0.6
"""A page with less than this share of the feed's own text is a paywall stub."""

_LEAST_SHINGLES = 40
_RECHECK = 20
"""One entry in so many of a feed learned to be full has its page fetched all the same: feeds turn to teasers without notice."""

_CUT = re.compile(
    r"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\]|(?:read|continue|keep) (?:more|reading|the (?:full|rest)\b.{0,30})|read the full (?:story|article)|"
    r"weiterlesen|mehr lesen|lire la suite|leer más|continua a leggere|lees verder|read on|more »)\s*[\])»>→.]*\s*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*\s*$")
_TAG = re.compile(r"<[a-zA-Z]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class PageDecision:
    """Whether to fetch an entry's page, what the feed's own text is (None: it was not asked), and the reason in words."""

    fetch: bool
    completeness: Completeness | None
    reason: str


def needs_page(
    entry: Entry, feed: Feed, state: FeedState, *, cut_to_length: bool = False, own: OwnText | None = None
) -> PageDecision:
    """Decide on an entry. `state.full` is what the feed was learned to carry; `cut_to_length` says that its texts all have one length
    (`is_cut_to_length` over the document). `own` are its texts, if they have been read already."""
    if feed.full_text is FullText.NEVER:
        return PageDecision(False, None, "full_text: never")
    completeness, why = verdict(entry, cut_to_length=cut_to_length, learned=state.full, own=own)
    if entry.url is None:
        return PageDecision(False, completeness or Completeness.TEASER, "the entry has no link")
    if is_aggregator(entry.url):
        return PageDecision(
            False, Completeness.TEASER, "an aggregator's link does not lead to the article itself"
        )
    if feed.full_text is FullText.ALWAYS:
        return PageDecision(True, completeness or Completeness.TEASER, "full_text: always")
    if (
        completeness is Completeness.FULL
        and state.full
        and crc32(entry.url.encode("utf-8", "ignore")) % _RECHECK == 0
    ):
        return PageDecision(True, Completeness.FULL, "a spot check of a feed that carries whole articles")
    return PageDecision(completeness is not Completeness.FULL, completeness or Completeness.TEASER, why)


def verdict(
    entry: Entry, *, cut_to_length: bool = False, learned: bool | None = None, own: OwnText | None = None
) -> tuple[Completeness | None, str]:
    """Return what the entry's own text is, with the reason; None where it cannot be told and nothing was learned."""
    fragment = max(entry.content, entry.summary, key=len)
    lines = (own or OwnText.of(entry)).longest
    counts = [_words(line) for line in lines]
    words = sum(counts)
    if reason := _teaser_sign(fragment, lines, words, cut_to_length=cut_to_length):
        return Completeness.TEASER, reason
    paragraphs = sum(1 for count in counts if count >= 8)
    if words >= FULL_WORDS and paragraphs >= FULL_PARAGRAPHS:
        return Completeness.FULL, f"{words} words in {paragraphs} paragraphs"
    if learned is not None:
        record = "carries whole articles" if learned else "carries teasers"
        return (
            Completeness.FULL if learned else Completeness.TEASER
        ), f"{words} words, and the feed {record} as a rule"
    return None, f"{words} words: it cannot be told whether that is all"


def _teaser_sign(fragment: str, lines: Sequence[str], words: int, *, cut_to_length: bool) -> str:
    if words < TEASER_WORDS:
        return f"{words} words"
    if words < UNTAGGED_WORDS and not _TAG.search(fragment):
        return f"{words} words without a paragraph"
    if _CUT.search(lines[-1][-120:]):
        return "it ends in an ellipsis or an invitation to read on"
    if cut_to_length:
        return "all texts of the feed have the same length"
    if words < FULL_WORDS and not _SENTENCE_END.search(lines[-1]):
        return "it breaks off in mid-sentence"
    return ""


def _words(line: str) -> int:
    """Count words; in scripts without blanks two characters count as one."""
    wide = len(_WIDE.findall(line)) if not line.isascii() else 0
    return len(line.split()) + wide // 2


def is_cut_to_length(texts: Sequence[OwnText]) -> bool:
    """Say whether the texts of nearly all entries (of at least five) have the same length: they are cut by a machine."""
    lengths = [sum(map(len, own.longest)) + len(own.longest) - 1 for own in texts[:50] if own.longest]
    if len(lengths) < 5:
        return False
    middle = median(lengths)
    return sum(1 for length in lengths if abs(length - middle) <= max(5, 0.03 * middle)) >= 0.8 * len(lengths)


def coverage(own: Article, page: Article) -> float | None:
    """Return the share of a page's text that the feed's own text covers (0-1), by 4-word shingles.

    None where the page proves nothing: too short, or much shorter than the feed's text (a paywall stub).
    """
    found = shingles(page.text)
    if len(found) < _LEAST_SHINGLES or len(page.text) < STUB * len(own.text):
        return None
    return len(found & shingles(own.text)) / len(found)


def learn(full: bool | None, coverages: Sequence[float]) -> bool | None:
    """Return the new record of a feed, whole articles (True) or teasers (False), after some of its pages were read; unchanged without any."""
    return median(coverages) >= COVERED if coverages else full


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return the runs of four words of a text, letter case and punctuation aside."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], words[3:], strict=False))
