"""Old rules and new ones over the same articles: what would be won and lost, with the spans that decide it.

Only topics that changed are compiled, so an article that neither their old nor their new rules can fire on costs one search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.models import Article, Match, Span
from monitor.topics.document import Document
from monitor.topics.matching import Topics, compile_topics


@dataclass(frozen=True, slots=True)
class Change:
    """One article won or lost: `spans` and `score` are of the match that is new, or gone; `reason` says why a lost one is lost."""

    article: str
    title: str
    score: float
    spans: tuple[Span, ...]
    quotes: tuple[str, ...]
    reason: str = ""


@dataclass(slots=True)
class TopicChange:
    """What changes for one topic; `kept` counts articles that match before and after."""

    topic: str
    won: list[Change] = field(default_factory=list)
    lost: list[Change] = field(default_factory=list)
    kept: int = 0


@dataclass(slots=True)
class Diff:
    """All changes by topic id, over so many articles."""

    topics: dict[str, TopicChange] = field(default_factory=dict)
    articles: int = 0

    def merged(self, other: Diff) -> Diff:
        """Return this and another chunk's changes together."""
        together = {
            name: TopicChange(name, list(one.won), list(one.lost), one.kept)
            for name, one in self.topics.items()
        }
        for name, change in other.topics.items():
            mine = together.setdefault(name, TopicChange(name))
            mine.won += change.won
            mine.lost += change.lost
            mine.kept += change.kept
        return Diff(together, self.articles + other.articles)


def changed_topics(old: Topics, new: Topics) -> tuple[Topics, Topics]:
    """Return both sets cut down to the topics whose definition, or one of whose lists, differs."""
    before = {spec.id: spec for spec in old.specs}
    after = {spec.id: spec for spec in new.specs}
    same_lists = old.lists == new.lists
    unchanged = {
        name
        for name in before.keys() & after.keys()
        if _same(before[name], after[name], same_lists=same_lists)
    }
    return _only(old, set(before) - unchanged), _only(new, set(after) - unchanged)


def _same(one: object, other: object, *, same_lists: bool) -> bool:
    rules = [getattr(spec, name) or "" for spec in (one, other) for name in ("match", "veto")]
    keys = ("match", "veto", "min_score", "sources")
    equal = all(getattr(one, key) == getattr(other, key) for key in keys)
    return equal and (same_lists or not any("$" in rule or "＄" in rule for rule in rules))


def _only(topics: Topics, names: set[str]) -> Topics:
    return compile_topics([spec for spec in topics.specs if spec.id in names], topics.lists)


def diff(old: Topics, new: Topics, articles: Iterable[Article]) -> Diff:
    """Return what changing from the old rules to the new would change on these articles."""
    return diff_chunk(*changed_topics(old, new), articles)


def diff_chunk(old: Topics, new: Topics, articles: Iterable[Article]) -> Diff:
    """Return the changes on one chunk; `old` and `new` come from `changed_topics`. Picklable, for a process pool."""
    found = Diff({spec.id: TopicChange(spec.id) for spec in (*old.specs, *new.specs)})
    for article in articles:
        found.articles += 1
        document = Document.of(article)
        before = {match.topic: match for match in old.match(article, document)}
        after = {match.topic: match for match in new.match(article, document)}
        for name in before.keys() | after.keys():
            _note(found.topics[name], article, before.get(name), after.get(name), new)
    return found


TOLD = 10  # topics told one by one; of a changed list that a hundred rules name, the rest is counted


def told(found: Diff, names: Mapping[str, str], period: str) -> list[str]:
    """Return the changes in a line a topic, the most changed first: `IRS +3 −11 a week`. `names` are the topics' names by id."""
    ranked = sorted(found.topics.values(), key=lambda one: (-len(one.won) - len(one.lost), one.topic))
    lines = [
        f"{names.get(one.topic, one.topic)} +{len(one.won)} −{len(one.lost)} {period}"
        for one in ranked[:TOLD]
    ]
    rest = len(ranked) - TOLD
    return lines if rest <= 0 else [*lines, f"and {rest} more topic{'s' if rest > 1 else ''}"]


def _note(
    change: TopicChange, article: Article, before: Match | None, after: Match | None, new: Topics
) -> None:
    if before is not None and after is not None:
        change.kept += 1
    elif after is not None:
        change.won.append(_change(article, after))
    elif before is not None:
        known = any(spec.id == before.topic for spec in new.specs)
        reason = new.explain(article, before.topic).reason if known else "the topic is gone"
        change.lost.append(_change(article, before, reason))


def _change(article: Article, match: Match, reason: str = "") -> Change:
    return Change(
        article.id,
        article.title,
        match.score,
        match.spans,
        tuple(dict.fromkeys(quotes(article, match.spans))),
        reason,
    )


def quotes(article: Article, spans: Sequence[Span]) -> Iterator[str]:
    """Yield the words that spans cover, as the article writes them."""
    for span in spans:
        yield (article.title if span.zone == "title" else article.text)[span.start : span.end]
