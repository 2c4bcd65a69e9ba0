"""A text as a line of words and, for most texts, where each word came from, both found in one compiled pass.

Folding is the floor under every document, and the way back the larger part of every match: in Python the two took two thirds of the
time, with all the work already in C functions of the library. `_scan.c` does them in one pass. It knows texts in which every
character stands for one of ASCII, which is nearly every text in a Western language; others, and all where it was not built (that
takes a C compiler when the package is installed), are spaced in Python (`words`) and led back paragraph by paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.topics.glue import ELISIONS
from monitor.topics.words import CODE_PAGE

try:
    from monitor.topics._scan import scan
except ImportError:  # not built

    def scan(text: str, page: bytes, elisions: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes] | None:
        """Stand in for the compiled pass: it knows no text."""
        return None


COMPILED = scan.__module__ != __name__


class Line(NamedTuple):
    """The words of a text between single spaces, marks of lines that run on left out, and for each word where it begins in that line
    (`offsets`, in bytes, which are characters here) and where it starts and ends in the text. `begins` has the number of the first
    word behind each mark."""

    words: bytes
    offsets: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    begins: Sequence[int]


def scanned(text: str) -> Line | None:
    """Return the line of a text of the kind that the compiled pass knows; None for any other, and where it was not built."""
    found = scan(text, CODE_PAGE, ELISIONS)
    if found is None:
        return None
    return Line(found[0], *[memoryview(numbers).cast("I") for numbers in found[1:]])
