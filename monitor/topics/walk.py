"""Single mentions on their way back to the original: one walk along a document's line, stopping at each hit in turn.

What `Document` works out for any order of questions (where each paragraph begins, the words before it) is here only counted where a
hit stands; with ten thousand rules that halves the cost of a match.
"""

from __future__ import annotations

from monitor.topics.checkpoints import LONG
from monitor.topics.document import LEAD_WORDS, Document
from monitor.topics.layout import GAP
from monitor.topics.words import blanked


class Walk:
    """A place in a document whose words stand one for one in its original (`Document.even`); it only moves on.

    `index` is the paragraph it is in, `zone` what that is: `title`, `lead` or `body`. Hits are asked about in order of their ends.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._folded = document.folded
        self._stretches, self._gaps = document.stretches(), document.gaps()
        self._even_end = 1 - len(GAP)  # the line begins with a space
        self._begins = self._ends = self._next = self._lead_words = 0
        self.index, self.zone = -1, ""
        self._enter()

    def _enter(self) -> None:
        """Step into the next paragraph."""
        if self.zone == "lead":
            self._lead_words += self._folded.count(b" ", self._begins, self._ends)
        self._begins = self._counted = self._next
        self._number = -1  # of the word last asked about
        self._ends, self._next = next(self._gaps)
        self.zone, self._source_at, end, _ = next(self._stretches)
        if self.zone == "body" and self._lead_words < LEAD_WORDS:
            self.zone = "lead"
        self._even_at = self._even_end + len(GAP)
        self._even_end = self._even_at + end - self._source_at
        self.index += 1
        self._line: bytes | None = None

    def to(self, end: int) -> None:
        """Go to the paragraph of the word in which a hit ends that ends at byte `end` of the line of words."""
        while end - 1 > self._ends:
            self._enter()

    def span(self, end: int, back: int) -> tuple[str, int, int] | None:
        """Return zone, start and end in the original of a mention: a hit that ends at `end` ends in its last word, `back` words
        behind its first. None if it began in the paragraph before (a line that runs on)."""
        self._number += self._folded.count(b" ", self._counted, end - 1)
        self._counted = end - 1
        number = self._number - back
        if number < 0:
            return None
        zone, base = "title" if self.zone == "title" else "body", self._source_at
        if self._even_end - self._even_at > LONG:
            words = self._document.places(self.index)
            return zone, words[number][0], words[number + back][1]
        line = self._words()
        start, after = self._document.word_in(line, self.index, number)
        if back:
            after = self._document.word_in(line, self.index, number + back)[1]
        return zone, base + start, base + after

    def _words(self) -> bytes:
        """Return the paragraph in words and spaces, one for one with its original."""
        if self._line is None:
            even = self._document.even
            assert even is not None  # noqa: S101  # a walk is only made of a document that has one
            self._line = blanked(even[self._even_at : self._even_end])
        return self._line
