"""Single mentions on their way back to the original: one walk along a document's line, stopping at each hit in turn.

What `Document` works out for any order of questions (where each paragraph begins, the words before it) is here only counted where a
hit stands; with ten thousand rules that halves the cost of a match.
"""

from __future__ import annotations

from monitor.topics.document import BORDER_BYTE, Document
from monitor.topics.layout import GAP
from monitor.topics.words import blanked


class Walk:
    """A place in a document whose words stand one for one in its original (`Document.even`); it only moves on.

    `index` is the paragraph it is in, `zone` what that is: `title`, `lead` or `body`. Hits are asked about in order of their ends.
    """

    __slots__ = (
        "_begins",
        "_border",
        "_document",
        "_even_at",
        "_even_end",
        "_line",
        "_source_at",
        "_stretches",
        "index",
        "zone",
    )

    def __init__(self, document: Document) -> None:
        self._document = document
        self._stretches = document.stretches()
        self._border = -1
        self._even_end = 1 - len(GAP)  # the line begins with a space
        self.index = -1
        self._enter()

    def _enter(self) -> None:
        """Step into the next paragraph."""
        folded = self._document.folded
        self._even_at = self._even_end + len(GAP)
        self.zone, self._source_at, end = next(self._stretches)
        self._even_end = self._even_at + end - self._source_at
        self.index += 1
        self._begins = self._border + 1
        border = folded.find(BORDER_BYTE, self._begins)
        self._border = border if border >= 0 else len(folded)
        if self.zone == "body" and self._begins < self._document.lead_end:
            self.zone = "lead"
        self._line: bytes | None = None

    def to(self, end: int) -> None:
        """Go to the paragraph of a hit that ends at byte `end` of the line of words."""
        while end > self._border:
            self._enter()

    def span(self, end: int, back: int) -> tuple[str, int, int]:
        """Return zone, start and end in the original of the mention whose last word a hit ends in, and which begins `back` words before."""
        number = self._document.folded.count(b" ", self._begins, end - 1) - 1 - back
        line = self._words()
        start = last = len(line) - len(line.split(None, number)[-1])
        if back:
            last = len(line) - len(line[start:].split(None, back)[-1])
        after = line.find(b" ", last)
        after = after if after >= 0 else len(line)
        if line.find(b".", last, after) >= 0:
            after = self._document.with_dot(self.index, last, after)
        base = self._source_at
        return "title" if self.zone == "title" else "body", base + start, base + after

    def _words(self) -> bytes:
        """Return the paragraph in words and spaces, one for one with its original."""
        if self._line is None:
            even = self._document.even
            assert even is not None  # noqa: S101  # a walk is only made of a document that has one
            self._line = blanked(even[self._even_at : self._even_end])
        return self._line
