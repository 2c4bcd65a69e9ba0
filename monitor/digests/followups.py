"""What is told in the thread of a message already posted: later coverage under an alert, and material changes of an article; pure.

Each follow-up is a slot with a label made of what it tells (the first new article, or the changed text), so that telling it
twice is impossible by the ledger's key, with any clock and after any crash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.digests.alerts import single
from monitor.digests.compose import NO_WEIGHTS, Composed, tell
from monitor.digests.mutes import NO_MUTES, Mutes
from monitor.digests.ranking import Standing, View, renewed, retold, score, view
from monitor.digests.slots import quiet_until
from monitor.models import (
    Article,
    Coverage,
    Digest,
    DigestSpec,
    DigestStory,
    Match,
    Member,
    PendingStory,
    Slot,
    SlotKind,
    SlotState,
    TopicSection,
)

SPACING = timedelta(minutes=15)
"""Later coverage is gathered this long before another reply: ten outlets within minutes are one reply, not ten."""

LISTENING = timedelta(days=3)
"""Coverage later than this goes to the digest again; the window of story grouping."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A story that stands in a posted message: the label of that slot, when it was built, when its thread last got a reply, and the
    articles the slot carried."""

    story: str
    slot: str
    at: datetime
    last: datetime
    articles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changed:
    """An article this digest has carried, in its new form, with the sentence of `stories.changes.material_change`."""

    article: Article
    matches: tuple[Match, ...]
    story: str
    change: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A reply: `under` is the label of the slot whose message it answers; `amended` is that message as it would read now, for targets
    where a message can be changed."""

    under: str
    composed: Composed
    reason: str
    amended: Digest | None = None


def coverage_replies(
    spec: DigestSpec,
    pending: Sequence[PendingStory],
    alerted: Mapping[str, Posted],
    topic_names: Mapping[str, str],
    coverage: Coverage,
    now: datetime,
    *,
    muted: Mutes = NO_MUTES,
    weights: Mapping[str, float] = NO_WEIGHTS,
) -> tuple[FollowUp, ...]:
    """Return the replies about stories that were alerted (`alerted`, by story) and have new articles since.

    None within the digest's quiet hours, none within 15 minutes of the alert or the last reply, none 3 days after the alert:
    what is not told here is pending still, and the next digest carries it.
    """
    if quiet_until(spec, now):
        return ()
    ripe = [story for story in pending if story.story in alerted and _ripe(alerted[story.story], now)]
    views = [seen for seen in (view(story, spec.topics) for story in ripe) if seen]
    return tuple(
        _coverage_reply(
            seen,
            alerted[seen.story.story],
            _Telling(spec, topic_names, coverage, score(seen, now, weights)),
            now,
        )
        for seen in views
        if seen.standing in (Standing.GREW, Standing.AGAIN) and not muted.silence(seen)
    )


def _ripe(posted: Posted, now: datetime) -> bool:
    return now - posted.last >= SPACING and now - posted.at <= LISTENING


@dataclass(frozen=True, slots=True)
class _Telling:
    """What every message about one story is composed with; `value` is its score."""

    spec: DigestSpec
    topic_names: Mapping[str, str]
    coverage: Coverage
    value: float

    def of(self, seen: View, slot: Slot, heading: str) -> Composed:
        """Compose a message about the story as it is seen."""
        return single(seen, self.spec, slot, self.topic_names, self.coverage, self.value, heading)


def _coverage_reply(seen: View, posted: Posted, telling: _Telling, now: datetime) -> FollowUp:
    """Compose the reply; it speaks through the new articles, not through the one already alerted."""
    spec = telling.spec
    label = f"follow_up-{seen.story.story}-{seen.fresh[0].article.id}"
    slot = Slot(spec.name, label, now, SlotKind.FOLLOW_UP, posted.last)
    reason = f"now at {len(seen.outlets)} outlets (+{seen.grown})" if seen.grown else "a further article"
    told = telling.of(renewed(seen, spec.topics), slot, "Later coverage")
    return FollowUp(posted.slot, told, reason, _amended(seen, posted, telling))


def _amended(seen: View, posted: Posted, telling: _Telling) -> Digest | None:
    """Return the alert with its own headline and the outlets of today: its "also at" line is what changes."""
    again = retold(seen, telling.spec.topics, posted.articles)
    if again is None:
        return None
    slot = Slot(telling.spec.name, posted.slot, posted.at, SlotKind.ALERT)
    return telling.of(again, slot, "Alert").digest


def update_replies(
    spec: DigestSpec,
    changes: Sequence[Changed],
    posted: Mapping[str, Posted],
    topic_names: Mapping[str, str],
    coverage: Coverage,
    now: datetime,
) -> tuple[FollowUp, ...]:
    """Return a reply for every material change of an article that stands in a posted message (`posted`, by article id)."""
    return tuple(
        _update_reply(changed, posted[changed.article.id], spec, topic_names, coverage, now)
        for changed in changes
        if changed.change and changed.article.id in posted
    )


def _update_reply(
    changed: Changed,
    posted: Posted,
    spec: DigestSpec,
    topic_names: Mapping[str, str],
    coverage: Coverage,
    now: datetime,
) -> FollowUp:
    """Compose the reply on one changed article. It carries no article: the article is placed already."""
    text = sha256(
        f"{changed.article.title}\n{changed.article.text}".encode("utf-8", "surrogatepass")
    ).hexdigest()
    slot = Slot(spec.name, f"follow_up-{changed.article.id}-{text[:12]}", now, SlotKind.FOLLOW_UP, posted.at)
    story = _update(changed, spec, topic_names, posted)
    topic = story.tags[0].topic if story.tags else spec.topics[0]
    section = TopicSection(topic, topic_names.get(topic, topic), (story,))
    digest = Digest(spec.name, "Update", slot, (section,), coverage, spec.timezone)
    return FollowUp(posted.slot, Composed(digest, (), SlotState.BUILT, send=True), changed.change)


def _update(
    changed: Changed, spec: DigestSpec, topic_names: Mapping[str, str], posted: Posted
) -> DigestStory:
    """Return the changed article as a story of one member that tells its change (even if no topic matches it any more)."""
    member = Member(changed.article, changed.matches)
    first_seen = changed.article.first_seen or posted.at
    alone = PendingStory(changed.story, first_seen, (member,))
    best = {match.topic: match.score for match in changed.matches if match.topic in spec.topics}
    seen = view(alone, spec.topics) or View(
        alone, (member,), (), (), member, (changed.article.outlet,), 0, Standing.NEW, best
    )
    return replace(
        tell(seen, spec.topics, topic_names, max(best.values(), default=0.0)), change=changed.change
    )
