"""Votes made into numbers and into proposals: how precise a topic and its sources are, and which phrase in its `not:` would help.

A phrase is proposed when it stands in several articles voted not relevant and hardly in relevant ones. Few votes make many coincidences, so
every proposal is tried on the archive first, with the topic's own rule and the phrase added to its `not:`: what it would have dropped of
the unwanted, of the wanted, and of what nobody voted on. Whether that is a good trade is the reader's to decide.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from monitor import seed
from monitor.models import Article, Examples, TopicSpec
from monitor.topics.matching import Topics, compile_topics

Ballot = tuple[str, str, bool]
"""One reader's vote: topic, article, whether it is relevant."""

Verdicts = Mapping[tuple[str, str], bool]
"""By topic and article: what most of its voters say."""

LONGEST = 3  # words of a phrase
FEWEST = 2  # unwanted articles a phrase must stand in; in one alone everything is special
HARDLY = 0.1  # share of the wanted articles it may stand in
TELLING = 2.0  # it must drop this many times the share of the unwanted that it drops of the unvoted
TRIED = 12  # phrases a topic that are tried on the archive
SHOWN = 3  # proposals a topic

_K = TypeVar("_K", bound=Hashable)

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LINKING = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her his i if in into is it its may more most no not of "
    "on one or our out over said say says she so some such than that the their them then there these they this those to up was we were what "
    "when where which while who will with would you your".split()
)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int = 0
    of: int = 0

    def plus(self, hit: bool) -> Share:
        """Return the share with one more counted."""
        return Share(self.count + hit, self.of + 1)

    def __add__(self, other: Share) -> Share:
        return Share(self.count + other.count, self.of + other.of)

    @property
    def value(self) -> float:
        """The share, 0 where there is nothing to share."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A phrase that could stand in a topic's `not:`, and what it would have dropped of the articles the topic matched."""

    topic: str
    phrase: str
    unwanted: Share = Share()
    wanted: Share = Share()
    unvoted: Share = Share()

    def sentence(self, days: int) -> str:
        """Return the backtest in words."""
        return (
            f"would have dropped {self.unwanted.count} of {self.unwanted.of} not relevant, {self.wanted.count} of {self.wanted.of} relevant "
            f"and {self.unvoted.count} of {self.unvoted.of} unvoted in {days} days"
        )


@dataclass(slots=True)
class Backtest:
    """Proposals tried so far, by topic and phrase; chunks of an archive add up with `merged`."""

    tried: dict[tuple[str, str], Proposal] = field(default_factory=dict)

    def merged(self, other: Backtest) -> Backtest:
        """Return this and another chunk's counts together."""
        keys = dict.fromkeys([*self.tried, *other.tried])
        return Backtest({key: _sum(key, self.tried.get(key), other.tried.get(key)) for key in keys})

    def proposals(self) -> list[Proposal]:
        """Return the phrases worth showing, topic by topic, those that drop most of the unwanted first."""
        by_topic: dict[str, list[Proposal]] = defaultdict(list)
        for one in self.tried.values():
            if one.unwanted.count >= FEWEST and one.wanted.value <= HARDLY and _telling(one):
                by_topic[one.topic].append(one)
        return [one for topic in sorted(by_topic) for one in sorted(by_topic[topic], key=_order)[:SHOWN]]


def _sum(key: tuple[str, str], one: Proposal | None, other: Proposal | None) -> Proposal:
    one, other = one or Proposal(*key), other or Proposal(*key)
    return Proposal(
        *key, one.unwanted + other.unwanted, one.wanted + other.wanted, one.unvoted + other.unvoted
    )


def _telling(one: Proposal) -> bool:
    return one.unwanted.value >= TELLING * one.unvoted.value


def _order(one: Proposal) -> tuple[int, int, int, str]:
    return (-one.unwanted.count, one.wanted.count, one.unvoted.count, one.phrase)


def verdicts(ballots: Iterable[Ballot]) -> dict[tuple[str, str], bool]:
    """Return what most voters say of each article under each topic; a tie says nothing."""
    balance: Counter[tuple[str, str]] = Counter()
    for topic, article, relevant in ballots:
        balance[topic, article] += 1 if relevant else -1
    return {key: count > 0 for key, count in balance.items() if count}


def precision(
    found: Verdicts, outlets: Mapping[str, str]
) -> tuple[dict[str, Share], dict[tuple[str, str], Share]]:
    """Return the relevant among the voted articles: by topic, and by topic and outlet (`outlets`: by article; others are left out)."""
    topics = _shares((topic, relevant) for (topic, _), relevant in found.items())
    sources = _shares(
        ((topic, outlets[article]), relevant)
        for (topic, article), relevant in found.items()
        if article in outlets
    )
    return topics, sources


def _shares(counted: Iterable[tuple[_K, bool]]) -> dict[_K, Share]:
    shares: dict[_K, Share] = {}
    for key, hit in counted:
        shares[key] = shares.get(key, Share()).plus(hit)
    return shares


def candidates(topics: Topics, found: Verdicts, articles: Iterable[Article]) -> dict[str, tuple[str, ...]]:
    """Return, by topic, the phrases to be tried on the archive; `articles` are the voted ones that are still stored."""
    texts = {article.id: _phrases(article) for article in articles}
    tried = {}
    for spec in topics.specs:
        sides: dict[bool, list[frozenset[str]]] = {True: [], False: []}
        for (topic, article), relevant in found.items():
            if topic == spec.id and article in texts:
                sides[relevant].append(texts[article])
        if phrases := tuple(_contrast(sides[False], sides[True], topics.terms_of(spec.id))):
            tried[spec.id] = phrases[:TRIED]
    return tried


def _contrast(
    unwanted: Sequence[frozenset[str]], wanted: Sequence[frozenset[str]], terms: Iterable[str]
) -> Iterator[str]:
    """Yield the phrases of the unwanted that the wanted hardly have: the commonest first, then those around a term of the rule (the term
    in another sense), then the longest.

    A phrase that stands in the very articles of one already given says nothing more, and one that is a term of the rule would undo it.
    """
    counts = Counter(phrase for text in unwanted for phrase in text)
    own = {" ".join(run) for term in terms for run in _runs(term)}

    def order(phrase: str) -> tuple[int, bool, int, str]:
        return -counts[phrase], own.isdisjoint(phrase.split()), -len(phrase.split()), phrase

    given: set[frozenset[int]] = set()
    for phrase in sorted((phrase for phrase, count in counts.items() if count >= FEWEST), key=order):
        where = frozenset(number for number, text in enumerate(unwanted) if phrase in text)
        if phrase in own or where in given or sum(phrase in text for text in wanted) > HARDLY * len(wanted):
            continue
        given.add(where)
        yield phrase


def _phrases(article: Article) -> frozenset[str]:
    """Return the runs of one to three words of an article's headline and prose that begin and end with a word that says something."""
    return frozenset(
        " ".join(run[start:end])
        for line in (article.title, *seed.prose(article.text).splitlines())
        for run in _runs(line)
        for start in range(len(run))
        for end in range(start + 1, min(start + LONGEST, len(run)) + 1)
        if _telling_word(run[start]) and _telling_word(run[end - 1])
    )


def _runs(line: str) -> Iterator[list[str]]:
    """Yield the words between marks and figures: a phrase of a rule spans neither."""
    run: list[str] = []
    last = 0
    for found in _WORD.finditer(line):
        if run and not line[last : found.start()].isspace():
            yield run
            run = []
        run.append(found[0].casefold().replace("’", "'"))
        last = found.end()
    if run:
        yield run


def _telling_word(word: str) -> bool:
    return len(word) > 2 and word not in _LINKING


def variants(topics: Topics, tried: Mapping[str, Sequence[str]]) -> Topics:
    """Return the topics concerned, as they are and once more for each phrase, with it in their `not:`."""
    specs = [spec for spec in topics.specs if spec.id in tried]
    more = [_without(spec, phrase, number) for spec in specs for number, phrase in enumerate(tried[spec.id])]
    return compile_topics([*specs, *more], topics.lists)


def _without(spec: TopicSpec, phrase: str, number: int) -> TopicSpec:
    veto = f'({spec.veto}) OR "{phrase}"' if spec.veto else f'"{phrase}"'
    return replace(spec, id=_name(spec.id, number), veto=veto, examples=Examples(), alert=None)


def _name(topic: str, number: int) -> str:
    return f"{topic}#{number}"


def backtest(
    variants_: Topics, tried: Mapping[str, Sequence[str]], found: Verdicts, articles: Iterable[Article]
) -> Backtest:
    """Return what the phrases would have dropped among these articles; `variants_` come from `variants`. Picklable, for a process pool."""
    counts = Backtest()
    for article in articles:
        fired = {match.topic for match in variants_.match(article)}
        for topic in fired & tried.keys():
            relevant = found.get((topic, article.id))
            for number, phrase in enumerate(tried[topic]):
                one = counts.tried.get((topic, phrase)) or Proposal(topic, phrase)
                counts.tried[topic, phrase] = _counted(one, relevant, _name(topic, number) not in fired)
    return counts


def _counted(one: Proposal, relevant: bool | None, dropped: bool) -> Proposal:
    if relevant is None:
        return replace(one, unvoted=one.unvoted.plus(dropped))
    if relevant:
        return replace(one, wanted=one.wanted.plus(dropped))
    return replace(one, unwanted=one.unwanted.plus(dropped))
