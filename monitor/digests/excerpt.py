"""The lines a reader sees under a headline: an excerpt with a matched term in it, and where in it the terms stand; pure.

Offsets of a match are offsets into the seed text. The excerpt is one slice of that text, with line breaks shown as spaces (one
character for one), so that every range maps by subtraction and can never point beside its term.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from monitor.models import Span
from monitor.seed import LineKind, furniture, lines
from monitor.text import sentences

LIMIT = 280
"""Longest excerpt, in characters (spec "Slack", Look)."""

_CONTEXT = 60  # characters kept before the first term when a sentence is too long to show from its beginning

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text and the sorted, non-overlapping ranges of matched terms in it."""

    text: str = ""
    bold: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence's offsets in the document; only sentences of the same `run` of prose lines may be shown together."""

    start: int
    end: int
    run: int


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return the union of the ranges as sorted, non-overlapping, non-empty ones (touching ones become one)."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return tuple(result)


def headline(title: str, spans: Iterable[Span]) -> Excerpt:
    """Return the title with its matched terms."""
    found = ((max(0, span.start), min(span.end, len(title))) for span in spans if span.zone == "title")
    return Excerpt(title, merged(found))


def lead(document: str, spans: Iterable[Span], limit: int = LIMIT) -> Excerpt:
    """Return at most `limit` characters of a seed document: from its beginning if a matched term stands there, else from the first
    sentence that holds one; ended at a sentence's end where that is possible, else at a word's with an ellipsis."""
    terms = merged((span.start, span.end) for span in spans if span.zone == "body")
    told = _sentences(document)
    if not told:
        return Excerpt()
    window = _window(told, 0, limit)
    if terms and not _holds(terms, window):
        first = next((i for i, part in enumerate(told) if _touches(terms, part)), 0)
        window = _window(told, first, limit)
    if window[1] - window[0] > limit:
        return _cut(document, window, terms, limit)
    return _slice(document, window, terms)


def _sentences(document: str) -> list[_Sentence]:
    """Return the sentences of the prose, items and rows; furniture ends a run, and so does every item or row."""
    dead = set(furniture(document))
    told: list[_Sentence] = []
    run = 0
    for line in lines(document):
        if line.kind is not LineKind.PROSE or (line.start, line.end) in dead:
            run += 1
        if (line.start, line.end) not in dead:
            told += [
                _Sentence(line.start + start, line.start + end, run) for start, end in sentences(line.text)
            ]
        if line.kind is not LineKind.PROSE:
            run += 1
    return told


def _window(told: Sequence[_Sentence], first: int, limit: int) -> Range:
    """Return the span of as many whole sentences from the first on as fit (at least one)."""
    start, run = told[first].start, told[first].run
    fitting = takewhile(lambda part: part.run == run and part.end - start <= limit, told[first + 1 :])
    return start, max([told[first].end, *(part.end for part in fitting)])


def _holds(terms: Sequence[Range], window: Range) -> bool:
    return any(window[0] <= start and end <= window[1] for start, end in terms)


def _touches(terms: Sequence[Range], part: _Sentence) -> bool:
    return any(start < part.end and end > part.start for start, end in terms)


def _cut(document: str, window: Range, terms: Sequence[Range], limit: int) -> Excerpt:
    """Cut a sentence that is too long, at words, around its first term."""
    start, end = window
    room = limit - 1
    first = next((term for term in terms if term[1] > start), (start, start))
    before = ""
    if first[1] > start + room:
        start, before, room = _word_start(document, max(start, first[0] - _CONTEXT), first[0]), "…", limit - 2
    stop = _word_end(document, start, min(start + room, end))
    return _slice(document, (start, stop), terms, before, "…" if stop < end else "")


def _word_start(document: str, at: int, before: int) -> int:
    space = document.find(" ", at, before)
    return space + 1 if space >= 0 else at


def _word_end(document: str, start: int, at: int) -> int:
    """Step back to the end of a word, unless that would lose more than half (scripts without spaces)."""
    space = document.rfind(" ", start, at + 1)
    return space if space > start + (at - start) // 2 else at


def _slice(
    document: str, window: Range, terms: Sequence[Range], before: str = "", after: str = ""
) -> Excerpt:
    """Return the slice with the terms that stand in it whole."""
    shift = len(before) - window[0]
    inside = tuple((a + shift, b + shift) for a, b in terms if window[0] <= a and b <= window[1])
    return Excerpt(before + document[window[0] : window[1]].replace("\n", " ") + after, inside)
