"""Which articles tell of the same event: online clustering of profiles by average similarity, within a window of three days.

An article joins the story to whose members it is most similar *on average* (cosine of tf-idf vectors), if that passes a threshold, and
else opens its own. No single link: one stray resemblance cannot chain two events. Stories are never merged or split
afterwards, because what a reader was told must stay true.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import chain, repeat
from operator import mul

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
_COMMON = 150  # a term in more stories than this finds none: it would find too many


@dataclass(slots=True, eq=False)
class _Story:
    """The sum of its members' vectors (in arrays: there are tens of thousands of stories, most of one article), and what else decides."""

    id: str
    first: datetime
    terms: array[int]
    weights: array[float]
    size: int = 0
    left: int = 0  # members not dropped yet
    short: int = 0
    outlets: tuple[str, ...] = ()  # with a report of their own in it

    def likeness(self, vector: Mapping[int, float]) -> float:
        """Return the average similarity of its members to an article."""
        shared = map(mul, map(vector.get, self.terms, repeat(0.0)), self.weights)
        return float(sum(shared)) / self.size

    def add(self, vector: Mapping[int, float]) -> None:
        """Add a member's vector."""
        if self.size:
            total = dict(zip(self.terms, self.weights, strict=True))
            for term, value in vector.items():
                total[term] = total.get(term, 0.0) + value
            vector = total
        self.terms, self.weights = array("I", vector), array("f", vector.values())
        self.size += 1
        self.left += 1


class Stories:
    """The stories of the last days. No clock: instants come with the articles."""

    def __init__(self, background: Background, window: timedelta = WINDOW) -> None:
        self._background = background
        self._window = window
        self._stories: dict[str, _Story] = {}
        self._holding: dict[int, list[_Story]] = {}  # term -> stories

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
        """Forget the stories whose window is over. Walks all that is kept: for now and then."""
        self._forget({story for story in self._stories.values() if now - story.first > self._window})

    def drop(self, members: Iterable[str]) -> None:
        """Forget members, told by their stories' names: a story goes with its last one, and remains what it told of until then."""
        emptied = set()
        for story in filter(None, map(self._stories.get, members)):
            story.left -= 1
            if not story.left:
                emptied.add(story)
        self._forget(emptied)

    def _forget(self, gone: Collection[_Story]) -> None:
        if not gone:
            return
        self._stories = {name: story for name, story in self._stories.items() if story not in gone}
        living = (
            (term, [story for story in held if story not in gone]) for term, held in self._holding.items()
        )
        self._holding = {term: held for term, held in living if held}

    def _nearest(
        self, vector: Mapping[int, float], short: bool, outlet: str, at: datetime
    ) -> tuple[_Story | None, float]:
        """Return the story that passes its threshold by the largest factor, and the average similarity to it."""
        best, margin, likeness = None, 1.0, 0.0
        for story in self._candidates(vector):
            if abs(at - story.first) > self._window:
                continue
            average = story.likeness(vector)
            ratio = average / _threshold(story, short, outlet)
            if ratio >= margin:
                best, margin, likeness = story, ratio, average
        return best, likeness

    def _candidates(self, vector: Mapping[int, float]) -> Iterable[_Story]:
        """Return the stories that hold most of the article's heaviest terms; in a stable order."""
        holding = self._holding
        shared = [term for term in vector if term in holding and len(holding[term]) <= _COMMON]
        telling = nlargest(_TELLING, shared, key=vector.__getitem__)
        hits = Counter(chain.from_iterable(map(holding.__getitem__, telling)))
        return [story for story, _ in hits.most_common(_COMPARED)]

    def _join(self, name: str, vector: Mapping[int, float], short: bool, outlet: str, at: datetime) -> None:
        story = self._stories.get(name)
        if story is None:
            story = self._stories[name] = _Story(name, at, array("I"), array("f"))
        self._hold(story, nlargest(_HELD, vector, key=vector.__getitem__))
        story.add(vector)
        story.short += short
        story.first = min(story.first, at)
        if outlet and outlet not in story.outlets:
            story.outlets = (*story.outlets, outlet)

    def _hold(self, story: _Story, terms: Iterable[int]) -> None:
        holding = self._holding
        for term in terms:
            held = holding.get(term)
            if held is None:
                holding[term] = [story]
            elif not story.size or story not in held:
                held.append(story)


def _threshold(story: _Story, short: bool, outlet: str) -> float:
    """Return the average similarity asked for: by how much text stands on both sides, and stricter within one outlet."""
    brief = 1.0 if short else story.short / story.size
    asked = brief * SAME_HEADLINE + (1 - brief) * SAME_EVENT
    return asked * (_SAME_OUTLET if outlet and outlet in story.outlets else 1.0)
