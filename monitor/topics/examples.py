"""The examples of a topic: texts it must match and texts it must not, checked before a change goes live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from monitor.models import Article, Completeness, Examples, SourceFilter, Span
from monitor.topics.build import Rule
from monitor.topics.explain import Explanation, explain
from monitor.topics.matching import Topics

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
    bare = replace(rule, spec=replace(rule.spec, sources=SourceFilter()), filtered=False)
    for kind, texts in (("yes", examples.yes), ("no", examples.no)):
        for index, example in enumerate(texts):
            article = resolve(example)
            told = _told(topics, bare, article)
            if told.matched != (kind == "yes"):
                reason = told.reason if told.matched else _why_not(told)
                yield ExampleFailure(
                    rule.spec.id, kind, index, example, reason, told.spans or told.veto, article
                )


def _told(topics: Topics, rule: Rule, article: Article) -> Explanation:
    search = topics.search(article)
    if search.document.body_words < SHORT:
        article = replace(article, completeness=Completeness.TEASER)
    return explain(rule, article, search)


def _why_not(told: Explanation) -> str:
    clauses = [f"{item.clause}: {item.reason}" for item in told.failing] + [
        f"{item.text}: {item.reason}" for item in told.dropped
    ]
    return "; ".join([told.reason, *clauses])
