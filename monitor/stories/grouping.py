"""Which articles tell of the same event: online clustering of profiles by average similarity, within a window of three days.

An article joins the story to whose members it is most similar *on average* (cosine of tf-idf vectors), if that passes a threshold, and
else opens its own. No single link: one stray resemblance cannot chain two events. Stories are never merged or split
afterwards, because what a reader was told must stay true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest

from monitor.stories.background import Background
from monitor.stories.profile import Profile

WINDOW = timedelta(days=3)
"""A story takes articles for this long after its first."""

SAME_EVENT = 0.18
"""Average similarity from which an article with a text belongs to a story. Real pairs on one event measured .29 to .58, different
reports on one subject .05 to .30; the project's own event set is best from .165 to .195."""

SAME_HEADLINE = 0.14
"""The same where one side is hardly more than a headline: two vectors can overlap little if one has few terms."""

_SAME_OUTLET = (
    1.15  # an outlet's second article is more often about another event: it must be that much more similar
)
_TELLING = (
    20  # heaviest terms of an article, of those any story holds, by which candidate stories are looked up
)
_HELD = 40  # heaviest terms of an article by which its story can be found
_COMPARED = 12  # stories compared in full, the likeliest first
_COMMON = 400  # a term in more stories than this finds none: it would find too many


@dataclass(slots=True)
class _Story:
    """The sum of its members' vectors, and what else decides about the next one."""

    id: str
    first: datetime
    terms: dict[int, float] = field(default_factory=dict)
    size: int = 0
    short: int = 0
    outlets: set[str] = field(default_factory=set)  # with a report of their own in it


class Stories:
    """The stories of the last days. No clock: instants come with the articles."""

    def __init__(self, background: Background, window: timedelta = WINDOW) -> None:
        self._background = background
        self._window = window
        self._stories: dict[str, _Story] = {}
        self._holding: dict[int, set[str]] = {}  # term -> stories

    def __len__(self) -> int:
        return len(self._stories)

    def place(self, article: str, profile: Profile, outlet: str, at: datetime) -> tuple[str, float]:
        """Return the story an article belongs to and how similar it is to it; a new story is named after its first article."""
        vector = self._background.vector(profile)
        best, likeness = self._nearest(vector, profile.short, outlet, at)
        story = best.id if best else article
        self._join(story, vector, profile.short, outlet, at)
        return story, likeness

    def join(self, story: str, profile: Profile, outlet: str, at: datetime) -> None:
        """Add an article to a story that was decided otherwise: it is a copy of a member (then without an outlet), or was placed before a restart."""
        self._join(story, self._background.vector(profile), profile.short, outlet, at)

    def expire(self, now: datetime) -> None:
        """Forget the stories whose window is over."""
        for story in [story for story in self._stories.values() if now - story.first > self._window]:
            del self._stories[story.id]
            for term in story.terms:
                holding = self._holding.get(term, set())
                holding.discard(story.id)
                if not holding:
                    self._holding.pop(term, None)

    def _nearest(
        self, vector: Mapping[int, float], short: bool, outlet: str, at: datetime
    ) -> tuple[_Story | None, float]:
        """Return the story that passes its threshold by the largest factor, and the average similarity to it."""
        best, margin, likeness = None, 1.0, 0.0
        for story in self._candidates(vector):
            if abs(at - story.first) > self._window:
                continue
            terms = story.terms
            average = sum(value * terms[term] for term, value in vector.items() if term in terms) / story.size
            ratio = average / _threshold(story, short, outlet)
            if ratio >= margin:
                best, margin, likeness = story, ratio, average
        return best, likeness

    def _candidates(self, vector: Mapping[int, float]) -> Iterable[_Story]:
        """Return the stories that hold most of the article's heaviest terms, by their weight in it; in a stable order."""
        found: dict[str, float] = {}
        shared = [
            term for term in vector.keys() & self._holding.keys() if len(self._holding[term]) <= _COMMON
        ]
        for term in nlargest(_TELLING, shared, key=lambda term: (vector[term], term)):
            weight = vector[term]
            for story in self._holding[term]:
                found[story] = found.get(story, 0.0) + weight
        likeliest = nlargest(_COMPARED, found, key=lambda story: (found[story], story))
        return [self._stories[story] for story in likeliest]

    def _join(self, name: str, vector: Mapping[int, float], short: bool, outlet: str, at: datetime) -> None:
        story = self._stories.get(name)
        if story is None:
            story = self._stories[name] = _Story(name, at)
        self._hold(name, sorted(vector, key=vector.__getitem__, reverse=True)[:_HELD])
        if story.size:
            for term, value in vector.items():
                story.terms[term] = story.terms.get(term, 0.0) + value
        else:
            story.terms = dict(vector)
        story.size += 1
        story.short += short
        story.first = min(story.first, at)
        if outlet:
            story.outlets.add(outlet)

    def _hold(self, name: str, terms: Iterable[int]) -> None:
        holding = self._holding
        for term in terms:
            known = holding.get(term)
            if known is None:
                holding[term] = {name}
            else:
                known.add(name)


def _threshold(story: _Story, short: bool, outlet: str) -> float:
    """Return the average similarity asked for: by how much text stands on both sides, and stricter within one outlet."""
    brief = 1.0 if short else story.short / story.size
    asked = brief * SAME_HEADLINE + (1 - brief) * SAME_EVENT
    return asked * (_SAME_OUTLET if outlet and outlet in story.outlets else 1.0)
