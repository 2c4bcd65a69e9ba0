"""Lint for rules: what their terms really did in the archive. Whoever tunes a rule wants to know which words do the work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from monitor.models import Article, Match
from monitor.topics.matching import Topics
from monitor.topics.workshop.comparison import quotes

SHOWN = 12  # words shown of those a wildcard took
BLAME = 0.5  # share of the hits voted "not relevant" from which a term is blamed
MIN_VOTES = 3


@dataclass(slots=True)
class TermUse:
    """What one term of one topic did: articles it was part of a match on, those where it stood alone, and the words it took."""

    articles: int = 0
    alone: int = 0
    voted_down: int = 0
    words: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Usage:
    """The use of every term, by topic and term as written."""

    terms: dict[tuple[str, str], TermUse] = field(default_factory=dict)
    matches: Counter[str] = field(default_factory=Counter)
    voted_down: Counter[str] = field(default_factory=Counter)
    articles: int = 0

    def merged(self, other: Usage) -> Usage:
        """Return this and another chunk's use together."""
        terms = {
            key: TermUse(use.articles, use.alone, use.voted_down, Counter(use.words))
            for key, use in self.terms.items()
        }
        for key, use in other.terms.items():
            mine = terms.setdefault(key, TermUse())
            mine.articles += use.articles
            mine.alone += use.alone
            mine.voted_down += use.voted_down
            mine.words.update(use.words)
        return Usage(
            terms,
            self.matches + other.matches,
            self.voted_down + other.voted_down,
            self.articles + other.articles,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a look: `kind` is `never fired`, `wildcard`, `blamed`, `covered`, `silent sign`, `quoted operator` or `unused list`; `owner` a topic or list."""

    owner: str
    kind: str
    term: str
    detail: str
    counts: tuple[tuple[str, int], ...] = ()


def usage(topics: Topics, articles: Iterable[Article], voted_down: Collection[tuple[str, str]] = ()) -> Usage:
    """Return what the terms of all topics did on these articles; `voted_down` holds (topic, article id) voted "not relevant"."""
    found = Usage()
    for article in articles:
        found.articles += 1
        for match in topics.match(article):
            _note(found, article, match, down=(match.topic, article.id) in voted_down)
    return found


def _note(found: Usage, article: Article, match: Match, *, down: bool) -> None:
    found.matches[match.topic] += 1
    found.voted_down[match.topic] += down
    terms = {span.term for span in match.spans}
    for term in terms:
        use = found.terms.setdefault((match.topic, term), TermUse())
        use.articles += 1
        use.alone += len(terms) == 1
        use.voted_down += down and len(terms) == 1
    for span, word in zip(match.spans, quotes(article, match.spans), strict=True):
        if "*" in span.term or "?" in span.term:
            found.terms[match.topic, span.term].words[word.casefold()] += 1


def lint(topics: Topics, found: Usage) -> list[Finding]:
    """Return the findings on the rules themselves and on their use, topic by topic."""
    findings = [Finding(item.owner, item.doubt, "", item.error.message) for item in topics.warnings]
    for spec in topics.specs:
        for term in topics.wanted_terms_of(spec.id):
            findings += _on_term(spec.id, term, found)
    return findings


def _on_term(topic: str, term: str, found: Usage) -> Iterator[Finding]:
    use = found.terms.get((topic, term))
    if use is None:
        yield Finding(topic, "never fired", term, f"in no match among {found.articles:,} articles")
        return
    if use.words:
        most = tuple(use.words.most_common(SHOWN))
        took = ", ".join(f"{word} {count}" for word, count in most)
        yield Finding(
            topic, "wildcard", term, f"took {len(use.words)} word{'s' * (len(use.words) != 1)}: {took}", most
        )
    down = found.voted_down[topic]
    if down >= MIN_VOTES and use.voted_down / down >= BLAME:
        detail = f"alone behind {use.voted_down} of {down} matches voted not relevant"
        yield Finding(topic, "blamed", term, detail)
