"""What is looked for: a topic's definition, and the matches its rule gives on an article."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Span:
    """One mention: where a term of the rule stands in the article.

    `start` and `end` are character offsets into the original title (`zone == "title"`) or the seed text (`zone == "body"`);
    `term` is the term as the rule writes it.
    """

    zone: str
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Match:
    """A topic's rule fired on an article. `score` is the about-ness, 0-100; `teaser_only` says that too little text was seen
    for `not:` and `min_score` to be trusted. `order` is the rank inside the topic (0-1, higher first)."""

    topic: str
    score: float
    spans: tuple[Span, ...] = ()
    teaser_only: bool = False
    order: float = 0.0


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When a match is sent at once: about-ness at least `score`, or the story at `outlets` outlets or more (any one suffices)."""

    score: float | None = None
    outlets: int | None = None


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Which articles a topic looks at; empty means all. `include`/`exclude` hold hosts or feed names."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts a topic must match and must not: sentences, or paths of seed files relative to the configuration's parent."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as its file states it, rules still as text. `id` is the file's stem, `name` is for people.

    `min_score` None means any mention suffices. `file` is where it was read from, for messages and explanations.
    """

    id: str
    name: str
    match: str
    veto: str | None = None  # the file's `not:`
    min_score: float | None = None
    sources: SourceFilter = SourceFilter()
    alert: AlertRule | None = None
    examples: Examples = Examples()
    file: PurePath | None = None
