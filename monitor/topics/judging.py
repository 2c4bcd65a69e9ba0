"""Whether one topic's rule fires on one searched article, and the match that comes of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.models import Article, Completeness, Match, Span, TopicSpec
from monitor.topics import plan
from monitor.topics.build import Rule
from monitor.topics.document import Document
from monitor.topics.mentions import Mention, leaf
from monitor.topics.scope import WEAK, Drop, Found, Scope, Source
from monitor.topics.scoring import Alone, Scorer, concept, order
from monitor.topics.searching import Search, Sighting
from monitor.topics.sources import passes

MOST_SPANS = 1_000  # told of a match; no reader looks at more, and a hostile text can hold a million


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
    if rule.filtered and not passes(rule.spec.sources, article):
        return None
    holding = hold(rule.match, search)
    if holding.found is None or (rule.veto is not None and hold(rule.veto, search).found is not None):
        return None
    score = Scorer(search.document).score(rule.match, holding.scope, holding.found)
    return _match(
        rule.spec, article, search, holding.found, (score, order(score, search.document, holding.found))
    )


def judge_direct(rule: Rule, sightings: Sequence[Sighting], article: Article, search: Search) -> Match | None:
    """Return what `judge` would of a direct rule that was seen in these places: each is a mention."""
    if rule.filtered and not passes(rule.spec.sources, article):
        return None
    document = search.document
    mentions = sorted({_mention(sighting, document) for sighting in sightings})
    if _may_be_weak(sightings, mentions, document):
        return judge(rule, article, search)
    score = concept(document, mentions)
    return _match(rule.spec, article, search, mentions, (score, order(score, document, mentions)))


def judge_alone(
    rules: Sequence[Rule], sightings: Iterable[Sighting], article: Article, search: Search
) -> list[tuple[int, Match | None]]:
    """Return what `judge` would of direct rules that were seen once each, with their numbers; most matches come this way."""
    document, alone = search.document, Alone(search.document)
    teaser = article.completeness is not Completeness.FULL
    found: list[tuple[int, Match | None]] = []
    for (number, _, written, back, cased, acronym, topic), end in sightings:
        last = bisect_right(document.cased_offsets if cased else document.offsets, end - 1) - 1  # `word_at`
        first = last - back
        if not topic or (acronym and document.shouts(first)):
            found.append((number, judge(rules[number], article, search)))
        else:
            score, rank = alone.of(first)
            span = Span(*document.span(first, last), written)
            found.append((number, Match(topic, score, (span,), teaser, rank)))
    return found


def _mention(sighting: Sighting, document: Document) -> Mention:
    direct, end = sighting
    last = document.word_at(end, cased=direct.cased)
    return leaf(last - direct.back, last, direct.term)


def _may_be_weak(sightings: Sequence[Sighting], mentions: Sequence[Mention], document: Document) -> bool:
    """Tell whether an acronym may stand in a headline all in capitals."""
    acronyms = any(direct.acronym for direct, _ in sightings)
    return acronyms and any(document.shouts(mention[0]) for mention in mentions)


def _match(
    spec: TopicSpec, article: Article, search: Search, found: list[Mention], worth: tuple[float, float]
) -> Match | None:
    """Return the match on these mentions, worth (score, rank); None if the score is too low and enough was seen to say so."""
    score, rank = worth
    teaser = article.completeness is not Completeness.FULL
    if spec.min_score is not None and score < spec.min_score and not teaser:
        return None
    return Match(spec.id, round(score, 2), spans(search, found), teaser, round(rank, 4))


def spans(search: Search, mentions: Iterable[Mention]) -> tuple[Span, ...]:
    """Return where the terms of mentions stand in the original title and text, in order and each once, `MOST_SPANS` at most."""
    parts = sorted({part for mention in mentions for part in mention[2]})
    return tuple(dict.fromkeys(span for part in parts[:MOST_SPANS] for span in _spans(search, part)))


def _spans(search: Search, part: tuple[int, int, int]) -> Iterable[Span]:
    """Return where one term stands: a regular expression may be found several times in one word."""
    places = search.regex_places.get(part) or (search.document.span(part[0], part[1]),)
    return [Span(*place, search.written(part[2])) for place in places]


def span(search: Search, part: tuple[int, int, int]) -> Span:
    """Return where one term stands, first."""
    return next(iter(_spans(search, part)))
