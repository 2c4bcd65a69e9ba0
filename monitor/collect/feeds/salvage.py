"""One broken entry must not spoil the others: a feed that is not well-formed is taken apart, and only the broken entries are handed over.

feedparser's loose path reads a whole broken document by guesswork, and the same entries then have other texts than in the poll before:
changes that nobody made. Here every sound entry is read strictly, as ever; the loose path sees the broken ones alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from monitor.collect.feeds import fast, prescan, thorough
from monitor.collect.strictxml import tree
from monitor.errors import ParseError
from monitor.models import Entry, FeedDocument

MAX_BROKEN = 50
"""With more broken entries than this the document is not one that can be taken apart."""

_ROOT = re.compile(r"<([\w.:-]+)[^<>]*>")
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")


@dataclass(frozen=True, slots=True)
class _Parts:
    """A document cut at its entries: what stands before, the entries, what stands after; the root's opening tag and name."""

    head: str
    entries: tuple[str, ...]
    tail: str
    opening: str
    name: str

    def alone(self, entry: str) -> str:
        """Return a document that holds one entry, with the namespaces of the whole."""
        channel = ("<channel>", "</channel>") if self.name == "rss" else ("", "")
        return f"{self.opening}{channel[0]}{entry}{channel[1]}</{self.name}>"


def salvage(text: str, base: str) -> FeedDocument | None:
    """Return the document with its broken entries read by feedparser and all others strictly; None if it cannot be taken apart."""
    parts = _cut(text)
    if parts is None:
        return None
    broken = {number for number, entry in enumerate(parts.entries) if tree(parts.alone(entry)) is None}
    if not 0 < len(broken) <= min(MAX_BROKEN, len(parts.entries) - 1):
        return None
    sound = "".join(entry for number, entry in enumerate(parts.entries) if number not in broken)
    document = fast.read(parts.head + sound + parts.tail, base)
    if document.handed_over:
        return None
    mended = {number: _guess(parts, parts.entries[number], base, document.language) for number in broken}
    strict = iter(document.entries)
    entries = [
        entry
        for number in range(len(parts.entries))
        for entry in (mended[number] if number in broken else (next(strict),))
    ]
    lost = sum(not found for found in mended.values())
    count = "1 broken entry" if len(broken) == 1 else f"{len(broken)} broken entries"
    return replace(document, entries=tuple(entries), unreadable=document.unreadable + lost, handed_over=count)


def _cut(text: str) -> _Parts | None:
    root = _ROOT.match(text)
    starts = prescan.entry_starts(text)
    if root is None or len(starts) < 2:
        return None
    *pieces, last = (text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
    ends = [match.end() for match in _ENTRY_END.finditer(last)]
    cut = ends[-1] if ends else len(last)
    closing = "" if ends else ("</channel></rss>" if root[1] == "rss" else f"</{root[1]}>")
    return _Parts(text[: starts[0]], (*pieces, last[:cut]), last[cut:] + closing, root[0], root[1])


def _guess(parts: _Parts, entry: str, base: str, language: str | None) -> tuple[Entry, ...]:
    """Return what feedparser makes of one broken entry, with the feed's own language."""
    try:
        found = thorough.read(prescan.tame(parts.alone(entry), is_broken=True), base).entries
    except ParseError:
        return ()
    return tuple(replace(item, language=item.language or language) for item in found)
