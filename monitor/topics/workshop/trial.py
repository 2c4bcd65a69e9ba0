"""A rule tried on the archive before it has a file: how much it would find a day, some of it, and what it nearly found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date

from monitor.models import Article, Span
from monitor.topics.explain import Sentence, sentences
from monitor.topics.matching import Topics
from monitor.topics.workshop.misses import NearMiss, near_misses

SAMPLES = 10
MISSES = 10
LOOKED_AT = 200  # misses from which the most telling are chosen; each is found at the price of an explanation


@dataclass(frozen=True, slots=True)
class Sample:
    """One article the rule finds, with the sentences that say so."""

    article: str
    title: str
    outlet: str
    score: float
    spans: tuple[Span, ...]
    sentences: tuple[Sentence, ...]


@dataclass(slots=True)
class Trial:
    """What a rule finds: matches, those a day (UTC, by first sight), the best samples, and near misses."""

    articles: int = 0
    matches: int = 0
    days: Counter[date] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    misses: list[NearMiss] = field(default_factory=list)

    def merged(self, other: Trial) -> Trial:
        """Return this and another chunk's findings together, the best samples first."""
        samples = sorted([*self.samples, *other.samples], key=lambda sample: -sample.score)[:SAMPLES]
        return Trial(
            self.articles + other.articles,
            self.matches + other.matches,
            self.days + other.days,
            samples,
            _telling([*self.misses, *other.misses]),
        )

    def a_day(self, days: float) -> float:
        """Return the matches a day over a stretch of so many days: the load on a digest."""
        return self.matches / days if days > 0 else float(self.matches)


def try_rule(topics: Topics, articles: Iterable[Article], *, misses: bool = True) -> Trial:
    """Return what the one topic of `topics` (from `parse_adhoc`) finds on these articles."""
    trial, telling = Trial(), 0
    for article in articles:
        trial.articles += 1
        found = topics.match(article)
        if found:
            _note(trial, topics, article, found[0].score, found[0].spans)
        elif misses and telling < MISSES and len(trial.misses) < LOOKED_AT:
            near = list(near_misses(topics, [article]))
            trial.misses += near
            telling += sum(not miss.absent for miss in near)
    trial.misses = _telling(trial.misses)
    return trial


def _telling(misses: list[NearMiss]) -> list[NearMiss]:
    """Return the misses to show: those where everything was there but not as the rule wants it before those that lack a term."""
    return sorted(misses, key=lambda miss: miss.absent)[:MISSES]


def _note(trial: Trial, topics: Topics, article: Article, score: float, spans: tuple[Span, ...]) -> None:
    trial.matches += 1
    seen = article.first_seen or article.published
    if seen is not None:
        trial.days[seen.astimezone(UTC).date()] += 1
    if len(trial.samples) < SAMPLES or score > trial.samples[-1].score:
        told = tuple(sentences(topics.search(article), spans))
        trial.samples.append(Sample(article.id, article.title, article.outlet, score, spans, told))
        trial.samples.sort(key=lambda sample: -sample.score)
        del trial.samples[SAMPLES:]
