"""The lines of an entry's own texts, read once for all who ask about them.

Whether the feed's text is a teaser, whether it is cut by a machine, and the article made of it all need the same lines; reading the HTML
anew for each of them was half of the cost of a new entry (measured).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.html import fragment_lines
from monitor.models import Entry
from monitor.text import count_words

Lines = tuple[str, ...]


@dataclass(frozen=True)
class OwnText:
    """The lines of an entry's summary and content, without markup."""

    summary: Lines
    content: Lines
    longest: Lines  # of the fragment with more characters, markup included

    @classmethod
    def of(cls, entry: Entry) -> OwnText:
        """Read an entry's texts."""
        summary = fragment_lines(entry.summary) if entry.summary else ()
        content = fragment_lines(entry.content) if entry.content else ()
        return cls(summary, content, content if len(entry.content) >= len(entry.summary) else summary)

    @cached_property
    def fullest(self) -> Lines:
        """The lines of the text with more words."""
        if not self.summary or not self.content:
            return self.content or self.summary
        return max((self.content, self.summary), key=_words)

    @cached_property
    def words(self) -> int:
        """The words of the fullest text."""
        return _words(self.fullest)


def _words(lines: Lines) -> int:
    return sum(map(count_words, lines))
