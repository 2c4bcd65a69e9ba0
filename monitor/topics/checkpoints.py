"""How many words stand before a place in a line of words: counted once at each paragraph, and between where one is long.

Without the places between, a text of one paragraph (a feed may send three million characters in one) cost the square of its length.
"""

from __future__ import annotations

from monitor.topics.glue import BORDER

BORDER_BYTE = BORDER.encode()
LONG = 4_000
"""Characters of a paragraph; in a longer one places are noted once, not counted for each question."""


def borders(text: bytes) -> tuple[list[int], list[int]]:
    """Return the offsets of the paragraph borders in a line of words, and how many spaces stand before each."""
    offsets, numbers = [0], [0]
    find, count = text.find, text.count
    at, number = 0, 0
    while (end := find(BORDER_BYTE, at)) >= 0:
        number += count(b" ", at, end)
        offsets.append(end)
        numbers.append(number)
        at = end + 1
    return offsets, numbers


def closer(text: bytes, offsets: list[int], numbers: list[int]) -> tuple[list[int], list[int]]:
    """Return the same with places between that are too far apart, so that counting from the nearest stays cheap in any text."""
    ends = [*offsets[1:], len(text)]
    if all(end - at <= LONG for at, end in zip(offsets, ends, strict=True)):
        return offsets, numbers
    places: list[int] = []
    counts: list[int] = []
    for offset, number, end in zip(offsets, numbers, ends, strict=True):
        for at in range(offset, max(end, offset + 1), LONG):
            counts.append(number if at == offset else counts[-1] + text.count(b" ", places[-1], at))
            places.append(at)
    return places, counts
