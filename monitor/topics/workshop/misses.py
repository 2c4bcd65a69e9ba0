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
from monitor.topics.explain import NONE_FOUND, NOT_FOUND, closest, failing, wanted
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

    @property
    def absent(self) -> bool:
        """Whether the clause fails because nothing of it is there at all: the least telling kind of miss."""
        return self.reason in (NOT_FOUND, NONE_FOUND)


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
    for way in rule.match.parts if isinstance(rule.match, plan.Any) else (rule.match,):
        seen = wanted(way, holding.scope)
        wanting = list(failing(way, holding.scope)) if seen else ()
        if len(wanting) == 1 and _is_near(way, wanting[0].clause, holding.scope):
            return _as_miss(rule, article, wanting[0].clause, wanting[0].reason, spans(search, seen))
    return None


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


def _is_near(step: plan.Step, clause: str, scope: Scope) -> bool:
    """Tell whether a failing clause fails by little: a NEAR by at most 3 words, a count by one, anything else beside what holds."""
    for part in _walk(step):
        if part.written != clause:
            continue
        if isinstance(part, plan.Near):
            return _nearly_close(part, scope)
        if isinstance(part, plan.Any):
            return _is_one_near(part, scope)
        if isinstance(part, plan.AtLeast):
            return part.count <= 2 or len(part.part.look(scope) or ()) >= part.count - 1
    return True


def _is_one_near(step: plan.Any, scope: Scope) -> bool:
    """Tell whether one of the alternatives fails by little, or nothing of any is there."""
    begun = [part for part in step.parts if wanted(part, scope)]
    lacks = [(part, list(failing(part, scope))) for part in begun]
    return not begun or any(
        len(found) == 1 and _is_near(part, found[0].clause, scope) for part, found in lacks
    )


def _nearly_close(step: plan.Near, scope: Scope) -> bool:
    lefts, rights = step.left.look(scope), step.right.look(scope)
    if not lefts or not rights:
        return True
    between = closest(lefts, rights, scope.source, ordered=False)  # BEFORE in the other order is near, too
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
