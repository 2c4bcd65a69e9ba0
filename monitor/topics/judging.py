"""Whether one topic's rule fires on one searched article, and the match that comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.models import Article, Completeness, Match, Span
from monitor.topics import plan
from monitor.topics.build import Rule
from monitor.topics.mentions import Mention
from monitor.topics.scope import WEAK, Drop, Found, Scope, Source
from monitor.topics.scoring import Scorer, concept, order
from monitor.topics.searching import Search
from monitor.topics.sources import passes


class Holding(NamedTuple):
    """Whether an expression holds: its mentions (None: it does not), the scope it was judged in, and the mentions dropped."""

    found: Found
    scope: Scope
    drops: list[Drop]


def hold(step: plan.Step, search: Source) -> Holding:
    """Judge an expression over a whole article.

    First acronyms in headlines all in capitals count for nothing; only if that dropped any, and the expression is also mentioned in
    ordinary text, it is judged again with them.
    """
    drops: list[Drop] = []
    scope = Scope(search, drops=drops)
    found = step.look(scope)
    if drops and any(drop.reason == WEAK for drop in drops) and step.seen(Scope(search)):
        drops = []
        scope = Scope(search, trusting=True, drops=drops)
        found = step.look(scope)
    return Holding(found, scope, drops)


def judge(rule: Rule, article: Article, search: Search) -> Match | None:
    """Return the match of a topic on an article, or None.

    A teaser or the start of a paywalled article shows too few words to hold it to `min_score`; the match says so.
    """
    spec = rule.spec
    if rule.filtered and not passes(spec.sources, article):
        return None
    found, score = _scored(rule.match, search)
    if found is None or (rule.veto is not None and hold(rule.veto, search).found is not None):
        return None
    teaser = article.completeness is not Completeness.FULL
    if spec.min_score is not None and score < spec.min_score and not teaser:
        return None
    rank = order(score, search.document, found)
    return Match(spec.id, round(score, 2), spans(search, found), teaser, round(rank, 4))


def _scored(step: plan.Step, search: Search) -> tuple[Found, float]:
    """Return the mentions on which a rule holds, and its about-ness."""
    if isinstance(step, plan.Term) and not step.acronym:  # a rule of one term, as most of many thousands are
        mentions = search.mentions(step.number)
        return (mentions, concept(search.document, mentions)) if mentions else (None, 0.0)
    holding = hold(step, search)
    if holding.found is None:
        return None, 0.0
    return holding.found, Scorer(search.document).score(step, holding.scope, holding.found)


def spans(search: Search, mentions: Iterable[Mention]) -> tuple[Span, ...]:
    """Return where the terms of mentions stand in the original title and text, in order and each once."""
    parts = {part for mention in mentions for part in mention[2]}
    if len(parts) == 1 and not search.regex_places:
        return (span(search, *parts),)
    return tuple(dict.fromkeys(span for part in sorted(parts) for span in _spans(search, part)))


def _spans(search: Search, part: tuple[int, int, int]) -> Iterable[Span]:
    """Return where one term stands: a regular expression may be found several times in one word."""
    places = search.regex_places.get(part)
    return [Span(*place, search.written(part[2])) for place in places] if places else [span(search, part)]


def span(search: Search, part: tuple[int, int, int]) -> Span:
    """Return where one term stands, first."""
    places = search.regex_places and search.regex_places.get(part)
    place = places[0] if places else search.document.span(part[0], part[1])
    return Span(*place, search.written(part[2]))
