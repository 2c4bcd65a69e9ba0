"""Which stories go out at once instead of waiting for the digest; pure.

An alert is a slot of its own in the same ledger, so what it carries is struck from the next digest. Its label, `alert-` and the
story, can exist once per digest: a story is alerted once, whatever the clock or a crash does. What waits says why; if
it waits until the next digest is due, that digest carries it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.digests.compose import NO_WEIGHTS, Composed, placed, tell
from monitor.digests.mutes import NO_MUTES, Mutes
from monitor.digests.ranking import Standing, View, order, score, view
from monitor.digests.slots import quiet_until
from monitor.models import (
    AlertRule,
    Coverage,
    Digest,
    DigestSpec,
    PendingStory,
    Slot,
    SlotKind,
    SlotState,
    TopicSection,
)

HOUR = timedelta(hours=1)

NOTHING_SENT: Mapping[str, Sequence[datetime]] = {}


@dataclass(frozen=True, slots=True)
class Alert:
    """A story to be sent now, composed as a digest of one story, and why."""

    story: str
    composed: Composed
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that may not go out yet; `until` is when to look again."""

    story: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Alerts:
    """What goes out now, best first, and what waits."""

    go: tuple[Alert, ...] = ()
    waiting: tuple[Waiting, ...] = ()


def decide(
    spec: DigestSpec,
    rules: Mapping[str, AlertRule],
    pending: Sequence[PendingStory],
    topic_names: Mapping[str, str],
    coverage: Coverage,
    now: datetime,
    *,
    sent: Mapping[str, Sequence[datetime]] = NOTHING_SENT,
    muted: Mutes = NO_MUTES,
    weights: Mapping[str, float] = NO_WEIGHTS,
) -> Alerts:
    """Decide which pending stories of a digest go out at once.

    `rules` are the alert rules by topic; `pending` are the stories with an article first seen up to `now` that this digest has not
    carried; `sent` gives, by `str(target)`, when alerts went to it (of all digests; older than an hour is ignored).
    A story of which this digest has carried anything, by a slot or an alert, is no alert again: `followups` tells its growth.
    """
    called = _called(spec, rules, pending, now, muted, weights)
    quiet = quiet_until(spec, now)
    budget, freed = _budget(spec, sent, now)
    go: list[Alert] = []
    waiting: list[Waiting] = []
    for seen, reason in called:
        if quiet and not _breaks_through(spec, seen):
            waiting.append(Waiting(seen.story.story, f"quiet hours ({reason})", quiet))
        elif len(go) >= budget:
            waiting.append(
                Waiting(seen.story.story, f"{spec.alerts_per_hour} alerts in an hour ({reason})", freed)
            )
        else:
            go.append(_alert(seen, spec, topic_names, coverage, now, weights, reason))
    return Alerts(tuple(go), tuple(waiting))


def _called(
    spec: DigestSpec,
    rules: Mapping[str, AlertRule],
    pending: Iterable[PendingStory],
    now: datetime,
    muted: Mutes,
    weights: Mapping[str, float],
) -> list[tuple[View, str]]:
    """Return the new stories that a rule calls for, best first, with the reason."""
    if not any(topic in rules for topic in spec.topics):
        return []
    views = (view(story, spec.topics) for story in pending)
    new = [seen for seen in views if seen and seen.standing is Standing.NEW and not muted.silence(seen)]
    called = [(seen, reason) for seen in new if (reason := _reason(seen, muted.loud(seen), spec, rules))]
    return sorted(called, key=lambda pair: order(pair[0], score(pair[0], now, weights)))


def _reason(seen: View, topics: Collection[str], spec: DigestSpec, rules: Mapping[str, AlertRule]) -> str:
    """Return why a rule calls for this story at once, or nothing. Any one condition of any one of its `topics` suffices."""
    for topic in spec.topics:
        rule = rules.get(topic)
        if rule is None or topic not in topics:
            continue
        if rule.score is not None and seen.best[topic] >= rule.score:
            return f"{topic}: about-ness {seen.best[topic]:.0f}, {rule.score:g} asked"
        if rule.outlets is not None and len(seen.outlets) >= rule.outlets:
            return f"{topic}: at {len(seen.outlets)} outlets, {rule.outlets} asked"
    return ""


def _breaks_through(spec: DigestSpec, seen: View) -> bool:
    """Tell whether the story is urgent enough to be sent in quiet hours."""
    mark = spec.quiet_hours.breakthrough if spec.quiet_hours else None
    return mark is not None and max(seen.best.values()) >= mark


def _budget(spec: DigestSpec, sent: Mapping[str, Sequence[datetime]], now: datetime) -> tuple[int, datetime]:
    """Return how many alerts may go now, and when the next place is freed.

    A digest's alert goes to all its targets or waits: struck from the next digest, it would be lost to a target left out.
    """
    recent = [sorted(at for at in sent.get(str(target), ()) if now - at < HOUR) for target in spec.to]
    fullest = max(recent, key=len, default=[])
    room = max(0, spec.alerts_per_hour - len(fullest))
    return room, (fullest[0] if fullest else now) + HOUR


def _alert(
    seen: View,
    spec: DigestSpec,
    topic_names: Mapping[str, str],
    coverage: Coverage,
    now: datetime,
    weights: Mapping[str, float],
    reason: str,
) -> Alert:
    """Compose one alert."""
    slot = Slot(spec.name, f"alert-{seen.story.story}", now, SlotKind.ALERT)
    value = score(seen, now, weights)
    return Alert(seen.story.story, single(seen, spec, slot, topic_names, coverage, value, "Alert"), reason)


def single(
    seen: View,
    spec: DigestSpec,
    slot: Slot,
    topic_names: Mapping[str, str],
    coverage: Coverage,
    value: float,
    title: str,
) -> Composed:
    """Compose a digest of one story (an alert, or a reply under one), in the section of the topic it is most about."""
    topic = max(seen.best, key=lambda name: seen.best[name])
    story = tell(seen, spec.topics, topic_names, value)
    section = TopicSection(topic, topic_names.get(topic, topic), (story,))
    digest = Digest(spec.name, title, slot, (section,), coverage, spec.timezone)
    return Composed(digest, placed([seen]), SlotState.BUILT, send=True)
