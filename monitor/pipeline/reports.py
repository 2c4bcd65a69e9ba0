"""What the pipeline says it did: values that `monitor once` prints, the log records and the metrics count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.models import Outcome, SlotState


@dataclass(frozen=True, slots=True)
class PollReport:
    """One feed's poll. `new` counts entries never seen before (a silent baseline's too), `changed` those whose texts changed.

    `reason` says why the next poll is when it is, `cause` is the stable word for a failure, `error` its sentence for people.
    """

    name: str
    url: str
    outcome: Outcome
    new: int = 0
    changed: int = 0
    next_poll: datetime | None = None
    reason: str = ""
    error: str = ""
    cause: str = ""
    matches: Mapping[str, int] = field(default_factory=dict)

    def as_row(self) -> dict[str, object]:
        """Return the object of `monitor once --json`."""
        return {
            "name": self.name,
            "url": self.url,
            "outcome": self.outcome,
            "new": self.new,
            "changed": self.changed,
            "next_poll": self.next_poll,
            "reason": self.reason,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class SlotReport:
    """One slot that was decided: what became of it, and how many messages it queued."""

    digest: str
    slot: str
    state: SlotState
    messages: int = 0
    reason: str = ""
    late: float = 0.0  # seconds between the slot and its building

    def as_row(self) -> dict[str, object]:
        """Return the object of `monitor once --json`."""
        return {"digest": self.digest, "slot": self.slot, "state": self.state, "messages": self.messages}


@dataclass(frozen=True, slots=True)
class SendReport:
    """One message that was tried, or looked for in the target's history."""

    digest: str
    slot: str
    target: str
    part: int
    state: str
    detail: str = ""
    looked: bool = False
