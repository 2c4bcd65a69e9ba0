"""Mentions, and the arithmetic of places: near, before, outside, at least. Distances are in words, at most n between two mentions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

Part = tuple[int, int, int]  # first word, last word, number of the term
Mention = tuple[int, int, tuple[Part, ...]]  # first word, last word, the terms it is made of


def leaf(first: int, last: int, term: int) -> Mention:
    """Return the mention of one term."""
    return first, last, ((first, last, term),)


def gap(a: Mention, b: Mention) -> int:
    """Return how many words stand between two mentions; negative if they overlap."""
    return max(a[0], b[0]) - min(a[1], b[1]) - 1


def share_words(a: Mention, b: Mention) -> bool:
    """Tell whether two mentions use a common word."""
    if a[1] < b[0] or b[1] < a[0]:
        return False
    return any(p[0] <= q[1] and q[0] <= p[1] for p in a[2] for q in b[2])


def joined(a: Mention, b: Mention) -> Mention:
    """Return the joint mention of two: from the first word of either to the last."""
    return min(a[0], b[0]), max(a[1], b[1]), tuple(sorted({*a[2], *b[2]}))


def near(
    lefts: Sequence[Mention],
    rights: Sequence[Mention],
    distance: int,
    paragraph_of: Callable[[int], int],
    *,
    ordered: bool,
) -> list[Mention]:
    """Return the joint mentions of two sides with at most `distance` words between, in one paragraph, sharing no word.

    Each mention is joined to the nearest of the other side (all of them in a tie), so the result grows with the text and not with
    its square, and is the same whichever side is named first.
    """
    pairs = [*_nearest(lefts, rights, distance, paragraph_of, behind=True, before=not ordered)]
    pairs += _nearest(rights, lefts, distance, paragraph_of, behind=not ordered, before=True)
    return sorted({joined(a, b) for a, b in pairs})


def _nearest(
    mentions: Sequence[Mention],
    others: Sequence[Mention],
    distance: int,
    paragraph_of: Callable[[int], int],
    *,
    behind: bool,
    before: bool,
) -> Iterator[tuple[Mention, Mention]]:
    """Yield each mention with the nearest of the others, all of them in a tie; only those wholly behind or before it if so asked.

    Goes outwards from each and stops where nothing nearer can come: a text full of both sides costs its length, not its square.
    """
    firsts, reach = _extent(others)
    for one in mentions:
        at, paragraph = bisect_left(firsts, one[0]), paragraph_of(one[0])
        found: list[Mention] = []
        best = distance
        for place in range(at, len(others)) if behind else ():
            other = others[place]
            if other[0] - one[1] - 1 > best or paragraph_of(other[0]) != paragraph:
                break
            best = _kept_nearest(found, one, other, best, apart=not before)
        for place in range(at - 1, -1, -1) if before else ():
            other = others[place]
            if one[0] - other[0] - reach - 1 > best or paragraph_of(other[0]) != paragraph:
                break
            best = _kept_nearest(found, one, other, best, apart=not behind)
        yield from [(one, other) for other in found]


def _extent(mentions: Sequence[Mention]) -> tuple[list[int], int]:
    """Return the first words of mentions, and how far the longest of them reaches behind its own."""
    return [mention[0] for mention in mentions], max(
        (mention[1] - mention[0] for mention in mentions), default=0
    )


def _kept_nearest(found: list[Mention], one: Mention, other: Mention, best: int, *, apart: bool) -> int:
    """Put another mention among the nearest found, if it is as near as they are or nearer; return how near that is."""
    between = gap(one, other)
    if between > best or (apart and between < 0) or share_words(one, other):
        return best
    between = max(0, between)
    if between < best:
        found.clear()
    found.append(other)
    return between


def outside(lefts: Iterable[Mention], rights: Iterable[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Return the left mentions none of whose words lies in a right mention, and the others."""
    covered = _merged(rights)
    ends = [end for _, end in covered]
    kept: list[Mention] = []
    dropped: list[Mention] = []
    for mention in lefts:
        (dropped if any(_is_covered(part, covered, ends) for part in mention[2]) else kept).append(mention)
    return kept, dropped


def _merged(mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last, _ in mentions:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _is_covered(part: Part, covered: Sequence[tuple[int, int]], ends: Sequence[int]) -> bool:
    at = bisect_left(ends, part[0])
    return at < len(covered) and covered[at][0] <= part[1]


def not_near(
    lefts: Sequence[Mention], rights: Sequence[Mention], distance: int, paragraph_of: Callable[[int], int]
) -> tuple[list[Mention], list[Mention]]:
    """Return the left mentions with no right mention within `distance` words in their paragraph, and the others."""
    firsts, reach = _extent(rights)
    kept: list[Mention] = []
    dropped: list[Mention] = []
    for mention in lefts:
        low, high = mention[0] - distance - 1 - reach, mention[1] + distance + 1
        there = rights[bisect_left(firsts, low) : bisect_right(firsts, high)]
        paragraph = paragraph_of(mention[0])
        close = any(
            gap(mention, right) <= distance and paragraph_of(right[0]) == paragraph for right in there
        )
        (dropped if close else kept).append(mention)
    return kept, dropped


def count_apart(mentions: Iterable[Mention]) -> int:
    """Return how many mentions can be counted without two overlapping (earliest end first, which is optimal)."""
    count, reached = 0, -1
    for first, last in sorted({(mention[1], mention[0]) for mention in mentions}):
        if last > reached:
            count, reached = count + 1, first
    return count


def in_order(places: Sequence[Sequence[Mention]], slop: int, term: int) -> list[Mention]:
    """Return the stretches in which the words of a phrase stand in order with at most `slop` other words among them.

    `places` holds the mentions of each word. From every first word the next word is taken as early as it comes; of stretches that
    end alike the shortest counts.
    """
    found: dict[int, int] = {}
    orders = [sorted((mention[0], mention[1]) for mention in words) for words in places]
    for first, last in orders[0]:
        rest = _follow(orders[1:], last)
        if rest is not None:
            end, used = rest
            if end - last - used <= slop:
                found[end] = max(first, found.get(end, first))
    return [
        leaf(first, end, term) for end, first in sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
    ]


def _follow(orders: Sequence[Sequence[tuple[int, int]]], last: int) -> tuple[int, int] | None:
    """Return the end of the earliest continuation after word `last`, and how many words its parts take up."""
    used = 0
    for words in orders:
        at = bisect_left(words, (last + 1, 0))
        if at == len(words):
            return None
        used += words[at][1] - words[at][0] + 1
        last = words[at][1]
    return last, used
