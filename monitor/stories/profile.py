"""What a report is about, as weighted terms: the raw material of story grouping.

Of each article only the headline and the first hundred words are read: news puts the event first (the inverted pyramid), and
what follows is background that different events share. Terms are word beginnings, so that "arrested" meets "arrests" in any language
that inflects at the end, without a stemmer for each; scripts without spaces give pairs of characters.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import repeat
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
_MOST = 20  # occurrences beyond which a term gains no more
_SLICE = 12 * LEAD_WORDS  # characters that surely hold the first hundred words

_TOKEN = re.compile(r"\d[\d.,]*\d|\w+")
_POSSESSIVE = re.compile(r"['’][sS]\b")
_FURNITURE = re.compile(r"^(?:!\[\]\([^\n]*\)|- - -)$\n?", re.MULTILINE)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_AFTER_STOP = re.compile('[.!?:\n"“„»]\\s*$')

_PLAIN = [0, *(round(_SCALE * (1 + log(count))) for count in range(1, _MOST + 1))]
_NAMED = [round(_CAPITALISED * weight) for weight in _PLAIN]


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
    lead = _FURNITURE.sub("", text[: 2 * _SLICE]) if "![](" in text or "- - -" in text else text
    lead = lead[:_SLICE]
    counts = Counter([*_terms(title), *_terms(lead)[:LEAD_WORDS]])
    names = _names(title, lead) if len(counts) < SHORT else frozenset()
    tables = [_NAMED if term in names else _PLAIN for term in counts] if names else repeat(_PLAIN)
    weights = bytes([table[min(count, _MOST)] for table, count in zip(tables, counts.values(), strict=False)])
    return Profile(array("I", map(term_id, counts)), weights)


def term_id(term: str) -> int:
    """Return the stable id of a term."""
    return crc32(term.encode("utf-8", "surrogatepass"))


def stem(word: str) -> str:
    """Return what of a word counts: its folded beginning."""
    return word.casefold()[:_STEM]


def _spaced(text: str) -> str:
    """Return the text without possessives and with scripts that do not space words taken apart."""
    if "'" in text or "’" in text:
        text = _POSSESSIVE.sub("", text)
    return text if text.isascii() else _UNSPACED.sub(_bigrams, text)


def _terms(text: str) -> list[str]:
    """Return the terms of a text in order; single letters and digits say nothing."""
    return [word[:_STEM] for word in _TOKEN.findall(_spaced(text).casefold()) if len(word) > 1]


def _names(title: str, lead: str) -> set[str]:
    """Return the terms that are capitalised in mid-sentence, except in a headline that capitalises everything."""
    parts = [lead] if _is_headline_case(title) else [title, lead]
    return {
        stem(match[0])
        for text in map(_spaced, parts)
        for match in _TOKEN.finditer(text)
        if match[0][0].isupper() and not _starts_sentence(text, match.start())
    }


def _starts_sentence(text: str, at: int) -> bool:
    return at == 0 or _AFTER_STOP.search(text, max(0, at - 3), at) is not None


def _bigrams(run: re.Match[str]) -> str:
    text = run[0]
    return f" {' '.join(map(str.__add__, text, text[1:]))} " if len(text) > 1 else f" {text} "


def _is_headline_case(title: str) -> bool:
    """Tell whether A Headline Is Capitalised Throughout, so that capitals in it say nothing."""
    words = [word for word in title.split() if len(word) > 3 and word.isalpha()]
    return sum(word[0].isupper() for word in words) > 0.6 * len(words)
