"""Readers' votes as `monitor topics lint`, `monitor status` and Slack tell them: precision by topic and source, and proposed exclusions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.models import Article
    from monitor.store import Store
    from monitor.topics import Topics
    from monitor.topics.workshop.exclusions import Proposal, Share, Verdicts

SOURCES = 5  # named in a chat, the worst first
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Precision:
    """The relevant among the voted articles: by topic, and by topic and outlet."""

    topics: Mapping[str, Share]
    sources: Mapping[tuple[str, str], Share]

    def lines(self, topic: str = "") -> list[str]:
        """Return a line for each topic (or the one named), and the sources that fared worst in it."""
        return [self._line(name) for name in sorted(self.topics) if topic in ("", name)]

    def _line(self, topic: str) -> str:
        share = self.topics[topic]
        bad = [
            (outlet, one)
            for (name, outlet), one in self.sources.items()
            if name == topic and one.count < one.of
        ]
        worst = sorted(bad, key=lambda pair: (pair[1].value, -pair[1].of, pair[0]))[:SOURCES]
        said = f"{topic}: {share.count} of {share.of} voted articles are relevant ({share.value:.0%})"
        return said + "".join(f"; {outlet} {one.count} of {one.of}" for outlet, one in worst)


def precision(store: Store) -> Precision:
    """Return how precise topics and sources are by the votes on record."""
    found = _verdicts(store)
    return _precision(found, _voted(store, found))


def _precision(found: Verdicts, articles: list[Article]) -> Precision:
    from monitor.topics.workshop import exclusions

    return Precision(*exclusions.precision(found, {article.id: article.outlet for article in articles}))


def proposals(store: Store, topics: Topics, at: datetime, last: timedelta, topic: str = "") -> list[Proposal]:
    """Return the exclusions the votes suggest for the topics (or the one named), tried on the matched articles of the `last` days."""
    from monitor.topics.workshop import exclusions

    found = {key: relevant for key, relevant in _verdicts(store).items() if topic in ("", key[0])}
    tried = exclusions.candidates(topics, found, _voted(store, found))
    if not tried:
        return []
    matched = (one for one in store.archive.articles(at - last, at, matched=True) if one.text)
    return exclusions.backtest(exclusions.variants(topics, tried), tried, found, matched).proposals()


def proposed_lines(found: list[Proposal], last: timedelta) -> list[str]:
    """Return each proposal with its backtest in words."""
    return [f'{one.topic}: not: "{one.phrase}" {one.sentence(last // DAY)}' for one in found]


def _verdicts(store: Store) -> dict[tuple[str, str], bool]:
    from monitor.topics.workshop import exclusions

    return exclusions.verdicts((vote.topic, vote.article, vote.useful) for vote in store.feedback.votes())


def _voted(store: Store, found: Verdicts) -> list[Article]:
    """Return the voted articles that are still stored."""
    ids = dict.fromkeys(article for _, article in found)
    return [article for one in ids if (article := store.archive.article(one))]
