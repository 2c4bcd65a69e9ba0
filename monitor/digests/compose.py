"""What a digest says: pending stories in, a `Digest` with everything resolved out, and the list of articles it thereby carries; pure.

Nothing is dropped unsaid. Every article that was pending is placed, each exactly once: featured in its topic's section, reachable as a
member of a featured story, listed in the section's `rest` (beyond a cap, or a further article on a story already carried), or,
silently, when the reader asked for it (a muted story) or has read it (a further copy of a text carried before).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.digests.excerpt import Excerpt, headline, lead
from monitor.digests.mutes import NO_MUTES, Mutes, sentence
from monitor.digests.ranking import Standing, View, matches, newcomers, order, outlet, score, view
from monitor.models import (
    Article,
    Coverage,
    Digest,
    DigestSpec,
    DigestStory,
    Link,
    Member,
    PendingStory,
    Slot,
    SlotState,
    Span,
    TopicSection,
    TopicTag,
)

NO_WEIGHTS: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest and what it means for the ledger. `placed` are the articles it carries; `state` is EMPTY when no story is told, and
    `send` says whether there is a message at all (an empty digest is sent only where the configuration asks for a note)."""

    digest: Digest
    placed: tuple[str, ...]
    state: SlotState
    send: bool


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A story ready to be shown, with what decides its place."""

    story: DigestStory
    topic: str
    featured: bool  # False: may only be listed in `rest`
    key: tuple[float, float, str]


def compose(
    spec: DigestSpec,
    slot: Slot,
    pending: Sequence[PendingStory],
    topic_names: Mapping[str, str],
    coverage: Coverage,
    now: datetime,
    muted: Mutes = NO_MUTES,
    *,
    weights: Mapping[str, float] = NO_WEIGHTS,
    late: str = "",
) -> Composed:
    """Compose the digest of a slot.

    `pending` are the stories with an article this digest has not carried; what is `muted` of them is carried in silence. `weights` are source weights (0-1) by outlet or feed; `late` is the sentence of
    `slots.late_sentence`. The result depends on nothing else and is the same for the same arguments.
    """
    seen = [found for found in (view(story, spec.topics) for story in pending) if found]
    told = [found for found in seen if found.standing is not Standing.STALE and not muted.silence(found)]
    ranked = [_ranked(found, spec, topic_names, now, weights, muted.loud(found)) for found in told]
    sections = _sections(spec, ranked, topic_names)
    silent = tuple(
        sentence(topic_names.get(topic, topic), muted.topics[topic], spec.timezone)
        for topic in dict.fromkeys(spec.topics)
        if topic in muted.topics
    )
    digest = Digest(spec.name, title(spec), slot, sections, coverage, spec.timezone, late, silent)
    state = SlotState.BUILT if told else SlotState.EMPTY
    return Composed(digest, placed(seen), state, send=bool(told) or spec.when_empty == "note")


def title(spec: DigestSpec) -> str:
    """Return the digest's headline: as configured, else from its name (`irs-watch` -> `Irs watch digest`)."""
    return spec.title or f"{spec.name.replace('-', ' ').replace('_', ' ').capitalize()} digest"


def placed(seen: Iterable[View]) -> tuple[str, ...]:
    """Return the ids of all articles these stories carry now for the first time, each once.

    Articles that match no topic of the digest but stand in a carried story are placed with it: they were counted among its outlets.
    """
    return tuple(dict.fromkeys(member.article.id for found in seen for member in found.fresh))


def _sections(
    spec: DigestSpec, ranked: Sequence[_Ranked], topic_names: Mapping[str, str]
) -> tuple[TopicSection, ...]:
    """Sort the stories into their topics' sections, in the order of the configuration, and apply the caps."""
    outlets: Counter[str] = Counter()
    sections = []
    for topic in dict.fromkeys(spec.topics):
        own = sorted((item for item in ranked if item.topic == topic), key=lambda item: item.key)
        shown, rest = _capped(spec, own, outlets)
        if own:
            sections.append(TopicSection(topic, topic_names.get(topic, topic), shown, rest))
    return tuple(sections)


def _capped(
    spec: DigestSpec, own: Sequence[_Ranked], outlets: Counter[str]
) -> tuple[tuple[DigestStory, ...], tuple[DigestStory, ...]]:
    """Split a section into what is featured and the rest: at most `max_stories` a topic and `max_per_outlet` an outlet and digest."""
    shown: list[DigestStory] = []
    rest: list[DigestStory] = []
    for item in own:
        source = item.story.outlets[0]
        open_ = spec.max_per_outlet is None or outlets[source] < spec.max_per_outlet
        if item.featured and open_ and len(shown) < spec.max_stories:
            outlets[source] += 1
            shown.append(item.story)
        else:
            rest.append(item.story)
    return tuple(shown), tuple(rest)


def _ranked(
    seen: View,
    spec: DigestSpec,
    topic_names: Mapping[str, str],
    now: datetime,
    weights: Mapping[str, float],
    topics: Collection[str],
) -> _Ranked:
    """Resolve one story and find its section: of `topics`, the one it is most about (a tie goes to the topic named first)."""
    value = score(seen, now, weights)
    topic = max((name for name in spec.topics if name in topics), key=lambda name: seen.best[name])
    story = tell(seen, spec.topics, topic_names, value)
    return _Ranked(story, topic, seen.standing is not Standing.AGAIN, order(seen, value))


def tell(seen: View, topics: Collection[str], topic_names: Mapping[str, str], value: float) -> DigestStory:
    """Return a story as it will be shown: everything resolved, so that renderers only lay out. `members` starts with the lead."""
    article = seen.lead.article
    found = matches(seen.lead, topics)
    spans = tuple(span for match in found for span in match.spans)
    head = headline(article.title, spans) if article.title else Excerpt(article.url)
    text = excerpt(article, spans)
    return DigestStory(
        story=seen.story.story,
        headline=head.text,
        headline_bold=head.bold,
        url=article.url or article.canonical,
        lead=text.text,
        lead_bold=text.bold,
        outlets=seen.outlets,
        first_seen=seen.story.first_seen,
        article=article.id,
        published=article.published,
        new_outlets=seen.grown,
        newcomers=newcomers(seen),
        completeness=article.completeness.value,
        teaser_only=bool(found) and all(match.teaser_only for match in found),
        tags=_tags(seen, topic_names),
        terms=tuple(dict.fromkeys(span.term for span in spans)),
        members=tuple(map(_link, sorted(seen.members, key=lambda member: member is not seen.lead))),
        image=article.image,
        language=article.language,
        score=value,
    )


def excerpt(article: Article, spans: Iterable[Span]) -> Excerpt:
    """Return the lead under the headline; where the text is only the headline again, the page's own description, or nothing."""
    found = lead(article.text, spans)
    if found.text and found.text.casefold() != article.title.casefold():
        return found
    described = article.description if article.description.casefold() != article.title.casefold() else ""
    return replace(lead(described, ()), bold=())


def _tags(seen: View, topic_names: Mapping[str, str]) -> tuple[TopicTag, ...]:
    """Return all topics of the story, the one it is most about first."""
    tags = [TopicTag(topic, topic_names.get(topic, topic), value) for topic, value in seen.best.items()]
    return tuple(sorted(tags, key=lambda tag: (-tag.score, tag.topic)))


def _link(member: Member) -> Link:
    article = member.article
    return Link(article.title or article.url, article.url or article.canonical, outlet(article), article.id)
