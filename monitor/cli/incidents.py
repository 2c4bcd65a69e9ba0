"""Health told in Slack: one message per incident in the ops channel, amended when it ends, never a nag.

An incident begins when `monitor status` would begin to name it (no feed can be read, a target is parked, a changed configuration was
refused) and has lasted for a few minutes. What was posted is remembered in the store, so that a restart neither repeats nor forgets it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.collect import health
from monitor.deliver.slack import replies
from monitor.models import Delivery, SendVerdict, Target

if TYPE_CHECKING:
    from monitor.deliver.slack import SlackNotifier
    from monitor.store import Store

PATIENCE = timedelta(minutes=5)  # what mends itself sooner is no incident
KEY = "incidents"


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that is open: when it began, in words what it is, and the message that tells of it (None: not posted yet)."""

    began: datetime
    text: str
    ts: str | None = None


@dataclass(slots=True)
class Incidents:
    """Keeps the ops channel informed."""

    store: Store
    notifier: SlackNotifier
    channel: str
    timezone: str

    async def look(self, at: datetime) -> None:
        """Post what began, amend what ended."""
        known = self._load()
        now_wrong = troubles(self.store, at)
        still: dict[str, Incident] = {}
        for kind, text in now_wrong.items():
            still[kind] = await self._told(kind, known.get(kind) or Incident(at, text), at)
        for kind, incident in known.items():
            if kind not in now_wrong and incident.ts:
                await self._end(kind, incident, at)
        if still != known:
            self._save(still)

    async def tell(self, title: str, lines: Sequence[str], at: datetime) -> None:
        """Post a piece of news once; if it cannot be posted, it stands in the log all the same."""
        message = replies.news(title, lines, self._clock(at))
        await self.notifier.send(self._delivery("news", Incident(at, title), message))

    async def _told(self, kind: str, incident: Incident, at: datetime) -> Incident:
        """Post an incident once it has lasted; one that cannot be posted is tried again at the next look."""
        if incident.ts or at - incident.began < PATIENCE:
            return incident
        message = replies.incident(kind, [incident.text], self._clock(incident.began))
        result = await self.notifier.send(self._delivery(kind, incident, message))
        return (
            Incident(incident.began, incident.text, result.ts)
            if result.verdict is SendVerdict.SENT
            else incident
        )

    async def _end(self, kind: str, incident: Incident, at: datetime) -> None:
        message = replies.incident(kind, [incident.text], self._clock(incident.began), self._clock(at))
        await self.notifier.amend(Target("slack", self.channel), incident.ts or "", message)

    def _delivery(self, kind: str, incident: Incident, message: dict[str, Any]) -> Delivery:
        nonce = f"incident-{kind.replace(' ', '-')}-{incident.began:%Y%m%dT%H%M%S}"
        return Delivery(0, "incidents", nonce, Target("slack", self.channel), 0, nonce, json.dumps(message))

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.timezone)):%a %d %b %H:%M}"

    def _load(self) -> dict[str, Incident]:
        stored = json.loads(self.store.meta.get(KEY) or "{}")
        return {
            kind: Incident(datetime.fromisoformat(began), text, ts)
            for kind, (began, text, ts) in stored.items()
        }

    def _save(self, incidents: dict[str, Incident]) -> None:
        rows = {kind: (one.began.isoformat(), one.text, one.ts) for kind, one in incidents.items()}
        self.store.meta.set(KEY, json.dumps(rows) if rows else None)


def troubles(store: Store, at: datetime) -> dict[str, str]:
    """Return what is wrong as a whole, by kind: one line each."""
    found = {}
    if outage := health.outage(store.feeds.states(), at):
        found["No feed can be read"] = outage
    parked = [f"{hold.scope}: {hold.why}" for hold in store.outbox.holds(at) if hold.parked]
    if parked:
        found["Messages wait"] = "; ".join(parked)
    if refused := store.meta.get("reload"):
        found["A changed configuration was refused"] = refused
    return found
