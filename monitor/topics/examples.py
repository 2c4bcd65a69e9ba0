"""The examples of a topic: texts it must match and texts it must not, checked before a change goes live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from monitor.models import Article, Completeness, Examples, SourceFilter, Span
from monitor.topics.build import Rule
from monitor.topics.explain import Explanation, explain
from monitor.topics.judging import hold, judge
from monitor.topics.matching import Topics
from monitor.topics.searching import Search

SHORT = 60  # words; a sentence is no article, so min_score is not asked of it


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that fails: `kind` is `yes` or `no`, `index` its place in the topic's list, `spans` what matched (of a `no`)."""

    topic: str
    kind: str
    index: int
    example: str
    reason: str
    spans: tuple[Span, ...]
    article: Article


def check_examples(topics: Topics, resolve: Callable[[str], Article]) -> list[ExampleFailure]:
    """Return every failing example of every topic. `resolve` turns an example (a sentence, or a seed file's path) into an article.

    Source filters take no part: a sentence has no source. Texts of fewer than 60 words are not held to `min_score`.
    """
    return [
        failure
        for spec in topics.specs
        for failure in _failures(topics, topics.rule(spec.id), spec.examples, resolve)
    ]


def _failures(
    topics: Topics, rule: Rule, examples: Examples, resolve: Callable[[str], Article]
) -> Iterator[ExampleFailure]:
    if rule.filtered:
        rule = replace(rule, spec=replace(rule.spec, sources=SourceFilter()), filtered=False)
    for kind, texts in (("yes", examples.yes), ("no", examples.no)):
        for index, example in enumerate(texts):
            article = resolve(example)
            search = topics.search(article)
            if _matches(rule, article, search) != (kind == "yes"):
                told = explain(rule, _held_to_less(article, search), search)
                reason = told.reason if told.matched else _why_not(told)
                yield ExampleFailure(
                    rule.spec.id, kind, index, example, reason, told.spans or told.veto, article
                )


def _matches(rule: Rule, article: Article, search: Search) -> bool:
    """Tell whether the rule fires; why is only worked out for examples that fail, since all are run at every start."""
    if not _is_short(search):
        return judge(rule, article, search) is not None
    return hold(rule.match, search).found is not None and (
        rule.veto is None or hold(rule.veto, search).found is None
    )


def _is_short(search: Search) -> bool:
    """Tell whether an example is too short for `min_score`; most have not even as many spaces as that takes words."""
    document = search.document
    return document.folded.count(b" ") <= SHORT or document.body_words < SHORT


def _held_to_less(article: Article, search: Search) -> Article:
    """Return the article, as a teaser if it is too short for `min_score`."""
    return replace(article, completeness=Completeness.TEASER) if _is_short(search) else article


def _why_not(told: Explanation) -> str:
    clauses = [f"{item.clause}: {item.reason}" for item in told.failing] + [
        f"{item.text}: {item.reason}" for item in told.dropped
    ]
    return "; ".join([told.reason, *clauses])
