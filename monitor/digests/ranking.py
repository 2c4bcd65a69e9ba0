"""How much a story matters to a digest's reader, and which of its articles speaks for it; pure.

`score` is the formula of the house: about-ness first, then breadth of coverage, freshness, the weight of the sources, and whether the
reader has seen the story before. `View` is a story reduced to what one digest's topics can say about it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import log2
from urllib.parse import urlsplit

from monitor.models import Article, Match, Member, PendingStory

HALF_LIFE = timedelta(hours=12)
"""A story's freshness halves in this time from its first sight."""

NEUTRAL_WEIGHT = 0.5
"""The weight of a source nobody has said anything about (0-1)."""


class Standing(StrEnum):
    """What a story is to a reader of this digest."""

    NEW = "new"  # never carried
    GREW = "grew"  # carried, and more outlets have it now: it returns
    AGAIN = "again"  # carried, and an outlet that had it wrote another article: listed, not featured
    STALE = "stale"  # carried, and nothing but further copies came: placed in silence


@dataclass(frozen=True, slots=True)
class View:
    """A story through one digest's topics. `members` are its announced articles, `fresh` those not carried yet, `matched` those with a
    match in the digest's topics; `lead` speaks for the story. `outlets` starts with the lead's own; `grown` counts the new ones (`newcomers`)."""

    story: PendingStory
    members: tuple[Member, ...]
    fresh: tuple[Member, ...]
    matched: tuple[Member, ...]
    lead: Member
    outlets: tuple[str, ...]
    grown: int
    standing: Standing
    best: Mapping[str, float]  # topic -> highest about-ness


def outlet(article: Article) -> str:
    """Return the name of the article's outlet: as configured, else the site's own, else the host of its address."""
    return (
        article.outlet or article.site or urlsplit(article.url).hostname or article.feed or "unknown source"
    )


def view(story: PendingStory, topics: Collection[str]) -> View | None:
    """Look at a story through a digest's topics; None if no article of it that is not carried yet matches one of them."""
    members = tuple(member for member in story.members if member.announce)
    matched = tuple(member for member in members if matches(member, topics))
    fresh = tuple(member for member in members if not member.placed)
    if not any(not member.placed for member in matched):
        return None
    standing, grown = _standing(members, matched)
    lead = representative(
        [m for m in matched if not m.placed] if standing is Standing.AGAIN else matched, topics
    )
    return View(
        story, members, fresh, matched, lead, _outlets(lead, members), grown, standing, _best(matched, topics)
    )


def matches(member: Member, topics: Collection[str]) -> tuple[Match, ...]:
    """Return the member's matches in the digest's topics."""
    return tuple(match for match in member.matches if match.topic in topics)


def about(member: Member, topics: Collection[str]) -> float:
    """Return the member's highest about-ness (0-100) in the topics."""
    return max((match.score for match in matches(member, topics)), default=0.0)


def representative(members: Sequence[Member], topics: Collection[str]) -> Member:
    """Return the member that speaks for the story: the highest about-ness, and the original instead of its reprint.

    Ties go to the earlier member (`members` is in order of first sight). An original stands in for its reprint even if its own score is
    a little lower (a reprint has another headline), provided that it matches too. Which of several copies is the original their dates
    decide, not which feed happened to be read first.
    """
    best = max(members, key=lambda member: (about(member, topics), member.copy_of is None))
    same_text = [member for member in members if _text_of(member) == _text_of(best)]
    return min(same_text, key=_age)


def _age(member: Member) -> tuple[bool, float]:
    """Sort by the time of publication, undated articles last."""
    published = member.article.published
    return published is None, published.timestamp() if published else 0.0


def _text_of(member: Member) -> str:
    """Return the article under which all copies of a text are known."""
    return member.copy_of or member.article.id


def _standing(members: Sequence[Member], matched: Sequence[Member]) -> tuple[Standing, int]:
    """Tell what the story is to the reader, and at how many more outlets it is."""
    carried = {outlet(member.article) for member in members if member.placed}
    if not carried:
        return Standing.NEW, 0
    grown = len({outlet(member.article) for member in members} - carried)
    if grown:
        return Standing.GREW, grown
    own = any(not member.placed and member.copy_of is None for member in matched)
    return (Standing.AGAIN if own else Standing.STALE), 0


def _outlets(lead: Member, members: Sequence[Member]) -> tuple[str, ...]:
    """Return the outlets: the lead's own, then those the reader knows of, then the new ones."""
    known_first = sorted(members, key=lambda member: not member.placed)
    return tuple(dict.fromkeys(outlet(member.article) for member in (lead, *known_first)))


def newcomers(seen: View) -> tuple[str, ...]:
    """Return the outlets a story has grown by since this digest last told it, in the order of `View.outlets`."""
    known = {outlet(member.article) for member in seen.members if member.placed}
    return tuple(name for name in seen.outlets if name not in known) if seen.grown else ()


def retold(seen: View, topics: Collection[str], articles: Collection[str]) -> View | None:
    """Return the same story told as a message that carried `articles` told it, with all its outlets of today; None if none of them is left."""
    spoke = [member for member in seen.matched if member.article.id in articles]
    if not spoke:
        return None
    lead = representative(spoke, topics)
    return replace(seen, lead=lead, outlets=_outlets(lead, seen.members), grown=0)


def renewed(seen: View, topics: Collection[str]) -> View:
    """Return the same story told through its new articles, for a reply under a message that told the old ones."""
    lead = representative([member for member in seen.matched if not member.placed], topics)
    return replace(seen, lead=lead, outlets=_outlets(lead, seen.members))


def _best(matched: Sequence[Member], topics: Collection[str]) -> dict[str, float]:
    best: dict[str, float] = {}
    for member in matched:
        for match in matches(member, topics):
            best[match.topic] = max(match.score, best.get(match.topic, 0.0))
    return best


def score(seen: View, now: datetime, weights: Mapping[str, float]) -> float:
    """Return the story's score: max about-ness x (.55 + .15·log2(1+outlets)/3 + .15·freshness + .10·source weight + .05·new).

    Freshness halves every 12 h from first sight; `weights` gives a source's weight (0-1) by outlet name or feed, else one half.
    """
    age = max(now - seen.story.first_seen, timedelta())
    factor = (
        0.55
        + 0.15 * log2(1 + len(seen.outlets)) / 3
        + 0.15 * 0.5 ** (age / HALF_LIFE)
        + 0.10 * _weight(seen.lead.article, weights)
        + 0.05 * (seen.standing is Standing.NEW)
    )
    return float(max(seen.best.values(), default=0.0) * factor)


def _weight(article: Article, weights: Mapping[str, float]) -> float:
    return weights.get(outlet(article), weights.get(article.feed, NEUTRAL_WEIGHT))


def order(seen: View, value: float) -> tuple[float, float, str]:
    """Return the sort key of a story with this score: best first, then the newest, then by id, so that the order is total."""
    return (-value, -seen.story.first_seen.timestamp(), seen.story.story)
