"""Topics: rules compiled once, then every article matched against all of them.

::

    topics = compile_topics(specs, lists)
    topics.match(article)              -> the matches, in the order of the topics
    topics.explain(article, "irs")     -> why, or why not
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from operator import itemgetter

from monitor.models import Article, Match, TopicSpec
from monitor.topics.build import Rule, RuleProblem, build
from monitor.topics.document import Document
from monitor.topics.explain import Explanation, explain
from monitor.topics.index import Index
from monitor.topics.judging import judge, judge_alone, judge_direct
from monitor.topics.plan import wanted_terms
from monitor.topics.searching import Search
from monitor.topics.sources import field_values

_NUMBER = itemgetter(0)


class Topics:
    """A set of compiled topics. Immutable; `specs` are the topics as written, `warnings` what may be unintended but is no mistake."""

    def __init__(self, specs: Sequence[TopicSpec], lists: Mapping[str, Sequence[str]]) -> None:
        with uncollected():
            built = build(specs, lists)
            self._index = Index(built.lexemes, built.rules)
        self.specs: tuple[TopicSpec, ...] = tuple(rule.spec for rule in built.rules)
        self.lists = {name: tuple(texts) for name, texts in lists.items()}
        self.warnings: tuple[RuleProblem, ...] = tuple(built.warnings)
        self._rules = built.rules
        self._by_id = {rule.spec.id: rule for rule in built.rules}
        self._lexemes = built.lexemes

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as texts: compiling again is quick, and automata cannot be sent to another process."""
        return compile_topics, (self.specs, self.lists)

    def match(self, article: Article, document: Document | None = None) -> list[Match]:
        """Return the matches of an article, in the order of the topics; its `document`, if at hand, is not made again."""
        search, rules = self.search(article, document), self._rules
        sightings = search.sightings()
        once = [places[0] for places in sightings.values() if len(places) == 1]
        found = judge_alone(rules, once, article, search) if once else []
        found += [
            (at, judge_direct(rules[at], places, article, search))
            for at, places in sightings.items()
            if len(places) > 1
        ]
        found += [(at, judge(rules[at], article, search)) for at in search.candidates()]
        return [match for _, match in sorted(found, key=_NUMBER) if match is not None]

    def explain(self, article: Article, topic_id: str) -> Explanation:
        """Return why a topic matches an article, or why not. Raises `KeyError` for an unknown topic."""
        return explain(self.rule(topic_id), article, self.search(article))

    def search(self, article: Article, document: Document | None = None) -> Search:
        """Return an article searched for every term of every topic."""
        return Search(
            self._index, self._lexemes, document or Document.of(article), partial(field_values, article)
        )

    def terms_of(self, topic_id: str) -> tuple[str, ...]:
        """Return the terms a topic looks for in text, as written, those of its lists included. Raises `KeyError`."""
        return tuple(
            dict.fromkeys(self._lexemes[number].written for number in sorted(self.rule(topic_id).match.terms))
        )

    def wanted_terms_of(self, topic_id: str) -> tuple[str, ...]:
        """Return those of a topic's terms that a match may stand on: not what OUTSIDE, NOT NEAR and NOT take away. Raises `KeyError`."""
        numbers = sorted(wanted_terms(self.rule(topic_id).match))
        return tuple(dict.fromkeys(self._lexemes[number].written for number in numbers))

    def rule(self, topic_id: str) -> Rule:
        """Return a compiled topic. Raises `KeyError`."""
        return self._by_id[topic_id]


@contextmanager
def uncollected() -> Iterator[None]:
    """Put off the search for garbage in cycles: compiling makes none, but for ten thousand rules the search took half the time.

    What was made meanwhile is counted as old, without a look at it, else that search would come in one piece at the end.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()  # out of the young generation …
            gc.unfreeze()  # … into the oldest
            gc.enable()


def compile_topics(specs: Sequence[TopicSpec], lists: Mapping[str, Sequence[str]] | None = None) -> Topics:
    """Compile topics and the lists they name. Raises `RuleErrors` with every mistake in all of them."""
    return Topics(specs, lists or {})


def parse_adhoc(rule: str, lists: Mapping[str, Sequence[str]] | None = None) -> Topics:
    """Compile one rule without a file; its topic's id is `adhoc`. Raises `RuleErrors`."""
    return compile_topics([TopicSpec("adhoc", rule, rule)], lists)
