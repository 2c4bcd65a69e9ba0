"""The first half of delivering: due slots | pending | group | rank | compose | outbox.

A slot is written in one transaction with the articles it carries and its messages, payloads frozen; what cannot be written (another
daemon was first, an article was placed meanwhile) is simply looked at again at the next tick.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from monitor.digests import alerts, followups, slots
from monitor.digests.compose import Composed, compose
from monitor.digests.coverage import coverage
from monitor.digests.mutes import Mutes, in_force
from monitor.models import (
    AlertRule,
    Coverage,
    Digest,
    DigestSpec,
    NewDelivery,
    PendingStory,
    Slot,
    SlotKind,
    SlotState,
)
from monitor.pipeline.protocols import Amending, Checkpoint, Clock, Notifiers, no_checkpoint
from monitor.pipeline.reports import SlotReport

if TYPE_CHECKING:
    from monitor.store import Store, Version

log = structlog.get_logger("deliver")

HISTORY = 2000  # recorded slots looked at: a month of a digest every half hour


@dataclass(frozen=True, slots=True)
class Desk:
    """What the configuration says about digests, as the builder needs it.

    `names` and `rules` are by topic, `weights` by feed. Where a digest goes (`DigestSpec.to`) the configuration has already settled: the
    console where nothing else can be reached, and always the HTML page.
    """

    digests: tuple[DigestSpec, ...]
    names: Mapping[str, str]
    rules: Mapping[str, AlertRule]
    weights: Mapping[str, float]


@dataclass(slots=True)
class Builder:
    """Turns due slots into queued messages. Synchronous: it computes and writes, it does not wait for anything."""

    desk: Desk
    store: Store
    notifiers: Notifiers
    now: Clock
    nonce: Callable[[], str]
    checkpoint: Checkpoint = no_checkpoint

    def build_due(self, hold: str = "") -> list[SlotReport]:
        """Build, skip or hold every slot that has come; return what was recorded."""
        return [report for spec in self.desk.digests for report in self._due(spec, hold)]

    def _due(self, spec: DigestSpec, hold: str) -> list[SlotReport]:
        now = self.now()
        first_seen = self.store.slots.first_seen(spec.name, now)
        recorded = [(found.slot, found.state) for found in self.store.slots.recorded(spec.name, HISTORY)]
        decisions = slots.due(spec, first_seen, recorded, now, hold=hold)
        return [report for decision in decisions if (report := self._carry_out(spec, decision))]

    def _carry_out(self, spec: DigestSpec, decision: slots.Decision) -> SlotReport | None:
        """Record one decision; None where nothing was recorded (held, or somebody else was first)."""
        if decision.verdict is slots.Verdict.HOLD:
            return None
        if decision.verdict is slots.Verdict.SKIP:
            return self._record(decision.slot, SlotState.SKIPPED, (), (), decision.reason)
        late = slots.late_sentence(decision.late, spec.timezone, self.now(), self._trouble(spec))
        return self._build(spec, decision.slot, late, decision.reason)

    def send_now(self, spec: DigestSpec) -> SlotReport | None:
        """Build a slot of its own from what is pending at this moment (`monitor digest send`)."""
        recorded = self.store.slots.recorded(spec.name, 1)
        since = recorded[0].slot.at if recorded else None
        slot = slots.now_slot(spec, SlotKind.MANUAL, self.now(), since)
        return self._build(spec, slot, "", "asked for")

    def preview(
        self,
        spec: DigestSpec,
        until: datetime,
        since: datetime | None,
        as_of: datetime | None = None,
        pending: Sequence[PendingStory] | None = None,
    ) -> Composed:
        """Compose what a slot at `until` would say, recording nothing; `pending` stands in for what is stored (other rules, say)."""
        slot = Slot(spec.name, f"preview-{until:%Y-%m-%dT%H:%M}", until, SlotKind.MANUAL, since)
        return self._compose(spec, slot, "", as_of, pending)

    def _build(self, spec: DigestSpec, slot: Slot, late: str, reason: str) -> SlotReport | None:
        composed = self._compose(spec, slot, late)
        deliveries = self._render(spec, composed) if composed.send else ()
        self.checkpoint("before_build")
        return self._record(slot, composed.state, composed.placed, deliveries, reason)

    def _compose(
        self,
        spec: DigestSpec,
        slot: Slot,
        late: str,
        as_of: datetime | None = None,
        pending: Sequence[PendingStory] | None = None,
    ) -> Composed:
        if pending is None:
            pending = self.store.slots.pending(spec.name, spec.topics, slot.at, as_of=as_of)
        seen = self._coverage(slot.since, slot.at)
        return compose(
            spec,
            slot,
            pending,
            self.desk.names,
            seen,
            self.now(),
            self._muted(pending),
            weights=self.desk.weights,
            late=late,
        )

    def _coverage(self, since: datetime | None, until: datetime) -> Coverage:
        articles = self.store.archive.seen_between(since or until - timedelta(days=1), until)
        return coverage(self.store.feeds.states(), articles, since)

    def _muted(self, pending: Collection[PendingStory]) -> Mutes:
        """Return what readers asked to hear nothing of at this time."""
        mutes = self.store.feedback.mutes(self.now())
        return in_force(pending, {subject: (mute.at, mute.until) for subject, mute in mutes.items()})

    def _render(
        self, spec: DigestSpec, composed: Composed, threads: Mapping[str, int] | None = None
    ) -> tuple[NewDelivery, ...]:
        """Render the messages for every target of the digest; replies (`threads`) go only where there is something to reply to."""
        targets = [target for target in spec.to if threads is None or str(target) in threads]
        return tuple(
            NewDelivery(
                target, number, self.nonce(), part.payload, part.thread_part, (threads or {}).get(str(target))
            )
            for target in targets
            for number, part in enumerate(self.notifiers[target.kind].render(composed.digest, target))
        )

    def _record(
        self,
        slot: Slot,
        state: SlotState,
        placed: Sequence[str],
        deliveries: Sequence[NewDelivery],
        reason: str,
        told: Iterable[int] = (),
    ) -> SlotReport | None:
        now = self.now()
        if not self.store.slots.build(slot, state, placed, deliveries, now, tuple(told)):
            return None
        self.checkpoint("after_build")
        log.info(
            "slot",
            digest=slot.digest,
            slot=slot.label,
            state=state.value,
            messages=len(deliveries),
            articles=len(placed),
            reason=reason,
        )
        return SlotReport(
            slot.digest, slot.label, state, len(deliveries), reason, max(0.0, (now - slot.at).total_seconds())
        )

    def _trouble(self, spec: DigestSpec) -> str:
        """Return what kept a late digest, as far as the queue knows."""
        scopes = {scope for target in spec.to for scope in (str(target), target.kind)}
        held = [hold for hold in self.store.outbox.holds(self.now()) if hold.scope in scopes and hold.parked]
        return f"{held[0].scope.split(':')[0]} was unreachable" if held else "monitor was not running"

    # ── what does not wait for a slot ────────────────────────────────────────────────────────────────────────────────────────

    def build_alerts(self) -> list[SlotReport]:
        """Queue what a topic's `alert:` sends at once, and replies under messages already posted."""
        return [
            report for spec in self.desk.digests for report in (*self._alerts(spec), *self._updates(spec))
        ]

    def _alerts(self, spec: DigestSpec) -> list[SlotReport]:
        if not any(topic in self.desk.rules for topic in spec.topics):
            return []
        now = self.now()
        pending = self.store.slots.pending(spec.name, spec.topics, now)
        seen = self._coverage(None, now)
        muted = self._muted(pending)
        decided = alerts.decide(
            spec,
            self.desk.rules,
            pending,
            self.desk.names,
            seen,
            now,
            sent=self._sent(now),
            muted=muted,
            weights=self.desk.weights,
        )
        built = [self._queue(spec, alert.composed, alert.reason) for alert in decided.go]
        later = followups.coverage_replies(
            spec,
            pending,
            self._alerted(spec, now),
            self.desk.names,
            seen,
            now,
            muted=muted,
            weights=self.desk.weights,
        )
        built += [self._reply(spec, reply) for reply in later]
        return [report for report in built if report]

    def _queue(self, spec: DigestSpec, composed: Composed, reason: str) -> SlotReport | None:
        deliveries = self._render(spec, composed)
        return self._record(composed.digest.slot, composed.state, composed.placed, deliveries, reason)

    def _reply(
        self, spec: DigestSpec, reply: followups.FollowUp, told: Iterable[int] = ()
    ) -> SlotReport | None:
        """Queue a reply in the thread of the slot it answers; a target without threads gets none, the digest tells it."""
        under = self.store.outbox.deliveries(digest=spec.name, slot=reply.under)
        threads = {str(found.target): found.thread or found.id for found in under if found.part == 0}
        deliveries = self._render(spec, reply.composed, threads)
        if reply.amended:
            deliveries += self._amendments(spec, reply.amended, threads, len(deliveries))
        return self._record(
            reply.composed.digest.slot,
            reply.composed.state,
            reply.composed.placed,
            deliveries,
            reply.reason,
            told,
        )

    def _amendments(
        self, spec: DigestSpec, amended: Digest, threads: Mapping[str, int], first: int
    ) -> tuple[NewDelivery, ...]:
        """Render what the message replied to is to become, where it can be changed; numbered from `first`, behind the reply itself."""
        return tuple(
            NewDelivery(
                target,
                first,
                self.nonce(),
                notifier.amendment(amended, target).payload,
                None,
                threads[str(target)],
            )
            for target in spec.to
            if str(target) in threads and isinstance(notifier := self.notifiers[target.kind], Amending)
        )

    def _sent(self, now: datetime) -> dict[str, list[datetime]]:
        """Return when alerts went to each target within the hour, in the form the cap counts."""
        return {target: [now] * count for target, count in self.store.slots.alerts(now - alerts.HOUR).items()}

    def _alerted(self, spec: DigestSpec, now: datetime) -> dict[str, followups.Posted]:
        """Return the stories this digest has alerted lately, with their last reply."""
        recorded = [
            found
            for found in self.store.slots.recorded(spec.name, HISTORY)
            if now - found.slot.at <= followups.LISTENING
        ]
        posted = {
            found.slot.label.removeprefix("alert-"): followups.Posted(
                found.slot.label.removeprefix("alert-"),
                found.slot.label,
                found.built_at,
                found.built_at,
                frozenset(self.store.slots.placed(spec.name, found.slot.label)),
            )
            for found in recorded
            if found.slot.kind is SlotKind.ALERT
        }
        for found in reversed(recorded):
            story = found.slot.label.removeprefix("follow_up-").split("-")[0]
            if found.slot.kind is SlotKind.FOLLOW_UP and story in posted:
                posted[story] = replace(posted[story], last=max(posted[story].last, found.built_at))
        return posted

    def _updates(self, spec: DigestSpec) -> list[SlotReport]:
        """Queue a reply for every material change of an article that stands in a posted message."""
        now = self.now()
        versions = self.store.slots.untold(spec.name, now - followups.LISTENING)
        if not versions:
            return []
        posted = self._posted_articles(spec, {version.article.id for version in versions}, now)
        built = [self._update(spec, version, posted) for version in versions if version.article.id in posted]
        return [report for report in built if report]

    def _update(
        self, spec: DigestSpec, version: Version, posted: Mapping[str, followups.Posted]
    ) -> SlotReport | None:
        """Queue the reply that tells one change."""
        article = self.store.archive.article(version.article.id)
        if article is None:
            return None
        story = self.store.archive.story_of(article.id) or article.id
        changed = followups.Changed(article, self.store.archive.matches_of(article.id), story, version.change)
        now = self.now()
        replies = followups.update_replies(
            spec, [changed], posted, self.desk.names, self._coverage(None, now), now
        )
        return self._reply(spec, replies[0], [version.number]) if replies else None

    def _posted_articles(
        self, spec: DigestSpec, articles: set[str], now: datetime
    ) -> dict[str, followups.Posted]:
        """Return, for carried articles, the slot whose message they stand in."""
        posted = {}
        for found in self.store.slots.recorded(spec.name, HISTORY):
            if found.state is SlotState.BUILT and now - found.slot.at <= followups.LISTENING:
                for article in articles & set(self.store.slots.placed(spec.name, found.slot.label)):
                    posted[article] = followups.Posted("", found.slot.label, found.built_at, found.built_at)
        return posted
