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
    pairs = list(_pairs(lefts, rights, distance, paragraph_of, ordered=ordered))
    nearest_left: dict[Mention, int] = {}
    nearest_right: dict[Mention, int] = {}
    for a, b, between in pairs:
        nearest_left[a] = min(between, nearest_left.get(a, between))
        nearest_right[b] = min(between, nearest_right.get(b, between))
    return sorted({joined(a, b) for a, b, between in pairs if between in (nearest_left[a], nearest_right[b])})


def _pairs(
    lefts: Sequence[Mention],
    rights: Sequence[Mention],
    distance: int,
    paragraph_of: Callable[[int], int],
    *,
    ordered: bool,
) -> Iterator[tuple[Mention, Mention, int]]:
    for a, b in _close(lefts, rights, distance):
        if (ordered and b[0] <= a[1]) or share_words(a, b) or paragraph_of(a[0]) != paragraph_of(b[0]):
            continue
        yield a, b, max(0, gap(a, b))


def _close(
    lefts: Sequence[Mention], rights: Sequence[Mention], distance: int
) -> Iterator[tuple[Mention, Mention]]:
    """Yield the pairs with at most `distance` words between; `rights` is in order of first word."""
    firsts = [right[0] for right in rights]
    reach = max((right[1] - right[0] for right in rights), default=0)
    for a in lefts:
        start = bisect_left(firsts, a[0] - distance - 1 - reach)
        end = bisect_right(firsts, a[1] + distance + 1)
        for b in rights[start:end]:
            if gap(a, b) <= distance:
                yield a, b


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
    close = {a for a, b in _close(lefts, rights, distance) if paragraph_of(a[0]) == paragraph_of(b[0])}
    return [mention for mention in lefts if mention not in close], [
        mention for mention in lefts if mention in close
    ]


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
