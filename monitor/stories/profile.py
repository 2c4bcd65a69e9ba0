"""What a report is about, as weighted terms: the raw material of story grouping.

Of each article only the headline and the first hundred words are read: news puts the event first (the inverted pyramid), and
what follows is background that different events share. Terms are word beginnings, so that "arrested" meets "arrests" in any language
that inflects at the end, without a stemmer for each; scripts without spaces give pairs of characters.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from zlib import crc32

LEAD_WORDS = 100
"""Words of the text that count."""

SHORT = 25
"""A profile of fewer terms is a headline's, or little more."""

_STEM = 6  # characters of a word that count; 5 and 7 measured slightly worse, whole words worse on headlines
_CAPITALISED = (
    1.5  # names tell events apart; measured to help headlines, and to hurt whole leads, where actors recur
)
_SCALE = 32  # weights are kept in a byte each
_SLICE = 12 * LEAD_WORDS  # characters that surely hold the first hundred words

_TOKEN = re.compile(r"\d[\d.,]*\d|\w+")
_POSSESSIVE = re.compile(r"['’][sS]\b")
_FURNITURE = re.compile(r"^(?:!\[\]\([^\n]*\)|- - -)$\n?", re.MULTILINE)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_AFTER_STOP = re.compile('[.!?:\n"“„»]\\s*$')


@dataclass(frozen=True, slots=True)
class Profile:
    """Term ids (CRC-32 of the folded beginning) and their weights, in 32nds; without the terms' rarity, which changes with time."""

    terms: array[int]
    weights: bytes

    @property
    def short(self) -> bool:
        """Whether this is a headline with little or no text."""
        return len(self.terms) < SHORT


def profile(title: str, text: str) -> Profile:
    """Return the profile of an article: its headline and the beginning of its seed (or plain) text."""
    lead = (
        _FURNITURE.sub("", text[: 2 * _SLICE])[:_SLICE]
        if "![](" in text or "- - -" in text
        else text[:_SLICE]
    )
    counts: Counter[str] = Counter()
    names: set[str] = set()
    for part, limit in ((title, None), (lead, LEAD_WORDS)):
        headline_case = _is_headline_case(part) if limit is None else False
        for term, capital in _terms(part, limit):
            counts[term] += 1
            if capital and not headline_case:
                names.add(term)
    bonus = _CAPITALISED if len(counts) < SHORT else 1.0
    weights = bytes(
        min(255, round(_SCALE * (1 + log(count)) * (bonus if term in names else 1)))
        for term, count in counts.items()
    )
    return Profile(array("I", map(term_id, counts)), weights)


def term_id(term: str) -> int:
    """Return the stable id of a term."""
    return crc32(term.encode("utf-8", "surrogatepass"))


def stem(word: str) -> str:
    """Return what of a word counts: a number whole, of a word its folded beginning."""
    return word if word[0].isdigit() else word.casefold()[:_STEM]


def _terms(text: str, limit: int | None) -> Iterator[tuple[str, bool]]:
    """Yield terms in order, each with whether it is capitalised in mid-sentence; single letters and digits say nothing."""
    text = _POSSESSIVE.sub("", text)
    if not text.isascii():
        text = _UNSPACED.sub(_bigrams, text)
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number == limit:
            return
        word = match[0]
        if len(word) > 1:
            yield stem(word), word[0].isupper() and not _starts_sentence(text, match.start())


def _starts_sentence(text: str, at: int) -> bool:
    return at == 0 or _AFTER_STOP.search(text, max(0, at - 3), at) is not None


def _bigrams(run: re.Match[str]) -> str:
    text = run[0]
    return f" {' '.join(map(str.__add__, text, text[1:]))} " if len(text) > 1 else f" {text} "


def _is_headline_case(title: str) -> bool:
    """Tell whether A Headline Is Capitalised Throughout, so that capitals in it say nothing."""
    words = [word for word in title.split() if len(word) > 3 and word.isalpha()]
    return sum(word[0].isupper() for word in words) > 0.6 * len(words)
