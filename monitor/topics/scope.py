"""Where a rule looks: a stretch of one article, and where its mentions come from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from monitor.topics.document import Document, Window
from monitor.topics.mentions import Mention

Found = list[Mention] | None


Kept = dict[
    tuple[int, "Window | None", bool], tuple[Found, "list[Drop]"]
]  # what lists found and dropped, by window


class Source(Protocol):
    """Where mentions come from: one article, searched."""

    document: Document
    kept: Kept

    def mentions(self, term: int) -> list[Mention]:
        """Return all mentions of a term, in order."""
        ...

    def found(self, terms: frozenset[int]) -> Iterable[int]:
        """Return those of the terms that may have mentions."""
        ...

    def field(self, zone: str) -> Source:
        """Return the article's metadata of one kind as a source of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Drop:
    """A mention that does not count, and why."""

    mention: Mention
    reason: str


class Scope:
    """A stretch of an article. `trusting` counts acronyms in headlines all in capitals; `drops`, if a list, collects what was dropped."""

    __slots__ = ("drops", "source", "trusting", "window")

    def __init__(
        self,
        source: Source,
        window: Window | None = None,
        *,
        trusting: bool = False,
        drops: list[Drop] | None = None,
    ) -> None:
        self.source = source
        self.window = window
        self.trusting = trusting
        self.drops = drops

    def narrowed(self, window: Window) -> Scope:
        """Return the part of this scope inside a window of words."""
        if self.window is not None:
            window = max(window[0], self.window[0]), min(window[1], self.window[1])
        return Scope(self.source, window, trusting=self.trusting, drops=self.drops)

    def mentions(self, term: int, *, acronym: bool) -> list[Mention]:
        """Return the mentions of a term here; weak ones only if trusting."""
        found = self.source.mentions(term)
        if self.window is not None:
            low, high = self.window
            inside = found[bisect_left(found, (low,)) : bisect_left(found, (high,))]
            found = [mention for mention in inside if mention[1] < high]
        if acronym and found and not self.trusting:
            found = self._strong(found)
        return found

    def _strong(self, found: list[Mention]) -> list[Mention]:
        document = self.source.document
        weak = [mention for mention in found if document.shouts(mention[0])]
        if not weak:
            return found
        self.drop(weak, WEAK)
        return [mention for mention in found if not document.shouts(mention[0])]

    def drop(self, mentions: Iterable[Mention], reason: str) -> None:
        """Note mentions that do not count."""
        if self.drops is not None:
            self.drops.extend(Drop(mention, reason) for mention in mentions)


WEAK = "weak: an acronym in a headline all in capitals, and no other hit in ordinary text"
