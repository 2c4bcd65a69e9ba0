"""About-ness: how much an article is about a topic, 0 to 100, and the order of articles within one.

A concept (a term, or terms joined by OR) scores by its mentions: 10 for the title, 2 for each of up to two in the lead, 1 for each
in the body, set against the length of the text, saturating. AND takes the geometric mean, OR of facts 1 - prod(1 - s), NEAR and
sentence: their joint places. 50 and above reads "about", 25 to 50 "also mentions", below that "passing". The constants are those
of the specification, fitted on 37,554 labelled articles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from monitor.topics import plan
from monitor.topics.document import Document, Window
from monitor.topics.mentions import Mention
from monitor.topics.scope import Found, Scope

ABOUT, ALSO = 50.0, 25.0
_TITLE, _LEAD, _LEAD_CAP, _HALF = 10.0, 2.0, 2, 10.0
_FLOOR, _SLOPE, _MIN_WORDS, _USUAL_WORDS = 0.4, 0.6, 60, 700


class ScorePart(NamedTuple):
    """What one concept adds: its clause, its mentions in title, lead and body, and its score (0-100)."""

    clause: str
    title: int
    lead: int
    body: int
    score: float


def band(score: float) -> str:
    """Return the words for a score: `about`, `also mentions` or `passing`."""
    return "about" if score >= ABOUT else "also mentions" if score >= ALSO else "passing"


class Scorer:
    """Scores the steps of one article; `parts` collects each concept's share as it goes."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.parts: list[ScorePart] = []
        self._lists: dict[tuple[int, Window | None], float | None] = {}

    def score(self, step: plan.Step, scope: Scope, found: Found) -> float:
        """Return the about-ness (0-100) of a step that holds in the scope with these mentions; one without places counts in full."""
        share = self._concept(step.written, found) if step.placed and found else self._share(step, scope)
        return 100.0 * (1.0 if share is None else share)

    def _share(self, step: plan.Step, scope: Scope) -> float | None:
        """Return the score (0-1) of a step, or None where it says nothing about the text (fields, NOT) or does not hold."""
        if isinstance(step, plan.Zone) and not step.placed:
            return self._zone(step, scope)
        if isinstance(step, plan.All):
            return _geometric(
                [share for part in step.parts if (share := self._share(part, scope)) is not None]
            )
        if isinstance(step, plan.Named) and not step.placed:
            return self._list(step, scope)
        if isinstance(step, plan.Any) and not step.placed:
            return self._either(step, scope)
        found = step.look(scope)
        return self._concept(step.written, found) if found else None

    def _list(self, step: plan.Named, scope: Scope) -> float | None:
        """A list of facts is scored once for each window."""
        key = (id(step), scope.window)
        if key not in self._lists:
            self._lists[key] = self._share(step.part, scope)
        return self._lists[key]

    def _either(self, step: plan.Any, scope: Scope) -> float | None:
        """Terms of a mixed OR are one concept; its facts score on their own."""
        mentions = sorted({m for part in step.parts if part.placed for m in part.look(scope) or ()})
        shares = [self._concept(step.written, mentions)] if mentions else []
        for part in step.parts:
            if not part.placed and part.look(scope) is not None:
                share = self._share(part, scope)
                shares += [share] if share is not None else []
        return 1.0 - math.prod(1.0 - share for share in shares) if shares else None

    def _zone(self, step: plan.Zone, scope: Scope) -> float | None:
        """A sentence or paragraph in which everything holds is one joint place; title:, lead: and body: only narrow the view."""
        windows = [window for window in step.windows(scope) if step.part.look(window) is not None]
        if step.zone not in ("sentence", "paragraph"):
            return self._share(step.part, windows[0]) if windows else None
        places = [_hull(found) for window in windows if (found := step.part.look(window))]
        return self._concept(step.written, places) if places else None

    def _concept(self, clause: str, mentions: Iterable[Mention]) -> float:
        counts = _counts(mentions, self._document)
        share = _share_of(counts, self._document)
        self.parts.append(ScorePart(clause, *counts, 100 * share))
        return share


def concept(document: Document, mentions: Iterable[Mention]) -> float:
    """Return the about-ness (0-100) of one concept by its mentions."""
    return 100.0 * _share_of(_counts(mentions, document), document)


class Alone:
    """What a single mention of a single term is worth, by where it stands: worked out once for a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._body, self._lead_end = document.zone_window("lead")
        self._worth: list[tuple[float, float] | None] = [None, None, None]

    def of(self, word: int) -> tuple[float, float]:
        """Return score (0-100) and rank (0-1), as shown, of a mention that begins at a word."""
        zone = (word >= self._body) + (word >= self._lead_end)  # title, lead, the rest of the body
        return self._worth[zone] or self._work_out(zone)

    def _work_out(self, zone: int) -> tuple[float, float]:
        counts = _COUNTS[zone]
        score = 100.0 * _share_of(counts, self._document)
        rank = _rank(score, self._document, paragraphs=counts[2], terms=1)
        self._worth[zone] = worth = round(score, 2), round(rank, 4)
        return worth


_COUNTS = (1, 0, 0), (0, 1, 1), (0, 0, 1)  # those of one mention in each of these


def _share_of(counts: tuple[int, int, int], document: Document) -> float:
    in_title, in_lead, in_body = counts
    weight = _TITLE * (in_title > 0) + _LEAD * min(in_lead, _LEAD_CAP) + in_body
    weight /= _FLOOR + _SLOPE * max(document.body_words, _MIN_WORDS) / _USUAL_WORDS
    return weight / (weight + _HALF)


def _counts(mentions: Iterable[Mention], document: Document) -> tuple[int, int, int]:
    """Return how many mentions that do not overlap begin in the title, in the lead and in the body (the lead included)."""
    body, lead_end = document.zone_window("lead")
    in_title = in_lead = in_body = 0
    reached = -1
    for last, first in sorted([(mention[1], mention[0]) for mention in mentions]):
        if first > reached:
            reached = last
            in_title += first < body
            in_lead += body <= first < lead_end
            in_body += first >= body
    return in_title, in_lead, in_body


def _geometric(shares: list[float]) -> float | None:
    return math.prod(shares) ** (1 / len(shares)) if shares else None


def _hull(found: list[Mention]) -> Mention:
    return min(m[0] for m in found), max(m[1] for m in found), tuple(part for m in found for part in m[2])


def order(score: float, document: Document, mentions: Iterable[Mention]) -> float:
    """Return the rank of a match inside its topic, 0 to 1: mostly the score, then how widely and variously it is mentioned."""
    parts = {part for mention in mentions for part in mention[2]}
    terms = {part[2] for part in parts}
    paragraphs = {document.paragraph_of(part[0]) for part in parts}
    paragraphs.discard(document.first_body - 1)  # the title
    return _rank(score, document, len(paragraphs), len(terms))


def _rank(score: float, document: Document, paragraphs: int, terms: int) -> float:
    total = max(1, document.body_paragraphs)
    return 0.8 * score / 100 + 0.1 * min(1.0, paragraphs / total / 0.5) + 0.1 * min(1.0, terms / 6)
