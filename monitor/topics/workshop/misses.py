"""Near misses: articles a topic does not match, by a hair. They show what a rule is too strict about.

A miss is near if exactly one clause is wanting while another is there, if only the `not:` or one NOT stands against it, if its
score is just below `min_score`, or if the two sides of a NEAR stand within n + 3 words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.models import Article, Span
from monitor.topics import plan
from monitor.topics.build import Rule
from monitor.topics.explain import closest, failing
from monitor.topics.judging import hold, judge, spans
from monitor.topics.matching import Topics
from monitor.topics.scope import Found, Scope
from monitor.topics.searching import Search
from monitor.topics.sources import passes

SLACK = 3  # words beyond n that still count as near
SCORE_SLACK = 10.0  # points below min_score


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An article a topic nearly matches: the clause that fails, why, and what of the rule was found."""

    topic: str
    article: str
    title: str
    clause: str
    reason: str
    spans: tuple[Span, ...]


def near_misses(topics: Topics, articles: Iterable[Article]) -> Iterator[NearMiss]:
    """Yield the near misses of every topic on these articles, at most one for a topic and an article."""
    rules = [topics.rule(spec.id) for spec in topics.specs]
    for article in articles:
        search = topics.search(article)
        for rule in rules:
            if passes(rule.spec.sources, article) and judge(rule, article, search) is None:
                miss = _miss(rule, article, search)
                if miss is not None:
                    yield miss


def _miss(rule: Rule, article: Article, search: Search) -> NearMiss | None:
    holding = hold(rule.match, search)
    if holding.found is not None:
        return _refused(rule, article, search, holding.found)
    seen = _seen(rule.match, holding.scope)
    if not seen:
        return None
    wanting = list(failing(rule.match, holding.scope))
    if len(wanting) != 1 or not _is_near(rule.match, wanting[0].clause, holding.scope):
        return None
    return _as_miss(rule, article, wanting[0].clause, wanting[0].reason, spans(search, seen))


def _refused(rule: Rule, article: Article, search: Search, found: Found) -> NearMiss | None:
    """Return the miss of an article on which the rule itself holds: the veto or the threshold stands against it."""
    shown = spans(search, found or ())
    if rule.veto is not None and (veto := hold(rule.veto, search).found) is not None:
        words = ", ".join(span.term for span in spans(search, veto)) or rule.veto.written
        return _as_miss(rule, article, f"not: {rule.veto.written}", f"found {words}", shown)
    least = rule.spec.min_score or 0.0
    lower = replace(rule, spec=replace(rule.spec, min_score=max(0.0, least - SCORE_SLACK)), veto=None)
    almost = judge(lower, article, search)
    if almost is None:
        return None
    return _as_miss(rule, article, f"min_score {least:g}", f"score {almost.score:g}", shown)


def _as_miss(rule: Rule, article: Article, clause: str, reason: str, shown: tuple[Span, ...]) -> NearMiss:
    return NearMiss(rule.spec.id, article.id, article.title, clause, reason, shown)


def _seen(step: plan.Step, scope: Scope) -> list[tuple[int, int, tuple[tuple[int, int, int], ...]]]:
    """Return every mention of what a rule wants, wherever it stands, whether its clause holds or not."""
    if isinstance(step, plan.No | plan.Field):
        return []
    found = step.look(scope) if step.placed else None
    if found or isinstance(step, plan.Named):
        return found or []
    wanted = (step.left,) if isinstance(step, plan.Outside | plan.NotNear) else step.parts
    return sorted({mention for part in wanted for mention in _seen(part, scope)})


def _is_near(step: plan.Step, clause: str, scope: Scope) -> bool:
    """Tell whether a failing clause fails by little: a NEAR by at most 3 words, a count by one, anything else beside what holds."""
    for part in _walk(step):
        if part.written != clause:
            continue
        if isinstance(part, plan.Near):
            return _nearly_close(part, scope)
        if isinstance(part, plan.AtLeast):
            return part.count <= 2 or len(part.part.look(scope) or ()) >= part.count - 1
    return True


def _nearly_close(step: plan.Near, scope: Scope) -> bool:
    lefts, rights = step.left.look(scope), step.right.look(scope)
    if not lefts or not rights:
        return True
    between = closest(lefts, rights, scope.source, ordered=step.ordered)
    return between is not None and between <= step.distance + SLACK


def _walk(step: plan.Step) -> Iterator[plan.Step]:
    """Yield a step and everything below it, each once."""
    waiting, met = [step], set[int]()
    while waiting:
        here = waiting.pop()
        if id(here) not in met:
            met.add(id(here))
            yield here
            waiting.extend((here.part,) if isinstance(here, plan.No | plan.Field) else here.parts)
